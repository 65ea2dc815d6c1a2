"""What planned links are worth, and which route or portfolio is least regretted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from corridors.scenario.switches import ACTOR
from corridors.solve.projects import link_value, together
from corridors.solve.regret import best_portfolio, best_route, commitments
from corridors.solve.reliability import Closing, risk, state_chances
from corridors.solve.switched import switches_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from corridors.metrics.switching import Board
    from corridors.metrics.transit import Game, Holdings
    from geodata.types import Floats

    Masks = np.ndarray
    Row = dict[str, object]

#: Correlations within blocs, shown side by side: independence is no safe assumption.
RHOS = (0.0, 0.3, 0.6)
LINK_PAIR_FIELDS = ("a", "b", "together_usd_per_year", "relation")
LINK_FIELDS = (
    "link", "title", "closed_in_scenario", "now_usd_per_year",
    *(f"expected_rho{rho:g}_usd_per_year" for rho in RHOS), "most_usd_per_year",
    "chance_useful", "used_share_teu", "regret_reduced_usd_per_year", "bargaining_gainers",
    "bargaining_losers",
)  # fmt: skip
RISK_FIELDS = (
    "subject", "rho", "expected", "served_chance", "expected_given_served", "value_at_risk_95",
    "cvar_95", "unit",
)  # fmt: skip
PLAN_FIELDS = (
    "demand", "plan", "through", "share", "cost_usd_per_teu", "worst_regret_usd_per_teu",
    "worst_usd_per_teu",
)  # fmt: skip
#: Changes of a Shapley value below this, in USD a year, are not told.
LEAST_TOLD = 5000.0
#: Shares of a portfolio below this are none.
LEAST = 1e-4


def closing_of(board: Board, rho: float) -> Closing:
    """Return how likely the switches of a board are closed; links stand or do not."""
    choice, law = board.scenario.control, board.compiled.law
    usual = [
        choice.usual_chance if one.kind == ACTOR else float(board.as_is >> at & 1)
        for at, one in enumerate(board.switches)
    ]
    chance = [choice.chances.get(one.id, p) for one, p in zip(board.switches, usual, strict=True)]
    alike = [
        next((k for k, name in enumerate(choice.blocs) if one.id in law.blocs.get(name, ())),
             len(choice.blocs) + at)
        for at, one in enumerate(board.switches)
    ]  # fmt: skip
    return Closing(np.array(chance), np.array(alike), rho)


def risk_rows(game: Game) -> list[Row]:
    """Return expected cost, chance to be served and tail, by demand and for all."""
    rows: list[Row] = []
    for rho in RHOS:
        states, chance = _actor_chances(game, rho)
        served = 0.0
        for k, demand in enumerate(game.demands):
            cost = game.lattice_row(k).costs_at(states & ~np.uint64(game.own[k]))
            found = risk(cost, chance, penalty=float(game.penalty[k]))
            served += found.served * float(game.volume[k])
            rows.append(_risk(demand.id, rho, found, "usd_2024_per_teu"))
        whole = _risk(
            "all",
            rho,
            risk(game.total[states], chance, penalty=np.inf),
            "usd_2024_per_year",
        )
        rows.append(whole | {"served_chance": served / float(game.volume.sum())})
    return rows


def link_rows(game: Game) -> list[Row]:
    """Return what each link is worth, the most valuable on average first."""
    chances = [state_chances(closing_of(game.board, rho)) for rho in RHOS]
    rows = [_link(game, at, chances) for at in range(game.n, game.board.n)]
    return sorted(rows, key=lambda row: (-float(str(row[LINK_FIELDS[5]])), str(row["link"])))


def link_pair_rows(game: Game) -> list[Row]:
    """Return what pairs of links are worth beyond what each is worth alone."""
    chance = state_chances(closing_of(game.board, RHOS[1]))
    rows: list[Row] = []
    for a in range(game.n, game.board.n):
        for b in range(a + 1, game.board.n):
            value = together(game.total, a, b, chance=chance)
            relation = "complements" if value > 1 else "substitutes" if value < -1 else "apart"
            names = game.board.switches[a].id, game.board.switches[b].id
            rows.append(dict(zip(LINK_PAIR_FIELDS, (*names, value, relation), strict=True)))
    return rows


def worth_asking(holdings: Holdings, most: int) -> tuple[str, ...]:
    """Return the links that save most now, or if all others were built; at most so many.

    Links that save nothing either way are left out.
    """
    board, as_is = holdings.board, holdings.board.as_is
    links = [at for at, one in enumerate(board.switches) if one.builds and as_is >> at & 1]

    def total(closed: int) -> float:
        return float(
            np.minimum(holdings.exposure.costs(closed), holdings.penalty) @ holdings.volume
        )

    first, last = total(as_is), total(0)
    gain = {at: max(first - total(as_is & ~(1 << at)), total(1 << at) - last) for at in links}
    order = sorted((at for at in links if gain[at] > 1), key=lambda at: (-gain[at], at))
    return tuple(board.switches[at].id for at in order[:most])


def _link(game: Game, at: int, chances: list[Floats]) -> Row:
    one, bit = game.board.switches[at], 1 << at
    always = game.board.as_is & ~bit
    values = [
        link_value(game.total, at, chance=chance, actors=game.bits, always=always)
        for chance in chances
    ]
    middle = values[1]
    return {
        "link": one.id,
        "title": one.title,
        "closed_in_scenario": bool(game.board.as_is & bit),
        "now_usd_per_year": middle.now,
        **{
            f"expected_rho{rho:g}_usd_per_year": value.expected
            for rho, value in zip(RHOS, values, strict=True)
        },
        "most_usd_per_year": middle.most,
        "chance_useful": middle.chance_used,
        "used_share_teu": _used_share(game, at),
        "regret_reduced_usd_per_year": _worst_regret(game, always | bit)
        - _worst_regret(game, always),
        "bargaining_gainers": _told(game, middle.bargaining, sign=1),
        "bargaining_losers": _told(game, middle.bargaining, sign=-1),
    }


def _actor_chances(game: Game, rho: float) -> tuple[Masks, Floats]:
    """Return the states of the players, links as in the scenario, and the chance of each."""
    closing = closing_of(game.board, rho)
    actors = Closing(closing.chance[: game.n], closing.bloc[: game.n], rho)
    links = np.uint64(game.board.as_is >> game.n << game.n)
    return np.arange(1 << game.n, dtype=np.uint64) | links, state_chances(actors)


def _used_share(game: Game, at: int) -> float:
    """Return the part of all TEU that uses a link once it stands, on average over refusals."""
    bit = np.uint64(1 << at)
    states, chance = _actor_chances(game, RHOS[1])
    used = 0.0
    for one, own, volume in zip(game.lattice.demands, game.own, game.volume.tolist(), strict=True):
        nodes = one.nodes_at(states & ~bit & ~np.uint64(own))
        used += volume * float(chance @ ((one.used[nodes] & bit) != 0))
    return used / float(game.volume.sum())


def _told(game: Game, bargaining: Floats, *, sign: int) -> str:
    """Return the players whose Shapley value moves one way, in million USD a year."""
    order = np.argsort(-sign * bargaining, kind="stable").tolist()
    most = float(np.abs(bargaining).max(initial=0.0))
    return ";".join(
        f"{game.players[at].id}:{bargaining[at] / 1e6:+.2f}"
        for at in order
        if sign * bargaining[at] > max(LEAST_TOLD, most * 1e-6)
    )


def _states(game: Game, k: int, links: int) -> Masks:
    """Return the distinct states of the players for a demand with some links closed."""
    actors = np.arange(1 << game.n, dtype=np.uint64) & ~np.uint64(game.own[k])
    return np.unique(actors) | np.uint64(links)


def _worst_regret(game: Game, links: int) -> float:
    """Return the sum over demands of the least worst regret of one route, with links closed."""
    total = 0.0
    for k, volume in enumerate(game.volume.tolist()):
        lattice, penalty = game.lattice_row(k), float(game.penalty[k])
        states = _states(game, k, links)
        if (lattice.costs_at(states) < penalty).any():
            regret = commitments(lattice, states, penalty=penalty).regret
            total += best_route(regret).regret * volume
    return total


def plan_rows(game: Game) -> Iterator[Row]:
    """Yield for each demand the route, and the shares of routes, least regretted at worst."""
    links = game.board.as_is >> game.n << game.n
    for k, demand in enumerate(game.demands):
        lattice, penalty = game.lattice_row(k), float(game.penalty[k])
        states = _states(game, k, links)
        if not (lattice.costs_at(states) < penalty).any():
            continue
        found = commitments(lattice, states, penalty=penalty)
        for plan, choice in (
            ("one route", best_route(found.regret)),
            ("portfolio", best_portfolio(found.regret)),
        ):
            for at in np.flatnonzero(choice.share > LEAST).tolist():
                node = int(found.node[at])
                used = switches_of(int(lattice.used[node]) & ~game.own[k])
                yield {
                    "demand": demand.id,
                    "plan": plan,
                    "through": ";".join(game.board.switches[one].id for one in used) or "nobody",
                    "share": float(choice.share[at]),
                    "cost_usd_per_teu": float(lattice.cost[node]),
                    "worst_regret_usd_per_teu": choice.regret,
                    "worst_usd_per_teu": None,
                }


def _risk(subject: str, rho: float, found: object, unit: str) -> Row:
    names = ("expected", "served", "given_served", "value_at_risk", "cvar")
    values = [float(getattr(found, name)) for name in names]
    return dict(zip(RISK_FIELDS, (subject, rho, *values, unit), strict=True))
