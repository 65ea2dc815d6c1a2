"""Which rules and controls hold on the days that are replayed; nothing collected is lost."""

from __future__ import annotations

import csv
from collections import Counter
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from corridors.model.access import Cargo, Place
from corridors.scenario.in_force import as_of, without_standing
from corridors.scenario.precedence import decide, powers_over
from corridors.scenario.register import load_register

if TYPE_CHECKING:
    from corridors.model.access import Control, Event, Rule

REGISTER = load_register()
LAST = date(2026, 11, 22)
COLLECTED = Path(__file__).parents[3] / "shared" / "facts"
SWITCHES = [event.id for event in REGISTER.events if event.kind == "hypothetical"]

#: Day -> rules that must be in force and rules that must not. Spans are written B043-B046.
RULES = {
    date(2021, 1, 15): (
        """
        B001 B005 B006 B007 B016 B017 B023-B026 B028 B034 B069 B086 B091 B096 B112 B114
        B160 B187 C047 C058 C088 C089
        """,
        """
        B002 B008-B013 B018-B020 B035 B036 B043-B067 B070 B074-B085 B087-B090 B092-B095
        B097-B108 B110 B111 B113 B115 B116 B124-B136 B149-B159 B163
        B164 B168 B170 B174 B176 B182-B186
        C022-C024 C026 C029-C031 C035 C037-C040 C045 C046 C067-C072 C080 C085-C087
        """,
    ),
    date(2022, 3, 15): (
        """
        B001 B005 B006 B007 B021 B042 B047 B055 B056 B060 B079 B085 B087 B091 B096 B112 B156
        B159 B163 B176 B180 C038-C040 C045 C046 C080 C082 C083 C085
        """,
        """
        B008 B043 B044 B045 B046 B049-B054 B057 B059 B061-B067 B073-B078 B080-B084 B089 B090
        B097-B108 B110 B111 B125-B136 B150 B157 B158 B174 B179 B181 C022 C023 C026 C084 C086
        """,
    ),
    date(2024, 11, 18): (
        """
        B001 B005 B006 B007 B022 B043-B047 B050-B053 B055 B056 B059-B062 B064-B067 B073 B077
        B096 B112 B131 B136 B143 B158 B160 B179 B181 B187 C022 C023 C029 C080 C085 C086
        """,
        """
        B008-B010 B018-B020 B049 B054 B057 B063 B074-B076 B080-B084 B089 B090 B092-B095
        B097-B108 B110 B111 B120 B125-B130 B132-B135 B150-B157 B174 B180 B182-B186 C087
        """,
    ),
    date(2025, 8, 8): (
        """
        B001 B005 B006 B007 B043-B047 B049-B053 B055 B056 B059-B062 B064-B067 B096 B111 B124
        B128 B129 B131 B136 B158 B166 B167 B181 C087
        """,
        """
        B002 B008-B010 B054 B057 B063 B074-B076 B080-B084 B089 B090 B092-B095 B097-B107 B112
        B125-B127 B132-B135 B150-B157 B160 B187 C080
        """,
    ),
    date(2026, 1, 14): (
        """
        B001 B005 B006 B008 B009 B010 B043-B047 B049-B053 B063 B065 B075 B081 B082 B084 B089
        B090 B097 B111 B125-B128 B132 B158 B170
        """,
        """
        B002 B007 B018-B020 B054 B057 B074 B076 B080 B092-B096 B098-B107 B112 B131 B133-B136
        B150 B152-B155 B160 B174 B181-B187 C085 C086
        """,
    ),
    date(2026, 3, 15): (
        """
        B001 B005 B006 B008 B019 B020 B081 B082 B089 B090 B097 B105 B111 B125-B127 B152 B158
        B182-B185
        """,
        """
        B007 B018 B054 B057 B080 B092-B096 B098-B104 B106-B108 B112 B131-B136 B153-B155 B164
        B168 B174 B186
        """,
    ),
    date(2026, 9, 9): (
        """
        B001 B002 B005 B006 B008 B019 B020 B049-B057 B065 B080-B084 B089-B092 B098 B100-B107
        B111 B118 B125-B130 B133-B135 B139-B143 B155 B164 B168 B186
        """,
        """
        B003 B007 B018 B074 B076 B088 B093-B097 B099 B112 B131 B132 B136 B150-B154 B156-B158
        B160 B174 B182-B185
        """,
    ),
    LAST: (
        """
        B001 B002 B005 B006 B008 B019 B049-B057 B080-B084 B089-B094 B098 B100-B107 B111 B125-B130
        B133-B135 B139-B143 B155 B164 B168 B174 B186
        """,
        """
        B003 B007 B011-B015 B018 B033 B038 B074 B076 B088 B095-B097 B099 B110 B112 B114 B131
        B132 B136 B149-B154 B156-B158 B160 B165 B182-B185 B187-B216
        """,
    ),
}  # fmt: skip

