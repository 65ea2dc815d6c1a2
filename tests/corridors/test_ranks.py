"""Draws of rates and the ranks under them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from corridors.control import Depth, control
from corridors.metrics.ranks import drawn_value, with_places_ranked
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
        assert row["rank_transit_p05"] == row["rank_transit_p95"] == row["rank_transit"] == 1
    for row in found.tables["chokepoints"]:
        # Volumes are drawn by nobody, so that only what a loss costs may change.
        assert row["rank_draws"] == 3
        assert row["rank_traffic_holds"] == 1.0
        assert row["rank_criticality_p05"] <= row["rank_criticality_p95"]  # type: ignore[operator]
    assert sum("drawn rates" in step for step in steps) == 3


def test_spans_of_ranks_by_hand() -> None:
    """Over twenty draws: 1 twice, 2 seventeen times, and once without a rank behind two."""
    draws = [{"rank_traffic": {"A": 1, "B": 2}, "rank_criticality": {"A": 1}}] * 2
    draws += [{"rank_traffic": {"A": 2, "B": 1}, "rank_criticality": {"A": 1}}] * 17
    draws += [{"rank_traffic": {"B": 1, "C": 2}, "rank_criticality": {"A": 1}}]
    rows = [
        {"asset_id": "A", "teu_per_year": 5.0, "criticality_usd_per_year": 1.0},
        {"asset_id": "B", "teu_per_year": 9.0, "criticality_usd_per_year": 1.0},
    ]
    a, b = with_places_ranked(rows, draws)
    assert (a["rank_traffic"], b["rank_traffic"]) == (2, 1)
    assert (a["rank_traffic_holds"], a["rank_traffic_first"]) == (0.85, 0.1)
    assert (a["rank_traffic_p05"], a["rank_traffic_p95"]) == (1.0, 2.0)
    assert (b["rank_traffic_holds"], b["rank_criticality_holds"]) == (0.9, 0.0)
    assert a["rank_draws"] == 20
    nothing, _ = with_places_ranked(rows, [])
    assert (nothing["rank_traffic"], nothing["rank_traffic_p95"]) == (2, None)
