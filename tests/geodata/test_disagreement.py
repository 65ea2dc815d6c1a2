"""OpenStreetMap against the fact tables: one small world, one row at odds at a time."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import shapely

from geodata.disagreement import as_csv, disagreements, read_csv
from geodata.drawn_lines import DrawnLines
from geodata.facts_rows import CrossingRow, Facts, LinkRow, TerminalRow
from geodata.sources.osm_tracks import tracks
from geodata.sources.osm_ways import STEPS, Wanted, WayCollector
from geodata.types import Mode
from tests.oracles.osm_world import World

if TYPE_CHECKING:
    from geodata.tracks import Tracks

RAIL = {"railway": "rail", "gauge": "1520"}
INSIDE = shapely.box(44, 38, 48, 40)
KM = 86.6  # a degree of longitude at 39 north


def made(kind: type, **values: object) -> Any:
    """A row with empty columns but for those given."""
    blank: dict[str, Any] = dict.fromkeys((one.name for one in fields(kind)), "")
    for name in ("gauges_mm", "modes", "planned_modes", "corridors", "via_lonlat"):
        if name in blank:
            blank[name] = ()
    return kind(**(blank | values))


def terminal(name: str, lon: float, **values: object) -> TerminalRow:
    known = {"id": name, "lon": lon, "lat": 39.0, "accuracy_km": 0.2, "modes": ("rail", "road")}
    row: TerminalRow = made(TerminalRow, **(known | {"gauges_mm": (1520,)} | values))
    return row


def crossing(**values: object) -> CrossingRow:
    known: dict[str, object] = {
        "id": "X", "mode": "rail", "lon": 46.0, "lat": 39.0, "accuracy_km": 1.0,
        "gauge_a_mm": 1520, "gauge_b_mm": 1520, "physical_status": "built",
    }  # fmt: skip
    row: CrossingRow = made(CrossingRow, **(known | values))
    return row


def link(**values: object) -> LinkRow:
    known: dict[str, object] = {
        "id": "L", "action": "attributes", "from_id": "A", "to_id": "B", "mode": "rail",
        "km": 2 * KM, "gauge_mm": 1520, "physical_status": "built",
    }  # fmt: skip
    row: LinkRow = made(LinkRow, **(known | values))
    return row


def facts(**tables: tuple[object, ...]) -> Facts:
    known: dict[str, Any] = {
        "terminals": (terminal("A", 45), terminal("B", 47)),
        "crossings": (crossing(),),
        "links": (link(),),
    }
    return Facts(**({one.name: () for one in fields(Facts)} | known | tables))


def drawn(tags: dict[str, str] = RAIL, *, lon: tuple[float, ...] = (45, 46, 47)) -> Tracks:
    world = World()
    world.way([world.node(x, 39) for x in lon], tags)
    return read(world)


def read(world: World) -> Tracks:
    kept = WayCollector(Wanted(), "drawn")
    for number, (nodes, tags) in world.ways.items():
        kept.add_way(number, tags, nodes)
    for number, (x, y, tags) in world.nodes.items():
        kept.add_node(number, round(x * STEPS), round(y * STEPS), tags)
    return tracks(kept.ways())


def told(found: Tracks, known: Facts, **options: Any) -> list[tuple[str, str, str, str, str]]:
    rows = disagreements(found, known, **options)
    return [(one.table, one.row, one.about, one.facts, one.osm) for one in rows]


def test_where_both_say_the_same_nothing_is_told() -> None:
    assert told(drawn(), facts(), inside=INSIDE) == []
    assert told(drawn({"railway": "rail"}), facts(), inside=INSIDE) == []


def test_another_gauge_is_told_of_every_row() -> None:
    assert told(drawn(RAIL | {"gauge": "1435"}), facts(), inside=INSIDE) == [
        ("crossings", "X", "gauge", "1520 mm", "1435 mm"),
        ("links", "L", "gauge", "1520 mm", "1435 mm on 173 of 173 km"),
        ("terminals", "A", "gauge", "1520 mm", "1435 mm"),
        ("terminals", "B", "gauge", "1520 mm", "1435 mm"),
    ]


@pytest.mark.parametrize("gauge", ["1435;1520", "1520;1435"])
def test_a_line_of_both_gauges_is_no_disagreement(gauge: str) -> None:
    assert told(drawn(RAIL | {"gauge": gauge}), facts(), inside=INSIDE) == []


def test_a_line_being_built_is_told_of_every_row() -> None:
    building = "under_construction"
    assert told(drawn({"railway": "construction"}), facts(), inside=INSIDE) == [
        ("crossings", "X", "status", "built", building),
        ("links", "L", "status", "built", f"{building} on 173 of 173 km"),
        ("terminals", "A", "status", "a station in use", building),
        ("terminals", "B", "status", "a station in use", building),
    ]


def test_a_line_built_that_the_facts_still_build_is_told() -> None:
    known = facts(
        crossings=(crossing(physical_status="planned"),),
        links=(link(physical_status="under_construction"),),
    )
    assert told(drawn(), known) == [
        ("crossings", "X", "status", "planned", "built"),
        ("links", "L", "status", "under_construction", "built on 173 of 173 km"),
    ]


def test_what_most_of_a_line_is_counts() -> None:
    world = World()
    nodes = [world.node(x, 39) for x in (45, 46.5, 47)]
    world.way(nodes[:2], RAIL)
    world.way(nodes[1:], {"railway": "construction"})
    known = facts(terminals=(terminal("A", 45), terminal("B", 47, modes=())))
    assert told(read(world), known) == []
    known = replace(known, links=(link(physical_status="under_construction"),))
    assert told(read(world), known)[0][4] == "built on 130 of 173 km"


def test_what_the_map_lacks_is_missing_where_it_was_read_only() -> None:
    far = drawn(lon=(44.1, 44.2))
    assert told(far, facts()) == []
    assert told(far, facts(), inside=shapely.box(44, 38, 44.5, 40)) == []
    assert told(far, facts(), inside=INSIDE) == [
        ("crossings", "X", "missing", "a crossing", "no rail within 4 km"),
        ("links", "L", "missing", f"{2 * KM:g} km, built", "no rail of about 173.2 km from A to B"),
        ("terminals", "A", "missing", "a station", "no railway within 3.2 km"),
        ("terminals", "B", "missing", "a station", "no railway within 3.2 km"),
    ]


def test_what_is_not_built_may_be_missing() -> None:
    known = facts(
        terminals=(terminal("A", 45, modes=("road",)), terminal("B", 47, modes=("road",))),
        crossings=(crossing(physical_status="planned"),),
        links=(link(physical_status="planned"),),
    )
    assert told(drawn(lon=(44.1, 44.2)), known, inside=INSIDE) == []


def test_a_detour_is_another_line() -> None:
    world = World()
    world.way([world.node(x, y) for x, y in ((45, 39), (46, 39.99), (47, 39))], RAIL)
    known = facts(crossings=(), links=(link(km=2 * KM / 1.3),))
    assert [one[2] for one in told(read(world), known, inside=INSIDE)] == ["missing"]
    assert told(read(world), facts(crossings=())) == []


def test_a_map_of_railways_says_nothing_about_roads() -> None:
    known = facts(crossings=(crossing(mode="road"),), links=(link(mode="road"),))
    assert told(drawn(), known, inside=INSIDE) == []
    road = drawn({"highway": "trunk"}, lon=(44.1, 44.2))
    assert [one[2] for one in told(road, known, inside=INSIDE)] == ["missing", "missing"]


def test_a_border_of_the_map_that_has_no_row_is_told() -> None:
    world = World()
    marked = world.node(46.2, 39, railway="border", name="Bridge")
    world.way([world.node(45, 39), marked, world.node(47, 39)], RAIL)
    row = ("crossings", "", "missing", "no row within 12 km", "a border crossing Bridge")
    assert told(read(world), facts()) == [row]
    assert told(read(world), facts(crossings=())) == [row]
    assert told(read(world), facts(crossings=(crossing(lon=46.1),))) == []
    assert told(read(world), facts(), inside=shapely.box(44, 38, 46.1, 40)) == []


def test_a_line_names_the_row_and_the_place_and_the_ways() -> None:
    (one,) = disagreements(drawn(RAIL | {"gauge": "1435"}), facts(terminals=(), links=()))
    assert str(one) == (
        "crossings X: gauge: facts 1520 mm, OpenStreetMap 1435 mm (way 101) at 46.000 39.000"
    )


def test_the_table_reads_back_and_another_is_refused() -> None:
    found = disagreements(drawn(RAIL | {"gauge": "1435"}), facts(), inside=INSIDE)
    assert len(found) == 4
    assert read_csv(as_csv(found)) == found
    assert read_csv(as_csv(())) == ()
    for text in ("", "a,b\n", as_csv(found) + "short\n"):
        with pytest.raises(ValueError, match="no table of table, row"):
            read_csv(text)


def test_lines_are_near_between_their_points_and_the_shorter_of_two_is_the_way() -> None:
    world = World()
    a, b = world.node(45, 39), world.node(46, 39)
    world.way([a, b], RAIL)
    world.way([a, world.node(45.5, 39.3), b], RAIL)
    found = read(world)
    lines = DrawnLines(found, found.mode == Mode.RAIL)
    near = lines.near(45.4, 39.0, 0.1)
    assert near is not None
    assert [found.ref[row] for row in near.nearest] == ["way 101"]
    assert lines.near(45.4, 38.9, 5) is None
    ends = [lines.near(x, 39, 0.1) for x in (45, 46)]
    assert ends[0] is not None
    assert ends[1] is not None
    rows, km = lines.way(ends[0].point, ends[1].point, limit_km=1000)
    assert [found.ref[row] for row in rows] == ["way 101"]
    assert km.sum() == pytest.approx(86.6, abs=0.1)
    assert lines.way(ends[0].point, ends[1].point, limit_km=50)[0].tolist() == []
    assert DrawnLines(found, np.zeros(len(found), bool)).near(45, 39, 10) is None
