"""What cargo is and who carries it: from the words of a scenario to what rules ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from corridors.errors import ScenarioError
from corridors.model.access import Actor, Cargo, Evidence
from corridors.model.scenario import TRAITS, Demand, Traits
from corridors.scenario.cargo import cargo_of, countries_of
from corridors.scenario.load import load_scenario
from geodata.types import Place
from tests.oracles.small_names import small_names

if TYPE_CHECKING:
    from pathlib import Path

NAMES = small_names(
    rules=[
        {"id": "R1", "by": "AZ", "effect": "deny", "on": "R18", "cargo": "list=eu_listed/dual_use"}
    ]
)
HEAD = (
    "id: x\ntitle: t\nwhy: w\nas_of: 2026-11-22\n"
    "costs: {value_of_time_usd_per_teu_h: 2.5, penalty_usd_per_teu: 50000}\n"
)
ENDS = "id: %s, origin: MOW, destination: PNSA, teu_per_year: 5"


def demands(text: str) -> tuple[Demand, ...]:
    return load_scenario("-", stdin=HEAD + text, names=NAMES).scenario.demands


# --- in the file --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "read"),
    [("RU", ("RU",)), ("[RU, '@PACT']", ("RU", "@PACT")), ("RU;KTZ", ("RU", "KTZ")), ("[]", ())],
)
def test_a_trait_is_a_word_or_a_list_of_words(words: str, read: tuple[str, ...]) -> None:
    (demand,) = demands(f"demands: [{{{ENDS % 'a'}, operator: {words}}}]\n")
    assert demand.traits.operator == read


def test_every_trait_may_be_said() -> None:
    said = "owner: RU, flag: [KZ, UZ], operator: KTZ, commodity: grain, vessel: feeder, list: "
    (demand,) = demands(f"demands: [{{{ENDS % 'a'}, {said}[eu_listed, dual_use]}}]\n")
    assert demand.traits == Traits(
        ("RU",), ("KZ", "UZ"), ("KTZ",), ("grain",), ("feeder",), ("eu_listed", "dual_use")
    )


def test_the_usual_traits_are_those_of_demands_that_say_none() -> None:
    first, second = demands(
        "cargo: {owner: KZ, commodity: container}\n"
        f"demands:\n  - {{{ENDS % 'a'}}}\n  - {{{ENDS % 'b'}, owner: [RU], list: eu_listed}}\n"
    )
    assert first.traits == Traits(owner=("KZ",), commodity=("container",))
    assert second.traits == Traits(owner=("RU",), commodity=("container",), list=("eu_listed",))


def test_the_usual_traits_are_inherited_one_by_one(tmp_path: Path) -> None:
    text = f"cargo: {{owner: KZ, commodity: container}}\ndemands: [{{{ENDS % 'a'}}}]\n"
    (tmp_path / "base.yaml").write_text(HEAD + text, encoding="utf-8")
    child = "extends: base\nid: y\ntitle: t\nwhy: w\ncargo: {owner: [RU, UZ]}\n"
    (tmp_path / "child.yaml").write_text(child, encoding="utf-8")
    (demand,) = load_scenario(str(tmp_path / "child.yaml")).scenario.demands
    assert demand.traits == Traits(owner=("RU", "UZ"), commodity=("container",))


def test_set_reaches_the_traits() -> None:
    sets = ["cargo.owner=RU", "demands.a.list=[eu_listed]"]
    text = f"{HEAD}demands: [{{{ENDS % 'a'}}}]\n"
    (demand,) = load_scenario("-", stdin=text, sets=sets, names=NAMES).scenario.demands
    assert demand.traits == Traits(owner=("RU",), list=("eu_listed",))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("owner: RUS", '6:68  demands[0].owner  unknown party RUS; did you mean "RU"?'),
        ("flag: [RU, KX]", "6:68  demands[0].flag  unknown party KX; did you mean "),
        ("operator: KTX", '6:68  demands[0].operator  unknown party KTX; did you mean "KTZ"'),
        ("list: eu_lister", '6:68  demands[0].list  unknown list eu_lister; did you mean "eu_list'),
        ("owner: 5", "6:68  demands[0].owner  expected a list, found 5"),
        ("vesel: feeder", '6:68  demands[0].vesel  unknown key; did you mean "vessel"?'),
    ],
)
def test_a_trait_that_cannot_be_is_told_with_its_place(text: str, told: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        demands(f"demands: [{{{ENDS % 'a'}, {text}}}]\n")
    (finding,) = caught.value.findings
    assert str(finding).startswith(f"<stdin>:{told}")


def test_a_usual_trait_that_cannot_be_is_told_once_where_it_stands() -> None:
    rows = "".join(f"  - {{{ENDS % name}}}\n" for name in "ab")
    with pytest.raises(ScenarioError) as caught:
        demands(f"cargo: {{owner: RUS}}\ndemands:\n{rows}")
    assert [str(one) for one in caught.value.findings] == [
        '<stdin>:6:9  cargo.owner  unknown party RUS; did you mean "RU"?'
    ]


# --- in a table ---------------------------------------------------------------------------

COLUMNS = "id,origin,destination,teu_per_year,owner,list,flag,note\n"


def from_table(folder: Path, rows: str) -> tuple[Demand, ...]:
    (folder / "d.csv").write_text(COLUMNS + rows, encoding="utf-8")
    (folder / "s.yaml").write_text(
        f"{HEAD}cargo: {{flag: KZ, commodity: container}}\ndemands_file: d.csv\n", encoding="utf-8"
    )
    return load_scenario(str(folder / "s.yaml"), names=NAMES).scenario.demands


def test_cells_of_a_table_hold_lists_parted_by_semicolons(tmp_path: Path) -> None:
    rows = "a,MOW,PNSA,5,RU;KZ,eu_listed;dual_use,,a; b\nb,MOW,PPTI,6,,,UZ,\n"
    first, second = from_table(tmp_path, rows)
    assert first.traits == Traits(
        owner=("RU", "KZ"), flag=("KZ",), commodity=("container",), list=("eu_listed", "dual_use")
    )
    assert first.note == "a; b"
    assert second.traits == Traits(flag=("UZ",), commodity=("container",))


def test_a_party_in_a_table_that_does_not_exist_is_told_with_its_cell(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError) as caught:
        from_table(tmp_path, "a,MOW,PNSA,5,RU,,,\nb,MOW,PPTI,6,KZ;RUS,eu_lister,,\n")
    told = [str(finding).partition("d.csv")[2] for finding in caught.value.findings]
    assert told == [
        ':3:5  demands[1].owner  unknown party RUS; did you mean "RU"?',
        ':3:6  demands[1].list  unknown list eu_lister; did you mean "eu_listed"?',
    ]


# --- what rules ask -----------------------------------------------------------------------

SURE = Evidence("assumed", "low", placeholder=False, sources=("assumption",))
ACTORS = {
    name: Actor(name, name, "state", parent, SURE)
    for name, parent in {"RU": "", "RZD": "RU", "SCR": "RZD", "A": "B", "B": "A"}.items()
}


def cargo(**traits: tuple[str, ...]) -> Cargo:
    places = (Place("MOW", "", "RU", 0, 0), Place("SEA", "", "", 0, 0))
    demand = Demand("d", "MOW", "SEA", 1.0, Traits(**traits))
    return cargo_of(demand, countries_of(places), ACTORS)


def test_cargo_answers_to_its_terminals_and_their_countries() -> None:
    assert cargo().origin == {"MOW", "RU"}
    assert cargo().destination == {"SEA"}
    assert all(cargo().traits(name) == frozenset() for name in TRAITS)


def test_a_party_answers_to_all_above_it() -> None:
    found = cargo(owner=("SCR",), flag=("RZD", "KZ"), operator=("RU",))
    assert found.owner == {"SCR", "RZD", "RU"}
    assert found.flag == {"RZD", "RU", "KZ"}
    assert found.operator == {"RU"}
    assert cargo(owner=("A",)).owner == {"A", "B"}


def test_words_that_are_no_parties_stay_as_they_are() -> None:
    found = cargo(commodity=("RZD",), vessel=("feeder",), list=("eu_listed", "dual_use"))
    assert found.commodity == {"RZD"}
    assert found.vessel == {"feeder"}
    assert found.list == {"eu_listed", "dual_use"}


def test_a_bloc_may_own_cargo() -> None:
    assert cargo(owner=("@EU",)).owner == {"EU"}
