"""Demands from a CSV file beside the scenario, added to those of the scenario."""

from __future__ import annotations

import csv
import io
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corridors.errors import Finding, nearest
from corridors.scenario.compose import Document, Mark
from corridors.scenario.places import shown
from corridors.scenario.schema import DemandSpec

if TYPE_CHECKING:
    from corridors.scenario.compose import Path as Keys

#: Columns that hold numbers.
NUMBERS = ("teu_per_year", "within_h", "within_days")


def read_demands(document: Document, beside: Path | None) -> Document:
    """Return the document with the rows of its `demands_file` added to its demands.

    Parameters
    ----------
    document
        The merged scenario.
    beside
        The folder a relative file name starts from; the working folder if None.

    Returns
    -------
    Document
        The rows' places are those in the CSV file, so findings point there.
    """
    name = document.data.get("demands_file")
    if not isinstance(name, str) or not isinstance(document.data.get("demands", []), list):
        return document
    place = document.marks["demands_file",]
    file = _resolve(name, place, beside)
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "not UTF-8"
        found = Finding(*place, "demands_file", f"cannot read {name}: {why}")
        return Document(document.data, document.marks, (*document.findings, found))
    return _with_rows(document, text, shown(file))


def demands_file(document: Document, beside: Path | None) -> Path | None:
    """Return the file of demands that a merged scenario names, None if it names none.

    Parameters
    ----------
    document, beside
        As for `read_demands`.
    """
    name = document.data.get("demands_file")
    place = document.marks.get(("demands_file",))
    return _resolve(name, place, beside) if isinstance(name, str) and place else None


def _resolve(name: str, place: Mark, beside: Path | None) -> Path:
    """Return the file, sought beside the file that names it, else beside the scenario."""
    named_in = Path(place.file).parent / name
    return named_in if named_in.is_file() or beside is None else beside / name


def _with_rows(document: Document, text: str, file: str) -> Document:
    """Add the rows of CSV text to the demands."""
    reader = csv.reader(io.StringIO(text))
    header = next(reader, [])
    findings = [
        Finding(file, 1, at, column, "unknown column", nearest(column, DemandSpec.model_fields))
        for at, column in enumerate(header, start=1)
        if column not in DemandSpec.model_fields
    ]
    data, marks = dict(document.data), dict(document.marks)
    demands: list[Any] = list(data.get("demands", []))
    for row in reader:
        if not row:
            continue
        at: Keys = ("demands", len(demands))
        marks[at] = Mark(file, reader.line_num, 1)
        cells = dict(zip(header, row, strict=False))
        marks |= {(*at, key): Mark(file, reader.line_num, position)
                  for position, key in enumerate(cells, start=1)}  # fmt: skip
        demands.append({key: _typed(key, cell) for key, cell in cells.items() if cell})
    data["demands"] = demands
    return Document(data, marks, (*document.findings, *findings))


def _typed(key: str, cell: str) -> str | float:
    """Return the cell as the key's type; a bad number stays text and is found later."""
    if key in NUMBERS:
        with suppress(ValueError):
            return float(cell)
    return cell
