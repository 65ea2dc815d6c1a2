"""`make verify` itself: its two surroundings differ, and a difference of files is found."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.twice.__main__ import _compared
from tests.twice.surroundings import OFF_S, other, plain

TELL = """\
import json, locale, os, sys, time
from geodata.folders import facts_folder
print(json.dumps([time.time(), time.localtime().tm_hour == time.gmtime().tm_hour, hash("x"),
                  str(facts_folder()), os.path.expanduser("~"), os.environ.get("TZ")]))
"""


def test_the_two_surroundings_differ_in_all_that_must_not_matter(tmp_path: Path) -> None:
    sides = plain(tmp_path), other(tmp_path)
    if "LD_PRELOAD" not in sides[1].env:
        pytest.skip("no compiler here: the day cannot be another one")
    told = []
    for side in sides:
        done = subprocess.run(
            [sys.executable, "-c", TELL], cwd=side.folder, env=side.env, capture_output=True,
            encoding="utf-8", check=True,
        )  # fmt: skip
        told.append(json.loads(done.stdout))
    one, two = told
    assert OFF_S - 600 < two[0] - one[0] < OFF_S + 600
    assert (one[1], two[1]) == (True, False)
    assert all(a != b for a, b in zip(one[2:], two[2:], strict=True))
    names = [sorted(path.name for path in Path(each[3]).iterdir()) for each in told]
    assert names[0] == names[1]


def test_every_kind_of_difference_is_found(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    manifest = {"hashed": {"seed": 1}, "origin": {"command": ["a"]}, "wall_times_s": {"solve": 1}}
    for folder in (one, two):
        (folder / "run").mkdir(parents=True)
        (folder / "run" / "same.csv").write_bytes(b"1\n")
        (folder / "run" / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    (two / "run" / "manifest.json").write_text(
        json.dumps(manifest | {"wall_times_s": {"solve": 2}}), encoding="utf-8"
    )
    counts, differing = _compared(one, two)
    assert (dict(counts), differing) == ({"csv": 1, "json": 1}, [])
    (two / "run" / "more.svg").write_bytes(b"")
    (two / "run" / "same.csv").write_bytes(b"2\n")
    (two / "run" / "manifest.json").write_text(
        json.dumps(manifest | {"hashed": {"seed": 2}}), encoding="utf-8"
    )
    _, differing = _compared(one, two)
    assert differing == ["run/manifest.json", "run/more.svg", "run/same.csv"]
