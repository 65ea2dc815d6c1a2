"""A network as the layers of a GIS export, filled with rows.

The tables of `geodata.layers` and, beside them, the nodes, the crossings, the arcs of the
decision graph and the land under it all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from geodata.geometry import Lines, link_lines
from geodata.layers import MODES, code_names, layers_of, named, numbered, words
from geodata.network_contracts import NETWORK_CONTRACTS
from geodata.sheets import Sheet, line_shapes, point_shapes
from geodata.types import Kind, Mode, Status

if TYPE_CHECKING:
    from collections.abc import Collection

    from geodata.layers import Layer, ModeName
    from geodata.sheets import Column
    from geodata.sources.extracts import Outlines
    from geodata.types import Arcs, Asset, DecisionGraph, Floats, Ints, Network

__all__ = ["SIMPLER_DEG", "chain_lines", "network_sheets", "sheets_of_layers"]

#: How far drawn lines of arcs and of land may be off, in degrees: about 2 km.
SIMPLER_DEG = 0.02
#: Smaller land is no background, in square degrees.
LEAST_LAND = 0.01
#: Coordinates of land are multiples of this, in degrees.
GRID_DEG = 1e-4
#: West, south, east, north of what land is cut into. A conic map around 62 E tears at 118 W,
#: and land on both sides of the tear would be smeared over all of it; the south pole lies
#: at its infinity.
HALVES = ((-180.0, -60.0, -118.01, 84.0), (-117.99, -60.0, 180.0, 84.0))

CONTRACTS = {one.name: one for one in NETWORK_CONTRACTS}


def network_sheets(
    network: Network,
    graph: DecisionGraph,
    outlines: Outlines,
    *,
    wanted: Collection[str] = tuple(CONTRACTS),
) -> list[Sheet]:
    """Return the layers of a network.

    Parameters
    ----------
    network, graph
        The network and its decision graph.
    outlines
        The land.
    wanted
        Names of the layers to make; all of them if not given.

    Returns
    -------
    list of Sheet
        In the order of `NETWORK_CONTRACTS`.
    """
    made = {
        "land": lambda: _land(outlines),
        "nodes": lambda: _nodes(network),
        "arcs": lambda: _arcs(network, graph),
        "arc_stops": lambda: _arc_stops(graph),
        "crossings": lambda: _crossings(network),
    }
    tables = {
        sheet.name: sheet for sheet in sheets_of_layers(network, wanted=set(wanted) - made.keys())
    }
    return [
        tables[name] if name in tables else made[name]() for name in CONTRACTS if name in wanted
    ]


def sheets_of_layers(
    network: Network, *, mode: ModeName = "all", wanted: Collection[str] = tuple(CONTRACTS)
) -> list[Sheet]:
    """Return the tables of `geodata.layers`, or those wanted of them, with their shapes."""
    if not set(wanted) & {"terminals", "links", "stops", "assets"}:
        return []
    layers = layers_of(network, mode=mode)
    return [_sheet(layer) for layer in layers if layer.name in wanted]


def _sheet(layer: Layer) -> Sheet:
    shapes = point_shapes(layer.lines.lonlat) if layer.of_points else line_shapes(layer.lines)
    return Sheet(CONTRACTS[layer.name], layer.columns, shapes)


def _land(outlines: Outlines) -> Sheet:
    """Return the land, simplified, without what is too small to be seen."""
    import shapely

    lonlat = np.column_stack([outlines.lon, outlines.lat])
    ring = np.repeat(np.arange(len(outlines.polygon)), np.diff(outlines.start))
    rings = np.asarray(shapely.linearrings(lonlat, indices=ring))
    areas = shapely.polygons(rings, indices=outlines.polygon)
    simple = np.asarray(shapely.make_valid(shapely.simplify(areas, SIMPLER_DEG)))
    kept = simple[shapely.area(simple) >= LEAST_LAND]
    parts = np.concatenate([shapely.clip_by_rect(kept, *half) for half in HALVES])
    rounded = shapely.set_precision(parts, GRID_DEG)
    shapes = _polygons(rounded[~shapely.is_empty(rounded)])
    ids = words([f"P{k}" for k in range(1, len(shapes) + 1)])
    return Sheet(CONTRACTS["land"], {"land_id": ids}, shapes)


def _polygons(shapes: Any) -> Any:  # noqa: ANN401 - shapely has no narrower type
    """Return each shape as polygons alone; lines that mending left are dropped."""
    import shapely

    found = [
        shapely.MultiPolygon(
            [part for part in shapely.get_parts([shape]) if part.geom_type == "Polygon"]
        )
        for shape in shapes
    ]
    made = np.empty(len(found), object)
    made[:] = found
    return made


def _nodes(network: Network) -> Sheet:
    nodes = network.nodes
    columns = {
        "node_id": numbered("N", np.arange(len(nodes))),
        "mode": code_names(Mode, nodes.mode),
        "country": named(network.countries, nodes.country),
        "gauge_mm": nodes.gauge_mm.astype(np.int32),
        "terminal_id": named([*network.terminal_ids, None], nodes.terminal),
    }
    lonlat = np.column_stack([nodes.lon, nodes.lat])
    return Sheet(CONTRACTS["nodes"], columns, point_shapes(lonlat))


def _arcs(network: Network, graph: DecisionGraph) -> Sheet:
    """Return a line per leg of the decision graph, its way back named beside it."""
    import shapely

    arcs = graph.arcs
    line = np.flatnonzero(arcs.kind == Kind.LINE)
    there, back = _paired(graph, line)
    columns = {
        "arc_id": numbered("A", there),
        "back_arc_id": words([f"A{arc}" if arc >= 0 else None for arc in back.tolist()]),
        "mode": code_names(Mode, arcs.mode[there]),
        **_ends(graph, there),
        "length_km": np.round(arcs.length_km[there], 4),
        **_shared(graph, there),
    }
    shapes = shapely.simplify(
        line_shapes(chain_lines(network, graph, there)), SIMPLER_DEG, preserve_topology=False
    )
    return Sheet(CONTRACTS["arcs"], columns, np.asarray(shapes, object))


def _paired(graph: DecisionGraph, line: Ints) -> tuple[Ints, Ints]:
    """Return each leg once, and the arc that runs its links backwards, -1 for none.

    The chains of the ways back are those there, each link complemented, from the end of
    `graph.chain`; so the two of a pair begin and end alike.
    """
    arcs, size = graph.arcs, len(graph.chain)
    starts = {int(arcs.chain_start[arc]): int(arc) for arc in line}
    there, back = [], []
    for arc in line.tolist():
        mirrored = size - int(arcs.chain_stop[arc])
        twin = starts.get(mirrored, -1)
        if twin < 0 or arc < twin:
            there.append(arc)
            back.append(twin)
    return np.array(there, np.int64), np.array(back, np.int64)


def chain_lines(network: Network, graph: DecisionGraph, rows: Ints) -> Lines:
    """Return the lines of arcs, link by link in travel order, no point twice in a row."""
    arcs = graph.arcs
    counts = (arcs.chain_stop - arcs.chain_start)[rows]
    offset = np.concatenate([[0], np.cumsum(counts)])
    at = np.arange(offset[-1]) - np.repeat(offset[:-1] - arcs.chain_start[rows], counts)
    steps = np.asarray(graph.chain)[at]
    lines = link_lines(network, np.where(steps < 0, ~steps, steps), backward=steps < 0)
    arc_of_point = np.repeat(np.repeat(np.arange(len(rows)), counts), np.diff(lines.offset))
    fresh = np.ones(len(arc_of_point), bool)
    fresh[1:] = arc_of_point[1:] != arc_of_point[:-1]
    fresh[1:] |= (lines.lonlat[1:] != lines.lonlat[:-1]).any(axis=1)
    bounds = np.searchsorted(arc_of_point[fresh], np.arange(len(rows) + 1))
    return Lines(lines.lonlat[fresh], bounds)


def _arc_stops(graph: DecisionGraph) -> Sheet:
    arcs, nodes = graph.arcs, graph.nodes
    rows = np.flatnonzero(arcs.kind != Kind.LINE)
    columns = {
        "arc_id": numbered("A", rows),
        "kind": code_names(Kind, arcs.kind[rows]),
        "mode": code_names(Mode, arcs.mode[rows]),
        **_ends(graph, rows),
        **_shared(graph, rows),
    }
    tail = arcs.tail[rows]
    lonlat = np.column_stack([nodes.lon[tail], nodes.lat[tail]])
    return Sheet(CONTRACTS["arc_stops"], columns, point_shapes(lonlat))


def _ends(graph: DecisionGraph, rows: Ints) -> dict[str, Column]:
    """Return the nodes of the network at both ends of arcs."""
    return {
        "from_node": numbered("N", graph.network_node[graph.arcs.tail[rows]]),
        "to_node": numbered("N", graph.network_node[graph.arcs.head[rows]]),
    }


def _shared(graph: DecisionGraph, rows: Ints) -> dict[str, Column]:
    """Return what arcs say of the place they lie in."""
    arcs: Arcs = graph.arcs
    return {
        "country": named(graph.countries, arcs.country[rows]),
        "gauge_mm": arcs.gauge_mm[rows].astype(np.int32),
        "status": code_names(Status, arcs.status[rows]),
        "asset_id": named([*(asset.id for asset in graph.assets), None], arcs.asset[rows]),
    }


def _crossings(network: Network) -> Sheet:
    """Return a point per border crossing with the modes and gauges that meet there."""
    found = [(k, one) for k, one in enumerate(network.assets) if one.kind == "crossing"]
    meeting = _meeting(network, {k for k, _ in found})
    assets = [one for _, one in found]
    columns = {
        "crossing_id": words([one.id for one in assets]),
        "name": words([one.name or None for one in assets]),
        "modes": words([meeting[k][0] or None for k, _ in found]),
        "country_a": words([_side(one, 0) for one in assets]),
        "country_b": words([_side(one, 1) for one in assets]),
        "gauges_mm": words([meeting[k][1] or None for k, _ in found]),
        "status": words([one.status for one in assets]),
        "opening_low": np.array([one.opening_low or 0 for one in assets], np.int32),
        "opening_likely": np.array([one.opening_likely or 0 for one in assets], np.int32),
        "opening_high": np.array([one.opening_high or 0 for one in assets], np.int32),
        "source": words([one.source or None for one in assets]),
        "confidence": words([one.confidence or None for one in assets]),
    }
    lonlat: Floats = np.array([(one.lon, one.lat) for one in assets], float).reshape(-1, 2)
    return Sheet(CONTRACTS["crossings"], columns, point_shapes(lonlat))


def _side(asset: Asset, side: int) -> str | None:
    """Return the country on one side of a crossing, if it is known."""
    return asset.countries[side] if len(asset.countries) > side else None


def _meeting(network: Network, wanted: Collection[int]) -> dict[int, tuple[str, str]]:
    """Return the modes and the gauges of the links of some assets, joined by ``;``."""
    links, nodes = network.links, network.nodes
    modes: dict[int, set[int]] = {k: set() for k in wanted}
    gauges: dict[int, set[int]] = {k: set() for k in wanted}
    for row in np.flatnonzero(np.isin(links.asset, sorted(wanted))).tolist():
        asset = int(links.asset[row])
        modes[asset].add(int(links.mode[row]))
        ends = (int(links.u[row]), int(links.v[row]))
        gauges[asset].update({int(nodes.gauge_mm[end]) for end in ends} - {0})
    names = {mode: name for name, held in MODES.items() if name != "all" for mode in held}
    return {
        k: (
            ";".join(dict.fromkeys(names[Mode(mode)] for mode in sorted(modes[k]) if mode)),
            ";".join(map(str, sorted(gauges[k]))),
        )
        for k in wanted
    }
