"""Small flows with projects, drawn by hand or at random, and projects to go with them."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy.sparse as sp

from corridors.metrics.investment import Investment
from corridors.model.capacity import Amount, Project
from corridors.solve.building import Buildable, Costs
from corridors.solve.flow import carry
from corridors.solve.problem import Capacities, Demands, FlowClass, FlowProblem
from tests.oracles.random_flow import random_problem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geodata.types import Bools


def flow(
    arcs: Sequence[tuple[int, int, float]], demands: Sequence[tuple[int, int, float]],
    limits: Sequence[tuple[int, float]] = (), *, penalty: float = 100.0,
) -> FlowProblem:  # fmt: skip
    """Return a flow: arcs as tail, head, cost; demands as ends and volume; limits by arc."""
    tail, head, cost = (np.array(one) for one in zip(*arcs, strict=True))
    n = int(max(tail.max(), head.max())) + 1
    road = FlowClass(
        tail.astype(np.int32), head.astype(np.int32), np.arange(len(arcs)), cost.astype(float),
        np.ones(len(arcs), bool), n,
    )  # fmt: skip
    wanted = Demands(
        np.zeros(len(demands), np.int64), np.array([one[0] for one in demands]),
        [np.array([one[1]]) for one in demands], np.array([float(one[2]) for one in demands]),
        np.full(len(demands), penalty),
    )  # fmt: skip
    places = np.array([arc for arc, _ in limits], np.int64)
    most = np.array([limit for _, limit in limits])
    return FlowProblem([road], wanted, Capacities.on_arcs(places, most, of=len(arcs)))


def buildable(
    problem: FlowProblem, opens: Sequence[Sequence[int]], gains: Sequence[Sequence[float]]
) -> Buildable:
    """Return a flow with projects: the arcs that each opens, and what it adds to each row."""
    marks = np.zeros((len(opens), len(problem.classes[0].tail)))
    for project, arcs in enumerate(opens):
        marks[project, list(arcs)] = 1.0
    rows = np.array(gains, float).reshape(len(opens), len(problem.capacities))
    return Buildable(problem, sp.csr_array(marks), rows)


def afresh(drawn: Buildable, built: Bools) -> float:
    """Return what a set costs by a flow of all demands, with nothing known before."""
    return carry(drawn.built(built), gap=1e-12).objective_usd


def random_buildable(seed: int) -> Buildable:
    """Return a flow on a few nodes with projects that open arcs, add capacity, or both."""
    rng = np.random.default_rng(seed)
    nodes, n = 6, int(rng.integers(2, 6))
    arcs = [
        (int(a), int(b), float(rng.integers(1, 30)))
        for a in range(nodes) for b in range(nodes) if a != b and rng.random() < 0.7
    ]  # fmt: skip
    demands = [
        (*rng.choice(nodes, 2, replace=False).tolist(), float(rng.integers(1, 20)))
        for _ in range(4)
    ]
    limited = rng.choice(len(arcs), min(4, len(arcs)), replace=False).tolist()
    limits = [(arc, float(rng.integers(0, 15))) for arc in limited]
    opens = [rng.choice(len(arcs), 2, replace=False).tolist() for _ in range(n)]
    gains = rng.integers(0, 10, (n, len(limits))) * (rng.random((n, len(limits))) < 0.4)
    return buildable(flow(arcs, demands, limits), opens, gains.tolist())


def classed_buildable(seed: int) -> Buildable:
    """Return a flow of two classes that take differently of capacities, with projects."""
    problem = random_problem(seed)
    rng = np.random.default_rng(seed)
    arcs, n = problem.capacities.usage.shape[1], 4
    own = problem.capacities.usage.toarray() * (rng.random(arcs) < 0.7)
    caps = replace(problem.capacities, own={1: sp.csr_array(own)})
    marks = rng.random((n, arcs)) < 0.2
    gains = rng.integers(0, 6, (n, len(caps))) * (rng.random((n, len(caps))) < 0.4)
    return Buildable(
        replace(problem, capacities=caps), sp.csr_array(marks.astype(float)), gains.astype(float)
    )


def project(name: str, cost: float, *, opening: int | None = 2030) -> Project:
    """Return a project of the tables."""
    return Project(
        id=name, title=f"The {name}", kind="link", builds=(), cost_usd=Amount(cost, cost, cost),
        opening={"low": opening, "likely": opening, "high": opening}, promoter="", status="planned",
        quality="reported", sources=("S1",),
    )  # fmt: skip


class Drawn(Investment):
    """A scenario with projects on a drawn flow, as the tables would lay them."""

    def __init__(self, name: str, drawn: Buildable, prices: Sequence[float]) -> None:
        count = len(drawn.problem.capacities)
        self.drawn = drawn
        projects = tuple(project(f"P{at}", price) for at, price in enumerate(prices))
        held: Any = SimpleNamespace
        self.scenario = held(id=name, title=name, demands=[held(teu_per_year=1.0)])
        self.rows = held(rows=tuple(held(source_id=f"C{at}") for at in range(count)))
        matters: Bools = (np.diff(drawn.opens.indptr) > 0) | (drawn.gains > 0).any(axis=1)
        self.arrays = held(
            matters=matters, problems=("P9: opens nothing",), projects=projects,
            cost_usd=np.array(prices, float),
        )  # fmt: skip

    def costs(self, among: Sequence[int]) -> Costs:
        """Return what sets of some projects cost."""
        some, drawn = list(among), self.drawn
        return Costs(Buildable(drawn.problem, drawn.opens[some], drawn.gains[some]))
