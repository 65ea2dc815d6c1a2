"""What is left of a scenario whose form is faulty, so that its names can be judged too."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from corridors.scenario.compose import Document, dotted
from corridors.scenario.findings import path_of
from corridors.scenario.schema import ScenarioSpec

if TYPE_CHECKING:
    from collections.abc import Iterable

    from corridors.errors import Finding
    from corridors.scenario.compose import Path


#: Scenarios nest less deep than this.
ROUNDS = 6


def readable(document: Document, error: ValidationError) -> tuple[ScenarioSpec, Document] | None:
    """Return the form of a document without its faulty values; None if too little is left.

    Parameters
    ----------
    document
        The merged scenario.
    error
        What is wrong with its form.

    Returns
    -------
    tuple or None
        The form, and the document whose places belong to it.
    """
    left = document
    # What lacks a part goes with it, so that several rounds may be needed.
    for _ in range(ROUNDS):
        left = without(left, [_faulty(path_of(one), one["type"]) for one in error.errors()])
        try:
            return ScenarioSpec.model_validate(left.data), left
        except ValidationError as again:
            error = again
    return None


def without(document: Document, paths: Iterable[Path]) -> Document:
    """Return a document without the values at some paths; later list entries move up."""
    stand = {_standing(path, document) for path in paths} - {()}
    for path in sorted(stand, key=_backwards, reverse=True):
        if path in document.marks:
            document = _less(document, path)
    return document


def _standing(path: Path, document: Document) -> Path:
    """Return the path of the nearest value that stands around a path."""
    while path and path not in document.marks:
        path = path[:-1]
    return path


def as_written(findings: Iterable[Finding], document: Document) -> list[Finding]:
    """Return findings about a pruned document with the paths of the whole one."""
    paths = {mark: path for path, mark in reversed(document.marks.items())}
    found = []
    for one in findings:
        path = paths.get((one.file, one.line, one.column))  # type: ignore[call-overload]
        found.append(replace(one, path=dotted(path)) if path else one)
    return found


def _faulty(path: Path, kind: str) -> Path:
    """Return what must go: the value, or the section that lacks one."""
    return path[:-1] if kind == "missing" else path


def _backwards(path: Path) -> tuple[tuple[int, str], ...]:
    """Return a sort key by which entries of a list go from the last to the first."""
    return tuple((key, "") if isinstance(key, int) else (-1, key) for key in path)


def _less(document: Document, path: Path) -> Document:
    parent, key = path[:-1], path[-1]
    depth = len(parent)

    def moved(known: Path) -> Path | None:
        if known[: depth + 1] == path:
            return None
        if known[:depth] == parent and len(known) > depth and isinstance(key, int):
            at = known[depth]
            if isinstance(at, int) and at > key:
                return (*parent, at - 1, *known[depth + 1 :])
        return known

    marks = {new: mark for known, mark in document.marks.items() if (new := moved(known))
             is not None}  # fmt: skip
    return Document(_removed(document.data, path), marks, document.findings)


def _removed(data: Any, path: Path) -> Any:  # noqa: ANN401 - YAML is untyped
    """Return a copy of the values without the one at a path."""
    key, rest = path[0], path[1:]
    if isinstance(data, list):
        kept = [(at, one) for at, one in enumerate(data) if rest or at != key]
        return [_removed(one, rest) if at == key else one for at, one in kept]
    return {
        name: _removed(one, rest) if name == key else one
        for name, one in data.items()
        if rest or name != key
    }
