"""The lines of an instance file: numbered, cut into words, all mistakes gathered."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from corridors.errors import Finding, InputMissingError, InstanceError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]


class Line(NamedTuple):
    """A line that holds data: its number from 1, and its words."""

    number: int
    words: tuple[str, ...]


@dataclass
class Reading:
    """A file being read: its lines and the mistakes found so far."""

    file: str
    lines: list[Line]
    findings: list[Finding] = field(default_factory=list)

    def find(self, line: int, message: str, mend: str = "", *, column: int = 1) -> None:
        """Note a mistake in a line; `column` is the number of the word, from 1."""
        self.findings.append(Finding(self.file, line, column, "", message, mend))

    def done(self) -> None:
        """Raise what was found.

        Raises
        ------
        InstanceError
            If there is any finding; carries all.
        """
        if self.findings:
            msg = f"{self.file} is no instance that can be read:"
            raise InstanceError(msg, findings=self.findings)

    def numbers(
        self, line: Line, names: Sequence[str], *, whole: Sequence[str] = (), skip: int = 0
    ) -> tuple[float, ...] | None:
        """Return the words of a line as numbers; None if one is bad, which is noted.

        Parameters
        ----------
        line
            The line; words beyond the names are left alone.
        names
            What the numbers are, in their order.
        whole
            Those that must be whole.
        skip
            How many words stand before the first.
        """
        words = line.words[skip : skip + len(names)]
        if len(words) < len(names):
            said = f"{len(line.words)} words where {skip + len(names)} belong"
            self.find(line.number, said, f"write {' '.join(names)}")
            return None
        values = [
            self._number(line, at + skip + 1, name, whole=name in whole)
            for at, name in enumerate(names)
        ]
        good = [value for value in values if value is not None]
        return tuple(good) if len(good) == len(names) else None

    def _number(self, line: Line, column: int, name: str, *, whole: bool) -> float | None:
        """Return a word as a number that is finite, and whole if it must be."""
        word = line.words[column - 1]
        try:
            value = float(word)
        except ValueError:
            value = float("nan")
        if not np.isfinite(value) or (whole and value != int(value)):
            kind = "whole number" if whole else "number"
            self.find(
                line.number, f"{name} {word!r} is no {kind}", f"write a {kind}", column=column
            )
            return None
        return value

    def least(self, line: Line, name: str, value: float, least: float = 0.0) -> None:
        """Note a value that is too small."""
        if value < least:
            self.find(line.number, f"{name} is {value:g}", f"must be at least {least:g}")

    def node(self, line: Line, name: str, value: float, count: int) -> None:
        """Note a node that is not among those from 1 to a count."""
        if not 1 <= value <= count:
            self.find(line.number, f"{name} is {value:g}", f"nodes go from 1 to {count}")

    def counted(self, line: int, what: str, said: int, found: int) -> None:
        """Note that a header promised another number of lines than there are."""
        if said != found:
            mend = f"write {found} there, or mend the lines"
            self.find(line, f"the header says {said} {what}, the file has {found}", mend)


def read_lines(path: Path, *, comment: str = "", upto: str = "") -> Reading:
    """Return the lines of a text file that hold data.

    Line endings of any system will do, and a byte order mark is passed over.

    Parameters
    ----------
    path
        The file.
    comment
        A line whose first word is this, or starts with it if it is no letter, is a comment.
    upto
        A line is read up to this mark.

    Raises
    ------
    InputMissingError
        If the file is missing or not text.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        msg = f"cannot read {path}: {error}"
        raise InputMissingError(msg) from error
    lines = []
    for number, line in enumerate(text.splitlines(), start=1):
        words = tuple((line.partition(upto)[0] if upto else line).split())
        if not words or (comment and _is_comment(words[0], comment)):
            continue
        lines.append(Line(number, words))
    return Reading(path.name, lines)


def _is_comment(word: str, comment: str) -> bool:
    """Whether a line that begins with a word is a comment."""
    return word == comment if comment.isalpha() else word.startswith(comment)


def columns(rows: Sequence[tuple[float, ...]], count: int) -> list[Floats]:
    """Return rows of numbers as so many columns, empty ones if there are no rows."""
    table = np.array(rows, float).reshape(-1, count)
    return list(table.T.copy())


def nodes(values: Floats) -> Ints:
    """Return node numbers from 1 as numbers from 0."""
    return values.astype(np.int64) - 1
