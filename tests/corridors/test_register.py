"""The shipped register is whole and says what held on each day; mistakes name their place."""

from __future__ import annotations

import csv
import shutil
from collections import Counter, defaultdict
from datetime import date
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import pytest

from corridors.errors import InputMissingError, ScenarioError
from corridors.model.access import Cargo, Place
from corridors.scenario.in_force import as_of, told_apart, without_standing
from corridors.scenario.places import data_folder
from corridors.scenario.precedence import decide, judge, powers_over, survey
from corridors.scenario.register import COLUMNS, count_rows, load_register
from geodata.facts_io import load_facts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from corridors.errors import Finding
    from corridors.model.access import Control, Event, Rule

REGISTER = load_register()
FACTS = load_facts(Path(__file__).parents[2] / "geodata" / "facts")
LAST = date(2026, 11, 22)
REPLAYS = (
    date(2021, 1, 15), date(2022, 3, 15), date(2024, 11, 18), date(2025, 8, 8),
    date(2026, 1, 14), date(2026, 3, 15), date(2026, 9, 9), LAST,
)  # fmt: skip


def cargo(origin: str, destination: str, **traits: str) -> Cargo:
    whole = {"owner": "CN", "operator": "CN", "flag": "LR", "commodity": "general"} | traits
    named = {name: frozenset(text.split("/")) for name, text in whole.items()}
    ends = {"origin": frozenset({origin}), "destination": frozenset({destination})}
    return Cargo(**ends, **named)


THROUGH = cargo("CN", "DE")


def at(asset: str, mode: str = "", *, within: str = "") -> Place:
    """Return the place of an asset of the facts, or of a country's inland lines."""
    if within:
        return Place(countries=(within,), mode=mode)
    known = REGISTER.known.assets[asset]
    return Place(frozenset({asset}), known.countries, mode or known.modes[0])


# --- the shipped tables ----------------------------------------------------------------


def test_every_table_is_filled_and_counted() -> None:
    counts = count_rows(REGISTER)
    rows = {table: found["rows"] for table, found in counts.items()}
    assert rows["actors"] >= 165
    assert rows["controls"] >= 200
    assert rows["rules"] >= 160
    assert rows["events"] >= 147
    assert rows["memberships"] >= 200
    for found in counts.values():
        bases = sum(found.get(name, 0) for name in ("sourced", "general_knowledge", "assumed"))
        assert bases == found["rows"]
        assert sum(found.get(name, 0) for name in ("high", "medium", "low")) == found["rows"]
    assert counts["rules"]["placeholder"] > 0


def test_rows_without_a_document_are_never_of_high_confidence() -> None:
    evidence = [
        row.evidence
        for table in ("actors", "memberships", "roles", "controls", "rules", "events")
        for row in getattr(REGISTER, table)
    ]
    assert all(one.confidence != "high" for one in evidence if one.basis != "sourced")


def test_numbers_without_a_document_are_placeholders() -> None:
    bare = [rule for rule in REGISTER.rules if rule.value and rule.evidence.basis != "sourced"]
    assert bare
    assert [rule.id for rule in bare if not rule.evidence.placeholder] == []


@pytest.mark.parametrize("table", sorted(COLUMNS))
def test_no_row_points_outside_the_project(table: str) -> None:
    text = (data_folder() / f"{table}.csv").read_text(encoding="utf-8")
    assert "shared/" not in text


def test_sources_stand_once() -> None:
    with (data_folder() / "sources.csv").open(encoding="utf-8", newline="") as stream:
        ids = Counter(row["id"] for row in csv.DictReader(stream))
    assert max(ids.values()) == 1


def test_conflicting_accounts_are_kept_side_by_side() -> None:
    accounts: dict[str, list[str]] = defaultdict(list)
    rows: list[Event | Control | Rule] = [
        *REGISTER.events, *REGISTER.controls, *REGISTER.rules,
    ]  # fmt: skip
    for row in rows:
        if row.conflict:
            accounts[row.conflict].append(row.id)
    assert len(accounts) >= 12
    assert len(accounts["hormuz-2026-09"]) >= 2
    assert len(accounts["armenian-vote"]) >= 2


