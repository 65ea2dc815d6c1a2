"""Profiles: they add up to their routes, jump where cargo stands, and draw the same twice."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import pytest

from corridors.metrics.profile import Profile, Step, profile_of
from corridors.model.route import Leg, LegKind
from corridors.report.pens import PALETTE
from corridors.report.profile import PROFILE_FIELDS, _apart, draw_profiles, profiles_csv

if TYPE_CHECKING:
    from pathlib import Path


def leg(seq: int, kind: LegKind, mode: str, ends: tuple[str, str], *numbers: float) -> Leg:
    km, usd, h = numbers
    return Leg(
        f"r.1.{seq}", "r.1", seq, kind, *ends, mode, "KZ", None, "", km, h, usd, 0.0
    )  # fmt: skip


LEGS = (
    leg(1, LegKind.ACCESS, "rail", ("W", "W"), 0, 60, 12),
    leg(2, LegKind.LINE, "rail", ("W", "X_KZUZ"), 500, 125, 20),
    leg(3, LegKind.BORDER, "rail", ("X_KZUZ", "X_KZUZ"), 0, 80, 6),
    leg(4, LegKind.LINE, "rail", ("X_KZUZ", "N12"), 100, 25, 4),
    leg(5, LegKind.TRANSFER, "sea", ("N12", "PE"), 0, 150, 48),
)
NAMES = {"W": "West", "X_KZUZ": "The gate", "PE": "East port"}


def profile() -> Profile:
    return profile_of("r.1", "EW", LEGS, names=NAMES)


def test_a_profile_jumps_at_stops_and_nowhere_else() -> None:
    points = profile().points
    for step, before, after in zip(profile().steps, points, points[1:], strict=False):
        assert (after.km == before.km) is step.is_stop
        assert after.usd_per_teu - before.usd_per_teu == pytest.approx(step.usd_per_teu)
        assert after.h - before.h == pytest.approx(step.h)


def test_a_profile_ends_at_the_totals_of_its_route() -> None:
    end = profile().end
    assert (end.km, end.usd_per_teu, end.h) == (600, 440, 90)


def test_stops_are_called_what_they_are_and_nodes_without_a_name_are_left_out() -> None:
    assert [(step.kind, step.name) for step in profile().steps] == [
        ("terminal", "West"),
        ("line", "West to The gate"),
        ("border", "The gate"),
        ("line", "The gate"),
        ("port", "East port"),
    ]


def test_the_table_holds_every_point_once() -> None:
    rows = list(csv.DictReader(io.StringIO(profiles_csv([profile(), profile()]).decode())))
    assert tuple(rows[0]) == PROFILE_FIELDS
    assert len(rows) == 2 * (len(LEGS) + 1)
    assert [float(row["km"]) for row in rows[:6]] == [0, 0, 500, 500, 600, 600]
    assert float(rows[5]["cost_usd_per_teu"]) == 440
    assert sum(float(row["step_h"]) for row in rows[:6]) == pytest.approx(90)


@pytest.mark.parametrize("kind", ["svg", "png"])
def test_a_picture_is_the_same_twice_and_another_for_other_routes(
    kind: str, tmp_path: Path
) -> None:
    paths = [tmp_path / f"{name}.{kind}" for name in "abc"]
    other = Profile("r.2", "", (*profile().steps, Step("line", "", "rail", "UZ", 9, 9, 9)))
    for path, routes in zip(paths, ([profile()], [profile()], [profile(), other]), strict=True):
        draw_profiles(routes, path)
    first, again, more = (path.read_bytes() for path in paths)
    assert first == again
    assert first != more


def test_more_routes_than_colours_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="1 to 7 routes"):
        draw_profiles([profile()] * (len(PALETTE) + 1), tmp_path / "x.svg")
    with pytest.raises(ValueError, match="1 to 7 routes"):
        draw_profiles([], tmp_path / "x.svg")


def test_names_at_equal_ends_stand_apart_in_the_order_of_the_ends() -> None:
    places = _apart([0.5, 0.2, 0.5, 0.52])
    assert places[1] < places[0] < places[2] < places[3]
    assert min(b - a for a, b in zip(sorted(places), sorted(places)[1:], strict=False)) > 0.1
