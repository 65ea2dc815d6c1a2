"""A paper holds what folders tell, cites what findings rest on, and cannot be made to act."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from typing import get_args

import pytest

from corridors.compare import compare
from corridors.control import control
from corridors.papers import Format, paper
from corridors.report.documents import checked_svg
from corridors.report.material import Folder, open_folder
from corridors.report.pieces import Chart, Finding
from corridors.run import run
from tests.oracles.switched_tiny import write_tiny

HOSTILE = "<script>alert(1)</script> \"a\" 'b' | *c* [d](e) & `f`"
RTL = "שלום <b>ירושלים</b> \u202eabc"
SVG = '<svg xmlns="http://www.w3.org/2000/svg"><g id="c-1"><text>ok</text></g></svg>'
ROWS = (("place", "USD"), (HOSTILE, "12"))
CHART = Chart("c", "denial", "tiny", f"A chart {HOSTILE}", RTL, SVG, "denial.csv", rows=ROWS)
FINDINGS = (
    Finding("tiny", f"One thing {HOSTILE}", "denial.csv, row 1", "https://example.org/a"),
    Finding("tiny", RTL, "rules.csv, B001", "javascript:alert(1)"),
    Finding("tiny", "Another thing", "denial.csv, row 1", "https://example.org/a"),
)
OTHER = """\
id: other
title: Other
why: A test.
extends: tiny
access: {close: {X_KZUZ: a test}}
"""


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Folder, ...]:
    here = tmp_path_factory.mktemp("paper")
    network, name = write_tiny(here)
    scenario = here / "tiny.yaml"
    text = scenario.read_text(encoding="utf-8").replace(
        "title: Tiny", f"title: {json.dumps(f'{HOSTILE} {RTL}')}"
    )
    scenario.write_text(text, encoding="utf-8")
    (here / "other.yaml").write_text(OTHER, encoding="utf-8")
    run(name, network=network, out=here / "run")
    control(name, network=network, out=here / "control", players=["KZ", "UZ"])
    compare(name, str(here / "other.yaml"), network=network, out=here / "compared")
    return tuple(open_folder(here / part) for part in ("run", "control", "compared"))


@pytest.fixture(scope="module")
def papers(folders: tuple[Folder, ...]) -> dict[str, str]:
    return {
        name: paper(folders, name, findings=FINDINGS, charts=[CHART]) for name in get_args(Format)
    }


class Seen(HTMLParser):
    """The elements of a page with their attributes, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def test_nothing_in_a_page_acts_or_comes_from_elsewhere(papers: dict[str, str]) -> None:
    seen = Seen(papers["pdf-ready-html"])
    acting = {"script", "iframe", "link", "object", "embed", "form", "a"}
    assert acting.isdisjoint(tag for tag, _ in seen.tags)
    for tag, attributes in seen.tags:
        assert not [name for name in attributes if name.startswith("on")], tag
        assert (attributes.get("src") or "data:").startswith("data:")
        assert not attributes.get("href")
    policy = next(a["content"] for t, a in seen.tags if a.get("http-equiv"))
    assert policy is not None
    assert policy.startswith("default-src 'none'")


def test_hostile_names_stand_in_a_page_as_they_are(papers: dict[str, str]) -> None:
    page, seen = papers["pdf-ready-html"], Seen(papers["pdf-ready-html"])
    assert "<script>" not in page
    assert page.count("<b>") == page.count("</b>") == 1  # that of the caption of the picture
    assert seen.text.count(HOSTILE) >= 3
    assert "שלום <b>ירושלים</b>" in seen.text
    assert all(a.get("dir") == "auto" for tag, a in seen.tags if tag in ("h1", "li", "td"))


def test_hostile_names_stand_in_markdown_as_they_are(papers: dict[str, str]) -> None:
    text = papers["md"]
    assert not re.search(r"(?<!\\)<", text)
    assert "\u202e" not in text
    assert f"\u2068{RTL.split(maxsplit=1)[0]}" in text
    (shown,) = [row for row in text.splitlines() if row.startswith("- One thing")]
    assert r"\<script\>alert(1)\</script\>" in shown
    assert r"\[d\](e)" in shown
    for row in text.splitlines():
        if row.startswith("|"):
            cells = len(re.findall(r"(?<!\\)\|", row))
            head = len(re.findall(r"(?<!\\)\|", header_of(text, row)))
            assert cells == head, row


def header_of(text: str, row: str) -> str:
    """The header of the table in which a row stands."""
    rows = text.splitlines()
    at = rows.index(row)
    while rows[at - 1].startswith("|"):
        at -= 1
    return rows[at]


