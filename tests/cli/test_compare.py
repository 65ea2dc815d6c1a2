"""`corridors compare` on the terminal: what it prints, how it ends, what it leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cli.process import corridors, tree

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
    for part in ("A  small", "B  shut", "Values that differ", "Rules in force in one only",
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
    assert data["schema_version"] == 1
    assert (data["a"]["scenario"], data["b"]["as_of"]) == ("small", "2024-11-18")
    assert data["common_demands"] == ["moscow-tehran"]
    assert {row["in_force"] for row in data["rules"]} == {"a", "b"}
    assert {"S_HRM", "X_SAR_RL"} <= {row["id"] for row in data["closures"]}
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
    assert tree(pair / "changes") == ["compare.geojson", "compare.json", "manifest.json"]
    assert "changes" in ended.out.splitlines()[-1]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("small",), 2, "Usage: corridors compare"),
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
