"""What a report is made of: the folders that earlier commands left, opened and read."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import orjson

from corridors.errors import InputMissingError
from corridors.manifest import verify_manifest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: What tells a folder's kind: the file that only this command writes.
KINDS = {
    "control": "leverage.csv",
    "run": "routes.geojson",
    "design": "design.json",
    "comparison": "compare.json",
    "sweep": "states.csv",
    "front": "front.json",
}


@dataclass(frozen=True)
class Folder:
    """A folder of results, its files checked against its manifest.

    `kind` is a key of `KINDS`.
    """

    path: Path
    kind: str

    def has(self, name: str) -> bool:
        """Whether the command left a file of this name."""
        return (self.path / name).is_file()

    def json(self, name: str) -> Any:  # noqa: ANN401 - JSON is untyped
        """Return a JSON file, parsed."""
        return orjson.loads((self.path / name).read_bytes())

    def rows(self, name: str) -> list[dict[str, str]]:
        """Return a CSV file row by row, every cell as text."""
        text = (self.path / name).read_text(encoding="utf-8")
        return list(csv.DictReader(io.StringIO(text)))

    def features(self, name: str) -> list[dict[str, Any]]:
        """Return the features of a GeoJSON file."""
        found: list[dict[str, Any]] = self.json(name)["features"]
        return found

    @cached_property
    def result(self) -> dict[str, Any]:
        """The `result.json`, empty where the command leaves none."""
        found: dict[str, Any] = self.json("result.json") if self.has("result.json") else {}
        return found

    @property
    def scenario(self) -> str:
        """Id of the scenario it is about, empty if of several."""
        named = self.result.get("scenario", "")
        return str(named["id"] if isinstance(named, dict) else named)

    @property
    def title(self) -> str:
        """Title of the scenario where the folder tells it, else its id."""
        named = self.result.get("scenario", "")
        return str(named["title"] if isinstance(named, dict) else named)


def open_folder(path: Path) -> Folder:
    """Open a folder of results; its files must be those that its manifest lists.

    Raises
    ------
    InputMissingError
        If it is no such folder, or a file of it is missing or altered.
    """
    verify_manifest(path)
    for kind in _kinds(path):
        return Folder(path, kind)
    msg = f"{path}: holds none of {', '.join(KINDS.values())}; name a folder that a command left"
    raise InputMissingError(msg)


def _kinds(path: Path) -> Iterator[str]:
    return (kind for kind, name in KINDS.items() if (path / name).is_file())
