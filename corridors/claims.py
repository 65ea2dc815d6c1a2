"""`corridors explain claims`: every claim with the numbers that its scenarios give today."""

from __future__ import annotations

import gc
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from typing import TYPE_CHECKING, NamedTuple

from corridors.metrics.actors import actor_rows, solved
from corridors.metrics.claims import Claim, Held, compared
from corridors.metrics.coalitions import bloc_rows
from corridors.metrics.family import FamilyNames
from corridors.metrics.levers import CONSTRAIN, INVEST, World, lever, worlds_of
from corridors.metrics.link_costs import with_costs
from corridors.metrics.links import link_rows
from corridors.metrics.transit import game_of, holdings_of
from corridors.metrics.undone import answered, left_of
from corridors.report.claims_page import Told, claims_page
from corridors.report.outputs import writing_output
from corridors.scenario.cargo import countries_of
from corridors.scenario.load import load_scenario
from corridors.scenario.places import data_folder, scenario_ids
from corridors.scenario.tables import read_table
from corridors.sweep import ask
from geodata.snapshot import open_network

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from corridors.metrics.levers import Lever
    from corridors.metrics.transit import Game, Holdings
    from corridors.metrics.undone import Answered
    from corridors.sweep import Asked

    Tell = Callable[[str], None]

BASE = "baseline"
COLUMNS = ("id", "claim", "by", "says", "question", "control", "levers")
#: Who plays where the hold of actors is told, and which links are valued.
PLAYERS = ("AM", "AZ", "GE", "IR", "KZ", "RU", "TM", "TR")
LINKS = (
    "RASHT-ASTARA", "ANAKLIA-1", "ABKHAZ-RAIL", "ARAS-RAIL", "MEGHRI-RAIL+HORADIZ-AGHBAND", "CKU",
)  # fmt: skip
#: Scenarios in which the hold of actors is told: who controls the link through Armenia.
REGIMES = (BASE, "zangezur_closed", "zangezur_armenia", "zangezur_fsb", "zangezur_tripp")


def load_claims() -> tuple[Claim, ...]:
    """Return the claims of data/claims.csv with the shipped scenarios that name them."""
    about: dict[int, list[str]] = {}
    for name in scenario_ids():
        for number in load_scenario(name).scenario.claims:
            about.setdefault(number, []).append(name)
    table = read_table(data_folder() / "claims.csv", COLUMNS)
    return tuple(
        Claim(
            number, cells["claim"], cells["by"], cells["says"], cells["question"],
            _several(cells["control"]), _several(cells["levers"]), tuple(about.get(number, ())),
        )
        for cells in (row.cells for row in table.rows)
        for number in (int(cells["id"]),)
    )  # fmt: skip


def _several(cell: str) -> tuple[str, ...]:
    return tuple(cell.split(";")) if cell else ()


def explain_claims(
    network: Path, *, docs: Path | None = None, workers: int = 1,
    tell: Tell = lambda _step: None,
) -> str:  # fmt: skip
    """Answer every claim by its scenarios and return the page, written if a file is named.

    Parameters
    ----------
    network
        Folder of a built network.
    docs
        File of the page.
    workers
        Processes that share the scenarios; the page is the same with any number.
    tell
        Called with each answer once it is there.

    Raises
    ------
    ScenarioError, InputMissingError, OutputError
        As their names say.
    """
    claims = load_claims()
    names = [BASE, *sorted({name for one in claims for name in one.scenarios} - {BASE})]
    # What takes longest comes first, so that no worker is left with it at the end.
    jobs = [_Job("held", one) for one in REGIMES] + [_Job("answer", one) for one in names]
    held: list[Held] = []
    answers: dict[str, Answered] = {}
    for job, one in _answered(network, jobs, workers, tell):
        if isinstance(one, Held):
            held.append(one)
        else:
            answers[job.scenario] = one
    base = answers[BASE]
    told = {
        name: Told(compared(name, base.costs, other.costs), left_of(base, other))
        for name, other in answers.items()
        if name != BASE
    }
    levers = {one.number: _levers(one.levers, network, answers) for one in claims if one.levers}
    text = claims_page(claims, told, held, BASE, levers=levers)
    if docs is not None:
        with writing_output(docs) as partial_page:
            partial_page.write_text(text, encoding="utf-8")
    return text


