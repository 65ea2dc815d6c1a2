"""`corridors build`: the options of the build, and what to print of it."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from corridors.cli.options import DEFAULT_NETWORK, Json, Quiet, print_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from geodata.patch import Patch

#: Where answers of Overpass servers lie.
CACHE = Path("build/overpass")


def build(
    out: Annotated[Path, typer.Option(help="Folder for the network.")] = DEFAULT_NETWORK,
    *,
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
    osm: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="OpenStreetMap: .osm, .osm.gz, .osm.bz2, .osm.pbf."),
    ] = None,
    within: Annotated[
        str, typer.Option(metavar="AREA", help="Where --osm replaces the open data: see above.")
    ] = "",
    overpass: Annotated[
        str, typer.Option(metavar="AREA", help="Ask an Overpass server for an area: see above.")
    ] = "",
    modes: Annotated[str, typer.Option(help="What to read of OpenStreetMap.")] = "rail,road,ferry",
    roads: Annotated[
        str, typer.Option(help="Least class of its roads: motorway, trunk, primary, secondary.")
    ] = "trunk",
    cache: Annotated[Path, typer.Option(help="Folder of what the server answered.")] = CACHE,
    endpoint: Annotated[
        str, typer.Option(metavar="URL", help="Overpass server; the public one if not given.")
    ] = "",
    timeout: Annotated[
        int, typer.Option(min=1, help="Seconds that the server may take for a request.")
    ] = 180,
    user_agent: Annotated[
        str, typer.Option(help="Who asks, told to the server: name and address are polite.")
    ] = "",
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Build the network and its decision graph from open data and facts.

    An AREA is countries as AZ,AM; a box as 44.5,38.5,47.5,40 (west, south, east, north);
    or a file of polygons: .geojson, .json or .poly.
    """
    from corridors.build import Own, summary
    from corridors.build import build as build_network
    from geodata.patch import RIM_KM

    if mapping is not None and not (lines or points):
        msg = "has no effect without --lines or --points"
        raise typer.BadParameter(msg, param_hint="--mapping")
    if rim_km is not None and not (lines or osm or overpass):
        msg = "has no effect without --lines, --osm or --overpass"
        raise typer.BadParameter(msg, param_hint="--rim-km")
    rim = RIM_KM if rim_km is None else rim_km
    own = Own(tuple(lines or ()), tuple(points or ()), mapping, rim)
    patches: list[Patch] = []
    if osm or overpass or within:
        from corridors.osm import OsmAsked, osm_patches
        from geodata.sources.osm import Server

        asked = OsmAsked(
            files=tuple(osm or ()), within=within, overpass=overpass, cache=cache,
            server=Server(endpoint, timeout, user_agent), modes=words(modes), least_road=roads,
            rim_km=rim,
        )  # fmt: skip
        with progress_bar("OpenStreetMap", quiet=quiet) as progress:
            patches += osm_patches(
                asked, extracts=extracts, tell=_silent if quiet else _tell, progress=progress
            )
    build_network(
        out,
        extracts=extracts,
        facts=facts,
        regions=extend or (),
        packages=packages,
        patches=patches,
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


def words(text: str) -> tuple[str, ...]:
    """Return the words between commas."""
    return tuple(word for one in text.split(",") if (word := one.strip()))


@contextmanager
def progress_bar(what: str, *, quiet: bool) -> Iterator[Callable[[float], None]]:
    """Give what takes the part that is done, 0 to 1; a bar on a terminal, else nothing."""
    if quiet or not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=1.0)
        yield lambda done: bar.update(task, completed=done)


def _patch_line(patch: Mapping[str, Any]) -> str:
    """Return what became of a patch in a line."""
    laid = ", ".join(f"{km:,.0f} km of {mode}" for mode, km in patch["laid_km"].items())
    gone = ", ".join(f"{km:,.0f} km of {mode}" for mode, km in patch["replaced_km"].items())
    place = f" in place of {gone}" if gone else ""
    loose = sum(patch["loose"].values())
    ends = f"ends joined {patch['joined']} (in vain {patch['parted']}), loose {loose}"
    return f"{patch['name']}: {laid or 'nothing'} laid{place}; {ends}"


def _tell(message: str) -> None:
    print(message, file=sys.stderr, flush=True)


def _silent(_: str) -> None:
    """Say nothing."""


def register(app: typer.Typer) -> None:
    """Add the command to the verbs."""
    app.command(epilog="Example: corridors build --out build/network")(build)
