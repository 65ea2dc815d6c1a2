"""The graph of a class of cargo split by what the cargo remembers, and columns over it."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import numpy as np

from corridors.solve.stateful import Field

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from corridors.scenario.compile import ClassView

_T = TypeVar("_T", bound=np.generic)


def split_of(view: ClassView, start: int) -> Field:
    """Return the graph split by what cargo from a node can remember."""
    arcs, memory = view.compiled.graph.arcs, view.memory
    return Field.split(
        arcs.tail, arcs.head, gain_on_arc=memory.gain_on_arc,
        gain_at_node=memory.gain_at_node, start=start,
    )  # fmt: skip


def root_of(view: ClassView, field: Field, start: int) -> int:
    """Return the state of a split graph in which cargo sets out from a node."""
    return field.state(start, int(view.memory.gain_at_node[start]))


def over(field: Field, column: Callable[[int], NDArray[_T]]) -> NDArray[_T]:
    """Return a column over arcs, given for each memory, over the rows of a field, (rows,)."""
    return np.concatenate([column(now) for now in field.memories.tolist()])
