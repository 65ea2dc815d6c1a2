"""`corridors explain why` and `explain cpmm`: what they print and what programs get."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson
import pytest

from tests.cli.process import corridors
from tests.cli.test_explain import check_page

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Run


def asked(half: Run, real_folder: Path, *words: str) -> tuple[str | Path, ...]:
    return (
        "explain", "why", *words, "--run", half.folder, "--network", real_folder,
        "--scenario", half.folder.parent / "half.yaml",
    )  # fmt: skip


def test_two_routes_are_told_against_each_other(half: Run, real_folder: Path) -> None:
    words = asked(half, real_folder, "moscow-tehran.1", "moscow-tehran.2", "--draws", "20")
    ended = corridors(*words, cwd=half.folder)
    check_page(ended)
    for part in ("Waterfall per TEU", "Flip distance", "Tornado", "All uncertain inputs at once"):
        assert f"\n{part}" in ended.out, part
    data = corridors(*words, "--json", cwd=half.folder).json
    assert (data["schema_version"], data["by"], data["winner"]) == (1, "routes", "moscow-tehran.1")
    told = orjson.loads((half.folder / "routes.geojson").read_bytes())["features"]
    routes = {one["properties"]["route_id"]: one["properties"] for one in told}
    first, second = (routes[f"moscow-tehran.{rank}"] for rank in (1, 2))
    for column, whole in (("usd", "cost_usd_per_teu"), ("h", "time_h")):
        steps = data["waterfall"]
        assert sum(one[f"{column}_a"] for one in steps) == pytest.approx(first[whole], abs=0.01)
        assert sum(one[f"{column}_b"] for one in steps) == pytest.approx(second[whole], abs=0.01)
        # Rows are rounded so that they add up to the last digit told.
        difference = sum(one[f"{column}_b"] for one in steps) - sum(
            one[f"{column}_a"] for one in steps
        )
        assert round(sum(one[column] for one in steps), 3) == round(difference, 3)
    gap = second["cost_usd_per_teu"] - first["cost_usd_per_teu"]
    gap += data["value_of_time_usd_per_teu_h"] * (second["time_h"] - first["time_h"])
    if not data["value_of_reliability_usd_per_teu_h"]:
        assert data["gap_usd_per_teu"] == pytest.approx(gap, abs=0.05)
    assert all(one["proven"] for one in data["flips"])
    assert data["standing"]["draws"] == 20


def test_two_corridors_are_sought_anew_at_every_rate(half: Run, real_folder: Path) -> None:
    told = orjson.loads((half.folder / "routes.geojson").read_bytes())["features"]
    families = dict.fromkeys(
        name
        for one in told
        for name in one["properties"]["corridor"].split(";")
        if name and "family" in one["properties"]["objective"]
    )
    first, second = list(families)[:2]
    words = (first, second, "--demand", "moscow-tehran", "--draws", "0", "--json")
    ended = corridors(*asked(half, real_folder, *words), cwd=half.folder)
    assert ended.code == 0, ended.said
    data = ended.json
    assert (data["by"], data["standing"]) == ("families", None)
    assert data["winner"] == (first if data["gap_usd_per_teu"] >= 0 else second)
    assert data["tornado"]
    assert all(one["proven"] for one in data["flips"])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("moscow-tehran.1", "moscow-tehran.99"), "no route 'moscow-tehran.99'"),
        (("TITR", "INST", "--demand", "moscow-tehran"), 'did you mean "INSTC"'),
        (("TITR", "INSTC", "--demand", "moscow-teheran"), 'did you mean "moscow-tehran"'),
        (("TITR", "INSTC", "--demand", "baku-nakhchivan"), "no open way by TITR nor by INSTC"),
    ],
)
def test_what_cannot_be_compared_is_refused(
    half: Run, real_folder: Path, words: tuple[str, ...], said: str
) -> None:
    ended = corridors(*asked(half, real_folder, *words), cwd=half.folder)
    assert ended.code == 3, ended.said
    assert said in ended.err


def test_survey_indicators_are_told_beside_published_ones(half: Run, tmp_path: Path) -> None:
    ended = corridors("explain", "cpmm", "--run", half.folder, cwd=tmp_path)
    check_page(ended)
    assert "Published indicators beside the model's" in ended.out
    data = corridors("explain", "cpmm", "--run", half.folder, "--json", cwd=tmp_path).json
    rows = (half.folder / "metrics.csv").read_text(encoding="utf-8").splitlines()
    told = {tuple(row.split(",")[1:4]): float(row.split(",")[4]) for row in rows[1:]}
    for subject, row in data["corridors"].items():
        for name, value in row.items():
            assert value == pytest.approx(told[name, "corridor", subject], abs=1e-5)
    assert {one["indicator"] for one in data["compared"]} == {
        "TFI1", "TFI2", "TFI3", "SWD", "SWOD",
    }  # fmt: skip
    missing = corridors("explain", "cpmm", "--run", "nowhere", cwd=tmp_path)
    assert missing.code == 6, missing.said
