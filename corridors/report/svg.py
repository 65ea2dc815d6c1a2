"""SVG written as text: elements with escaped words and rounded numbers.

The same values give the same bytes. Nothing here needs a style sheet: what is drawn in
`currentColor` takes the colour of the text around it, and the classes let a page give its
own colours for light, dark and print.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

if TYPE_CHECKING:
    from collections.abc import Iterable

#: Attributes of an element, as `element` takes them.
Look = dict[str, str | float | None]

__all__ = [
    "DASHES", "Ids", "Look", "cut", "element", "group", "line", "marker", "number", "path",
    "picture", "rect", "slug", "text", "width_of", "words",
]  # fmt: skip

#: Width of a letter of the usual kind as a share of its height, a little on the safe side.
LETTER = 0.56
#: Letters as wide as they are high: East Asian scripts.
_WIDE = ("W", "F")
#: Scripts written from right to left, and the marks that keep such words apart from others.
_RIGHT_TO_LEFT = ("R", "AL")
_ISOLATE, _END_ISOLATE = "\u2068", "\u2069"
#: What XML 1.0 has no place for.
_UNPRINTABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
#: Second cue beside colours: a dash for each place in a palette, in pixels.
DASHES = ("", "7 3", "2 2.5", "9 3 2 3", "4 2", "12 4", "5 2 1.5 2 1.5 2")


def number(value: float) -> str:
    """Return a length with one decimal at most, never ``-0``.

    Examples
    --------
    >>> number(12.04), number(-0.01), number(3.26)
    ('12', '0', '3.3')
    """
    told = f"{value:.1f}".removesuffix(".0")
    return "0" if told == "-0" else told


def words(said: str) -> str:
    """Return words as SVG text: escaped, what XML cannot hold left out.

    Words written from right to left are set apart, so that numbers beside them stay in place.

    Examples
    --------
    >>> words("<b> & 'x'")
    "&lt;b&gt; &amp; 'x'"
    """
    clean = _UNPRINTABLE.sub("", said)
    if any(unicodedata.bidirectional(letter) in _RIGHT_TO_LEFT for letter in clean):
        clean = f"{_ISOLATE}{clean}{_END_ISOLATE}"
    return escape(clean)


def element(name: str, inner: str = "", /, **attributes: str | float | None) -> str:
    """Return an element.

    Parameters
    ----------
    name
        Its name.
    inner
        What stands in it, already SVG.
    attributes
        Numbers are rounded, text is escaped, what is None is left out. `class_` is class
        and an underscore stands for a hyphen.

    Examples
    --------
    >>> element("circle", cx=1.25, r=3, class_="a<b", stroke_width=None)
    '<circle cx="1.2" r="3" class="a&lt;b"/>'
    """
    told = "".join(
        f" {key.rstrip('_').replace('_', '-')}={_attribute(value)}"
        for key, value in attributes.items()
        if value is not None
    )
    return f"<{name}{told}>{inner}</{name}>" if inner else f"<{name}{told}/>"


def _attribute(value: str | float) -> str:
    told = _UNPRINTABLE.sub("", value) if isinstance(value, str) else number(value)
    return quoteattr(told, {"\n": "&#10;", "\t": "&#9;", "\r": "&#13;"})


def group(inner: Iterable[str], *, tip: str = "", **attributes: str | float | None) -> str:
    """Return a group; `tip` is told where a pointer rests on it."""
    title = element("title", words(tip)) if tip else ""
    return element("g", title + "".join(inner), **attributes)


def text(x: float, y: float, said: str, /, **attributes: str | float | None) -> str:
    """Return words at a place in the ink of the page, `y` being their foot."""
    given: Look = {"class_": "ink", "fill": "currentColor", **attributes}
    return element("text", words(said), x=x, y=y, **given)


def line(x1: float, y1: float, x2: float, y2: float, /, **attributes: str | float | None) -> str:
    """Return a straight line, in the ink of the page if nothing else is said."""
    given: Look = {"stroke": "currentColor", **attributes}
    return element("line", x1=x1, y1=y1, x2=x2, y2=y2, **given)


def rect(
    x: float, y: float, width: float, height: float, /, **attributes: str | float | None
) -> str:
    """Return a rectangle; a negative width or height reaches the other way."""
    left, top = min(x, x + width), min(y, y + height)
    return element("rect", x=left, y=top, width=abs(width), height=abs(height), **attributes)


def path(points: Iterable[tuple[float, float]], /, **attributes: str | float | None) -> str:
    """Return an open line through points, those told twice in a row once."""
    steps = [f"{number(x)},{number(y)}" for x, y in points]
    kept = [step for at, step in enumerate(steps) if at == 0 or steps[at - 1] != step]
    return element("path", d=f"M{' L'.join(kept)}", **({"fill": "none"} | attributes))


#: The outlines of markers around a middle, by name, in units of half their size.
_OUTLINES = {
    "square": ((-0.85, -0.85), (0.85, -0.85), (0.85, 0.85), (-0.85, 0.85)),
    "diamond": ((0, -1.2), (1.2, 0), (0, 1.2), (-1.2, 0)),
    "up": ((0, -1.1), (1.05, 0.8), (-1.05, 0.8)),
    "down": ((0, 1.1), (1.05, -0.8), (-1.05, -0.8)),
    "cross": (
        (-0.4, -1.1), (0.4, -1.1), (0.4, -0.4), (1.1, -0.4), (1.1, 0.4), (0.4, 0.4), (0.4, 1.1),
        (-0.4, 1.1), (-0.4, 0.4), (-1.1, 0.4), (-1.1, -0.4), (-0.4, -0.4),
    ),
}  # fmt: skip


def marker(shape: str, x: float, y: float, size: float, /, **attributes: str | float | None) -> str:
    """Return a marker of half a size around a place: circle, square, diamond, up, down, cross."""
    if shape == "circle":
        return element("circle", cx=x, cy=y, r=size, **attributes)
    corners = " ".join(
        f"{number(x + size * dx)},{number(y + size * dy)}" for dx, dy in _OUTLINES[shape]
    )
    return element("polygon", points=corners, **attributes)


def picture(
    name: str, width: float, height: float, *, title: str, told: str, body: Iterable[str]
) -> str:
    """Return a whole picture.

    Parameters
    ----------
    name
        Id of the picture; those of its title and description begin with it.
    width, height
        In pixels.
    title, told
        What readers of screens hear: its name and what it shows.
    body
        Its parts, already SVG.
    """
    heads = (
        element("title", words(title), id=f"{name}-title"),
        element("desc", words(told), id=f"{name}-desc"),
    )
    return element(
        "svg", "\n".join((*heads, *body)),
        xmlns="http://www.w3.org/2000/svg", id=name, class_="chart",
        viewBox=f"0 0 {number(width)} {number(height)}", width=width, height=height, role="img",
        aria_labelledby=f"{name}-title {name}-desc", font_family="system-ui, sans-serif",
        font_size="12", color="#222222",
    )  # fmt: skip


def width_of(said: str, size: float = 12.0) -> float:
    """Return about how wide words are in pixels, as no font is at hand to measure them."""
    letters = sum(
        1.0 / LETTER if unicodedata.east_asian_width(one) in _WIDE else 1.0 for one in said
    )
    return letters * LETTER * size


def cut(said: str, width: float, size: float = 12.0) -> str:
    """Return words that fit a width in pixels, with an ellipsis where they are cut.

    Examples
    --------
    >>> cut("Saint Petersburg", 60)
    'Saint P…'
    """
    if width_of(said, size) <= width:
        return said
    kept = said
    while kept and width_of(f"{kept}…", size) > width:
        kept = kept[:-1]
    return f"{kept.rstrip()}…"


def slug(said: str) -> str:
    """Return words as an id: small letters, digits and hyphens.

    Examples
    --------
    >>> slug("Moscow_Mumbai.1")
    'moscow-mumbai-1'
    """
    return re.sub("[^a-z0-9]+", "-", said.lower()).strip("-") or "x"


class Ids:
    """Gives ids that begin alike and occur once."""

    def __init__(self, start: str = "") -> None:
        """Begin every id with some words and a hyphen, none if empty."""
        self.start = start
        self._used: set[str] = set()

    def new(self, *parts: str) -> str:
        """Return an id of some parts; a second one alike gets a number."""
        base = "-".join(filter(None, (self.start, *map(slug, parts))))
        found, at = base, 1
        while found in self._used:
            at += 1
            found = f"{base}-{at}"
        self._used.add(found)
        return found
