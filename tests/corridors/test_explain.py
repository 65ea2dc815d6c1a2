"""What explanations say agrees with what decides: rules, origins of values, ways."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
import yaml

from corridors.errors import InputMissingError, ScenarioError
from corridors.explain import explain_access, explain_register, explain_scenario
from corridors.metrics.answers import Answers
from corridors.metrics.certificate import Certifier
from corridors.metrics.lifted import DECISIONS, REFUSALS, Lifting
from corridors.metrics.ways import WayFinder
from corridors.model.access import Cargo, Event, Evidence, Rule, Scope, Span
from corridors.model.scenario import NetworkChoice
from corridors.report.dossier import Asked, tell_access
from corridors.report.explained import rule_row, scope_words
from corridors.report.merged import Merged
from corridors.scenario.access import compile_access
from corridors.scenario.compile import compile_scenario, law_of
from corridors.scenario.compose import dotted
from corridors.scenario.in_force import as_of
from corridors.scenario.load import load_scenario
from corridors.scenario.places import scenario_ids
from corridors.scenario.rates import load_rates
from corridors.scenario.reasons import Reasons
from corridors.scenario.register import load_register
from corridors.scenario.register_cells import Known
from corridors.scenario.stances import with_stances
from corridors.scenario.subjects import built_in, find_subject
from geodata.build import FACTS
from geodata.facts_io import load_facts
from geodata.types import Mode

if TYPE_CHECKING:
    from collections.abc import Iterable

    from corridors.model.scenario import Scenario
    from corridors.report.explained import AccessDossier, ControlRow, RuleRow
    from corridors.scenario.compile import Compiled
    from corridors.scenario.register import Register
    from tests.conftest import Real

NONE = Evidence("assumed", "low", placeholder=False, sources=())


@cache
def shipped() -> Register:
    return load_register()


def ids(rows: Iterable[RuleRow]) -> list[str]:
    return [row.id for row in rows]


# --- who decides about a place ----------------------------------------------


@cache
def told(name: str, day: str = "", cargo: str = "", scenario: str = "baseline") -> AccessDossier:
    return explain_access(name, day=day, cargo=cargo, scenario=scenario)


@pytest.mark.parametrize(
    ("name", "kind", "id_"),
    [
        ("X_LARS_RD", "crossing", "X_LARS_RD"),
        ("x_lars_rd", "crossing", "X_LARS_RD"),
        ("S_HRM", "strait", "S_HRM"),
        ("R18", "line", "R18"),
        ("MOW", "terminal", "MOW"),
        ("V40", "service", "V40"),
        ("AM", "country", "AM"),
        ("GE-AB", "country", "GE-AB"),
        ("AM-TR", "border", "AM-TR"),
        ("TR-AM", "border", "AM-TR"),
        ("INSTC-W", "branch", "INSTC-W"),
        ("INSTC-TC", "family", "INSTC-TC"),
    ],
)
def test_a_name_means_one_thing(name: str, kind: str, id_: str) -> None:
    subject = told(name).subject
    assert (subject.kind, subject.id) == (kind, id_)
    assert subject.places


@pytest.mark.parametrize(
    ("name", "offer"), [("X_LARS_RT", '"X_LARS_RD"'), ("Kazbegi", "X_LARS_RD"), ("AM-TK", "AM-TR")]
)
def test_an_unknown_name_offers_the_nearest(name: str, offer: str) -> None:
    with pytest.raises(ScenarioError, match="nothing is called") as error:
        told(name)
    assert offer in str(error.value)


def test_what_shuts_a_border_is_told_with_who_and_since_when() -> None:
    found = told("X_DGK_RL", "2026-11-22")
    (rule,) = [row for row in found.rules if row.id == "B001"]
    assert (rule.effect, rule.by, rule.since) == ("deny", "TR", "1993-04-03")
    assert "sovereign" in rule.standing
    assert [(row.usable, row.mode) for row in found.verdicts] == [(False, "rail")]
    assert found.verdicts[0].refusals[0]["rule"] == "B001"
    assert {source.id for source in found.sources} >= set(rule.evidence["sources"])


def test_before_its_day_a_rule_is_told_as_not_yet_in_force() -> None:
    found = told("X_DGK_RL", "1993-04-02")
    assert "B001" not in ids(found.rules)
    (idle,) = [row for row in found.idle if row.id == "B001"]
    assert idle.reason == "begins on 1993-04-03"


@pytest.mark.parametrize("day", ["2021-01-15", "2026-11-22"])
@pytest.mark.parametrize("name", ["X_LARS_RD", "S_HRM", "R18", "PNVS"])
def test_every_rule_that_names_an_asset_is_told_once_in_force_or_not(name: str, day: str) -> None:
    found, law = told(name, day), as_of(shipped(), date.fromisoformat(day))
    naming = {rule.id for rule in shipped().rules if name in rule.scope.names}
    chosen = load_scenario("baseline").scenario
    held = law_of(replace(chosen, as_of=date.fromisoformat(day)), shipped(), shipped().known)
    active = {rule.id for rule in held.rules}
    assert naming & active <= set(ids(found.rules))
    assert naming - active <= set(ids(found.idle))
    assert not set(ids(found.rules)) & set(ids(found.idle))
    assert len(set(ids(found.rules))) == len(found.rules)
    assert law.day.isoformat() == day


def test_who_may_deny_holds_a_role_that_gives_the_power() -> None:
    found = told("S_HRM")
    deny = {row.actor: row.roles for row in found.powers if row.power == "deny"}
    held = {(row.actor, row.role) for row in found.controls}
    assert "IRGC" in deny
    assert all((actor, role) in held for actor, roles in deny.items() for role in roles)
    assert {row.reach for row in found.powers} == {"place", "cargo"}


def test_cargo_decides_which_rules_apply() -> None:
    plain, american = told("S_HRM", "2026-09-09"), told("S_HRM", "2026-09-09", "owner=US")
    assert all(row.applies is None for row in plain.rules)
    meets = {row.id: row.applies for row in american.rules}
    assert meets["B102"] is True
    assert not american.verdicts[0].usable
    indian = told("S_HRM", "2026-09-09", "owner=IN")
    assert {row.id: row.applies for row in indian.rules}["B102"] is False


def test_all_that_is_wrong_with_the_cargo_is_told_at_once() -> None:
    with pytest.raises(ScenarioError) as error:
        told("S_HRM", cargo="ownr=US origin=MOQQ x")
    assert [finding.path for finding in error.value.findings] == ["origin", "ownr=US", "x"]
    assert "owner" in str(error.value)


def test_the_regimes_of_the_meghri_link_are_told_as_alternatives() -> None:
    found = told("R18")
    assert {"meghri:tripp-2026", "meghri:z2020-fsb", "meghri:armenia-only"} <= set(
        found.alternatives
    )
    assert all(rows for rows in found.alternatives.values())
    chosen = [row.regime for row in found.controls if row.regime]
    assert set(chosen) <= set(found.regimes)


@pytest.mark.parametrize("place", ["X_LARS_RD", "GE", "GE-RU", "RU-GE", "*/road"])
def test_what_the_scenario_closes_is_part_of_the_verdict(place: str) -> None:
    found = explain_access("X_LARS_RD", sets=[f'access.close={{"{place}": snow}}'])
    assert [row.usable for row in found.verdicts] == [False]
    assert found.verdicts[0].refusals[0]["words"] == f"{place} closed by the scenario (snow)"


def test_what_the_scenario_opens_lifts_refusals_but_builds_nothing() -> None:
    opened = explain_access("X_DGK_RL", sets=["access.open={X_DGK_RL: a test}"])
    assert [row.usable for row in opened.verdicts] == [True]
    planned = explain_access("R18", sets=["access.open={R18: a test}"])
    assert not any(row.usable for row in planned.verdicts)


def test_what_does_not_stand_is_closed_unless_the_scenario_builds_it() -> None:
    assert not any(row.usable for row in told("R18").verdicts)
    built = explain_access("R18", sets=["network.built=[R18]"])
    assert not any(
        "planned" in refusal["words"] for row in built.verdicts for refusal in row.refusals
    )


def test_doubtful_rows_are_counted_in_the_warnings() -> None:
    found = told("X_DGK_RL")
    rows: list[ControlRow | RuleRow] = [*found.controls, *found.rules]
    general = [row.id for row in rows if row.evidence["basis"] == "general_knowledge"]
    (line,) = [words for words in found.warnings if words.startswith("on general knowledge")]
    assert line.partition(": ")[2].split(", ") == general


def test_a_regime_that_has_not_begun_is_a_warning() -> None:
    found = explain_access("R18", day="2021-01-15", sets=["access.regimes={meghri: tripp-2026}"])
    assert any("meghri:tripp-2026 has no control in force" in words for words in found.warnings)


@pytest.mark.parametrize("day", ["2026", "22.11.2026", "2026-02-30"])
def test_a_day_is_written_one_way(day: str) -> None:
    with pytest.raises(ScenarioError, match="is no day"):
        told("AM", day)


def test_the_object_for_programs_says_the_same(real: Real) -> None:  # noqa: ARG001
    found = told("AM-TR")
    data = found.as_dict()
    assert data["schema_version"] == 1
    assert [row["id"] for row in data["rules"]] == ids(found.rules)
    assert data["subject"]["parts"] == ["X_DGK_RL", "X_DGK_RD", "X_MARG_RD"]


@pytest.mark.parametrize(
    ("scope", "subject", "words"),
    [
        (Scope("territory", frozenset({"AM"})), "", "in AM"),
        (Scope("any"), "", "anywhere"),
        (Scope("asset", frozenset("abcde")), "", "a, b, c and 2 more"),
        (Scope("asset", frozenset("abcde")), "e", "e and 4 more"),
        (Scope("operator", frozenset({"RZD"})), "", "where RZD works"),
    ],
)
def test_scopes_in_words(scope: Scope, subject: str, words: str) -> None:
    assert scope_words(scope, subject) == words


def test_a_value_is_told_with_its_range_and_unit() -> None:
    rule = Rule("r", "AA", "charge", Scope("any"), value=12.5, low=10, high=15, unit="USD/TEU")
    assert rule_row(rule, {}, "", in_force=True, reason="").what == "charge 12.5 (10 to 15) USD/TEU"
    nothing = replace(rule, value=None, low=None, high=None)
    assert rule_row(nothing, {}, "", in_force=True, reason="").what == "charge (no value found)"


# --- why a rule holds -------------------------------------------------------


def rule(name: str, condition: str = "", start: str = "", end: str = "") -> Rule:
    days = [date.fromisoformat(day) if day else None for day in (start, end)]
    return Rule(name, "TR", "deny", Scope("any"), span=Span(*days), condition=condition)


RULES = (
    rule("dated", start="2020-01-01"),
    rule("lapsed", end="2019-12-31"),
    rule("coming", start="2030-01-01"),
    rule("waiting", "treaty"),
    rule("regime", "meghri:tripp-2026"),
)
EVENT = Event("treaty", "planned", Span(), (), (), "", "", "", "", NONE)


@pytest.mark.parametrize(
    ("name", "events", "switches", "kind", "words"),
    [
        ("dated", {}, {}, "date", "since 2020-01-01"),
        ("lapsed", {}, {}, "date", "lapsed after 2019-12-31"),
        ("coming", {}, {}, "date", "begins on 2030-01-01"),
        ("waiting", {}, {}, "condition", "only if treaty; treaty is not so"),
        ("waiting", {"treaty": True}, {}, "condition", "as treaty"),
        ("regime", {}, {}, "regime", "only if meghri:tripp-2026; meghri:tripp-2026 is not so"),
        ("lapsed", {}, {"lapsed": True}, "switch", "switched on by the scenario"),
        ("dated", {}, {"dated": False}, "switch", "switched off by the scenario"),
    ],
)
def test_why_a_rule_is_in_force_or_not(
    name: str, events: dict[str, bool], switches: dict[str, bool], kind: str, words: str
) -> None:
    register = replace(shipped(), rules=RULES, events=(EVENT,))
    law = as_of(register, date(2026, 1, 1), events=events, rules=switches)
    reasons = Reasons(register, law, events=events, rules=switches)
    asked = next(one for one in RULES if one.id == name)
    found = reasons.of(asked)
    assert (found.kind, found.words) == (kind, words)


@pytest.mark.parametrize("switches", [{}, {"dated": True}])
def test_a_rule_whose_maker_permits_is_lifted_and_a_refusal_is_a_stance(
    switches: dict[str, bool],
) -> None:
    register = replace(shipped(), rules=RULES, events=(EVENT,))
    law = as_of(register, date(2026, 1, 1), rules=switches)
    law = with_stances(law, permits=["TR"], refuses=["AM"])
    reasons = Reasons(register, law, rules=switches)
    assert reasons.of(RULES[0]).words == "lifted, as the scenario has TR permit"
    (refusal,) = [one for one in law.rules if one.by == "AM"]
    assert reasons.of(refusal).kind == "stance"


def test_a_rule_of_the_scenario_is_its_own() -> None:
    register = replace(shipped(), rules=RULES, events=(EVENT,))
    own = rule("own")
    law = as_of(replace(register, rules=(*RULES, own)), date(2026, 1, 1))
    assert Reasons(register, law).of(own).words == "stated by the scenario"
    without = as_of(register, date(2026, 1, 1))
    assert Reasons(register, without).of(own).words == "not in this scenario"


# --- where a value comes from -----------------------------------------------


@pytest.mark.parametrize("name", scenario_ids())
def test_the_merged_scenario_reads_back_equal(name: str) -> None:
    found = explain_scenario(name)
    assert yaml.safe_load(found.as_yaml()) == found.data


def lines_of(file: str) -> list[str]:
    return Path(file).read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("name", ["baseline", "all_open", "zangezur_tripp"])
def test_each_value_stands_where_its_origin_says(name: str) -> None:
    for value in explain_scenario(name).values():
        if not value.origin.line:
            continue
        line = lines_of(value.origin.file)[value.origin.line - 1]
        key = next(word for word in reversed(value.path) if isinstance(word, str))
        said = str(value.value).split(" ", maxsplit=1)[0].lower()
        assert key in line or said in line.lower() or line.strip().startswith("- "), (value, line)


def test_what_is_set_on_top_says_so() -> None:
    found = explain_scenario("baseline", sets=["seed=7", "access.rules.B001=false"])
    places = {dotted(value.path): value.place for value in found.values()}
    assert (places["seed"], places["access.rules.B001"]) == ("--set:1", "--set:2")
    assert re.search(r"^seed: 7 +# --set:1$", found.as_yaml(), re.MULTILINE)


def test_descent_is_told_from_the_scenario_to_the_common_ground() -> None:
    found = explain_scenario("zangezur_tripp")
    assert [Path(file).name for file in found.files] == [
        "zangezur_tripp.yaml", "baseline.yaml", "_base.yaml",
    ]  # fmt: skip
    given = {Path(file).name: keys for file, keys in found.given().items()}
    assert "demands" in given["baseline.yaml"]
    assert "title" in given["zangezur_tripp.yaml"]
    assert "title" not in given["_base.yaml"]


TEXT = """\
id: odd
title: "a: b # c"
why: |
  two
  lines
