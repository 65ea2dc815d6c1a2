"""The cells of the fact tables: text to a value, checked against its column."""

from __future__ import annotations

import difflib
import math
from typing import TYPE_CHECKING, Any

from geodata import schema

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["CellError", "nearest", "read_cell"]


class CellError(Exception):
    """A cell that cannot be read; carries message and mend."""

    def __init__(self, message: str, mend: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.mend = mend


def nearest(word: str, words: Iterable[str]) -> str:
    """Return a mend that offers the nearest valid word, or nothing."""
    near = difflib.get_close_matches(word, sorted(words), n=1, cutoff=0.5)
    return f'did you mean "{near[0]}"?' if near else ""


def read_cell(column: schema.Column, text: str) -> Any:  # noqa: ANN401
    """Return the value of a cell."""
    many = column.dtype in {"texts", "ints", "choices", "refs", "points", "edges"}
    if not text:
        if column.required:
            message = "must not be empty"
            raise CellError(message, column.meaning)
        if many:
            return ()
        return None if column.dtype in {"int", "float"} else ""
    if not many:
        return _value(column, text)
    parts = [part.strip() for part in text.split(";")]
    if column.dtype in {"points", "edges"}:
        return tuple(_points(column, part) for part in parts)
    return tuple(_value(column, part) for part in parts)


def _value(column: schema.Column, text: str) -> str | float:
    """Return one word or number, checked against choices and unit."""
    if column.dtype in {"int", "ints"}:
        return _ranged(column, _number(text, int))
    if column.dtype == "float":
        return _ranged(column, _number(text, float))
    if column.dtype in {"choice", "choices"} and text not in column.choices:
        message = f'"{text}" is not one of {", ".join(column.choices)}'
        raise CellError(message, nearest(text, column.choices))
    if not text:
        message = "empty entry in a list"
        raise CellError(message, "remove the extra ;")
    return text


def _number(text: str, kind: Callable[[str], float]) -> float:
    """Read a finite number."""
    try:
        value = kind(text)
    except ValueError:
        message = f'"{text}" is not a number'
        raise CellError(message) from None
    if not math.isfinite(value):
        message = f'"{text}" is not finite'
        raise CellError(message)
    return value


def _ranged(column: schema.Column, value: float) -> float:
    """Return the value when its unit allows it."""
    if column.unit == "mm":
        if value not in schema.GAUGES_MM:
            near = min(schema.GAUGES_MM, key=lambda gauge: abs(gauge - value))
            message = f"{value} is not a known gauge"
            raise CellError(message, f"nearest is {near}")
        return value
    low, high = _RANGES.get(column.unit, (0.0, math.inf))
    if not low <= value <= high or (column.name in _POSITIVE and value == 0):
        message = f"{value} is outside {low:g}..{high:g} {column.unit}"
        raise CellError(message)
    return value


_RANGES = {
    "degE": (-180.0, 180.0),
    "degN": (-90.0, 90.0),
    "edges": (-180.0, 200.0),
    "km": (0.0, 45_000.0),
    "year": (1800, 2100),
}
_POSITIVE = frozenset({"km", "published_km", "speed_kn"})


def _points(column: schema.Column, text: str) -> Any:  # noqa: ANN401
    """Return one (lon, lat), or a pair of them for an edge."""
    wanted = 4 if column.dtype == "edges" else 2
    parts = text.split()
    if len(parts) != wanted:
        message = f'"{text}" has {len(parts)} numbers, not {wanted}'
        raise CellError(message, "write lon lat, joined by ;")
    numbers = [_number(part, float) for part in parts]
    pairs = tuple(zip(numbers[::2], numbers[1::2], strict=True))
    # the sea network draws the Bering Strait past 180 degrees, and gates name its nodes
    west, east = _RANGES["edges" if column.dtype == "edges" else "degE"]
    for lon, lat in pairs:
        if not (west <= lon <= east and abs(lat) <= _RANGES["degN"][1]):
            message = f'"{text}" is not lon lat in degrees'
            raise CellError(message, "longitude comes first")
    return pairs if column.dtype == "edges" else pairs[0]
