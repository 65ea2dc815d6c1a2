"""The published values are sourced and whole; what a rate was set from never counts."""

from __future__ import annotations

import csv
import shutil
from collections import Counter
from datetime import date
from typing import TYPE_CHECKING

import pytest

from corridors.errors import InputMissingError, ScenarioError
from corridors.scenario.deflator import load_deflator
from corridors.scenario.places import data_folder
from corridors.scenario.reference import Reference, load_reference
from corridors.scenario.reference_cells import KINDS, NOTHING, Places, Way

if TYPE_CHECKING:
    from pathlib import Path

SHIPPED = load_reference()
PLACES = Places(frozenset({"PNSA", "MOW", "BAK", "ASTIR"}), frozenset({"SUEZ", "INSTC-W"}))
VALUE = {
    "id": "X1", "quantity": "cost", "scope": "through", "kind": "observed",
    "from_id": "PNSA", "to_id": "MOW", "via": "SUEZ", "mode": "multimodal",
    "commodity": "container", "as_of": "2018", "value": "100", "low": "80", "high": "120",
    "unit": "USD/TEU", "money_year": "2018", "source": "S1", "sets_parameter": "no",
    "comparable_with": "", "confidence": "high", "note": "",
}  # fmt: skip
ORDERING = {
    "id": "Y1", "quantity": "cost", "from_id": "PNSA", "to_id": "MOW", "as_of": "2018",
    "better": "SUEZ", "worse": "INSTC-W", "factor_low": "1.1", "factor_high": "1.3",
    "source": "S1", "kind": "observed", "sets_parameter": "no", "comparable_with": "",
    "conflict": "", "confidence": "high", "note": "",
}  # fmt: skip


