"""A world of two square countries: data packages, extracts and fact tables, made by hand.

KZ lies from 30 to 40 degrees east, UZ from 40 to 50, both from 40 to 50 north; the sea
is south of them. A railway and a road run east to west through both, and lanes along
the coast, where each country has a port.
"""

from __future__ import annotations

import csv
import io
import tarfile
import tempfile
import zipfile
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from geodata import schema
from geodata.sources.registry import PACKAGES, write_extracts

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Longitude of the stations; the last one lies outside of every clip box.
STATIONS = (33.0, 36.0, 39.0, 41.0, 44.0, 47.0)
FAR = (140.0, 45.0)


def geograph(lat: float, *, before: str = "", spoil: str = "") -> str:
    """Return the text of a rail or road package: stations in a row, and one far away."""
    nodes = [[lat, lon] for lon in STATIONS] + [[FAR[1], FAR[0]]]
    n = len(nodes)
    near: list[dict[int, float]] = [{} for _ in nodes]
    for k in range(n - 1):
        near[k][k + 1] = near[k + 1][k] = 240.5 + k
    near[0][0] = 0.0  # a self loop, as the data has some
    graph = ", ".join("{" + ", ".join(f"{k}:{km}" for k, km in row.items()) + "}" for row in near)
    places = ", ".join(f"[{y}, {x}]" for y, x in nodes)
    return f"{before}graph=[{graph}{spoil}]\nnodes=[{places}]\n"


def marnet(*, before: str = "", inside: str = "") -> str:
    """Return the text of the sea package: lanes along the coast, over the date line too."""
    points = [(32.0, 39.0), (38.0, 39.0), (42.0, 39.0), (48.0, 39.0), (178.0, 39.0), (183.0, 39.0)]
    pairs = pairwise(points)
    edges = ", ".join(f"{a}: {{{b}: {{'km': 1.0{inside}}}}}" for a, b in pairs)
    return f"{before}edge_list={{{edges}, (-177.0, 39.0): {{(178.0, 39.0): {{}}}}}}\n"


def countries() -> bytes:
    """Return a zipped shapefile of the two squares, and a third country without a code."""
    import pyogrio.raw
    import shapely

    squares = [shapely.box(x, 40, x + 10, 50) for x in (30, 40, 70)]
    codes = np.array(["KZ", "UZ", "-99"], object)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "countries.shp"
        pyogrio.raw.write(
            path,
            shapely.to_wkb(squares),
            [codes],
            ["ISO_A2_EH"],
            geometry_type="Polygon",
            crs="EPSG:4326",
        )
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            for part in sorted(Path(folder).iterdir()):
                archive.write(part, part.name)
    return buffer.getvalue()


def write_packages(folder: Path, **texts: str) -> Path:
    """Write the data packages; `rail`, `road` and `sea` replace the text of one."""
    whole = {"rail": geograph(45.0), "road": geograph(45.1), "sea": marnet()} | texts
    folder.mkdir(parents=True, exist_ok=True)
    lines = PACKAGES["rail.npz"]["archive"]
    with zipfile.ZipFile(folder / lines, "w") as wheel:
        for mode in ("rail", "road"):
            wheel.writestr(PACKAGES[f"{mode}.npz"]["member"], whole[mode])
    with zipfile.ZipFile(folder / PACKAGES["countries.npz"]["archive"], "w") as wheel:
        wheel.writestr(PACKAGES["countries.npz"]["member"], countries())
    data = whole["sea"].encode()
    with tarfile.open(folder / PACKAGES["sea.npz"]["archive"], "w:gz") as sdist:
        member = tarfile.TarInfo(PACKAGES["sea.npz"]["member"])
        member.size = len(data)
        sdist.addfile(member, io.BytesIO(data))
    return folder


def write_world(folder: Path) -> tuple[Path, Path]:
    """Write extracts and facts of the tiny world; return both folders."""
    extracts, facts = folder / "extracts", folder / "facts"
    write_extracts(write_packages(folder / "packages"), extracts)
    write_facts(facts)
    return extracts, facts


ROWS: Mapping[str, list[dict[str, object]]] = {
    "terminals": [
        {"id": "W", "country": "KZ", "lon": 34.0, "lat": 45.0, "modes": "rail;road"},
        {"id": "E", "country": "UZ", "lon": 46.0, "lat": 45.0, "modes": "rail;road"},
        {"id": "PW", "country": "KZ", "lon": 36.0, "lat": 39.9, "modes": "sea"},
        {"id": "PE", "country": "UZ", "lon": 44.0, "lat": 39.9, "modes": "sea"},
        {"id": "J", "kind": "junction", "country": "KZ", "lon": 38.0, "lat": 45.0, "modes": "rail"},
        {"id": "LONE", "country": "KZ", "lon": 32.0, "lat": 49.0, "modes": "rail"},
    ],
    "crossings": [
        {
            "id": "X_KZUZ", "mode": "rail", "country_a": "KZ", "country_b": "UZ", "lon": 40.0,
            "lat": 45.0, "physical_status": "built",
        }
    ],
    "borders": [{"country_a": "KZ", "country_b": "UZ", "all_named": "rail"}],
    "links": [
        {
            "id": "R1", "action": "add", "from_id": "W", "to_id": "PW", "mode": "rail", "km": 600,
            "physical_status": "built", "gauge_mm": 1520,
        }
    ],
    "services": [
        {
            "id": "V1", "from_id": "PW", "to_id": "PE", "type": "container_feeder",
            "carries": "sea", "km": 700, "sailings_per_week_likely": 3,
            "physical_status": "operating",
        }
    ],
    "gauges": [
        {"country": code, "gauge_mm": 1520, "kind": "default", "gauges_mm": "1520"}
        for code in ("KZ", "UZ")
    ],
    "corridors": [
        {
            "branch": "EW", "family": "EW", "terminals": "W;E", "modes": "rail", "links": "-",
            "core_from": "W", "core_to": "E", "status": "built",
        }
    ],
}  # fmt: skip
FILLED = {"name": "x", "kind": "terminal", "accuracy_km": 1, "source": "made", "confidence": "high"}


def write_facts(folder: Path) -> None:
    """Write the fact tables of the tiny world; tables without rows have a header."""
    folder.mkdir(parents=True, exist_ok=True)
    for table in schema.TABLES:
        names = [column.name for column in schema.columns_of(table)]
        with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, names, lineterminator="\n")
            writer.writeheader()
            for row in ROWS.get(table, []):
                writer.writerow({k: v for k, v in (FILLED | row).items() if k in names})
