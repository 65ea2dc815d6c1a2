"""Options that several commands take, and how all of them print JSON."""

from __future__ import annotations

import json as json_format
from pathlib import Path
from typing import Annotated, Any

import typer

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


def print_json(data: dict[str, Any]) -> None:
    """Print one JSON object; data that has no `schema_version` gets ours."""
    print(json_format.dumps({"schema_version": SCHEMA_VERSION, **data}, ensure_ascii=False))
