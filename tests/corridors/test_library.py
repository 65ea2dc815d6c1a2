"""The scenario library: each file has its form.

That it does what its title says is held in `tests/properties/test_shipped_runs.py`.
"""

from __future__ import annotations

import re
from datetime import date

import pytest

from corridors.scenario.compose import compose
from corridors.scenario.load import load_scenario
from corridors.scenario.places import scenario_folder, scenario_ids
from corridors.scenario.rates import load_rates
from corridors.scenario.register import load_register
from tests.corridors.library_effects import EFFECTS

LEAST = 28
CLAIMS = range(1, 32)
REPLAYS = {
    "replay_2021_01_15": date(2021, 1, 15),
    "replay_2022_03_15": date(2022, 3, 15),
    "replay_2024_11_18": date(2024, 11, 18),
    "replay_2025_08_08": date(2025, 8, 8),
    "replay_2026_01_14": date(2026, 1, 14),
    "replay_2026_03_15": date(2026, 3, 15),
    "replay_2026_09_09": date(2026, 9, 9),
}
TODAY = date(2026, 11, 22)
#: Claims that no scenario can serve: a format of talks, presence of forces, ownership.
NOT_SERVED = frozenset[int]()
#: Words of blame that titles and reasons keep out of.
LOADED = re.compile(
    r"illegal|aggress|regime change|so-called|occupier|puppet|blackmail", re.IGNORECASE
)


def raw(name: str) -> dict[str, object]:
    """Return what a file itself says, nothing inherited."""
    text = (scenario_folder() / f"{name}.yaml").read_text(encoding="utf-8")
    return compose(text, name).data


# Form


def test_the_library_is_large_enough_and_each_scenario_is_expected_to_do_something() -> None:
    assert len(scenario_ids()) >= LEAST
    assert set(EFFECTS) == set(scenario_ids())


@pytest.mark.parametrize("name", scenario_ids())
def test_each_file_says_what_it_is_why_and_what_is_uncertain(name: str) -> None:
    said = raw(name)
    assert said["id"] == name
    for key in ("title", "why", "uncertain", "claims"):
        assert said.get(key), f"{name} lacks {key}"
    assert LOADED.search(f"{said['title']} {said['why']}") is None
    scenario = load_scenario(name).scenario
    assert scenario.claims
    assert set(scenario.claims) <= set(CLAIMS)
    assert len(set(scenario.claims)) == len(scenario.claims)
    assert scenario.as_of == REPLAYS.get(name, scenario.as_of)


def test_replays_have_their_dates_and_no_other_scenario_has_a_date_of_its_own() -> None:
    dates = {name: load_scenario(name).scenario.as_of for name in scenario_ids()}
    for name, day in REPLAYS.items():
        assert dates[name] == day
    own = {name for name in scenario_ids() if "as_of" in raw(name)}
    assert own == set(REPLAYS)
    assert dates["baseline"] == TODAY


def test_titles_tell_scenarios_apart() -> None:
    titles = [str(raw(name)["title"]) for name in scenario_ids()]
    assert len(set(titles)) == len(titles)
    assert max(map(len, titles)) <= 80


def test_claims_of_the_paper_are_served() -> None:
    served = {claim for name in scenario_ids() for claim in load_scenario(name).scenario.claims}
    assert set(CLAIMS) - served == NOT_SERVED


def test_rules_regimes_and_events_that_scenarios_choose_exist() -> None:
    register = load_register()
    known = {
        "rules": {rule.id for rule in register.rules},
        "events": {event.id for event in register.events},
        "regimes": set(register.regimes),
    }
    for name in scenario_ids():
        access = load_scenario(name).scenario.access
        assert set(access.rules) <= known["rules"], name
        assert set(access.events) <= known["events"], name
        assert set(access.regimes) <= known["regimes"], name


def test_own_rules_are_assumptions_or_name_their_source() -> None:
    for name in scenario_ids():
        for rule in load_scenario(name).scenario.access.own:
            assert rule["source"], f"{name} {rule['id']}"
            assert rule["title"], f"{name} {rule['id']}"


@pytest.mark.parametrize(("name", "load"), [("caspian_low_water", 0.7), ("caspian_very_low", 0.5)])
def test_freight_on_a_low_caspian_is_that_of_the_table_for_less_load(
    name: str, load: float
) -> None:
    rates = load_rates()
    for one in load_scenario(name).scenario.costs.overrides:
        usual = rates.find("linehaul", "cost", "sea", (one.place,))
        assert usual.place == one.place
        assert one.value == pytest.approx(usual.value / load, abs=5e-4)


def test_the_readme_lists_every_scenario_with_its_title() -> None:
    text = (scenario_folder() / "README.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `([a-z0-9_]+)` \| (.+?) \|", text, flags=re.MULTILINE))
    assert rows == {name: raw(name)["title"] for name in scenario_ids()}


def test_the_page_on_scenarios_says_of_each_what_it_changes_and_against_which() -> None:
    text = (scenario_folder().parent / "docs" / "scenarios.md").read_text(encoding="utf-8")
    firsts = re.findall(r"^\| (`.+?`) \|", text, flags=re.MULTILINE)
    told = [name for cell in firsts for name in re.findall(r"`([a-z0-9_]+)`", cell)]
    assert sorted(told) == sorted(scenario_ids())
