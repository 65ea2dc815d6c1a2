"""Prices are sums of items: each with its component, its spread, and the rows it rests on."""

from __future__ import annotations

from dataclasses import replace
from math import sqrt

import numpy as np
import pytest

from corridors.model.cost import Component
from corridors.scenario.fits import fitted
from corridors.scenario.places import data_folder
from corridors.scenario.pricing import Prices, price
from corridors.scenario.rates import load_rates
from corridors.scenario.tariffs import Goods, Item, feu_of, lease_of
from tests.corridors.price_world import ASSETS, COUNTRIES, ROW, ROWS, table

RATES = load_rates()
BARE = frozenset({Component.CONTAINER_LEASE, Component.INSURANCE})
SUEZ_BACK = RATES.directed("DE", "CN")
RAIL_WEST = RATES.directed("CN", "DE")
KM = table().length_km


def priced(**goods: object) -> Prices:
    return price(table(), RATES, ASSETS, COUNTRIES, goods=Goods(**goods))  # type: ignore[arg-type]


def usd(component: str, mode: str, *places: str) -> float:
    return RATES.find(component, "cost", mode, places).value


def hours(component: str, mode: str, *places: str) -> float:
    return RATES.find(component, "time", mode, places).value


def paid(prices: Prices, name: str, component: Component) -> Item:
    found = [one for one in prices.items_of(ROW[name]) if one.component is component]
    (one,) = [item for item in found if item.usd or item.usd_per_km]
    return one


#: What the rows cost in money when nothing but the rates of the table is counted.
MONEY = {
    "rail": 1000 * usd("linehaul", "rail", "KZ"),
    "road": 400 * usd("linehaul", "road", "GE"),
    "sea": 900 * usd("linehaul", "sea"),
    "suez": 100 * usd("linehaul", "sea") + usd("toll", "sea", "S_SUZ"),
    "sail": 470 * usd("linehaul", "sea", "V01"),
    "rail_border": usd("border", "rail", "KZ-UZ"),
    "road_border": usd("border", "road", "AZ-GE") + usd("transit", "road", "AZ-GE"),
    "gauge": usd("gauge_change", "rail"),
    "quay": usd("port", "sea", "PAAU") + usd("freight_base", "sea", "PAAU"),
    "yard": usd("transfer", "road"),
    "board": usd("boarding", "sea", "V01"),
    "start": usd("access", "rail"),
    "end": usd("access", "road"),
}
HOURS = {
    "rail": 1000 / hours("speed", "rail", "KZ"),
    "sail": 470 / hours("speed", "sea", "V01"),
    "road_border": hours("border", "road", "AZ-GE"),
    "quay": hours("port", "sea", "PAAU"),
    "board": hours("boarding", "sea", "V01") + 168 / 6,
}


def test_a_row_costs_what_its_rates_say() -> None:
    bare = priced(left_out=BARE)
    assert MONEY.keys() == ROWS.keys()
    for name, value in MONEY.items():
        assert bare.cost_usd_per_teu[ROW[name]] == pytest.approx(value, abs=1e-9), name
    for name, value in HOURS.items():
        assert bare.time_h[ROW[name]] == pytest.approx(value, abs=1e-9), name


@pytest.mark.parametrize("goods", [{}, {"commodity": "grain"}, {"directions": SUEZ_BACK}])
def test_items_add_up_to_the_price(goods: dict[str, object]) -> None:
    prices = priced(value_usd_per_teu=1000.0, **goods)
    for at in range(len(ROWS)):
        items = prices.items_of(at)
        cost = sum(one.usd + one.usd_per_km * KM[at] for one in items)
        time = sum(one.h + one.h_per_km * KM[at] for one in items)
        spread = sum(one.sd_h + one.sd_h_per_km * KM[at] for one in items)
        assert prices.cost_usd_per_teu[at] == pytest.approx(cost, abs=1e-9)
        assert prices.time_h[at] == pytest.approx(time, abs=1e-9)
        assert prices.time_sd_h[at] == pytest.approx(spread, abs=1e-9)


def test_an_item_is_money_time_or_emissions_and_rests_on_rows_that_exist() -> None:
    rows = set()
    for name in ("rates", "fitted", "directions"):
        count = len((data_folder() / f"{name}.csv").read_text(encoding="utf-8").splitlines())
        rows |= {f"{name}.csv:{line}" for line in range(2, count + 1)}
    prices = priced(directions=(*SUEZ_BACK, *RAIL_WEST), value_usd_per_teu=1000.0)
    for at in range(len(ROWS)):
        for item in prices.items_of(at):
            amounts = (item.usd + item.usd_per_km, item.h + item.h_per_km, item.kg + item.kg_per_km)
            assert sum(amount > 0 for amount in amounts) == 1
            assert set(item.basis) <= {*rows, "services.csv"}
            assert item.basis


