"""`corridors build`: the options of the build, and what to print of it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from corridors.cli.options import DEFAULT_NETWORK, Json, Quiet, print_json

if TYPE_CHECKING:
    from collections.abc import Mapping


def build(
    *,
    out: Annotated[Path, typer.Option(help="Folder for the network.")] = DEFAULT_NETWORK,
    extracts: Annotated[Path | None, typer.Option(help="Open-data extracts to use.")] = None,
    facts: Annotated[Path | None, typer.Option(help="Fact tables to use.")] = None,
    extend: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="Region's file: rows for the fact tables, as YAML."),
    ] = None,
    packages: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Data packages to clip for the boxes of regions."),
    ] = None,
    lines: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="Your own lines, in any file that GDAL reads."),
    ] = None,
    points: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="Your own terminals, as CSV or a file of points."),
    ] = None,
    mapping: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="How their columns become ours, as YAML."),
    ] = None,
    rim_km: Annotated[
        float | None,
        typer.Option(
            min=0, help="How far apart ends of lines may be that are joined.", show_default="2"
        ),
    ] = None,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Build the network and its decision graph from open data and facts."""
    from corridors.build import Own, summary
    from corridors.build import build as build_network
    from geodata.patch import RIM_KM

    for option, value, wants in (
        ("--mapping", mapping, lines or points), ("--rim-km", rim_km, lines),
    ):  # fmt: skip
        if value is not None and not wants:
            msg = "has no effect without " + ("--lines" if option == "--rim-km" else
                                              "--lines or --points")  # fmt: skip
            raise typer.BadParameter(msg, param_hint=option)
    own = Own(
        lines=tuple(lines or ()),
        points=tuple(points or ()),
        mapping=mapping,
        rim_km=RIM_KM if rim_km is None else rim_km,
    )
    build_network(
        out,
        extracts=extracts,
        facts=facts,
        regions=extend or (),
        packages=packages,
        own=own if lines or points else None,
        tell=_silent if quiet else _tell,
    )
    built = summary(out)
    if json:
        print_json(built)
    elif not quiet:
        counts = (f"{n:,} {name.replace('_', ' ')}" for name, n in built["counts"].items())
        print(f"{out}: {', '.join(counts)}")
        for patch in built.get("patches", ()):
            print(_patch_line(patch))


def _patch_line(patch: Mapping[str, Any]) -> str:
    """Return what became of a patch in a line."""
    laid = ", ".join(f"{km:,.0f} km of {mode}" for mode, km in patch["laid_km"].items())
    gone = ", ".join(f"{km:,.0f} km of {mode}" for mode, km in patch["replaced_km"].items())
    place = f" in place of {gone}" if gone else ""
    loose = sum(patch["loose"].values())
    ends = f"{patch['joined']} ends joined, {patch['parted']} of them in vain, {loose} loose"
    return f"{patch['name']}: {laid or 'nothing'} laid{place}; {ends}"


def _tell(message: str) -> None:
    print(message, file=sys.stderr, flush=True)


def _silent(_: str) -> None:
    """Say nothing."""


def register(app: typer.Typer) -> None:
    """Add the command to the verbs."""
    app.command(epilog="Example: corridors build --out build/network")(build)
