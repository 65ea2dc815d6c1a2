"""The page of a report in a real browser that has no network."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.small_runs import HOSTILE, RIGHT_TO_LEFT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.browser.conftest import Opened

pytestmark = [pytest.mark.slow, pytest.mark.long]

SEAWAY, RAILWAY = "0,114,178", "213,94,0"
WIDTHS = (1280, 390)


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_is_asked_of_the_network_and_no_error_is_said(
    opened: Callable[..., Opened], small_page: Path, width: int
) -> None:
    there = opened(small_page, width=width)
    assert there.asked == [small_page.as_uri()] or all(
        url.startswith(("file:", "data:")) for url in there.asked
    )
    assert there.said == []


@pytest.mark.parametrize("width", WIDTHS)
def test_the_page_is_no_wider_than_the_window(
    opened: Callable[..., Opened], small_page: Path, width: int
) -> None:
    there = opened(small_page, width=width)
    assert there.page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", WIDTHS)
def test_a_scenario_draws_another_map(
    opened: Callable[..., Opened], small_page: Path, width: int
) -> None:
    there = opened(small_page, width=width)
    first = there.pixels()
    assert there.has(SEAWAY)
    there.page.locator("#scenarios button").nth(1).click()
    assert there.has(RAILWAY)
    assert there.pixels() != first
    assert RIGHT_TO_LEFT in there.page.locator("#told").inner_text()
    assert there.said == []


def test_what_changes_is_drawn_and_told(opened: Callable[..., Opened], small_page: Path) -> None:
    there = opened(small_page)
    there.page.get_by_role("button", name="What changes").click()
    assert there.has("0,114,178"), "more by rail"
    assert there.has("213,94,0"), "less by sea"
    assert "port-town: +400 USD, another way" in there.page.locator("#panel").inner_text()


def test_modes_and_corridors_can_be_left_out(
    opened: Callable[..., Opened], small_page: Path
) -> None:
    there = opened(small_page)
    assert there.has(SEAWAY)
    there.page.locator("#modes").get_by_label("Sea").uncheck()
    assert not there.has(SEAWAY)
    there.page.locator("#modes").get_by_label("Sea").check()
    assert there.has(SEAWAY)
    there.page.locator("#families").get_by_label("SEAWAY").uncheck()
    assert not there.has(SEAWAY)
    assert "0 TEU a year on 0 routes as chosen" in there.page.locator("#told").inner_text()


def test_colours_follow_the_mode(opened: Callable[..., Opened], small_page: Path) -> None:
    there = opened(small_page)
    there.page.select_option("#colour", "mode")
    assert there.has("86,180,233")
    assert not there.has(SEAWAY)


def test_a_route_is_told_leg_by_leg(opened: Callable[..., Opened], small_page: Path) -> None:
    there = opened(small_page)
    there.page.select_option("#demand", "port-town")
    there.page.get_by_role("button", name="1. SEAWAY: 500 USD").click()
    told = there.page.locator("#panel").inner_text()
    assert "Port <b> → TOWN" in told
    assert "480 h (20 days)" in told
    assert "rules B001; sources F001" in told
    there.page.get_by_text("What 2 ids stand for").click()
    assert re.search(r"B001: \S+", there.page.locator("#panel").inner_text())
    assert there.page.locator("#panel a[href^=https]").count() > 0
    there.page.keyboard.press("Escape")
    assert "Leg by leg" not in there.page.locator("#panel").inner_text()


def test_the_map_is_pointed_at_and_clicked(opened: Callable[..., Opened], small_page: Path) -> None:
    there = opened(small_page)
    there.page.locator("#map").scroll_into_view_if_needed()
    there.page.mouse.move(*there.page.evaluate(AMID, list(map(int, SEAWAY.split(",")))))
    assert "Sea: 1,000 TEU a year" in there.page.locator(".leaflet-tooltip").inner_text()
    there.page.mouse.down()
    there.page.mouse.up()
    told = there.page.locator("#panel").inner_text()
    assert "A stretch of sea" in told
    assert re.search(r"Capacity\s+2,000 TEU a year", told)
    assert re.search(r"Shadow price\s+7.5 USD per TEU", told)


#: Where in the window a pixel of a colour can be pointed at, a third down of all of that colour.
AMID = """(colour) => {
  const canvas = document.querySelector(".leaflet-lines-pane canvas");
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  const box = canvas.getBoundingClientRect();
  const scale = box.width / canvas.width;
  const found = [];
  for (let at = 0; at < data.length / 4; at += 1) {
    if (data[4 * at + 3] < 255 || colour.some((part, k) => data[4 * at + k] !== part)) continue;
    const x = box.left + (at % canvas.width) * scale;
    const y = box.top + Math.floor(at / canvas.width) * scale;
    if (document.elementFromPoint(x, y) === canvas) found.push([x, y]);
  }
  return found[Math.floor(found.length / 3)];
}"""


def test_places_capacities_and_actors_are_told(
    opened: Callable[..., Opened], small_page: Path
) -> None:
    there = opened(small_page)
    panel = there.page.locator("#panel")
    panel.get_by_role("button", name="The Strait <i>").click()
    assert "Demands that pass" in panel.inner_text()
    panel.get_by_role("button", name="Overview").click()
    panel.get_by_role("button", name="The quay of <b>Port</b>").click()
    assert "12 USD" in panel.inner_text()
    panel.get_by_role("button", name="The Carrier: operator").click()
    assert "Cargo through it" in panel.inner_text()
    there.page.select_option("#actor", "CARRIER")
    assert "as chosen" in there.page.locator("#told").inner_text()


def test_pictures_and_map_point_at_each_other(
    opened: Callable[..., Opened], small_page: Path
) -> None:
    there = opened(small_page, height=500)
    mark = there.page.locator("#profile-first-route")
    before = there.pixels()
    mark.hover()
    there.page.wait_for_timeout(150)
    assert there.pixels() != before, "the route is cased on the map"
    mark.click()
    assert "Leg by leg" in there.page.locator("#panel").inner_text()
    assert "lit" in mark.get_attribute("class")
    assert there.page.locator("#map-frame.docked").is_visible()
    there.page.get_by_role("button", name="To the map").click()
    there.page.locator("#panel").get_by_role("button", name="Overview").click()
    there.page.locator("#panel").get_by_role("button", name="The Strait <i>").hover()
    there.page.wait_for_timeout(150)
    assert "lit" in there.page.locator("#profile-first-place").get_attribute("class")
    assert "lit" not in (mark.get_attribute("class") or "").split()


def test_hostile_names_come_out_as_text(opened: Callable[..., Opened], small_page: Path) -> None:
    there = opened(small_page)
    assert there.page.title().startswith(HOSTILE)
    assert there.page.locator("img, iframe, object").count() == 0
    pills = there.page.locator("#scenarios button")
    assert pills.nth(0).inner_text() == HOSTILE
    assert pills.nth(1).inner_text() == RIGHT_TO_LEFT
    assert pills.nth(1).evaluate("one => getComputedStyle(one).direction") == "rtl"
    assert "<b>By sea</b> it costs" in there.page.locator("#findings").inner_text()
    assert there.page.locator("#findings a").count() == 1, "a script is no link"


def test_everything_is_reached_by_keyboard(opened: Callable[..., Opened], small_page: Path) -> None:
    there = opened(small_page)
    there.page.keyboard.press("Tab")
    assert there.page.evaluate("document.activeElement.className") == "skip"
    there.page.keyboard.press("Enter")
    assert there.page.url.endswith("#findings")
    reached = []
    for _ in range(60):
        there.page.keyboard.press("Tab")
        reached.append(there.page.evaluate(REACHED))
        assert there.page.evaluate(RING), f"no ring around {reached[-1]}"
        if reached[-1] == "profile-first-route":
            break
    for wanted in ("s0", "s1", "demand", "actor", "map-canvas", "panel", "profile-first-route"):
        assert wanted in reached
    there.page.keyboard.press("ArrowRight")
    assert there.page.evaluate(REACHED) == "profile-first-place"
    there.page.keyboard.press("Enter")
    assert "Demands that pass" in there.page.locator("#panel").inner_text()


REACHED = "() => document.activeElement.dataset.pill || document.activeElement.id"
RING = """() => {
  const style = getComputedStyle(document.activeElement);
  return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
}"""


def test_the_scenario_is_switched_by_keyboard_and_keeps_the_focus(
    opened: Callable[..., Opened], small_page: Path
) -> None:
    there = opened(small_page)
    there.page.locator("#scenarios button").nth(1).focus()
    there.page.keyboard.press("Enter")
    assert there.page.evaluate(REACHED) == "s1"
    assert there.page.locator("#scenarios button").nth(1).get_attribute("aria-pressed") == "true"


def test_dark_is_dark(opened: Callable[..., Opened], small_page: Path) -> None:
    light, dark = opened(small_page), opened(small_page, color_scheme="dark")
    assert _brightness(light.page) > 200
    assert _brightness(dark.page) < 60
    assert dark.has(SEAWAY)
    dark.page.emulate_media(color_scheme="light")
    assert _brightness(dark.page) > 200


def _brightness(page: Any) -> float:
    colour = page.evaluate("getComputedStyle(document.body).backgroundColor")
    return sum(map(int, re.findall(r"\d+", colour)[:3])) / 3


def test_print_has_the_static_pictures(opened: Callable[..., Opened], small_page: Path) -> None:
    there = opened(small_page)
    assert there.page.locator(".static-map").count() == 3
    assert not there.page.locator(".static-map").first.is_visible()
    there.page.emulate_media(media="print")
    assert there.page.locator(".static-map").first.is_visible()
    assert there.page.locator("#profile-first svg").is_visible()
    assert not there.page.locator("#board").is_visible()


@pytest.mark.parametrize("width", WIDTHS)
def test_without_script_the_static_pictures_stand(
    opened: Callable[..., Opened], small_page: Path, width: int
) -> None:
    there = opened(small_page, width=width, java_script_enabled=False)
    assert there.page.locator(".static-map svg.map").count() == 3
    assert there.page.locator(".static-map svg.map").first.is_visible()
    assert not there.page.locator("#board").is_visible()
    assert there.page.locator("#profile-first").get_by_text("Drawn from legs.geojson").is_visible()


def test_every_map_says_whose_data_it_is(opened: Callable[..., Opened], small_page: Path) -> None:
    there = opened(small_page)
    assert "Boundaries and names imply no position." in there.page.locator(".whose").inner_text()
    maps = there.page.locator("svg.map").all()
    assert len(maps) == 3, "one of each scenario, and what changes"
    for one in maps:
        words = one.text_content()
        assert "OpenStreetMap contributors" in words
        assert "Boundaries and names imply no position." in words
