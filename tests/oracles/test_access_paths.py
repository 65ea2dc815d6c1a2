"""Ways that hang on where the cargo has been, against every simple way on small graphs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corridors.model.access import Cargo, Scope, Selector
from corridors.scenario.access import compile_access
from corridors.scenario.terrain import Terrain
from corridors.scenario.visits import asked_of, visits_of
from corridors.solve.stateful import MOST_BITS, StateRouter, Way
from geodata.types import Kind, Mode
from tests.oracles.access_world import (
    Arc,
    Node,
    asset,
    graph,
    hold,
    land,
    law,
    rule,
    there_and_back,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from corridors.model.access import InForce
    from geodata.types import DecisionGraph

BITS = 2
#: A case takes a few milliseconds.
CASES = settings(max_examples=5 * settings.default.max_examples)  # type: ignore[union-attr]


# --- random graphs ---------------------------------------------------------------------


@st.composite
def problems(draw: st.DrawFn) -> dict[str, Any]:
    """Return a graph whose arcs are barred to some memories and to all that hold more."""
    n = draw(st.integers(2, 6))
    m = draw(st.integers(1, 14))
    node, bits = st.integers(0, n - 1), st.integers(0, (1 << BITS) - 1)

    def column(values: st.SearchStrategy[int], length: int) -> Any:
        return np.array(draw(st.lists(values, min_size=length, max_size=length)), np.int64)

    # The sets of bits that bar an arc: barred by {0} means barred to any that holds it.
    barring = draw(st.lists(st.sets(bits, max_size=2), min_size=m, max_size=m))
    usable = np.array(
        [[not any(bar & memory == bar for bar in bars) for bars in barring]
         for memory in range(1 << BITS)]
    )  # fmt: skip
    base = column(st.integers(0, 9), m).astype(np.float64)
    # Remembering more never makes an arc cheaper.
    extra = column(st.integers(0, 3), m)
    weight = np.array([base + extra * memory.bit_count() for memory in range(1 << BITS)])
    return {
        "tail": column(node, m).astype(np.int32), "head": column(node, m).astype(np.int32),
        "weight": weight, "usable": usable,
        "gain_on_arc": column(st.sampled_from([0, 0, 1, 2]), m),
        "gain_at_node": column(st.sampled_from([0, 0, 0, 1, 2]), n),
    }  # fmt: skip


def simple_ways(problem: dict[str, Any], start: int, end: int) -> Iterator[list[int]]:
    """Yield the arcs of every way that comes to no node twice."""
    heads = problem["head"].tolist()
    leaving: dict[int, list[int]] = {}
    for arc, node in enumerate(problem["tail"].tolist()):
        leaving.setdefault(node, []).append(arc)

    def walk(node: int, seen: frozenset[int], way: list[int]) -> Iterator[list[int]]:
        if node == end:
            yield way
            return
        for arc in leaving.get(node, []):
            if heads[arc] not in seen:
                yield from walk(heads[arc], seen | {heads[arc]}, [*way, arc])

    yield from walk(start, frozenset({start}), [])


def travelled(problem: dict[str, Any], start: int, way: list[int]) -> tuple[float, int]:
    """Return the weight of a way, infinite if an arc refuses, and the memory at its end."""
    memory, total = int(problem["gain_at_node"][start]), 0.0
    for arc in way:
        if not problem["usable"][memory, arc]:
            return np.inf, memory
        total += float(problem["weight"][memory, arc])
        memory |= int(problem["gain_on_arc"][arc])
        memory |= int(problem["gain_at_node"][problem["head"][arc]])
    return total, memory


@CASES
@given(problems(), st.data())
def test_the_way_is_the_cheapest_of_all_simple_ways(
    problem: dict[str, Any], data: st.DataObject
) -> None:
    nodes = st.integers(0, len(problem["gain_at_node"]) - 1)
    start, end = data.draw(nodes), data.draw(nodes)
    found = StateRouter(**problem, start=start).way(end)
    best = min(
        (travelled(problem, start, way)[0] for way in simple_ways(problem, start, end)),
        default=np.inf,
    )
    if found is None:
        assert np.isinf(best)
    else:
        assert found.weight == best
        assert travelled(problem, start, found.arcs.tolist()) == (found.weight, found.memory)
        assert_joined(problem, found, start, end)


def assert_joined(problem: dict[str, Any], way: Way, start: int, end: int) -> None:
    ends = [start, *problem["head"][way.arcs].tolist()]
    assert problem["tail"][way.arcs].tolist() == ends[:-1]
    assert ends[-1] == end


@CASES
@given(problems(), st.data())
def test_without_gains_memory_changes_nothing(problem: dict[str, Any], data: st.DataObject) -> None:
    blank = problem | {
        name: np.zeros_like(problem[name]) for name in ("gain_on_arc", "gain_at_node")
    }
    start = data.draw(st.integers(0, len(problem["gain_at_node"]) - 1))
    router = StateRouter(**blank, start=start)
    assert router.memories.tolist() == [0]


def test_too_many_bits_are_refused() -> None:
    states = 1 << (MOST_BITS + 1)
    nothing = np.zeros(1, np.int64)
    with pytest.raises(ValueError, match="more than 8 bits"):
        StateRouter(
            np.zeros(1, np.int32), np.zeros(1, np.int32), np.ones((states, 1)),
            usable=np.ones((states, 1), np.bool_), gain_on_arc=nothing, gain_at_node=nothing,
            start=0,
        )  # fmt: skip


# --- two refusals of the register --------------------------------------------------------


def remembered(world: DecisionGraph, in_force: InForce, cargo: Cargo) -> StateRouter:
    """Return a search from node 0 for cargo that remembers where it has been, by length."""
    terrain = Terrain.of(world)
    visits = visits_of(terrain, in_force, cargo)
    access = compile_access(terrain, in_force, visits.classes)
    usable = access.open[access.row_of]
    weight = np.broadcast_to(world.arcs.length_km, usable.shape)
    return StateRouter(
        world.arcs.tail, world.arcs.head, weight, usable=usable,
        gain_on_arc=visits.gain_on_arc, gain_at_node=visits.gain_at_node, start=0,
    )  # fmt: skip


def past(*names: str) -> Selector:
    return Selector("after", frozenset(names))


def carried_by(*names: str) -> Selector:
    return Selector("operator", frozenset(names))


# From Russia to Georgia the short way through Abkhazia or the long one at Lars.
GEORGIA = graph(
    [Node("RU"), Node("GE-AB"), Node("GE"), Node("GE")],
    there_and_back(
        Arc(0, 1, Kind.BORDER, asset="X_PSOU", km=1.0),
        Arc(1, 2, Kind.BORDER, asset="X_INGU", km=1.0),
        Arc(0, 2, Kind.BORDER, asset="X_LARS", km=9.0),
        Arc(2, 3, km=1.0),
    ),
    [asset("X_PSOU", "crossing", "RU", "GE-AB"), asset("X_INGU", "crossing", "GE-AB", "GE"),
     asset("X_LARS", "crossing", "GE", "RU")],
)  # fmt: skip


def test_a_way_through_abkhazia_closes_georgia() -> None:
    held = [hold(code, land(code)) for code in ("RU", "GE", "GE-AB")]
    bar = rule("r", "GE", "deny", land("GE"), who=(past("GE-AB"),))
    free = remembered(GEORGIA, law(controls=held), Cargo()).way(3)
    barred = remembered(GEORGIA, law(bar, controls=held), Cargo()).way(3)
    assert (free and free.arcs.tolist()) == [0, 1, 3]
    assert (barred and barred.arcs.tolist()) == [2, 3]
    inside = remembered(GEORGIA, law(bar, controls=held), Cargo()).way(1)
    assert (inside and inside.arcs.tolist()) == [0]


# From India to Greece by sea: unloaded and loaded in Iran, or by a longer lane past it.
SEA = graph(
    [Node("IN", Mode.SEA, "PIN"), Node("IR", Mode.SEA, "PIR"), Node("IR", terminal="PIR"),
     Node("XZ", Mode.SEA), Node("GR", Mode.SEA, "PGR"), Node("GR", terminal="PGR")],
    [
        Arc(0, 1, mode=Mode.SEA, km=1.0, country="XZ"),
        Arc(1, 2, Kind.TRANSFER, Mode.SEA, "PIR", 0.0),
        Arc(2, 3, Kind.BOARDING, Mode.SEA, "V", 0.0),
        Arc(0, 3, mode=Mode.SEA, km=9.0, country="XZ"),
        Arc(3, 4, mode=Mode.SEA, km=1.0, country="XZ"),
        Arc(4, 5, Kind.TRANSFER, Mode.SEA, "PGR", 0.0),
    ],
    [asset("PIR", "terminal", "IR"), asset("PGR", "terminal", "GR"), asset("V", "service")],
)  # fmt: skip


def test_a_call_in_iran_closes_a_european_carrier_s_ports_to_it() -> None:
    bar = rule(
        "r", "EU", "deny", land("GR", modes=["sea"]), who=(past("IR"), carried_by("EU", "GR"))
    )
    in_force = law(bar, controls=[hold("EU", land("GR"))])
    greek = Cargo(operator=frozenset({"GR"}))
    way = remembered(SEA, in_force, greek).way(5)
    assert (way and way.arcs.tolist()) == [3, 4, 5]
    other = remembered(SEA, in_force, Cargo(operator=frozenset({"IR"}))).way(5)
    assert (other and other.arcs.tolist()) == [0, 1, 2, 4, 5]


def test_only_classes_that_a_rule_could_meet_remember() -> None:
    bar = rule("r", "EU", "deny", Scope("any"), who=(past("IR"), carried_by("GR")))
    other = rule("s", "EU", "deny", Scope("any"), who=(past("RU", "BY"),))
    in_force = law(bar, other, controls=[])
    assert list(map(set, asked_of(in_force, Cargo()))) == [{"BY", "RU"}]
    asked = asked_of(in_force, Cargo(operator=frozenset({"GR"})))
    assert list(map(set, asked)) == [{"BY", "RU"}, {"IR"}]


def test_names_asked_about_together_and_apart_set_their_own_bits() -> None:
    rules = [
        rule(name, "GE", "deny", land("GE"), who=(past(*names),))
        for name, names in (("both", ("GE-AB", "RU")), ("one", ("RU",)))
    ]
    terrain = Terrain.of(GEORGIA)
    visits = visits_of(terrain, law(*rules, controls=[]), Cargo())
    assert list(map(set, visits.asked)) == [{"GE-AB", "RU"}, {"RU"}]
    assert visits.gain_at_node.tolist() == [0b11, 0b01, 0, 0]
    after = [set(one.after) for one in visits.classes]
    assert after == [set(), {"GE-AB"}, set(), {"GE-AB", "RU"}]
