"""Whole runs on random small worlds, against a search that remembers every place by name.

The search judges each arc by the second reading of precedence, for cargo that has been
wherever its way led; it knows no bits, no classes and no masks.
"""

from __future__ import annotations

import heapq
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import settings

from corridors.model.access import Selector
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
from corridors.run import Answer, solve
from corridors.scenario.terrain import Terrain
from geodata.snapshot import Snapshot
from geodata.types import Kind, Mode, Place, Status
from tests.oracles.access_world import ROLES, land, named
from tests.oracles.random_access import (
    ACTORS,
    GRAPHS,
    HOUR_USD,
    drawn_terrain,
    rolled_controls,
    rolled_rule,
    some,
)
from tests.oracles.small_register import small_register
from tests.oracles.verdicts import judged

if TYPE_CHECKING:
    from collections.abc import Iterator

    from corridors.model.access import Cargo, InForce, Rule
    from corridors.scenario.register import Register

pytestmark = pytest.mark.long

#: At the default profile 1, ten times as many cases at the deep one.
TIMES = settings.default.max_examples // 100  # type: ignore[union-attr]
CASES = 400
TERMINALS = {"T": "AA", "P": "CC"}
PLACES = ("AA", "BB", "CC", "X_AB", "X_BC", "S", "L", "Q", "P")
#: Who may refuse cargo for where it has been, and where.
MAKERS = (
    ("CC", named("X_BC")), ("CC", named("P")), ("AA", named("X_AB", "X_AB_RL")), ("BB", named("L")),
    ("CC", land("CC", modes=["sea"])), ("BB", land("BB", modes=["rail"])),
)  # fmt: skip
EMPTY = small_register()


@dataclass(frozen=True)
class World:
    """A random world as runs take it."""

    snapshot: Snapshot
    terrain: Terrain
    register: Register
    scenario: Scenario


def rolled(random: Random) -> World:
    """Return a random world in which some rules ask where cargo has been."""
    # Without the branches that rules may name: the search knows no corridor.
    terrain = Terrain.of(drawn_terrain(random.randrange(GRAPHS)).graph)
    count = random.randint(0, 3)
    rules = tuple(
        replace(
            rolled_rule(random, f"r{at}", random.choice(("deny", "permit", "permit"))),
            by_bloc=False,
        )
        for at in range(count)
    )
    rules += tuple(remembering(random, f"m{at}") for at in range(random.randint(1, 3)))
    actors = tuple(replace(EMPTY.actors[0], id=name, name=name) for name in ACTORS)
    register = replace(
        EMPTY, actors=actors, memberships=(), rules=rules, roles=tuple(ROLES.values()),
        controls=rolled_controls(random),
    )  # fmt: skip
    return World(snapshot_of(terrain), terrain, register, rolled_scenario(random))


def remembering(random: Random, name: str) -> Rule:
    """Return a rule about cargo that has been somewhere."""
    drawn = rolled_rule(random, name, random.choice(("deny", "deny", "deny", "permit")))
    past = Selector("after", frozenset(random.sample(PLACES, random.randint(1, 2))))
    maker, scope = random.choice(MAKERS)
    return replace(drawn, by=maker, who=(past,), scope=scope, by_bloc=False, direction="both",
                   transit_only=False, priority=random.randint(0, 2))  # fmt: skip


def rolled_scenario(random: Random) -> Scenario:
    """Return a scenario of both directions that closes a little itself."""
    demands = tuple(
        Demand(f"{origin}-{end}", origin, end, 10.0,
               Traits(owner=tuple(sorted(some(random))), commodity=("grain",)))
        for origin, end in (("T", "P"), ("P", "T"))
    )  # fmt: skip
    close, opened = (
        (AccessEntry(random.choice(("X_AB", "S", "BB", "AA-BB", "Q"))),)
        if random.random() < share else ()
        for share in (0.2, 0.15)
    )  # fmt: skip
    access = Access(
        close=close, open=opened,
        permits=(random.choice(ACTORS),) if random.random() < 0.2 else (),
        refuses=(random.choice(ACTORS),) if random.random() < 0.1 else (),
    )  # fmt: skip
    built = ("N",) if random.random() < 0.5 else ()
    return Scenario(
        "x", "t", "w", (), date(2026, 9, 9), NetworkChoice(built=built), access, demands,
        Costs(HOUR_USD, 50000.0), Alternatives(max_detour=100.0),
    )  # fmt: skip


