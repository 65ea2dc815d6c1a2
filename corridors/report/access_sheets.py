"""Who may pass where in a scenario, as layers of a GIS export.

Arcs that lie in one territory, mode, gauge and asset meet the same rules, so they are told
as one row: lines dissolved from their links, stops at the place of their asset.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from corridors.report.gis_contracts import RUN_CONTRACTS
from geodata.contract import cell_of_links
from geodata.geometry import link_lines
from geodata.layers import code_names, named, words
from geodata.sheets import Sheet, line_shapes, point_shapes
from geodata.types import Kind, Mode, Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from corridors.scenario.compile import ClassView, Compiled
    from geodata.sheets import Column, Geometries
    from geodata.types import Bools, DecisionGraph, Floats, Ints, Network

__all__ = ["Grounds", "access_sheets", "grounds_of"]

CONTRACTS = {one.name: one for one in RUN_CONTRACTS}
#: How a closure says that something does not stand.
NOT_BUILT = "not_built"
#: Of many reasons the first few are told.
MOST_REASONS = 6


@dataclass(frozen=True)
class Grounds:
    """Places of one kind on which rules say the same: their arcs and their shapes.

    `arcs` are in the order of the places and `start` (places,) says where those of each
    place begin; `first` (places,) is an arc that stands for it.
    """

    ids: tuple[str, ...]
    arcs: Ints
    start: Ints
    geometry: Geometries
    length_km: Floats | None

    def __len__(self) -> int:
        """Return the number of places."""
        return len(self.ids)

    @property
    def first(self) -> Ints:
        """Return an arc of each place."""
        return self.arcs[self.start]

    def arcs_of(self, place: int) -> Ints:
        """Return the arcs of a place."""
        stop = self.start[place + 1] if place + 1 < len(self) else len(self.arcs)
        return self.arcs[self.start[place] : stop]


def grounds_of(network: Network, graph: DecisionGraph) -> tuple[Grounds, Grounds]:
    """Return the places of a network, which no scenario changes: its lines and its stops."""
    return _lines(network, graph), _stops(network, graph)


def access_sheets(
    run: str, scenario: str, compiled: Compiled, grounds: tuple[Grounds, Grounds],
    served: Sequence[bool],
) -> list[Sheet]:  # fmt: skip
    """Return `access` and `access_stops` of a run.

    Parameters
    ----------
    run, scenario
        Name of its folder and id of its scenario.
    compiled
        The scenario as it ran.
    grounds
        The places of its network.
    served
        For each demand whether it has a way at all: what is closed to cargo that goes
        nowhere tells nothing about a place.
    """
    views = _views(compiled, served)
    lines, stops = grounds
    made = []
    for name, places in (("access", lines), ("access_stops", stops)):
        columns = {
            "access_id": words(list(places.ids)),
            "run": words([run] * len(places)),
            "scenario": words([scenario] * len(places)),
            **({} if places.length_km is not None else _kinds(compiled, places)),
            **_place(compiled.graph, places),
            **({} if places.length_km is None else {"length_km": np.round(places.length_km, 3)}),
            **_passage(compiled, places, views, sum(served)),
        }
        made.append(Sheet(CONTRACTS[name], columns, places.geometry))
    return made


def _views(compiled: Compiled, served: Sequence[bool]) -> dict[int, int]:
    """Return how many demands that have a way look at access by each view."""
    counts: dict[int, int] = {}
    for demand, has_way in enumerate(served):
        if has_way:
            at = compiled.view_of[demand]
            counts[at] = counts.get(at, 0) + 1
    return counts


def _lines(network: Network, graph: DecisionGraph) -> Grounds:
    """Return the cells of lines, dissolved; a cell without arcs leads nowhere."""
    import shapely

    arcs = graph.arcs
    line = np.flatnonzero(arcs.kind == Kind.LINE)
    chain = np.asarray(graph.chain)[arcs.chain_start[line]]
    cell = cell_of_links(network)
    of_arc = cell[np.where(chain < 0, ~chain, chain)]
    order = np.argsort(of_arc, kind="stable")
    used, start = np.unique(of_arc[order], return_index=True)
    rows = np.flatnonzero(np.isin(cell, used))
    rows = rows[np.argsort(cell[rows], kind="stable")]
    single, part_of = shapely.get_parts(line_shapes(link_lines(network, rows)), return_index=True)
    merged = shapely.line_merge(
        shapely.multilinestrings(single, indices=np.searchsorted(used, cell[rows][part_of]))
    )
    parts, at = shapely.get_parts(merged, return_index=True)
    shapes = np.asarray(shapely.multilinestrings(parts, indices=at), object)
    length = np.bincount(
        np.searchsorted(used, cell[rows]), network.links.length_km[rows], len(used)
    )
    ids = tuple(f"C{k}" for k in used.tolist())
    return Grounds(ids, line[order], start, shapes, length.astype(np.float64))


def _stops(network: Network, graph: DecisionGraph) -> Grounds:
    """Return what has no length: by asset, kind and mode, or link by link without an asset."""
    arcs = graph.arcs
    stop = np.flatnonzero(arcs.kind != Kind.LINE)
    chain = np.asarray(graph.chain)[arcs.chain_start[stop]]
    link = np.where(chain < 0, ~chain, chain)
    asset = arcs.asset[stop]
    key = np.stack(
        [asset, arcs.kind[stop], arcs.mode[stop], np.where(asset < 0, link, -1)], axis=1
    ).astype(np.int64)
    _, of_arc = np.unique(key, axis=0, return_inverse=True)
    order = np.argsort(of_arc.ravel(), kind="stable")
    _, start = np.unique(of_arc.ravel()[order], return_index=True)
    ids, places = [], []
    for first in order[start].tolist():
        kind, mode = (Kind(int(arcs.kind[stop[first]])), Mode(int(arcs.mode[stop[first]])))
        at = int(asset[first])
        thing = graph.assets[at] if at >= 0 else None
        name = f"{thing.id}/{kind.name}/{mode.name}".lower() if thing else f"L{link[first]}"
        ids.append(name if not thing else thing.id + name[len(thing.id) :])
        node = int(network.links.u[link[first]])
        own = (float(network.nodes.lon[node]), float(network.nodes.lat[node]))
        placed = thing is not None and thing.kind in {"crossing", "terminal"}
        places.append((thing.lon, thing.lat) if thing and placed else own)
    return Grounds(tuple(ids), stop[order], start, point_shapes(places), None)


def _kinds(compiled: Compiled, places: Grounds) -> dict[str, Column]:
    return {"kind": code_names(Kind, compiled.graph.arcs.kind[places.first])}


def _place(graph: DecisionGraph, places: Grounds) -> dict[str, Column]:
    """Return where the places lie."""
    arcs, first = graph.arcs, places.first
    return {
        "mode": code_names(Mode, arcs.mode[first]),
        "country": named(graph.countries, arcs.country[first]),
        "gauge_mm": arcs.gauge_mm[first].astype(np.int32),
        "status": code_names(Status, arcs.status[first]),
        "asset_id": named([*(asset.id for asset in graph.assets), None], arcs.asset[first]),
    }


def _passage(
    compiled: Compiled, places: Grounds, views: dict[int, int], demands: int
) -> dict[str, Column]:
    """Return who may pass at each place, who refuses and what those meet who may."""
    both, some = np.zeros(len(places), np.int32), np.zeros(len(places), bool)
    low, high = np.full(len(places), np.inf), np.zeros(len(places))
    delay, cap = np.zeros(len(places)), np.full(len(places), np.inf)
    refused: list[list[tuple[str, str, str]]] = [[] for _ in range(len(places))]
    for at, count in views.items():
        view = compiled.views[at]
        row = view.memory.rows[0]
        open_ = view.open[places.arcs]
        whole, any_ = _every(open_, places.start), _any(open_, places.start)
        both += np.where(whole, count, 0).astype(np.int32)
        some |= any_
        charge = compiled.access.charge_of(row, worth=view.terms.worth)[places.arcs]
        low = np.minimum(low, _reduced(np.minimum, charge, open_, np.inf, places.start))
        high = np.maximum(high, _reduced(np.maximum, charge, open_, 0.0, places.start))
        late = compiled.access.delay_of(row)[places.arcs]
        delay = np.maximum(delay, _reduced(np.maximum, late, open_, 0.0, places.start))
        limit = compiled.access.caps[compiled.access.verdict_of[row]]
        limits = limit[compiled.access.situation_of_arc][places.arcs]
        cap = np.minimum(cap, _reduced(np.minimum, limits, open_, np.inf, places.start))
        _refusals(view, places, ~whole, refused)
    built = ~_every(_not_built(compiled, places), places.start)
    free = np.select([~built, both == demands, some], ["not_built", "open", "partly"], "closed")
    return {
        "passage": words(free.tolist()),
        "demands_open": both,
        "demands": np.full(len(places), demands, np.int32),
        "refused_by": words([_listed(one[0] for one in told) for told in refused]),
        "rule_ids": words([_listed(one[1] for one in told) for told in refused]),
        "reasons": words([_listed((one[2] for one in told), MOST_REASONS) for told in refused]),
        "charge_low_usd_per_teu": np.round(np.where(some & (high > 0), low, np.nan), 2),
        "charge_high_usd_per_teu": np.round(np.where(high > 0, high, np.nan), 2),
        "delay_high_h": np.round(np.where(delay > 0, delay, np.nan), 3),
        "cap_teu_per_year": np.round(np.where(np.isfinite(cap), cap, np.nan), 3),
    }


def _reduced(
    how: np.ufunc, values: Floats, open_: Bools, shut: float, start: Ints
) -> Floats:  # fmt: skip
    """Return the least or the most of the values of open arcs by place, `shut` for none."""
    found: Floats = how.reduceat(np.where(open_, values, shut), start)
    return found


def _every(flags: Bools, start: Ints) -> Bools:
    found: Bools = np.logical_and.reduceat(flags, start)
    return found


def _any(flags: Bools, start: Ints) -> Bools:
    found: Bools = np.logical_or.reduceat(flags, start)
    return found


def _not_built(compiled: Compiled, places: Grounds) -> Bools:
    """Return which arcs are closed since nothing stands or sails there."""
    closures = compiled.closures
    kinds = np.array([one.kind == NOT_BUILT for one in closures.reasons] + [False])
    found: Bools = kinds[closures.closed_by[places.arcs]]
    return found


def _refusals(
    view: ClassView, places: Grounds, shut: Bools, refused: list[list[tuple[str, str, str]]]
) -> None:
    """Add to each place that is shut in a view who refuses, by what and in which words."""
    for place in np.flatnonzero(shut).tolist():
        arcs = places.arcs_of(place)
        arc = int(arcs[np.argmin(view.open[arcs])])
        for one in view.blockers(arc):
            told = (one.actor, one.id if one.kind == "rule" else "", one.words)
            if told not in refused[place]:
                refused[place].append(told)


def _listed(cells: Iterable[str], most: int | None = None) -> str | None:
    """Return some words once each, joined by ``;``, None for none."""
    once = list(dict.fromkeys(cell for cell in cells if cell))
    return ";".join(once[:most]) or None
