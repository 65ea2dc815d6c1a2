"""Choices of projects on drawn flows with answers by hand, the files, and wrong questions."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from corridors.cli.design import _solve_instance, show_design, usd
from corridors.design import design as ask
from corridors.errors import ScenarioError
from corridors.metrics.designed import Designed, Question, curve_value, design
from corridors.report.budget_chart import draw_curve
from corridors.report.design_files import (
    PROJECT_FIELDS,
    as_dict,
    curve_rows,
    pair_rows,
    project_row,
)
from corridors.stopping import stopping
from tests.corridors.test_building import DRAWN
from tests.oracles.drawn_projects import Drawn, buildable, flow

PRICES = (1e9, 1e9, 1e9, 0.5e9)
# Ten go for 2 over what takes just ten; project 0 opens a way for 5, the other takes 10.
IDLE = buildable(flow([(0, 1, 2), (0, 1, 10), (0, 1, 5)], [(0, 1, 10)], [(0, 10.0)]), [[2]], [[0]])
# Where the series cannot be used, since its second link leads nowhere.
SHUT = buildable(
    flow([(0, 1, 10), (0, 1, 4), (0, 2, 1), (2, 3, 1)], [(0, 1, 10)], [(1, 6.0)]),
    opens=[[1], [2], [3], []], gains=[[0], [0], [0], [4]],
)  # fmt: skip


def designed(budget: float, *, criterion: str = "expected", cases: int = 1) -> Designed:
    drawn = [Drawn("usual", DRAWN, PRICES), Drawn("shut", SHUT, PRICES)][:cases]
    question = Question(budget, criterion, (1.0,) * cases)  # type: ignore[arg-type]
    with stopping(60.0) as stop:
        return design(drawn, question, stop=stop)


@pytest.mark.parametrize(
    ("budget", "projects", "value"),
    [(0.0, (), 100), (1e9, ("P0",), 64), (1.5e9, ("P0", "P3"), 40), (2e9, ("P1", "P2"), 20),
     (9e9, ("P1", "P2"), 20)],
)  # fmt: skip
def test_the_set_that_hands_would_choose(
    budget: float, projects: tuple[str, ...], value: float
) -> None:
    answer = designed(budget).answer
    assert answer.projects == projects
    assert answer.value_usd == pytest.approx(value)
    assert answer.proven
    assert answer.gap_usd == pytest.approx(0, abs=1e-6)


def test_the_curve_has_every_step_and_only_falls() -> None:
    found = designed(2e9)
    steps = [(one.budget_usd, round(one.value_usd)) for one in found.curve]
    assert steps == [(0, 100), (1e9, 64), (1.5e9, 40), (2e9, 20)]
    assert found.curve_complete
    assert [round(curve_value(found, one)) for one in found.curve] == [0, 36, 60, 80]


def test_projects_are_worth_what_hands_reckon() -> None:
    rows = {one.project.id: one for one in designed(1.5e9).projects}
    assert [rows[f"P{at}"].alone_usd for at in range(4)] == pytest.approx([36, 0, 0, 0])
    assert [rows[f"P{at}"].last_usd for at in range(4)] == pytest.approx([0, 20, 20, 0])
    assert [rows[f"P{at}"].margin_usd for at in range(4)] == pytest.approx([60, 0, 0, 24])
    assert [rows[f"P{at}"].role for at in (0, 1, 3)] == ["used", "idle", "used"]
    assert rows["P0"].over_teu_per_year == pytest.approx((10,))


def test_pairs_in_series_help_and_pairs_in_parallel_replace() -> None:
    pairs = {(one.a, one.b): one.extra_usd for one in designed(0.0).pairs}
    assert pairs == pytest.approx({("P1", "P2"): 80, ("P0", "P3"): 24})


def test_a_project_that_nobody_uses_may_cap_a_price() -> None:
    with stopping(60.0) as stop:
        found = design([Drawn("one", IDLE, (1e9,))], Question(0.0), stop=stop)
    (worth,) = found.projects
    assert worth.over_teu_per_year == (0.0,)
    assert worth.role == "caps a price"
    (cap,) = worth.caps
    assert (cap.without_usd_per_teu, cap.with_usd_per_teu) == pytest.approx((8, 3))
    assert project_row(worth)["caps"] == "C0:8>3"


def test_each_criterion_has_its_set_and_regret_is_never_negative() -> None:
    found = designed(2e9, criterion="regret", cases=2)
    by = {one.criterion: one for one in found.chosen}
    # Series: 20 and 100; the other way with its capacity: 40 in both.
    assert by["expected"].projects == ("P0", "P3")
    assert by["worst"].projects == ("P0", "P3")
    assert by["regret"].projects == ("P0", "P3")
    assert by["regret"].value_usd == pytest.approx(20)
    assert all(one.value_usd >= 0 for one in found.curve)
    assert curve_rows(found)[0]["saved_usd_per_year"] is None


def test_more_budget_is_never_worse() -> None:
    values = [designed(budget * 1e9).answer.value_usd for budget in (0, 0.5, 1.5, 4)]
    assert values == sorted(values, reverse=True)


def test_a_time_limit_leaves_an_answer_and_says_so() -> None:
    with stopping(0.0) as stop:
        found = design([Drawn("usual", DRAWN, PRICES)], Question(2e9, seconds=0.0), stop=stop)
    assert found.stopped
    assert not found.curve or (found.curve[0].budget_usd, found.curve[0].value_usd) == (0.0, 100.0)
    assert as_dict(found)["status"] == "feasible"
    assert project_row(found.projects[0])["value_alone_usd_per_year"] is None


def test_the_same_design_draws_the_same_bytes() -> None:
    found = designed(2e9)
    for suffix in ("svg", "png"):
        assert draw_curve(found, suffix) == draw_curve(found, suffix)


def test_rows_tell_ranges_years_sources_and_what_is_chosen() -> None:
    found = designed(2e9)
    rows = [project_row(one) for one in found.projects]
    assert tuple(rows[0]) == PROJECT_FIELDS
    assert [row["chosen"] for row in rows] == ["no", "yes", "yes", "no"]
    assert (rows[0]["opening_likely"], rows[0]["source_ids"]) == (2030, "S1")
    assert pair_rows(found)[0]["relation"] == "help"
    assert json.loads(json.dumps(as_dict(found)))["chosen"]["projects"] == ["P1", "P2"]


def test_all_that_is_wrong_with_a_question_is_said_at_once() -> None:
    question = Question(-1.0, "expectd", (1.0, 2.0), "lickely")  # type: ignore[arg-type]
    with pytest.raises(ScenarioError) as caught:
        ask("baseline", question, network=Path("none"), projects=["RASHT-ASTRA"])
    said = str(caught.value)
    for words in (
        'did you mean "RASHT-ASTARA"?', "-1 is no sum of money", "2 weights for 1 scenarios",
        'did you mean "expected"?', 'did you mean "likely"?',
    ):  # fmt: skip
        assert words in said
    with pytest.raises(ScenarioError, match="at least 0, one of them above"):
        ask("baseline", Question(1.0, weight=(0.0,)), network=Path("none"))


def test_nothing_to_choose_says_why() -> None:
    nothing = buildable(flow([(0, 1, 1)], [(0, 1, 1)]), opens=[[]], gains=[[]])
    with stopping(60.0) as stop, pytest.raises(ScenarioError, match="P9: opens nothing"):
        design([Drawn("one", nothing, (1e9,))], Question(1e9), stop=stop)


@pytest.mark.parametrize(
    ("text", "value"), [("5e9", 5e9), ("5bn", 5e9), ("800m", 8e8), ("1.5 BN USD", 1.5e9)]
)
def test_money_may_be_written_short(text: str, value: float) -> None:
    assert usd(text) == value


@pytest.mark.slow
def test_a_choice_on_the_real_network_costs_what_a_run_does(
    real_folder: Path, tmp_path: Path
) -> None:
    from corridors.run import run

    some = ["RASHT-ASTARA", "ARAS-RAIL", "BTK-2"]
    found = ask(
        "baseline", Question(3e9, weight=()), network=real_folder, projects=some,
        out=tmp_path / "design",
    )  # fmt: skip
    answer = found.answer
    assert answer.proven
    assert answer.projects == ("RASHT-ASTARA", "ARAS-RAIL")
    built = "network.built=[R03,R30,R31,X_KLL_RL]"
    result = run("baseline", network=real_folder, out=tmp_path / "run", sets=[built]).result
    assert result.proof
    whole = result.proof.cost_usd + result.proof.penalty_usd
    assert answer.value_usd == pytest.approx(whole, rel=1e-8)
    with (tmp_path / "design" / "projects.csv").open(encoding="utf-8") as stream:
        assert [row["project_id"] for row in csv.DictReader(stream)] == some
    shapes = json.loads((tmp_path / "design" / "projects.geojson").read_text(encoding="utf-8"))
    assert shapes["disclaimer"]
    assert {one["properties"]["asset_id"] for one in shapes["features"]} >= {"R03", "R30"}


DOW = """\
MULTIGEN.DAT:
2 2 1
1 2 1 10 30 0 0
1 2 3 10 5 0 0
1 2 8
"""


def test_a_public_instance_is_solved_from_the_command_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "two.dow").write_text(DOW, encoding="utf-8")
    _solve_instance(tmp_path / "two.dow", 10.0, json=True)
    told = json.loads(capsys.readouterr().out)
    assert (told["status"], told["cost"], told["opened"], told["arcs"]) == ("optimal", 29.0, 1, 2)


def test_a_stopped_search_by_cuts_tells_its_gap_and_what_it_left_out(
    capsys: pytest.CaptureFixture[str],
) -> None:
    arcs = [(0, 1, 20.0), *((0, 1, 10.0 - at) for at in range(9))]
    many = buildable(flow(arcs, [(0, 1, 10)]), [[at] for at in range(1, 10)], [[]] * 9)
    # Where something is limited, so that sets are not all tried.
    many = replace(many, problem=flow(arcs, [(0, 1, 10)], [(0, 5.0)]), gains=np.zeros((9, 1)))
    prices = tuple(1e9 + at * 1e8 for at in range(9))
    with stopping(0.0) as stop:
        early = design([Drawn("many", many, prices)], Question(3e9, seconds=0.0), stop=stop)
    with stopping(60.0) as stop:
        whole = design([Drawn("many", many, prices)], Question(3e9), stop=stop)
    assert early.stopped
    assert early.answer.bound_usd <= whole.answer.value_usd <= early.answer.value_usd + 1e-6
    assert [one.budget_usd for one in early.curve][:1] == [0.0]
    show_design(early)
    assert "not reckoned" in capsys.readouterr().out
    assert not whole.stopped
    assert whole.answer.projects == ("P8",)
    assert len(whole.curve) == 10
