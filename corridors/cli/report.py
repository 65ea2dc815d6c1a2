"""`corridors report`: folders of results as one page that opens without a network."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from corridors.cli.options import Json, print_json


def report(
    folders: Annotated[
        list[Path], typer.Argument(help="Folders that run, control, compare and others left.")
    ],
    out: Annotated[Path, typer.Option(help="Page to write, ending in .html.")],
    title: Annotated[
        str, typer.Option(help="Headline.", show_default="the titles of the scenarios")
    ] = "",
    json: Json = False,
) -> None:
    """Write a report on results: findings, map and pictures in one file."""
    from corridors.publish import publish

    page = publish(folders, out, title=title)
    if json:
        print_json({"files": [str(page)]})
    else:
        print(page)


def register(app: typer.Typer) -> None:
    """Add the command to the verbs."""
    app.command(epilog="Example: corridors report build/baseline build/control --out report.html")(
        report
    )
