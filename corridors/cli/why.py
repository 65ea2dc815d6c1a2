"""`corridors explain why`: two routes against each other, told to people."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from corridors.cli.options import DEFAULT_NETWORK, Json, NetworkFolder, print_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from corridors.cli.page import Page
    from corridors.metrics.flip import Flip
    from corridors.metrics.reprice import Uncertain
    from corridors.model.route import Route
    from corridors.report.explained_why import WhyExplained

#: How many rows of flips and of the tornado are told.
MOST = 12
#: Rows of the waterfall that differ by less are no news, in USD and hours.
LEAST_USD, LEAST_H = 0.5, 0.05


def explain_why(
    a: Annotated[str, typer.Argument(help="Route of the run, or corridor family of a demand.")],
    b: Annotated[str, typer.Argument(help="The other one.")],
    run_folder: Annotated[Path, typer.Option("--run", help="Folder of the finished run.")],
    demand: Annotated[
        str, typer.Option(help="Demand whose two corridor families are compared.")
    ] = "",
    draws: Annotated[
        int | None, typer.Option(help="Draws of all uncertain rates at once.", min=0)
    ] = None,
    network: NetworkFolder = DEFAULT_NETWORK,
    scenario: Annotated[
        str, typer.Option(help="Scenario that ran, if its id alone does not find it.")
    ] = "",
    json: Json = False,
) -> None:
    """Tell why one route beats another and what would change it."""
    from corridors.why import explain_why as explain

    found = explain(
        a, b, run_folder, network=network, scenario=scenario, demand=demand, draws=draws
    )
    if json:
        print_json(found.as_dict())
    else:
        show_why(found)


def register(app: typer.Typer) -> None:
    """Add the command to those of `corridors explain`."""
    app.command(
        "why",
        epilog="Example: corridors explain why SUEZ TITR --demand mumbai-moscow --run build/x",
    )(explain_why)


def show_why(found: WhyExplained) -> None:
    """Print two routes against each other: totals, waterfall, flips, tornado, chance."""
    from corridors.cli.page import Page

    page = Page()
    page.head(f"{found.a} against {found.b} ({found.demand_id}, {found.scenario})", first=True)
    for line in _words(found):
        page.line(line, indent=2, hang=2)
    _waterfall(page, found)
    _flips(page, found)
    _tornado(page, found)
    _chance(page, found)


def _words(found: WhyExplained) -> Iterator[str]:
    """Yield what there is to say before the tables."""
    first, second = found.routes
    loser = found.b if found.winner == found.a else found.a
    usd = second.cost_usd_per_teu - first.cost_usd_per_teu
    h, late = second.time_h - first.time_h, second.time_sd_h - first.time_sd_h
    for name, route in zip((found.a, found.b), found.routes, strict=True):
        yield (
            f"{name}: {route.cost_usd_per_teu:,.0f} USD and {route.time_h / 24:.1f} d"
            f"{_late(route)} for "
            f"{route.distance_km:,.0f} km by {', '.join(route.modes)} through "
            f"{', '.join(route.countries)}; {_assumed(route)}"
        )
    yield (
        f"{found.winner} wins over {loser} by {abs(found.gap_usd_per_teu):,.0f} USD/TEU, "
        f"time at its value. {found.b} has "
        f"{usd:+,.0f} USD, {h:+,.1f} h at {found.value_of_time_usd_per_teu_h:.2f} USD/h"
        + (
            f", {late:+,.1f} h of standard deviation at "
            f"{found.value_of_reliability_usd_per_teu_h:.2f} USD/h"
            if found.value_of_reliability_usd_per_teu_h
            else ""
        )
    )
    most = sorted(found.steps, key=lambda step: -abs(step.usd))[:3]
    parts = [f"{_what(step.component, step.mode)} {step.usd:+,.0f}" for step in most if step.usd]
    if parts:
        yield f"Most of the difference in cost: {', '.join(parts)} USD"


def _assumed(route: Route) -> str:
    """Return in words how much of a route rests on what is assumed."""
    from corridors.metrics.route import shares_of_route

    shares = shares_of_route(route)
    return (
        f"{shares.assumed_cost_share:.0%} of the cost and {shares.assumed_time_share:.0%} of the "
        "time rest on assumed rows"
    )


def _late(route: Route) -> str:
    """Return in words how long a route may take, nothing if it was not drawn."""
    late = route.spread
    return f" (P80 {late.p80_h / 24:.1f}, P95 {late.p95_h / 24:.1f})" if late else ""


def _what(component: str, mode: str) -> str:
    return f"{component.replace('_', ' ')} by {mode}"


def _waterfall(page: Page, found: WhyExplained) -> None:
    """Print what each component adds; small rows stand together, so that all adds up."""
    from corridors.cli.page import add, table

    names = ("usd_a", "usd_b", "usd", "h_a", "h_b", "h")
    heads = ("USD a", "USD b", "b - a", "h a", "h b", "b - a ")
    made = table("component", *heads, right=heads)
    rest, total = [0.0] * 6, [0.0] * 6
    for step in found.steps:
        cells = [getattr(step, name) for name in names]
        total = [a + b for a, b in zip(total, cells, strict=True)]
        if abs(step.usd) >= LEAST_USD or abs(step.h) >= LEAST_H:
            add(made, _what(step.component, step.mode), *_numbers(cells))
        else:
            rest = [a + b for a, b in zip(rest, cells, strict=True)]
    if any(rest):
        add(made, "the same on both", *_numbers(rest))
    add(made, "total", *_numbers(total))
    page.table(f"Waterfall per TEU (a: {found.a}, b: {found.b})", made)


def _numbers(cells: Iterable[float]) -> Iterator[str]:
    """Yield three amounts of money and three of hours, differences with their sign."""
    for at, value in enumerate(cells):
        sign = "+" if at in (2, 5) else ""
        yield f"{value:{sign},.2f}"


def _flips(page: Page, found: WhyExplained) -> None:
    """Print the smallest change of each input that changes the winner."""
    from corridors.cli.page import add, table

    heads = ("value", "changes at", "by", "share")
    made = table("input", *heads, "", right=heads)
    for flip in found.rivalry.flips[:MOST]:
        share = f"{flip.relative:+.0%}" if flip.input.value else ""
        add(
            made, _input(flip.input), f"{flip.input.value:,.4g}", f"{flip.at:,.4g}",
            f"{flip.change:+,.4g}", share, _range(flip),
        )  # fmt: skip
    page.table("Flip distance: the least change of one input that changes the winner", made)
    if not found.rivalry.flips:
        page.lines("Flip distance", ["No change of a single input changes the winner."])
    left = len(found.rivalry.flips) - MOST
    more = [f"and {left} more inputs that can"] if left > 0 else []
    for line in (*more, f"{len(found.rivalry.steady)} inputs never change it as far as tried."):
        page.line(line, indent=2)


def _range(flip: Flip) -> str:
    """Return whether a flip lies in the input's range, and whether it is proven."""
    one = flip.input
    words = "in its range" if flip.within else f"outside {one.low:,.4g} to {one.high:,.4g}"
    return words if flip.proven else f"{words}; not proven"


