"""The files of `corridors design`: the choice, projects, pairs and the curve over budgets."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson

from corridors.metrics.designed import curve_value, opening_years
from corridors.model.capacity import LEVELS
from corridors.report.budget_chart import draw_curve
from corridors.report.geojson import feature_collection
from corridors.report.run_files import ArcPainter
from geodata.types import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from corridors.metrics.designed import Chosen, Designed, Step, Worth
    from corridors.metrics.investment import Investment
    from geodata.types import Network

SCHEMA_VERSION = 1
#: Fields of `projects.csv`; lists are joined by ``;``, empty is not known.
PROJECT_FIELDS = (
    "project_id", "title", "kind", "status", "promoter", "cost_low_usd", "cost_likely_usd",
    "cost_high_usd", "opening_low", "opening_likely", "opening_high", "chosen",
    "value_alone_usd_per_year", "value_last_in_usd_per_year", "value_in_choice_usd_per_year",
    "used", "over_teu_per_year", "role", "caps", "quality", "source_ids", "conflict", "note",
)  # fmt: skip
CURVE_FIELDS = ("budget_usd", "value_usd_per_year", "saved_usd_per_year", "proven", "projects")
PAIR_FIELDS = ("project_a", "project_b", "extra_usd_per_year", "relation")
SHAPE_FIELDS = (
    "shape_id", "project_id", "title", "what", "chosen", "cost_likely_usd", "role", "asset_id",
    "status", "opening_likely", "quality", "source_ids",
)  # fmt: skip
#: What a design says and what it leaves out; stands in `design.json`.
CAVEATS = (
    (
        "The budget bounds capital cost; what is minimised is the yearly cost of carrying all "
        "demands, time at its value and the penalty of what is not carried included."
    ),
    (
        "Costs are those of the scenario's demands. A project counts as open on its day, "
        "whatever its opening year; traffic that is not in the scenario is not counted."
    ),
    "Capital costs and effects are as good as their sources: see quality and conflict.",
)


def design_files(found: Designed, first: Investment, network: Network) -> dict[str, bytes]:
    """Return the files of a design by name, the manifest left out.

    Parameters
    ----------
    found
        The choice.
    first
        The first scenario with its projects, for the lines that they build.
    network
        Holds the geometry behind the arcs.
    """
    return {
        "design.json": orjson.dumps(
            as_dict(found), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
        ),
        "projects.csv": _csv(PROJECT_FIELDS, map(project_row, found.projects)),
        "budget_curve.csv": _csv(CURVE_FIELDS, curve_rows(found)),
        "pairs.csv": _csv(PAIR_FIELDS, pair_rows(found)),
        "projects.geojson": _shapes(found, first, network),
        "budget_curve.svg": draw_curve(found, "svg"),
        "budget_curve.png": draw_curve(found, "png"),
    }


def as_dict(found: Designed) -> dict[str, Any]:
    """Return a design as JSON: money in USD of 2024."""
    answer, question = found.answer, found.question
    return {
        "schema_version": SCHEMA_VERSION,
        "status": "feasible" if found.stopped else "optimal",
        "budget_usd": question.budget_usd,
        "criterion": question.criterion,
        "level": question.level,
        "chosen": _chosen(answer),
        "criteria": [_chosen(one) for one in found.chosen],
        "scenarios": [
            {
                "id": case.scenario, "title": case.title, "weight": round(case.weight, 6),
                "nothing_built_usd_per_year": _usd(case.nothing_usd),
                "everything_built_usd_per_year": _usd(case.everything_usd),
                "chosen_usd_per_year": _usd(cost),
                "saved_usd_per_year": _usd(case.nothing_usd - cost),
                "demand_teu_per_year": case.teu_per_year,
            }
            for case, cost in zip(found.cases, answer.costs_usd, strict=True)
        ],
        "projects": [project_row(one) for one in found.projects],
        "budget_curve": {
            "criterion": found.curve_criterion, "complete": found.curve_complete,
            "steps": [row | {"projects": list(one.projects), "proven": one.proven}
                      for row, one in zip(curve_rows(found), found.curve, strict=True)],
        },
        "pairs": pair_rows(found),
        "complete": found.pairs_complete,
        "solver": found.solver,
        "known_to_usd_per_year": _usd(found.noise_usd),
        "warnings": list(found.problems),
        "caveats": list(CAVEATS),
    }  # fmt: skip


def _chosen(one: Chosen) -> dict[str, Any]:
    return {
        "criterion": one.criterion,
        "projects": list(one.projects),
        "spent_usd": _usd(one.spent_usd),
        "value_usd_per_year": _usd(one.value_usd),
        "bound_usd_per_year": _usd(min(one.bound_usd, one.value_usd)),
        "gap_usd_per_year": _usd(one.gap_usd),
        "gap": round(one.gap_usd / one.value_usd, 12) if one.value_usd > 0 else 0.0,
        "proven": one.proven,
    }


def project_row(one: Worth) -> dict[str, object]:
    """Return the row of a project, all fields of `PROJECT_FIELDS`; None is not known."""
    project = one.project
    costs = [round(project.cost_usd.at(level)) for level in LEVELS]
    over = one.over_teu_per_year
    values = (
        project.id, project.title, project.kind, project.status, project.promoter, *costs,
        *opening_years(project), _yes(said=one.chosen),
        *map(_usd, (one.alone_usd, one.last_usd, one.margin_usd)),
        _yes(said=any(over)) if over else None, ";".join(f"{teu:.0f}" for teu in over),
        one.role,
        ";".join(
            f"{cap.capacity_id}:{cap.without_usd_per_teu:.0f}>{cap.with_usd_per_teu:.0f}"
            for cap in one.caps
        ),
        project.quality, ";".join(project.sources), project.conflict, project.note,
    )  # fmt: skip
    return dict(zip(PROJECT_FIELDS, values, strict=True))


def curve_rows(found: Designed) -> list[dict[str, object]]:
    """Return a row per budget from which on more can be had."""
    return [
        dict(zip(CURVE_FIELDS, (
            _usd(one.budget_usd), _usd(one.value_usd), _saved(found, one),
            _yes(said=one.proven), ";".join(one.projects),
        ), strict=True))
        for one in found.curve
    ]  # fmt: skip


def _saved(found: Designed, one: Step) -> int | None:
    """Return what a step saves against building nothing; regret saves nothing."""
    regret = found.curve_criterion == "regret"
    return None if regret else _usd(curve_value(found, one))


def pair_rows(found: Designed) -> list[dict[str, object]]:
    """Return a row per pair of projects of which one changes the worth of the other."""
    return [
        dict(zip(PAIR_FIELDS, (
            one.a, one.b, _usd(one.extra_usd), "help" if one.extra_usd > 0 else "replace",
        ), strict=True))
        for one in found.pairs
    ]  # fmt: skip


def _shapes(found: Designed, first: Investment, network: Network) -> bytes:
    """Return `projects.geojson`: lines that are built, and points where capacity is added."""
    graph = first.compiled.graph
    arcs = [_arcs(first, one) for one in found.projects]
    draw = ArcPainter(network, graph, (arc for some in arcs for _, arc in some))
    rows, shapes = [], []
    for one, some in zip(found.projects, arcs, strict=True):
        for at, (what, arc) in enumerate(some, start=1):
            asset = int(graph.arcs.asset[arc])
            project = one.project
            values = (
                f"{project.id}.{at}", project.id, project.title, what, _yes(said=one.chosen),
                round(project.cost_usd.likely), one.role,
                graph.assets[asset].id if asset >= 0 else "", project.status,
                project.opening["likely"], project.quality, ";".join(project.sources),
            )  # fmt: skip
            points = draw.arcs([arc])
            rows.append(dict(zip(SHAPE_FIELDS, values, strict=True)))
            line = what == "opens" and graph.arcs.kind[arc] == Kind.LINE
            shapes.append(points if line else points[:1])
    meta = {"schema_version": SCHEMA_VERSION, "scenario": first.scenario.id,
            "snapshot": first.assumed.snapshot.id}  # fmt: skip
    return feature_collection(rows, shapes, id_field=SHAPE_FIELDS[0], name="projects", meta=meta)


def _arcs(first: Investment, one: Worth) -> list[tuple[str, int]]:
    """Return what a project opens, one direction of each, and where it adds capacity."""
    table, arrays = first.compiled.graph.arcs, first.arrays
    opened = arrays.opens[[one.place]].indices
    ends = np.sort(np.stack([table.tail[opened], table.head[opened]]), axis=0)
    _, once = np.unique(
        np.vstack([ends, table.asset[opened], table.kind[opened]]), axis=1, return_index=True
    )
    usage = first.rows.usage
    gained = arrays.gains_teu_per_year[[one.place]].indices.tolist()
    adds = [
        ("adds", int(usage.indices[usage.indptr[row]]))
        for row in gained if usage.indptr[row] < usage.indptr[row + 1]
    ]  # fmt: skip
    return [*(("opens", int(arc)) for arc in np.sort(opened[once])), *adds]


def _csv(fields: Sequence[str], rows: Iterable[Mapping[str, object]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, fields, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def _usd(value: float | None) -> int | None:
    """Return USD rounded to whole ones, which is more than anything here is known to."""
    return None if value is None else round(value)


def _yes(*, said: bool) -> str:
    return "yes" if said else "no"
