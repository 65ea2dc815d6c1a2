"""The assumption tables are complete, cited and typed; mistakes name file and line."""

from __future__ import annotations

import csv
import shutil
from typing import TYPE_CHECKING

import pytest

from corridors.errors import InputMissingError, ScenarioError
from corridors.model.scenario import QUALITIES, RateOverride
from corridors.scenario.deflator import load_deflator
from corridors.scenario.places import data_folder
from corridors.scenario.rates import load_rates
from corridors.scenario.vocabulary import COMPONENTS

if TYPE_CHECKING:
    from pathlib import Path

SHIPPED = load_rates()
KZ_RAIL = ("linehaul", "rail", "KZ")


def table(name: str) -> list[dict[str, str]]:
    with (data_folder() / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a private copy of the shipped tables."""
    shutil.copytree(data_folder(), tmp_path / "data")
    return tmp_path / "data"


def with_line(folder: Path, line: str) -> str:
    file = folder / "rates.csv"
    file.write_text(file.read_text(encoding="utf-8") + line + "\n", encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        load_rates(folder)
    assert len(caught.value.findings) == 1
    return str(caught.value.findings[0])


def test_parameters_are_whole_and_every_source_is_listed() -> None:
    parameters = table("parameters.csv")
    sources = {row["id"] for row in table("sources.csv")}
    assert len(parameters) == 291
    assert len({row["id"] for row in parameters}) == 291
    for row in parameters:
        assert row["quality"] in QUALITIES
        assert float(row["low"]) <= float(row["likely"]) <= float(row["high"]), row
        assert set(filter(None, row["source_ids"].split(";"))) <= sources, row
        assert row["source_ids"] or row["reasoning"] or row["quality"] == "assumed", row


def test_every_rate_cites_a_row_that_exists() -> None:
    known = {row["id"] for row in table("parameters.csv")}
    known |= {row["id"] for row in table("sources.csv")} | {"general knowledge"}
    for rate in SHIPPED.rows:
        assert set(rate.sources) <= known, rate
        assert rate.low <= rate.value <= rate.high, rate
        if rate.sources == ("general knowledge",):
            assert rate.quality == "assumed"
            assert rate.note


def test_money_is_brought_to_2024() -> None:
    worth = load_deflator(data_folder())
    assert worth[2024] == 1.0
    assert worth[2018] == pytest.approx(1.2134 / 0.9714, rel=1e-5)
    poti = SHIPPED.find("port", "cost", "sea", ("PPTI",))
    assert poti.value == pytest.approx(290 * worth[2018])


def test_the_rates_of_the_main_modes_are_in_the_known_range() -> None:
    def linehaul(mode: str, country: str) -> float:
        return SHIPPED.find("linehaul", "cost", mode, SHIPPED.places_in(country)).value

    assert all(0.25 <= linehaul("rail", country) <= 0.4 for country in ("KZ", "RU"))
    assert 0.03 <= linehaul("sea", "XZ") <= 0.06
    assert all(0.8 <= linehaul("road", c) <= 1.7 for c in ("RU", "TR", "IR", "AZ", "DE", "UZ"))


def test_the_nearest_place_wins_and_the_mode_before_any_mode() -> None:
    assert SHIPPED.find("linehaul", "cost", "rail", ("R11", "GE")).place == "R11"
    assert SHIPPED.find("linehaul", "cost", "rail", SHIPPED.places_in("PL")).place == "@EU"
    assert SHIPPED.find("linehaul", "cost", "rail", ("ZZ",)).place == "*"
    assert SHIPPED.find("boarding", "time", "ferry", ()).mode == "ferry"
    assert SHIPPED.find("boarding", "time", "sea", ()).mode == "*"


def test_a_border_goes_by_pair_then_by_shared_group() -> None:
    def border(a: str, b: str) -> str:
        return SHIPPED.find("border", "time", "rail", SHIPPED.places_between(a, b)).place

    assert border("UZ", "KZ") == "KZ-UZ"
    assert border("RU", "KZ") == "@EAEU"
    assert border("PL", "DE") == "@EU"
    assert border("PL", "BY") == "BY-PL"
    assert border("TR", "BG") == "*"


def test_overrides_replace_or_add() -> None:
    rates = SHIPPED.with_overrides(
        [
            RateOverride("linehaul", 0.5, "USD/TEU-km", "rail", "KZ", "me"),
            RateOverride("toll", 9.0, "USD/TEU", "*", "S_GIB"),
        ]
    )
    changed = rates.find("linehaul", "cost", "rail", ("KZ",))
    assert (changed.value, changed.sources) == (0.5, ("me",))
    assert rates.find("toll", "cost", "sea", ("S_GIB",)).value == 9.0
    assert SHIPPED.find("linehaul", "cost", "rail", ("KZ",)).value != 0.5
    kept = [rate for rate in SHIPPED.rows if (rate.component, rate.mode, rate.place) != KZ_RAIL]
    assert len(rates.rows) == len(kept) + 2
    assert rates.find("linehaul", "cost", "rail", ("KZ",), "grain") == changed


def test_a_missing_rate_says_what_to_add() -> None:
    with pytest.raises(ScenarioError, match=r"no rate for linehaul \(cost\) by zeppelin"):
        SHIPPED.find("linehaul", "cost", "zeppelin", ("KZ",))


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("tol,*,X,*,1,,,USD/TEU,2024,assumed,x,yes,", ":1  component  'tol' is not known; did"),
        ("toll,*,X,*,1,,,h,2024,assumed,x,yes,", ":8  unit  the unit of toll is USD/TEU, not h"),
        ("toll,rial,X,*,1,,,USD/TEU,2024,assumed,x,yes,", ":2  mode  'rial' is not known; did"),
        ("toll,*,X,*,-1,,,USD/TEU,2024,assumed,x,yes,", ":5  value  -1 is out of range"),
        ("toll,*,X,*,1,2,3,USD/TEU,2024,assumed,x,yes,", ":6  low  2 is above the value, 1"),
        ("toll,*,X,*,4,2,3,USD/TEU,2024,assumed,x,yes,", ":7  high  3 is below the value, 4"),
        ("toll,*,X,*,1,-2,3,USD/TEU,2024,assumed,x,yes,", ":6  low  -2 is out of range"),
        ("toll,*,X,*,,2,3,USD/TEU,2024,assumed,x,yes,", ":5  value  '' is not a number"),
        ("toll,*,X,*,1,,,USD/TEU,,assumed,x,yes,", ":9  year  no year has no price index"),
        ("toll,*,X,,1,,,USD/TEU,2024,assumed,x,yes,", ":4  commodity  '' is not known; one of"),
        ("toll,*,X,*,1,,,USD/TEU,1999,assumed,x,yes,", ":9  year  1999 has no price index"),
        ("toll,*,X,*,1,,,USD/TEU,2024,guess,x,yes,", ":10  quality  'guess' is not known"),
        ("toll,*,X,*,1,,,USD/TEU,2024,assumed,,yes,", ":11  source  every rate needs a source"),
        ("toll,*,X,*,1,,,USD/TEU,2024,assumed,x,maybe,", ":12  provisional  'maybe' is not known"),
        (
            "toll,*,X,grian,1,,,USD/TEU,2024,assumed,x,yes,",
            ":4  commodity  'grian' is not known; did",
        ),
        ("toll,*,X,*,1,,,,2024,assumed,x,yes,", ":8  unit  a unit is missing: USD/TEU"),
        ("linehaul,*,X,*,1,,,USD/t-km,2024,assumed,x,yes,", ":8  unit  USD/t-km needs a class of"),
        ("toll,*,X,1", ":1  4 cells instead of 13"),
        (
            "toll,*,*,container,1,,,USD/TEU,2024,assumed,x,yes,",
            ":1  component  stands already on line",
        ),
    ],
)
def test_a_bad_row_is_reported_with_its_line(folder: Path, line: str, message: str) -> None:
    assert message in with_line(folder, line)


def test_a_bad_number_is_reported(folder: Path) -> None:
    file = folder / "rates.csv"
    text = file.read_text(encoding="utf-8") + "toll,*,X,*,cheap,,,USD/TEU,2024,assumed,x,yes,\n"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioError, match=r"value  'cheap' is not a number"):
        load_rates(folder)


def test_a_missing_default_is_reported(folder: Path) -> None:
    file = folder / "rates.csv"
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    file.write_text("".join(x for x in lines if not x.startswith("lift,*,*")), encoding="utf-8")
    with pytest.raises(ScenarioError, match="no rate for lift"):
        load_rates(folder)


def test_a_wrong_header_and_a_missing_table_are_reported(folder: Path) -> None:
    (folder / "groups.csv").write_text("a,b\n", encoding="utf-8")
    with pytest.raises(ScenarioError, match=r"groups\.csv:1:1  wrong header row; expected group"):
        load_rates(folder)
    (folder / "deflator.csv").unlink()
    with pytest.raises(InputMissingError, match=r"deflator\.csv"):
        load_rates(folder)


def test_every_component_is_described_in_units() -> None:
    assert {rate.component for rate in SHIPPED.rows} == set(COMPONENTS)
    assert {rate.measure for rate in SHIPPED.rows} == {"cost", "time", "emissions", "ratio"}


# --- goods and directions


def with_cell(folder: Path, table: str, line: int, old: str, new: str) -> list[str]:
    file = folder / table
    lines = file.read_text(encoding="utf-8").splitlines()
    assert old in lines[line - 1]
    lines[line - 1] = lines[line - 1].replace(old, new, 1)
    file.write_text("\n".join([*lines, ""]), encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        load_rates(folder)
    return [str(one).partition("data/")[2] for one in caught.value.findings]


@pytest.mark.parametrize(
    ("table", "line", "old", "new", "message"),
    [
        ("commodities.csv", 2, "container", "box", ":1  commodity  'box' is not known"),
        ("commodities.csv", 2, "12,9,18", "12,13,18", ":4  low  13 is above the value, 12"),
        ("commodities.csv", 2, "12,9,18", "12,9,11", ":5  high  11 is below the value, 12"),
        ("commodities.csv", 2, "12,9,18", "0,0,18", ":3  value  0 is out of range"),
        ("commodities.csv", 3, "USD/t", "", ":6  unit  the unit is missing; write USD/t"),
        ("commodities.csv", 3, "2022", "1999", ":7  year  1999 has no price index"),
        ("commodities.csv", 3, "1525", "-1", ":3  value  -1 is out of range"),
        ("directions.csv", 2, "sailing", "toll", ":2  component  'toll' is not known"),
        ("directions.csv", 2, "@EU", "@UE", ":4  from  '@UE' is not known; did you mean \"@EU"),
        ("directions.csv", 2, "0.208,0.16", "0.208,0.3", ":7  low  0.3 is above the factor"),
    ],
)
def test_mistakes_about_goods_and_directions_name_their_cell(
    folder: Path, table: str, line: int, old: str, new: str, message: str
) -> None:
    found = with_cell(folder, table, line, old, new)
    assert any(one.startswith(f"{table}:{line}{message}") for one in found), found


def test_mistakes_of_all_tables_of_rates_come_together(folder: Path) -> None:
    for table in ("rates.csv", "commodities.csv"):
        file = folder / table
        file.write_text(
            file.read_text(encoding="utf-8").replace(",estimated,", ",guess,", 1), encoding="utf-8"
        )
    found = with_cell(folder, "directions.csv", 2, "reported", "guess")
    assert {one.partition(":")[0] for one in found} == {
        "rates.csv", "commodities.csv", "directions.csv",
    }  # fmt: skip


def test_a_missing_quantity_of_goods_is_reported(folder: Path) -> None:
    file = folder / "commodities.csv"
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    file.write_text("".join(lines[:-1]), encoding="utf-8")
    with pytest.raises(ScenarioError, match="no reliability_ratio of oil_products"):
        load_rates(folder)


def test_rates_by_weight_are_brought_to_a_teu() -> None:
    row = next(row for row in table("rates.csv") if row["unit"] == "USD/t-km")
    rate = SHIPPED.find("linehaul", "cost", "rail", (row["place"],), "grain")
    tonnes = SHIPPED.commodities["grain"].tonnes.value
    worth = load_deflator(data_folder())[int(row["year"])]
    assert rate.value == pytest.approx(float(row["value"]) * worth * tonnes)
    assert rate.unit == "USD/TEU-km"


def test_goods_without_a_rate_pay_as_a_container_and_say_so() -> None:
    box = SHIPPED.find("port", "cost", "sea", ("PPTI",))
    bulk = SHIPPED.find("port", "cost", "sea", ("PPTI",), "grain")
    assert bulk.value == box.value
    assert (bulk.quality, bulk.note) == ("assumed", "no rate of grain: as a container")
    assert SHIPPED.find("border", "time", "rail", ("KZ-UZ",), "grain").quality == "estimated"


def test_a_direction_holds_from_group_to_country_and_not_back() -> None:
    assert [one.id for one in SHIPPED.directed("DE", "CN")] == ["D01"]
    assert [one.id for one in SHIPPED.directed("CN", "DE")] == ["D02"]
    assert SHIPPED.directed("KZ", "TR") == ()
