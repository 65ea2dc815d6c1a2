"""Read the shipped extracts: open data clipped to the corridors, with provenance.

Each extract is an uncompressed ``.npz`` of plain integer arrays, listed with its
sha256 in ``PROVENANCE.json``; a file whose hash differs is refused.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from geodata.errors import ExtractError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geodata.types import Floats, Indices

#: Where the extracts of the installed package lie.
EXTRACTS = Path(__file__).parent.parent / "extracts"
PROVENANCE = "PROVENANCE.json"
#: Coordinates are stored as integers of a millionth of a degree, lengths in metres.
DEGREE = 1_000_000
LINE_COLUMNS = ("lon", "lat", "u", "v", "length_m")
#: What each extract holds.
COLUMNS = {
    "rail.npz": LINE_COLUMNS,
    "road.npz": LINE_COLUMNS,
    "sea.npz": LINE_COLUMNS,
    "countries.npz": ("lon", "lat", "start", "polygon", "country", "codes"),
}


@dataclass(frozen=True)
class Lines:
    """Nodes and edges of one mode as read from its source.

    `lon`, `lat` in degrees, shape (n,); `u`, `v` node indices and `length_km`, shape
    (m,), each edge once.
    """

    lon: Floats
    lat: Floats
    u: Indices
    v: Indices
    length_km: Floats


@dataclass(frozen=True)
class Outlines:
    """Country polygons as rings of points.

    Ring r has the points `start[r]:start[r + 1]` of `lon`, `lat` (closed); it belongs
    to polygon `polygon[r]` (its first ring is the shell), that to country
    `country[polygon]`, an index into `codes` (ISO 3166 alpha-2).
    """

    lon: Floats
    lat: Floats
    start: NDArray[np.int64]
    polygon: NDArray[np.int64]
    country: NDArray[np.int64]
    codes: tuple[str, ...]


def read_bytes(folder: Path, name: str) -> bytes:
    """Return the verified bytes of an extract.

    Raises
    ------
    ExtractError
        If the file or its provenance is missing, truncated or altered.
    """
    try:
        sha256 = provenance(folder)["files"][name]["sha256"]
    except (LookupError, TypeError) as error:
        msg = f"{folder / PROVENANCE}: no entry for {name}; rebuild with `make extracts`"
        raise ExtractError(msg) from error
    try:
        data = (folder / name).read_bytes()
    except OSError as error:
        msg = f"{folder / name}: cannot be read ({error.strerror}); rebuild with `make extracts`"
        raise ExtractError(msg) from error
    if hashlib.sha256(data).hexdigest() != sha256:
        msg = (
            f"{folder / name}: damaged or altered (sha256 differs from {PROVENANCE}); "
            "restore it or rebuild with `make extracts`"
        )
        raise ExtractError(msg)
    return data


def provenance(folder: Path) -> dict[str, Any]:
    """Return the parsed ``PROVENANCE.json`` of `folder`.

    Raises
    ------
    ExtractError
        If it is missing or not JSON.
    """
    path = folder / PROVENANCE
    try:
        listed: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        msg = f"{path}: cannot be read ({error}); rebuild with `make extracts`"
        raise ExtractError(msg) from error
    return listed


def read_lines(folder: Path, name: str) -> Lines:
    """Return the nodes and edges of ``<name>.npz``.

    Raises
    ------
    ExtractError
        As `read_bytes`.
    """
    arrays = _load(folder, f"{name}.npz")
    return Lines(
        lon=arrays["lon"] / DEGREE,
        lat=arrays["lat"] / DEGREE,
        u=arrays["u"],
        v=arrays["v"],
        length_km=arrays["length_m"] / 1000,
    )


def read_outlines(folder: Path) -> Outlines:
    """Return the country polygons of ``countries.npz``.

    Raises
    ------
    ExtractError
        As `read_bytes`.
    """
    arrays = _load(folder, "countries.npz")
    return Outlines(
        lon=arrays["lon"] / DEGREE,
        lat=arrays["lat"] / DEGREE,
        start=arrays["start"].astype(np.int64),
        polygon=arrays["polygon"].astype(np.int64),
        country=arrays["country"].astype(np.int64),
        codes=tuple(str(code) for code in arrays["codes"]),
    )


def _load(folder: Path, name: str) -> dict[str, NDArray[Any]]:
    data = read_bytes(folder, name)
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as archive:
            arrays = dict(archive)
        missing = [column for column in COLUMNS[name] if column not in arrays]
    except (ValueError, OSError, EOFError, zipfile.BadZipFile) as error:
        msg = f"{folder / name}: not an archive of arrays ({error}); rebuild with `make extracts`"
        raise ExtractError(msg) from error
    if missing:
        msg = f"{folder / name}: lacks {', '.join(missing)}; rebuild with `make extracts`"
        raise ExtractError(msg)
    return arrays
