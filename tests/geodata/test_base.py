"""Extracted lines to a first network."""

from __future__ import annotations

import numpy as np
import pytest

from geodata.base import SOURCES, from_lines
from geodata.sources.extracts import Lines
from geodata.types import Mode
from tests.oracles.drawing import assert_sound


def lines(*lonlat: tuple[float, float], km: tuple[float, ...]) -> Lines:
    place = np.array(lonlat)
    u = np.arange(len(km), dtype=np.int32)
    return Lines(place[:, 0], place[:, 1], u, u + 1, np.array(km))


RAIL = lines((10.0, 50.0), (11.0, 50.0), (12.0, 50.0), km=(72.0, 0.0))
SEA = lines((0.0, 0.0), (1.0, 0.0), km=(0.0,))


def test_modes_are_stacked_and_their_ends_shifted() -> None:
    network = from_lines({Mode.RAIL: RAIL, Mode.SEA: SEA})
    assert_sound(network)
    assert network.nodes.mode.tolist() == [1, 1, 1, 3, 3]
    assert network.links.u.tolist() == [0, 1, 3]
    assert network.links.v.tolist() == [1, 2, 4]
    assert network.sources == SOURCES


def test_rail_keeps_its_length_and_sea_is_measured() -> None:
    km = from_lines({Mode.RAIL: RAIL, Mode.SEA: SEA}).links.length_km
    assert km[0] == 72.0
    assert km[1] == 0.001  # two nodes at one place
    assert km[2] == pytest.approx(111.3195, abs=1e-3)


def test_nothing_is_joined_tagged_or_owned_yet() -> None:
    network = from_lines({Mode.RAIL: RAIL, Mode.SEA: SEA})
    assert (network.links.country == -1).all()
    assert (network.links.asset == -1).all()
    assert (network.nodes.terminal == -1).all()
    assert not network.links.oneway.any()
