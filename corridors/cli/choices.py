"""`corridors explain front` and `alternatives`: choices of a demand, told to people."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from corridors.cli.options import DEFAULT_NETWORK, Json, NetworkFolder, print_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from corridors.cli.page import Page
    from corridors.metrics.choices import ToldChoice
    from corridors.report.explained_choices import Told

INFEASIBLE = 4
HOURS_A_DAY = 24
#: Longer tables are cut.
MOST = 24


class ThirdChoice(StrEnum):
    """The third criterion of a front."""

    NONE = "none"
    EMISSIONS = "emissions"
    BORDERS = "borders"


RunFolder = Annotated[Path, typer.Option("--run", help="Folder of the finished run.")]
DemandName = Annotated[str, typer.Argument(help="Demand of the run.")]
ScenarioName = Annotated[
    str, typer.Option(help="Scenario that ran, if its id alone does not find it.")
]
OutFolder = Annotated[
    Path | None, typer.Option(help="Folder for tables, GeoJSON and pictures of the choices.")
]


def explain_front(
    demand: DemandName,
    run_folder: RunFolder,
    third: Annotated[
        ThirdChoice, typer.Option(help="Criterion beside cost and time; borders: sensitive ones.")
    ] = ThirdChoice.NONE,
    epsilon: Annotated[
        float, typer.Option(help="Share to give away in each criterion for fewer ways.", min=0.0)
    ] = 0.0,
    out: OutFolder = None,
    network: NetworkFolder = DEFAULT_NETWORK,
    scenario: ScenarioName = "",
    json: Json = False,
) -> None:
    """List all ways that no other beats in cost and time."""
    from corridors.fronts import explain_front as explain

    found = explain(
        demand, run_folder, network=network, scenario=scenario, epsilon=epsilon, out=out,
        third="" if third is ThirdChoice.NONE else third.value,
    )  # fmt: skip
    _done(found, out, as_json=json)


def explain_alternatives(
    demand: DemandName,
    run_folder: RunFolder,
    count: Annotated[int, typer.Option(help="How many ways at most.", min=1)] = 4,
    max_overlap: Annotated[
        float,
        typer.Option(help="Largest share of line that two may have in common.", min=0.0, max=1.0),
    ] = 0.6,
    out: OutFolder = None,
    network: NetworkFolder = DEFAULT_NETWORK,
    scenario: ScenarioName = "",
    json: Json = False,
) -> None:
    """List ways that really differ, the best first."""
    from corridors.fronts import explain_alternatives as explain

    found = explain(
        demand, run_folder, network=network, scenario=scenario, count=count,
        max_overlap=max_overlap, out=out,
    )  # fmt: skip
    _done(found, out, as_json=json)


def register(app: typer.Typer) -> None:
    """Add the commands to those of `corridors explain`."""
    example = "Example: corridors explain {} --run build/baseline --out build/choices"
    app.command("front", epilog=example.format("front moscow-mumbai"))(explain_front)
    app.command("alternatives", epilog=example.format("alternatives moscow-mumbai"))(
        explain_alternatives
    )


def _done(found: Told, out: Path | None, *, as_json: bool) -> None:
    if as_json:
        print_json(found.as_dict())
    else:
        show_choices(found, out)
    if not found.rows:
        raise typer.Exit(INFEASIBLE)


def show_choices(found: Told, out: Path | None) -> None:
    """Print the choices of a demand as a table, with what must be known to read it."""
    from corridors.cli.page import Page

    page = Page()
    if not found.rows:
        page.head(f"{found.demand_id}: no open way", first=True)
        page.line(f"corridors explain route {found.demand_id} tells what shuts it")
        return
    _table(page, found)
    for line in _words(found):
        page.line(line, indent=2, hang=2)
    if out is not None:
        page.line(f"tables, GeoJSON and pictures: {out}", indent=2)


def _heading(found: Told) -> str:
    if found.criteria:
        beaten = f"{', '.join(found.criteria[:-1])} and {found.criteria[-1]}"
        return f"{found.demand_id}: {len(found.rows)} ways that no other beats in {beaten}"
    return (
        f"{found.demand_id}: ways with at most {found.max_overlap:.0%} of their line in common, "
        "the best first"
    )


def _table(page: Page, found: Told) -> None:
    """Print a row for each choice."""
    from corridors.cli.page import add, table

    thirds = {"emissions": "kg CO2e", "sensitive borders": "borders"}
    third = [head for name, head in thirds.items() if name in found.criteria]
    last = "best at USD/h" if not third else "hull"
    last = last if found.criteria else "in common"
    numbers = ("#", "USD/TEU", "days", "P80", *third, "km")
    made = table(*numbers, last, "corridor", "through", right=(*numbers, "in common"))
    best = found.best
    for one in _shown(found):
        choice, late = one.choice, one.route.spread
        more = {
            "emissions": f"{choice.emissions_kgco2e_per_teu:,.0f}",
            "sensitive borders": f"{choice.sensitive_borders}",
        }
        add(
            made, f"{choice.rank}{'*' if one is best else ' '}",
            f"{choice.cost_usd_per_teu:,.0f}", f"{choice.time_h / HOURS_A_DAY:.1f}",
            f"{late.p80_h / HOURS_A_DAY:.1f}" if late else "-",
            *(more[name] for name in thirds if name in found.criteria),
            f"{choice.distance_km:,.0f}", _last(one), choice.families.replace(";", ", ") or "-",
            " ".join(one.route.countries),
        )  # fmt: skip
    page.table(_heading(found), made, first=True)


def _shown(found: Told) -> list[ToldChoice]:
    """Return the choices that a table has room for: of very many the convex ones and the best."""
    if len(found.rows) <= MOST:
        return list(found.rows)
    return [one for one in found.rows if one.choice.convex or one is found.best]


def _last(one: ToldChoice) -> str:
    """Return what tells a choice from the others: when it is best, or what it has in common."""
    if one.choice.overlap is not None:
        return f"{one.choice.overlap:.0%}"
    if one.best_between:
        least, most = one.best_between
        return f"from {least:,.2f}" if most is None else f"{least:,.2f} to {most:,.2f}"
    return "convex" if one.choice.convex else "-"


def _words(found: Told) -> Iterator[str]:
    """Yield how to read the table and what it rests on."""
    value = found.value_of_time_usd_per_teu_h
    yield f"* the best where an hour of a TEU is worth {value:.2f} USD, as in the scenario."
    if any(one.best_between for one in found.rows):
        yield "Best at: what an hour of a TEU must be worth for the way to be the best one."
    left = len(found.rows) - len(_shown(found))
    if left:
        yield (
            f"{left} more ways, none of them convex, are told by --json and --out"
            + ("." if found.epsilon else "; --epsilon 0.01 leaves out most that are nearly alike.")
        )
    if found.criteria:
        convex = sum(one.choice.convex is True for one in found.rows)
        yield (
            f"{convex} are convex, the best under some weights of the criteria; "
            f"{len(found.rows) - convex} never, though no way is better in all."
        )
    if found.epsilon:
        yield (
            f"Whatever way there is, one of these is at most {found.epsilon:.1%} worse in every "
            "criterion."
        )
    if "sensitive borders" in found.criteria:
        named = (
            ", ".join(found.sensitive_borders) or "every land border, as the scenario names none"
        )
        yield f"Sensitive borders: {named}."
    if found.max_detour is not None:
        yield f"None costs more than {found.max_detour:g} times the best, time at its value."
    cost = [one.assumed_cost_share for one in found.rows]
    time = [one.assumed_time_share for one in found.rows]
    yield (
        f"On rows that are assumed rest {min(cost):.0%} to {max(cost):.0%} of the cost and "
        f"{min(time):.0%} to {max(time):.0%} of the time."
    )
