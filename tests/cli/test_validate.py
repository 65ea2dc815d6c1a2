"""`corridors validate` and `corridors fit` as a planner meets them."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING

from tests.cli.process import corridors

if TYPE_CHECKING:
    from pathlib import Path

PAGE = "words\n<!-- counts -->\n<!-- end of counts -->\n"


def test_validate_writes_tables_plot_and_page(real_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "page.md").write_text(PAGE)
    ended = corridors(
        "validate", "--network", str(real_folder.resolve()), "--out", "found", "--docs", "page.md",
        "--unfitted", cwd=tmp_path,
    )  # fmt: skip
    assert ended.code == 0, ended.said
    assert "share of orderings right" in ended.out
    assert "rows that set a parameter are left out of all counts" in ended.out
    files = {path.name for path in (tmp_path / "found").iterdir()}
    assert files == {
        "values.csv", "orderings.csv", "groups.csv", "validation.json", "validation.svg",
        "manifest.json",
    }  # fmt: skip
    with (tmp_path / "found" / "values.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert {"yes", "no"} == {row["counts"] for row in rows}
    assert all(bool(row["sets"]) == (row["counts"] == "no") for row in rows)
    assert "### Targets" in (tmp_path / "page.md").read_text()


def test_fit_prints_json_and_writes_its_table(real_folder: Path, tmp_path: Path) -> None:
    ended = corridors(
        "fit", "--network", str(real_folder.resolve()), "--out", "fitted.csv", "--json",
        cwd=tmp_path,
    )  # fmt: skip
    assert ended.code == 0, ended.said
    found = json.loads(ended.out)
    assert found["schema_version"] == 1
    with (tmp_path / "fitted.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["place"] for row in rows] == [rate["place"] for rate in found["rates"]]


def test_a_page_without_marks_is_refused(real_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "page.md").write_text("words\n")
    ended = corridors(
        "validate", "--network", str(real_folder.resolve()), "--docs", "page.md", cwd=tmp_path
    )
    assert ended.code == 6, ended.said
    assert "page.md" in ended.err
    assert (tmp_path / "page.md").read_text() == "words\n"
