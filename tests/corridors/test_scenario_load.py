"""A scenario loads, merges and reports every mistake with its place and the mend."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import geodata
from corridors.errors import CorridorsError, Finding, InputMissingError, ScenarioError
from corridors.scenario.load import load_scenario
from corridors.scenario.places import scenario_folder, scenario_ids
from corridors.scenario.rates import load_rates
from corridors.scenario.references import Names
from corridors.scenario.register import load_register
from corridors.scenario.schema import json_schema
from geodata.facts_io import load_facts
from tests.oracles.small_names import small_names

if TYPE_CHECKING:
    from tests.conftest import Real

HEAD = "extends: _base\nid: x\ntitle: A title\nwhy: A question\n"
COSTS = "costs: {value_of_time_usd_per_teu_h: 2.5, penalty_usd_per_teu: 50000}\n"
#: A scenario that extends nothing.
PLAIN = HEAD.replace("extends: _base\n", "as_of: 2026-11-22\n") + COSTS
DEMAND = "demands:\n  - {id: a, origin: MOW, destination: PNSA, teu_per_year: 5}\n"
NAMES = small_names()


def found(text: str, *, sets: tuple[str, ...] = ()) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        load_scenario("-", stdin=text, sets=sets)
    assert caught.value.exit_code == 3
    return [str(finding) for finding in caught.value.findings]


def write(folder: Path, **files: str) -> None:
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")


@pytest.mark.parametrize("name", scenario_ids())
def test_shipped_scenarios_load(name: str) -> None:
    scenario = load_scenario(name).scenario
    assert scenario.id == name
    assert scenario.uncertain
    assert scenario.as_of <= date(2026, 11, 22)
    assert len(scenario.demands) >= 24
    assert all(demand.source for demand in scenario.demands if demand.quality != "assumed")


def test_the_schema_file_is_up_to_date_and_named_in_each_file() -> None:
    assert (scenario_folder() / "schema.json").read_text(encoding="utf-8") == json_schema()
    for file in scenario_folder().glob("*.yaml"):
        first = file.read_text(encoding="utf-8").splitlines()[0]
        assert first == "# yaml-language-server: $schema=./schema.json"


def test_a_scenario_needs_only_what_its_base_lacks() -> None:
    loaded = load_scenario("-", stdin=HEAD + DEMAND)
    assert loaded.scenario.demands[0].quality == "assumed"
    assert loaded.scenario.costs.penalty_usd_per_teu == 50000
    assert loaded.marks["demands", 0, "origin"] == ("<stdin>", 6, 13)
    assert [file.name for file in loaded.files] == ["_base.yaml"]


def test_a_typo_names_the_nearest_key() -> None:
    assert found(HEAD + "acess: {}\n") == [
        '<stdin>:5:1  acess  unknown key; did you mean "access"?'
    ]
    text = HEAD + DEMAND.replace("teu_per_year", "teu_per_yaer")
    assert found(text)[1:] == [
        '<stdin>:6:45  demands[0].teu_per_yaer  unknown key; did you mean "teu_per_year"?'
    ]
    assert found(HEAD + "access:\n  opne:\n    R18: why\n") == [
        '<stdin>:6:3  access.opne  unknown key; did you mean "open"?'
    ]


def test_a_duplicate_key_is_an_error() -> None:
    assert found(HEAD + "seed: 1\nseed: 2\n") == [
        "<stdin>:6:1  seed  duplicate key, first on line 5; keep one"
    ]


@pytest.mark.parametrize(("word", "read"), [("NO", "false"), ("on", "true"), ("yes", "true")])
def test_words_read_as_booleans_must_be_quoted(word: str, read: str) -> None:
    text = HEAD + DEMAND.replace("5}", f"5, owner: {word}}}")
    assert found(text) == [
        (
            f"<stdin>:6:69  demands[0].owner  {word} is read as {read}; "
            f'write "{word}" in quotes, or true or false'
        )
    ]


def test_a_quoted_country_code_is_a_country_code() -> None:
    text = HEAD + DEMAND.replace("5}", '5, owner: "NO"}') + 'access: {close: {"NO": why}}\n'
    scenario = load_scenario("-", stdin=text).scenario
    assert scenario.demands[0].traits.owner == ("NO",)
    assert "NO" in {entry.place for entry in scenario.access.close}


def test_a_number_where_a_name_belongs_must_be_quoted() -> None:
    text = HEAD + DEMAND.replace("MOW", "12")
    assert found(text) == [
        '<stdin>:6:13  demands[0].origin  expected text, found 12; write it in quotes: "12"'
    ]


def test_a_negative_number_is_an_error() -> None:
    assert found(HEAD + DEMAND.replace("5}", "-5}")) == [
        "<stdin>:6:45  demands[0].teu_per_year  should be greater than 0, found -5"
    ]


def test_a_wrong_choice_names_the_nearest() -> None:
    text = HEAD + DEMAND.replace("5}", "5, quality: estimate}")
    (line,) = found(text)
    assert line.startswith("<stdin>:6:62  demands[0].quality  'estimate' is not one of 'measured'")
    assert line.endswith('; did you mean "estimated"?')


def test_a_demand_to_itself_and_a_taken_id_are_errors() -> None:
    itself = found(HEAD + DEMAND.replace("PNSA", "MOW"))
    assert itself == ["<stdin>:6:5  demands[0]  origin and destination are both MOW"]
    twice = found(HEAD + DEMAND + DEMAND.splitlines()[1] + "\n")
    assert twice == ["<stdin>:7:6  demands[1].id  a is taken; rename it"]


def test_all_mistakes_are_reported_at_once() -> None:
    text = HEAD + DEMAND.replace("5}", "-5}") + "sed: 1\ncargo: {owner: NO}\n"
    assert len(found(text)) == 3


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("close: [R18]", "7:3  access.close  expected keys with values, found ['R18']"),
        ("close: {R18: 5}", "7:11  access.close.R18  expected text, found 5"),
        ("events: {E1: maybe}", "7:12  access.events.E1  expected true or false, found 'maybe'"),
        ("rules: {R1: 1}", "7:11  access.rules.R1  expected true or false, found 1"),
        ("regimes: {meghri: true}", "7:13  access.regimes.meghri  expected text, found true"),
        ("permits: {RU: true}", "7:3  access.permits  expected a list, found {'RU': True}"),
        ("own: {R: {}}", "7:9  access.own.R.by  is missing; add it"),
    ],
)
def test_access_that_is_not_of_the_form_is_told_with_its_place(text: str, line: str) -> None:
    lines = found(HEAD + f"access:\n  # who lets pass\n  {text}\n")
    assert lines[0].startswith(f"<stdin>:{line}"), lines


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: [1, 2\n", "not YAML"),
        ("- 1\n", "a scenario is a mapping"),
        ("a: &x 1\nb: *x\n", "anchors and aliases are not supported"),
        ("<<: {a: 1}\n", "keys are plain names"),
        ("as_of: 2026-13-45\n", "not a value"),
        ("a: " + "[" * 50000, "nested too deeply"),
        ("a: \x00", "not YAML"),
        ("a: 1\n---\nb: 2\n", "not YAML"),
        ("access: [1]\n", "expected keys with values, found [1]"),
        ("demands: some\ndemands_file: x.csv\n", "expected a list, found 'some'"),
        ("a: !!python/object:os.system x\n", "not a value"),
    ],
)
def test_yaml_that_is_not_plain_is_refused(text: str, message: str) -> None:
    assert any(message in line for line in found(text))


def test_a_year_of_a_huge_integer_or_infinity_is_refused() -> None:
    assert found(HEAD + "alternatives: {max_detour: .inf}\n")
    assert found(HEAD + "network: {build_by_year: 99999}\n")


# --- extends


def test_extends_merges_sections_and_replaces_lists(tmp_path: Path) -> None:
    write(
        tmp_path,
        parent=HEAD + DEMAND + "network: {built: [A, B], build_by_year: 2030}\n",
        child="extends: parent\ntitle: t\nwhy: w\nnetwork: {built: [C]}\n",
    )
    scenario = load_scenario(str(tmp_path / "child.yaml")).scenario
    assert scenario.network.built == ("C",)
    assert scenario.network.build_by_year == 2030
    assert scenario.id == "child"
    assert len(scenario.demands) == 1


def test_identity_is_not_inherited(tmp_path: Path) -> None:
    write(tmp_path, parent=HEAD, child="extends: parent\n")
    with pytest.raises(ScenarioError) as caught:
        load_scenario(str(tmp_path / "child.yaml"))
    assert [finding.path for finding in caught.value.findings] == ["title", "why"]


def test_a_mistake_in_the_base_is_reported_where_it_stands(tmp_path: Path) -> None:
    write(tmp_path, parent=HEAD + "seed: -1\n", child="extends: parent\ntitle: t\nwhy: w\n")
    with pytest.raises(ScenarioError, match=r"parent\.yaml:5:1  seed  should be"):
        load_scenario(str(tmp_path / "child.yaml"))


def test_a_cycle_of_extends_is_an_error(tmp_path: Path) -> None:
    write(tmp_path, a="extends: b\ntitle: t\nwhy: w\n", b="extends: a\ntitle: t\nwhy: w\n")
    with pytest.raises(ScenarioError, match=r"goes round in a circle: a\.yaml -> b\.yaml -> a"):
        load_scenario(str(tmp_path / "a.yaml"))


def test_an_unknown_base_is_an_error_with_the_nearest_name() -> None:
    lines = found("extends: basline\nid: x\ntitle: t\nwhy: w\n")
    told = "<stdin>:1:1  extends  no scenario 'basline'; did you mean \"baseline\""
    assert len(lines) == 1, "what is missing may stand in that base"
    assert lines[0].startswith(told)


def test_an_unknown_scenario_is_a_missing_input() -> None:
    with pytest.raises(InputMissingError, match="baseline") as caught:
        load_scenario("basline")
    assert caught.value.exit_code == 6


def test_a_file_that_is_not_text_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ScenarioError, match="not UTF-8"):
        load_scenario(str(tmp_path / "x.yaml"))


# --- set


def test_set_overrides_values_by_key_position_and_id() -> None:
    text = HEAD + DEMAND
    sets = ("seed=7", "demands.0.teu_per_year=8", "demands.a.origin=PPTI", "as_of=2026-01-15")
    scenario = load_scenario("-", stdin=text, sets=sets).scenario
    assert scenario.seed == 7
    assert scenario.demands[0].teu_per_year == 8
    assert scenario.demands[0].origin == "PPTI"
    assert scenario.as_of == date(2026, 1, 15)


def test_set_reaches_into_sections_that_are_not_there_yet() -> None:
    sets = ("network.built=[R18, R19]", "access.events.E045=false", "access.close.KZ-UZ/rail=why")
    scenario = load_scenario("-", stdin=PLAIN, sets=sets).scenario
    assert scenario.network.built == ("R18", "R19")
    assert scenario.access.events == {"E045": False}
    assert [str(entry) for entry in scenario.access.close] == ["KZ-UZ/rail"]


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("seed", "--set:1:1  seed  not of the form key=value; e.g. seed=1"),
        ("sed=1", '--set:1:1  sed  unknown key; did you mean "seed"?'),
        ("seed=-1", "--set:1:1  seed  should be greater than or equal to 0, found -1"),
        ("seed=[", "--set:1:1  seed  not a YAML value: ["),
        ("cargo.owner=[NO]", "--set:1:1  cargo.owner[0]  NO is read as"),
        ("demands.b.origin=X", "--set:1:1  demands.b.origin  no such entry in the list"),
    ],
)
def test_a_bad_set_is_reported(option: str, message: str) -> None:
    lines = found(HEAD + DEMAND, sets=(option,))
    assert len(lines) == 1
    assert lines[0].startswith(message)


# --- demands file


def test_demands_come_from_a_csv_file_too(tmp_path: Path) -> None:
    rows = "id,origin,destination,teu_per_year\nb,PPTI,MOW,7\n"
    (tmp_path / "d.csv").write_text(rows, encoding="utf-8")
    write(tmp_path, s=HEAD + DEMAND + "demands_file: d.csv\n")
    demands = load_scenario(str(tmp_path / "s.yaml")).scenario.demands
    assert [(demand.id, demand.teu_per_year) for demand in demands] == [("a", 5), ("b", 7)]


def test_a_deadline_is_said_in_hours_or_in_days(tmp_path: Path) -> None:
    rows = (
        "id,origin,destination,teu_per_year,within_h,within_days\n"
        "b,PPTI,MOW,7,240,\nc,PPTI,MOW,7,,2.5\n"
    )
    (tmp_path / "d.csv").write_text(rows, encoding="utf-8")
    write(tmp_path, s=HEAD + DEMAND + "demands_file: d.csv\n")
    demands = load_scenario(str(tmp_path / "s.yaml")).scenario.demands
    assert [demand.within_h for demand in demands] == [None, 240.0, 60.0]
    wrong = rows.replace("240,", "240,3").replace(",,2.5", ",,-1")
    (tmp_path / "d.csv").write_text(wrong, encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        load_scenario(str(tmp_path / "s.yaml"))
    assert "d.csv:2:1  demands[1]  within_h and within_days both say" in str(caught.value)
    assert "d.csv:3:6  demands[2].within_days  should be greater than 0" in str(caught.value)


def test_the_correlation_of_times_is_a_share() -> None:
    scenario = load_scenario("-", stdin=PLAIN + "times: {correlation: 0.6, draws: 500}\n").scenario
    assert (scenario.times.correlation, scenario.times.draws) == (0.6, 500)
    assert load_scenario("-", stdin=PLAIN).scenario.times.correlation == 0.3
    lines = found(HEAD + "times: {correlation: 1.5, draws: 10}\n")
    assert [line.split("  ")[1] for line in lines] == ["times.correlation", "times.draws"]


def test_mistakes_in_the_demands_file_name_its_line(tmp_path: Path) -> None:
    rows = "id,origin,destnation,destination,teu_per_year\nb,PPTI,,MOW,7\nc,PPTI,,MOW,many\n"
    (tmp_path / "d.csv").write_text(rows, encoding="utf-8")
    write(tmp_path, s=HEAD + "demands_file: d.csv\n")
    with pytest.raises(ScenarioError) as caught:
        load_scenario(str(tmp_path / "s.yaml"))
    text = str(caught.value)
    assert 'd.csv:1:3  destnation  unknown column; did you mean "destination"?' in text
    assert "d.csv:3:5  demands[1].teu_per_year  should be a valid number" in text


def test_a_missing_demands_file_is_reported() -> None:
    lines = found(HEAD + "demands_file: nowhere.csv\n")
    assert lines == [
        "<stdin>:5:1  demands_file  cannot read nowhere.csv: No such file or directory"
    ]


# --- references


def test_unknown_names_are_reported_with_the_nearest_and_all_at_once() -> None:
    text = (
        PLAIN
        + DEMAND.replace("PNSA", "PNSB")
        + DEMAND.partition("\n")[2].replace("5}", "-5}").replace("id: a", "id: b")
        + "network: {built: [R1]}\nalternatives: {families: [TITTR], sensitive_borders: [AM-TX]}\n"
    )
    with pytest.raises(ScenarioError) as caught:
        load_scenario("-", stdin=text, names=NAMES)
    lines = [str(finding) for finding in caught.value.findings]
    assert [line.split("  ")[1] for line in lines] == [
        "demands[0].destination", "demands[1].teu_per_year", "network.built[0]",
        "alternatives.families[0]", "alternatives.sensitive_borders[0]",
    ]  # fmt: skip
    assert lines[0].startswith("<stdin>:7:26  demands[0].destination  unknown terminal PNSB; did")
    assert '"PNSA"' in lines[0]
    assert lines[2].endswith('unknown asset R1; did you mean "R18"?')
    assert lines[3].endswith('unknown corridor family TITTR; did you mean "TITR"?')


def test_names_keep_the_places_of_what_is_left_when_a_faulty_entry_is_left_out() -> None:
    rows = (
        "  - {id: a, origin: MOW, destination: PNSA}\n"
        "  - {id: b, origin: MOV, destination: PNSA, teu_per_year: 5}\n"
    )
    with pytest.raises(ScenarioError) as caught:
        load_scenario("-", stdin=PLAIN + "demands:\n" + rows, names=NAMES)
    first, second = map(str, caught.value.findings)
    assert first == "<stdin>:7:5  demands[0].teu_per_year  is missing; add it"
    assert second.startswith("<stdin>:8:13  demands[1].origin  unknown terminal MOV; did you mean")


def test_known_names_pass() -> None:
    text = PLAIN + DEMAND + "network: {built: [R18, X_AGB_RL]}\nalternatives: {families: [TITR]}\n"
    assert load_scenario("-", stdin=text, names=NAMES).scenario.network.built == ("R18", "X_AGB_RL")


# --- errors


def test_the_tree_has_exit_codes_and_builtins() -> None:
    error = ScenarioError(
        "wrong:", findings=[Finding("b", 2, 1, "", "x"), Finding("a", 1, 1, "", "y")]
    )
    assert isinstance(error, ValueError)
    assert str(error) == "wrong:\na:1:1  y\nb:2:1  x"
    assert isinstance(InputMissingError("gone"), OSError)
    assert str(InputMissingError("gone")) == "gone"
    codes = {kind.__name__: kind.exit_code for kind in CorridorsError.__subclasses__()}
    assert codes == {
        "ScenarioError": 3, "InstanceError": 3, "InfeasibleError": 4, "LimitReached": 5,
        "InputMissingError": 6, "OutputError": 3, "BalanceError": 1,
    }  # fmt: skip


def test_scenarios_do_not_depend_on_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(scenario_folder() / "baseline.yaml", tmp_path / "mine.yaml")
    monkeypatch.chdir(tmp_path)
    assert load_scenario("baseline").scenario.id == "baseline"
    assert load_scenario("mine").scenario.demands == load_scenario("baseline").scenario.demands


@pytest.mark.slow
def test_shipped_scenarios_name_what_there_is(real: Real) -> None:
    names = Names(real.snapshot.graph, real.snapshot.branches, load_register())
    for name in scenario_ids():
        assert load_scenario(name, names=names).scenario.id == name


def test_the_rates_name_places_of_the_facts() -> None:
    facts = load_facts(Path(geodata.__file__).parent / "facts")
    tables = (facts.crossings, facts.links, facts.straits, facts.services, facts.terminals)
    places = {place for place in load_rates().named_places if "_" in place or place[1:].isdigit()}
    assert places <= {row.id for rows in tables for row in rows}
