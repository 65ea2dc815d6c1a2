"""The certifier itself: hand-drawn routes that slip past a closure are caught."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import orjson
import pytest

from corridors.model.scenario import AccessEntry, Demand, Traits
from corridors.scenario.load import load_scenario
from corridors.scenario.places import data_folder
from geodata.sources.extracts import EXTRACTS, read_outlines
from tests.conftest import ROOT
from tests.oracles.certify import Certifier
from tests.oracles.certify_law import Law, Visit, read_raw
from tests.oracles.certify_shapes import Atlas

if TYPE_CHECKING:
    from corridors.model.scenario import Scenario

RAW = read_raw(data_folder(), ROOT / "geodata" / "facts")
ATLAS = Atlas(RAW, read_outlines(EXTRACTS))
BASE = load_scenario("baseline").scenario
POINTS = {row["id"]: (float(row["lon"]), float(row["lat"]))
          for table in ("crossings", "terminals") for row in RAW.facts[table]}  # fmt: skip

Points = list[tuple[float, float]]
Feature = dict[str, Any]


def scenario(origin: str, destination: str, **traits: tuple[str, ...]) -> Scenario:
    """Return the baseline with one demand and nothing that it closes itself."""
    demand = Demand("d", origin, destination, 1.0, Traits(**traits))
    return replace(BASE, demands=(demand,), access=replace(BASE.access, close=(), open=()))


def with_access(given: Scenario, **parts: Any) -> Scenario:
    return replace(given, access=replace(given.access, **parts))


def stop(kind: str, at: str, mode: str, country: str, operator: str = "") -> Feature:
    return leg(kind, [POINTS[at]], mode, country, (at, at), operator=operator)


def line(
    points: Points, mode: str, country: str, ends: tuple[str, str] = ("N1", "N2"), **more: Any
) -> Feature:
    return leg("line", points, mode, country, ends, **more)


def leg(
    kind: str, points: Points, mode: str, country: str, ends: tuple[str, str], *,
    operator: str = "", gauge_mm: int | None = None,
) -> Feature:  # fmt: skip
    """Return a feature as `legs.geojson` has it."""
    drawn: list[Any] = [list(point) for point in points]
    geometry = {"type": "Point", "coordinates": drawn[0]} if kind != "line" else {
        "type": "LineString", "coordinates": drawn}  # fmt: skip
    cells = {
        "route_id": "d.1", "kind": kind, "from_id": ends[0], "to_id": ends[1], "mode": mode,
        "country": country, "operator": operator, "gauge_mm": gauge_mm,
    }  # fmt: skip
    return {"type": "Feature", "geometry": geometry, "properties": cells}


def faults(given: Scenario, *legs: Feature) -> list[str]:
    """Return what is wrong with a route of these legs."""
    for seq, one in enumerate(legs, start=1):
        one["properties"]["seq"] = seq
    data = b"\n".join(orjson.dumps(one) for one in legs)
    return [one.what for one in Certifier(ATLAS, given).certify(data)]


# --- a border ----------------------------------------------------------------------------

# Baku to Tbilisi by rail over the Boyuk Kesik crossing, as a run would export it.
BAKU_TBILISI = scenario("BAK", "TBS")


def to_tbilisi() -> list[Feature]:
    border = POINTS["X_BK_RL"]
    return [
        stop("access", "BAK", "rail", "AZ"),
        line([POINTS["BAK"], (47.0, 40.6), border], "rail", "AZ", ("BAK", "X_BK_RL")),
        leg("border", [border], "rail", "GE", ("X_BK_RL", "X_BK_RL")),
        line([border, POINTS["TBS"]], "rail", "GE", ("X_BK_RL", "TBS")),
        stop("access", "TBS", "rail", "GE"),
    ]


def test_an_open_route_passes() -> None:
    assert faults(BAKU_TBILISI, *to_tbilisi()) == []


@pytest.mark.parametrize("place", ["X_BK_RL", "AZ-GE", "GE-AZ/rail", "GE", "*", "TBS"])
def test_a_place_closed_by_the_scenario_is_caught(place: str) -> None:
    name, _, mode = place.partition("/")
    shut = with_access(BAKU_TBILISI, close=(AccessEntry(name, mode),))
    assert any(f"scenario closes {place}" in one for one in faults(shut, *to_tbilisi()))
    by_road = with_access(BAKU_TBILISI, close=(AccessEntry(name, "road"),))
    assert faults(by_road, *to_tbilisi()) == []


def test_a_border_passed_without_a_stop_is_caught() -> None:
    shut = with_access(BAKU_TBILISI, close=(AccessEntry("X_BK_RL"),))
    hidden = [one for one in to_tbilisi() if one["properties"]["kind"] != "border"]
    assert any("X_BK_RL" in one for one in faults(shut, *hidden))


def test_a_border_under_another_name_is_caught() -> None:
    shut = with_access(BAKU_TBILISI, close=(AccessEntry("X_BK_RL"),))
    route = to_tbilisi()
    for one in route:
        for end in ("from_id", "to_id"):
            if one["properties"][end] == "X_BK_RL":
                one["properties"][end] = "X_SADG_RL"
    assert any("X_BK_RL" in one for one in faults(shut, *route))


def test_a_duplicate_beside_a_closed_crossing_is_the_crossing() -> None:
    shut = with_access(BAKU_TBILISI, close=(AccessEntry("X_BK_RL"),))
    lon, lat = POINTS["X_BK_RL"]
    aside = (lon + 0.02, lat - 0.03)
    route = to_tbilisi()
    route[1]["geometry"]["coordinates"][-1] = list(aside)
    route[2]["geometry"]["coordinates"] = list(aside)
    route[3]["geometry"]["coordinates"][0] = list(aside)
    assert any("X_BK_RL" in one for one in faults(shut, *route))


def test_the_register_s_own_closures_are_caught() -> None:
    border = POINTS["X_DGK_RL"]
    found = faults(
        scenario("GYU", "KARS"),
        stop("access", "GYU", "rail", "AM"),
        line([POINTS["GYU"], border], "rail", "AM"),
        line([border, POINTS["KARS"]], "rail", "TR"),
        stop("access", "KARS", "rail", "TR"),
    )
    assert any("TR by B001" in one for one in found)


def test_a_jump_over_a_closed_country_is_caught() -> None:
    route = [one for one in to_tbilisi() if one["properties"]["country"] != "GE"]
    found = faults(BAKU_TBILISI, *route, stop("access", "TBS", "rail", "GE"))
    assert any("jumps" in one for one in found)
    assert faults(scenario("BAK", "EVN"), *to_tbilisi()) == ["ends at TBS, not EVN"]


@pytest.mark.parametrize(
    ("way", "country", "leaves"),
    [
        ([(44.5, 40.2), (44.8, 40.9)], "AM", False),
        ([(44.5, 40.2), (44.8, 40.9)], "GE", True),
        ([(44.5, 40.2), (44.8, 40.9)], "XZ", True),
        ([(41.2, 43.1), (41.5, 42.95)], "GE-AB", False),
        ([(41.2, 43.1), (41.5, 42.95)], "GE", True),
        ([(44.5, 40.2), (44.8, 40.9)], "GE-AB", True),
    ],
)
def test_a_leg_under_another_country_s_name_is_caught(
    way: Points,
    country: str,
    leaves: bool,  # noqa: FBT001
) -> None:
    found = faults(BAKU_TBILISI, line(way, "rail", country))
    assert (f"a leg said to be in {country} leaves it" in found) == leaves


# --- a strait ----------------------------------------------------------------------------

GATE = next(row["gates"] for row in RAW.facts["straits"] if row["id"] == "S_HRM").split()
HORMUZ = [(float(GATE[0]), float(GATE[1])), (float(GATE[2]), float(GATE[3]))]
GULF = scenario("PBND", "PNSA")


def through_hormuz(way: Points) -> list[Feature]:
    return [
        stop("access", "PBND", "sea", "IR"),
        line([POINTS["PBND"], *way, (58.5, 25.0), POINTS["PNSA"]], "sea", "XZ", ("PBND", "PNSA")),
        stop("access", "PNSA", "sea", "IN"),
    ]


@pytest.mark.parametrize(
    "way",
    [
        HORMUZ,
        # A parallel lane that is no gate's edge, some km to the side.
        [(lon + 0.01, lat + 0.04) for lon, lat in HORMUZ],
        # A single stroke from within the Gulf to the open sea.
        [(56.35, 26.6), (57.0, 26.3)],
    ],
    ids=["along", "beside", "across"],
)
def test_a_closed_strait_is_caught_however_it_is_sailed(way: Points) -> None:
    shut = with_access(GULF, close=(AccessEntry("S_HRM"),))
    found = faults(shut, *through_hormuz(way))
    assert "S_HRM (sea) is closed: scenario closes S_HRM" in found


def test_a_way_that_stays_outside_passes_no_strait() -> None:
    outside = with_access(scenario("PZBR", "PNSA"), close=(AccessEntry("S_HRM"),))
    way = line([POINTS["PZBR"], (58.5, 25.0), POINTS["PNSA"]], "sea", "XZ")
    assert not any("S_HRM" in one for one in faults(outside, way))


def test_a_strait_not_sailed_all_year_is_caught_unless_the_scenario_has_it_sailed() -> None:
    row = next(row for row in RAW.facts["straits"] if row["id"] == "S_BER")
    x0, y0, x1, y1 = map(float, row["gates"].split(";")[0].split())
    given = with_access(scenario("PSHA", "PRTM"), close=())
    way = line([(x0, y0), (x1, y1)], "sea", "XZ")
    assert "S_BER is not sailed all year" in faults(given, way)
    sailed = replace(given, network=replace(BASE.network, built=("S_BER",)))
    assert "S_BER is not sailed all year" not in faults(sailed, way)


# --- ports, services and lines that do not stand -----------------------------------------


def test_a_port_barred_to_some_owners_is_caught_for_them_only() -> None:
    def told(**traits: tuple[str, ...]) -> list[str]:
        return faults(
            scenario("PNVS", "PPTI", **traits),
            stop("access", "PNVS", "sea", "RU"),
            line([POINTS["PNVS"], POINTS["PPTI"]], "sea", "XZ"),
            stop("access", "PPTI", "sea", "GE"),
        )

    assert any("PNVS (sea) is closed: EU by B049" in one for one in told(owner=("EU",)))
    assert not any("B049" in one for one in told(owner=("KZ",)))


def test_a_stop_far_from_its_terminal_is_caught() -> None:
    route = to_tbilisi()
    route[-1]["properties"] |= {"from_id": "TBS", "to_id": "TBS"}
    route[-1]["geometry"]["coordinates"] = list(POINTS["EVN"])
    assert any("TBS lies" in one for one in faults(BAKU_TBILISI, *route))


def test_a_service_that_does_not_sail_is_caught() -> None:
    row = next(row for row in RAW.facts["services"] if row["physical_status"] == "suspended")
    name = f"{row['type']} {row['from_id']}-{row['to_id']} ({row['operators']})"
    ends, absent = (row["from_id"], row["to_id"]), f"{row['id']} is suspended"
    way = line([POINTS[ends[0]], POINTS[ends[1]]], "ferry", "XZ", ends, operator=name)
    assert any(absent in one for one in faults(scenario(*ends), way))
    started = replace(BASE.network, built=(row["id"],))
    given = replace(scenario(*ends), network=started)
    assert not any(absent in one for one in faults(given, way))


def over_line(name: str) -> tuple[tuple[str, str], Feature]:
    """Return a leg that lies on a line of the facts, and the line's ends."""
    row = next(row for row in RAW.facts["links"] if row["id"] == name)
    via = [tuple(map(float, part.split())) for part in row["via_lonlat"].split(";")]
    ends = row["from_id"], row["to_id"]
    way: Any = [POINTS[ends[0]], *via, POINTS[ends[1]]]
    return ends, line(way, row["mode"], "IR", ends, gauge_mm=int(row["gauge_mm"] or 0) or None)


