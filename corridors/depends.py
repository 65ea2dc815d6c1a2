"""What a folder of results was made of, as a rule that Make reads.

Make then builds a scenario anew when one of the files that it was merged from changes, the
scenarios that it extends and its tables among them, and no other scenario.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from corridors.errors import OutputError
from corridors.manifest import MANIFEST, Traced
from geodata.atomic import WriteError, writing_file
from geodata.folders import shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

__all__ = ["depend_text", "write_depends"]


def write_depends(
    file: Path, target: Path, inputs: Mapping[str, bytes | Path | str]
) -> None:  # fmt: skip
    """Write down for Make what a file was made of.

    Parameters
    ----------
    file
        Where to write the rule.
    target
        What was made, named as the Makefile names it.
    inputs
        What was read, as for a manifest.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    try:
        with writing_file(file) as partial:
            partial.write_text(depend_text(target, inputs), encoding="utf-8")
    except WriteError as error:
        raise OutputError(str(error)) from error


def depend_text(target: Path, inputs: Mapping[str, bytes | Path | str]) -> str:
    """Return the rule: the target, and each file it was made of.

    Each file also stands as a target of its own without anything to do, so that Make goes
    on when one is removed and no longer needed. Of a network its manifest stands, which is
    written with it. A file outside the working folder is named whole.
    """
    files = list(dict.fromkeys(_escaped(shown(path)) for path in _files(inputs)))
    rule = " \\\n  ".join([f"{_escaped(target.as_posix())}:", *files])
    return "".join([f"{rule}\n", *(f"\n{name}:\n" for name in files)])


def _files(inputs: Mapping[str, bytes | Path | str]) -> Iterator[Path]:
    """Yield the files behind the inputs; what came as text has none."""
    for _, content in sorted(inputs.items()):
        paths = content.files if isinstance(content, Traced) else (content,)
        for path in paths:
            if not isinstance(path, (str, bytes)):
                found = path / MANIFEST if path.is_dir() else path
                if found.is_file():
                    yield found


def _escaped(name: str) -> str:
    """Return a name as Make reads it."""
    return re.sub(r"([\s#%\\])", r"\\\1", name).replace("$", "$$")
