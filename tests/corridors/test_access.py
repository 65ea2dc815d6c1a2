"""Access rules on arcs, on a world drawn by hand and on the real network."""

from __future__ import annotations

from datetime import date
from itertools import product
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pytest

from corridors.model.access import Cargo, Scope, Selector
from corridors.scenario.access import OPEN, compile_access
from corridors.scenario.candidates import Candidates
from corridors.scenario.in_force import as_of
from corridors.scenario.levies import Units
from corridors.scenario.precedence import applies, decide, survey
from corridors.scenario.register import load_register
from corridors.scenario.terrain import Terrain
from geodata.types import Branch, BranchLeg, Kind, Mode, Status
from tests.oracles.access_world import (
    Arc,
    Node,
    asset,
    graph,
    hold,
    land,
    law,
    named,
    rule,
    there_and_back,
)

if TYPE_CHECKING:
    from corridors.model.access import InForce, Rule
    from corridors.scenario.access import Access
    from tests.conftest import Real

TODAY = date(2026, 11, 22)

# From a terminal T in AA by road over the crossing X to BB; on by the line L, planned in
# part, over a second crossing Y to CC; from a port P in BB over a strait, with a ferry V.
NODES = [
    Node("AA", Mode.NONE, "T"), Node("AA", terminal="T"), Node("BB"), Node("BB"), Node("BB"),
    Node("CC"), Node("BB", terminal="P"), Node("BB", Mode.SEA, "P"), Node("XZ", Mode.SEA),
    Node("XZ", Mode.FERRY),
]  # fmt: skip
ACCESS, X, L1, L2, Y, LOAD, SAIL, BOARD, PLAN = 0, 1, 2, 3, 4, 6, 7, 8, 9
ARCS = there_and_back(
    Arc(0, 1, Kind.ACCESS, asset="T"),
    Arc(1, 2, Kind.BORDER, asset="X_AB", country="BB"),
    Arc(2, 3, asset="L", km=30.0),
    Arc(3, 4, asset="L", km=10.0),
    Arc(4, 5, Kind.BORDER, asset="X-BB-CC-R01"),
    Arc(4, 6),
    Arc(6, 7, Kind.TRANSFER, Mode.SEA, "P"),
    Arc(7, 8, mode=Mode.SEA, asset="S", country="XZ"),
    Arc(6, 9, Kind.BOARDING, Mode.FERRY, "V"),
    Arc(2, 4, asset="NEW", status=Status.PLANNED),
)
BACK = len(ARCS) // 2
ASSETS = [
    asset("T", "terminal", "AA"), asset("X_AB", "crossing", "AA", "BB"),
    asset("L", "line", "BB"), asset("X-BB-CC-R01", "crossing", "BB", "CC"),
    asset("P", "terminal", "BB"), asset("S", "strait", "XZ"), asset("V", "service"),
    asset("NEW", "line", "BB"),
]  # fmt: skip
GRAPH = graph(NODES, ARCS, ASSETS)
LEGS = (BranchLeg("EW", 1, "T", "P", "road", (), (L1, L2), 40.0, ""),)
BACKWARD = (BranchLeg("EW", 1, "P", "T", "road", (), (L2 + BACK, L1 + BACK), 40.0, ""),)
BRANCH = Branch("EW", "EW", "", "", "", "", (), LEGS, BACKWARD)
TERRAIN = Terrain.of(GRAPH, [BRANCH])
CONTROLS = (
    hold("AA", land("AA")), hold("BB", land("BB")), hold("CC", land("CC")),
    hold("SS", named("S", "V")), hold("UN", Scope("any"), "sanctioning"),
)  # fmt: skip
ANY = Cargo()
THROUGH = Cargo(origin=frozenset({"AA", "T"}), destination=frozenset({"CC"}))
KNOWN = Units(value_usd_per_teu=40000.0, tonnes_per_teu=12.0, teu_per_truck=2.0)


def made(*rules: Rule) -> InForce:
    return law(*rules, controls=CONTROLS)


