"""The page of claims: for each the scenarios, the commands and the numbers of today."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from corridors.metrics.claims import Claim, Compared, Held
    from corridors.metrics.levers import Lever
    from corridors.metrics.undone import Left

#: How many demands are named on each side.
MOST = 3
#: How many switches that undo an answer are named.
SWITCHES = 2
MILLION = 1e6
#: A switch that leaves more of an answer than this does not matter to it.
MATTERS = 0.95
#: A move below this, USD a year, is none.
LEAST_MOVED = 5e4
#: Whose own trade is told beside what a lever moves.
BYSTANDERS = ("AM", "AZ", "GE", "IR", "KZ", "RU", "TR")


class Told(NamedTuple):
    """What a scenario comes to beside the base, and what of it is left by switch turned."""

    compared: Compared
    left: Sequence[Left]


def claims_page(
    claims: Sequence[Claim], told: Mapping[str, Told], held: Sequence[Held], base: str, *,
    levers: Mapping[int, Sequence[Lever]],
) -> str:  # fmt: skip
    """Return the page in Markdown.

    Parameters
    ----------
    claims
        All claims, in order.
    told
        What each scenario comes to beside the base, by its id.
    held
        What actors hold, scenario by scenario.
    base
        Id of the scenario that all are compared with.
    levers
        What is set side by side, by the number of the claim.
    """
    return "\n".join(_page(claims, told, held, base, levers)) + "\n"


def _page(
    claims: Sequence[Claim], told: Mapping[str, Told], held: Sequence[Held], base: str,
    levers: Mapping[int, Sequence[Lever]],
) -> Iterator[str]:  # fmt: skip
    yield "# Claims"
    yield ""
    yield (
        "What the scenarios say of claims made about corridors of the South Caucasus, written by "
        "`corridors explain claims --docs docs/claims.md`. No claim is taken as a fact here. The "
        f"numbers compare each scenario with `{base}`, demand by demand at generalised cost "
        "(money, and time at its value), and hold as far as the assumption tables do: "
        "[scenarios](scenarios.md), [costs](costs.md), [metrics](metrics.md). `dearer` and "
        "`cheaper` count demands whose cost changes by 1 USD per TEU or more. `flips` is the "
        "smallest of these changes: so much per TEU on the other way and that demand would go the "
        "other way."
    )
    yield ""
    yield (
        "`undone by` names the single refusals and planned links, each turned in the scenario "
        "and in the base at once, that leave a tenth of the answer or less, or turn it round; "
        "all states, projects and planned lines are tried, except what the scenario itself "
        "turns. Here a TEU without a way counts as the base's penalty, and an actor that "
        "refuses lets its own trade pass. Where none does it alone, the one that leaves least "
        "is named; where nothing moves, the one that would make it move most, in million USD a "
        "year. Several together may undo what none does alone."
    )
    for claim in claims:
        yield ""
        yield f"## {claim.number}. {claim.words}"
        yield ""
        yield f"- by: {claim.by}"
        yield f"- says: {claim.says}"
        yield f"- asked: {claim.question}"
        yield ""
        yield from _numbers(claim, told, base)
        if claim.number in levers:
            yield from _levers(levers[claim.number])
        for name in claim.control:
            yield from _control(name, held)
    yield from _appendix(held)


def _numbers(claim: Claim, told: Mapping[str, Told], base: str) -> Iterator[str]:
    rows = [told[name] for name in claim.scenarios if name in told]
    if not rows:
        yield (
            "No scenario beside the base is about it alone; `corridors control` writes what bears "
            "on it: coalitions, plans, risk."
        )
        return
    yield (
        "| scenario | million USD a year | unserved TEU | dearer | cheaper | most of all | flips | "
        "undone by |"
    )
    yield "|---|---|---|---|---|---|---|---|"
    for row, left in rows:
        most = "; ".join(f"{name} {share:+.0%}" for name, share in row.most[:MOST]) or "-"
        flips = f"{row.flips:,.0f} USD ({row.flips_of})" if row.flips_of else "no demand moves"
        yield (
            f"| {row.scenario} | {row.added_usd / MILLION:+,.1f} | {row.unserved_teu:+,.0f} | "
            f"{row.dearer} | {row.cheaper} | {most} | {flips} | {_undone(left)} |"
        )
    first = rows[0]
    yield ""
    yield f"By hand: `corridors compare {base} {first.compared.scenario}`{_turned(first.left)}."


def _undone(left: Sequence[Left]) -> str:
    """Return in words what undoes an answer."""
    if not left:
        return "nothing asked"
    if left[0].share == float("inf"):
        moves = [one for one in left if abs(one.usd) >= LEAST_MOVED]
        if not moves:
            return "nothing moves it"
        return f"would move with {_switch(moves[0])}: {moves[0].usd / MILLION:+,.1f}"
    undoing = [one for one in left if one.undone]
    if not undoing:
        least = left[0]
        nearest = f"; {_switch(least)} leaves {_percent(least)}" if least.share < MATTERS else ""
        return f"none alone{nearest}"
    named = ", ".join(f"{_switch(one)} ({_percent(one)} left)" for one in undoing[:SWITCHES])
    more = f" and {len(undoing) - SWITCHES} more" if len(undoing) > SWITCHES else ""
    return named + more


def _percent(one: Left) -> str:
    """Return a share in whole percent, never below 0 by a hair."""
    return f"{round(100 * one.share):d}%"


def _switch(one: Left) -> str:
    return f"{one.switch} built" if one.opened else f"{one.switch} refusing"


def _turned(left: Sequence[Left]) -> str:
    """Return how to turn the first switch by hand."""
    if not left:
        return ""
    one = left[0]
    if one.opened:
        return f"; with {one.switch} built in both, add what it builds to `network.built`"
    return (
        f"; with {one.switch} refusing in both, `--set access.refuses=[{one.switch}]` on each run"
    )


def _levers(found: Sequence[Lever]) -> Iterator[str]:
    """Yield levers side by side: what each moves, and at whose expense."""
    yield ""
    yield (
        "Side by side, each lever alone against the base. `moved on` and `moved off` are TEU a "
        "year along the Middle Corridor (TITR) and along the north-south corridors (INSTC). Money "
        "for building is paid once, what cargo pays more comes every year, so that the two columns "
        "by million USD are no common measure; where cargo pays less, a lever needs no such price. "
        "The trade of a country is what begins or ends there; a TEU without a way counts as the "
        "base's penalty. Corridors share track, so that to close one may take cargo off the other. "
        "Upgrades that only widen a line move "
        "nothing at these costs, which know no capacity: `corridors design` values them."
    )
    yield ""
    lands = " | ".join(f"trade of {one}" for one in BYSTANDERS)
    yield (
        "| lever | kind | cost once | cargo pays more a year | moved on | moved off | TEU on by "
        f"million USD once | TEU on or off by million USD a year | {lands} |"
    )
    yield "|" + "---|" * (8 + len(BYSTANDERS))
    for one in found:
        once = "-" if one.cost_usd is None else f"{one.cost_usd / MILLION:,.0f}"
        by_once = "-" if not one.cost_usd else f"{one.gained_teu / one.cost_usd * MILLION:+,.2f}"
        shifted = one.gained_teu - one.lost_teu
        dear = one.added_usd / MILLION
        by_year = f"{shifted / dear:+,.0f}" if dear > 0 and shifted else "-"
        trade = " | ".join(f"{one.trade.get(land, 0.0) / MILLION:+,.1f}" for land in BYSTANDERS)
        yield (
            f"| {one.name} | {one.kind} | {once} | {dear:+,.1f} | {one.gained_teu:+,.0f} | "
            f"{one.lost_teu:+,.0f} | {by_once} | {by_year} | {trade} |"
        )


def _control(name: str, held: Sequence[Held]) -> Iterator[str]:
    """Yield what an actor or a link holds in each scenario that was asked."""
    actors = [(one.scenario, row) for one in held for row in one.actors if row["actor"] == name]
    links = [(one.scenario, row) for one in held for row in one.links if row["link"] == name]
    if actors:
        yield ""
        yield (
            "| scenario | actor | demands in transit | effective veto, TEU % | rent ceiling | "
            "Shapley G1 | at x0.5 and x2 |"
        )
        yield "|---|---|---|---|---|---|---|"
        for scenario, row in actors:
            low, high = (_money(row[f"shapley_g1_x{x}_usd_per_year"]) for x in ("0.5", "2"))
            yield (
                f"| {scenario} | {name} | {row['transit_demands']} | "
                f"{100 * _number(row['effective_veto_share_teu']):.2f} | "
                f"{_money(row['rent_ceiling_usd_per_year'])} | "
                f"{_money(row['shapley_g1_x1_usd_per_year'])} | {low} to {high} |"
            )
    if links:
        yield ""
        yield (
            "| scenario | link | saves a year, which is what a year of delay costs | on average | "
            "at most | by 100 USD of its cost | gains | loses |"
        )
        yield "|---|---|---|---|---|---|---|---|"
        for scenario, row in links:
            values = (_money(row[f"{one}_usd_per_year"]) for one in
                      ("now", "expected_rho0.3", "most"))  # fmt: skip
            sides = (str(row[f"bargaining_{one}"]) or "-" for one in ("gainers", "losers"))
            share = row["now_per_usd"]
            dollar = f"{100 * share:.2f}" if isinstance(share, float) else "-"
            cells = (scenario, name, *values, dollar, *sides)
            yield f"| {' | '.join(cells)} |"
    if actors or links:
        stand = " --set network.built=[]" if links else ""
        yield ""
        yield f"By hand: `corridors control {held[-1].scenario}{stand} {held[-1].words}`."


def _appendix(held: Sequence[Held]) -> Iterator[str]:
    """Yield what blocs can close, for the claims about coalitions."""
    yield ""
    yield "## Coalitions"
    yield ""
    yield (
        "What follows if all members of a bloc on the day refuse what passes them; nobody refuses "
        "its own trade. Million USD of 2024 a year; a TEU without a way counts as the multiple of "
        "its present cost that the scenario gives."
    )
    yield ""
    yield "| scenario | bloc | members that hold something | adds | demands without a way |"
    yield "|---|---|---|---|---|"
    for one in held:
        for row in one.blocs:
            severs = str(row["severs"]).replace(";", ", ") or "none"
            members = str(row["coalition"]).replace(";", " ")
            yield (
                f"| {one.scenario} | {row['subject']} | {members} | "
                f"{_money(row['added_usd_per_year'])} | {severs} |"
            )


def _number(value: object) -> float:
    return float(str(value))


def _money(value: object) -> str:
    return f"{_number(value) / MILLION:,.1f}"
