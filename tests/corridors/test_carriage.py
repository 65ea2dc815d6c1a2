"""All demands together through capacities: from YAML to files on the tiny world."""

from __future__ import annotations

import csv
import io
import itertools
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson
import pytest

from corridors.errors import ScenarioError
from corridors.report.run_files import run_files
from corridors.run import solve
from corridors.scenario.load import load_scenario
from corridors.scenario.references import Names
from corridors.solve import linear
from corridors.solve.errors import SolverMissingError
from geodata.build import build_snapshot
from geodata.snapshot import open_network, open_snapshot
from tests.oracles.small_register import small_register
from tests.oracles.tiny_world import write_world

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from corridors.model.result import Bottleneck
    from corridors.model.scenario import Scenario
    from corridors.run import Answer

#: Two ways from W to E: by rail, whose crossing X_KZUZ may be capped, and by ship.
SCENARIO = """\
schema_version: 1
id: tiny
title: Tiny
why: A test.
as_of: 2026-11-22
costs: {value_of_time_usd_per_teu_h: 2.0, penalty_usd_per_teu: 50000}
alternatives: {max_detour: 3}
capacity: {level: likely}
demands:
  - {id: we, origin: W, destination: E, teu_per_year: 10}
"""
BACK = "  - {id: ew, origin: E, destination: W, teu_per_year: 4}\n"
ISLAND = "  - {id: lone, origin: LONE, destination: E, teu_per_year: 7}\n"
REGISTER = small_register(control=[], rules=[])


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("world")
    extracts, facts = write_world(folder)
    # A second way: the railway to the port in the west has a twin in the east.
    with (facts / "links.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    rows.append(rows[0] | {"id": "R2", "from_id": "PE", "to_id": "E"})
    with (facts / "links.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0].keys(), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    build_snapshot(folder / "network", extracts=extracts, facts_folder=facts)
    return folder / "network"


def capped(teu: float) -> str:
    cap = "{by: UZ, effect: cap, value: %s, unit: TEU/yr, on_kind: asset, on: X_KZUZ}" % teu  # noqa: UP031 - braces of YAML
    return f"access.own={{CAP: {cap}}}"


def read(network: Path, *sets: str, more: str = "") -> Scenario:
    snapshot = open_snapshot(network)
    names = Names(snapshot.graph, snapshot.branches, REGISTER)
    return load_scenario("-", stdin=SCENARIO + more, sets=sets, names=names).scenario


def answer(network: Path, *sets: str, more: str = "") -> Answer:
    links = open_network(network).links.length_km
    return solve(read(network, *sets, more=more), open_snapshot(network), links, REGISTER)


def total(found: Answer) -> float:
    proof = found.result.proof
    assert proof is not None
    return proof.cost_usd + proof.penalty_usd


def costs(found: Answer) -> list[float]:
    """Return what the ways that carry something cost, the cheapest first."""
    view = found.compiled.view(0)
    return sorted(
        view.weigh(route.cost_usd_per_teu, route.time_h, route.time_sd_h)
        for route in found.result.demands[0].routes
        if route.teu_per_year > 0
    )


def binding(found: Answer) -> Bottleneck:
    (one,) = (one for one in found.result.bottlenecks if one.binds)
    return one


def metrics(found: Answer) -> dict[tuple[str, str], float]:
    return {(one.name, one.subject): one.value for one in found.result.metrics}


def test_six_of_ten_by_the_cheaper_way_and_the_others_by_the_dearer(network: Path) -> None:
    # The second hand example of the methods: 6 by one way, 4 by the other, at their difference.
    found = answer(network, capped(6))
    assert found.result.status == "optimal"
    carried = [r.teu_per_year for r in found.result.demands[0].routes if r.teu_per_year]
    assert carried == pytest.approx([6.0, 4.0])
    cheap, dear = costs(found)
    assert total(found) == pytest.approx(6 * cheap + 4 * dear)
    one = binding(found)
    assert one.capacity_id == "CAP"
    assert (one.used_teu_per_year, one.capacity_teu_per_year) == pytest.approx((6.0, 6.0))
    assert one.low_usd_per_teu == pytest.approx(dear - cheap)
    assert one.high_usd_per_teu == pytest.approx(dear - cheap)
    assert total(answer(network, capped(7))) == pytest.approx(total(found) - (dear - cheap))


def test_without_the_dearer_way_the_others_stay_behind_at_the_penalty(network: Path) -> None:
    found = answer(network, capped(6), "access.close={'*/sea': a test}")
    (cheap,) = costs(found)
    (demand,) = found.result.demands
    assert demand.unserved_teu_per_year == pytest.approx(4.0)
    assert total(found) == pytest.approx(6 * cheap + 4 * 50000)
    assert binding(found).low_usd_per_teu == pytest.approx(50000 - cheap)


@pytest.mark.parametrize(("teu", "low", "high"), [(10, False, True), (10.5, False, False)])
def test_a_capacity_just_used_up_has_an_interval_of_prices(
    network: Path, teu: float, *, low: bool, high: bool
) -> None:
    found = answer(network, capped(teu))
    (one,) = found.result.bottlenecks
    assert bool(one.low_usd_per_teu) is low
    assert bool(one.high_usd_per_teu) is high
    assert one.binds is high


def test_a_capacity_of_nothing_costs_what_a_closure_does(network: Path) -> None:
    shut = answer(network, "access.close={X_KZUZ: a test}")
    none = answer(network, capped(0))
    assert total(none) == pytest.approx(total(shut))
    one = binding(none)
    assert (one.used_teu_per_year, one.share, one.high_usd_per_teu) == (0.0, 0.0, np.inf)
    assert one.rents_usd_per_year == (0.0, 0.0)
    row = next(csv.DictReader(io.StringIO(files(network, none)["bottlenecks.csv"].decode())))
    assert row["shadow_price_high_usd_per_teu"] == ""


def test_more_capacity_is_never_dearer_and_none_is_that_of_the_best_ways(network: Path) -> None:
    each = [total(answer(network, capped(teu), more=BACK)) for teu in (0, 3, 6, 12, 14, 99)]
    assert each == sorted(each, reverse=True)
    free = answer(network, "capacity.level=none", capped(1), more=BACK)
    assert each[-1] == pytest.approx(each[-2]) == pytest.approx(total(free))
    assert free.result.bottlenecks == ()


def test_a_demand_between_islands_is_told_and_the_others_are_carried(network: Path) -> None:
    found = answer(network, capped(6), more=ISLAND)
    assert [one.status for one in found.result.demands] == ["ok", "infeasible"]
    assert found.result.demands[1].unserved_teu_per_year == pytest.approx(7.0)
    assert metrics(found)["unserved_penalty", "all"] == pytest.approx(7 * 50000)
    assert metrics(found)["gap", "all"] == pytest.approx(0.0, abs=1e-9)


def test_a_cap_counts_the_cargo_that_it_is_about(network: Path) -> None:
    theirs = capped(6).replace("X_KZUZ}", "X_KZUZ, cargo: origin=UZ}")
    found = answer(network, theirs, more=BACK.replace("4}", "9}"))
    there, back = found.result.demands
    assert [r.teu_per_year for r in there.routes if r.teu_per_year] == [10.0]
    assert sorted(r.teu_per_year for r in back.routes if r.teu_per_year) == pytest.approx([3, 6])


# --- files ---------------------------------------------------------------------------------


def files(network: Path, found: Answer, *sets: str) -> Mapping[str, bytes]:
    return run_files(
        found.result, found.chokepoints, read(network, *sets), open_network(network),
        open_snapshot(network).graph,
    )  # fmt: skip


def features(data: bytes) -> Iterator[dict[str, Any]]:
    yield from (one["properties"] for one in orjson.loads(data)["features"])


def test_flows_are_the_sums_of_what_goes_by_the_routes(network: Path) -> None:
    found = answer(network, capped(6), more=BACK)
    written = files(network, found)
    by_route = {one["route_id"]: one["teu_per_year"] for one in features(written["routes.geojson"])}
    assert sum(by_route.values()) == pytest.approx(14.0)
    sums: dict[str, float] = {}
    for route in itertools.chain(*(demand.routes for demand in found.result.demands)):
        for arc in route.way:
            sums[f"A{arc}"] = sums.get(f"A{arc}", 0.0) + by_route[route.route_id]
    told = {one["arc_id"]: one for one in features(written["flows.geojson"])}
    assert {arc: teu for arc, teu in sums.items() if teu} == pytest.approx(
        {arc: one["teu_per_year"] for arc, one in told.items()}
    )
    limited = [one for one in told.values() if one["capacity_teu_per_year"] is not None]
    assert sum(one["teu_per_year"] for one in limited) == pytest.approx(6.0)
    assert {one["shadow_price_usd_per_teu"] for one in limited} == {
        round(binding(found).low_usd_per_teu or 0.0, 2)
    }


def test_the_result_names_the_proof_and_what_binds(network: Path) -> None:
    result = orjson.loads(files(network, answer(network, capped(6)))["result.json"])
    assert result["status"] == "optimal"
    assert result["flow"]["gap"] == pytest.approx(0.0, abs=1e-9)
    assert result["flow"]["bound_usd_per_year"] == result["flow"]["cost_usd_per_year"]
    assert [one["capacity_id"] for one in result["bottlenecks"]] == ["CAP"]
    assert result["bottlenecks"][0]["actors"] == "UZ:cap"


# --- rules of assignment, empty boxes, stops -------------------------------------------------


def test_concentration_under_each_rule(network: Path) -> None:
    found = metrics(answer(network, capped(6)))
    assert found["hhi_routes_least_cost", "we"] == pytest.approx(0.6**2 + 0.4**2)
    assert found["hhi_routes_all_or_nothing", "we"] == 1.0
    assert 0.5 < found["hhi_routes_logit", "we"] < 1.0
    assert found["hhi_borders_all_or_nothing", "all"] == 1.0


def test_rules_that_look_at_no_capacity_tell_by_how_much_they_exceed_it(network: Path) -> None:
    found = answer(network, capped(6), "flow.assignment=all_or_nothing")
    assert found.result.status == "assigned"
    (one,) = found.result.bottlenecks
    assert one.share == pytest.approx(10 / 6)
    assert one.low_usd_per_teu is None
    assert found.result.proof is not None
    assert found.result.proof.bound_usd is None
    shared = answer(network, capped(6), "flow.assignment=logit", "flow.theta=0")
    assert all(r.teu_per_year > 0 for r in shared.result.demands[0].routes)
    assert sum(r.teu_per_year for r in shared.result.demands[0].routes) == pytest.approx(10.0)


def test_empty_boxes_go_back_through_the_same_capacities(network: Path) -> None:
    there = answer(network, "flow.empty_boxes=line_haul")
    assert sum(one.empty_teu_per_year for one in there.result.flows) > 0
    both = answer(network, "flow.empty_boxes=as_loaded", more=BACK.replace("4}", "10}"))
    assert sum(one.empty_teu_per_year for one in both.result.flows) == pytest.approx(0.0)
    assert total(answer(network)) < total(there)


def test_a_stop_gives_what_was_found_and_says_how_good_it_is(network: Path) -> None:
    found = answer(network, capped(6), "flow.time_limit_s=0")
    assert found.result.status == "feasible"
    assert found.result.proof is not None
    assert found.result.proof.stopped
    assert binding(found).low_usd_per_teu is None
    best = total(answer(network, capped(6)))
    gap = found.result.proof.gap or 0.0
    assert total(found) * (1 - gap) <= best <= total(found)
    assert 0 < gap < 1
    # Where all best ways fit there is nothing to search for.
    assert answer(network, "flow.time_limit_s=0").result.status == "optimal"


# --- bad input -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "word"),
    [
        ("capacity.set={V46-VAN: -1}", "greater than or equal to 0"),
        ("flow.theta=-1", "greater than or equal to 0"),
        ("flow.gap=2", "less than 1"),
        ("flow.assignment=equal", "least_cost"),
        ("flow.time_limit_s=-3", "greater than or equal to 0"),
        ("flow.tehta=1", "theta"),
    ],
)
def test_wrong_settings_are_named(network: Path, key: str, word: str) -> None:
    with pytest.raises(ScenarioError, match=word):
        read(network, key)


def test_a_missing_solver_is_named_and_only_asked_for_where_it_is_needed(
    network: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(linear, "SOLVER", "NO_SUCH_SOLVER")
    linear._interface.cache_clear()
    try:
        with pytest.raises(SolverMissingError, match="install the wheel"):
            answer(network, capped(6))
        assert answer(network).result.status == "optimal"
    finally:
        linear._interface.cache_clear()
