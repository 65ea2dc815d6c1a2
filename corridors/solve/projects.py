"""What planned links are worth: on average, against regret, and at the bargaining table.

A planned link is a switch like any other, closed as long as it is not built.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from corridors.solve.coalitions import closed_by, gatekeepers
from corridors.solve.games import shapley
from corridors.solve.tables import halves, things_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from corridors.solve.lattice import Lattice

    Floats = NDArray[np.float64]
    Masks = NDArray[np.uint64]


@dataclass(frozen=True)
class LinkValue:
    """What a link is worth a year, in the unit of the totals.

    `expected` is what it saves on average over the states of all other switches, `most`
    what it saves in its best state, and `now` what it saves with everything else open.
    `chance_used` is the chance that it saves anything. `bargaining` (actors,) is what it
    adds to each actor's Shapley value: a link that is not used can still end somebody's
    hold, which then shows here and in `expected`, not in `now`.
    """

    expected: float
    most: float
    now: float
    chance_used: float
    bargaining: Floats


def link_value(
    total: Floats, link: int, *, chance: Floats, actors: Sequence[int], always: int = 0
) -> LinkValue:
    """Return what a planned link is worth.

    Parameters
    ----------
    total
        The total cost in every state, shape (2^n,); see `Lattice.totals`.
    link
        The link's switch.
    chance
        The chance of each state, shape (2^n,). That of the link itself does not count.
    actors
        The switches of each actor, for the game of gatekeepers.
    always
        Other links that are not built.
    """
    saved = savings(total, link)
    open_part, closed_part = halves(chance, link)
    odds = (open_part + closed_part).ravel()
    before, after = (
        shapley(game_of(total, actors, always=shut)) for shut in (always | 1 << link, always)
    )
    return LinkValue(
        float(odds @ saved), float(saved.max(initial=0.0)), float(saved[_all_open(link, always)]),
        float(odds[saved > 0].sum()), after - before,
    )  # fmt: skip


def savings(total: Floats, link: int) -> Floats:
    """Return what a link saves in each state of the other switches, shape (2^(n - 1),)."""
    built, unbuilt = halves(total, link)
    return np.asarray(unbuilt - built).ravel()


def together(total: Floats, a: int, b: int, *, chance: Floats) -> float:
    """Return what two links are worth together beyond what each is worth without the other.

    Above 0 they complement each other, below 0 one makes the other less needed.
    """
    # With the higher one taken first, the lower one keeps its place.
    low, high = sorted((a, b))
    odds = _without(_without(chance, high), low)
    built, unbuilt = (half.ravel() for half in halves(total, high))
    gains = [np.subtract(*halves(one, low)[::-1]).ravel() for one in (built, unbuilt)]
    return float(odds @ (gains[0] - gains[1]))


def game_of(total: Floats, actors: Sequence[int], *, always: int = 0) -> Floats:
    """Return the gatekeepers' game of a table of total costs, shape (2^actors,)."""
    return np.asarray(gatekeepers(total[closed_by(actors, always=always).astype(np.int64)]))


def use_of(lattice: Lattice, link: int, volume: Floats, *, chance: Floats) -> float:
    """Return the part of the volume that uses a link on average, if it is built.

    Parameters
    ----------
    lattice
        All demands in all states.
    link
        The link's switch.
    volume
        What each demand carries, shape (demands,).
    chance
        The chance of each state, shape (2^n,). That of the link itself does not count.
    """
    states = _having_open(things_of(chance), link)
    odds = _without(chance, link)
    bit = np.uint64(1 << link)
    parts = [float(odds @ ((one.used[one.nodes_at(states)] & bit) != 0)) for one in lattice.demands]
    return float(np.dot(parts, volume) / np.sum(volume)) if np.sum(volume) else 0.0


def _all_open(link: int, always: int) -> int:
    """Return the state of the other switches with nothing closed but what always is."""
    others = always & ~(1 << link)
    return (others >> (link + 1) << link) | (others & ((1 << link) - 1))


def _without(chance: Floats, switch: int) -> Floats:
    """Return the chances of the states of all switches but one."""
    without, having = halves(chance, switch)
    return np.asarray(without + having).ravel()


def _having_open(n: int, switch: int) -> Masks:
    """Return the states in which a switch is open, in the order of `halves`."""
    return halves(np.arange(1 << n, dtype=np.uint64), switch)[0].ravel()
