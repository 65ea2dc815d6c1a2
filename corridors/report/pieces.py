"""The pieces that reports are put together from: findings in words, and charts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One thing found, in a sentence of plain words.

    Parameters
    ----------
    scenario
        Id of the scenario it is about.
    words
        The sentence, its number and unit within.
    source
        What the number rests on, in words: a file and row, a rule, a publication.
    link
        Where to read it: an address, or ``#id`` of a piece of the page; may be empty.
    """

    scenario: str
    words: str
    source: str
    link: str = ""


@dataclass(frozen=True)
class Mark:
    """A part of a chart that stands for something on the map.

    `element` is the id of the SVG element; `kind` is one of ``route``, ``demand``,
    ``chokepoint``, ``actor`` or ``arc``, and `key` its id there.
    """

    element: str
    kind: str
    key: str


@dataclass(frozen=True)
class Chart:
    """A picture of the report, complete without any script.

    Parameters
    ----------
    id
        Unique in a page: small letters, digits, hyphens.
    kind
        ``profile``, ``front``, ``actors``, ``leverage``, ``denial``, ``penalty``,
        ``hedges``, ``waterfall``, ``tornado``, ``changes``, ``gains`` or ``budget``.
    scenario
        Id of the scenario that it shows, empty if it shows several.
    title, reading
        What is seen, and in a sentence how to read it.
    svg
        The ``<svg>`` element: no script, no style sheet, no outside reference, text as
        text; every id within it starts with `id`.
    source
        The file that it was drawn from.
    marks
        Parts that stand for something on the map, for linking both.
    rows
        The same numbers as a table (header first), for readers who cannot see the picture.
    """

    id: str
    kind: str
    scenario: str
    title: str
    reading: str
    svg: str
    source: str
    marks: tuple[Mark, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
