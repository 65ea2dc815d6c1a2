"""Cells of the register's tables: dates, evidence, scopes and demands on cargo.

Each function reads one row of a :class:`~corridors.scenario.tables.Table`, notes what is
wrong with it there, and returns a value that is right as far as the row allows.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Self

from corridors.errors import nearest
from corridors.model.access import (
    BASES,
    CARGO_FIELDS,
    CONFIDENCES,
    MODES,
    SCOPE_KINDS,
    Evidence,
    Scope,
    Selector,
    Span,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from corridors.scenario.tables import Row, Table
    from geodata.facts_rows import Facts

#: Sources that are no document.
GENERAL_KNOWLEDGE, ASSUMPTION = "general knowledge", "assumption"
EVIDENCE = ("basis", "confidence", "placeholder", "source", "note")
YES_NO = ("yes", "no")
#: So many names are all told to whoever writes one that is not near any.
FEW = 15

_DAY = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
_WORD = re.compile(r"[a-z][a-z0-9_]*")
_PARTIES = ("flag", "owner", "operator")
_PLACES = ("origin", "destination", "end", "after")


@dataclass(frozen=True)
class Asset:
    """What the facts say of an asset: its countries and the modes it serves."""

    countries: tuple[str, ...]
    modes: tuple[str, ...]


@dataclass(frozen=True)
class Known:
    """The names a register may use for places.

    `pairs` maps `AM-TR` to its countries, `branches` a corridor branch to its
    terminals and links.
    """

    assets: Mapping[str, Asset]
    countries: frozenset[str]
    pairs: Mapping[str, tuple[str, str]]
    branches: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, facts: Facts) -> Self:
        """Return the names that the fact tables hold."""
        at = {row.id: row.country for row in facts.terminals}
        assets = {row.id: Asset((row.country,), MODES) for row in facts.terminals}
        assets |= {
            row.id: Asset((row.country_a, row.country_b), (row.mode,)) for row in facts.crossings
        }
        for link in facts.links:
            ends = (at.get(link.from_id, ""), at.get(link.to_id, ""))
            assets[link.id] = Asset(tuple(sorted({*ends} - {""})), (link.mode,))
        for service in facts.services:
            ends = (at.get(service.from_id, ""), at.get(service.to_id, ""))
            assets[service.id] = Asset(tuple(sorted({*ends} - {""})), ("sea", "ferry"))
        assets |= {row.id: Asset((), ("sea",)) for row in facts.straits}
        borders = [(row.country_a, row.country_b) for row in facts.crossings]
        borders += [(row.country_a, row.country_b) for row in facts.borders]
        codes = {code for pair in borders for code in pair} | set(at.values())
        return cls(
            assets,
            frozenset(codes | {row.id for row in facts.territories}),
            {"-".join(sorted(pair)): pair for pair in borders},
            {
                row.branch: tuple(name for name in (*row.terminals, *row.links) if name != "-")
                for row in facts.corridors
            },
        )


#: No places, for a register whose places are not checked.
NOWHERE = Known({}, frozenset(), {}, {})


@dataclass(frozen=True)
class Names:
    """All names that exist while a register is read; places are any if not checked."""

    known: Known
    actors: Mapping[str, str]
    sources: Collection[str]
    checks_places: bool = True

    @property
    def countries(self) -> frozenset[str]:
        """Codes of countries and territories, with those of the states."""
        states = {actor for actor, kind in self.actors.items() if kind == "state"}
        return self.known.countries | states

    @property
    def blocs(self) -> frozenset[str]:
        """The blocs, each written `@EU`."""
        return frozenset(f"@{actor}" for actor, kind in self.actors.items() if kind == "bloc")

    def in_scope(self, kind: str) -> Collection[str] | None:
        """Return the names a scope of some kind may hold, None if any will do."""
        if kind != "operator" and not self.checks_places:
            return None
        among: dict[str, Collection[str]] = {
            "asset": self.known.assets.keys(),
            "territory": self.countries | self.blocs,
            "country_pair": self.known.pairs.keys(),
            "unnamed_border": self.known.pairs.keys(),
            "branch": self.known.branches.keys(),
            "operator": self.actors.keys(),
        }
        return among.get(kind, ())

    def of_cargo(self, name: str) -> Collection[str] | None:
        """Return the names a field of cargo may hold, None if any word will do."""
        if name in _PLACES:
            return self.countries | self.blocs | self.known.assets.keys()
        if name in _PARTIES:
            return self.countries | self.blocs | self.actors.keys()
        return None


def listed(cell: str) -> tuple[str, ...]:
    """Return the entries of a cell parted by semicolons.

    Examples
    --------
    >>> listed("a;b")
    ('a', 'b')
    """
    return tuple(part for part in cell.split(";") if part)


def check_names(
    table: Table, row: Row, column: str, among: Collection[str] | None
) -> tuple[str, ...]:
    """Return the entries of a cell; note those that do not exist, unless any may."""
    names = listed(row.cells[column])
    if among is not None:
        for name in names:
            _check_name(table, row, column, name, among)
    return names


def _check_name(table: Table, row: Row, column: str, name: str, among: Collection[str]) -> None:
    if name not in among:
        few = f"one of {', '.join(sorted(among))}" if len(among) <= FEW else ""
        table.find(row, column, f"{name!r} is not known", nearest(name, among) or few)


def read_span(table: Table, row: Row, start: str = "from", end: str = "until") -> Span:
    """Return the days of a row; a year or a month stands for all its days."""
    span = Span(
        _day(table, row, start, last=False) if row.cells[start] else None,
        _day(table, row, end, last=True) if row.cells[end] else None,
    )
    if span.start and span.end and span.start > span.end:
        table.find(row, end, f"{row.cells[end]} is before {row.cells[start]}")
    return span


def _day(table: Table, row: Row, column: str, *, last: bool) -> date | None:
    """Return the first or last day that a date as exact as known can mean."""
    text = row.cells[column]
    match = _DAY.fullmatch(text)
    year, month, day = (int(part or 0) for part in match.groups()) if match else (0, 0, 0)
    month = month or (12 if last else 1)
    try:
        return date(year, month, day or (calendar.monthrange(year, month)[1] if last else 1))
    except ValueError:
        table.find(row, column, f"{text!r} is no date", "write 2026, 2026-09 or 2026-09-09")
        return None


def read_evidence(table: Table, row: Row, names: Names) -> Evidence:
    """Return where a row comes from; note a basis that its sources do not bear out."""
    basis = table.choice(row, "basis", BASES)
    sources = check_names(table, row, "source", names.sources)
    documents = set(sources) - {GENERAL_KNOWLEDGE, ASSUMPTION}
    if not sources:
        table.find(row, "source", "every row needs a source", f'or "{GENERAL_KNOWLEDGE}"')
    elif basis == "sourced" and not documents:
        table.find(row, "basis", "sourced, but no source is a document", "or general_knowledge")
    elif basis == "general_knowledge" and documents:
        table.find(row, "basis", "general knowledge, but a document is named", "or sourced")
    return Evidence(
        basis,
        table.choice(row, "confidence", CONFIDENCES),
        table.choice(row, "placeholder", YES_NO) == "yes",
        sources,
        row.cells["note"],
    )


def read_scope(table: Table, row: Row, names: Names) -> Scope:
    """Return what a row is about."""
    kind = table.choice(row, "on_kind", SCOPE_KINDS)
    on = check_names(table, row, "on", names.in_scope(kind)) if kind in SCOPE_KINDS else ()
    if bool(listed(row.cells["on"])) == (kind == "any"):
        table.find(row, "on", "any takes no names" if kind == "any" else "names are missing")
    modes = () if row.cells["mode"] == "*" else check_names(table, row, "mode", MODES)
    if not row.cells["mode"]:
        table.find(row, "mode", "a mode is missing", "write * for all")
    among = names.known.assets.keys() if names.checks_places else None
    without = check_names(table, row, "without", among)
    return Scope(kind, frozenset(on), frozenset(modes), frozenset(without))


def read_who(table: Table, row: Row, names: Names) -> tuple[Selector, ...]:
    """Return the demands on cargo of a cell like `origin=@EU/GB commodity=!grain`."""
    cell = row.cells["cargo"]
    if cell == "*":
        return ()
    found = []
    for part in cell.split():
        name, equals, values = part.partition("=")
        entries = tuple(entry for entry in values.removeprefix("!").split("/") if entry)
        if not equals or not entries:
            table.find(row, "cargo", f"{part!r} is not of the form field=value", "or *")
            continue
        if name not in CARGO_FIELDS:
            advice = nearest(name, CARGO_FIELDS)
            table.find(row, "cargo", f"cargo has no field {name!r}", advice)
            continue
        if names.checks_places or name not in _PLACES:
            _check_entries(table, row, entries, names.of_cargo(name))
        found.append(Selector(name, frozenset(entries), values.startswith("!")))
    if not cell.strip():
        table.find(row, "cargo", "a demand is missing", "write * for any cargo")
    return tuple(found)


def _check_entries(
    table: Table, row: Row, entries: tuple[str, ...], among: Collection[str] | None
) -> None:
    """Note entries of a demand that cannot be."""
    for entry in entries:
        if among is not None:
            _check_name(table, row, "cargo", entry, among)
        elif _WORD.fullmatch(entry) is None:
            table.find(row, "cargo", f"{entry!r} is no word", "small letters, digits and _")


def read_number(table: Table, row: Row, column: str) -> float | None:
    """Return a cell as a number, None if it is empty."""
    return table.number(row, column) if row.cells[column] else None
