"""Start the command line as a process of its own, and say how it ended."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

#: Long enough for a build on a slow machine.
TIMEOUT_S = 600
MAIN = "from corridors.cli import main; main()"

#: One demand that has several ways, and nothing else to wait for.
SMALL = """\
id: small
title: One demand
why: A test needs one.
extends: _base
demands:
  - {id: moscow-tehran, origin: MOW, destination: THR, teu_per_year: 100}
"""
#: The same, and one whose way is closed.
HALF = """\
id: half
title: A demand with a way and one without
why: A test needs both.
extends: _base
access:
  close:
    NAX: a test
demands:
  - {id: moscow-tehran, origin: MOW, destination: THR, teu_per_year: 100}
  - {id: baku-nakhchivan, origin: BAK, destination: NAX, teu_per_year: 50}
"""


@dataclass(frozen=True)
class Ended:
    """How a process ended and what it said."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        """Everything, for the message of a failed test."""
        return f"exit {self.code}\n--- stdout\n{self.out}\n--- stderr\n{self.err}"

    @property
    def json(self) -> Any:
        """What standard output holds, which must be one JSON value."""
        return orjson.loads(self.out)


def command(*arguments: str | Path, first: str = "", prefix: Sequence[str] = ()) -> list[str]:
    """Return the command line as a process; `first` is Python that runs before it."""
    return [*prefix, sys.executable, "-c", f"{first}\n{MAIN}", *map(str, arguments)]


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the environment of a terminal without wishes about colour."""
    plain = {k: v for k, v in os.environ.items() if k not in {"NO_COLOR", "FORCE_COLOR"}}
    return plain | {"TERM": "xterm-256color"} | dict(extra or {})


def corridors(
    *arguments: str | Path,
    cwd: Path,
    stdin: str = "",
    env: Mapping[str, str] | None = None,
    first: str = "",
    prefix: Sequence[str] = (),
) -> Ended:
    """Run the command line to its end."""
    done = subprocess.run(
        command(*arguments, first=first, prefix=prefix),
        cwd=cwd,
        input=stdin,
        env=environment(env),
        capture_output=True,
        encoding="utf-8",
        timeout=TIMEOUT_S,
        check=False,
    )
    return Ended(done.returncode, done.stdout, done.stderr)


def linked(folder: Path, copy: Path) -> Path:
    """Return a copy of a folder whose files are links, cheap to make and to damage."""
    shutil.copytree(folder.resolve(), copy, copy_function=os.symlink)
    return copy


def replace(path: Path, content: bytes) -> None:
    """Put other content in the place of a file or of a link to one."""
    path.unlink()
    path.write_bytes(content)


def tree(folder: Path) -> list[str]:
    """Return everything below a folder, hidden names included."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


def contents(folder: Path) -> dict[str, bytes]:
    """Return the bytes of each file of a folder."""
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}
