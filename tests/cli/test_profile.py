"""`corridors export profile`: tables and pictures of routes of a run."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import orjson
import pytest

from tests.cli.process import corridors

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Run


def test_profiles_end_where_the_routes_of_the_run_end(
    half: Run, real_folder: Path, tmp_path: Path
) -> None:
    run = ("moscow-tehran.1", "moscow-tehran.2", "--run", half.folder, "--network", real_folder)
    ended = corridors("export", "profile", *run, cwd=tmp_path)
    assert ended.code == 0, ended.said
    rows = list(csv.DictReader(io.StringIO(ended.out)))
    last = {row["route_id"]: row for row in rows}
    told = orjson.loads((half.folder / "routes.geojson").read_bytes())["features"]
    routes = {one["properties"]["route_id"]: one["properties"] for one in told}
    for name, row in last.items():
        for column, whole in (("km", "distance_km"), ("cost_usd_per_teu",) * 2, ("time_h",) * 2):
            assert float(row[column]) == pytest.approx(routes[name][whole], abs=0.5), (name, column)
    assert last.keys() == {"moscow-tehran.1", "moscow-tehran.2"}
    drawn = corridors("export", "profile", *run, "--out", "p.svg", "--json", cwd=tmp_path)
    assert drawn.json["files"] == ["p.svg"]
    assert [one["route_id"] for one in drawn.json["profiles"]] == list(last)
    assert b"<svg" in (tmp_path / "p.svg").read_bytes()


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("moscow-tehran.99",), 3, "'moscow-tehran.99'; did you mean"),
        (("moscow-tehran.1", "--out", "p.pdf"), 3, ".csv, .png or .svg"),
        ((), 2, "Usage: corridors export profile"),
    ],
)
def test_what_cannot_be_drawn_is_refused_with_a_mend(
    half: Run, real_folder: Path, tmp_path: Path, arguments: tuple[str, ...], code: int, said: str
) -> None:
    run = ("--run", half.folder, "--network", real_folder)
    ended = corridors("export", "profile", *arguments, *run, cwd=tmp_path)
    assert ended.code == code, ended.said
    assert said in ended.err
    assert list(tmp_path.iterdir()) == []
