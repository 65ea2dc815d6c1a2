"""What a control run found, in words: who can close what, and what links are worth."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corridors.report.charts.actors import SHAPLEY
from corridors.report.charts.leverage import HEDGES, LEVERAGE
from corridors.report.numbers import amount, millions, percent
from corridors.report.runs import fact_names
from corridors.report.told import Importance, Weighed, listed, weighed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from corridors.report.material import Folder
    from corridors.report.references import References

    Row = Mapping[str, str]

__all__ = ["of_control"]

ACTORS, DENIAL, LINKS = "actors.csv", "denial.csv", "links_value.csv"
#: Sums under this, in USD a year, are not told.
LEAST_USD = 1e5


def of_control(folder: Folder, references: References) -> Iterator[Weighed]:
    """Yield what a control run found."""
    yield from _denial(folder)
    yield from _holder(folder)
    yield from _links(folder, references)
    yield from _hedge(folder)
    yield from _lever(folder)


def _denial(folder: Folder) -> Iterator[Weighed]:
    """Yield the place whose loss costs most, and the set of most places asked about."""
    rows = [row for row in folder.rows(DENIAL) if row["scope"] == "assets"]
    if not rows:
        return
    places = (one["properties"] for one in folder.features("chokepoints.geojson"))
    names = fact_names() | {one["asset_id"]: one["name"] for one in places}

    def sets(row: Row) -> str:
        return listed([names.get(one, one) for one in row["assets"].split(";")])

    one, most = rows[0], rows[-1]
    words = (
        f"The worst single loss is {sets(one)}: all demands together then cost "
        f"{millions(float(one['added_usd_per_year']))} USD of 2024 a year more"
        f"{_left(one)}{_found(one)}."
    )
    if most is not one:
        words += (
            f" Of {most['closed']} at once it is {sets(most)}, "
            f"{millions(float(most['added_usd_per_year']))} USD{_left(most)}{_found(most)}."
        )
    source = f"{DENIAL}, rows 1 to {len(rows)}" if most is not one else f"{DENIAL}, row 1"
    yield weighed(Importance.DENIAL, folder.scenario, words, source)


def _left(row: Row) -> str:
    teu = float(row["unserved_teu_per_year"] or 0.0)
    return f" and {amount(teu)} TEU a year have no way" if teu > 0 else ""


def _found(row: Row) -> str:
    return "" if row["proven"] == "yes" else " (not proven to be the worst)"


def _holder(folder: Folder) -> Iterator[Weighed]:
    """Yield who controls most: by what is dear without it, by rent, and by value in the game."""
    rows = folder.rows(ACTORS)
    if not rows:
        return
    tolerance = folder.result.get("assumptions", {}).get("tolerance")
    beyond = f" beyond the tolerance of {percent(tolerance)}" if tolerance is not None else ""
    ranked = ("effective_veto_share_teu", "rent_ceiling_usd_per_year")
    first = max(rows, key=lambda row: (*(_number(row, name) for name in ranked), row["actor"]))
    words = (
        f"{first['name']} controls most: {percent(_number(first, 'transit_share_teu'))} of all "
        f"TEU pass it, {percent(_number(first, 'effective_veto_share_teu'))} cost more{beyond}, "
        "or do not move, without it, and the most that it could take is "
        f"{millions(_number(first, 'rent_ceiling_usd_per_year'))} USD of 2024 a year."
    )
    yield weighed(Importance.CONTROL, folder.scenario, words, f"{ACTORS}, row {first['actor']}")
    players = sorted(
        (row for row in rows if row[SHAPLEY]),
        key=lambda row: (-_number(row, SHAPLEY), row["actor"]),
    )
    if players:
        told = [f"{row['name']} ({millions(_number(row, SHAPLEY))})" for row in players[:5]]
        words = (
            "What each player adds on average to those who let pass, by the Shapley value in USD "
            f"a year: {listed(told, 5)}."
        )
        yield weighed(
            Importance.VALUE, folder.scenario, words, f"{ACTORS}, column {SHAPLEY}, game G1"
        )


def _links(folder: Folder, references: References) -> Iterator[Weighed]:
    """Yield the planned link that saves most, with what it costs if that is known."""
    if not folder.has(LINKS):
        return
    rows = [row for row in folder.rows(LINKS) if _number(row, "now_usd_per_year") >= LEAST_USD]
    if not rows:
        return
    best = max(rows, key=lambda row: (_number(row, "now_usd_per_year"), row["link"]))
    expected = next((name for name in best if name.startswith("expected_rho0.3_usd")), "")
    words = (
        f"Of planned links, {len(rows)} of which save anything, {best['title']} saves most: "
        f"{millions(_number(best, 'now_usd_per_year'))} USD of 2024 a year as things are"
    )
    if expected and best[expected]:
        words += f", {millions(_number(best, expected))} on average over closures"
    cost = best.get("cost_usd_likely", "")
    words += f". It would cost {millions(float(cost))} USD to build." if cost else "."
    cited = references.all_of(best.get("cost_sources", "").split(";"))
    source = f"{LINKS}, row {best['link']}"
    yield weighed(Importance.LINKS, folder.scenario, words, source, references=cited)


def _hedge(folder: Folder) -> Iterator[Weighed]:
    """Yield the corridor that is worth most as a hedge, and against whom."""
    column = "hedge_value_usd_per_year"
    rows = folder.rows(HEDGES) if folder.has(HEDGES) else []
    best = max(rows, key=lambda row: _number(row, column), default=None)
    if best is None or _number(best, column) < LEAST_USD:
        return
    names = {row["actor"]: row["name"] for row in folder.rows(ACTORS)}
    words = (
        f"As a hedge {best['corridor']} is worth most against "
        f"{names.get(best['actor'], best['actor'])}: if that lets nothing pass, it saves "
        f"{millions(_number(best, 'corridor_worth_usd_per_year'))} USD of 2024 a year, against "
        f"{millions(_number(best, 'corridor_worth_now_usd_per_year'))} now."
    )
    source = f"{HEDGES}, row {best['corridor']} and {best['actor']}"
    yield weighed(Importance.HEDGE, folder.scenario, words, source)


def _lever(folder: Folder) -> Iterator[Weighed]:
    """Yield the most that one actor can impose on another."""
    rows = folder.rows(LEVERAGE)
    most = max(rows, key=lambda row: _number(row, "imposed_usd_per_year"), default=None)
    if most is None or _number(most, "imposed_usd_per_year") < LEAST_USD:
        return
    names = {row["actor"]: row["name"] for row in folder.rows(ACTORS)}
    by, over = (names.get(most[side], most[side]) for side in ("actor", "over"))
    words = (
        f"The longest lever is that of {by} on {over}, whose cargo would cost "
        f"{millions(_number(most, 'imposed_usd_per_year'))} USD of 2024 a year more; the other "
        f"way it is {millions(_number(most, 'own_loss_usd_per_year'))} USD."
    )
    source = f"{LEVERAGE}, row {most['actor']} over {most['over']}"
    yield weighed(Importance.LEVER, folder.scenario, words, source)


def _number(row: Row, column: str) -> float:
    return float(row.get(column) or 0.0)
