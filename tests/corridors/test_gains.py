"""What parties gain and lose adds up, by hand and for whatever cargo goes whichever way."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridors.errors import BalanceError
from corridors.metrics.gains import (
    GAIN_FIELDS,
    MEASURES,
    Haul,
    Passing,
    check,
    gain_rows,
    ledger,
)
from corridors.metrics.parties import ROLES, STATE, Party

if TYPE_CHECKING:
    from corridors.metrics.gains import Ledger, Shift

GE, AZ, IR = (Party(STATE, name, f"the {name}") for name in ("GE", "AZ", "IR"))
RAIL = Party("operator", "RAIL", "a railway")


def goes(teu: float, tonnes: float = 10.0, usd: float = 1000.0, **held: float) -> Passing:
    parties = {"GE": GE, "AZ": AZ, "IR": IR, "RAIL": RAIL}
    return Passing(teu, tonnes, usd, {parties[name]: km for name, km in held.items()})


#: 100 TEU go by Georgia; then 60 of them by Azerbaijan and Iran, and 10 find no way. What went
#: by Iran is wanted no longer, and something new passes Azerbaijan. One demand stays put.
BEFORE = (
    Haul("moves", 100, (goes(100, GE=50, RAIL=30),)),
    Haul("ends", 20, (goes(20, tonnes=1, IR=500),)),
    Haul("stays", 5, (goes(5, GE=7),)),
)
AFTER = (
    Haul("moves", 100, (goes(30, GE=50, RAIL=30), goes(60, AZ=20, IR=10))),
    Haul("stays", 5, (goes(5, GE=7),)),
    Haul("begins", 8, (goes(8, tonnes=2, usd=10, AZ=100),)),
)


def shift(found: Ledger, party: Party, measure: str) -> Shift:
    (row,) = [one for one in found.shifts if (one.party, one.measure) == (party, measure)]
    return row


def test_the_hand_world_shifts_as_reckoned_by_hand() -> None:
    found = ledger(BEFORE, AFTER, ROLES)
    georgia = shift(found, GE, "teu")
    assert (georgia.before, georgia.after, georgia.gained, georgia.lost) == (105, 35, 0, -70)
    iran = shift(found, IR, "teu")
    assert (iran.before, iran.after, iran.gained, iran.lost) == (20, 60, 60, -20)
    assert shift(found, AZ, "teu").change == 68
    assert shift(found, IR, "t").change == 600 - 20
    assert shift(found, IR, "tkm").change == 60 * 10 * 10 - 20 * 1 * 500
    assert shift(found, AZ, "value").change == 60 * 1000 + 8 * 10
    assert shift(found, RAIL, "tkm").change == -70 * 10 * 30


def test_the_hand_world_tells_the_reasons() -> None:
    found = ledger(BEFORE, AFTER, ROLES)
    georgia = shift(found, GE, "teu")
    # Ten TEU are no longer carried; of the 90 that are, a third still goes by Georgia.
    assert (georgia.other_demand, georgia.other_carriage) == (0, -10)
    assert georgia.other_ways == pytest.approx(-60)
    assert shift(found, IR, "teu").other_demand == -20
    assert shift(found, AZ, "teu").other_demand == 8


def test_the_hand_world_balances() -> None:
    found = ledger(BEFORE, AFTER, ROLES)
    (teu,) = [one for one in found.balances if (one.role, one.measure) == (STATE, "teu")]
    assert (teu.gained, teu.lost) == (60 + 68, -70 - 20)
    assert (teu.no_longer_carried, teu.newly_carried) == (-10, 0)
    assert teu.other_demand == -20 + 8
    # What is carried both times passed one state by the TEU and now passes 150 / 90 of one.
    assert teu.other_ways == pytest.approx(60)
    assert teu.left_over == pytest.approx(0, abs=1e-9)
    assert {(one.role, one.measure) for one in found.balances} == {
        (role, measure) for role in ROLES for measure in MEASURES
    }


def test_the_largest_changes_come_first_within_each_role_and_measure() -> None:
    shown = [row.party.id for row in ledger(BEFORE, AFTER, ROLES).shifts
             if (row.party.role, row.measure) == (STATE, "teu")]  # fmt: skip
    assert shown == ["GE", "AZ", "IR"]


def test_the_rows_are_the_columns_and_tell_what_all_come_to() -> None:
    rows = list(gain_rows(ledger(BEFORE, AFTER, ROLES), "old", "new"))
    assert all(tuple(row) == GAIN_FIELDS for row in rows)
    boxes = [row for row in rows if (row["role"], row["measure"]) == (STATE, "teu")]
    *parts, whole = boxes
    assert (whole["party"], whole["before"]) == ("all", "")
    assert whole["change"] == sum(float(str(row["change"])) for row in parts) == 38


def test_accounts_that_do_not_balance_are_refused_by_name() -> None:
    found = ledger(BEFORE, AFTER, ROLES)
    wrong = [replace(found.balances[0], newly_carried=5.0), *found.balances[1:]]
    with pytest.raises(BalanceError, match=r"state teu: -5 left over"):
        check(wrong, found.shifts)
    lost = [row for row in found.shifts if row.party != AZ or row.measure != "teu"]
    bad = replace(shift(found, AZ, "teu"), after=1.0)
    with pytest.raises(BalanceError, match="state teu"):
        check(found.balances, [*lost, bad])


PARTIES = (GE, AZ, IR, RAIL)
AMOUNT = st.floats(0, 1e6, allow_subnormal=False)
PASSINGS = st.builds(
    Passing, AMOUNT, st.floats(0.1, 30), st.floats(0, 1e5),
    st.dictionaries(st.sampled_from(PARTIES), st.floats(0, 1e4)),
)  # fmt: skip


@st.composite
def hauls(draw: st.DrawFn) -> list[Haul]:
    found = []
    for name in draw(st.lists(st.sampled_from("abcde"), unique=True)):
        ways = tuple(draw(st.lists(PASSINGS, max_size=3)))
        carried = math.fsum(one.teu_per_year for one in ways)
        found.append(Haul(name, carried + draw(AMOUNT), ways))
    return found


def brute(side: list[Haul], party: Party, measure: str) -> float:
    """What passes a party, with nothing told apart."""
    found = 0.0
    for way in (way for one in side for way in one.passings if party in way.held_km):
        tonnes = way.teu_per_year * way.tonnes_per_teu
        found += {
            "teu": way.teu_per_year, "t": tonnes, "tkm": tonnes * way.held_km[party],
            "value": way.teu_per_year * way.usd_per_teu,
        }[measure]  # fmt: skip
    return found


@given(hauls(), hauls())
def test_any_two_flows_balance_and_tell_all_that_passes(
    before: list[Haul], after: list[Haul]
) -> None:
    found = ledger(before, after, ROLES)  # refuses by itself what does not balance
    for row in found.shifts:
        size = max(row.before, row.after, 1.0)
        assert row.before == pytest.approx(brute(before, row.party, row.measure))
        assert row.after == pytest.approx(brute(after, row.party, row.measure))
        assert row.change == pytest.approx(row.after - row.before, abs=1e-9 * size)
        reasons = row.other_demand + row.other_carriage + row.other_ways
        assert reasons == pytest.approx(row.change, abs=1e-6 * size)
        assert row.gained >= 0 >= row.lost
    for one in found.balances:
        mine = [row for row in found.shifts
                if (row.party.role, row.measure) == (one.role, one.measure)]  # fmt: skip
        whole = math.fsum(row.before + row.after for row in mine)
        assert abs(one.left_over) <= 1e-9 * max(whole, 1.0)
        assert one.no_longer_carried <= 0 <= one.newly_carried


@given(hauls())
def test_the_same_flow_twice_moves_nothing(side: list[Haul]) -> None:
    for row in ledger(side, side, ROLES).shifts:
        assert (row.change, row.other_demand, row.other_carriage, row.other_ways) == (0, 0, 0, 0)


@given(hauls(), hauls())
def test_seen_from_the_other_side_gains_are_losses(before: list[Haul], after: list[Haul]) -> None:
    back = {(row.party, row.measure): row for row in ledger(after, before, ROLES).shifts}
    for row in ledger(before, after, ROLES).shifts:
        twin = back[row.party, row.measure]
        assert (row.gained, row.lost) == (-twin.lost, -twin.gained)
