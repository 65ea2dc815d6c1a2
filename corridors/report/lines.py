"""`lines.csv`: what each leg of each route pays for, line by line."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

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
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(LINE_FIELDS)
    writer.writerows(
        (
            route.route_id, leg.leg_id, line.component.value, line.usd, line.h, line.kg,
            line.usd_per_feu, ";".join(line.basis), line.quality,
            "yes" if line.provisional else "no",
        )
        for route in routes
        for leg in route.legs
        for line in leg.lines
    )  # fmt: skip
    return text.getvalue().encode()
