"""Who gains and who loses cargo between two scenarios, in accounts that must balance.

What passes a party changes for one of three reasons: more or less cargo is wanted, more or
less of what is wanted is carried, or it takes another way. Cargo that leaves one party for
another leaves the sum as it was; so the gains and losses of all parties together are what is
no longer carried, what is newly carried, what other demands bring, and what ways that pass
more or fewer parties than before add or take away::

    gained + lost = no_longer_carried + newly_carried + other_demand + other_ways

Both sides are reckoned apart, the left party by party and the right demand by demand.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from corridors.errors import BalanceError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from corridors.metrics.parties import Party

#: What is counted, and its unit: boxes, tonnes and goods that pass, and haulage on what a
#: party holds.
MEASURES = {
    "teu": "teu_per_year",
    "t": "t_per_year",
    "tkm": "tkm_per_year",
    "value": "usd_2024_per_year",
}
#: Accounts balance if no more than this share of all that is counted is left over.
EXACT = 1e-9
#: Id and name of the row that tells what all parties of a role come to.
TOGETHER, TOGETHER_NAME = "all", "all together"
#: Columns of `gains.csv`.
GAIN_FIELDS = (
    "base", "scenario", "role", "party", "name", "measure", "unit", "before", "after", "change",
    "gained", "lost", "other_demand", "other_carriage", "other_ways",
)  # fmt: skip


class Passing(NamedTuple):
    """What of a demand goes one way in a year, and whom it passes with how many km."""

    teu_per_year: float
    tonnes_per_teu: float
    usd_per_teu: float
    held_km: Mapping[Party, float]


@dataclass(frozen=True)
class Haul:
    """A demand in one scenario: TEU wanted a year, and what of it goes which way."""

    demand: str
    wanted: float
    passings: tuple[Passing, ...]

    @property
    def carried(self) -> float:
        """TEU a year that are carried."""
        return math.fsum(one.teu_per_year for one in self.passings)


@dataclass(frozen=True)
class Shift:
    """What passes a party before and after, a year, and why that changes.

    `gained` and `lost` (below 0) add up what demands bring and take; `other_demand`,
    `other_carriage` and `other_ways` tell the same change by its reasons.
    """

    party: Party
    measure: str
    before: float
    after: float
    gained: float
    lost: float
    other_demand: float
    other_carriage: float
    other_ways: float

    @property
    def change(self) -> float:
        """What passes more, below 0 if less does."""
        return self.gained + self.lost


@dataclass(frozen=True)
class Balance:
    """The accounts of one role and measure; losses and what is gone are below 0."""

    role: str
    measure: str
    gained: float
    lost: float
    no_longer_carried: float
    newly_carried: float
    other_demand: float
    other_ways: float

    @property
    def left_over(self) -> float:
        """What does not add up: nothing but rounding."""
        reasons = (self.no_longer_carried, self.newly_carried, self.other_demand, self.other_ways)
        return math.fsum((self.gained, self.lost, *(-one for one in reasons)))


@dataclass(frozen=True)
class Ledger:
    """The shifts of all parties, those that change most first, with their balances."""

    shifts: tuple[Shift, ...]
    balances: tuple[Balance, ...]


class _Reasons(NamedTuple):
    """Why what is counted of a demand changes."""

    demand: float
    carriage: float
    ways: float


def ledger(before: Sequence[Haul], after: Sequence[Haul], roles: Sequence[str]) -> Ledger:
    """Return what all parties gain and lose.

    Parameters
    ----------
    before, after
        The demands of either scenario; one that stands in one only counts as 0 wanted in
        the other.
    roles
        The roles of parties, each with accounts of its own.

    Raises
    ------
    BalanceError
        If the accounts do not balance; lists all that do not.
    """
    pairs = _paired(before, after)
    parties = sorted({party for pair in pairs for one in pair for way in one.passings
                      for party in way.held_km})  # fmt: skip
    shifts = [_shift(party, measure, pairs) for measure in MEASURES for party in parties]
    balances = tuple(
        _balance(role, measure, pairs, shifts) for role in roles for measure in MEASURES
    )
    check(balances, shifts)
    return Ledger(tuple(sorted(shifts, key=_most_first)), balances)


def check(balances: Sequence[Balance], shifts: Sequence[Shift]) -> None:
    """Refuse accounts that do not balance.

    Raises
    ------
    BalanceError
        If something is left over beyond rounding; names each account.
    """
    wrong = []
    for one in balances:
        mine = [row for row in shifts if _is_of(row, one.role, one.measure)]
        whole = math.fsum(row.before + row.after for row in mine)
        apart = [abs(row.after - row.before - row.change) for row in mine]
        if max([abs(one.left_over), *apart]) > EXACT * max(whole, 1.0):
            wrong.append(f"{one.role} {one.measure}: {one.left_over:g} left over")
    if wrong:
        msg = f"gains and losses do not balance ({'; '.join(wrong)})"
        raise BalanceError(msg)


def _paired(before: Sequence[Haul], after: Sequence[Haul]) -> list[tuple[Haul, Haul]]:
    """Return each demand before and after, in the order of the first scenario."""
    old, new = ({one.demand: one for one in side} for side in (before, after))
    none = {name: Haul(name, 0.0, ()) for name in (*old, *new)}
    return [(old.get(name, one), new.get(name, one)) for name, one in none.items()]


def _is_of(row: Shift, role: str, measure: str) -> bool:
    return row.party.role == role and row.measure == measure


def _most_first(row: Shift) -> tuple[str, int, float, str]:
    measures = list(MEASURES)
    return row.party.role, measures.index(row.measure), -abs(row.change), row.party.id


def amount(way: Passing, measure: str, km: float) -> float:
    """Return what a way brings a party on `km` of which it goes, a year."""
    each = {"teu": 1.0, "t": way.tonnes_per_teu, "value": way.usd_per_teu}
    return way.teu_per_year * each.get(measure, way.tonnes_per_teu * km)


def _shift(party: Party, measure: str, pairs: Sequence[tuple[Haul, Haul]]) -> Shift:
    """Return what passes a party, demand by demand."""

    def passing(one: Haul) -> float:
        return math.fsum(
            amount(way, measure, way.held_km[party])
            for way in one.passings if party in way.held_km
        )  # fmt: skip

    amounts = [(passing(old), passing(new)) for old, new in pairs]
    changes = [new - old for old, new in amounts]
    reasons = [_reasons(*pair, passing) for pair in pairs]
    return Shift(
        party,
        measure,
        before=math.fsum(old for old, _ in amounts),
        after=math.fsum(new for _, new in amounts),
        gained=math.fsum(one for one in changes if one > 0),
        lost=math.fsum(one for one in changes if one < 0),
        other_demand=math.fsum(one.demand for one in reasons),
        other_carriage=math.fsum(one.carriage for one in reasons),
        other_ways=math.fsum(one.ways for one in reasons),
    )


def _balance(
    role: str, measure: str, pairs: Sequence[tuple[Haul, Haul]], shifts: Sequence[Shift]
) -> Balance:
    """Return the accounts: the parties' from their shifts, the reasons from the demands."""

    def passing(one: Haul) -> float:
        return math.fsum(
            amount(way, measure, km)
            for way in one.passings for party, km in way.held_km.items() if party.role == role
        )  # fmt: skip

    reasons = [_reasons(*pair, passing) for pair in pairs]
    mine = [row for row in shifts if _is_of(row, role, measure)]
    return Balance(
        role,
        measure,
        gained=math.fsum(row.gained for row in mine),
        lost=math.fsum(row.lost for row in mine),
        no_longer_carried=math.fsum(one.carriage for one in reasons if one.carriage < 0),
        newly_carried=math.fsum(one.carriage for one in reasons if one.carriage > 0),
        other_demand=math.fsum(one.demand for one in reasons),
        other_ways=math.fsum(one.ways for one in reasons),
    )


