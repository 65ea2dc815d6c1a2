"""What tags of OpenStreetMap become here: the tables, and the page that prints them.

The tables are data, read by :mod:`geodata.sources.osm_tags`; :func:`page` writes them out, so
that the page cannot say anything else than what the reader does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from geodata.types import Mode, Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

#: Values that make a way a line, by key; roads are in `ROADS`.
LINES: Mapping[str, Mapping[str, Mode]] = {
    "railway": {"rail": Mode.RAIL, "narrow_gauge": Mode.RAIL, "ferry": Mode.FERRY},
    "route": {"ferry": Mode.FERRY},
}
#: Classes of `highway`, the greatest first; each with its ``_link``.
ROADS = ("motorway", "trunk", "primary", "secondary")
#: The least class that is read unless another is asked for.
LEAST_ROAD = "trunk"

#: Words of a line's life, as a value (`railway=construction`) or before a key.
LIFE: Mapping[str, Status] = {
    "construction": Status.UNDER_CONSTRUCTION,
    "proposed": Status.PLANNED,
    "planned": Status.PLANNED,
    "disused": Status.OUT_OF_USE,
    "abandoned": Status.DISMANTLED,
    "dismantled": Status.DISMANTLED,
    "demolished": Status.DISMANTLED,
    "razed": Status.DISMANTLED,
    "removed": Status.DISMANTLED,
}

#: Tags by which a way of a mode is left out.
DROPPED: Mapping[Mode, Mapping[str, tuple[str, ...]]] = {
    Mode.RAIL: {
        "service": ("yard", "siding", "spur"),
        "usage": ("tourism", "leisure", "military", "test", "scientific"),
    },
    Mode.ROAD: {"area": ("yes",)},
    Mode.FERRY: {"motor_vehicle": ("no",), "vehicle": ("no",), "area": ("yes",)},
}

#: Words of `gauge` that are a width in mm.
GAUGE_WORDS: Mapping[str, int] = {"standard": 1435, "russian": 1520, "metre": 1000}
#: Widths outside this, in mm, are mistakes.
LEAST_GAUGE_MM, GREATEST_GAUGE_MM = 300, 2200

ELECTRIFIED: Mapping[str, int] = {
    "contact_line": 1,
    "contact_rail": 1,
    "rail": 1,
    "4th_rail": 1,
    "ground-level_power_supply": 1,
    "yes": 1,
    "no": 0,
}
#: Direction in which alone a road may be travelled, +1 as drawn; 0 in both.
ONEWAY: Mapping[str, int] = {
    "yes": 1, "true": 1, "1": 1, "-1": -1, "reverse": -1,
    "no": 0, "false": 0, "0": 0, "reversible": 0, "alternating": 0,
}  # fmt: skip
#: Tags that make a road one-way where `oneway` says nothing.
ONEWAY_BY: Mapping[str, tuple[str, ...]] = {
    "junction": ("roundabout", "circular"),
    "highway": ("motorway",),
}

#: How many km/h one of a unit is.
SPEED_UNITS: Mapping[str, float] = {
    "": 1.0, "km/h": 1.0, "kmh": 1.0, "kph": 1.0, "mph": 1.609344, "knots": 1.852, "kn": 1.852,
}  # fmt: skip
#: General limits of countries in km/h, where `maxspeed` names one instead of a number.
SPEED_WORDS: Mapping[str, float] = {
    "RU:urban": 60, "RU:rural": 90, "RU:motorway": 110, "RU:living_street": 20,
    "BY:urban": 60, "BY:rural": 90, "BY:motorway": 110,
    "UA:urban": 50, "UA:rural": 90, "UA:motorway": 130,
    "RO:urban": 50, "RO:rural": 90, "RO:trunk": 100, "RO:motorway": 130,
    "BG:urban": 50, "BG:rural": 90, "BG:motorway": 140,
    "TR:urban": 50, "TR:rural": 90,
    "PL:urban": 50, "PL:rural": 90, "PL:motorway": 140,
    "DE:urban": 50, "DE:rural": 100,
}  # fmt: skip
#: Words of `maxspeed` that say no number, and are no mistake.
SPEED_UNSAID = ("none", "signals", "variable", "walk", "unlimited", "implicit")
#: Speeds outside this, in km/h, are mistakes.
LEAST_KMH, GREATEST_KMH = 3.0, 500.0

#: Keys of a name, the preferred first.
NAMES = ("name:en", "int_name", "name")
#: Tags of a node on a line that make it a border crossing.
BORDERS = (("railway", "border"), ("barrier", "border_control"))
#: Keys that a reader may look for in vain.
NO_COLUMN = ("bridge", "tunnel", "operator", "ref", "lanes", "passenger_lines")


def roads_down_to(least: str) -> tuple[str, ...]:
    """Return the values of `highway` from motorways down to a class, links included.

    Raises
    ------
    ValueError
        If there is no such class.

    Examples
    --------
    >>> roads_down_to("trunk")
    ('motorway', 'motorway_link', 'trunk', 'trunk_link')
    """
    if least not in ROADS:
        msg = f"no class of roads {least!r}; one of {', '.join(ROADS)}"
        raise ValueError(msg)
    kept = ROADS[: ROADS.index(least) + 1]
    return tuple(name for road in kept for name in (road, f"{road}_link"))


def wanted_tags(modes: Iterable[Mode], least_road: str = LEAST_ROAD) -> list[tuple[str, str]]:
    """Return the tags by one of which a way may become a line of these modes."""
    modes = set(modes)
    values = {
        key: [value for value, mode in table.items() if mode in modes]
        for key, table in LINES.items()
    }
    if Mode.ROAD in modes:
        values["highway"] = list(roads_down_to(least_road))
    found: list[tuple[str, str]] = []
    for key, plain in values.items():
        if plain:
            found += [(key, value) for value in (*plain, *LIFE)]
            # Only of a railway the kind goes without saying.
            late = (*plain, "yes") if key == "railway" else plain
            found += [(f"{life}:{key}", value) for life in LIFE for value in late]
    return found


def overpass_filters(modes: Iterable[Mode], least_road: str = LEAST_ROAD) -> list[str]:
    """Return the same as filters of ways in the query language of Overpass.

    Examples
    --------
    >>> overpass_filters([Mode.FERRY])[1][:25]
    '["route"~"^(ferry|constru'
    """
    values: dict[str, dict[str, None]] = {}
    for key, value in wanted_tags(modes, least_road):
        values.setdefault(key, {})[value] = None
    plain = [key for key in values if ":" not in key]
    filters = [f'["{key}"~"^({"|".join(values[key])})$"]' for key in plain]
    late = dict.fromkeys(value for key in values if ":" in key for value in values[key])
    keys = f"^({'|'.join(LIFE)}):({'|'.join(plain)})$"
    return [*filters, f'[~"{keys}"~"^({"|".join(late)})$"]']


def page() -> str:
    """Return the tables as the page of documentation, in Markdown."""
    words = {status: status.name.lower() for status in Status}
    parts = [
        INTRO,
        _table("Which ways are lines", ("tag", "becomes"), _line_rows()),
        _table(
            "What stands there",
            ("as a value, or before a key", "physical status"),
            [(f"`railway={word}`, `{word}:railway=rail`", words[s]) for word, s in LIFE.items()],
            after=LIFE_NOTE,
        ),
        _table("Left out", ("mode", "tag"), _dropped_rows()),
        _table("Gauge", ("`gauge`", "becomes"), _gauge_rows(), after=GAUGE_NOTE),
        _table(
            "Electrified",
            ("`electrified`", "becomes"),
            [(f"`{word}`", "yes" if value else "no") for word, value in ELECTRIFIED.items()],
            after="Without it a `voltage` above 0 says yes; else it is not known.",
        ),
        _table("Direction", ("tag", "travelled"), _oneway_rows(), after=ONEWAY_NOTE),
        _table("Speed", ("`maxspeed`", "km/h"), _speed_rows(), after=SPEED_NOTE),
        _table("Time of a crossing by ferry", ("`duration`", "hours"), DURATION_ROWS),
        _table("Names and borders", ("tag", "becomes"), _name_rows(), after=BORDER_NOTE),
    ]
    return "\n".join(parts)


INTRO = f"""\
# OpenStreetMap

