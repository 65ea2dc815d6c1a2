"""Names on a map that do not overlap: greedy placing, most important first."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from geodata.types import Floats

__all__ = ["Box", "Placed", "by_use", "place_labels", "short_name"]

#: Left, bottom, right, top in pixels.
Box = tuple[float, float, float, float]

#: Where a label may stand around its point, best first: shift in widths and heights
#: of the label, and in gaps away from the point.
PLACES = (
    (0.0, -0.5, 1, 0),
    (-1.0, -0.5, -1, 0),
    (-0.5, 0.0, 0, 1),
    (-0.5, -1.0, 0, -1),
    (0.0, 0.0, 0.7, 0.7),
    (0.0, -1.0, 0.7, -0.7),
    (-1.0, 0.0, -0.7, 0.7),
    (-1.0, -1.0, -0.7, -0.7),
)


@dataclass(frozen=True)
class Placed:
    """A label that found room: which one, and its lower left corner in pixels."""

    index: int
    x: float
    y: float


def place_labels(
    points: Floats, sizes: Floats, *, frame: Box, gap: float, dot: float,
    clear: Floats | None = None,
) -> list[Placed]:  # fmt: skip
    """Place labels beside their points, dropping those without room.

    Parameters
    ----------
    points
        Where the points are in pixels, shape (n, 2), most important first.
    sizes
        Width and height of each label in pixels, shape (n, 2).
    frame
        Labels stay inside; points outside get none.
    gap
        Pixels between a point and its label.
    dot
        Half the side of the square that each labelled point keeps free.
    clear
        Boxes that labels keep off, shape (m, 4): left, bottom, right, top in pixels.

    Returns
    -------
    list of Placed
        In order of importance.
    """
    taken = np.zeros((0, 4))
    clear = taken if clear is None else clear
    placed: list[Placed] = []
    for index, ((x, y), (width, height)) in enumerate(zip(points, sizes, strict=True)):
        own = (x - dot, y - dot, x + dot, y + dot)
        if not _inside(own, frame) or _overlaps(own, taken):
            continue
        for dx, dy, gx, gy in PLACES:
            left, bottom = x + dx * width + gx * gap, y + dy * height + gy * gap
            box = (left, bottom, left + width, bottom + height)
            free = _inside(box, frame) and not _overlaps(box, clear)
            if free and not _overlaps(box, taken):
                taken = np.vstack([taken, own, box])
                placed.append(Placed(index, left, bottom))
                break
    return placed


def by_use(corridors: Iterable[Sequence[str]]) -> list[str]:
    """Return terminals by importance: how many corridor branches pass or end there.

    Parameters
    ----------
    corridors
        Terminal ids of each branch, in order; its two ends count three times.

    Returns
    -------
    list of str
        Ids, the most used first, equals in order of appearance.

    Examples
    --------
    >>> by_use([["MOW", "BAK", "THR"], ["XIA", "BAK", "IST"]])
    ['MOW', 'THR', 'XIA', 'IST', 'BAK']
    """
    uses: Counter[str] = Counter()
    for branch in corridors:
        uses.update(branch)
        uses.update([branch[0], branch[-1]] * 2)
    return [name for name, _ in uses.most_common()]


def short_name(name: str) -> str:
    """Return the part of a terminal's name that a map has room for.

    Parameters
    ----------
    name
        Full name, with remarks in brackets and other spellings after a slash.

    Returns
    -------
    str
        The first spelling without remarks.

    Examples
    --------
    >>> short_name("Altynkol (Khorgos) / Nurkent")
    'Altynkol'
    """
    for mark in ("(", "/", ",", ";"):
        name = name.split(mark, maxsplit=1)[0].strip() or name
    return name


def _inside(box: Sequence[float], frame: Box) -> bool:
    """Return whether a box lies in the frame."""
    return box[0] >= frame[0] and box[1] >= frame[1] and box[2] <= frame[2] and box[3] <= frame[3]


def _overlaps(box: Sequence[float], taken: Floats) -> bool:
    """Return whether a box overlaps any of the boxes taken."""
    left, bottom, right, top = box
    apart = (
        (taken[:, 2] <= left)
        | (taken[:, 0] >= right)
        | (taken[:, 3] <= bottom)
        | (taken[:, 1] >= top)
    )
    return bool((~apart).any())
