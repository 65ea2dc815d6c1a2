"""The report as one page: findings, map, pictures and sources in a single file.

::

    html = web_page(folders, charts=charts, findings=findings, names=names, outlines=outlines)
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from corridors.report.pens import family_pens
from corridors.report.references import References
from corridors.report.templates import rendered
from corridors.report.web_atlas import keys_in
from corridors.report.web_data import atlas_of
from corridors.report.web_flows import changes_map, flows_map, shown_points
from corridors.report.web_land import box_of, land_of
from corridors.report.web_lines import STEPS, encoded
from corridors.report.web_map import BaseMap
from corridors.report.web_parts import (
    asset,
    is_safe_link,
    json_block,
    numbers,
    page_script,
    script_hash,
)
from geodata.geojson import ATTRIBUTION, DISCLAIMER

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from corridors.report.material import Folder
    from corridors.report.pens import Pen
    from corridors.report.pieces import Chart, Finding
    from corridors.report.references import Reference
    from corridors.report.web_atlas import Atlas
    from geodata.sources.extracts import Outlines

__all__ = ["web_page"]

#: What the parts with pictures are called, in the order of the page.
KINDS = {
    "changes": "What changes",
    "gains": "Who gains and who loses",
    "profile": "Routes against distance",
    "front": "Cost against time",
    "waterfall": "What differences are made of",
    "tornado": "What the answer hangs on",
    "actors": "Who has the cargo in hand",
    "leverage": "Who can press whom",
    "denial": "What closures cost",
    "penalty": "What cargo without a way weighs",
    "hedges": "What corridors are worth as hedges",
    "budget": "What a budget is worth",
}
#: Degrees around what is shown at first, and around which outlines are fine.
_MARGIN_DEG = 3.0
_OUTLINES = "land"


@dataclass(frozen=True)
class _Maps:
    """The maps of a page: data for the one that moves, SVG for those that do not."""

    data: dict[str, Any]
    references: list[Reference]
    outlines: str
    figures: list[dict[str, str]]


def web_page(
    folders: Sequence[Folder],
    *,
    charts: Sequence[Chart],
    findings: Sequence[Finding],
    names: Mapping[str, str],
    outlines: Outlines,
    title: str = "",
) -> bytes:
    """Return the report as a page of HTML that needs nothing but itself.

    Parameters
    ----------
    folders
        What earlier commands left. Runs are the scenarios of the map, the first of them the
        one that others are compared with.
    charts, findings
        The pictures and sentences, in the order in which they are to stand.
    names
        Names of places and actors by id.
    outlines
        Country polygons.
    title
        Headline; the titles of the scenarios if empty.

    Returns
    -------
    bytes
        UTF-8; the same input gives the same bytes.
    """
    runs = [folder for folder in folders if folder.kind == "run"]
    scenarios = [_scenario(run) for run in runs]
    titles = {one["id"]: one["title"] for one in scenarios}
    maps = _maps(folders, runs, charts, names, outlines) if runs else None
    scripts = {"leaflet_js": asset("leaflet/leaflet.js"), "page_js": page_script()}
    html = rendered(
        "page.html",
        title=title or _headline([run.title for run in runs] or [_name(one) for one in folders]),
        scenarios=scenarios,
        findings=_grouped(findings, titles),
        glance=_glance(runs),
        groups=_groups(charts),
        maps=maps.figures if maps else [],
        outlines=maps.outlines if maps else "",
        data=json_block(maps.data) if maps else "",
        references=maps.references if maps else [],
        folders=[_told(folder) for folder in folders],
        titles=titles,
        attribution=ATTRIBUTION,
        disclaimer=DISCLAIMER,
        numbers=numbers,
        is_safe_link=is_safe_link,
        leaflet_licence=asset("leaflet/LICENSE"),
        leaflet_css=Markup(asset("leaflet/leaflet.css")),  # noqa: S704 - shipped
        page_css=Markup(asset("page.css")),  # noqa: S704 - shipped
        script_hashes=Markup(" ".join(map(script_hash, scripts.values()))),  # noqa: S704 - base64
        **{name: Markup(text) for name, text in scripts.items()},  # noqa: S704 - shipped
    )  # fmt: skip
    return html.encode()


def _maps(
    folders: Sequence[Folder], runs: Sequence[Folder], charts: Sequence[Chart],
    names: Mapping[str, str], outlines: Outlines,
) -> _Maps:  # fmt: skip
    atlas = atlas_of(
        runs,
        changes=[one for one in folders if one.kind == "comparison"],
        control=[one for one in folders if one.kind == "control"],
        names=names,
    )
    shown = shown_points(atlas)
    west, south, east, north = box_of(shown)
    land = land_of(
        outlines, (west - _MARGIN_DEG, south - _MARGIN_DEG, east + _MARGIN_DEG, north + _MARGIN_DEG)
    )
    pens = _pens(atlas)
    data = {
        "schema_version": 1,
        "steps": STEPS,
        "attribution": f"{ATTRIBUTION}. {DISCLAIMER}",
        "bounds": [[south, west], [north, east]],
        "families": [[name, pen.colour, pen.hollow] for name, pen in pens.items()],
        "land": {"stretches": [encoded(one) for one in land.stretches], "rings": land.rings},
        "charts": [_marks(chart) for chart in charts if chart.marks],
        **atlas.plain,
    }
    base = BaseMap(land, shown)
    figures = [
        {
            "title": f"Cargo a year: {view.title}",
            "reading": "Lines are as wide as the cargo on them; colours are the corridor that most "
            "of it goes by, dashes the mode.",
            "svg": flows_map(base, atlas, view, pens=pens, land=_OUTLINES),
        }
        for view in atlas.views
    ]
    first = atlas.views[0]
    figures += [
        {
            "title": f"What changes: {view.title}",
            "reading": f"Cargo against {first.title}; lines are as wide as what they gain or lose.",
            "svg": changes_map(base, atlas, first, view, land=_OUTLINES),
        }
        for view in atlas.views[1:]
    ]
    references = list(References().all_of(keys_in(atlas.plain)))
    return _Maps(data, references, base.outlines(_OUTLINES), figures)


def _pens(atlas: Atlas) -> dict[str, Pen]:
    """Return how corridors look, the one with most cargo in all scenarios first."""
    total: dict[str, float] = {}
    for scenario in atlas.plain["scenarios"]:
        fields = atlas.plain["route_fields"]
        corridor, teu = fields.index("corridor"), fields.index("teu")
        for row in scenario["routes"]:
            family = row[corridor].split(";")[0]
            total[family] = total.get(family, 0.0) + (row[teu] or 0.0)
    order = sorted(total, key=lambda family: (-total[family], family))
    pens = family_pens(order)
    return {family: pens[family] for family in order}


def _marks(chart: Chart) -> dict[str, Any]:
    rows = [[mark.element, mark.kind, mark.key] for mark in chart.marks]
    return {"id": chart.id, "scenario": chart.scenario, "marks": rows}


def _scenario(run: Folder) -> dict[str, Any]:
    told = run.result["scenario"]
    as_of = told.get("as_of", "") if isinstance(told, dict) else ""
    warnings = list(run.result.get("warnings", ()))
    return {"id": run.scenario, "title": run.title, "as_of": as_of, "warnings": warnings}


def _headline(titles: Sequence[str]) -> str:
    """Return the headline: what is reported on, or what is held against the first."""
    first, *others = dict.fromkeys(titles)
    return f"{first}, against {', '.join(others)}" if others else first


def _name(folder: Folder) -> str:
    """Return what a folder without a map of its own is about."""
    return f"{folder.kind.capitalize()}: {folder.title or folder.path.name}"


def _grouped(findings: Sequence[Finding], titles: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the findings by scenario, in the order in which scenarios first come."""
    order = list(dict.fromkeys(one.scenario for one in findings))
    return [
        {
            "title": titles.get(scenario, scenario) or "All scenarios",
            "rows": [one for one in findings if one.scenario == scenario],
        }
        for scenario in order
    ]


