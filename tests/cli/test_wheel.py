"""The wheel, installed elsewhere, is the whole project: verbs, scenarios, facts, extracts."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import orjson
import pytest

from tests.cli.process import TIMEOUT_S, contents, environment

pytestmark = [pytest.mark.slow, pytest.mark.long]

ROOT = Path(__file__).parents[2]
MAKE = shutil.which("make") or "make"
SHIPPED = ("corridors", "geodata", "scenarios")
WHERE = """\
import corridors, geodata.build, geodata.sources.extracts, json, scenarios
from corridors.scenario.places import data_folder, scenario_folder
print(json.dumps([
    corridors.__file__, str(geodata.build.FACTS), str(geodata.sources.extracts.EXTRACTS),
    str(scenario_folder()), str(data_folder()),
]))
"""


def _run(*arguments: str | Path, cwd: Path, path: Path | None = None) -> str:
    """Run a process that must end well; return its standard output.

    `path` is searched first for commands.
    """
    env = environment({"PATH": f"{path}{os.pathsep}{os.environ['PATH']}"} if path else None)
    for name in ("PYTHONPATH", "VIRTUAL_ENV"):
        env.pop(name, None)
    done = subprocess.run(
        [*map(str, arguments)], cwd=cwd, env=env, capture_output=True, encoding="utf-8",
        timeout=TIMEOUT_S, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"{arguments}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def _sources(copy: Path) -> Path:
    """Copy what a wheel is made of, so that nothing is left in the checkout."""
    copy.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE", "LICENSE-DATA.md"):
        shutil.copy(ROOT / name, copy / name)
    for name in SHIPPED:
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    return copy


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new environment with the wheel in it; other packages are those of the tests."""
    base = tmp_path_factory.mktemp("wheel")
    _run(
        sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "--no-index",
        "--quiet", "--wheel-dir", base / "dist", _sources(base / "source"), cwd=base,
    )  # fmt: skip
    (wheel,) = (base / "dist").glob("corridors-*.whl")
    fresh = base / "env"
    venv.create(fresh, with_pip=False)
    python = fresh / "bin" / "python"
    _run(
        sys.executable, "-m", "pip", "--python", python, "install", "--no-deps", "--no-index",
        "--quiet", wheel, cwd=base,
    )  # fmt: skip
    # Nothing is downloaded: the dependencies are those of the running environment. Its
    # own `.pth` files are not read this way, so an editable install of it stays unseen.
    site = sysconfig.get_path("purelib", vars={"base": str(fresh)})
    Path(site, "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n", "utf-8")
    return fresh


@pytest.fixture(scope="module")
def used(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty folder in which the installed command has built the network."""
    folder = tmp_path_factory.mktemp("used")
    _run(installed / "bin" / "corridors", "build", "--quiet", cwd=folder)
    return folder


def test_the_wheel_brings_scenarios_facts_and_extracts(installed: Path, tmp_path: Path) -> None:
    places = orjson.loads(_run(installed / "bin" / "python", "-c", WHERE, cwd=tmp_path))
    assert len(places) == 5
    for place in places:
        assert Path(place).is_relative_to(installed)
    names = {path.suffix for place in places[1:] for path in Path(place).iterdir()}
    assert {".csv", ".npz", ".json", ".yaml"} <= names


def test_the_installed_command_builds_and_runs_in_an_empty_folder(
    installed: Path, used: Path
) -> None:
    command = installed / "bin" / "corridors"
    told = _run(command, "run", "baseline", "--json", cwd=used)
    result = orjson.loads(told)
    assert result["schema_version"] == 1
    assert any(demand["status"] == "ok" for demand in result["demands"])
    assert "FAIL" not in _run(command, "doctor", cwd=used)
    assert [path.name for path in used.iterdir()] == ["build"]
    assert sorted(path.name for path in (used / "build").iterdir()) == ["baseline", "network"]


def test_the_same_inputs_give_the_same_bytes_there_and_here(used: Path, real_folder: Path) -> None:
    assert contents(used / "build" / "network") == contents(real_folder)


@pytest.fixture(scope="module")
def made(installed: Path, used: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project in which Make has run everything, on the network that stands already."""
    project = tmp_path_factory.mktemp("projects") / "mine"
    _run(installed / "bin" / "corridors", "init", project, cwd=used)
    shutil.copytree(used / "build" / "network", project / "build" / "network")
    (project / "build" / "network" / "manifest.json").touch()
    told = _make(installed, project, "-j2")
    assert sorted(re.findall("corridors run .*?--out ([a-z_/]+)", told)) == [
        "build/mine",
        "build/mine_shut",
    ]
    return project


def _make(installed: Path, project: Path, *arguments: str) -> str:
    return _run(MAKE, *arguments, cwd=project, path=installed / "bin")


def test_make_in_a_project_runs_what_changed_and_nothing_else(installed: Path, made: Path) -> None:
    assert (made / "build" / "report.html").is_file()
    assert "corridors run" not in _make(installed, made)
    later = made.joinpath("build", "mine", "manifest.json").stat().st_mtime + 1
    os.utime(made / "scenarios" / "mine_shut.yaml", (later, later))
    told = _make(installed, made, "-n")
    assert re.findall("corridors run (.*?) ", told) == ["scenarios/mine_shut.yaml"]
    for name in ("mine.yaml", "demands.csv"):
        os.utime(made / "scenarios" / name, (later, later))
        told = _make(installed, made, "-n", "-j2")
        assert len(re.findall("corridors run", told)) == 2
    assert "as they were" in _make(installed, made, "verify")