def test_states_are_sovereign_over_their_own_territory() -> None:
    law = as_of(REGISTER, LAST)
    lacking = [
        actor.id
        for actor in REGISTER.actors
        if actor.kind == "state"
        and not any(
            row.actor == actor.id and row.role == "sovereign" and actor.id in row.scope.names
            for row in law.controls
        )
    ]
    assert lacking == []


@pytest.mark.parametrize("day", REPLAYS)
def test_every_rule_in_force_has_standing(day: date) -> None:
    assert without_standing(REGISTER, as_of(REGISTER, day)) == ()


def test_a_statement_of_opposition_gives_no_standing() -> None:
    law = as_of(REGISTER, LAST, events={"iran_acts_on_opposition": True})
    (warning,) = without_standing(REGISTER, law)
    assert warning.file.endswith("rules.csv")
    assert warning.line > 1
    assert "B014: IR has no standing over R18" in warning.message
    assert "security or sovereign" in warning.message


# --- what held on a day ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "place", "what", "shut_by"),
    [
        (date(2021, 1, 15), at("", "rail", within="AZ"), cargo("RU", "AM"), {"AZ"}),
        (date(2025, 10, 20), at("", "rail", within="AZ"), cargo("RU", "AM"), {"AZ"}),
        (date(2025, 10, 21), at("", "rail", within="AZ"), cargo("RU", "AM"), set()),
        (date(2025, 12, 17), at("", "rail", within="AZ"), cargo("AZ", "AM"), {"AZ"}),
        (date(2025, 12, 18), at("", "rail", within="AZ"), cargo("AZ", "AM"), set()),
        (LAST, at("", "rail", within="AZ"), cargo("AM", "AZ"), {"AZ"}),
        (LAST, at("", "rail", within="EE"), cargo("RU", "IN"), {"EE"}),
        (date(2021, 1, 15), at("X_SDR_RD"), THROUGH, {"AM", "AZ"}),
        (LAST, at("X_MARG_RD"), cargo("TR", "AM"), {"TR"}),
        (LAST, at("X_LARS_RD"), cargo("RU", "AM"), set()),
        (date(2026, 3, 4), at("X_AST_RL"), cargo("RU", "IR"), set()),
        (date(2026, 3, 6), at("X_AST_RL"), cargo("RU", "IR"), {"AZ"}),
        (date(2026, 3, 15), at("X_AST_RL"), cargo("RU", "IR"), set()),
        (date(2024, 11, 17), at("PANZ", "sea"), cargo("RU", "IR", owner="DE"), set()),
        (date(2024, 11, 18), at("PANZ", "sea"), cargo("RU", "IR", owner="DE"), {"EU"}),
        (date(2024, 11, 18), at("PANZ", "sea"), cargo("RU", "IR"), set()),
        (date(2022, 3, 15), at("PODS", "sea"), THROUGH, {"RU"}),
        (date(2022, 3, 15), at("", "road", within="PL"), cargo("RU", "DE", operator="RU"), set()),
        (date(2022, 4, 8), at("", "road", within="PL"), cargo("RU", "DE", operator="RU"), {"EU"}),
        (date(2026, 1, 14), at("S_HRM"), cargo("SA", "CN", owner="US"), set()),
        (date(2026, 3, 15), at("S_HRM"), cargo("SA", "CN", owner="US"), {"IRGC"}),
        (date(2026, 4, 10), at("S_HRM"), cargo("SA", "CN", owner="US"), set()),
        (date(2026, 9, 9), at("S_HRM"), cargo("SA", "CN", flag="US"), {"IRGC"}),
        (date(2026, 9, 9), at("S_HRM"), cargo("SA", "CN"), set()),
        (date(2026, 3, 15), at("PBND", "sea"), cargo("IR", "IN"), set()),
        (date(2026, 4, 13), at("PBND", "sea"), cargo("IR", "IN"), {"US"}),
        (date(2026, 7, 1), at("PBND", "sea"), cargo("IR", "IN"), set()),
        (date(2026, 9, 9), at("PBND", "sea"), cargo("IR", "IN"), {"US"}),
        (LAST, at("S_BAB"), cargo("SA", "IT", owner="SA"), {"HOUTHI"}),
        (date(2024, 6, 1), at("S_BAB"), cargo("CN", "NL", commodity="container"), {"LINERS"}),
        (LAST, at("S_BOS"), THROUGH, set()),
        (LAST, at("X_WAGA_RD"), cargo("AF", "IN"), {"PK"}),
        (LAST, at("X_PSOU_RL"), cargo("RU", "GE"), {"ABKH", "GE"}),
    ],
)
def test_replays(day: date, place: Place, what: Cargo, shut_by: set[str]) -> None:
    verdict = decide(as_of(REGISTER, day), place, what)
    assert {one.actor for one in verdict.refusals} == shut_by