def snapshot_of(terrain: Terrain) -> Snapshot:
    """Return a snapshot of a graph whose terminals are nodes of their own."""
    graph = terrain.graph
    at = [int(np.flatnonzero((graph.nodes.terminal == k) & (graph.nodes.mode == Mode.NONE))[:1]
              .sum()) for k in range(len(graph.terminal_ids))]  # fmt: skip
    nodes = np.array(at, np.int32)
    chain = np.arange(len(graph.arcs), dtype=graph.chain.dtype)
    whole = replace(graph, origin=nodes, destination=nodes, chain=chain)
    places = tuple(Place(name, name, code, 0.0, 0.0) for name, code in TERMINALS.items())
    return Snapshot("id", Path(), whole, places, (), ())


# --- the search ------------------------------------------------------------------------


@dataclass(frozen=True)
class Search:
    """Cheapest ways of one cargo, judged arc by arc."""

    world: World
    law: InForce
    cargo: Cargo
    price: np.ndarray
    _passable: dict[tuple[int, frozenset[str]], bool] = field(default_factory=dict)

    @cached_property
    def asked(self) -> frozenset[str]:
        """The places of which any rule asks whether cargo has been there."""
        past = [one for rule in self.law.rules for one in rule.who if one.field == "after"]
        return frozenset().union(*(one.names for one in past))

    @cached_property
    def on_arc(self) -> list[frozenset[str]]:
        """Where cargo has been once it has travelled each arc, as far as is asked."""
        graph, found = self.world.terrain.graph, []
        for arc, kind in enumerate(graph.arcs.kind.tolist()):
            place = self.world.terrain.places[self.world.terrain.place_of_arc[arc]]
            calls = kind in (Kind.ACCESS, Kind.TRANSFER, Kind.BOARDING)
            country = {graph.countries[graph.arcs.country[arc]]} if calls else set[str]()
            found.append(self.asked & (place.assets | country))
        return found

    @cached_property
    def at_node(self) -> list[frozenset[str]]:
        """The country where cargo is ashore at each node, as far as is asked."""
        graph = self.world.terrain.graph
        ashore = np.isin(graph.nodes.mode, (Mode.NONE, Mode.RAIL, Mode.ROAD)).tolist()
        codes = [graph.countries[code] for code in graph.nodes.country.tolist()]
        return [
            self.asked & ({code} if there else set())
            for code, there in zip(codes, ashore, strict=True)
        ]

    def best(self, start: int, end: int) -> float:
        """Return the least cost from a node to another, infinite if there is no way."""
        arcs = self.world.terrain.graph.arcs
        leaving: dict[int, list[int]] = {}
        for arc, tail in enumerate(arcs.tail.tolist()):
            leaving.setdefault(tail, []).append(arc)
        first = (0.0, start, self.at_node[start])
        queue, done = [(first[0], start, sorted(first[2]))], set[tuple[int, frozenset[str]]]()
        while queue:
            cost, node, names = heapq.heappop(queue)
            been = frozenset(names)
            if node == end:
                return cost
            if (node, been) in done:
                continue
            done.add((node, been))
            for arc in leaving.get(node, ()):
                if self.may_pass(arc, been):
                    head = int(arcs.head[arc])
                    after = been | self.on_arc[arc] | self.at_node[head]
                    heapq.heappush(queue, (cost + self.price[arc], head, sorted(after)))
        return np.inf

    def along(self, way: list[int], start: int) -> Iterator[tuple[int, frozenset[str]]]:
        """Yield each arc of a way and where the cargo has been before it."""
        been = self.at_node[start]
        for arc in way:
            yield arc, been
            head = int(self.world.terrain.graph.arcs.head[arc])
            been = been | self.on_arc[arc] | self.at_node[head]

    def may_pass(self, arc: int, been: frozenset[str]) -> bool:
        """Whether cargo that has been somewhere may pass an arc."""
        if (arc, been) not in self._passable:
            self._passable[arc, been] = self._judge(arc, been)
        return self._passable[arc, been]

    def _judge(self, arc: int, been: frozenset[str]) -> bool:
        """Judge an arc for cargo that has been somewhere."""
        place = self.world.terrain.places[self.world.terrain.place_of_arc[arc]]
        choice, graph = self.world.scenario, self.world.terrain.graph
        asset = graph.arcs.asset[arc]
        name = graph.assets[asset].id if asset >= 0 else ""
        stands = graph.arcs.status[arc] == Status.BUILT or name in choice.network.built
        names = {*place.assets, *place.countries, place.pair}
        if not stands or any(entry.place in names for entry in choice.access.close):
            return False
        if any(entry.place in names for entry in choice.access.open):
            return True
        cargo = replace(self.cargo, after=been)
        return not judged(self.law, replace(place, closed=""), cargo).closers


