"""Styles: told twice, complete, and the same to QGIS as to the OGC."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from corridors.report.gis_contracts import RUN_CONTRACTS
from geodata.network_contracts import NETWORK_CONTRACTS
from geodata.qml import qml
from geodata.sld import sld
from geodata.symbols import PALETTE, Among, Fill, Has, Label, Line, Mark, Range, Style, styles

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geodata.symbols import When

FAMILIES = tuple(f"F{k}" for k in range(3 * len(PALETTE)))
STYLES = styles(FAMILIES)
CONTRACTS = {one.name: one for one in (*RUN_CONTRACTS, *NETWORK_CONTRACTS)}
OGC = "{http://www.opengis.net/ogc}"
SLD = "{http://www.opengis.net/sld}"


def test_every_layer_has_a_style_of_its_own_fields() -> None:
    assert STYLES.keys() == CONTRACTS.keys()
    for name, style in STYLES.items():
        tests = [when for rule in style.rules for when in rule.when]
        tests += style.label.when if style.label else ()
        fields = {when.field for when in tests} | ({style.label.field} if style.label else set())
        assert fields <= set(CONTRACTS[name].names), name


@pytest.mark.parametrize("name", STYLES)
def test_no_two_classes_differ_by_colour_alone(name: str) -> None:
    looks = [_in_grey(rule.symbol) for rule in STYLES[name].rules]
    for (a, one), (b, other) in combinations(enumerate(looks), 2):
        assert one != other, (STYLES[name].rules[a].label, STYLES[name].rules[b].label)


def _in_grey(symbol: Line | Mark | Fill) -> Line | Mark | Fill:
    """Return a symbol with nothing left of its colours but whether it has a rim."""
    if isinstance(symbol, Line):
        return replace(symbol, colour="", casing="rim" if symbol.casing else "")
    return replace(symbol, colour="", outline="")


ROWS: Mapping[str, list[dict[str, object]]] = {
    "flows": [
        {"teu_per_year": teu, "shadow_price_usd_per_teu": price}
        for teu in (0.0, 9_999.0, 10_000.0, 1e5, 1e6, 3e6)
        for price in (None, 0.0, 0.01, 86.24)
    ],
    "chokepoints": [{"traffic_share": share} for share in (0.0, 0.02, 0.0999, 0.3, 1.0)],
    "terminals": [{"modes": modes} for modes in ("sea", "rail;sea", "rail", "rail;sea;road")],
    "routes": [{"family": family} for family in (*FAMILIES, None)],
    "links": [
        {"mode": mode, "status": status}
        for mode in ("rail", "road", "sea", "ferry")
        for status in ("built", "planned", "under_construction", "dismantled", "out_of_use")
    ],
    "access": [{"passage": word} for word in ("open", "partly", "closed", "not_built")],
    "bottlenecks": [{"binds": word} for word in ("yes", "no")],
    "stops": [{"kind": word} for word in ("border", "gauge_change", "transfer", "boarding")],
}


@pytest.mark.parametrize("name", ROWS)
def test_every_row_is_of_one_class(name: str) -> None:
    for row in ROWS[name]:
        fitting = [rule.label for rule in STYLES[name].rules if holds(rule.when, row)]
        assert len(fitting) == 1, (row, fitting)


@pytest.mark.parametrize("name", ROWS)
def test_the_ogc_is_told_the_same_classes(name: str) -> None:
    root = ET.fromstring(sld(name, "T", "A", STYLES[name]))  # noqa: S314 - our own
    rules = root.findall(f".//{SLD}Rule")
    assert [rule.findtext(f"{SLD}Name") for rule in rules[: len(STYLES[name].rules)]] == [
        rule.label for rule in STYLES[name].rules
    ]
    for row in ROWS[name]:
        for told, rule in zip(rules, STYLES[name].rules, strict=False):
            test = told.find(f"{OGC}Filter")
            assert (test is None or passes(test[0], row)) == holds(rule.when, row), (rule, row)


def holds(when: tuple[When, ...], row: Mapping[str, object]) -> bool:
    """Judge conditions on a row, by their own description."""
    return all(_holds(one, row[one.field]) for one in when)


def _holds(one: When, value: object) -> bool:
    if isinstance(one, Has):
        return (one.word in str(value).split(";")) != one.absent
    if isinstance(one, Range):
        number = float(str(value or 0))
        return (one.low is None or number >= one.low) and (one.high is None or number < one.high)
    return (value or "") in one.words


def passes(test: ET.Element, row: Mapping[str, object]) -> bool:
    """Judge a filter of the OGC on a row."""
    kind = test.tag.removeprefix(OGC)
    if kind in {"And", "Or"}:
        return (all if kind == "And" else any)(passes(part, row) for part in test)
    if kind == "Not":
        return not passes(test[0], row)
    value = row[test.findtext(f"{OGC}PropertyName") or ""]
    literal = test.findtext(f"{OGC}Literal") or ""
    if value is None or kind == "PropertyIsNull":
        return value is None and kind == "PropertyIsNull"
    if kind == "PropertyIsLike":
        return _like(str(value), literal)
    if kind == "PropertyIsEqualTo":
        return str(value) == literal
    number, bound = float(str(value)), float(literal)
    return number < bound if kind == "PropertyIsLessThan" else number >= bound


def _like(text: str, pattern: str) -> bool:
    inner = pattern.strip("*")
    if pattern.startswith("*") and pattern.endswith("*"):
        return inner in text
    if pattern.startswith("*"):
        return text.endswith(inner)
    return text.startswith(inner) if pattern.endswith("*") else text == pattern


def test_a_style_of_qgis_names_a_symbol_per_class_and_quotes_what_it_must() -> None:
    style = Style(STYLES["flows"].rules, Label("name", 8, (Among("kind", ("a", "b")),)))
    root = ET.fromstring(qml(style).partition("\n")[2])  # noqa: S314 - our own
    rules = root.findall(".//rule")
    assert [rule.get("symbol") for rule in rules] == [
        symbol.get("name") for symbol in root.findall(".//symbol")
    ]
    short = root.findall(".//symbol")[-1].findall("layer")
    assert len(short) == 2, "a rim goes under what is short"
    assert rules[0].get("filter") == (
        'coalesce("teu_per_year", 0) < 10000 AND coalesce("shadow_price_usd_per_teu", 0) < 0.005'
    )
    written = root.find(".//text-style")
    assert written is not None
    assert written.get("fieldName") == "CASE WHEN \"kind\" IN ('a', 'b') THEN \"name\" END"