This page is written by `corridors explain tags --docs`; edit the tables of
`geodata/sources/osm_rules.py`, not the page.

`corridors build --osm FILE` reads `.osm`, `.osm.gz`, `.osm.bz2` and `.osm.pbf`;
`corridors build --overpass REGION` asks an Overpass server. Both keep rail, roads and ferries
only, and turn their tags into ours by the tables below; what a tag does not say here has no
effect. Who may pass is no matter of tags: `access` and its like are not read, rules say that.
Which country a line lies in is told by the outlines, as for the shipped data; where a track's
gauge is not tagged, that of the country holds.

Roads are read from motorways down to the class asked for, `{LEAST_ROAD}` if none is.
{", ".join(f"`{key}`" for key in NO_COLUMN)} are not kept.

The network takes mode, gauge, status and shape. Wires, speeds, directions, names and ferries are
read into the tracks of the library (`geodata.tracks`); the network has no place for them: ships
sail by `services.csv`, roads run in both directions.

    corridors build --osm azerbaijan.osm.pbf --within AZ --out build/az
    corridors build --overpass AZ,AM --roads primary --out build/az
    corridors check --network build/az --verbose
    corridors check --osm azerbaijan.osm.pbf --within AZ --verbose

A file is read twice, first its ways, then the nodes that the kept ways run through. Memory
holds what is kept, some 270 bytes a point, and one bit for each possible id of a node: 1.6 GB
for a file of today, however large. A server is asked tile by tile, on a grid of 2 degrees;
tiles that came are kept in the cache and asked for once only, so that asking goes on where it
stopped. Removing the cache asks anew.

