"""A planner's own YAML files: read, and judged with the place of every value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from corridors.errors import Finding, InputMissingError, ScenarioError, nearest
from corridors.scenario.compose import compose, dotted
from geodata.folders import shown

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from corridors.scenario.compose import Mark
    from corridors.scenario.compose import Path as Keys

__all__ = ["Reader", "is_number"]


class Reader:
    """Turns the values of a file into ours; gathers findings on the way.

    Parameters
    ----------
    path
        The file.
    what
        What it is, for the message of the error.

    Raises
    ------
    ScenarioError
        If the file is not UTF-8.
    InputMissingError
        If it cannot be read.
    """

    def __init__(self, path: Path, what: str) -> None:
        """Read the file."""
        self.path, self.file, self.what = path, shown(path), what
        try:
            text = path.read_bytes().decode("utf-8")
        except UnicodeDecodeError as error:
            found = Finding(self.file, 1, 1, "", f"not UTF-8: {error.reason}")
            raise ScenarioError(self._count([found]), findings=[found]) from error
        except OSError as error:
            msg = f"cannot read {path}: {error.strerror}"
            raise InputMissingError(msg) from error
        document = compose(text, self.file)
        self.data, self.marks = document.data, document.marks
        self.findings = list(document.findings)

    def close(self) -> None:
        """End the reading.

        Raises
        ------
        ScenarioError
            If anything was found; carries all findings.
        """
        if self.findings:
            raise ScenarioError(self._count(self.findings), findings=self.findings)

    def _count(self, findings: Collection[Finding]) -> str:
        number = len(set(findings))
        return f"the {self.what} has {number} mistake{'s' if number > 1 else ''}:"

    def find(self, path: Keys, message: str, mend: str = "") -> None:
        """Note a finding at the place of a value, or of what encloses it."""
        self.findings.append(Finding(*self.mark(path), dotted(path), message, mend))

    def mark(self, path: Keys) -> Mark:
        """Return the place of a value, or of what encloses it."""
        while path and path not in self.marks:
            path = path[:-1]
        return self.marks[path]

    def keys(self, path: Keys, data: dict[str, Any], known: Collection[str]) -> None:
        """Find the keys of a mapping that are not known."""
        for key in data:
            if key not in known:
                self.find((*path, key), "unknown key", nearest(key, known))

    def mapping(self, path: Keys, value: Any, words: str) -> dict[str, Any]:  # noqa: ANN401
        """Return a mapping; anything else is a finding and none."""
        if value is None:
            return {}
        if not isinstance(value, dict):
            self.find(path, f"is to be {words}")
            return {}
        return value

    def word(self, path: Keys, value: Any) -> str:  # noqa: ANN401
        """Return a text, empty for none; anything else is a finding."""
        if value is None:
            return ""
        if not isinstance(value, str):
            self.find(path, "is to be text", "quote it")
            return ""
        return value

    def box(self, path: Keys, value: Any) -> tuple[float, float, float, float] | None:  # noqa: ANN401
        """Return west, south, east and north in degrees; None for none or if it is no box."""
        if value is None:
            return None
        sides = value if isinstance(value, list) else []
        if len(sides) != 4 or not all(is_number(side) for side in sides):  # noqa: PLR2004
            self.find(path, "is to be four numbers: west, south, east, north")
            return None
        west, south, east, north = (float(side) for side in sides)
        if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):  # noqa: PLR2004
            self.find(path, "is to be west < east and south < north, in degrees")
            return None
        return west, south, east, north


def is_number(value: object) -> bool:
    """Whether a value of YAML is a number; true and false are none."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)