@pytest.mark.parametrize("day", [REPLAYS[2], LAST])
def test_cargoes_that_no_rule_tells_apart_are_judged_alike(day: date) -> None:
    law, random = as_of(REGISTER, day), Random(7)  # noqa: S311 - no secret
    asked = told_apart(REGISTER, law)
    words = sorted({name for names in asked.values() for name in names} | {"XX", "YY", "zz"})
    places = [at(name) for name in ("X_LARS_RD", "X_TERE_RL", "S_HRM", "S_BAB", "PZBR", "R18")]
    places += [at("", mode, within=code) for code in ("RU", "AZ", "GE-AB", "TM")
               for mode in ("rail", "road")]  # fmt: skip
    surveys = [survey(law, place) for place in places]
    for _ in range(100):
        whole = Cargo(*(frozenset(random.sample(words, 3)) for _ in asked))
        another = frozenset({"another"})
        known = {name: (whole.traits(name) & names) or another for name, names in asked.items()}
        for found in surveys:
            assert judge(found, whole, law) == judge(found, Cargo(**known), law)


def test_a_way_through_abkhazia_closes_georgia() -> None:
    law, place = as_of(REGISTER, LAST), at("", "rail", within="GE")
    been = cargo("RU", "TR", after="RU/GE-AB")
    assert decide(law, place, cargo("RU", "TR", after="RU")).usable
    assert [one.rule for one in decide(law, place, been).refusals] == ["B169"]


#: Crossings that a container of no listed goods cannot pass between other countries.
SHUT = """
    X_PSOU_RD X_PSOU_RL X_ROKI_RD X_INGU_RD X_INGU_RL X_ERGN_RD X_ODZI_RD X_VAKH_RD
    X_DGK_RL X_DGK_RD X_MARG_RD X_AGB_RL X_AGB_RD X_ORD_RL X_ORD_RD X_SDR_RL X_SDR_RD
    X_IJGZ_RL X_IJGZ_RD X_HAKA_RD X_KAPZ_RD X_KAPZ_RL X_SISN_RD X_SOTK_RD X_NUSA_RD
    X_NUSA_RL X_COBA_RL X_MEKB_RL X_PAZA_RD X_RAIG_RD X_LAVO_RD X_KYBA_RL X_PANE_RD
    X_SILE_RD X_TERESPOL_CARS_RD X_KUZN_RD X_BERE_RL X_NOVA_RD X_MOKR_RD X_HOPT_RD
    X_KAZA_RL X_KERB_RL X_KERB_RD X_GISH_RD X_TORK_RD X_CHAM_RD X_GHUL_RD X_KHAR_RD
    X_ANGO_RD X_WAGA_RD X_WAGA_RL X_MUNA_RL X_NATH_RD X_BAJG_RD X_RABI_RD X_RABI_RL
    X_TANF_RD X_CHNH_RD X_ARMY_RD X_SALK_RL X_ARMY_RL X_GORI_RL X_NARV_RD
"""


def test_crossings_shut_to_any_transit_are_those_known() -> None:
    law = as_of(REGISTER, LAST)
    refused = [
        row.id
        for row in FACTS.crossings
        if not decide(
            law, Place(frozenset({row.id}), (row.country_a, row.country_b), row.mode), THROUGH
        ).usable
    ]
    assert refused == SHUT.split()


