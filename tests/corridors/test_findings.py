"""Findings: their numbers are those of the files, and each says where it stands."""

from __future__ import annotations

import csv
import re
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from corridors.report.findings import findings_of
from corridors.report.material import Folder
from corridors.report.references import References
from corridors.report.told import listed
from corridors.scenario.places import data_folder
from tests.corridors.drawn_folders import (
    ARABIC,
    SCRIPT,
    comparison_folder,
    control_folder,
    design_folder,
    run_folder,
    with_sensitivity,
)

if TYPE_CHECKING:
    from pathlib import Path

    from corridors.report.pieces import Finding

#: USD per TEU and hours of the two routes of a demand and of the one of another.
USD, HOURS, TEU = (555.0, 666.0, 1110.0), (110.0, 99.0, 220.0), (900.0, 100.0, 50.0)


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> tuple[Finding, ...]:
    here = tmp_path_factory.mktemp("findings")
    folders = [
        with_sensitivity(run_folder(here / "left")),
        run_folder(here / "right", scenario="right", by=1.5, without=["port-port"]),
        control_folder(here / "control"),
        comparison_folder(here / "compare"),
        design_folder(here / "design"),
    ]
    return findings_of(folders, most=99)


def only(found: tuple[Finding, ...], scenario: str, start: str) -> Finding:
    (one,) = [one for one in found if one.scenario == scenario and one.words.startswith(start)]
    return one


def test_every_finding_is_a_sentence_with_a_source(found: tuple[Finding, ...]) -> None:
    for one in found:
        assert one.words.endswith(".")
        assert re.match(r"[a-z_]+\.(csv|json|geojson)", one.source), one.source
        assert not one.link or one.link.startswith(("https://", "http://"))
    assert [*dict.fromkeys(one.scenario for one in found)] == ["left", "right"]


def test_the_year_is_told_first(found: tuple[Finding, ...]) -> None:
    year = found[0]
    cost = sum(teu * (usd + 2 * h) for usd, h, teu in zip(USD, HOURS, TEU, strict=True))
    assert year.words == (
        f"Carrying 1,050 TEU a year costs {float(f'{cost / 1e6:.3g}'):g} million USD of 2024 a "
        "year, time at its value included."
    )


def test_a_further_scenario_is_told_against_the_first(found: tuple[Finding, ...]) -> None:
    year = only(found, "right", "A year costs")
    before = sum(teu * (usd + 2 * h) for usd, h, teu in zip(USD, HOURS, TEU, strict=True)) + 20e5
    after = sum(
        teu * (1.5 * usd + 2 * h)
        for usd, h, teu in zip(USD[:2], HOURS[:2], TEU[:2], strict=True)
    ) + 30e5  # fmt: skip
    assert f"{float(f'{(after - before) / 1e6:.3g}'):g} million USD of 2024 more" in year.words
    assert f"{after / 1e6:,.1f} against {before / 1e6:,.1f} million" in year.words
    assert f"{220 * 50 / 24:,.0f} TEU-days less" in year.words
    assert "10 TEU a year more are not carried" in year.words
    assert "port-port loses its route" in only(found, "right", "Against left port").words
    changed = only(found, "right", "The best routes").words
    assert "1 of 3 demands change in cost, 0 to less and 1 to more" in changed
    assert "west-east, from 555 USD and 4.58 days to 832 USD and 4.58 days" in changed


def test_demands_without_a_route_say_what_would_open_one(found: tuple[Finding, ...]) -> None:
    shut = only(found, "left", "shut")
    assert shut.words == (
        "shut (20 TEU a year) has no route; it would have one if rule B001 of TR (border shut) "
        "were lifted."
    )
    assert shut.link == References().of("B001").url != ""
    assert only(found, "right", "port-port (").words == (
        "port-port (10 TEU a year) has no route, whatever is opened."
    )
    # What had none before is not news.
    assert not [one for one in found if one.scenario == "right" and one.words.startswith("shut")]


def test_many_demands_without_a_route_are_counted(tmp_path: Path) -> None:
    names = ["west-east", "port-port"]
    found = findings_of([run_folder(tmp_path / "none", without=names)])
    assert only(found, "left", "3 demands").words == (
        "3 demands, 40 TEU a year, have no route in all; most often for want of B001."
    )


def test_the_bottleneck_is_told_with_price_and_sources(found: tuple[Finding, ...]) -> None:
    dear = only(found, "left", "The dearest bottleneck")
    assert "60 of 60 TEU a year" in dear.words
    assert "worth 5,174 USD a year, 86.2 USD for each TEU" in dear.words
    assert dear.source.startswith("bottlenecks.csv, row YARD (estimated); G093: ")
    # It is as dear in the other scenario, which need not be said again.
    assert not [one for one in found if one.scenario == "right" and "bottleneck" in one.words]


def test_assumed_shares_are_weighted_by_what_is_carried(found: tuple[Finding, ...]) -> None:
    shares = []
    for amounts, by in ((USD, 0.1), (HOURS, 0.3)):
        weights = [amount * teu for amount, teu in zip(amounts, TEU, strict=True)]
        ranks = (1, 2, 1)
        shares.append(
            sum(by * k * weight for k, weight in zip(ranks, weights, strict=True)) / sum(weights)
        )
    told = only(found, "left", "On rates that are assumed").words
    assert f"{shares[0] * 100:.0f}% of the cost and {shares[1] * 100:.0f}% of the time" in told


