"""`corridors control`: parse, say what is being done, print a short summary."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from corridors.cli.options import DEFAULT_NETWORK, Json, NetworkFolder, Quiet, Sets

if TYPE_CHECKING:
    from rich.table import Table

    from corridors.control import Controlled

#: How many rows of a table are told.
MOST = 12
MILLION = 1e6
#: How many hedges are told of each actor, and how many of each kind of rank.
BEST = 5
#: What is told of each actor, in USD a year.
_SHOWN = (
    "rent_ceiling", "shapley_g1_x1", "shapley_g1_x0.5", "shapley_g1_x2", "shapley_g2",
    "nucleolus_g2",
)  # fmt: skip


def control(
    scenario: Annotated[str, typer.Argument(help="Scenario by id or path.")],
    *,
    out: Annotated[
        Path | None, typer.Option(help="Folder for the results.", show_default="build/control-ID")
    ] = None,
    players: Annotated[
        str, typer.Option(help="Actors of the games, with commas; the busiest 12 if none.")
    ] = "",
    links: Annotated[
        str | None,
        typer.Option(help="Planned links and projects to value; those worth most if not given."),
    ] = None,
    k: Annotated[int, typer.Option("-k", "--k", help="Assets closed together at most.")] = 3,
    capacitated: Annotated[
        int, typer.Option(help="Dearest chokepoints whose loss is told with capacities too.", min=0)
    ] = 30,
    rank_draws: Annotated[
        int,
        typer.Option(
            help="Draws of all uncertain rates under which actors and chokepoints are ranked.",
            min=0,
        ),
    ] = 0,
    cuts: Annotated[
        bool, typer.Option("--cuts", help="Tell for each demand what could pass, and ways apart.")
    ] = False,
    network: NetworkFolder = DEFAULT_NETWORK,
    sets: Sets = None,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Tell who can close what, what it costs, and what links are worth."""
    from corridors.control import Depth
    from corridors.control import control as control_scenario

    folder = out or Path("build") / f"control-{Path(scenario).stem}"
    shown = not (quiet or json) and sys.stderr.isatty()
    found = control_scenario(
        scenario, network=network, out=folder, players=_words(players) or (),
        links=None if links is None else _words(links),
        depth=Depth(k, capacitated, rank_draws, cuts), sets=sets or (),
        tell=_tell if shown else _silent,
    )  # fmt: skip
    if json:
        sys.stdout.write((folder / "result.json").read_text(encoding="utf-8"))
    elif not quiet:
        show_control(found, folder)


def show_control(found: Controlled, folder: Path) -> None:
    """Print the busiest actors and chokepoints, the worst losses and the links."""
    from corridors.cli.page import Page, several

    page, choice = Page(), found.game.board.scenario.control
    page.line(
        f"{several(len(found.holdings.demands), 'demand')}, "
        f"{several(found.game.n, 'player')} in the games, "
        f"{several(len(found.game.links), 'link')}. A TEU without a way counts as "
        f"{choice.penalty_multiple:g} times what it costs now; money in million USD of 2024 a "
        "year unless it says otherwise. Game G1: gatekeepers, nobody refuses its own trade. "
        "Game G2: only demands that begin or end with players, who play as their shippers too."
    )
    page.table(
        "Actors, players first, by what passes them: demands, part of all TEU, part that pays "
        f"beyond the tolerance of {choice.tolerance:g} without them, rent ceiling, Shapley value "
        "in G1 and at half and twice the penalty, Shapley value and nucleolus in G2",
        _actors(found),
    )
    for at, name in enumerate(("G1", "G2")):
        empty = "empty: routes replace each other" if found.values.core_empty[at] else "not empty"
        page.line(f"core of {name} {empty}; it is worth {_millions(found.values.worth[at])}")
    page.table("Chokepoints, the costliest to lose first", _chokepoints(found))
    page.table(
        "Ranks under drawn rates: the rank told, the span of 90 % of the draws, the share of them "
        "in which it holds and in which it is the first",
        _ranks(found),
    )
    page.table("Worst losses, exact", _denial(found))
    page.table("Planned links; who gains and loses is by Shapley value in G1", _links(found))
    page.table(
        "What could pass, TEU a year, and ways that share no line, no chokepoint, no actor (at "
        "home none counts); those with the fewest ways apart first",
        _cuts(found),
    )
    page.table(
        "Corridors as hedges: how much more each is worth a year if one actor refuses than it is "
        "now; without a corridor nobody uses the lines of its own sections",
        _hedges(found),
    )
    page.table(
        f"Closures with the chances of the scenario ({choice.chances_source}; "
        f"{choice.usual_chance:g} where none is given)",
        _risk(found),
    )
    for name in found.unreachable:
        page.line(
            f"{name}: no way even with all these links built, so it is in no table; "
            f"corridors run {found.scenario} tells what shuts it"
        )
    page.line(f"all tables: {folder}")


