"""`corridors init`: lay down a project and say what to do next."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from corridors.cli.options import Json, Quiet, print_json


def init(
    folder: Annotated[Path, typer.Argument(help="Folder of the project: new or empty.")],
    tables: Annotated[
        bool, typer.Option("--tables", help="Copy all tables too, to add rows of your own.")
    ] = False,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Lay down a project of your own: a Makefile and scenarios that run."""
    from corridors.init import init as lay_down

    files = lay_down(folder, tables=tables)
    if json:
        print_json({"files": [str(path) for path in files]})
    elif not quiet:
        print(f"{folder}: {len(files)} files; next: cd {folder}, read README.md, make")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog="Example: corridors init my-corridors && cd my-corridors && make")(init)
