"""`corridors compare`: several scenarios beside the first of them."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from corridors.cli.options import DEFAULT_NETWORK, Json, NetworkFolder, print_json

LEAST_NAMES = 2


class FormatChoice(StrEnum):
    """What a comparison is printed as."""

    MD = "md"
    CSV = "csv"
    HTML = "html"
    GEOJSON = "geojson"
    JSON = "json"


def compare(
    scenarios: Annotated[
        list[str],
        typer.Argument(help="Scenarios by id or path, or folders of runs; the first is the base."),
    ],
    network: NetworkFolder = DEFAULT_NETWORK,
    out: Annotated[
        Path | None, typer.Option(help="Folder for tables, map, pictures and pages.")
    ] = None,
    format_: Annotated[
        FormatChoice | None, typer.Option("--format", help="Print one file instead of text.")
    ] = None,
    to: Annotated[
        Path | None, typer.Option("--to", help="File to write what --format prints into.")
    ] = None,
    docs: Annotated[Path | None, typer.Option(help="Page whose example to rewrite.")] = None,
    json: Json = False,
) -> None:
    """Tell what scenarios differ in: numbers, who gains and who loses, rules, arcs, routes."""
    if len(scenarios) < LEAST_NAMES:
        msg = "name two scenarios at least, the base first"
        raise typer.BadParameter(msg)
    if json and format_ not in (None, FormatChoice.JSON):
        msg = "--json and --format ask for different things"
        raise typer.BadParameter(msg)
    if to is not None and format_ is None:
        msg = "--to needs --format, which says what to write"
        raise typer.BadParameter(msg)
    from corridors.compare import compare as compare_scenarios
    from corridors.compare import write_docs, write_one

    told = compare_scenarios(*scenarios, network=network, out=out)
    if docs is not None:
        write_docs(told, docs, scenarios)
    if to is not None and format_ is not None:
        print(write_one(told, to, format_.value))
    elif json:
        print_json(told.found.as_dict())
    elif format_ is not None:
        sys.stdout.flush()
        sys.stdout.buffer.write(told.file(format_.value))
    else:
        from corridors.cli.changes import show_comparison

        show_comparison(told.found, out)
