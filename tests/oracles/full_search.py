"""Cheapest costs on the full network, link by link, for comparing with the contraction."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp
from scipy.sparse.csgraph import dijkstra

if TYPE_CHECKING:
    from geodata.types import Bools, Floats, Ints, Network


class FullSearch:
    """The links of a network as arcs, sorted once; weights and closures come per search.

    Parallel arcs stay entries of their own: the matrix is built by hand, since scipy
    would add them up.
    """

    def __init__(self, network: Network) -> None:
        links = network.links
        back = np.flatnonzero(~links.oneway)
        tail = np.concatenate([links.u, links.v[back]])
        head = np.concatenate([links.v, links.u[back]])
        link = np.concatenate([np.arange(len(links)), back])
        order = np.argsort(tail, kind="stable")
        self.head, self.link = head[order], link[order]
        self.n = len(network.nodes)
        self.start = np.concatenate([[0], np.cumsum(np.bincount(tail, minlength=self.n))])

    def distances(self, weight: Floats, usable: Bools, roots: Ints) -> Floats:
        """Cheapest cost from each root to every node, shape (roots, nodes)."""
        keep = usable[self.link]
        start = np.concatenate([[0], np.cumsum(keep)])[self.start]
        entries = weight[self.link[keep]], self.head[keep], start.astype(np.int32)
        matrix = sp.csr_matrix(entries, shape=(self.n, self.n))
        found: Floats = dijkstra(matrix, indices=roots)
        return found
