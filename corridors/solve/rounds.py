"""Graphs some of whose arcs pay: weights made fit for Dijkstra, or a round that pays.

Where a minimum flow is missed, its price makes arcs cheaper than free. Ways can then still
be searched by Dijkstra's method once each weight is shifted by the difference of potentials
of its ends (Johnson 1977), unless there is a round on which cargo would earn. Such a round
is a column of the master programme like any other: without it the programme on ways would
not be the one on arcs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import scipy.sparse as sp
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

#: Gains below this share of the largest weight are none.
NO_GAIN = 1e-9


def potentials(graph: sp.csr_array) -> tuple[Floats, Ints]:
    """Return potentials of the nodes, or the nodes of a round that pays.

    Parameters
    ----------
    graph
        Weights of the arcs, of any sign; infinite ones are shut.

    Returns
    -------
    tuple of arrays
        Potentials, shape (nodes,), with which ``weight + p[tail] - p[head]`` is not
        negative but for rounding, and the nodes of a round of negative weight in travel
        order: empty unless there is one, and then the potentials mean nothing.

    Examples
    --------
    >>> import scipy.sparse as sp
    >>> potentials(sp.csr_array([[0.0, 2.0], [-1.0, 0.0]]))[0].tolist()
    [-1.0, 0.0]
    >>> sorted(potentials(sp.csr_array([[0.0, 1.0], [-2.0, 0.0]]))[1].tolist())
    [0, 1]
    """
    n = graph.shape[0]
    by_head = graph.tocsc()
    tail, weight = by_head.indices, by_head.data
    heads = np.flatnonzero(np.diff(by_head.indptr))
    first, head_of = by_head.indptr[heads], np.repeat(np.arange(n), np.diff(by_head.indptr))
    least, before = np.zeros(n), np.full(n, -1, np.int64)
    finite = np.abs(weight[np.isfinite(weight)])
    gain = NO_GAIN * (1.0 + finite.max(initial=0.0))
    for _ in range(n + 1):
        come = least[tail] + weight
        best = np.full(n, np.inf)
        best[heads] = np.minimum.reduceat(come, first) if len(heads) else 0.0
        better = best < least - gain
        if not better.any():
            return least, np.zeros(0, np.int64)
        winner = np.flatnonzero((come == best[head_of]) & better[head_of])
        before[head_of[winner]] = tail[winner]
        least = np.where(better, best, least)
    return least, _round(before, int(np.flatnonzero(better)[0]))


def _round(before: Ints, node: int) -> Ints:
    """Return the nodes of the round that is reached by going back from a node."""
    for _ in range(len(before)):
        node = int(before[node])
    found = [node]
    while (near := int(before[found[-1]])) != node:
        found.append(near)
    return np.array(found[::-1], np.int64)
