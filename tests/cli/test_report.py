"""`corridors report` as a process: what it prints, and how it ends where it cannot write."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser.small_runs import HOSTILE, run_folder
from tests.cli.process import corridors, tree

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow


def test_the_page_is_written_and_named(tmp_path: Path) -> None:
    run_folder(tmp_path / "run", "first", HOSTILE)
    ended = corridors("report", "run", "--out", "pages/report.html", cwd=tmp_path)
    assert ended.code == 0, ended.said
    assert ended.out == "pages/report.html\n"
    assert (tmp_path / "pages" / "report.html").read_bytes().startswith(b"<!doctype html>")


def test_json_names_the_file(tmp_path: Path) -> None:
    run_folder(tmp_path / "run", "first", "First")
    ended = corridors(
        "report", "run", "--format", "md", "--out", "report.md", "--json", cwd=tmp_path
    )
    assert ended.json == {"schema_version": 1, "files": ["report.md"]}


def test_an_altered_folder_ends_with_6_and_leaves_nothing(tmp_path: Path) -> None:
    folder = run_folder(tmp_path / "run", "first", "First")
    (folder / "legs.geojson").unlink()
    (folder / "result.json").write_bytes(b"{}")
    before = tree(tmp_path)
    ended = corridors("report", "run", "--out", "report.html", cwd=tmp_path)
    assert ended.code == 6, ended.said
    assert "legs.geojson" in ended.err
    assert "result.json" in ended.err
    assert tree(tmp_path) == before


def test_another_ending_ends_with_3(tmp_path: Path) -> None:
    run_folder(tmp_path / "run", "first", "First")
    ended = corridors("report", "run", "--out", "report.docx", cwd=tmp_path)
    assert ended.code == 3, ended.said
    assert ".html" in ended.err


def test_no_folder_ends_with_2(tmp_path: Path) -> None:
    assert corridors("report", "--out", "report.html", cwd=tmp_path).code == 2
