"""One row per column of the fact tables: type, unit, need, choices, meaning.

The tables are read (:mod:`geodata.facts_io`), checked and documented from these rows, so
a column is described in one place only. ``dtype`` is one of

``id``
    A name unique in its table.
``text``, ``int``, ``float``
    A single value.
``choice``, ``choices``
    One, or a ``;`` list, of the words in ``choices``.
``texts``, ``ints``
    A ``;`` list.
``points``
    ``lon lat;lon lat;...``.
``edges``
    ``lon lat lon lat;...``: pairs of points.
``ref``, ``refs``
    One, or a ``;`` list, of ids of the tables named in ``choices``.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["COLUMNS", "GAUGES_MM", "TABLES", "Column", "columns_of", "listing"]

GAUGES_MM = (1000, 1067, 1435, 1520, 1524, 1668, 1676)
"""Track gauges that the tables may name, in mm."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of one fact table.

    Parameters
    ----------
    table
        Table, which is the file name without ``.csv``.
    name
        Column, as in the header row.
    dtype
        One of the words listed at the top of this module.
    unit
        Unit of a number; empty for words.
    required
        Whether an empty cell is a mistake.
    choices
        Allowed words, or the tables a reference points into; empty = free.
    meaning
        One sentence for the reader.
    """

    table: str
    name: str
    dtype: str
    unit: str
    required: bool
    choices: tuple[str, ...]
    meaning: str


# Each line: name, dtype, unit, choices, meaning; `!` after the name = required.
_PROVENANCE = """
source!     | text   |    |                 | where the row comes from
confidence! | choice |    | high medium low | how far to trust the row
"""
_SPECS = {
    "terminals": """
id!           | id      |     |                | short name used by all other tables
name!         | text    |     |                | name for people
kind! | choice | | station terminal junction border_station gauge_break port city | what it is
country!      | text    |     |                | ISO 3166 alpha-2 country or territory code
lon!          | float   | degE |               | longitude, WGS84
lat!          | float   | degN |               | latitude, WGS84
accuracy_km!  | float   | km  |                | how far the coordinate may be off
modes         | choices |     | rail road sea  | modes that can be boarded today
planned_modes | choices |     | rail road sea  | modes not yet built here
gauges_mm     | ints    | mm  |                | track gauges present
corridors     | texts   |     |                | corridor families that name it
""",
    "crossings": """
id!               | id     |      |           | short name
name!             | text   |      |           | name for people
mode!             | choice |      | rail road | what crosses
country_a!        | text   |      |           | country or territory on side a
country_b!        | text   |      |           | country or territory on side b
lon!              | float  | degE |           | longitude, WGS84
lat!              | float  | degN |           | latitude, WGS84
accuracy_km!      | float  | km   |           | how far the coordinate may be off
gauge_a_mm        | int    | mm   |           | gauge on side a, rail only
gauge_b_mm        | int    | mm   |           | gauge on side b, rail only
physical_status!  | choice | | built under_construction planned dismantled out_of_use | what stands
since             | text   |      |           | ISO date, year or month since when
until             | text   |      |           | ISO date or year of an expected change
terminal_a        | ref    |      | terminals | nearest terminal on side a
terminal_b        | ref    |      | terminals | nearest terminal on side b
restrictions      | text   |      |           | limits on traffic, capacity and season
""",
    "borders": """
country_a! | text    | |           | country or territory
country_b! | text    | |           | its neighbour
all_named  | choices | | rail road | modes whose crossings all have a row: another line there is cut
""",
    "territories": """
id!            | id    |    | | territory code
name!          | text  |    | | name for people
view_un!       | text  |    | | country that the United Nations view places it in
view_de_facto! | text  |    | | territory or country that controls it on the ground
accuracy_km!   | float | km | | how far the outline may be off
polygon_wkt!   | text  |    | | hand outline, WKT polygon in lon lat
""",
    "links": """
id!             | id     |     |           | short name, also the asset's name
action! | choice | | add replace attributes | new line, line in place of an edge, or facts on a path
from_id!        | ref    |     | terminals | one end
to_id!          | ref    |     | terminals | other end
mode!           | choice |     | rail road | what runs on it
km!             | float  | km  |           | published or measured length
gauge_mm        | int    | mm  |           | track gauge, rail only
electrified     | choice |     | yes no partial planned unknown | overhead wire, rail only
physical_status! | choice | | built under_construction planned dismantled out_of_use | what stands
opening_low     | int    | year |          | earliest opening stated
opening_likely  | int    | year |          | likely opening, or year opened
opening_high    | int    | year |          | latest opening stated or plausible
capacity_mt_yr  | float  | Mt/yr |         | capacity both ways
via_lonlat      | points | degE degN |     | points the line runs through, ends left out
corridors       | texts  |     |           | corridor families that use it
""",
    "corrections": """
id!        | id     |           | | short name
action! | choice | | stitch shape exclude | join nodes, bend an edge, or bar it to freight
mode!      | choice |           | rail road | layer of open data it mends
lon_a!     | float  | degE      | | node a
lat_a!     | float  | degN      | | node a
lon_b!     | float  | degE      | | node b
lat_b!     | float  | degN      | | node b
via_lonlat | points | degE degN | | points between a and b
km         | float  | km        | | length to use; empty = the data's
reason!    | text   |           | | what was wrong
""",
    "services": """
