"""Chokepoints: what passes each asset, what its loss costs, and the worst losses of a few."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from corridors.metrics.states import penalties
from corridors.metrics.switching import Board
from corridors.model.access import Scope
from corridors.scenario.switches import PLACE, Switch
from corridors.solve.curves import denial_curves
from corridors.solve.exposure import Exposure, criticality, interactions
from corridors.solve.switched import mask_of, switches_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corridors.model.scenario import Demand, Scenario
    from corridors.scenario.compile import Compiled
    from corridors.solve.curves import Curves
    from geodata.types import Asset, Bools

    Row = dict[str, object]

#: Kinds of assets that are chokepoints.
KINDS = ("crossing", "strait", "line", "service", "terminal")
TERMINAL = "terminal"
#: Costs that differ by no more than this share are equal.
EQUAL = 1e-9
#: How many random sets of each size a resilience curve is drawn from.
DRAWS = 100
#: How many of the most critical assets are paired.
PAIRED = 12
DENIAL_FIELDS = (
    "scope", "closed", "assets", "cost_usd_per_year", "added_usd_per_year",
    "unserved_teu_per_year", "proven", "bound_usd_per_year", "as_bad", "greedy",
    "greedy_added_usd_per_year", "greedy_gap", "random_added_usd_per_year",
    "random_low_usd_per_year", "random_high_usd_per_year",
)  # fmt: skip
PAIR_FIELDS = (
    "a", "b", "a_alone_usd_per_year", "b_alone_usd_per_year", "interaction_usd_per_year",
    "relation",
)  # fmt: skip


@dataclass(frozen=True)
class Assets:
    """The assets of a scenario as switches, and the demands that have a way.

    `ends` (demands,) are the terminals of each demand as a set of switches; `passing`
    (assets, demands) marks what each way passes now, its own ends left out.
    """

    board: Board
    assets: tuple[Asset, ...]
    exposure: Exposure
    rows: tuple[int, ...]
    ends: tuple[int, ...]

    @property
    def demands(self) -> tuple[Demand, ...]:
        """The demands that count."""
        return tuple(self.board.demands[k] for k in self.rows)

    @property
    def allowed(self) -> int:
        """The assets whose loss counts together: terminals where demands end left out."""
        ends = 0
        for one in self.ends:
            ends |= one
        return ((1 << self.board.n) - 1) & ~ends

    def passing(self) -> Bools:
        """Return which demands pass which asset now, (assets, demands)."""
        found = np.zeros((self.board.n, len(self.rows)), bool)
        for k, (tree, own) in enumerate(zip(self.exposure.trees, self.ends, strict=True)):
            found[list(switches_of(tree.at(0).used & ~own)), k] = True
        return found


def assets_of(scenario: Scenario, compiled: Compiled) -> Assets:
    """Make a switch of each asset that any cargo could use."""
    assets, rows = chokepoints_of(compiled)
    switches = tuple(Switch(one.id, PLACE, one.name, (one.id,)) for one in assets)
    return assets_on(Board(scenario, compiled, switches, rows, 0), assets)


def assets_on(board: Board, assets: Sequence[Asset]) -> Assets:
    """Return some assets over the demands of a board whose switches they are."""
    whole = Exposure.of(board.tasks, board.volume, penalty=1.0)
    base = whole.costs(0)
    kept = tuple(np.flatnonzero(np.isfinite(base)).tolist())
    exposure = Exposure(
        tuple(whole.trees[k] for k in kept), whole.volume[list(kept)],
        penalties(board.scenario, base, base)[list(kept)], board.n,
    )  # fmt: skip
    ends = tuple(
        mask_of(board.index[name] for name in (demand.origin, demand.destination)
                if name in board.index)
        for demand in (board.demands[k] for k in kept)
    )  # fmt: skip
    return Assets(board, tuple(assets), exposure, kept, ends)


def chokepoints_of(compiled: Compiled) -> tuple[tuple[Asset, ...], Bools]:
    """Return the assets that any cargo could use, and their open arcs, (assets, n)."""
    graph, terrain = compiled.graph, compiled.laid.terrain
    scopes = [Scope("asset", frozenset({one.id})) for one in graph.assets]
    rows = terrain.coverage.matrix(scopes)[:, terrain.place_of_arc] & compiled.closures.open
    chosen = [at for at, one in enumerate(graph.assets) if one.kind in KINDS and rows[at].any()]
    return tuple(graph.assets[at] for at in chosen), rows[chosen]


def chokepoint_rows(found: Assets) -> list[Row]:
    """Return a row for each asset that a way passes now, the most critical first."""
    exposure = found.exposure
    passing = found.passing()
    base = np.minimum(exposure.costs(0), exposure.penalty)
    whole = float(exposure.volume.sum())
    critical = criticality(exposure)
    rows = []
    for at, by_demand in zip(critical.switch.tolist(), critical.by_demand, strict=True):
        users = passing[at]
        if not users.any():
            continue
        after = exposure.costs(1 << at)
        lost = users & (after >= exposure.penalty)
        kept = users & ~lost
        tied = kept & (after <= base * (1 + EQUAL))
        detour = after[kept] / base[kept]
        asset, teu = found.assets[at], float(exposure.volume @ users)
        rows.append(
            {
                "asset_id": asset.id,
                "kind": asset.kind,
                "name": asset.name,
                "countries": asset.countries,
                "status": asset.status,
                "teu_per_year": teu,
                "tied_teu_per_year": float(exposure.volume @ tied),
                "traffic_share": teu / whole,
                "demands": int(users.sum()),
                "betweenness_share": float(users.mean()),
                "criticality_usd_per_year": float(by_demand[users].sum()),
                "criticality_unserved_teu_per_year": float(exposure.volume @ lost),
                "severs_demands": int((users & np.isinf(after)).sum()),
                "detour_factor": float(np.average(detour, weights=exposure.volume[kept]))
                if kept.any()
                else None,
                "confidence": asset.confidence,
            }
        )
    return sorted(rows, key=lambda row: (-_number(row["criticality_usd_per_year"]),
                                         str(row["asset_id"])))  # fmt: skip


def _number(value: object) -> float:
    return float(str(value))


def denial(found: Assets, most: int) -> Curves:
    """Return the exact worst loss of one to so many assets, with greed and chance beside it."""
    return denial_curves(
        found.exposure, most, draws=DRAWS, seed=found.board.scenario.seed, among=found.allowed
    )


def denial_rows(found: Assets, curves: Curves) -> list[Row]:
    """Return a row for each number of assets closed."""
    base = float(curves.worst_total[0])
    rows: list[Row] = []
    for k, worst in enumerate(curves.worst, start=1):
        random = curves.random[k]
        rows.append(
            {
                "scope": "assets",
                "closed": k,
                "assets": _ids(found, worst.closed),
                "cost_usd_per_year": worst.cost,
                "added_usd_per_year": worst.added,
                "unserved_teu_per_year": float(curves.worst_unserved[k - 1]),
                "proven": worst.proven,
                "bound_usd_per_year": worst.bound,
                "as_bad": " | ".join(_ids(found, one) for one in worst.others),
                "greedy": _ids(found, curves.greedy[:k]),
                "greedy_added_usd_per_year": float(curves.greedy_total[k]) - base,
                "greedy_gap": float(curves.greedy_gap[k]),
                "random_added_usd_per_year": random.value - base,
                "random_low_usd_per_year": random.low - base,
                "random_high_usd_per_year": random.high - base,
            }
        )
    return rows


def pair_rows(found: Assets, chokepoints: Sequence[Row]) -> list[Row]:
    """Return how the most critical assets go together: in series, or one for the other.

    Terminals where demands end are left out.
    """
    places = (found.board.index[str(row["asset_id"])] for row in chokepoints)
    top = [at for at in places if found.allowed >> at & 1][:PAIRED]
    both = interactions(found.exposure, top)
    base = found.exposure.total(0)
    alone = [found.exposure.total(1 << one) - base for one in top]
    rows: list[Row] = []
    for i, a in enumerate(top):
        for j in range(i):
            value = float(both[i, j])
            relation = "substitutes" if value > 1 else "in series" if value < -1 else "apart"
            names = found.assets[top[j]].id, found.assets[a].id
            rows.append(dict(zip(PAIR_FIELDS, (*names, alone[j], alone[i], value, relation),
                                 strict=True)))  # fmt: skip
    return rows


def _ids(found: Assets, closed: Sequence[int]) -> str:
    return ";".join(found.assets[at].id for at in closed)
