"""Every rule of the table of tags, each on a line of its own in a real file."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.sources import osm_rules
from geodata.sources.osm_files import read_files
from geodata.sources.osm_tags import hours_of, name_of, read_tags
from geodata.sources.osm_tracks import tracks
from geodata.sources.osm_ways import Wanted
from geodata.types import Mode, Status
from tests.oracles.osm_world import World

if TYPE_CHECKING:
    from geodata.tracks import Tracks

RAIL = {"railway": "rail"}
TRUNK = {"highway": "trunk"}
FERRY = {"route": "ferry"}


class Case(NamedTuple):
    """Tags, and the columns expected; no columns where the way is left out."""

    tags: dict[str, str]
    expected: dict[str, Any] | None


def of(tags: dict[str, str], **expected: object) -> Case:
    return Case(tags, expected)


def out(**tags: str) -> Case:
    return Case(tags, None)


LIFE_CASES = [
    case
    for word, status in {
        "construction": Status.UNDER_CONSTRUCTION,
        "proposed": Status.PLANNED,
        "planned": Status.PLANNED,
        "disused": Status.OUT_OF_USE,
        "abandoned": Status.DISMANTLED,
        "dismantled": Status.DISMANTLED,
        "demolished": Status.DISMANTLED,
        "razed": Status.DISMANTLED,
        "removed": Status.DISMANTLED,
    }.items()
    for case in (
        of({"railway": word, word: "rail"}, mode=Mode.RAIL, status=status),
        of({"railway": word}, mode=Mode.RAIL, status=status),
        of({f"{word}:railway": "rail"}, mode=Mode.RAIL, status=status),
        of({"railway": word, f"{word}:railway": "rail"}, mode=Mode.RAIL, status=status),
        of({f"{word}:railway": "yes"}, mode=Mode.RAIL, status=status),
        of({f"{word}:highway": "trunk"}, mode=Mode.ROAD, status=status),
        of({f"{word}:route": "ferry"}, mode=Mode.FERRY, status=status),
        Case({"railway": word, word: "tram"}, None),
        Case({"highway": word}, None),
        Case({"highway": word, word: "residential"}, None),
    )
]
CASES = [
    of(RAIL, mode=Mode.RAIL, status=Status.BUILT, gauge=(0,), oneway=False, electrified=-1),
    of({"railway": "narrow_gauge", "gauge": "750"}, mode=Mode.RAIL, gauge=(750,)),
    out(railway="narrow_gauge"),
    of({"railway": "ferry"}, mode=Mode.FERRY),
    of(FERRY, mode=Mode.FERRY, status=Status.BUILT, gauge=(0,)),
    of(FERRY | {"railway": "ferry"}, mode=Mode.FERRY),
    *(out(railway=word) for word in ("tram", "subway", "light_rail", "monorail", "platform")),
    *(
        of({"highway": f"{road}{link}"}, mode=Mode.ROAD, status=Status.BUILT)
        for road in ("motorway", "trunk", "primary", "secondary")
        for link in ("", "_link")
    ),
    *(out(highway=word) for word in ("tertiary", "residential", "service", "track")),
    *LIFE_CASES,
    of(RAIL | {"disused": "yes"}, status=Status.OUT_OF_USE),
    of(RAIL | {"abandoned": "yes"}, status=Status.DISMANTLED),
    of(RAIL | {"disused:railway": "rail"}, status=Status.BUILT),
    of({"highway": "construction", "construction": "trunk"}, status=Status.UNDER_CONSTRUCTION),
    of({"railway": "construction", "construction": "narrow_gauge", "gauge": "1000"}, gauge=(1000,)),
    *(Case(RAIL | {"service": word}, None) for word in ("yard", "siding", "spur")),
    of(RAIL | {"service": "crossover"}, mode=Mode.RAIL),
    *(
        Case(RAIL | {"usage": word}, None)
        for word in ("tourism", "leisure", "military", "test", "scientific")
    ),
    *(of(RAIL | {"usage": word}, mode=Mode.RAIL) for word in ("main", "branch", "industrial")),
    Case(TRUNK | {"area": "yes"}, None),
    Case(FERRY | {"area": "yes"}, None),
    Case(FERRY | {"motor_vehicle": "no"}, None),
    Case(FERRY | {"vehicle": "no"}, None),
    of(TRUNK | {"access": "no"}, mode=Mode.ROAD, status=Status.BUILT),
    of(RAIL | {"gauge": "1520"}, gauge=(1520,)),
    of(RAIL | {"gauge": "1520 mm"}, gauge=(1520,)),
    of(RAIL | {"gauge": "1520;1435"}, gauge=(1520, 1435)),
    of(RAIL | {"gauge": "1435, 1520"}, gauge=(1435, 1520)),
    of(RAIL | {"gauge": "1520;1520"}, gauge=(1520,)),
    *(
        of(RAIL | {"gauge": word}, gauge=(width,))
        for word, width in {"standard": 1435, "russian": 1520, "metre": 1000}.items()
    ),
    *(of(RAIL | {"gauge": word}, gauge=(0,)) for word in ("15200", "60", "wide", "unknown")),
    of(TRUNK | {"gauge": "1520"}, gauge=(0,)),
    *(
        of(RAIL | {"electrified": word}, electrified=1)
        for word in ("contact_line", "contact_rail", "rail", "4th_rail", "yes",
                     "ground-level_power_supply", "contact_line;rail")
    ),
    of(RAIL | {"electrified": "no"}, electrified=0),
    of(RAIL | {"electrified": "perhaps"}, electrified=-1),
    of(RAIL | {"voltage": "25000"}, electrified=1),
    of(RAIL | {"voltage": "0"}, electrified=-1),
    *(
        of(TRUNK | {"oneway": word}, oneway=True, turned=False) for word in ("yes", "true", "1")
    ),
    *(of(TRUNK | {"oneway": word}, oneway=True, turned=True) for word in ("-1", "reverse")),
    *(
        of(TRUNK | {"oneway": word}, oneway=False)
        for word in ("no", "false", "0", "reversible", "alternating", "perhaps")
    ),
    of(TRUNK | {"junction": "roundabout"}, oneway=True, turned=False),
    of(TRUNK | {"junction": "circular"}, oneway=True, turned=False),
    of({"highway": "motorway"}, oneway=True, turned=False),
    of({"highway": "motorway", "oneway": "no"}, oneway=False),
    of({"highway": "motorway_link"}, oneway=False),
    of(RAIL | {"oneway": "yes"}, oneway=False),
    *(
        of(RAIL | {"maxspeed": word}, speed=kmh)
        for word, kmh in {
            "80": 80, "80 km/h": 80, "80kmh": 80, "80 kph": 80, "50 mph": 80.5, "50mph": 80.5,
            "10 knots": 18.5, "10 kn": 18.5, "120;80": 80, "2.5": None, "900": None,
            "none": None, "walk": None, "fast": None, "signals": None, "variable": None,
            "unlimited": None, "implicit": None,
        }.items()
    ),
    *(
        of(TRUNK | {"maxspeed": word}, speed=kmh)
        for word, kmh in {
            "RU:urban": 60, "RU:rural": 90, "RU:motorway": 110, "RU:living_street": 20,
            "BY:urban": 60, "BY:rural": 90, "BY:motorway": 110, "UA:urban": 50, "UA:rural": 90,
            "UA:motorway": 130, "RO:urban": 50, "RO:rural": 90, "RO:trunk": 100,
            "RO:motorway": 130, "BG:urban": 50, "BG:rural": 90, "BG:motorway": 140,
            "TR:urban": 50, "TR:rural": 90, "PL:urban": 50, "PL:rural": 90, "PL:motorway": 140,
            "DE:urban": 50, "DE:rural": 100, "XX:rural": None,
        }.items()
    ),
    of(TRUNK | {"maxspeed:forward": "90", "maxspeed:backward": "70"}, speed=70),
    *(
        of(FERRY | {"duration": word}, hours=hours)
        for word, hours in {
            "12:30": 12.5, "12:30:36": 12.51, "90": 1.5, "PT1H30M": 1.5, "P1DT2H": 26.0,
            "PT36S": 0.01, "soon": None, "0": None, "1:75": None, "P": None,
        }.items()
    ),
    of(RAIL | {"name": "Баку", "name:en": "Baku line", "int_name": "B"}, name="Baku line"),
    of(RAIL | {"name": "Баку", "int_name": "Baku"}, name="Baku"),
    of(RAIL | {"name": "Баку  -  Ялама"}, name="Баку - Ялама"),
    of(RAIL | {"bridge": "yes", "tunnel": "no", "operator": "ADY", "ref": "1"}, name=""),
]  # fmt: skip


def world() -> World:
    made = World()
    for k, case in enumerate(CASES):
        ends = [made.node(40 + 0.1 * (k % 50), 30 + 0.1 * (k // 50) + step) for step in (0, 0.05)]
        made.way(ends, case.tags)
    return made


@pytest.fixture(scope="module", params=["rules.osm", "rules.osm.pbf", "rules.osm.gz"])
def read(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Tracks:
    path = world().write(tmp_path_factory.mktemp("osm") / request.param)
    return tracks(read_files([path], wanted=Wanted(least_road="secondary")))


def number(value: float | None) -> float:
    return math.nan if value is None else value


def test_every_rule_of_the_table_holds_in_every_format(read: Tracks) -> None:
    wrong = []
    for k, case in enumerate(CASES):
        rows = [row for row, ref in enumerate(read.ref) if ref == f"way {k + 101}"]
        if case.expected is None:
            wrong += [f"{case.tags}: kept"] if rows else []
            continue
        gauge = case.expected.get("gauge", (0,))
        if "gauge" in case.expected and read_gauges(read, rows) != gauge:
            wrong.append(f"{case.tags}: gauges {read_gauges(read, rows)}")
        if (len(rows) != len(gauge) and "gauge" in case.expected) or not rows:
            wrong.append(f"{case.tags}: {len(rows)} lines")
            continue
        wrong += [f"{case.tags}: {fault}" for fault in faults(read, rows[0], case.expected)]
    assert not wrong


def read_gauges(read: Tracks, rows: list[int]) -> tuple[int, ...]:
    return tuple(int(read.gauge_mm[row]) for row in rows)


def faults(read: Tracks, row: int, expected: dict[str, Any]) -> list[str]:
    got: dict[str, Any] = {
        "mode": read.mode[row],
        "status": read.status[row],
        "oneway": bool(read.oneway[row]),
        "turned": bool(read.lat[read.u[row]] > read.lat[read.v[row]]),
        "electrified": read.electrified[row],
        "speed": read.speed_kmh[row],
        "hours": read.duration_h[row],
        "name": read.name[row],
    }
    numbers = ("speed", "hours")
    return [
        f"{key} {got[key]}, not {value}"
        for key, value in expected.items()
        if key != "gauge"
        and not (
            got[key] == pytest.approx(number(value), nan_ok=True)
            if key in numbers
            else got[key] == value
        )
    ]


def test_the_cases_leave_no_row_of_the_tables_untried() -> None:
    tried = {(key, value) for case in CASES for key, value in case.tags.items()}
    rows = [(key, value) for key, table in osm_rules.LINES.items() for value in table]
    rows += [("highway", f"{road}{link}") for road in osm_rules.ROADS for link in ("", "_link")]
    rows += [("railway", word) for word in osm_rules.LIFE]
    rows += [
        (key, value)
        for table in osm_rules.DROPPED.values()
        for key, values in table.items()
        for value in values
    ]
    rows += [("gauge", word) for word in osm_rules.GAUGE_WORDS]
    rows += [("electrified", word) for word in osm_rules.ELECTRIFIED]
    rows += [("oneway", word) for word in osm_rules.ONEWAY]
    rows += [("maxspeed", word) for word in (*osm_rules.SPEED_WORDS, *osm_rules.SPEED_UNSAID)]
    assert [row for row in rows if row not in tried] == []


def test_a_way_may_be_a_track_and_a_road() -> None:
    tags = RAIL | TRUNK | {"bridge": "yes"}
    found, notes = read_tags(tags, modes=set(Mode), roads={"trunk"})
    assert [one.mode for one in found] == [Mode.RAIL, Mode.ROAD]
    assert notes == []


def test_modes_that_are_not_wanted_are_no_notes() -> None:
    assert read_tags(RAIL | {"service": "yard"}, modes={Mode.ROAD}, roads={"trunk"}) == ([], [])


@pytest.mark.parametrize(
    ("tags", "note"),
    [
        (RAIL | {"service": "yard"}, "left out: rail with service=yard"),
        ({"railway": "narrow_gauge"}, "left out: railway=narrow_gauge without gauge"),
        (RAIL | {"gauge": "wide"}, "not read: gauge=wide"),
        (RAIL | {"maxspeed": "fast"}, "not read: maxspeed=fast"),
        (RAIL | {"maxspeed": "900"}, "not read: maxspeed out of range"),
        (RAIL | {"electrified": "perhaps"}, "not read: electrified=perhaps"),
        (FERRY | {"duration": "soon"}, "not read: duration=soon"),
    ],
)
def test_what_is_left_out_or_not_read_is_told(tags: dict[str, str], note: str) -> None:
    assert read_tags(tags, modes=set(Mode), roads={"trunk"})[1] == [note]


KEYS = (
    "railway", "highway", "route", "construction", "proposed:railway", "gauge", "service", "usage",
    "electrified", "voltage", "oneway", "maxspeed", "maxspeed:forward", "duration", "name", "area",
)  # fmt: skip
VALUES = st.one_of(
    st.sampled_from([value for case in CASES for value in case.tags.values()]),
    st.text(max_size=12),
    st.sampled_from(["9" * 5000, "1" * 400 + ":30", "P" + "9" * 400 + "D", ";;,", "\u0661\u0662"]),
)


@given(st.dictionaries(st.sampled_from(KEYS), VALUES))
def test_no_tags_whatever_break_the_reading(tags: dict[str, str]) -> None:
    roads = osm_rules.roads_down_to("secondary")
    found, _ = read_tags(tags, modes=set(Mode), roads=roads)
    assert len({one.mode for one in found}) == len(found)
    for one in found:
        assert all(300 <= gauge <= 2200 for gauge in one.gauges_mm)
        assert one.electrified in {-1, 0, 1}
        assert one.oneway in {-1, 0, 1}
        assert math.isnan(one.speed_kmh) or 3 <= one.speed_kmh <= 500
        assert math.isnan(one.duration_h) or 0 < one.duration_h < 1e5


def test_hours_and_names_of_nothing() -> None:
    assert math.isnan(hours_of(""))
    assert name_of({}) == ""


def test_an_unknown_class_of_roads_names_the_known_ones() -> None:
    with pytest.raises(ValueError, match="motorway, trunk"):
        osm_rules.roads_down_to("lane")


def test_the_page_prints_every_table() -> None:
    page = osm_rules.page()
    words = [*osm_rules.LIFE, *osm_rules.ELECTRIFIED, *osm_rules.ONEWAY, *osm_rules.SPEED_WORDS]
    assert [word for word in words if word not in page] == []
    assert "`1520;1435`" in page


def test_the_page_of_the_docs_is_the_one_of_the_tables() -> None:
    page = Path(__file__).parents[2] / "docs" / "openstreetmap.md"
    assert page.read_text(encoding="utf-8") == osm_rules.page(), (
        "run: corridors explain tags --docs"
    )
