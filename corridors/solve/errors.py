"""What can go wrong in the solvers, apart from arguments that are not of their domain."""

from __future__ import annotations


class SolverError(RuntimeError):
    """The solver stopped without an optimum of a problem that always has one."""


class SolverMissingError(SolverError):
    """OR-Tools was built without the solver."""


class WrongDualsError(SolverError):
    """The solver gave wrong prices for a linear programme whose answer is known."""


class StoppedError(Exception):
    """The caller asked to stop; what was found so far stands."""
