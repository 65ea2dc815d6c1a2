"""What can go wrong between a file and a network.

::

    GeodataError
      FactsError      (ValueError)  fact tables hold findings, all listed at once
        OwnDataError                a planner's own lines or points hold findings
      NetworkError    (ValueError)  a network breaks a rule of its own
      ExtractError    (OSError)     a shipped extract is missing or damaged
      SnapshotError   (OSError)     a snapshot is missing, truncated or of another hash
      DataFolderError (OSError)     the folder of a planner's own tables holds none
      OsmError        (ValueError)  a file or an answer of OpenStreetMap cannot be used
      AreaError       (ValueError)  words that should say an area do not
      SourceMissingError (OSError)  a file, or the answer of a server, is not to be had
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "AreaError",
    "DataFolderError",
    "ExtractError",
    "FactsError",
    "Finding",
    "GeodataError",
    "NetworkError",
    "OsmError",
    "OwnDataError",
    "SnapshotError",
    "SourceMissingError",
]


@dataclass(frozen=True, slots=True)
class Finding:
    """One mistake, with its place and its mend.

    Parameters
    ----------
    file
        File name as a reader would type it.
    line
        Line in the file, counted from 1; the header is line 1.
    column
        Position of the column, counted from 1; 0 when the whole row is meant.
    name
        Name of the column, or of the table when the whole row is meant.
    message
        What is wrong.
    mend
        What to do about it, for example the nearest valid name; may be empty.

    Examples
    --------
    >>> print(Finding("links.csv", 4, 3, "from_id", "unknown terminal 'BAC'", "BAK"))
    links.csv:4:3 from_id  unknown terminal 'BAC'; BAK
    """

    file: str
    line: int
    column: int
    name: str
    message: str
    mend: str = ""

    def __str__(self) -> str:
        """Return ``file:line:column name  message; mend``."""
        tail = f"; {self.mend}" if self.mend else ""
        return f"{self.file}:{self.line}:{self.column} {self.name}  {self.message}{tail}"


class GeodataError(Exception):
    """Any error of this package; catch it to catch them all."""


class FactsError(GeodataError, ValueError):
    """Fact tables are wrong; every finding is listed.

    Parameters
    ----------
    findings
        The mistakes found, in file and line order.
    """

    def __init__(self, findings: Iterable[Finding]) -> None:
        """Keep the findings and print them one per line."""
        self.findings: tuple[Finding, ...] = tuple(findings)
        super().__init__("\n".join(str(finding) for finding in self.findings))


class OwnDataError(FactsError):
    """A planner's own lines or points cannot be used; every finding is listed."""


class NetworkError(GeodataError, ValueError):
    """A network breaks one of its rules."""


class ExtractError(GeodataError, OSError):
    """A shipped extract is missing, truncated or not the one its provenance names."""


class SnapshotError(GeodataError, OSError):
    """A snapshot is missing, truncated or of another hash."""


class DataFolderError(GeodataError, OSError):
    """The folder that is named for a planner's own tables holds none."""


class OsmError(GeodataError, ValueError):
    """A file or an answer of OpenStreetMap is damaged, absurd or holds nothing of use."""


class SourceMissingError(GeodataError, OSError):
    """A file named by the user, or the answer of a server, is not to be had."""


class AreaError(GeodataError, ValueError):
    """Words or a file that should say an area do not."""
