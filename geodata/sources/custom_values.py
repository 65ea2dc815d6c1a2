"""Columns of a planner's file to our fields: named by a mapping, checked value by value."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING, TypeVar

from geodata.errors import Finding
from geodata.facts_cells import nearest
from geodata.schema import GAUGES_MM
from geodata.tracks import UNKNOWN
from geodata.types import Mode, Status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from geodata.sources.custom import Layer

T = TypeVar("T")

__all__ = ["LINE_FIELDS", "Columns", "LineValues", "line_values", "mapped", "row_words"]

#: Fields of lines and what each holds.
LINE_FIELDS = {
    "mode": "rail, road, sea or ferry",
    "status": "built, under_construction, planned, dismantled or out_of_use; built if left out",
    "gauge_mm": "track gauge in mm, several joined by ;; the country's if left out",
    "length_km": "length of the feature in km; measured if left out",
    "oneway": "yes or no; no if left out",
    "electrified": "yes, no or unknown; unknown if left out",
    "speed_kmh": "greatest speed in km/h",
    "name": "name for people",
    "ref": "the planner's own number of the line",
}
_MODES = {mode.name.lower(): mode for mode in (Mode.RAIL, Mode.ROAD, Mode.SEA, Mode.FERRY)}
_STATUS = {status.name.lower(): status for status in Status}
_YES = {"yes": True, "no": False, "true": True, "false": False, "1": True, "0": False}
_WIRE = {"yes": 1, "no": 0, "1": 1, "0": 0, "true": 1, "false": 0, "unknown": UNKNOWN}


@dataclass(frozen=True)
class Columns:
    """What a mapping says of a file: columns by our field, our values by theirs, defaults.

    `place` is the file, line and column of the mapping for findings about it.
    """

    fields: dict[str, str] = field(default_factory=dict)
    values: dict[str, dict[str, str]] = field(default_factory=dict)
    defaults: dict[str, str] = field(default_factory=dict)
    place: tuple[str, int, int] = ("", 0, 0)


@dataclass(frozen=True)
class LineValues:
    """Our fields of each line of a layer, all of the layer's length.

    `gauges_mm` are the gauges of each line, none where not said; `length_km` and
    `speed_kmh` are not numbers where not said.
    """

    mode: list[Mode]
    status: list[Status]
    gauges_mm: list[tuple[int, ...]]
    length_km: list[float]
    oneway: list[bool]
    electrified: list[int]
    speed_kmh: list[float]
    name: list[str]
    ref: list[str]


def mapped(layer: Layer, columns: Columns, name: str, findings: list[Finding]) -> list[str]:
    """Return the texts of one of our fields, theirs turned into ours, defaults put in.

    A field that the mapping does not name is read from a column of its own name. A column
    that the layer lacks is a finding.
    """
    named = columns.fields.get(name)
    if named is not None and named not in layer.columns:
        mend = nearest(named, layer.columns) or f"its columns are {', '.join(layer.columns)}"
        message = f'{layer.file} has no column "{named}"'
        findings.append(Finding(*columns.place, f"fields.{name}", message, mend))
        return [""] * len(layer.rows)
    texts = layer.columns.get(named or name, [""] * len(layer.rows))
    known, default = columns.values.get(name, {}), columns.defaults.get(name, "")
    return [known.get(text, text) or default for text in texts]


def line_values(layer: Layer, columns: Columns, findings: list[Finding]) -> LineValues:
    """Return our fields of the lines of a layer; what cannot be read is a finding.

    A finding names the value and every row that holds it.
    """

    def read(name: str, parse: Callable[[str], T], empty: T | None, fill: T) -> list[T]:
        texts = mapped(layer, columns, name, findings)
        return _parsed(layer, name, texts, (parse, empty, fill), findings)

    nan = math.nan
    return LineValues(
        mode=read("mode", _choice(_MODES), None, Mode.RAIL),
        status=read("status", _choice(_STATUS), Status.BUILT, Status.BUILT),
        gauges_mm=read("gauge_mm", _gauges, (), ()),
        length_km=read("length_km", _positive, nan, nan),
        oneway=read("oneway", _choice(_YES), False, False),  # noqa: FBT003 - values, not flags
        electrified=read("electrified", _choice(_WIRE), UNKNOWN, UNKNOWN),
        speed_kmh=read("speed_kmh", _positive, nan, nan),
        name=mapped(layer, columns, "name", findings),
        ref=mapped(layer, columns, "ref", findings),
    )


def _parsed(
    layer: Layer,
    name: str,
    texts: Sequence[str],
    how: tuple[Callable[[str], T], T | None, T],
    findings: list[Finding],
) -> list[T]:
    """Parse texts; an empty one is `empty`, or a finding where that is None."""
    parse, empty, fill = how
    known: dict[str, T] = {} if empty is None else {"": empty}
    wrong: dict[str, tuple[str, list[int]]] = {}
    for row, text in zip(layer.rows, texts, strict=True):
        if text in known:
            continue
        if text in wrong:
            wrong[text][1].append(row)
            continue
        try:
            if not text:
                msg = f"is not said; map a column or give a default: {LINE_FIELDS[name]}"
                raise ValueError(msg)  # noqa: TRY301 - told as all other values that do not do
            known[text] = parse(text)
        except ValueError as error:
            wrong[text] = (str(error), [row])
    for text, (why, rows) in wrong.items():
        message = f'"{text}" {why}' if text else why
        findings.append(Finding(layer.file, rows[0], 0, name, f"{message} ({row_words(rows)})"))
    return [known.get(text, fill) for text in texts]


def row_words(rows: Iterable[int]) -> str:
    """Return row numbers as people write them, runs drawn together.

    Examples
    --------
    >>> row_words([3, 4, 5, 9])
    'rows 3-5, 9'
    >>> row_words([7])
    'row 7'
    """
    once = sorted(set(rows))
    runs = []
    for _, group in groupby(enumerate(once), lambda pair: pair[1] - pair[0]):
        run = [row for _, row in group]
        runs.append(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}")
    return f"row{'s' if len(once) > 1 else ''} {', '.join(runs)}"


def _choice(words: dict[str, T]) -> Callable[[str], T]:
    def parse(text: str) -> T:
        found = words.get(text.lower())
        if found is None:
            mend = nearest(text.lower(), words)
            msg = f"is not one of {', '.join(words)}" + (f"; {mend}" if mend else "")
            raise ValueError(msg)
        return found

    return parse


def _gauges(text: str) -> tuple[int, ...]:
    """Return the gauges of a text; 0 and nothing say none."""
    found = set()
    for part in text.split(";"):
        if not part.strip().isdecimal():
            msg = "is no gauge in mm"
            raise ValueError(msg)
        found.add(int(part))
    found.discard(0)
    if not found <= set(GAUGES_MM):
        msg = f"is no gauge known; they are {', '.join(map(str, GAUGES_MM))} mm"
        raise ValueError(msg)
    return tuple(sorted(found))


def _positive(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not (math.isfinite(value) and value > 0):
        msg = "is not a number above 0"
        raise ValueError(msg)
    return value
