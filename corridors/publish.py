"""`corridors report`: folders of results -> one file that anybody can open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corridors.errors import InputMissingError, OutputError
from corridors.papers import paper
from corridors.report.charts import charts_of
from corridors.report.findings import findings_of
from corridors.report.material import open_folder
from corridors.report.outputs import writing_output
from corridors.report.runs import fact_names
from corridors.report.web import web_page
from corridors.scenario.register import load_register
from geodata.sources.extracts import EXTRACTS, read_outlines

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from corridors.papers import Format
    from corridors.report.material import Folder

__all__ = ["publish"]

#: How the name of a report ends, by its format.
SUFFIXES = {"html": ".html", "md": ".md", "pdf-ready-html": ".html"}


def publish(folders: Sequence[Path], out: Path, *, format_: str = "html", title: str = "") -> Path:
    """Write a report on folders of results; return its path.

    Parameters
    ----------
    folders
        Folders that `run`, `control`, `design`, `compare` and `sweep` left; the first run
        is the scenario that others are compared with.
    out
        File to write, its name ending as `SUFFIXES` has it.
    format_
        ``html`` for a page with a map that moves, ``md`` for text, ``pdf-ready-html`` for
        pages that print.
    title
        Headline; the titles of the scenarios if empty.

    Raises
    ------
    InputMissingError
        If a folder is none of results, or a file of it is missing or altered.
    OutputError
        If the file cannot be written or its name ends otherwise; what was there before
        stands.
    """
    if out.suffix != SUFFIXES[format_]:
        msg = f"cannot write {out}: a report as {format_} ends in {SUFFIXES[format_]}"
        raise OutputError(msg)
    opened = _opened(folders)
    charts, findings = charts_of(opened), findings_of(opened)
    if format_ == "html":
        content = web_page(
            opened,
            charts=charts,
            findings=findings,
            names=known_names(opened),
            outlines=read_outlines(EXTRACTS),
            title=title,
        )
    else:
        kind: Format = "md" if format_ == "md" else "pdf-ready-html"
        content = paper(opened, kind, findings=findings, charts=charts, title=title).encode()
    with writing_output(out) as partial:
        partial.write_bytes(content)
    return out


def _opened(folders: Sequence[Path]) -> list[Folder]:
    """Open all folders, or tell what is wrong with each that cannot be."""
    opened: list[Folder] = []
    wrong: list[InputMissingError] = []
    for folder in folders:
        try:
            opened.append(open_folder(folder))
        except InputMissingError as error:
            wrong.append(error)
    if wrong:
        findings = [finding for error in wrong for finding in error.findings]
        raise InputMissingError("\n".join(one.message for one in wrong), findings=findings)
    return opened


def known_names(folders: Sequence[Folder]) -> dict[str, str]:
    """Return the names of places and actors by id, those of the folders before shipped ones."""
    names = {actor.id: actor.name for actor in load_register().actors} | fact_names()
    for folder in folders:
        if folder.has("chokepoints.geojson"):
            rows = (one["properties"] for one in folder.features("chokepoints.geojson"))
            names |= {row["asset_id"]: row["name"] for row in rows}
    return names