@pytest.mark.parametrize("name", ["R03", "ROZ_HEA", "R08"])
def test_a_line_that_does_not_stand_is_caught_until_it_is_built(name: str) -> None:
    ends, way = over_line(name)
    given = scenario(*ends)
    assert any(f"{name} is " in one for one in faults(given, way))
    built = replace(given, network=replace(BASE.network, built=(name,)))
    assert not any(f"{name} is " in one for one in faults(built, way))


def test_a_planned_line_shared_by_two_legs_is_caught() -> None:
    ends, way = over_line("R03")
    points = way["geometry"]["coordinates"]
    halves = [line(part, "rail", "IR", ends, gauge_mm=1435) for part in (points[:4], points[3:])]
    assert any("R03 is planned" in one for one in faults(scenario(*ends), *halves))


# --- where the cargo has been ------------------------------------------------------------


def test_a_refusal_for_having_been_elsewhere_is_caught_in_order_only() -> None:
    # Cargo of an EU carrier calls in Iran and then at a port of the EU.
    iran = stop("transfer", "PBND", "sea", "IR")
    greece = stop("access", "PPIR", "sea", "GR")
    given = scenario("PNSA", "PPIR", operator=("EU",))
    start = stop("access", "PNSA", "sea", "IN")
    after = "PPIR (sea) is closed: EU by B170"
    assert any(after in one for one in faults(given, start, iran, greece))
    assert not any(after in one for one in faults(given, start, greece, iran))
    other = scenario("PNSA", "PPIR", operator=("IN",))
    assert not any("B170" in one for one in faults(other, start, iran, greece))


