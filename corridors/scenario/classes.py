"""Classes of cargo as bits: one number for all that answer to something.

Many classes share the few traits that a rule looks at, so that one is asked for all of
them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from corridors.model.access import Cargo, Selector


class Classes:
    """Classes of cargo to be asked together; class k is bit k."""

    def __init__(self, classes: Sequence[Cargo]) -> None:
        """Keep the classes; they are grouped by their traits as these are asked for."""
        self.classes = classes
        self._grouped: dict[tuple[str, ...], list[tuple[Cargo, int]]] = {}

    def that(self, fields: tuple[str, ...], accepts: Callable[[Cargo], bool]) -> int:
        """Return the classes that are accepted by what looks at some fields alone."""
        found = 0
        for cargo, alike in self._alike(fields):
            if accepts(cargo):
                found |= alike
        return found

    def that_answer(self, who: Sequence[Selector]) -> int:
        """Return the classes that answer to all of some demands."""
        found = (1 << len(self.classes)) - 1
        for demand in who:
            found &= self.that((demand.field,), demand.accepts)
        return found

    def _alike(self, fields: tuple[str, ...]) -> list[tuple[Cargo, int]]:
        """Return a class of each kind that some fields tell apart, and all of that kind."""
        if fields not in self._grouped:
            groups: dict[tuple[frozenset[str], ...], tuple[Cargo, int]] = {}
            for at, cargo in enumerate(self.classes):
                key = tuple([cargo.traits(name) for name in fields])
                first, alike = groups.get(key, (cargo, 0))
                groups[key] = (first, alike | 1 << at)
            self._grouped[fields] = list(groups.values())
        return self._grouped[fields]
