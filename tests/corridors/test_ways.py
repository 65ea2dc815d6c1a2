"""Ways of demands whose cargo remembers where it has been, and of their corridor families."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corridors.metrics.family import PassageFinder, Section
from corridors.metrics.ways import WayFinder
from corridors.model.cost import Component
from corridors.model.scenario import (
    Access,
    Alternatives,
    Costs,
    Demand,
    NetworkChoice,
    Scenario,
    Traits,
)
from corridors.run import Answer, solve
from corridors.scenario.rates import load_rates
from corridors.scenario.tariffs import USUAL, lease_of
from corridors.solve.paths import Router
from corridors.solve.stateful import Field
from geodata.snapshot import Snapshot
from geodata.types import Branch, BranchLeg, Kind, Place
from tests.oracles.access_world import Arc, Node, asset, graph
from tests.oracles.small_register import small_register

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corridors.model.result import DemandResult
    from corridors.model.route import Route

# --- families of any graph ----------------------------------------------------------------


@st.composite
def problems(draw: st.DrawFn) -> dict[str, Any]:
    """Return random arcs with sections of three families laid over them."""
    n, m = draw(st.integers(2, 8)), draw(st.integers(1, 24))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    found = [
        Section(
            f"branch{k}", draw(st.sampled_from("ABC")), np.flatnonzero(rng.random(m) < 0.6),
            rng.choice(n, rng.integers(1, 3), replace=False),
            rng.choice(n, rng.integers(1, 3), replace=False),
        )
        for k in range(draw(st.integers(0, 4)))
    ]  # fmt: skip
    weight, usable = rng.choice([0.0, 1.0, 2.5, 7.0], (2, m)), rng.random((2, m)) < 0.8
    # Laws may differ in what is open only, or in what it costs only.
    same = draw(st.sampled_from(["weight", "usable", ""]))
    weight[1] = weight[0] if same == "weight" else weight[1]
    usable[1] = usable[0] if same == "usable" else usable[1]
    return {
        "n": n, "tail": rng.integers(0, n, m).astype(np.int32),
        "head": rng.integers(0, n, m).astype(np.int32),
        "weight": weight, "usable": usable, "sections": found,
    }  # fmt: skip


def lengths(problem: dict[str, Any], of: int, among: Any = None) -> dict[int, dict[int, float]]:
    """Return the weight from each node to each it leads to, over usable arcs among some."""
    net: nx.MultiDiGraph[int] = nx.MultiDiGraph()
    net.add_nodes_from(range(problem["n"]))
    for arc in np.flatnonzero(problem["usable"][of]).tolist():
        if among is None or arc in among:
            ends = int(problem["tail"][arc]), int(problem["head"][arc])
            net.add_edge(*ends, weight=float(problem["weight"][of, arc]))
    return dict(nx.all_pairs_dijkstra_path_length(net))


def expected(problem: dict[str, Any], of: int, start: int, end: int) -> dict[str, float]:
    """Return the weight of the best way of each family that has one."""
    whole, best = lengths(problem, of), dict[str, float]()
    for one in problem["sections"]:
        within = lengths(problem, of, set(one.arcs.tolist()))
        for entry in one.entries.tolist():
            for leave in one.exits.tolist():
                parts = [whole[start].get(entry), within[entry].get(leave), whole[leave].get(end)]
                known = [part for part in parts if part is not None]
                if len(known) == len(parts):
                    best[one.family] = min(sum(known), best.get(one.family, np.inf))
    return best


@settings(max_examples=2 * settings().max_examples)
@given(problems(), st.data())
def test_families_have_their_best_way_under_every_law(
    problem: dict[str, Any], data: st.DataObject
) -> None:
    nodes = st.integers(0, problem["n"] - 1)
    start, end = data.draw(nodes), data.draw(nodes)
    field = Field.plain(problem["tail"], problem["head"], n_nodes=problem["n"])
    finder = PassageFinder(problem["sections"])
    for of in (0, 1, 0):
        weight, usable = problem["weight"][of], problem["usable"][of]
        whole = Router(field.tail, field.head, weight, usable=usable, n_nodes=problem["n"])
        forward = whole.trees(np.array([start]))
        backward = whole.trees(np.array([end]), backward=True)
        passages, ends = finder.on(field, weight, usable), ((forward, 0), (backward, 0))
        ways = {family: (total, way) for family, _, total, way in passages.ways(whole, ends)}
        best = expected(problem, of, start, end)
        assert {family: total for family, (total, _) in ways.items()} == pytest.approx(best)
        for total, way in ways.values():
            assert usable[way].all()
            assert weight[way].sum() == pytest.approx(total)
            stops = [start, *problem["head"][way].tolist()]
            assert problem["tail"][way].tolist() == stops[:-1]
            assert stops[-1] == end
        limit = min(best.values(), default=0.0)
        near = {family for family, *_ in passages.ways(whole, ends, limit=limit)}
        assert near == {family for family, total in best.items() if total <= limit}


# --- a world where memory matters -----------------------------------------------------------

# From Russia to the port of Georgia: the short way by the shore through Abkhazia, or the
# long one over the mountains; both lead through the town G.
NODES = [
    Node("RU", terminal="R"), Node("RU"), Node("GE-AB", terminal="A"), Node("GE-AB"), Node("GE"),
    Node("RU"), Node("GE"), Node("GE", terminal="G"), Node("GE", terminal="P"),
]  # fmt: skip
ONE_WAY = [
    Arc(0, 1, km=10), Arc(1, 2, Kind.BORDER, asset="X_PSOU", km=0),
    Arc(2, 3, km=100), Arc(3, 4, Kind.BORDER, asset="X_INGU", km=0), Arc(4, 7, km=10),
    Arc(0, 5, km=300), Arc(5, 6, Kind.BORDER, asset="X_LARS", km=0), Arc(6, 7, km=300),
    Arc(7, 8, km=50, asset="L"),
]  # fmt: skip
SHORE, HILLS, PORT = [0, 1, 2, 3, 4], [5, 6, 7], [8]
BACK = len(ONE_WAY)
ARCS = [*ONE_WAY, *(one._replace(tail=one.head, head=one.tail) for one in ONE_WAY)]
ASSETS = [
    asset("X_PSOU", "crossing", "GE-AB", "RU"), asset("X_INGU", "crossing", "GE", "GE-AB"),
    asset("X_LARS", "crossing", "GE", "RU"), asset("L", "line", "GE"),
    *(asset(name, "terminal", code) for name, code in
      (("R", "RU"), ("A", "GE-AB"), ("G", "GE"), ("P", "GE"))),
]  # fmt: skip
TERMINALS = ("A", "G", "P", "R")


def branch(name: str, start: str, end: str, arcs: Sequence[int]) -> Branch:
    there = BranchLeg(name, 1, start, end, "road", (), tuple(arcs), 1.0, "")
    home = tuple(arc + BACK for arc in reversed(arcs))
    back = BranchLeg(name, 1, end, start, "road", (), home, 1.0, "")
    return Branch(name, name, name, "built", start, end, (start, end), (there,), (back,))


def world() -> Snapshot:
    at = np.array([next(k for k, one in enumerate(NODES) if one.terminal == name)
                   for name in TERMINALS], np.int32)  # fmt: skip
    whole = replace(graph(NODES, ARCS, ASSETS), origin=at, destination=at)
    code = {one.terminal: one.country for one in NODES}
    places = tuple(Place(name, name, code[name], 0.0, 0.0) for name in TERMINALS)
    branches = (
        branch("SHORE", "R", "G", SHORE), branch("HILLS", "R", "G", HILLS),
        branch("PORT", "G", "P", PORT),
    )  # fmt: skip
    return Snapshot("id", Path(), whole, places, branches, ())


WORLD = world()
KM = WORLD.graph.arcs.length_km
RULES: dict[str, dict[str, str]] = {
    # Who came through Abkhazia is not let into the rest of Georgia.
    "turned": {"by": "GE", "effect": "deny", "on_kind": "territory", "on": "GE",
               "cargo": "after=GE-AB owner=!RU", "title": "not after Abkhazia"},
    # Or pays and waits on the line to the port for it.
    "fined": {"by": "GE", "effect": "charge", "value": "900", "unit": "USD/TEU", "on": "L",
              "cargo": "after=GE-AB"},
    "searched": {"by": "GE", "effect": "delay", "value": "4", "unit": "h", "on": "L",
                 "cargo": "after=GE-AB"},
    # The line to the port is open only to what came by the hills.
    "shut": {"by": "GE", "effect": "deny", "on": "L"},
    "favoured": {"by": "GE", "effect": "permit", "on": "L", "cargo": "after=X_LARS"},
}  # fmt: skip


def asked(*, owner: str = "", detour: float = 100.0, start: str = "R", end: str = "P") -> Scenario:
    """Return a demand from Russia to the port, beside one of Russia's own if it has an owner."""
    traits = Traits(owner=(owner,)) if owner else Traits()
    demands = [Demand("d", start, end, 10.0, traits)]
    if owner:
        demands.append(Demand("other", "R", "P", 10.0, Traits(owner=("RU",))))
    return Scenario(
        "x", "t", "w", (), date(2026, 11, 22), NetworkChoice(), Access(), tuple(demands),
        Costs(2.0, 50000.0), Alternatives(max_detour=detour),
    )  # fmt: skip


