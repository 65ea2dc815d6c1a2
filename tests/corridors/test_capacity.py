"""Capacities on a small drawn graph: what takes of which row, for whom, and what projects add."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from corridors.errors import ScenarioError
from corridors.model.access import Span
from corridors.model.capacity import Amount, Capacity, Effect, Open, Project
from corridors.scenario.capacity import capacity_rows
from corridors.scenario.capacity_places import Ground
from corridors.scenario.compile import compile_scenario
from corridors.scenario.load import load_scenario
from corridors.scenario.project_effects import project_effects
from corridors.scenario.rates import load_rates
from corridors.scenario.references import Names
from geodata.snapshot import Snapshot
from geodata.types import Kind, Mode, Status
from tests.oracles.access_world import Arc, Node, asset, graph
from tests.oracles.small_register import small_register

if TYPE_CHECKING:
    from corridors.scenario.capacity import CapacityRows
    from corridors.scenario.compile import Compiled

RATES = load_rates()
# K and Q lie in KZ, U and P in UZ; a line L, a border X, a change of gauge G, a ship V and a
# ferry W between the ports, a strait S on the ship's way, a line N that is not built.
NODES = {
    "K": Node("KZ", Mode.RAIL, "K"), "k1": Node("KZ", Mode.RAIL), "k2": Node("KZ", Mode.RAIL),
    "u1": Node("UZ", Mode.RAIL), "u2": Node("UZ", Mode.RAIL), "U": Node("UZ", Mode.RAIL, "U"),
    "Psea": Node("UZ", Mode.SEA, "P"), "Prail": Node("UZ", Mode.RAIL, "P"),
    "Pin": Node("UZ", Mode.NONE, "P"), "Pout": Node("UZ", Mode.NONE, "P"),
    "vp": Node("XZ", Mode.SEA), "vq": Node("XZ", Mode.SEA), "vs": Node("XZ", Mode.SEA),
    "Qsea": Node("KZ", Mode.SEA, "Q"), "Qrail": Node("KZ", Mode.RAIL, "Q"),
    "wp": Node("XZ", Mode.FERRY), "wq": Node("XZ", Mode.FERRY),
}  # fmt: skip
AT = {name: at for at, name in enumerate(NODES)}
_RAIL, _SEA, _FERRY = Mode.RAIL, Mode.SEA, Mode.FERRY
_BOTH = [
    ("K", "k1", Kind.LINE, _RAIL, "L"), ("k1", "k2", Kind.LINE, _RAIL, "L"),
    ("k2", "u1", Kind.BORDER, _RAIL, "X"), ("u1", "u2", Kind.GAUGE_CHANGE, _RAIL, "G"),
    ("u2", "U", Kind.LINE, _RAIL, ""), ("u2", "Prail", Kind.LINE, _RAIL, ""),
    ("K", "Qrail", Kind.LINE, _RAIL, ""), ("k1", "u1", Kind.LINE, _RAIL, "N"),
    ("Prail", "Psea", Kind.TRANSFER, _SEA, "P"), ("Qrail", "Qsea", Kind.TRANSFER, _SEA, "Q"),
    ("vp", "vs", Kind.LINE, _SEA, "S"), ("vs", "vq", Kind.LINE, _SEA, "V"),
    ("wp", "wq", Kind.LINE, _FERRY, "W"),
]  # fmt: skip
_ONCE = [
    ("Psea", "vp", Kind.BOARDING, _SEA, "V"), ("vp", "Psea", Kind.TRANSFER, _SEA, "V"),
    ("Qsea", "vq", Kind.BOARDING, _SEA, "V"), ("vq", "Qsea", Kind.TRANSFER, _SEA, "V"),
    ("Prail", "wp", Kind.BOARDING, _FERRY, "W"), ("wp", "Prail", Kind.TRANSFER, _FERRY, "W"),
    ("Qrail", "wq", Kind.BOARDING, _FERRY, "W"), ("wq", "Qrail", Kind.TRANSFER, _FERRY, "W"),
    ("Pin", "Psea", Kind.ACCESS, _SEA, "P"), ("Psea", "Pout", Kind.ACCESS, _SEA, "P"),
    ("Pin", "Prail", Kind.ACCESS, _RAIL, "P"), ("Prail", "Pout", Kind.ACCESS, _RAIL, "P"),
]  # fmt: skip
ARCS = {
    (a, b): Arc(AT[a], AT[b], kind, mode, thing, status=_status)
    for x, y, kind, mode, thing in (*_BOTH, *_ONCE)
    for a, b in (((x, y), (y, x)) if (x, y, kind, mode, thing) in _BOTH else ((x, y),))
    for _status in (Status.PLANNED if thing == "N" else Status.BUILT,)
}
PLACE = {ends: at for at, ends in enumerate(ARCS)}
ASSETS = (
    asset("L", "line", "KZ"), asset("N", "line", "KZ", "UZ"), asset("X", "crossing", "KZ", "UZ"),
    asset("G", "terminal", "UZ"), asset("P", "terminal", "UZ"), asset("Q", "terminal", "KZ"),
    replace(asset("V", "service"), sailings_per_week=3.0),
    replace(asset("W", "service"), sailings_per_week=3.0), asset("S", "strait", "XZ"),
)  # fmt: skip
GRAPH = graph(list(NODES.values()), list(ARCS.values()), ASSETS)
_GAUGE = np.array([1435 if name in ("u2", "U", "Prail") else 1520 for name in NODES], np.int16)
GRAPH = replace(GRAPH, nodes=GRAPH.nodes.with_columns(gauge_mm=_GAUGE))
GROUND = Ground(GRAPH)
HEAD = """\
id: x
title: t
why: w
as_of: 2026-11-22
costs:
  value_of_time_usd_per_teu_h: 2.57
  penalty_usd_per_teu: 50000
  units: {tonnes_per_teu: 12, teu_per_truck: 1, teu_per_train: 100}