@pytest.mark.parametrize(
    ("asset", "ends", "shut_by"),
    [
        ("X_PSOU_RD", ("RU", "GE-AB"), set()),
        ("X_PSOU_RL", ("GE-AB", "RU"), set()),
        ("X_PSOU_RL", ("RU", "GE"), {"ABKH", "GE"}),
        ("X_ROKI_RD", ("RU", "GE-SO"), set()),
        ("X_ROKI_RD", ("RU", "AM"), {"GE", "SOSS"}),
        ("X_KERB_RL", ("RU", "UA-43"), set()),
        ("X_KERB_RL", ("RU", "UA"), {"UA"}),
        ("X_KERB_RL", ("TR", "UA-43"), {"UA"}),
    ],
)
def test_a_legal_ban_leaves_local_traffic_it_cannot_reach(
    asset: str, ends: tuple[str, str], shut_by: set[str]
) -> None:
    verdict = decide(as_of(REGISTER, LAST), at(asset), cargo(*ends))
    assert {one.actor for one in verdict.refusals} == shut_by


def test_an_unnamed_crossing_has_a_rule_of_its_own() -> None:
    law = as_of(REGISTER, LAST)
    named, unnamed = (
        Place(frozenset({"X_ANY"}), ("BD", "IN"), "road", named=name) for name in (True, False)
    )
    assert decide(law, named, THROUGH).usable
    assert not decide(law, unnamed, THROUGH).usable


def test_blocs_have_the_members_of_the_day() -> None:
    early, late = (as_of(REGISTER, date(year, 1, 15)).blocs for year in (2020, 2026))
    assert "GB" in early["EU"] - late["EU"]
    assert "AM" in early["CSTO"] - late["CSTO"]
    assert "IR" in late["SCO"] - early["SCO"]
    assert {"DE", "EU"} <= late["SANC_RU"]


def test_who_may_close_the_meghri_link_depends_on_the_regime() -> None:
    def may_deny(*regimes: str) -> set[str]:
        law = as_of(REGISTER, LAST, regimes=regimes)
        arc = Place(frozenset({"R18"}), ("AM",), "rail")
        return {row.actor for row in powers_over(law, arc)["deny"]}

    assert may_deny() == {"AM"}
    assert may_deny("meghri:z2020-fsb") == {"AM", "AM_SRC", "FSB_BG"}
    assert may_deny("meghri:tripp-2026") == {"AM", "AM_SRC", "AM_NSS", "TDC"}
    assert may_deny("meghri:armenia-only") == {"AM", "AM_SRC", "AM_NSS"}


@pytest.mark.parametrize("asset", ["X_TERE_RL", "S_HRM", "PNVS", "R12"])
def test_sanctioning_authorities_hold_no_place(asset: str) -> None:
    held = powers_over(as_of(REGISTER, LAST), at(asset))
    assert all(row.role != "sanctioning" for rows in held.values() for row in rows)


def test_agencies_speak_for_their_state_and_companies_do_not() -> None:
    agencies = as_of(REGISTER, LAST).agencies
    assert {"RU", "FSB_BG", "FCS"} <= agencies["RU"]
    assert not {"RZD", "SCR", "TRANSNEFT"} & agencies["RU"]
    assert "USN" in agencies["US"]
    assert agencies["RZD"] == {"RZD"}


def test_guards_change_with_the_day() -> None:
    def guards(day: date) -> set[str]:
        return {
            row.actor
            for row in as_of(REGISTER, day).controls
            if row.role == "security" and "X_NORD_RD" in row.scope.names
        }

    assert guards(date(2024, 12, 31)) == {"FSB_BG", "IR"}
    assert guards(date(2025, 1, 1)) == {"AM_NSS", "IR"}


# --- regimes, events, rules chosen by a scenario ---------------------------------------


def test_regimes_are_chosen_one_at_a_time() -> None:
    assert len(REGISTER.regimes) == 6
    with pytest.raises(ScenarioError, match="alternatives") as caught:
        as_of(REGISTER, LAST, regimes=("meghri:tripp-2026", "meghri:z2020-fsb"))
    assert "meghri:tripp-2026 and meghri:z2020-fsb" in str(caught.value)


def test_a_regime_brings_its_controllers_and_no_other() -> None:
    def actors(*regimes: str) -> set[str]:
        law = as_of(REGISTER, LAST, regimes=regimes)
        return {row.actor for row in law.controls if "R18" in row.scope.names}

    assert {"TDC", "US"} <= actors("meghri:tripp-2026")
    assert "FSB_BG" not in actors("meghri:tripp-2026")
    assert "FSB_BG" in actors("meghri:z2020-fsb")
    assert not {"TDC", "US", "FSB_BG", "SCR"} & actors()


