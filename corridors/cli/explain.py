"""The questions of `corridors explain`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from corridors.cli.options import DEFAULT_NETWORK, Json, NetworkFolder, Sets, print_json

explain_app = typer.Typer(
    help="Tell who decides, where a value comes from, why a route.",
    no_args_is_help=True,
)


@explain_app.command(
    "access", epilog="Example: corridors explain access X_LARS_RD --as-of 2024-11-18"
)
def explain_access(
    asset: Annotated[
        str, typer.Argument(help="Asset, country, border (AM-TR), corridor branch or family.")
    ],
    as_of: Annotated[
        str, typer.Option(help="Day, as 2026-11-22; the scenario's own without.")
    ] = "",
    scenario: Annotated[
        str, typer.Option(help="Scenario whose regimes, events and rules hold.")
    ] = "baseline",
    cargo: Annotated[
        str, typer.Option(help='Whose cargo is asked about: "origin=DE destination=CN owner=@EU".')
    ] = "",
    sets: Sets = None,
    json: Json = False,
) -> None:
    """Tell who controls a place, who may close it and what is in force."""
    from corridors.explain import explain_access as explain

    found = explain(asset, scenario=scenario, day=as_of, cargo=cargo, sets=sets or ())
    if json:
        print_json(found.as_dict())
    else:
        from corridors.cli.access import show_access

        show_access(found)


@explain_app.command("register")
def explain_register(
    docs: Annotated[
        Path | None, typer.Option(help="Page whose counted tables are written anew.")
    ] = None,
    json: Json = False,
) -> None:
    """Count the register: its rows, what they rest on, days."""
    from corridors.explain import explain_register as explain

    found = explain(docs)
    if json:
        print_json(found.as_dict())
    else:
        print(found.tables if docs is None else docs)


@explain_app.command("capacity", epilog="Example: corridors explain capacity --json")
def explain_capacity(
    network: NetworkFolder = DEFAULT_NETWORK,
    scenario: Annotated[str, typer.Option(help="Scenario whose capacities count.")] = "baseline",
    docs: Annotated[
        Path | None, typer.Option(help="Page whose counted tables are written anew.")
    ] = None,
    sets: Sets = None,
    json: Json = False,
) -> None:
    """Tell what may pass where in a year, and what projects would add."""
    from corridors.explain import explain_capacity as explain

    found = explain(network, scenario=scenario, sets=sets or (), docs=docs)
    if json:
        print_json(found.as_dict())
    else:
        print(found.tables if docs is None else docs)


@explain_app.command("scenario", epilog="Example: corridors explain scenario baseline --set seed=1")
def explain_scenario(
    scenario: Annotated[
        str, typer.Argument(help="Scenario by id or path; - reads standard input.")
    ],
    sets: Sets = None,
    json: Json = False,
) -> None:
    """Print a merged scenario with the origin of each value."""
    from corridors.explain import explain_scenario as explain

    found = explain(scenario, sets=sets or ())
    if json:
        print_json(found.as_dict())
    else:
        print(found.as_yaml(), end="")


@explain_app.command(
    "route", epilog="Example: corridors explain route moscow-mumbai.1 --run build/baseline"
)
def explain_route(
    route: Annotated[
        str, typer.Argument(help="Route of the run, as moscow-mumbai.1, or a demand.")
    ],
    run_folder: Annotated[Path, typer.Option("--run", help="Folder of the finished run.")],
    network: NetworkFolder = DEFAULT_NETWORK,
    scenario: Annotated[
        str, typer.Option(help="Scenario that ran, if its id alone does not find it.")
    ] = "",
    json: Json = False,
) -> None:
    """Tell why a route: legs, the runner-up, cheaper ways that are shut."""
    from corridors.explain import explain_route as explain

    found = explain(route, run_folder, network=network, scenario=scenario)
    if json:
        print_json(found.as_dict())
    else:
        from corridors.cli.route import show_route

        show_route(found)
