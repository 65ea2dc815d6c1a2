"""Which rule wins, on places drawn by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from corridors.model.access import (
    Cargo,
    Control,
    Evidence,
    InForce,
    Place,
    RolePower,
    Rule,
    Scope,
    Selector,
    Span,
)
from corridors.scenario.precedence import decide, lacks_standing, rank, standing

SURE = Evidence("assumed", "high", placeholder=False, sources=("assumption",))
DAY = date(2026, 9, 9)
ALL = {"deny": "yes", "charge": "yes", "delay": "yes", "cap": "yes"}
NO = dict.fromkeys(ALL, "no")


def role(name: str, *, reach: str = "place", **powers: str) -> RolePower:
    return RolePower(name, NO | powers, True, reach, "", "", SURE)  # noqa: FBT003


ROLES = {
    one.role: one
    for one in (
        role("sovereign", **ALL),
        role("de_facto", **ALL),
        role("security", deny="yes", delay="yes"),
        role("operator", charge="yes", delay="yes", cap="yes"),
        role("manager", deny="conditional", charge="yes"),
        role("sanctioning", reach="cargo", **ALL),
    )
}
CROSSING = Place(frozenset({"X_LINE"}), ("AA", "BB"), "rail")
INSIDE = Place(frozenset({"R1"}), ("AA",), "rail")
GRAIN = Cargo(
    origin=frozenset({"CC", "T_C"}),
    destination=frozenset({"DD"}),
    owner=frozenset({"CC"}),
    commodity=frozenset({"grain"}),
)


def land(*countries: str) -> Scope:
    return Scope("territory", frozenset(countries))


def asset(*names: str) -> Scope:
    return Scope("asset", frozenset(names))


def hold(actor: str, of: Scope, name: str = "sovereign", **more: Any) -> Control:
    options: dict[str, Any] = {
        "share": "", "default_open": True, "grants": frozenset(), "regime": "",
        "span": Span(), "title": f"{name} of {actor}", "conflict": "", "evidence": SURE,
    }  # fmt: skip
    return Control(f"K-{actor}-{name}", of, actor, name, **(options | more))


def rule(name: str, by: str, effect: str, of: Scope, **more: Any) -> Rule:
    return Rule(name, by, effect, of, **more)


def law(*rules: Rule, controls: tuple[Control, ...] = (), **more: Any) -> InForce:
    held = controls or (hold("AA", land("AA")), hold("BB", land("BB")))
    return InForce(DAY, {}, {}, more.pop("agencies", {}), held, ROLES, rules, **more)


def who(**fields: str) -> tuple[Selector, ...]:
    return tuple(
        Selector(name, frozenset(text.removeprefix("!").split("/")), text.startswith("!"))
        for name, text in fields.items()
    )


def usable(*rules: Rule, place: Place = CROSSING, cargo: Cargo = GRAIN, **more: Any) -> bool:
    return decide(law(*rules, **more), place, cargo).usable


def test_without_rules_the_default_holds() -> None:
    assert usable()
    shut = (hold("AA", land("AA")), hold("ZZ", land("AA"), "de_facto", default_open=False))
    verdict = decide(law(controls=shut), INSIDE, GRAIN)
    assert [(one.actor, one.rule) for one in verdict.refusals] == [("ZZ", "")]
    assert usable(rule("r", "ZZ", "permit", land("AA")), place=INSIDE, controls=shut)


def test_what_is_not_built_no_rule_opens() -> None:
    place = replace(CROSSING, closed="not built")
    verdict = decide(law(rule("r", "AA", "permit", asset("X_LINE"), priority=99)), place, GRAIN)
    assert not verdict.usable
    assert verdict.refusals[0].words == "not built"


def test_every_actor_must_permit() -> None:
    opens = rule("p", "AA", "permit", asset("X_LINE"), priority=9)
    shuts = rule("d", "BB", "deny", land("BB"), title="shut")
    assert usable(opens)
    verdict = decide(law(opens, shuts), CROSSING, GRAIN)
    assert not verdict.usable
    assert [(one.actor, one.rule, one.words) for one in verdict.refusals] == [("BB", "d", "shut")]


def test_enough_of_joint_holders_may_do() -> None:
    guards = tuple(hold(name, land("AA"), "security") for name in ("G1", "G2", "G3"))
    shut = rule("d", "G1", "deny", land("AA"))
    given = law(shut, controls=guards)
    assert not decide(given, INSIDE, GRAIN).usable
    assert decide(given, INSIDE, GRAIN, quorum={"security": 2}).usable
    assert not decide(given, INSIDE, GRAIN, quorum={"security": 3}).usable
    assert not decide(given, INSIDE, GRAIN, quorum={"sovereign": 1}).usable


@pytest.mark.parametrize(
    ("weaker", "stronger"),
    [
        ({"scope": asset("X_LINE"), "who": who(commodity="grain")}, {"priority": 1}),
        ({"scope": asset("X_LINE")}, {"who": who(origin="CC", destination="DD")}),
        ({"who": who(commodity="grain")}, {"scope": asset("X_LINE"), "transit_only": True}),
        ({"who": who(origin="CC")}, {"who": who(commodity="grain")}),
        ({"who": who(flag="!ZZ")}, {"who": who(origin="CC")}),
        ({"who": who(flag="!ZZ")}, {"scope": replace(land("AA"), modes=frozenset({"rail"}))}),
        ({"who": who(owner="CC")}, {"who": who(owner="CC"), "by_bloc": True}),
        ({"span": Span(date(2020, 1, 1))}, {"span": Span(date(2021, 1, 1))}),
        ({}, {"span": Span(date(2021, 1, 1))}),
    ],
)
@pytest.mark.parametrize("effect", ["deny", "permit"])
def test_order_within_one_actor(
    weaker: dict[str, Any], stronger: dict[str, Any], effect: str
) -> None:
    other = "permit" if effect == "deny" else "deny"
    loses = replace(rule("a", "AA", other, land("AA")), **weaker)
    wins = replace(rule("z", "AA", effect, land("AA")), **stronger)
    assert rank(wins) < rank(loses)
    assert usable(loses, wins) == usable(wins, loses) == (effect == "permit")


def test_deny_over_permit_then_the_smaller_id() -> None:
    opens, shuts = (rule(name, "AA", name, land("AA")) for name in ("permit", "deny"))
    assert not usable(opens, shuts)
    twice = [rule(name, "AA", "charge", land("AA"), value=v, unit="USD/TEU")
             for name, v in (("b", 7.0), ("a", 5.0))]  # fmt: skip
    assert decide(law(*twice), INSIDE, GRAIN).charges == {"USD/TEU": 5.0}


def test_charges_and_delays_add_across_actors_and_caps_take_the_least() -> None:
    rules = [
        rule("a1", "AA", "charge", land("AA"), value=10.0, unit="USD/TEU"),
        rule("a2", "AA", "charge", asset("X_LINE"), value=4.0, unit="USD/TEU"),
        rule("b1", "BB", "charge", land("BB"), value=1.0, unit="USD/TEU"),
        rule("b2", "BB", "charge", land("BB"), unit="USD/TEU"),
        rule("c", "AA", "delay", land("AA"), value=2.0, unit="h"),
        rule("d", "BB", "delay", land("BB"), value=3.0, unit="h"),
        rule("e", "AA", "cap", land("AA"), value=9.0, unit="trains/day"),
        rule("f", "AA", "cap", asset("X_LINE"), value=12.0, unit="trains/day"),
        rule("g", "BB", "cap", land("BB"), value=5.0, unit="Mt/yr"),
    ]
    verdict = decide(law(*rules), CROSSING, GRAIN)
    assert verdict.charges == {"USD/TEU": 5.0}
    assert verdict.delays == {"h": 5.0}
    assert verdict.caps == {"trains/day": 9.0, "Mt/yr": 5.0}
    assert {one.id for one in verdict.winners} == {"a2", "b1", "c", "d", "e", "f", "g"}


def test_chances_of_refusal_are_independent() -> None:
    chances = [rule(by, by, "probability", land(by), value=0.5, unit="share")
               for by in ("AA", "BB")]  # fmt: skip
    assert decide(law(*chances), CROSSING, GRAIN).refusal_chance == pytest.approx(0.75)


def test_a_rule_without_standing_is_a_warning_that_names_the_role() -> None:
    alien = rule("x", "CC", "deny", asset("X_LINE"))
    verdict = decide(law(alien), CROSSING, GRAIN)
    assert verdict.usable
    words = "x: CC has no standing over X_LINE: holds no role; to deny needs "
    assert verdict.warnings == (words + "de_facto or security or sovereign",)
    seller = (hold("CC", asset("X_LINE"), "operator"),)
    assert "holds only operator" in lacks_standing(alien, CROSSING, law(controls=seller))


def test_a_conditional_power_counts_only_if_granted() -> None:
    shuts = rule("x", "MM", "deny", asset("X_LINE"))
    plain = hold("MM", asset("X_LINE"), "manager")
    assert usable(shuts, controls=(plain,))
    assert not usable(shuts, controls=(replace(plain, grants=frozenset({"deny"})),))


def test_an_agency_speaks_for_its_principal() -> None:
    guards = (hold("NAVY", asset("X_LINE"), "security"),)
    shuts = rule("x", "US", "deny", asset("X_LINE"))
    assert usable(shuts, controls=guards)
    ranks = {"US": frozenset({"US", "NAVY"})}
    assert not usable(shuts, controls=guards, agencies=ranks)


def test_a_sanctioning_authority_reaches_cargo_and_no_place() -> None:
    held = (hold("EU", Scope("any"), "sanctioning"),)
    everywhere = rule("x", "EU", "deny", asset("X_LINE"))
    assert usable(everywhere, controls=held)
    theirs = replace(everywhere, who=who(owner="CC"))
    assert not usable(theirs, controls=held)
    assert usable(theirs, cargo=replace(GRAIN, owner=frozenset({"ZZ"})), controls=held)
    assert standing(theirs, CROSSING, law(controls=held)) == {"sanctioning"}


@pytest.mark.parametrize(
    ("of", "open_at"),
    [
        (asset("X_LINE"), INSIDE),
        (land("BB"), INSIDE),
        (Scope("country_pair", frozenset({"AA-BB"})), INSIDE),
        (Scope("unnamed_border", frozenset({"AA-BB"})), CROSSING),
        (Scope("branch", frozenset({"MAIN"})), CROSSING),
        (replace(land("AA"), modes=frozenset({"road"})), CROSSING),
        (replace(land("AA", "BB"), without=frozenset({"X_LINE"})), CROSSING),
    ],
)
def test_a_scope_covers_what_it_names_only(of: Scope, open_at: Place) -> None:
    assert usable(rule("x", "AA", "deny", of), place=open_at)


@pytest.mark.parametrize(
    ("of", "shut_at"),
    [
        (Scope("country_pair", frozenset({"AA-BB"})), CROSSING),
        (Scope("unnamed_border", frozenset({"AA-BB"})), replace(CROSSING, named=False)),
        (Scope("branch", frozenset({"MAIN"})), replace(INSIDE, branches=frozenset({"MAIN"}))),
        (replace(land("AA"), without=frozenset({"R2"})), INSIDE),
        (Scope("any"), INSIDE),
    ],
)
def test_a_scope_covers_what_it_names(of: Scope, shut_at: Place) -> None:
    assert not usable(rule("x", "AA", "deny", of), place=shut_at)


def test_a_rule_on_an_operator_follows_who_works_the_place_or_the_cargo() -> None:
    on = rule("x", "EU", "deny", Scope("operator", frozenset({"LINE"})))
    sanctions = hold("EU", Scope("any"), "sanctioning")
    works = hold("LINE", asset("R1"), "operator")
    assert usable(on, place=INSIDE, controls=(sanctions,))
    assert not usable(on, place=INSIDE, controls=(sanctions, works))
    carried = replace(GRAIN, operator=frozenset({"LINE"}))
    assert not usable(on, place=INSIDE, cargo=carried, controls=(sanctions,))


def test_transit_entry_and_exit_are_seen_from_the_rule() -> None:
    into = replace(GRAIN, destination=frozenset({"AA"}))
    out = replace(GRAIN, origin=frozenset({"AA"}))
    transit = rule("x", "AA", "deny", land("AA"), transit_only=True)
    assert [usable(transit, cargo=one) for one in (GRAIN, into, out)] == [False, True, True]
    inward = rule("x", "AA", "deny", land("AA"), direction="in")
    assert [usable(inward, cargo=one) for one in (GRAIN, into, out)] == [True, False, True]
    outward = rule("x", "AA", "deny", asset("X_LINE"), direction="out")
    assert [usable(outward, cargo=one) for one in (GRAIN, into, out)] == [True, True, False]


@pytest.mark.parametrize(
    ("wanted", "shut"),
    [
        ({"end": "CC"}, True), ({"end": "DD"}, True), ({"end": "EE"}, False),
        ({"origin": "T_C"}, True), ({"owner": "!CC"}, False), ({"owner": "!ZZ"}, True),
        ({"commodity": "grain/oil"}, True), ({"commodity": "!grain/oil"}, False),
        ({"after": "PORT"}, False), ({"flag": "ZZ"}, False),
    ],
)  # fmt: skip
def test_demands_on_cargo(wanted: dict[str, str], *, shut: bool) -> None:
    assert usable(rule("x", "AA", "deny", land("AA"), who=who(**wanted))) != shut


def test_where_cargo_has_been_can_close_a_place() -> None:
    shuts = rule("x", "AA", "deny", land("AA"), who=who(after="GE-AB"))
    been = replace(GRAIN, after=frozenset({"GE-AB"}))
    assert usable(shuts)
    assert not usable(shuts, cargo=been)
