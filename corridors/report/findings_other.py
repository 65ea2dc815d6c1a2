"""What comparisons and designs found, in words."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from corridors.report.numbers import amount, millions
from corridors.report.told import Importance, Weighed, listed, weighed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from corridors.report.material import Folder
    from corridors.report.references import References

    Row = Mapping[str, Any]

__all__ = ["of_comparison", "of_design"]

COMPARE, DESIGN = "compare.json", "design.json"


def of_comparison(folder: Folder, references: References) -> Iterator[Weighed]:
    """Yield what opens and closes from one scenario to each other, and who gains and loses."""
    whole = folder.json(COMPARE)
    for found in whole.get("comparisons", [whole]):
        yield from _opened(found, references)
        yield from _gains(found)


def _opened(found: Row, references: References) -> Iterator[Weighed]:
    """Yield which lines and places open and close, and which rules begin and cease to hold."""
    base, scenario = found["a"]["scenario"], found["b"]["scenario"]
    parts = []
    for change in ("opened", "closed"):
        # A place stands in a row for each country and mode, and some have no name.
        rows = [row for row in found["arcs"] if row["change"] == change]
        names = list(dict.fromkeys(row["name"] or row["asset"] or _where(row) for row in rows))
        if names:
            parts.append(f"{listed(names)} {'are' if len(names) > 1 else 'is'} {change}")
    for side, verb in (("b", "begin"), ("a", "cease")):
        rules = [row for row in found["rules"] if row["in_force"] == side]
        if rules:
            told = [f"{row['id']} of {row['by']} ({row['title']})" for row in rules]
            several = len(rules) > 1
            parts.append(
                f"rule{'s' if several else ''} {listed(told, 2)} {verb}{'' if several else 's'} "
                "to hold"
            )
    if parts:
        cited = references.all_of(row["id"] for row in found["rules"])
        words = f"Against {base}: {'; '.join(parts)}."
        source = f"{COMPARE}, arcs and rules"
        yield weighed(Importance.CHANGED, scenario, words, source, references=cited)


def _where(row: Row) -> str:
    return " ".join(filter(None, (row["mode"], "in", row["country"])))


def _gains(found: Row) -> Iterator[Weighed]:
    """Yield which state gains most passage and which loses most."""
    rows = [
        row for row in found.get("gains", ())
        if (row["role"], row["measure"]) == ("state", "teu") and abs(row["change"]) >= 1.0
    ]  # fmt: skip
    if not rows:
        return
    told = []
    for sign, verb in ((1, "gain"), (-1, "lose")):
        most = max(sign * row["change"] for row in rows)
        names = [row["name"] for row in rows if sign * row["change"] > most - 1.0]
        if most > 0:
            each = f" {amount(most)} each" if len(names) > 1 else f"s {amount(most)}"
            told.append(f"{listed(names)} {verb}{each}")
    words = f"Of passing cargo, in TEU a year, {' and '.join(told)}, the most of all states."
    yield weighed(Importance.CONTROL, found["b"]["scenario"], words,
                  f"{COMPARE}, gains of states in TEU")  # fmt: skip


def of_design(folder: Folder, references: References) -> Iterator[Weighed]:
    """Yield what is best built for the budget, and what it saves in each scenario."""
    design = folder.json(DESIGN)
    chosen = design["chosen"]
    first = design["scenarios"][0]
    projects = {row["project_id"]: row for row in design["projects"]}
    names = [projects[one]["title"] for one in chosen["projects"] if one in projects]
    proven = "" if chosen["proven"] else " as far as the search came"
    budget = f"{millions(design['budget_usd'])} USD of 2024"
    if not names:
        words = f"No project that {budget} can build lowers the cost of all demands{proven}."
    else:
        words = (
            f"With {budget} it is best{proven} to build {listed(names, 6)}, for "
            f"{millions(chosen['spent_usd'])} USD; that saves "
            f"{millions(first['saved_usd_per_year'])} USD a year."
        )
    cited = references.all_of(
        source for one in chosen["projects"] for source in _sources(projects, one)
    )
    yield weighed(Importance.CHOICE, first["id"], words, f"{DESIGN}, chosen", references=cited)
    yield from _conflicts(first["id"], chosen["projects"], projects)


def _conflicts(
    scenario: str, chosen: Sequence[str], projects: Mapping[str, Row]
) -> Iterator[Weighed]:
    """Yield how many costs of what is chosen are assumed or contradict each other."""
    rows = [projects[one] for one in chosen if one in projects]
    weak = Counter(row["quality"] for row in rows)["assumed"]
    if weak:
        words = f"The capital costs of {weak} of the {len(rows)} projects chosen are assumed."
        yield weighed(Importance.ASSUMED, scenario, words, f"{DESIGN}, projects, column quality")


def _sources(projects: Mapping[str, Row], one: str) -> list[str]:
    return str(projects[one]["source_ids"]).split(";") if one in projects else []
