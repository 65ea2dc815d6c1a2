"""The least to lift by trying everything: all subsets, and all simple ways."""

from __future__ import annotations

from itertools import chain, combinations
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from corridors.solve.barred import Barred

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from random import Random


class Case(NamedTuple):
    """A barred graph and what to connect."""

    barred: Barred
    start: int
    end: int
    cost: np.ndarray


def random_case(random: Random, *, heavy: bool = False) -> Case:
    """Return a small multigraph with parallel arcs, loops and shared elements."""
    n, elements = random.randint(2, 7), random.randint(1, 6)
    m = random.randint(1, 18)
    barriers = [
        frozenset(random.sample(range(elements), random.randint(0, min(3, elements))))
        for _ in range(random.randint(1, 8))
    ]
    arcs = [(random.randrange(n), random.randrange(n)) for _ in range(m)]
    rows = [random.randrange(-1 if random.random() < 0.3 else 0, len(barriers)) for _ in arcs]
    weight = [random.randint(1, 5) if heavy else 1 for _ in range(elements)]
    barred = Barred(
        np.array([a for a, _ in arcs], np.int32), np.array([b for _, b in arcs], np.int32),
        n, np.array(rows), barriers, weight,
    )  # fmt: skip
    cost = np.array([float(random.randint(0, 9)) for _ in arcs])
    return Case(barred, random.randrange(n), random.randrange(n), cost)


def reaches(case: Case, lifted: Collection[int], *, shut: Collection[int] = ()) -> bool:
    """Whether there is a way once some elements are lifted, over arcs not shut."""
    found, left = {case.start}, [case.start]
    while left:
        node = left.pop()
        for arc in arcs_from(case, node):
            head = int(case.barred.head[arc])
            if arc not in shut and barrier(case, arc) <= set(lifted) and head not in found:
                found.add(head)
                left.append(head)
    return case.end in found


def barrier(case: Case, arc: int) -> frozenset[int]:
    """Return what bars an arc."""
    row = int(case.barred.barrier_of_arc[arc])
    return frozenset() if row < 0 else case.barred.barriers[row]


def arcs_from(case: Case, node: int) -> list[int]:
    """Return the arcs that leave a node."""
    return [arc for arc, tail in enumerate(case.barred.tail.tolist()) if tail == node]


def weight_of(case: Case, lifted: Collection[int]) -> int:
    """Return what lifting some elements counts."""
    return sum(case.barred.weight[one] for one in lifted)


def lightest_subsets(case: Case) -> list[tuple[int, ...]]:
    """Return all lightest subsets of elements that open a way, none if none does."""
    elements = range(len(case.barred.weight))
    subsets = chain.from_iterable(combinations(elements, size) for size in range(len(elements) + 1))
    opening = [lifted for lifted in subsets if reaches(case, lifted)]
    least = min((weight_of(case, lifted) for lifted in opening), default=0)
    return sorted(lifted for lifted in opening if weight_of(case, lifted) == least)


def simple_ways(case: Case, way: tuple[int, ...] = (), node: int = -1) -> Iterator[tuple[int, ...]]:
    """Yield every way that calls at no node twice, whatever bars it."""
    node = case.start if node < 0 else node
    if node == case.end:
        yield way
        return
    seen = {case.start, *(int(case.barred.head[arc]) for arc in way)}
    for arc in arcs_from(case, node):
        if (head := int(case.barred.head[arc])) not in seen:
            yield from simple_ways(case, (*way, arc), head)


def lightest_on_ways(case: Case) -> int | None:
    """Return what the easiest of all simple ways counts, None if there is no way."""
    needs = ({one for arc in way for one in barrier(case, arc)} for way in simple_ways(case))
    return min((weight_of(case, need) for need in needs), default=None)


def cheapest(case: Case, lifted: Collection[int]) -> float:
    """Return the cost of the cheapest simple way over arcs that are open then."""
    return min(
        sum(float(case.cost[arc]) for arc in way)
        for way in simple_ways(case)
        if all(barrier(case, arc) <= set(lifted) for arc in way)
    )
