"""Load a scenario: `extends` chain, `--set` values, checks; all findings at once."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from corridors.errors import Finding, InputMissingError, ScenarioError
from corridors.scenario.compose import Document, Mark, compose, dotted, scalar
from corridors.scenario.demands import demands_file, read_demands
from corridors.scenario.findings import findings_of
from corridors.scenario.places import find_scenario, shown
from corridors.scenario.prune import as_written, readable
from corridors.scenario.references import reference_findings
from corridors.scenario.schema import SCHEMA_VERSION, ScenarioSpec, to_model

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from corridors.model.scenario import Scenario
    from corridors.scenario.compose import Path as Keys
    from corridors.scenario.references import Names

#: What stands for the file of a scenario that came by standard input.
STDIN = "<stdin>"
#: What a scenario says about itself, and so does not inherit.
IDENTITY = ("id", "title", "why", "uncertain", "claims", "extends")


@dataclass(frozen=True)
class Loaded:
    """A scenario with the origin of each of its values.

    `marks` maps the path of a value to its place; `files` are the files read, the
    scenario's own first (none if it came as text); `tables` those of demands.
    """

    scenario: Scenario
    marks: Mapping[Keys, Mark]
    files: tuple[Path, ...]
    data: Mapping[str, Any]
    tables: tuple[Path, ...] = ()

    @property
    def sources(self) -> tuple[Path, ...]:
        """Every file that it was read from; `-` for standard input."""
        text = any(mark.file == STDIN for mark in self.marks.values())
        return (*((Path("-"),) if text else ()), *self.files, *self.tables)

    def find(self, path: Keys, message: str, mend: str = "") -> Finding:
        """Return a finding at the place of a value, or of what encloses it."""
        return Finding(*place_of(path, self.marks), dotted(path), message, mend)


def load_scenario(
    name: str, *, sets: Sequence[str] = (), stdin: str | None = None, names: Names | None = None
) -> Loaded:
    """Load, merge and check a scenario.

    Parameters
    ----------
    name
        A path, the id of a shipped scenario, or `-` for standard input.
    sets
        Values to set on top, each `dotted.key=value`; the value is read as YAML.
    stdin
        The text that `-` stands for; standard input is read if not given.
    names
        The names that exist; the scenario's are not checked if not given.

    Returns
    -------
    Loaded
        The checked scenario and where each value came from.

    Raises
    ------
    ScenarioError
        If anything is wrong; carries all findings.
    InputMissingError
        If there is no such scenario.
    """
    merged, files = _read(name, stdin)
    merged = _with_defaults(_with_sets(merged, sets), files)
    beside = files[0].parent if files else None
    table = demands_file(merged, beside)
    loaded = _checked(read_demands(merged, beside), files, names)
    return replace(loaded, tables=(table,) if table else ())


def _checked(document: Document, files: tuple[Path, ...], names: Names | None) -> Loaded:
    """Return the values as a checked form; a text that is not YAML is not judged further."""
    findings = list(document.findings)
    try:
        spec = ScenarioSpec.model_validate(document.data)
        left: tuple[ScenarioSpec, Document] | None = (spec, document)
        findings += _twice(spec, document)
    except ValidationError as error:
        if all(finding.path for finding in findings):
            findings += findings_of(error, document)
        left = readable(document, error)
    if left and names:
        loaded = Loaded(to_model(left[0]), left[1].marks, files, left[1].data)
        findings += as_written(reference_findings(loaded, names), document)
    if findings or left is None:
        raise ScenarioError(_count(findings), findings=findings)
    return Loaded(to_model(left[0]), document.marks, files, document.data)


def place_of(path: Keys, marks: Mapping[Keys, Mark]) -> Mark:
    """Return the place of the value at a path, or of the nearest one around it."""
    while path and path not in marks:
        path = path[:-1]
    return marks.get(path, Mark("scenario", 0, 0))


def _count(findings: Sequence[Finding]) -> str:
    number = len(set(findings))
    return f"the scenario has {number} mistake{'s' if number > 1 else ''}:"


def _read(name: str, stdin: str | None) -> tuple[Document, tuple[Path, ...]]:
    """Return the scenario merged with all it extends, and the files read."""
    if name == "-":
        text = sys.stdin.read() if stdin is None else stdin
        return _merge_chain(compose(text, STDIN), ())
    path = find_scenario(name)
    return _merge_chain(_compose_file(path), (path,))


def _compose_file(path: Path) -> Document:
    """Return the file's values; bytes that are not UTF-8 are a finding."""
    file = shown(path)
    try:
        return compose(path.read_bytes().decode("utf-8"), file)
    except UnicodeDecodeError as error:
        return Document({}, {}, (Finding(file, 1, 1, "", f"not UTF-8: {error.reason}"),))
    except OSError as error:
        msg = f"cannot read {file}: {error.strerror}"
        raise InputMissingError(msg) from error