def _table(first: str, numbers: tuple[str, ...], *last: str) -> Table:
    """Return an empty table of a name, numbers and words."""
    from corridors.cli.page import table

    return table(first, *numbers, *last, right=numbers)


def _actors(found: Controlled) -> Table:
    from corridors.cli.page import add

    numbers = ("demands", "TEU %", "veto %", "rent", "Shapley G1", "x0.5 to x2", "G2", "nucleolus")
    made = _table("actor", numbers)
    rows = sorted(found.tables["actors"], key=lambda row: not row["player"])
    for row in rows[:MOST]:
        values = [_millions(row[f"{name}_usd_per_year"]) for name in _SHOWN]
        swept = f"{values[2]} to {values[3]}" if row["player"] else "-"
        share, veto = _percent(row["transit_share_teu"]), _percent(row["effective_veto_share_teu"])
        first = str(row["actor"]), str(row["transit_demands"]), share, veto
        add(made, *first, *values[:2], swept, *values[4:])
    return made


def _chokepoints(found: Controlled) -> Table:
    from corridors.cli.page import add

    numbers = ("traffic %", "cost if lost", "with capacities", "unserved TEU", "detour")
    made = _table("chokepoint", numbers)
    for row in found.tables["chokepoints"][:MOST]:
        detour, lost = row["detour_factor"], float(str(row["criticality_unserved_teu_per_year"]))
        add(
            made, f"{row['asset_id']} {row['name']}", _percent(row["traffic_share"]),
            _millions(row["criticality_usd_per_year"]), _told(row["capacitated_usd_per_year"]),
            f"{lost:,.0f}",
            f"{detour:.2f}" if isinstance(detour, float) else "-",
        )  # fmt: skip
    return made


def _ranks(found: Controlled) -> Table:
    """Return the first ranks of actors and chokepoints, if any rates were drawn."""
    from corridors.cli.page import add

    made = _table("who", ("rank", "span", "holds %", "first %"), "by")
    for table, key, name, by in (
        ("actors", "actor", "rank_rent_ceiling", "rent ceiling"),
        ("actors", "actor", "rank_shapley_g1_x1", "Shapley value in G1"),
        ("chokepoints", "asset_id", "rank_criticality", "cost if lost"),
    ):
        rows = [row for row in found.tables[table] if row[name] != "" and row["rank_draws"]]
        for row in sorted(rows, key=lambda row: (int(str(row[name])), str(row[key])))[:BEST]:
            low, high = (f"{float(str(row[f'{name}_{end}'])):.0f}" for end in ("p05", "p95"))
            shares = (_percent(row[f"{name}_{what}"]) for what in ("holds", "first"))
            add(made, str(row[key]), str(row[name]), f"{low} to {high}", *shares, by)
    return made


