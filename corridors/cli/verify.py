"""`corridors verify`: print what of some folders is no longer as it was."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from corridors.cli.options import Json, Quiet, print_json

if TYPE_CHECKING:
    from corridors.verify import Verified

#: An input or an output is missing, or its hash differs.
DIFFERS = 6


def verify(
    folders: Annotated[list[Path], typer.Argument(help="Folders that commands left.")],
    strict: Annotated[
        bool, typer.Option("--strict", help="Let other versions and unchecked inputs count too.")
    ] = False,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Hash files and inputs of earlier results again and say what differs."""
    from corridors.verify import verify as verify_folder

    found = [verify_folder(folder) for folder in folders]
    if json:
        print_json({"folders": [one.as_dict() for one in found]})
    elif not quiet:
        print("\n".join(line for one in found for line in _lines(one)))
    if not all(one.is_same(strict=strict) for one in found):
        raise typer.Exit(DIFFERS)


def _lines(one: Verified) -> list[str]:
    """Return what to print of a folder."""
    counted = f"{one.folder}: {one.what}, {one.files} files and {one.inputs} inputs"
    if one.is_same():
        lines = [f"{counted} as they were"]
    else:
        number = sum(not each.is_note for each in one.differences)
        differ = "difference" if number == 1 else "differences"
        lines = [f"{counted}, {number} {differ}" if one.files else f"{one.folder}: no manifest"]
        lines += [f"  made by: {one.command}"] if one.command else []
    told = sorted(one.differences, key=lambda each: each.is_note)
    return lines + [f"  {each.kind:9}  {each.subject}: {each.message}" for each in told]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog="Example: corridors verify build/network build/baseline")(verify)
