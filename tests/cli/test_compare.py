"""`corridors compare` on the terminal: what it prints, how it ends, what it leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cli.process import contents, corridors, tree
from tests.oracles.switched_tiny import write_tiny

if TYPE_CHECKING:
    from pathlib import Path

SHUT = """\
id: shut
title: Another way
why: A test needs a change.
extends: small
as_of: 2024-11-18
access:
  close: {X_SAR_RL: a test, S_HRM: a test}
demands:
  - {id: moscow-tehran, origin: MOW, destination: THR, teu_per_year: 100}
  - {id: more, origin: BAK, destination: TBS, teu_per_year: 100}
"""


@pytest.fixture
def pair(here: Path) -> Path:
    (here / "shut.yaml").write_text(SHUT, encoding="utf-8")
    return here


def test_a_comparison_reads_well_in_a_pipe(pair: Path, real_folder: Path) -> None:
    ended = corridors("compare", "small", "shut", "--network", real_folder, cwd=pair)
    assert ended.code == 0, ended.said
    assert ended.err == ""
    for part in ("A  small", "B  shut", "Numbers", "In short", "Who gains and who loses: operators",
                 "Their accounts", "Values that differ", "Rules in force in one only",
                 "Arcs closed in B", "Demands in one only"):  # fmt: skip
        assert f"\n{part}" in f"\n{ended.out}", part
    assert "access.close.S_HRM: not said -> a test" in ended.out
    assert "only B: more" in ended.out
    for line in ended.out.splitlines():
        assert line == line.rstrip()
        assert len(line) <= 100, line


def test_programs_get_one_object(pair: Path, real_folder: Path) -> None:
    ended = corridors("compare", "small", "shut", "--network", real_folder, "--json", cwd=pair)
    assert ended.code == 0, ended.said
    data = ended.json
    assert data["schema_version"] == 2
    assert [side["scenario"] for side in data["sides"]] == ["small", "shut"]
    (told,) = data["comparisons"]
    assert told["b"]["as_of"] == "2024-11-18"
    assert told["common_demands"] == ["moscow-tehran"]
    assert {row["in_force"] for row in told["rules"]} == {"a", "b"}
    assert {"S_HRM", "X_SAR_RL"} <= {row["id"] for row in told["closures"]}
    assert all(row["left_over"] == 0 for row in told["balances"])
    assert tree(pair) == ["shut.yaml", "small.yaml"]


def test_the_same_scenario_twice_does_not_differ(pair: Path, real_folder: Path) -> None:
    ended = corridors("compare", "small", "small.yaml", "--network", real_folder, cwd=pair)
    assert ended.code == 0, ended.said
    assert "no rule, closure, arc or route differs" in ended.out


def test_files_are_left_where_asked(pair: Path, real_folder: Path) -> None:
    ended = corridors(
        "compare", "small", "shut", "--network", real_folder, "--out", "changes", cwd=pair
    )
    assert ended.code == 0, ended.said
    assert tree(pair / "changes") == [
        "compare.csv", "compare.geojson", "compare.html", "compare.json", "compare.md",
        "compare.png", "compare.svg", "gains.csv", "manifest.json",
    ]  # fmt: skip
    assert "changes" in ended.out.splitlines()[-1]


@pytest.mark.parametrize(
    ("format_", "begins"),
    [("md", "# small beside shut\n"), ("csv", "metric,subject_kind,"), ("html", "<!doctype html>"),
     ("geojson", '{"type": "FeatureCollection"'), ("json", '{\n "schema_version": 2')],
)  # fmt: skip
def test_one_file_goes_to_standard_output_or_where_asked(
    format_: str, begins: str, pair: Path, real_folder: Path
) -> None:
    asked = ("compare", "small", "shut", "--network", real_folder, "--format", format_)
    ended = corridors(*asked, cwd=pair)
    assert ended.code == 0, ended.said
    assert ended.err == ""
    assert ended.out.replace('{"type":"', '{"type": "').startswith(begins)
    if format_ == "md":
        to_file = corridors(*asked, "--to", "out/page.md", cwd=pair)
        assert (to_file.code, to_file.out) == (0, "out/page.md\n"), to_file.said
        assert (pair / "out" / "page.md").read_text(encoding="utf-8") == ended.out


def test_a_third_scenario_gets_a_column_and_a_part(pair: Path, real_folder: Path) -> None:
    ended = corridors("compare", "small", "shut", "small", "--network", real_folder, cwd=pair)
    assert ended.code == 0, ended.said
    for part in ("C  small-2", "small to shut", "small to small-2"):
        assert f"\n{part}" in ended.out, part
    assert max(map(len, ended.out.splitlines())) <= 100


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("small",), 2, "Usage: corridors compare"),
        (("small", "shut", "--to", "page.md"), 2, "--to needs --format"),
        (("small", "shut", "--json", "--format", "md"), 2, "ask for different things"),
        (("small", "shut", "--format", "pdf"), 2, "pdf"),
        (("small", "shut", "--docs", "none.md"), 6, "none.md: cannot be read"),
        (("small", "smal"), 6, '"small"'),
        (("small", "wrong"), 3, "wrong.yaml:4:1"),
        (("small", "shut", "--network", "nowhere"), 6, "corridors build"),
    ],
)
def test_mistakes_end_with_their_code(
    arguments: tuple[str, ...], code: int, said: str, pair: Path, real_folder: Path
) -> None:
    (pair / "wrong.yaml").write_text("id: wrong\ntitle: W\nwhy: w\nacces: {}\n", encoding="utf-8")
    network = () if "--network" in arguments else ("--network", real_folder)
    ended = corridors("compare", *arguments, *network, cwd=pair)
    assert ended.code == code, ended.said
    assert said in ended.err
    assert ended.out == ""


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    write_tiny(tmp_path)
    (tmp_path / "other.yaml").write_text(
        "id: other\ntitle: Other\nwhy: A test.\nextends: tiny\naccess: {close: {X_KZUZ: a test}}\n",
        encoding="utf-8",
    )
    return tmp_path


def test_the_files_are_the_same_under_other_surroundings(tiny: Path) -> None:
    """Time zone, locale, hash seed and wishes for pictures change not one byte."""
    (tiny / "matplotlibrc").write_text("font.size: 30\nsvg.fonttype: none\n", encoding="utf-8")
    left = []
    for extra in (
        {"TZ": "UTC", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "0"},
        {"TZ": "Pacific/Chatham", "LC_ALL": "tr_TR.UTF-8", "PYTHONHASHSEED": "4242",
         "MPLBACKEND": "svg", "SOURCE_DATE_EPOCH": "1"},
    ):  # fmt: skip
        ended = corridors(
            "compare", "tiny", "other", "tiny", "--network", "network", "--out", "changes",
            cwd=tiny, env=extra,
        )  # fmt: skip
        assert ended.code == 0, ended.said
        left.append(contents(tiny / "changes") | {"said": ended.out.encode()})
    assert left[0].keys() == left[1].keys()
    assert [name for name in left[0] if left[0][name] != left[1][name]] == []
    assert "compare-2.svg" in left[0]
