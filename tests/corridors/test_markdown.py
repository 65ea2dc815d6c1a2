"""No text can pass for markup, neither in Markdown nor in HTML."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridors.report.blocks import Cell, Figure, Section, Table, change, number, row, shortened
from corridors.report.documents import html_document
from corridors.report.markdown import isolated, markdown, plain

TURNING = "\u202a\u202b\u202d\u202e\u2066\u2067"


MARKS = st.sampled_from("<>&|*_`[]\\#-+1a.) \n" + TURNING)


@given(st.text(alphabet=st.one_of(st.characters(), MARKS)))
def test_text_stays_on_its_line_and_in_its_cell(text: str) -> None:
    shown = plain(text)
    assert len(shown.splitlines()) <= 1
    assert not re.search(r"(?<!\\)(?:\\\\)*[<>|*`\[\]~]", shown)
    for bare in re.finditer(r"(?<!\\)(?:\\\\)*_", shown):
        around = shown[bare.start() - 1 : bare.start()], shown[bare.end() : bare.end() + 1]
        assert all(one.isalnum() for one in around)
    assert not re.match(r"\s*(?:[#+-]|\d+[.)])(?:\s|$)", shown)
    assert not set(shown) & set(TURNING)


@given(st.text())
def test_what_is_isolated_is_closed_again(text: str) -> None:
    shown = isolated(text)
    assert shown.count("\u2068") == shown.count("\u2069") <= 1


@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"])))
def test_text_is_escaped_wherever_it_stands_in_a_page(text: str) -> None:
    words = f"<i>{text}"
    table = Table(words, (words, words), (row(words, Cell(words, "better")),), note=words)
    section = Section(words, 3, (words,), (words,), (table,), (Figure(words, words, png=b"x"),))
    page = html_document(words, [section], lead=(words,), footer=(words,))
    assert "<i>" not in page
    assert page.count("&lt;i&gt;") >= 12


def test_a_page_in_markdown_is_headings_words_lists_and_tables() -> None:
    table = Table(
        "Numbers", ("what", "how much"), (row("a", Cell("1", "better")),), note="left out"
    )
    sections = [Section("Part", 3, ("words",), ("one", "two"), (table,)), Section("Empty")]
    assert markdown("Title", sections, footer=("the end",)).splitlines() == [
        "# Title", "", "### Part", "", "words", "", "- one", "- two", "", "**Numbers**", "",
        "| what | how much |", "|---|---:|", "| a | 1 |", "", "left out", "", "the end",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("value", "signed", "said"),
    [(0, True, "0"), (1e-12, False, "0"), (12.345, False, "12.3"), (-5, True, "-5"),
     (999_999, False, "999,999"), (1_500_000, True, "+1.5 M"), (1_500_000, False, "1,500,000"),
     (-2.25e9, True, "-2.25 bn"), (None, True, "-")],
)  # fmt: skip
def test_numbers_are_said_as_people_read_them(
    value: float | None, said: str, *, signed: bool
) -> None:
    assert number(value, signed=signed) == said


@given(st.floats(-1e15, 1e15))
def test_a_change_has_the_arrow_of_its_sign(value: float) -> None:
    cell = change(value, "worse")
    assert cell.words[0] == ("=" if not value else "▲" if value > 0 else "▼")
    assert cell.words.endswith("worse") is (value != 0)


def test_long_tables_tell_how_much_is_left_out() -> None:
    rows = [row(str(at)) for at in range(5)]
    assert shortened(rows, 5) == (tuple(rows), "")
    assert shortened(rows, 3) == (tuple(rows[:3]), "and 2 more; the files have all")