id!                        | id      |        |      | short name
from_id!                   | ref     |        | terminals | one end
to_id!                     | ref     |        | terminals | other end
type! | choice | | container_feeder deep_sea rail_ferry ro_ro ro_pax bulk | kind of ship
carries!                   | choices |        | rail road sea | rail wagons, trucks, lifted cargo
operators                  | text    |        |      | who sails
km!                        | float   | km     |      | length sailed
km_source                  | text    |        |      | where the length comes from
speed_kn                   | float   | kn     |      | speed at sea
sailings_per_week_low      | float   | 1/week |      | sailings a week when it sails, low
sailings_per_week_likely   | float   | 1/week |      | sailings a week when it sails, likely
sailings_per_week_high     | float   | 1/week |      | sailings a week when it sails, high
physical_status!           | choice  |        | operating irregular suspended | whether it sails
status_date                | text    |        |      | ISO date or year of the status
capacity_note              | text    |        |      | ships and their size
restrictions               | text    |        |      | limits, season, risk
""",
    "straits": """
id!               | id     |      | | short name
name!             | text   |      | | name for people
lon!              | float  | degE | | longitude, WGS84
lat!              | float  | degN | | latitude, WGS84
gates             | edges  | degE degN | | edges of the sea network that close it
navigation!       | choice |      | all_year seasonal | whether ordinary ships sail it all year
limits            | text   |      | | draft, beam, air draft
toll              | text   |      | | dues in words
season            | text   |      | | ice and weather
proof             | text   |      | | sea distance before and after the cut
""",
    "gauges": """
country!  | text   |    |           | country the track lies in
gauge_mm! | int    | mm |           | national or main gauge
kind!     | choice |    | default exception | national rule or a named line
from_id   | ref    |    | terminals | one end of the line
to_id     | ref    |    | terminals | other end of the line
gauges_mm! | ints  | mm |           | every gauge lying on that line
""",
    "corridors": """
branch!    | id      | |           | short name of the branch
family!    | text    | |           | corridor family
name!      | text    | |           | name for people
terminals! | refs    | | terminals | ordered terminals
modes!     | choices | | rail road sea rail_ferry | one per leg
links!     | texts   | |           | one per leg: - or ids of links and services joined by +
core_from! | ref     | | terminals | start of the characteristic section
core_to!   | ref     | | terminals | end of the characteristic section
status!    | choice  | | built planned | whether all its lines stand
""",
    "gaps": """
id!        | id     | |           | short name
mode!      | choice | | rail road | layer of open data
from_id!   | ref    | | terminals | one end of the leg
to_id!     | ref    | | terminals | other end of the leg
finding!   | text   | |           | what is missing
handled_by | refs   | | links corrections services | rows that close it; empty = still open
""",
    "reference_lengths": """
id!           | id     |    |               | short name
mode!         | choice |    | rail road sea | mode compared
from_id!      | ref    |    | terminals     | start
to_id!        | ref    |    | terminals     | end
via_ids       | refs   |    | terminals     | terminals the route passes
published_km! | float  | km |               | published length
source!       | text   |    |               | who published it
source_url    | text   |    |               | address
year          | int    | year |             | year of the source
confidence!   | choice |    | high medium low | how far to trust it
why_off       | text   |    |               | why a larger difference is right
""",
}
_NOTED = ("terminals", "borders", "territories", "links", "straits", "gauges")
_UNSOURCED_SPEC = ("reference_lengths",)


def _parse(table: str, line: str) -> Column:
    """Turn one line of a spec into a column."""
    name, dtype, unit, choices, meaning = (part.strip() for part in line.split("|"))
    return Column(
        table=table,
        name=name.rstrip("!"),
        dtype=dtype,
        unit=unit,
        required=name.endswith("!"),
        choices=tuple(choices.split()),
        meaning=meaning,
    )


def _text_of(table: str) -> str:
    """Return the spec of a table with the shared columns at its end."""
    text = _SPECS[table]
    if table in _UNSOURCED_SPEC:
        return text
    text += _PROVENANCE
    if table in (*_NOTED, "corridors"):
        text += "note | text | | | remarks and contradictions\n"
    return text


COLUMNS: tuple[Column, ...] = tuple(
    _parse(table, line) for table in _SPECS for line in _text_of(table).splitlines() if line.strip()
)
"""Every column of every fact table, in file order."""

TABLES: tuple[str, ...] = tuple(_SPECS)
"""Names of the fact tables."""


def columns_of(table: str) -> tuple[Column, ...]:
    """Return the columns of one table, in file order.

    Parameters
    ----------
    table
        Name of the table.

    Returns
    -------
    tuple of Column
        Empty when there is no such table.

    Examples
    --------
    >>> [column.name for column in columns_of("gaps")][:3]
    ['id', 'mode', 'from_id']
    """
    return tuple(column for column in COLUMNS if column.table == table)


def listing() -> str:
    """Return the tables and their columns as Markdown.

    Returns
    -------
    str
        One section and one table of columns per fact table.
    """
    lines: list[str] = []
    for table in TABLES:
        lines += [f"### {table}.csv", "", "| column | type | unit | required | meaning |"]
        lines += ["|---|---|---|---|---|"]
        lines += [_listing_row(column) for column in columns_of(table)]
        lines.append("")
    return "\n".join(lines)


def _listing_row(column: Column) -> str:
    """Return one Markdown row."""
    words = ", ".join(f"`{word}`" for word in column.choices)
    meaning = f"{column.meaning} ({words})" if words else column.meaning
    need = "yes" if column.required else ""
    return f"| `{column.name}` | {column.dtype} | {column.unit} | {need} | {meaning} |"
