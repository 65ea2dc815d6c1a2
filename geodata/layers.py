"""The layers of a network as tables: what an export holds, in any format.

Four layers: `terminals`, `links` (lines with a length), `stops` (border, gauge
change, transfer: what has no length) and `assets` (whatever can be controlled).
Field names are stable within a major version and carry their unit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from geodata.geometry import Lines, link_lines
from geodata.types import Kind, Mode, Status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from enum import IntEnum

    from numpy.typing import NDArray

    from geodata.types import Asset, Bools, Floats, Ints, Network

    Column = NDArray[np.generic]

__all__ = [
    "MODES",
    "SCHEMA_VERSION",
    "Layer",
    "ModeName",
    "code_names",
    "layers_of",
    "named",
    "numbered",
    "words",
]

#: Changes when a field is renamed or its meaning changes.
SCHEMA_VERSION = 2

ModeName = Literal["rail", "road", "sea", "all"]

#: What each word of the command line takes in.
MODES: Mapping[str, tuple[Mode, ...]] = {
    "rail": (Mode.RAIL,),
    "road": (Mode.ROAD,),
    "sea": (Mode.SEA, Mode.FERRY),
    "all": tuple(Mode),
}


@dataclass(frozen=True)
class Layer:
    """One layer: a table of equally long columns and a line or point per row.

    Missing words are None and missing numbers NaN; whole numbers that may be
    missing are named in `nullable` and are missing where 0. A layer holds points
    or lines, never both.
    """

    name: str
    columns: Mapping[str, Column]
    lines: Lines
    of_points: bool = True
    nullable: frozenset[str] = frozenset()

    @property
    def id_field(self) -> str:
        """Return the name of the first column, which identifies the row."""
        return next(iter(self.columns))

    def rows(self) -> Iterator[dict[str, object]]:
        """Yield each row as a dict of plain values."""
        lists = [
            [value or None for value in column.tolist()]
            if name in self.nullable
            else column.tolist()
            for name, column in self.columns.items()
        ]
        names = tuple(self.columns)
        return (dict(zip(names, values, strict=True)) for values in zip(*lists, strict=True))


def layers_of(network: Network, *, mode: ModeName = "all") -> tuple[Layer, ...]:
    """Return the layers of a network, or of one mode of it.

    Parameters
    ----------
    network
        The network.
    mode
        ``rail``, ``road``, ``sea`` (with ferries) or ``all``.

    Returns
    -------
    tuple of Layer
        ``terminals``, ``links``, ``stops``, ``assets``. Of one mode: the terminals
        and assets that its links touch.
    """
    wanted = np.isin(network.links.mode, MODES[mode])
    line = network.links.kind == Kind.LINE
    stop = ~line & (network.links.kind != Kind.ACCESS)
    return (
        _terminals(network, mode),
        _links(network, np.flatnonzero(wanted & line)),
        _stops(network, np.flatnonzero(wanted & stop)),
        _assets(network, None if mode == "all" else wanted),
    )


def _terminals(network: Network, mode: ModeName) -> Layer:
    """Return a point per terminal that has a node of the mode."""
    nodes = network.nodes
    at = np.flatnonzero((nodes.terminal >= 0) & np.isin(nodes.mode, MODES[mode]))
    names = {asset.id: asset.name for asset in network.assets}
    terminals, first = np.unique(nodes.terminal[at], return_index=True)
    place = at[first]
    ids = [network.terminal_ids[t] for t in terminals]
    modes, gauges = _lists_by_terminal(network, at)
    columns = {
        "terminal_id": words(ids),
        "name": words([names.get(i, i) for i in ids]),
        "country": named(network.countries, nodes.country[place]),
        "modes": words([modes[t] for t in terminals.tolist()]),
        "gauges_mm": words([gauges[t] for t in terminals.tolist()]),
    }
    return Layer("terminals", columns, _points(nodes.lon[place], nodes.lat[place]))


def _lists_by_terminal(network: Network, at: Ints) -> tuple[dict[int, str], dict[int, str | None]]:
    """Return the modes and the gauges of each terminal's nodes, joined by ``;``."""
    nodes = network.nodes
    modes: dict[int, set[int]] = {}
    gauges: dict[int, set[int]] = {}
    for terminal, mode, gauge in zip(
        nodes.terminal[at].tolist(),
        nodes.mode[at].tolist(),
        nodes.gauge_mm[at].tolist(),
        strict=True,
    ):
        modes.setdefault(terminal, set()).update({mode} - {Mode.NONE})
        gauges.setdefault(terminal, set()).update({gauge} - {0})
    return (
        {t: ";".join(Mode(m).name.lower() for m in sorted(found)) for t, found in modes.items()},
        {t: ";".join(map(str, sorted(found))) or None for t, found in gauges.items()},
    )


