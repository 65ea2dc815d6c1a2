"""Help: what it says and what it leaves alone."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.process import corridors

VERBS = (
    "init",
    "build",
    "check",
    "run",
    "sweep",
    "control",
    "design",
    "compare",
    "validate",
    "fit",
    "report",
    "export",
    "explain",
    "verify",
    "schema",
    "doctor",
)
HEAVY = ("geopandas", "pandas", "ortools", "osmnx", "numpy", "pydantic", "scipy", "pyarrow")


def test_help_lists_the_verbs_in_the_order_of_the_work(tmp_path: Path) -> None:
    ended = corridors("--help", cwd=tmp_path)
    listed = ended.out.partition("Commands:")[2]
    assert ended.code == 0, ended.said
    assert all(f"\n  {verb} " in listed for verb in VERBS), ended.said
    places = [listed.index(f"\n  {verb} ") for verb in VERBS]
    assert places == sorted(places)
    assert ended.err == ""


@pytest.mark.parametrize(
    "verb",
    [
        *VERBS,
        "export run",
        "export columns",
        "export network",
        "export map",
        "explain access",
        "explain scenario",
        "explain route",
        "explain metric",
        "explain switches",
        "explain tags",
    ],
)
def test_every_verb_explains_itself(verb: str, tmp_path: Path) -> None:
    ended = corridors(*verb.split(), "--help", cwd=tmp_path)
    assert ended.code == 0, ended.said
    assert f"Usage: corridors {verb}" in ended.out


def test_help_imports_nothing_heavy(tmp_path: Path) -> None:
    look = (
        "import atexit, sys\n"
        f"atexit.register(lambda: print(sorted({{*{HEAVY}}} & set(sys.modules)), file=sys.stderr))"
    )
    ended = corridors("--help", cwd=tmp_path, first=look)
    assert ended.code == 0
    assert ended.err.strip() == "[]", ended.said


def test_the_installed_script_is_the_same_command(tmp_path: Path) -> None:
    script = Path(sys.executable).with_name("corridors")
    if not script.is_file():
        pytest.skip(f"no {script.name} beside the interpreter: the project is not installed")
    done = subprocess.run(
        [str(script), "--help"], cwd=tmp_path, capture_output=True, encoding="utf-8", check=True
    )
    assert done.stdout == corridors("--help", cwd=tmp_path).out