def _input(one: Uncertain) -> str:
    return f"{one.name.replace('_', ' ')}, {one.unit} ({one.row}, {one.quality})"


def _tornado(page: Page, found: WhyExplained) -> None:
    """Print the gap at the low and the high of the inputs that move it most."""
    from corridors.cli.page import add, table

    heads = ("low", "high", "gap at low", "gap at high")
    made = table("input", *heads, "", right=heads)
    now = found.gap_usd_per_teu
    for swing in found.rivalry.swings[:MOST]:
        changed = any((gap > 0) != (now > 0) for gap in (swing.at_low, swing.at_high))
        add(
            made, _input(swing.input), f"{swing.input.low:,.4g}", f"{swing.input.high:,.4g}",
            f"{swing.at_low:+,.0f}", f"{swing.at_high:+,.0f}", "changes it" if changed else "",
        )  # fmt: skip
    page.table(f"Tornado: b - a in USD/TEU, time at its value, now {now:+,.0f}", made)


def _chance(page: Page, found: WhyExplained) -> None:
    standing = found.rivalry.standing
    if standing is None:
        return
    low, high = standing.interval
    page.head("All uncertain inputs at once")
    for line in (
        (
            f"{found.winner} stays the winner in {standing.stays:.1%} of {standing.draws:,} draws "
            f"(95 % sure: {low:.1%} to {high:.1%}; seed {standing.seed})"
        ),
        (
            f"The other is heavier by {standing.p50:+,.0f} USD/TEU in the middle, "
            f"{standing.p05:+,.0f} to {standing.p95:+,.0f} in nine of ten draws"
        ),
        (
            "Each input is triangular from its low to its high with the peak at its value, and "
            "independent of the others, which understates how far things go wrong together"
        ),
    ):
        page.line(line, indent=2, hang=2)