def test_a_container_is_hired_for_all_the_time_and_only_a_container_is() -> None:
    hour = usd("container_lease", "*") / 24
    assert lease_of(RATES, Goods()) == pytest.approx(hour)
    more = priced().cost_usd_per_teu - priced(left_out=BARE).cost_usd_per_teu
    np.testing.assert_allclose(more, hour * priced().time_h)
    assert lease_of(RATES, Goods("grain")) == 0
    components = {
        one.component for at in ROW.values() for one in priced(commodity="grain").items_of(at)
    }
    assert Component.CONTAINER_LEASE not in components


def test_insurance_is_a_share_of_the_value_half_at_each_end() -> None:
    worth = 20_000.0
    more = priced(value_usd_per_teu=worth).cost_usd_per_teu - priced().cost_usd_per_teu
    ends = [ROW["start"], ROW["end"]]
    np.testing.assert_allclose(more[ends], usd("insurance", "*") / 100 * worth / 2)
    assert np.flatnonzero(more).tolist() == ends


def test_freight_back_costs_a_share_by_sea_alone() -> None:
    (one,) = SUEZ_BACK
    there, back = priced(), priced(directions=SUEZ_BACK)
    for name, unit in (("sea", "usd_per_km"), ("sail", "usd_per_km"), ("quay", "usd")):
        before, after = (paid(each, name, Component.SAILING) for each in (there, back))
        assert getattr(after, unit) == pytest.approx(one.factor.value * getattr(before, unit))
        assert one.factor.name in after.basis
    for name in ("rail", "road", "gauge", "rail_border"):
        assert back.items_of(ROW[name]) == there.items_of(ROW[name])


def test_the_empty_box_goes_back_at_a_share_of_the_freight() -> None:
    (one,) = RAIL_WEST
    prices = priced(directions=RAIL_WEST)
    freight = paid(prices, "rail", Component.LINEHAUL).usd_per_km
    empty = paid(prices, "rail", Component.EMPTY_RETURN)
    assert empty.usd_per_km == pytest.approx(one.factor.value * freight)
    others = (name for name in ROWS if name != "rail")
    assert all(
        item.component is not Component.EMPTY_RETURN
        for name in others
        for item in prices.items_of(ROW[name])
    )


@pytest.mark.parametrize("component", list(Component))
def test_what_is_left_out_is_missing_and_nothing_else(component: Component) -> None:
    goods = {"directions": RAIL_WEST, "value_usd_per_teu": 1000.0}
    whole, less = priced(**goods), priced(**goods, left_out=frozenset({component}))
    for at in range(len(ROWS)):
        kept = [one.component for one in whole.items_of(at) if one.component is not component]
        assert [one.component for one in less.items_of(at)] == kept


def test_goods_pay_by_weight_and_burn_by_weight() -> None:
    box, grain = priced(), priced(commodity="grain")
    rate = RATES.find("linehaul", "cost", "rail", ("KZ",), "grain")
    assert paid(grain, "rail", Component.LINEHAUL).rates == (rate,)
    heavier = RATES.commodities["grain"].tonnes.value / RATES.commodities["container"].tonnes.value
    assert grain.emissions_kgco2e_per_teu[ROW["rail"]] == pytest.approx(
        heavier * box.emissions_kgco2e_per_teu[ROW["rail"]]
    )
    np.testing.assert_array_equal(grain.time_h, box.time_h)


def test_time_spreads_as_its_rates_do_and_a_wait_is_uniform() -> None:
    prices = priced()
    border = RATES.find("border", "time", "rail", ("KZ-UZ",))
    speed = RATES.find("speed", "time", "rail", ("KZ",))
    assert prices.time_sd_h[ROW["rail_border"]] == pytest.approx(fitted(border).sd)
    assert prices.time_sd_h[ROW["rail"]] == pytest.approx(1000 * fitted(speed).sd)
    (wait,) = [one for one in prices.items_of(ROW["board"]) if one.component is Component.WAIT]
    assert wait.h == pytest.approx(28.0)
    assert wait.sd_h == pytest.approx(28.0 / sqrt(3))
    assert (wait.basis, wait.quality) == (("services.csv",), "estimated")


def test_a_forty_foot_box_pays_by_mode_by_lift_or_by_room() -> None:
    assert feu_of(RATES, Component.LINEHAUL, "rail") == 1.6
    assert feu_of(RATES, Component.LINEHAUL, "road") == 1.0
    assert feu_of(RATES, Component.SAILING, "sea") == 1.8
    assert feu_of(RATES, Component.PORT_HANDLING, "sea") == 1.51
    assert feu_of(RATES, Component.CONTAINER_LEASE, "road") == 2.0


def test_quality_is_the_worst_of_what_an_item_rests_on() -> None:
    good = replace(RATES.rows[0], quality="measured", provisional=False)
    bad = replace(RATES.rows[1], quality="assumed")
    assert Item(Component.TOLL, usd=1.0, rates=(good, bad)).quality == "assumed"
    assert Item(Component.TOLL, usd=1.0, rates=(good,)).quality == "measured"
    assert not Item(Component.TOLL, usd=1.0, rates=(good,)).provisional
    assert Item(Component.TOLL, usd=1.0, rates=(good,), factor=RAIL_WEST[0]).quality == "estimated"
    assert Item(Component.TOLL, usd=1.0, rates=(good, bad)).provisional