def _reasons(old: Haul, new: Haul, passing: Callable[[Haul], float]) -> _Reasons:
    """Return why what is counted of a demand changes.

    Cargo that goes passes what it passed by the TEU before, cargo that comes what it passes
    now; what stays may pass more or less by the TEU.
    """
    carried = old.carried, new.carried
    by_teu = [
        passing(one) / teu if teu else 0.0 for one, teu in zip((old, new), carried, strict=True)
    ]
    moved, wanted = carried[1] - carried[0], new.wanted - old.wanted
    rate = by_teu[0] if moved < 0 else by_teu[1]
    # Of what is carried more, or less, as much is for the demand as that rises, or falls.
    asked = min(max(wanted, min(moved, 0.0)), max(moved, 0.0))
    return _Reasons(
        demand=asked * rate,
        carriage=(moved - asked) * rate,
        ways=min(carried) * (by_teu[1] - by_teu[0]),
    )


def gain_rows(found: Ledger, base: str, scenario: str) -> Iterator[dict[str, object]]:
    """Yield the rows of `gains.csv`: shifts that are not nothing, then what they add up to."""
    for row in found.shifts:
        if row.before or row.after:
            words = (base, scenario, *row.party, row.measure, MEASURES[row.measure])
            numbers = (row.before, row.after, row.change, row.gained, row.lost, row.other_demand,
                       row.other_carriage, row.other_ways)  # fmt: skip
            yield dict(zip(GAIN_FIELDS, (*words, *map(_rounded, numbers)), strict=True))
    for one in found.balances:
        party = one.role, TOGETHER, TOGETHER_NAME, one.measure, MEASURES[one.measure]
        carriage = one.no_longer_carried + one.newly_carried
        sums = (one.gained + one.lost, one.gained, one.lost, one.other_demand, carriage,
                one.other_ways)  # fmt: skip
        cells = (base, scenario, *party, "", "", *map(_rounded, sums))
        yield dict(zip(GAIN_FIELDS, cells, strict=True))


def _rounded(value: float) -> float:
    return round(value, 3) + 0.0
