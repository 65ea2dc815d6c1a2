"""Runs whose flow is cut short, and questions about what can pass."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import orjson
import pytest

from tests.cli.process import corridors

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Run

#: Ctrl-C while the flow is sought: pressed when the search for new ways begins.
PRESSED = """
import os, signal
from corridors.solve import flow
signal.signal(signal.SIGINT, signal.default_int_handler)
price = flow._Search.price
def pressed(search, prices):
    os.kill(os.getpid(), signal.SIGINT)
    return price(search, prices)
flow._Search.price = pressed
"""
VAN = """\
id: van
title: More than the ferries take
why: A test needs a capacity that binds.
extends: _base
demands:
  - {id: tehran-istanbul, origin: THR, destination: HAL, teu_per_year: 90000}
"""


def test_a_time_limit_writes_the_best_flow_whole_and_is_5(
    tmp_path: Path, real_folder: Path
) -> None:
    (tmp_path / "van.yaml").write_text(VAN, encoding="utf-8")
    ended = corridors(
        "run", "van.yaml", "--network", real_folder, "--out", "out", "--time-limit", "0",
        cwd=tmp_path,
    )  # fmt: skip
    assert ended.code == 5, ended.said
    assert "stopped before the end: the best flow found, at most" in ended.out
    result = orjson.loads((tmp_path / "out" / "result.json").read_bytes())
    assert (result["status"], result["flow"]["stopped"]) == ("feasible", True)
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text(encoding="utf-8"))
    assert "flow.time_limit_s=0.0" in manifest["hashed"]["parameters"]["set"]


def test_ctrl_c_in_the_flow_writes_the_best_flow_whole_and_is_5(
    tmp_path: Path, real_folder: Path
) -> None:
    (tmp_path / "van.yaml").write_text(VAN, encoding="utf-8")
    arguments = ("run", "van.yaml", "--network", real_folder, "--out", "out")
    ended = corridors(*arguments, cwd=tmp_path, first=PRESSED)
    assert ended.code == 5, ended.said
    assert "Traceback" not in ended.err
    assert (tmp_path / "out" / "bottlenecks.csv").is_file()
    # A second time at once: nothing is written any more.
    twice = PRESSED.replace("    return", "    os.kill(os.getpid(), signal.SIGINT)\n    return")
    again = corridors(*arguments[:-1], "again", cwd=tmp_path, first=twice)
    assert again.code == 130, again.said
    assert not (tmp_path / "again").exists()


def test_the_table_of_bottlenecks_is_told_where_something_binds(baseline: Run) -> None:
    assert "bottleneck" in baseline.ended.out
    assert "(V46-VAN)" in baseline.ended.out


def test_explain_cut_tells_the_most_and_the_capacities(tmp_path: Path, real_folder: Path) -> None:
    asked = ("explain", "cut", "MOW", "THR", "--mode", "rail", "--network", real_folder)
    ended = corridors(*asked, "--json", "--out", "cut.geojson", cwd=tmp_path)
    assert ended.code == 0, ended.said
    assert ended.json["schema_version"] == 1
    assert ended.json["most_teu_per_year"] > 0
    ids = {one["id"] for one in ended.json["cut"]}
    drawn = orjson.loads((tmp_path / "cut.geojson").read_bytes())["features"]
    assert {one["properties"]["capacity_id"] for one in drawn} == ids
    told = corridors(*asked, cwd=tmp_path)
    assert "at most" in told.out
    wrong = corridors(*asked[:2], "MOWW", *asked[3:], cwd=tmp_path)
    assert wrong.code == 3, wrong.said
    assert 'did you mean "MOW"?' in wrong.err


@pytest.mark.deep
def test_explain_cut_keeps_to_countries_and_knows_members_from_observers(
    tmp_path: Path, real_folder: Path
) -> None:
    rest = ("--mode", "rail", "--mode", "ferry", "--mode", "sea", "--network", real_folder)
    asked = ("explain", "cut", "ALTK", "PPTI", *rest, "--json")
    free = corridors(*asked, cwd=tmp_path).json
    kept = corridors(*asked, "--through", "AZ", cwd=tmp_path).json
    assert free["most_teu_per_year"] is None
    assert kept["most_teu_per_year"] > 0
    assert {one["what"]: one["routes"] for one in kept["apart"]}["arcs"] == 1
    lands = corridors("explain", "cut", "@EAEU", "IR", *rest, "--json", cwd=tmp_path)
    assert lands.code == 0, lands.said
    apart = corridors(*asked[:-1], "--through", "AX", cwd=tmp_path)
    assert "no way is open" in apart.out
    wrong = corridors(*asked, "--through", "QQ", cwd=tmp_path)
    assert wrong.code == 3
    assert "no country is called QQ" in wrong.err


def test_routes_that_only_the_flow_takes_are_explained_as_they_ran(
    baseline: Run, real_folder: Path, tmp_path: Path
) -> None:
    result = orjson.loads((baseline.folder / "result.json").read_bytes())
    each = [demand["routes"] for demand in result["demands"]]
    routes = next(some for some in each if any(one["objective"] == "flow" for one in some))
    at = next(k for k, one in enumerate(routes) if one["objective"] == "flow")
    for one in routes[at : at + 2]:
        asked = ("explain", "route", one["route_id"], "--run", baseline.folder)
        ended = corridors(*asked, "--network", real_folder, cwd=tmp_path)
        assert ended.code == 0, ended.said
        assert f"{one['cost_usd_per_teu']:,.0f} USD/TEU, {one['time_h']:,.1f} h" in ended.out