def _groups(charts: Sequence[Chart]) -> list[dict[str, Any]]:
    """Return the pictures by kind; kinds that the page does not know come last."""
    order = [*KINDS, *sorted({chart.kind for chart in charts} - KINDS.keys())]
    ordered = sorted(charts, key=lambda chart: order.index(chart.kind))
    return [
        {"id": f"part-{kind}", "title": KINDS.get(kind, kind), "charts": list(some)}
        for kind, some in groupby(ordered, key=lambda chart: chart.kind)
    ]


def _glance(runs: Sequence[Folder]) -> list[list[Any]]:
    """Return the main numbers of runs as rows: words, then for each run its number and change."""
    columns = [_main_numbers(run) for run in runs]
    return [
        [words, *(_cell(column[words], columns[0][words]) for column in columns)]
        for words in (columns[0] if columns else ())
    ]


def _main_numbers(run: Folder) -> dict[str, float | None]:
    of = {row["name"]: row["value"] for row in run.result["metrics"]
          if row["subject_kind"] == "scenario"}  # fmt: skip
    cost = of.get("generalised_cost")
    demands, capacities = run.result["demands"], run.result.get("bottlenecks", ())
    return {
        "cargo asked for, TEU a year": of.get("demand"),
        "cargo that finds no way, TEU a year": of.get("unserved"),
        "cost of all cargo with its time, million USD a year": None if cost is None else cost / 1e6,
        "demands": len(demands),
        "demands without an open route": sum(one["status"] != "ok" for one in demands),
        "capacities that are full": sum(one["binds"] == "yes" for one in capacities),
    }  # fmt: skip


def _cell(value: float | None, first: float | None) -> tuple[str, str]:
    """Return a number, and by how much it differs from the first scenario's."""
    if value is None:
        return "not known", ""
    step = 0.0 if first is None else value - first
    return f"{value:,.0f}", f"{step:+,.0f}".replace("-", "\u2212") if round(step) else ""


def _told(folder: Folder) -> dict[str, str]:
    return {
        "name": folder.path.name,
        "kind": folder.kind,
        "scenario": folder.title,
        "sha256": str(folder.json("manifest.json")["sha256"]),
    }
