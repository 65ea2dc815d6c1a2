"""`corridors init`: a project of a planner's own, outside of any checkout."""

from __future__ import annotations

from pathlib import Path

from corridors.errors import InputMissingError, OutputError
from corridors.report.outputs import writing_outputs
from corridors.scenario.places import data_folder
from corridors.scenario.schema import json_schema
from geodata.folders import ASSUMPTIONS, FACTS, facts_folder

__all__ = ["init"]

STARTER = Path(__file__).parent / "starter"
#: Files that are shipped under another name than they are laid down by.
RENAMED = {"gitignore": ".gitignore"}
DATA = "data"
#: Where a project is written before it takes its place in a folder that is there and empty.
_PARTIAL = ".new"


def init(folder: Path, *, tables: bool = False) -> tuple[Path, ...]:
    """Lay down a project: a Makefile, scenarios that run, what a scenario may say.

    Parameters
    ----------
    folder
        Where: missing, or empty.
    tables
        Whether to copy the tables of facts and assumptions too, as they are read now, so
        that rows can be added to them.

    Returns
    -------
    tuple of Path
        The files laid down, sorted.

    Raises
    ------
    OutputError
        If the folder holds anything or cannot be written; nothing is left half-written.
    InputMissingError
        If the installation lacks the files to lay down.
    """
    _check(folder)
    files = dict(sorted(_files(tables=tables).items()))
    inside = folder.is_dir()
    with writing_outputs(folder / _PARTIAL if inside else folder) as partial:
        for name, content in files.items():
            (partial / name).parent.mkdir(parents=True, exist_ok=True)
            (partial / name).write_bytes(content)
    if inside:
        # The folder itself stays: a terminal may stand in it.
        for path in sorted((folder / _PARTIAL).iterdir()):
            path.rename(folder / path.name)
        (folder / _PARTIAL).rmdir()
    return tuple(folder / name for name in files)


def _check(folder: Path) -> None:
    """Refuse to lay anything down among other files."""
    if folder.exists() and not folder.is_dir():
        msg = f"{folder}: is a file; name a folder"
        raise OutputError(msg)
    if folder.is_dir() and any(folder.iterdir()):
        some = ", ".join(sorted(path.name for path in folder.iterdir())[:3])
        msg = f"{folder}: is not empty (it holds {some}); name a new or an empty folder"
        raise OutputError(msg)


def _files(*, tables: bool) -> dict[str, bytes]:
    """Return the files of a project by name."""
    found = {
        _renamed(path.relative_to(STARTER)): path.read_bytes()
        for path in STARTER.rglob("*") if path.is_file()
    }  # fmt: skip
    if "Makefile" not in found:
        msg = f"{STARTER}: holds no files to lay down; install the programme again"
        raise InputMissingError(msg)
    found["scenarios/schema.json"] = json_schema().encode()
    if tables:
        for part, source in ((FACTS, facts_folder()), (ASSUMPTIONS, data_folder())):
            found |= {f"{DATA}/{part}/{path.name}": path.read_bytes()
                      for path in source.glob("*.csv")}  # fmt: skip
    return found


def _renamed(path: Path) -> str:
    return path.with_name(RENAMED.get(path.name, path.name)).as_posix()
