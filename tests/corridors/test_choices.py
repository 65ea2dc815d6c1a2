"""Choices of a demand as routes, tables, GeoJSON and pictures."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace

import numpy as np
import pytest

from corridors.metrics.choices import ChoiceBook, ToldChoice, best_spans
from corridors.metrics.front import Choice
from corridors.metrics.timing import CORRELATIONS, DAYS, Timer
from corridors.metrics.ways import WayFinder
from corridors.report.explained_choices import (
    FIELDS,
    Told,
    choice_row,
    choices_csv,
    choices_geojson,
)
from corridors.report.front_picture import draw_choices
from corridors.scenario.closures import borders_named
from tests.corridors import test_ways as small
from tests.corridors.test_front import LONG, SHORT

FINED = "fined"


def book(*rules: str, sensitive: tuple[str, ...] = (), within_h: float | None = None) -> ChoiceBook:
    """Return the choices of a demand from Russia to the port under some rules."""
    scenario, compiled = small.asked(), small.answer(*rules).compiled
    (demand,) = scenario.demands
    scenario = replace(
        scenario,
        demands=(replace(demand, within_h=within_h),),
        alternatives=replace(scenario.alternatives, sensitive_borders=sensitive),
    )
    finder = WayFinder(scenario, small.with_lines(small.WORLD), compiled, small.KM)
    return ChoiceBook(scenario, finder, small.KM)


def told(rows: list[ToldChoice], **words: object) -> Told:
    asked: dict[str, object] = {"criteria": ("cost", "time"), "epsilon": 0.0}
    return Told("x", "net", "2026-11-22", "d", "front", 2.0, tuple(rows), **(asked | words))  # type: ignore[arg-type]


def point(cost: float, time: float, *, convex: bool) -> Choice:
    return Choice("d", 1, cost, time, 0.0, 0, 0, 0.0, "", convex, None, ())


# --- when a way is the best -----------------------------------------------------------------


def test_a_convex_point_is_best_between_two_values_of_an_hour() -> None:
    front = [
        point(10, 9, convex=True), point(14, 7, convex=True), point(23, 6.5, convex=False),
        point(24, 5, convex=True),
    ]  # fmt: skip
    spans = best_spans(front)
    assert spans == [(0.0, 2.0), (2.0, 5.0), None, (5.0, None)]
    for value in (0.5, 1.9, 2.1, 4.9, 5.1, 50.0):
        best = min(range(4), key=lambda at: front[at].cost_usd_per_teu + value * front[at].time_h)
        least, most = spans[best] or (np.nan, np.nan)
        assert least < value < (np.inf if most is None else most)
    assert best_spans([]) == []
    assert best_spans(front[:1]) == [(0.0, None)]


# --- choices as routes ----------------------------------------------------------------------


def test_a_choice_is_a_route_with_its_time_and_what_is_assumed() -> None:
    cheap, fast = book(FINED, within_h=40.0).front(0)
    assert (cheap.choice.arcs, fast.choice.arcs) == (LONG, SHORT)
    for one in (cheap, fast):
        route = one.route
        assert route.cost_usd_per_teu == pytest.approx(one.choice.cost_usd_per_teu)
        assert route.time_h == pytest.approx(one.choice.time_h)
        assert (route.demand_id, route.route_id) == ("d", f"d.front.{one.choice.rank}")
        lines = [line for leg in route.legs for line in leg.lines]
        usd = sum(line.usd for line in lines if line.quality == "assumed")
        assert one.assumed_cost_share == pytest.approx(usd / route.cost_usd_per_teu)
        assert 0 < one.assumed_time_share <= 1
        assert route.spread is not None
        assert route.spread.p50_h <= route.spread.p80_h <= route.spread.p95_h
        assert 0 <= (route.spread.on_time or 0.0) <= 1
    assert cheap.best_between is not None
    assert fast.best_between is not None
    assert cheap.best_between[1] == fast.best_between[0]
    assert all(one.best_between is None for one in book(FINED).front(0, third="borders"))


def test_the_scenario_names_the_sensitive_borders() -> None:
    def counts(*names: str) -> list[int]:
        return [one.choice.sensitive_borders for one in book(FINED, sensitive=names).front(0)]

    # By the hills over X_LARS, by the shore over X_PSOU and X_INGU.
    assert counts() == [1, 2]
    assert counts("X_INGU") == [0, 1]
    assert counts("RU-GE") == [1, 0]
    assert counts("RU") == [1, 1]
    assert counts("GE-AB", "GE-RU") == [1, 2]


def test_borders_are_stops_not_lines() -> None:
    arcs, assets = small.WORLD.graph.arcs, small.WORLD.graph.assets
    assert np.flatnonzero(borders_named(arcs, ["X_LARS"], assets)).tolist() == [6, 6 + small.BACK]
    assert not borders_named(arcs, ["L"], assets).any()


def test_alternatives_have_what_they_share_in_place_of_a_hull() -> None:
    best, other = book().alternatives(0, count=3, max_overlap=0.6)
    assert best.choice.overlap == 0.0
    assert other.choice.overlap == pytest.approx(50 / 170)
    assert (best.choice.convex, best.best_between) == (None, None)
    assert best.route.route_id == "d.alternatives.1"


# --- times ----------------------------------------------------------------------------------


def test_the_time_of_a_route_is_the_same_alone_and_among_others() -> None:
    scenario, found = small.asked(), small.answer()
    timer = Timer(scenario, found.compiled)
    (demand,) = found.result.demands
    assert len(demand.routes) > 1
    (again,) = timer.with_spreads([replace(demand, routes=demand.routes[:1])])
    assert again.routes[0].spread == demand.routes[0].spread
    spreads = timer.told(demand.routes[0])
    assert tuple(one.correlation for one in spreads) == CORRELATIONS
    assert [days for days, _ in spreads[0].within] == list(DAYS)
    own = next(one for one in spreads if one.correlation == scenario.times.correlation)
    assert demand.routes[0].spread == replace(own, within=())


# --- tables and files -----------------------------------------------------------------------


def test_tables_have_a_row_for_each_choice_and_all_columns() -> None:
    rows = book(FINED, within_h=40.0).front(0)
    table = list(csv.DictReader(io.StringIO(choices_csv(rows).decode())))
    assert [list(row) for row in table] == [list(FIELDS)] * 2
    assert [row["convex"] for row in table] == ["yes", "yes"]
    assert table[1]["best_to_usd_per_teu_h"] == ""
    assert float(table[0]["within_h"]) == 40.0
    assert float(table[0]["time_h"]) == pytest.approx(rows[0].choice.time_h, abs=1e-3)
    line = np.array([[40.0, 43.0], [41.0, 42.0]])
    layer = json.loads(choices_geojson(rows, lambda _: line, name="front", meta={"scenario": "x"}))
    assert [one["id"] for one in layer["features"]] == ["d.front.1", "d.front.2"]
    assert list(layer["features"][0]["properties"]) == list(FIELDS)
    whole = told(rows).as_dict()
    assert whole["best"] == "d.front.1"
    assert [one["route_id"] for one in whole["choices"]] == ["d.front.1", "d.front.2"]
    assert json.loads(json.dumps(whole, allow_nan=False)) == whole
    assert choice_row(rows[0])["best_from_usd_per_teu_h"] == 0.0


@pytest.mark.parametrize(
    "words",
    [
        {},
        {"criteria": ("cost", "time", "sensitive borders")},
        {"criteria": ("cost", "time", "emissions"), "epsilon": 0.01},
        {"criteria": (), "epsilon": None, "max_overlap": 0.6},
    ],
)
def test_the_same_choices_give_the_same_picture(words: dict[str, object]) -> None:
    found = told(book(FINED).front(0), **words)
    one, two = (draw_choices(found, "svg") for _ in range(2))
    assert one == two
    assert one.startswith(b"<?xml")
    assert one != draw_choices(told(book(FINED).front(0)[:1], **words), "svg")


def test_nothing_is_no_picture() -> None:
    with pytest.raises(ValueError, match="no choices"):
        draw_choices(told([]), "png")