#: Day -> control rows that must hold and that must not, of the facts (no regime).
CONTROLS = {
    date(2021, 1, 15): ("K007 K145 K147 K150 K152 K154 K155", "K070 K075 K143 K146 K148 K151"),
    date(2022, 3, 15): ("K145 K147 K150 K155 K202 K302", "K041 K146 K148 K187 K188"),
    date(2024, 11, 18): ("K145 K147 K150 K152 K183 K187", "K146 K148 K155 K179 K302"),
    date(2025, 8, 8): ("K146 K148 K150 K151 K152 K153", "K145 K147 K179"),
    date(2026, 1, 14): ("K042 K146 K148 K150 K151", "K070 K179 K180 K298"),
    date(2026, 3, 15): ("K179 K183", "K070 K180 K181 K298 K300"),
    date(2026, 9, 9): ("K071 K075 K179 K180 K181 K299 K300", "K066 K070 K298"),
    LAST: ("K007 K071 K150-K153 K180 K299", "K145 K147 K154 K155 K298"),
}  # fmt: skip


KNOWN = {rule.id for rule in REGISTER.rules} | {row.id for row in REGISTER.controls}


def spelled(text: str) -> set[str]:
    """Return the ids of a text, spans written out; the ends of a span must exist."""
    found = set()
    for word in text.split():
        first, _, last = word.partition("-")
        ends = {first, last or first}
        assert ends <= KNOWN, f"{ends - KNOWN} is not in the register"
        numbers = range(int(first[1:]), int((last or first)[1:]) + 1)
        found |= {f"{first[0]}{number:03}" for number in numbers} & KNOWN
    return found


@pytest.mark.parametrize("day", RULES)
def test_rules_of_a_replayed_day(day: date) -> None:
    held = {rule.id for rule in as_of(REGISTER, day).rules}
    must, must_not = (spelled(text) for text in RULES[day])
    assert must - held == set()
    assert must_not & held == set()


@pytest.mark.parametrize("day", CONTROLS)
def test_controls_of_a_replayed_day(day: date) -> None:
    held = {row.id for row in as_of(REGISTER, day).controls}
    must, must_not = (spelled(text) for text in CONTROLS[day])
    assert must - held == set()
    assert must_not & held == set()


# --- what a scenario switches ----------------------------------------------------------

#: Event taken as true on the last day -> rules that come into force and rules that go.
SWITCHED = {
    "meghri_link_open": ("B011 B165", ""),
    "peace_borders_open": ("B189-B192", "B219"),
    "nakhchivan_line_open": ("B189 B190", ""),
    "north_line_open": ("B191 B192", ""),
    "turkiye_opens_rail": ("B193", ""),
    "turkiye_opens_road": ("B194", ""),
    "abkhaz_railway_reopens": ("B195-B197", ""),
    "roki_reopens": ("B198-B200", ""),
    "georgia_applies_eu_sanctions": ("B201", ""),
    "georgia_charges_western_transit": ("B202", ""),
    "russia_bars_eu_transit": ("B203 B204", ""),
    "eu_bars_russian_transit": ("B205 B206", ""),
    "poland_closes_belarus_border": ("B207", ""),
    "eu_lifts_russia_measures": ("", """
        B043-B046 B049 B052-B057 B225 C026 C030 C031 C034 C035
        C067 C068 C070-C072 C090
        """),
    "eu_lifts_transit_measures": ("", "B046 C067 C068 C090"),
    "us_lifts_russia_measures": ("", "B042 B060-B063"),
    "russia_lifts_countermeasures": ("", "B064 B065 B068"),
    "us_lifts_iran_measures": ("", "B091-B094 B098"),
    "eu_lifts_iran_measures": ("", "B050 B051 B090 B170"),
    "un_measures_on_iran_lapse": ("", "B089"),
    "secondary_measures_enforced": ("B208-B211", ""),
    "iran_measures_enforced": ("B212", ""),
    "us_applies_iran_trade_tariff": ("B095", ""),
    "memorandum_revived": ("B213", "B100-B104 B164 B174 B186"),
    "hormuz_open": ("", "B102-B105 B164 B174 B186"),
    "blockade_lifted": ("", "B100 B101"),
    "uae_iran_trade_resumes": ("", "B107"),
    "chabahar_waiver_renewed": ("B214", "B098"),
    "afghan_pakistan_border_reopens": ("", "B125-B127"),
    "india_pakistan_trade_reopens": ("", "B128 B129 B166 B167 C087-C089"),
    "odesa_corridor_resumes": ("", "B080"),
    "red_sea_safe": ("", "B133-B135 B168 B179"),
    "iran_acts_on_opposition": ("B014 B215 B216", ""),
    "nakhchivan_reciprocity": ("B015", ""),
    "russia_checks_armenian_goods": ("B038", ""),
    "china_applies_snapback": ("B110", ""),
}  # fmt: skip


