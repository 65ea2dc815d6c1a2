"""A comparison tells what differs, all of it, and the same from either side."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING

import numpy as np
import pytest

from corridors.compare import compare, write_docs
from corridors.errors import InputMissingError, OutputError
from corridors.metrics.change import ANYWHERE, CLOSED, OPENED, arc_changes, one_way
from corridors.metrics.gains import GAIN_FIELDS
from corridors.report.compared_map import CHANGE_FIELDS
from corridors.run import read, run, solve
from geodata.types import Kind

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from corridors.compare import Told
    from corridors.metrics.change import ArcChange
    from corridors.report.compared import Comparison
    from corridors.run import Answer
    from tests.conftest import Real

pytestmark = [pytest.mark.slow, pytest.mark.long]

#: A land border, who meets it, and cargo of two kinds that a rule tells apart.
ONE = """\
id: one
title: One
why: A test needs one.
extends: _base
as_of: 2026-11-22
demands:
  - {id: yerevan-mersin, origin: EVN, destination: PMER, teu_per_year: 100}
  - {id: moscow-tehran, origin: MOW, destination: THR, teu_per_year: 100}
  - {id: hamburg-tehran, origin: PHAM, destination: THR, teu_per_year: 10, owner: EU}
  - {id: only-one, origin: BAK, destination: TBS, teu_per_year: 10}
"""
TWO = """\
id: two
title: Two
why: A test needs another.
extends: one
as_of: 2026-11-22
access:
  rules: {B001: false, B090: false}
  close: {X_SAMYAL_RL: a test}
network: {built: [R03]}
"""
LATER = """\
id: later
title: Later
why: The same as one on another day.
extends: one
as_of: 2021-01-15
"""
OTHER = """\
id: other
title: Other
why: Another list of demands.
extends: one
demands:
  - {id: yerevan-mersin, origin: EVN, destination: PMER, teu_per_year: 100}
  - {id: only-other, origin: BAK, destination: TBS, teu_per_year: 10}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    where = tmp_path_factory.mktemp("scenarios")
    for name, text in (("one", ONE), ("two", TWO), ("later", LATER), ("other", OTHER)):
        (where / f"{name}.yaml").write_text(text, encoding="utf-8")
    return where


@pytest.fixture(scope="module")
def compared(folder: Path, real_folder: Path) -> Callable[[str, str], Comparison]:
    """Compare two of the scenarios, each pair once."""
    known: dict[tuple[str, str], Comparison] = {}

    def of(a: str, b: str) -> Comparison:
        if (a, b) not in known:
            known[a, b] = compare(
                str(folder / f"{a}.yaml"), str(folder / f"{b}.yaml"), network=real_folder
            ).found.pairs[0]
        return known[a, b]

    return of


FILES = {f"compare.{end}" for end in ("json", "md", "csv", "html", "geojson", "svg", "png")} | {
    "gains.csv"
}


def solved(folder: Path, name: str, real: Real) -> Answer:
    loaded, snapshot, register = read(str(folder / f"{name}.yaml"), real.snapshot.folder)
    return solve(loaded.scenario, snapshot, real.network.links.length_km, register)


def test_a_scenario_does_not_differ_from_itself(
    compared: Callable[[str, str], Comparison],
) -> None:
    found = compared("one", "one")
    for name in ("settings", "rules", "controls", "closures", "arcs", "routes", "demands",
                 "flows"):  # fmt: skip
        assert getattr(found, name) == (), name
    assert len(found.common) == 4
    assert (found.a.label, found.b.label) == ("one", "one-2")
    assert all(row.change == 0 for row in found.ledger.shifts)


def test_switched_rules_differ_with_their_reasons(
    compared: Callable[[str, str], Comparison],
) -> None:
    found = compared("one", "two")
    assert [(row.id, row.in_force, row.kind) for row in found.rules] == [
        ("B001", "a", "switch"), ("B090", "a", "switch"),
    ]  # fmt: skip
    assert found.rules[0].a == "since 1993-04-03"
    assert found.rules[0].b == "switched off by the scenario"
    assert found.controls == ()


