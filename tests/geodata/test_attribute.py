"""Countries of links and nodes, on two square countries side by side."""

from __future__ import annotations

import numpy as np
import pytest

from geodata.attribute import Territories, border_nodes, locate, tag_countries, territories
from geodata.facts_rows import TerminalRow, TerritoryRow
from geodata.sources.extracts import Outlines
from geodata.types import Mode, Network
from tests.oracles.drawing import Line, applied, draw, named, row

# AA reaches from 0 to 10 degrees east, BB from 10 to 20; both from the equator to 10 north.
SQUARES = np.array(
    [
        *((0, 0), (10, 0), (10, 10), (0, 10), (0, 0)),
        *((10, 0), (20, 0), (20, 10), (10, 10), (10, 0)),
    ],
    float,
)
OUTLINES = Outlines(
    lon=SQUARES[:, 0],
    lat=SQUARES[:, 1],
    start=np.array([0, 5, 10]),
    polygon=np.array([0, 1]),
    country=np.array([0, 1]),
    codes=("AA", "BB"),
)
DISPUTED = row(TerritoryRow, id="AA-X", polygon_wkt="POLYGON((4 4, 6 4, 6 6, 4 6, 4 4))")
PLACES = territories(OUTLINES, [])
WITH_DISPUTED = territories(OUTLINES, [DISPUTED])


def countries_of(network: Network) -> list[str]:
    order = np.argsort(network.nodes.lon[network.links.u], kind="stable")
    return [network.countries[k] for k in network.links.country[order]]


def tagged(network: Network, *terminals: TerminalRow, places: Territories = PLACES) -> Network:
    return applied(lambda n: tag_countries(n, places, terminals), network)


@pytest.mark.parametrize("mode", [Mode.RAIL, Mode.ROAD])
def test_a_line_is_split_where_it_crosses_the_border(mode: Mode) -> None:
    points = {"a": (5.0, 5.0), "b": (15.0, 5.0)}
    before = draw(points, Line("a", "b", mode, km=1000.0))
    after = tagged(before)
    assert named(after, points | {"x": (10.0, 5.0)}) == ["a-x", "b-x"]
    assert countries_of(after) == ["AA", "BB"]
    assert after.links.length_km.tolist() == pytest.approx([500.0, 500.0])
    assert [after.nodes.lon[k] for k in border_nodes(after, mode)] == pytest.approx([10.0])


def test_sea_lanes_are_neither_split_nor_owned() -> None:
    points = {"a": (5.0, 5.0), "b": (15.0, 5.0)}
    after = tagged(draw(points, Line("a", "b", Mode.SEA)))
    assert named(after, points) == ["a-b"]
    assert countries_of(after) == ["XZ"]


def test_two_crossings_of_one_line_give_three_pieces() -> None:
    points = {"a": (5.0, 5.0), "b": (5.0, 7.0)}
    bow = Line("a", "b", km=3000.0, via=((18.0, 5.0), (18.0, 7.0)))
    assert countries_of(tagged(draw(points, bow))).count("BB") == 1
    assert len(tagged(draw(points, bow)).links) == 3


DIP = {"a": (6.0, 5.0), "b": (9.9, 5.0), "c": (10.1, 5.0), "d": (9.9, 5.1), "e": (6.0, 5.2)}
DIPS = (Line("a", "b"), Line("b", "c"), Line("c", "d"), Line("d", "e"))


def test_a_dip_into_the_neighbour_is_absorbed() -> None:
    assert set(countries_of(tagged(draw(DIP, *DIPS)))) == {"AA"}


def test_a_dip_with_a_terminal_of_the_neighbour_stays() -> None:
    here = row(TerminalRow, id="T", country="BB", lon=10.1, lat=5.0, modes=("rail",))
    assert set(countries_of(tagged(draw(DIP, *DIPS), here))) == {"AA", "BB"}
    # A terminal of the road, or of the other country, vouches for nothing.
    other = row(TerminalRow, id="T", country="BB", lon=10.1, lat=5.0, modes=("road",))
    assert set(countries_of(tagged(draw(DIP, *DIPS), other))) == {"AA"}
    own = row(TerminalRow, id="T", country="AA", lon=10.1, lat=5.0, modes=("rail",))
    assert set(countries_of(tagged(draw(DIP, *DIPS), own))) == {"AA"}


def test_a_long_stretch_in_the_neighbour_is_no_dip() -> None:
    long = DIP | {"c": (11.0, 5.0)}
    assert set(countries_of(tagged(draw(long, *DIPS)))) == {"AA", "BB"}


def test_a_disputed_territory_is_cut_out_of_its_country() -> None:
    points = {"a": (1.0, 5.0), "b": (9.0, 5.0)}
    line = draw(points, Line("a", "b"))
    assert countries_of(tagged(line)) == ["AA"]
    after = tagged(line, places=WITH_DISPUTED)
    assert after.countries == ("AA", "BB", "AA-X", "XZ")
    assert countries_of(after) == ["AA", "AA-X", "AA"]
    cuts = sorted(after.nodes.lon[k] for k in border_nodes(after, Mode.RAIL))
    assert cuts == pytest.approx([4.0, 6.0])


def test_a_disputed_polygon_takes_nothing_of_another_country() -> None:
    over = row(TerritoryRow, id="AA-X", polygon_wkt="POLYGON((8 4, 12 4, 12 6, 8 6, 8 4))")
    places = territories(OUTLINES, [over])
    found = locate(places, np.array([9.0, 11.0, 7.0]), np.array([5.0, 5.0, 5.0]))
    assert [places.codes[k] for k in found] == ["AA-X", "BB", "AA"]


def test_points_off_the_outlines_belong_to_the_nearest_or_to_the_sea() -> None:
    found = locate(PLACES, np.array([-0.5, 20.5, 25.0]), np.array([5.0, 5.0, 5.0]))
    assert [PLACES.codes[k] for k in found] == ["AA", "BB", "XZ"]


def test_a_border_node_takes_the_lower_code() -> None:
    after = tagged(draw({"a": (5.0, 5.0), "b": (15.0, 5.0)}, Line("b", "a")))
    (border,) = border_nodes(after, Mode.RAIL)
    assert after.countries[after.nodes.country[border]] == "AA"


def test_a_short_stretch_between_two_others_is_no_dip() -> None:
    strip = row(TerritoryRow, id="AA-X", polygon_wkt="POLYGON((9.8 4, 10 4, 10 6, 9.8 6, 9.8 4))")
    line = draw({"a": (5.0, 5.0), "b": (15.0, 5.0)}, Line("a", "b"))
    after = tagged(line, places=territories(OUTLINES, [strip]))
    assert countries_of(after) == ["AA", "AA-X", "BB"]