def _merge_chain(document: Document, files: tuple[Path, ...]) -> tuple[Document, tuple[Path, ...]]:
    """Merge a document over the chain of scenarios it extends."""
    target = document.data.get("extends")
    if not isinstance(target, str):
        return document, files
    beside = files[-1].parent if files else None
    place = document.marks["extends",]
    try:
        path = find_scenario(target, beside=beside)
    except InputMissingError as error:
        return _with_finding(document, Finding(*place, "extends", error.message)), files
    if path.resolve() in {file.resolve() for file in files}:
        chain = " -> ".join(file.name for file in (*files, path))
        found = Finding(*place, "extends", f"goes round in a circle: {chain}", "break it")
        return _with_finding(document, found), files
    base, files = _merge_chain(_compose_file(path), (*files, path))
    return _merge(base, document), files


def _with_finding(document: Document, finding: Finding) -> Document:
    return Document(document.data, document.marks, (*document.findings, finding))


def _merge(base: Document, over: Document) -> Document:
    """Return `over` on top of `base`, which loses what it says about itself."""
    data = {key: value for key, value in base.data.items() if key not in IDENTITY}
    marks = {path: mark for path, mark in base.marks.items() if path[:1] not in
             {(key,) for key in IDENTITY}}  # fmt: skip
    _merge_into(data, marks, over, ())
    marks[()] = over.marks.get((), marks.get((), Mark("scenario", 0, 0)))
    return Document(data, marks, (*base.findings, *over.findings))


def _merge_into(data: dict[str, Any], marks: dict[Keys, Mark], over: Document, path: Keys) -> None:
    """Merge the mapping of `over` at `path` into `data`, marks alike."""
    for key, value in _at(over.data, path).items():
        below: Keys = (*path, key)
        old = data.get(key)
        if isinstance(value, dict) and isinstance(old, dict):
            data[key] = dict(old)
            marks[below] = over.marks[below]
            _merge_into(data[key], marks, over, below)
            continue
        data[key] = value
        depth = len(below)
        for known in [known for known in marks if known[:depth] == below]:
            del marks[known]
        marks |= {known: at for known, at in over.marks.items() if known[:depth] == below}


def _at(data: Any, path: Keys) -> Any:  # noqa: ANN401 - YAML is untyped
    """Return the value at a path."""
    for key in path:
        data = data[key]
    return data


def _with_sets(document: Document, sets: Sequence[str]) -> Document:
    """Return the document with each `dotted.key=value` put in."""
    for number, text in enumerate(sets, start=1):
        document = _with_set(document, text, Mark("--set", number, 1))
    return document


def _with_set(document: Document, text: str, place: Mark) -> Document:
    """Return the document with one value replaced or added."""
    name, equals, value = text.partition("=")
    if not equals or not all(name.split(".")):
        found = Finding(*place, text, "not of the form key=value", "e.g. seed=1")
        return _with_finding(document, found)
    try:
        path = _keys(document.data, name)
    except KeyError:
        found = Finding(*place, name, "no such entry in the list", "give its id or position")
        return _with_finding(document, found)
    read = scalar(value, place, path)
    if read.findings:
        return Document(document.data, document.marks, document.findings + read.findings)
    data = _replaced(document.data, path, read.data["value"])
    depth = len(path)
    marks = {known: at for known, at in document.marks.items() if known[:depth] != path}
    return Document(data, marks | read.marks, document.findings)


def _keys(data: Any, name: str) -> Keys:  # noqa: ANN401 - YAML is untyped
    """Return the path of a dotted name; list entries go by position or id.

    Raises
    ------
    KeyError
        If a list has no such entry.
    """
    path: list[str | int] = []
    for word in name.split("."):
        key: str | int = word
        if isinstance(data, list):
            ids = [entry.get("id") if isinstance(entry, dict) else None for entry in data]
            key = ids.index(word) if word in ids else int(word) if word.isdecimal() else -1
            if not 0 <= key < len(data):
                raise KeyError(word)
            data = data[key]
        else:
            data = data.get(word) if isinstance(data, dict) else None
        path.append(key)
    return tuple(path)


def _replaced(data: Any, path: Keys, value: Any) -> Any:  # noqa: ANN401 - YAML is untyped
    """Return a copy of `data` with the value at `path` put in."""
    if not path:
        return value
    key, rest = path[0], path[1:]
    if isinstance(data, list):
        return [_replaced(item, rest, value) if at == key else item
                for at, item in enumerate(data)]  # fmt: skip
    old = data if isinstance(data, dict) else {}
    return {**old, key: _replaced(old.get(key), rest, value)}


def _with_defaults(document: Document, files: tuple[Path, ...]) -> Document:
    """Return the document with what may be left out: the version and a file's id."""
    data = {"schema_version": SCHEMA_VERSION, **document.data}
    if files:
        data.setdefault("id", files[0].stem)
    return Document(data, document.marks, document.findings)


def _twice(spec: ScenarioSpec, document: Document) -> list[Finding]:
    """Find demands whose id is taken."""
    first: dict[str, int] = {}
    found = []
    for at, demand in enumerate(spec.demands):
        if first.setdefault(demand.id, at) != at:
            path: Keys = ("demands", at, "id")
            place = place_of(path, document.marks)
            found.append(Finding(*place, dotted(path), f"{demand.id} is taken", "rename it"))
    return found
