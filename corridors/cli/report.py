"""`corridors report`: folders of results as one file that opens without a network."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from corridors.cli.options import Json, print_json


class FormatChoice(StrEnum):
    """What kind of report to write."""

    HTML = "html"
    MD = "md"
    PDF_READY_HTML = "pdf-ready-html"


def report(
    folders: Annotated[
        list[Path], typer.Argument(help="Folders that run, control, compare and others left.")
    ],
    out: Annotated[Path, typer.Option(help="File to write, ending in .html or .md.")],
    format_: Annotated[
        FormatChoice,
        typer.Option("--format", help="A page with a map that moves, text, or pages that print."),
    ] = FormatChoice.HTML,
    title: Annotated[
        str, typer.Option(help="Headline.", show_default="the titles of the scenarios")
    ] = "",
    json: Json = False,
) -> None:
    """Write a report on results in one file: findings, maps, pictures and sources."""
    from corridors.publish import publish

    file = publish(folders, out, format_=format_.value, title=title)
    if json:
        print_json({"files": [str(file)]})
    else:
        print(file)


def register(app: typer.Typer) -> None:
    """Add the command to the verbs."""
    app.command(epilog="Example: corridors report build/baseline build/control --out report.html")(
        report
    )
