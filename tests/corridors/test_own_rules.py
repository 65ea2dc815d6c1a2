"""Rules that a scenario makes itself: read like rows of the register, each mistake told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from corridors.errors import ScenarioError
from corridors.scenario.load import load_scenario
from corridors.scenario.own_rules import read_own
from tests.oracles.small_names import small_names

if TYPE_CHECKING:
    from pathlib import Path

    from corridors.model.access import Rule
    from corridors.model.scenario import Access

NAMES = small_names(
    rules=[{"id": "R1", "by": "AZ", "effect": "deny", "on": "X_AGB_RL", "condition": "E2"}],
    control=[{"id": "K_R18", "on": "R18", "actor": "RU", "regime": "r18:shared"}],
)
HEAD = (
    "id: x\ntitle: t\nwhy: w\nas_of: 2026-11-22\n"
    "costs: {value_of_time_usd_per_teu_h: 2.5, penalty_usd_per_teu: 50000}\n"
)
#: What a rule must say; the first stands on line 9, column 7, the rest below it.
LEAST = {"by": "GE", "effect": "deny", "on_kind": "territory", "on": "GE"}
FEE = {"effect": "charge", "value": "5", "unit": "USD/TEU"}


def written(name: str = "MINE", **cells: str) -> str:
    """Return a scenario with one rule, a key a line."""
    lines = [f"      {key.removesuffix('_')}: {value}\n" for key, value in (LEAST | cells).items()]
    return f"{HEAD}access:\n  own:\n    {name}:\n{''.join(lines)}"


def access(text: str) -> Access:
    return load_scenario("-", stdin=text, names=NAMES).scenario.access


def found(text: str) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        access(text)
    assert caught.value.exit_code == 3
    return [str(finding) for finding in caught.value.findings]


def rule(text: str) -> Rule:
    (own,), problems = read_own(access(text).own, NAMES.register, NAMES.known)
    assert problems == []
    return own


def test_a_rule_says_little_and_means_what_a_row_of_the_table_means() -> None:
    own = rule(written())
    assert (own.id, own.by, own.effect, own.scope.kind) == ("MINE", "GE", "deny", "territory")
    assert own.scope.names == {"GE"}
    assert (own.scope.modes, own.who, own.direction) == (frozenset(), (), "both")
    assert (own.transit_only, own.span.start, own.span.end) == (False, None, None)
    assert (own.value, own.priority, own.condition) == (None, 0, "")
    assert (own.evidence.basis, own.evidence.sources) == ("assumed", ("assumption",))
    assert own.evidence.confidence == "low"


def test_a_rule_may_say_all_that_a_row_may() -> None:
    own = rule(
        written(
            by="AZ", on_kind="country_pair", on="[AM-AZ]", without="[X_AGB_RL]",
            mode="rail;road", cargo="owner=@PACT/RU commodity=!grain after=IR", direction="in",
            transit_only="true", from_="2026-02", until="2026-12-31", priority="3",
            condition="E1 and not R1 or r18:shared", title="a title", source="[S1]", note="a note",
            **(FEE | {"low": "4", "high": "6.5"}),
        )
    )  # fmt: skip
    assert own.scope.modes == {"rail", "road"}
    assert own.scope.without == {"X_AGB_RL"}
    assert [(one.field, set(one.names), one.negated) for one in own.who] == [
        ("owner", {"@PACT", "RU"}, False), ("commodity", {"grain"}, True),
        ("after", {"IR"}, False),
    ]  # fmt: skip
    assert own.by_bloc
    assert (own.value, own.low, own.high, own.unit) == (5.0, 4.0, 6.5, "USD/TEU")
    assert (own.direction, own.transit_only, own.priority) == ("in", True, 3)
    assert (str(own.span.start), str(own.span.end)) == ("2026-02-01", "2026-12-31")
    assert own.condition == "E1 and not R1 or r18:shared"
    assert (own.title, own.evidence.note) == ("a title", "a note")
    assert (own.evidence.basis, own.evidence.sources) == ("sourced", ("S1",))


@pytest.mark.parametrize(
    ("day", "start"),
    [("2026", "2026-01-01"), ("2026-02", "2026-02-01"), ("2026-02-03", "2026-02-03"),
     ("'2026-02-03'", "2026-02-03")],
)  # fmt: skip
def test_days_are_as_exact_as_they_are_known(day: str, start: str) -> None:
    assert str(rule(written(from_=day)).span.start) == start


@pytest.mark.parametrize(
    ("source", "basis"),
    [("assumption", "assumed"), ("general knowledge", "general_knowledge"), ("S1", "sourced"),
     ("[S1, assumption]", "sourced"), ("E1", "sourced")],
)  # fmt: skip
def test_a_rule_rests_on_what_its_sources_are(source: str, basis: str) -> None:
    assert rule(written(source=source)).evidence.basis == basis


MISTAKES: list[tuple[dict[str, str], str]] = [
    ({"by": "GG"}, "9:7  by  'GG' is not known; did you mean \"GE\"?"),
    ({"by": "''"}, "9:7  by  '' is not known"),
    ({"effect": "denny"}, "10:7  effect  'denny' is not one of 'permit', 'deny'"),
    ({"on_kind": "land"}, "11:7  on_kind  'land' is not one of 'asset', "),
    ({"on": "GEE"}, "12:7  on  'GEE' is not known; did you mean \"GE\"?"),
    ({"on_kind": "asset", "on": "R19"}, "12:7  on  'R19' is not known; did you"),
    ({"on_kind": "branch", "on": "TITR"}, "12:7  on  'TITR' is not known; did"),
    ({"on_kind": "country_pair", "on": "AM-A"}, "12:7  on  'AM-A' is not known;"),
    ({"on_kind": "operator", "on": "KTX"}, "12:7  on  'KTX' is not known; did"),
    ({"on_kind": "any"}, "12:7  on  any takes no names"),
    ({"on": "[]"}, "12:7  on  names are missing"),
    ({"on": "[GE, 5]"}, "12:16  on[1]  expected text, found 5; write it in quotes"),
    ({"without": "R19"}, "13:7  without  'R19' is not known; did you mean \"R18\"?"),
    ({"mode": "rial"}, "13:7  mode  'rial' is not known; did you mean \"rail\"?"),
    ({"mode": "[]"}, "13:7  mode  a mode is missing; write * for all"),
    ({"cargo": "ownr=RU"}, "13:7  cargo  cargo has no field 'ownr'; did you mean"),
    ({"cargo": "owner=RUS"}, "13:7  cargo  'RUS' is not known; did you mean \"RU\""),
    ({"cargo": "owner=@PAKT"}, "13:7  cargo  '@PAKT' is not known; did you mean"),
    ({"cargo": "owner"}, "13:7  cargo  'owner' is not of the form field=value"),
    ({"cargo": "after=XX"}, "13:7  cargo  'XX' is not known"),
    ({"cargo": "list=EU"}, "13:7  cargo  'EU' is no word; small letters, digits"),
    ({"cargo": "''"}, "13:7  cargo  a demand is missing; write * for any cargo"),
    ({"direction": "inn"}, "13:7  direction  'inn' is not one of 'both', 'in' or"),
    ({"transit_only": "1"}, "13:7  transit_only  expected true or false, found 1"),
    ({"from_": "soon"}, "13:7  from  'soon' is no date; write 2026, 2026-09 or"),
    ({"from_": "'2026-13'"}, "13:7  from  '2026-13' is no date; write 2026, "),
    ({"from_": "2026-02-01", "until": "2026-01"}, "14:7  until  2026-01 is before"),
    ({"condition": "E1 and"}, "13:7  condition  a name is missing at the end; at"),
    ({"condition": "E3"}, "13:7  condition  'E3' is not known; did you mean \"E"),
    ({"condition": "MINE"}, "13:7  condition  goes round in a circle: MINE -> MINE"),
    ({"priority": "high"}, "13:7  priority  should be a valid integer, found 'high'"),
    ({"value": "5", "unit": "h"}, "13:7  value  deny takes no value"),
    (FEE | {"value": "-5"}, "13:7  value  should be greater than or equal to 0"),
    (FEE | {"value": "much"}, "13:7  value  should be a valid number, found 'much'"),
    (FEE | {"unit": "''"}, "14:7  unit  a value needs a unit"),
    (FEE | {"low": "6"}, "13:7  value  5 is not within 6.0 to None"),
    (FEE | {"effect": "probability"}, "13:7  value  5 is no probability; between"),
    ({"source": "S9"}, "13:7  source  'S9' is not known; did you mean \"S1\"?"),
    ({"source": "[]"}, "13:7  source  every row needs a source"),
    ({"modes": "rail"}, '13:7  modes  unknown key; did you mean "mode"?'),
]  # fmt: skip


@pytest.mark.parametrize(("cells", "line"), MISTAKES)
def test_a_mistake_is_told_with_its_place_and_the_mend(cells: dict[str, str], line: str) -> None:
    told = found(written(**cells))
    place, _, rest = line.partition("  ")
    assert any(one.startswith(f"<stdin>:{place}  access.own.MINE.{rest}") for one in told), told


def test_what_a_rule_must_say_is_told_if_it_does_not() -> None:
    told = found(f"{HEAD}access:\n  own:\n    MINE: {{on: GE}}\n")
    assert told == [
        f"<stdin>:8:5  access.own.MINE.{key}  is missing; add it"
        for key in ("by", "effect", "on_kind")
    ]


def test_a_name_that_the_register_has_is_taken() -> None:
    assert found(written("R1")) == [
        "<stdin>:8:5  access.own.R1  R1 is a rule of the register; take another id"
    ]
    assert found(written("'a b'"))[0].startswith("<stdin>:8:5  access.own.a b  ")


def test_conditions_may_name_each_other_but_not_in_a_circle() -> None:
    second = "    NEXT: {by: GE, effect: deny, on_kind: territory, on: GE, condition: %s}\n"
    assert len(access(written(condition="not NEXT") + second % "E1").own) == 2
    (line,) = found(written(condition="not NEXT") + second % "MINE")
    assert "goes round in a circle: " in line
    assert "MINE -> NEXT" in line or "NEXT -> MINE" in line
    assert line.startswith("<stdin>:13:7  access.own.MINE.condition")


def test_the_mistakes_of_all_rules_are_told_at_once() -> None:
    second = "    NEXT: {by: GG, effect: deny, on_kind: territory, on: GG, sorce: S1}\n"
    told = found(written(by="GG", mode="rial") + second)
    assert [line.split("  ")[1] for line in told] == [
        "access.own.MINE.by", "access.own.MINE.mode", "access.own.NEXT.by", "access.own.NEXT.on",
        "access.own.NEXT.sorce",
    ]  # fmt: skip


def test_null_takes_an_inherited_rule_away(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(written(), encoding="utf-8")
    head = f"extends: {tmp_path / 'base.yaml'}\nid: y\ntitle: t\nwhy: w\naccess:\n  own:\n"
    assert access(f"{head}    MINE: null\n").own == ()
    both = access(f"{head}    OTHER: {{by: AZ, effect: deny, on_kind: any}}\n").own
    assert [cells["id"] for cells in both] == ["MINE", "OTHER"]
    (changed,) = access(f"{head}    MINE: {{priority: 4}}\n").own
    assert (changed["by"], changed["priority"]) == ("GE", "4")
