"""Which places a scope covers, as bits: one number for all places of a terrain.

A scope is names of one kind, narrowed by modes and by assets left out; over places as bits
each of these is one operation, where asking place by place takes thousands.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from corridors.model.access import Place, Scope
    from geodata.types import Bools, Ints

    Octets = NDArray[np.uint8]


class Coverage:
    """The places of a terrain by name, as bits; place k is bit k."""

    def __init__(self, places: Sequence[Place]) -> None:
        """Gather which places each name of each kind means."""
        self.count = len(places)
        self._by_kind: dict[str, defaultdict[str, int]] = {
            kind: defaultdict(int)
            for kind in ("asset", "territory", "branch", "country_pair", "unnamed_border", "mode")
        }
        for at, place in enumerate(places):
            for kind, name in _names(place):
                self._by_kind[kind][name] |= 1 << at
        self._known: dict[Scope, int] = {}

    @property
    def all(self) -> int:
        """All places."""
        return (1 << self.count) - 1

    def of(self, scope: Scope) -> int:
        """Return the places that a scope covers; one on operators, if they worked everywhere."""
        found = self._known.get(scope)
        if found is None:
            found = self._known[scope] = self._of(scope)
        return found

    def _of(self, scope: Scope) -> int:
        wide = scope.kind in ("any", "operator")
        found = self.all if wide else self._any(scope.kind, scope.names)
        if scope.modes:
            found &= self._any("mode", scope.modes)
        return found & ~self._any("asset", scope.without)

    def _any(self, kind: str, names: Iterable[str]) -> int:
        """Return the places that any of some names means."""
        found, among = 0, self._by_kind[kind]
        for name in names:
            found |= among.get(name, 0)
        return found

    def named(self, assets: Iterable[str]) -> Bools:
        """Return which places any of some assets names, (places,)."""
        found: Bools = self._unpacked([self._any("asset", assets)])[0]
        return found

    def on_branch(self, branches: Iterable[str]) -> Bools:
        """Return which places any of some corridor branches runs over, (places,)."""
        found: Bools = self._unpacked([self._any("branch", branches)])[0]
        return found

    def matrix(self, scopes: Iterable[Scope]) -> Bools:
        """Return which scope covers which place, (scopes, places)."""
        return self._unpacked([self.of(scope) for scope in scopes])

    def within(self, bits: Sequence[int]) -> Octets:
        """Return for each place in which sets of places it lies.

        Returns
        -------
        Octets
            Eight sets to the byte, the first in its highest bit, (places, sets / 8).
        """
        rows = self._unpacked(bits).view(np.uint8)
        # NumPy packs along rows only slowly: here eight rows become one, bit by bit.
        packed = np.zeros((-(-len(rows) // 8), self.count), np.uint8)
        for bit in range(8):
            part = rows[bit::8]
            packed[: len(part)] |= part << (7 - bit)
        return np.ascontiguousarray(packed.T)

    def _unpacked(self, bits: Sequence[int]) -> Bools:
        """Return sets of places as rows of bools, (sets, places)."""
        return unpacked(bits, self.count)


def unpacked(bits: Sequence[int], count: int) -> Bools:
    """Return numbers as rows of their lowest bits, the lowest first, (numbers, count).

    Examples
    --------
    >>> unpacked([0b01, 0b10], 2).tolist()
    [[True, False], [False, True]]
    """
    size = (count + 7) // 8
    rows = b"".join([one.to_bytes(size, "little") for one in bits])
    packed = np.frombuffer(rows, np.uint8).reshape(len(bits), size)
    return np.unpackbits(packed, axis=1, count=count, bitorder="little").view(np.bool_)


def _names(place: Place) -> Iterable[tuple[str, str]]:
    """Yield kind and name of everything by which a scope may mean a place."""
    yield "mode", place.mode
    for kind, names in (
        ("asset", place.assets), ("territory", place.countries), ("branch", place.branches),
    ):  # fmt: skip
        for name in names:
            yield kind, name
    if place.pair:
        yield "country_pair", place.pair
        if not place.named:
            yield "unnamed_border", place.pair


def marked(rows: Octets) -> list[list[int]]:
    """Return for each row of packed bits which are set.

    Examples
    --------
    >>> marked(np.array([[0b10100000], [0]], np.uint8))
    [[0, 2], []]
    """
    bits = np.unpackbits(rows, axis=1).view(np.bool_)
    columns, ends = np.nonzero(bits)[1].tolist(), np.cumsum(bits.sum(axis=1)).tolist()
    return [columns[start:end] for start, end in pairwise([0, *ends])]


def distinct(rows: Octets, marks: Ints) -> tuple[Ints, Ints]:
    """Return the first of each kind of row, and the kind of each row.

    Parameters
    ----------
    rows
        Rows to tell apart, (n, width).
    marks
        A number more for each, (n,).

    Examples
    --------
    >>> first, kind = distinct(np.array([[1], [0], [1]], np.uint8), np.zeros(3, np.int64))
    >>> first.tolist(), kind.tolist()
    ([0, 1], [0, 1, 0])
    """
    keys = np.hstack([rows, marks[:, None].view(np.uint8)])
    known: dict[bytes, int] = {}
    each = keys.view(f"V{keys.shape[1]}").ravel().tolist()
    kind = np.array([known.setdefault(key, len(known)) for key in each], np.int64)
    return firsts(kind, len(known)), kind


def firsts(kind: Ints, count: int) -> Ints:
    """Return where each of `count` kinds is met first, (count,).

    Examples
    --------
    >>> firsts(np.array([1, 0, 1]), 2).tolist()
    [1, 0]
    """
    found = np.empty(count, np.int64)
    # Of several written to one place the last stays, and backwards that is the first.
    found[kind[::-1]] = np.arange(len(kind))[::-1]
    return found
