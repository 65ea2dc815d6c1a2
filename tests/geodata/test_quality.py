"""The length table and the page on the network, on a small drawn network."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from geodata.branches import BranchFinder
from geodata.checks import ERROR, WARNING, Finding
from geodata.contract import contract
from geodata.errors import SnapshotError
from geodata.facts_rows import (
    CorridorRow,
    CrossingRow,
    Facts,
    GapRow,
    LinkRow,
    ReferenceLengthRow,
    ServiceRow,
    StraitRow,
    TerminalRow,
    TerritoryRow,
)
from geodata.quality import LengthRow, length_errors, length_table, network_markdown, write_docs
from geodata.snapshot import write_snapshot
from geodata.topology import make_links, make_nodes
from geodata.types import Asset, Branch, Kind, Mode, Network, Shapes, Status

FACTS = Path(__file__).parents[2] / "geodata" / "facts"
REPORT = {
    "crossings_bound": ["X1"],
    "crossings_without_line": ["X2"],
    "crossings_generated": [
        {"id": "X-AA-BB-01", "mode": "rail", "pair": ["AA", "BB"], "lon": 0.3, "lat": 0.1}
    ],
    "borders_cut": [
        {"id": "X-AA-CC-R01", "mode": "road", "pair": ["AA", "CC"], "lon": 9.1, "lat": 8.2}
    ],
    "unattached": {"rail": [], "road": ["B", "C"], "sea": []},
}


def filled(row: type, **given: Any) -> Any:
    """Make a row of the fact tables; what is not given is empty."""
    empty: dict[str, Any] = {"float": 1.0, "str": "", "int | None": None, "float | None": None}
    fields = {name: empty.get(str(kind), ()) for name, kind in row.__annotations__.items()}
    return row(**(fields | given))


def reference(name: str, *stops: str, km: float, **given: Any) -> ReferenceLengthRow:
    row: ReferenceLengthRow = filled(
        ReferenceLengthRow,
        id=name,
        from_id=stops[0],
        via_ids=stops[1:-1],
        to_id=stops[-1],
        published_km=km,
        **({"mode": "rail", "source": "timetable"} | given),
    )
    return row


def facts(*lengths: ReferenceLengthRow, **tables: Any) -> Facts:
    every: dict[str, Any] = dict.fromkeys(Facts.__annotations__, ())
    every |= {
        "terminals": tuple(
            filled(TerminalRow, id=name, country=country, modes=("rail",))
            for name, country in (("A", "AA"), ("B", "BB"), ("C", "BB"))
        ),
        "crossings": (
            filled(CrossingRow, id="X1", mode="rail", country_a="AA", country_b="BB"),
            filled(CrossingRow, id="X2", name="Pass|East", mode="road", country_a="BB"),
        ),
        "links": (filled(LinkRow, id="R1", action="add", from_id="B", to_id="C", mode="rail"),),
        "reference_lengths": lengths,
    }
    return Facts(**(every | tables))


def drawn() -> Network:
    """Draw a line over a border and on, with a planned hand link R1.

    ::

        A0 --0: 20 km-- 1 -border 1- 2 --2: 30 km-- B3 ==3: R1, 50 km, planned== C4
    """
    nodes = make_nodes(
        np.array([0.0, 0.2, 0.2, 0.4, 0.8]),
        np.zeros(5),
        mode=float(Mode.RAIL),
        country=np.array([0, 0, 1, 1, 1]),
        gauge_mm=1520.0,
        terminal=np.array([0, -1, -1, 1, 2]),
    )
    links = make_links(
        np.array([0, 1, 2, 3]),
        np.array([1, 2, 3, 4]),
        kind=np.array([Kind.LINE, Kind.BORDER, Kind.LINE, Kind.LINE]),
        mode=float(Mode.RAIL),
        length_km=np.array([20.0, 0, 30, 50]),
        country=np.array([0, 0, 1, 1]),
        gauge_mm=1520.0,
        status=np.array([0, 0, 0, Status.PLANNED]),
        asset=np.array([-1, 0, -1, 1]),
    )
    none = np.zeros(0, np.int64)
    return Network(
        nodes=nodes,
        links=links,
        shapes=Shapes(none.astype(np.int32), none, none),
        shape_lonlat=np.zeros((0, 2)),
        countries=("AA", "BB", "CC"),
        terminal_ids=("A", "B", "C"),
        assets=(
            Asset("X1", "crossing", "Bridge", 0.2, 0.0, ("AA", "BB"), confidence="high"),
            Asset("R1", "line", "R1", 0.6, 0.0, ("BB",), "planned"),
            Asset("X-AA-BB-01", "crossing", "unnamed rail crossing", 0.3, 0.1, ("AA", "BB")),
        ),
        sources=("osm_rail",),
    )


def table(*lengths: ReferenceLengthRow) -> tuple[LengthRow, ...]:
    return length_table(contract(drawn()), facts(*lengths))


def page(table: Facts, findings: tuple[Finding, ...] = (), links: str = "R1") -> str:
    network = drawn()
    graph = contract(network)
    row: CorridorRow = filled(
        CorridorRow, branch="T", terminals=("A", "B", "C"), modes=("rail",) * 2, links=("-", links)
    )
    legs = tuple(BranchFinder(graph).branch(row))
    branch = Branch("T", "TITR", "by B", "planned", "A", "C", row.terminals, legs, ())
    return network_markdown(network, graph, table, [branch], REPORT, findings=findings)


def test_a_length_is_measured_over_its_stops() -> None:
    (row,) = table(reference("P1", "A", "B", "C", km=110.0))
    assert row.stops == ("A", "B", "C")
    assert row.computed_km == pytest.approx(100)
    assert row.error_percent == pytest.approx(-9.0909, abs=1e-3)


def test_a_hand_link_is_used_between_its_ends_only_and_counts_as_stated() -> None:
    direct, over = table(reference("P1", "B", "C", km=50.0), reference("P2", "A", "C", km=100.0))
    assert (direct.computed_km, direct.stated_km, direct.is_stated) == (50.0, 50.0, True)
    assert over.gap.startswith("A-C no way")
    (both,) = table(reference("P3", "A", "B", "C", km=100.0))
    assert (both.stated_km, both.is_stated) == (50.0, False)


def test_a_leg_whose_hand_link_is_missing_runs_over_what_is_built() -> None:
    other = filled(LinkRow, id="R9", action="attributes", from_id="A", to_id="B", mode="rail")
    rows = length_table(
        contract(drawn()), facts(reference("P1", "A", "B", km=50.0), links=(other,))
    )
    assert (rows[0].computed_km, rows[0].gap) == (50.0, "")


def test_errors_leave_out_the_rows_that_say_why() -> None:
    rows = table(
        reference("P1", "A", "B", km=50.0),
        reference("P2", "A", "B", km=49.0),
        reference("P3", "A", "B", km=45.0),
        reference("P4", "A", "B", km=10.0, why_off="another line"),
        reference("P5", "A", "C", km=10.0),
    )
    middle, worst, off = length_errors(rows)
    assert middle == pytest.approx(2.0408, abs=1e-3)
    assert worst == pytest.approx(11.1111, abs=1e-3)
    assert off == ("P3", "P5")


def test_without_rows_there_is_no_error() -> None:
    middle, worst, off = length_errors(())
    assert math.isnan(middle)
    assert math.isnan(worst)
    assert off == ()


def test_the_page_compares_lengths_and_names_their_source() -> None:
    text = page(
        facts(
            reference("P1", "A", "B", km=40.0, source_url="https://example.org"),
            reference("P2", "A", "C", km=40.0, why_off="by another valley"),
        )
    )
    link = "[timetable](https://example.org)"
    assert f"| P1 | rail | A-B | 40.0 | 50.0 | 0 | +25.0 | {link} | - |" in text
    assert "| no way | - | - | timetable | A-C no way" in text
    assert "by another valley |" in text
    assert "unexplained: P1." in text


def test_the_page_counts_and_lists_crossings() -> None:
    text = page(facts())
    for line in (
        "| named, bound to a line | 1 | 0 |",
        "| generated where a line passes | 1 | 0 |",
        "| cut: all crossings are named | 0 | 1 |",
        "| named, without a line | 0 | 1 |",
        "| X1 | Bridge | AA-BB | rail | built | 0.200 0.000 | high |",
        "| X-AA-BB-01 | - | AA-BB | rail | built | 0.300 0.100 | - |",
        "| X-AA-CC-R01 | AA-CC | road | 9.1 8.2 |",
        "| X2 | Pass\\|East |",
    ):
        assert line in text


def test_the_page_sums_lengths_by_country() -> None:
    text = page(facts())
    assert "| others | 3 | 50 | 50 | 0 | 0 |" in text
    three = facts(
        terminals=tuple(filled(TerminalRow, id=name, country="AA") for name in ("A", "B", "C"))
    )
    assert "| AA | 3 | 20 | 0 | 0 | 0 |\n| others | 0 | 30 | 50 | 0 | 0 |" in page(three)


def test_the_page_tells_corridors_and_their_gaps() -> None:
    assert "| T | TITR | by B | planned | 2 | 100 | 50 | - |" in page(facts())
    text = page(facts(), links="-")
    assert "0 of 1 declared branches" in text
    assert "| 50 | 0 | rail B-C: no way over built lines and the links named |" in text


def test_the_page_counts_findings_and_lists_the_errors() -> None:
    found = (
        Finding("check_assets", "R1", "two", ERROR),
        Finding("check_detours", "T", "long", WARNING),
    )
    text = page(facts(), found)
    assert "| check_detours | warning | 1 |" in text
    assert "- `check_assets` R1: two" in text
    assert "There is no error" in page(facts(), found[1:])


def test_the_page_tells_gaps_services_straits_and_territories() -> None:
    gaps = (
        filled(GapRow, id="G1", mode="rail", from_id="A", to_id="B", finding="line cut"),
        filled(GapRow, id="G2", mode="rail", from_id="B", to_id="C", handled_by=("R1", "R2")),
    )
    text = page(
        facts(
            gaps=gaps,
            services=(filled(ServiceRow, id="V1", sailings_per_week_likely=2.5, km=470.0),),
            straits=(filled(StraitRow, id="S1", gates=(((1.0, 2.0), (3.0, 4.0)),)),),
            territories=(filled(TerritoryRow, id="BB-1", view_un="BB", view_de_facto="BB-1"),),
        )
    )
    assert "Of 2 gaps found on declared corridors 1 stay open." in text
    for line in (
        "| G1 | rail | A-B | line cut | - |",
        "R1, R2 |",
        "? / 2.5 / ?",
        "1.00 2.00 - 3.00 4.00 |",
        "| BB-1 | - | BB | BB-1 |",
        "| road | 2 | B, C |",
    ):
        assert line in text


def test_the_page_is_the_same_every_time_and_ends_with_the_attribution() -> None:
    lengths = reference("P1", "A", "B", km=40.0)
    assert page(facts(lengths)) == page(facts(lengths))
    assert page(facts()).endswith("\n")
    assert "OpenStreetMap contributors" in page(facts()).splitlines()[-1]


def test_the_page_of_a_snapshot_is_written_whole(tmp_path: Path) -> None:
    network = drawn()
    write_snapshot(
        tmp_path / "network", network, contract(network), places=[], branches=[], report=REPORT,
        inputs={},
    )  # fmt: skip
    write_docs(tmp_path / "network", FACTS, tmp_path / "network.md")
    text = (tmp_path / "network.md").read_text(encoding="utf-8")
    assert "no terminal SPB" in text
    assert "| X1 |" not in text


def test_no_page_is_written_without_a_network(tmp_path: Path) -> None:
    with pytest.raises(SnapshotError):
        write_docs(tmp_path, FACTS, tmp_path / "network.md")
    assert not (tmp_path / "network.md").exists()


def test_an_asset_that_a_newer_build_dropped_is_left_out() -> None:
    network = drawn()
    graph = contract(network)
    bare = replace(network, assets=(*network.assets[:2], replace(network.assets[2], id="X9")))
    text = network_markdown(bare, graph, facts(), [], REPORT)
    assert "X-AA-BB-01" not in text
