"""Where tables lie: those that are shipped, or a planner's own; and how paths are told.

A planner's own tables lie in a folder that the variable `CORRIDORS_DATA` (or the option
`--data` of the command line, which sets it) names: fact tables in its `facts`, assumption
tables in its `assumptions`. A part that the folder lacks is taken as shipped, whole.
"""

from __future__ import annotations

import os
from pathlib import Path

from geodata.errors import DataFolderError

__all__ = ["ASSUMPTIONS", "FACTS", "PARTS", "VARIABLE", "facts_folder", "own_folder", "shown"]

#: The variable of the environment that names the folder of a planner's own tables. The
#: processes that a command starts inherit it.
VARIABLE = "CORRIDORS_DATA"
FACTS, ASSUMPTIONS = "facts", "assumptions"
PARTS = (FACTS, ASSUMPTIONS)
SHIPPED = Path(__file__).parent


def facts_folder() -> Path:
    """Return the folder of the fact tables: a planner's own, else the shipped ones.

    Raises
    ------
    DataFolderError
        If `CORRIDORS_DATA` names no folder of tables.
    """
    return own_folder(FACTS) or SHIPPED / FACTS


def own_folder(part: str) -> Path | None:
    """Return the folder of a part of a planner's own tables, None if the shipped ones hold.

    Parameters
    ----------
    part
        One of `PARTS`.

    Raises
    ------
    DataFolderError
        If `CORRIDORS_DATA` names no folder, or one that has none of the parts.
    """
    named = os.environ.get(VARIABLE, "")
    if not named:
        return None
    folder = Path(named)
    if not any((folder / one).is_dir() for one in PARTS):
        msg = (
            f"{named}: holds neither {' nor '.join(PARTS)}; name a folder of tables with --data "
            f"or {VARIABLE}, such as `corridors init --tables` lays down"
        )
        raise DataFolderError(msg)
    return folder / part if (folder / part).is_dir() else None


def shown(path: Path) -> str:
    """Return a path as short as it can be read: below the working folder, or whole."""
    whole = path.resolve()
    here = Path.cwd()
    return whole.relative_to(here).as_posix() if whole.is_relative_to(here) else str(whole)
