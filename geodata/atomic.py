"""Write a file or a folder whole or not at all.

Everything is written under a temporary name beside its target and renamed when
complete. Whatever ends the writing early, a full disk or Ctrl-C, removes the
temporary name and leaves the target as it was.
"""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from geodata.errors import GeodataError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["WriteError", "writing_file", "writing_folder"]

#: A folder without this file was not written here and is never replaced.
MARK = "manifest.json"


class WriteError(GeodataError, OSError):
    """A file or folder could not be written; its old state stands.

    Parameters
    ----------
    path
        What was to be written.
    reason
        Why that failed, and what to do if there is something to do.
    """

    def __init__(self, path: Path, reason: str) -> None:
        """Name the path in the message and as `filename`."""
        super().__init__(f"cannot write {path}: {reason}; nothing was changed")
        self.filename = str(path)

    def __str__(self) -> str:
        """Return the message alone; a set `filename` would change it."""
        return str(self.args[0])


@contextmanager
def writing_file(path: Path | str) -> Iterator[Path]:
    """Give a temporary file name that becomes `path` when the block ends well.

    Parameters
    ----------
    path
        Target; its folder is made if missing, an old file is replaced.

    Yields
    ------
    Path
        Name to write to, with the suffix of `path`.

    Raises
    ------
    WriteError
        If the file cannot be written; the old file, if any, is untouched.
    """
    path = Path(path)
    partial = path.with_name(f".{path.stem}.{os.getpid()}.partial{path.suffix}")
    with _told_as_write_error(path):
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            yield partial
            partial.replace(path)
        finally:
            _remove(partial)


@contextmanager
def writing_folder(path: Path | str, *, mark: str = MARK) -> Iterator[Path]:
    """Give a temporary folder that becomes `path` when the block ends well.

    Parameters
    ----------
    path
        Target; missing, empty, or a folder written here before (it holds `mark`),
        which is then replaced as a whole.
    mark
        Name of the file by which a folder is known to have been written here.

    Yields
    ------
    Path
        New, empty folder to write to.

    Raises
    ------
    WriteError
        If the folder cannot be written, or holds somebody else's files; the old
        folder, if any, is untouched.
    """
    path = Path(os.path.abspath(path))  # noqa: PTH100  resolve() would follow a link
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    with _told_as_write_error(path):
        _refuse_foreign(path, mark)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            partial.mkdir()
            yield partial
            _exchange(partial, path)
        finally:
            _remove(partial)


@contextmanager
def _told_as_write_error(path: Path) -> Iterator[None]:
    """Turn the system's error into one that names the target."""
    try:
        yield
    except WriteError:
        raise
    except OSError as error:
        # numpy and GDAL say only how much they could write.
        reason = error.strerror or f"{error}; is the disk full?"
        raise WriteError(path, reason) from error


def _refuse_foreign(path: Path, mark: str) -> None:
    """Refuse to replace anything that was not written here."""
    if not path.exists():
        return
    if not path.is_dir():
        raise WriteError(path, "it is a file; name a folder")
    if any(path.iterdir()) and not (path / mark).is_file():
        reason = f"the folder has other files in it and no {mark}; name a new or empty folder"
        raise WriteError(path, reason)


def _exchange(partial: Path, path: Path) -> None:
    """Put the new folder in the place of the old one."""
    if not path.exists():
        partial.rename(path)
        return
    old = path.with_name(f".{path.name}.{os.getpid()}.old")
    path.rename(old)
    try:
        partial.rename(path)
    except BaseException:
        old.rename(path)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _remove(path: Path) -> None:
    """Remove a temporary file or folder, if it is still there."""
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
