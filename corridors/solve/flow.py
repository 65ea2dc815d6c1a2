"""Flow of all demands over given routes: a linear programme on paths, by GLOP."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from ortools.linear_solver import pywraplp

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]


@dataclass(frozen=True)
class PathFlow:
    """Flow on each route and the part of each demand left unserved.

    `route_teu_per_year` has shape (routes,), `unserved_teu_per_year` (demands,);
    `cost_usd` is the cost of what is carried, without the penalty of what is not.
    """

    route_teu_per_year: Floats
    unserved_teu_per_year: Floats
    cost_usd: float
    objective_usd: float


class SolverError(RuntimeError):
    """The solver stopped without an optimum of a problem that always has one."""


def assign(cost: Floats, demand: Ints, volume: Floats, *, penalty: float) -> PathFlow:
    """Carry the demands over their routes at the least cost.

    Parameters
    ----------
    cost
        Cost of each route in USD per TEU, shape (routes,).
    demand
        Demand that each route serves, shape (routes,), index into `volume`.
    volume
        TEU a year wanted by each demand, shape (demands,).
    penalty
        USD per TEU left unserved.

    Raises
    ------
    ValueError
        If a volume or the penalty is negative, or a cost is not finite.
    SolverError
        If the solver fails.
    """
    if not np.isfinite(cost).all() or (len(volume) and volume.min() < 0) or penalty < 0:
        msg = "costs must be finite, volumes and the penalty not negative"
        raise ValueError(msg)
    solver = pywraplp.Solver.CreateSolver("GLOP")
    if solver is None:
        msg = "OR-Tools was built without GLOP"
        raise SolverError(msg)
    flow = [solver.NumVar(0.0, float(volume[k]), "") for k in demand]
    short = [solver.NumVar(0.0, float(v), "") for v in volume]
    rows = [solver.Constraint(float(v), float(v)) for v in volume]
    objective = solver.Objective()
    for k, (variable, usd) in enumerate(zip(flow, cost, strict=True)):
        rows[int(demand[k])].SetCoefficient(variable, 1.0)
        objective.SetCoefficient(variable, float(usd))
    for row, variable in zip(rows, short, strict=True):
        row.SetCoefficient(variable, 1.0)
        objective.SetCoefficient(variable, float(penalty))
    objective.SetMinimization()
    if solver.Solve() != pywraplp.Solver.OPTIMAL:
        msg = "GLOP found no optimum of the path flow"
        raise SolverError(msg)
    carried = np.array([variable.solution_value() for variable in flow])
    return PathFlow(
        route_teu_per_year=carried,
        unserved_teu_per_year=np.array([variable.solution_value() for variable in short]),
        cost_usd=float(carried @ cost) if len(cost) else 0.0,
        objective_usd=objective.Value(),
    )