def answer(*rules: str, **choice: Any) -> Answer:
    """Run a demand under some of the rules."""
    register = small_register(rules=[{"id": name} | RULES[name] for name in rules])
    return solve(asked(**choice), with_lines(WORLD), KM, register)


def ways(*rules: str, **choice: Any) -> dict[str, list[int]]:
    """Return the arcs of the way of each objective and family."""
    compiled = answer(*rules, **choice).compiled
    found = WayFinder(asked(**choice), with_lines(WORLD), compiled, KM).ways(0)
    return {way.family or way.title: way.arcs.tolist() for way in found}


def with_lines(snapshot: Snapshot) -> Snapshot:
    """Return the world with a chain of one link an arc."""
    chain = np.arange(len(ARCS), dtype=snapshot.graph.chain.dtype)
    return replace(snapshot, graph=replace(snapshot.graph, chain=chain))


def told(found: Answer, demand: int = 0) -> DemandResult:
    return found.result.demands[demand]


def arcs(route: Route) -> list[int]:
    return [arc for leg in route.legs for arc in leg.arcs]


def test_without_the_rule_the_short_way_is_best_and_every_family_is_told() -> None:
    best, *others = told(answer()).routes
    assert arcs(best) == [*SHORE, *PORT]
    assert set(best.corridor.split(";")) == {"SHORE", "PORT"}
    assert [(arcs(one), one.corridor) for one in others] == [([*HILLS, *PORT], "HILLS;PORT")]