def compiled(*rules: Rule, cargo: Cargo = ANY, units: Units = KNOWN) -> Access:
    return compile_access(TERRAIN, made(*rules), [cargo], units=units)


def charged(*rules: Rule, cargo: Cargo = ANY) -> dict[int, float]:
    """Return the arcs that are charged, and how much."""
    charge = compiled(*rules, cargo=cargo).charge_usd_per_teu[0]
    return {int(arc): float(charge[arc]) for arc in np.flatnonzero(charge)}


def fee(of: Scope, value: float = 8.0, unit: str = "USD/TEU", by: str = "BB") -> Rule:
    return rule("fee", by, "charge", of, value=value, unit=unit)


# --- places ----------------------------------------------------------------------------


def test_a_crossing_lies_in_both_countries_and_others_in_one() -> None:
    places = [TERRAIN.places[at] for at in TERRAIN.place_of_arc]
    assert set(places[X].countries) == {"AA", "BB"}
    assert places[L1].countries == ("BB",)
    assert (places[X].named, places[Y].named, places[L1].named) == (True, False, True)
    assert places[L1].branches == {"EW"}
    assert places[PLAN].closed == "NEW planned"
    assert TERRAIN.branch_km == {"EW": 40.0}


def test_a_ferry_s_loading_names_the_port() -> None:
    assert TERRAIN.places[TERRAIN.place_of_arc[BOARD]].assets == {"V", "P"}
    shut = compiled(rule("r", "BB", "deny", named("P")))
    assert not shut.open[0, [BOARD, LOAD]].any()


def test_what_the_scenario_builds_is_open() -> None:
    assert not compiled().open[0, PLAN]
    built = Terrain.of(GRAPH, built=["NEW"])
    assert compile_access(built, made(), [ANY]).open.all()


# --- refusals --------------------------------------------------------------------------


def test_without_rules_all_that_is_built_is_open() -> None:
    access = compiled()
    closed = np.flatnonzero(~access.open[0])
    assert closed.tolist() == [PLAN, PLAN + BACK]
    assert access.explain(0, PLAN) == ("closed: NEW planned",)
    assert access.explain(0, L1) == ("open",)


def test_a_refusal_is_named_with_its_rule() -> None:
    no = rule("r7", "BB", "deny", land("BB"), title="no trucks")
    access = compiled(no)
    assert access.refused_by[0, ACCESS] == OPEN
    reason = access.reasons[access.refused_by[0, L1]]
    assert (reason.actor, reason.rule) == ("BB", "r7")
    assert access.rule_ids(0, X) == ("r7",)
    assert access.explain(0, X) == ("closed by BB (r7): no trucks",)


def test_transit_is_told_from_trade() -> None:
    no = rule("r", "BB", "deny", land("BB"), transit_only=True)
    inward = Cargo(origin=frozenset({"AA"}), destination=frozenset({"BB"}))
    access = compile_access(TERRAIN, made(no), [THROUGH, inward])
    assert access.open[access.row_of, L1].tolist() == [False, True]


def test_direction_is_seen_from_the_rule_maker_s_country() -> None:
    no = rule("r", "BB", "deny", land("BB"), direction="out")
    outward = Cargo(origin=frozenset({"BB"}), destination=frozenset({"AA"}))
    access = compile_access(TERRAIN, made(no), [THROUGH, outward])
    assert access.open[access.row_of, X].tolist() == [True, False]


def test_an_authority_without_territory_bars_only_the_cargo_it_names() -> None:
    listed = rule("r", "UN", "deny", Scope("any"), who=(Selector("list", frozenset({"un"})),))
    access = compile_access(TERRAIN, made(listed), [ANY, Cargo(list=frozenset({"un"}))])
    assert access.open[access.row_of[0]].sum() == len(ARCS) - 2
    assert not access.open[access.row_of[1]].any()


