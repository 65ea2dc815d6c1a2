"""Pages as one HTML file: no script, nothing from elsewhere, fit to be printed."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from corridors.report.markdown import isolated
from corridors.report.templates import rendered

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from markupsafe import Markup

    from corridors.report.blocks import Figure, Section, Table

__all__ = ["checked_svg", "html_document"]

#: Elements of an SVG that can do more than show something.
_ACTIVE = {"script", "foreignObject", "iframe", "style", "animate", "set", "handler"}
_SVG = "{http://www.w3.org/2000/svg}svg"


def html_document(
    title: str, sections: Sequence[Section], *, lead: Sequence[str] = (),
    footer: Sequence[str] = (),
) -> str:  # fmt: skip
    """Return a page as HTML.

    Parameters
    ----------
    title
        Its headline.
    sections
        Its parts in order, empty ones left out.
    lead, footer
        Lines above and below all of it.

    Raises
    ------
    ValueError
        If a picture could do more than show something, or is none.
    """
    return rendered(
        "document.html.j2", title=_quiet(title), sections=sections, lead=lead, footer=footer,
        shown=_shown, drawn=_drawn, bitmap=_bitmap,
    )  # fmt: skip


def checked_svg(svg: str, name: str) -> str:
    """Return an SVG element that may stand in a page.

    Parameters
    ----------
    svg
        The element.
    name
        What to call it if it may not.

    Raises
    ------
    ValueError
        If it is no SVG, holds a script or a style sheet, reacts to anything or refers to
        something outside of it; names every fault.
    """
    try:
        root = ET.fromstring(svg)  # noqa: S314 - drawn by us, and looked through for that
    except ET.ParseError as error:
        msg = f"{name}: is no SVG ({error})"
        raise ValueError(msg) from error
    faults = sorted(set(_faults(root)))
    if root.tag not in (_SVG, "svg"):
        faults.insert(0, f"begins with {root.tag}, not svg")
    if faults:
        msg = f"{name}: may not stand in a page: {'; '.join(faults)}"
        raise ValueError(msg)
    return svg


def _faults(root: ET.Element) -> Iterator[str]:
    for one in root.iter():
        tag = one.tag.rpartition("}")[2]
        if tag in _ACTIVE:
            yield f"element {tag}"
        for key, value in one.attrib.items():
            name = key.rpartition("}")[2].lower()
            if name.startswith("on"):
                yield f"attribute {name}"
            if name in ("href", "src") and not value.startswith(("#", "data:image/png")):
                yield f"refers to {value[:40]}"


def _quiet(title: str) -> str:
    """Return a headline for the tab of a browser too, which knows no `dir`."""
    return isolated(title)


def _shown(table: Table) -> Markup:
    from markupsafe import Markup

    return Markup(rendered("table.html.j2", table=table))  # noqa: S704 - escaped by its template


def _drawn(figure: Figure) -> Markup:
    from markupsafe import Markup

    return Markup(checked_svg(figure.svg, figure.title))  # noqa: S704 - looked through


def _bitmap(figure: Figure) -> str:
    return f"data:image/png;base64,{b64encode(figure.png).decode()}"
