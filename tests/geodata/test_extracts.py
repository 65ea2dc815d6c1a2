"""Extracts: read only when they are those that their provenance names."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import pytest

from geodata.base import read_base
from geodata.errors import ExtractError
from geodata.sources.extracts import EXTRACTS, provenance, read_bytes, read_lines, read_outlines
from tests.oracles.tiny_world import write_world

if TYPE_CHECKING:
    from pathlib import Path

NAMES = ["rail.npz", "road.npz", "sea.npz", "countries.npz"]


@pytest.fixture
def extracts(tmp_path: Path) -> Path:
    return write_world(tmp_path)[0]


def read_all(folder: Path) -> None:
    read_base(folder)
    read_outlines(folder)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("place", [0, 200, -1])
def test_a_flipped_byte_is_refused_by_name(extracts: Path, name: str, place: int) -> None:
    data = bytearray((extracts / name).read_bytes())
    data[place] ^= 0xFF
    (extracts / name).write_bytes(bytes(data))
    with pytest.raises(ExtractError, match=name):
        read_all(extracts)


@pytest.mark.parametrize("name", NAMES)
def test_a_truncated_or_missing_file_is_refused_by_name(extracts: Path, name: str) -> None:
    whole = (extracts / name).read_bytes()
    (extracts / name).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ExtractError, match=name):
        read_all(extracts)
    (extracts / name).unlink()
    with pytest.raises(ExtractError, match=name):
        read_all(extracts)


@pytest.mark.parametrize("text", [None, "", "{", "[]", "null", "{}", '{"files": {"rail.npz": 1}}'])
def test_a_damaged_provenance_is_refused_by_name(extracts: Path, text: str | None) -> None:
    path = extracts / "PROVENANCE.json"
    if text is None:
        path.unlink()
    else:
        path.write_text(text)
    with pytest.raises(ExtractError, match=r"PROVENANCE\.json"):
        read_all(extracts)


def test_an_extract_of_another_form_is_refused_though_its_hash_is_right(extracts: Path) -> None:
    path = extracts / "PROVENANCE.json"
    listed = json.loads(path.read_text(encoding="utf-8"))
    for data in (b"", b"not an archive", (extracts / "countries.npz").read_bytes()):
        (extracts / "rail.npz").write_bytes(data)
        listed["files"]["rail.npz"]["sha256"] = hashlib.sha256(data).hexdigest()
        path.write_text(json.dumps(listed), encoding="utf-8")
        with pytest.raises(ExtractError, match=r"rail\.npz"):
            read_lines(extracts, "rail")


def test_an_extract_that_is_not_listed_is_refused(extracts: Path) -> None:
    (extracts / "other.npz").write_bytes(b"x")
    with pytest.raises(ExtractError, match=r"other\.npz"):
        read_bytes(extracts, "other.npz")


def test_the_shipped_extracts_are_whole_small_and_attributed() -> None:
    listed = provenance(EXTRACTS)["files"]
    assert sorted(listed) == sorted(NAMES)
    assert sum(len(read_bytes(EXTRACTS, name)) for name in NAMES) < 25e6
    owners = {entry["attribution"] for entry in listed.values()}
    assert owners == {"© OpenStreetMap contributors", "Eurostat SeaRoute", "Natural Earth"}
