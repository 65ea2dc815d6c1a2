"""`corridors report`: folders of results -> one page that anybody can open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corridors.errors import OutputError
from corridors.report.charts import charts_of
from corridors.report.material import open_folder
from corridors.report.outputs import writing_output
from corridors.report.runs import fact_names
from corridors.report.web import web_page
from corridors.scenario.register import load_register
from geodata.sources.extracts import EXTRACTS, read_outlines

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from corridors.report.material import Folder

__all__ = ["publish"]

SUFFIX = ".html"


def publish(folders: Sequence[Path], out: Path, *, title: str = "") -> Path:
    """Write a page about folders of results; return its path.

    Parameters
    ----------
    folders
        Folders that `run`, `control`, `design`, `compare` and `sweep` left; the first run
        is the scenario that others are compared with.
    out
        Page to write, ending in ``.html``.
    title
        Headline; the titles of the scenarios if empty.

    Raises
    ------
    InputMissingError
        If a folder is none of results, or a file of it is missing or altered.
    OutputError
        If the page cannot be written; what was there before stands.
    """
    if out.suffix != SUFFIX:
        msg = f"cannot write {out}: a page ends in {SUFFIX}"
        raise OutputError(msg)
    opened = [open_folder(folder) for folder in folders]
    page = web_page(
        opened,
        charts=charts_of(opened),
        findings=(),
        names=known_names(opened),
        outlines=read_outlines(EXTRACTS),
        title=title,
    )
    with writing_output(out) as partial:
        partial.write_bytes(page)
    return out


def known_names(folders: Sequence[Folder]) -> dict[str, str]:
    """Return the names of places and actors by id, those of the folders before shipped ones."""
    names = {actor.id: actor.name for actor in load_register().actors} | fact_names()
    for folder in folders:
        if folder.has("chokepoints.geojson"):
            rows = (one["properties"] for one in folder.features("chokepoints.geojson"))
            names |= {row["asset_id"]: row["name"] for row in rows}
    return names
