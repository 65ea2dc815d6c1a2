"""Draws of rates and the ranks under them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from corridors.control import Depth, control
from corridors.metrics.ranks import drawn_value
from corridors.metrics.reprice import Uncertain
from tests.oracles.switched_tiny import write_tiny

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(("low", "value", "high"), [(1, 2, 5), (0, 0, 3), (1, 4, 4), (2, 9, 4)])
def test_drawn_values_are_triangular(low: float, value: float, high: float) -> None:
    """Against the quantiles of the distribution of NumPy; a value outside counts as its end."""
    one = Uncertain("rate", "USD", value, low, high)
    rng = np.random.default_rng(3)
    drawn = np.sort(rng.triangular(low, min(max(value, low), high), high, 40_000))
    for quantile in (0.05, 0.3, 0.5, 0.8, 0.95):
        expected = float(np.quantile(drawn, quantile))
        assert drawn_value(one, quantile) == pytest.approx(expected, abs=0.02 * (high - low))


def test_ranks_of_actors_that_hold_nothing_hold_under_all_rates(tmp_path: Path) -> None:
    """In the tiny world all trade is the actors' own, at whichever rates."""
    network, path = write_tiny(tmp_path)
    steps: list[str] = []
    found = control(
        path, network=network, out=tmp_path / "out", players=["KZ", "UZ"],
        depth=Depth(k=1, capacitated=0, rank_draws=3), tell=steps.append,
    )  # fmt: skip
    for row in found.tables["actors"]:
        assert row["rank_draws"] == 3
        assert row["rank_transit_holds"] == row["rank_shapley_g1_x1_holds"] == 1.0
    assert sum("drawn rates" in step for step in steps) == 3
