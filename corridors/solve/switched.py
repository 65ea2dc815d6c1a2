"""Graphs some of whose arcs hang on switches.

A switch is open or closed. Closing it shuts arcs, makes arcs dearer, or both, so closing
more never makes a way cheaper. Sets of switches are whole numbers, bit i for switch i, of
any size.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, Self

import numpy as np
import scipy.sparse as sp

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    Bools = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Nodes = NDArray[np.int32]
    Masks = NDArray[np.uint64]

#: Arc of a row that stands for no arc of the caller's.
NO_ARC = -1
#: What rows need, and what touches them, that no switch can touch.
FREE = (0, 0)


def switches_of(mask: int) -> Iterator[int]:
    """Yield the switches of a set, the smallest number first.

    Examples
    --------
    >>> list(switches_of(0b1101))
    [0, 2, 3]
    """
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


def mask_of(switches: Iterable[int]) -> int:
    """Return a set of switches as a number.

    Examples
    --------
    >>> bin(mask_of([0, 2, 3]))
    '0b1101'
    """
    mask = 0
    for one in switches:
        mask |= 1 << one
    return mask


def union_of(masks: Iterable[int]) -> int:
    """Return the switches that are in any of some sets.

    Examples
    --------
    >>> union_of([0b001, 0b101])
    5
    """
    found = 0
    for one in masks:
        found |= one
    return found


class Needs(NamedTuple):
    """Which switches arcs need open: distinct `sets`, and which of them each arc has.

    `of_arc` has shape (arcs,); there are `n_switches`.
    """

    sets: tuple[int, ...]
    of_arc: Ints
    n_switches: int

    @classmethod
    def masked(cls, need: Masks, n_switches: int) -> Self:
        """Return needs told by a mask for each arc, shape (arcs,)."""
        sets, of_arc = np.unique(need, return_inverse=True)
        return cls(tuple(int(one) for one in sets), of_arc.astype(np.int64), n_switches)

    @classmethod
    def single(cls, switch_of_arc: Ints, n_switches: int) -> Self:
        """Return needs of arcs that hang on one switch each, -1 on none, shape (arcs,).

        So assets are told, of which there may be any number.
        """
        sets = (0, *(1 << one for one in range(n_switches)))
        return cls(sets, np.asarray(switch_of_arc, np.int64) + 1, n_switches)


class Dearer(NamedTuple):
    """What closing a switch adds: an amount, not negative, on each of some arcs."""

    switch: int
    arcs: Ints
    amount: Floats


@dataclass(frozen=True)
class Switched:
    """A weighted graph with switches, its rows sorted by tail and head.

    All arrays have shape (rows,). A row that several switches or none can touch alike is
    of one `group`: it is shut if any switch of ``needs[group]`` is closed, and its weight
    or use can change only if one of ``marks[group]`` is. `arc` is the number of a row in
    the caller's table, `NO_ARC` for the second half of a parallel arc, which runs through
    a node of its own beyond the caller's `n_given` nodes.
    """

    tail: Nodes
    head: Nodes
    weight: Floats
    group: Ints
    arc: Ints
    needs: tuple[int, ...]
    marks: tuple[int, ...]
    n_nodes: int
    n_given: int
    n_switches: int
    dearer: tuple[Dearer, ...] = ()

    @classmethod
    def of(
        cls, tail: Nodes, head: Nodes, weight: Floats, *, needs: Needs, usable: Bools,
        n_nodes: int, dearer: Sequence[Dearer] = (),
    ) -> Self:  # fmt: skip
        """Index arcs by what they need.

        Parameters
        ----------
        tail, head
            Ends of the arcs, shape (arcs,).
        weight
            Cost of each arc while everything is open, finite and not negative where usable.
        needs
            Which switches each arc needs open.
        usable
            Arcs that may be used at all, shape (arcs,).
        n_nodes
            Number of nodes.
        dearer
            What closing some switches adds.

        Raises
        ------
        ValueError
            If a weight or an addition is negative or not finite, or a switch is not one.
        """
        used = weight[usable]
        _judge(used, needs, dearer)
        dearer = [_where_open(one, needs) for one in dearer]
        marks = np.zeros(len(tail), object)
        for one in dearer:
            marks[one.arcs] |= 1 << one.switch
        group, groups = _grouped(needs, marks, dearer)
        rows = _kept(tail, head, weight, group, usable, bare=[a == b for a, b in groups])
        table = _without_parallels(tail, head, weight, group, rows, n_nodes, groups)
        tail, head, weight, group, arc, n_all = table
        row_of = np.full(len(usable), -1, np.int64)
        row_of[arc[arc >= 0]] = np.flatnonzero(arc >= 0)
        return cls(
            tail, head, weight, group, arc, tuple(a for a, _ in groups),
            tuple(b for _, b in groups), n_all, n_nodes, needs.n_switches,
            tuple(_moved(one, row_of) for one in dearer),
        )  # fmt: skip

    @classmethod
    def masked(
        cls, tail: Nodes, head: Nodes, weight: Floats, *, need: Masks, usable: Bools,
        n_nodes: int, n_switches: int, dearer: Sequence[Dearer] = (),
    ) -> Self:  # fmt: skip
        """Index arcs by a mask each, shape (arcs,): usable iff ``need & closed == 0``.

        Examples
        --------
        >>> graph = Switched.masked(
        ...     np.array([0, 0], np.int32), np.array([1, 1], np.int32), np.array([5.0, 7.0]),
        ...     need=np.array([1, 0], np.uint64), usable=np.ones(2, bool), n_nodes=2,
        ...     n_switches=1,
        ... )
        >>> graph.without(0).tolist(), graph.without(1).tolist()
        ([5.0, 7.0, 0.0], [inf, 7.0, 0.0])
        """
        needs = Needs.masked(need, n_switches)
        return cls.of(
            tail, head, weight, needs=needs, usable=usable, n_nodes=n_nodes, dearer=dearer
        )

    @cached_property
    def matrix(self) -> sp.csr_array:
        """Weights while everything is open, as a matrix whose data are the rows."""
        return matrix_of(self.tail, self.head, self.weight, self.n_nodes)

    @cached_property
    def backward(self) -> sp.csr_array:
        """The matrix turned round."""
        return self.matrix.T.tocsr()

    @cached_property
    def groups_of(self) -> tuple[tuple[int, ...], ...]:
        """The groups that closing each switch shuts."""
        found: list[list[int]] = [[] for _ in range(self.n_switches)]
        for group, need in enumerate(self.needs):
            for switch in switches_of(need):
                found[switch].append(group)
        return tuple(tuple(one) for one in found)

    @property
    def everything(self) -> int:
        """The set of all switches."""
        return (1 << self.n_switches) - 1

    def without(self, closed: int) -> Floats:
        """Return what each row weighs when a set is closed, infinite where it is shut."""
        shut = np.array([bool(need & closed) for need in self.needs])
        weight = np.where(shut[self.group], np.inf, self.weight)
        for one in self.dearer:
            if closed >> one.switch & 1:
                np.add.at(weight, one.arcs, one.amount)
        return weight

    def touched(self, rows: Ints) -> int:
        """Return the switches that can touch some rows."""
        found = 0
        for group in set(self.group[rows].tolist()):
            found |= self.marks[group]
        return found


def matrix_of(tail: Nodes, head: Nodes, weight: Floats, n_nodes: int) -> sp.csr_array:
    """Return a matrix of rows that are sorted by tail, its data being `weight` itself."""
    pointer = np.zeros(n_nodes + 1, np.int32)
    np.cumsum(np.bincount(tail, minlength=n_nodes), out=pointer[1:])
    return sp.csr_array((weight, head, pointer), shape=(n_nodes, n_nodes))


def keys_of(tail: Nodes, head: Nodes, n_nodes: int) -> Ints:
    """Return the ends of rows sorted by tail and head as one rising number each."""
    return tail.astype(np.int64) * n_nodes + head


def _judge(weight: Floats, needs: Needs, dearer: Sequence[Dearer]) -> None:
    """Refuse weights that no search can take and switches that do not exist."""
    for values in (weight, *(one.amount for one in dearer)):
        if len(values) and not (np.isfinite(values).all() and values.min() >= 0):
            msg = "arc weights and what closing adds must be finite and not negative"
            raise ValueError(msg)
    known = range(needs.n_switches)
    if any(one < 0 or one >> needs.n_switches for one in needs.sets) or any(
        one.switch not in known for one in dearer
    ):
        msg = f"an arc names a switch that is not among the {needs.n_switches}"
        raise ValueError(msg)


def _grouped(
    needs: Needs, marks: NDArray[np.object_], dearer: Sequence[Dearer]
) -> tuple[Ints, list[tuple[int, int]]]:
    """Return the group of each arc, and of each group what it needs and what touches it."""
    groups = [*((need, need) for need in needs.sets), FREE]
    group = np.asarray(needs.of_arc, np.int64).copy()
    place: dict[tuple[int, int], int] = {}
    for arc in sorted({arc for one in dearer for arc in one.arcs.tolist()}):
        need = needs.sets[int(needs.of_arc[arc])]
        key = (need, need | marks[arc])
        if key not in place:
            place[key] = len(groups)
            groups.append(key)
        group[arc] = place[key]
    return group, groups


def _kept(
    tail: Nodes, head: Nodes, weight: Floats, group: Ints, usable: Bools, *, bare: list[bool]
) -> Ints:
    """Return the arcs worth keeping, by tail and head, lightest first among parallel ones.

    Loops lead nowhere; of parallel arcs with the same needs the lightest is enough unless
    closing makes it dearer.
    """
    rows = np.flatnonzero(usable & (tail != head))
    rows = rows[np.lexsort((weight[rows], head[rows], tail[rows]))]
    if not len(rows):
        return rows
    same = np.zeros(len(rows), bool)
    same[1:] = (tail[rows[1:]] == tail[rows[:-1]]) & (head[rows[1:]] == head[rows[:-1]])
    mine = group[rows]
    key = np.cumsum(~same) * len(bare) + mine
    order = np.argsort(key, kind="stable")
    first = np.ones(len(rows), bool)
    first[order[1:]] = key[order[1:]] != key[order[:-1]]
    kept: Ints = rows[first | ~np.array(bare)[mine]]
    return kept


def _without_parallels(
    tail: Nodes, head: Nodes, weight: Floats, group: Ints, rows: Ints, n_nodes: int,
    groups: Sequence[tuple[int, int]],
) -> tuple[Nodes, Nodes, Floats, Ints, Ints, int]:  # fmt: skip
    """Lead all parallel arcs but the first through a node each; return the sorted table."""
    u, v = tail[rows], head[rows]
    more = np.zeros(len(rows), bool)
    more[1:] = (u[1:] == u[:-1]) & (v[1:] == v[:-1])
    count = int(more.sum())
    own = np.arange(n_nodes, n_nodes + count, dtype=np.int32)
    via = v.copy()
    via[more] = own
    tails, heads = np.concatenate([u, own]), np.concatenate([via, v[more]])
    weights = np.concatenate([weight[rows], np.zeros(count)])
    kinds = np.concatenate([group[rows], np.full(count, groups.index(FREE))])
    arcs = np.concatenate([rows, np.full(count, NO_ARC)])
    order = np.lexsort((heads, tails)) if count else np.arange(len(rows))
    return (
        tails[order].astype(np.int32), heads[order].astype(np.int32), weights[order],
        kinds[order], arcs[order], n_nodes + count,
    )  # fmt: skip


def _where_open(one: Dearer, needs: Needs) -> Dearer:
    """Return what a switch adds, without arcs that it shuts."""
    shuts = np.array([bool(need >> one.switch & 1) for need in needs.sets], bool)
    there = ~shuts[needs.of_arc[one.arcs]]
    return Dearer(one.switch, one.arcs[there], one.amount[there])


def _moved(one: Dearer, row_of: Ints) -> Dearer:
    """Return what a switch adds by rows instead of arcs, without those left out."""
    rows = row_of[one.arcs]
    return Dearer(one.switch, rows[rows >= 0], one.amount[rows >= 0])