def test_every_hypothetical_event_is_a_switch_of_some_rule() -> None:
    assert sorted(SWITCHED) == sorted(SWITCHES)
    assert all(come or go for come, go in SWITCHED.values())


@pytest.mark.parametrize("event", SWITCHED)
def test_an_event_brings_and_takes_rules(event: str) -> None:
    before = {rule.id for rule in as_of(REGISTER, LAST).rules}
    after = {rule.id for rule in as_of(REGISTER, LAST, events={event: True}).rules}
    come, go = (spelled(text) for text in SWITCHED[event])
    assert (after - before, before - after) == (come, go)


def test_without_the_trade_agreement_duty_is_taken_both_ways() -> None:
    with_it, without = (
        {rule.id for rule in as_of(REGISTER, LAST, events=events).rules}
        for events in ({}, {"E045": False})
    )
    assert with_it - without == {"B111"}
    assert without - with_it == {"B112", "B187", "B223"}


@pytest.mark.parametrize("regime", [*REGISTER.regimes, ""])
def test_only_a_contested_claim_lacks_standing_whatever_is_supposed(regime: str) -> None:
    law = as_of(
        REGISTER, LAST, regimes=(regime,) if regime else (), events=dict.fromkeys(SWITCHES, True)
    )
    assert [one.message[:4] for one in without_standing(REGISTER, law)] == ["B014"]


# --- regimes of the Meghri link --------------------------------------------------------

#: Regime -> who may deny, charge and delay on the link; Armenia is sovereign in
#: all, and the customs union sets duty.
REGIMES = {
    "": ("AM", "AM EAEU", "AM"),
    "meghri:z2020-fsb": ("AM AM_SRC FSB_BG", "AM AM_SRC EAEU", "AM AM_SRC FSB_BG"),
    "meghri:z2020-fsb-waived": ("AM FSB_BG", "AM EAEU", "AM FSB_BG"),
    "meghri:tripp-2026": (
        "AM AM_NSS AM_SRC TDC",
        "AM AM_SRC EAEU TDC US",
        "AM AM_NSS AM_SRC TDC US",
    ),
    "meghri:armenia-only": ("AM AM_NSS AM_SRC", "AM AM_SRC EAEU", "AM AM_NSS AM_SRC"),
    "meghri:armenia-scr": ("AM AM_NSS AM_SRC", "AM AM_SRC EAEU RZD SCR", "AM AM_NSS AM_SRC SCR"),
    "meghri:closed": ("AM", "AM EAEU", "AM"),
}


@pytest.mark.parametrize("asset", ["R18", "R19"])
@pytest.mark.parametrize("regime", REGIMES)
def test_who_holds_which_power_over_the_meghri_link(regime: str, asset: str) -> None:
    law = as_of(REGISTER, LAST, regimes=(regime,) if regime else ())
    held = powers_over(law, Place(frozenset({asset}), ("AM",), "rail"))
    found = tuple(
        " ".join(sorted({row.actor for row in held[power]}))
        for power in ("deny", "charge", "delay")
    )
    assert found == REGIMES[regime]


def test_every_regime_has_its_row_of_powers() -> None:
    assert {*REGISTER.regimes, ""} == REGIMES.keys()


