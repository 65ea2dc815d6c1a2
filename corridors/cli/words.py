"""Explanations for people: headed blocks of wrapped lines that read well in a pipe."""

from __future__ import annotations

import os
import textwrap
from collections import defaultdict
from typing import TYPE_CHECKING

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from corridors.report.explained import ANYWHERE, amount

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from corridors.report.explained import (
        AccessDossier,
        ControlRow,
        EventRow,
        PowerRow,
        RuleRow,
        Source,
        VerdictRow,
    )

#: Width where nothing shows it: of a pipe or a file.
WIDTH = 100
_INDENT = 2
#: What goes over a line that begins with an id stands below its words.
_HANG = 6
#: How the columns of a table of controls share its width.
_RATIOS = (4, 7, 5, 3, 5)
#: How many places of one verdict are named.
_MOST = 6


def console() -> Console:
    """Return a console that is 100 wide off a terminal and colours nothing it need not."""
    plain = Console(highlight=False, color_system=None if os.environ.get("NO_COLOR") else "auto")
    return plain if plain.is_terminal else Console(highlight=False, width=WIDTH)


def table(*columns: str, right: Sequence[str] = ()) -> Table:
    """Return an empty table without lines; columns in `right` hold numbers."""
    made = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for name in columns:
        made.add_column(
            name, justify="right" if name in right else "left", overflow="fold",
            no_wrap=name in right,
        )  # fmt: skip
    return made


def add(made: Table, *cells: str) -> None:
    """Add a row of plain words, none of them read as markup."""
    made.add_row(*map(Text, cells))


class Page:
    """Prints headed blocks of lines, those without content left out."""

    def __init__(self) -> None:
        """Open the console."""
        self.console = console()

    def head(self, words: str, *, first: bool = False) -> None:
        """Print a heading, apart from what stands before it."""
        if not first:
            self.console.print()
        self.console.print(Text(words, style="bold"), soft_wrap=True)

    def line(self, words: str, *, indent: int = 0, hang: int = 0) -> None:
        """Print a line wrapped at words; what goes over begins `hang` further in."""
        wrapped = textwrap.wrap(
            words, self.console.width, initial_indent=" " * indent,
            subsequent_indent=" " * (indent + hang), break_long_words=False,
            break_on_hyphens=False,
        )  # fmt: skip
        self.console.print(Text("\n".join(wrapped)), soft_wrap=True)

    def lines(self, words: str, rows: Iterable[str], *, hang: int = 0) -> None:
        """Print a headed list of lines."""
        told = list(rows)
        if told:
            self.head(words)
            for row in told:
                self.line(row, indent=_INDENT, hang=hang)

    def table(self, words: str, made: Table) -> None:
        """Print a headed table if it has rows."""
        if made.row_count:
            self.head(words)
            with self.console.capture() as drawn:
                self.console.print(Padding(made, (0, 0, 0, _INDENT), expand=False))
            print("\n".join(line.rstrip() for line in drawn.get().splitlines()))


def show_access(found: AccessDossier) -> None:
    """Print who controls a place, what is in force there and on what that rests."""
    page = Page()
    _subject(page, found)
    whose = found.cargo or "cargo that no rule singles out"
    page.lines(f"Passage of {whose}", _verdicts(found.verdicts), hang=_INDENT)
    here = [row for row in found.controls if row.role != "sanctioning"]
    page.table("Who controls it", _controls(here))
    page.table("Who has which power", _powers(found.powers))
    about = [row for row in found.rules if row.applies is not False]
    _rules(page, "In force here", [row for row in about if row.on != ANYWHERE])
    _rules(page, "In force on cargo wherever it goes", [row for row in about if row.on == ANYWHERE])
    others = [row for row in found.rules if row.applies is False]
    page.lines(f"In force, but not for {found.cargo}", map(_short, others), hang=_HANG)
    page.lines("In force on single borders, lines and services", map(_short, found.inside),
               hang=_HANG)  # fmt: skip
    page.lines("Not in force", map(_short, found.idle), hang=_HANG)
    page.lines("Events", map(_event, found.events), hang=_HANG)
    for regime, rows in found.alternatives.items():
        chosen = " (chosen)" if regime in found.regimes else ""
        page.table(f"Alternative {regime}{chosen}", _controls(rows))
    page.lines("Take care", found.warnings, hang=_INDENT)
    _sources(page, found.sources)


def _subject(page: Page, found: AccessDossier) -> None:
    """Print what is asked about, and under what."""
    subject, fact = found.subject, found.subject.fact
    page.head(f"{subject.id}  {subject.name}", first=True)
    words = [subject.kind, "/".join(subject.modes), *subject.countries]
    page.line(", ".join(word for word in words if word))
    if fact:
        page.line(f"physically {fact.physically}" + (f"; {fact.note}" if fact.note else ""))
    regimes = f", regime {', '.join(found.regimes)}" if found.regimes else ""
    page.line(f"on {found.as_of} in scenario {found.scenario}{regimes}")


def _sources(page: Page, rows: Sequence[Source]) -> None:
    """Print sources, addresses below their titles."""
    if rows:
        page.head("Sources")
    for one in rows:
        page.line(f"{one.id}  {one.title}".rstrip(), indent=_INDENT, hang=_HANG)
        for address in one.url.split():
            page.line(address, indent=_INDENT + _HANG)


def _verdicts(rows: Sequence[VerdictRow]) -> list[str]:
    """Return a line for each way to pass, equal ones together."""
    alike: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in rows:
        said = "open" if row.usable else "closed by " + "; ".join(map(_refusal, row.refusals))
        alike[row.mode, said + _met(row)].append(row.place)
    return [
        f"{mode}: {said}" + (f" [{_cut(places)}]" if len(alike) > 1 else "")
        for (mode, said), places in alike.items()
    ]


def _cut(names: Sequence[str]) -> str:
    """Return some names, no more than a line of them."""
    once = list(dict.fromkeys(names))
    shown = ", ".join(once[:_MOST])
    return f"{shown} and {len(once) - _MOST} more" if len(once) > _MOST else shown


def _refusal(one: Mapping[str, str]) -> str:
    """Return who refuses and by what."""
    by = f"{one['actor']} ({one['rule'] or 'by default'}): " if one["actor"] else ""
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
        page.line(f"{row.id}  {row.what} by {row.by} ({roles}): {row.title}", indent=_INDENT,
                  hang=_HANG)  # fmt: skip
        for more in (f"{row.on}{modes}; {row.whose}; {row.reason}", _rest(row.evidence)):
            page.line(more, indent=_INDENT + _HANG)


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


def _short(row: RuleRow) -> str:
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
