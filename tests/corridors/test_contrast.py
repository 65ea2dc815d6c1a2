"""Numbers side by side change by their own direction."""

from __future__ import annotations

from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridors.metrics.contrast import CONTRAST_FIELDS, contrast_rows, contrasts
from corridors.model.result import Metric

Better = Literal["higher", "lower", "neither"]


def one(value: float, better: Better = "lower", *, name: str = "cost", of: str = "x") -> Metric:
    return Metric(name, "thing", of, value, "usd", better)


@pytest.mark.parametrize(
    ("better", "before", "after", "verdict"),
    [
        ("lower", 10, 9, "better"),
        ("lower", 10, 11, "worse"),
        ("higher", 10, 11, "better"),
        ("higher", -1, -2, "worse"),
        ("neither", 1, 2, "other"),
        ("lower", 5, 5, "same"),
        ("lower", 1e9, 1e9 + 1e-3, "same"),
    ],
)
def test_the_verdict_is_by_the_metrics_own_direction(
    better: Better, before: float, after: float, verdict: str
) -> None:
    (found,) = contrasts([[one(before, better)], [one(after, better)]])
    assert found.verdict(1) == verdict
    assert found.changes is (verdict != "same")


def test_numbers_told_in_one_only_are_new_or_gone() -> None:
    found = contrasts([[one(1, of="a")], [one(2, of="b")], []])
    assert [(row.subject, row.verdict(1), row.verdict(2)) for row in found] == [
        ("a", "gone", "gone"), ("b", "new", "none"),
    ]  # fmt: skip
    assert [row.change(1) for row in found] == [None, None]


def test_of_routes_the_best_of_each_demand_is_compared() -> None:
    sides = [
        [Metric("cost", "route", f"a.b.{rank}", value, "usd", "lower") for rank, value in told]
        for told in (((1, 5.0), (2, 7.0)), ((1, 4.0), (11, 9.0)))
    ]
    (found,) = contrasts(sides)
    assert (found.subject_kind, found.subject) == ("demand", "a.b")
    assert (found.values, found.verdict(1)) == ((5.0, 4.0), "better")


def test_the_share_of_nothing_is_not_told() -> None:
    (found,) = contrasts([[one(0)], [one(3)]])
    assert (found.change(1), found.share(1)) == (3, None)
    (found,) = contrasts([[one(-4)], [one(-3)]])
    assert found.share(1) == 0.25


def test_a_table_has_each_number_of_each_other_scenario() -> None:
    found = contrasts([[one(1), one(2, of="y")], [one(1.5)], [one(0.5)]])
    rows = list(contrast_rows(found, ["base", "up", "down"]))
    assert all(tuple(row) == CONTRAST_FIELDS for row in rows)
    told = {(row["subject"], row["scenario"]): (row["value"], row["verdict"]) for row in rows}
    assert told == {
        ("x", "up"): (1.5, "worse"), ("x", "down"): (0.5, "better"),
        ("y", "up"): ("", "gone"), ("y", "down"): ("", "gone"),
    }  # fmt: skip


MIRROR = {"better": "worse", "worse": "better", "new": "gone", "gone": "new"}
SIDE = st.dictionaries(
    st.sampled_from("abc"), st.floats(-1e6, 1e6), max_size=3
).map(lambda told: [one(value, of=name) for name, value in told.items()])  # fmt: skip


@given(SIDE, SIDE)
def test_seen_from_the_other_side_better_is_worse(a: list[Metric], b: list[Metric]) -> None:
    here = {row.subject: row.verdict(1) for row in contrasts([a, b])}
    there = {row.subject: row.verdict(1) for row in contrasts([b, a])}
    assert there == {name: MIRROR.get(word, word) for name, word in here.items()}