class _Job(NamedTuple):
    """A question that a process answers: of a kind, about a scenario."""

    kind: str
    scenario: str


def _answered(
    network: Path, jobs: Sequence[_Job], workers: int, tell: Tell
) -> Iterator[tuple[_Job, Held | Answered]]:
    """Yield the jobs with their answers, in order."""
    answer = partial(_answer, network)
    if workers <= 1:
        for job in jobs:
            yield job, answer(job)
            tell(" ".join(job))
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        for job, found in zip(jobs, pool.map(answer, jobs), strict=True):
            yield job, found
            tell(" ".join(job))


def _answer(network: Path, job: _Job) -> Held | Answered:
    held = job.kind == "held"
    found = held_in(job.scenario, network) if held else answer_of(job.scenario, network)
    # Compiled scenarios hold each other in rings, which are large and freed too late else.
    gc.collect()
    return found


def answer_of(name: str, network: Path) -> Answered:
    """Return what a TEU of each demand of a scenario costs, and with each switch turned."""
    asked = ask(name, network=network, words=["political"])
    holdings = holdings_of(asked.board, asked.snapshot)
    return answered(name, holdings, _families(asked, network).of)


def _families(asked: Asked, network: Path) -> FamilyNames:
    """Return what names the families of ways."""
    whole = open_network(network, opened=asked.snapshot)
    return FamilyNames(asked.snapshot.graph, asked.snapshot.branches, whole.links.length_km)


def _levers(
    words: Sequence[str], network: Path, answers: Mapping[str, Answered]
) -> tuple[Lever, ...]:
    """Return what levers, written as `kind:name`, move in the base."""
    asked = ask(BASE, network=network, words=())
    pairs = [(kind, name) for kind, _, name in (one.partition(":") for one in words)]
    links = [name for kind, name in pairs if kind == INVEST]
    corridors = [name for kind, name in pairs if kind == CONSTRAIN and name not in answers]
    worlds, costs = worlds_of(asked, links, corridors, _families(asked, network).of)
    country = countries_of(asked.snapshot.places)
    ends = {
        one.id: frozenset({country[one.origin], country[one.destination]})
        for one in asked.loaded.scenario.demands
    }
    base = World(answers[BASE].costs, answers[BASE].families)
    found = []
    for kind, name in pairs:
        known = (kind, name) in worlds
        mine, other = (worlds["", ""], worlds[kind, name]) if known else (base, answers[name])
        found.append(
            lever(
                kind, name, mine, other,
                penalty=answers[BASE].penalty, ends=ends, cost_usd=costs.get(name),
            )
        )  # fmt: skip
    return tuple(found)


def held_in(
    name: str, network: Path, players: Sequence[str] = PLAYERS, links: Sequence[str] = LINKS
) -> Held:
    """Return what actors hold in a scenario, what blocs can close, and what links are worth.

    Links are valued as if none of those that the scenario builds stood yet.
    """
    _, holdings, game = _played(name, network, players, ())
    rows = actor_rows(holdings, game, solved(game))
    asked, _, before = _played(name, network, players, links, sets=("network.built=[]",))
    worth = with_costs(link_rows(before), before, asked.switches.projects)
    words = f"--players {','.join(players)} --links {','.join(links)}"
    return Held(
        name, words, tuple(row for row in rows if row["player"]), tuple(worth),
        tuple(bloc_rows(game, holdings)),
    )  # fmt: skip


def _played(
    name: str, network: Path, players: Sequence[str], links: Sequence[str],
    sets: Sequence[str] = (),
) -> tuple[Asked, Holdings, Game]:  # fmt: skip
    asked = ask(name, network=network, words=["political"], sets=sets)
    holdings = holdings_of(asked.board, asked.snapshot)
    board = asked.with_switches([*players, *links])
    return asked, holdings, game_of(board, holdings, asked.snapshot)