@pytest.mark.parametrize("name", get_args(Format))
def test_findings_cite_what_they_rest_on_each_once(papers: dict[str, str], name: str) -> None:
    text = papers[name].replace("\\", "")
    assert len(re.findall(r"Another thing \[1\]", text)) == 1
    assert re.findall(r"\[(\d)\] (denial\.csv, row 1 https://example\.org/a|rules\.csv, B001)",
                      text) == [("1", "denial.csv, row 1 https://example.org/a"),
                                ("2", "rules.csv, B001")]  # fmt: skip
    assert "javascript:" not in text


@pytest.mark.parametrize("name", get_args(Format))
def test_each_folder_has_a_chapter_with_its_numbers(
    papers: dict[str, str], folders: tuple[Folder, ...], name: str
) -> None:
    text = papers[name].replace("\\", "")
    for head in ("Scenario: tiny", "Control: tiny", "Comparison: compared", "Who holds what",
                 "Who gains and who loses: tiny to other", "Best route of each demand",
                 "The folders of results", "What the findings rest on", "References"):  # fmt: skip
        assert head in text, head
    for row in folders[0].result["demands"]:
        assert row["id"] in text
        assert f"{row['routes'][0]['distance_km']:,.0f}" in text
    for folder in folders:
        assert json.loads((folder.path / "manifest.json").read_bytes())["sha256"] in text


def test_findings_of_several_scenarios_say_which_they_are_about(
    folders: tuple[Folder, ...],
) -> None:
    text = paper(folders[:1], findings=[*FINDINGS, Finding("other", "More", "a file")])
    assert "- tiny: Another thing" in text
    assert "- other: More" in text


def test_tables_and_figures_are_counted(papers: dict[str, str]) -> None:
    counts = [int(one) for one in re.findall(r"\*\*Table (\d+)\.", papers["md"])]
    assert counts == list(range(1, len(counts) + 1))
    assert papers["md"].count("**Figure 1. A chart") == 1


def test_the_picture_stands_in_the_page_and_its_numbers_in_markdown(
    papers: dict[str, str],
) -> None:
    assert SVG in papers["pdf-ready-html"]
    assert "<svg" not in papers["md"]
    assert "| 12 |" in papers["md"]


def test_a_page_prints_on_numbered_sheets(papers: dict[str, str]) -> None:
    page = papers["pdf-ready-html"]
    assert "@page { size: A4;" in page
    assert "counter(page)" in page


@pytest.mark.parametrize(
    ("svg", "fault"),
    [
        ("<svg><script>1</script></svg>", "element script"),
        ('<svg onload="x()"/>', "attribute onload"),
        ('<svg><image href="https://example.org/a.png"/></svg>', "refers to https://example.org"),
        ('<svg><a href="javascript:x()"/></svg>', "refers to javascript:"),
        ("<svg><style>*{}</style></svg>", "element style"),
        ("<svg><foreignObject/></svg>", "element foreignObject"),
        ("<div/>", "begins with div"),
        ("<svg>", "is no SVG"),
    ],
)
def test_pictures_that_could_act_are_refused(
    folders: tuple[Folder, ...], svg: str, fault: str
) -> None:
    with pytest.raises(ValueError, match=re.escape(fault)):
        checked_svg(svg, "a picture")
    bad = Chart("c", "denial", "", "A picture", "", svg, "x.csv")
    with pytest.raises(ValueError, match=re.escape(fault)):
        paper(folders[:1], "pdf-ready-html", charts=[bad])


def test_what_is_no_paper_is_refused(folders: tuple[Folder, ...]) -> None:
    with pytest.raises(ValueError, match="no folders"):
        paper([])
    with pytest.raises(ValueError, match="no format 'pdf'"):
        paper(folders, "pdf")  # type: ignore[arg-type]


AGAIN = """\
import hashlib, sys
from pathlib import Path
from corridors.papers import paper
from corridors.report.material import open_folder
folders = [open_folder(Path(one)) for one in sys.argv[1:]]
for kind in ("md", "pdf-ready-html"):
    print(hashlib.sha256(paper(folders, kind).encode()).hexdigest())
"""


def test_a_paper_is_the_same_under_other_surroundings(folders: tuple[Folder, ...]) -> None:
    here = [hashlib.sha256(paper(folders, name).encode()).hexdigest() for name in get_args(Format)]
    done = subprocess.run(
        [sys.executable, "-c", AGAIN, *(str(one.path) for one in folders)],
        env={**os.environ, "TZ": "Asia/Kathmandu", "LC_ALL": "de_DE.UTF-8", "PYTHONHASHSEED": "9"},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.split() == here