def _links(network: Network, rows: Ints) -> Layer:
    """Return a line per link that has a length."""
    links = network.links
    columns = {
        "link_id": numbered("L", rows),
        "mode": code_names(Mode, links.mode[rows]),
        "from_node": numbered("N", links.u[rows]),
        "to_node": numbered("N", links.v[rows]),
        "length_km": np.round(links.length_km[rows], 4),
        **_shared_columns(network, rows),
        "oneway": links.oneway[rows],
    }
    lines = link_lines(network, rows)
    return Layer("links", columns, lines, of_points=False, nullable=frozenset({"gauge_mm"}))


def _stops(network: Network, rows: Ints) -> Layer:
    """Return a point per link without length, at its first node."""
    links = network.links
    columns = {
        "stop_id": numbered("L", rows),
        "kind": code_names(Kind, links.kind[rows]),
        "mode": code_names(Mode, links.mode[rows]),
        "from_node": numbered("N", links.u[rows]),
        "to_node": numbered("N", links.v[rows]),
        **_shared_columns(network, rows),
    }
    u = links.u[rows]
    points = _points(network.nodes.lon[u], network.nodes.lat[u])
    return Layer("stops", columns, points, nullable=frozenset({"gauge_mm"}))


def _shared_columns(network: Network, rows: Ints) -> dict[str, Column]:
    """Return the columns that lines and stops have in common."""
    links = network.links
    ids = [asset.id for asset in network.assets]
    return {
        "country": named(network.countries, links.country[rows]),
        "gauge_mm": links.gauge_mm[rows].astype(np.int32),
        "status": code_names(Status, links.status[rows]),
        "asset_id": named([*ids, None], links.asset[rows]),
        "source": named(network.sources, links.source[rows]),
    }


def _assets(network: Network, wanted: Bools | None) -> Layer:
    """Return a point per asset, or per asset that a wanted link belongs to."""
    assets = network.assets
    if wanted is not None:
        touched = np.unique(network.links.asset[wanted])
        assets = tuple(assets[k] for k in touched[touched >= 0])

    def told(get: Callable[[Asset], str]) -> Column:
        """Return a column of words, missing where empty."""
        return words([get(asset) or None for asset in assets])

    def numbers(get: Callable[[Asset], float | None]) -> Column:
        """Return a column of numbers, not a number where unknown."""
        return np.array([np.nan if get(asset) is None else get(asset) for asset in assets], float)

    columns = {
        "asset_id": told(lambda asset: asset.id),
        "kind": told(lambda asset: asset.kind),
        "name": told(lambda asset: asset.name),
        "countries": told(lambda asset: ";".join(asset.countries)),
        "status": told(lambda asset: asset.status),
        "opening_low": np.array([asset.opening_low or 0 for asset in assets], np.int32),
        "opening_likely": np.array([asset.opening_likely or 0 for asset in assets], np.int32),
        "opening_high": np.array([asset.opening_high or 0 for asset in assets], np.int32),
        "capacity_mt_yr": numbers(lambda asset: asset.capacity_mt_yr),
        "sailings_per_week": numbers(lambda asset: asset.sailings_per_week),
        "source": told(lambda asset: asset.source),
        "confidence": told(lambda asset: asset.confidence),
    }
    lon, lat = _places(network, assets)
    years = frozenset({"opening_low", "opening_likely", "opening_high"})
    return Layer("assets", columns, _points(lon, lat), nullable=years)


def _places(network: Network, assets: tuple[Asset, ...]) -> tuple[Floats, Floats]:
    """Return where each asset is; one without a place of its own is where its links are."""
    place = np.array([(asset.lon, asset.lat) for asset in assets], float).reshape(-1, 2)
    unplaced = [k for k, asset in enumerate(assets) if asset.lon == asset.lat == 0]
    index = {asset.id: k for k, asset in enumerate(network.assets)}
    for k in unplaced:
        rows = np.flatnonzero(network.links.asset == index[assets[k].id])
        if len(rows):
            node = network.links.u[rows[len(rows) // 2]]
            place[k] = network.nodes.lon[node], network.nodes.lat[node]
    return place[:, 0], place[:, 1]


def words(values: list[str | None] | list[str]) -> Column:
    """Return words as an object column."""
    column = np.empty(len(values), dtype=object)
    column[:] = values
    return column


def named(names: list[str | None] | tuple[str, ...], index: Column) -> Column:
    """Return the name behind each index; -1 is the last name."""
    column: Column = words(list(names))[index]
    return column


def code_names(codes: type[IntEnum], values: Column) -> Column:
    """Return the lower-case name of each code."""
    return named(tuple(code.name.lower() for code in codes), values)


def numbered(letter: str, rows: Column) -> Column:
    """Return ids such as ``L12``: the row in the snapshot behind a letter."""
    return words([f"{letter}{row}" for row in rows.tolist()])


def _points(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> Lines:
    """Return points as lines of one point."""
    return Lines(np.column_stack([lon, lat]), np.arange(len(lon) + 1))