uncertain:
  - one
  - a text that is much longer than a line of the file may be and therefore is folded at some
    words of it, twice at least, so that nobody needs to turn the head
schema_version: 1
as_of: 2026-11-22
costs: {value_of_time_usd_per_teu_h: 2.5, penalty_usd_per_teu: 50000}
access:
  close:
    S_BER: "yes"
    S_HRM/sea: 'it''s shut: for "all"'
demands: []
"""


def test_odd_texts_survive() -> None:
    found = Merged.of(load_scenario("-", stdin=TEXT))
    assert yaml.safe_load(found.as_yaml()) == found.data
    assert found.data["access"]["close"]["S_HRM/sea"] == 'it\'s shut: for "all"'
    assert found.as_dict()["files"] == []


def test_programs_get_value_and_origin_of_each_path() -> None:
    data = explain_scenario("zangezur_tripp").as_dict()
    rows = {row["path"]: row for row in data["values"]}
    assert len(rows) == len(data["values"])
    assert rows["as_of"]["value"] == "2026-11-22"
    assert Path(rows["as_of"]["origin"]["file"]).name == "_base.yaml"
    assert lines_of(rows["as_of"]["origin"]["file"])[rows["as_of"]["origin"]["line"] - 1] == (
        "as_of: 2026-11-22"
    )


def test_the_register_is_counted_into_its_page(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("a\n<!-- counts -->\nOUTDATED\n<!-- end of counts -->\nz\n", encoding="utf-8")
    found = explain_register(page)
    text = page.read_text(encoding="utf-8")
    assert text.startswith("a\n<!-- counts -->")
    assert found.tables in text
    assert "OUTDATED" not in text
    assert found.counts["rules"]["rows"] == len(shipped().rules)
    assert found.days == tuple(sorted(found.days))


@pytest.mark.parametrize("content", [None, "no marks\n"])
def test_a_page_that_cannot_be_counted_into_is_told(tmp_path: Path, content: str | None) -> None:
    page = tmp_path / "page.md"
    if content is not None:
        page.write_text(content, encoding="utf-8")
    with pytest.raises(InputMissingError, match=r"page\.md"):
        explain_register(page)


# --- what refusals cost -----------------------------------------------------


def test_verdicts_on_assets_are_those_of_the_arcs_that_use_them(real: Real) -> None:
    facts, world = load_facts(FACTS), World(real)
    known = Known.of(facts)
    chosen = world.scenario.access
    law = law_of(world.scenario, shipped(), known)
    reasons = Reasons(shipped(), law, events=chosen.events, rules=chosen.rules)
    asked = Asked(world.scenario, shipped(), law, reasons)
    access = compile_access(world.compiled.laid.terrain, world.compiled.law, [Cargo()])
    graph, judged = real.snapshot.graph, 0
    for at, asset in enumerate(graph.assets):
        if asset.kind not in ("crossing", "strait") or asset.id.startswith("X-"):
            continue
        rows = np.flatnonzero((graph.arcs.asset == at) & (graph.arcs.mode != Mode.FERRY))
        # A crossing that does not stand lies on lines that do not: its own arcs may pass.
        if not len(rows) or asset.status not in ("built", "seasonal"):
            continue
        subject = find_subject(asset.id, facts, known)
        (told,) = {row.usable for row in tell_access(asked, subject, Cargo()).verdicts}
        assert {*(access.open[0][rows] & world.compiled.closures.open[rows]).tolist()} == {told}
        judged += 1
    assert judged > 250


def test_a_scenario_that_builds_by_year_has_the_lines_of_that_year() -> None:
    facts = load_facts(FACTS)
    none, later = NetworkChoice(), NetworkChoice(build_by_year=2029)
    assert "R18" not in built_in(facts, none)
    assert {"R18", "R19"} <= built_in(facts, later)
    assert "R18" in built_in(facts, NetworkChoice(all_planned=True))


class World:
    """The baseline compiled, with the ends of each demand."""

    def __init__(self, real: Real, scenario: Scenario | None = None) -> None:
        self.scenario = scenario or load_scenario("baseline").scenario
        self.compiled: Compiled = compile_scenario(
            self.scenario, real.snapshot, load_rates(), shipped()
        )
        km = real.network.links.length_km
        self.finder = WayFinder(self.scenario, real.snapshot, self.compiled, km)
        self.answers = Answers(self.scenario, self.compiled, self.finder)

    def lifting(self, k: int) -> Lifting:
        certifier = Certifier(self.scenario, self.compiled)
        return Lifting(certifier, k, self.finder.starts[k], self.finder.ends[k])

    def number(self, name: str) -> int:
        return [demand.id for demand in self.scenario.demands].index(name)


@pytest.fixture(scope="module")
def world(real: Real) -> World:
    return World(real)


NAMES = ("moscow-mumbai", "yerevan-mersin", "baku-nakhchivan", "mumbai-tehran", "kabul-karachi")


@pytest.mark.parametrize("name", NAMES)
def test_lifting_nothing_is_the_route_and_lifting_more_is_never_dearer(
    world: World, name: str
) -> None:
    k = world.number(name)
    lifting, best = world.lifting(k), world.answers.of(k).routes[0]
    now = world.compiled.view(k).weigh(best.cost_usd_per_teu, best.time_h, best.time_sd_h)
    nothing = lifting.best(lambda _: False)
    refusals = lifting.best(lambda one: one.kind in REFUSALS)
    decisions = lifting.best(lambda one: one.kind in DECISIONS)
    assert nothing is not None
    assert refusals is not None
    assert decisions is not None
    assert nothing.generalised_usd_per_teu == pytest.approx(now)
    assert nothing.blockers == ()
    assert refusals.generalised_usd_per_teu <= now + 1e-6
    assert decisions.generalised_usd_per_teu <= refusals.generalised_usd_per_teu + 0.01


@pytest.mark.parametrize("name", NAMES)
def test_a_scenario_with_what_is_told_lifted_has_the_way(
    world: World, real: Real, name: str
) -> None:
    k = world.number(name)
    way = world.lifting(k).best(lambda one: one.kind == "rule")
    assert way is not None
    rules = {one.id: False for one in way.blockers}
    access = replace(world.scenario.access, rules={**world.scenario.access.rules, **rules})
    again = World(real, replace(world.scenario, access=access))
    best = again.answers.of(k).routes[0]
    now = again.compiled.view(k).weigh(best.cost_usd_per_teu, best.time_h, best.time_sd_h)
    assert now <= way.generalised_usd_per_teu + 0.01
    assert again.compiled.view(k).open[way.arcs].all()


@pytest.mark.parametrize("name", NAMES)
def test_single_refusals_open_ways_that_need_them_alone(world: World, name: str) -> None:
    k = world.number(name)
    lifting, view = world.lifting(k), world.compiled.view(k)
    nothing = lifting.best(lambda _: False)
    assert nothing is not None
    alone = lifting.alone(nothing.generalised_usd_per_teu)
    for one, way in alone:
        assert way.blockers == (one,)
        assert all(view.blockers(int(arc)) in ((), (one,)) for arc in way.arcs)
    costs = [way.generalised_usd_per_teu for _, way in alone]
    assert costs == sorted(costs)
    assert all(cost < nothing.generalised_usd_per_teu for cost in costs)


def test_a_rule_that_alone_shuts_a_border_is_told(world: World) -> None:
    lifting = world.lifting(world.number("yerevan-mersin"))
    (first, way), *_ = lifting.alone(float("inf"))
    assert first.id == "B001"
    graph = world.compiled.graph
    (where,) = way.where
    assert {graph.assets[int(graph.arcs.asset[arc])].id for arc in where} <= {
        "X_DGK_RL", "X_DGK_RD", "X_MARG_RD",
    }  # fmt: skip


def test_a_country_has_the_modes_of_what_lies_in_it() -> None:
    assert told("AM").subject.modes == ("rail", "road")
    assert "sea" in told("GE").subject.modes


def test_a_branch_holds_the_crossings_between_its_terminals() -> None:
    parts = {part.id: part.kind for part in told("INSTC-W").subject.parts}
    assert parts["X_SAMYAL_RL"] == "crossing"
    assert parts["SPB"] == "terminal"
    assert "X_DGK_RL" not in parts
