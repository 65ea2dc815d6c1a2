"""Names in a scenario that do not exist: places, actors, events, rules, regimes, parties."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from corridors.errors import ScenarioError
from corridors.scenario.load import load_scenario
from tests.oracles.small_names import small_names

if TYPE_CHECKING:
    from pathlib import Path

    from corridors.model.scenario import Access, Scenario

NAMES = small_names(
    rules=[
        {"id": "R1", "by": "AZ", "effect": "deny", "on": "X_AGB_RL", "cargo": "list=eu_listed"},
        {"id": "R2", "by": "AZ", "effect": "deny", "on": "X_AGB_RL", "condition": "E2"},
    ],
    control=[
        {"id": f"K_{name}", "on": "R18", "actor": "RU", "regime": f"r18:{name}"}
        for name in ("alone", "shared")
    ],
)
HEAD = (
    "id: x\ntitle: t\nwhy: w\nas_of: 2026-11-22\n"
    "costs: {value_of_time_usd_per_teu_h: 2.5, penalty_usd_per_teu: 50000}\n"
)
DEMAND = "demands: [{id: a, origin: MOW, destination: PNSA, teu_per_year: 5%s}]\n"


def load(text: str) -> Scenario:
    return load_scenario("-", stdin=HEAD + text, names=NAMES).scenario


def found(text: str) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        load(text)
    return [str(finding) for finding in caught.value.findings]


# --- places


PLACES = (
    "R18", "X_KZUZ", "S_BER", "PNSA", "AM", "AM-AZ", "AZ-AM", "KZ-UZ/rail", "UZ-KZ/road",
    "AM/rail", "R18/ferry", "*/sea",
)  # fmt: skip


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("part", ["close", "open"])
def test_a_place_is_an_asset_a_country_a_border_or_a_mode_everywhere(part: str, place: str) -> None:
    access = load(f"access: {{{part}: {{'{place}': why}}}}\n").access
    (entry,) = getattr(access, part)
    assert (str(entry), entry.source) == (place, "why")
    assert (entry.place, entry.mode) == (place.partition("/")[0], place.partition("/")[2])


@pytest.mark.parametrize(
    ("place", "told"),
    [
        ("R19", 'unknown place R19; did you mean "R18"?'),
        ("KZUZ", 'unknown place KZUZ; did you mean "KZ-UZ" or "X_KZUZ"'),
        ("PNSB/sea", 'unknown place PNSB; did you mean "PNSA"'),
        ("AM-KZ", "unknown place AM-KZ; did you mean "),
        ("XQ", "unknown place XQ"),
        ("X_KZUZ/rial", 'unknown mode rial; did you mean "rail" or "road"?'),
        ("*/see", 'unknown mode see; did you mean "sea"?'),
        ("*", "closes or opens everything; add a mode: */sea"),
    ],
)
@pytest.mark.parametrize("part", ["close", "open"])
def test_a_place_that_is_not_there_is_told_with_the_nearest(
    part: str, place: str, told: str
) -> None:
    (line,) = found(f"access:\n  {part}:\n    S_BER: fine\n    '{place}': why\n")
    assert line.startswith(f"<stdin>:9:5  access.{part}.{place}  {told}")


# --- what the register holds


def test_what_the_register_holds_may_be_chosen() -> None:
    access = load(
        "access:\n  regimes: {r18: shared}\n  events: {E1: false, E2: true}\n"
        "  rules: {R1: false, R2: true}\n  permits: [RU, '@PACT']\n  refuses: '!@PACT;!GUARD'\n"
    ).access
    assert access.regimes == ("r18:shared",)
    assert access.events == {"E1": False, "E2": True}
    assert access.rules == {"R1": False, "R2": True}
    assert access.permits == ("RU", "@PACT")
    assert access.refuses == ("!@PACT", "!GUARD")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("regimes: {r18: sharde}", "7:13  access.regimes.r18  unknown regime r18:sharde; did you"),
        ("regimes: {r19: shared}", "7:13  access.regimes.r19  unknown regime r19:shared; did you"),
        ("events: {E3: true}", '7:12  access.events.E3  unknown event E3; did you mean "E'),
        ("rules: {R3: false}", '7:11  access.rules.R3  unknown rule R3; did you mean "R'),
        ("permits: [GE, RX]", '7:17  access.permits[1]  unknown actor RX; did you mean "RU"?'),
        ("permits: ['@PACTS']", '7:13  access.permits[0]  unknown actor PACTS; did you mean "PA'),
        ("permits: RX", '7:3  access.permits  unknown actor RX; did you mean "RU"?'),
        ("refuses: ['!@PACTS']", '7:13  access.refuses[0]  unknown actor PACTS; did you mean "PA'),
        ("refuses: ['!']", "7:13  access.refuses[0]  unknown actor "),
    ],
)  # fmt: skip
def test_what_the_register_lacks_is_told_with_the_nearest(text: str, told: str) -> None:
    (line,) = found(f"access:\n  {text}\n")
    assert line.startswith(f"<stdin>:{told}"), line


def test_all_names_are_told_at_once() -> None:
    text = (
        "network: {built: [R1]}\n"
        "access:\n  regimes: {r18: x}\n  events: {E9: true}\n  rules: {R9: true}\n"
        "  permits: [RX]\n  refuses: [RX]\n  close: {XQ: w}\n  open: {XQ: w}\n"
        "  own: {O: {by: RX, effect: deny, on_kind: asset, on: R18}}\n"
        "alternatives: {families: [TITTR]}\n"
        + DEMAND
        % ", owner: RX, list: eu_lister, commodity: grian"
    )
    assert [line.split("  ")[1] for line in found(text)] == [
        "network.built[0]", "access.regimes.r18", "access.events.E9", "access.rules.R9",
        "access.permits[0]", "access.refuses[0]", "access.close.XQ", "access.open.XQ",
        "access.own.O.by", "alternatives.families[0]", "demands[0].owner", "demands[0].list",
        "demands[0].commodity",
    ]  # fmt: skip


# --- null


BASE = (
    "access:\n  regimes: {r18: shared}\n  events: {E1: false, E2: true}\n  rules: {R1: false}\n"
    "  close: {S_BER: ice, AM-AZ: why}\n  open: {R18: why}\n"
)


def child(folder: Path, text: str) -> Access:
    (folder / "base.yaml").write_text(HEAD + BASE, encoding="utf-8")
    path = folder / "child.yaml"
    path.write_text(f"extends: base\nid: y\ntitle: t\nwhy: w\n{text}", encoding="utf-8")
    return load_scenario(str(path), names=NAMES).scenario.access


def test_access_is_inherited_entry_by_entry(tmp_path: Path) -> None:
    access = child(tmp_path, "access: {events: {E2: false}, close: {S_BER: fog, R18: mine}}\n")
    assert access.events == {"E1": False, "E2": False}
    assert {str(one): one.source for one in access.close} == {
        "S_BER": "fog", "AM-AZ": "why", "R18": "mine",
    }  # fmt: skip
    assert access.regimes == ("r18:shared",)
    assert access.rules == {"R1": False}


def test_null_takes_an_inherited_entry_away(tmp_path: Path) -> None:
    access = child(
        tmp_path,
        "access:\n  regimes: {r18: null}\n  events: {E2: null}\n  rules: {R1: null}\n"
        "  close: {S_BER: null}\n  open: {R18: null}\n",
    )
    assert (access.regimes, access.rules, access.open) == ((), {}, ())
    assert access.events == {"E1": False}
    assert [str(one) for one in access.close] == ["AM-AZ"]


def test_a_name_taken_away_must_not_exist_any_more(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(HEAD + "access: {close: {GONE: w}}\n", encoding="utf-8")
    (tmp_path / "child.yaml").write_text(
        "extends: base\nid: y\ntitle: t\nwhy: w\naccess: {close: {GONE: null}}\n", encoding="utf-8"
    )
    with pytest.raises(ScenarioError, match=r"base\.yaml:6:18  access\.close\.GONE  unknown place"):
        load_scenario(str(tmp_path / "base.yaml"), names=NAMES)
    assert load_scenario(str(tmp_path / "child.yaml"), names=NAMES).scenario.access.close == ()
