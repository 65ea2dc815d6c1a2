"""Whom a way passes: states that are not its own, what they may close, who works the lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from corridors.metrics.parties import OPERATOR, STATE, Parties, Party
from corridors.run import read
from corridors.scenario.cargo import countries_of
from corridors.scenario.compile import compile_scenario
from corridors.scenario.rates import load_rates
from geodata.types import HIGH_SEAS, Kind, Mode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.conftest import Real

#: Nothing is carried: only whom arcs belong to is asked.
SCENARIO = """\
id: parties
title: Parties
why: A test needs a register in force.
extends: _base
as_of: 2026-11-22
demands:
  - {id: any, origin: MOW, destination: THR, teu_per_year: 1}
"""


@pytest.fixture(scope="module")
def parties(real: Real, tmp_path_factory: pytest.TempPathFactory) -> Parties:
    path = tmp_path_factory.mktemp("parties") / "parties.yaml"
    path.write_text(SCENARIO, encoding="utf-8")
    loaded, snapshot, register = read(str(path), real.snapshot.folder)
    compiled = compile_scenario(loaded.scenario, snapshot, load_rates(), register)
    return Parties(compiled, countries_of(snapshot.places))


def named(found: dict[Party, float], role: str) -> dict[str, float]:
    return {one.id: km for one, km in found.items() if one.role == role}


def lines_of(real: Real, country: str, count: int = 3) -> list[int]:
    """Some lines by rail in a country."""
    graph = real.snapshot.graph
    code = graph.countries.index(country)
    some = (graph.arcs.country == code) & (graph.arcs.kind == Kind.LINE)
    some &= (graph.arcs.mode == Mode.RAIL) & (graph.arcs.length_km > 0)
    return list(map(int, np.flatnonzero(some)[:count]))


def test_a_state_is_passed_with_the_km_within_it_and_its_own_trade_does_not_pass_it(
    real: Real, parties: Parties
) -> None:
    km = real.snapshot.graph.arcs.length_km
    georgia, azerbaijan = lines_of(real, "GE"), lines_of(real, "AZ")
    way = np.array([*georgia, *azerbaijan])
    abroad = named(parties.of(way, "MOW", "THR"), STATE)
    assert abroad["GE"] == pytest.approx(km[georgia].sum())
    assert abroad["AZ"] == pytest.approx(km[azerbaijan].sum())
    own = named(parties.of(way, "TBS", "THR"), STATE)
    assert "GE" not in own
    assert own["AZ"] == abroad["AZ"]


def test_a_strait_is_held_by_those_who_may_close_it(real: Real, parties: Parties) -> None:
    graph = real.snapshot.graph
    at = next(k for k, one in enumerate(graph.assets) if one.id == "S_HRM")
    strait = np.flatnonzero(graph.arcs.asset == at)[:1]
    assert {"IR", "OM"} <= named(parties.of(strait, "MOW", "PIST"), STATE).keys()
    assert "IR" not in named(parties.of(strait, "THR", "PIST"), STATE)


def test_the_high_seas_are_nobody(real: Real, parties: Parties) -> None:
    graph = real.snapshot.graph
    code = graph.countries.index(HIGH_SEAS)
    free = (graph.arcs.country == code) & (graph.arcs.asset < 0) & (graph.arcs.kind == Kind.LINE)
    assert named(parties.of(np.flatnonzero(free)[:5], "MOW", "THR"), STATE) == {}


def test_who_works_a_line_serves_its_own_trade_too(real: Real, parties: Parties) -> None:
    km = real.snapshot.graph.arcs.length_km
    georgia = lines_of(real, "GE")
    for ends in (("MOW", "THR"), ("TBS", "THR")):
        found = named(parties.of(np.array(georgia), *ends), OPERATOR)
        assert found["GRAIL"] == pytest.approx(km[georgia].sum())


def test_no_way_passes_nobody(parties: Parties) -> None:
    empty: Sequence[int] = ()
    assert parties.of(np.array(empty, np.int64), "MOW", "THR") == {}
