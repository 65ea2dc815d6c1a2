"""Claims: each has its words, and the page tells what scenarios make of it."""

from __future__ import annotations

import math

from corridors.claims import load_claims
from corridors.metrics.claims import Claim, Costed, compared
from corridors.report.claims_page import claims_page
from corridors.scenario.places import scenario_ids

BASE = {"a": Costed(100.0, 10.0), "b": Costed(50.0, 4.0), "c": Costed(math.inf, 2.0)}


def test_all_claims_have_words_and_shipped_scenarios() -> None:
    claims = load_claims()
    assert [one.number for one in claims] == list(range(1, 32))
    assert all(one.words and one.question and one.scenarios for one in claims)
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
    claim = Claim(6, "A link", "What of it?", (), ("x", "base"))
    other = BASE | {"b": Costed(40.0, 4.0)}
    page = claims_page([claim], {"x": compared("x", BASE, other)}, (), "base")
    assert "## 6. A link" in page
    assert "| x | -0.0 | +0 | 0 | 1 | b -20% | 10 USD (b) |" in page
    empty = claims_page([claim._replace(scenarios=())], {}, (), "base")
    assert "No scenario beside the base" in empty


def test_claims_about_hold_name_who_holds() -> None:
    claims = load_claims()
    assert claims[1].control == ("AZ",)
    assert claims[5].control == ("AM", "MEGHRI-RAIL+HORADIZ-AGHBAND")
    assert claims[22].control == ()
