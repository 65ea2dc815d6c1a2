"""The page of claims: for each the scenarios, the commands and the numbers of today."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from corridors.metrics.claims import Claim, Compared, Held

#: How many demands are named on each side.
MOST = 3
MILLION = 1e6


def claims_page(
    claims: Sequence[Claim], compared: Mapping[str, Compared], held: Sequence[Held], base: str
) -> str:
    """Return the page in Markdown.

    Parameters
    ----------
    claims
        All claims, in order.
    compared
        What each scenario comes to beside the base, by its id.
    held
        What actors hold, scenario by scenario.
    base
        Id of the scenario that all are compared with.
    """
    return "\n".join(_page(claims, compared, held, base)) + "\n"


def _page(
    claims: Sequence[Claim], compared: Mapping[str, Compared], held: Sequence[Held], base: str
) -> Iterator[str]:
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
    for claim in claims:
        yield ""
        yield f"## {claim.number}. {claim.words}"
        yield ""
        yield f"Asked: {claim.question}"
        yield ""
        yield from _numbers(claim, compared, base)
        for name in claim.control:
            yield from _control(name, held)
    yield from _appendix(held)


def _numbers(claim: Claim, compared: Mapping[str, Compared], base: str) -> Iterator[str]:
    rows = [compared[name] for name in claim.scenarios if name in compared]
    if not rows:
        yield (
            "No scenario beside the base is about it alone; `corridors control` writes what bears "
            "on it: coalitions, plans, risk."
        )
        return
    yield (
        "| scenario | million USD a year | unserved TEU | dearer | cheaper | most of all | flips |"
    )
    yield "|---|---|---|---|---|---|---|"
    for row in rows:
        most = "; ".join(f"{name} {share:+.0%}" for name, share in row.most[:MOST]) or "-"
        flips = f"{row.flips:,.0f} USD ({row.flips_of})" if row.flips_of else "no demand moves"
        yield (
            f"| {row.scenario} | {row.added_usd / MILLION:+,.1f} | {row.unserved_teu:+,.0f} | "
            f"{row.dearer} | {row.cheaper} | {most} | {flips} |"
        )
    yield ""
    yield f"By hand: `corridors compare {base} {rows[0].scenario}`."


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