def test_the_widest_input_is_told_with_its_row(found: tuple[Finding, ...]) -> None:
    wide = only(found, "left", "The yearly cost hangs most")
    assert f"on linehaul rail {SCRIPT} cost" in wide.words
    assert "0.1 and 0.4 USD/TEU-km it is 0.9 million to 1.4 million USD, and 1 best" in wide.words
    assert "rates.csv:2" in wide.source


def test_control_is_told_by_the_worst_loss_and_by_who_holds_most(
    found: tuple[Finding, ...],
) -> None:
    worst = only(found, "left", "The worst single loss").words
    assert worst.startswith(f"The worst single loss is {ARABIC}: ")
    assert "cost 1 million USD of 2024 a year more and 40 TEU a year have no way." in worst
    assert f"Of 2 at once it is {ARABIC} and East {SCRIPT}, 2 million USD" in worst
    holder = only(found, "left", f"{SCRIPT} controls most").words
    assert "50% of all TEU pass it, 25% cost more beyond the tolerance of 25%" in holder
    assert "6 million USD of 2024 a year" in holder
    values = only(found, "left", "What each player adds").words
    assert f"{SCRIPT} (3 million) and {ARABIC} (1 million)." in values
    lever = only(found, "left", "The longest lever").words
    assert f"of {SCRIPT} on {ARABIC}" in lever
    assert "2 million USD of 2024 a year more; the other way it is 0 USD" in lever
    hedge = only(found, "left", f"As a hedge {SCRIPT} is worth most against {SCRIPT}").words
    assert "it saves 5 million USD of 2024 a year, against 3 million now." in hedge
    links = only(found, "left", "Of planned links, 1 of which").words
    assert "2 million USD of 2024 a year as things are, 3 million on average" in links
    assert links.endswith("It would cost 1 billion USD to build.")


def test_comparisons_tell_what_opens_and_who_gains(found: tuple[Finding, ...]) -> None:
    opened = only(found, "right", "Against left: ").words
    assert "is opened; rule B001 of TR" in opened
    assert opened.endswith("ceases to hold.")
    gains = only(found, "right", "Of passing cargo").words
    assert f"{ARABIC} gains 2,500 and {SCRIPT} loses 2,500" in gains


def test_states_that_gain_alike_are_told_together(tmp_path: Path) -> None:
    folder = comparison_folder(tmp_path / "compare")
    path = folder.path / "compare.json"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('"same", "measure": "teu", "change": 0.0',
                                 '"same", "measure": "teu", "change": 2500.0'))  # fmt: skip
    gains = only(findings_of([folder]), "right", "Of passing cargo").words
    assert f"{ARABIC} and same gain 2,500 each and {SCRIPT} loses 2,500" in gains


def test_a_design_is_told_with_what_it_costs_and_saves(found: tuple[Finding, ...]) -> None:
    built = only(found, "left", "With 2 billion USD")
    assert f"build {SCRIPT}, for 1 billion USD; that saves 2 million USD a year" in built.words
    assert built.link == References().of("CAP27").url != ""
    assert only(found, "left", "The capital costs").words == (
        "The capital costs of 1 of the 1 projects chosen are assumed."
    )


def test_no_scenario_has_more_findings_than_asked_for(tmp_path: Path) -> None:
    folders = [run_folder(tmp_path / "left"), control_folder(tmp_path / "control")]
    assert max(Counter(one.scenario for one in findings_of(folders)).values()) <= 10
    assert len(findings_of(folders, most=3)) == 3
    assert findings_of(folders, most=3) == findings_of(folders)[:3]


def test_folders_without_findings_have_none(tmp_path: Path) -> None:
    assert findings_of([Folder(tmp_path, "sweep"), Folder(tmp_path, "front")]) == ()


def test_all_sources_that_tables_cite_are_known() -> None:
    references = References()
    for table, column in (("parameters", "source_ids"), ("rules", "source"), ("rates", "source"),
                          ("capacities", "source"), ("projects", "source")):  # fmt: skip
        with (data_folder() / f"{table}.csv").open(encoding="utf-8") as stream:
            for row in csv.DictReader(stream):
                for key in filter(None, row[column].split(";")):
                    one = references.of(key)
                    assert one.title != key or key in {"general knowledge", "assumption"}, key
                    assert re.fullmatch(r"(https?://\S+)?", one.url), one


def test_a_row_of_a_table_leads_to_the_publication_behind_it(tmp_path: Path) -> None:
    (tmp_path / "rates.csv").write_text("component,mode,place,source\na,rail,*,P1\n")
    (tmp_path / "parameters.csv").write_text("id,parameter,scope,source_ids\nP1,fee,KZ,S0;S1\n")
    (tmp_path / "sources.csv").write_text(
        "id,title,url\nS0,Hearsay,\nS1,A paper,(https://example.org/a;b)\n"
    )
    references = References(tmp_path)
    assert references.of("rates.csv:2").words == "rates.csv:2: a rail"
    assert references.of("rates.csv:2").url == "https://example.org/a"
    assert references.of("P1").title == "fee KZ"
    assert (references.of("S0").url, references.of("rates.csv:9").url) == ("", "")
    assert references.of("javascript:alert(1)").url == ""
    assert [one.key for one in references.all_of(["S0", "", "S1", "S0"])] == ["S0", "S1"]


def test_sources_that_cite_each_other_end(tmp_path: Path) -> None:
    (tmp_path / "rules.csv").write_text("id,title,source\nB1,one,B2\nB2,two,B1\n")
    assert References(tmp_path).of("B1").url == ""


def test_names_in_a_sentence_are_joined() -> None:
    assert listed(["a"]) == "a"
    assert listed(["a", "b"]) == "a and b"
    assert listed(list("abcdef"), 3) == "a, b, c and 3 more"
