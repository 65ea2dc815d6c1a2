"""A register of a few rows, read from tables like the shipped one, for small worlds."""

from __future__ import annotations

import csv
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from corridors.scenario.register import COLUMNS, load_register
from corridors.scenario.register_cells import NOWHERE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from corridors.scenario.register import Register

    Rows = Sequence[Mapping[str, str]]

#: What a row has in a column that it does not give.
USUAL = {
    "kind": "state", "basis": "sourced", "confidence": "medium", "placeholder": "no",
    "source": "S1", "standing": "member", "default_policy": "open", "mode": "*", "cargo": "*",
    "direction": "both", "transit_only": "no", "priority": "0", "role": "sovereign",
    "reach": "place", "on_kind": "asset",
}  # fmt: skip
YES = {"deny": "yes", "charge": "yes", "delay": "yes", "cap": "yes"}
NO = dict.fromkeys(YES, "no")
STATES = ("KZ", "UZ", "AZ", "AM", "IR", "GE", "RU")
BASE: dict[str, Rows] = {
    "actors": [
        *({"id": code, "name": f"State of {code}"} for code in STATES),
        {"id": "PACT", "name": "The pact", "kind": "bloc"},
        {"id": "KTZ", "name": "Railways of KZ", "kind": "operator", "parent": "KZ"},
        {"id": "GUARD", "name": "Guards of AZ", "kind": "agency", "parent": "AZ"},
        {"id": "OFFICE", "name": "An office abroad", "kind": "authority"},
    ],
    "memberships": [{"bloc": "PACT", "member": code} for code in ("KZ", "UZ")],
    "role_powers": [
        {"role": "sovereign"} | YES,
        {"role": "operator"} | NO | {"charge": "yes", "delay": "yes"},
        {"role": "security"} | NO | {"deny": "yes"},
        {"role": "sanctioning", "reach": "cargo"} | YES,
    ],
    "control": [
        *({"id": f"K_{code}", "on_kind": "territory", "on": code, "actor": code}
          for code in STATES),
        {"id": "K_KTZ", "on_kind": "territory", "on": "KZ", "mode": "rail", "actor": "KTZ",
         "role": "operator"},
        {"id": "K_OFFICE", "on_kind": "any", "actor": "OFFICE", "role": "sanctioning"},
    ],
    "events": [
        {"id": "E1", "kind": "happened", "date": "2020", "title": "It happened"},
        {"id": "E2", "kind": "hypothetical", "title": "It may happen"},
    ],
    "rules": [],
    "sources": [{"id": "S1", "title": "A paper", "url": "https://example.org"}],
}  # fmt: skip


def small_register(**more: Rows) -> Register:
    """Return the base rows and some more of each table, read and checked as tables are."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for table, columns in COLUMNS.items():
            with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as stream:
                writer = csv.DictWriter(stream, columns, lineterminator="\n")
                writer.writeheader()
                for row in (*BASE[table], *more.get(table, ())):
                    usual = {key: value for key, value in USUAL.items() if key in columns}
                    writer.writerow(dict.fromkeys(columns, "") | usual | dict(row))
        return load_register(folder, known=NOWHERE, checks_places=False)


def deny(name: str, by: str, on: str, **more: str) -> dict[str, str]:
    """Return a row of the rules table that shuts an asset."""
    return {"id": name, "by": by, "effect": "deny", "on": on, "title": f"title of {name}"} | more
