"""Networks drawn by name, and facts of a line each: what the build steps are tested on."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from geodata.base import SOURCES
from geodata.facts_rows import Facts
from geodata.measure import geodesic_km
from geodata.topology import make_links, make_nodes, with_shape_points
from geodata.types import Asset, Kind, Links, Mode, Network, Nodes, Shapes, Status

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from geodata.types import Floats

T = TypeVar("T")
Point = tuple[float, float]
COUNTRIES = ("AA", "BB", "XZ")
SOURCE = {Mode.RAIL: "osm_rail", Mode.ROAD: "osm_road", Mode.SEA: "searoute"}


@dataclass(frozen=True)
class Line:
    """A line between two named points; its length is the straight one unless given."""

    a: str
    b: str
    mode: Mode = Mode.RAIL
    km: float | None = None
    country: str = "AA"
    gauge: int = 0
    status: Status = Status.BUILT
    asset: str = ""
    via: tuple[Point, ...] = ()


def draw(
    points: Mapping[str, Point],
    *lines: Line,
    terminals: Mapping[str, str] | None = None,
    countries: tuple[str, ...] = COUNTRIES,
    assets: tuple[Asset, ...] = (),
) -> Network:
    """Draw lines between named points; `terminals` gives terminal ids by point."""
    names, terminals = list(points), terminals or {}
    place = np.array(list(points.values()), float).reshape(-1, 2)
    ids = tuple(dict.fromkeys(terminals.values()))
    owner = {name: line for line in reversed(lines) for name in (line.a, line.b)}
    nodes = make_nodes(
        place[:, 0],
        place[:, 1],
        mode=np.array([owner[n].mode if n in owner else Mode.NONE for n in names]),
        country=np.array([countries.index(owner[n].country) if n in owner else -1 for n in names]),
        gauge_mm=np.array([owner[n].gauge if n in owner else 0 for n in names]),
        terminal=np.array([ids.index(terminals[n]) if n in terminals else -1 for n in names]),
    )
    network = Network(
        nodes=nodes,
        links=_links(names, lines, place, countries, assets),
        shapes=Shapes(np.zeros(0, np.int32), np.zeros(0, np.int64), np.zeros(0, np.int64)),
        shape_lonlat=np.zeros((0, 2)),
        countries=countries,
        terminal_ids=ids,
        assets=assets,
        sources=SOURCES,
    )
    bent = {k: np.array(line.via) for k, line in enumerate(lines) if line.via}
    return with_shape_points(network, bent)


def _links(
    names: list[str],
    lines: Sequence[Line],
    place: Floats,
    countries: tuple[str, ...],
    assets: tuple[Asset, ...],
) -> Links:
    u = np.array([names.index(line.a) for line in lines], np.int64)
    v = np.array([names.index(line.b) for line in lines], np.int64)
    straight = geodesic_km(*place[u].T, *place[v].T) if len(lines) else np.zeros(0)
    known = {asset.id: k for k, asset in enumerate(assets)} | {"": -1}
    km = [k if line.km is None else line.km for k, line in zip(straight, lines, strict=True)]
    return make_links(
        u,
        v,
        mode=np.array([line.mode for line in lines]),
        length_km=np.array(km),
        country=np.array([countries.index(line.country) for line in lines]),
        gauge_mm=np.array([line.gauge for line in lines]),
        status=np.array([line.status for line in lines]),
        asset=np.array([known[line.asset] for line in lines]),
        source=np.array([SOURCES.index(SOURCE.get(line.mode, "facts")) for line in lines]),
    )


def row(table: type[T], /, **values: Any) -> T:
    """Return a row of a fact table; what is not given is empty, as in an empty cell."""
    empty = {"str": "", "float": 0.0, "int": 0}
    full = {
        f.name: values.pop(f.name, _empty(str(f.type), empty))
        for f in fields(table)  # type: ignore[arg-type]
    }
    assert not values, f"{table.__name__} has no {', '.join(values)}"
    return table(**full)


def _empty(kind: str, plain: Mapping[str, object]) -> object:
    if kind.startswith("tuple"):
        return ()
    return plain.get(kind)


def facts(**tables: Sequence[Any]) -> Facts:
    """Return fact tables with the given rows; the others are empty."""
    return row(Facts, **{name: tuple(rows) for name, rows in tables.items()})


def applied(step: Callable[[Network], Network], network: Network) -> Network:
    """Return the network after a step, and fail if the step wrote on its argument."""
    arrays = arrays_of(network)
    before = {name: array.copy() for name, array in arrays.items()}
    for array in arrays.values():
        array.flags.writeable = False
    after = step(network)
    for name, array in arrays_of(network).items():
        np.testing.assert_array_equal(array, before[name], err_msg=name)
    assert_sound(after)
    return after


def arrays_of(network: Network) -> dict[str, np.ndarray[Any, Any]]:
    """Return every array of a network by name."""
    tables: dict[str, Nodes | Links | Shapes] = {
        "nodes": network.nodes,
        "links": network.links,
        "shapes": network.shapes,
    }
    found = {
        f"{table}.{name}": column
        for table, columns in tables.items()
        for name, column in columns.columns().items()
    }
    return found | {"shape_lonlat": network.shape_lonlat}


def assert_sound(network: Network) -> None:
    """Fail if the tables of a network do not fit each other."""
    links, n = network.links, len(network.nodes)
    for column in (*links.columns().values(), *network.nodes.columns().values()):
        assert len(column) in {n, len(links)}
    ends = np.concatenate([links.u, links.v])
    assert ((ends >= 0) & (ends < n)).all(), "a link ends at no node"
    assert (links.asset < len(network.assets)).all(), "a link has an unknown asset"
    assert (network.nodes.terminal < len(network.terminal_ids)).all()
    line = links.kind == Kind.LINE
    assert (links.length_km[line] > 0).all(), "a line without length"
    assert (links.length_km[~line] == 0).all(), "a stop with length"
    assert (network.shapes.link < len(links)).all(), "a shape of no link"
    assert len(set(network.shapes.link.tolist())) == len(network.shapes), "a link bent twice"


def named(
    network: Network,
    points: Mapping[str, Point],
    *,
    mode: Mode | None = None,
    kind: Kind = Kind.LINE,
) -> list[str]:
    """Return the links of a kind as sorted ``a-b``, their ends named by place."""
    rows = network.links.kind == kind
    if mode is not None:
        rows &= network.links.mode == mode
    u, v = network.links.u[rows].tolist(), network.links.v[rows].tolist()
    pairs = (
        sorted((name_of(network, points, a), name_of(network, points, b)))
        for a, b in zip(u, v, strict=True)
    )
    return sorted("-".join(pair) for pair in pairs)


def name_of(network: Network, points: Mapping[str, Point], node: int) -> str:
    """Return the name of the point where a node lies, else its coordinates."""
    lon, lat = float(network.nodes.lon[node]), float(network.nodes.lat[node])
    here = (name for name, (x, y) in points.items() if abs(x - lon) + abs(y - lat) < 1e-6)
    return next(here, f"({lon:.2f} {lat:.2f})")


def nodes_at(network: Network, point: Point, *, mode: Mode | None = None) -> list[int]:
    """Return the nodes that lie at a point."""
    nodes = network.nodes
    here = np.abs(nodes.lon - point[0]) + np.abs(nodes.lat - point[1]) < 1e-6
    if mode is not None:
        here &= nodes.mode == mode
    return np.flatnonzero(here).tolist()


def joined(network: Network, a: int, b: int) -> bool:
    """Whether any links join two nodes, whatever their direction."""
    from geodata.topology import components

    label = components(network, np.ones(len(network.links), bool))
    return bool(label[a] == label[b])
