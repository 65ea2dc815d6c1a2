"""Linear programmes as arrays, solved by OR-Tools: the one place that knows its interfaces.

The fast way in is `ModelBuilderHelper.fill_model_from_sparse_data`, which takes a whole
matrix at once but is only half public; where it is missing or takes other arguments, the
same programme goes in through the public `pywraplp`, number by number. Prices of rows are
checked once per process on a programme whose answer is known, since some combinations of
interface and solver return other things as prices without a word.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp

from corridors.solve.errors import SolverError, SolverMissingError, WrongDualsError

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Solve = Callable[["LinearProgramme"], "LinearSolution"]

SOLVER = "GLOP"
#: How far a price may be off in the self-test.
EXACT = 1e-9


@dataclass(frozen=True)
class LinearProgramme:
    """Minimise `cost @ x` with `low <= x <= high` and `row_low <= matrix @ x <= row_high`.

    `cost`, `low` and `high` have shape (columns,), `row_low` and `row_high` (rows,),
    `matrix` (rows, columns). Bounds may be infinite.
    """

    cost: Floats
    low: Floats
    high: Floats
    matrix: sp.csr_array
    row_low: Floats
    row_high: Floats


@dataclass(frozen=True)
class LinearSolution:
    """An optimum: values (columns,) and prices of the rows (rows,).

    The price of a row is by how much the optimum rises when both its bounds rise by one.
    """

    values: Floats
    prices: Floats
    objective: float


def solve_linear(programme: LinearProgramme) -> LinearSolution:
    """Solve a linear programme by GLOP.

    Parameters
    ----------
    programme
        The programme.

    Raises
    ------
    SolverMissingError
        If OR-Tools was built without GLOP.
    WrongDualsError
        If GLOP gives wrong prices for a programme whose answer is known.
    SolverError
        If it finds no optimum: the programme has none, or numbers are too far apart.

    Examples
    --------
    Ten units, six of which find place on the way for 5, the others go for 8:

    >>> cost, ten = np.array([5.0, 8.0]), np.array([10.0, -np.inf])
    >>> high, zero = np.full(2, np.inf), np.zeros(2)
    >>> matrix = sp.csr_array([[1.0, 1.0], [1.0, 0.0]])
    >>> found = solve_linear(LinearProgramme(cost, zero, high, matrix, ten, np.array([10.0, 6.0])))
    >>> found.objective, found.prices.tolist()
    (62.0, [8.0, -3.0])
    """
    solve = _interface()
    if programme.matrix.shape[1] == 0:
        return _of_nothing(programme)
    return solve(programme)


def self_test(solve: Solve) -> None:
    """Refuse a solver whose prices are wrong on a programme of three variables.

    Ten units of demand on ways for 5 and 8, the first of which takes six, or unserved at
    20: the optimum is 62, a unit of demand costs 8 and one of capacity saves 3. Returned
    as prices have been seen the activities of the rows, 10 and 6.

    Parameters
    ----------
    solve
        What solves linear programmes.

    Raises
    ------
    WrongDualsError
        If its answer is another.
    """
    programme = LinearProgramme(
        cost=np.array([5.0, 8.0, 20.0]), low=np.zeros(3), high=np.full(3, np.inf),
        matrix=sp.csr_array(np.array([[1.0, 1.0, 1.0], [1.0, 0.0, 0.0]])),
        row_low=np.array([10.0, -np.inf]), row_high=np.array([10.0, 6.0]),
    )  # fmt: skip
    found = solve(programme)
    right = np.array([62.0, 6.0, 4.0, 0.0, 8.0, -3.0])
    given = np.array([found.objective, *found.values, *found.prices])
    if given.shape != right.shape or not np.allclose(given, right, rtol=0, atol=EXACT):
        msg = (
            "the solver of linear programmes is not to be trusted: of objective, values and prices "
            f"{right.tolist()} it gave {given.tolist()}; install the OR-Tools of the lock file"
        )
        raise WrongDualsError(msg)


@lru_cache(maxsize=1)
def _interface() -> Solve:
    """Return the fastest interface that is there and right."""
    solve = by_matrix if _takes_matrices() else by_number
    self_test(solve)
    return solve


def _takes_matrices() -> bool:
    """Tell whether this OR-Tools has the interface that takes whole matrices."""
    try:
        from ortools.linear_solver.python import model_builder_helper as helper
    except ImportError:
        return False
    return hasattr(helper.ModelBuilderHelper, "fill_model_from_sparse_data")


def by_matrix(programme: LinearProgramme) -> LinearSolution:
    """Solve a programme handed over as a whole; see :func:`solve_linear`."""
    from ortools.linear_solver.python import model_builder_helper as helper

    model = helper.ModelBuilderHelper()
    matrix = sp.csr_matrix(programme.matrix)
    fill: Any = model.fill_model_from_sparse_data  # its stub names types that are not
    fill(
        programme.low, programme.high, programme.cost, programme.row_low, programme.row_high, matrix
    )
    model.set_maximize(False)
    solver = helper.ModelSolverHelper(SOLVER)
    if not solver.solver_is_supported():
        raise SolverMissingError(_missing())
    solver.solve(model)
    if solver.status() != helper.SolveStatus.OPTIMAL:
        raise SolverError(_no_optimum(solver.status().name, programme))
    return LinearSolution(
        np.asarray(solver.variable_values(), np.float64),
        np.asarray(solver.dual_values(), np.float64),
        float(solver.objective_value()),
    )


def by_number(programme: LinearProgramme) -> LinearSolution:
    """Solve a programme handed over number by number; see :func:`solve_linear`."""
    from ortools.linear_solver import pywraplp  # type: ignore[attr-defined]

    solver = pywraplp.Solver.CreateSolver(SOLVER)
    if solver is None:
        raise SolverMissingError(_missing())
    bounds = zip(programme.low.tolist(), programme.high.tolist(), strict=True)
    columns = [solver.NumVar(low, high, "") for low, high in bounds]
    rows = _rows(solver, columns, programme)
    objective = solver.Objective()
    for column, cost in zip(columns, programme.cost.tolist(), strict=True):
        objective.SetCoefficient(column, cost)
    objective.SetMinimization()
    status = solver.Solve()
    if status != pywraplp.Solver.OPTIMAL:
        raise SolverError(_no_optimum(str(status), programme))
    return LinearSolution(
        np.array([column.solution_value() for column in columns], np.float64),
        np.array([row.dual_value() for row in rows], np.float64),
        float(objective.Value()),
    )


def _rows(solver: Any, columns: list[Any], programme: LinearProgramme) -> list[Any]:  # noqa: ANN401 - SWIG
    """Hand over the rows of a programme."""
    matrix, rows = programme.matrix, []
    for k, bounds in enumerate(zip(programme.row_low, programme.row_high, strict=True)):
        row = solver.Constraint(*map(float, bounds))
        part = slice(matrix.indptr[k], matrix.indptr[k + 1])
        numbers = zip(matrix.indices[part].tolist(), matrix.data[part].tolist(), strict=True)
        for column, number in numbers:
            row.SetCoefficient(columns[column], number)
        rows.append(row)
    return rows


def _of_nothing(programme: LinearProgramme) -> LinearSolution:
    """Return the solution of a programme without columns."""
    if (programme.row_low > 0).any() or (programme.row_high < 0).any():
        raise SolverError(_no_optimum("no columns", programme))
    return LinearSolution(np.zeros(0), np.zeros(len(programme.row_low)), 0.0)


def _missing() -> str:
    return f"OR-Tools was built without {SOLVER}; install the wheel of the lock file"


def _no_optimum(status: str, programme: LinearProgramme) -> str:
    rows, columns = programme.matrix.shape
    return f"{SOLVER} found no optimum of {rows} rows and {columns} columns: {status}"
