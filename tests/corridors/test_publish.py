"""`corridors report`: what it refuses, that it is one file, small and the same each time."""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING

import pytest

from corridors.errors import InputMissingError, OutputError
from corridors.publish import publish
from corridors.report.web_parts import ASSETS, is_safe_link, json_block, numbers, script_hash
from tests.browser.small_runs import HOSTILE, run_folder

if TYPE_CHECKING:
    from pathlib import Path

MOST_BYTES = 3_000_000


def test_the_same_folders_give_the_same_bytes(tmp_path: Path) -> None:
    run = run_folder(tmp_path / "run", "first", "First")
    one, two = publish([run], tmp_path / "a" / "one.html"), publish([run], tmp_path / "two.html")
    assert one.read_bytes() == two.read_bytes()
    assert len(one.read_bytes()) < MOST_BYTES


def test_only_the_scripts_that_it_names_may_run_and_nothing_is_fetched(tmp_path: Path) -> None:
    run = run_folder(tmp_path / "run", "first", HOSTILE)
    page = publish([run], tmp_path / "page.html").read_text(encoding="utf-8")
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    assert policy is not None
    assert "default-src 'none'" in policy[1]
    assert "unsafe-inline" not in policy[1].partition("style-src")[0]
    scripts = re.findall(r"<script>(.*?)</script>", page, flags=re.DOTALL)
    assert len(scripts) == 2
    assert all(script_hash(one) in policy[1] for one in scripts)
    markup = re.sub(r"<script>.*?</script>", "", page, flags=re.DOTALL)
    assert not re.search(r'<(?!a )[^>]*(?:src|href)="(?!#|data:,)', markup)
    assert not re.search(r"url\((?!#land)", markup)
    data = re.search(r'id="corridors-data">(.*?)</script>', page, flags=re.DOTALL)
    assert data is not None
    assert json.loads(data[1])["scenarios"][0]["title"] == HOSTILE
    assert "<" not in data[1]


def test_an_altered_folder_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    run = run_folder(tmp_path / "run", "first", "First")
    (run / "routes.geojson").write_bytes(b"{}")
    with pytest.raises(InputMissingError, match=r"routes\.geojson"):
        publish([run], tmp_path / "page.html")
    assert not (tmp_path / "page.html").exists()


def test_every_folder_that_is_none_is_named(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputMissingError) as caught:
        publish([tmp_path / "empty", tmp_path / "missing"], tmp_path / "page.html")
    assert "empty" in str(caught.value)
    assert "missing" in str(caught.value)


@pytest.mark.parametrize(
    ("format_", "name", "wanted"),
    [
        ("html", "page.pdf", r"\.html"),
        ("md", "page.html", r"\.md"),
        ("pdf-ready-html", "a.md", "html"),
    ],
)
def test_a_report_is_named_as_what_it_is(
    tmp_path: Path, format_: str, name: str, wanted: str
) -> None:
    run = run_folder(tmp_path / "run", "first", "First")
    with pytest.raises(OutputError, match=wanted):
        publish([run], tmp_path / name, format_=format_)


@pytest.mark.parametrize(("format_", "name"), [("md", "a.md"), ("pdf-ready-html", "a.html")])
def test_papers_are_written_too(tmp_path: Path, format_: str, name: str) -> None:
    run = run_folder(tmp_path / "run", "first", "First & last")
    text = publish([run], tmp_path / name, format_=format_).read_text(encoding="utf-8")
    assert "First &amp; last" in text or "First & last" in text
    assert "<script" not in text


def test_the_map_library_is_the_one_that_its_provenance_names() -> None:
    folder = ASSETS / "leaflet"
    told = json.loads((folder / "PROVENANCE.json").read_text(encoding="utf-8"))
    found = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.iterdir()
        if path.name != "PROVENANCE.json"
    }
    assert found == told["sha256"]


@pytest.mark.parametrize(
    ("words", "strong"),
    [
        ("costs 1,200 USD.", ["1,200 USD"]),
        ("12 % of 3.5 billion USD", ["12 %", "3.5 billion USD"]),
        ("5.2 million USD of 2024 since Apr 2026", ["5.2 million USD"]),
        ("rule B090 of 2026-11-22 and route 7a", []),
        ("\u22123.2 million USD for 3 demands", ["\u22123.2 million USD", "3"]),
    ],
)
def test_numbers_in_words_are_strong(words: str, strong: list[str]) -> None:
    assert re.findall("<strong>(.*?)</strong>", str(numbers(words))) == strong


@pytest.mark.parametrize(
    ("link", "safe"),
    [
        ("https://example.org/a", True),
        ("#map", True),
        ("javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("", False),
    ],
)
def test_links_lead_to_the_page_or_the_web(link: str, safe: bool) -> None:  # noqa: FBT001 - a case
    assert is_safe_link(link) is safe


def test_a_title_cannot_end_the_script_that_holds_it() -> None:
    assert "</script" not in json_block({"title": "</script><script>alert(1)</script>"})


def test_two_runs_of_one_scenario_stand_side_by_side(tmp_path: Path) -> None:
    runs = [
        run_folder(tmp_path / "a", "same", "Before"),
        run_folder(tmp_path / "b", "same", "After", shut=True),
    ]
    page = publish(runs, tmp_path / "page.html").read_text(encoding="utf-8")
    for title in ("Cargo a year: Before", "Cargo a year: After", "What changes: After"):
        assert f'<h3 dir="auto">{title}</h3>' in page


def test_a_run_without_any_way_has_a_page(tmp_path: Path) -> None:
    run = run_folder(tmp_path / "run", "none", "Nothing open", ways=())
    page = publish([run], tmp_path / "page.html").read_text(encoding="utf-8")
    assert "Nothing open" in page