def test_a_regime_chosen_before_its_day_is_a_warning() -> None:
    law = as_of(REGISTER, date(2025, 8, 8), regimes=("meghri:tripp-2026",))
    assert law.warnings == (
        "meghri:tripp-2026 has no control in force on 2025-08-08; its first begins 2026-01-01",
    )


def test_the_meghri_link_opens_by_one_event() -> None:
    place = at("X_AGB_RL")
    shut = as_of(REGISTER, LAST, regimes=("meghri:tripp-2026",))
    opened = as_of(
        REGISTER, LAST, regimes=("meghri:tripp-2026",), events={"meghri_link_open": True}
    )
    assert not decide(shut, place, cargo("AZ", "TR")).usable
    assert decide(opened, place, cargo("AZ", "TR")).usable


def test_a_scenario_may_put_a_rule_in_or_out() -> None:
    place, what = at("X_MARG_RD"), cargo("TR", "AM")
    assert decide(as_of(REGISTER, LAST, rules={"B001": False}), place, what).usable
    early = date(2018, 1, 1)
    assert decide(as_of(REGISTER, early), at("S_HRM"), what).usable
    forced = as_of(REGISTER, early, rules={"B153": True, "B033": True})
    assert {"B153", "B033"} <= {rule.id for rule in forced.rules}


def test_unknown_choices_are_named_together() -> None:
    with pytest.raises(ScenarioError) as caught:
        as_of(REGISTER, LAST, regimes=("meghri:trip-2026",), events={"E999x": True},
              rules={"B0011": False})  # fmt: skip
    text = str(caught.value)
    assert len(caught.value.findings) == 3
    assert 'did you mean "meghri:tripp-2026"?' in text
    assert "'E999x'" in text
    assert "'B0011'" in text


# --- mistakes --------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a private copy of the shipped tables."""
    shutil.copytree(data_folder(), tmp_path / "data")
    return tmp_path / "data"


def change(folder: Path, table: str, key: str, **cells: str) -> tuple[int, list[str]]:
    """Change cells of a row; return its line and the columns of the table."""
    file = folder / f"{table}.csv"
    with file.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.reader(stream))
    columns = rows[0]
    line = next(n for n, row in enumerate(rows, 1) if row[0] == key)
    for column, text in cells.items():
        rows[line - 1][columns.index(column.rstrip("_"))] = text
    with file.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows(rows)
    return line, columns


def found(folder: Path) -> tuple[Finding, ...]:
    with pytest.raises(ScenarioError) as caught:
        load_register(folder, known=REGISTER.known)
    return caught.value.findings


