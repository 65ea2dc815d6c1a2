"""Pictures: the projection, the names, and what ends up on the page."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.image import imread
from pyproj import Proj

from corridors.errors import OutputError
from corridors.report.labels import place_labels
from corridors.report.maps import RouteLine, _drawn_once, draw_network, draw_routes
from corridors.report.page import Page
from corridors.report.pens import PALETTE, family_pens
from corridors.report.projection import Conic, fitted
from geodata.types import Asset, Kind, Links, Mode, Network, Nodes, Shapes, Status

SQUARE = np.array([[30.0, 30.0], [60.0, 30.0], [60.0, 50.0], [30.0, 50.0], [30.0, 30.0]])
VIEW = (25.0, 30.0, 65.0, 50.0)


def drawn() -> Network:
    """Draw Baku - Tbilisi by rail (planned on the way) and a lane over 180°."""
    nodes = Nodes(
        lon=np.array([49.9, 47.0, 44.8, 179.0, -179.0]),
        lat=np.array([40.4, 41.0, 41.7, 10.0, 10.0]),
        mode=np.array([Mode.RAIL] * 3 + [Mode.SEA] * 2, np.int8),
        country=np.zeros(5, np.int16),
        gauge_mm=np.zeros(5, np.int16),
        terminal=np.array([0, -1, 1, -1, -1], np.int32),
    )
    links = Links(
        u=np.array([0, 1, 3, 1], np.int32),
        v=np.array([1, 2, 4, 1], np.int32),
        kind=np.array([Kind.LINE] * 3 + [Kind.GAUGE_CHANGE], np.int8),
        mode=np.array([Mode.RAIL, Mode.RAIL, Mode.SEA, Mode.RAIL], np.int8),
        length_km=np.array([250.0, 200.0, 220.0, 0.0]),
        country=np.zeros(4, np.int16),
        gauge_mm=np.zeros(4, np.int16),
        status=np.array([Status.BUILT, Status.PLANNED, Status.BUILT, Status.BUILT], np.int8),
        asset=np.full(4, -1, np.int32),
        oneway=np.zeros(4, bool),
        source=np.zeros(4, np.int8),
    )
    return Network(
        nodes=nodes,
        links=links,
        shapes=Shapes(np.zeros(0, np.int32), np.zeros(0, np.int64), np.zeros(0, np.int64)),
        shape_lonlat=np.zeros((0, 2)),
        countries=("AZ",),
        terminal_ids=("BAK", "TBS"),
        assets=(Asset("BAK", "terminal", "Baku (passenger)", 49.9, 40.4, ("AZ",)),),
        sources=("osm",),
    )


ROUTES = [
    RouteLine("TITR", "rail", np.array([[49.9, 40.4], [44.8, 41.7]])),
    RouteLine("TITR", "sea", np.array([[44.8, 41.7], [41.6, 42.1]])),
    RouteLine("", "road", np.array([[49.9, 40.4], [44.8, 41.7]])),
]


@pytest.mark.parametrize("parallels", [(25, 45), (10, 60), (40, 40.0001), (-50, -20)])
def test_the_conic_is_that_of_proj(parallels: tuple[float, float]) -> None:
    lonlat = np.array([[20.0, 15.0], [60.0, 40.0], [120.0, 70.0], [50.0, -10.0]])
    a, b = parallels
    proj = Proj(proj="lcc", R=1, lat_1=a, lat_2=b, lat_0=(a + b) / 2, lon_0=60)
    expected = np.column_stack(proj(lonlat[:, 0], lonlat[:, 1]))
    np.testing.assert_allclose(Conic(60, a, b).project(lonlat), expected, atol=1e-6)


def test_an_extent_over_the_equator_is_drawn_on_a_cylinder() -> None:
    projection = fitted((-10, -30, 10, 30))
    assert str(projection) == "Mercator projection"
    x, y = projection.project(np.array([[5.0, 0.0], [5.0, 20.0]])).T
    assert x[0] == pytest.approx(x[1])
    assert y[0] == pytest.approx(0, abs=1e-12)
    assert y[1] > 0


@given(st.floats(-170, 170), st.floats(5, 70))
def test_east_is_right_and_north_is_up(lon: float, lat: float) -> None:
    steps = np.array([[lon, lat], [lon + 0.1, lat], [lon, lat + 0.1]])
    a, east, north = fitted((lon - 20, lat - 3, lon + 20, lat + 20)).project(steps)
    assert east[0] > a[0]
    assert north[1] > a[1]


@given(st.lists(st.tuples(st.floats(0, 400), st.floats(0, 400)), max_size=40))
def test_names_never_overlap_nor_leave_the_frame(points: list[tuple[float, float]]) -> None:
    sizes = np.tile([40.0, 10.0], (len(points), 1))
    placed = place_labels(
        np.array(points).reshape(-1, 2), sizes, frame=(0, 0, 400, 400), gap=4, dot=3
    )
    for label in placed:
        assert 0 <= label.x <= 360
        assert 0 <= label.y <= 390
    for a, b in combinations(placed, 2):
        assert abs(a.x - b.x) >= 40 or abs(a.y - b.y) >= 10
    assert len({label.index for label in placed}) == len(placed)


def test_the_most_important_name_comes_first() -> None:
    points, sizes = np.full((2, 2), 200.0), np.full((2, 2), 10.0)
    placed = place_labels(points, sizes, frame=(0, 0, 400, 400), gap=4, dot=3)
    assert [label.index for label in placed] == [0]


def test_families_differ_in_colour_or_in_the_core() -> None:
    pens = family_pens([f"F{k}" for k in range(2 * len(PALETTE))])
    assert len({(pen.colour, pen.hollow) for pen in pens.values()}) == 2 * len(PALETTE)
    widths = [pen.width for pen in pens.values()]
    assert widths == sorted(widths, reverse=True)


def test_routes_of_no_corridor_lie_under_all_in_grey() -> None:
    pens = family_pens(["TITR", "", "SUEZ"])
    assert list(pens) == ["", "TITR", "SUEZ"]
    assert pens[""].colour not in PALETTE


def test_a_family_keeps_its_colour_from_picture_to_picture() -> None:
    known = ["INSTC", "TITR", "SUEZ"]
    one, other = (family_pens(shown, known=known) for shown in (["SUEZ"], ["TITR", "SUEZ", "X"]))
    assert one["SUEZ"].colour == other["SUEZ"].colour == PALETTE[2]
    assert other["X"].colour == PALETTE[3]


def test_a_line_that_two_routes_share_is_drawn_once() -> None:
    shared = np.array([[1.0, 1.0], [2.0, 2.0], [3.0, 3.0]])
    other = np.vstack([[[0.0, 0.0]], shared, [[4.0, 4.0]]])
    lines = _drawn_once([shared, shared[::-1], other])
    assert [line.tolist() for line in lines] == [
        shared.tolist(),
        [[0.0, 0.0], [1.0, 1.0]],
        [[3.0, 3.0], [4.0, 4.0]],
    ]


def test_the_network_is_on_the_page(tmp_path: Path) -> None:
    path = tmp_path / "network.png"
    draw_network(drawn(), path, outlines=[SQUARE], extent=VIEW)
    picture = imread(path)
    assert picture.shape[1] > picture.shape[0] > 1000
    colours = {tuple(pixel) for pixel in (picture[::2, ::2, :3] * 255).round().reshape(-1, 3)}
    assert (0xD5, 0x5E, 0x00) in colours, "the planned line"
    assert (0xFB, 0xFA, 0xF6) in colours, "the land"


def test_legend_and_footer_are_on_the_page(tmp_path: Path) -> None:
    path = tmp_path / "routes.svg"
    draw_routes(drawn(), ROUTES, path, outlines=[SQUARE], extent=VIEW)
    text = path.read_text(encoding="utf-8")
    for written in (
        "TITR",
        "no declared corridor",
        "at sea",
        "Boundaries and names imply no position.",
        "© OpenStreetMap contributors (ODbL) · Natural Earth · Eurostat SeaRoute",
        "Lambert conformal conic projection",
    ):
        assert written in text


def test_only_the_terminals_asked_for_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    named: list[str] = []
    monkeypatch.setattr(
        Page, "names", lambda _page, _lonlat, names, **_options: named.extend(names)
    )
    draw_network(drawn(), tmp_path / "a.png", outlines=[], extent=VIEW, labels=["BAK", "nowhere"])
    assert named == ["Baku"]


@pytest.mark.parametrize("ending", ["png", "svg"])
def test_the_same_input_gives_the_same_bytes(tmp_path: Path, ending: str) -> None:
    paths = [tmp_path / f"{k}.{ending}" for k in range(2)]
    for path in paths:
        draw_routes(drawn(), ROUTES, path, outlines=[SQUARE], extent=VIEW)
    assert paths[0].read_bytes() == paths[1].read_bytes()


def test_no_routes_and_no_countries_make_a_picture_too(tmp_path: Path) -> None:
    draw_routes(drawn(), [], tmp_path / "a.png", outlines=[])
    assert (tmp_path / "a.png").stat().st_size > 1000


def test_a_picture_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match=r"file/a\.png"):
        draw_network(drawn(), tmp_path / "file" / "a.png", outlines=[], extent=VIEW)
