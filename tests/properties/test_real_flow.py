"""The flow on the real network: laws that hold of any capacities."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from corridors.errors import ScenarioError
from corridors.run import solve
from corridors.scenario.load import load_scenario
from corridors.scenario.register import load_register
from corridors.throughput import explain_cut

if TYPE_CHECKING:
    from pathlib import Path

    from corridors.model.result import Bottleneck
    from corridors.run import Answer
    from tests.conftest import Real

pytestmark = pytest.mark.slow

REGISTER = load_register()
#: A few demands of the baseline that compete for the ferries of lake Van.
DEMANDS = ("mumbai-tehran", "urumqi-mersin", "tashkent-istanbul", "tehran-istanbul")


def answer(real: Real, *sets: str) -> Answer:
    loaded = load_scenario("baseline", sets=sets).scenario
    some = tuple(one for one in loaded.demands if one.id in DEMANDS)
    scenario = type(loaded)(**(vars(loaded) | {"demands": some}))
    return solve(scenario, real.snapshot, real.network.links.length_km, REGISTER)


def total(found: Answer) -> float:
    proof = found.result.proof
    assert proof is not None
    assert proof.bound_usd == pytest.approx(proof.cost_usd + proof.penalty_usd)
    return proof.cost_usd + proof.penalty_usd


def van(found: Answer) -> Bottleneck:
    return next(one for one in found.result.bottlenecks if one.capacity_id == "V46-VAN")


def sailings(amount: float) -> str:
    return f"capacity.set={{V46-VAN: {amount}}}"


def test_without_capacity_all_go_by_their_best_routes(real: Real) -> None:
    found = answer(real, "capacity.level=none")
    assert found.result.bottlenecks == ()
    for demand in found.result.demands:
        assert [r.teu_per_year for r in demand.routes if r.teu_per_year] == [demand.teu_per_year]
        assert demand.routes[0].teu_per_year == demand.teu_per_year


def test_a_price_is_what_one_more_and_one_less_make_of_the_cost(real: Real) -> None:
    # 48 TEU a sailing, 365 / 7 weeks: one TEU a year is a small part of a sailing a week.
    at, step = 5.0, 0.01
    here, more, less = (answer(real, sailings(amount)) for amount in (at, at + step, at - step))
    price = van(here)
    teu = van(more).capacity_teu_per_year - price.capacity_teu_per_year
    assert price.binds
    assert (total(here) - total(more)) / teu == pytest.approx(price.low_usd_per_teu, rel=1e-4)
    assert (total(less) - total(here)) / teu == pytest.approx(price.high_usd_per_teu, rel=1e-4)
    assert price.low_usd_per_teu


def test_a_capacity_of_nothing_is_a_closure_and_more_of_it_is_never_dearer(real: Real) -> None:
    shut = total(answer(real, "access.close.V46=a test"))
    each = [total(answer(real, sailings(amount))) for amount in (0.0, 3.0, 40.0)]
    assert each[0] == pytest.approx(shut)
    assert each == sorted(each, reverse=True)


def test_flows_are_the_sums_of_the_routes_and_keep_to_every_capacity(real: Real) -> None:
    found = answer(real)
    sums = Counter[int]()
    for demand in found.result.demands:
        carried = sum(route.teu_per_year for route in demand.routes)
        assert carried + demand.unserved_teu_per_year == pytest.approx(demand.teu_per_year)
        for route in demand.routes:
            for arc in route.way if route.teu_per_year else ():
                sums[arc] += route.teu_per_year  # type: ignore[assignment]
    flows = {flow.arc: flow.teu_per_year for flow in found.result.flows}
    assert flows == pytest.approx(dict(sums))
    for flow in found.result.flows:
        limit = flow.capacity_teu_per_year
        assert limit is None or flow.teu_per_year <= limit * (1 + 1e-9)


def test_what_can_pass_is_what_the_capacities_of_the_cut_take(
    real: Real, real_folder: Path, tmp_path: Path
) -> None:
    def cut(**more: Any) -> Any:
        return explain_cut("MOW", "THR", network=real_folder, **more)

    found = cut(modes=("rail", "ferry"), out=tmp_path / "cut.geojson")
    assert found.most_teu_per_year == pytest.approx(
        sum(one.weight * one.capacity_teu_per_year for one in found.cut)
    )
    assert b"V46-VAN" in (tmp_path / "cut.geojson").read_bytes()
    less = cut(modes=("rail", "ferry"), sets=["capacity.set={SAR-RAIL: 0}"])
    taken = next(o.capacity_teu_per_year for o in found.cut if o.row.id == "SAR-RAIL")
    assert less.most_teu_per_year >= found.most_teu_per_year - taken
    assert less.most_teu_per_year < found.most_teu_per_year
    crossings = next(one for one in found.apart if one.what == "crossings")
    assert crossings.number == len(crossings.sever) == 3
    # The doors of both ends are no lines to cut, and the high seas are nobody's.
    apart = {one.what: one for one in found.apart}
    assert {"MOW", "THR"}.isdisjoint(apart["arcs"].sever + apart["chokepoints"].sever)
    assert "XZ" not in apart["countries"].sever
    assert {"RU", "IR"}.isdisjoint(apart["actors"].sever)
    assert apart["arcs"].number >= apart["chokepoints"].number >= apart["countries"].number
    free = cut()
    assert (free.most_teu_per_year, free.cut) == (None, ())
    assert free.free_way
    with pytest.raises(ScenarioError, match="in common"):
        explain_cut("RU", "MOW", network=real_folder)
    with pytest.raises(ScenarioError, match="no terminal, country or bloc"):
        explain_cut("MOWW", "THR", network=real_folder)
    assert real.snapshot.graph.terminal_ids
