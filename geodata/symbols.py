"""How every layer looks: the one place for colours, widths, dashes, marks and classes.

What is told by colour is told a second time by width, dash or shape, so that readers who
see colours differently, and those who print in grey, lose nothing. The styles of QGIS
(`geodata.qml`) and of the OGC (`geodata.sld`) are written from these values.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = [
    "BUILT_COLOURS",
    "FERRY",
    "INK",
    "NOT_BUILT",
    "PALETTE",
    "RAIL",
    "ROAD",
    "SEA",
    "Among",
    "Fill",
    "Has",
    "Label",
    "Line",
    "Mark",
    "Range",
    "Rule",
    "Style",
    "styles",
]

#: Okabe and Ito's colours, told apart by colour-blind readers; yellow is left out
#: because a thin yellow line is lost on white.
BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY, BLACK = PALETTE = (
    "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000",
)  # fmt: skip
INK, GREY, WHITE = "#222222", "#999999", "#FFFFFF"

#: Colour of each mode and of what does not stand yet, on every map.
RAIL, ROAD, SEA, FERRY = "#333333", ORANGE, SKY, BLUE
NOT_BUILT = VERMILION
BUILT_COLOURS = {"rail": RAIL, "road": ROAD, "sea": SEA, "ferry": FERRY}

#: Dash of each mode, in mm.
MODE_DASHES: Mapping[str, tuple[float, ...]] = {
    "rail": (), "road": (), "sea": (2.0, 1.0), "ferry": (1.0, 0.5),
}  # fmt: skip
#: The dash that goes with each colour of the palette, and the width in mm that goes with
#: each round through it, so that no two corridors differ by colour alone.
FAMILY_DASHES: tuple[tuple[float, ...], ...] = (
    (), (4.0, 1.2), (2.0, 1.0), (0.8, 0.8), (3.0, 0.8, 0.8, 0.8), (3.0, 0.7, 0.7, 0.7, 0.7, 0.7),
    (1.5, 2.0),
)  # fmt: skip
ROUND_WIDTHS_MM = (0.8, 1.2, 1.6)

STANDS = ("built", "operating", "irregular", "seasonal")
TO_COME = ("planned", "under_construction")
GONE = ("dismantled", "out_of_use", "suspended")

#: TEU a year from which a flow is drawn wider: lower end, upper end, width in mm, words.
FLOW_CLASSES: tuple[tuple[float | None, float | None, float, str], ...] = (
    (None, 10_000.0, 0.3, "below 10,000 TEU a year"),
    (10_000.0, 100_000.0, 0.7, "10,000 to 100,000"),
    (100_000.0, 1_000_000.0, 1.4, "100,000 to 1 million"),
    (1_000_000.0, None, 2.3, "1 million and more"),
)

#: Share of all cargo from which a chokepoint is drawn larger, its size in mm, words.
SHARE_CLASSES: tuple[tuple[float | None, float | None, float, str], ...] = (
    (None, 0.02, 1.3, "below 2 % of all TEU"),
    (0.02, 0.1, 2.6, "2 to 10 %"),
    (0.1, 0.3, 4.0, "10 to 30 %"),
    (0.3, None, 5.6, "30 % and more"),
)


#: The least price that the files of a run can tell from none, in USD.
CENT = 0.01


@dataclass(frozen=True)
class Line:
    """A stroke: colour, width and dash in mm; a `casing` in another colour goes under it."""

    colour: str
    width_mm: float
    dash_mm: tuple[float, ...] = ()
    cap: str = "flat"
    casing: str = ""


@dataclass(frozen=True)
class Mark:
    """A mark at a point: circle, square, triangle, diamond, star or cross, size in mm."""

    shape: str
    colour: str
    size_mm: float
    outline: str = INK
    outline_mm: float = 0.2


@dataclass(frozen=True)
class Fill:
    """An area: its colour and that of its outline, width in mm."""

    colour: str
    outline: str
    outline_mm: float


@dataclass(frozen=True)
class Among:
    """True where a field has one of some words."""

    field: str
    words: tuple[str, ...]


@dataclass(frozen=True)
class Range:
    """True where `low` <= field < `high`; None is no limit, a missing number counts as 0."""

    field: str
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Has:
    """True where the ``;`` list of a field has a word in it, or has not."""

    field: str
    word: str
    absent: bool = False


When = Among | Range | Has


@dataclass(frozen=True)
class Rule:
    """A class of a layer: what the legend says, how it looks and which rows are of it."""

    label: str
    symbol: Line | Mark | Fill
    when: tuple[When, ...] = ()


@dataclass(frozen=True)
class Label:
    """Words written beside the rows of a layer: a field, its size in points, which rows."""

    field: str
    size_pt: float
    when: tuple[When, ...] = ()


@dataclass(frozen=True)
class Style:
    """How a layer looks; rules in the order of the legend, the last one drawn on top."""

    rules: tuple[Rule, ...]
    label: Label | None = None


def styles(families: Sequence[str] = ()) -> dict[str, Style]:
    """Return the style of every layer by its name.

    Parameters
    ----------
    families
        Names of the corridor families in the order in which colours are handed out, so
        that a family looks the same on every map.
    """
    by_status = _by_status()
    stops = _by_kind()
    return {
        "land": Style((Rule("land", Fill("#F1EEE7", "#CFC8BB", 0.12)),)),
        "nodes": _nodes(),
        "links": _by_mode(1.0),
        "arcs": _by_mode(0.8),
        "stops": stops,
        "arc_stops": stops,
        "terminals": _terminals(),
        "crossings": by_status,
        "assets": by_status,
        "routes": _routes(families),
        "legs": _legs(),
        "leg_stops": stops,
        "flows": _flows(),
        "flow_stops": _flow_stops(),
        "bottlenecks": _bottlenecks(),
        "chokepoints": _chokepoints(),
        "cuts": Style(
            (Rule("place that parts a demand from its goal", Mark("cross", VERMILION, 4.0)),),
            Label("name", 8),
        ),
        "access": _access(),
        "access_stops": _access_stops(),
    }


def _by_mode(scale: float) -> Style:
    """Return lines by mode, and apart from them what does not stand."""
    rail = Among("mode", ("rail",))
    land, stands = Among("mode", ("rail", "road")), Among("status", ("built",))
    to_come, gone = Among("status", TO_COME), Among("status", GONE)
    rules = (
        Rule("sea lane", Line(SEA, 0.2, MODE_DASHES["sea"]), (Among("mode", ("sea",)),)),
        Rule("road", Line(ROAD, 0.15), (Among("mode", ("road",)), stands)),
        Rule("railway", Line(RAIL, 0.3), (rail, stands)),
        Rule(
            "ferry or feeder service", Line(FERRY, 0.5, MODE_DASHES["ferry"]),
            (Among("mode", ("ferry",)),),
        ),
        Rule("planned or under construction", Line(NOT_BUILT, 0.6, (1.4, 0.6)), (land, to_come)),
        Rule("dismantled or out of use", Line(GREY, 0.4, (0.4, 0.8)), (land, gone)),
    )  # fmt: skip
    return Style(tuple(_scaled(rule, scale) for rule in rules))


def _scaled(rule: Rule, scale: float) -> Rule:
    symbol = rule.symbol
    if isinstance(symbol, Line):
        symbol = replace(symbol, width_mm=round(symbol.width_mm * scale, 3))
    return replace(rule, symbol=symbol)


def _nodes() -> Style:
    shapes = {"rail": "circle", "road": "square", "sea": "diamond", "ferry": "triangle"}
    rules = [
        Rule(
            f"{mode} node", Mark(shapes[mode], colour, 0.9, colour, 0.0), (Among("mode", (mode,)),)
        )
        for mode, colour in BUILT_COLOURS.items()
    ]
    start = Rule("start or end of cargo", Mark("cross", INK, 1.2), (Among("mode", ("none",)),))
    return Style((*rules, start))


def _by_kind() -> Style:
    """Return stops by what happens there."""
    marks = {
        "border": ("border crossing", Mark("triangle", ORANGE, 2.0)),
        "gauge_change": ("change of track gauge", Mark("diamond", WHITE, 2.4)),
        "transfer": ("change of mode", Mark("circle", GREEN, 1.4)),
        "boarding": ("boarding of a service", Mark("square", BLUE, 1.4)),
        "access": ("start or end of cargo", Mark("star", WHITE, 2.2)),
    }
    return Style(
        tuple(Rule(words, mark, (Among("kind", (kind,)),)) for kind, (words, mark) in marks.items())
    )


def _by_status() -> Style:
    """Return places by whether they stand."""
    return Style(
        (
            Rule("built, operating", Mark("circle", GREEN, 1.6), (Among("status", STANDS),)),
            Rule(
                "planned, under construction", Mark("diamond", ORANGE, 2.2),
                (Among("status", TO_COME),),
            ),
            Rule(
                "dismantled, out of use, suspended", Mark("cross", VERMILION, 2.4),
                (Among("status", GONE),),
            ),
        )
    )  # fmt: skip


def _terminals() -> Style:
    return Style(
        (
            Rule("port", Mark("square", SKY, 2.0), (Has("modes", "sea"),)),
            Rule(
                "inland terminal", Mark("circle", WHITE, 1.8), (Has("modes", "sea", absent=True),)
            ),
        )
    )


def _routes(families: Sequence[str]) -> Style:
    """Return routes by the first corridor they run along, colours by turns with dashes."""
    rules = [Rule("no declared corridor", Line("#7A7A7A", 0.6), (Among("family", ("",)),))]
    for k, family in enumerate(families):
        turn, place = divmod(k, len(PALETTE))
        width = ROUND_WIDTHS_MM[turn % len(ROUND_WIDTHS_MM)]
        line = Line(PALETTE[place], width, FAMILY_DASHES[place])
        rules.append(Rule(family, line, (Among("family", (family,)),)))
    return Style(tuple(rules))


def _legs() -> Style:
    words = {"rail": "by rail", "road": "by road", "sea": "at sea", "ferry": "by ferry or feeder"}
    return Style(
        tuple(
            Rule(
                words[mode],
                Line(colour, 0.9, MODE_DASHES[mode] if mode != "road" else (0.5, 0.4)),
                (Among("mode", (mode,)),),
            )
            for mode, colour in BUILT_COLOURS.items()
        )
    )


def _flows() -> Style:
    """Return flows by volume, and apart from them those that fill what may pass."""
    priced = Range("shadow_price_usd_per_teu", low=CENT / 2)
    roomy = Range("shadow_price_usd_per_teu", high=CENT / 2)
    rules = [
        Rule(words, Line(BLUE, width, cap="round"), (Range("teu_per_year", low, high), roomy))
        for low, high, width, words in FLOW_CLASSES
    ]
    rules += [
        Rule(
            f"{words}, capacity short",
            Line(VERMILION, width, cap="round", casing=INK),
            (Range("teu_per_year", low, high), priced),
        )
        for low, high, width, words in FLOW_CLASSES
    ]
    return Style(tuple(rules))


def _flow_stops() -> Style:
    return Style(
        tuple(
            Rule(
                words,
                Mark("circle", WHITE, round(1.0 + width, 2), BLUE, 0.3),
                (Range("teu_per_year", low, high),),
            )
            for low, high, width, words in FLOW_CLASSES
        )
    )


def _bottlenecks() -> Style:
    binds = Among("binds", ("yes",))
    return Style(
        (
            Rule("capacity with room left", Mark("square", WHITE, 2.0), (Among("binds", ("no",)),)),
            Rule("capacity that binds", Mark("triangle", VERMILION, 4.0), (binds,)),
        ),
        Label("label", 7.5, (binds,)),
    )


def _chokepoints() -> Style:
    rules = (
        Rule(words, Mark("circle", PURPLE, size), (Range("traffic_share", low, high),))
        for low, high, size, words in SHARE_CLASSES
    )
    return Style(tuple(rules), Label("name", 8, (Range("traffic_share", low=0.1),)))


#: How open a place is: word in the field, words in the legend, line, mark.
PASSAGE: tuple[tuple[str, str, Line, Mark], ...] = (
    ("open", "open to all", Line(GREEN, 0.25), Mark("circle", GREEN, 1.2, outline_mm=0.1)),
    ("partly", "closed to some", Line(ORANGE, 0.5, (1.6, 0.6)), Mark("triangle", ORANGE, 2.2)),
    ("closed", "closed to all", Line(VERMILION, 0.7, (0.5, 0.5)), Mark("cross", VERMILION, 2.6)),
    (
        "not_built", "does not stand or sail", Line(GREY, 0.4, (0.4, 0.8)),
        Mark("diamond", WHITE, 1.8, GREY),
    ),
)  # fmt: skip


def _access() -> Style:
    return Style(
        tuple(Rule(words, line, (Among("passage", (word,)),)) for word, words, line, _ in PASSAGE)
    )


def _access_stops() -> Style:
    return Style(
        tuple(Rule(words, mark, (Among("passage", (word,)),)) for word, words, _, mark in PASSAGE)
    )
