"""`lines.csv`: what each leg of each route pays for, line by line."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from corridors.model.cost import Line
    from corridors.model.route import Route

__all__ = ["LINE_FIELDS", "lines_csv"]

#: Columns of `lines.csv`. Amounts are per TEU, `usd_per_feu` per 40-foot box; `basis` holds
#: rows of tables and ids of rules, joined by ``;``.
LINE_FIELDS = (
    "route_id", "leg_id", "component", "usd", "h", "kgco2e", "usd_per_feu", "basis", "quality",
    "provisional",
)  # fmt: skip


def lines_csv(routes: Iterable[Route]) -> bytes:
    """Return the lines of routes as CSV, UTF-8 with line feeds.

    Parameters
    ----------
    routes
        Routes with the lines of their legs, in the order of the file.

    Returns
    -------
    bytes
        The file; floats are written so that they read back equal, and the lines of a leg
        add up to it.
    """
    text = io.StringIO(newline="")
    text.write(",".join(LINE_FIELDS) + "\n")
    # Legs that pass the same things share their lines, so each is written out once.
    known: dict[int, str] = {}
    for route in routes:
        for leg in route.legs:
            start = f"{route.route_id},{leg.leg_id},"
            for line in leg.lines:
                end = known.get(id(line))
                if end is None:
                    end = known[id(line)] = _written(line)
                text.write(start + end)
    return text.getvalue().encode()


def _written(line: Line) -> str:
    """Return the cells of a line after the ids."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerow(
        (
            line.component.value, line.usd, line.h, line.kg, line.usd_per_feu,
            ";".join(line.basis), line.quality, "yes" if line.provisional else "no",
        )
    )  # fmt: skip
    return text.getvalue()