def check(random: Random) -> str:
    """Run a random world and hold every demand against the search; say what it showed."""
    world = rolled(random)
    km = world.terrain.graph.arcs.length_km
    answer = solve(world.scenario, world.snapshot, km, world.register)
    shown = "open"
    for k, told in enumerate(answer.result.demands):
        shown = max(shown, check_demand(world, answer, k), key=SHOWS.index)
        assert bool(told.routes) == (told.status == "ok")
    return shown


#: What a world can show, the rarer the later.
SHOWS = ("open", "no way", "turned by memory")


def check_demand(world: World, answer: Answer, k: int) -> str:
    """Hold one demand against the search."""
    compiled, graph = answer.compiled, world.terrain.graph
    # No rule here charges or delays: what cargo pays does not hang on where it has been.
    view, found = compiled.view(k), np.inf
    search = Search(world, compiled.law, compiled.cargos[k], view.generalised_usd_per_teu)
    demand, told = world.scenario.demands[k], answer.result.demands[k]
    at = dict(zip(graph.terminal_ids, world.snapshot.graph.origin.tolist(), strict=True))
    start, end = at[demand.origin], at[demand.destination]
    best = search.best(start, end)
    for route in told.routes:
        way = [arc for leg in route.legs for arc in leg.arcs]
        assert all(search.may_pass(arc, been) for arc, been in search.along(way, start))
        assert [start, *graph.arcs.head[way].tolist()][:-1] == graph.arcs.tail[way].tolist()
        assert route.cost_usd_per_teu == pytest.approx(view.cost_usd_per_teu[way].sum())
        assert route.time_h == pytest.approx(view.time_h[way].sum())
        found = min(found, float(view.generalised_usd_per_teu[way].sum()))
    assert found == pytest.approx(best)
    rules = tuple(
        rule for rule in compiled.law.rules if not any(one.field == "after" for one in rule.who)
    )
    bare = replace(compiled.law, rules=rules)
    forgets = Search(world, bare, compiled.cargos[k], view.generalised_usd_per_teu)
    if forgets.best(start, end) != best:
        return "turned by memory"
    return "no way" if np.isinf(best) else "open"


def test_runs_find_the_cheapest_way_that_may_be_gone() -> None:
    shown: Counter[str] = Counter()
    for case in range(CASES * TIMES):
        try:
            shown[check(Random(f"run {case}"))] += 1  # noqa: S311 - no secret
        except Exception as error:
            error.add_note(f"the case drawn from Random('run {case}')")
            raise
    assert shown.total() == CASES * TIMES
    assert all(shown[kind] >= 0.05 * shown.total() for kind in SHOWS), shown


def test_no_way_is_certified_where_a_rule_asks_of_the_past_without_effect() -> None:
    random = Random(1)  # noqa: S311 - no secret
    world = rolled(random)
    asks = replace(remembering(random, "m"), who=(Selector("after", frozenset({"AA"})),),
                   scope=named("X_ELSEWHERE"))  # fmt: skip
    shut = Access(close=(AccessEntry("AA-BB"), AccessEntry("P")))
    register = replace(world.register, rules=(asks,))
    scenario = replace(world.scenario, access=shut)
    km = world.terrain.graph.arcs.length_km
    for told in solve(scenario, world.snapshot, km, register).result.demands:
        assert told.status == "infeasible"
        assert told.certificate is not None
        assert {one.id for one in told.certificate.relax} >= {"P"}
