"""Control of a small world and of the real one: sums, proofs, names, messages."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from corridors.control import Depth, control
from corridors.errors import ScenarioError
from corridors.metrics.actors import ACTOR_FIELDS
from corridors.metrics.catalogue import ENTRIES, entry, page
from corridors.metrics.demand_cuts import CUT_FIELDS
from corridors.metrics.ranks import HOLD_FIELDS, PLACED, Market, Ranking
from corridors.report.control_files import FIELDS
from corridors.run import run
from corridors.scenario.cargo import countries_of
from corridors.scenario.economy import Economy
from corridors.scenario.rates import load_rates
from corridors.sweep import sweep
from tests.oracles.switched_tiny import write_tiny

if TYPE_CHECKING:
    from corridors.control import Controlled


def _number(value: object) -> float:
    return float(str(value))


PAGE = Path(__file__).parents[2] / "docs" / "metrics.md"


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    return write_tiny(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="module")
def found(tiny: tuple[Path, str]) -> Controlled:
    network, path = tiny
    return control(path, network=network, out=network.parent / "out", players=["KZ", "UZ"])


@pytest.fixture(scope="module")
def real_found(real_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Controlled:
    out = tmp_path_factory.mktemp("control") / "out"
    players = ["AZ", "GE", "IR", "KZ", "RU", "TM", "TR"]
    links = ["RASHT-ASTARA", "ARAS-RAIL"]
    depth = Depth(k=2, capacitated=2, rank_draws=1)
    return control(
        "baseline", network=real_folder, out=out, players=players, links=links, depth=depth
    )


def test_the_files_have_their_columns(found: Controlled, tiny: tuple[Path, str]) -> None:
    folder = tiny[0].parent / "out"
    for name, fields in FIELDS.items():
        with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            assert tuple(next(csv.reader(file))) == fields
    result = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    assert [one["id"] for one in result["players"]] == ["KZ", "UZ"]
    assert result["assumptions"]["penalty_multiple"] == 40
    assert (folder / "manifest.json").is_file()
    assert len(found.metrics) == len(result["metrics"])


def test_what_could_pass_is_told_if_asked(tiny: tuple[Path, str], tmp_path: Path) -> None:
    """Between the two ends of the tiny world all ways pass one crossing, and nobody between."""
    network, path = tiny
    depth = Depth(k=1, capacitated=0, cuts=True)
    found = control(path, network=network, out=tmp_path / "out", players=["KZ"], depth=depth)
    with (tmp_path / "out" / "cuts.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["demand"]: row for row in csv.DictReader(file)}
    assert tuple(next(iter(rows.values()))) == CUT_FIELDS
    assert set(rows) == {one.id for one in found.holdings.demands}
    one = rows["we"]
    assert "X_KZUZ" in one["chokepoints_that_cut"].split(";")
    assert (one["chokepoints_apart"], one["chokepoints_proven"]) == ("1", "yes")
    assert (one["actors_apart"], one["actors_that_cut"]) == ("", "")


def test_nobody_holds_its_own_trade(found: Controlled) -> None:
    """All cargo of the tiny world begins or ends in both countries."""
    rows = {str(row["actor"]): row for row in found.tables["actors"]}
    assert {row["transit_share_teu"] for row in rows.values()} == {0.0}
    assert {row["rent_ceiling_usd_per_year"] for row in rows.values()} == {0.0}
    assert found.values.worth[0] == 0.0
    assert found.values.worth[1] == 0.0


def test_a_chokepoint_s_cost_is_what_runs_without_it_cost_more(
    found: Controlled, tiny: tuple[Path, str], tmp_path: Path
) -> None:
    """Where there is no way left, a TEU counts 40 times what it cost; an hour 2 USD."""
    network, path = tiny
    rows = {str(row["asset_id"]): row for row in found.tables["chokepoints"]}
    assert {"X_KZUZ", "R1"} <= rows.keys()
    before = run(path, network=network, out=tmp_path / "open").result.demands
    for name in ("X_KZUZ", "R1"):
        sets = (f"access.close={{{name}: a test}}",)
        after = run(path, network=network, out=tmp_path / name, sets=sets).result.demands
        more = 0.0
        for old, new in zip(before, after, strict=True):
            costs = [
                one.routes[0].cost_usd_per_teu + 2 * one.routes[0].time_h if one.routes else None
                for one in (old, new)
            ]
            assert costs[0]
            worst = 40 * costs[0]
            more += old.teu_per_year * (min(costs[1] or worst, worst) - costs[0])
        assert float(str(rows[name]["criticality_usd_per_year"])) == pytest.approx(more)


@pytest.mark.slow
def test_games_of_the_real_network_add_up(real_found: Controlled) -> None:
    values, rows = real_found.values, real_found.tables["actors"]
    for factor, shapley in zip((0.5, 1.0, 2.0), values.shapley, strict=True):
        assert shapley.sum() == pytest.approx(real_found.game.gate(factor)[-1], rel=1e-9)
    assert values.shapley_g2.sum() == pytest.approx(values.worth[1], rel=1e-9)
    assert values.nucleolus_g2.sum() == pytest.approx(values.worth[1], rel=1e-6)
    # Each demand of G2 may be given to a player at its end, so there is always a core.
    assert not values.core_empty[1]
    ours = [k for k, own in enumerate(real_found.game.own) if own]
    assert 0 < len(ours) < len(real_found.game.own)
    worth = real_found.game.yearly()[ours]
    assert values.worth[1] == pytest.approx((worth[:, 0] - worth[:, -1]).sum())
    players = [row for row in rows if row["player"]]
    by_rent = {str(row["actor"]): float(str(row["rent_ceiling_usd_per_year"])) for row in players}
    gate = real_found.game.gate()
    for at, one in enumerate(real_found.game.players):
        missing = len(gate) - 1 - (1 << at)
        assert by_rent[one.id] == pytest.approx(gate[-1] - gate[missing], rel=1e-9, abs=1.0)
    for times in ("0.5", "2"):
        whole = sum(_number(row[f"shapley_g2_x{times}_usd_per_year"]) for row in players)
        assert whole == pytest.approx(real_found.game.trade(float(times))[-1], rel=1e-9)
        divided = sum(_number(row[f"nucleolus_g2_x{times}_usd_per_year"]) for row in players)
        assert divided == pytest.approx(whole, rel=1e-6)
    for row in rows:
        rents = [_number(row[f"rent_ceiling{one}_usd_per_year"]) for one in ("_x0.5", "", "_x2")]
        assert 0 <= rents[0] <= rents[1] <= rents[2]
        assert 0 <= _number(row["tied_teu_per_year"]) <= _number(row["transit_teu_per_year"])
    for row in real_found.tables["leverage"]:
        imposed = [_number(row[f"imposed{one}_usd_per_year"]) for one in ("_x0.5", "", "_x2")]
        assert imposed == sorted(imposed)
    assert all(tuple(row) for row in rows)
    assert set(rows[0]) == {*ACTOR_FIELDS, *HOLD_FIELDS}


@pytest.mark.slow
@pytest.mark.deep
def test_ranks_with_no_rate_changed_are_those_told(real_found: Controlled) -> None:
    asked = real_found.asked
    scenario, snapshot = asked.loaded.scenario, asked.snapshot
    economy = Economy(
        scenario, load_rates().with_overrides(scenario.costs.overrides), snapshot.graph
    )
    seats = asked.with_switches([one.id for one in real_found.game.players])
    market = Market(economy, countries_of(snapshot.places))
    places = real_found.assets
    ranks = Ranking(real_found.holdings.board, seats, places, snapshot, market).at({})
    rows = real_found.tables["actors"]
    assert {row["rank_draws"] for row in rows} == {1}
    points = real_found.tables["chokepoints"]
    for name, found in ranks.items():
        key, table = ("asset_id", points) if name in PLACED else ("actor", rows)
        told = {str(row[key]): row[name] for row in table if row[name] != ""}
        assert len(told) >= 7
        assert found == told
    for row in rows:
        held = [row[f"{name}_holds"] for name in ("rank_transit", "rank_rent_ceiling")]
        assert all(one in (0.0, 1.0) for one in held)


@pytest.mark.slow
def test_denial_of_the_real_network_is_proven_and_no_less_than_greedy(
    real_found: Controlled,
) -> None:
    rows = real_found.tables["denial"]
    added = [float(str(row["added_usd_per_year"])) for row in rows]
    assert all(row["proven"] for row in rows)
    assert added == sorted(added)
    for row in rows:
        assert float(str(row["greedy_gap"])) >= 0
        assert float(str(row["random_added_usd_per_year"])) <= float(str(row["added_usd_per_year"]))
    alone = max(float(str(row["criticality_usd_per_year"]))
                for row in real_found.tables["chokepoints"])  # fmt: skip
    assert added[0] >= alone * (1 - 1e-9)


@pytest.mark.slow
def test_the_fewest_actors_sever_and_none_of_them_in_vain(real_found: Controlled) -> None:
    rows = [one for one in real_found.tables["coalitions"] if str(one["kind"]).startswith("fewest")]
    holdings = real_found.holdings
    place = {demand.id: k for k, demand in enumerate(holdings.demands)}
    severed = 0
    for row in rows:
        if row["size"] == "":
            continue
        k, actors = place[str(row["subject"])], str(row["coalition"]).split(";")
        bits = [1 << holdings.board.index[name] for name in actors]
        severed += 1
        assert holdings.refused(sum(bits))[k] == float("inf")
        for left_out in bits:
            assert holdings.refused(sum(bits) - left_out)[k] < float("inf")
    assert severed > 20


@pytest.mark.slow
def test_links_of_the_real_network_never_cost(real_found: Controlled) -> None:
    for row in real_found.tables["links_value"]:
        values = [float(str(row[f"{name}_usd_per_year"])) for name in ("now", "most")]
        assert 0 <= values[0] <= values[1] * (1 + 1e-9)
        swept = [float(str(row[f"expected_rho0.3{one}_usd_per_year"])) for one in ("_x0.5", "")]
        cost = float(str(row["cost_usd_likely"]))
        assert float(str(row["expected_rho0.3_per_usd"])) == pytest.approx(swept[1] / cost)
        assert all(one >= 0 for one in swept)
    for row in real_found.tables["risk"]:
        assert 0 <= float(str(row["served_chance"])) <= 1 + 1e-12
        assert float(str(row["cvar_95"])) >= float(str(row["expected"])) * (1 - 1e-9)
    plans = real_found.tables["plans"]
    for demand in {str(row["demand"]) for row in plans}:
        regret = {str(row["plan"]): float(str(row["worst_regret_usd_per_teu"]))
                  for row in plans
                  if row["demand"] == demand and row["worst_usd_per_teu"] is None}  # fmt: skip
        assert regret["portfolio"] <= regret["one route"] + 1e-6


def test_every_metric_that_is_written_is_in_the_catalogue(
    found: Controlled, tiny: tuple[Path, str], tmp_path: Path
) -> None:
    network, path = tiny
    metrics = [
        *found.metrics,
        *run(path, network=network, out=tmp_path / "run").result.metrics,
        *sweep(path, network=network, out=tmp_path / "sweep", words=["KZ", "R1"]).metrics(),
        *sweep(path, network=network, out=tmp_path / "some", words=["KZ"], sample=9).metrics(),
    ]
    for one in metrics:
        assert entry(one.name).unit in (one.unit, "as the subject's"), one
        assert entry(one.name).better in (one.better, "neither"), one
    assert len({one.name for one in ENTRIES}) == len(ENTRIES)


@pytest.mark.slow
def test_every_metric_of_the_real_network_is_in_the_catalogue(real_found: Controlled) -> None:
    written = {one.name for one in real_found.metrics}
    assert written <= {one.name for one in ENTRIES}
    assert {one.name for one in ENTRIES if one.by == "control"} <= written


def test_the_page_of_metrics_is_that_of_the_code() -> None:
    assert PAGE.read_text(encoding="utf-8") == page()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"players": ["MT"]}, "holds no power"),
        ({"players": ["MT"]}, "corridors explain switches tiny"),
        ({"players": ["MT", "KZZ"], "links": ["UZ"]}, "KZZ.*\n.*MT|MT.*\n.*KZZ"),
        ({"players": ["R1"]}, "is no actor but of kind place"),
        ({"sets": ["control.chances={KZZ: 0.2}"]}, "no switch.*\n.*KZZ.*KZ"),
        ({"sets": ["control.chances={KZ: 1.2}"]}, "less than or equal to 1, found 1.2"),
        ({"sets": ["control.usual_chance=-0.1"]}, "greater than or equal to 0"),
        ({"links": ["KZ"]}, "is no link but of kind actor"),
        ({"depth": Depth(k=9)}, "for 1 to 6 assets"),
        ({"sets": ["access.close={W: x}"]}, "no demand has a way"),
    ],
)
def test_what_cannot_be_asked_is_told(
    arguments: dict[str, object], said: str, tiny: tuple[Path, str], tmp_path: Path
) -> None:
    with pytest.raises(ScenarioError, match=said):
        control(tiny[1], network=tiny[0], out=tmp_path / "out", **arguments)  # type: ignore[arg-type]


def test_a_metric_that_does_not_exist_names_the_nearest() -> None:
    with pytest.raises(ScenarioError, match='"rent_ceiling"'):
        entry("rent_ceilin")
