"""Options that several commands take, and how all of them print JSON."""

from __future__ import annotations

import json as json_format
import os
from pathlib import Path
from typing import Annotated, Any

import typer

from geodata.folders import VARIABLE

SCHEMA_VERSION = 1

NetworkFolder = Annotated[
    Path, typer.Option("--network", help="Folder of a built network.", show_default=True)
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of text.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but errors.")]
Sets = Annotated[
    list[str] | None, typer.Option("--set", help="Value on top of the scenario, key=value.")
]
DEFAULT_NETWORK = Path("build/network")


def take_data(
    data: Annotated[
        Path | None,
        typer.Option(
            "--data", envvar=VARIABLE, metavar="DIR",
            help="Folder of your own tables, as `corridors init --tables` lays down.",
        ),
    ] = None,
) -> None:  # fmt: skip
    """Read a planner's own tables in place of the shipped ones, in this process and its own."""
    if data is not None:
        os.environ[VARIABLE] = str(data)


def print_json(data: dict[str, Any]) -> None:
    """Print one JSON object; data that has no `schema_version` gets ours."""
    print(json_format.dumps({"schema_version": SCHEMA_VERSION, **data}, ensure_ascii=False))
