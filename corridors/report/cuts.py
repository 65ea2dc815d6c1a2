"""`cuts.geojson`: for each demand without a route, the shut places that part its ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corridors.report.geojson import feature_collection
from geodata.types import Kind, Mode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from corridors.model.result import Certificate, DemandResult, ShutArc
    from geodata.types import DecisionGraph, Floats

#: Fields of `cuts.geojson`; lists are joined by ``;``.
CUT_FIELDS = (
    "cut_id", "demand_id", "arc_id", "asset_id", "name", "countries", "mode",
    "in_smallest_set", "blockers", "actors", "reason",
)  # fmt: skip

Row = dict[str, object]


def cuts_geojson(
    demands: Sequence[DemandResult],
    graph: DecisionGraph,
    draw: Callable[[Sequence[int]], Floats],
    *,
    meta: Mapping[str, object] | None = None,
) -> bytes:
    """Return `cuts.geojson`: a line, or a point for a stop, per shut arc of a cut.

    No way leads from origin to destination of a demand that crosses none of its features.
    `in_smallest_set` says whether lifting the smallest set opens the place; `blockers` are
    the ids of all that must be lifted to open it, whatever else is shut behind.

    Parameters
    ----------
    demands
        What became of each demand; those without a certificate have no cut.
    graph
        The decision graph.
    draw
        Gives the points of arcs in degrees, shape (n, 2).
    meta
        As in `feature_collection`.
    """
    rows: list[Row] = []
    shapes = []
    for demand, certificate in certified(demands):
        for at, shut in enumerate(certificate.cut, start=1):
            rows.append(_row(f"{demand.demand_id}.{at}", demand, shut, graph))
            points = draw([shut.arc])
            shapes.append(points if graph.arcs.kind[shut.arc] == Kind.LINE else points[:1])
    return feature_collection(rows, shapes, id_field=CUT_FIELDS[0], name="cuts", meta=meta)


def cut_arcs(demands: Sequence[DemandResult]) -> Iterator[int]:
    """Yield the arcs that `cuts.geojson` draws."""
    for _, certificate in certified(demands):
        yield from (shut.arc for shut in certificate.cut)


def certified(demands: Sequence[DemandResult]) -> Iterator[tuple[DemandResult, Certificate]]:
    """Yield the demands whose lack of a route is proven, with the proof."""
    for demand in demands:
        if demand.certificate:
            yield demand, demand.certificate


def _row(cut_id: str, demand: DemandResult, shut: ShutArc, graph: DecisionGraph) -> Row:
    arcs, asset = graph.arcs, int(graph.arcs.asset[shut.arc])
    thing = graph.assets[asset] if asset >= 0 else None
    country = (graph.countries[arcs.country[shut.arc]],)
    values = (
        cut_id,
        demand.demand_id,
        f"A{shut.arc}",
        thing.id if thing else "",
        thing.name if thing else _call(graph, shut.arc),
        thing.countries if thing and thing.kind == "crossing" else country,
        Mode(int(arcs.mode[shut.arc])).name.lower(),
        "yes" if shut.opens else "no",
        tuple(one.id for one in shut.blockers),
        tuple(dict.fromkeys(one.actor for one in shut.blockers if one.actor)),
        "; ".join(one.words for one in shut.blockers),
    )
    return dict(zip(CUT_FIELDS, values, strict=True))


def _call(graph: DecisionGraph, arc: int) -> str:
    """Return the terminal at which an arc without an asset begins or ends, if any."""
    ends = (int(graph.arcs.tail[arc]), int(graph.arcs.head[arc]))
    calls = [int(graph.nodes.terminal[end]) for end in ends]
    return next((graph.terminal_ids[call] for call in calls if call >= 0), "")
