"""YAML text to plain values that remember where they stood in the file.

Stricter than YAML 1.1 where it would guess behind the writer's back: duplicate keys,
`NO` and `on` as booleans, anchors and merge keys are findings, not values.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import yaml

from corridors.errors import Finding

Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

#: Where a value stands: keys and list positions from the top.
Path = tuple[str | int, ...]

#: No scenario nests deeper; a deeper text would overrun the composer's stack.
DEEPEST = 20

_BOOL = "tag:yaml.org,2002:bool"
_MERGE = "tag:yaml.org,2002:merge"


class Mark(NamedTuple):
    """A place in a file; line and column count from 1."""

    file: str
    line: int
    column: int


@dataclass(frozen=True)
class Document:
    """The values of a file, the place of each and what is wrong with the text."""

    data: dict[str, Any]
    marks: dict[Path, Mark]
    findings: tuple[Finding, ...] = ()


def dotted(path: Path) -> str:
    """Return a path as people write it.

    Examples
    --------
    >>> dotted(("rules", 1, "mode"))
    'rules[1].mode'
    """
    text = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in path)
    return text.removeprefix(".")


def compose(text: str, file: str) -> Document:
    """Read YAML text whose top level is a mapping.

    Parameters
    ----------
    text
        The YAML text.
    file
        The name to show in findings.

    Returns
    -------
    Document
        Values with their places; on findings the values may be incomplete.
    """
    builder = _Builder(file)
    try:
        node = _compose(text)
    except yaml.MarkedYAMLError as error:
        return Document({}, {}, (_syntax(error, file),))
    except yaml.YAMLError as error:
        first = str(error).partition("\n")[0]
        return Document({}, {}, (Finding(file, 1, 1, "", f"not YAML: {first}"),))
    if node is None:
        return Document({}, {(): Mark(file, 1, 1)})
    value = builder.value(node, ())
    if not isinstance(value, dict):
        builder.find(node, (), "a scenario is a mapping of keys to values", "")
        value = {}
    return Document(value, builder.marks, tuple(builder.findings))


def scalar(text: str, place: Mark, path: Path) -> Document:
    """Read the value of a `--set` option; the document's data is `{"value": ...}`."""
    builder = _Builder(place.file)
    try:
        node = _compose(text)
    except yaml.YAMLError:
        return Document({}, {}, (Finding(*place, dotted(path), f"not a YAML value: {text[:40]}"),))
    value = None if node is None else builder.value(node, path)
    found = tuple(Finding(*place, f.path, f.message, f.mend) for f in builder.findings)
    return Document({"value": value}, dict.fromkeys([path, *builder.marks], place), found)


def _compose(text: str) -> yaml.Node | None:
    """Return the text's node tree.

    Raises
    ------
    yaml.YAMLError
        If the text is not YAML, or nested too deeply.
    """
    depth = 0
    for event in yaml.parse(text, Loader=Loader):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            place: Any = event.start_mark
            raise yaml.MarkedYAMLError(None, None, "nested too deeply", place)
    node: yaml.Node | None = yaml.compose(text, Loader=Loader)
    return node


def _syntax(error: yaml.MarkedYAMLError, file: str) -> Finding:
    """Return a syntax error as a finding."""
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    return Finding(file, line, column, "", f"not YAML: {error.problem or error.context}")


@dataclass
class _Builder:
    """Turns composed nodes into values; gathers marks and findings on the way."""

    file: str
    marks: dict[Path, Mark] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    seen: set[int] = field(default_factory=set)

    def find(self, node: yaml.Node, path: Path, message: str, mend: str) -> None:
        """Note a finding at the node's place."""
        self.findings.append(Finding(*self.mark(node), dotted(path), message, mend))

    def mark(self, node: yaml.Node) -> Mark:
        """Return where the node starts."""
        return Mark(self.file, node.start_mark.line + 1, node.start_mark.column + 1)

    def value(self, node: yaml.Node, path: Path) -> Any:  # noqa: ANN401 - YAML is untyped
        """Return the node's value and note the marks below it."""
        self.marks.setdefault(path, self.mark(node))
        if id(node) in self.seen:
            self.find(node, path, "anchors and aliases are not supported", "write it out")
            return None
        self.seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*path, at)) for at, item in enumerate(node.value)]
        return self._scalar(node, path)

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        """Return the mapping; keys are names and stand once."""
        values: dict[str, Any] = {}
        for key, item in node.value:
            if not isinstance(key, yaml.ScalarNode) or key.tag == _MERGE:
                self.find(key, path, "keys are plain names", 'use "extends" to start from a file')
                continue
            name = str(key.value)
            if name in values:
                first = self.marks[(*path, name)].line
                self.find(key, (*path, name), f"duplicate key, first on line {first}", "keep one")
                continue
            self.marks[(*path, name)] = self.mark(key)
            values[name] = self.value(item, (*path, name))
        return values

    def _scalar(self, node: yaml.Node, path: Path) -> Any:  # noqa: ANN401 - YAML is untyped
        """Return the scalar; words YAML reads as booleans are findings."""
        if node.tag == _BOOL and node.value.lower() not in ("true", "false"):
            read = yaml.SafeLoader.bool_values[node.value.lower()]
            self.find(
                node, path, f"{node.value} is read as {str(read).lower()}",
                f'write "{node.value}" in quotes, or true or false',
            )  # fmt: skip
            return None
        try:
            return _constructor().construct_object(node)
        except (yaml.YAMLError, ValueError) as error:
            self.find(node, path, f"not a value: {error}", "quote it")
            return None


def _constructor() -> yaml.constructor.SafeConstructor:
    """Return a fresh constructor of YAML's plain scalars."""
    return yaml.constructor.SafeConstructor()