@pytest.mark.parametrize("regime", sorted(set(REGIMES) - {""}))
def test_the_link_opens_in_every_regime_but_that_without_it(regime: str) -> None:
    law = as_of(REGISTER, LAST, regimes=(regime,), events={"meghri_link_open": True})
    box = Cargo(frozenset({"AZ"}), frozenset({"TR"}), owner=frozenset({"AZ"}))
    places = [Place(frozenset({"R18"}), ("AM",), "rail")] + [
        Place(frozenset({name}), ("AM", "AZ"), mode)
        for name, mode in (("X_AGB_RL", "rail"), ("X_ORD_RL", "rail"), ("X_AGB_RD", "road"))
    ]
    assert {decide(law, place, box).usable for place in places} == {regime != "meghri:closed"}


def test_the_reading_of_2020_leaves_a_chance_of_refusal_to_western_owners() -> None:
    place = Place(frozenset({"R18"}), ("AM",), "rail")
    law = as_of(REGISTER, LAST, regimes=("meghri:z2020-fsb",), events={"meghri_link_open": True})
    chance = {
        owner: decide(law, place, Cargo(owner=frozenset({owner}))).refusal_chance
        for owner in ("DE", "TR", "AZ", "RU")
    }
    assert chance["DE"] == chance["TR"] > 0
    assert chance["AZ"] == chance["RU"] == 0


def test_contradictions_stand_side_by_side() -> None:
    rows: list[Event | Control | Rule] = [
        *REGISTER.events, *REGISTER.controls, *REGISTER.rules,
    ]  # fmt: skip
    accounts = Counter(row.conflict for row in rows if row.conflict)
    assert len(accounts) >= 20
    assert min(accounts.values()) >= 2


# --- nothing collected is lost ---------------------------------------------------------

#: What was collected and is not in the register under its id, and why.
ABSENT = {
    "B027": "a likelihood without a source: the event abkhaz_railway_reopens",
    "B041": "works not begun: physical status of R28 and X_SDR_RL, events E067 and E076",
    "GR_ST": "GR", "UK": "GB", "GR": "GRAIL", "CR": "CNRAIL",
    "NAX": "a territory of AZ", "KGD": "a territory of RU", "CRI": "the territory UA-43",
    "EUSA": "an office of EU",
    "Zvartnots airport border control": "an airport: no freight line of the network",
    "102nd base Gyumri": "holds no power over freight",
    "Caspian Sea": "rules speak of ports, services and canals; the coasts are territories",
}  # fmt: skip
#: Rules taken as in force when collected that wait for an event here.
WAITING = {"B095": "authorised, and imposed on nobody yet"}


def collected(table: str) -> list[dict[str, str]]:
    file = COLLECTED / f"{table}.csv"
    if not file.exists():
        pytest.skip("the collected tables are not here")
    with file.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_every_collected_rule_is_here_with_its_status() -> None:
    here = {rule.id for rule in REGISTER.rules}
    held = {rule.id for rule in as_of(REGISTER, LAST).rules}
    for row in collected("rules_base"):
        if row["id"] not in ABSENT:
            assert row["id"] in here
            stands = row["status"] == "in_force_as_last_found" and row["id"] not in WAITING
            assert (row["id"] in held) == stands, row["id"]


def test_every_collected_actor_is_here() -> None:
    here = {actor.id for actor in REGISTER.actors}
    assert {row["id"] for row in collected("actors")} - here - ABSENT.keys() == set()


def test_every_collected_control_is_here() -> None:
    here = Counter((row.actor, row.role) for row in REGISTER.controls)
    renamed = {"GR": "GRAIL", "CR": "CNRAIL"}
    there = Counter(
        (renamed.get(row["actor"], row["actor"]), row["role"])
        for row in collected("control")
        if row["asset"] not in ABSENT
    )
    # Carriers choose for their own hulls: users of the passage, not its operators.
    there["LINERS", "user"] = there.pop(("LINERS", "operator"))
    assert {key: n - here[key] for key, n in there.items() if n > here[key]} == {}


def test_every_collected_event_is_here_in_its_order() -> None:
    there = [row["asset_or_link"] for row in collected("access_events")]
    here = {event.id: event.title for event in REGISTER.events}
    assert [here[f"E{n:03}"][:20] for n in range(1, len(there) + 1)] == [
        title[:20] for title in there
    ]
