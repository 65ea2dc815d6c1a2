"""The page of a project of QGIS that is ready to print: map, legend, scale and sources."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from geodata.geojson import ATTRIBUTION, DISCLAIMER

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["NAME", "page"]

#: What the page is called in QGIS.
NAME = "Map"

#: A4 across, in mm, and where the map lies on it: x, y, width, height.
WIDTH, HEIGHT = 297, 210
MAP = (8, 20, 222, 172)
#: Between the map and the legend.
GAP = 3

#: What QGIS calls the things on a page.
PAGE, MAP_ITEM, LABEL, LEGEND, SCALE_BAR = "65638", "65639", "65641", "65642", "65646"

#: Numbers in place of the random names that QGIS gives to things.
_UUID = "{{00000000-0000-4000-8000-{:012d}}}"
MAP_UUID = _UUID.format(1)
FONT = "Sans Serif,{:g},-1,5,{:d},0,0,0,0,0"
NORMAL, BOLD = 50, 75
INK = {"red": "34", "green": "34", "blue": "34", "alpha": "255"}


def page(
    title: str, shown: Sequence[tuple[str, str]], view: tuple[int, int, int, int]
) -> ET.Element:
    """Return the pages of a project, which is one.

    Parameters
    ----------
    title
        Headline.
    shown
        Id and title of each layer for the legend, topmost first.
    view
        West, south, east and north in metres of the projection.
    """
    root = ET.Element("Layouts")
    layout = ET.SubElement(root, "Layout", name=NAME, units="mm", printResolution="200")
    collection = ET.SubElement(layout, "PageCollection")
    collection.append(_item(PAGE, 0, (0, 0, WIDTH, HEIGHT)))
    layout.append(_map(view))
    layout.append(_label(2, (MAP[0], 6, MAP[2], 12), title, size=17, weight=BOLD))
    layout.append(_legend(shown))
    layout.append(_scale_bar())
    words = f"{ATTRIBUTION}. {DISCLAIMER}"
    layout.append(_label(5, (MAP[0], HEIGHT - 15, MAP[2] - 62, 8), words, size=7.5, weight=NORMAL))
    return root


def _item(kind: str, number: int, box: tuple[float, ...], **more: str) -> ET.Element:
    """Return a thing on the page; `box` is x, y, width and height in mm."""
    x, y, width, height = box
    told = {
        "type": kind,
        "uuid": _UUID.format(number),
        "templateUuid": _UUID.format(number),
        "position": f"{x:g},{y:g},mm",
        "positionOnPage": f"{x:g},{y:g},mm",
        "size": f"{width:g},{height:g},mm",
        "zValue": str(number),
        "visibility": "1",
        "opacity": "1",
        "referencePoint": "0",
        "itemRotation": "0",
        "frame": "false",
        "background": "false",
        "excludeFromExports": "0",
    }
    return ET.Element("LayoutItem", told | more)


def _map(view: tuple[int, int, int, int]) -> ET.Element:
    root = _item(MAP_ITEM, 1, MAP, followPreset="false", keepLayerSet="false", mapRotation="0")
    root.set("frame", "true")
    root.set("outlineWidthM", "0.2,mm")
    root.set("background", "true")
    ET.SubElement(root, "FrameColor", red="120", green="120", blue="120", alpha="255")
    ET.SubElement(root, "BackgroundColor", red="232", green="240", blue="245", alpha="255")
    west, south, east, north = map(str, view)
    ET.SubElement(root, "Extent", xmin=west, ymin=south, xmax=east, ymax=north)
    return root


def _label(
    number: int, box: tuple[float, ...], words: str, *, size: float, weight: int
) -> ET.Element:
    root = _item(LABEL, number, box, labelText=words, htmlState="0", halign="1", valign="128")
    ET.SubElement(root, "LabelFont", description=FONT.format(size, weight), style="")
    ET.SubElement(root, "FontColor", INK)
    root.append(_text_style(size, weight))
    return root


def _legend(shown: Sequence[tuple[str, str]]) -> ET.Element:
    """Return the legend of what is switched on at first, to the right of the map."""
    root = _item(
        LEGEND, 3, (MAP[0] + MAP[2] + GAP, MAP[1], 55, 100), title="", resizeToContents="1",
        columnCount="1", columnSpace="2", boxSpace="0", symbolWidth="8", symbolHeight="3.5",
        titleAlignment="1", splitLayer="0", equalColumnWidth="0", fontColor="#222222",
        lineSpacing="1", wrapChar="", legendFilterByAtlas="0",
    )  # fmt: skip
    styles = ET.SubElement(root, "styles")
    for name, size, weight, top in (
        ("title", 10, BOLD, 0), ("group", 9, BOLD, 2), ("subgroup", 8.5, BOLD, 2.2),
        ("symbol", 8, NORMAL, 0.8), ("symbolLabel", 7.5, NORMAL, 0.8),
    ):  # fmt: skip
        style = ET.SubElement(
            styles, "style", name=name, alignment="1", marginTop=f"{top:g}", indent="0"
        )
        if name == "symbolLabel":
            style.set("marginLeft", "2")
        ET.SubElement(style, "styleFont", description=FONT.format(size, weight), style="")
        style.append(_text_style(size, weight))
    tree = ET.SubElement(root, "layer-tree-group")
    for layer_id, title in shown:
        ET.SubElement(
            tree, "layer-tree-layer", id=layer_id, name=title, providerKey="ogr",
            checked="Qt::Checked", expanded="1",
        )  # fmt: skip
    return root


def _scale_bar() -> ET.Element:
    root = _item(
        SCALE_BAR, 4, (MAP[0] + MAP[2] - 60, HEIGHT - 16, 60, 10), mapUuid=MAP_UUID,
        style="Single Box", unitType="km", unitLabel="km",
        numMapUnitsPerScaleBarUnit="1", numSegments="2", numSegmentsLeft="0",
        numUnitsPerSegment="500", segmentSizeMode="0", height="1.5", boxContentSpace="1",
        labelBarSpace="1", alignment="0", minBarWidth="20", maxBarWidth="60",
        outlineWidth="0.2",
    )  # fmt: skip
    root.append(_text_style(8, NORMAL))
    return root


def _text_style(size: float, weight: int) -> ET.Element:
    return ET.Element(
        "text-style", fontFamily="Sans Serif", fontSize=f"{size:g}", fontSizeUnit="Point",
        namedStyle="Bold" if weight == BOLD else "Regular", fontWeight=str(weight),
        textColor="34,34,34,255", textOpacity="1", multilineHeight="1",
    )  # fmt: skip
