"""A scenario merged with all it extends, as YAML that says where each value came from.

The YAML reads back equal: origins stand in trailing comments, aligned.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any, Self

import yaml

from corridors.scenario.compose import Mark, dotted
from corridors.scenario.load import place_of
from corridors.scenario.places import shown
from corridors.scenario.schema import ScenarioSpec

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from corridors.scenario.compose import Path
    from corridors.scenario.load import Loaded

SCHEMA_VERSION = 1
#: Origins stand here at the latest; the rare longer line pushes its own further right.
COLUMN = 90
#: Long texts are folded to lines of this many characters.
TEXT_WIDTH = 88
#: Sections whose parts are worth naming one by one; lists are told as a whole.
_OPENED = ("access", "network", "cargo", "costs")
#: The origin of a value that no file says.
DEFAULT = "default"


@dataclass(frozen=True)
class Value:
    """A value of the scenario, with where it stands; a list or mapping only if empty."""

    path: Path
    value: Any
    origin: Mark

    @property
    def place(self) -> str:
        """The origin in words."""
        return f"{self.origin.file}:{self.origin.line}" if self.origin.line else DEFAULT


@dataclass(frozen=True)
class Merged:
    """A merged scenario: its data, the place of each value, the files in order of descent."""

    id: str
    title: str
    files: tuple[str, ...]
    data: Mapping[str, Any]
    marks: Mapping[Path, Mark]

    @classmethod
    def of(cls, loaded: Loaded) -> Self:
        """Return a loaded scenario as what its files say."""
        files = tuple(shown(file) for file in loaded.files)
        return cls(loaded.scenario.id, loaded.scenario.title, files, loaded.data, loaded.marks)

    def values(self) -> Iterator[Value]:
        """Yield every value that has no parts, in the order of the file."""
        yield from self._values((), self.data)

    def _values(self, path: Path, value: Any) -> Iterator[Value]:  # noqa: ANN401 - YAML is untyped
        if isinstance(value, (dict, list)) and value:
            parts = value.items() if isinstance(value, dict) else enumerate(value)
            for key, part in parts:
                yield from self._values((*path, key), part)
        else:
            yield Value(path, value, place_of(path, self.marks) if path else Mark("", 0, 0))

    def given(self) -> dict[str, list[str]]:
        """Return the sections that each origin gives values to, by file."""
        found: dict[str, dict[str, None]] = {file: {} for file in self.files}
        for value in self.values():
            file = value.origin.file if value.origin.line else DEFAULT
            depth = 2 if value.path[0] in _OPENED else 1
            found.setdefault(file, {})[dotted(value.path[:depth])] = None
        return {file: list(sections) for file, sections in found.items()}

    def as_dict(self) -> dict[str, Any]:
        """Return the value and the origin of each dotted path, with `schema_version`."""
        return {
            "schema_version": SCHEMA_VERSION,
            "scenario": self.id,
            "files": list(self.files),
            "values": [
                {
                    "path": dotted(value.path),
                    "value": _plain(value.value),
                    "origin": value.origin._asdict() if value.origin.line else None,
                }
                for value in self.values()
            ],
        }

    def as_yaml(self) -> str:
        """Return the scenario as YAML with origins in trailing comments."""
        writer = _Writer(self)
        told = [f"{self.id}: {self.title}"]
        told += [f"extends: {' <- '.join(self.files)}"] if len(self.files) > 1 else []
        for file, keys in self.given().items():
            told.append(f"from {file}: {', '.join(keys) if keys else 'nothing'}")
        head = [f"# {line}" for words in told for line in _folded(words, hang="  ")]
        return "\n".join([*head, "", *writer.lines(), ""])


class _Writer:
    """Writes YAML line by line, each line with the place of what it says."""

    def __init__(self, merged: Merged) -> None:
        self.merged = merged

    def lines(self) -> Iterator[str]:
        """Yield the lines, comments aligned within each section."""
        data, known = self.merged.data, list(ScenarioSpec.model_fields)
        order = sorted(data, key=lambda key: known.index(key) if key in known else len(known))
        nested = {key: isinstance(data[key], (dict, list)) for key in order}
        for _, keys in groupby(order, key=lambda key: key if nested[key] else ""):
            yield from _aligned(list(self._mapping((), {key: data[key] for key in keys}, "")))

    def _origin(self, path: Path) -> str:
        mark = place_of(path, self.merged.marks)
        return f"{mark.file}:{mark.line}" if mark.line else DEFAULT

    def _mapping(
        self, path: Path, data: Mapping[str, Any], indent: str
    ) -> Iterator[tuple[str, str]]:
        """Yield the lines of a mapping."""
        for key, value in data.items():
            yield from self._entry((*path, key), f"{indent}{_scalar(key)}:", value, indent)

    def _entry(
        self, path: Path, head: str, value: Any, indent: str,  # noqa: ANN401 - YAML is untyped
    ) -> Iterator[tuple[str, str]]:  # fmt: skip
        """Yield the lines of a value behind its key or dash."""
        if self._in_one(path, value):
            yield f"{head} {_scalar(value)}", self._origin(path)
        elif isinstance(value, dict):
            yield head, ""
            yield from self._mapping(path, value, f"{indent}  ")
        elif isinstance(value, list):
            yield head, ""
            for at, part in enumerate(value):
                yield from self._item((*path, at), part, f"{indent}  ")
        else:
            yield f"{head} >-", self._origin(path)
            yield from ((f"{indent}  {line}", "") for line in _folded(value))

    def _item(
        self, path: Path, value: Any, indent: str  # noqa: ANN401 - YAML is untyped
    ) -> Iterator[tuple[str, str]]:  # fmt: skip
        """Yield the lines of an entry of a list."""
        if isinstance(value, dict) and not self._in_one(path, value):
            rows = list(self._mapping(path, value, f"{indent}  "))
            text, origin = rows[0]
            yield f"{indent}- {text.lstrip()}", origin
            yield from rows[1:]
        else:
            yield from self._entry(path, f"{indent}-", value, indent)

    def _in_one(self, path: Path, value: Any) -> bool:  # noqa: ANN401 - YAML is untyped
        """Whether a value is written on one line: it is short, or whole from one place."""
        if isinstance(value, str):
            return len(value) <= TEXT_WIDTH or not _folds(value)
        if isinstance(value, (dict, list)) and value:
            depth = len(path)
            lines = {mark[:2] for known, mark in self.merged.marks.items() if known[:depth] == path}
            flat = not any(isinstance(part, (dict, list)) and part for part in _parts(value))
            return (len(path) > 1 or isinstance(value, list)) and flat and len(lines) == 1
        return True


def _aligned(rows: list[tuple[str, str]]) -> Iterator[str]:
    """Yield lines with their origins below each other."""
    widths = [len(text) for text, origin in rows if origin and len(text) <= COLUMN]
    column = max(widths, default=0)
    for text, origin in rows:
        yield f"{text:{column}}  # {origin}" if origin else text


def _parts(value: dict[str, Any] | list[Any]) -> list[Any]:
    return list(value.values()) if isinstance(value, dict) else value


def _scalar(value: Any) -> str:  # noqa: ANN401 - YAML is untyped
    """Return a value as one line of YAML."""
    text = yaml.safe_dump(
        value, default_flow_style=True, allow_unicode=True, width=10**6, sort_keys=False
    )
    return str(text).removesuffix("\n").removesuffix("\n...")


def _folds(text: str) -> bool:
    """Whether a text can be folded and reads back equal."""
    return text == " ".join(text.split()) and not text.startswith((" ", "#"))


def _folded(text: str, *, hang: str = "") -> list[str]:
    """Return a text as lines that a folded YAML block joins again."""
    return textwrap.wrap(
        text, TEXT_WIDTH, subsequent_indent=hang, break_long_words=False, break_on_hyphens=False
    )


def _plain(value: Any) -> Any:  # noqa: ANN401 - YAML is untyped
    """Return a value as JSON knows it: a date as text."""
    return value.isoformat() if hasattr(value, "isoformat") else value
