"""The verbs of the command line, in the order of the work."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from corridors.cli.build import register as register_build
from corridors.cli.catalogue import register as register_catalogue
from corridors.cli.choices import register as register_choices
from corridors.cli.compare import compare
from corridors.cli.control import control
from corridors.cli.cpmm import register as register_cpmm
from corridors.cli.cut import register as register_cut
from corridors.cli.design import register as register_design
from corridors.cli.explain import explain_app
from corridors.cli.gis import RunsByDefault
from corridors.cli.gis import register as register_gis
from corridors.cli.init import register as register_init
from corridors.cli.options import (
    DEFAULT_NETWORK,
    Json,
    NetworkFolder,
    Quiet,
    Sets,
    print_json,
    take_data,
)
from corridors.cli.profile import register as register_profile
from corridors.cli.report import register as register_report
from corridors.cli.sweep import sweep
from corridors.cli.validate import fit, validate
from corridors.cli.verify import register as register_verify
from corridors.cli.why import register as register_why

INFEASIBLE, INVALID, STOPPED = 4, 3, 5

#: The verbs in the order of the work; help lists them so.
VERBS = (
    "init", "build", "check", "run", "sweep", "control", "design", "compare", "validate", "fit",
    "report", "export", "explain", "verify", "schema", "doctor", "extracts",
)  # fmt: skip


class InOrder(TyperGroup):
    """Lists commands and groups of commands in the order of the work."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ANN401 - typer does not name it
        """Return the names of the verbs in their order."""
        return sorted(super().list_commands(ctx), key=VERBS.index)


app = typer.Typer(
    name="corridors",
    cls=InOrder,
    help="Transport corridors under political access assumptions: cost, time and control.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=True,
    epilog="A first run: corridors build --out net && corridors run baseline --network net",
)
export_app = typer.Typer(
    cls=RunsByDefault,
    help="Write runs, the network or a map for other tools; export DIR... is export run DIR...",
    no_args_is_help=True,
    epilog="Example: corridors export build/baseline --out build/gis",
)
app.callback()(take_data)
register_build(app)
register_gis(export_app)
register_profile(export_app)
register_why(explain_app)
register_choices(explain_app)
register_cpmm(explain_app)
register_cut(explain_app)
register_catalogue(explain_app)
register_design(app)
register_init(app)
register_report(app)
register_verify(app)
app.add_typer(export_app, name="export")
app.add_typer(explain_app, name="explain")


class ModeChoice(StrEnum):
    """Which part of the network to write."""

    RAIL = "rail"
    ROAD = "road"
    SEA = "sea"
    ALL = "all"


class ViewChoice(StrEnum):
    """To which state a disputed territory is attributed; labels only."""

    TERRITORY = "territory"
    UN = "un"
    DE_FACTO = "de_facto"


class FormatChoice(StrEnum):
    """File formats that geographic information systems read."""

    GEOJSON = "geojson"
    GPKG = "gpkg"
    FGB = "fgb"


@app.command(epilog="Example: corridors check scenarios/*.yaml")
def check(
    scenarios: Annotated[
        list[str] | None, typer.Argument(help="Scenario files or ids to check as well.")
    ] = None,
    network: NetworkFolder = DEFAULT_NETWORK,
    docs: Annotated[
        Path | None, typer.Option(help="Also write what was found about the network here.")
    ] = None,
    osm: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="OpenStreetMap to compare the fact tables with."),
    ] = None,
    within: Annotated[
        str, typer.Option(metavar="AREA", help="Where, as for the build: AZ,AM, a box or a file.")
    ] = "",
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="List every warning, not a count by check.")
    ] = False,
    json: Json = False,
) -> None:
    """Run every named check of the facts, the network and scenarios."""
    from corridors.check import check_all
    from corridors.osm import OsmAsked

    asked = OsmAsked(files=tuple(osm or ()), within=within)
    found = check_all(network, scenarios=scenarios or (), docs=docs, osm=asked)
    if json:
        print_json(found.as_dict())
    else:
        from corridors.cli.show import show_checks

        show_checks(found, verbose=verbose)
    if found.errors:
        raise typer.Exit(INVALID)


