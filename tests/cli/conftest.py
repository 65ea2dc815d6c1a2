"""Runs that several tests look at."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest

from tests.cli.process import HALF, SMALL, Ended, corridors

if TYPE_CHECKING:
    from pathlib import Path


class Run(NamedTuple):
    """A finished run and the folder it left."""

    ended: Ended
    folder: Path


@pytest.fixture(scope="session")
def baseline(real_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The baseline, run once."""
    here = tmp_path_factory.mktemp("baseline")
    ended = corridors("run", "baseline", "--network", real_folder, "--out", "out", cwd=here)
    return Run(ended, here / "out")


@pytest.fixture(scope="session")
def half(real_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run of two demands, one without an open way."""
    here = tmp_path_factory.mktemp("half")
    (here / "half.yaml").write_text(HALF, encoding="utf-8")
    ended = corridors("run", "half.yaml", "--network", real_folder, "--out", "out", cwd=here)
    return Run(ended, here / "out")


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """A working folder with a small scenario in it."""
    (tmp_path / "small.yaml").write_text(SMALL, encoding="utf-8")
    return tmp_path
