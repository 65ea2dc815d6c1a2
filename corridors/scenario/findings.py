"""pydantic's errors as findings with file, line, column and the nearest key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args, get_origin

from pydantic import BaseModel

from corridors.errors import Finding, nearest
from corridors.scenario.compose import Document, Mark, dotted
from corridors.scenario.schema import ScenarioSpec

if TYPE_CHECKING:
    from pydantic import ValidationError
    from pydantic.fields import FieldInfo
    from pydantic_core import ErrorDetails

    from corridors.scenario.compose import Path

#: What was wanted, for pydantic's errors of type.
EXPECTED = {
    "string_type": "text", "model_type": "keys with values", "dict_type": "keys with values",
    "list_type": "a list", "bool_type": "true or false",
}  # fmt: skip


def findings_of(error: ValidationError, document: Document) -> list[Finding]:
    """Return a finding per error, those the text's own findings explain left out.

    Parameters
    ----------
    error
        What pydantic found, its locations being paths of `document`.
    document
        The values that were validated, with their places.
    """
    explained = {finding.path for finding in document.findings}
    details = [
        one for one in error.errors(include_url=False)
        if not _is_explained(path_of(one), explained)
        # What is missing may stand in the base that was not found.
        and not (one["type"] == "missing" and "extends" in explained)
    ]  # fmt: skip
    return [_finding(one, document) for one in details]


def path_of(detail: ErrorDetails) -> Path:
    """Return the path of an error; one about a key of a mapping is at its value."""
    return tuple(key for key in detail["loc"] if key != "[key]")


def _is_explained(path: Path, explained: set[str]) -> bool:
    """Whether a finding of the text stands at the path, above or below it."""
    name = dotted(path)
    return any(
        known == name
        or (known and name.startswith((f"{known}.", f"{known}[")))
        or (name and known.startswith((f"{name}.", f"{name}[")))
        for known in explained
    )


def _finding(detail: ErrorDetails, document: Document) -> Finding:
    """Return one error as a finding."""
    path = path_of(detail)
    around = path
    while around and around not in document.marks:
        around = around[:-1]
    mark = document.marks.get(around, Mark("scenario", 0, 0))
    message, mend = _words(detail, path)
    return Finding(*mark, dotted(path), message, mend)


def _words(detail: ErrorDetails, path: Path) -> tuple[str, str]:
    """Return what is wrong and how to mend it."""
    kind, value = detail["type"], detail["input"]
    context: dict[str, Any] = detail.get("ctx", {})
    if kind == "extra_forbidden":
        return "unknown key", nearest(str(path[-1]), _keys_at(path[:-1]))
    if kind == "missing":
        return "is missing", "add it"
    if kind in EXPECTED:
        mend = f'write it in quotes: "{_said(value)}"' if kind == "string_type" else ""
        return f"expected {EXPECTED[kind]}, found {_said(value)}", mend
    if kind == "literal_error":
        choices = _choices(path)
        near = nearest(str(value), choices)
        return f"{_said(value)} is not one of {context['expected']}", near
    if kind == "value_error":
        return str(context["error"]), ""
    message = detail["msg"].replace("Input should", "should")
    return f"{message}, found {_said(value)}", ""


def _said(value: object) -> str:
    """Return a value as YAML would show it, cut if long."""
    text = "nothing" if value is None else str(value).lower() if value in (True, False) else (
        repr(value) if isinstance(value, str) else str(value)
    )  # fmt: skip
    return text if len(text) <= 60 else f"{text[:57]}..."  # noqa: PLR2004 - one line's worth


def _model_at(path: Path) -> type[BaseModel] | None:
    """Return the section that stands at a path, None if no section does."""
    section: type[BaseModel] | None = ScenarioSpec
    named = False
    for key in path:
        if isinstance(key, int) or section is None:
            continue
        if named:
            # The key of an entry, not of the section that each entry is.
            named = False
            continue
        field = _fields(section).get(key)
        section = _section_in(field.annotation) if field else None
        named = field is not None and get_origin(field.annotation) is dict
    return section


def _fields(section: type[BaseModel]) -> dict[str, FieldInfo]:
    """Return the fields of a section by the names they have in a file."""
    return {field.alias or name: field for name, field in section.model_fields.items()}


def _section_in(annotation: Any) -> type[BaseModel] | None:  # noqa: ANN401 - any type form
    """Return the section inside a type such as `list[Section]`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    inner = (_section_in(part) for part in get_args(annotation))
    return next((section for section in inner if section), None)


def _keys_at(path: Path) -> list[str]:
    """Return the keys allowed in the section at a path."""
    section = _model_at(path)
    return list(_fields(section)) if section else []


def _choices(path: Path) -> list[str]:
    """Return the words allowed for the value at a path."""
    section = _model_at(path[:-1])
    field = _fields(section).get(str(path[-1])) if section else None
    return [word for word in _words_in(field.annotation if field else None) if word]


def _words_in(annotation: Any) -> list[str]:  # noqa: ANN401 - any type form
    """Return the text choices inside a type such as `Literal["a"] | None`."""
    found: list[str] = []
    for part in get_args(annotation):
        found += [part] if isinstance(part, str) else _words_in(part)
    return found
