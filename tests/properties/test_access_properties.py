"""Laws of compiled access, on random rules over a small world of arcs."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from corridors.model.access import POWER_FOR, Cargo, Rule, Scope, Selector, Span
from corridors.scenario.access import compile_access
from corridors.scenario.levies import Units
from corridors.scenario.precedence import applies, decide, survey
from corridors.scenario.terrain import Terrain
from geodata.types import Kind, Mode
from tests.oracles.access_world import Arc, Node, asset, graph, hold, land, law, there_and_back

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corridors.model.access import InForce
    from corridors.scenario.access import Access

#: More cases than the profile's: one case takes a few milliseconds.
CASES = settings(max_examples=5 * settings.default.max_examples)  # type: ignore[union-attr]
UNITS = Units(value_usd_per_teu=40000.0)

GRAPH = graph(
    [
        Node("AA", Mode.NONE, "T"), Node("AA", terminal="T"), Node("AA", Mode.RAIL, "T"),
        Node("BB"), Node("BB", Mode.RAIL), Node("CC"),
    ],
    there_and_back(
        Arc(0, 1, Kind.ACCESS, asset="T"),
        Arc(1, 2, Kind.TRANSFER, asset="T"),
        Arc(1, 3, Kind.BORDER, asset="X_AB"),
        Arc(2, 4, Kind.BORDER, Mode.RAIL, "X_AB_RL"),
        Arc(3, 5, Kind.BORDER, asset="X-BB-CC-R01"),
        Arc(3, 5, asset="L", km=7.0),
    ),
    [
        asset("T", "terminal", "AA"), asset("X_AB", "crossing", "AA", "BB"),
        asset("X_AB_RL", "crossing", "AA", "BB"), asset("L", "line", "BB"),
        asset("X-BB-CC-R01", "crossing", "BB", "CC"),
    ],
)  # fmt: skip
TERRAIN = Terrain.of(GRAPH)
OPEN_CONTROLS = tuple(hold(code, land(code)) for code in ("AA", "BB", "CC"))
AUTHORITY = hold("UN", Scope("any"), "sanctioning")

names = st.sampled_from(["AA", "BB", "CC", "grain"])
sets = st.frozensets(names, max_size=2)
cargoes = st.builds(Cargo, sets, sets, sets, commodity=sets, operator=sets, after=sets)
classes_of = st.lists(cargoes, min_size=1, max_size=6)
fields = st.sampled_from(["origin", "destination", "end", "flag", "commodity", "after"])
selectors = st.builds(Selector, fields, st.frozensets(names, min_size=1, max_size=2), st.booleans())
scopes = st.sampled_from(
    [
        Scope("any"), land("AA"), land("BB"), land("AA", "BB"), land("BB", modes=["road"]),
        Scope("asset", frozenset({"X_AB"})), Scope("asset", frozenset({"T", "L"})),
        Scope("country_pair", frozenset({"AA-BB"})),
        Scope("unnamed_border", frozenset({"BB-CC"})), Scope("operator", frozenset({"AA", "BB"})),
    ]
)  # fmt: skip
starts = st.sampled_from([None, date(2020, 1, 1), date(2021, 1, 1)])
actors = st.sampled_from(["AA", "BB", "CC", "UN"])


@st.composite
def drawn_rules(draw: st.DrawFn) -> Rule:
    """Return a rule whose id is not yet its own."""
    effect = draw(st.sampled_from(list(POWER_FOR)))
    units = {"charge": ["USD/TEU", "percent of value", "USD/vessel"], "delay": ["h", "days"]}
    valued = effect not in ("permit", "deny")
    return Rule(
        "", draw(actors), effect, draw(scopes), tuple(draw(st.lists(selectors, max_size=2))),
        draw(st.sampled_from([None, 0.0, 0.25, 1.0])) if valued else None,
        unit=draw(st.sampled_from(units.get(effect, ["TEU/yr"]))),
        direction=draw(st.sampled_from(["both", "both", "in", "out"])),
        transit_only=draw(st.booleans()), span=Span(draw(starts)),
        priority=draw(st.integers(0, 1)), by_bloc=draw(st.booleans()),
    )  # fmt: skip


rule_sets = st.lists(drawn_rules(), max_size=7).map(
    lambda found: tuple(replace(one, id=f"r{at}") for at, one in enumerate(found))
)
shut_controls = st.frozensets(st.sampled_from(["AA", "BB", "CC"]), max_size=2)


def in_force(rules: Sequence[Rule], shut: frozenset[str] = frozenset()) -> InForce:
    controls = [
        replace(one, default_open=one.actor not in shut) for one in (*OPEN_CONTROLS, AUTHORITY)
    ]
    return law(*rules, controls=controls)


def compiled(rules: Sequence[Rule], classes: Sequence[Cargo], **more: Any) -> Access:
    return compile_access(TERRAIN, in_force(rules, **more), classes, units=UNITS)


# --- the arrays are the verdicts -------------------------------------------------------


@CASES
@given(rule_sets, classes_of, shut_controls)
def test_each_arc_is_judged_as_precedence_judges_its_place(
    rules: tuple[Rule, ...], classes: list[Cargo], shut: frozenset[str]
) -> None:
    access = compiled(rules, classes, shut=shut)
    for k, cargo in enumerate(classes):
        row = access.row_of[k]
        for arc in range(len(GRAPH.arcs)):
            place = TERRAIN.places[TERRAIN.place_of_arc[arc]]
            verdict = decide(in_force(rules, shut), place, cargo)
            assert access.open[row, arc] == verdict.usable
            assert access.verdict(k, arc).refusals == verdict.refusals
            assert access.rule_ids(k, arc) == tuple(rule.id for rule in verdict.winners)
            assert access.refusal_chance[row, arc] == verdict.refusal_chance
            assert access.cap_teu_per_year[row, arc] == verdict.caps.get("TEU/yr", np.inf)


@CASES
@given(rule_sets, st.lists(cargoes, min_size=4, max_size=12))
def test_no_rule_tells_classes_of_one_row_apart(
    rules: tuple[Rule, ...], classes: list[Cargo]
) -> None:
    access = compiled(rules, classes)
    for place in TERRAIN.places:
        found = survey(in_force(rules), place)
        for rule in found.counted:
            about = np.array([applies(rule, found, cargo) for cargo in classes])
            for row in range(len(access.open)):
                assert len(set(about[access.row_of == row].tolist())) == 1


@CASES
@given(rule_sets, classes_of)
def test_a_class_compiles_alone_as_it_does_among_others(
    rules: tuple[Rule, ...], classes: list[Cargo]
) -> None:
    access, alone = compiled(rules, classes), compiled(rules, classes[-1:])
    row = access.row_of[-1]
    for name in ("open", "charge_usd_per_teu", "delay_h", "cap_teu_per_year"):
        assert np.array_equal(getattr(access, name)[row], getattr(alone, name)[0])


# --- laws ------------------------------------------------------------------------------


@CASES
@given(rule_sets, classes_of, drawn_rules())
def test_closing_more_never_opens_or_makes_cheaper(
    rules: tuple[Rule, ...], classes: list[Cargo], drawn: Rule
) -> None:
    closing = replace(drawn, id="more", effect="deny", value=None)
    before, after = compiled(rules, classes), compiled((*rules, closing), classes)
    one, other = before.row_of, after.row_of
    assert not (after.open[other] & ~before.open[one]).any()
    for name in ("charge_usd_per_teu", "delay_h"):
        assert np.array_equal(getattr(before, name)[one], getattr(after, name)[other])


@CASES
@given(rule_sets, classes_of, drawn_rules(), drawn_rules())
def test_independent_closures_commute(
    rules: tuple[Rule, ...], classes: list[Cargo], a: Rule, b: Rule
) -> None:
    a, b = replace(a, id="a", effect="deny"), replace(b, id="b", effect="deny", by=a.by)
    hashes = {compiled((*rules, *order), classes).digest for order in ((a, b), (b, a))}
    assert len(hashes) == 1


@CASES
@given(rule_sets, classes_of, drawn_rules())
def test_a_rule_and_its_exact_inverse_of_higher_priority_restore_the_hash(
    rules: tuple[Rule, ...], classes: list[Cargo], drawn: Rule
) -> None:
    # Nobody else speaks for its maker on access, so that without the pair it permits.
    others = [one for one in rules if one.by != drawn.by or one.effect not in ("permit", "deny")]
    closing = replace(drawn, id="p", effect="deny", value=None, priority=5)
    inverse = replace(closing, id="q", effect="permit", priority=6)
    once = compiled((*others, closing), classes)
    restored = compiled((*others, closing, inverse), classes)
    assert restored.digest == compiled(others, classes).digest
    assert not (once.open[once.row_of] & ~restored.open[restored.row_of]).any()


@CASES
@given(rule_sets, classes_of, st.randoms(use_true_random=False))
def test_the_order_of_rules_changes_nothing(
    rules: tuple[Rule, ...], classes: list[Cargo], random: Any
) -> None:
    shuffled = list(rules)
    random.shuffle(shuffled)
    one, other = compiled(rules, classes), compiled(shuffled, classes)
    assert one.digest == other.digest
    assert one.reasons == other.reasons
    assert sorted(one.warnings) == sorted(other.warnings)


@CASES
@given(classes_of, st.booleans(), st.booleans())
def test_the_more_specific_and_the_later_rule_win(
    classes: list[Cargo],
    closing: bool,  # noqa: FBT001
    by_date: bool,  # noqa: FBT001
) -> None:
    strong, weak = ("deny", "permit") if closing else ("permit", "deny")
    asset_scope = Scope("asset", frozenset({"X_AB"}))
    wide = Rule("a", "AA", weak, asset_scope if by_date else land("AA"),
                span=Span(date(2020, 1, 1)))  # fmt: skip
    narrow = Rule("b", "AA", strong, asset_scope, span=Span(date(2021, 1, 1)))
    access = compiled((wide, narrow), classes)
    crossing = np.array([TERRAIN.places[at].assets == {"X_AB"} for at in TERRAIN.place_of_arc])
    assert (access.open[:, crossing] == (not closing)).all()
    assert access.rule_ids(0, int(np.flatnonzero(crossing)[0])) == ("b",)


@CASES
@given(rule_sets, classes_of, shut_controls)
def test_compiling_twice_gives_the_same_bytes(
    rules: tuple[Rule, ...], classes: list[Cargo], shut: frozenset[str]
) -> None:
    one, other = compiled(rules, classes, shut=shut), compiled(rules, classes, shut=shut)
    assert one.digest == other.digest
    assert one.warnings == other.warnings
    assert one.refused_by.tobytes() == other.refused_by.tobytes()
