"""Random small worlds of access, quick enough for thousands: graphs, laws, cargoes, costs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from random import Random
from typing import TYPE_CHECKING

import numpy as np

from corridors.model.access import POWER_FOR, Actor, Cargo, Rule, Scope, Selector, Span
from corridors.scenario.access import compile_access
from corridors.scenario.levies import Units
from corridors.scenario.terrain import Terrain
from geodata.types import Branch, BranchLeg, Kind, Mode, Status
from tests.oracles.access_world import SURE, Arc, Node, asset, graph, hold, land, law, named

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corridors.model.access import Control, InForce
    from corridors.scenario.access import Access
    from geodata.types import DecisionGraph, Floats

#: How many graphs the worlds are drawn from; each costs a moment to group.
GRAPHS = 60
HOUR_USD = 2.0
UNITS = Units(value_usd_per_teu=40000.0)

NODES = (
    Node("AA", Mode.NONE, "T"), Node("AA"), Node("AA", Mode.RAIL), Node("BB"),
    Node("BB", Mode.RAIL), Node("CC"), Node("CC", Mode.NONE, "P"), Node("CC", Mode.SEA, "P"),
    Node("XZ", Mode.SEA), Node("BB", Mode.SEA, "Q"), Node("BB"), Node("BB", Mode.RAIL),
)  # fmt: skip
ASSETS = (
    asset("T", "terminal", "AA"), asset("P", "terminal", "CC"), asset("Q", "terminal", "BB"),
    asset("X_AB", "crossing", "AA", "BB"), asset("X_AB_RL", "crossing", "AA", "BB"),
    asset("X_BC", "crossing", "BB", "CC"), asset("X-BB-CC-R01", "crossing", "BB", "CC"),
    asset("S", "strait", "XZ"), asset("L", "line", "BB"), asset("N", "line", "BB"),
    asset("V", "service"),
)  # fmt: skip
#: What may lie between the nodes; every graph has the first ones and some of the rest.
SPINE = (
    Arc(0, 1, Kind.ACCESS, asset="T"), Arc(1, 3, Kind.BORDER, asset="X_AB"),
    Arc(3, 10, asset="L", km=4.0), Arc(10, 5, Kind.BORDER, asset="X_BC"),
    Arc(5, 6, Kind.ACCESS, asset="P"),
)  # fmt: skip
OTHERS = (
    Arc(0, 2, Kind.ACCESS, Mode.RAIL, "T"), Arc(1, 2, Kind.TRANSFER, asset="T", km=0.0),
    Arc(2, 4, Kind.BORDER, Mode.RAIL, "X_AB_RL"), Arc(10, 11, Kind.TRANSFER, km=0.0),
    Arc(10, 5, Kind.BORDER, asset="X-BB-CC-R01"), Arc(6, 7, Kind.TRANSFER, Mode.SEA, "P", 0.0),
    Arc(7, 8, mode=Mode.SEA, asset="S", country="XZ"), Arc(7, 8, mode=Mode.SEA, country="XZ"),
    Arc(8, 9, mode=Mode.SEA, country="XZ"), Arc(9, 3, Kind.TRANSFER, Mode.SEA, "Q", 0.0),
    Arc(3, 9, Kind.BOARDING, Mode.FERRY, "V"), Arc(4, 11, mode=Mode.RAIL, asset="L", km=4.0),
)  # fmt: skip

ACTORS = ("AA", "BB", "CC", "SS", "UN", "OP", "AG")
NAMES = ("AA", "BB", "CC", "T", "grain")
FIELDS = ("origin", "destination", "end", "flag", "owner", "operator", "commodity", "after")
SCOPES = (
    Scope("any"), land("AA"), land("BB"), land("CC"), land("AA", "BB"), land("BB", modes=["road"]),
    land("CC", modes=["sea"]), named("X_AB"), named("X_BC"), named("T", "L"), named("S"),
    named("V"), named("P"), Scope("country_pair", frozenset({"AA-BB"})),
    Scope("unnamed_border", frozenset({"BB-CC"})), Scope("operator", frozenset({"OP", "AA"})),
    Scope("branch", frozenset({"EW"})), Scope("any", modes=frozenset({"rail"})),
)  # fmt: skip
STARTS = (None, date(2020, 1, 1), date(2021, 1, 1))
VALUES = (None, 0.0, 0.25, 1.0, 1.0)
SPOKEN_FOR = {"AA": frozenset({"AA", "AG"})}
BLOCS = {"G": frozenset({"BB", "AA"}), "H": frozenset({"CC", "OP"})}
KNOWN = {
    name: Actor(name, name, "agency" if name == "AG" else "state", "", SURE)
    for name in (*ACTORS, *BLOCS)
}


@dataclass(frozen=True)
class World:
    """Cargo of some classes where some rules hold."""

    terrain: Terrain
    law: InForce
    classes: tuple[Cargo, ...]

    def access(self, *more: Rule) -> Access:
        """Compile the rules, and these too."""
        return compile_access(self.terrain, with_rules(self.law, more), self.classes, units=UNITS)


def with_rules(held: InForce, more: Sequence[Rule]) -> InForce:
    """Return a law with more rules."""
    return replace(held, rules=(*held.rules, *more)) if more else held


def rolled_world(random: Random) -> World:
    """Return a random world of up to seven rules and four classes of cargo."""
    rules = tuple(rolled_rule(random, f"r{at}") for at in range(random.randint(0, 7)))
    held = replace(
        law(*rules, controls=rolled_controls(random)),
        actors=KNOWN, blocs=BLOCS, agencies=SPOKEN_FOR,
    )  # fmt: skip
    classes = tuple(rolled_cargo(random) for _ in range(random.randint(1, 4)))
    return World(drawn_terrain(random.randrange(GRAPHS)), held, classes)


def rolled_controls(random: Random) -> tuple[Control, ...]:
    """Return who holds what: states their land, others a little; some shut by default."""
    states = [hold(code, land(code), is_open=random.random() < 0.9) for code in ("AA", "BB", "CC")]
    others = [
        hold("SS", named("S", "V", "L")), hold("UN", Scope("any"), "sanctioning"),
        hold("OP", named("X_AB", "L"), "operator"), hold("AG", named("X_AB", "T")),
        hold("OP", land("BB", modes=["rail"]), is_open=random.random() < 0.8),
    ]  # fmt: skip
    return (*states, *(one for one in others if random.random() < 0.8))


def rolled_rule(random: Random, name: str, effect: str = "") -> Rule:
    """Return a random rule, of some effect if given."""
    effect = effect or random.choice(["deny", "permit", *POWER_FOR])
    units = {"charge": ("USD/TEU", "percent of value", "USD/TEU-km"), "delay": ("h", "days")}
    who = tuple(
        Selector(random.choice(FIELDS), some(random, 1), random.random() < 0.3)
        for _ in range(random.choice((0, 0, 0, 1, 2)))
    )
    return Rule(
        name, random.choice(ACTORS), effect, random.choice(SCOPES), who,
        random.choice(VALUES) if effect not in ("permit", "deny") else None,
        unit=random.choice(units.get(effect, ("TEU/yr",))),
        direction=random.choice(("both", "both", "both", "in", "out")),
        transit_only=random.random() < 0.15, span=Span(random.choice(STARTS)),
        priority=random.choice((0, 0, 1)), by_bloc=random.random() < 0.3,
    )  # fmt: skip


def rolled_cargo(random: Random) -> Cargo:
    """Return random cargo; most traits are not said."""
    said = [name for name in FIELDS if name != "end" and random.random() < 0.6]
    return Cargo(**{name: some(random) for name in said})


def some(random: Random, least: int = 0) -> frozenset[str]:
    """Return up to two names."""
    return frozenset(random.choices(NAMES, k=random.randint(least, 2)))


@cache
def drawn_terrain(number: int) -> Terrain:
    """Return the terrain of one of the graphs."""
    random = Random(f"graph {number}")  # noqa: S311 - no secret
    there = [*SPINE, *(one for one in OTHERS if random.random() < 0.7)]
    there += [twin(random, one) for one in there if random.random() < 0.4]
    there = [one._replace(km=one.km * random.randint(1, 9)) for one in there]
    status = random.choice((Status.BUILT, Status.PLANNED))
    there.append(Arc(3, 10, asset="N", km=1.0, status=status))
    back = [one._replace(tail=one.head, head=one.tail, country=one.country or
                         NODES[one.tail].country) for one in there]  # fmt: skip
    world = graph(NODES, [*there, *back], ASSETS)
    return Terrain.of(world, drawn_branches(random, world))


def twin(random: Random, arc: Arc) -> Arc:
    """Return an arc beside another: of the same asset, or a line that no asset names."""
    nameless = arc.kind == Kind.LINE and random.random() < 0.5
    km = max(0.0, arc.km + random.randint(-1, 1) / 2)
    return arc._replace(asset="" if nameless else arc.asset, km=km)


def drawn_branches(random: Random, world: DecisionGraph) -> tuple[Branch, ...]:
    """Return a branch over the lines of some arcs, or none."""
    lines = np.flatnonzero(world.arcs.kind == Kind.LINE).tolist()
    if not lines or random.random() < 0.3:
        return ()
    arcs = tuple(sorted(random.sample(lines, random.randint(1, min(3, len(lines))))))
    km = float(world.arcs.length_km[list(arcs)].sum())
    legs = (BranchLeg("EW", 1, "T", "P", "road", (), arcs, km, ""),)
    return (Branch("EW", "EW", "", "", "", "", (), legs, ()),)


# --- costs -----------------------------------------------------------------------------


def weights(access: Access) -> Floats:
    """Return what each class pays on each arc, infinite where it may not pass, (classes, n)."""
    km = access.terrain.graph.arcs.length_km
    paid = km + access.charge_usd_per_teu + HOUR_USD * access.delay_h
    return np.where(access.open, paid, np.inf)[access.row_of]


def costs(access: Access) -> Floats:
    """Return the cheapest cost between all nodes by Floyd and Warshall, (classes, n, n)."""
    graph_ = access.terrain.graph
    n = len(graph_.nodes)
    found = np.full((len(access.row_of), n, n), np.inf)
    of_class = np.arange(len(access.row_of))[:, None]
    np.minimum.at(found, (of_class, graph_.arcs.tail, graph_.arcs.head), weights(access))
    found[:, np.arange(n), np.arange(n)] = 0.0
    for via in range(n):
        np.minimum(found, found[:, :, [via]] + found[:, [via], :], out=found)
    return found
