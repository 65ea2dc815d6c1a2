"""`corridors explain claims`: every claim with the numbers that its scenarios give today."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corridors.metrics.actors import actor_rows, solved
from corridors.metrics.claims import Claim, Costed, Held, compared
from corridors.metrics.coalitions import bloc_rows
from corridors.metrics.link_costs import with_costs
from corridors.metrics.links import link_rows
from corridors.metrics.transit import game_of, holdings_of
from corridors.report.claims_page import claims_page
from corridors.report.outputs import writing_output
from corridors.scenario.load import load_scenario
from corridors.scenario.places import data_folder, scenario_ids
from corridors.scenario.tables import read_table
from corridors.sweep import ask

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from corridors.metrics.transit import Game, Holdings
    from corridors.sweep import Asked

    Tell = Callable[[str], None]

BASE = "baseline"
COLUMNS = ("id", "claim", "question", "control")
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
    found = []
    for row in table.rows:
        number, held = int(row.cells["id"]), row.cells["control"]
        control = tuple(held.split(";")) if held else ()
        names = tuple(about.get(number, ()))
        found.append(Claim(number, row.cells["claim"], row.cells["question"], control, names))
    return tuple(found)


def explain_claims(
    network: Path, *, docs: Path | None = None, tell: Tell = lambda _step: None
) -> str:
    """Answer every claim by its scenarios and return the page, written if a file is named.

    Parameters
    ----------
    network
        Folder of a built network.
    docs
        File of the page.
    tell
        Called with each scenario before it is solved.

    Raises
    ------
    ScenarioError, InputMissingError, OutputError
        As their names say.
    """
    claims = load_claims()
    names = sorted({name for one in claims for name in one.scenarios} - {BASE})
    costs = {}
    for name in (BASE, *names):
        tell(name)
        costs[name] = costs_of(name, network)
    sides = {name: compared(name, costs[BASE], costs[name]) for name in names}
    held = []
    for name in REGIMES:
        tell(f"control in {name}")
        held.append(held_in(name, network))
    text = claims_page(claims, sides, held, BASE)
    if docs is not None:
        with writing_output(docs) as partial:
            partial.write_text(text, encoding="utf-8")
    return text


def costs_of(name: str, network: Path) -> dict[str, Costed]:
    """Return what a TEU of each demand of a scenario costs, by its best way."""
    board = ask(name, network=network, words=()).board
    found = {one.id: Costed(float("inf"), one.teu_per_year) for one in board.scenario.demands}
    for demand, cost in zip(board.demands, board.costs(0), strict=True):
        found[demand.id] = Costed(float(cost), demand.teu_per_year)
    return found


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
