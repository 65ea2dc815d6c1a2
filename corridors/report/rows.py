"""Tables of plain values as CSV."""

from __future__ import annotations

import csv
import io
import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Row = Mapping[str, object]


def rows_csv(columns: Sequence[str], rows: Sequence[Row]) -> bytes:
    r"""Return rows as CSV, UTF-8 with line feeds.

    Parameters
    ----------
    columns
        Names of the columns, in order; every row has exactly these.
    rows
        The rows. What is infinite or not a number is left empty, lists are joined by ``;``,
        floats are written so that they read back equal.

    Raises
    ------
    ValueError
        If a row has other columns.

    Examples
    --------
    >>> rows_csv(["a", "b"], [{"a": 1.5, "b": ["x", "y"]}]).decode()
    'a,b\n1.5,x;y\n'
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        if row.keys() != set(columns):
            msg = f"a row has the columns {sorted(row)}, not {sorted(columns)}"
            raise ValueError(msg)
        writer.writerow([_cell(row[name]) for name in columns])
    return text.getvalue().encode()


def _cell(value: object) -> object:
    if isinstance(value, float):
        return value if math.isfinite(value) else ""
    if isinstance(value, (list, tuple)):
        return ";".join(map(str, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value
