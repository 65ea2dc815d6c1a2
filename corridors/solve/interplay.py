"""How projects depend on each other, and what one is worth that nobody uses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from corridors.solve.choose import Evaluate

    Bools = NDArray[np.bool_]
    Floats = NDArray[np.float64]

#: Used where nothing is closed; unused there but worth something; of no worth anywhere.
Role = Literal["used", "caps a price", "idle"]


def complementarity(evaluate: Evaluate, n: int) -> Floats:
    """Return V(lm) - V(l) - V(m) of each pair: above 0 they help each other, below replace.

    V is what a set saves against building nothing.

    Parameters
    ----------
    evaluate
        What all demands cost in each scenario with some projects built, shape (S,).
    n
        How many projects there are; 1 + n + n (n - 1) / 2 sets are evaluated.

    Returns
    -------
    Floats
        Shape (S, n, n), symmetric; on the diagonal what each project saves alone.

    Examples
    --------
    Two halves of a line that save 10 together, nothing alone:

    >>> halves = lambda built: np.array([90.0 if built.all() else 100.0])
    >>> complementarity(halves, 2)[0].tolist()
    [[0.0, 10.0], [10.0, 0.0]]
    """
    one = np.eye(n, dtype=bool)
    base = evaluate(np.zeros(n, bool))
    alone = np.stack([base - evaluate(one[j]) for j in range(n)], axis=1)
    found = np.zeros((len(base), n, n))
    found[:, range(n), range(n)] = alone
    for j in range(n):
        for k in range(j):
            both = base - evaluate(one[j] | one[k])
            found[:, j, k] = found[:, k, j] = both - alone[:, j] - alone[:, k]
    return found


def worth(evaluate: Evaluate, built: Bools) -> Floats:
    """Return what more each scenario costs without each project built, shape (S, n).

    Projects that are not built have 0.
    """
    base = evaluate(built)
    found = np.zeros((len(base), len(built)))
    for project in np.flatnonzero(built):
        without = built.copy()
        without[project] = False
        found[:, project] = evaluate(without) - base
    return found


def roles(used: Bools, value: Floats, *, least: float = 0.0) -> tuple[Role, ...]:
    """Say what each project is for.

    A project can be worth its money though nothing goes over it: where another way is
    closed or gets dearer, cargo would move to it, which caps what may be asked there.

    Parameters
    ----------
    used
        Whether anything goes over each project, by scenario, shape (S, n); the first
        scenario is the one with nothing closed, the others are threats.
    value
        What each scenario costs more without it, shape (S, n), as `worth` returns.
    least
        Worth up to this is none, in units of the value.

    Examples
    --------
    >>> used = np.array([[True, False, False], [True, True, False]])
    >>> roles(used, np.array([[5.0, 0.0, 0.0], [5.0, 3.0, 0.0]]))
    ('used', 'caps a price', 'idle')
    """
    helps = [bool(one.any()) for one in (value > least).T]
    return tuple(
        "used" if here else "caps a price" if help_ else "idle"
        for here, help_ in zip(used[0].tolist(), helps, strict=True)
    )
