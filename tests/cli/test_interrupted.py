"""Work that cannot end: Ctrl-C, no room, no permission. What was there before stands."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from geodata.atomic import WriteError
from geodata.snapshot import write_snapshot
from tests.cli.process import (
    TIMEOUT_S,
    Ended,
    command,
    contents,
    corridors,
    environment,
    linked,
    tree,
)
from tests.oracles.tiny_world import write_world

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Real

#: Even where the tests themselves run in the background and ignore Ctrl-C.
LISTENING = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
#: Stay in the middle of writing a network until Ctrl-C comes.
MIDDLE = "in the middle of writing"
LINGERING = f"""
import itertools, numpy, sys, time
saved, counted = numpy.save, itertools.count()
def save(*arguments, **more):
    if next(counted) == 5:
        print("{MIDDLE}", file=sys.stderr, flush=True)
        time.sleep({TIMEOUT_S})
    saved(*arguments, **more)
numpy.save = save
"""
#: Enough for a run of one demand, far less than the baseline takes, or a network.
ROOM = 1_000_000
#: Less than any picture or layer.
TIGHT = 60_000
#: Root writes anywhere: give that power away before the command line starts.
HUMBLED = ("setpriv", "--bounding-set", "-dac_override,-dac_read_search,-fowner")


def _interrupted(step: str, *arguments: str | Path, cwd: Path, first: str = "") -> Ended:
    """Build until a step is told, then press Ctrl-C."""
    with subprocess.Popen(
        command("build", *arguments, first=f"{LISTENING}\n{first}"),
        cwd=cwd,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        env=environment(),
    ) as process:
        assert process.stderr is not None
        told = ""
        for line in process.stderr:
            told += line
            if line.strip() == step:
                break
        time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=TIMEOUT_S)
    return Ended(process.returncode, out, told + err)


@pytest.mark.parametrize("step", ["read the extracts", "tag countries"])
def test_ctrl_c_in_a_build_is_130_and_leaves_nothing(step: str, tmp_path: Path) -> None:
    ended = _interrupted(step, "--out", "net", cwd=tmp_path)
    assert ended.code == 130, ended.said
    assert "Traceback" not in ended.err
    assert tree(tmp_path) == []


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> tuple[str | Path, ...]:
    """Options of a build that takes a moment only."""
    extracts, facts = write_world(tmp_path_factory.mktemp("tiny"))
    return ("--extracts", extracts, "--facts", facts)


def test_after_ctrl_c_while_writing_the_old_network_stands_and_the_next_build_works(
    tmp_path: Path, tiny: tuple[str | Path, ...]
) -> None:
    assert corridors("build", *tiny, "--out", "kept", cwd=tmp_path).code == 0
    old = linked(tmp_path / "kept", tmp_path / "net")
    before = tree(tmp_path)
    ended = _interrupted(MIDDLE, *tiny, "--out", "net", cwd=tmp_path, first=LINGERING)
    assert ended.code == 130, ended.said
    assert "write the snapshot" in ended.err
    assert tree(tmp_path) == before
    assert (old / "manifest.json").is_symlink()

    again = corridors("build", *tiny, "--out", "net", "--json", cwd=tmp_path)
    assert again.code == 0, again.said
    assert again.json["schema_version"] == 1
    assert "write the snapshot" in again.err
    assert not (old / "manifest.json").is_symlink()
    assert tree(tmp_path) == before
    assert contents(old) == contents(tmp_path / "kept")


def _forbidden_prefix() -> tuple[str, ...]:
    """How to start a process that has to obey permissions."""
    if os.geteuid() != 0:
        return ()
    if shutil.which(HUMBLED[0]) is None:
        pytest.skip("root may write anywhere, and there is no setpriv to give that up")
    return HUMBLED


@pytest.mark.parametrize(
    "arguments",
    [("run", "small.yaml"), ("export", "network", "--mode", "sea"), ("export", "map")],
)
def test_a_folder_without_permission_is_3_and_named(
    arguments: tuple[str, ...], here: Path, real_folder: Path
) -> None:
    prefix = _forbidden_prefix()
    closed = here / "closed"
    closed.mkdir(mode=0o555)
    out = closed / {"run": "out", "network": "sea.gpkg"}.get(arguments[-1], "map.png")
    ended = corridors(*arguments, "--network", real_folder, "--out", out, cwd=here, prefix=prefix)
    assert ended.code == 3, ended.said
    assert str(closed) in ended.err
    assert "ermission denied" in ended.err
    assert tree(closed) == []


@pytest.mark.parametrize("out", ["small.yaml", "small.yaml/below"])
def test_a_file_in_the_place_of_the_folder_is_3_and_named(
    out: str, here: Path, real_folder: Path
) -> None:
    ended = corridors("run", "small.yaml", "--network", real_folder, "--out", out, cwd=here)
    assert ended.code == 3, ended.said
    assert f"cannot write {here / out}" in ended.err
    assert tree(here) == ["small.yaml"]


def test_a_folder_with_foreign_files_is_left_alone(here: Path, real_folder: Path) -> None:
    (here / "home").mkdir()
    (here / "home" / "letter.txt").write_text("dear", encoding="utf-8")
    ended = corridors("run", "small.yaml", "--network", real_folder, "--out", "home", cwd=here)
    assert ended.code == 3, ended.said
    assert "other files" in ended.err
    assert tree(here / "home") == ["letter.txt"]


@contextmanager
def _small_disk(folder: Path, room: int) -> Iterator[None]:
    """Give the folder a file system of its own that soon is full."""
    folder.mkdir()
    mount = shutil.which("mount")
    if os.geteuid() != 0 or mount is None:
        pytest.skip("only root can mount a disk of a given size")
    options = f"size={room}"
    done = subprocess.run(
        [mount, "-t", "tmpfs", "-o", options, "none", str(folder)], capture_output=True, check=False
    )
    if done.returncode:
        pytest.skip(f"no file system can be mounted here: {done.stderr.decode().strip()}")
    try:
        yield
    finally:
        subprocess.run([shutil.which("umount") or "umount", "-l", str(folder)], check=True)


def test_on_a_full_disk_the_old_results_stand(here: Path, real_folder: Path) -> None:
    arguments = ("--network", real_folder, "--out", "disk/out")
    with _small_disk(here / "disk", ROOM):
        first = corridors("run", "small.yaml", *arguments, cwd=here)
        assert first.code == 0, first.said
        before = contents(here / "disk" / "out")
        ended = corridors("run", "baseline", *arguments, cwd=here)
        assert ended.code == 3, ended.said
        assert f"cannot write {here / 'disk' / 'out'}: No space left on device" in ended.err
        assert contents(here / "disk" / "out") == before
        assert [path.name for path in (here / "disk").iterdir()] == ["out"]


@pytest.mark.parametrize("name", ["sea.gpkg", "folder", "map.png"])
def test_an_export_to_a_full_disk_leaves_nothing(name: str, here: Path, real_folder: Path) -> None:
    verb = "map" if name == "map.png" else "network"
    more = {"sea.gpkg": ["--mode", "sea"], "folder": ["--mode", "sea", "--format", "geojson"]}
    with _small_disk(here / "disk", TIGHT):
        ended = corridors(
            "export",
            verb,
            *more.get(name, []),
            "--network",
            real_folder,
            "--out",
            f"disk/{name}",
            cwd=here,
        )
        assert ended.code == 3, ended.said
        assert f"disk/{name}" in ended.err
        left = [path for path in (here / "disk").rglob("*") if path.is_file()]
        # Of a file per layer, those are there that were whole when the room ended.
        assert not [path for path in left if "partial" in path.name]
        assert not [path for path in left if path.name in {name, "network-sea-links.geojson"}]


def test_files_that_may_not_grow_are_told_and_the_old_results_stand(
    here: Path, real_folder: Path
) -> None:
    limited = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({ROOM}, {ROOM}))"
    arguments = ("--network", real_folder, "--out", "out")
    assert corridors("run", "small.yaml", *arguments, cwd=here).code == 0
    before = contents(here / "out")
    ended = corridors("run", "baseline", *arguments, cwd=here, first=limited)
    assert ended.code == 3, ended.said
    assert f"cannot write {here / 'out'}: File too large" in ended.err
    assert contents(here / "out") == before
    assert tree(here) == sorted(["small.yaml", "out", *(f"out/{name}" for name in before)])


def test_a_build_onto_a_full_disk_leaves_nothing(
    tmp_path: Path, tiny: tuple[str | Path, ...]
) -> None:
    with _small_disk(tmp_path / "disk", TIGHT):
        ended = corridors("build", *tiny, "--out", "disk/net", cwd=tmp_path)
        assert ended.code == 3, ended.said
        assert "write the snapshot" in ended.err
        assert f"cannot write {tmp_path / 'disk' / 'net'}:" in ended.err
        assert tree(tmp_path / "disk") == []


@pytest.mark.slow
def test_a_network_larger_than_the_disk_leaves_nothing(tmp_path: Path, real: Real) -> None:
    graph, out = real.snapshot.graph, tmp_path / "disk" / "net"
    with _small_disk(tmp_path / "disk", ROOM):
        with pytest.raises(WriteError, match=f"cannot write {out}:"):
            write_snapshot(out, real.network, graph, places=(), branches=(), report={}, inputs={})
        assert tree(tmp_path / "disk") == []
