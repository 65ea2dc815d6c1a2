"""The tables of a control run as metrics."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from corridors.metrics.catalogue import metric
from corridors.metrics.ranks import PLACED, RANKED, TOLD
from corridors.metrics.robust_plans import ROBUST
from corridors.metrics.turning import CHANCE, VALUE_OF_TIME
from corridors.solve.blocking import MOST_SETS, enabling_sets, independent_routes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from corridors.metrics.actors import Solved
    from corridors.metrics.transit import Game
    from corridors.model.result import Metric
    from corridors.solve.curves import Curves

    Row = Mapping[str, object]

_USD = "usd_per_year"


def _firmness(ranks: Iterable[str]) -> dict[str, str]:
    """Return the columns that tell how firmly some ranks stand, each with its metric."""
    return {f"{name}_{what}": f"{name.removesuffix('_x1')}_{what}" for name in ranks
            for what in TOLD}  # fmt: skip


#: For each table: the column of the subject, and which column is which metric.
_OF_COLUMN = {
    "actors": ("actor", "actor", {
        "transit_share_teu": "transit_share_teu", "transit_share_value": "transit_share_value",
        "transit_share_tkm": "transit_share_tkm", "veto_share_teu": "veto_share_teu",
        "effective_veto_share_teu": "effective_veto_share_teu",
        f"rent_ceiling_{_USD}": "rent_ceiling", f"shapley_g1_x1_{_USD}": "shapley_g1",
        f"banzhaf_g1_{_USD}": "banzhaf_g1", "pivotal_share_g1": "pivotal_share_g1",
        **_firmness(RANKED),
        f"shapley_g2_{_USD}": "shapley_g2", f"nucleolus_g2_{_USD}": "nucleolus_g2",
    }),
    "chokepoints": ("asset", "asset_id", {
        "traffic_share": "chokepoint_traffic_share", "betweenness_share": "betweenness_share",
        f"criticality_{_USD}": "criticality",
        "criticality_unserved_teu_per_year": "criticality_unserved",
        "detour_factor": "detour_factor", f"trade_disrupted_{_USD}": "trade_disrupted",
        f"capacitated_{_USD}": "criticality_capacitated",
        "capacitated_unserved_teu_per_year": "criticality_capacitated_unserved",
        "bridge": "bridge", "articulation": "articulation", **_firmness(PLACED),
    }),
    "denial": ("denial", "closed", {
        f"added_{_USD}": "denial_worst", f"random_added_{_USD}": "denial_random",
        "greedy_gap": "denial_greedy_gap",
    }),
    "links_value": ("link", "link", {
        f"now_{_USD}": "link_value_now", f"expected_rho0.3_{_USD}": "link_value_expected",
        f"most_{_USD}": "link_value_most", "used_share_teu": "link_used_share",
        f"regret_reduced_{_USD}": "link_regret_reduced",
        "expected_rho0.3_per_usd": "link_value_per_usd",
    }),
}  # fmt: skip


def control_metrics(
    tables: Mapping[str, Sequence[Row]], game: Game, values: Solved, curves: Curves
) -> Iterator[Metric]:
    """Yield every number of some tables that is a metric, and those of the games.

    Parameters
    ----------
    tables
        Rows by the name of their table.
    game, values
        The games and their solution.
    curves
        The curves of denial.
    """
    for name, (kind, subject, columns) in _OF_COLUMN.items():
        for row in tables[name]:
            for column, called in columns.items():
                value = row[column]
                if isinstance(value, (int, float)) and math.isfinite(value):
                    yield metric(called, kind, str(row[subject]), float(value))
    for at, one in enumerate(("G1", "G2")):
        yield metric("core_empty", "game", one, float(values.core_empty[at]))
        yield metric("least_core_epsilon", "game", one, values.epsilon[at])
        yield metric("game_worth", "game", one, values.worth[at])
    yield metric("fragility", "scenario", "all", curves.fragility)
    yield from _risk(tables["risk"])
    yield from _severing(tables["coalitions"])
    yield from _exposed(tables["exposure"])
    yield from _hedges(tables["hedges"])
    yield from _regret(tables["plans"])
    yield from _turning(tables["breakpoints"])
    yield from _independent(game)


def _risk(rows: Sequence[Row]) -> Iterator[Metric]:
    for row in rows:
        subject = f"{row['subject']}/rho={row['rho']:g}"
        kind, unit = ("scenario" if row["subject"] == "all" else "demand"), str(row["unit"])
        for column, name in (("expected", "expected_cost"), ("cvar_95", "cvar_95")):
            yield metric(name, kind, subject, float(str(row[column])), unit=unit)
        yield metric("served_chance", kind, subject, float(str(row["served_chance"])))


def _exposed(rows: Sequence[Row]) -> Iterator[Metric]:
    worst: dict[str, float] = {}
    for row in rows:
        name, added = str(row["country"]), float(str(row["added_usd_per_year"]))
        worst[name] = max(added, worst.get(name, 0.0))
    for name, added in worst.items():
        yield metric("country_exposure", "country", name, added)


def _hedges(rows: Sequence[Row]) -> Iterator[Metric]:
    worth = {str(row["corridor"]): row[f"corridor_worth_now_{_USD}"] for row in rows}
    for corridor, value in worth.items():
        yield metric("corridor_worth", "corridor", corridor, float(str(value)))
    columns = (
        (f"hedge_value_{_USD}", "hedge_value"),
        (f"expected_hedge_value_{_USD}", "hedge_value_expected"),
    )
    for row in rows:
        for column, name in columns:
            if row[column] is not None:
                subject = f"{row['corridor']}/{row['actor']}"
                yield metric(name, "corridor", subject, float(str(row[column])))


def _severing(rows: Sequence[Row]) -> Iterator[Metric]:
    seen: set[tuple[str, str]] = set()
    kinds = {
        "fewest of all actors that sever a demand": "demand",
        "severs all demands of a corridor": "corridor",
    }
    for row in rows:
        kind, subject, size = str(row["kind"]), str(row["subject"]), row["size"]
        if kind in kinds and isinstance(size, int) and (kind, subject) not in seen:
            seen.add((kind, subject))
            yield metric("severing_size", kinds[kind], subject, float(size))


def _regret(rows: Sequence[Row]) -> Iterator[Metric]:
    names = {"one route": "regret_route", "portfolio": "regret_portfolio"}
    found = {
        (names[str(row["plan"])], str(row["demand"])): float(str(row["worst_regret_usd_per_teu"]))
        for row in rows
        if row["plan"] in names
    }
    for (name, demand), value in found.items():
        yield metric(name, "demand", demand, value)
    for row in rows:
        if row["plan"] == ROBUST:
            worst = float(str(row["worst_usd_per_teu"]))
            yield metric("robust_cost", "demand", str(row["demand"]), worst)


def _turning(rows: Sequence[Row]) -> Iterator[Metric]:
    """Yield for each demand the least chance, and the nearest value of time, of a change."""
    for parameter, name in ((CHANCE, "breakpoint_chance"), (VALUE_OF_TIME, "breakpoint_time")):
        nearest: dict[str, tuple[float, float]] = {}
        for row in rows:
            if row["parameter"] != parameter:
                continue
            now, at = float(str(row["now"])), float(str(row["at"]))
            off = (at if parameter == CHANCE else abs(at - now), at)
            demand = str(row["demand"])
            nearest[demand] = min(off, nearest.get(demand, off))
        for demand, (_, at) in nearest.items():
            yield metric(name, "demand", demand, at)


def _independent(game: Game) -> Iterator[Metric]:
    for cost, demand in zip(game.cost, game.demands, strict=True):
        severed = np.isinf(cost[::-1])
        if severed[0]:
            continue
        sets = enabling_sets(severed)
        if len(sets) <= MOST_SETS:
            count = float(independent_routes(sets))
            yield metric("independent_routes", "demand", demand.id, count)