def write(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return the shipped rates beside one value, one ordering and one source."""
    for name in ("rates", "groups", "deflator", "commodities", "directions", "parameters"):
        shutil.copy(data_folder() / f"{name}.csv", tmp_path)
    write(tmp_path / "sources.csv", [{"id": "S1", "title": "a paper", "url": ""}])
    write(tmp_path / "reference.csv", [VALUE])
    write(tmp_path / "orderings.csv", [ORDERING])
    return tmp_path


def mistakes(folder: Path) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        load_reference(folder, places=PLACES)
    return [
        f"{one.file.rpartition('/')[2]}:{one.line}:{one.column} {one.path}: {one.message}"
        for one in caught.value.findings
    ]


def first(folder: Path) -> Reference:
    return load_reference(folder, places=PLACES).values[0]


def test_there_are_enough_values_that_nothing_was_set_from() -> None:
    free = [row for row in SHIPPED.values if row.counts]
    assert len(SHIPPED.values) >= 130
    assert len(free) >= 120
    assert len([row for row in SHIPPED.orderings if row.counts]) >= 25
    judged = Counter(row.quantity for row in free if row.kind in {"observed", "operator"})
    assert judged["cost"] >= 25
    assert judged["time"] >= 60
    assert judged["distance"] >= 30
    assert {row.kind for row in SHIPPED.values} == set(KINDS)


def test_every_source_has_a_title_and_an_address() -> None:
    with (data_folder() / "sources.csv").open(encoding="utf-8", newline="") as stream:
        known = {row["id"]: row for row in csv.DictReader(stream)}
    cited = {source for row in SHIPPED.values for source in row.sources}
    cited |= {source for row in SHIPPED.orderings for source in row.sources}
    assert len(cited) >= 130
    for source in cited:
        assert known[source]["title"], source
        assert known[source]["url"].startswith("http"), source


def test_values_lie_in_the_range_anyone_would_expect() -> None:
    for row in SHIPPED.values:
        assert row.as_of.start is not None, row
        assert row.as_of.start >= date(2009, 1, 1), row
        low, high = {
            "cost": (100, 20_000), "time": (3, 60 * 24), "border_time": (10, 100),
            "distance": (300, 30_000), "speed": (10, 60),
        }[row.quantity]  # fmt: skip
        assert low <= row.centre <= high, row


def test_the_study_of_2017_is_there_and_finds_suez_cheaper() -> None:
    group = SHIPPED.groups["NSA-MOW-2017"]
    costs = {row.way: row.centre for row in group if row.quantity == "cost"}
    assert len(costs) == 4
    by_sea = Way(corridor="SUEZ-INDIA-RUSSIA")
    assert min(costs, key=lambda way: costs[way]) == by_sea
    worth = load_deflator(data_folder())[2017]
    assert costs[by_sea] == pytest.approx(3133 * worth)


def test_orderings_agree_with_the_values_of_the_same_group() -> None:
    values = {
        (row.way, row.quantity): row.centre
        for row in SHIPPED.groups["NSA-MOW-2017"] + SHIPPED.groups["BOM-POTI-2016"]
    }
    compared = 0
    for row in SHIPPED.orderings:
        ends = [values.get((way, row.quantity)) for way in (row.better, row.worse)]
        if row.group.startswith(("comcec", "bom-poti")) and None not in ends:
            better, worse = (end or 0.0 for end in ends)
            assert worse / better == pytest.approx(row.factor[0], abs=0.002), row
            compared += 1
    assert compared >= 8


def test_contradicting_orderings_stand_side_by_side() -> None:
    sides: dict[str, set[tuple[Way, Way]]] = {}
    for row in SHIPPED.orderings:
        if row.conflict:
            sides.setdefault(row.conflict, set()).add((row.better, row.worse))
    turned = {name for name, pairs in sides.items() if any((b, a) in pairs for a, b in pairs)}
    assert turned == set(sides)
    assert {"instc-suez-cost", "titr-north-time"} <= turned


def test_a_row_a_rate_rests_on_never_counts() -> None:
    cited = {(source, row.quantity): row for row in SHIPPED.values for source in row.sources}
    assert set(cited["F090", "cost"].sets) >= {"P007", "P008"}
    assert cited["F090", "time"].sets == ("P037",)
    assert not cited["F062", "cost"].counts
    assert cited["F063", "cost"].counts


def test_money_time_and_distance_come_in_normal_units(folder: Path) -> None:
    worth = load_deflator(folder)[2018]
    row = first(folder)
    assert (row.value, row.low, row.high) == pytest.approx((100 * worth, 80 * worth, 120 * worth))
    days = {"quantity": "time", "unit": "d", "money_year": "", "value": "", "low": "2", "high": "4"}
    write(folder / "reference.csv", [VALUE | days])
    row = first(folder)
    assert (row.value, row.low, row.high, row.unit) == (None, 48.0, 96.0, "h")
    assert row.centre == 72.0
    speed = {"quantity": "speed", "unit": "km/d", "money_year": "", "value": "100"}
    write(folder / "reference.csv", [VALUE | speed])
    assert first(folder).centre == pytest.approx(100 / 24)


def test_a_way_is_a_corridor_or_terminals_or_the_best(folder: Path) -> None:
    for via, way in {
        "SUEZ": Way(corridor="SUEZ"),
        "ASTIR;BAK": Way(through=("ASTIR", "BAK")),
        "BAK": Way(through=("BAK",)),
        "ASTIR/sea;BAK": Way(through=("ASTIR", "BAK"), by=("sea", "")),
        "BAK/road": Way(through=("BAK",), by=("road",)),
        "": Way(),
    }.items():
        write(folder / "reference.csv", [VALUE | {"via": via}])
        assert first(folder).way == way
        assert way.words == via


@pytest.mark.parametrize(
    ("change", "column", "message"),
    [
        ({"value": "-5", "low": ""}, 11, "value: -5 is out of range"),
        ({"value": "many", "low": "", "high": ""}, 11, "value: 'many' is not a number"),
        ({"value": "", "low": ""}, 11, "value: neither a value nor a range"),
        ({"value": "", "low": "130"}, 12, "low: 130 is above high, 120"),
        ({"low": "110"}, 12, "low: 110 is above the value, 100"),
        ({"high": "90"}, 13, "high: 90 is below the value, 100"),
        ({"unit": ""}, 14, "unit: a unit is missing"),
        ({"unit": "EUR/TEU"}, 14, "unit: the unit of cost is not 'EUR/TEU'"),
        ({"money_year": "1999"}, 15, "money_year: 1999 has no price index"),
        ({"money_year": ""}, 15, "money_year: no year has no price index"),
        ({"quantity": "distance", "unit": "km"}, 15, "only costs have a year of money"),
        ({"quantity": "price"}, 2, "quantity: 'price' is not known"),
        ({"scope": "half"}, 3, "scope: 'half' is not known"),
        ({"kind": "rumour"}, 4, "kind: 'rumour' is not known"),
        ({"from_id": "PNSB"}, 5, "from_id: 'PNSB' is not known"),
        ({"to_id": "PNSA"}, 6, "to_id: the same as from_id"),
        ({"via": "SUES"}, 7, "via: 'SUES' is not known"),
        ({"via": "BAK;SUEZ"}, 7, "via: SUEZ is a corridor"),
        ({"via": "SUEZ/sea"}, 7, "via: SUEZ is a corridor"),
        ({"via": "BAK/see"}, 7, "via: BAK is left by 'see', which is no mode"),
        ({"via": "BAK/"}, 7, "via: BAK is left by '', which is no mode"),
        ({"mode": "air"}, 8, "mode: 'air' is not known"),
        ({"commodity": "gold"}, 9, "commodity: 'gold' is not known"),
        ({"as_of": "May"}, 10, "as_of: 'May' is no date"),
        ({"as_of": ""}, 10, "as_of: a date is missing"),
        ({"source": ""}, 16, "source: a published value needs its source"),
        ({"source": "S2"}, 16, "source: 'S2' is not known"),
        ({"sets_parameter": ""}, 17, "sets_parameter: empty"),
        ({"sets_parameter": "P999"}, 17, "sets_parameter: 'P999' is not known"),
        ({"confidence": "sure"}, 19, "confidence: 'sure' is not known"),
    ],
)
def test_a_mistake_in_a_value_names_row_and_column(
    folder: Path, change: dict[str, str], column: int, message: str
) -> None:
    write(folder / "reference.csv", [VALUE, VALUE | {"id": "X2"} | change])
    found = mistakes(folder)
    assert any(one.startswith(f"reference.csv:3:{column} ") for one in found)
    assert any(message in one for one in found)
    assert not any(one.startswith("reference.csv:2") for one in found)


@pytest.mark.parametrize(
    ("change", "column", "message"),
    [
        ({"better": ""}, 6, "better: a way is missing"),
        ({"worse": "SUEZ"}, 7, "worse: the same as better"),
        ({"worse": "CAPE"}, 7, "worse: 'CAPE' is not known"),
        ({"factor_low": "0.5"}, 8, "factor_low: 0.5 is out of range"),
        ({"factor_low": "1.5"}, 8, "factor_low: 1.5 is above factor_high, 1.3"),
    ],
)
def test_a_mistake_in_an_ordering_names_row_and_column(
    folder: Path, change: dict[str, str], column: int, message: str
) -> None:
    write(folder / "orderings.csv", [ORDERING | change])
    (found,) = mistakes(folder)
    assert found.startswith(f"orderings.csv:2:{column} ")
    assert message in found


def test_silence_about_what_was_set_is_a_mistake(folder: Path) -> None:
    write(folder / "sources.csv", [{"id": "F090", "title": "an index", "url": ""}])
    write(folder / "orderings.csv", [ORDERING | {"source": "F090", "quantity": "distance"}])
    write(folder / "reference.csv", [VALUE | {"source": "F090"}])
    (found,) = mistakes(folder)
    assert found.startswith("reference.csv:2:17 sets_parameter: ")
    assert "P007" in found
    named = found.partition(": ")[2].partition(" rests")[0]
    write(folder / "reference.csv", [VALUE | {"source": "F090", "sets_parameter": named}])
    assert first(folder).sets == tuple(named.split(";"))
    assert not first(folder).counts


def test_a_rate_may_be_named_and_is_found_if_it_cites_the_source(folder: Path) -> None:
    rates = folder / "rates.csv"
    lines = rates.read_text(encoding="utf-8").splitlines()
    header, row = lines[0].split(","), lines[1].split(",")
    row[header.index("source")] = "S1"
    rates.write_text("\n".join([lines[0], ",".join(row), *lines[2:], ""]), encoding="utf-8")
    name = "/".join(row[:3])
    assert any(f"{name} rests on S1" in one for one in mistakes(folder))
    write(folder / "reference.csv", [VALUE | {"sets_parameter": name}])
    write(folder / "orderings.csv", [ORDERING | {"sets_parameter": name}])
    assert first(folder).sets == (name,)


def test_ids_and_groups_are_checked(folder: Path) -> None:
    group = {"comparable_with": "g"}
    write(
        folder / "reference.csv",
        [VALUE | group, VALUE | group, VALUE | group | {"id": "X3", "as_of": "2019"}],
    )
    assert mistakes(folder) == [
        "reference.csv:3:1 id: X1 stands already on line 2",
        "reference.csv:4:18 comparable_with: g is PNSA-MOW 2018 on line 2, not PNSA-MOW 2019",
    ]


def test_mistakes_of_both_tables_come_together(folder: Path) -> None:
    write(folder / "reference.csv", [VALUE | {"unit": "", "kind": "rumour"}])
    write(folder / "orderings.csv", [ORDERING | {"worse": "SUEZ"}])
    assert [one.partition(":")[0] for one in mistakes(folder)] == [
        "orderings.csv", "reference.csv", "reference.csv",
    ]  # fmt: skip


def test_a_table_of_another_shape_or_none_is_refused(folder: Path) -> None:
    write(folder / "reference.csv", [{"id": "X1"}])
    write(folder / "orderings.csv", [{"id": "Y1"}])
    assert len(mistakes(folder)) == 2
    (folder / "reference.csv").unlink()
    with pytest.raises(InputMissingError):
        load_reference(folder, places=PLACES)


def test_nothing_is_set_from_a_row_that_says_no() -> None:
    with (data_folder() / "reference.csv").open(encoding="utf-8", newline="") as stream:
        said = {row["id"]: row["sets_parameter"] for row in csv.DictReader(stream)}
    assert {row.id for row in SHIPPED.values if row.counts} == {
        name for name, cell in said.items() if cell == NOTHING
    }
