"""Which places a scope covers, as bits: one number for all places of a terrain.

A scope is names of one kind, narrowed by modes and by assets left out; over places as bits
each of these is one operation, where asking place by place takes thousands.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from corridors.model.access import Place, Scope
    from geodata.types import Bools


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
        if scope not in self._known:
            self._known[scope] = self._of(scope)
        return self._known[scope]

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

    def _unpacked(self, bits: Sequence[int]) -> Bools:
        size = (self.count + 7) // 8
        rows = b"".join(one.to_bytes(size, "little") for one in bits)
        packed = np.frombuffer(rows, np.uint8).reshape(-1, size)
        found = np.unpackbits(packed, axis=1, count=self.count, bitorder="little")
        bools: Bools = found.astype(np.bool_)
        return bools


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
