"""The fact tables load, and every kind of mistake in them is reported with its place."""

from __future__ import annotations

import csv
import dataclasses
import shutil
from pathlib import Path

import pytest

import geodata
from geodata import schema
from geodata.errors import FactsError, Finding, GeodataError
from geodata.facts_io import load_facts

SHIPPED = Path(geodata.__file__).parent / "facts"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a private copy of the shipped tables."""
    return Path(shutil.copytree(SHIPPED, tmp_path / "facts"))


def rows_of(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.reader(stream))


def write_rows(path: Path, rows: list[list[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows(rows)


def spoil(folder: Path, table: str, column: str, value: str, row: int = 1) -> None:
    """Write a value into one cell; row 1 is the first data row."""
    path = folder / f"{table}.csv"
    rows = rows_of(path)
    rows[row][rows[0].index(column)] = value
    write_rows(path, rows)


def findings(folder: Path) -> tuple[Finding, ...]:
    with pytest.raises(FactsError) as caught:
        load_facts(folder)
    return caught.value.findings


def test_shipped_tables_load() -> None:
    facts = load_facts(SHIPPED)
    assert len(facts.terminals) >= 300
    assert len(facts.crossings) >= 200
    assert len(facts.corridors) >= 59
    assert len(facts.straits) == 19
    assert len(facts.reference_lengths) >= 70
    assert all(row.source for row in facts.crossings)


def test_rows_are_frozen_and_follow_the_schema() -> None:
    facts = load_facts(SHIPPED)
    for table in schema.TABLES:
        row = getattr(facts, table)[0]
        names = [field.name for field in dataclasses.fields(row)]
        assert names == [column.name for column in schema.columns_of(table)]
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(row, names[0], "other")


def test_lists_numbers_and_points_have_their_types() -> None:
    facts = load_facts(SHIPPED)
    links = {row.id: row for row in facts.links}
    assert links["R03"].via_lonlat[0] == (48.88, 38.2)
    assert links["R03"].gauge_mm == 1435
    assert links["R03b"].gauge_mm is None
    assert links["R07"].via_lonlat == ()
    hormuz = next(row for row in facts.straits if row.id == "S_HRM")
    assert hormuz.gates == (((56.5472, 26.5111), (56.7631, 26.4221)),)


def test_corridors_keep_parallel_links_apart() -> None:
    branches = {row.branch: row for row in load_facts(SHIPPED).corridors}
    assert "R14" in branches["TITR-BTK"].links
    assert "R15" in branches["TITR-BTK-NORTH"].links
    aras = branches["ZANG-ARAS"].links
    assert "R30" in aras
    assert "R31" in aras
    assert "R18" not in aras


def test_tables_hold_no_machine_path() -> None:
    for path in SHIPPED.glob("*.csv"):
        text = path.read_text(encoding="utf-8")
        assert "\r" not in text
        assert "../" not in text


@pytest.mark.parametrize(
    ("table", "column", "value", "message", "mend"),
    [
        ("terminals", "kind", "staton", "is not one of", "station"),
        ("terminals", "modes", "rail;raod", "is not one of", "road"),
        ("terminals", "lon", "east", "is not a number", ""),
        ("terminals", "lon", "nan", "is not finite", ""),
        ("terminals", "lon", "181", "outside -180..180", ""),
        ("terminals", "lat", "91", "outside -90..90", ""),
        ("terminals", "name", "", "must not be empty", ""),
        ("terminals", "source", "", "must not be empty", ""),
        ("terminals", "confidence", "", "must not be empty", ""),
        ("terminals", "gauges_mm", "1521", "not a known gauge", "1520"),
        ("terminals", "corridors", "INSTC;;TITR", "empty entry", ""),
        ("crossings", "terminal_a", "SAMUUR", "is not an id of terminals", "SAMUR"),
        ("crossings", "physical_status", "shut", "is not one of", ""),
        ("links", "km", "0", "outside", ""),
        ("links", "from_id", "LANN", "is not an id of terminals", "LAN"),
        ("links", "via_lonlat", "48.9", "has 1 numbers, not 2", ""),
        ("links", "via_lonlat", "38.2 148.9", "is not lon lat", "longitude comes first"),
        ("straits", "gates", "1 2 3", "has 3 numbers, not 4", ""),
        ("gaps", "handled_by", "ST_PLOV_SFO", "is not an id of links or", "ST_PLOV_SOF"),
        ("corridors", "core_from", "XIA", "is not a terminal of the branch", ""),
        ("corridors", "modes", "rail;rail", "2 entries for", ""),
        ("reference_lengths", "published_km", "-5", "outside", ""),
    ],
)
def test_a_spoiled_cell_is_found(
    folder: Path, table: str, column: str, value: str, message: str, mend: str
) -> None:
    spoil(folder, table, column, value)
    found = [f for f in findings(folder) if f.name == column]
    assert found
    assert found[0].file.endswith(f"{table}.csv")
    assert found[0].line == 2
    assert found[0].column == rows_of(folder / f"{table}.csv")[0].index(column) + 1
    assert message in found[0].message
    assert mend in found[0].mend


def test_unknown_link_on_a_corridor_names_the_nearest(folder: Path) -> None:
    count = rows_of(folder / "corridors.csv")[1][4].count(";")
    spoil(folder, "corridors", "links", ";".join(["RD_ASTT", *["-"] * count]))
    found = findings(folder)
    assert "is not an id of links or services" in found[0].message
    assert "RD_AST" in found[0].mend


def test_a_repeated_id_names_the_first_line(folder: Path) -> None:
    first = rows_of(folder / "terminals.csv")[1][0]
    spoil(folder, "terminals", "id", first, row=2)
    assert any("stands in line 2 already" in f.message for f in findings(folder))


def test_a_border_written_twice_is_found_in_either_order(folder: Path) -> None:
    first = rows_of(folder / "borders.csv")[1]
    spoil(folder, "borders", "country_a", first[1], row=3)
    spoil(folder, "borders", "country_b", first[0], row=3)
    found = next(f for f in findings(folder) if "stands in line 2 already" in f.message)
    assert (Path(found.file).name, found.line) == ("borders.csv", 4)


def test_a_crossing_between_no_neighbours_is_found(folder: Path) -> None:
    spoil(folder, "crossings", "country_a", "NZ", row=2)
    (found,) = findings(folder)
    assert (Path(found.file).name, found.line, found.name) == ("crossings.csv", 3, "country_a")
    assert "is no border of borders.csv" in found.message


@pytest.mark.parametrize(
    ("table", "low", "likely"),
    [
        ("links", "opening_low", "opening_likely"),
        ("services", "sailings_per_week_low", "sailings_per_week_likely"),
    ],
)
def test_low_above_likely_is_found(folder: Path, table: str, low: str, likely: str) -> None:
    spoil(folder, table, low, "2050")
    spoil(folder, table, likely, "2040")
    assert any("does not hold" in f.message for f in findings(folder))


def edit_header(folder: Path, old: str, new: str) -> None:
    path = folder / "links.csv"
    rows = rows_of(path)
    rows[0][rows[0].index(old)] = new
    write_rows(path, rows)


def test_a_misspelt_column_is_missing_and_unknown(folder: Path) -> None:
    edit_header(folder, "gauge_mm", "guage_mm")
    messages = {f.message: f.mend for f in findings(folder) if f.line == 1}
    assert "guage_mm" in messages["column is missing"]
    assert "gauge_mm" in messages["unknown column"]


def test_a_short_row_is_found(folder: Path) -> None:
    path = folder / "gaps.csv"
    rows = rows_of(path)
    rows[1] = rows[1][:-1]
    write_rows(path, rows)
    assert any("cells, the header" in f.message for f in findings(folder))


@pytest.mark.parametrize("content", [None, b"", b"id,\xff\n"])
def test_a_missing_empty_or_garbled_file_is_found(folder: Path, content: bytes | None) -> None:
    path = folder / "straits.csv"
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    assert any(f.file.endswith("straits.csv") for f in findings(folder))


def test_all_findings_come_at_once_in_order(folder: Path) -> None:
    spoil(folder, "terminals", "lat", "91")
    spoil(folder, "links", "km", "zero", row=3)
    spoil(folder, "links", "mode", "ship", row=1)
    with pytest.raises(FactsError) as caught:
        load_facts(folder)
    places = [(Path(f.file).name, f.line) for f in caught.value.findings]
    assert places == [("links.csv", 2), ("links.csv", 4), ("terminals.csv", 2)]
    assert GeodataError in type(caught.value).__mro__
    assert ValueError in type(caught.value).__mro__
    assert str(caught.value).count("\n") == 2
    assert ":4:" in str(caught.value)


def test_listing_names_every_column() -> None:
    text = schema.listing()
    assert all(f"`{column.name}`" in text for column in schema.COLUMNS)
    assert all(f"### {table}.csv" in text for table in schema.TABLES)


def test_every_column_has_a_meaning_and_a_known_type() -> None:
    kinds = {"id", "text", "int", "float", "choice", "choices", "texts", "ints"}
    kinds |= {"points", "edges", "ref", "refs"}
    for column in schema.COLUMNS:
        assert column.meaning
        assert column.dtype in kinds
    assert schema.columns_of("nothing") == ()
