"""The access to a place, told to people."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from corridors.cli.page import HANG, INDENT, Page, add, cut, sources, table
from corridors.report.explained import ANYWHERE, amount

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from rich.table import Table

    from corridors.report.explained import (
        AccessDossier,
        ControlRow,
        EventRow,
        PowerRow,
        RuleRow,
        VerdictRow,
    )

#: How the columns of a table of controls share its width.
_RATIOS = (4, 7, 5, 3, 5)


def show_access(found: AccessDossier) -> None:
    """Print who controls a place, what is in force there and on what that rests."""
    page = Page()
    _subject(page, found)
    whose = found.cargo or "cargo that no rule singles out"
    page.lines(f"Passage of {whose}", _verdicts(found.verdicts), hang=INDENT)
    here = [row for row in found.controls if row.role != "sanctioning"]
    page.table("Who controls it", _controls(here))
    page.table("Who has which power", _powers(found.powers))
    about = [row for row in found.rules if row.applies is not False]
    _rules(page, "In force here", [row for row in about if row.on != ANYWHERE])
    _rules(page, "In force on cargo wherever it goes", [row for row in about if row.on == ANYWHERE])
    others = [row for row in found.rules if row.applies is False]
    page.lines(f"In force, but not for {found.cargo}", map(short, others), hang=HANG)
    page.lines("In force on single borders, lines and services", map(short, found.inside),
               hang=HANG)  # fmt: skip
    page.lines("Not in force", map(short, found.idle), hang=HANG)
    page.lines("Events", map(_event, found.events), hang=HANG)
    for regime, rows in found.alternatives.items():
        chosen = " (chosen)" if regime in found.regimes else ""
        page.table(f"Alternative {regime}{chosen}", _controls(rows))
    page.lines("Take care", found.warnings, hang=INDENT)
    sources(page, found.sources)


def _subject(page: Page, found: AccessDossier) -> None:
    """Print what is asked about, and under what."""
    subject, fact = found.subject, found.subject.fact
    page.head(f"{subject.id}  {subject.name}", first=True)
    words = [subject.kind, "/".join(subject.modes), *subject.countries]
    page.line(", ".join(word for word in words if word))
    if fact:
        page.line(f"physically {fact.physically}" + (f"; {fact.note}" if fact.note else ""))
    if subject.kind in ("branch", "family"):
        page.line("its terminals, named lines and the crossings between its terminals; straits on "
                  "the way are asked about by themselves")  # fmt: skip
    regimes = f", regime {', '.join(found.regimes)}" if found.regimes else ""
    page.line(f"on {found.as_of} in scenario {found.scenario}{regimes}")


def _verdicts(rows: Sequence[VerdictRow]) -> list[str]:
    """Return a line for each way to pass, equal ones together."""
    alike: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in rows:
        said = "open" if row.usable else "closed: " + "; ".join(map(_refusal, row.refusals))
        alike[row.mode, said + _met(row)].append(row.place)
    return [
        f"{mode}: {said}" + (f" [{cut(places)}]" if len(alike) > 1 else "")
        for (mode, said), places in alike.items()
    ]


def _refusal(one: Mapping[str, str]) -> str:
    """Return who refuses and by what."""
    by = f"by {one['actor']} ({one['rule'] or 'by default'}): " if one["actor"] else ""
    return by + one["words"]


def _met(row: VerdictRow) -> str:
    """Return what else cargo meets."""
    told = [f"{amount(value)} {unit}" for unit, value in (row.charges | row.delays).items()]
    told += [f"at most {amount(value)} {unit}" for unit, value in row.caps.items()]
    told += [f"refused with chance {row.refusal_chance:g}"] if row.refusal_chance else []
    return f"; meets {', '.join(told)}" if told else ""


def _controls(rows: Iterable[ControlRow]) -> Table:
    """Return controls as a table."""
    made = table("role", "actor", "over", "since", "rests on")
    made.expand = True
    for column, ratio in zip(made.columns, _RATIOS, strict=True):
        column.ratio = ratio
    for row in rows:
        named = f"{row.actor}  {row.name}" if row.name != row.actor else row.actor
        over = f"{row.over}; share {row.share}" if row.share else row.over
        over += "; shut unless it permits" if row.default == "closed" else ""
        grants = f" (also {', '.join(row.grants)})" if row.grants else ""
        add(
            made, row.role.replace("_", " ") + grants, named, over,
            _span(row.since, row.until), f"{_source(row.evidence)}, {row.evidence['confidence']}",
        )  # fmt: skip
    return made


def _powers(rows: Sequence[PowerRow]) -> Table:
    """Return who may deny, charge, delay and cap, and from which role."""
    made = table("may", "over", "actor (role)")
    by: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in rows:
        roles = ", ".join(role.replace("_", " ") for role in row.roles)
        by[row.power, row.reach].append(f"{row.actor} ({roles})")
    alike: dict[tuple[str, str], list[str]] = defaultdict(list)
    for (power, reach), actors in by.items():
        over = "the place" if reach == "place" else "cargo it names"
        alike[over, ", ".join(actors)].append(power)
    for (over, held), powers in alike.items():
        add(made, ", ".join(powers), over, held)
    return made


def _rules(page: Page, words: str, rows: Sequence[RuleRow]) -> None:
    """Print rules in full: what, whose cargo, why and from where."""
    if rows:
        page.head(f"{words} ({len(rows)})")
    for row in rows:
        roles = ", ".join(role.replace("_", " ") for role in row.standing) or "no standing"
        modes = f" by {', '.join(row.modes)}" if row.modes else ""
        page.line(f"{row.id}  {row.what} by {row.by} ({roles}): {row.title}", indent=INDENT,
                  hang=HANG)  # fmt: skip
        for more in (f"{row.on}{modes}; {row.whose}; {row.reason}", _rest(row.evidence)):
            page.line(more, indent=INDENT + HANG)


def _rest(evidence: Mapping[str, object]) -> str:
    """Return what a row rests on, in a line."""
    marked = "placeholder, " if evidence["placeholder"] else ""
    note = f"; {evidence['note']}" if evidence["note"] else ""
    basis = str(evidence["basis"]).replace("_", " ")
    return f"{marked}{basis}, confidence {evidence['confidence']}: {_source(evidence)}{note}"


def _source(evidence: Mapping[str, object]) -> str:
    """Return the ids of the sources of a row."""
    sources = evidence["sources"]
    return ", ".join(map(str, sources)) if isinstance(sources, (tuple, list)) else ""


def short(row: RuleRow) -> str:
    """Return a rule on one line, with why it is in force or not."""
    return f"{row.id}  {row.what} by {row.by}, {row.on}, {row.whose}: {row.title}; {row.reason}"


def _event(row: EventRow) -> str:
    """Return an event on one line."""
    when = _span(row.since, row.until) or row.kind
    state = "" if row.taken else f" ({'not yet' if row.since else row.kind}, taken as false)"
    said = f"; {row.statement}" if row.statement else ""
    return f"{row.id}  {when}  {row.title}: {row.effect}{state}{said}"


def _span(since: str | None, until: str | None) -> str:
    """Return a span of days in words."""
    return f"{since or ''} to {until}" if until else since or ""
