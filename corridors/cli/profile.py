"""`corridors export profile`: routes of a run against distance, as table and picture."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from corridors.cli.options import DEFAULT_NETWORK, Json, NetworkFolder, print_json


def export_profile(
    routes: Annotated[list[str], typer.Argument(help="Routes of the run, as moscow-mumbai.1.")],
    run_folder: Annotated[Path, typer.Option("--run", help="Folder of the finished run.")],
    out: Annotated[
        Path | None,
        typer.Option(help="Table (.csv) or picture (.png, .svg); the table is printed without."),
    ] = None,
    network: NetworkFolder = DEFAULT_NETWORK,
    title: Annotated[str, typer.Option(help="Headline of the picture.")] = "",
    json: Json = False,
) -> None:
    """Write cost and time against distance along routes, with a jump at every stop."""
    from corridors.profiles import profiles_of_run, write_profiles
    from corridors.report.profile import profiles_csv

    found = profiles_of_run(run_folder, routes, network=network)
    if out is not None:
        write_profiles(found, out, title=title)
    if json:
        print_json({"files": [str(out)] if out else [], "profiles": [p.as_dict() for p in found]})
    else:
        print(profiles_csv(found).decode() if out is None else out, end="" if out is None else "\n")


def register(app: typer.Typer) -> None:
    """Add the command to those of `corridors export`."""
    app.command(
        "profile",
        epilog="Example: corridors export profile moscow-mumbai.1 --run build/baseline --out p.svg",
    )(export_profile)
