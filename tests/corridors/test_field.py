"""Graphs split by memory hold what cargo walking them would remember, and nothing else."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from corridors.solve.paths import Router
from corridors.solve.stateful import Field

#: A case takes less than a millisecond.
CASES = settings(max_examples=3 * settings().max_examples)


class Table(NamedTuple):
    """Random arcs with the bits gained on them and at nodes; loops and parallels included."""

    tail: Any
    head: Any
    gain_on_arc: Any
    gain_at_node: Any
    start: int

    @property
    def n_nodes(self) -> int:
        return len(self.gain_at_node)

    @property
    def field(self) -> Field:
        return Field.split(
            self.tail, self.head, gain_on_arc=self.gain_on_arc, gain_at_node=self.gain_at_node,
            start=self.start,
        )  # fmt: skip

    def walked(self) -> dict[tuple[int, int], set[tuple[int, int, int]]]:
        """Return for each node and memory that cargo can come to: arc, node, memory next."""
        first = (self.start, int(self.gain_at_node[self.start]))
        found: dict[tuple[int, int], set[tuple[int, int, int]]] = {}
        left = [first]
        while left:
            node, memory = state = left.pop()
            if state in found:
                continue
            found[state] = set()
            for arc in np.flatnonzero(self.tail == node).tolist():
                there = int(self.head[arc])
                after = memory | int(self.gain_on_arc[arc]) | int(self.gain_at_node[there])
                found[state].add((arc, there, after))
                left.append((there, after))
        return found


@st.composite
def tables(draw: st.DrawFn) -> Table:
    n, m = draw(st.integers(1, 6)), draw(st.integers(0, 14))
    node, gain = st.integers(0, n - 1), st.sampled_from([0, 0, 0, 1, 2, 4, 5])

    def column(values: st.SearchStrategy[int], length: int, kind: Any = np.int64) -> Any:
        return np.array(draw(st.lists(values, min_size=length, max_size=length)), kind)

    ends = column(node, m, np.int32), column(node, m, np.int32)
    return Table(*ends, column(gain, m), column(gain, n), draw(node))


def unpacked(field: Field, state: int) -> tuple[int, int]:
    """Return the node of a state and what is remembered there."""
    at, node = divmod(state, field.n_nodes)
    return node, int(field.memories[at])


@CASES
@given(tables())
def test_the_states_within_reach_are_those_that_a_walk_comes_to(table: Table) -> None:
    field, walked = table.field, table.walked()
    root = field.state(table.start, int(table.gain_at_node[table.start]))
    router = Router(
        field.tail, field.head, np.ones(len(field.tail)),
        usable=np.ones(len(field.tail), np.bool_), n_nodes=field.n_states,
    )  # fmt: skip
    reached = np.flatnonzero(np.isfinite(router.trees(np.array([root])).distance[0]))
    assert {unpacked(field, state) for state in reached.tolist()} == walked.keys()
    assert unpacked(field, root) == (table.start, int(table.gain_at_node[table.start]))


@CASES
@given(tables())
def test_the_rows_out_of_a_state_are_the_arcs_out_of_its_node(table: Table) -> None:
    field = table.field
    for (node, memory), steps in table.walked().items():
        rows = np.flatnonzero(field.tail == field.state(node, memory))
        ends = [unpacked(field, state) for state in field.head[rows].tolist()]
        arcs = field.arc[rows].tolist()
        assert {(arc, *end) for arc, end in zip(arcs, ends, strict=True)} == steps
        assert (field.memory[rows] == memory).all()


@CASES
@given(tables())
def test_states_are_nodes_with_every_memory(table: Table) -> None:
    field = table.field
    assert field.n_states == table.n_nodes * len(field.memories)
    assert {memory for _, memory in table.walked()} <= set(field.memories.tolist())
    assert (np.diff(field.memories) > 0).all()
    nodes = np.arange(table.n_nodes)
    states = field.states(nodes).tolist()
    assert sorted(states) == list(range(field.n_states))
    for node in nodes.tolist():
        mine = field.states(np.array([node])).tolist()
        assert mine == [field.state(node, memory) for memory in field.memories.tolist()]


@given(tables())
def test_without_memory_states_are_nodes(table: Table) -> None:
    field = Field.plain(table.tail, table.head, n_nodes=table.n_nodes)
    assert (field.n_states, field.memories.tolist()) == (table.n_nodes, [0])
    assert field.arc.tolist() == list(range(len(table.tail)))
    np.testing.assert_array_equal(field.tail, table.tail)
    blank = table._replace(
        gain_on_arc=np.zeros_like(table.gain_on_arc), gain_at_node=np.zeros_like(table.gain_at_node)
    )
    np.testing.assert_array_equal(blank.field.tail, field.tail)
    np.testing.assert_array_equal(blank.field.head, field.head)