def _denial(found: Controlled) -> Table:
    from corridors.cli.page import add

    made = _table("assets closed", ("cost", "greedy gap %", "by chance"), "which")
    for row in found.tables["denial"]:
        which = str(row["assets"]) + ("" if row["proven"] else " (not proven)")
        add(
            made, str(row["closed"]), _millions(row["added_usd_per_year"]),
            _percent(row["greedy_gap"]), _millions(row["random_added_usd_per_year"]), which,
        )  # fmt: skip
    return made


def _links(found: Controlled) -> Table:
    from corridors.cli.page import add

    made = _table(
        "link",
        ("now", "on average", "by USD of cost", "at most", "used %"),
        "who gains",
        "who loses",
    )
    for row in found.tables["links_value"]:
        now, mean, most = (_millions(row[f"{name}_usd_per_year"])
                           for name in ("now", "expected_rho0.3", "most"))  # fmt: skip
        dollar = row["expected_rho0.3_per_usd"]
        values = now, mean, f"{dollar:.4f}" if isinstance(dollar, float) else "-", most
        sides = [str(row[f"bargaining_{side}"]).split(";") for side in ("gainers", "losers")]
        told = (" ".join(side[:4]) for side in sides)
        add(made, str(row["link"]), *values, _percent(row["used_share_teu"]), *told)
    return made


def _hedges(found: Controlled) -> Table:
    """Return the corridors that are worth most more if each actor refuses."""
    from corridors.cli.page import add
    from corridors.metrics.hedges import HEDGE

    made = _table("who refuses", (), "corridor: how much more it is worth, and worth now")
    told: dict[str, list[str]] = {}
    for row in found.tables["hedges"]:
        more, now = (_millions(row[f"{name}_usd_per_year"])
                     for name in ("hedge_value", "corridor_worth_now"))  # fmt: skip
        if row["relation"] == HEDGE and float(more.replace(",", "")) > 0:
            told.setdefault(str(row["actor"]), []).append(f"{row['corridor']} {more} ({now})")
    for actor, words in told.items():
        add(made, actor, ", ".join(words[:BEST]))
    return made


def _cuts(found: Controlled) -> Table:
    """Return the demands with the fewest ways apart, if that was asked."""
    from corridors.cli.page import add, cut

    numbers = ("could pass", "by lines", "by chokepoints", "by actors")
    made = _table("demand", numbers, "cut by the actors")
    rows = found.tables.get("cuts", [])
    kinds = ("arcs", "chokepoints", "actors")
    apart = [[row[f"{kind}_apart"] for kind in kinds] for row in rows]
    many = 10**9

    def few(at: int) -> list[int]:
        return [many if one is None else int(str(one)) for one in reversed(apart[at])]

    for at in sorted(range(len(rows)), key=few)[:MOST]:
        most, row = rows[at]["most_teu_per_year"], rows[at]
        told = "-" if most is None else f"{float(str(most)):,.0f}"
        words = ("free" if one is None else str(one) for one in apart[at])
        severing = row["actors_that_cut"]
        names = cut(severing) if isinstance(severing, list) else ""
        add(made, str(row["demand"]), told, *words, names)
    return made


def _risk(found: Controlled) -> Table:
    from corridors.cli.page import add

    made = _table("correlation in blocs", ("expected cost", "served %", "worst 5 %"))
    for row in found.tables["risk"]:
        if row["subject"] == "all":
            cost, tail = _millions(row["expected"]), _millions(row["cvar_95"])
            add(made, f"{row['rho']:g}", cost, f"{_percent(row['served_chance'])}", tail)
    return made


def _words(text: str) -> list[str]:
    return [word for one in text.split(",") if (word := one.strip())]


def _percent(value: object) -> str:
    return f"{100 * float(str(value)):.1f}"


def _millions(value: object) -> str:
    number = float(str(value)) / MILLION
    return "-" if number != number else f"{number:,.1f}"  # noqa: PLR0124 - not a number


def _told(value: object) -> str:
    return "-" if value is None else _millions(value)


def _tell(step: str) -> None:
    print(step, file=sys.stderr, flush=True)


def _silent(_: str) -> None:
    """Say nothing."""
