"""Styles as QGIS reads them: renderer, labels and whole style files.

The elements are those that QGIS 3.22 and later write themselves, without what it fills
in by itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from geodata.symbols import Fill, Has, Line, Mark, Range

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from geodata.symbols import Label, Rule, Style, When

__all__ = ["HEAD", "expression", "labelling", "qml", "renderer", "written"]

#: What stands before the root of every file of QGIS.
HEAD = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"

VERSION = "3.22.16-Białowieża"

#: What QGIS calls the marks.
MARKS = {"cross": "cross_fill"}

#: How far a casing stands out on each side, in mm.
CASING_MM = 0.35

SYMBOL_TYPES = {Line: "line", Mark: "marker", Fill: "fill"}


def qml(style: Style) -> str:
    """Return the style file of a layer."""
    root = ET.Element(
        "qgis", version=VERSION, styleCategories="Symbology|Labeling",
        labelsEnabled="1" if style.label else "0",
    )  # fmt: skip
    root.append(renderer(style))
    if style.label:
        root.append(labelling(style.label))
    return HEAD + written(root)


def written(root: ET.Element) -> str:
    """Return an element as indented text that ends in a newline."""
    ET.indent(root)
    return ET.tostring(root, encoding="unicode") + "\n"


def renderer(style: Style) -> ET.Element:
    """Return the element that tells QGIS how to draw the rows of a layer."""
    root = ET.Element(
        "renderer-v2", type="RuleRenderer", forceraster="0", symbollevels="0", enableorderby="0"
    )
    rules = ET.SubElement(root, "rules", key="{root}")
    symbols = ET.SubElement(root, "symbols")
    for k, rule in enumerate(style.rules):
        found = ET.SubElement(rules, "rule", key=f"{{{k}}}", symbol=str(k), label=rule.label)
        if rule.when:
            found.set("filter", expression(rule.when))
        symbols.append(_symbol(str(k), rule))
    return root


def expression(when: Iterable[When]) -> str:
    """Return conditions as an expression of QGIS, all of which must hold.

    Examples
    --------
    >>> expression([Range("teu", low=5.0, high=10.0)])
    'coalesce("teu", 0) >= 5 AND coalesce("teu", 0) < 10'
    """
    return " AND ".join(part for one in when for part in _parts(one))


def _parts(one: When) -> list[str]:
    name = f'"{one.field}"'
    if isinstance(one, Has):
        listed = f"concat(';', {name}, ';') LIKE '%;{one.word};%'"
        return [f"NOT ({listed})" if one.absent else listed]
    if isinstance(one, Range):
        number = f"coalesce({name}, 0)"
        low = [] if one.low is None else [f"{number} >= {one.low:.12g}"]
        return low + ([] if one.high is None else [f"{number} < {one.high:.12g}"])
    words = [f"'{word}'" for word in one.words]
    if one.words == ("",):
        return [f"coalesce({name}, '') = ''"]
    return [f"{name} = {words[0]}" if len(words) == 1 else f"{name} IN ({', '.join(words)})"]


def _symbol(name: str, rule: Rule) -> ET.Element:
    symbol = rule.symbol
    root = ET.Element(
        "symbol", name=name, type=SYMBOL_TYPES[type(symbol)], alpha="1", clip_to_extent="1",
        force_rhr="0",
    )  # fmt: skip
    if isinstance(symbol, Line):
        if symbol.casing:
            under = Line(symbol.casing, symbol.width_mm + 2 * CASING_MM, cap=symbol.cap)
            _layer(root, "SimpleLine", _line(under))
        _layer(root, "SimpleLine", _line(symbol))
    elif isinstance(symbol, Mark):
        _layer(root, "SimpleMarker", _mark(symbol))
    else:
        _layer(root, "SimpleFill", _fill(symbol))
    return root


def _layer(symbol: ET.Element, kind: str, options: Mapping[str, str]) -> None:
    layer = ET.SubElement(symbol, "layer", {"class": kind}, enabled="1", locked="0")
    layer.set("pass", "0")
    _options(layer, options)


def _options(parent: ET.Element, options: Mapping[str, str]) -> None:
    table = ET.SubElement(parent, "Option", type="Map")
    for name, value in options.items():
        ET.SubElement(table, "Option", type="QString", name=name, value=value)


def _line(line: Line) -> dict[str, str]:
    found = {
        "capstyle": line.cap,
        "joinstyle": "round",
        "line_color": _rgba(line.colour),
        "line_style": "solid",
        "line_width": f"{line.width_mm:g}",
        "line_width_unit": "MM",
    }
    if line.dash_mm:
        found |= {
            "use_custom_dash": "1",
            "customdash": ";".join(f"{step:g}" for step in line.dash_mm),
            "customdash_unit": "MM",
        }
    return found


def _mark(mark: Mark) -> dict[str, str]:
    return {
        "name": MARKS.get(mark.shape, mark.shape),
        "color": _rgba(mark.colour),
        "outline_color": _rgba(mark.outline),
        "outline_style": "solid" if mark.outline_mm else "no",
        "outline_width": f"{mark.outline_mm:g}",
        "outline_width_unit": "MM",
        "size": f"{mark.size_mm:g}",
        "size_unit": "MM",
    }


def _fill(fill: Fill) -> dict[str, str]:
    return {
        "color": _rgba(fill.colour),
        "style": "solid",
        "joinstyle": "round",
        "outline_color": _rgba(fill.outline),
        "outline_style": "solid",
        "outline_width": f"{fill.outline_mm:g}",
        "outline_width_unit": "MM",
    }


def _rgba(colour: str) -> str:
    """Return a colour as QGIS writes it, without transparency."""
    return ",".join(str(int(colour[at : at + 2], 16)) for at in (1, 3, 5)) + ",255"


def labelling(label: Label) -> ET.Element:
    """Return the element that tells QGIS what to write beside the rows of a layer."""
    words = f'"{label.field}"'
    if label.when:
        words = f"CASE WHEN {expression(label.when)} THEN {words} END"
    root = ET.Element("labeling", type="simple")
    settings = ET.SubElement(root, "settings", calloutType="simple")
    text = ET.SubElement(
        settings, "text-style", fieldName=words, isExpression="1", fontSize=f"{label.size_pt:g}",
        fontSizeUnit="Point", fontFamily="Sans Serif", fontWeight="63", textColor="20,20,20,255",
        textOpacity="1", blendMode="0", multilineHeight="1",
    )  # fmt: skip
    ET.SubElement(
        text, "text-buffer", bufferDraw="1", bufferSize="0.8", bufferSizeUnits="MM",
        bufferColor="255,255,255,255", bufferOpacity="0.85", bufferJoinStyle="128",
    )  # fmt: skip
    ET.SubElement(settings, "text-format", wrapChar="", autoWrapLength="28", multilineAlign="0")
    ET.SubElement(
        settings, "placement", placement="6", dist="1.2", distUnits="MM", priority="5",
        predefinedPositionOrder="TR,TL,BR,BL,R,L,TSR,BSR", offsetType="1",
    )  # fmt: skip
    ET.SubElement(settings, "rendering", drawLabels="1", obstacle="1", displayAll="0")
    return root
