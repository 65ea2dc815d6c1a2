"""Exposure of countries, trade disrupted, and bridges: small worlds with known answers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from corridors.control import Depth, control
from corridors.errors import ScenarioError
from corridors.metrics.capacitated import lost
from corridors.metrics.carriage import Carried
from corridors.metrics.structure import Cuts
from corridors.run import run
from corridors.scenario.rates import load_rates
from tests.oracles.switched_tiny import write_tiny

if TYPE_CHECKING:
    from pathlib import Path

    from corridors.control import Controlled

#: Two triangles joined by the link 2-3, and 6 hanging on 5.
LINKS = np.array([[0, 1], [1, 2], [2, 0], [2, 3], [3, 4], [4, 5], [5, 3], [5, 6]])


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    return write_tiny(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="module")
def found(tiny: tuple[Path, str]) -> Controlled:
    network, path = tiny
    sets = ["control.chances={X_KZUZ: 0.5}", "control.closure_days=73"]
    out = network.parent / "out"
    return control(path, network=network, out=out, players=["KZ", "UZ"], sets=sets)


def _only(*links: int) -> np.ndarray:
    return np.isin(np.arange(len(LINKS)), links)


def test_a_bridge_parts_a_pair_and_a_spur_parts_none() -> None:
    cuts = Cuts(LINKS.T, np.array([[0, 4]]), n_nodes=7)
    assert [at for at in range(len(LINKS)) if cuts.bridge(_only(at))] == [3]
    # 5 is an articulation point too, but only of what nobody goes to.
    assert [at for at in range(len(LINKS)) if cuts.articulation(_only(at))] == [1, 2, 3, 4, 6]


def test_an_end_of_a_demand_is_no_articulation_point_of_it() -> None:
    cuts = Cuts(LINKS.T, np.array([[2, 3]]), n_nodes=7)
    assert cuts.bridge(_only(3))
    assert not cuts.articulation(_only(3))


def test_a_parallel_link_of_another_asset_keeps_a_bridge_from_parting() -> None:
    twice = np.concatenate([LINKS, [[3, 2]]])
    cuts = Cuts(twice.T, np.array([[0, 4]]), n_nodes=7)
    assert not cuts.bridge(np.isin(np.arange(9), [3]))
    assert cuts.bridge(np.isin(np.arange(9), [3, 8]))


def test_the_only_line_of_the_tiny_world_is_a_bridge(found: Controlled) -> None:
    rows = {str(row["asset_id"]): row for row in found.tables["chokepoints"]}
    assert {name for name in ("X_KZUZ", "R1") if rows[name]["severs_demands"]} <= {
        name for name, row in rows.items() if row["bridge"] or row["articulation"]
    }


def test_trade_disrupted_is_chance_times_days_times_value(found: Controlled) -> None:
    rows = {str(row["asset_id"]): row for row in found.tables["chokepoints"]}
    one, other = rows["X_KZUZ"], rows["R1"]
    value = load_rates().commodities["container"].value_usd_per_teu
    assert one["disruption_assumed"] == ""
    assert one["trade_disrupted_usd_per_year"] == pytest.approx(
        0.5 * 73 / 365 * value * float(str(one["teu_per_year"]))
    )
    assert (other["closure_chance_per_year"], other["disruption_assumed"]) == (0.1, "chance")


def test_a_loss_costs_each_country_what_its_demands_pay_more(
    found: Controlled, tiny: tuple[Path, str], tmp_path: Path
) -> None:
    """All demands are between KZ and UZ, so each country bears all of it."""
    rows = [row for row in found.tables["exposure"] if row["lost"] == "X_KZUZ"]
    assert {str(row["country"]) for row in rows} == {"KZ", "UZ"}
    whole = next(
        row["criticality_usd_per_year"]
        for row in found.tables["chokepoints"]
        if row["asset_id"] == "X_KZUZ"
    )
    network, path = tiny
    for row in rows:
        assert row["added_usd_per_year"] == pytest.approx(whole)
    after = run(
        path, network=network, out=tmp_path / "shut", sets=("access.close={X_KZUZ: a test}",)
    ).result.demands
    severed = sum(not one.routes for one in after)
    assert {row["severed_demands"] for row in rows} == {severed}
    assert not [row for row in found.tables["exposure"] if row["of"] == "actor"]


def test_closure_days_beyond_a_year_are_refused(tiny: tuple[Path, str], tmp_path: Path) -> None:
    network, path = tiny
    with pytest.raises(ScenarioError, match="365"):
        control(path, network=network, out=tmp_path / "o", sets=["control.closure_days=400"])


def test_a_loss_with_capacities_is_what_the_flow_of_a_run_loses(
    found: Controlled, tiny: tuple[Path, str], tmp_path: Path
) -> None:
    network, path = tiny
    rows = {str(row["asset_id"]): row for row in found.tables["chokepoints"]}

    def flow(name: str, *sets: str) -> tuple[float, float]:
        metrics = run(path, network=network, out=tmp_path / name, sets=sets).result.metrics
        of = {one.name: one.value for one in metrics if one.subject_kind == "scenario"}
        return of["generalised_cost"] + of["unserved_penalty"], of["unserved"]

    cost, unserved = flow("open")
    for name in ("X_KZUZ", "R1"):
        more, lost = flow(name, f"access.close={{{name}: a test}}")
        row = rows[name]
        assert row["capacitated_proven"]
        assert row["capacitated_usd_per_year"] == pytest.approx(more - cost)
        assert row["capacitated_unserved_teu_per_year"] == pytest.approx(lost - unserved)
        assert more > cost


def test_only_so_many_are_asked_with_capacities(tiny: tuple[Path, str], tmp_path: Path) -> None:
    network, path = tiny
    found = control(path, network=network, out=tmp_path / "o", depth=Depth(capacitated=1))
    told = [row["capacitated_usd_per_year"] for row in found.tables["chokepoints"]]
    assert sum(one is not None for one in told) == 1


def test_a_demand_leaves_an_asset_at_the_toll_that_its_loss_costs(found: Controlled) -> None:
    """Tolls at which cargo leaves, times volume, are what losing the asset costs."""
    tolls = [row for row in found.tables["breakpoints"] if row["parameter"] == "toll"]
    volume = {one.id: one.teu_per_year for one in found.assets.demands}
    for point in found.tables["chokepoints"]:
        mine = [row for row in tolls if row["of"] == point["asset_id"]]
        assert len(mine) == point["demands"]
        assert sum(volume[str(row["demand"])] * float(str(row["at"])) for row in mine) == (
            pytest.approx(point["criticality_usd_per_year"])
        )
        for row in mine:
            assert row["beyond"] == "none" or str(row["of"]) in str(row["leaves"]).split(";")


def test_values_of_time_at_which_the_way_changes_are_where_runs_change(
    found: Controlled, tiny: tuple[Path, str], tmp_path: Path
) -> None:
    network, path = tiny
    rows = [row for row in found.tables["breakpoints"] if row["parameter"] == "value of time"]
    for at, row in enumerate(rows):
        ways = []
        for side in (0.999, 1.001):
            sets = (f"costs.value_of_time_usd_per_teu_h={side * float(str(row['at']))}",)
            told = run(path, network=network, out=tmp_path / f"{at}{side}", sets=sets).result
            ways += [one.routes[0].way for one in told.demands if one.demand_id == row["demand"]]
        assert ways[0] != ways[1]


def test_the_robust_route_is_no_worse_at_worst_and_no_cheaper(found: Controlled) -> None:
    plans = [row for row in found.tables["plans"] if row["worst_usd_per_teu"] is not None]
    assert len(plans) == 2 * len(found.assets.rows)
    for best, robust in zip(plans[::2], plans[1::2], strict=True):
        assert best["demand"] == robust["demand"]
        assert float(str(best["worst_usd_per_teu"])) >= float(str(robust["worst_usd_per_teu"]))
        assert float(str(best["cost_usd_per_teu"])) <= float(str(robust["cost_usd_per_teu"]))
        assert float(str(best["worst_usd_per_teu"])) > float(str(best["cost_usd_per_teu"]))


def test_a_flow_that_is_cut_short_tells_no_loss() -> None:
    none = np.zeros(1)
    base = Carried((), none, none, none, "optimal", 10.0, 0.0, 10.0)
    after = Carried((), none + 3.0, none, none, "optimal", 7.0, 30.0, 37.0)
    assert lost(base, after) == {
        "capacitated_usd_per_year": 27.0,
        "capacitated_unserved_teu_per_year": 3.0,
        "capacitated_proven": True,
    }
    told = lost(base, replace(after, status="feasible"))
    assert told["capacitated_usd_per_year"] is None
    assert told["capacitated_proven"] is False