demands:
  - {id: boxes, origin: K, destination: U, teu_per_year: 1, owner: UZ}
  - {id: grain, origin: K, destination: U, teu_per_year: 1, commodity: grain, owner: KZ}
"""
REGISTER = small_register(
    rules=[
        {"id": "R_CAP", "by": "KZ", "effect": "cap", "value": "1.2", "low": "0.6", "high": "2.4",
         "unit": "Mt/yr", "on": "X", "cargo": "owner=UZ"},
        {"id": "R_PAIR", "by": "UZ", "effect": "cap", "value": "7", "unit": "trains/day",
         "on_kind": "country_pair", "on": "KZ-UZ"},
        {"id": "R_LAND", "by": "UZ", "effect": "cap", "value": "5", "unit": "TEU/yr",
         "on_kind": "territory", "on": "UZ"},
        {"id": "R_ODD", "by": "UZ", "effect": "cap", "value": "5", "unit": "permits/yr", "on": "X"},
    ]
)  # fmt: skip
#: Ways over the graph, as nodes.
BY_RAIL = ["K", "k1", "k2", "u1", "u2", "U"]
BY_SHIP = ["K", "Qrail", "Qsea", "vq", "vs", "vp", "Psea", "Prail", "u2", "U"]
BY_FERRY = ["K", "Qrail", "wq", "wp", "Prail", "u2", "U"]
FROM_PORT = ["Pin", "Psea", "vp", "vs", "vq", "Qsea", "Qrail", "K"]


def capacity(name: str, kind: str, *on: str, **more: Any) -> Capacity:
    usual: dict[str, Any] = {
        "title": name, "modes": (), "direction": "both", "amount": Amount(10.0, 20.0, 40.0),
        "unit": "TEU/yr", "lot": None, "open": Open(1.0, "assumed", ("assumption",)),
        "span": Span(), "year": 2024, "quality": "reported", "sources": ("S1",),
    }  # fmt: skip
    return Capacity(id=name, kind=kind, on=on, **(usual | more))


def compiled(*sets: str) -> Compiled:
    scenario = load_scenario("-", stdin=HEAD, sets=sets).scenario
    return compile_scenario(scenario, Snapshot("id", Path(), GRAPH, (), (), ()), RATES, REGISTER)


def rows(*capacities: Capacity, sets: tuple[str, ...] = ("capacity.level=likely",)) -> CapacityRows:
    scenario = load_scenario("-", stdin=HEAD, sets=sets).scenario
    return capacity_rows(scenario, compiled(*sets), capacities)


def along(found: CapacityRows, way: list[str], view: int | None = None) -> dict[str, float]:
    """Return what a TEU on a way takes of each row, rows it leaves alone left out."""
    usage = found.usage if view is None else found.usage_of(view)
    arcs = [PLACE[ends] for ends in pairwise(way)]
    taken = usage[:, arcs].sum(axis=1)
    return {name: float(one) for name, one in zip(found.ids, taken, strict=True) if one}


def named(
    kind: str, *on: str, modes: tuple[str, ...] = (), way: str = "both"
) -> dict[str, set[tuple[str, str]]]:
    ends = list(ARCS)
    return {
        one.name: {ends[at] for at in one.arcs.tolist()}
        for one in GROUND.sections(kind, on, modes, way)
    }


def test_each_kind_of_place_is_counted_where_it_is_passed() -> None:
    assert named("crossing", "X") == {"": {("k2", "u1"), ("u1", "k2")}}
    assert named("country_pair", "UZ-KZ") == named("crossing", "X")
    assert named("gauge_change", "G") == {"": {("u1", "u2"), ("u2", "u1")}}
    assert named("service", "V") == {"": {("Psea", "vp"), ("Qsea", "vq")}}
    assert named("strait", "S") == {"": {("vp", "vs"), ("vs", "vp")}}
    assert named("line", "L") == {
        "L/1": {("K", "k1"), ("k1", "K")}, "L/2": {("k1", "k2"), ("k2", "k1")},
    }  # fmt: skip
    assert named("line", "N") == {"": {("k1", "u1"), ("u1", "k1")}}


def test_a_port_handles_what_its_modes_say() -> None:
    quay = {("Prail", "Psea"), ("Psea", "Prail"), ("Pin", "Psea"), ("Psea", "Pout")}
    ferry = {("Prail", "wp"), ("wp", "Prail")}
    assert named("terminal", "P") == {"": quay | ferry}
    assert named("terminal", "P", modes=("sea",)) == {"": quay}
    assert named("terminal", "P", modes=("ferry",)) == {"": ferry}
    yard = {("Pin", "Prail"), ("Prail", "Pout"), ("Prail", "Psea"), ("Psea", "Prail")}
    assert named("terminal", "P", modes=("rail",)) == {"": yard}


def test_directions_are_apart_or_together() -> None:
    assert named("crossing", "X", way="each") == {
        "KZ>UZ": {("k2", "u1")}, "UZ>KZ": {("u1", "k2")},
    }  # fmt: skip
    assert named("crossing", "X", way="UZ>KZ") == {"UZ>KZ": {("u1", "k2")}}
    assert named("service", "V", way="each") == {"P>Q": {("Psea", "vp")}, "Q>P": {("Qsea", "vq")}}
    assert named("gauge_change", "G", way="each") == {
        "1435>1520": {("u2", "u1")}, "1520>1435": {("u1", "u2")},
    }  # fmt: skip
    assert len(named("line", "L", way="each")) == 4
    assert named("crossing", "X", way="AM>UZ") == {}


def test_what_is_not_on_the_graph_has_no_section_and_no_row() -> None:
    assert named("crossing", "X_ELSEWHERE") == {}
    assert named("crossing", "X", modes=("road",)) == {}
    found = rows(capacity("FAR", "crossing", "X_ELSEWHERE"), capacity("NEAR", "crossing", "X"))
    assert "NEAR" in found.ids
    assert "FAR: no arc of X_ELSEWHERE on this network" in found.problems


ALL = (
    capacity("line", "line", "L"), capacity("border", "crossing", "X"),
    capacity("yard", "gauge_change", "G"), capacity("ship", "service", "V"),
    capacity("ferry", "service", "W"), capacity("strait", "strait", "S"),
    capacity("p", "terminal", "P"), capacity("q", "terminal", "Q"),
    capacity("ports", "terminal", "P", "Q", modes=("sea",)),
)  # fmt: skip
#: Ids of rows that `ALL` makes.
KNOWN = {"line:L/1", "line:L/2", *(one.id for one in ALL)}


@pytest.mark.parametrize(
    ("way", "taken"),
    [
        (BY_RAIL, {"line:L/1": 1, "line:L/2": 1, "border": 1, "yard": 1}),
        (BY_RAIL[::-1], {"line:L/1": 1, "line:L/2": 1, "border": 1, "yard": 1}),
        (BY_SHIP, {"ship": 1, "strait": 1, "p": 1, "q": 1, "ports": 2}),
        (BY_SHIP[::-1], {"ship": 1, "strait": 1, "p": 1, "q": 1, "ports": 2}),
        (BY_FERRY, {"ferry": 1, "p": 1, "q": 1}),
        (FROM_PORT, {"ship": 1, "strait": 1, "p": 1, "q": 1, "ports": 2}),
    ],
)
def test_a_box_on_its_way_takes_one_of_each_row_it_meets(
    way: list[str], taken: dict[str, float]
) -> None:
    found = rows(*ALL)
    assert {name: one for name, one in along(found, way).items() if name in KNOWN} == taken


def test_a_level_picks_an_end_of_the_range_and_none_picks_nothing() -> None:
    one = capacity("X1", "crossing", "X", open=Open(0.5, "assumed", ("assumption",)))
    for level, teu in (("low", 5.0), ("likely", 10.0), ("high", 20.0)):
        found = rows(one, sets=(f"capacity.level={level}",))
        assert found.capacity_teu_per_year[0] == teu
    assert rows(one, sets=()).rows == ()
    assert rows(one, sets=()).usage.shape == (0, len(ARCS))


def test_a_scenario_replaces_and_leaves_out() -> None:
    half = Open(0.5, "assumed", ("assumption",))
    two = (capacity("A", "crossing", "X", open=half), capacity("B", "strait", "S"))
    found = rows(*two, sets=("capacity.level=likely", "capacity.set.A=7", "capacity.left_out=[B]"))
    assert found.ids[0] == "A"
    assert "B" not in found.ids
    assert found.capacity_teu_per_year[0] == 7.0
    assert (found.rows[0].quality, found.rows[0].sources) == ("assumed", ("scenario",))
    alone = rows(*two, sets=("capacity.set.A=0",))
    assert (alone.ids, alone.capacity_teu_per_year.tolist()) == (("A",), [0.0])


def test_a_row_holds_on_its_days() -> None:
    past = capacity("OLD", "crossing", "X", span=Span(None, date(2025, 12, 31)))
    now = capacity("NEW", "crossing", "X", span=Span(date(2026, 1, 1), None))
    assert rows(past, now).ids[0] == "NEW"
    before = ("capacity.level=likely", "as_of=2025-12-31")
    assert rows(past, now, sets=before).ids[0] == "OLD"


def test_units_become_teu_a_year() -> None:
    found = rows(
        capacity("T", "crossing", "X", unit="trains/day"),
        capacity("S", "service", "V", unit="sailings/week", lot=50.0),
        capacity("M", "strait", "S", unit="Mt/yr"),
        capacity("B", "strait", "S", unit="ships/day"),
    )
    assert found.capacity_teu_per_year[:3] == pytest.approx(
        [20 * 365 * 100, 20 * 365 / 7 * 50, 20e6 / 12]
    )
    assert "B: capacity in ships/day left out: vessel_teu is not given" in found.problems


def test_heavier_goods_take_more_of_what_is_given_by_weight() -> None:
    found = rows(capacity("M", "crossing", "X", unit="Mt/yr"), capacity("T", "gauge_change", "G"))
    grain = RATES.commodities["grain"].tonnes.value
    assert grain != 12
    assert found.tonnes_based[:2].tolist() == [True, False]
    boxes, sacks = compiled().view_of
    assert along(found, BY_RAIL, boxes)["M"] == pytest.approx(1.0)
    assert along(found, BY_RAIL, sacks)["M"] == pytest.approx(grain / 12)
    assert along(found, BY_RAIL, sacks)["T"] == 1.0
    assert found.factor_of(24.0)[:2].tolist() == [2.0, 1.0]


def test_caps_of_rules_hold_for_the_cargo_they_are_about() -> None:
    found = rows()
    assert found.ids == ("R_CAP:X", "R_PAIR:KZ-UZ")
    assert found.capacity_teu_per_year == pytest.approx([1.2e6 / 12, 7 * 365 * 100])
    boxes, sacks = compiled().view_of
    assert along(found, BY_RAIL, boxes) == {"R_CAP:X": 1.0, "R_PAIR:KZ-UZ": 1.0}
    assert along(found, BY_RAIL, sacks) == {"R_PAIR:KZ-UZ": 1.0}
    assert found.rows[0].actors == {"KZ": ("cap",)}
    assert "R_LAND: cap on territory left out: no one place to count at" in found.problems
    assert any(one.startswith("R_ODD: cap in permits/yr left out") for one in found.problems)
    for level, mt in (("low", 0.6), ("high", 2.4)):
        ends = rows(sets=(f"capacity.level={level}",))
        assert ends.capacity_teu_per_year[0] == pytest.approx(mt * 1e6 / 12)


def test_the_smallest_cap_on_an_arc_is_that_of_the_access_rules() -> None:
    sets = ("capacity.level=likely", "access.rules.R_LAND=false")
    found, other = rows(sets=sets), compiled(*sets)
    for view in other.view_of:
        usage = found.usage_of(view).toarray()
        mine = np.where(usage > 0, found.capacity_teu_per_year[:, None], np.inf).min(axis=0)
        (row,) = set(other.views[view].memory.rows)
        border = [PLACE["k2", "u1"], PLACE["u1", "k2"]]
        assert mine[border] == pytest.approx(other.access.cap_teu_per_year[row, border])
        assert np.isinf(np.delete(mine, border)).all()


def test_a_capacity_stands_for_the_rule_that_says_the_same() -> None:
    found = rows(capacity("X1", "crossing", "X", stands_for=("R_CAP",)))
    assert found.ids == ("X1", "R_PAIR:KZ-UZ")
    kept = rows(
        capacity("X1", "crossing", "X", stands_for=("R_CAP",)),
        sets=("capacity.level=likely", "capacity.left_out=[X1]"),
    )
    assert kept.ids == ("R_CAP:X", "R_PAIR:KZ-UZ")


def test_who_controls_a_row_is_told() -> None:
    found = rows(capacity("L1", "line", "L"), capacity("X1", "crossing", "X"))
    assert found.rows[0].actors == {"KTZ": ("operator",), "KZ": ("sovereign",)}
    assert set(found.rows[2].actors) == {"KTZ", "KZ", "UZ"}


def project(name: str, builds: tuple[str, ...] = (), *effects: Effect) -> Project:
    years = {"low": 2028, "likely": 2030, "high": None}
    cost = Amount(1e6, 2e6, 4e6)
    return Project(
        name, name, "link", builds, cost, years, "", "planned", "reported", ("S1",), effects
    )


def test_projects_open_arcs_and_add_to_rows() -> None:
    half = Open(0.5, "assumed", ("assumption",))
    sets = ("capacity.level=likely",)
    found = rows(capacity("L1", "line", "L", open=half), capacity("X1", "crossing", "X"), sets=sets)
    to = Effect("X1", "set", Amount(20.0, 50.0, 90.0), None, "reported", ("S1",))
    by = Effect("L1", "add", Amount(1.0, 6.0, 8.0), None, "reported", ("S1",))
    free = replace(by, open_share=1.0)
    listed = [
        project("N", ("N",)), project("WIDEN", (), to, by), project("FREE", (), free),
        project("NOTHING", ("X",)), project("LOST", (), replace(to, capacity="GONE")),
    ]  # fmt: skip
    arrays = project_effects(listed, found, compiled(*sets))
    assert arrays.ids == ("N", "WIDEN", "FREE", "NOTHING", "LOST")
    assert set(arrays.opens[[0]].indices.tolist()) == {PLACE["k1", "u1"], PLACE["u1", "k1"]}
    gains = arrays.gains_teu_per_year.toarray()
    assert gains[1].tolist() == [3.0, 3.0, 30.0, 0.0, 0.0]
    assert gains[2].tolist() == [6.0, 6.0, 0.0, 0.0, 0.0]
    assert arrays.matters.tolist() == [True, True, True, False, False]
    assert arrays.cost_usd.tolist() == [2e6] * 5
    assert arrays.cost_range_usd[0].tolist() == [1e6, 2e6, 4e6]
    assert arrays.opening_year[0].tolist() == [2028, 2030, 0]
    assert "NOTHING: opens nothing and adds nothing here" in arrays.problems
    assert "LOST: GONE is no row of this scenario" in arrays.problems
    high = project_effects(listed, found, compiled(*sets), level="high")
    assert high.gains_teu_per_year.toarray()[1].tolist() == [4.0, 4.0, 70.0, 0.0, 0.0]
    assert high.cost_usd[0] == 4e6


def test_what_a_scenario_builds_itself_is_open_already() -> None:
    built = compiled("network.built=[N]")
    arrays = project_effects([project("N", ("N",))], rows(), built)
    assert arrays.opens.nnz == 0


def test_laying_is_the_same_every_time() -> None:
    one, two = rows(*ALL), rows(*ALL)
    assert one.ids == two.ids
    assert np.array_equal(one.usage.toarray(), two.usage.toarray())
    assert np.array_equal(one.capacity_teu_per_year, two.capacity_teu_per_year)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("capacity.set.LARS-ROD=1", 'unknown capacity LARS-ROD; did you mean "LARS-ROAD"'),
        ("capacity.left_out=[SUZE]", 'unknown capacity SUZE; did you mean "SUEZ"'),
        ("capacity.level=most", "capacity.level"),
        ("capacity.set.SUEZ=-1", "capacity.set.SUEZ"),
    ],
)
def test_a_scenario_that_is_wrong_about_capacity_is_told(text: str, said: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        load_scenario("-", stdin=HEAD, sets=(text,), names=Names(GRAPH, (), REGISTER))
    assert any(said in str(one) for one in caught.value.findings), caught.value.findings


def test_null_takes_a_capacity_back() -> None:
    sets = ("capacity.set.SUEZ=5", "capacity.set.SUEZ=null")
    assert dict(load_scenario("-", stdin=HEAD, sets=sets).scenario.capacity.set) == {}
