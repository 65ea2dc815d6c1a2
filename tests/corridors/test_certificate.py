"""Why a demand has no route: the smallest set, proven by running the scenario with it lifted."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from itertools import chain, combinations
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import numpy as np
import pytest

from corridors.metrics.certificate import Certifier, said, summary
from corridors.metrics.ways import WayFinder
from corridors.model.result import Blocker, Certificate, DemandResult
from corridors.model.scenario import (
    Access,
    AccessEntry,
    Alternatives,
    Costs,
    Demand,
    NetworkChoice,
    Scenario,
    Traits,
)
from corridors.report.cuts import CUT_FIELDS, cut_arcs, cuts_geojson
from corridors.run import read
from corridors.scenario.register import load_register
from corridors.scenario.register_cells import NOWHERE
from geodata.snapshot import Snapshot
from geodata.types import Kind, Place, Status
from tests.oracles.access_world import Arc, Node, asset, graph, there_and_back
from tests.oracles.relaxed import compiled, has_route, lifted
from tests.oracles.small_register import deny, small_register

if TYPE_CHECKING:
    from collections.abc import Iterator

    from corridors.scenario.register import Register
    from tests.conftest import Real

# From W to E: over the border in the north and the line L, around through AZ, or through a
# tunnel that is planned. LONE lies apart.
NODES = [
    Node("KZ", terminal="W"), Node("UZ"), Node("AZ"), Node("UZ", terminal="E"),
    Node("AM", terminal="LONE"),
]  # fmt: skip
ARCS = there_and_back(
    Arc(0, 1, Kind.BORDER, asset="X_N", km=0),
    Arc(1, 3, asset="L", km=10),
    Arc(0, 2, Kind.BORDER, asset="X_S", km=0),
    Arc(2, 3, Kind.BORDER, asset="X_E", km=0),
    Arc(0, 3, asset="TUNNEL", km=5, status=Status.PLANNED),
)
NORTH, LINE, SOUTH, EAST, TUNNEL = range(5)
ASSETS = [
    asset("X_N", "crossing", "KZ", "UZ"), asset("L", "line", "UZ"),
    asset("X_S", "crossing", "AZ", "KZ"), asset("X_E", "crossing", "AZ", "UZ"),
    replace(asset("TUNNEL", "line", "KZ"), status="planned"),
    *(asset(name, "terminal", code) for name, code in (("W", "KZ"), ("E", "UZ"), ("LONE", "AM"))),
]  # fmt: skip
TERMINALS = ("E", "LONE", "W")


def world() -> Snapshot:
    whole = graph(NODES, ARCS, ASSETS)
    at = np.array([3, 4, 0], np.int32)
    places = tuple(
        Place(name, name, code, 0.0, 0.0)
        for name, code in zip(TERMINALS, ("UZ", "AM", "KZ"), strict=True)
    )
    chained = replace(whole, origin=at, destination=at, chain=np.arange(len(ARCS), dtype=np.int32))
    return Snapshot("id", Path(), chained, places, (), ())


WORLD = world()


def case(access: Access | None = None, *, end: str = "E", owner: str = "AM") -> Scenario:
    demand = Demand("d", "W", end, 10.0, Traits(owner=(owner,)))
    return Scenario(
        "x", "t", "w", (), date(2026, 11, 22), NetworkChoice(), access or Access(), (demand,),
        Costs(2.0, 50000.0), Alternatives(),
    )  # fmt: skip


def certified(scenario: Scenario, register: Register) -> Certificate | None:
    index = WORLD.graph.terminal_ids.index
    start, end = (
        int(WORLD.graph.origin[index(name)])
        for name in (scenario.demands[0].origin, scenario.demands[0].destination)
    )
    return Certifier(scenario, compiled(scenario, WORLD, register)).of(0, start, end)


def proven(scenario: Scenario, register: Register) -> Certificate:
    """Return the certificate, tried out: with the set lifted a route, with less none."""
    found = certified(scenario, register)
    assert found is not None
    assert not has_route(scenario, WORLD, register)
    for chosen in (found.relax, *found.others):
        assert has_route(lifted(scenario, chosen), WORLD, register)
        for one in chosen:
            rest = [other for other in chosen if other != one]
            assert not has_route(lifted(scenario, rest), WORLD, register), one
    return found


def names(found: Certificate) -> tuple[tuple[str, str], ...]:
    return tuple((one.kind, one.id) for one in found.relax)


# --- one thing after another -----------------------------------------------------------

BOTH = deny("NORTH", "KZ", "X_N"), deny("SOUTH", "AZ", "X_S")


def test_one_rule_is_enough_and_the_other_as_good() -> None:
    found = proven(case(), small_register(rules=BOTH))
    assert names(found) == (("rule", "NORTH"),)
    assert [one.id for (one,) in found.others] == ["SOUTH"]
    assert found.way == (NORTH, LINE)
    assert not found.building
    assert [(shut.arc, shut.opens) for shut in found.cut] == [
        (NORTH, True), (SOUTH, False), (TUNNEL, False),
    ]  # fmt: skip
    assert found.words == ("NORTH of KZ relaxed: title of NORTH (sources: S1)",)
    assert summary(found) == (
        "no open route; the smallest set that opens one: NORTH of KZ relaxed"
        " (or 1 other set as small)"
    )


def test_a_rule_behind_a_rule_of_the_same_actor_counts_too() -> None:
    behind = deny("BEHIND", "AZ", "X_S", priority="-1")
    far = deny("FAR", "KZ", "X_N"), deny("FAR2", "KZ", "X_N"), deny("FAR3", "UZ", "X_N")
    found = proven(case(), small_register(rules=[BOTH[1], behind, *far]))
    assert names(found) == (("rule", "BEHIND"), ("rule", "SOUTH"))
    assert found.others == ()


def test_a_rule_behind_a_permit_does_not_count() -> None:
    behind = [
        deny("MUTE", "AZ", "X_S", priority="-2"),
        deny("LET", "AZ", "X_S", priority="-1") | {"effect": "permit"},
    ]
    found = proven(case(), small_register(rules=[*BOTH, *behind, deny("FAR", "UZ", "X_N")]))
    assert names(found) == (("rule", "SOUTH"),)


def test_a_control_closed_by_default_shows_behind_the_rule_of_its_actor() -> None:
    control = [
        {"id": "K_SHUT", "on": name, "actor": "GUARD", "role": "security",
         "default_policy": "closed", "title": f"guards at {name}"}
        for name in ("X_N", "X_S")
    ]  # fmt: skip
    control[1]["id"] = "K_SHUT2"
    hold = deny("HOLD", "GUARD", "X_S")
    more = deny("MORE", "KZ", "X_N"), deny("MORE2", "UZ", "X_N")
    found = proven(case(), small_register(rules=[hold, *more], control=control))
    assert names(found) == (("default", "GUARD"), ("rule", "HOLD"))
    assert said(found.relax[0], compiled(case(), WORLD, small_register()).law) == (
        "a permit of GUARD: guards at X_S: closed unless GUARD permits"
    )


def test_a_stance_is_one_element_and_rules_wait_behind_it() -> None:
    register = small_register(rules=BOTH)
    found = proven(case(Access(refuses=("UZ",))), register)
    assert names(found) == (("refuses", "refuses:UZ"), ("rule", "NORTH"))
    assert "no refusal by UZ" in summary(found)


def test_who_acts_for_an_actor_refuses_with_it() -> None:
    control = {"id": "K_GUARD", "on": "X_S", "actor": "GUARD", "role": "security"}
    register = small_register(rules=[deny("FAR", "KZ", "X_N"), deny("FAR2", "UZ", "X_N")],
                              control=[control])  # fmt: skip
    found = proven(case(Access(refuses=("AZ",))), register)
    assert names(found) == (("refuses", "refuses:AZ"),)
    alone = proven(case(Access(refuses=("GUARD",))), register)
    assert names(alone) == (("refuses", "refuses:GUARD"),)


def test_what_the_scenario_closes_counts_place_by_place() -> None:
    close = AccessEntry("X_N", source="a decree"), AccessEntry("AZ"), AccessEntry("X_S")
    found = proven(case(Access(close=close)), small_register())
    assert names(found) == (("scenario", "X_N"),)
    assert found.words == ("X_N not closed by the scenario: X_N closed by the scenario (a decree)",)
    cut = {shut.arc: {one.id for one in shut.blockers} for shut in found.cut}
    assert cut[NORTH] == {"X_N"}
    assert cut[TUNNEL] == {"TUNNEL"}
    assert {"AZ"} <= set.union(*cut.values())


def test_a_planned_line_is_built_only_if_no_refusals_will_do() -> None:
    many = [deny(f"N{at}", "KZ", "X_N", priority=str(at)) for at in range(4)]
    few = proven(case(), small_register(rules=[*many, BOTH[1], deny("S2", "KZ", "X_S"),
                                               deny("S3", "AZ", "X_E")]))  # fmt: skip
    assert len(few.relax) == 3
    assert not few.building
    # Nothing but the tunnel leads there once nobody may ever use the rest.
    apart = replace(WORLD.graph.arcs, status=np.where(
        np.arange(len(ARCS)) % 5 == TUNNEL, WORLD.graph.arcs.status, Status.OUT_OF_USE
    ).astype(np.int8))  # fmt: skip
    gone = replace(WORLD, graph=replace(WORLD.graph, arcs=apart))
    rule = deny("TUN", "KZ", "TUNNEL")
    register = small_register(rules=[rule])
    found = Certifier(case(), compiled(case(), gone, register)).of(0, 0, 3)
    assert found is not None
    assert found.building
    assert {one.id for one in found.relax} == {"TUN", "TUNNEL"}
    assert found.way == (TUNNEL,)
    assert "TUNNEL built and TUN of KZ relaxed" in summary(found)


def test_where_the_cargo_has_been_is_lifted_as_well() -> None:
    # Around through AZ nothing is shut but UZ, to whom has been in AZ.
    turned = deny("TURNED", "UZ", "UZ", on_kind="territory", cargo="after=X_S")
    more = deny("MORE", "UZ", "L")
    found = proven(case(), small_register(rules=[BOTH[0], more, turned]))
    assert names(found) == (("rule", "TURNED"),)
    assert found.way == (SOUTH, EAST)


def test_no_way_however_much_is_lifted() -> None:
    assert certified(case(end="LONE"), small_register(rules=BOTH)) is None


def test_an_open_demand_needs_nothing() -> None:
    found = certified(case(), small_register())
    assert found is not None
    assert (found.relax, found.cut, found.others) == ((), (), ())


def test_a_place_that_the_scenario_opens_has_no_refusals() -> None:
    rules = [*BOTH, deny("NORTH2", "UZ", "X_N")]
    access = Access(open=(AccessEntry("X_N"),), close=(AccessEntry("L"),))
    found = proven(case(access), small_register(rules=rules))
    assert {one.id for one in found.relax} < {"L", "SOUTH"}
    assert {one.id for (one,) in found.others} | {one.id for one in found.relax} == {"L", "SOUTH"}


# --- random laws -----------------------------------------------------------------------

PLACES = ("X_N", "X_S", "X_E", "L", "TUNNEL")


def random_law(random: Random) -> tuple[Scenario, list[dict[str, str]]]:
    """Return a scenario and rules, most of which deny, some one behind the other."""
    rules = []
    for at in range(random.randint(2, 8)):
        kind = random.choice(("asset", "asset", "territory"))
        on = random.choice(PLACES if kind == "asset" else ("KZ", "UZ", "AZ"))
        rules.append(
            deny(f"R{at}", random.choice(("KZ", "UZ", "AZ", "GUARD", "OFFICE")), on, on_kind=kind)
            | {
                "effect": random.choice(("deny", "deny", "deny", "permit")),
                "priority": random.choice(("0", "0", "1", "2")),
                "cargo": random.choice(("*", "*", "owner=AM", "owner=!AM", "after=X_S")),
            }
        )
    close = tuple(AccessEntry(one) for one in PLACES if random.random() < 0.15)
    refuses = ("AZ",) if random.random() < 0.2 else ()
    return case(Access(close=close, refuses=refuses)), rules


def elements(scenario: Scenario, rules: list[dict[str, str]]) -> list[Blocker]:
    """Return all that could be lifted short of building."""
    return [
        *(Blocker("rule", one["id"], one["by"], "") for one in rules if one["effect"] == "deny"),
        *(Blocker("scenario", str(one), "", "") for one in scenario.access.close),
        *(Blocker("refuses", f"refuses:{one}", one, "") for one in scenario.access.refuses),
    ]


def smaller(among: list[Blocker], size: int) -> Iterator[tuple[Blocker, ...]]:
    return chain.from_iterable(combinations(among, count) for count in range(size))


@pytest.mark.parametrize("seed", range(4))
def test_no_smaller_set_opens_a_route_under_random_laws(seed: int) -> None:
    random, shut = Random(seed), 0  # noqa: S311 - no secret
    while shut < 12:
        scenario, rules = random_law(random)
        register = small_register(rules=rules)
        if has_route(scenario, WORLD, register):
            continue
        shut += 1
        found = proven(scenario, register)
        assert not found.building, "lifting every refusal opens the world"
        for few in smaller(elements(scenario, rules), len(found.relax)):
            assert not has_route(lifted(scenario, few), WORLD, register), few


# --- the map ---------------------------------------------------------------------------


def test_the_cut_is_a_map_of_lines_and_points() -> None:
    found = proven(case(), small_register(rules=[*BOTH, deny("N2", "UZ", "X_N")]))
    demands = [
        DemandResult("ok", "ok"),
        DemandResult("d", "infeasible", certificate=found),
    ]
    line = np.array([[50.0, 40.0], [51.0, 41.0]])
    drawn: list[int] = []

    def draw(arcs: object) -> np.ndarray:
        drawn.extend(list(arcs))  # type: ignore[call-overload]
        return line

    features = json.loads(cuts_geojson(demands, WORLD.graph, draw))["features"]
    assert drawn == list(cut_arcs(demands)) == [NORTH, SOUTH, TUNNEL]
    north, south, tunnel = (one["properties"] for one in features)
    assert tuple(north) == CUT_FIELDS
    assert [one["geometry"]["type"] for one in features] == ["Point", "Point", "LineString"]
    assert [one["id"] for one in features] == ["d.1", "d.2", "d.3"]
    assert (north["asset_id"], north["countries"], north["mode"]) == ("X_N", "KZ;UZ", "road")
    assert (north["blockers"], north["actors"]) == ("N2;NORTH", "UZ;KZ")
    assert north["reason"] == "title of N2; title of NORTH"
    assert [one["in_smallest_set"] for one in (north, south, tunnel)] == ["no", "yes", "no"]
    assert (tunnel["asset_id"], tunnel["blockers"], tunnel["countries"]) == (
        "TUNNEL", "TUNNEL", "KZ",
    )  # fmt: skip


def test_no_cuts_is_a_file_too() -> None:
    assert json.loads(cuts_geojson([], WORLD.graph, lambda _: np.zeros((1, 2))))["features"] == []


# --- the real network ------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("baseline", 2), ("sanctions_iran_enforced", 4), ("only_3p3", 4),
        ("replay_2022_03_15", 2), ("azerbaijan_refuses", 3),
    ],
)  # fmt: skip
def test_the_library_opens_as_its_certificates_say(
    real: Real, real_folder: Path, name: str, wanted: int
) -> None:
    scenario = read(name, real_folder)[0].scenario
    snapshot, register = real.snapshot, load_register(known=NOWHERE, checks_places=False)
    whole = compiled(scenario, snapshot, register)
    finder = WayFinder(scenario, snapshot, whole, real.network.links.length_km)
    certifier, tried = Certifier(scenario, whole), 0
    for k in range(len(scenario.demands)):
        if tried == wanted:
            break
        if min(finder.starts[k], finder.ends[k]) < 0 or finder.ways(k):
            continue
        tried += 1
        view = whole.view(k)
        field = certifier.field_of(view, finder.starts[k])
        free = certifier.barriers(k, view, field)[1] < 0
        usable = np.concatenate([view.open_after(now) for now in field.memories])
        assert (free == usable).all(), "an arc is open where nothing stands in the way"
        found = certifier.of(k, finder.starts[k], finder.ends[k])
        assert found is not None
        assert found.relax
        assert found.cut
        assert has_route(lifted(scenario, found.relax), snapshot, register, k)
        for one in found.relax:
            rest = [other for other in found.relax if other != one]
            assert not has_route(lifted(scenario, rest), snapshot, register, k), one
    assert tried == wanted
