"""Headed blocks of wrapped lines and plain tables that read well in a pipe."""

from __future__ import annotations

import os
import textwrap
from typing import TYPE_CHECKING

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from corridors.report.explained import Source

#: Width where nothing shows it: of a pipe or a file.
WIDTH = 100
INDENT = 2
#: What goes over a line that begins with an id stands below its words.
HANG = 6
#: How many names of a list are told before the rest is counted.
_MOST = 6


def console() -> Console:
    """Return a console that is 100 wide off a terminal and colours nothing it need not."""
    plain = Console(highlight=False, color_system=None if os.environ.get("NO_COLOR") else "auto")
    return plain if plain.is_terminal else Console(highlight=False, width=WIDTH)


def table(*columns: str, right: Sequence[str] = ()) -> Table:
    """Return an empty table without lines; columns in `right` hold numbers."""
    made = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for name in columns:
        made.add_column(
            name, justify="right" if name in right else "left", overflow="fold",
            no_wrap=name in right,
        )  # fmt: skip
    return made


def add(made: Table, *cells: str) -> None:
    """Add a row of plain words, none of them read as markup."""
    made.add_row(*map(Text, cells))


class Page:
    """Prints headed blocks of lines, those without content left out."""

    def __init__(self) -> None:
        """Open the console."""
        self.console = console()

    def head(self, words: str, *, first: bool = False) -> None:
        """Print a heading, apart from what stands before it."""
        if not first:
            self.console.print()
        lines = textwrap.wrap(words, self.console.width, subsequent_indent=" " * INDENT)
        self.console.print(Text("\n".join(lines), style="bold"), soft_wrap=True)

    def line(self, words: str, *, indent: int = 0, hang: int = 0) -> None:
        """Print a line wrapped at words; what goes over begins `hang` further in."""
        wrapped = textwrap.wrap(
            words, self.console.width, initial_indent=" " * indent,
            subsequent_indent=" " * (indent + hang), break_long_words=False,
            break_on_hyphens=False,
        )  # fmt: skip
        self.console.print(Text("\n".join(wrapped)), soft_wrap=True)

    def lines(self, words: str, rows: Iterable[str], *, hang: int = 0) -> None:
        """Print a headed list of lines."""
        told = list(rows)
        if told:
            self.head(words)
            for row in told:
                self.line(row, indent=INDENT, hang=hang)

    def table(self, words: str, made: Table, *, first: bool = False) -> None:
        """Print a headed table if it has rows."""
        if made.row_count:
            self.head(words, first=first)
            with self.console.capture() as drawn:
                self.console.print(Padding(made, (0, 0, 0, INDENT), expand=False))
            print("\n".join(line.rstrip() for line in drawn.get().splitlines()))


def sources(page: Page, rows: Sequence[Source]) -> None:
    """Print sources, addresses below their titles."""
    if rows:
        page.head("Sources")
    for one in rows:
        page.line(f"{one.id}  {one.title}".rstrip(), indent=INDENT, hang=HANG)
        for address in one.url.split():
            page.line(address, indent=INDENT + HANG)


def several(count: int, one: str, many: str = "") -> str:
    """Return how many there are of something, in its number.

    Examples
    --------
    >>> several(1, "demand"), several(2, "demand"), several(0, "way", "ways")
    ('1 demand', '2 demands', '0 ways')
    """
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def cut(names: Iterable[str], *, most: int = _MOST) -> str:
    """Return some names, each once, no more than a line of them."""
    once = list(dict.fromkeys(names))
    shown = ", ".join(once[:most])
    return f"{shown} and {len(once) - most} more" if len(once) > most else shown
