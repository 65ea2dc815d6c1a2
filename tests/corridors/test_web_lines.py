"""Lines of a page: what is shared is stored once, and nothing is lost on the way."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridors.report.web_lines import encoded, joined, quantised, share, thinned

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
points = st.tuples(st.integers(0, 4), st.integers(0, 4))
walks = st.lists(st.lists(points, max_size=8), max_size=6)


def decoded(text: str) -> list[list[int]]:
    """Return the points of a text, as the script of the page reads it."""
    steps, value, shift = [], 0, 0
    for letter in text:
        part = LETTERS.index(letter)
        value |= (part & 31) << shift
        shift += 5
        if not part & 32:
            steps.append(-(value + 1) // 2 if value & 1 else value // 2)
            value = shift = 0
    found: list[list[int]] = np.cumsum(np.array(steps).reshape(-1, 2), axis=0).tolist()
    return found


@given(st.lists(st.tuples(st.integers(-(10**7), 10**7), st.integers(-(10**6), 10**6)), min_size=1))
def test_text_reads_back_equal(given_points: list[tuple[int, int]]) -> None:
    whole = np.array(given_points)
    assert decoded(encoded(whole)) == whole.tolist()


@given(walks)
def test_stretches_put_together_are_the_lines(given_walks: list[list[tuple[int, int]]]) -> None:
    lines = [quantised(np.array(walk, dtype=float)) for walk in given_walks]
    shared = share(lines)
    for line, run in zip(lines, shared.lines, strict=True):
        found = joined(run, [one.astype(float) for one in shared.stretches])
        assert found.tolist() == (line.tolist() if len(line) > 1 else [])


@given(walks)
def test_each_step_of_the_lines_is_stored_once(
    given_walks: list[list[tuple[int, int]]],
) -> None:
    lines = [quantised(np.array(walk, dtype=float)) for walk in given_walks]
    kept = [step for one in share(lines).stretches for step in steps_of(one)]
    assert len(kept) == len(set(kept))
    assert set(kept) == {step for line in lines for step in steps_of(line)}


def steps_of(line: np.ndarray) -> list[frozenset[tuple[int, ...]]]:
    """Return the steps of a line, whichever way they are walked."""
    return [frozenset((tuple(a), tuple(b))) for a, b in pairwise(line.tolist())]


def test_a_line_and_its_way_back_share_all() -> None:
    there = np.array([[0, 0], [1, 0], [2, 1]])
    shared = share([there, there[::-1]])
    assert len(shared.stretches) == 1
    assert shared.lines == ((0,), (~0,))


def test_a_branch_cuts_the_line_that_it_leaves() -> None:
    main, branch = np.array([[0, 0], [1, 0], [2, 0]]), np.array([[1, 0], [1, 1]])
    shared = share([main, branch])
    assert [one.tolist() for one in shared.stretches] == [
        [[0, 0], [1, 0]], [[1, 0], [2, 0]], [[1, 0], [1, 1]],
    ]  # fmt: skip
    assert shared.lines == ((0, 1), (2,))


@pytest.mark.parametrize("line", [np.zeros((0, 2), np.int64), np.zeros((1, 2), np.int64)])
def test_what_is_no_line_runs_over_nothing(line: np.ndarray) -> None:
    assert share([line]).lines == ((),)


def test_thinning_keeps_ends_and_corners() -> None:
    bent = np.array([[0, 0], [10_000, 3], [20_000, 0], [20_000, 20_000]])
    (found,) = thinned([bent], 0.001)
    assert found.tolist() == [[0, 0], [20_000, 0], [20_000, 20_000]]
    assert thinned([], 0.1) == []