def test_stated_values_and_closures_differ(compared: Callable[[str, str], Comparison]) -> None:
    found = compared("one", "two")
    assert {row.path: (row.a, row.b) for row in found.settings} == {
        "access.rules.B001": (None, False),
        "access.rules.B090": (None, False),
        "access.close.X_SAMYAL_RL": (None, "a test"),
        "network.built": ([], ["R03"]),
    }
    told = {(row.kind, row.id): row.stands for row in found.closures}
    assert told == {("not_built", "R03"): "a", ("scenario", "X_SAMYAL_RL"): "b"}


def test_another_day_changes_rules_by_date_and_says_so(
    compared: Callable[[str, str], Comparison],
) -> None:
    found = compared("one", "later")
    dated = [row for row in found.rules if row.kind == "date"]
    assert dated
    for row in dated:
        assert {row.a.split()[0], row.b.split()[0]} <= {"since", "at", "begins", "lapsed"}
    assert any(row.b.startswith("begins on") for row in dated if row.in_force == "a")
    assert any(row.a.startswith("lapsed after") for row in dated if row.in_force == "b")
    assert [row.path for row in found.settings] == ["as_of"]
    assert (found.settings[0].a, found.settings[0].b) == ("2026-11-22", "2021-01-15")


MIRROR = {"a": "b", "b": "a", OPENED: CLOSED, CLOSED: OPENED, "feasible": "infeasible",
          "infeasible": "feasible"}  # fmt: skip


@pytest.mark.parametrize("other", ["two", "later", "other"])
def test_seen_from_the_other_side_everything_is_mirrored(
    compared: Callable[[str, str], Comparison], other: str
) -> None:
    here, there = compared("one", other), compared(other, "one")
    assert {(r.id, r.in_force, r.a, r.b) for r in here.rules} == {
        (r.id, MIRROR[r.in_force], r.b, r.a) for r in there.rules
    }
    assert {(r.kind, r.id, r.stands) for r in here.closures} == {
        (r.kind, r.id, MIRROR[r.stands]) for r in there.closures
    }
    assert {(r.change, r.asset, r.country, r.mode, r.arcs, frozenset(r.demands))
            for r in here.arcs} == {
        (MIRROR[r.change], r.asset, r.country, r.mode, r.arcs, frozenset(r.demands))
        for r in there.arcs
    }  # fmt: skip
    assert {(r.demand_id, r.change, r.a, r.b) for r in here.routes} == {
        (r.demand_id, MIRROR.get(r.change, r.change), r.b, r.a) for r in there.routes
    }
    assert {(r.demand_id, r.stands) for r in here.demands} == {
        (r.demand_id, MIRROR[r.stands]) for r in there.demands
    }


def test_arcs_opened_and_closed_are_those_whose_masks_differ(
    compared: Callable[[str, str], Comparison], folder: Path, real: Real
) -> None:
    found = compared("one", "two")
    before, after = (solved(folder, name, real).compiled for name in ("one", "two"))
    for k, demand in enumerate(found.common):
        old, new = before.view(k).open, after.view(k).open
        for change, expected in ((OPENED, new & ~old), (CLOSED, old & ~new)):
            told = [arc for row in found.arcs
                    if row.change == change and demand in row.demands
                    for arc in row.arcs]  # fmt: skip
            assert sorted(told) == np.flatnonzero(expected).tolist()


def row_of(found: Comparison, asset: str) -> ArcChange:
    (row,) = [row for row in found.arcs if row.asset == asset]
    return row


def test_a_changed_place_tells_its_name_its_countries_and_why(
    compared: Callable[[str, str], Comparison],
) -> None:
    found = compared("one", "two")
    rail, built, shut = (row_of(found, name) for name in ("X_DGK_RL", "R03", "X_SAMYAL_RL"))
    assert (rail.change, set(rail.country.split("-")), rail.mode) == (OPENED, {"AM", "TR"}, "rail")
    assert "B001" in rail.reason
    assert (built.change, built.country) == (OPENED, "IR")
    assert 150 < built.km < 175
    assert "not built in this scenario" in built.reason
    assert (shut.change, shut.reason) == (CLOSED, "X_SAMYAL_RL closed by the scenario (a test)")


