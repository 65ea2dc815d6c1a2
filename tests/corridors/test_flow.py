"""Capacitated flow on small drawn networks, each solved by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp

from corridors.solve.columns import Pool
from corridors.solve.duals import shadow_prices
from corridors.solve.errors import StoppedError
from corridors.solve.flow import after, carry
from corridors.solve.problem import Boxes, Capacities, Demands, FlowClass, FlowProblem
from corridors.solve.stateful import Field

Arc = tuple[int, int, float]


def graph(*arcs: Arc, n_nodes: int = 4, tie: list[float] | None = None) -> FlowClass:
    tail, head, cost = zip(*arcs, strict=True) if arcs else ((), (), ())
    return FlowClass(
        np.array(tail, np.int32), np.array(head, np.int32), np.arange(len(arcs)),
        np.array(cost, float), np.ones(len(arcs), bool), n_nodes,
        None if tie is None else np.array(tie),
    )  # fmt: skip


def demands(*rows: tuple[int, int, int, float], penalty: float = 20.0) -> Demands:
    """Demands as class, origin, destination, volume."""
    cls, origin, end, volume = zip(*rows, strict=True) if rows else ((), (), (), ())
    return Demands(
        np.array(cls, np.int64), np.array(origin, np.int64), [np.array([one]) for one in end],
        np.array(volume, float), np.full(len(rows), penalty),
    )  # fmt: skip


def limits(caps: dict[int, float], arcs: int) -> Capacities:
    return Capacities.on_arcs(np.array(list(caps), np.int64), np.array([*caps.values()]), of=arcs)


TWO_WAYS = graph((0, 1, 5.0), (0, 1, 8.0))
TEN = demands((0, 0, 1, 10.0))


def hand(cap: float, *, shut: bool = False) -> FlowProblem:
    """Hand example 2 of the methods: ten units on ways for 5, of this capacity, and 8."""
    ways = replace(TWO_WAYS, usable=np.array([True, not shut]))
    return FlowProblem([ways], TEN, limits({0: cap}, 2))


def test_hand_example_with_capacity() -> None:
    flow = carry(hand(6.0))
    assert flow.cost_usd == pytest.approx(62.0)
    assert flow.prices.demand.tolist() == pytest.approx([8.0])
    assert flow.prices.capacity.tolist() == pytest.approx([3.0])
    assert carry(hand(7.0)).cost_usd == pytest.approx(59.0)


def test_hand_example_with_one_way_shut() -> None:
    flow = carry(hand(6.0, shut=True))
    assert flow.objective_usd == pytest.approx(110.0)
    assert (flow.cost_usd, flow.penalty_usd) == pytest.approx((30.0, 80.0))
    assert flow.unserved.tolist() == pytest.approx([4.0])
    assert flow.prices.capacity.tolist() == pytest.approx([15.0])


def test_a_chokepoint_that_two_ways_share_has_the_price() -> None:
    ways = graph((0, 1, 1.0), (1, 2, 1.0), (1, 2, 1.0), (0, 2, 9.0))
    flow = carry(FlowProblem([ways], demands((0, 0, 2, 10.0)), limits({0: 4.0}, 4)))
    assert flow.cost_usd == pytest.approx(4 * 2 + 6 * 9)
    assert flow.prices.capacity.tolist() == pytest.approx([7.0])


def test_both_directions_of_a_single_track_share_its_capacity() -> None:
    track = graph((0, 1, 1.0), (1, 0, 1.0))
    both = Capacities(sp.csr_array(np.ones((1, 2))), np.array([12.0]))
    flow = carry(FlowProblem([track], demands((0, 0, 1, 10.0), (0, 1, 0, 10.0)), both))
    assert flow.used.tolist() == pytest.approx([12.0])
    assert flow.unserved.sum() == pytest.approx(8.0)


def test_classes_take_capacity_in_its_own_unit() -> None:
    road = graph((0, 1, 1.0))
    tonnes = Capacities(
        sp.csr_array(np.ones((1, 1))), np.array([100.0]), factor=np.array([[10.0], [25.0]])
    )
    wanted = demands((0, 0, 1, 5.0), (1, 0, 1, 5.0))
    flow = carry(FlowProblem([road, road], wanted, tonnes))
    # A unit of the first class takes less of what is scarce, and both are worth the same.
    assert flow.unserved.tolist() == pytest.approx([0.0, 3.0])
    assert flow.prices.capacity.tolist() == pytest.approx([19 / 25])


def test_a_row_that_does_not_concern_a_class_does_not_hold_it() -> None:
    road = graph((0, 1, 1.0))
    caps = Capacities(
        sp.csr_array(np.ones((1, 1))), np.array([0.0]), factor=np.array([[1.0], [0.0]])
    )
    flow = carry(FlowProblem([road, road], demands((0, 0, 1, 5.0), (1, 0, 1, 5.0)), caps))
    assert flow.unserved.tolist() == pytest.approx([5.0, 0.0])


def test_any_of_several_destinations_will_do() -> None:
    wanted = replace(TEN, destinations=[np.array([2, 1])])
    ways = graph((0, 1, 5.0), (0, 2, 3.0))
    flow = carry(FlowProblem([ways], wanted, limits({1: 4.0}, 2)))
    assert flow.cost_usd == pytest.approx(4 * 3 + 6 * 5)


def test_islands_stay_unserved() -> None:
    flow = carry(FlowProblem([TWO_WAYS], demands((0, 2, 3, 7.0)), limits({0: 6.0}, 2)))
    assert flow.status == "optimal"
    assert flow.unserved.tolist() == [7.0]
    assert flow.cost_usd == 0.0


def test_a_demand_of_nothing_and_no_demand_at_all() -> None:
    for wanted in (demands((0, 0, 1, 0.0)), demands()):
        flow = carry(FlowProblem([TWO_WAYS], wanted, limits({0: 6.0}, 2)))
        assert (flow.status, flow.objective_usd, flow.gap) == ("optimal", 0.0, 0.0)


def test_a_million_where_a_thousand_can_pass() -> None:
    wanted = demands((0, 0, 1, 1e6))
    flow = carry(FlowProblem([graph((0, 1, 5.0))], wanted, limits({0: 1e3}, 1)))
    assert flow.unserved.tolist() == pytest.approx([999_000.0])
    assert flow.used.tolist() == pytest.approx([1e3])
    assert flow.prices.capacity.tolist() == pytest.approx([15.0])


def test_a_round_of_arcs_that_cost_nothing_is_no_trap() -> None:
    ways = graph((0, 1, 0.0), (1, 0, 0.0), (1, 1, 0.0), (1, 2, 0.0), (0, 2, 1.0))
    flow = carry(FlowProblem([ways], demands((0, 0, 2, 5.0)), limits({3: 2.0}, 5)))
    assert flow.cost_usd == pytest.approx(3.0)


def test_of_flows_that_cost_the_same_the_one_of_least_tie() -> None:
    for tie, right in (([9.0, 2.0], [0.0, 10.0]), ([2.0, 9.0], [10.0, 0.0])):
        ways = graph((0, 1, 5.0), (0, 2, 5.0), (1, 3, 0.0), (2, 3, 0.0), tie=[*tie, 0.0, 0.0])
        caps = limits({2: 10.0, 3: 10.0}, 4)
        first = carry(FlowProblem([ways], demands((0, 0, 3, 12.0)), caps))
        problem = FlowProblem([ways], demands((0, 0, 3, 10.0)), caps)
        flow = carry(problem, pool=first.pool)
        assert flow.on_arcs(problem)[0][:2].tolist() == pytest.approx(right)


def boxes(cost: float, *, per_unit: float = 1.0) -> Boxes:
    """Empty boxes between nodes 0 and 1."""
    return Boxes(
        graph((0, 1, cost), (1, 0, cost)), np.array([0, 1]), np.array([0, 1]),
        np.array([0, 1]), np.array([1, 0]), np.full(2, per_unit),
    )  # fmt: skip


def test_empty_boxes_go_back_over_the_same_capacities() -> None:
    """Ten out and four back at 5: six boxes go back empty at 2, over a track for eight a way."""
    track = graph((0, 1, 5.0), (1, 0, 5.0))
    wanted = demands((0, 0, 1, 10.0), (0, 1, 0, 4.0))
    problem = FlowProblem([track], wanted, limits({1: 100.0}, 2), boxes(2.0))
    flow = carry(problem)
    assert flow.cost_usd == pytest.approx(14 * 5 + 6 * 2)
    assert flow.used.tolist() == pytest.approx([10.0])
    assert flow.on_arcs(problem)[1].tolist() == pytest.approx([0.0, 6.0])
    # With room for eight on the way back, only eight can go out.
    flow = carry(replace(problem, capacities=limits({1: 8.0}, 2)))
    assert flow.unserved.tolist() == pytest.approx([2.0, 0.0])
    assert flow.cost_usd == pytest.approx(12 * 5 + 4 * 2)
    # One more place on the way back lets a unit out (20 - 5) and its box back (2).
    assert flow.prices.capacity.tolist() == pytest.approx([13.0])


def test_cargo_is_not_worth_it_if_the_box_is_too_dear_to_bring_back() -> None:
    track = graph((0, 1, 5.0), (1, 0, 5.0))
    wanted = demands((0, 0, 1, 10.0), (0, 1, 0, 4.0))
    flow = carry(FlowProblem([track], wanted, Capacities.none(2), boxes(16.0)))
    assert flow.unserved.tolist() == pytest.approx([6.0, 0.0])


def test_a_minimum_flow_is_met_where_that_is_cheaper_than_to_miss_it() -> None:
    for shortfall, used, cost in ((2.0, 0.0, 50 + 8), (4.0, 4.0, 4 * 8 + 6 * 5)):
        caps = Capacities(
            sp.csr_array(np.array([[0.0, 1.0]])), np.array([9.0]),
            minimum=np.array([4.0]), shortfall=shortfall,
        )  # fmt: skip
        flow = carry(FlowProblem([TWO_WAYS], TEN, caps))
        assert flow.objective_usd == pytest.approx(cost)
        assert flow.used.tolist() == pytest.approx([used])
        assert flow.missing.tolist() == pytest.approx([4.0 - used])


def test_stopped_at_once_nothing_is_carried_and_the_gap_says_so() -> None:
    flow = carry(hand(6.0), stop=lambda: True)
    assert flow.status == "feasible"
    assert flow.unserved.tolist() == [10.0]
    assert flow.gap == 1.0
    with pytest.raises(ValueError, match="optimum"):
        shadow_prices(hand(6.0), flow)


def test_stopped_later_the_best_found_is_a_flow_with_a_proven_gap() -> None:
    ways = graph((0, 1, 1.0), (0, 1, 2.0), (0, 1, 3.0), (0, 1, 4.0))
    problem = FlowProblem([ways], TEN, limits({0: 1.0, 1: 2.0, 2: 3.0}, 4))
    best = carry(problem).objective_usd
    for allowed in range(1, 4):
        asked = iter([*[False] * allowed, *[True] * 99])
        flow = carry(problem, stop=asked.__next__)
        assert flow.status == "feasible"
        assert flow.bound_usd <= best <= flow.objective_usd
        assert flow.gap > 0


def test_time_runs_out() -> None:
    assert after(0.0)()
    assert not after(1000.0)()


def test_stopped_prices_say_so() -> None:
    problem = hand(6.0)
    with pytest.raises(StoppedError):
        shadow_prices(problem, carry(problem), stop=lambda: True)


def test_rents_are_price_times_use() -> None:
    problem = hand(6.0)
    found = shadow_prices(problem, carry(problem))
    assert (found.low.tolist(), found.high.tolist()) == ([3.0], [3.0])
    assert (found.rent_low.tolist(), found.rent_high.tolist()) == ([18.0], [18.0])


def test_a_capacity_of_nothing_has_a_price_for_more_but_none_for_less() -> None:
    problem = hand(0.0)
    found = shadow_prices(problem, carry(problem))
    assert (found.low.tolist(), found.high.tolist()) == ([3.0], [np.inf])


def test_prices_of_rows_that_were_not_asked_for_are_not_told() -> None:
    problem = FlowProblem([TWO_WAYS], TEN, limits({0: 6.0, 1: 3.0}, 2))
    found = shadow_prices(problem, carry(problem), rows=np.array([1]))
    assert np.isnan(found.low).tolist() == [True, False]
    assert found.high[1] == pytest.approx(12.0)


def test_a_pool_of_another_problem_is_refused() -> None:
    pool = carry(FlowProblem([TWO_WAYS], demands((0, 0, 1, 1.0), (0, 0, 1, 2.0)), limits({}, 2)))
    with pytest.raises(ValueError, match="pool"):
        carry(hand(6.0), pool=pool.pool)


def test_ways_to_another_end_are_not_taken_from_a_pool() -> None:
    ways = graph((0, 1, 5.0), (0, 2, 6.0))
    first = carry(FlowProblem([ways], demands((0, 0, 1, 5.0)), limits({}, 2)))
    flow = carry(FlowProblem([ways], demands((0, 0, 2, 5.0)), limits({}, 2)), pool=first.pool)
    assert flow.cost_usd == pytest.approx(30.0)


def test_an_empty_pool_is_as_good_as_none() -> None:
    assert carry(hand(6.0), pool=Pool.empty()).cost_usd == pytest.approx(62.0)


BAD = {
    "capacity of row 0": {"capacities": limits({0: -1.0}, 2)},
    "capacity of row": {"capacities": limits({0: np.nan}, 2)},
    "at least 4 but has a capacity of 3": {
        "capacities": replace(limits({0: 3.0}, 2), minimum=np.array([4.0]))
    },
    "volume of demand 0": {"demands": demands((0, 0, 1, -1.0))},
    "penalty of demand 0": {"demands": demands((0, 0, 1, 1.0), penalty=-1.0)},
    "demand 0 has an end": {"demands": demands((0, 0, 9, 1.0))},
    "demand 0 is of class 3": {"demands": demands((3, 0, 1, 1.0))},
    "cost in graph 0 of row 1": {"classes": [graph((0, 1, 5.0), (0, 1, -8.0))]},
    "outside its 4 nodes": {"classes": [graph((0, 1, 5.0), (0, 7, 8.0))]},
    "not equally long": {"classes": [replace(TWO_WAYS, cost=np.ones(3))]},
    "not among the 1 of": {"capacities": limits({0: 1.0}, 1)},
    "factors must have": {"capacities": replace(limits({0: 1.0}, 2), factor=np.ones((2, 1)))},
    "factors of capacities": {"capacities": replace(limits({0: 1.0}, 2), factor=-np.ones((1, 1)))},
    "boxes": {"boxes": replace(boxes(1.0), start=np.array([5]), end=np.array([0]))},
}


@pytest.mark.parametrize("told", BAD)
def test_what_cannot_be_is_refused_by_name(told: str) -> None:
    with pytest.raises(ValueError, match=told):
        replace(hand(6.0), **BAD[told])  # type: ignore[arg-type]


def test_all_mistakes_are_told_at_once() -> None:
    with pytest.raises(ValueError, match=r"volume of demand 0.*capacity of row 0"):
        FlowProblem([TWO_WAYS], demands((0, 0, 1, -1.0)), limits({0: -6.0}, 2))


def test_access_that_depends_on_where_the_cargo_has_been() -> None:
    """Who comes by node 1 may not take the last arc for 1, on which all others share room."""
    tail, head = np.array([0, 0, 1, 2, 3, 3], np.int32), np.array([1, 2, 3, 3, 4, 4], np.int32)
    cost = np.array([1.0, 5.0, 1.0, 1.0, 1.0, 9.0])
    gained = np.array([0, 1, 0, 0, 0])
    field = Field.split(tail, head, gain_on_arc=np.zeros(6, np.int64), gain_at_node=gained, start=0)
    cls = FlowClass(
        field.tail, field.head, field.arc, cost[field.arc],
        ~((field.memory == 1) & (field.arc == 4)), field.n_states,
    )  # fmt: skip
    wanted = Demands(
        np.array([0]), np.array([field.state(0, 0)]), [field.states(np.array([4]))],
        np.array([10.0]), np.array([50.0]),
    )  # fmt: skip
    problem = FlowProblem([cls], wanted, limits({4: 6.0}, 6))
    flow = carry(problem)
    # Six by node 2 over the shared arc for 7, four by node 1 and the dear arc for 11.
    assert flow.cost_usd == pytest.approx(6 * 7 + 4 * 11)
    assert flow.on_arcs(problem)[0].tolist() == pytest.approx([4.0, 6.0, 4.0, 6.0, 6.0, 4.0])
    assert flow.prices.capacity.tolist() == pytest.approx([4.0])
