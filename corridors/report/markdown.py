"""Pages in Markdown, in which no name can pass for markup."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from corridors.report.blocks import Section, Table

__all__ = ["isolated", "markdown", "plain"]

#: What Markdown or the HTML within it would take for markup, wherever it stands; a line below
#: is none between two letters.
_MARKUP = re.compile(r"([\\`*\[\]|<>~]|(?<![^\W_])_|_(?![^\W_]))")
#: What starts a heading, a list or a quote where a line begins with it.
_FIRST = re.compile(r"^(\s*)([#+-]|\d+[.)])(?=\s|$)")
#: Characters that turn the direction of text beyond the word they stand in.
_TURNING = {*"\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"}
#: The letters of writing that runs from right to left.
_LEFTWARD = ("R", "AL")
_ISOLATE, _END = "\u2068", "\u2069"


def markdown(title: str, sections: Sequence[Section], *, footer: Sequence[str] = ()) -> str:
    """Return a page.

    Parameters
    ----------
    title
        Its headline.
    sections
        Its parts in order, empty ones left out.
    footer
        Lines below all of it.
    """
    return "\n".join(_page(title, sections, footer)) + "\n"


def plain(text: str) -> str:
    r"""Return text that Markdown shows as it stands, on one line.

    Examples
    --------
    >>> plain("<script>a|b*\n")
    '\\<script\\>a\\|b\\*'
    >>> plain("- not a list")
    '\\- not a list'
    """
    text = _MARKUP.sub(r"\\\1", " ".join(text.split()).replace("&", "&amp;"))
    return isolated(_FIRST.sub(lambda found: f"{found[1]}\\{found[2]}", text))


def isolated(text: str) -> str:
    r"""Return text that leaves the direction of what stands around it alone.

    Examples
    --------
    >>> isolated("plain"), isolated("\u05d0\u202e") == "\u2068\u05d0\u2069"
    ('plain', True)
    """
    text = "".join(one for one in text if one not in _TURNING)
    turns = any(unicodedata.bidirectional(one) in _LEFTWARD for one in text)
    return f"{_ISOLATE}{text}{_END}" if turns else text


def _page(title: str, sections: Sequence[Section], footer: Sequence[str]) -> Iterator[str]:
    yield f"# {plain(title)}"
    for one in sections:
        if one.is_empty:
            continue
        yield ""
        yield f"{'#' * one.level} {plain(one.title)}"
        for words in one.paragraphs:
            yield ""
            yield plain(words)
        if one.points:
            yield ""
            yield from (f"- {plain(words)}" for words in one.points)
        for table in one.tables:
            yield from _table(table)
        for figure in one.figures:
            yield ""
            if figure.name:
                yield f"![{plain(figure.title)}]({figure.name})"
                yield ""
            yield f"**{plain(figure.title)}** {plain(figure.reading)}"
            if figure.table is not None:
                yield from _table(figure.table)
    for words in footer:
        yield ""
        yield plain(words)


def _table(table: Table) -> Iterator[str]:
    yield ""
    if table.title:
        yield f"**{plain(table.title)}**"
        yield ""
    yield _row(map(plain, table.header))
    marks = ("---" if at < table.numbers else "---:" for at in range(len(table.header)))
    yield f"|{'|'.join(marks)}|"
    for cells in table.rows:
        yield _row(plain(cell.words) for cell in cells)
    if table.note:
        yield ""
        yield plain(table.note)


def _row(cells: Iterator[str]) -> str:
    return f"| {' | '.join(cells)} |"
