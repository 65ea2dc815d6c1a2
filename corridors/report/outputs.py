"""Put the files of a run into their folder, all of them or none."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from corridors.errors import OutputError
from geodata.atomic import WriteError, writing_file, writing_folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

__all__ = ["write_files", "writing_output", "writing_outputs"]


@contextmanager
def writing_output(path: Path | str) -> Iterator[Path]:
    """Give a temporary file name that becomes `path` when the block ends well.

    Parameters
    ----------
    path
        Target; its folder is made if missing, an old file is replaced.

    Yields
    ------
    Path
        Name to write to.

    Raises
    ------
    OutputError
        If the file cannot be written; what was there before stands.
    """
    try:
        with writing_file(path) as partial:
            yield partial
    except WriteError as error:
        raise OutputError(str(error)) from error


@contextmanager
def writing_outputs(folder: Path | str) -> Iterator[Path]:
    """Give a temporary folder that becomes `folder` when the block ends well.

    Parameters
    ----------
    folder
        Where the outputs are to lie: missing, empty, or the folder of an earlier run,
        known by its `manifest.json`, which is replaced.

    Yields
    ------
    Path
        New, empty folder to write to.

    Raises
    ------
    OutputError
        If the folder cannot be written (disk full, no permission, other files in
        it); what was there before stands.
    """
    try:
        with writing_folder(folder) as partial:
            yield partial
    except WriteError as error:
        raise OutputError(str(error)) from error


def write_files(folder: Path | str, files: Mapping[str, bytes]) -> None:
    """Write files into a folder, all of them or none.

    Parameters
    ----------
    folder
        As in `writing_outputs`.
    files
        Content by file name; `manifest.json` should be among them, since by it the
        folder is known as one that may be replaced.

    Raises
    ------
    OutputError
        If the folder cannot be written; what was there before stands.
    """
    with writing_outputs(folder) as partial:
        for name, content in files.items():
            (partial / name).write_bytes(content)
