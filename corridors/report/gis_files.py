"""The files of a GIS export: layers in one format, their styles and a project of QGIS."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corridors.report.gis_contracts import RUN_GROUP
from geodata.export import ENDINGS, write_gpkg, write_sheet
from geodata.layers import SCHEMA_VERSION
from geodata.project import Branch, Leaf, project
from geodata.qml import qml
from geodata.sld import sld

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from corridors.report.material import Folder
    from geodata.sheets import Contract, Sheet
    from geodata.symbols import Style

__all__ = ["FORMATS", "write_layers"]

#: What the layers can be written as; the first one holds all of them in one file.
FORMATS = ("gpkg", *ENDINGS)

STEM = "corridors"
#: Formats that QGIS opens wherever it is installed; the rest need a newer GDAL.
WITH_PROJECT = ("gpkg", "geojson", "fgb")

#: Layers of a run from the top of the map down, the title and more of what each shows
#: where it stands twice, and whether it is switched on at first.
TREE: tuple[tuple[str, str, str, bool], ...] = (
    ("cuts", "", "", True),
    ("bottlenecks", "", "", True),
    ("chokepoints", "", "", True),
    ("flow_stops", "", "", False),
    ("flows", "", "", True),
    ("leg_stops", "", "", False),
    ("legs", "", "", False),
    ("routes", "Routes, best of each demand", '"rank" = 1', False),
    ("routes", "Routes, alternatives", '"rank" > 1', False),
    ("access_stops", "", "", False),
    ("access", "", "", False),
)
#: Layers of the network from the top down; those are on where no run is shown.
NETWORK_TREE = (
    ("crossings", True), ("terminals", True), ("assets", False), ("stops", False),
    ("nodes", False), ("arc_stops", False), ("arcs", False), ("links", True),
)  # fmt: skip
BACKGROUND = "land"


def write_layers(
    sheets: Sequence[Sheet], folder: Path, format_: str, *, runs: Sequence[Folder],
    styles: Mapping[str, Style], snapshot: str,
) -> list[str]:  # fmt: skip
    """Write layers, styles and project into a folder; return the names of the files.

    Parameters
    ----------
    sheets
        The layers.
    folder
        Where the files go.
    format_
        One of `FORMATS`.
    runs
        The runs that the layers hold, a group of the project each.
    styles
        How layers look, by name.
    snapshot
        Identity of the network.

    Raises
    ------
    OSError
        If a file cannot be written.
    """
    title = _title(runs)
    names = _write_rows(sheets, folder, format_, styles, title, snapshot)
    for sheet in sheets:
        one = sheet.contract
        told = sld(one.name, one.title, one.abstract, styles[one.name])
        name = f"sld/{one.name}.sld" if format_ == "gpkg" else f"{STEM}-{one.name}.sld"
        names.append(_write(folder, name, told))
        if format_ != "gpkg":
            names.append(_write(folder, f"{STEM}-{one.name}.qml", qml(styles[one.name])))
    if format_ in WITH_PROJECT:
        abstract = f"Layers of {', '.join(run.scenario for run in runs) or 'the network'}."
        branches = list(_branches([sheet.contract for sheet in sheets], runs, format_))
        text = project(branches, styles, title=title, abstract=abstract)
        names.append(_write(folder, f"{STEM}.qgs", text))
    return names


def _title(runs: Sequence[Folder]) -> str:
    """Return what the whole is called: by its one run, or by the folders of several."""
    if len(runs) == 1:
        return runs[0].title
    names = ", ".join(run.path.resolve().name for run in runs)
    return f"Transport corridors: {names}" if names else "Transport corridors"


def _write_rows(
    sheets: Sequence[Sheet], folder: Path, format_: str, styles: Mapping[str, Style], title: str,
    snapshot: str,
) -> list[str]:  # fmt: skip
    """Write the rows of all layers; return the names of the files."""
    if format_ == "gpkg":
        write_gpkg(sheets, folder / f"{STEM}.gpkg", styles, title=title)
        return [f"{STEM}.gpkg"]
    names = []
    meta = {"schema_version": SCHEMA_VERSION, "snapshot": snapshot}
    for sheet in sheets:
        names.append(_file(sheet.name, format_))
        write_sheet(sheet, folder / names[-1], format_, meta=meta)
    return names


def _file(layer: str, format_: str) -> str:
    """Return the name of the file that holds a layer."""
    return f"{STEM}.gpkg" if format_ == "gpkg" else f"{STEM}-{layer}.{ENDINGS[format_]}"


def _write(folder: Path, name: str, text: str) -> str:
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")
    return name


def _branches(
    contracts: Sequence[Contract], runs: Sequence[Folder], format_: str
) -> Iterator[Branch]:
    """Yield the groups of the project: a run each, the network, the background."""
    known = {one.name: one for one in contracts}
    for at, run in enumerate(runs):
        name = run.path.resolve().name
        leaves = [
            _leaf(
                known[layer],
                format_,
                title,
                f"{_sql(name)}{_and(more)}",
                f"run_{at + 1}_{k + 1}",
                shown,
            )
            for k, (layer, title, more, shown) in enumerate(TREE)
            if layer in known
        ]
        title = run.title if run.title == name else f"{run.title} ({name})"
        if leaves:
            yield Branch(title, tuple(leaves), shown=at == 0)
    of_run = {one.name for one in contracts if one.group == RUN_GROUP}
    alone = not (runs and of_run)
    base = [
        _leaf(known[layer], format_, "", "", "network", shown and alone)
        for layer, shown in NETWORK_TREE
        if layer in known
    ]
    if base:
        yield Branch("Network", tuple(base), shown=True)
    if BACKGROUND in known:
        land = _leaf(known[BACKGROUND], format_, "", "", "network", shown=True)
        yield Branch("Background", (land,), shown=True)


def _leaf(
    one: Contract, format_: str, title: str, subset: str, key: str, shown: bool  # noqa: FBT001
) -> Leaf:  # fmt: skip
    source = f"./{_file(one.name, format_)}"
    if format_ == "gpkg":
        source += f"|layername={one.name}"
    if subset:
        source += f"|subset={subset}"
    # QGIS puts a random name in the place of one of fewer than 11 letters.
    return Leaf(f"{one.name}_of_{key}", title or one.title, source, one, shown=shown)


def _sql(name: str) -> str:
    """Return the condition that a row is of a run."""
    quoted = name.replace("'", "''")
    return f"\"run\" = '{quoted}'"


def _and(more: str) -> str:
    return f" AND {more}" if more else ""
