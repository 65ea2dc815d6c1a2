"""What a run found, in words: the year, who is without a route, what is scarce, what is assumed."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from corridors.report.charts.tornado import FILE as SENSITIVITY
from corridors.report.numbers import amount, millions, percent
from corridors.report.told import Importance, Weighed, listed, weighed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from corridors.report.references import Reference, References
    from corridors.report.runs import Demand, Run

__all__ = ["of_run"]

RESULT, BOTTLENECKS = "result.json", "bottlenecks.csv"
RENT = "congestion_rent_high_usd_per_year"
#: Demands without a route that are each told; beyond them only how many.
EACH = 2
#: Changes of best routes under this, in USD per TEU, are not told.
LEAST_USD = 1.0
_DAY_H = 24.0
_MILLION = 1e6
#: A bottleneck is told again of a further run if its scarcity is worth so much more or less.
NEW = 0.1
#: What keeps a demand from its route, by kind of blocker.
LIFTED = {
    "rule": "rule {id} of {actor} ({words}) were lifted",
    "default": "{actor} let pass ({words})",
    "refuses": "{actor} did not refuse ({words})",
    "scenario": "the scenario left {words} open",
    "not_built": "this were built: {words}",
}


def of_run(run: Run, base: Run | None, references: References) -> Iterator[Weighed]:
    """Yield what a run found; of a further run first what changes against the base."""
    if base is None:
        yield _year(run)
    else:
        yield _years(base, run)
        yield from _shifts(base, run)
    yield from _unserved(run, base, references)
    yield from _bottleneck(run, base, references)
    if base is None:
        yield from _uncertain(run, references)
        yield _assumed(run)
        yield from _passage(run)


def _year(run: Run) -> Weighed:
    totals = run.totals
    carried = totals["demand"] - totals["unserved"]
    words = (
        f"Carrying {amount(carried)} TEU a year costs {millions(totals['generalised_cost'])} USD "
        "of 2024 a year, time at its value included."
    )
    source = f"{RESULT}, metrics generalised_cost, demand and unserved of the scenario"
    return weighed(Importance.YEAR, run.id, words, source)


def _years(base: Run, run: Run) -> Weighed:
    """Return what a further scenario costs against the base, what is not carried included."""
    before, after = (
        one.totals["generalised_cost"] + one.totals["unserved_penalty"] for one in (base, run)
    )
    change = after - before
    if abs(change) < 1.0:
        words = f"A year costs as much as in {base.id}, {millions(after)} USD of 2024."
    else:
        words = (
            f"A year costs {millions(abs(change))} USD of 2024 {_way(change)} than in {base.id}: "
            f"{after / _MILLION:,.1f} against {before / _MILLION:,.1f} million, time at its value "
            "and the penalty for what is not carried included."
        )
    days = run.teu_days - base.teu_days
    if abs(days) >= 1.0:
        words += f" Cargo is on its way {amount(abs(days))} TEU-days {_way(days)}."
    teu = run.totals["unserved"] - base.totals["unserved"]
    if abs(teu) >= 1.0:
        words += f" {amount(abs(teu))} TEU a year {_way(teu)} are not carried."
    source = f"{RESULT} of both, metrics generalised_cost and unserved_penalty of the scenario"
    return weighed(Importance.YEAR, run.id, words, source)


def _way(change: float) -> str:
    return "more" if change > 0 else "less"


def _shifts(base: Run, run: Run) -> Iterator[Weighed]:
    """Yield which demands get or lose a route, and whose best route changes most."""
    both = [(base.demands[name], one) for name, one in run.demands.items() if name in base.demands]
    got = [new.id for old, new in both if new.best and not old.best]
    lost = [new.id for old, new in both if old.best and not new.best]
    parts = [f"{listed(names)} {verb}" for names, verb in (
        (got, "gets a route" if len(got) == 1 else "get a route"),
        (lost, "loses its route" if len(lost) == 1 else "lose their routes"),
    ) if names]  # fmt: skip
    source = f"{RESULT} of both, demands"
    if parts:
        words = f"Against {base.id} {', and '.join(parts)}."
        yield weighed(Importance.SERVED, run.id, words, source)
    moved = [(old, new) for old, new in both if _usd(old, new) is not None]
    changed = [(old, new) for old, new in moved if abs(_usd(old, new) or 0.0) >= LEAST_USD]
    if not changed:
        yield weighed(
            Importance.CHANGED, run.id,
            f"No best route changes by {LEAST_USD:.0f} USD per TEU or more against {base.id}.",
            source,
        )  # fmt: skip
        return
    old, new = max(changed, key=lambda pair: (abs(_usd(*pair) or 0.0), pair[1].id))
    dearer = sum((_usd(*pair) or 0.0) > 0 for pair in changed)
    words = (
        f"The best routes of {len(changed)} of {len(both)} demands change in cost, "
        f"{len(changed) - dearer} to less and {dearer} to more; most that of {new.id}, from "
        f"{_told(old)} to {_told(new)} per TEU."
    )
    yield weighed(Importance.CHANGED, run.id, words, source)


def _usd(old: Demand, new: Demand) -> float | None:
    """Return what the best route of a demand costs more, None if there is none in one of both."""
    return new.best.usd_per_teu - old.best.usd_per_teu if old.best and new.best else None


def _told(one: Demand) -> str:
    best = one.best
    return f"{amount(best.usd_per_teu)} USD and {amount(best.h / _DAY_H)} days" if best else "none"


def _unserved(run: Run, base: Run | None, references: References) -> Iterator[Weighed]:
    """Yield why demands have no route; of a further run only those that had one."""
    shut = [one for one in run.demands.values() if not one.best]
    if base is not None:
        had = {name for name, one in base.demands.items() if one.best}
        shut = [one for one in shut if one.id in had]
    for one in shut[:EACH]:
        lacks, cited = _lacks(one.certificate, references)
        words = f"{one.id} ({amount(one.teu_per_year)} TEU a year) has no route{lacks}."
        source = f"{RESULT}, demand {one.id}"
        yield weighed(Importance.SERVED, run.id, words, source, references=cited)
    if len(shut) > EACH:
        teu = sum(one.teu_per_year for one in shut)
        barred = Counter(
            one["id"] for each in shut for one in (each.certificate or {}).get("relax", ())
        )
        often = f"; most often for want of {barred.most_common(1)[0][0]}" if barred else ""
        words = f"{len(shut)} demands, {amount(teu)} TEU a year, have no route in all{often}."
        yield weighed(Importance.SERVED, run.id, words, f"{RESULT}, demands")


def _lacks(
    certificate: Mapping[str, Any] | None, references: References
) -> tuple[str, tuple[Reference, ...]]:
    """Return in words what would open a route, with the references of the rules named."""
    if not certificate or not certificate["relax"]:
        return ", whatever is opened", ()
    relax = certificate["relax"]
    wants = [LIFTED.get(one["kind"], "{words}").format_map(one) for one in relax]
    proven = "" if certificate["proven"] else " (a smaller set may exist)"
    cited = references.all_of(one["id"] for one in relax if one["kind"] == "rule")
    return f"; it would have one if {listed(wants, 3)}{proven}", cited


def _full(run: Run) -> list[dict[str, str]]:
    """Return the capacities that bind, the one whose scarcity is worth most first."""
    rows = [row for row in run.folder.rows(BOTTLENECKS) if row["binds"] == "yes" and row[RENT]]
    return sorted(rows, key=lambda row: (-float(row[RENT]), row["capacity_id"]))


def _bottleneck(run: Run, base: Run | None, references: References) -> Iterator[Weighed]:
    """Yield the capacity whose scarcity is worth most; not what the base has told already."""
    rows, known = _full(run), _full(base)[:1] if base else []
    if not rows:
        return
    dear, alike = rows[0], [row for row in known if row["capacity_id"] == rows[0]["capacity_id"]]
    if alike and abs(float(dear[RENT]) / float(alike[0][RENT]) - 1) < NEW:
        return
    more = f", one of {len(rows)} that are full" if len(rows) > 1 else ""
    words = (
        f"The dearest bottleneck is {dear['label']}{more}: "
        f"{amount(float(dear['used_teu_per_year']))} of "
        f"{amount(float(dear['capacity_teu_per_year']))} TEU a year are used, and its scarcity is "
        f"worth {millions(float(dear[RENT]))} USD a year, "
        f"{amount(float(dear['shadow_price_high_usd_per_teu']))} USD for each TEU."
    )
    cited = references.all_of(dear["source_ids"].split(";"))
    source = f"{BOTTLENECKS}, row {dear['capacity_id']} ({dear['quality']})"
    yield weighed(Importance.BOTTLENECK, run.id, words, source, references=cited)


def _uncertain(run: Run, references: References) -> Iterator[Weighed]:
    """Yield the input on whose range the yearly cost hangs most."""
    if not run.folder.has(SENSITIVITY):
        return
    rows = [row for row in run.folder.rows(SENSITIVITY) if row["subject_kind"] == "scenario"]
    if not rows:
        return
    wide = max(rows, key=lambda row: abs(float(row["at_high"]) - float(row["at_low"])))
    turns = sum(
        row["input"] == wide["input"] and len({row["route"], row["route_at_low"],
                                               row["route_at_high"]}) > 1
        for row in run.folder.rows(SENSITIVITY) if row["subject_kind"] == "demand"
    )  # fmt: skip
    low, high = sorted((float(wide["at_low"]), float(wide["at_high"])))
    words = (
        f"The yearly cost hangs most on {run.input_words(wide['input'])}: between "
        f"{amount(float(wide['low']))} and {amount(float(wide['high']))} {wide['unit']} it is "
        f"{millions(low)} to {millions(high)} USD, and {turns} best routes change."
    )
    cited = references.all_of([wide["row"]])
    source = f"{SENSITIVITY} ({wide['quality']})"
    yield weighed(Importance.UNCERTAIN, run.id, words, source, references=cited)


def _assumed(run: Run) -> Weighed:
    """Return how much of cost and time of what is carried rests on assumed rates."""
    rows = run.folder.result["metrics"]
    shares: dict[str, dict[str, float]] = {"assumed_cost_share": {}, "assumed_time_share": {}}
    for row in rows:
        if row["name"] in shares:
            shares[row["name"]][row["subject"]] = row["value"]
    told = []
    for name, of in (("assumed_cost_share", "usd_per_teu"), ("assumed_time_share", "h")):
        weights = {
            one.route_id: one.teu_per_year * getattr(one, of)
            for demand in run.demands.values() for one in demand.routes
        }  # fmt: skip
        whole = sum(weights.values()) or 1.0
        told.append(sum(weights[key] * value for key, value in shares[name].items()) / whole)
    words = (
        f"On rates that are assumed rest {percent(told[0])} of the cost and {percent(told[1])} of "
        "the time of all cargo carried."
    )
    source = f"{RESULT}, metrics {' and '.join(shares)} of routes, weighted by their cargo"
    return weighed(Importance.ASSUMED, run.id, words, source)


def _passage(run: Run) -> Iterator[Weighed]:
    """Yield the place that most cargo passes."""
    name = "chokepoints.geojson"
    rows = [one["properties"] for one in run.folder.features(name)]
    rows = [row for row in rows if row["kind"] != "terminal"]
    if not rows:
        return
    most = max(rows, key=lambda row: (row["teu_per_year"], row["asset_id"]))
    words = (
        f"Most cargo passes {most['name']}: {amount(most['teu_per_year'])} TEU a year of "
        f"{most['demands']} demands, {percent(most['traffic_share'])} of all."
    )
    yield weighed(Importance.PASSAGE, run.id, words, f"{name}, feature {most['asset_id']}")
