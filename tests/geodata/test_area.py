"""Areas in words and files: what is understood, and that the rest is told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import shapely

from geodata.area import read_area
from geodata.errors import AreaError, SourceMissingError
from geodata.sources.extracts import EXTRACTS

BOX = shapely.box(44, 38, 48, 40)
GEOMETRY = json.loads(shapely.to_geojson(BOX))
FEATURE = {"type": "Feature", "properties": {}, "geometry": GEOMETRY}
POLY = """area
1
   44 38
   48 38
   48 40
   44 40
   44 38
END
!2
   45 39
   46 39
   46 39.5
   45 39
END
END
"""


def write(path: Path, text: str) -> str:
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_a_box_is_an_area() -> None:
    assert read_area("44, 38,48,40", EXTRACTS).shape.equals(BOX)


def test_countries_are_an_area() -> None:
    found = read_area("az,AM", EXTRACTS)
    assert found.name == "AZ,AM"
    for lon, lat, inside in (
        (47.0, 40.0, True),
        (45.4, 39.2, True),
        (44.5, 40.2, True),
        (44.8, 41.7, False),
    ):
        assert shapely.contains_xy(found.shape, lon, lat) == inside


@pytest.mark.parametrize(
    "text",
    [GEOMETRY, FEATURE, {"type": "FeatureCollection", "features": [FEATURE, FEATURE]}],
    ids=["geometry", "feature", "collection"],
)
def test_geojson_is_an_area(tmp_path: Path, text: object) -> None:
    name = write(tmp_path / "a.geojson", json.dumps(text))
    found = read_area(name, EXTRACTS)
    assert found.shape.equals(BOX)
    assert (found.name, found.files) == ("a.geojson", (Path(name),))


def test_a_poly_file_is_an_area_with_its_holes(tmp_path: Path) -> None:
    found = read_area(write(tmp_path / "a.poly", POLY), EXTRACTS)
    assert found.shape.area == pytest.approx(8 - 0.25)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("XQ,AZ", r"XQ: no country or file; write countries as AZ,AM"),
        ("nowhere", r"nowhere: no country or file"),
        ("", r"no country or file"),
        ("44,38,48", r"no box; write west,south,east,north"),
        ("48,38,44,40", r"no box"),
        ("44,38,48,95", r"no box"),
        ("44,38,48,nan", r"no box"),
        ("44,38,48,40,1", r"no box"),
    ],
)
def test_other_words_are_told(words: str, told: str) -> None:
    with pytest.raises(AreaError, match=told):
        read_area(words, EXTRACTS)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.geojson", "{"),
        ("a.geojson", "[]"),
        ("a.geojson", '{"type": "Point", "coordinates": [1, 2]}'),
        ("a.geojson", '{"type": "FeatureCollection", "features": []}'),
        ("a.geojson", '{"type": "Feature", "geometry": null}'),
        ("a.json", json.dumps(GEOMETRY).replace("44", "4400")),
        (
            "a.json",
            '{"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]}',
        ),
        ("a.poly", "area\n1\n 44 38\n"),
        ("a.poly", "area\n1\n 44 north\nEND\nEND\n"),
        ("a.poly", ""),
    ],
)
def test_files_without_an_area_are_told_by_name(tmp_path: Path, name: str, text: str) -> None:
    with pytest.raises(AreaError, match=rf"{name}: "):
        read_area(write(tmp_path / name, text), EXTRACTS)


def test_a_file_that_is_not_there_is_missing(tmp_path: Path) -> None:
    with pytest.raises(SourceMissingError, match=r"none\.geojson"):
        read_area(str(tmp_path / "none.geojson"), EXTRACTS)
