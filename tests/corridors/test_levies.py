"""What a rule's value is in USD, hours and TEU, and which rules of the register move prices."""

from __future__ import annotations

import math
from dataclasses import fields
from datetime import date

import pytest

from corridors.model.access import Rule, Scope
from corridors.scenario.in_force import as_of
from corridors.scenario.levies import IN_RATES, Units, convert
from corridors.scenario.rates import load_rates
from corridors.scenario.register import load_register

REGISTER = load_register()
GIVEN = Units(
    value_usd_per_teu=20_000.0, tonnes_per_teu=12.5, teu_per_container=2.0, teu_per_truck=2.0,
    teu_per_train=100.0, vessel_teu=1_250.0, hull_value_usd=25e6,
)  # fmt: skip


def rule(effect: str, value: float | None, unit: str) -> Rule:
    return Rule("r", "AA", effect, Scope("any"), value=value, unit=unit)


#: Effect, value and unit of a rule -> the same in USD/TEU, hours or TEU a year.
CONVERTED: list[tuple[str, float | None, str, float]] = [
    ("charge", 7.0, "USD/TEU", 7.0),
    ("charge", 7.0, "USD/TEU-km", 7.0),
    ("charge", 7.0, "USD/FEU", 3.5),
    ("charge", 7.0, "USD/container", 3.5),
    ("charge", 180.0, "USD/truck", 90.0),
    ("charge", 1e6, "USD/vessel", 800.0),
    ("charge", 0.75, "percent of hull value", 150.0),
    ("charge", 12.5, "percent of value", 2_500.0),
    ("charge", 20.0, "percent duty", 4_000.0),
    ("charge", None, IN_RATES, 0.0),
    ("delay", 7.0, "h", 7.0),
    ("delay", 7.0, "hours", 7.0),
    ("delay", 2.0, "days", 48.0),
    ("delay", None, IN_RATES, 0.0),
    ("cap", 5.0, "TEU/yr", 5.0),
    ("cap", 5.0, "Mt/yr", 400_000.0),
    ("cap", 700.0, "trucks/day", 511_000.0),
    ("cap", 2.0, "trains/day", 73_000.0),
]


@pytest.mark.parametrize(("effect", "value", "unit", "expected"), CONVERTED)
def test_a_value_is_converted(effect: str, value: float | None, unit: str, expected: float) -> None:
    found, problem = convert(rule(effect, value, unit), GIVEN)
    assert (found == pytest.approx(expected), problem) == (True, "")


@pytest.mark.parametrize(
    ("effect", "value", "unit", "said"),
    [
        ("charge", None, "USD/TEU", "without a value"),
        ("charge", 1.0, "USD/bbl", "no conversion"),
        ("delay", 21.0, "days when stopped", "no conversion"),
        ("cap", None, IN_RATES, "without a value"),
        ("charge", 1.0, "USD/vessel", "vessel_teu is not given"),
        ("charge", 1.0, "percent of hull value", "hull_value_usd and vessel_teu are not given"),
    ],
)
def test_what_cannot_be_converted_is_told(
    effect: str, value: float | None, unit: str, said: str
) -> None:
    found, problem = convert(rule(effect, value, unit), Units())
    assert math.isnan(found)
    assert problem.startswith(f"r: {effect}")
    assert said in problem


def test_every_parameter_is_needed_by_some_unit() -> None:
    units = [row[2] for row in CONVERTED]
    for field in fields(Units):
        rest = {one.name: getattr(GIVEN, one.name) for one in fields(Units) if one != field}
        problems = [
            convert(rule(effect, 1.0, unit), Units(**rest))[1]
            for effect in ("charge", "delay", "cap")
            for unit in units
        ]
        assert any(field.name in problem for problem in problems)


#: Rules whose charge or delay is added to the rates on a day, for some cargo somewhere.
ADDED = {
    date(2021, 1, 15): "B003 B112 B160 B187 B220 B222 B223",
    date(2022, 3, 15): "B003 B112 B160 B180 B187 B220 B222 B223",
    date(2024, 11, 18): "B003 B112 B160 B179 B181 B187 B220 B222 B223",
    date(2025, 8, 8): "B003 B179 B181",
    date(2026, 1, 14): "B003 B081 B179",
    date(2026, 3, 15): "B003 B081 B105 B179 B184 B185",
    date(2026, 9, 9): "B081 B103 B105 B179",
    date(2026, 11, 22): "B081 B103 B105 B179",
}


@pytest.mark.parametrize("day", ADDED)
def test_which_rules_add_to_prices(day: date) -> None:
    priced = (one for one in as_of(REGISTER, day).rules if one.effect in ("charge", "delay"))
    values = {one.id: convert(one, GIVEN) for one in priced}
    added = [key for key, (value, problem) in values.items() if value and not problem]
    assert sorted(added) == ADDED[day].split()


#: Rule -> the rate that counts what it takes.
COUNTED = {
    "B012": ("linehaul", "rail", "R18"),
    "B031": ("border", "road", "GE-RU"),
    "B040": ("linehaul", "rail", "AM"),
    "B082": ("freight_base", "sea", "PNVS"),
    "B088": ("toll", "*", "S_BOS"),
    "B221": ("toll", "*", "S_BOS"),
    "B113": ("border", "road", "IR-TM"),
    "B137": ("toll", "*", "S_SUZ"),
}


def test_what_the_rates_count_stands_in_the_rates() -> None:
    rows = {(one.component, one.mode, one.place) for one in load_rates().rows}
    assert set(COUNTED.values()) <= rows
    assert {one.id for one in REGISTER.rules if one.unit == IN_RATES} == COUNTED.keys()