def test_cargo_refused_wherever_it_goes_is_one_change(
    compared: Callable[[str, str], Comparison],
) -> None:
    (row,) = [row for row in compared("one", "two").arcs if row.country == ANYWHERE]
    assert (row.change, row.demands) == (OPENED, ("hamburg-tehran",))
    assert "B090" in row.reason
    told = next(
        one for one in compared("one", "two").as_dict()["arcs"] if one["country"] == ANYWHERE
    )
    assert told["arcs"] == []
    assert told["arc_count"] == len(row.arcs) > 10_000


def test_routes_change_as_the_runs_say(
    compared: Callable[[str, str], Comparison], folder: Path, real: Real
) -> None:
    found = compared("one", "two")
    runs = [{d.demand_id: d for d in solved(folder, name, real).result.demands}
            for name in ("one", "two")]  # fmt: skip
    changes = {row.demand_id: row for row in found.routes}
    assert changes["hamburg-tehran"].change == "feasible"
    assert changes["hamburg-tehran"].a is None
    border = changes["yerevan-mersin"]
    assert border.change == "way"
    for totals, demands in zip((border.a, border.b), runs, strict=True):
        assert totals is not None
        best = demands["yerevan-mersin"].routes[0]
        assert totals.cost_usd_per_teu == pytest.approx(best.cost_usd_per_teu, abs=0.01)
        assert totals.countries == best.countries
    assert border.b is not None
    assert set(border.b.countries) <= {"AM", "TR"}


def test_demands_of_one_only_are_told_and_compared_with_nothing(
    compared: Callable[[str, str], Comparison],
) -> None:
    found = compared("one", "other")
    assert found.common == ("yerevan-mersin",)
    assert {(row.demand_id, row.stands) for row in found.demands} == {
        ("moscow-tehran", "a"), ("hamburg-tehran", "a"), ("only-one", "a"), ("only-other", "b"),
    }  # fmt: skip
    assert found.routes == ()
    assert found.arcs == ()