def test_a_rule_without_standing_warns_once() -> None:
    access = compiled(rule("r", "AA", "deny", land("CC", "BB")))
    assert access.open[0, L1]
    assert len([words for words in access.warnings if "no standing" in words]) == 1


# --- charges, delays, caps ---------------------------------------------------------------


def test_a_country_s_charge_is_paid_where_cargo_enters_and_once() -> None:
    # From AA, from CC, off the ship; the ferry is boarded on leaving.
    assert charged(fee(land("BB"))) == {X: 8.0, Y + BACK: 8.0, SAIL + BACK: 8.0, BOARD + BACK: 8.0}
    assert charged(fee(land("AA"), by="AA")) == {ACCESS: 8.0, X + BACK: 8.0}


def test_a_charge_of_one_mode_is_paid_where_that_mode_begins() -> None:
    assert charged(fee(land("BB", modes=["road"]))) == {
        X: 8.0, Y + BACK: 8.0, LOAD + BACK: 8.0, BOARD + BACK: 8.0,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("by", "of", "arcs"),
    [
        ("BB", named("X_AB"), {X: 8.0, X + BACK: 8.0}),
        ("BB", named("L"), {L1: 6.0, L2: 2.0, L1 + BACK: 6.0, L2 + BACK: 2.0}),
        ("BB", named("P"), {LOAD: 8.0, LOAD + BACK: 8.0, BOARD: 8.0}),
        ("SS", named("S"), {SAIL: 8.0, SAIL + BACK: 8.0}),
        ("SS", named("V"), {BOARD: 8.0, BOARD + BACK: 8.0}),
        ("BB", Scope("branch", frozenset({"EW"})),
         {L1: 6.0, L2: 2.0, L1 + BACK: 6.0, L2 + BACK: 2.0}),
        ("BB", Scope("country_pair", frozenset({"BB-CC"})), {Y: 8.0, Y + BACK: 8.0}),
        ("BB", Scope("unnamed_border", frozenset({"BB-CC"})), {Y: 8.0, Y + BACK: 8.0}),
        ("BB", Scope("unnamed_border", frozenset({"AA-BB"})), {}),
    ],
)  # fmt: skip
def test_a_charge_is_levied_by_what_it_is_on(by: str, of: Scope, arcs: dict[int, float]) -> None:
    assert charged(fee(of, by=by)) == pytest.approx(arcs)


def test_a_charge_by_the_km_is_paid_along_the_way() -> None:
    assert charged(fee(named("L"), 0.5, "USD/TEU-km")) == {
        L1: 15.0, L2: 5.0, L1 + BACK: 15.0, L2 + BACK: 5.0,
    }  # fmt: skip


def test_the_rule_that_wins_at_the_door_is_paid() -> None:
    special = rule("special", "BB", "charge", named("X_AB"), value=3.0, unit="USD/TEU")
    assert charged(fee(land("BB")), special)[X] == 3.0
    assert charged(fee(land("BB")), special, fee(land("AA"), by="AA"))[X] == 3.0


@pytest.mark.parametrize(
    ("unit", "usd"), [("USD/FEU", 4.0), ("USD/truck", 4.0), ("percent of value", 3200.0)]
)
def test_units_are_turned_by_what_is_known(unit: str, usd: float) -> None:
    assert charged(fee(named("X_AB"), 8.0, unit))[X] == usd


@pytest.mark.parametrize("unit", ["USD/truck", "USD/vessel", "percent of hull value"])
def test_what_cannot_be_turned_is_a_warning_and_not_a_guess(unit: str) -> None:
    access = compiled(fee(named("X_AB"), 8.0, unit), units=Units())
    assert not access.charge_usd_per_teu.any()
    assert any(words.startswith("fee: charge in ") for words in access.warnings)


def test_a_charge_without_a_value_is_a_warning() -> None:
    empty = rule("empty", "BB", "charge", named("X_AB"), unit="USD/TEU")
    assert "empty: charge without a value left out" in compiled(empty).warnings


