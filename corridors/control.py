"""`corridors control`: who can close what, what it costs, and what links are worth."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from corridors.errors import Finding, ScenarioError
from corridors.manifest import make_manifest, manifest_bytes
from corridors.metrics.actors import (
    actor_rows,
    busiest,
    interaction_rows,
    leverage_rows,
    rent_rows,
    solved,
)
from corridors.metrics.assets import (
    assets_of,
    chokepoint_rows,
    denial,
    denial_rows,
    pair_rows,
)
from corridors.metrics.capacitated import MOST, with_capacity
from corridors.metrics.coalitions import coalition_rows
from corridors.metrics.control_metrics import control_metrics
from corridors.metrics.demand_cuts import cut_rows
from corridors.metrics.exposed import exposure_rows, with_disruption
from corridors.metrics.family import FamilyNames
from corridors.metrics.hedges import hedge_rows, hedges_of
from corridors.metrics.link_costs import with_costs
from corridors.metrics.links import link_pair_rows, link_rows, plan_rows, risk_rows, worth_asking
from corridors.metrics.ranks import Market, Ranking, with_places_ranked, with_ranks_held
from corridors.metrics.robust_plans import robust_rows
from corridors.metrics.structure import with_structure
from corridors.metrics.transit import game_of, holdings_of
from corridors.metrics.turning import breakpoint_rows
from corridors.report.control_files import control_files
from corridors.report.outputs import write_files
from corridors.scenario.capacities import load_capacities
from corridors.scenario.capacity import capacity_rows, counted
from corridors.scenario.cargo import countries_of
from corridors.scenario.economy import Economy
from corridors.scenario.rates import load_rates
from corridors.scenario.switches import ACTOR
from corridors.solve.lattice import MOST_SWITCHES
from corridors.stopping import stopping
from corridors.sweep import ask, check_chances, sampling
from geodata.snapshot import open_network

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from corridors.metrics.actors import Solved
    from corridors.metrics.assets import Assets
    from corridors.metrics.transit import Game, Holdings
    from corridors.model.result import Metric
    from corridors.solve.curves import Curves
    from corridors.sweep import Asked
    from geodata.types import Ints

    Row = dict[str, object]
    Tell = Callable[[str], None]

#: How many actors play if nobody is named, and at most.
USUAL_PLAYERS, MOST_PLAYERS = 12, 16
#: How many assets are closed together at most.
MOST_CLOSED = 6


@dataclass(frozen=True)
class Depth:
    """How much of what takes long is asked.

    Up to `k` assets are closed together for the worst denial; for `capacitated` of the
    dearest chokepoints the flow through all capacities is sought anew; ranks are told again
    under `rank_draws` draws of all uncertain rates, which takes seconds each; with
    `cuts` it is told for each demand how much could pass and how many ways lie apart.
    """

    k: int = 3
    capacitated: int = MOST
    rank_draws: int = 0
    cuts: bool = False


#: What is asked if nothing else is said.
USUAL = Depth()


@dataclass(frozen=True)
class Controlled:
    """Everything that was found about control, as tables by the name of their file."""

    asked: Asked
    holdings: Holdings
    game: Game
    values: Solved
    assets: Assets
    curves: Curves
    tables: dict[str, list[Row]] = field(default_factory=dict)
    metrics: tuple[Metric, ...] = ()

    @property
    def scenario(self) -> str:
        """Id of the scenario."""
        return self.asked.loaded.scenario.id

    @property
    def network(self) -> str:
        """Id of the network."""
        return self.asked.snapshot.id

    @property
    def unreachable(self) -> tuple[str, ...]:
        """The demands that no table counts: without a way even with all links built."""
        kept = {one.id for one in self.holdings.demands}
        demands = self.asked.loaded.scenario.demands
        return tuple(one.id for one in demands if one.id not in kept)


def control(
    name: str, *, network: Path, out: Path, players: Sequence[str] = (),
    links: Sequence[str] | None = None, depth: Depth = USUAL, sets: Sequence[str] = (),
    tell: Tell = lambda _step: None,
) -> Controlled:  # fmt: skip
    """Tell who holds what over the demands of a scenario and leave the tables in `out`.

    Parameters
    ----------
    name, network, sets
        As for a run.
    out
        Folder for the results, written whole or not at all.
    players
        Actors of the games; those that most demands pass if none is named.
    links
        Planned links and projects to value; those that save or could save most if None.
    depth
        How much of what takes long is asked.
    tell
        Called with each step before it is done.

    Raises
    ------
    ScenarioError
        If a player is no actor or holds nothing, there are too many of them, no demand has
        a way, or `depth.k` is not from 1 to `MOST_CLOSED`.
    InputMissingError, OutputError
        As their names say.
    """
    begun = time.perf_counter()
    if not 1 <= depth.k <= MOST_CLOSED:
        msg = f"-k is {depth.k}: the worst denial is told for 1 to {MOST_CLOSED} assets"
        raise ScenarioError(msg)
    tell("the scenario")
    asked = ask(name, network=network, words=["political"], sets=sets)
    check_chances(asked)
    _check_names(asked, players, links or ())
    if any(name not in asked.board.index for name in players):
        asked = replace(asked, board=asked.with_switches(["political", *players]))
    found = _played(asked, players, links, tell, k=depth.k)
    whole = open_network(network, opened=asked.snapshot)
    names = FamilyNames(asked.snapshot.graph, asked.snapshot.branches, whole.links.length_km)
    found = _tabled(found, names.of, tell, depth=depth)
    files = control_files(found)
    manifest = make_manifest(
        inputs=asked.inputs, outputs=files,
        seed=asked.loaded.scenario.seed,
        solver={"denial": "OR-Tools CP-SAT", "games": "OR-Tools GLOP", "ways": "SciPy Dijkstra"},
        parameters={"set": list(sets), "players": [one.id for one in found.game.players],
                    "links": [one.id for one in found.game.links], **asdict(depth)},
        wall_times_s={"control": time.perf_counter() - begun},
    )  # fmt: skip
    write_files(out, files | {"manifest.json": manifest_bytes(manifest)})
    return found


def _played(
    asked: Asked, players: Sequence[str], links: Sequence[str] | None, tell: Tell, *, k: int
) -> Controlled:
    """Ask the actors and the assets about every demand."""
    tell("every actor and link")
    holdings = holdings_of(asked.board, asked.snapshot)
    if not holdings.rows:
        msg = "no demand has a way, even with all planned links built: nothing can be controlled"
        raise ScenarioError(msg)
    seats = players or busiest(holdings, USUAL_PLAYERS)
    if links is None:
        links = worth_asking(holdings, MOST_SWITCHES - len(seats))
    _check_count(asked, seats, links)
    tell("the games")
    board = asked.with_switches([*seats, *links])
    game = game_of(board, holdings, asked.snapshot)
    tell("the chokepoints")
    assets = assets_of(asked.loaded.scenario, asked.switches.compiled)
    return Controlled(asked, holdings, game, solved(game), assets, denial(assets, k))


def _check_names(asked: Asked, players: Sequence[str], links: Sequence[str]) -> None:
    """Refuse players that are no actors or hold nothing, and links that are none, all at once."""
    findings: list[Finding] = []
    for option, words, other in (
        ("--players", players, "--links"),
        ("--links", links, "--players"),
    ):
        try:
            chosen = asked.switches.chosen(list(words), option=option)
        except ScenarioError as error:
            findings += error.findings
            continue
        what = "actor" if option == "--players" else "link"
        findings += [
            Finding(option, 0, 0, one.id, f"is no {what} but of kind {one.kind}", f"try {other}")
            for one in chosen
            if not (one.kind == ACTOR if option == "--players" else one.builds)
        ]
    if findings:
        msg = "these players and links cannot be asked about:"
        raise ScenarioError(msg, findings=findings)


def _check_count(asked: Asked, players: Sequence[str], links: Sequence[str]) -> None:
    """Refuse more players and links than can be answered exactly."""
    sample = sampling(asked.loaded.scenario.id, [*players, *links])
    mend, told = f"name fewer, or ask for random states: {sample}", ""
    if len(players) > MOST_PLAYERS:
        told = f"{len(players)} players are more than the {MOST_PLAYERS} solved exactly"
    elif len(players) + len(links) > MOST_SWITCHES:
        told = f"{len(players)} players and {len(links)} links are more than {MOST_SWITCHES}"
    if told:
        option = "--players" if len(players) > MOST_PLAYERS else "--links"
        msg = "these players and links cannot be asked about:"
        raise ScenarioError(msg, findings=[Finding(option, 0, 0, "", told, mend)])


def _tabled(
    found: Controlled, families: Callable[[Ints], Sequence[str]], tell: Tell, *, depth: Depth
) -> Controlled:
    """Return what was found with all its tables and metrics."""
    holdings, game = found.holdings, found.game
    along: dict[str, list[int]] = {}
    for k in np.flatnonzero(np.isfinite(holdings.base)).tolist():
        for name in families(holdings.now[k].arcs):
            along.setdefault(name, []).append(k)
    ranks = _ranking(found).drawn(depth.rank_draws, seed=_seed(found), tell=tell)
    chokepoints = with_places_ranked(_chokepoints(found, depth.capacitated, tell), ranks)
    tell("coalitions")
    country = countries_of(found.asked.snapshot.places)
    tables: dict[str, list[Row]] = {
        "chokepoints": chokepoints,
        "actors": with_ranks_held(actor_rows(holdings, game, found.values), ranks),
        "rents": rent_rows(holdings),
        "leverage": leverage_rows(game),
        "interactions": interaction_rows(game),
        "coalitions": coalition_rows(game, holdings, dict(sorted(along.items()))),
        "denial": denial_rows(found.assets, found.curves),
        "pairs": pair_rows(found.assets, chokepoints),
        "exposure": exposure_rows(found.assets, chokepoints, holdings, country),
    }
    if depth.cuts:
        tables["cuts"] = _cuts(found, tell)
    tell("corridors as hedges")
    seats = found.asked.with_switches([one.id for one in game.players])
    tables["hedges"] = hedge_rows(hedges_of(seats, holdings, found.asked.snapshot))
    tell("chances and links")
    tables |= {
        "risk": risk_rows(game),
        "links_value": with_costs(link_rows(game), game, found.asked.switches.projects),
        "links_pairs": link_pair_rows(game),
        "plans": [*plan_rows(game), *_robust(found)],
        "breakpoints": breakpoint_rows(
            found.assets, holdings, lambda way: ";".join(families(way)) or "no named corridor"
        ),
    }
    metrics = control_metrics(tables, game, found.values, found.curves)
    return replace(found, tables=tables, metrics=tuple(metrics))


def _chokepoints(found: Controlled, capacitated: int, tell: Tell) -> list[Row]:
    """Return the rows of the chokepoints, with capacities for the dearest."""
    tell("the flow without each chokepoint")
    assets, scenario = found.assets, found.asked.loaded.scenario
    rows = with_disruption(chokepoint_rows(assets), assets)
    rows = with_structure(rows, assets)
    limits = capacity_rows(scenario, assets.board.compiled, load_capacities(checks_places=False))
    with stopping(scenario.flow.time_limit_s) as stop:
        return with_capacity(rows, assets, limits, most=capacitated, stop=stop)


def _seed(found: Controlled) -> int:
    """Return the seed of all that is drawn."""
    return found.asked.loaded.scenario.seed


def _cuts(found: Controlled, tell: Tell) -> list[Row]:
    """Return what can pass for each demand; capacities at the likely end if none are counted."""
    assets, switches = found.assets, found.asked.switches
    scenario = counted(found.asked.loaded.scenario)
    limits = capacity_rows(scenario, assets.board.compiled, load_capacities(checks_places=False))
    return cut_rows(assets, found.holdings, switches, limits, found.asked.snapshot, tell)


def _ranking(found: Controlled) -> Ranking:
    """Return what ranks actors and chokepoints under other rates."""
    asked = found.asked
    seats = asked.with_switches([one.id for one in found.game.players])
    market = Market(_economy(found), countries_of(asked.snapshot.places))
    return Ranking(found.holdings.board, seats, found.assets, asked.snapshot, market)


def _economy(found: Controlled) -> Economy:
    """Return what goods pay."""
    scenario = found.asked.loaded.scenario
    rates = load_rates().with_overrides(scenario.costs.overrides)
    return Economy(scenario, rates, found.asked.snapshot.graph)


def _robust(found: Controlled) -> Iterator[Row]:
    """Yield the rows of routes that hold if places turn out dear."""
    country = countries_of(found.asked.snapshot.places)
    return robust_rows(found.assets, found.holdings, _economy(found), country)
