"""Claims: each has its words, and the page tells what scenarios make of it."""

from __future__ import annotations

import math
from dataclasses import replace

from corridors.claims import load_claims
from corridors.metrics.claims import Claim, Costed, compared
from corridors.metrics.levers import CONSTRAIN, INVEST, World, lever
from corridors.metrics.undone import Answered, Left, Turned, effect, left_of
from corridors.report.claims_page import Told, claims_page
from corridors.scenario.places import scenario_ids

BASE = {"a": Costed(100.0, 10.0), "b": Costed(50.0, 4.0), "c": Costed(math.inf, 2.0)}


def test_all_claims_have_words_and_shipped_scenarios() -> None:
    claims = load_claims()
    assert [one.number for one in claims] == list(range(1, 32))
    assert all(one.words and one.question and one.scenarios for one in claims)
    assert all(one.by and one.says for one in claims)
    assert [one.number for one in claims if one.levers] == [28]
    assert {name for one in claims for name in one.scenarios} <= set(scenario_ids())


def test_a_comparison_counts_what_both_have_and_who_lost_its_way() -> None:
    other = {"a": Costed(90.0, 10.0), "b": Costed(math.inf, 4.0), "c": Costed(7.0, 2.0)}
    found = compared("x", BASE, other | {"d": Costed(1.0, 9.0)})
    assert found.added_usd == -100.0
    assert found.unserved_teu == 4.0 - 2.0
    assert (found.dearer, found.cheaper) == (0, 1)
    assert found.most == (("a", -0.1),)
    assert (found.flips, found.flips_of) == (10.0, "a")
    assert compared("same", BASE, BASE).flips_of == ""


def test_the_page_has_every_claim_and_number() -> None:
    claim = Claim(6, "A link", "Somebody", "It says so", "What of it?", (), (), ("x", "base"))
    other = BASE | {"b": Costed(40.0, 4.0)}
    left = [
        Left("IR", opened=False, usd=-1.0, share=0.02),
        Left("GE", opened=False, usd=-9.0, share=0.9),
    ]
    page = claims_page(
        [claim], {"x": Told(compared("x", BASE, other), left)}, (), "base", levers={}
    )
    assert "## 6. A link" in page
    assert "- by: Somebody" in page
    row = "| x | -0.0 | +0 | 0 | 1 | b -20% | 10 USD (b) | IR refusing (2% left) |"
    assert row in page
    assert "`--set access.refuses=[IR]`" in page
    empty = claims_page([claim._replace(scenarios=())], {}, (), "base", levers={})
    assert "No scenario beside the base" in empty


def test_claims_about_hold_name_who_holds() -> None:
    claims = load_claims()
    assert claims[1].control == ("AZ",)
    assert claims[5].control == ("AM", "MEGHRI-RAIL+HORADIZ-AGHBAND")
    assert claims[22].control == ()


def _answer(name: str, costs: tuple[float, float], **turned: Turned) -> Answered:
    found = dict(zip("ab", (Costed(cost, 10.0) for cost in costs), strict=True))
    penalty = {"a": 300.0, "b": 150.0}
    return Answered(name, found, penalty, {}, turned, frozenset({"KZ"} if "KZ" in turned else ()))


def test_what_undoes_an_answer_is_found_by_turning_one_switch_in_both() -> None:
    """The scenario saves 20 a TEU of a by a way through IR; b has another way than GE's."""
    base = _answer(
        "base", (100.0, 50.0), IR=Turned(opened=False, costs={}),
        GE=Turned(opened=False, costs={"b": 60.0}), L=Turned(opened=True, costs={"a": 70.0}),
        KZ=Turned(opened=False, costs={}),
    )  # fmt: skip
    other = _answer(
        "x", (80.0, 50.0), IR=Turned(opened=False, costs={"a": 100.0}),
        GE=Turned(opened=False, costs={"b": math.inf}), L=Turned(opened=True, costs={"a": 70.0}),
        KZ=Turned(opened=False, costs={"a": 100.0}),
    )  # fmt: skip
    scale = Costed(0.0, 1000.0)
    base, other = (
        replace(one, costs={k: v._replace(teu_per_year=scale.teu_per_year)
                            for k, v in one.costs.items()})
        for one in (base, other)
    )  # fmt: skip
    assert effect(base, other) == -20_000.0
    left = {one.switch: one for one in left_of(base, other)}
    assert left.keys() == {"IR", "GE", "L"}, "what the scenario turns itself is not asked"
    assert (left["IR"].usd, left["IR"].undone) == (0.0, True)
    assert (left["L"].usd, left["L"].undone, left["L"].opened) == (0.0, True, True)
    # b's way costs 150 at most, 90 more than in the base: the answer turns round.
    assert left["GE"].usd == -20_000.0 + 90_000.0
    assert left["GE"].share == -3.5
    same = left_of(base, replace(base, scenario="same", turned=other.turned))
    assert same[0].switch == "GE"
    assert same[0].share == math.inf


def test_levers_move_cargo_from_one_corridor_to_another() -> None:
    base = World({"a": Costed(100.0, 10.0), "b": Costed(50.0, 4.0)}, {"a": ("INSTC-W",)})
    after = World({"a": Costed(120.0, 10.0), "b": Costed(math.inf, 4.0)}, {"a": ("TITR", "ZANG")})
    found = lever(
        CONSTRAIN, "x", base, after, penalty={"a": 300.0, "b": 150.0},
        ends={"a": frozenset({"RU", "IR"}), "b": frozenset({"IR"})}, cost_usd=None,
    )  # fmt: skip
    assert (found.gained_teu, found.lost_teu, found.added_usd) == (10.0, -10.0, 600.0)
    assert found.trade == {"RU": 200.0, "IR": 600.0}
    claim = Claim(28, "Two levers", "Somebody", "Both", "Which?", (), ("x",), ())
    built = found._replace(kind=INVEST, name="y", cost_usd=2e6, added_usd=-1e6)
    page = claims_page([claim], {}, (), "base", levers={28: [found, built]})
    assert "| y | invest | 2 | -1.0 | +10 | -10 | +5.00 | - |" in page
