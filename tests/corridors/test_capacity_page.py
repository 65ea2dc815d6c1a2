"""Capacities and projects on the real network: each has a place, and the page shows them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from corridors.check import _without_arcs
from corridors.explain import explain_capacity
from corridors.report.register_page import with_counts
from corridors.scenario.capacities import load_capacities
from corridors.scenario.capacity_places import Ground
from corridors.scenario.closures import PLANNED
from geodata.types import Kind

if TYPE_CHECKING:
    from corridors.explain import CapacityTold
    from tests.conftest import Real

pytestmark = pytest.mark.slow

PAGE = Path(__file__).parents[2] / "docs" / "capacity.md"
CAPACITIES = load_capacities(checks_places=False)


@pytest.fixture(scope="module")
def told(real_folder: Path) -> CapacityTold:
    return explain_capacity(real_folder)


def test_every_capacity_lies_on_the_network(real: Real) -> None:
    ground = Ground(real.snapshot.graph)
    for one in CAPACITIES:
        sections = ground.sections(one.kind, one.on, one.modes, one.direction)
        assert sections, one.id
        covered = np.concatenate([section.arcs for section in sections])
        assert len(covered) == len(set(covered.tolist())), one.id
        for name in one.on:
            alone = ground.sections(one.kind, [name], one.modes, one.direction)
            assert alone, (one.id, name)


def test_a_capacity_off_a_planners_network_is_a_warning(real: Real) -> None:
    graph = real.snapshot.graph
    assert _without_arcs(CAPACITIES, graph) == []
    lost = replace(CAPACITIES[0], on=("X_NOWHERE",))
    assert _without_arcs([lost], graph) == [
        f"warning capacity_without_arc {lost.id}: no arc of X_NOWHERE"
    ]


def test_no_box_passes_a_strait_with_a_capacity_twice(real: Real) -> None:
    arcs, ground = real.snapshot.graph.arcs, Ground(real.snapshot.graph)
    for one in (row for row in CAPACITIES if row.kind == "strait"):
        (section,) = ground.sections(one.kind, one.on, one.modes)
        ends = {(int(arcs.tail[at]), int(arcs.head[at])) for at in section.arcs}
        assert not [(a, c) for a, b in ends for b2, c in ends if b == b2 and c != a], one.id


def test_every_row_counts_somewhere_and_limits_something(told: CapacityTold) -> None:
    rows = told.rows
    assert (np.diff(rows.usage.indptr) > 0).all()
    assert (rows.usage.data == 1.0).all()
    assert (rows.capacity_teu_per_year > 0).all()
    assert len(set(rows.ids)) == len(rows.ids)
    assert all(row.actors for row in rows.rows)


def test_every_line_to_come_has_a_project(told: CapacityTold, real: Real) -> None:
    graph = real.snapshot.graph
    drawn = set(np.unique(graph.arcs.asset[graph.arcs.kind == Kind.LINE]).tolist())
    to_come = {
        asset.id
        for at, asset in enumerate(graph.assets)
        if at in drawn and asset.kind == "line" and asset.status in PLANNED
    }
    built = {name for project in told.projects.projects for name in project.builds}
    # Roads, and railways of another corridor, that no project of the tables is about.
    assert to_come - built == {"R31b", "R32b", "ROZ_HEA", "SHLM_BSR"}


def test_projects_are_about_what_does_not_stand(told: CapacityTold) -> None:
    idle = [
        project.id
        for project, matters in zip(told.projects.projects, told.projects.matters, strict=True)
        if not matters
    ]
    assert idle == ["DOSTYK-MOYINTY"]
    assert told.as_dict()["schema_version"] == 1


def test_the_page_shows_the_tables_as_they_are(told: CapacityTold) -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert with_counts(page, told.tables) == page