@pytest.fixture(scope="module")
def files(folder: Path, real_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("out") / "changes"
    one, two = (str(folder / f"{name}.yaml") for name in ("one", "two"))
    compare(one, two, network=real_folder, out=out)
    return out


def test_the_map_shows_each_change_once(
    files: Path, compared: Callable[[str, str], Comparison], real: Real
) -> None:
    found = compared("one", "two")
    data = json.loads((files / "compare.geojson").read_text(encoding="utf-8"))
    rows = [feature["properties"] for feature in data["features"]]
    assert all(tuple(row) == CHANGE_FIELDS for row in rows)
    changes = {"opened", "closed", "gained", "lost", "more", "less"}
    assert {row["change"] for row in rows} == changes
    assert {row["scenario"] for row in rows} == {"two"}
    assert len({row["change_id"] for row in rows}) == len(rows)
    graph = real.snapshot.graph
    expected = {
        (row.change, arc)
        for row in found.arcs if row.country != ANYWHERE
        for arc in one_way(graph, row.arcs)
    }  # fmt: skip
    arcs = [row for row in rows if row["change"] in (OPENED, CLOSED)]
    assert len(arcs) == len(expected)
    border = next(row for row in arcs if row["asset_id"] == "X_DGK_RL")
    assert border["demands"] == "yerevan-mersin;moscow-tehran;only-one"
    routes = [
        (row["change"], row["demands"]) for row in rows if row["change"] in ("gained", "lost")
    ]
    assert ("gained", "hamburg-tehran") in routes
    assert ("lost", "hamburg-tehran") not in routes
    assert {("gained", "yerevan-mersin"), ("lost", "yerevan-mersin")} <= set(routes)


def test_shapes_are_points_for_stops_and_lines_for_the_rest(files: Path) -> None:
    data = json.loads((files / "compare.geojson").read_text(encoding="utf-8"))
    for feature in data["features"]:
        row, kind = feature["properties"], feature["geometry"]["type"]
        if row["change"] in ("gained", "lost"):
            assert kind in ("LineString", "MultiLineString")
        elif row["asset_id"].startswith("X_"):
            assert kind == "Point"
        assert feature["id"] == row["change_id"]


def test_the_files_are_hashed_and_equal_each_time(
    files: Path, folder: Path, real_folder: Path, tmp_path: Path
) -> None:
    one, two = (str(folder / f"{name}.yaml") for name in ("one", "two"))
    compare(one, two, network=real_folder, out=tmp_path / "again")
    left = {path.name: path.read_bytes() for path in files.iterdir()}
    assert left == {path.name: path.read_bytes() for path in (tmp_path / "again").iterdir()}
    hashed = json.loads((files / "manifest.json").read_bytes())["hashed"]
    assert {"one/scenario", "two/scenario", "network"} <= set(hashed["inputs"])
    assert set(hashed["outputs"]) == left.keys() - {"manifest.json"} == FILES


def test_the_table_for_programs_is_the_comparison(
    files: Path, compared: Callable[[str, str], Comparison]
) -> None:
    told = json.loads((files / "compare.json").read_text(encoding="utf-8"))
    assert told["comparisons"] == [json.loads(json.dumps(compared("one", "two").as_dict()))]
    assert told["schema_version"] == 2
    assert [side["label"] for side in told["sides"]] == ["one", "two"]


def test_other_files_are_not_replaced(folder: Path, real_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    one = str(folder / "one.yaml")
    with pytest.raises(OutputError):
        compare(one, one, network=real_folder, out=tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_a_finished_run_stands_for_its_scenario(
    folder: Path, real_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    compared: Callable[[str, str], Comparison],
) -> None:  # fmt: skip
    run(str(folder / "two.yaml"), network=real_folder, out=tmp_path / "two")
    monkeypatch.chdir(folder)
    found = compare("one", str(tmp_path / "two"), network=real_folder).found
    assert found.pairs == (compared("one", "two"),)


def test_a_run_of_other_inputs_is_refused(
    folder: Path, real_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    changing = tmp_path / "other.yaml"
    changing.write_text((folder / "other.yaml").read_text(encoding="utf-8").replace(
        "extends: one", "extends: _base"), encoding="utf-8")  # fmt: skip
    monkeypatch.chdir(tmp_path)
    run("other", network=real_folder, out=tmp_path / "ran")
    changing.write_text(
        changing.read_text(encoding="utf-8").replace("teu_per_year: 100", "teu_per_year: 99"),
        encoding="utf-8",
    )
    with pytest.raises(InputMissingError, match="other inputs") as error:
        compare("baseline", str(tmp_path / "ran"), network=real_folder)
    assert [finding.path for finding in error.value.findings] == ["scenario"]


def test_one_way_keeps_one_of_each_pair(real: Real) -> None:
    graph = real.snapshot.graph
    lines = np.flatnonzero(graph.arcs.kind == Kind.LINE)[:400].tolist()
    kept = one_way(graph, lines)
    assert set(kept) <= set(lines)
    assert one_way(graph, kept) == kept
    ends = {frozenset((int(graph.arcs.tail[arc]), int(graph.arcs.head[arc]))) for arc in lines}
    assert {
        frozenset((int(graph.arcs.tail[arc]), int(graph.arcs.head[arc]))) for arc in kept
    } == ends


def test_without_common_demands_no_arc_is_judged(real: Real) -> None:
    assert arc_changes(real.snapshot.graph, {}, {}) == []


def flows_of(answer: Answer) -> dict[int, float]:
    return {one.arc: one.teu_per_year for one in answer.result.flows}


def test_flows_that_change_are_those_of_the_runs_both_ways_together(
    compared: Callable[[str, str], Comparison], folder: Path, real: Real
) -> None:
    found = compared("one", "two")
    before, after = (flows_of(solved(folder, name, real)) for name in ("one", "two"))
    graph = real.snapshot.graph
    kept = {one.arc for one in found.flows}
    assert kept == set(one_way(graph, sorted(kept)))
    km = graph.arcs.length_km
    expected = sum(after[arc] * km[arc] for arc in after) - sum(
        before[arc] * km[arc] for arc in before
    )
    assert sum(one.change * km[one.arc] for one in found.flows) == pytest.approx(expected)


@pytest.mark.parametrize("other", ["two", "later", "other"])
def test_what_one_gains_from_either_side_it_loses_from_the_other(
    compared: Callable[[str, str], Comparison], other: str
) -> None:
    here, there = compared("one", other).ledger, compared(other, "one").ledger
    back = {(row.party, row.measure): row for row in there.shifts}
    assert back.keys() == {(row.party, row.measure) for row in here.shifts}
    for row in here.shifts:
        twin = back[row.party, row.measure]
        assert (row.before, row.after) == (twin.after, twin.before)
        assert row.gained == pytest.approx(-twin.lost)


def test_haulage_of_states_is_what_routes_run_through_them(
    compared: Callable[[str, str], Comparison], folder: Path, real: Real
) -> None:
    """Territories part the land: what passes Iran is what legs in Iran tell, not being its own."""
    found = {(row.party.id, row.measure): row for row in compared("one", "two").ledger.shifts
             if row.party.role == "state"}  # fmt: skip
    told = solved(folder, "one", real).result.demands
    ways = [route for demand in told for route in demand.routes if route.teu_per_year > 0]
    through = [(one, leg) for one in ways for leg in one.legs
               if leg.country == "GE" and not leg.is_stop]  # fmt: skip
    expected = sum(
        one.teu_per_year * (one.tonnes_per_teu or 0.0) * leg.distance_km
        for one, leg in through if "TBS" not in (one.origin, one.destination)
    )  # fmt: skip
    assert expected > 0
    assert found["GE", "tkm"].before == pytest.approx(expected)


def test_a_third_scenario_stands_beside_the_first_as_a_second_does(
    folder: Path, real_folder: Path, compared: Callable[[str, str], Comparison], tmp_path: Path
) -> None:
    names = [str(folder / f"{name}.yaml") for name in ("one", "two", "other")]
    told = compare(*names, network=real_folder, out=tmp_path / "three")
    assert told.found.pairs == (compared("one", "two"), compared("one", "other"))
    left = {path.name for path in (tmp_path / "three").iterdir()}
    assert left == FILES | {"compare-2.svg", "compare-2.png", "manifest.json"}
    with (tmp_path / "three" / "gains.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == GAIN_FIELDS
    keys = [(row["scenario"], row["role"], row["measure"]) for row in rows]
    for key in set(keys):
        some = [row for row, own in zip(rows, keys, strict=True) if own == key]
        total = next(float(row["change"]) for row in some if row["party"] == "all")
        parts = [float(row["change"]) for row in some if row["party"] != "all"]
        assert sum(parts) == pytest.approx(total, abs=0.001 * (len(parts) + 1))


def test_one_scenario_alone_is_not_compared(real_folder: Path) -> None:
    with pytest.raises(ValueError, match="one scenario alone"):
        compare("baseline", network=real_folder)


@pytest.mark.parametrize("format_", ["md", "html", "csv", "geojson", "json"])
def test_each_format_is_the_file_of_the_folder(
    files: Path, folder: Path, real_folder: Path, format_: str, once: dict[str, Told]
) -> None:
    if "told" not in once:
        one, two = (str(folder / f"{name}.yaml") for name in ("one", "two"))
        once["told"] = compare(one, two, network=real_folder)
    made, left = once["told"].file(format_), (files / f"compare.{format_}").read_bytes()
    if format_ == "md":  # the page of the folder shows the picture beside it
        left = b"\n".join(row for row in left.split(b"\n") if b"compare.png" not in row)
        made = made.replace(b"\n\n", b"\n")
        assert set(made.split(b"\n")) <= set(left.split(b"\n"))
    else:
        assert made == left


@pytest.fixture(scope="module")
def once() -> dict[str, Told]:
    return {}


def test_the_example_of_a_page_is_rewritten_and_the_rest_left(
    folder: Path, real_folder: Path, tmp_path: Path
) -> None:
    one, two = (str(folder / f"{name}.yaml") for name in ("one", "two"))
    told, page = compare(one, two, network=real_folder), tmp_path / "page.md"
    page.write_text("# Mine\n\nwords\n\n## An example\n\nyesterday\n", encoding="utf-8")
    write_docs(told, page, ["one", "two"])
    first = page.read_text(encoding="utf-8")
    assert first.startswith(
        "# Mine\n\nwords\n\n## An example\n\nWritten by `corridors compare one two"
    )
    assert "yesterday" not in first
    assert "### Numbers" in first
    write_docs(told, page, ["one", "two"])
    assert page.read_text(encoding="utf-8") == first
    page.write_text("# Mine\n", encoding="utf-8")
    with pytest.raises(InputMissingError, match="no heading"):
        write_docs(told, page, [])
    with pytest.raises(InputMissingError, match="cannot be read"):
        write_docs(told, tmp_path / "none.md", [])