Inside the area the lines of the map take the place of those of the open data, in the modes that
the map has there. Beside the network lie

* `joins.csv` and `patch_report.json`: what became of the lines at the rim;
* `osm_as_of.csv`: of which moment the map is, by file or tile;
* `osm_notes.csv`: what was left out, and which values were not understood;
* `osm_disagreements.csv`: where the map and the fact tables say different things: another gauge,
  another status, a line or a crossing that one of the two lacks. `corridors check` lists them row
  by row, also for a file that no network was built of. Neither is taken to be right.

Data © OpenStreetMap contributors, ODbL 1.0: a network built from them is theirs as well.
"""
LIFE_NOTE = """\
What kind of line it is or was stands in the tag of that name (`railway=construction` with
`construction=rail`), after the prefix, or, for railways, is `rail` where nothing is said. A tag
of today (`railway=rail`) is stronger than one with a prefix; beside it `disused=yes` and
`abandoned=yes` hold."""
GAUGE_NOTE = """\
A line of two gauges stands twice, once per gauge. A narrow line is kept and known by its width;
one whose width is not tagged is left out and counted, for the country's gauge would be wrong."""
ONEWAY_NOTE = """\
For roads only: a track may be travelled in both directions, whatever is usual on it."""
SPEED_NOTE = """\
Of several values, and of `maxspeed:forward` and `maxspeed:backward`, the least holds. The limits
of countries by word are general knowledge; a word that is not listed says nothing."""
BORDER_NOTE = """\
A border node counts where it lies on a line that is kept."""
DURATION_ROWS = (
    ("`HH:MM`, `HH:MM:SS`", "hours, minutes, seconds"),
    ("`MM`", "minutes"),
    ("`PT1H30M`, `P1DT2H`", "as ISO 8601: days, hours, minutes, seconds"),
)


def _table(
    title: str, head: Sequence[str], rows: Iterable[Sequence[str]], *, after: str = ""
) -> str:
    lines = [f"## {title}", "", f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    lines += [f"| {' | '.join(row)} |" for row in rows]
    if after:
        lines += ["", after]
    return "\n".join([*lines, ""])


def _line_rows() -> list[tuple[str, str]]:
    rows = [
        (f"`{key}={value}`", mode.name.lower())
        for key, table in LINES.items()
        for value, mode in table.items()
    ]
    return rows + [(f"`highway={road}`, `{road}_link`", "road") for road in ROADS]


def _dropped_rows() -> list[tuple[str, str]]:
    return [
        (mode.name.lower(), ", ".join(f"`{key}={value}`" for value in values))
        for mode, table in DROPPED.items()
        for key, values in table.items()
    ]


def _gauge_rows() -> list[tuple[str, str]]:
    return [
        ("`1520`, `1520 mm`", "1520 mm"),
        ("`1520;1435`", "1520 mm and 1435 mm"),
        *((f"`{word}`", f"{mm} mm") for word, mm in GAUGE_WORDS.items()),
        (f"below {LEAST_GAUGE_MM}, above {GREATEST_GAUGE_MM}, other words", "not said; counted"),
    ]


def _oneway_rows() -> list[tuple[str, str]]:
    told = {1: "as drawn only", -1: "against the drawing only", 0: "in both directions"}
    rows = [(f"`oneway={word}`", told[way]) for word, way in ONEWAY.items()]
    by = [f"`{key}={value}`" for key, values in ONEWAY_BY.items() for value in values]
    return [*rows, (f"{', '.join(by)}, without `oneway`", told[1])]


def _speed_rows() -> list[tuple[str, str]]:
    units = [
        (f"`50 {unit}`" if unit else "`50`", f"{50 * one:g}") for unit, one in SPEED_UNITS.items()
    ]
    words = [(f"`{word}`", f"{kmh:g}") for word, kmh in SPEED_WORDS.items()]
    unsaid = ", ".join(f"`{word}`" for word in SPEED_UNSAID)
    return [*units, *words, (unsaid, "not said")]


def _name_rows() -> list[tuple[str, str]]:
    first, *rest = (f"`{name}`" for name in NAMES)
    borders = " and ".join(f"`{key}={value}`" for key, value in BORDERS)
    return [
        (f"{first}, else {', else '.join(rest)}", "name"),
        (f"nodes with {borders}", "border crossing, with its name"),
    ]
