"""CP-SAT set so that the same problem gives the same answer on any machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ortools.sat.python import cp_model


def steady_solver(effort: float) -> cp_model.CpSolver:
    """Return a solver of one worker and a fixed seed.

    Parameters
    ----------
    effort
        What one solve may take, in CP-SAT's deterministic seconds.
    """
    from ortools.sat.python import cp_model

    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 0
    solver.parameters.max_deterministic_time = effort
    return solver
