"""Styles as OGC Styled Layer Descriptors 1.0, which GeoServer, MapServer and uDig read.

Sizes are in pixels there; a millimetre counts as `PIXELS_PER_MM`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from geodata.symbols import Has, Line, Mark, Range

if TYPE_CHECKING:
    from collections.abc import Iterable

    from geodata.symbols import Label, Rule, Style, When

__all__ = ["PIXELS_PER_MM", "sld"]

#: At the 90.7 dots per inch that the OGC takes for a screen.
PIXELS_PER_MM = 1 / 0.28

SPACES = {
    "xmlns": "http://www.opengis.net/sld",
    "xmlns:ogc": "http://www.opengis.net/ogc",
    "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance",
    "xsi:schemaLocation": "http://www.opengis.net/sld "
    "http://schemas.opengis.net/sld/1.0.0/StyledLayerDescriptor.xsd",
}

#: Marks that the OGC names, and how far they are turned to be ours, in degrees.
MARKS = {"diamond": ("square", 45)}


def sld(name: str, title: str, abstract: str, style: Style) -> str:
    """Return the style of a layer as a Styled Layer Descriptor.

    Parameters
    ----------
    name, title, abstract
        Of the layer.
    style
        How it looks.
    """
    root = ET.Element("StyledLayerDescriptor", {"version": "1.0.0", **SPACES})
    layer = ET.SubElement(root, "NamedLayer")
    _text(layer, "Name", name)
    user = ET.SubElement(layer, "UserStyle")
    _text(user, "Title", title)
    _text(user, "Abstract", abstract)
    features = ET.SubElement(user, "FeatureTypeStyle")
    for rule in style.rules:
        features.append(_rule(rule))
    if style.label:
        features.append(_label(style.label))
    ET.indent(root)
    head = '<?xml version="1.0" encoding="UTF-8"?>\n'
    return head + ET.tostring(root, encoding="unicode") + "\n"


def _rule(rule: Rule) -> ET.Element:
    root = ET.Element("Rule")
    _text(root, "Name", rule.label)
    _text(root, "Title", rule.label)
    _filter(root, rule.when)
    symbol = rule.symbol
    if isinstance(symbol, Line):
        if symbol.casing:
            _line(root, Line(symbol.casing, symbol.width_mm + 0.7, cap=symbol.cap))
        _line(root, symbol)
    elif isinstance(symbol, Mark):
        _mark(root, symbol)
    else:
        area = ET.SubElement(root, "PolygonSymbolizer")
        _fill(area, symbol.colour)
        _stroke(area, symbol.outline, symbol.outline_mm)
    return root


def _label(label: Label) -> ET.Element:
    root = ET.Element("Rule")
    _text(root, "Name", "names")
    _filter(root, label.when)
    text = ET.SubElement(root, "TextSymbolizer")
    _text(ET.SubElement(text, "Label"), "ogc:PropertyName", label.field)
    font = ET.SubElement(text, "Font")
    _parameter(font, "font-family", "Sans Serif")
    _parameter(font, "font-size", f"{label.size_pt:g}")
    place = ET.SubElement(ET.SubElement(text, "LabelPlacement"), "PointPlacement")
    shift = ET.SubElement(place, "Displacement")
    _text(shift, "DisplacementX", "6")
    _text(shift, "DisplacementY", "6")
    halo = ET.SubElement(text, "Halo")
    _text(halo, "Radius", "1.5")
    _fill(halo, "#FFFFFF")
    _fill(text, "#222222")
    return root


def _line(rule: ET.Element, line: Line) -> None:
    root = ET.SubElement(rule, "LineSymbolizer")
    stroke = _stroke(root, line.colour, line.width_mm)
    _parameter(stroke, "stroke-linejoin", "round")
    _parameter(stroke, "stroke-linecap", "butt" if line.cap == "flat" else line.cap)
    if line.dash_mm:
        _parameter(stroke, "stroke-dasharray", " ".join(_pixels(step) for step in line.dash_mm))


def _mark(rule: ET.Element, mark: Mark) -> None:
    graphic = ET.SubElement(ET.SubElement(rule, "PointSymbolizer"), "Graphic")
    root = ET.SubElement(graphic, "Mark")
    name, turn = MARKS.get(mark.shape, (mark.shape, 0))
    _text(root, "WellKnownName", name)
    _fill(root, mark.colour)
    if mark.outline_mm:
        _stroke(root, mark.outline, mark.outline_mm)
    _text(graphic, "Size", _pixels(mark.size_mm))
    if turn:
        _text(graphic, "Rotation", str(turn))


def _fill(parent: ET.Element, colour: str) -> None:
    _parameter(ET.SubElement(parent, "Fill"), "fill", colour)


def _stroke(parent: ET.Element, colour: str, width_mm: float) -> ET.Element:
    root = ET.SubElement(parent, "Stroke")
    _parameter(root, "stroke", colour)
    _parameter(root, "stroke-width", _pixels(width_mm))
    return root


def _filter(rule: ET.Element, when: Iterable[When]) -> None:
    """Add the conditions, all of which must hold."""
    tests = [test for one in when for test in _tests(one)]
    if not tests:
        return
    root = ET.SubElement(rule, "ogc:Filter")
    if len(tests) > 1:
        root = ET.SubElement(root, "ogc:And")
    root.extend(tests)


def _tests(one: When) -> list[ET.Element]:
    if isinstance(one, Has):
        found = _any([_like(one.field, text) for text in _lists_with(one.word)])
        return [_not(found) if one.absent else found]
    if isinstance(one, Range):
        low = [] if one.low is None else [_compare("GreaterThanOrEqualTo", one.field, one.low)]
        if one.high is None:
            return low
        below = _compare("LessThan", one.field, one.high)
        # Without a lower limit above 0, a missing number counts as 0 and is below.
        missing = not one.low and one.high > 0
        return [*low, _any([below, _missing(one.field)]) if missing else below]
    if one.words == ("",):
        return [_any([_compare("EqualTo", one.field, ""), _missing(one.field)])]
    return [_any([_compare("EqualTo", one.field, word) for word in one.words])]


def _lists_with(word: str) -> tuple[str, ...]:
    """Return what a ``;`` list with a word in it can look like."""
    return (word, f"{word};*", f"*;{word}", f"*;{word};*")


def _any(tests: list[ET.Element]) -> ET.Element:
    if len(tests) == 1:
        return tests[0]
    root = ET.Element("ogc:Or")
    root.extend(tests)
    return root


def _not(test: ET.Element) -> ET.Element:
    root = ET.Element("ogc:Not")
    root.append(test)
    return root


def _missing(field: str) -> ET.Element:
    root = ET.Element("ogc:PropertyIsNull")
    _text(root, "ogc:PropertyName", field)
    return root


def _compare(what: str, field: str, value: float | str) -> ET.Element:
    root = ET.Element(f"ogc:PropertyIs{what}")
    _text(root, "ogc:PropertyName", field)
    _text(root, "ogc:Literal", value if isinstance(value, str) else f"{value:.12g}")
    return root


def _like(field: str, text: str) -> ET.Element:
    root = ET.Element("ogc:PropertyIsLike", wildCard="*", singleChar="?", escape="!")
    _text(root, "ogc:PropertyName", field)
    _text(root, "ogc:Literal", text)
    return root


def _parameter(parent: ET.Element, name: str, value: str) -> None:
    ET.SubElement(parent, "CssParameter", name=name).text = value


def _text(parent: ET.Element, name: str, value: str) -> None:
    ET.SubElement(parent, name).text = value


def _pixels(width_mm: float) -> str:
    """Return millimetres as pixels with two decimals."""
    return f"{round(width_mm * PIXELS_PER_MM, 2):g}"
