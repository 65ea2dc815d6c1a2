"""`corridors export DIR...` and `export columns`: runs as layers for a GIS."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from corridors.cli.options import DEFAULT_NETWORK, Json, NetworkFolder, Quiet, print_json

#: What is meant where `export` is followed by none of its commands.
DEFAULT_COMMAND = "run"


class RunsByDefault(TyperGroup):
    """A group that takes `export DIR...` as `export run DIR...`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401 - of click
        """Name the default command where the first word is none of the group's."""
        if args and args[0] not in self.commands and args[0] not in ctx.help_option_names:
            args = [DEFAULT_COMMAND, *args]
        return super().parse_args(ctx, args)


class LayerFormat(StrEnum):
    """Formats of an export of runs."""

    GPKG = "gpkg"
    GEOJSON = "geojson"
    FGB = "fgb"
    GEOPARQUET = "geoparquet"


def export_run(
    folders: Annotated[
        list[Path], typer.Argument(metavar="DIR...", help="Folders of runs, or of a network.")
    ],
    *,
    out: Annotated[Path, typer.Option(help="Folder for the files.")] = Path("build/gis"),
    network: NetworkFolder = DEFAULT_NETWORK,
    format_: Annotated[
        LayerFormat, typer.Option("--format", help="One GeoPackage, or a file per layer.")
    ] = LayerFormat.GPKG,
    layers: Annotated[
        list[str] | None, typer.Option(help="Layers to write, joined by commas; all without.")
    ] = None,
    scenario: Annotated[
        list[str] | None, typer.Option(help="Only the runs of this scenario, by id or file.")
    ] = None,
    without_network: Annotated[
        bool, typer.Option("--without-network", help="Leave out the layers of the network.")
    ] = False,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Write runs and their network as layers for a GIS, with styles and a QGIS project."""
    from corridors.gis import export_gis

    names = [name.strip() for words in layers or () for name in words.split(",") if name.strip()]
    done = export_gis(
        folders, out=out, network=network, format_=format_.value, layers=names,
        scenarios=scenario or (), with_network=not without_network,
    )  # fmt: skip
    if json:
        print_json({"files": [str(path) for path in done.files], "rows": done.rows})
    elif not quiet:
        for name, count in done.rows.items():
            print(f"{name:14} {count:>9,}")
        print("\n".join(str(path) for path in done.files if path.suffix not in {".qml", ".sld"}))


def export_columns(
    docs: Annotated[Path | None, typer.Option(help="Page whose list of fields to renew.")] = None,
    json: Json = False,
) -> None:
    """List every field of every layer with its unit and meaning."""
    from corridors.gis import CONTRACTS, columns_page, renew_columns

    if docs is not None:
        renew_columns(docs)
        print(docs)
    elif json:
        print_json(
            {
                "layers": [
                    {
                        "name": one.name, "of": one.group, "shape": one.shape, "title": one.title,
                        "abstract": one.abstract,
                        "fields": [
                            {"name": f.name, "type": f.dtype, "unit": f.unit, "meaning": f.meaning}
                            for f in one.fields
                        ],
                    }
                    for one in CONTRACTS
                ]
            }
        )  # fmt: skip
    else:
        print(columns_page(), end="")


def register(app: typer.Typer) -> None:
    """Add the commands to those of `corridors export`."""
    app.command(
        DEFAULT_COMMAND,
        epilog="Example: corridors export build/baseline build/zangezur_tripp --out build/gis",
    )(export_run)
    app.command("columns", epilog="Example: corridors export columns | less")(export_columns)
