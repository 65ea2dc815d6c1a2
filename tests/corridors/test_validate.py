"""The model against published values: the measure, the ways, the fit, the files."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import date
from itertools import pairwise
from math import exp, log
from typing import TYPE_CHECKING

import numpy as np
import pytest

from corridors.fit import Fitted, as_csv, fit
from corridors.metrics.agreement import (
    Compared,
    Ordered,
    Told,
    Validation,
    group_of,
    grouped,
    most_right,
    needed,
    targets,
    turned,
    worst,
)
from corridors.metrics.amounts import Part
from corridors.metrics.bill import ASSUMED, Biller
from corridors.metrics.told import Keep, loop_km
from corridors.model.access import Span
from corridors.model.scenario import RateOverride
from corridors.report.validation import as_dict, docs_page, files_of
from corridors.scenario.fitted import NAME
from corridors.scenario.places import data_folder
from corridors.scenario.reference import Ordering, Reference, References, load_reference
from corridors.scenario.reference_cells import Way
from corridors.solve.bounded import fit_within
from corridors.solve.paths import Router
from corridors.validate import AS_OF_DAY, Bench, Ends, Question, question, validate
from geodata.types import Kind, Mode

if TYPE_CHECKING:
    from pathlib import Path

    from corridors.scenario.compile import Compiled

DAY = Span(date(2024, 1, 1), date(2024, 12, 31))


def published(
    value: float | None, *, low: float | None = None, high: float | None = None,
    sets: tuple[str, ...] = (), quantity: str = "time", kind: str = "observed", name: str = "R1",
) -> Reference:  # fmt: skip
    return Reference(
        name, quantity, "through", kind, "A", "B", Way(), "rail", "container", DAY, value, low,
        high, "h", ("F001",), sets, "", "high", "", 2,
    )  # fmt: skip


def compared(model: float | None, row: Reference, *parts: Part) -> Compared:
    return Compared(row, Told(model, "baseline", "as of the day", parts=parts))


def ordering(
    better: str, worse: str, *, values: tuple[float | None, float | None], conflict: str = "",
    sets: tuple[str, ...] = (), factor: tuple[float | None, float | None] = (None, None),
) -> Ordered:  # fmt: skip
    row = Ordering(
        f"{better}<{worse}", "cost", "A", "B", DAY, Way(corridor=better), Way(corridor=worse),
        factor, ("F001",), "operator", sets, "", conflict, "high", "", 2,
    )  # fmt: skip
    one, other = (Told(value, "baseline", parts=(Part("line", value or 0.0),)) for value in values)
    return Ordered(row, one, other)


@pytest.fixture(scope="module")
def bench(real_folder: Path) -> Bench:
    found = Bench.of(real_folder)
    found.prepare(load_reference())
    return found


# --- the measure -------------------------------------------------------------


def test_twice_and_half_weigh_the_same() -> None:
    twice, half = compared(20.0, published(10.0)), compared(5.0, published(10.0))
    assert twice.off == pytest.approx(log(2))
    assert half.off == pytest.approx(-log(2))
    group = group_of("both", [twice, half])
    assert (group.off, group.bias) == pytest.approx((log(2), 0.0))


@pytest.mark.parametrize(
    ("value", "low", "high", "model", "inside"),
    [
        (None, 10.0, 20.0, 20.0, True),
        (None, 10.0, 20.0, 20.1, False),
        (12.0, 10.0, None, 11.0, True),
        (12.0, 10.0, None, 12.1, False),
        (12.0, None, None, 12.0, None),
        (None, 10.0, 20.0, None, None),
    ],
)
def test_inside_is_told_only_where_a_range_was_printed(
    value: float | None, low: float | None, high: float | None, model: float | None,
    inside: bool | None,  # noqa: FBT001 - a column of the table above
) -> None:  # fmt: skip
    assert compared(model, published(value, low=low, high=high)).inside is inside


def test_rows_that_set_a_parameter_and_rows_without_a_way_do_not_count() -> None:
    rows = [
        compared(10.0, published(10.0, name="R1")),
        compared(99.0, published(10.0, name="R2", sets=("P001",))),
        compared(None, published(10.0, name="R3")),
    ]
    (group,) = grouped(rows, lambda one: one.row.quantity)
    assert (group.n, group.missing, group.off) == (1, 1, 0.0)
    assert worst(rows, least=0.1) == []


def test_targets_are_about_observed_and_operator_rows_and_all_orderings() -> None:
    rows = (
        compared(10.0 * exp(0.29), published(10.0)),
        compared(100.0, published(10.0, kind="promotional")),
        compared(10.0 * exp(0.36), published(10.0, quantity="cost", kind="operator")),
    )
    orders = (
        ordering("X", "Y", values=(1.0, 2.0)),
        ordering("X", "Z", values=(2.0, 1.0)),
        ordering("Y", "Z", values=(2.0, 1.0), sets=("P001",)),
        ordering("Y", "X", values=(None, 1.0)),
    )
    found = {one.name: one for one in targets(Validation(rows, orders))}
    assert found["median absolute logarithm, time"].met
    assert not found["median absolute logarithm, cost"].met
    for kinds in ("all kinds", "observed and operator"):
        share = found[f"share of orderings right, {kinds}"]
        assert (share.reached, share.n, share.met) == (0.5, 2, False)


def test_a_factor_is_right_above_one_and_inside_its_range() -> None:
    one = ordering("X", "Y", values=(10.0, 15.0), factor=(1.2, 1.4))
    assert one.right is True
    assert one.inside is False
    assert one.factor == 1.5


@pytest.mark.parametrize(
    ("factor", "worse", "right"),
    [
        ((1.2, 1.2), 10.1, True),
        ((1.2, 1.2), 9.9, False),
        ((None, None), 10.1, True),
        ((1.01, 1.01), 9.6, True),
        ((1.01, 1.01), 10.4, True),
        ((1.01, 1.01), 9.4, False),
        ((1.01, 1.01), 10.6, False),
        ((1.0, 1.5), 14.0, True),
        ((1.0, 1.5), 16.0, False),
        ((1.0, 1.5), 9.4, False),
    ],
)
def test_ways_published_as_alike_must_be_alike_in_the_model(
    factor: tuple[float | None, float | None], worse: float,
    right: bool,  # noqa: FBT001 - a column of the table above
) -> None:  # fmt: skip
    assert ordering("X", "Y", values=(10.0, worse), factor=factor).right is right


def test_contradicting_accounts_cannot_all_be_met() -> None:
    rows = [
        ordering("X", "Y", values=(1.0, 2.0), conflict="c"),
        ordering("X", "Y", values=(1.0, 2.0), conflict="c"),
        ordering("Y", "X", values=(2.0, 1.0), conflict="c"),
        ordering("Y", "Z", values=(2.0, 1.0)),
    ]
    assert most_right(rows) == (3, 4)


def test_what_is_needed_meets_the_row() -> None:
    parts = Part("line by rail, KZ", 6.0), Part("border", 4.0)
    change = needed(compared(10.0, published(16.0), *parts))
    assert change is not None
    part, factor = change
    assert part.value * factor + 4.0 == pytest.approx(16.0)
    assert needed(compared(10.0, published(3.0), *parts)) is None


def test_what_turns_an_ordering_makes_the_ways_equal() -> None:
    one = ordering("X", "Y", values=(15.0, 10.0))
    better, worse = turned(one)
    assert better is not None
    assert worse is not None
    assert better[0].value * better[1] == pytest.approx(10.0)
    assert worse[0].value * worse[1] == pytest.approx(15.0)


# --- the fit -----------------------------------------------------------------


def test_one_row_and_one_rate_by_hand() -> None:
    # Minimise (x - 2)^2 / 0.2^2 + (x - 1)^2 / 1^2: the row asks 2 within 10 %, the range is 0 to 2.
    found = fit_within(
        np.array([[1.0]]), np.zeros(1), np.array([2.0]), likely=np.array([1.0]),
        low=np.zeros(1), high=np.array([2.0]), relative_error=0.1,
    )  # fmt: skip
    weight = 0.2**-2
    assert found.values[0] == pytest.approx((2 * weight + 1) / (weight + 1), rel=1e-6)
    assert found.before[0] == -0.5
    assert found.weight[0] == 1.0


def test_a_rate_stops_at_its_bound() -> None:
    found = fit_within(
        np.array([[10.0]]), np.array([5.0]), np.array([100.0]), likely=np.array([2.0]),
        low=np.array([1.0]), high=np.array([3.0]), relative_error=0.1,
    )  # fmt: skip
    assert found.values[0] == pytest.approx(3.0)
    assert found.after[0] == pytest.approx(35 / 100 - 1)


def test_a_row_that_contradicts_the_others_weighs_less() -> None:
    asked = np.array([10.0, 10.0, 10.0, 30.0])
    found = fit_within(
        np.ones((4, 1)), np.zeros(4), asked, likely=np.array([10.0]), low=np.zeros(1),
        high=np.array([100.0]), relative_error=0.1,
    )  # fmt: skip
    assert found.values[0] == pytest.approx(10.5, abs=0.5)
    assert found.weight[3] < 0.4
    assert (found.weight[:3] == 1).all()


def test_a_fit_refuses_what_leaves_no_room() -> None:
    one = np.ones(1)
    with pytest.raises(ValueError, match="room"):
        fit_within(np.ones((1, 1)), one, one, likely=one, low=one, high=one, relative_error=0.1)


@pytest.fixture(scope="module")
def found(real_folder: Path) -> Fitted:
    return fit(real_folder)


def test_fitted_rates_lie_within_their_ranges_and_name_their_rows(found: Fitted) -> None:
    rows = list(csv.DictReader(io.StringIO(as_csv(found).decode())))
    used = {name for row in rows for name in row["rows"].split(";")}
    assert {"RV068", "RV074", "RV142"} <= used
    counting = {one.id for one in load_reference().values if one.counts}
    assert not used & counting
    for row in rows:
        assert float(row["low"]) <= float(row["after"]) <= float(row["high"]), row
    assert np.abs(found.fit.after).sum() < np.abs(found.fit.before).sum()


def test_the_equation_of_a_row_is_the_cost_of_its_way(found: Fitted, bench: Bench) -> None:
    row = next(one for one in found.rows if one.reference.id == "RV142")
    fitted = dict(zip(found.rates, found.fit.values, strict=True))
    moved = sum(fitted[rate] * km for rate, km in row.km.items())
    assert question(bench.nearest(row.reference), row.reference).answer.value == pytest.approx(
        row.fixed + moved, rel=1e-4
    )
    # Dostyk to Brest: three railways, each rate over its own part of the way.
    km = {rate.place: length for rate, length in row.km.items()}
    assert set(km) == {"KZ", "RU", "BY"}
    assert 4_500 < sum(km.values()) / 1.6 < 6_000


def test_the_shipped_fit_is_the_one_the_shipped_tables_give(found: Fitted) -> None:
    assert (data_folder() / NAME).read_bytes() == as_csv(found)


# --- ways --------------------------------------------------------------------


def ask(bench: Bench, name: str) -> Question:
    row = next(one for one in load_reference().values if one.id == name)
    return question(bench.nearest(row), row)


@pytest.mark.parametrize("name", ["RV066", "RV074", "RV093", "RV216"])
def test_a_way_through_terminals_is_the_shortest_of_all_that_pass_them(
    bench: Bench, name: str
) -> None:
    asked = ask(bench, name)
    found = asked.found
    assert found is not None
    assert found.stage == AS_OF_DAY
    compiled, arcs = found.compiled, found.compiled.graph.arcs
    view = compiled.view(found.demand)
    modes = [Mode.RAIL, Mode.FERRY] if asked.mode == "rail" else list(Mode)
    usable = view.open & (np.isin(arcs.mode, modes) | (arcs.kind != Kind.LINE))
    weight = view.generalised_usd_per_teu
    expected = _least_through(
        compiled, usable, Ends(asked.row.origin, asked.row.destination), asked.way.through
    )
    assert weight[found.amounts.arcs].sum() == pytest.approx(expected)


def _least_through(
    compiled: Compiled, usable: np.ndarray, ends: Ends, through: tuple[str, ...]
) -> float:  # fmt: skip
    """Least weight by tables of distances from terminal to terminal: no copies of the graph."""
    graph = compiled.graph
    at = {name: k for k, name in enumerate(graph.terminal_ids)}
    view = compiled.views[0]
    router = Router(
        graph.arcs.tail, graph.arcs.head, view.generalised_usd_per_teu, usable=usable,
        n_nodes=len(graph.nodes),
    )  # fmt: skip
    places = [
        np.flatnonzero((graph.nodes.terminal == at[name]) & (graph.nodes.mode != Mode.NONE))
        for name in through
    ]
    stops = [
        np.array([graph.origin[at[ends.origin]]]), *places,
        np.array([graph.destination[at[ends.destination]]]),
    ]  # fmt: skip
    least = np.zeros(1)
    for here, there in pairwise(stops):
        apart = router.trees(here.astype(np.int64)).distance[:, there]
        least = (least[:, None] + apart).min(axis=0)
    return float(least[0])


@pytest.mark.parametrize(
    ("name", "start", "end", "modes"),
    [
        ("RV054", "PANZ", "PBAK", {Mode.SEA, Mode.FERRY}),
        ("RV003", "PBND", "PAMI", {Mode.ROAD, Mode.FERRY}),
        ("RV003", "PAMI", "PASF", {Mode.SEA, Mode.FERRY}),
    ],
)
def test_a_way_leaves_a_terminal_by_the_mode_that_was_published(
    bench: Bench, name: str, start: str, end: str, modes: set[Mode]
) -> None:
    found = ask(bench, name).found
    assert found is not None
    graph, way = found.compiled.graph, found.amounts.arcs
    at = graph.nodes.terminal[graph.arcs.head[way]]
    names = [graph.terminal_ids[k] if k >= 0 else "" for k in at.tolist()]
    between = way[names.index(start) + 1 : names.index(end) + 1]
    lines = between[graph.arcs.kind[between] == Kind.LINE]
    assert {Mode(mode) for mode in graph.arcs.mode[lines].tolist()} <= modes
    assert graph.arcs.length_km[lines].sum() > 200


def test_a_way_along_a_corridor_runs_over_its_section_and_stays_in_its_countries(
    bench: Bench,
) -> None:
    asked = ask(bench, "RV118")
    found = asked.found
    assert found is not None
    assert (found.stage, found.keep) == (AS_OF_DAY, Keep.MODES)
    through = set(asked.answer.through)
    assert {"CN", "KZ", "AZ", "GE", "TR"} <= through
    assert not through & {"RU", "IR"}
    names = found.compiled.graph.terminal_ids
    nodes = found.compiled.graph.nodes.terminal[
        found.compiled.graph.arcs.head[found.amounts.arcs]
    ].tolist()
    passed = [names[at] for at in nodes if at >= 0]
    assert passed.index("TBS") < passed.index("KARS")


def test_carriage_leaves_out_what_lies_before_and_after_the_line(bench: Bench) -> None:
    found = ask(bench, "RV097").found
    assert found is not None
    kinds = found.compiled.graph.arcs.kind[found.amounts.arcs]
    hours = ask(bench, "RV098").found
    assert hours is not None
    stops = np.isin(kinds, [Kind.ACCESS, Kind.TRANSFER, Kind.BOARDING])
    assert stops.any()
    assert not hours.amounts.each[stops].any()
    assert found.amounts.total == pytest.approx(
        found.compiled.graph.arcs.length_km[found.amounts.arcs].sum()
    )


@pytest.mark.parametrize("name", ["RV006", "RV068", "RV113", "RV142"])
def test_what_rests_on_assumed_rates_is_that_of_the_bill(bench: Bench, name: str) -> None:
    asked = ask(bench, name)
    found = asked.found
    assert found is not None
    graph, way = found.compiled.graph, found.amounts.arcs
    bill = Biller(found.compiled.view(found.demand), graph.arcs.length_km).lines(way.tolist())
    amount = {"cost": "usd_per_feu" if asked.unit == "USD/FEU" else "usd"}.get(
        asked.row.quantity, "h"
    )
    whole = sum(getattr(line, amount) for line in bill)
    assumed = sum(getattr(line, amount) for line in bill if line.quality == ASSUMED)
    assert 0 < assumed < whole
    assert asked.answer.assumed == pytest.approx(assumed / whole)


def test_a_row_about_a_planned_line_needs_it_built(bench: Bench) -> None:
    found = ask(bench, "RV259")
    assert found.answer.stage == "refusals lifted, all built"
    way = found.found
    assert way is not None
    assert loop_km(way.compiled.graph, way.amounts.arcs) < 300


def test_a_row_is_asked_on_the_day_nearest_to_its_own(bench: Bench) -> None:
    day = {row.id: bench.nearest(row).scenario.id for row in load_reference().values}
    assert day["RV001"] == "replay_2021_01_15"
    assert day["RV160"] == "replay_2022_03_15"
    assert day["RV142"] == "replay_2024_11_18"
    assert day["RV038"] == "baseline"


def test_a_network_without_the_places_has_no_way(bench: Bench) -> None:
    row = next(one for one in load_reference().values if one.id == "RV066")
    for other in (
        replace(row, origin="NOWHERE"),
        replace(row, way=Way(through=("NOWHERE",))),
        replace(row, way=Way(corridor="NO-CORRIDOR")),
    ):
        assert question(bench.nearest(other), other).answer.value is None


def test_groups_without_a_way_are_plain_json() -> None:
    found = Validation((compared(None, published(10.0)),), ())
    text = json.dumps(as_dict(found), allow_nan=False)
    assert json.loads(text)["groups"][0]["off"] is None


# --- the whole ---------------------------------------------------------------


@pytest.fixture(scope="module")
def whole(real_folder: Path) -> Validation:
    return validate(real_folder)


def test_every_row_is_told_or_said_to_have_no_way(whole: Validation) -> None:
    references = load_reference()
    assert [one.row.id for one in whole.compared] == [one.id for one in references.values]
    assert [one.row.id for one in whole.ordered] == [one.id for one in references.orderings]
    told = [one for one in whole.compared if one.told.value is not None]
    assert len(told) >= 0.98 * len(whole.compared)
    for one in told:
        assert one.told.value is not None
        assert one.told.value > 0, one.row.id
        if one.told.parts:
            unit = sum(part.value for part in one.told.parts)
            assert unit == pytest.approx(one.told.value), one.row.id


def test_groups_hold_each_counting_row_once(whole: Validation) -> None:
    counting = sum(one.row.counts for one in whole.compared)
    for group in as_dict(whole)["groups"]:
        assert group["n"] >= 0
    by_kind = [group for group in as_dict(whole)["groups"] if group["by"] == "quantity and kind"]
    assert sum(group["n"] + group["missing"] for group in by_kind) == counting


def test_distances_come_near_to_the_published_ones(whole: Validation) -> None:
    (distance,) = (one for one in targets(whole) if one.name.endswith("distance"))
    assert distance.n >= 40
    assert distance.met


def some(*names: str) -> References:
    """Return some of the published values, and one ordering."""
    whole = load_reference()
    return References(tuple(one for one in whole.values if one.id in names), whole.orderings[:1])


def test_the_same_values_give_the_same_bytes(real_folder: Path) -> None:
    asked = some("RV001", "RV046", "RV066", "RV084", "RV142", "RV261")
    files = files_of(validate(real_folder, references=asked))
    assert files == files_of(validate(real_folder, references=asked))
    assert set(files) == {
        "values.csv", "orderings.csv", "groups.csv", "validation.json", "validation.svg",
    }  # fmt: skip
    assert files["validation.svg"].startswith(b"<?xml")
    assert json.loads(files["validation.json"])["schema_version"] == 1


def test_dearer_ships_move_the_rows_that_go_by_ship(whole: Validation, real_folder: Path) -> None:
    dearer = validate(
        real_folder,
        overrides=[RateOverride("linehaul", 0.5, "USD/TEU-km", "sea")],
        references=some("RV046", "RV142"),
    )
    before = {one.row.id: one.told.value for one in whole.compared}
    after = {one.row.id: one.told.value for one in dearer.compared}
    assert (after["RV046"] or 0) > 2 * (before["RV046"] or 0)
    assert after["RV142"] == before["RV142"]


def test_a_page_keeps_what_people_wrote(whole: Validation) -> None:
    page = docs_page(whole, "words\n<!-- counts -->\nold\n<!-- end of counts -->\nmore\n")
    assert page.startswith("words\n")
    assert page.endswith("more\n")
    assert "old\n" not in page
    assert "### Where the model loses, the worst first" in page
    with pytest.raises(ValueError, match="lacks the lines"):
        docs_page(whole, "")
