"""Functions on all subsets of n things as arrays of 2^n values, bit i for thing i.

Games, switches and probabilities are told this way. An axis for each bit is had by
reshaping, so that what concerns one bit is a slice and nothing is gathered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Masks = NDArray[np.uint64]

_T = TypeVar("_T", bound=np.generic)


def things_of(table: NDArray[_T]) -> int:
    """Return of how many things the subsets are that a table has a value for.

    Raises
    ------
    ValueError
        If its length is no power of 2.
    """
    n = max(len(table).bit_length() - 1, 0)
    if table.ndim != 1 or len(table) != 1 << n:
        msg = f"a table over subsets has a power of 2 of values, not shape {table.shape}"
        raise ValueError(msg)
    return n


def halves(table: NDArray[_T], bit: int) -> tuple[NDArray[_T], NDArray[_T]]:
    """Return views of the values without and with a bit, in the same order, (2^(n - 1),).

    Both have shape (2^(n - 1 - bit), 2^bit).

    Examples
    --------
    >>> without, having = halves(np.arange(8), 1)
    >>> without.ravel().tolist(), having.ravel().tolist()
    ([0, 1, 4, 5], [2, 3, 6, 7])
    """
    apart = table.reshape(-1, 2, 1 << bit)
    return apart[:, 0, :], apart[:, 1, :]


def sizes(n: int) -> Ints:
    """Return how many things each subset holds, shape (2^n,)."""
    return np.bitwise_count(np.arange(1 << n)).astype(np.int64)


def sums(values: Sequence[float] | Floats) -> Floats:
    """Return the sum over each subset of values of the things, shape (2^n,).

    Examples
    --------
    >>> sums([1.0, 10.0]).tolist()
    [0.0, 1.0, 10.0, 11.0]
    """
    found = np.zeros(1)
    for value in values:
        found = np.concatenate([found, found + value])
    return found


def unions(masks: Sequence[int]) -> Masks:
    """Return the union over each subset of the things' own sets, shape (2^n,).

    Examples
    --------
    >>> unions([0b001, 0b110]).tolist()
    [0, 1, 6, 7]
    """
    found = np.zeros(1, np.uint64)
    for mask in masks:
        found = np.concatenate([found, found | np.uint64(mask)])
    return found
