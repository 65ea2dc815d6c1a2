"""Why a route, told to people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corridors.cli.access import short
from corridors.cli.page import HANG, INDENT, Page, add, cut, sources, table
from corridors.cli.show import HOURS_A_DAY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.table import Table

    from corridors.model.route import Leg, Route
    from corridors.report.explained_route import (
        LegRow,
        RouteExplained,
        Second,
        Shutter,
        ShutWay,
    )

#: How ways that are shut are headed, by what is lifted.
_LIFTED = {
    "refusals": "Best way if every refusal were lifted",
    "decisions": "Best way if the scenario's own closures were lifted too",
}
#: What rules levy on a leg is told from these amounts on.
_LEAST_USD, _LEAST_H = 0.5, 0.05


def show_route(found: RouteExplained) -> None:
    """Print why a route: legs, rules, the runner-up and what keeps a cheaper way shut."""
    page, route = Page(), found.route
    page.head(route.route_id if route else f"{found.demand_id}: no open route", first=True)
    cargo = " ".join(f"{name}={'/'.join(words)}" for name, words in found.cargo.items())
    page.line(f"scenario {found.scenario}, {found.as_of}; cargo {cargo or 'of no said trait'}")
    if route is None:
        page.line(found.reason)
    else:
        page.line(_totals(route))
        page.table("Legs", _legs(found))
        _times(page, found)
    page.lines("Rules met", map(short, found.rules), hang=HANG)
    if route is not None:
        page.lines("Runner-up", [_second(found.second)], hang=INDENT)
    _shut(page, found)
    sources(page, [one for one in found.sources if one.title])


def _totals(route: Route) -> str:
    """Return the totals of a route in a line."""
    along = f" along {route.corridor.replace(';', ', ')}" if route.corridor else ""
    return (
        f"{route.origin} to {route.destination}{along}: {route.cost_usd_per_teu:,.0f} USD/TEU, "
        f"{route.time_h:,.1f} h, {route.distance_km:,.0f} km, {route.borders} borders, "
        f"{route.gauge_changes} gauge changes, {route.transfers} transfers; {route.objective}"
    )


def _times(page: Page, found: RouteExplained) -> None:
    """Print the time of a route as a distribution, a row for each correlation."""
    route = found.route
    if route is None or not found.times:
        return
    days = [f"{days:g} d" for days, _ in found.times[0].within]
    numbers = ("mean", "sd", "P50", "P80", "P95", *days, *["in time"] * bool(route.within_h))
    made = table("correlation", *numbers, right=numbers)
    for one in found.times:
        hours = (one.mean_h, one.sd_h, one.p50_h, one.p80_h, one.p95_h)
        chances = [share for _, share in one.within]
        chances += [] if one.on_time is None else [one.on_time]
        mark = " *" if route.spread and one.correlation == route.spread.correlation else ""
        add(
            made, f"{one.correlation:g}{mark}", *(f"{h / HOURS_A_DAY:.1f}" for h in hours),
            *(f"{chance:.0%}" for chance in chances),
        )  # fmt: skip
    page.table("Time as a distribution: days, and the chance to arrive within so many", made)
    asked = f"; to arrive within {route.within_h / 24:g} d is asked" if route.within_h else ""
    sure = found.times[0].certain_share
    page.line(
        f"* the scenario's correlation{asked}. No spread is stated for {sure:.0%} of the likely "
        "time.", indent=INDENT, hang=INDENT,
    )  # fmt: skip


def _legs(found: RouteExplained) -> Table:
    """Return the legs of a route as a table."""
    made = table("from", "to", "by", "in", "km", "h", "USD", "operator", "rules",
                 right=("km", "h", "USD"))  # fmt: skip
    for row in found.legs:
        leg = row.leg
        add(
            made, leg.from_id, leg.to_id, _by(leg), leg.country, f"{leg.distance_km:,.0f}",
            f"{leg.time_h:,.1f}", f"{leg.cost_usd_per_teu:,.0f}", leg.operator.replace(";", " "),
            " ".join((*leg.rule_ids, *_levied(row))),
        )  # fmt: skip
    return made


def _by(leg: Leg) -> str:
    """Return the mode of a leg or the kind of a stop, and the named things on it."""
    kind = leg.kind.value.replace("_", " ") if leg.is_stop else leg.mode
    named = [one for one in leg.asset_ids if one not in (leg.from_id, leg.to_id)]
    return f"{kind} {cut(named)}".rstrip()


def _levied(row: LegRow) -> Iterator[str]:
    """Yield what of a leg's cost and time is levied by rules."""
    if row.charged_usd_per_teu >= _LEAST_USD:
        yield f"({row.charged_usd_per_teu:,.0f} USD of it)"
    if row.delayed_h >= _LEAST_H:
        yield f"({row.delayed_h:,.1f} h of it)"


def _second(second: Second | None) -> str:
    """Return the runner-up in a line."""
    if second is None:
        return "none within the detour that the scenario allows"
    along = f" along {second.corridor.replace(';', ', ')}" if second.corridor else ""
    return (
        f"{second.route_id}{along}, through {' '.join(second.countries)}: "
        f"{second.more_cost_usd_per_teu:+,.0f} USD/TEU, {second.more_time_h:+,.1f} h, together "
        f"{second.more_generalised_usd_per_teu:+,.0f} USD/TEU"
    )


def _shut(page: Page, found: RouteExplained) -> None:
    """Print the cheaper ways that are shut, and what shuts them."""
    if not found.shut and found.route is not None:
        page.lines("Shut ways", ["no refusal and no closure keeps a cheaper way shut"])
    for way in found.shut:
        page.head(_LIFTED[way.lifting])
        page.line(_way(way), indent=INDENT, hang=INDENT)
        page.line("shut by all of:", indent=INDENT)
        for one in way.shutters:
            page.line(_shutter(one), indent=2 * INDENT, hang=INDENT)
    page.lines(
        "Single refusals whose lifting would open a cheaper way",
        (f"{_shutter(way.shutters[0])}; then {_way(way)}" for way in found.alone), hang=INDENT,
    )  # fmt: skip


def _way(way: ShutWay) -> str:
    """Return a way with what it saves."""
    along = f"along {way.corridor.replace(';', ', ')}, " if way.corridor else ""
    told = f"{along}through {' '.join(way.countries)}: {way.cost_usd_per_teu:,.0f} USD/TEU"
    told += f", {way.time_h:,.1f} h"
    if way.saves_generalised_usd_per_teu is None:
        return told
    changes = (
        _change(way.saves_cost_usd_per_teu, "USD/TEU", digits=0),
        _change(way.saves_time_h, "h", digits=1),
    )
    together = f"{way.saves_generalised_usd_per_teu:,.0f} USD/TEU less"
    return f"{told}; {', '.join(changes)}, together {together}"


def _change(saved: float | None, unit: str, *, digits: int) -> str:
    """Return what is saved, or taken more."""
    amount = saved or 0.0
    return f"{abs(amount):,.{digits}f} {unit} {'more' if amount < 0 else 'less'}"


def _shutter(one: Shutter) -> str:
    """Return what shuts a way."""
    by = f"{one.actor} " if one.actor else ""
    told = {
        "rule": f"{one.id} by {by}".rstrip(),
        "default": f"{by}has not permitted",
        "refuses": f"{by}refuses in this scenario",
    }.get(one.kind, f"{one.id}")
    return f"{told} at {cut(one.where)}: {one.words}"
