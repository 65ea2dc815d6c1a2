"""Corridor branches: the declared way, never a free shortest path."""

from __future__ import annotations

from itertools import pairwise

import pytest

from geodata.branches import BranchFinder, shortest_arcs
from geodata.contract import contract
from geodata.facts_rows import CorridorRow
from geodata.types import Asset, BranchLeg, DecisionGraph, Mode, Status
from tests.oracles.drawing import Line, draw, row

# From t to u lead the plain line, a longer named one and a planned one; a road goes on to w.
POINTS = {"t": (0.0, 0.0), "u": (3.0, 0.0), "w": (6.0, 0.0), "r": (3.0, 0.0), "x": (3.0, 1.0)}
TERMINALS = {"t": "T", "u": "U", "r": "U", "w": "W", "x": "LONE"}
ASSETS = (
    Asset("LONG", "line", "", 0.0, 0.0, ("AA",)),
    Asset("PLAN", "line", "", 0.0, 0.0, ("AA",), status="planned"),
    Asset("ELSE", "line", "", 0.0, 0.0, ("AA",)),
)
LINES = (
    Line("t", "u", km=300.0),
    Line("t", "u", km=900.0, asset="LONG"),
    Line("t", "u", km=200.0, asset="PLAN", status=Status.PLANNED),
    Line("r", "w", Mode.ROAD, km=400.0),
    Line("r", "w", Mode.ROAD, km=100.0, asset="ELSE"),
)


@pytest.fixture(scope="module")
def graph() -> DecisionGraph:
    return contract(draw(POINTS, *LINES, terminals=TERMINALS, assets=ASSETS))


def leg(graph: DecisionGraph, links: str, *, mode: str = "rail", to: str = "U") -> BranchLeg:
    return BranchFinder(graph).leg("B", 1, ends=("T", to), mode=mode, links=links)


def test_without_names_a_leg_takes_built_lines(graph: DecisionGraph) -> None:
    assert (leg(graph, "-").km, leg(graph, "-").gap) == (300.0, "")


def test_a_named_line_is_taken_though_it_is_longer(graph: DecisionGraph) -> None:
    found = leg(graph, "LONG")
    assert (found.km, found.links, found.gap) == (900.0, ("LONG",), "")
    assert [graph.assets[graph.arcs.asset[k]].id for k in found.arcs] == ["LONG"]


def test_a_planned_line_serves_only_when_named(graph: DecisionGraph) -> None:
    assert leg(graph, "PLAN").km == 200.0


@pytest.mark.parametrize(
    ("links", "mode", "to", "gap"),
    [
        ("NONE", "rail", "U", "unknown links NONE"),
        ("LONG+ELSE", "rail", "U", "does not run over ELSE"),
        ("-", "rail", "W", "W has no rail node"),
        ("-", "sea", "U", "T has no sea node"),
        ("-", "rail", "LONE", "LONE has no rail node"),
    ],
)
def test_a_leg_that_is_not_there_says_why(
    graph: DecisionGraph, links: str, mode: str, to: str, gap: str
) -> None:
    found = leg(graph, links, mode=mode, to=to)
    assert gap in found.gap


def branch(modes: tuple[str, ...], links: tuple[str, ...]) -> CorridorRow:
    terminals = ("T", "U", "W")
    return row(CorridorRow, branch="B", family="F", terminals=terminals, modes=modes, links=links)


def test_a_branch_is_its_legs_in_order_and_back(graph: DecisionGraph) -> None:
    finder = BranchFinder(graph)
    there = finder.branch(branch(("rail", "road"), ("LONG", "-")))
    back = finder.branch(branch(("rail", "road"), ("LONG", "-")), back=True)
    assert [(x.seq, x.from_id, x.to_id, x.mode, x.km) for x in there] == [
        (1, "T", "U", "rail", 900.0),
        (2, "U", "W", "road", 100.0),
    ]
    assert [(x.seq, x.from_id, x.to_id, x.mode, x.km) for x in back] == [
        (1, "W", "U", "road", 100.0),
        (2, "U", "T", "rail", 900.0),
    ]


def test_a_leg_leads_from_node_to_node(graph: DecisionGraph) -> None:
    arcs = graph.arcs
    for links in ("-", "LONG", "PLAN"):
        way = leg(graph, links).arcs
        at = [(int(arcs.tail[k]), int(arcs.head[k])) for k in way]
        assert all(a[1] == b[0] for a, b in pairwise(at))


def test_the_way_between_a_node_and_itself_is_empty(graph: DecisionGraph) -> None:
    import numpy as np

    rows = np.arange(len(graph.arcs))
    one = np.array([0])
    assert shortest_arcs(graph, rows, graph.arcs.length_km, (one, one)) == []
