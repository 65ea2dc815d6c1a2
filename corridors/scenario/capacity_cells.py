"""Cells of the tables of capacities and projects: places, amounts, directions, sources.

Each function reads one row of a :class:`~corridors.scenario.tables.Table`, notes what is
wrong with it there, and returns a value that is right as far as the row allows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from corridors.errors import nearest
from corridors.model.capacity import BOTH, EACH, PLACE_KINDS, Amount
from corridors.model.scenario import QUALITIES
from corridors.scenario.measures import MEASURES
from corridors.scenario.register_cells import ASSUMPTION, GENERAL_KNOWLEDGE, check_names, listed
from corridors.scenario.tables import read_table
from geodata.folders import facts_folder

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from corridors.scenario.tables import Row, Table
    from geodata.facts_rows import Facts

#: Sources that are no document.
UNDOCUMENTED = frozenset({GENERAL_KNOWLEDGE, ASSUMPTION})
ASSUMED = QUALITIES[-1]
#: Between the two ends of a direction.
TO = ">"
#: Kinds of place whose directions have ends that can be named.
TWO_ENDED = ("crossing", "service", "country_pair")
#: Kinds of place that know no direction: what is handled, and what ships pass.
UNDIRECTED = ("terminal", "strait")


@dataclass(frozen=True)
class Sites:
    """The places that the fact tables hold, by kind, and the two ends of each.

    `built` are the ids of all that a project may build.
    """

    by_kind: Mapping[str, frozenset[str]]
    ends: Mapping[str, tuple[str, str]]
    built: frozenset[str]

    @classmethod
    def of(cls, facts: Facts) -> Sites:
        """Return the places of some fact tables."""
        borders = [(row.country_a, row.country_b) for row in facts.crossings]
        borders += [(row.country_a, row.country_b) for row in facts.borders]
        pairs = {"-".join(sorted(pair)): pair for pair in borders}
        ends = {row.id: (row.country_a, row.country_b) for row in facts.crossings}
        ends |= {row.id: (row.from_id, row.to_id) for row in facts.services} | pairs
        breaks = {row.id for row in facts.terminals if len(row.gauges_mm) > 1}
        breaks |= {row.id for row in facts.crossings if row.mode == "rail"}
        crossings, lines = ({row.id for row in rows} for rows in (facts.crossings, facts.links))
        terminals, services = (
            {row.id for row in rows} for rows in (facts.terminals, facts.services)
        )
        by_kind = {
            "crossing": crossings, "line": lines, "terminal": terminals, "service": services,
            "gauge_change": breaks, "strait": {row.id for row in facts.straits},
            "country_pair": set(pairs),
        }  # fmt: skip
        return cls(
            {kind: frozenset(names) for kind, names in by_kind.items()},
            ends,
            frozenset(crossings | lines | terminals | services),
        )


def shipped_sites() -> Sites:
    """Return the places of the fact tables."""
    from geodata.facts_io import load_facts

    return Sites.of(load_facts(facts_folder()))


def known_sources(folder: Path) -> frozenset[str]:
    """Return the ids that a row may name as its source."""
    sources = read_table(folder / "sources.csv", ("id", "title", "url"))
    return UNDOCUMENTED | {row.cells["id"] for row in sources.rows}


def read_on(table: Table, row: Row, sites: Sites | None) -> tuple[str, tuple[str, ...]]:
    """Return kind and names of the places of a row, unchecked if no places are known."""
    kind = table.choice(row, "on_kind", PLACE_KINDS)
    among = sites.by_kind.get(kind) if sites else None
    names = check_names(table, row, "on", among)
    if not names:
        table.find(row, "on", "a place is missing", "name what the capacity is of")
    return kind, names


def read_direction(
    table: Table, row: Row, kind: str, on: tuple[str, ...], sites: Sites | None
) -> str:
    """Return the direction of a row: `both`, `each`, or one such as `KZ>AZ`."""
    said = row.cells["direction"]
    if kind in UNDIRECTED and said != BOTH:
        table.find(row, "direction", f"{said or 'none'} on a {kind}", f"write {BOTH}")
    elif said in (BOTH, EACH):
        return said
    elif TO not in said or kind not in TWO_ENDED:
        mend = f"{BOTH}, {EACH}" + (f" or one such as KZ{TO}AZ" if kind in TWO_ENDED else "")
        table.find(row, "direction", f"{said!r} is no direction", mend)
    elif sites:
        _check_ends(table, row, said, on, sites)
    return said


def _check_ends(table: Table, row: Row, said: str, on: tuple[str, ...], sites: Sites) -> None:
    """Note a direction whose ends are not those of the places."""
    known = {
        TO.join(pair) for name in on if name in sites.ends for pair in _turned(sites.ends[name])
    }
    if known and said not in known:
        mend = nearest(said, known) or f"one of {', '.join(sorted(known))}"
        table.find(row, "direction", f"{said!r} is no direction of {';'.join(on)}", mend)


def _turned(ends: tuple[str, str]) -> tuple[tuple[str, str], tuple[str, str]]:
    return ends, (ends[1], ends[0])


def read_amount(
    table: Table, row: Row, columns: tuple[str, str, str] = ("low", "likely", "high")
) -> Amount:
    """Return three numbers of a row in order; the likely one where no range is given."""
    low, likely, high = columns
    middle = table.number(row, likely)
    least, most = (table.number(row, end) if row.cells[end] else middle for end in (low, high))
    for end, wrong, side in ((low, least > middle, "above"), (high, most < middle, "below")):
        if wrong:
            value = least if end == low else most
            table.find(row, end, f"{value:g} is {side} the likely {middle:g}", "put them in order")
    return Amount(least, middle, most)


def read_unit(table: Table, row: Row) -> tuple[str, float | None]:
    """Return the unit of a capacity, and how many TEU go on one of what it counts, if said."""
    unit = row.cells["unit"]
    measure = MEASURES.get(unit)
    if measure is None:
        what = f"{unit!r} is no unit" if unit else "a unit is missing"
        table.find(row, "unit", what, nearest(unit, MEASURES) or f"one of {', '.join(MEASURES)}")
    if row.cells["lot"]:
        lot = table.number(row, "lot", least=1e-3)
        if measure and (measure.by_weight or not (measure.parameter or measure.needs_lot)):
            table.find(row, "lot", f"{unit} takes no lot", "leave it empty")
        return unit, lot
    if measure and measure.needs_lot:
        table.find(row, "lot", f"how many TEU go on a {measure.counts} is missing", "say it in lot")
    return unit, None


def read_share(table: Table, row: Row) -> float:
    """Return the share of a row that is open to the demands."""
    share = table.number(row, "open_share")
    if share > 1:
        table.find(row, "open_share", f"{share:g} is more than the whole", "between 0 and 1")
    return share


def read_documents(
    table: Table, row: Row, known: frozenset[str],
    columns: tuple[str, str] = ("quality", "source"),
) -> tuple[str, tuple[str, ...]]:  # fmt: skip
    """Return quality and sources of a row; what no document says may only be assumed."""
    how, where = columns
    quality = table.choice(row, how, QUALITIES)
    sources = listed(row.cells[where])
    for name in sources:
        if name not in known:
            table.find(row, where, f"{name!r} is not in sources.csv", nearest(name, known))
    if not sources:
        table.find(row, where, "every number needs a source", f'or "{ASSUMPTION}"')
    elif not set(sources) - UNDOCUMENTED and quality not in (ASSUMED, ""):
        table.find(row, how, f"{quality}, but no source is a document", f"write {ASSUMED}")
    return quality, sources


def read_year(table: Table, row: Row, column: str = "year") -> int:
    """Return a year, 0 for one that cannot be."""
    text = row.cells[column]
    if text.isdecimal() and 1900 <= int(text) <= 2100:  # noqa: PLR2004 - of transport plans
        return int(text)
    table.find(row, column, f"{text or 'no year'} is no year", "write it as 2025")
    return 0


def check_unique(table: Table, column: str = "id") -> None:
    """Note ids that are missing or stand twice."""
    first: dict[str, int] = {}
    for row in table.rows:
        name = row.cells[column]
        if not name:
            table.find(row, column, "an id is missing")
        line = first.setdefault(name, row.line)
        if line != row.line:
            table.find(row, column, f"{name} stands already on line {line}", "rename it")
