"""The map of a page tells what a comparison opens and closes, scenario by scenario."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corridors.compare import compare
from corridors.report.material import open_folder
from corridors.report.web_data import atlas_of
from corridors.run import run
from tests.oracles.switched_tiny import write_tiny

if TYPE_CHECKING:
    from pathlib import Path

SHUT = """\
id: shut
title: Shut
why: A test.
extends: tiny
access: {close: {X_KZUZ: a test}}
"""


def test_changes_stand_in_the_scenario_that_makes_them(tmp_path: Path) -> None:
    network, name = write_tiny(tmp_path)
    other = tmp_path / "shut.yaml"
    other.write_text(SHUT, encoding="utf-8")
    run(name, network=network, out=tmp_path / "base")
    run(str(other), network=network, out=tmp_path / "shut")
    compare(name, str(other), network=network, out=tmp_path / "compared")
    runs = [open_folder(tmp_path / one) for one in ("base", "shut")]
    plain = atlas_of(runs, changes=[open_folder(tmp_path / "compared")]).plain
    base, shut = plain["scenarios"]
    assert base["changes"] == []
    # What carries more or less is told by flows.
    assert {row[0] for row in shut["changes"]} == {"closed", "lost"}
    assert "X_KZUZ" in {row[1] for row in shut["changes"]}
