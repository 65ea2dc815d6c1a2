"""The examples of the documentation: files that a page lays down, commands and their output.

A block ```` ```yaml title="NAME" ```` (or csv, any language) is saved as NAME in the folder in
which the page's ```` ```console ```` blocks run, in order; a line ``$ command`` is followed by what
it printed.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent.parent
DOCS = ROOT / "docs"
_BLOCK = re.compile(r"^```(\w+)(?: title=\"([^\"]+)\")?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_PROMPT = "$ "


@dataclass(frozen=True)
class Block:
    """A block of a page: its place in the text, and what it holds."""

    start: int
    end: int
    title: str
    body: str


def pages() -> list[Path]:
    """Return the pages that have examples to run, in order."""
    return [page for page in sorted(DOCS.rglob("*.md")) if "\n```console\n" in page.read_text()]


def replayed(page: Path, folder: Path, network: Path) -> str:
    """Return the text of a page with the output of its commands as it is now.

    The commands run in `folder`, where ``build/network`` leads to `network`.
    """
    (folder / "build").mkdir()
    (folder / "build" / "network").symlink_to(network.resolve())
    text, done = page.read_text(encoding="utf-8"), 0
    parts: list[str] = []
    for block in _blocks(text):
        if block.title:
            target = folder / block.title
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(block.body, encoding="utf-8")
            continue
        told = "".join(_told(block.body, folder)).replace(str(network.resolve()), "build/network")
        parts += [text[done : block.start], told]
        done = block.end
    return "".join(parts) + text[done:]


def _blocks(text: str) -> Iterator[Block]:
    """Yield the blocks that count: files to lay down, and commands."""
    for found in _BLOCK.finditer(text):
        language, title, body = found.groups()
        if title or language == "console":
            yield Block(found.start(3), found.end(3), title or "", body)


def _told(body: str, folder: Path) -> Iterator[str]:
    for line in body.splitlines():
        if line.startswith(_PROMPT):
            yield f"{line}\n"
            yield _output(line.removeprefix(_PROMPT), folder)


def _output(command: str, folder: Path) -> str:
    """Return what a command prints; one that is refused prints why."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    here = {"PATH": path, "PYTHONPATH": str(ROOT), "COLUMNS": "100", "PYTHONHASHSEED": "0"}
    done = subprocess.run(
        ["/bin/bash", "-c", command],
        cwd=folder,
        env={**os.environ, **here},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=300,
    )
    # Shipped files are told by their names in the checkout, which lies anywhere.
    lines = [line.rstrip() for line in done.stdout.replace(f"{ROOT}/", "").splitlines()]
    return "".join(f"{line}\n" for line in lines)