# --- the second reading of the law -------------------------------------------------------


def closers(given: Scenario, visit: Visit, **cargo: frozenset[str]) -> list[str]:
    """Return who closes a place to cargo with these traits."""
    names = ("origin", "destination", "owner", "flag", "operator", "commodity", "vessel",
             "list", "after")  # fmt: skip
    return Law(RAW, given).closers(visit, {one: cargo.get(one, frozenset()) for one in names})


ALICAN = Visit(frozenset({"X_MARG_RD"}), ("AM", "TR"), "road")


def test_a_day_before_a_rule_and_one_that_ends_it() -> None:
    assert "TR by B001" in closers(BAKU_TBILISI, ALICAN)
    early = replace(BAKU_TBILISI, as_of=date(1992, 6, 1))
    assert "TR by B001" not in closers(early, ALICAN)
    lifted = with_access(BAKU_TBILISI, rules={"B001": False})
    assert "TR by B001" not in closers(lifted, ALICAN)


def test_stances_lift_and_lay_refusals() -> None:
    assert closers(with_access(BAKU_TBILISI, permits=("*",)), ALICAN) == []
    inside = Visit(frozenset(), ("GE",), "rail")
    assert closers(BAKU_TBILISI, inside) == []
    for names in (("GE",), ("*",), ("!@EU",)):
        refusing = with_access(BAKU_TBILISI, refuses=names)
        assert "GE by stance of GE" in closers(refusing, inside)
    sparing = with_access(BAKU_TBILISI, refuses=("!GE",))
    assert not any(one.startswith("GE ") for one in closers(sparing, inside))


def test_a_default_that_shuts_gives_way_to_a_permit() -> None:
    inside = Visit(frozenset(), ("GE-SO",), "road")
    assert "SOSS by default" in closers(BAKU_TBILISI, inside)
    own = {"id": "OWN", "by": "SOSS", "effect": "permit", "on_kind": "territory", "on": "GE-SO",
           "without": "", "mode": "*", "cargo": "*", "direction": "both", "transit_only": "no",
           "from": "", "until": "", "condition": "", "priority": "9"}  # fmt: skip
    admitted = with_access(BAKU_TBILISI, own=(own,))
    assert not any(one.startswith("SOSS") for one in closers(admitted, inside))


def test_what_a_scenario_opens_stays_open_to_rules_but_not_to_its_own_closure() -> None:
    opened = with_access(BAKU_TBILISI, open=(AccessEntry("X_MARG_RD"),))
    assert closers(opened, ALICAN) == []
    both = with_access(opened, close=(AccessEntry("AM-TR"),))
    assert closers(both, ALICAN) == ["scenario closes AM-TR"]
