"""Whole actors who lift every refusal, or refuse all they can."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridors.errors import ScenarioError
from corridors.model.access import Cargo, Place
from corridors.scenario.in_force import as_of
from corridors.scenario.precedence import decide
from corridors.scenario.stances import REFUSES, with_stances
from tests.oracles.small_register import deny, small_register

if TYPE_CHECKING:
    from collections.abc import Iterable

    from corridors.model.access import InForce

PLACES = {
    **{code: Place(countries=(code,), mode="road") for code in ("KZ", "UZ", "AZ", "GE", "IR")},
    "X_KZUZ": Place(frozenset({"X_KZUZ"}), ("KZ", "UZ"), "rail"),
    "X_SHUT": Place(frozenset({"X_SHUT"}), ("AZ", "GE"), "road"),
    "GATE": Place(frozenset({"GATE"}), ("AZ",), "road"),
    "SEA": Place(countries=("XZ",), mode="sea"),
}
LAW = as_of(
    small_register(
        control=[
            {"id": "K_GATE", "on": "GATE", "actor": "GUARD", "role": "security",
             "default_policy": "closed", "title": "the gate"},
        ],
        rules=[
            deny("R_GE", "GE", "X_SHUT", priority="900"), deny("R_AZ", "AZ", "X_SHUT"),
            deny("R_PACT", "KZ", "X_KZUZ", cargo="owner=RU"),
            {"id": "R_IR", "by": "IR", "effect": "permit", "on_kind": "territory", "on": "IR",
             "priority": "999999", "cargo": "owner=RU"},
            {"id": "R_OFFICE", "by": "OFFICE", "effect": "deny", "on_kind": "any",
             "cargo": "owner=AM"},
        ],
    ),
    date(2026, 11, 22),
)  # fmt: skip
RU = Cargo(owner=frozenset({"RU"}))


def law(permits: Iterable[str] = (), refuses: Iterable[str] = ()) -> InForce:
    return with_stances(LAW, permits=tuple(permits), refuses=tuple(refuses))


def shut(held: InForce, cargo: Cargo = RU) -> set[str]:
    """Return the places that cargo cannot use."""
    return {name for name, place in PLACES.items() if not decide(held, place, cargo).usable}


def by(held: InForce, place: str, cargo: Cargo = RU) -> set[str]:
    """Return who closes a place."""
    return {one.actor for one in decide(held, PLACES[place], cargo).refusals}


def test_without_stances_what_is_in_force_holds() -> None:
    assert law() == LAW
    assert shut(LAW) == {"X_SHUT", "GATE", "X_KZUZ"}


@pytest.mark.parametrize(
    ("permits", "left"),
    [
        (["GE"], {"X_SHUT", "GATE", "X_KZUZ"}),
        (["GE", "AZ"], {"X_KZUZ"}),
        (["GUARD"], {"X_SHUT", "X_KZUZ"}),
        (["KZ"], {"X_SHUT", "GATE"}),
        (["@PACT"], {"X_SHUT", "GATE"}),
        (["PACT"], {"X_SHUT", "GATE", "X_KZUZ"}),
        (["*"], set()),
        (["!AZ"], {"X_SHUT", "GATE"}),
        (["!GUARD"], {"GATE"}),
        (["!@PACT"], {"X_KZUZ"}),
        (["!GE", "!KZ"], {"X_SHUT", "X_KZUZ"}),
        (["*", "!KZ"], {"X_KZUZ"}),
    ],
)
def test_who_permits_lifts_its_own_refusals_and_no_others(
    permits: list[str], left: set[str]
) -> None:
    assert shut(law(permits)) == left


def test_an_actor_s_agencies_permit_with_it() -> None:
    assert by(LAW, "GATE") == {"GUARD"}
    assert "GATE" not in shut(law(["AZ"]))
    assert by(law(["GE"]), "X_SHUT") == {"AZ"}


@pytest.mark.parametrize(
    ("refuses", "more"),
    [
        (["UZ"], {"UZ"}),
        (["@PACT"], {"KZ", "UZ"}),
        (["PACT"], set()),
        (["IR"], {"IR"}),
        (["OFFICE"], set()),
        (["KTZ"], set()),
        (["*"], {"KZ", "UZ", "AZ", "GE", "IR"}),
        (["!@PACT"], {"AZ", "GE", "IR"}),
        (["!UZ", "!IR"], {"KZ", "AZ", "GE"}),
    ],
)
def test_who_refuses_shuts_what_it_may_shut_and_nothing_else(
    refuses: list[str], more: set[str]
) -> None:
    held = law(refuses=refuses)
    assert shut(held) == shut(LAW) | more
    # Who holds no place makes no rule, which would only be told to lack standing.
    assert not {f"{REFUSES}OFFICE", f"{REFUSES}KTZ"} & {rule.id for rule in held.rules}


def test_a_refusal_is_above_every_rule_of_its_actor_and_says_so() -> None:
    (refusal,) = decide(law(refuses=["IR"]), PLACES["IR"], RU).refusals
    assert refusal.rule == f"{REFUSES}IR"
    assert refusal.words == "State of IR refuses all cargo in this scenario"
    assert "IR" not in shut(LAW)


def test_an_authority_over_cargo_keeps_its_rules_until_it_permits() -> None:
    mine = Cargo(owner=frozenset({"AM"}))
    assert "SEA" in shut(LAW, mine)
    assert "SEA" in shut(law(["!OFFICE"]), mine)
    assert "SEA" not in shut(law(["OFFICE"]), mine)


def test_charges_stay_where_refusals_go() -> None:
    register = small_register(
        rules=[
            {"id": "FEE", "by": "GE", "effect": "charge", "value": "3", "unit": "USD/TEU",
             "on_kind": "territory", "on": "GE"},
        ],
    )  # fmt: skip
    held = with_stances(as_of(register, LAW.day), permits=["*"], refuses=())
    assert [rule.id for rule in held.rules] == ["FEE"]


def test_who_does_both_refuses() -> None:
    assert shut(law(["*"], ["GE"])) == {"GE", "X_SHUT"}


def test_unknown_actors_are_told_at_once() -> None:
    with pytest.raises(ScenarioError) as caught:
        law(["GEO", "*", "!@PACTS"], ["RX"])
    assert [str(finding) for finding in caught.value.findings] == [
        'scenario  access.permits  unknown actor GEO; did you mean "GE"?',
        'scenario  access.permits  unknown actor PACTS; did you mean "PACT"?',
        'scenario  access.refuses  unknown actor RX; did you mean "RU"?',
    ]


ACTORS = st.sets(st.sampled_from(sorted([*LAW.actors, "@PACT"])))


@given(ACTORS, ACTORS, st.sampled_from(sorted(LAW.actors)))
def test_more_permission_never_shuts_and_more_refusal_never_opens(
    permits: set[str], refuses: set[str], more: str
) -> None:
    now = shut(law(permits, refuses))
    assert shut(law(permits | {more}, refuses)) <= now
    assert shut(law(permits, refuses | {more})) >= now
