"""Runs on the tiny world: totals, reasons, closures, and the same bytes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corridors.errors import InputMissingError
from corridors.model.route import LegKind
from corridors.report.run_files import result_json
from corridors.run import run, solve
from corridors.scenario.load import load_scenario
from corridors.scenario.references import Names
from geodata.build import build_snapshot
from geodata.snapshot import open_network, open_snapshot
from geodata.types import Mode
from tests.oracles.small_register import small_register
from tests.oracles.tiny_world import write_world

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from corridors.model.result import DemandResult
    from corridors.model.route import Route
    from corridors.run import Answer

SCENARIO = """\
schema_version: 1
id: tiny
title: Tiny
why: A test.
as_of: 2026-11-22
costs: {value_of_time_usd_per_teu_h: 2.0, penalty_usd_per_teu: 50000}
alternatives: {max_detour: 3}
demands:
  - {id: we, origin: W, destination: E, teu_per_year: 100}
  - {id: ew, origin: E, destination: W, teu_per_year: 50}
  - {id: wp, origin: W, destination: PE, teu_per_year: 10}
"""
LONELY = "  - {id: lone, origin: LONE, destination: E, teu_per_year: 7}\n"
JUNCTION = "  - {id: cut, origin: W, destination: J, teu_per_year: 3}\n"


REGISTER = small_register(
    control=[
        {"id": "K_R1", "on": "R1", "actor": "KZ", "default_policy": "closed", "title": "the line"},
    ],
    rules=[
        {"id": "OPEN", "by": "KZ", "effect": "permit", "on": "R1"},
        {"id": "TOLL", "by": "UZ", "effect": "charge", "value": "7", "unit": "USD/TEU",
         "on": "X_KZUZ", "mode": "rail", "cargo": "origin=KZ"},
    ],
)  # fmt: skip


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("world")
    extracts, facts = write_world(folder)
    build_snapshot(folder / "network", extracts=extracts, facts_folder=facts)
    return folder / "network"


def answer(network: Path, *closed: str, more: str = "", sets: Sequence[str] = ()) -> Answer:
    """Run the scenario on the tiny world under the small register."""
    path = network.parent / "tiny.yaml"
    path.write_text(SCENARIO + more, encoding="utf-8")
    close = f"access.close={{{', '.join(closed)}}}"
    snapshot = open_snapshot(network)
    names = Names(snapshot.graph, snapshot.branches, REGISTER)
    loaded = load_scenario(str(path), sets=[close, *sets], names=names)
    return solve(loaded.scenario, snapshot, open_network(network).links.length_km, REGISTER)


def demand_of(found: Answer, name: str) -> DemandResult:
    return next(demand for demand in found.result.demands if demand.demand_id == name)


def routes(found: Answer) -> list[Route]:
    return [route for demand in found.result.demands for route in demand.routes]


def test_every_demand_has_a_way_and_the_flow_carries_it(network: Path) -> None:
    found = answer(network)
    assert [(d.demand_id, d.status) for d in found.result.demands] == [
        ("we", "ok"), ("ew", "ok"), ("wp", "ok"),
    ]  # fmt: skip
    assert [d.unserved_teu_per_year for d in found.result.demands] == [0.0, 0.0, 0.0]
    border = next(row for row in found.chokepoints if row["asset_id"] == "X_KZUZ")
    assert border["teu_per_year"] == pytest.approx(150.0)
    assert border["traffic_share"] == pytest.approx(150 / 160)


def test_totals_of_a_route_are_the_sums_of_its_legs(network: Path) -> None:
    found = answer(network)
    ids = [demand.demand_id for demand in found.result.demands]
    for route in routes(found):
        view = found.compiled.view(ids.index(route.demand_id))
        arcs = [arc for leg in route.legs for arc in leg.arcs]
        for total, each, array in (
            (route.cost_usd_per_teu, "cost_usd_per_teu", view.cost_usd_per_teu),
            (route.time_h, "time_h", view.time_h),
            (route.emissions_kgco2e_per_teu, "emissions_kgco2e_per_teu",
             view.emissions_kgco2e_per_teu),
        ):  # fmt: skip
            assert total == pytest.approx(sum(getattr(leg, each) for leg in route.legs))
            assert total == pytest.approx(array[arcs].sum())
        assert route.distance_km == pytest.approx(route.rail_km + route.road_km + route.sea_km)
        assert route.borders == sum(leg.kind is LegKind.BORDER for leg in route.legs)


def test_the_legs_of_a_route_lead_from_origin_to_destination(network: Path) -> None:
    found = answer(network)
    arcs = found.compiled.graph.arcs
    for route in routes(found):
        way = [arc for leg in route.legs for arc in leg.arcs]
        assert arcs.head[way[:-1]].tolist() == arcs.tail[way[1:]].tolist()
        assert (route.legs[0].from_id, route.legs[-1].to_id) == (route.origin, route.destination)
        assert [leg.seq for leg in route.legs] == list(range(1, len(route.legs) + 1))


def test_the_corridor_is_found_in_both_directions(network: Path) -> None:
    found = answer(network)
    for name in ("we", "ew"):
        (best, *_) = demand_of(found, name).routes
        assert best.corridor == "EW"
        assert best.countries == (("KZ", "UZ") if name == "we" else ("UZ", "KZ"))


def test_ranks_are_by_cost_and_time_together(network: Path) -> None:
    for demand in answer(network).result.demands:
        weight = [r.cost_usd_per_teu + 2.0 * r.time_h for r in demand.routes]
        assert weight == sorted(weight)
        assert [r.rank for r in demand.routes] == list(range(1, len(weight) + 1))
        assert "best" in demand.routes[0].objective


@pytest.mark.parametrize("more", [(), ("R1: why", "'*/sea': why")])
def test_a_demand_without_a_way_says_the_least_that_opens_one(
    network: Path, more: tuple[str, ...]
) -> None:
    found = answer(network, "X_KZUZ: a decree", *more)
    shut = demand_of(found, "we")
    assert (shut.status, shut.routes) == ("infeasible", ())
    (line,) = shut.closures
    assert "X_KZUZ closed by the scenario (a decree)" in line
    assert shut.certificate
    assert [(one.kind, one.id) for one in shut.certificate.relax] == [("scenario", "X_KZUZ")]
    assert "X_KZUZ" in shut.reason
    assert shut.unserved_teu_per_year == 100.0
    assert demand_of(found, "wp").status == ("infeasible" if more else "ok")
    assert demand_of(answer(network), "we").closures == ()


@pytest.mark.parametrize(
    ("row", "name", "place"), [(LONELY, "lone", "LONE"), (JUNCTION, "cut", "J")]
)
def test_a_terminal_without_access_is_infeasible_by_name(
    network: Path, row: str, name: str, place: str
) -> None:
    found = answer(network, more=row)
    alone = demand_of(found, name)
    assert (alone.status, alone.routes) == ("infeasible", ())
    assert place in alone.reason
    assert alone.unserved_teu_per_year > 0
    assert all(demand_of(found, other).status == "ok" for other in ("we", "ew", "wp"))


def test_everything_closed_is_an_answer_too(network: Path) -> None:
    found = answer(network, "'*/rail': w", "'*/road': w", "'*/sea': w")
    assert {demand.status for demand in found.result.demands} == {"infeasible"}
    assert found.result.flows == ()
    assert found.chokepoints == []


ENTRIES = tuple(
    f"'{place}': why"
    for place in ("X_KZUZ", "R1", "V1", "PW", "KZ", "UZ", "*/sea", "*/rail", "KZ-UZ", "KZ/sea")
)


@settings(max_examples=settings().max_examples // 5)
@given(closed=st.sets(st.sampled_from(ENTRIES)), more=st.sampled_from(ENTRIES))
def test_denying_access_never_lowers_a_cost(network: Path, closed: set[str], more: str) -> None:
    before = best_costs(answer(network, *sorted(closed)))
    after = best_costs(answer(network, *sorted(closed | {more})))
    for name, cost in before.items():
        assert after[name] >= cost * (1 - 1e-12)


def best_costs(found: Answer) -> dict[str, float]:
    """Generalised cost of the best route by demand, infinite where there is none."""
    return {
        demand.demand_id: min(
            (r.cost_usd_per_teu + 2.0 * r.time_h for r in demand.routes), default=np.inf
        )
        for demand in found.result.demands
    }


@settings(max_examples=settings().max_examples // 5)
@given(closed=st.sets(st.sampled_from(ENTRIES)))
def test_no_leg_uses_a_closed_arc(network: Path, closed: set[str]) -> None:
    found = answer(network, *sorted(closed))
    for k, demand in enumerate(found.result.demands):
        view = found.compiled.view(k)
        for leg in (leg for route in demand.routes for leg in route.legs):
            assert view.open[list(leg.arcs)].all()
            assert not any(view.blockers(arc) for arc in leg.arcs)
            if "'*/rail': why" in closed:
                assert leg.mode != Mode.RAIL.name.lower()


# --- rules --------------------------------------------------------------------


def test_legs_tell_who_works_them_and_which_rules_they_meet(network: Path) -> None:
    found = answer(network)
    for name, toll in (("we", ("TOLL",)), ("ew", ())):
        (best, *_) = demand_of(found, name).routes
        (border,) = [leg for leg in best.legs if leg.kind is LegKind.BORDER]
        assert border.rule_ids == toll
        lines = [leg for leg in best.legs if leg.kind is LegKind.LINE and leg.mode == "rail"]
        assert {(leg.country, leg.operator) for leg in lines} == {("KZ", "KTZ"), ("UZ", "")}
        assert "KTZ" in best.actors
        assert not any(leg.rule_ids for leg in lines)
    hand = [leg for leg in demand_of(found, "wp").routes[0].legs if "R1" in leg.asset_ids]
    assert [leg.rule_ids for leg in hand] == [("OPEN",)]


def test_a_charge_is_paid_by_the_cargo_it_is_about(network: Path) -> None:
    free, found = answer(network, sets=["access.rules={TOLL: false}"]), answer(network)
    for name, toll in (("we", 7.0), ("ew", 0.0)):
        before, after = (best_costs(one)[name] for one in (free, found))
        assert after - before == pytest.approx(toll)


def test_a_refusal_turns_only_the_cargo_it_is_about_away(network: Path) -> None:
    rule = "{by: UZ, effect: deny, on_kind: territory, on: UZ, mode: '*', cargo: owner=IR}"
    more = "  - {id: ir, origin: W, destination: E, teu_per_year: 3, owner: IR}\n"
    found = answer(network, more=more, sets=[f"access.own={{NO-IR: {rule}}}"])
    assert demand_of(found, "we").status == "ok"
    shut = demand_of(found, "ir")
    assert (shut.status, shut.unserved_teu_per_year) == ("infeasible", 3.0)
    assert any("NO-IR" in reason for reason in shut.closures), shut.closures
    assert shut.certificate
    assert [(one.id, one.actor) for one in shut.certificate.relax] == [("NO-IR", "UZ")]


@pytest.mark.parametrize(
    ("choice", "shut"),
    [
        ("refuses=[UZ]", {"we", "ew", "wp"}),
        ("refuses=['@PACT']", {"we", "ew", "wp"}),
        ("refuses=['!@PACT']", set()),
        ("rules={OPEN: false}", {"wp"}),
    ],
)
def test_what_actors_refuse_shuts_their_places(network: Path, choice: str, shut: set[str]) -> None:
    found = answer(network, sets=[f"access.{choice}"])
    assert {d.demand_id for d in found.result.demands if d.status == "infeasible"} == shut


def test_what_was_left_out_is_told_with_the_result(network: Path) -> None:
    rule = "{by: AZ, effect: deny, on_kind: territory, on: UZ}"
    found = answer(network, sets=[f"access.own={{NO: {rule}}}"])
    assert any(words.startswith("NO: AZ has no standing") for words in found.result.warnings)
    assert answer(network).result.warnings == ()
    told = json.loads(result_json(found.result, load_scenario("baseline").scenario))
    assert told["warnings"] == list(found.result.warnings)


def test_no_demand_is_an_answer_too(network: Path) -> None:
    found = answer(network, sets=["demands=[]"])
    assert (found.result.demands, found.result.flows, found.chokepoints) == ((), (), [])


# --- the files --------------------------------------------------------------


def run_tiny(network: Path, out: Path) -> dict[str, bytes]:
    path = network.parent / "tiny.yaml"
    path.write_text(SCENARIO, encoding="utf-8")
    run(str(path), network=network, out=out)
    return {file.name: file.read_bytes() for file in out.iterdir()}


def test_the_same_inputs_give_the_same_bytes(network: Path, tmp_path: Path) -> None:
    one, two = (run_tiny(network, tmp_path / name) for name in ("one", "two"))
    manifests = [json.loads(files.pop("manifest.json")) for files in (one, two)]
    assert one == two
    assert {"result.json", "routes.geojson", "legs.geojson"} <= set(one)
    assert manifests[0]["hashed"] == manifests[1]["hashed"]
    assert manifests[0]["sha256"] == manifests[1]["sha256"]


def test_exported_legs_use_no_closed_arc_and_have_a_shape(network: Path, tmp_path: Path) -> None:
    files = run_tiny(network, tmp_path / "out")
    legs = json.loads(files["legs.geojson"])["features"]
    lines = [leg for leg in legs if leg["properties"]["kind"] == "line"]
    assert lines
    for leg in lines:
        assert leg["geometry"]["type"] == "LineString"
        assert len(leg["geometry"]["coordinates"]) >= 2


def test_a_missing_network_is_told_apart_from_a_wrong_scenario(tmp_path: Path) -> None:
    with pytest.raises(InputMissingError, match="corridors build"):
        run("baseline", network=tmp_path / "none", out=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_nothing_is_written_when_the_network_is_damaged(network: Path, tmp_path: Path) -> None:
    import shutil

    copy = tmp_path / "network"
    shutil.copytree(network, copy)
    path = tmp_path / "tiny.yaml"
    path.write_text(SCENARIO, encoding="utf-8")
    data = bytearray((copy / "links.length_km.npy").read_bytes())
    data[-1] ^= 1
    (copy / "links.length_km.npy").write_bytes(bytes(data))
    with pytest.raises(OSError, match=r"links\.length_km"):
        run(str(path), network=copy, out=tmp_path / "out")
    assert not (tmp_path / "out").exists()
