"""Charts: whole pictures, the numbers of their files, nothing that a page could take for code."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from corridors.report.charts import charts_of
from corridors.report.charts.frame import Axis, pens, spread_apart, ticks
from corridors.report.numbers import amount, millions, percent, signed
from corridors.report.svg import cut, element, group, path, picture, text, width_of, words
from tests.corridors.drawn_folders import (
    ARABIC,
    SCRIPT,
    comparison_folder,
    control_folder,
    design_folder,
    run_folder,
    with_fronts,
    with_sensitivity,
)

if TYPE_CHECKING:
    from pathlib import Path

    from corridors.report.material import Folder
    from corridors.report.pieces import Chart

SVG = "{http://www.w3.org/2000/svg}"
KINDS = {
    "profile", "front", "actors", "leverage", "denial", "penalty", "waterfall", "tornado",
    "changes", "gains", "budget", "hedges",
}  # fmt: skip


def folders(here: Path) -> list[Folder]:
    return [
        with_sensitivity(with_fronts(run_folder(here / "left"))),
        run_folder(here / "right", scenario="right", by=1.5, without=["port-port"]),
        control_folder(here / "control"),
        comparison_folder(here / "compare"),
        design_folder(here / "design"),
    ]


@pytest.fixture(scope="module")
def charts(tmp_path_factory: pytest.TempPathFactory) -> tuple[Chart, ...]:
    return charts_of(folders(tmp_path_factory.mktemp("charts")))


def of(charts: tuple[Chart, ...], kind: str, scenario: str = "left") -> list[Chart]:
    return [one for one in charts if (one.kind, one.scenario) == (kind, scenario)]


def test_every_kind_is_drawn(charts: tuple[Chart, ...]) -> None:
    assert {one.kind for one in charts} == KINDS


def test_a_chart_is_one_well_formed_picture_that_needs_nothing_else(
    charts: tuple[Chart, ...],
) -> None:
    for one in charts:
        root = ET.fromstring(one.svg)  # noqa: S314 - made here
        assert root.tag == f"{SVG}svg"
        assert root.get("role") == "img"
        title, desc = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
        assert title is not None
        assert desc is not None
        assert title.text == one.title
        assert desc.text
        assert root.get("aria-labelledby") == f"{title.get('id')} {desc.get('id')}"
        assert {part.tag.removeprefix(SVG) for part in root.iter()} <= {
            "svg", "title", "desc", "g", "text", "line", "rect", "path", "circle", "polygon",
        }  # fmt: skip
        assert not re.search(r"href|url\(|style=|\son\w+=", one.svg)


def test_ids_are_unique_and_begin_with_that_of_the_chart(charts: tuple[Chart, ...]) -> None:
    found = Counter(
        part.get("id")
        for one in charts
        for part in ET.fromstring(one.svg).iter()  # noqa: S314 - made here
        if part.get("id")
    )
    assert set(found.values()) == {1}
    for one in charts:
        assert re.fullmatch(r"[a-z0-9-]+", one.id)
        for part in ET.fromstring(one.svg).iter():  # noqa: S314 - made here
            assert (part.get("id") or one.id).startswith(one.id)


def test_marks_stand_for_parts_that_are_there(charts: tuple[Chart, ...]) -> None:
    for one in charts:
        ids = {part.get("id") for part in ET.fromstring(one.svg).iter()}  # noqa: S314 - made here
        assert {mark.element for mark in one.marks} <= ids
    marked = {mark.kind for one in charts for mark in one.marks}
    assert marked == {"route", "demand", "chokepoint", "actor"}


def test_names_are_text_whatever_they_look_like(charts: tuple[Chart, ...]) -> None:
    whole = "".join(one.svg for one in charts)
    assert "<script" not in whole
    assert "&lt;script&gt;" in whole
    assert f"\u2068{ARABIC}\u2069" in whole


def test_the_same_folders_give_the_same_bytes(charts: tuple[Chart, ...], tmp_path: Path) -> None:
    assert charts_of(folders(tmp_path)) == charts


def test_nothing_is_drawn_outside_of_the_picture(charts: tuple[Chart, ...]) -> None:
    for one in charts:
        root = ET.fromstring(one.svg)  # noqa: S314 - made here
        _, _, width, height = map(float, root.get("viewBox", "").split())
        assert 400 <= width <= 900
        for part in root.iter():
            for name, most in (("x", width), ("cx", width), ("y", height), ("cy", height)):
                assert -0.5 <= float(part.get(name, 0)) <= most + 0.5, (one.id, part.attrib)
            if part.tag == f"{SVG}path":
                points = re.findall(r"(-?[\d.]+),(-?[\d.]+)", part.get("d", ""))
                assert all(0 <= float(x) <= width and 0 <= float(y) <= height for x, y in points)


def test_tables_are_even_and_hold_the_numbers_of_the_files(charts: tuple[Chart, ...]) -> None:
    for one in charts:
        assert len({len(row) for row in one.rows}) == 1, one.id
        assert len(one.rows) > 1
    (profile,) = [one for one in of(charts, "profile") if "west-east" in one.id]
    assert profile.rows[1][2:4] == ("555.00", "110.0")
    (actors,) = of(charts, "actors")
    assert [row[0] for row in actors.rows[1:]] == ["KZ", "UZ", "XX"]
    assert actors.rows[1][2:] == ("50.00", "25.00", "6.00", "3.00", "3.00")
    assert actors.rows[3][5:] == ("-", "-")
    (leverage,) = of(charts, "leverage")
    assert leverage.rows[1] == ("KZ", "2.000", "-")
    (hedges,) = of(charts, "hedges")
    assert hedges.rows[1:] == ((SCRIPT, "2.000", "-1.000"),)
    (denial,) = of(charts, "denial")
    assert denial.rows[2][2:5] == ("2.000", "1.800", "0.200")
    (budget,) = of(charts, "budget")
    assert budget.rows[3][:2] == ("3000000000", "5000000")


def test_a_waterfall_adds_up_to_the_difference(charts: tuple[Chart, ...]) -> None:
    (routes,) = of(charts, "waterfall")
    *parts, whole = routes.rows[1:]
    for column in (1, 2):
        total = sum(float(row[column]) for row in parts)
        assert total == pytest.approx(float(whole[column]), abs=0.02)
    assert float(whole[1]) == pytest.approx(555 * 0.2)
    assert float(whole[2]) == pytest.approx(-110 * 0.1)


def test_a_waterfall_of_scenarios_ends_at_their_yearly_costs(charts: tuple[Chart, ...]) -> None:
    years, _ = of(charts, "waterfall", "right")
    money = 555 * (900 + 1.2 * 100)
    time_at_value = -2 * 2 * 110 * 50
    expected = 0.5 * money - 2 * 555 * 50 + time_at_value + 1e5 * 10
    assert float(years.rows[-1][1]) == pytest.approx(expected / 1e6, abs=1e-3)


def test_the_tornado_shows_the_widest_first_and_counts_routes_that_turn(
    charts: tuple[Chart, ...],
) -> None:
    (tornado,) = of(charts, "tornado")
    assert [float(row[7]) for row in tornado.rows[1:]] == [-0.1, 0.01]
    assert [row[9] for row in tornado.rows[1:]] == ["1", "0"]
    assert f"speed of {ARABIC} time at its low end" in tornado.svg


def test_changes_of_two_runs_and_of_their_comparison_are_told_once(tmp_path: Path) -> None:
    found = of(charts_of(folders(tmp_path)), "changes", "right")
    alone = of(charts_of([comparison_folder(tmp_path / "alone")]), "changes", "right")
    first = of(charts_of([comparison_folder(tmp_path / "v1", version=1)]), "changes", "right")
    assert len(found) == 1
    assert first == alone
    assert alone[0].rows[1:] == (
        ("shut", "-", "500.00", "-", "100.00"),
        ("west-east", "500.00", "500.00", "100.00", "80.00"),
    )  # fmt: skip


def test_gains_stand_above_losses_and_are_told_of_states_alone(tmp_path: Path) -> None:
    (gains,) = of(charts_of([comparison_folder(tmp_path / "compare")]), "gains", "right")
    assert gains.rows[1:] == (
        ("UZ", ARABIC, "2.500", "0.000", "4.000"), ("KZ", SCRIPT, "-2.500", "-1.000", "0.000"),
    )  # fmt: skip
    assert [mark.key for mark in gains.marks] == ["UZ", "KZ"]


def test_further_runs_show_demands_that_change_alone(tmp_path: Path) -> None:
    same = [run_folder(tmp_path / "a"), run_folder(tmp_path / "b", scenario="right")]
    assert of(charts_of(same), "profile", "right") == []
    assert of(charts_of(same), "changes", "right") == []
    assert of(charts_of(same[1:]), "profile", "right") != []


def test_demands_between_the_same_ends_are_drawn_once(tmp_path: Path) -> None:
    folder = run_folder(tmp_path / "run")
    assert len(of(charts_of([folder]), "profile")) == 2
    legs = folder.path / "legs.geojson"
    legs.write_text(legs.read_text(encoding="utf-8").replace("port-port W", "west-east W"))
    (one,) = of(charts_of([folder]), "profile")
    assert "west-east" in one.id


def test_ticks_are_round_and_within() -> None:
    for low, high in ((0.0, 1.0), (-3.0, 7.0), (12.5, 990.0), (0.0, 4.6e9), (0.0, 0.0)):
        for most in (2, 5, 9):
            found = ticks(low, high, most)
            assert all(low <= one <= high for one in found)
            assert len(found) <= most + 1
    assert ticks(-1, 1, 4) == [-1.0, -0.5, 0.0, 0.5, 1.0]


def test_a_scale_without_span_has_a_place_for_its_value() -> None:
    assert Axis(5.0, 5.0, 10.0, 20.0).at(5.0) == 10.0


def test_no_two_pens_of_one_picture_are_alike() -> None:
    found = pens(18)
    assert len(set(found)) == len(found)
    assert "#000000" not in {one.colour for one in found}


def test_places_are_kept_apart_and_within() -> None:
    found = spread_apart([5, 5, 5, 90], 10, 0, 100)
    assert all(b - a >= 10 - 1e-6 for a, b in pairwise(found))
    assert min(found) >= 0


@pytest.mark.parametrize(
    ("value", "told"),
    [(0.0, "0"), (-0.0, "0"), (99.96, "100"), (-1234.5, "-1,234"), (0.0555, "0.0555")],
)
def test_numbers_are_told_with_three_figures(value: float, told: str) -> None:
    assert amount(value) == told


def test_sums_are_told_in_millions_or_billions() -> None:
    assert millions(999_999.0) == "1 million"
    assert millions(-2.5e9) == "\u22122.5 billion"


def test_letters_that_xml_has_no_place_for_are_left_out() -> None:
    made = element("text", words("a\x00b\x1fc"), title="\x07&\"'")
    assert ET.fromstring(made).text == "abc"  # noqa: S314 - made here
    assert ET.fromstring(made).get("title") == "&\"'"  # noqa: S314 - made here


def test_words_that_are_too_long_are_cut_with_an_ellipsis() -> None:
    assert cut("short", 100) == "short"
    assert cut("very long indeed", 60).endswith("…")
    assert width_of(cut("very long indeed", 60)) <= 60
    assert width_of("西安") > width_of("xi")


def test_points_told_twice_in_a_row_are_drawn_once() -> None:
    assert path([(0, 0), (0.01, 0), (5, 5)]).count("L") == 1


def test_a_tip_and_a_title_are_text() -> None:
    made = picture("p", 10, 10, title="<b>", told='"x"', body=[group([text(1, 2, "&")], tip="<i>")])
    root = ET.fromstring(made)  # noqa: S314 - made here
    assert [part.text for part in root.iter(f"{SVG}title")] == ["<b>", "<i>"]


def test_changes_have_a_sign_and_shares_a_percent() -> None:
    assert [signed(one) for one in (1e4, -0.5, 0.0)] == ["+10,000", "\u22120.5", "0"]
    assert [percent(one) for one in (0.999, 0.05, 1e-5)] == ["100%", "5%", "0.001%"]
