"""Where scenarios and assumption tables lie: the installed `scenarios` folder.

A planner's own assumption tables take the place of the shipped ones, see `geodata.folders`.
"""

from __future__ import annotations

from pathlib import Path

import scenarios
from corridors.errors import InputMissingError, nearest
from geodata.folders import ASSUMPTIONS, own_folder, shown

__all__ = ["data_folder", "find_scenario", "scenario_folder", "scenario_ids", "shown"]


def scenario_folder() -> Path:
    """Return the folder of the shipped scenarios."""
    return Path(scenarios.__file__).parent


def data_folder() -> Path:
    """Return the folder of the assumption tables: a planner's own, else the shipped ones.

    Raises
    ------
    DataFolderError
        If `CORRIDORS_DATA` names no folder of tables.
    """
    return own_folder(ASSUMPTIONS) or scenario_folder() / "data"


def scenario_ids(folder: Path | None = None) -> tuple[str, ...]:
    """Return the ids of the scenarios in a folder, sorted, partial ones left out."""
    files = (folder or scenario_folder()).glob("*.yaml")
    return tuple(sorted(file.stem for file in files if not file.stem.startswith("_")))


def find_scenario(name: str, *, beside: Path | None = None) -> Path:
    """Return the file of a scenario named by path or id.

    Parameters
    ----------
    name
        A path, or the id of a scenario beside the naming file or shipped.
    beside
        The folder a relative path starts from; the working folder if not given.

    Raises
    ------
    InputMissingError
        If there is no such file; offers the nearest ids.
    """
    start = beside or Path()
    places = [start / name, start / f"{name}.yaml", scenario_folder() / f"{name}.yaml"]
    found = next((place for place in places if place.is_file()), None)
    if found is not None:
        return found
    advice = nearest(Path(name).stem, [*scenario_ids(), *scenario_ids(start)], count=3)
    msg = f"no scenario {name!r}; {advice or 'known: ' + ', '.join(scenario_ids())}"
    raise InputMissingError(msg)
