"""Lines as a page holds them: shared stretches stored once, thinned, written as short text.

Routes run over the same railways and countries share their borders. Lines are therefore cut
where they part, and each stretch between two such points is kept once; a line is the list of
its stretches, ``~k`` for stretch k run backwards.

::

    shared = share(lines)
    thin = [encoded(one) for one in thinned(shared.stretches, 0.01)]
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from geodata.types import Bools, Floats

    Whole = NDArray[np.int64]

__all__ = ["STEPS", "Shared", "encoded", "joined", "quantised", "share", "thinned"]

#: Steps of a degree: a ten-thousandth is 11 m.
STEPS = 10_000
#: Five bits a letter, the sixth says that more follow; no letter that JSON or HTML escapes.
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_BITS, _MORE = 5, 32


@dataclass(frozen=True)
class Shared:
    """Lines cut into stretches.

    `stretches` are whole steps of a degree, each of shape (n, 2); `lines` tells for each
    line given which stretches it runs over, ``~k`` backwards.
    """

    stretches: tuple[Whole, ...] = field(repr=False)
    lines: tuple[tuple[int, ...], ...]


def quantised(lonlat: Floats) -> Whole:
    """Return points in whole steps of a degree, shape (n, 2), none twice in a row.

    Examples
    --------
    >>> quantised(np.array([[50.00001, 40.0], [50.00002, 40.0], [50.5, 40.0]])).tolist()
    [[500000, 400000], [505000, 400000]]
    """
    steps = np.rint(np.asarray(lonlat, dtype=np.float64).reshape(-1, 2) * STEPS).astype(np.int64)
    fresh = np.ones(len(steps), dtype=bool)
    fresh[1:] = (steps[1:] != steps[:-1]).any(axis=1)
    found: Whole = steps[fresh]
    return found


def share(lines: Sequence[Whole]) -> Shared:
    """Cut lines where they part, end or meet, and keep each stretch once.

    Parameters
    ----------
    lines
        Whole steps of a degree, each of shape (n, 2), no point twice in a row; a line of
        fewer than two points runs over nothing.

    Examples
    --------
    >>> a, b = np.array([[0, 0], [1, 0], [2, 0]]), np.array([[3, 3], [1, 0], [0, 0]])
    >>> share([a, b]).lines
    ((0, 1), (2, -1))
    """
    if not any(map(len, lines)):
        return Shared((), tuple(() for _ in lines))
    offset = np.concatenate([[0], np.cumsum([len(line) for line in lines])])
    points, of_point = np.unique(np.concatenate(list(lines)), axis=0, return_inverse=True)
    of_point = of_point.reshape(-1)
    cut = _cuts(of_point, offset, len(points))[of_point]
    stretches: list[Whole] = []
    known: dict[bytes, int] = {}
    runs: list[tuple[int, ...]] = []
    for start, stop in pairwise(offset.tolist()):
        stops = (start + np.flatnonzero(cut[start:stop])).tolist()
        run = []
        for first, last in pairwise(stops):
            there = of_point[first : last + 1]
            forth, back = there.tobytes(), there[::-1].tobytes()
            if forth not in known and back in known:
                run.append(~known[back])
                continue
            if forth not in known:
                known[forth] = len(stretches)
                stretches.append(points[there])
            run.append(known[forth])
        runs.append(tuple(run))
    return Shared(tuple(stretches), tuple(runs))


def joined(run: Iterable[int], stretches: Sequence[Floats]) -> Floats:
    """Return the points of a line from its stretches, shape (n, 2).

    Parameters
    ----------
    run
        Stretches in order, ``~k`` backwards.
    stretches
        Points of each stretch.
    """
    parts = [stretches[k] if k >= 0 else stretches[~k][::-1] for k in run]
    if not parts:
        return np.zeros((0, 2))
    return np.concatenate([parts[0], *(part[1:] for part in parts[1:])])


def thinned(stretches: Sequence[Whole], tolerance_deg: float) -> list[Whole]:
    """Drop points of stretches that lie within a tolerance of the line; ends stay.

    Parameters
    ----------
    stretches
        Whole steps of a degree, each of shape (n, 2) with two points or more.
    tolerance_deg
        Farthest a dropped point may have lain from what is drawn, in degrees.
    """
    if not stretches:
        return []
    lines = np.array([shapely.LineString(one) for one in stretches])
    kept = shapely.simplify(lines, tolerance_deg * STEPS, preserve_topology=False)
    return [np.rint(shapely.get_coordinates(one)).astype(np.int64) for one in kept]


def encoded(points: Whole) -> str:
    """Return points as text: differences, five bits a letter, least first.

    Parameters
    ----------
    points
        Whole steps of a degree, shape (n, 2).

    Examples
    --------
    >>> encoded(np.array([[1, -1], [1, 16]]))
    'CBAiB'
    """
    steps = np.diff(points, axis=0, prepend=np.zeros((1, 2), dtype=np.int64)).reshape(-1)
    letters: list[str] = []
    for step in steps.tolist():
        rest = (~step << 1 | 1) if step < 0 else step << 1
        while rest >= _MORE:
            letters.append(_LETTERS[rest & (_MORE - 1) | _MORE])
            rest >>= _BITS
        letters.append(_LETTERS[rest])
    return "".join(letters)


def _cuts(of_point: Whole, offset: Whole, count: int) -> Bools:
    """Return which points lines are cut at: their ends, and where more than one way leads on."""
    filled = np.diff(offset) > 0
    first, last = offset[:-1][filled], offset[1:][filled] - 1
    inner = np.ones(len(of_point), dtype=bool)
    inner[first] = False
    at = np.flatnonzero(inner)
    steps = np.sort(np.column_stack([of_point[at - 1], of_point[at]]), axis=1)
    ways = np.bincount(np.unique(steps, axis=0).reshape(-1), minlength=count)
    cut: Bools = ways != 2  # noqa: PLR2004 - one way in, one way on
    cut[of_point[np.concatenate([first, last])]] = True
    amid = at[:-1][np.diff(at) == 1]
    cut[of_point[amid[of_point[amid - 1] == of_point[amid + 1]]]] = True  # turns back here
    return cut
