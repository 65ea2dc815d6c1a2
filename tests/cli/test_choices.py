"""`corridors explain front` and `alternatives`: what they print, write and refuse."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import orjson
import pytest

from corridors.manifest import verify_manifest
from tests.cli.process import contents, corridors
from tests.cli.test_explain import check_page

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Run


def asked(half: Run, real_folder: Path, *words: str | Path) -> tuple[str | Path, ...]:
    return (
        "explain", *words, "--run", half.folder, "--network", real_folder,
        "--scenario", half.folder.parent / "half.yaml",
    )  # fmt: skip


def test_a_front_is_told_and_written(half: Run, real_folder: Path, tmp_path: Path) -> None:
    words = asked(half, real_folder, "front", "moscow-tehran", "--out", "front")
    ended = corridors(*words, cwd=tmp_path)
    check_page(ended)
    assert "ways that no other beats in cost and time" in ended.out.splitlines()[0]
    assert "On rows that are assumed rest" in ended.out
    folder = tmp_path / "front"
    assert sorted(contents(folder)) == [
        "front.csv", "front.geojson", "front.json", "front.png", "front.svg", "legs.geojson",
        "manifest.json",
    ]  # fmt: skip
    verify_manifest(folder)
    data = orjson.loads((folder / "front.json").read_bytes())
    assert data == corridors(*words, "--json", cwd=tmp_path).json
    rows = data["choices"]
    costs, hours = ([one[name] for one in rows] for name in ("cost_usd_per_teu", "time_h"))
    assert costs == sorted(costs)
    assert hours == sorted(hours, reverse=True)
    # The run's cheapest and fastest routes are the ends of the front, its best is on it.
    told = orjson.loads((half.folder / "routes.geojson").read_bytes())["features"]
    routes = [one["properties"] for one in told]
    ends = {name: one for one in routes for name in one["objective"].split(";")}
    assert costs[0] == pytest.approx(ends["cheapest"]["cost_usd_per_teu"], abs=0.01)
    assert hours[-1] == pytest.approx(ends["fastest"]["time_h"], abs=0.001)
    best = next(one for one in rows if one["route_id"] == data["best"])
    assert best["convex"]
    assert best["cost_usd_per_teu"] == pytest.approx(ends["best"]["cost_usd_per_teu"], abs=0.01)
    assert best["time_p95_h"] == pytest.approx(ends["best"]["time_p95_h"], rel=1e-6)
    with (folder / "front.csv").open(encoding="utf-8", newline="") as stream:
        assert [row["route_id"] for row in csv.DictReader(stream)] == [
            one["route_id"] for one in rows
        ]
    legs = orjson.loads((folder / "legs.geojson").read_bytes())["features"]
    assert {leg["properties"]["route_id"] for leg in legs} == {one["route_id"] for one in rows}


def test_alternatives_are_told_best_first(half: Run, real_folder: Path) -> None:
    words = asked(half, real_folder, "alternatives", "moscow-tehran", "--max-overlap", "0.5")
    ended = corridors(*words, "--json", cwd=half.folder)
    assert ended.code == 0, ended.said
    rows = ended.json["choices"]
    assert ended.json["best"] == rows[0]["route_id"]
    assert 1 < len(rows) <= 4
    assert all(one["overlap"] <= 0.5 for one in rows)


def test_without_a_way_or_a_demand_there_is_nothing_to_choose(half: Run, real_folder: Path) -> None:
    shut = corridors(*asked(half, real_folder, "front", "baku-nakhchivan"), cwd=half.folder)
    assert shut.code == 4, shut.said
    assert "corridors explain route baku-nakhchivan" in shut.out
    unknown = corridors(*asked(half, real_folder, "alternatives", "moscow-teran"), cwd=half.folder)
    assert unknown.code == 3, unknown.said
    assert 'did you mean "moscow-tehran"' in unknown.err


def test_a_run_writes_all_fronts_if_asked(half: Run, real_folder: Path) -> None:
    here = half.folder.parent
    words = ("run", "half.yaml", "--network", real_folder, "--out", "with", "--fronts", "--quiet")
    ended = corridors(*words, cwd=here)
    assert ended.code == 0, ended.said
    added = contents(here / "with").keys() - contents(half.folder).keys()
    assert added == {"fronts.csv", "fronts.geojson"}
    layer = orjson.loads((here / "with" / "fronts.geojson").read_bytes())["features"]
    assert {one["properties"]["demand_id"] for one in layer} == {"moscow-tehran"}
