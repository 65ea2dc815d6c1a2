"""A project of QGIS: layers in groups, styled, with a page to print.

Written by hand, since QGIS stamps its own projects with times, users and random names:
here equal layers give equal bytes. Paths are relative to the project.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from geodata.geojson import ATTRIBUTION, DISCLAIMER
from geodata.gpkg import LICENCES
from geodata.project_page import page
from geodata.qml import HEAD, VERSION, labelling, renderer, written
from geodata.sheets import SHAPES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from geodata.sheets import Contract
    from geodata.symbols import Style

__all__ = ["Branch", "Leaf", "leaves", "project"]

#: Lambert's conformal conic around the corridors, as the pictures of the tool have it.
PROJECTION = (
    'PROJCRS["Lambert conformal conic, 62 E",BASEGEOGCRS["WGS 84",DATUM["World Geodetic System '
    '1984",ELLIPSOID["WGS 84",6378137,298.257223563,LENGTHUNIT["metre",1]]],PRIMEM["Greenwich",0,'
    'ANGLEUNIT["degree",0.0174532925199433]]],CONVERSION["Lambert 62 E",METHOD["Lambert Conic '
    'Conformal (2SP)",ID["EPSG",9802]],PARAMETER["Latitude of false origin",40,ANGLEUNIT["degree",'
    '0.0174532925199433],ID["EPSG",8821]],PARAMETER["Longitude of false origin",62,ANGLEUNIT['
    '"degree",0.0174532925199433],ID["EPSG",8822]],PARAMETER["Latitude of 1st standard parallel",'
    '25,ANGLEUNIT["degree",0.0174532925199433],ID["EPSG",8823]],PARAMETER["Latitude of 2nd '
    'standard parallel",55,ANGLEUNIT["degree",0.0174532925199433],ID["EPSG",8824]],PARAMETER['
    '"Easting at false origin",0,LENGTHUNIT["metre",1],ID["EPSG",8826]],PARAMETER["Northing at '
    'false origin",0,LENGTHUNIT["metre",1],ID["EPSG",8827]]],CS[Cartesian,2],AXIS["(E)",east,'
    'ORDER[1],LENGTHUNIT["metre",1,ID["EPSG",9001]]],AXIS["(N)",north,ORDER[2],LENGTHUNIT["metre",'
    '1,ID["EPSG",9001]]]]'
)
DEGREES = (
    'GEOGCRS["WGS 84",DATUM["World Geodetic System 1984",ELLIPSOID["WGS 84",6378137,298.257223563,'
    'LENGTHUNIT["metre",1]]],PRIMEM["Greenwich",0,ANGLEUNIT["degree",0.0174532925199433]],CS['
    'ellipsoidal,2],AXIS["geodetic latitude (Lat)",north,ORDER[1],ANGLEUNIT["degree",'
    '0.0174532925199433]],AXIS["geodetic longitude (Lon)",east,ORDER[2],ANGLEUNIT["degree",'
    '0.0174532925199433]],ID["EPSG",4326]]'
)
PROJ_4 = (
    "+proj=lcc +lat_0=40 +lon_0=62 +lat_1=25 +lat_2=55 +x_0=0 +y_0=0 +datum=WGS84 +units=m +no_defs"
)

#: West, south, east and north of the first view in metres: Rotterdam to Shanghai, Arabia.
VIEW = (-4_700_000, -3_700_000, 5_300_000, 4_048_000)

#: Colour of the sea behind everything, as red, green and blue.
SEA_RGB = (232, 240, 245)

#: Corners of the map as QGIS counts them.
BOTTOM_LEFT, TOP_LEFT, BOTTOM_RIGHT = 0, 1, 3

GEOMETRIES = {"point": "Point", "line": "Line", "polygon": "Polygon"}


@dataclass(frozen=True)
class Leaf:
    """A layer in the tree of a project.

    `source` is where its rows lie, as the provider of GDAL in QGIS writes it, relative to
    the project; `shown` says whether it is switched on at first.
    """

    id: str
    title: str
    source: str
    contract: Contract
    shown: bool = False


@dataclass(frozen=True)
class Branch:
    """A group of layers, the topmost first; `shown` switches all of it."""

    title: str
    leaves: tuple[Leaf, ...] = field(default=())
    shown: bool = True


def leaves(branches: Sequence[Branch]) -> Iterator[Leaf]:
    """Yield the layers of all groups in the order of the tree."""
    for branch in branches:
        yield from branch.leaves


def project(
    branches: Sequence[Branch], styles: Mapping[str, Style], *, title: str, abstract: str
) -> str:
    """Return a project as the text of a ``.qgs`` file.

    Parameters
    ----------
    branches
        Groups of layers, the topmost first.
    styles
        How layers look, by the name of their contract.
    title, abstract
        What the project is called and what it shows.
    """
    root = ET.Element("qgis", projectname=title, version=VERSION)
    ET.SubElement(root, "homePath", path="")
    _text(root, "title", title)
    root.append(_projection("projectCrs"))
    root.append(_tree(branches))
    canvas = ET.SubElement(root, "mapcanvas", annotationsVisible="1", name="theMapCanvas")
    _text(canvas, "units", "meters")
    _extent(ET.SubElement(canvas, "extent"))
    _text(canvas, "rotation", "0")
    canvas.append(_projection("destinationsrs"))
    layers = ET.SubElement(root, "projectlayers")
    order = ET.SubElement(root, "layerorder")
    for leaf in leaves(branches):
        layers.append(_layer(leaf, styles[leaf.contract.name]))
        ET.SubElement(order, "layer", id=leaf.id)
    root.append(_properties(title))
    root.append(_metadata(title, abstract))
    shown = [leaf for branch in branches if branch.shown for leaf in branch.leaves if leaf.shown]
    root.append(
        page(title, [(leaf.id, leaf.title) for leaf in shown if leaf.contract.name != "land"], VIEW)
    )
    _view(root)
    return HEAD + written(root)


def _tree(branches: Sequence[Branch]) -> ET.Element:
    root = ET.Element("layer-tree-group")
    for branch in branches:
        group = ET.SubElement(
            root, "layer-tree-group", name=branch.title, expanded="1" if branch.shown else "0",
            checked=_checked(shown=branch.shown),
        )  # fmt: skip
        for leaf in branch.leaves:
            ET.SubElement(
                group, "layer-tree-layer", id=leaf.id, name=leaf.title, source=leaf.source,
                providerKey="ogr", expanded="0", checked=_checked(shown=leaf.shown),
            )  # fmt: skip
    return root


def _checked(*, shown: bool) -> str:
    return "Qt::Checked" if shown else "Qt::Unchecked"


def _layer(leaf: Leaf, style: Style) -> ET.Element:
    one = leaf.contract
    root = ET.Element(
        "maplayer", type="vector", geometry=GEOMETRIES[one.shape], wkbType=SHAPES[one.shape],
        styleCategories="AllStyleCategories", labelsEnabled="1" if style.label else "0",
        hasScaleBasedVisibilityFlag="0", simplifyDrawingHints="1", simplifyDrawingTol="1",
        simplifyLocal="1", readOnly="0",
    )  # fmt: skip
    _text(root, "id", leaf.id)
    _text(root, "datasource", leaf.source)
    _text(root, "layername", leaf.title)
    root.append(_degrees("srs"))
    about = ET.SubElement(root, "resourceMetadata")
    for name, text in (
        ("identifier", one.name), ("type", "dataset"), ("title", one.title),
        ("abstract", f"{one.abstract} {DISCLAIMER}"), ("license", LICENCES),
        ("rights", ATTRIBUTION),
    ):  # fmt: skip
        _text(about, name, text)
    ET.SubElement(root, "provider", encoding="UTF-8").text = "ogr"
    root.append(renderer(style))
    if style.label:
        root.append(labelling(style.label))
    aliases = ET.SubElement(root, "aliases")
    for at, told in enumerate(one.fields):
        unit = f"{told.name} [{told.unit}]" if told.unit else ""
        ET.SubElement(aliases, "alias", index=str(at + 1), field=told.name, name=unit)
    _text(root, "blendMode", "0")
    _text(root, "layerOpacity", "1")
    _text(root, "previewExpression", f'"{one.id_field}"')
    return root


def _projection(tag: str) -> ET.Element:
    """Return the reference system of the map, in full since QGIS has no name for it."""
    return _system(
        tag,
        wkt=PROJECTION,
        proj4=PROJ_4,
        description="Lambert conformal conic, 62 E",
        projectionacronym="lcc",
        ellipsoidacronym="EPSG:7030",
        geographicflag="false",
    )


def _degrees(tag: str) -> ET.Element:
    """Return the reference system of the layers."""
    return _system(
        tag,
        wkt=DEGREES,
        proj4="+proj=longlat +datum=WGS84 +no_defs",
        srsid="3452",
        srid="4326",
        authid="EPSG:4326",
        description="WGS 84",
        projectionacronym="longlat",
        ellipsoidacronym="EPSG:7030",
        geographicflag="true",
    )


def _system(tag: str, **told: str) -> ET.Element:
    root = ET.Element(tag)
    system = ET.SubElement(root, "spatialrefsys")
    for name, text in told.items():
        _text(system, name, text)
    return root


def _extent(parent: ET.Element) -> None:
    for name, value in zip(("xmin", "ymin", "xmax", "ymax"), VIEW, strict=True):
        _text(parent, name, str(value))


def _properties(title: str) -> ET.Element:
    """Return the settings of the project: what stands on the map, relative paths."""
    root = ET.Element("properties")
    red, green, blue = SEA_RGB
    for path, value in {
        "CopyrightLabel/Enabled": True,
        "CopyrightLabel/Label": f"{ATTRIBUTION}. {DISCLAIMER}",
        "CopyrightLabel/Placement": BOTTOM_RIGHT,
        "TitleLabel/Enabled": True,
        "TitleLabel/Label": title,
        "TitleLabel/Placement": TOP_LEFT,
        "TitleLabel/BackgroundColor": "255,255,255,200",
        "ScaleBar/Enabled": True,
        "ScaleBar/Placement": BOTTOM_LEFT,
        "Paths/Absolute": False,
        "Gui/CanvasColorRedPart": red,
        "Gui/CanvasColorGreenPart": green,
        "Gui/CanvasColorBluePart": blue,
        "Measure/Ellipsoid": "EPSG:7030",
        "Measurement/DistanceUnits": "kilometers",
        "SpatialRefSys/ProjectionsEnabled": 1,
    }.items():
        scope, name = path.split("/")
        part = root.find(scope)
        if part is None:
            part = ET.SubElement(root, scope)
        ET.SubElement(part, name, type=_type(value)).text = _said(value)
    return root


def _type(value: object) -> str:
    return {bool: "bool", int: "int"}.get(type(value), "QString")


def _said(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _metadata(title: str, abstract: str) -> ET.Element:
    root = ET.Element("projectMetadata")
    for name, text in (
        ("identifier", "corridors"), ("type", "dataset"), ("title", title),
        ("abstract", f"{abstract} {DISCLAIMER} {ATTRIBUTION}. {LICENCES}"),
        ("author", "corridors"),
    ):  # fmt: skip
        _text(root, name, text)
    return root


def _view(root: ET.Element) -> None:
    """Set what is shown on opening and on 'zoom to everything'."""
    settings = ET.SubElement(root, "ProjectViewSettings", rotation="0", UseProjectScales="0")
    for name in ("DefaultViewExtent", "PresetFullExtent"):
        west, south, east, north = map(str, VIEW)
        extent = ET.SubElement(settings, name, xmin=west, ymin=south, xmax=east, ymax=north)
        extent.extend(_projection("srs"))


def _text(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, name).text = text