def test_cargo_that_may_not_come_that_way_takes_the_second_best() -> None:
    found = answer("turned")
    (best,) = told(found).routes
    assert arcs(best) == [*HILLS, *PORT]
    assert set(best.objective.split(";")) == {"best", "cheapest", "fastest", "family"}
    # The family of the shore has no way left, that of the port goes by the hills now.
    assert set(best.corridor.split(";")) == {"HILLS", "PORT"}
    free = told(answer()).routes[1]
    assert (best.cost_usd_per_teu, best.time_h) == (free.cost_usd_per_teu, free.time_h)


def test_the_rule_turns_away_only_whom_it_is_about() -> None:
    found = answer("turned", owner="AM")
    assert arcs(told(found).routes[0]) == [*HILLS, *PORT]
    assert arcs(told(found, 1).routes[0]) == [*SHORE, *PORT]


def test_the_way_into_abkhazia_itself_is_open() -> None:
    assert arcs(told(answer("turned", end="A")).routes[0]) == SHORE[:2]


def test_cargo_from_abkhazia_has_been_there_from_the_start() -> None:
    shut = told(answer("turned", start="A"))
    assert (shut.status, shut.routes, shut.unserved_teu_per_year) == ("infeasible", (), 10.0)
    assert arcs(told(answer(start="A")).routes[0]) == [*SHORE[2:], *PORT]


@pytest.mark.parametrize(("rule", "usd", "hours"), [("fined", 900.0, 0), ("searched", 0, 4.0)])
def test_what_is_paid_for_having_been_somewhere_is_in_the_totals(
    rule: str, usd: float, hours: float
) -> None:
    before = {tuple(arcs(one)): one for one in told(answer()).routes}
    after = {tuple(arcs(one)): one for one in told(answer(rule)).routes}
    assert before.keys() == after.keys()
    weight = [one.cost_usd_per_teu + 2.0 * one.time_h for one in after.values()]
    assert weight == sorted(weight)
    for way, route in after.items():
        more = way[:2] == (0, 1)
        assert (rule in route.legs[-1].rule_ids) == more
        # The container is hired for the time of the search too.
        whole = usd + hours * lease_of(load_rates(), USUAL)
        assert route.cost_usd_per_teu - before[way].cost_usd_per_teu == pytest.approx(whole * more)
        assert route.time_h - before[way].time_h == pytest.approx(hours * more)


@pytest.mark.parametrize(
    ("rule", "component"), [("fined", Component.CHARGE), ("searched", Component.DELAY)]
)
def test_the_bill_of_a_leg_adds_up_and_names_the_rule_that_levies(
    rule: str, component: Component
) -> None:
    for route in told(answer(rule)).routes:
        levied = [line for leg in route.legs for line in leg.lines if line.component is component]
        assert [line.basis for line in levied] == [(rule,)] * (arcs(route)[:2] == [0, 1])
        for leg in route.legs:
            assert sum(line.usd for line in leg.lines) == pytest.approx(leg.cost_usd_per_teu)
            assert sum(line.h for line in leg.lines) == pytest.approx(leg.time_h)
            burnt = sum(line.kg for line in leg.lines)
            assert burnt == pytest.approx(leg.emissions_kgco2e_per_teu)


def test_a_way_that_only_memory_opens_is_found() -> None:
    found = told(answer("shut", "favoured"))
    assert [arcs(one) for one in found.routes] == [[*HILLS, *PORT]]
    assert told(answer("shut")).status == "infeasible"


def test_a_family_takes_the_way_on_which_it_is_cheapest_with_all_that_is_remembered() -> None:
    short, long = [*SHORE, *PORT], [*HILLS, *PORT]
    assert ways() == {
        "best": short, "cheapest": short, "fastest": short, "SHORE": short, "HILLS": long,
        "PORT": short,
    }  # fmt: skip
    assert ways("fined") == {
        "best": long, "cheapest": long, "fastest": short, "SHORE": short, "HILLS": long,
        "PORT": long,
    }  # fmt: skip
    assert ways("turned") == {
        "best": long, "cheapest": long, "fastest": long, "HILLS": long, "PORT": long
    }  # fmt: skip


def test_a_family_too_far_off_is_left_out_by_the_way_that_holds() -> None:
    assert ways(detour=1.5).keys() == {"best", "cheapest", "fastest", "SHORE", "PORT"}
    assert ways("turned", detour=1.5).keys() == {"best", "cheapest", "fastest", "HILLS", "PORT"}