def wrong_cells() -> Iterator[tuple[str, str, str, str, str]]:
    """Yield table, row, column, wrong cell and a part of what is said of it."""
    yield "actors", "FSB_BG", "parent", "RUS", "'RUS' is not known"
    yield "actors", "FSB_BG", "kind", "agencie", 'did you mean "agency"?'
    yield "control", "K001", "actor", "RUSS", "'RUSS' is not known"
    yield "control", "K002", "role", "ownr", 'did you mean "owner"?'
    yield "control", "K002", "grants", "denny", 'did you mean "deny"?'
    yield "control", "K001", "regime", "Meghri", "not of the form asset:name"
    yield "control", "K001", "without", "R18x", "'R18x' is not known"
    yield "rules", "B001", "on", "AM-TT", 'did you mean "AM-TR"?'
    yield "rules", "B001", "mode", "rails", 'did you mean "rail"?'
    yield "rules", "B001", "mode", "", "write * for all"
    yield "rules", "B001", "from", "1993-04-31", "is no date"
    yield "rules", "B001", "from", "April 1993", "is no date"
    yield "rules", "B001", "until", "1990", "is before 1993-04-03"
    yield "rules", "B001", "priority", "high", "no whole number"
    yield "rules", "B001", "value", "3", "deny takes no value"
    yield "rules", "B001", "cargo", "", "write * for any cargo"
    yield "rules", "B001", "cargo", "AM", "not of the form field=value"
    yield "rules", "B001", "cargo", "orign=AM", 'did you mean "origin"?'
    yield "rules", "B001", "cargo", "owner=@EUU", 'did you mean "@EU"?'
    yield "rules", "B001", "cargo", "commodity=Dual-Use", "is no word"
    yield "rules", "B001", "condition", "meghri_link_opn", 'did you mean "meghri_link_open"?'
    yield "rules", "B001", "condition", "E045 and", "at character 9"
    yield "rules", "B001", "source", "A999", "'A999' is not known"
    yield "rules", "B001", "source", "", "every row needs a source"
    yield "rules", "B001", "basis", "general_knowledge", "a document is named"
    yield "rules", "B001", "confidence", "sure", "'sure' is not known"
    yield "rules", "B020", "value", "2", "no probability"
    yield "rules", "B143", "unit", "", "a value needs a unit"
    yield "rules", "B143", "unit", "in rates", "for a charge or delay without a value"
    yield "rules", "B030", "low", "900", "is not within"
    yield "rules", "B143", "value", "much", "'much' is not a number"
    yield "rules", "B011", "on", "R18;R119", "'R119' is not known"
    yield "rules", "B055", "on", "RU", "any takes no names"
    yield "events", "E001", "actors", "GEO", "'GEO' is not known"
    yield "events", "E001", "kind", "happend", 'did you mean "happened"?'
    yield "role_powers", "owner", "deny", "maybe", "'maybe' is not known"


@pytest.mark.parametrize(("table", "key", "column", "text", "said"), list(wrong_cells()))
def test_a_mistake_names_its_place_and_the_nearest_name(
    folder: Path, table: str, key: str, column: str, text: str, said: str
) -> None:
    line, columns = change(folder, table, key, **{f"{column}_": text})
    findings = found(folder)
    assert len(findings) <= 2
    first = next(one for one in findings if said in f"{one.message}; {one.mend}")
    assert Path(first.file).name == f"{table}.csv"
    assert first.line == line
    assert columns[first.column - 1] in (column, "value", "unit", "basis")


def test_mistakes_of_all_tables_come_together(folder: Path) -> None:
    change(folder, "actors", "FSB_BG", parent="RUS")
    change(folder, "control", "K001", actor="RUSS")
    change(folder, "rules", "B001", effect="denny")
    change(folder, "events", "E001", on="X_NOWHERE")
    change(folder, "memberships", "EU", member="QQ")
    assert {Path(one.file).stem for one in found(folder)} == {
        "actors", "control", "rules", "events", "memberships",
    }  # fmt: skip


def test_an_id_that_stands_twice_is_found(folder: Path) -> None:
    line, _ = change(folder, "rules", "B002", id="B001")
    (one,) = found(folder)
    assert (one.line, one.column) == (line, 1)
    assert "B001 stands already on line 2" in one.message


def test_conditions_that_go_round_are_named(folder: Path) -> None:
    change(folder, "rules", "B002", condition="B003 and E045")
    change(folder, "rules", "B003", condition="not B004")
    line, columns = change(folder, "rules", "B004", condition="B002")
    (one,) = found(folder)
    assert "B002 -> B003 -> B004 -> B002" in one.message
    assert columns[one.column - 1] == "condition"
    assert one.line == line - 2


def test_a_rule_may_depend_on_another(folder: Path) -> None:
    change(folder, "rules", "B017", condition="not B001")
    register = load_register(folder, known=REGISTER.known)
    assert "B017" not in {rule.id for rule in as_of(register, LAST).rules}
    freed = as_of(register, LAST, rules={"B001": False})
    assert "B017" in {rule.id for rule in freed.rules}


def test_wrong_headers_of_all_tables_come_together(folder: Path) -> None:
    for table in ("actors", "rules"):
        file = folder / f"{table}.csv"
        file.write_text("x" + file.read_text(encoding="utf-8"), encoding="utf-8")
    assert [Path(one.file).stem for one in found(folder)] == ["actors", "rules"]


def test_a_missing_table_is_named(folder: Path) -> None:
    (folder / "events.csv").unlink()
    with pytest.raises(InputMissingError, match="events"):
        load_register(folder, known=REGISTER.known)
