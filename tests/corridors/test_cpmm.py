"""Survey indicators on routes reckoned by hand, and the table of published ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from corridors.errors import ScenarioError
from corridors.metrics.cpmm import METRICS, compared, cpmm_metrics
from corridors.model.route import Leg, LegKind, Route
from corridors.scenario.places import data_folder
from corridors.scenario.surveys import COLUMNS, UNITS, Published, load_published

if TYPE_CHECKING:
    from pathlib import Path

L, B, G, T, A = (
    LegKind.LINE, LegKind.BORDER, LegKind.GAUGE_CHANGE, LegKind.TRANSFER, LegKind.ACCESS,
)  # fmt: skip
#: Kind, mode, country, km, h, USD.
LEGS: tuple[tuple[LegKind, str, str, float, float, float], ...] = (
    (A, "rail", "CN", 0, 12, 60),
    (L, "rail", "CN", 900, 30, 360),
    (G, "rail", "CN", 0, 20, 100),
    (B, "rail", "KZ", 0, 10, 50),
    (L, "rail", "KZ", 600, 20, 150),
    (T, "road", "KZ", 0, 6, 30),
    (L, "road", "KZ", 100, 4, 130),
    (B, "road", "UZ", 0, 8, 200),
    (L, "road", "UZ", 150, 6, 200),
    (T, "sea", "UZ", 0, 48, 150),
    (L, "sea", "XZ", 2000, 80, 100),
)


def route(
    demand: str = "d", rank: int = 1, corridor: str = "EW;NS", tonnes: float | None = 10.0
) -> Route:
    name = f"{demand}.{rank}"
    legs = tuple(
        Leg(f"{name}.{seq}", name, seq, kind, "a", "b", mode, country, None, "", km, h, usd, 0.0)
        for seq, (kind, mode, country, km, h, usd) in enumerate(LEGS, start=1)
    )
    return Route(name, demand, "a", "b", corridor, rank, "best", legs, tonnes_per_teu=tonnes)


def told(*routes: Route) -> dict[tuple[str, str], float]:
    return {(one.name, one.subject): one.value for one in cpmm_metrics(routes)}


def test_indicators_are_those_of_the_definitions() -> None:
    found = told(route())
    # Both modes: 1,750 km in 60 h of moving and 44 h of stops, 1,220 USD per TEU of 10 t.
    assert found["tfi1_border_time", "EW"] == pytest.approx((20 + 10 + 8) / 2)
    assert found["tfi2_border_cost", "EW"] == pytest.approx(2 * (100 + 50 + 200) / 2)
    assert found["tfi3_corridor_cost", "EW"] == pytest.approx(2 * 1220 / 1750 * 500)
    assert found["tfi4_swd", "EW"] == pytest.approx(1750 / 104)
    assert found["swod", "EW"] == pytest.approx(1750 / 60)


def test_indicators_are_told_by_mode_and_ships_are_left_out() -> None:
    found = told(route())
    assert found["tfi1_border_time", "EW/rail"] == pytest.approx(30)
    assert found["tfi2_border_cost", "EW/road"] == pytest.approx(2 * 200)
    assert found["swod", "EW/rail"] == pytest.approx(1500 / 50)
    assert found["tfi4_swd", "EW/road"] == pytest.approx(250 / (10 + 6 + 8))
    assert not any("sea" in subject for _, subject in found)


def test_a_border_lies_half_in_each_country() -> None:
    found = told(route())
    assert found["tfi4_swd", "CN/rail"] == pytest.approx(900 / (30 + 20 + 5))
    assert found["tfi4_swd", "KZ/rail"] == pytest.approx(600 / (20 + 5))
    assert found["tfi4_swd", "UZ/road"] == pytest.approx(150 / (6 + 4))
    assert found["tfi3_corridor_cost", "UZ/road"] == pytest.approx(2 * 300 / 150 * 500)
    assert ("tfi1_border_time", "KZ/rail") not in found


def test_each_demand_counts_once_along_a_family() -> None:
    assert told(route(), route(rank=2)) == told(route())
    both = told(route(), route("e", corridor="NS"))
    assert both == {key: pytest.approx(value) for key, value in told(route()).items()}


def test_a_route_without_a_known_load_counts_for_nothing() -> None:
    assert told(route(tonnes=None)) == {}


def test_metrics_carry_units_and_which_way_is_better() -> None:
    for one in cpmm_metrics([route()]):
        assert (one.unit, one.better) == METRICS[one.name]
        assert one.subject_kind in ("corridor", "country")


def row(indicator: str, place: str, value: float) -> Published:
    return Published(indicator, "rail", place, value, UNITS[indicator], 2022, "S", ())


def test_published_values_are_held_against_what_they_measure() -> None:
    rows = [
        {"name": one.name, "subject_kind": one.subject_kind, "subject": one.subject,
         "value": one.value}
        for one in cpmm_metrics([route(), route("e", corridor="X")])
    ]  # fmt: skip
    published = [row("TFI1", "*", 30), row("SWOD", "KZ", 60), row("SWD", "TM", 9)]
    side, fast, nowhere = compared(rows, published)
    assert side.model == pytest.approx(15)
    assert fast.model == pytest.approx(30)
    assert side.ratio == fast.ratio == pytest.approx(0.5)
    assert (nowhere.model, nowhere.ratio) == (None, None)


def test_the_shipped_table_is_sourced_and_brought_to_one_year() -> None:
    found = load_published()
    assert {one.indicator for one in found} == UNITS.keys()
    assert all(one.source and one.value > 0 for one in found)
    rail = next(
        one for one in found if (one.indicator, one.mode, one.place) == ("TFI3", "rail", "*")
    )
    assert rail.value > 804, "dollars of 2022 are worth more than those of 2024"
    sources = (data_folder() / "sources.csv").read_text(encoding="utf-8").splitlines()
    assert {one.source for one in found} <= {line.split(",", 1)[0] for line in sources}


def test_everything_wrong_with_the_table_is_told_at_once(tmp_path: Path) -> None:
    for name in ("deflator.csv", "cpmm.csv"):
        (tmp_path / name).write_bytes((data_folder() / name).read_bytes())
    rows = (
        "TFI9,rail,*,1,h/side,2022,S,no,",
        "TFI1,sea,*,-1,h,2022,,no,",
        "TFI3,rail,KZ,1,USD/500km-20t,1950,S,no,",
        "SWD,rail,UZ,1,km/h,2022,S,no,",
        "SWD,rail,UZ,1,km/h,2022,S,no,",
    )
    (tmp_path / "cpmm.csv").write_text("\n".join((",".join(COLUMNS), *rows)), encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        load_published(tmp_path)
    places = {(one.line, one.path) for one in caught.value.findings}
    assert places >= {
        (2, "indicator"), (3, "mode"), (3, "value"), (3, "unit"), (3, "source"), (4, "year"),
        (6, "indicator"),
    }  # fmt: skip
