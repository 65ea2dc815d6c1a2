"""A scenario on a small drawn graph: what closes, why, and what passing costs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridors.errors import ScenarioError
from corridors.model.cost import Component
from corridors.model.scenario import RateOverride, Scenario
from corridors.scenario.closures import NOT_BUILT, close
from corridors.scenario.compile import Compiled, compile_scenario
from corridors.scenario.load import load_scenario
from corridors.scenario.pricing import price
from corridors.scenario.rates import load_rates
from geodata.snapshot import Snapshot
from geodata.types import Arcs, Asset, DecisionGraph, Kind, Links, Mode, Nodes, Status
from tests.oracles.small_register import deny, small_register

RATES = load_rates()
COUNTRIES = ("KZ", "AZ", "AM", "IR", "XZ", "UZ")
HEAD = (
    "id: x\ntitle: t\nwhy: w\nas_of: 2026-11-22\n"
    "demands: [{id: d, origin: ONE, destination: TWO, teu_per_year: 1}]\n"
)
COSTS = (
    "costs: {value_of_time_usd_per_teu_h: 2.57, penalty_usd_per_teu: 50000,"
    " left_out: [container_lease]}\n"
)


def asset(name: str, kind: str, *countries: str, **more: Any) -> Asset:
    return Asset(name, kind, name, 0.0, 0.0, countries, **more)


ASSETS = (
    asset("X_KZUZ", "crossing", "KZ", "UZ"),
    asset("X_AGB_RL", "crossing", "AM", "AZ", status="planned"),
    asset("R18", "line", "AM", status="planned", opening_likely=2029),
    asset("PAAU", "terminal", "KZ"),
    asset("V01", "service", sailings_per_week=6.0),
    asset("S_SUZ", "strait", "XZ"),
    asset("S_HRM", "strait", "XZ"),
    asset("V99", "service"),
    asset("V00", "service", sailings_per_week=0.0),
    asset("X_OLD", "crossing", "AM", "AZ"),
    asset("R99", "line", "KZ", "UZ"),
)
AT = {one.id: at for at, one in enumerate(ASSETS)}
REGISTER = small_register(
    control=[
        {"id": "K_HRM", "on": "S_HRM", "actor": "IR", "default_policy": "closed",
         "title": "the strait"},
    ],
    rules=[
        deny("R_AGB", "AZ", "X_AGB_RL"),
        deny("R_OLD", "AZ", "X_OLD"),
        {"id": "R_HRM", "by": "IR", "effect": "permit", "on": "S_HRM", "condition": "E2"},
        {"id": "R_FEE", "by": "KZ", "effect": "charge", "value": "11", "unit": "USD/TEU",
         "on": "PAAU", "cargo": "owner=UZ"},
    ],
)  # fmt: skip
REFUSED = "refused by AZ (R_OLD): title of R_OLD"
STRAIT = "refused by IR: the strait: closed unless IR permits"

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
    # A line of two countries, on the side of one of them.
    "joint": (Kind.LINE, Mode.RAIL, 10.0, "KZ", Status.BUILT, "R99"),
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
    small = np.zeros(1, np.int16)
    nodes = Nodes(point, point, code, small, small, np.full(1, -1, np.int32))
    none = np.zeros(0, np.int32)
    return DecisionGraph(nodes, at[:1], arcs, none, none, none, COUNTRIES, (), ASSETS)


def scenario(text: str = "", *sets: str) -> Scenario:
    costs = "" if "costs:" in text else COSTS
    return load_scenario("-", stdin=HEAD + costs + text, sets=sets).scenario


def compiled(text: str = "", *sets: str) -> Compiled:
    snapshot = Snapshot("id", Path(), graph(), (), (), ())
    return compile_scenario(scenario(text, *sets), snapshot, RATES, REGISTER)


def closed(result: Compiled) -> dict[str, str]:
    view = result.view(0)
    return {name: view.reason(at) for name, at in ROW.items() if not view.open[at]}


# --- closures


def test_what_does_not_stand_or_is_refused_is_closed_with_a_reason() -> None:
    assert closed(compiled()) == {
        "tripp_border": "X_AGB_RL planned, not built in this scenario; "
        "refused by AZ (R_AGB): title of R_AGB",
        "tripp": "R18 planned (2029), not built in this scenario",
        "hormuz": STRAIT,
        "idle": "V00 has no sailings",
        "ruin": NOT_BUILT,
        "old_border": REFUSED,
    }


@pytest.mark.parametrize(
    "choice",
    [
        "access.events={E2: true}",
        "access.permits=[IR]",
        "access.open={S_HRM: why}",
        "access.own={P: {by: IR, effect: permit, on_kind: asset, on: S_HRM}}",
    ],
)
def test_a_strait_shut_by_default_opens_to_whoever_may(choice: str) -> None:
    assert "hormuz" not in closed(compiled("", choice))
    assert closed(compiled()).keys() - closed(compiled("", choice)).keys() == {"hormuz"}


def test_a_rule_of_the_register_can_be_put_out_of_force_and_in() -> None:
    without = compiled("", "access.rules={R_OLD: false}")
    assert "old_border" not in closed(without)
    forced = compiled("", "access.rules={R_HRM: true}")
    assert "hormuz" not in closed(forced)


def test_building_does_not_open_a_closed_border() -> None:
    built = compiled("", "network.built=[R18, X_AGB_RL]")
    assert "tripp" not in closed(built)
    assert closed(built)["tripp_border"] == "refused by AZ (R_AGB): title of R_AGB"
    both = compiled("access: {open: {X_AGB_RL: why}}\n", "network.built=[R18, X_AGB_RL]")
    assert not {"tripp", "tripp_border"} & closed(both).keys()


def test_a_service_without_sailings_can_be_started() -> None:
    assert "idle" not in closed(compiled("", "network.built=[V00]"))


def test_opening_does_not_build() -> None:
    opened = compiled("access: {open: {X_AGB_RL: why}}\n")
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
    result = compiled("access: {open: {AZ-AM: why}}\n", option)
    assert ("tripp" not in closed(result)) is built
    assert "tripp_border" not in closed(result)
    assert closed(result)["ruin"] == NOT_BUILT


@pytest.mark.parametrize(
    ("entry", "names", "reason"),
    [
        ("IR: why", {"gauge", "road"}, "IR closed by the scenario (why)"),
        ("IR/road: why", {"road"}, "IR/road closed by the scenario (why)"),
        ("UZ-KZ: why", {"border"}, "UZ-KZ closed by the scenario (why)"),
        ("KZ-UZ: why", {"border"}, "KZ-UZ closed by the scenario (why)"),
        ("KZ-UZ/rail: why", {"border"}, "KZ-UZ/rail closed by the scenario (why)"),
        ("KZ-UZ/road: why", set(), ""),
        ("UZ: why", {"border"}, "UZ closed by the scenario (why)"),
        ("S_SUZ: a treaty", {"suez"}, "S_SUZ closed by the scenario (a treaty)"),
        ("S_SUZ: ''", {"suez"}, "S_SUZ closed by the scenario"),
        ("V01/sea: why", {"board", "sail", "leave"}, "V01/sea closed by the scenario (why)"),
        ("PAAU/road: why", {"yard"}, "PAAU/road closed by the scenario (why)"),
        ("'*/ferry': why", {"rare"}, "*/ferry closed by the scenario (why)"),
        ("XZ: null", set(), ""),
    ],
)
def test_the_scenario_closes(entry: str, names: set[str], reason: str) -> None:
    now = closed(compiled(f"access: {{close: {{{entry}}}}}\n"))
    assert now.keys() - closed(compiled()).keys() == names
    assert {now[name] for name in names} <= {reason}


def test_a_mode_everywhere_is_every_row_of_the_mode_and_no_other() -> None:
    now = closed(compiled("access: {close: {'*/sea': why}}\n"))
    mine = {name for name, reason in now.items() if reason.startswith("*/sea closed by")}
    assert mine == {name for name, row in ROWS.items() if row[1] is Mode.SEA}


def test_what_the_scenario_closes_and_what_rules_refuse_are_told_together() -> None:
    view = compiled("access: {close: {X_OLD: why}}\n").view(0)
    found = [(one.kind, one.id, one.actor) for one in view.blockers(ROW["old_border"])]
    assert found == [("scenario", "X_OLD", ""), ("rule", "R_OLD", "AZ")]
    shut = compiled().view(0).blockers(ROW["hormuz"])
    assert [(one.kind, one.id, one.actor) for one in shut] == [("default", "IR", "IR")]
    assert [one.kind for one in compiled().view(0).blockers(ROW["tripp"])] == ["not_built"]
    assert compiled().view(0).blockers(ROW["steppe"]) == ()


def test_closing_wins_over_opening() -> None:
    result = compiled("access: {close: {X_OLD: why}, open: {X_OLD: why}}\n")
    assert closed(result)["old_border"] == "X_OLD closed by the scenario (why)"


def test_every_closed_row_has_a_reason_and_no_open_one_has() -> None:
    result = compiled("access: {close: {KZ/rail: why}, open: {AZ: why}, refuses: [KZ]}\n")
    view, shut = result.view(0), result.closures
    for at in range(len(ROWS)):
        assert bool(view.blockers(at)) == bool(view.reason(at)) == (not view.open[at])
        assert (shut.reason(at) is None) == shut.open[at]
    assert ((shut.closed_by >= 0) == ~shut.open).all()
    assert shut.closed_by.dtype == np.int16
    assert len(set(shut.reasons)) == len(shut.reasons)


PLACES = st.sampled_from(sorted([*AT, *COUNTRIES, "KZ-UZ", "'*/sea'", "AZ/road", "AM-AZ/rail"]))


@given(st.sets(PLACES), PLACES)
def test_closing_more_never_opens_anything(shut: set[str], more: str) -> None:
    def of(names: set[str]) -> np.ndarray[Any, np.dtype[np.bool_]]:
        entries = ", ".join(f"{name}: why" for name in sorted(names))
        return compiled(f"access: {{permits: ['*'], close: {{{entries}}}}}\n").view(0).open

    assert not (of(shut | {more}) & ~of(shut)).any()


@given(st.sets(PLACES), PLACES)
def test_opening_more_never_closes_anything(opened: set[str], more: str) -> None:
    def of(names: set[str]) -> np.ndarray[Any, np.dtype[np.bool_]]:
        entries = ", ".join(f"{name}: why" for name in sorted(names))
        return compiled(f"access: {{refuses: ['*'], open: {{{entries}}}}}\n").view(0).open

    assert not (of(opened) & ~of(opened | {more})).any()


def test_a_name_that_the_register_lacks_is_an_error_of_the_scenario() -> None:
    for choice in ("events={E9: true}", "rules={R9: true}", "permits=[RX]", "refuses=[RX]"):
        with pytest.raises(ScenarioError, match=r"E9|R9|RX"):
            compiled("", f"access.{choice}")
    with pytest.raises(ScenarioError, match=r"access\.own\.P\.by"):
        compiled("", "access.own={P: {by: XX, effect: deny, on_kind: asset, on: R18}}")


# --- cargo


def test_demands_that_no_rule_tells_apart_share_a_view() -> None:
    owners = {"a": "[]", "b": "UZ", "c": "AM", "e": "[AM, UZ]"}
    rows = [
        f"  - {{id: {name}, origin: ONE, destination: TWO, teu_per_year: 1, owner: {owner}}}\n"
        for name, owner in owners.items()
    ]
    snapshot = Snapshot("id", Path(), graph(), (), (), ())
    text = HEAD.partition("demands:")[0] + COSTS + "demands:\n" + "".join(rows)
    result = compile_scenario(load_scenario("-", stdin=text).scenario, snapshot, RATES, REGISTER)
    assert result.view_of[0] == result.view_of[2] != result.view_of[1] == result.view_of[3]
    assert result.view(0) is result.view(2)
    charged = result.view(1).cost_usd_per_teu - result.view(0).cost_usd_per_teu
    handled = {ROW[name] for name in ("quay", "yard", "start", "start_at_sea")}
    assert set(np.flatnonzero(charged)) <= handled
    assert charged.max() == pytest.approx(11)
    at = int(np.argmax(charged))
    assert result.view(1).rule_ids(at) == ("R_FEE",)
    assert result.view(0).rule_ids(at) == ()


def test_what_does_not_hold_and_who_lacks_standing_is_a_warning() -> None:
    rule = "{by: RU, effect: deny, on_kind: asset, on: X_OLD}"
    result = compiled("", f"access.own={{RU-X: {rule}}}")
    assert "old_border" in closed(result)
    assert any("RU-X: RU has no standing over X_OLD" in words for words in result.warnings)
    assert not any("RU-X" in words for words in compiled().warnings)


def test_who_works_a_row_is_known_from_the_register() -> None:
    result = compiled()
    assert result.operators_of(ROW["steppe"]) == ("KTZ",)
    assert result.operators_of(ROW["road"]) == ()


# --- prices


def pays(result: Compiled, name: str) -> set[Component]:
    return {item.component for item in result.prices.items_of(ROW[name])}


def test_a_line_pays_by_length() -> None:
    result, at = compiled(), ROW["steppe"]
    rate = RATES.find("linehaul", "cost", "rail", ("KZ",))
    assert result.prices.cost_usd_per_teu[at] == pytest.approx(1000 * rate.value)
    assert result.prices.time_h[at] == pytest.approx(1000 / 37.5)
    assert result.prices.emissions_kgco2e_per_teu[at] == pytest.approx(318)
    assert rate in result.rates_of(at)


def test_a_border_pays_by_its_two_countries() -> None:
    result, at = compiled(), ROW["border"]
    assert result.prices.time_h[at] == 7
    assert {rate.place for rate in result.rates_of(at)} == {"KZ-UZ"}
    assert pays(result, "border") == {Component.BORDER_FEE, Component.BORDER_DWELL}


def test_a_strait_pays_its_toll_on_top_of_freight() -> None:
    result = compiled()
    toll = (
        result.prices.cost_usd_per_teu[ROW["suez"]] - result.prices.cost_usd_per_teu[ROW["ocean"]]
    )
    assert toll == pytest.approx(55)
    assert pays(result, "suez") - pays(result, "ocean") == {Component.TOLL}
    assert Component.SAILING in pays(result, "ocean")


def test_boarding_waits_half_the_time_between_sailings() -> None:
    result = compiled()
    assert result.prices.time_h[ROW["board"]] == pytest.approx(4 + 168 / 12)
    assert result.prices.time_h[ROW["leave"]] == pytest.approx(4)
    assert result.prices.time_h[ROW["rare"]] == pytest.approx(12 + 168)
    assert result.prices.cost_usd_per_teu[ROW["leave"]] == 0


def test_a_quay_is_a_port_and_a_yard_is_not() -> None:
    result = compiled()
    assert {Component.PORT_HANDLING, Component.PORT_DWELL} <= pays(result, "quay")
    assert result.prices.cost_usd_per_teu[ROW["quay"]] == pytest.approx(150 + 75)
    assert Component.PORT_HANDLING in pays(result, "start_at_sea")
    assert Component.TRANSFER in pays(result, "yard")
    assert Component.ACCESS in pays(result, "start")


def test_the_caspian_costs_what_was_published() -> None:
    result = compiled()
    way = [ROW[name] for name in ("board", "sail", "leave")]
    assert result.prices.cost_usd_per_teu[way].sum() == pytest.approx(250 - 2 * 75, rel=1e-5)


def test_an_override_changes_its_place_only() -> None:
    override = RateOverride("linehaul", 1.0, "USD/TEU-km", "rail", "KZ")
    text = COSTS.replace(
        "}", ", overrides: [{component: linehaul, mode: rail, place: KZ, value: 1.0,"
        " unit: USD/TEU-km}]}",
    )  # fmt: skip
    assert scenario(text).costs.overrides == (override,)
    changed = compiled(text).prices.cost_usd_per_teu - compiled().prices.cost_usd_per_teu
    assert np.flatnonzero(changed).tolist() == [ROW["steppe"], ROW["joint"]]
    assert compiled(text).prices.cost_usd_per_teu[ROW["steppe"]] == 1000


def test_time_has_a_value() -> None:
    result = compiled("", "costs.value_of_time_usd_per_teu_h=2")
    view = result.view(0)
    expected = view.cost_usd_per_teu + 2 * view.time_h
    np.testing.assert_allclose(view.generalised_usd_per_teu, expected)


def test_being_late_has_a_value_of_its_own() -> None:
    late = compiled("", "costs.value_of_reliability_usd_per_teu_h=1.5").view(0)
    view = compiled().view(0)
    np.testing.assert_allclose(
        late.generalised_usd_per_teu - view.generalised_usd_per_teu, 1.5 * view.time_sd_h
    )
    way = np.array([ROW["steppe"], ROW["border"]])
    totals = (float(one[way].sum()) for one in (view.cost_usd_per_teu, view.time_h, view.time_sd_h))
    assert late.generalised_along(way, 0) == pytest.approx(late.weigh(*totals))
    np.testing.assert_array_equal(late.generalised_after(0), late.generalised_usd_per_teu)


def test_other_goods_have_other_values_in_proportion() -> None:
    one, other = compiled(), compiled("cargo: {commodity: grain}\n")
    classes = RATES.commodities
    share = (
        classes["grain"].value_of_time_usd_per_teu_h
        / classes["container"].value_of_time_usd_per_teu_h
    )
    assert one.view(0).terms.value_of_time_usd_per_teu_h == 2.57
    assert other.view(0).terms.value_of_time_usd_per_teu_h == pytest.approx(2.57 * share)
    assert other.view(0).terms.tonnes_per_teu == classes["grain"].tonnes.value


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
    for column in (
        result.prices.cost_usd_per_teu,
        result.prices.time_h,
        result.prices.emissions_kgco2e_per_teu,
    ):
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
