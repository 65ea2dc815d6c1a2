"""What goes where: data, talk, colours, pipes, standard input."""

from __future__ import annotations

import os
import pty
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.cli.process import SMALL, command, corridors, environment

if TYPE_CHECKING:
    from tests.cli.conftest import Run

ESCAPE = "\x1b"
SCHEMA = Path(__file__).parents[2] / "scenarios" / "schema.json"


def _on_terminal(*arguments: str | Path, cwd: Path, env: dict[str, str]) -> str:
    """Run with a terminal as standard output and return what it showed."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        command(*arguments), cwd=cwd, stdout=theirs, stderr=theirs, env=environment(env)
    ) as process:
        os.close(theirs)
        shown = b""
        while piece := _read(ours):
            shown += piece
        os.close(ours)
    assert process.returncode == 0
    return shown.decode()


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # how Linux says that the other end closed
        return b""


def test_a_run_prints_its_table_and_nothing_else(baseline: Run) -> None:
    assert baseline.ended.code == 0, baseline.ended.said
    assert baseline.ended.err == ""
    assert "khorgos-poti" in baseline.ended.out
    assert ESCAPE not in baseline.ended.out


def test_quiet_says_nothing(here: Path, real_folder: Path) -> None:
    ended = corridors("run", "small.yaml", "--network", real_folder, "-q", cwd=here)
    assert (ended.code, ended.out, ended.err) == (0, "", ""), ended.said
    assert (here / "build" / "small" / "result.json").is_file()


@pytest.mark.parametrize(
    "arguments",
    [
        ("run", "small.yaml", "--out", "out"),
        ("check",),
        ("doctor",),
        ("export", "network", "--out", "rail.gpkg", "--mode", "rail"),
        ("export", "map", "--out", "map.png"),
    ],
)
def test_json_of_a_command_is_one_object_with_its_version(
    arguments: tuple[str, ...], here: Path, real_folder: Path
) -> None:
    ended = corridors(*arguments, "--network", real_folder, "--json", cwd=here)
    assert ended.json["schema_version"] == 1
    assert ended.code == (3 if ended.json.get("errors") else 0), ended.said
    assert ESCAPE not in ended.out


def test_json_of_a_run_is_its_result(here: Path, real_folder: Path) -> None:
    ended = corridors(
        "run", "small.yaml", "--network", real_folder, "--out", "out", "--json", cwd=here
    )
    assert ended.out == (here / "out" / "result.json").read_text(encoding="utf-8")


def test_no_colour_where_none_is_wanted(here: Path, real_folder: Path) -> None:
    arguments = ("run", "small.yaml", "--network", real_folder, "--out", "out")
    assert ESCAPE not in corridors(*arguments, cwd=here).out
    assert "\x1b[3" not in _on_terminal(*arguments, cwd=here, env={"NO_COLOR": "1"})
    assert ESCAPE not in _on_terminal(*arguments, cwd=here, env={"TERM": "dumb"})


def test_no_colour_means_no_escapes_at_all(here: Path, real_folder: Path) -> None:
    arguments = ("run", "small.yaml", "--network", real_folder, "--out", "out")
    assert ESCAPE not in _on_terminal(*arguments, cwd=here, env={"NO_COLOR": "1"})


@pytest.mark.parametrize("buffering", ["", "1"])
def test_a_closed_pipe_is_no_complaint(buffering: str, here: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        command("schema"),
        cwd=here,
        stdout=writing,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        env=environment({"PYTHONUNBUFFERED": buffering}),
        check=False,
    )
    os.close(writing)
    assert done.stderr == ""
    assert done.returncode == 0


def test_the_first_line_of_the_schema_can_be_taken(here: Path) -> None:
    with subprocess.Popen(
        command("schema"), cwd=here, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline() == b"{\n"
        process.stdout.close()
        assert process.stderr.read() == b""


def test_a_dash_reads_the_scenario_from_standard_input(here: Path, real_folder: Path) -> None:
    ended = corridors("run", "-", "--network", real_folder, "--json", cwd=here, stdin=SMALL)
    assert ended.code == 0, ended.said
    assert ended.json["scenario"]["id"] == "small"
    assert (here / "build" / "stdin" / "result.json").is_file()


def test_mistakes_on_standard_input_have_places(here: Path, real_folder: Path) -> None:
    text = SMALL.replace("THR", "THRR")
    ended = corridors("run", "-", "--network", real_folder, cwd=here, stdin=text)
    assert ended.code == 3, ended.said
    assert "<stdin>:6:" in ended.err


def test_set_stands_above_the_file(here: Path, real_folder: Path) -> None:
    ended = corridors(
        "run",
        "small.yaml",
        "--network",
        real_folder,
        "--set",
        "demands.moscow-tehran.destination=BAK",
        "--set",
        "title=Elsewhere",
        "--json",
        cwd=here,
    )
    assert ended.code == 0, ended.said
    assert ended.json["scenario"]["title"] == "Elsewhere"
    manifest = (here / "build" / "small" / "manifest.json").read_text(encoding="utf-8")
    assert "demands.moscow-tehran.destination=BAK" in manifest
    assert '"destination":"BAK"' in (here / "build" / "small" / "routes.geojson").read_text("utf-8")


def test_a_wrong_set_is_told_by_its_number(here: Path, real_folder: Path) -> None:
    ended = corridors(
        "run", "small.yaml", "--network", real_folder, "--set", "seed=1", "--set", "sed=2", cwd=here
    )
    assert ended.code == 3, ended.said
    assert '--set:2:1  sed  unknown key; did you mean "seed"?' in ended.err


def test_the_schema_printed_is_the_one_shipped(here: Path) -> None:
    ended = corridors("schema", cwd=here)
    assert ended.code == 0
    assert ended.out == SCHEMA.read_text(encoding="utf-8")


def test_doctor_finds_all_well(here: Path, real_folder: Path) -> None:
    ended = corridors("doctor", "--network", real_folder, cwd=here)
    assert ended.code == 0, ended.said
    assert "FAIL" not in ended.out
    assert all(line.startswith("ok  ") for line in ended.out.splitlines())


def test_doctor_says_what_is_missing(here: Path) -> None:
    ended = corridors("doctor", "--network", "nowhere", "--json", cwd=here)
    assert ended.code == 3, ended.said
    assert [row["name"] for row in ended.json["checks"] if not row["ok"]] == ["network"]
