"""What findings share: how important each is, and words for what they rest on."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

from corridors.report.pieces import Finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from corridors.report.references import Reference

__all__ = ["Importance", "Weighed", "listed", "rests_on", "weighed"]

#: A finding with its place in the order.
Weighed = tuple["Importance", Finding]


class Importance(IntEnum):
    """What comes first among the findings of a scenario."""

    YEAR = 0
    SERVED = 1
    CHOICE = 2
    DENIAL = 3
    CONTROL = 4
    CHANGED = 5
    BOTTLENECK = 6
    LINKS = 7
    ASSUMED = 8
    UNCERTAIN = 9
    HEDGE = 10
    VALUE = 11
    LEVER = 12
    PASSAGE = 13


def weighed(
    importance: Importance, scenario: str, words: str, source: str, *,
    references: Sequence[Reference] = (),
) -> Weighed:  # fmt: skip
    """Return a finding; the references it rests on are told, the first address is its link."""
    link = next((one.url for one in references if one.url), "")
    return importance, Finding(scenario, words, rests_on(source, references), link)


def rests_on(source: str, references: Iterable[Reference], *, most: int = 2) -> str:
    """Return a file and row with the references behind it, the first ones by their title."""
    told = [one.words for one in references]
    more = f" and {len(told) - most} more" if len(told) > most else ""
    return "; ".join((source, *told[:most])) + more


def listed(names: Sequence[str], most: int = 4) -> str:
    """Return names in a sentence, the last of many as a number.

    Examples
    --------
    >>> listed(["a", "b", "c"]), listed(["a", "b", "c"], 2), listed([])
    ('a, b and c', 'a, b and 1 more', 'none')
    """
    if not names:
        return "none"
    shown = list(names[:most])
    rest = len(names) - len(shown)
    last = f"{rest} more" if rest else shown.pop() if len(shown) > 1 else ""
    return f"{', '.join(shown)} and {last}" if last else shown[0]