@app.command(
    epilog="Example: corridors run baseline --out results --set costs.value_of_time_usd_per_teu_h=2"
)
def run(
    scenario: Annotated[
        str, typer.Argument(help="Scenario by id or path; - reads standard input.")
    ],
    *,
    out: Annotated[
        Path | None, typer.Option(help="Folder for the results.", show_default="build/ID")
    ] = None,
    network: NetworkFolder = DEFAULT_NETWORK,
    sets: Sets = None,
    time_limit: Annotated[
        float | None,
        typer.Option(min=0, help="Seconds for the flow; then the best found is written, exit 5."),
    ] = None,
    fronts: Annotated[
        bool, typer.Option("--fronts", help="Also write the front of cost and time of each demand.")
    ] = False,
    depend: Annotated[
        Path | None, typer.Option(help="Also write what this was made of here, as Make reads it.")
    ] = None,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Run a scenario: routes of every demand, flows and files for a GIS."""
    from corridors.run import run as run_scenario

    folder = out or Path("build") / Path(scenario if scenario != "-" else "stdin").stem
    limit = [] if time_limit is None else [f"flow.time_limit_s={time_limit}"]
    answer = run_scenario(
        scenario, network=network, out=folder, sets=[*(sets or ()), *limit], fronts=fronts,
        depend=depend,
    )  # fmt: skip
    if json:
        sys.stdout.write((folder / "result.json").read_text(encoding="utf-8"))
    elif not quiet:
        from corridors.cli.show import show_result

        show_result(answer.result, folder)
    if answer.result.demands and all(d.status == "infeasible" for d in answer.result.demands):
        raise typer.Exit(INFEASIBLE)
    if answer.result.proof and answer.result.proof.stopped:
        raise typer.Exit(STOPPED)


app.command(epilog="Example: corridors sweep baseline --switches AZ,GE,TR,RASHT-ASTARA")(sweep)
app.command(epilog="Example: corridors control baseline --players AZ,GE,IR,KZ,RU,TM,TR")(control)


app.command(epilog="Example: corridors compare baseline zangezur_tripp hormuz_shut")(compare)
app.command(epilog="Example: corridors validate --out build/validation")(validate)
app.command(epilog="Example: corridors fit --out build/fitted.csv")(fit)


@export_app.command(
    "network", epilog="Example: corridors export network --mode rail --format gpkg --out rail.gpkg"
)
def export_network(
    out: Annotated[Path, typer.Option(help="File to write, or folder for GeoJSON and FlatGeobuf.")],
    network: NetworkFolder = DEFAULT_NETWORK,
    mode: Annotated[ModeChoice, typer.Option(help="Part of the network.")] = ModeChoice.ALL,
    format_: Annotated[
        FormatChoice, typer.Option("--format", help="File format.")
    ] = FormatChoice.GPKG,
    view: Annotated[
        ViewChoice, typer.Option(help="Attribution of disputed territories; labels only.")
    ] = ViewChoice.TERRITORY,
    json: Json = False,
) -> None:
    """Write nodes, links and crossings of the network for a GIS."""
    from corridors.export import write_network

    files = write_network(network, out, mode=mode.value, format_=format_.value, view=view.value)
    _done(files, as_json=json)


@export_app.command(
    "map", epilog="Example: corridors export map --run build/baseline --out map.png"
)
def export_map(
    out: Annotated[Path, typer.Option(help="Picture to write: .png or .svg.")],
    network: NetworkFolder = DEFAULT_NETWORK,
    run_folder: Annotated[
        Path | None,
        typer.Option("--run", help="Results whose routes to draw; the network alone without."),
    ] = None,
    json: Json = False,
) -> None:
    """Draw the network, or the routes of a run over it."""
    from corridors.export import write_map

    _done(write_map(network, out, run_folder=run_folder), as_json=json)


@app.command()
def schema(
    json: Annotated[  # noqa: ARG001 - accepted for evenness: the schema is JSON already
        bool, typer.Option("--json", help="Taken as said: the schema is JSON.")
    ] = False,
) -> None:
    """Print the JSON Schema of a scenario file, itself JSON."""
    from corridors.scenario.schema import json_schema

    sys.stdout.write(json_schema())


@app.command()
def doctor(network: NetworkFolder = DEFAULT_NETWORK, json: Json = False) -> None:
    """Say whether this installation can work, and what to mend if not."""
    from corridors.doctor import examine

    rows = examine(network)
    if json:
        print_json({"checks": [row.as_dict() for row in rows]})
    else:
        for row in rows:
            print(f"{'ok  ' if row.ok else 'FAIL'}  {row.name:22} {row.detail}")
    if not all(row.ok for row in rows):
        raise typer.Exit(INVALID)


@app.command(hidden=True)
def extracts(
    packages: Annotated[Path, typer.Option(help="Folder with the pinned data packages.")],
    out: Annotated[Path, typer.Option(help="Folder for the extracts.")],
    json: Json = False,
) -> None:
    """Clip the pinned data packages into the shipped extracts."""
    from geodata.sources.registry import write_extracts

    sizes = write_extracts(packages, out)
    if json:
        print_json({"files": sizes})
    else:
        for name, size in sizes.items():
            print(f"{out / name}  {size:,} bytes")


def _done(files: Iterable[Path], *, as_json: bool) -> None:
    if as_json:
        print_json({"files": [str(path) for path in files]})
    else:
        print("\n".join(map(str, files)))
