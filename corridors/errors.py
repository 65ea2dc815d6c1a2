"""Everything that can go wrong for a reason the user can mend, and one that is our fault.

::

    CorridorsError            exit 1
    +-- ScenarioError         exit 3  (also ValueError)
    +-- InstanceError         exit 3  (also ValueError)
    +-- InfeasibleError       exit 4  (also ValueError)
    +-- LimitReached          exit 5  (also TimeoutError)
    +-- InputMissingError     exit 6  (also OSError)
    +-- OutputError           exit 3  (also OSError)
    +-- BalanceError          exit 1  (also ArithmeticError)
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, order=True)
class Finding:
    """One mistake in an input: where it is, what it is and how to mend it.

    `line` and `column` count from 1; 0 means that the place is not known. `path` is
    the dotted name of the value, `mend` what to do about it.

    Examples
    --------
    >>> print(Finding("scenarios/x.yaml", 14, 7, "rules[1].mod", "unknown key",
    ...               'did you mean "mode"?'))
    scenarios/x.yaml:14:7  rules[1].mod  unknown key; did you mean "mode"?
    """

    file: str
    line: int
    column: int
    path: str
    message: str
    mend: str = ""

    def __str__(self) -> str:
        """Return the finding on one line."""
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        what = f"{self.message}; {self.mend}" if self.mend else self.message
        return "  ".join(part for part in (place, self.path, what) if part)


def nearest(name: str, known: Iterable[str], *, count: int = 1) -> str:
    """Return the advice `did you mean "x"?` for the nearest known names.

    Parameters
    ----------
    name
        What was written.
    known
        The names that exist; compared without regard to case.
    count
        How many names to offer at most.

    Returns
    -------
    str
        The advice, empty if nothing is near.

    Examples
    --------
    >>> nearest("mod", ["mode", "country"])
    'did you mean "mode"?'
    """
    spelled = {option.casefold(): option for option in known}
    close = get_close_matches(name.casefold(), spelled, n=count, cutoff=0.5)
    offers = " or ".join(f'"{spelled[option]}"' for option in close)
    return f"did you mean {offers}?" if offers else ""


class CorridorsError(Exception):
    """Base of the tree; carries all findings and the process's exit code.

    Parameters
    ----------
    message
        What happened, one line.
    findings
        The single mistakes, if the error is about an input.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, *, findings: Iterable[Finding] = ()) -> None:
        """Keep the message and the findings in the order of their places."""
        self.message = message
        self.findings = tuple(sorted(set(findings)))
        super().__init__(message)

    def __str__(self) -> str:
        """Return the message and under it the findings, one a line."""
        return "\n".join([self.message, *map(str, self.findings)])


class ScenarioError(CorridorsError, ValueError):
    """A scenario or an assumption table is invalid."""

    exit_code = 3


class InstanceError(CorridorsError, ValueError):
    """A file of a public instance cannot be read."""

    exit_code = 3


class InfeasibleError(CorridorsError, ValueError):
    """No answer exists under the scenario's rules."""

    exit_code = 4


class LimitReached(CorridorsError, TimeoutError):  # noqa: N818 - an outcome, not a fault
    """A limit stopped the work; a usable answer exists."""

    exit_code = 5


class InputMissingError(CorridorsError, OSError):
    """An input file is missing or is not what the manifest says it is."""

    exit_code = 6


class OutputError(CorridorsError, OSError):
    """An output could not be written; nothing half-written was left."""

    exit_code = 3


class BalanceError(CorridorsError, ArithmeticError):
    """Accounts that must add up do not: a fault of the program, never of the input."""