def test_delays_caps_and_chances() -> None:
    slow = rule("slow", "BB", "delay", named("X_AB"), value=2.0, unit="days")
    few = rule("few", "BB", "cap", named("X_AB"), value=1.2, unit="Mt/yr")
    fewer = rule("fewer", "AA", "cap", named("X_AB"), value=10.0, unit="trucks/day")
    luck = rule("luck", "AA", "probability", named("X_AB"), value=0.25, unit="probability")
    access = compiled(slow, few, fewer, luck)
    assert access.delay_h[0, X] == 48.0
    assert access.cap_teu_per_year[0, X] == 7300.0
    assert np.isinf(access.cap_teu_per_year[0, L1])
    assert access.refusal_chance[0, [X, L1]].tolist() == [0.25, 0.0]
    assert any("levied on this arc: 0 USD/TEU, 48 h" in line for line in access.explain(0, X))


# --- classes -----------------------------------------------------------------------------


def test_classes_that_no_rule_tells_apart_share_a_row() -> None:
    grain = rule("r", "BB", "deny", land("BB"), who=(Selector("commodity", frozenset({"grain"})),))
    kinds = [Cargo(commodity=frozenset({name})) for name in ("oil", "grain", "cars")]
    access = compile_access(TERRAIN, made(grain), kinds)
    assert access.row_of.tolist() == [0, 1, 0]
    assert access.open.shape == (2, len(ARCS))


class Laid(NamedTuple):
    """The rules of today over the real network."""

    terrain: Terrain
    law: InForce
    candidates: Candidates
    classes: list[Cargo]


@pytest.fixture(scope="module")
def laid(real: Real) -> Laid:
    snapshot = real.snapshot
    terrain = Terrain.of(snapshot.graph, snapshot.branches)
    today = as_of(load_register(), TODAY)
    ends = ("RU", "DE", "AM", "AZ", "CN", "IR", "TR", "IN")
    classes = [
        Cargo(
            frozenset({start}), frozenset({end}), owner=frozenset({start}),
            commodity=frozenset({"container"}),
        )
        for start, end in product(ends, ends)
    ]  # fmt: skip
    return Laid(terrain, today, Candidates.of(terrain, today), classes)


@pytest.mark.slow
def test_on_the_real_network_every_place_is_judged_as_precedence_judges_it(laid: Laid) -> None:
    classes = laid.classes[::11]
    access = compile_access(laid.terrain, laid.law, classes, candidates=laid.candidates)
    first = np.unique(laid.terrain.place_of_arc, return_index=True)[1]
    rng = np.random.default_rng(20261122)
    for arc in rng.choice(first, 120, replace=False).tolist():
        place = laid.terrain.places[laid.terrain.place_of_arc[arc]]
        for k, cargo in enumerate(classes):
            verdict = decide(laid.law, place, cargo)
            assert access.open[access.row_of[k], arc] == verdict.usable
            assert access.verdict(k, arc).refusals == verdict.refusals
            assert access.verdict(k, arc).winners == verdict.winners


@pytest.mark.slow
def test_no_rule_tells_classes_of_one_row_apart(laid: Laid) -> None:
    found = [survey(laid.law, place) for place in laid.terrain.places[::7]]
    access = compile_access(laid.terrain, laid.law, laid.classes, candidates=laid.candidates)
    assert len(access.open) < len(laid.classes)
    for row in range(len(access.open)):
        alike = [laid.classes[k] for k in np.flatnonzero(access.row_of == row)]
        for one in found if len(alike) > 1 else ():
            for rule_there in one.counted:
                told = {applies(rule_there, one, cargo) for cargo in alike}
                assert len(told) == 1


@pytest.mark.slow
def test_compiling_again_gives_the_same_hash(laid: Laid) -> None:
    again = Candidates.of(laid.terrain, laid.law)
    classes = laid.classes[:8]
    one = compile_access(laid.terrain, laid.law, classes, candidates=laid.candidates)
    assert one.digest == compile_access(laid.terrain, laid.law, classes, candidates=again).digest
