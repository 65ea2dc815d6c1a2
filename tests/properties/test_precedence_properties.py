"""Laws of precedence, on random rules about one small border; an oracle judges them again."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import combinations
from random import Random
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st

from corridors.model.access import (
    POWER_FOR,
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
from corridors.scenario.precedence import decide, rank
from tests.oracles.verdicts import beats, judged, matches, may, seen

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Cases drawn in bulk, without shrinking: cheap enough for many.
BULK = 100 * settings.default.max_examples  # type: ignore[union-attr]

SURE = Evidence("assumed", "high", placeholder=False, sources=())
ALL = {"deny": "yes", "charge": "yes", "delay": "yes", "cap": "yes"}
ROLES = {
    name: RolePower(name, dict.fromkeys(ALL, "no") | powers, True, "place", "", "", SURE)  # noqa: FBT003
    for name, powers in {
        "sovereign": ALL, "security": {"deny": "yes"}, "operator": {"charge": "yes"},
        "manager": {"deny": "conditional", "cap": "yes"},
    }.items()
}  # fmt: skip
PLACE = Place(frozenset({"X_LINE"}), ("AA", "BB"), "rail")
ACTORS = ("AA", "BB", "G1", "G2")
DAY = date(2026, 9, 9)

NAMES = ("AA", "CC", "grain", "oil")
SCOPES = (
    Scope("any"), Scope("asset", frozenset({"X_LINE"})), Scope("asset", frozenset({"R9"})),
    Scope("territory", frozenset({"AA"})), Scope("territory", frozenset({"AA", "BB"})),
    Scope("country_pair", frozenset({"AA-BB"}), frozenset({"rail"})),
    Scope("any", modes=frozenset({"road"})),
)  # fmt: skip
FIELDS = ("origin", "destination", "end", "flag", "commodity", "after")
STARTS = (None, date(2020, 1, 1), date(2021, 1, 1))
VALUES = (None, 0.0, 0.25, 0.5, 1.0)


names = st.sampled_from(NAMES)
sets = st.frozensets(names, max_size=2)
cargoes = st.builds(Cargo, sets, sets, sets, commodity=sets, after=sets)
fields = st.sampled_from(FIELDS)
selectors = st.builds(Selector, fields, st.frozensets(names, min_size=1, max_size=2), st.booleans())
scopes = st.sampled_from(SCOPES)
starts = st.sampled_from(STARTS)
values = st.sampled_from(VALUES)


@st.composite
def drawn_rules(draw: st.DrawFn) -> Rule:
    """Return a rule whose id is not yet its own."""
    effect = draw(st.sampled_from(list(POWER_FOR)))
    return Rule(
        "", draw(st.sampled_from(ACTORS)), effect, draw(scopes),
        tuple(draw(st.lists(selectors, max_size=2))), draw(values),
        unit=draw(st.sampled_from(["USD/TEU", "h"])),
        direction=draw(st.sampled_from(["both", "both", "in", "out"])),
        transit_only=draw(st.booleans()), span=Span(draw(starts)),
        priority=draw(st.integers(0, 1)), by_bloc=draw(st.booleans()),
    )  # fmt: skip


def numbered(found: Sequence[Rule]) -> tuple[Rule, ...]:
    return tuple(replace(rule, id=f"r{at}") for at, rule in enumerate(found))


@st.composite
def drawn_controls(draw: st.DrawFn) -> tuple[Control, ...]:
    """Return who holds what over the border."""
    held = draw(
        st.lists(
            st.tuples(
                st.sampled_from(ACTORS), st.sampled_from(list(ROLES)), scopes,
                st.booleans(), st.sampled_from([frozenset(), frozenset({"deny"})]),
            ),
            max_size=6,
        )
    )  # fmt: skip
    return tuple(
        Control(f"k{at}", of, actor, role, "", is_open, grants, "", Span(), "", "", SURE)
        for at, (actor, role, of, is_open, grants) in enumerate(held)
    )


rule_sets = st.lists(drawn_rules(), max_size=7).map(numbered)
laws = st.builds(
    lambda controls, rules: InForce(DAY, {}, {}, {}, controls, ROLES, rules),
    drawn_controls(),
    rule_sets,
)


def some(random: Random, least: int = 0) -> frozenset[str]:
    return frozenset(random.choices(NAMES, k=random.randint(least, 2)))


def rolled_rule(random: Random, name: str) -> Rule:
    who = [Selector(random.choice(FIELDS), some(random, 1), random.random() < 0.3)
           for _ in range(random.choice((0, 0, 1, 2)))]  # fmt: skip
    return Rule(
        name, random.choice(ACTORS), random.choice(list(POWER_FOR)), random.choice(SCOPES),
        tuple(who), random.choice(VALUES), unit=random.choice(("USD/TEU", "h")),
        direction=random.choice(("both", "both", "both", "in", "out")),
        transit_only=random.random() < 0.2, span=Span(random.choice(STARTS)),
        priority=random.randint(0, 1), by_bloc=random.random() < 0.3,
    )  # fmt: skip


def rolled_law(random: Random) -> InForce:
    grants = (frozenset[str](), frozenset({"deny"}))
    controls = tuple(
        Control(f"k{at}", random.choice(SCOPES), random.choice(ACTORS),
                random.choice(list(ROLES)), "", random.random() < 0.8, random.choice(grants), "",
                Span(), "", "", SURE)
        for at in range(random.randint(2, 9))
    )  # fmt: skip
    rules = tuple(rolled_rule(random, f"r{at}") for at in range(random.randint(2, 14)))
    return InForce(DAY, {}, {}, {}, controls, ROLES, rules)


def rolled_cargo(random: Random) -> Cargo:
    traits = {
        name: some(random) for name in ("origin", "destination", "flag", "commodity", "after")
    }
    return Cargo(**traits)


def with_rules(law: InForce, rules: Sequence[Rule]) -> InForce:
    return replace(law, rules=tuple(rules))


# --- the laws --------------------------------------------------------------------------


def test_many_random_laws_are_judged_as_the_oracle_does() -> None:
    random, refused, counted = Random(2_026), 0, 0  # noqa: S311 - no secret
    for case in range(BULK):
        law, cargo = rolled_law(random), rolled_cargo(random)
        verdict = decide(law, PLACE, cargo)
        assert seen(verdict) == judged(law, PLACE, cargo), f"case {case}: {law} {cargo}"
        closing = replace(rolled_rule(random, "more"), effect="deny", value=None)
        more = decide(with_rules(law, (*law.rules, closing)), PLACE, cargo)
        assert verdict.usable or not more.usable, f"case {case}: {law} {cargo} {closing}"
        refused += not verdict.usable
        counted += len(verdict.winners) > 1
    assert refused > BULK / 10
    assert counted > BULK / 10


@given(laws, cargoes)
def test_the_verdict_is_the_oracle_s(law: InForce, cargo: Cargo) -> None:
    verdict = decide(law, PLACE, cargo)
    assert seen(verdict) == judged(law, PLACE, cargo)
    assert verdict.usable == (not verdict.refusals)
    assert 0.0 <= verdict.refusal_chance <= 1.0


@given(laws, cargoes, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(law: InForce, cargo: Cargo, random: Any) -> None:
    rules, controls = list(law.rules), list(law.controls)
    random.shuffle(rules)
    random.shuffle(controls)
    shuffled = replace(law, rules=tuple(rules), controls=tuple(controls))
    one, other = decide(law, PLACE, cargo), decide(shuffled, PLACE, cargo)
    assert seen(one) == seen(other)
    assert one.winners == other.winners
    assert sorted(one.warnings) == sorted(other.warnings)


@given(laws, cargoes, drawn_rules())
def test_closing_more_never_opens(law: InForce, cargo: Cargo, drawn: Rule) -> None:
    closing = replace(drawn, id="more", effect="deny", value=None)
    before = decide(law, PLACE, cargo)
    after = decide(with_rules(law, (*law.rules, closing)), PLACE, cargo)
    by_default = {one.actor for one in before.refusals if not one.rule}
    assert before.usable or not after.usable
    assert {one.actor for one in before.refusals} <= {one.actor for one in after.refusals}
    assert by_default <= {one.actor for one in after.refusals}


@given(laws, cargoes)
def test_what_lacks_standing_only_warns(law: InForce, cargo: Cargo) -> None:
    able = [rule for rule in law.rules if may(law, rule, PLACE)]
    whole, pure = decide(law, PLACE, cargo), decide(with_rules(law, able), PLACE, cargo)
    assert seen(whole) == seen(pure)
    assert not pure.warnings
    lacking = [
        rule.id for rule in law.rules if rule not in able and matches(rule, PLACE, cargo, law)
    ]
    assert sorted(words.partition(":")[0] for words in whole.warnings) == sorted(lacking)


@given(laws, cargoes, drawn_rules(), drawn_rules())
def test_independent_closures_commute(law: InForce, cargo: Cargo, a: Rule, b: Rule) -> None:
    a, b = replace(a, id="a", effect="deny"), replace(b, id="b", effect="deny")
    one = decide(with_rules(law, (*law.rules, a, b)), PLACE, cargo)
    other = decide(with_rules(law, (*law.rules, b, a)), PLACE, cargo)
    assert seen(one) == seen(other)
    assert one.refusals == other.refusals


@given(laws, cargoes, drawn_rules())
def test_a_rule_and_its_inverse_of_higher_priority_restore(
    law: InForce, cargo: Cargo, drawn: Rule
) -> None:
    opening = replace(drawn, id="p", effect="permit", value=None, priority=9)
    inverse = replace(opening, id="q", effect="deny", priority=10)
    twice = decide(with_rules(law, (*law.rules, opening, inverse)), PLACE, cargo)
    alone = decide(with_rules(law, (*law.rules, inverse)), PLACE, cargo)
    assert seen(twice) == seen(alone)


@given(rule_sets)
def test_the_order_within_an_actor_is_total(rules: tuple[Rule, ...]) -> None:
    assert len({rank(rule) for rule in rules}) == len(rules)
    for a, b in combinations(rules, 2):
        assert (rank(a) < rank(b)) == beats(a, b)
        assert beats(a, b) != beats(b, a)


@given(laws, cargoes)
def test_a_place_not_built_stays_closed(law: InForce, cargo: Cargo) -> None:
    verdict = decide(law, replace(PLACE, closed="not built"), cargo)
    assert not verdict.usable
    assert not verdict.winners
