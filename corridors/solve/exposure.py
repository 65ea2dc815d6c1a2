"""What closures cost all demands together, and which switches could matter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np

from corridors.solve.finder import Finder
from corridors.solve.lattice import OdTree, Task
from corridors.solve.switched import switches_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Bools = NDArray[np.bool_]
    Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Exposure:
    """Demands with their trees, kept so that no closed set is searched twice.

    `volume` and `penalty` have shape (demands,): what is carried, and the most that
    carrying a unit may cost, which is also what not carrying it costs.
    """

    trees: tuple[OdTree, ...]
    volume: Floats
    penalty: Floats
    n_switches: int

    @classmethod
    def of(cls, tasks: Sequence[Task], volume: Floats, *, penalty: Floats | float) -> Self:
        """Prepare demands.

        Parameters
        ----------
        tasks
            The demands; their graphs have the same switches.
        volume
            What each carries a year, shape (demands,).
        penalty
            What not carrying a unit costs, by demand or for all.

        Raises
        ------
        ValueError
            If a volume or penalty is negative or not finite, or the graphs differ in their
            switches.
        """
        most = np.broadcast_to(np.asarray(penalty, np.float64), (len(tasks),))
        volume = np.asarray(volume, np.float64)
        for values in (volume, most):
            if len(values) != len(tasks) or not np.isfinite(values).all() or (values < 0).any():
                msg = "every demand needs a volume and a penalty, finite and not negative"
                raise ValueError(msg)
        counts = {task.graph.n_switches for task in tasks}
        if len(counts) > 1:
            msg = f"graphs of one question have the same switches, not {sorted(counts)} of them"
            raise ValueError(msg)
        trees = tuple(OdTree(Finder(one.graph, one.start, one.goals)) for one in tasks)
        return cls(trees, volume, most, max(counts, default=0))

    def costs(self, closed: int) -> Floats:
        """Return the cost of each demand's unit, infinite where there is no way, (demands,)."""
        return np.array([tree.at(closed).cost for tree in self.trees])

    def total(self, closed: int) -> float:
        """Return what carrying everything costs a year, penalties included."""
        return float(np.minimum(self.costs(closed), self.penalty) @ self.volume)

    def unserved(self, closed: int) -> float:
        """Return what is not carried a year for want of a way that is worth it."""
        return float(self.volume[self.costs(closed) >= self.penalty].sum())

    def used(self, closed: int) -> int:
        """Return the switches that touch a way in use: nothing else open matters."""
        found = 0
        for tree in self.trees:
            found |= tree.at(closed).used
        return found

    @property
    def searches(self) -> int:
        """The number of Dijkstra searches so far."""
        return sum(tree.finder.searches for tree in self.trees)


@dataclass(frozen=True)
class Criticality:
    """What closing each switch alone costs; those not listed cost nothing.

    `switch` (m,) are the switches that touch a way in use, `cost` what closing one adds a
    year, `unserved` what is then not carried, shape (m,); `by_demand` (m, demands) the cost
    by demand.
    """

    switch: NDArray[np.int64]
    cost: Floats
    unserved: Floats
    by_demand: Floats


def criticality(exposure: Exposure) -> Criticality:
    """Return what closing each switch alone costs (Jenelius, Petersen and Mattsson 2006).

    Only switches that touch a way in use can matter, so only these are tried.
    """
    switches = list(switches_of(exposure.used(0)))
    base = np.minimum(exposure.costs(0), exposure.penalty)
    rows = [np.minimum(exposure.costs(1 << one), exposure.penalty) - base for one in switches]
    by_demand = np.array(rows).reshape(len(rows), len(base)) * exposure.volume
    before = exposure.unserved(0)
    return Criticality(
        np.array(switches, np.int64),
        by_demand.sum(axis=1),
        np.array([exposure.unserved(1 << one) - before for one in switches]),
        by_demand,
    )


def interaction(exposure: Exposure, a: int, b: int) -> float:
    """Return what closing two switches costs beyond what closing each alone does.

    Above 0 they stand in for each other, below 0 they lie in series: closing the second
    then adds less than it would alone.
    """
    base, both = exposure.total(0), exposure.total(1 << a | 1 << b)
    return both - exposure.total(1 << a) - exposure.total(1 << b) + base


def interactions(exposure: Exposure, switches: Sequence[int]) -> Floats:
    """Return the interaction of all pairs of some switches, shape (m, m), 0 on the diagonal."""
    base, alone = exposure.total(0), [exposure.total(1 << one) for one in switches]
    found = np.zeros((len(switches), len(switches)))
    for i, a in enumerate(switches):
        for j in range(i):
            both = exposure.total(1 << a | 1 << switches[j])
            found[i, j] = found[j, i] = both - alone[i] - alone[j] + base
    return found
