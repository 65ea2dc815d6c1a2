"""A scenario on a small drawn graph: what closes, why, and what passing costs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridors.model.scenario import RateOverride, Scenario
from corridors.scenario.closures import NOT_BUILT, close
from corridors.scenario.compile import Compiled, compile_scenario
from corridors.scenario.load import load_scenario
from corridors.scenario.pricing import Component, price
from corridors.scenario.rates import load_rates
from geodata.types import Arcs, Asset, DecisionGraph, Kind, Links, Mode, Nodes, Status

RATES = load_rates()
COUNTRIES = ("KZ", "AZ", "AM", "IR", "XZ", "UZ")
HEAD = "extends: _base\nid: x\ntitle: t\nwhy: w\n"


def asset(name: str, kind: str, *countries: str, **more: Any) -> Asset:
    return Asset(name, kind, name, 0.0, 0.0, countries, **more)


ASSETS = (
    asset("X_KZUZ", "crossing", "KZ", "UZ"),
    asset("X_AGB_RL", "crossing", "AM", "AZ", status="planned", political_status="closed"),
    asset("R18", "line", "AM", status="planned", opening_likely=2029),
    asset("PAAU", "terminal", "KZ"),
    asset("V01", "service", sailings_per_week=6.0),
    asset("S_SUZ", "strait", "XZ"),
    asset("S_HRM", "strait", "XZ", political_status="conditional", source="a paper"),
    asset("V99", "service"),
    asset("V00", "service", sailings_per_week=0.0),
    asset("X_OLD", "crossing", "AM", "AZ", political_status="closed", source="decree"),
)
AT = {one.id: at for at, one in enumerate(ASSETS)}

# name: kind, mode, km, country, status, asset
ROWS: dict[str, tuple[Kind, Mode, float, str, Status, str]] = {
    "steppe": (Kind.LINE, Mode.RAIL, 1000.0, "KZ", Status.BUILT, ""),
    "border": (Kind.BORDER, Mode.RAIL, 0.0, "KZ", Status.BUILT, "X_KZUZ"),
    "tripp_border": (Kind.BORDER, Mode.RAIL, 0.0, "AM", Status.PLANNED, "X_AGB_RL"),
    "tripp": (Kind.LINE, Mode.RAIL, 31.0, "AM", Status.PLANNED, "R18"),
    "quay": (Kind.TRANSFER, Mode.SEA, 0.0, "KZ", Status.BUILT, "PAAU"),
    "yard": (Kind.TRANSFER, Mode.ROAD, 0.0, "KZ", Status.BUILT, "PAAU"),
    "board": (Kind.BOARDING, Mode.SEA, 0.0, "KZ", Status.BUILT, "V01"),
    "sail": (Kind.LINE, Mode.SEA, 470.0, "XZ", Status.BUILT, "V01"),
    "leave": (Kind.TRANSFER, Mode.SEA, 0.0, "KZ", Status.BUILT, "V01"),
    "suez": (Kind.LINE, Mode.SEA, 87.5, "XZ", Status.BUILT, "S_SUZ"),
    "ocean": (Kind.LINE, Mode.SEA, 87.5, "XZ", Status.BUILT, ""),
    "hormuz": (Kind.LINE, Mode.SEA, 20.0, "XZ", Status.BUILT, "S_HRM"),
    "rare": (Kind.BOARDING, Mode.FERRY, 0.0, "AZ", Status.BUILT, "V99"),
    "idle": (Kind.BOARDING, Mode.FERRY, 0.0, "AZ", Status.BUILT, "V00"),
    "ruin": (Kind.LINE, Mode.RAIL, 9.0, "AZ", Status.DISMANTLED, ""),
    "gauge": (Kind.GAUGE_CHANGE, Mode.RAIL, 0.0, "IR", Status.BUILT, ""),
    "start": (Kind.ACCESS, Mode.RAIL, 0.0, "KZ", Status.BUILT, "PAAU"),
    "start_at_sea": (Kind.ACCESS, Mode.SEA, 0.0, "KZ", Status.BUILT, "PAAU"),
    "old_border": (Kind.BORDER, Mode.ROAD, 0.0, "AZ", Status.BUILT, "X_OLD"),
    "road": (Kind.LINE, Mode.ROAD, 100.0, "IR", Status.BUILT, ""),
}
ROW = {name: at for at, name in enumerate(ROWS)}


def columns(*, repeat: int = 1) -> dict[str, np.ndarray[Any, Any]]:
    rows = [row for _ in range(repeat) for row in ROWS.values()]
    kind, mode, km, country, status, thing = zip(*rows, strict=True)
    return {
        "kind": np.array(kind, np.int8),
        "mode": np.array(mode, np.int8),
        "length_km": np.array(km),
        "country": np.array([COUNTRIES.index(code) for code in country], np.int16),
        "gauge_mm": np.zeros(len(rows), np.int16),
        "status": np.array(status, np.int8),
        "asset": np.array([AT.get(name, -1) for name in thing], np.int32),
    }


def graph(*, repeat: int = 1) -> DecisionGraph:
    n = len(ROWS) * repeat
    at = np.zeros(n, np.int32)
    wide = np.zeros(n, np.int64)
    arcs = Arcs(tail=at, head=at, chain_start=wide, chain_stop=wide, **columns(repeat=repeat))
    point, code = np.zeros(1), np.zeros(1, np.int8)
    nodes = Nodes(point, point, code, np.zeros(1, np.int16), np.zeros(1, np.int16), at[:1])
    none = np.zeros(0, np.int32)
    return DecisionGraph(nodes, at[:1], arcs, none, none, none, COUNTRIES, (), ASSETS)


def scenario(text: str = "", *sets: str) -> Scenario:
    return load_scenario("-", stdin=HEAD + text, sets=sets).scenario


def compiled(text: str = "", *sets: str) -> Compiled:
    return compile_scenario(scenario(text, *sets), graph(), RATES)


def closed(result: Compiled) -> dict[str, str]:
    return {name: result.reason(at) for name, at in ROW.items() if not result.open[at]}


# --- closures


def test_what_does_not_stand_or_is_closed_is_closed_with_a_reason() -> None:
    assert closed(compiled()) == {
        "tripp_border": "X_AGB_RL planned, not built in this scenario",
        "tripp": "R18 planned (2029), not built in this scenario",
        "hormuz": "S_HRM closed: conditional, and the condition is taken as not met (a paper)",
        "idle": "V00 has no sailings",
        "ruin": NOT_BUILT,
        "old_border": "X_OLD closed: political status closed (decree)",
    }


def test_conditional_assets_are_listed_and_may_be_used() -> None:
    assert compiled().conditional == ("S_HRM",)
    passing = compiled("", "access.conditional=open")
    assert "hormuz" not in closed(passing)
    assert passing.conditional == ()
    assert "hormuz" not in closed(compiled("access: {open: [{asset: S_HRM}]}\n"))


def test_building_does_not_open_a_closed_border() -> None:
    built = compiled("", "network.built=[R18, X_AGB_RL]")
    assert "tripp" not in closed(built)
    assert closed(built)["tripp_border"] == "X_AGB_RL closed: political status closed"
    both = compiled("access: {open: [{asset: X_AGB_RL}]}\n", "network.built=[R18, X_AGB_RL]")
    assert not {"tripp", "tripp_border"} & closed(both).keys()


def test_a_service_without_sailings_can_be_started() -> None:
    assert "idle" not in closed(compiled("", "network.built=[V00]"))


def test_opening_does_not_build() -> None:
    opened = compiled("access: {open: [{asset: X_AGB_RL}]}\n")
    assert closed(opened)["tripp_border"] == "X_AGB_RL planned, not built in this scenario"


@pytest.mark.parametrize(
    ("option", "built"),
    [
        ("network.build_by_year=2028", False),
        ("network.build_by_year=2029", True),
        ("network.all_planned=true", True),
    ],
)
def test_a_year_builds_what_is_likely_to_be_open(option: str, built: bool) -> None:  # noqa: FBT001
    result = compiled("access: {open: [{country_pair: [AZ, AM]}]}\n", option)
    assert ("tripp" not in closed(result)) is built
    assert "tripp_border" not in closed(result)
    assert closed(result)["ruin"] == NOT_BUILT


@pytest.mark.parametrize(
    ("entry", "names", "reason"),
    [
        ("{country: IR}", {"gauge", "road"}, "country IR closed by the scenario"),
        ("{country: IR, mode: road}", {"road"}, "country IR by road closed by the scenario"),
        ("{country_pair: [UZ, KZ]}", {"border"}, "border UZ-KZ closed by the scenario"),
        ("{country: UZ}", {"border"}, "country UZ closed by the scenario"),
        ("{asset: S_SUZ, source: a treaty}", {"suez"}, "S_SUZ closed by the scenario (a treaty)"),
    ],
)
def test_the_scenario_closes(entry: str, names: set[str], reason: str) -> None:
    now = closed(compiled(f"access: {{close: [{entry}]}}\n"))
    assert now.keys() - closed(compiled()).keys() == names
    assert {now[name] for name in names} == {reason}


def test_closing_wins_over_opening() -> None:
    result = compiled("access: {close: [{asset: X_OLD}], open: [{asset: X_OLD}]}\n")
    assert closed(result)["old_border"] == "X_OLD closed by the scenario"


def test_every_closed_row_has_a_reason_and_no_open_one_has() -> None:
    result = compiled()
    assert ((result.closed_by >= 0) == ~result.open).all()
    assert result.closed_by.dtype == np.int16
    assert len(set(result.reasons)) == len(result.reasons)


@given(st.sets(st.sampled_from(sorted(AT))), st.sampled_from(sorted(AT)))
def test_closing_more_never_opens_anything(shut: set[str], more: str) -> None:
    def of(names: set[str]) -> Compiled:
        entries = ", ".join(f"{{asset: {name}}}" for name in sorted(names))
        return compiled(f"access: {{conditional: open, close: [{entries}]}}\n")

    assert not (of(shut | {more}).open & ~of(shut).open).any()


# --- prices


def test_a_line_pays_by_length() -> None:
    result, at = compiled(), ROW["steppe"]
    rate = RATES.find("linehaul", "cost", "rail", ("KZ",))
    assert result.cost_usd_per_teu[at] == pytest.approx(1000 * rate.value)
    assert result.time_h[at] == pytest.approx(1000 / 37.5)
    assert result.emissions_kgco2e_per_teu[at] == pytest.approx(318)
    assert rate in result.rates_of(at)


def test_a_border_pays_by_its_two_countries() -> None:
    result, at = compiled(), ROW["border"]
    assert result.time_h[at] == 7
    assert {rate.place for rate in result.rates_of(at)} == {"KZ-UZ"}
    assert result.component[at] == Component.BORDER


def test_a_strait_pays_its_toll_on_top_of_freight() -> None:
    result = compiled()
    toll = result.cost_usd_per_teu[ROW["suez"]] - result.cost_usd_per_teu[ROW["ocean"]]
    assert toll == pytest.approx(55)
    assert result.component[ROW["suez"]] == Component.TOLL
    assert result.component[ROW["ocean"]] == Component.LINEHAUL


def test_boarding_waits_half_the_time_between_sailings() -> None:
    result = compiled()
    assert result.time_h[ROW["board"]] == pytest.approx(4 + 168 / 12)
    assert result.time_h[ROW["leave"]] == pytest.approx(4)
    assert result.time_h[ROW["rare"]] == pytest.approx(12 + 168)
    assert result.cost_usd_per_teu[ROW["leave"]] == 0


def test_a_quay_is_a_port_and_a_yard_is_not() -> None:
    result = compiled()
    assert result.component[ROW["quay"]] == Component.PORT
    assert result.cost_usd_per_teu[ROW["quay"]] == pytest.approx(150 + 75)
    assert result.component[ROW["start_at_sea"]] == Component.PORT
    assert result.component[ROW["yard"]] == Component.TRANSFER
    assert result.component[ROW["start"]] == Component.ACCESS


def test_the_caspian_costs_what_was_published() -> None:
    result = compiled()
    way = [ROW[name] for name in ("board", "sail", "leave")]
    assert result.cost_usd_per_teu[way].sum() == pytest.approx(250 - 2 * 75, rel=1e-5)


def test_an_override_changes_its_place_only() -> None:
    override = RateOverride("linehaul", 1.0, "USD/TEU-km", "rail", "KZ")
    text = (
        "costs: {overrides: [{component: linehaul, mode: rail, place: KZ, value: 1.0,"
        " unit: USD/TEU-km}]}\n"
    )
    assert scenario(text).costs.overrides == (override,)
    changed = compiled(text).cost_usd_per_teu - compiled().cost_usd_per_teu
    assert np.flatnonzero(changed).tolist() == [ROW["steppe"]]
    assert compiled(text).cost_usd_per_teu[ROW["steppe"]] == 1000


def test_time_has_a_value() -> None:
    result = compiled("", "costs.value_of_time_usd_per_teu_h=2")
    expected = result.cost_usd_per_teu + 2 * result.time_h
    np.testing.assert_allclose(result.generalised_usd_per_teu, expected)


def test_links_and_arcs_are_priced_and_closed_alike() -> None:
    n = len(ROWS)
    ends, flag = np.zeros(n, np.int32), np.zeros(n, np.bool_)
    links = Links(u=ends, v=ends, oneway=flag, source=np.zeros(n, np.int8), **columns())
    arcs = graph().arcs
    one, other = (price(table, RATES, ASSETS, COUNTRIES) for table in (links, arcs))
    np.testing.assert_array_equal(one.cost_usd_per_teu, other.cost_usd_per_teu)
    np.testing.assert_array_equal(one.time_h, other.time_h)
    of_links, of_arcs = (
        close(table, scenario(), ASSETS, COUNTRIES).closed_by for table in (links, arcs)
    )
    np.testing.assert_array_equal(of_links, of_arcs)


@given(st.floats(0.01, 0.99))
def test_pieces_of_a_line_cost_what_the_line_costs(share: float) -> None:
    arcs = graph().arcs
    plain = (arcs.kind == Kind.LINE) & (arcs.asset != AT["S_SUZ"])
    lines = arcs.take(plain)

    def of(part: float) -> np.ndarray[Any, Any]:
        table = lines.with_columns(length_km=lines.length_km * part)
        return price(table, RATES, ASSETS, COUNTRIES).cost_usd_per_teu

    np.testing.assert_allclose(of(share) + of(1 - share), of(1.0), rtol=1e-12)


def test_prices_are_finite_and_never_negative() -> None:
    result = compiled()
    for column in (result.cost_usd_per_teu, result.time_h, result.emissions_kgco2e_per_teu):
        assert np.isfinite(column).all()
        assert (column >= 0).all()


@given(st.permutations(range(len(ROWS))))
def test_the_order_of_rows_does_not_matter(order: list[int]) -> None:
    arcs = graph().arcs
    rows = np.array(order)
    mixed = price(arcs.take(rows), RATES, ASSETS, COUNTRIES).cost_usd_per_teu
    np.testing.assert_array_equal(
        mixed, price(arcs, RATES, ASSETS, COUNTRIES).cost_usd_per_teu[rows]
    )


def test_an_empty_table_has_no_prices() -> None:
    arcs = graph().arcs.take(np.zeros(0, np.int64))
    assert len(price(arcs, RATES, ASSETS, COUNTRIES).cost_usd_per_teu) == 0
    assert close(arcs, scenario(), ASSETS, COUNTRIES).reasons == ()
