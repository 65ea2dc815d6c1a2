"""Claims and what scenarios make of them, as values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    Row = dict[str, object]

#: A change in USD per TEU below this is none.
LEAST_USD = 1.0


class Claim(NamedTuple):
    """A claim in neutral words, the question that tests it and the scenarios about it.

    `by` is who makes it and `says` what exactly; `control` names the actors and links whose
    hold bears on it, `levers` what is set side by side, as `kind:name`.
    """

    number: int
    words: str
    by: str
    says: str
    question: str
    control: tuple[str, ...]
    levers: tuple[str, ...]
    scenarios: tuple[str, ...]


class Costed(NamedTuple):
    """What a TEU of a demand costs in a scenario, infinite without a way."""

    cost: float
    teu_per_year: float


@dataclass(frozen=True)
class Compared:
    """A scenario beside the base, over the demands that both have.

    `added_usd` counts those with a way in both, `unserved_teu` the change of what has
    none. `most` are the demands that change most, with the share, and `flips` the smallest
    change per TEU, of demand `flips_of`.
    """

    scenario: str
    added_usd: float
    unserved_teu: float
    dearer: int
    cheaper: int
    most: tuple[tuple[str, float], ...]
    flips: float
    flips_of: str


@dataclass(frozen=True)
class Held:
    """What actors, links and blocs hold in a scenario, as rows of the tables of control."""

    scenario: str
    words: str
    actors: tuple[Row, ...]
    links: tuple[Row, ...]
    blocs: tuple[Row, ...]


def compared(scenario: str, base: Mapping[str, Costed], other: Mapping[str, Costed]) -> Compared:
    """Compare what demands cost in a scenario with what they cost in the base.

    Examples
    --------
    >>> found = compared("x", {"a": Costed(100.0, 10.0)}, {"a": Costed(110.0, 10.0)})
    >>> found.added_usd, found.dearer, found.most
    (100.0, 1, (('a', 0.1),))
    """
    both = [name for name in base if name in other]
    lost = sum(
        (int(np.isinf(other[name].cost)) - int(np.isinf(base[name].cost))) * base[name].teu_per_year
        for name in both
    )
    change = {
        name: other[name].cost - base[name].cost
        for name in both
        if np.isfinite(other[name].cost) and np.isfinite(base[name].cost)
    }
    moved = {name: by for name, by in change.items() if abs(by) >= LEAST_USD}
    order = sorted(moved, key=lambda name: (-abs(moved[name] / base[name].cost), name))
    nearest = min(moved, key=lambda name: (abs(moved[name]), name), default="")
    return Compared(
        scenario,
        float(sum(by * base[name].teu_per_year for name, by in change.items())),
        float(lost),
        sum(by > 0 for by in moved.values()),
        sum(by < 0 for by in moved.values()),
        tuple((name, moved[name] / base[name].cost) for name in order),
        abs(moved[nearest]) if nearest else 0.0,
        nearest,
    )
