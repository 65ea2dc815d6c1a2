"""Mistakes of the user: the exit code, the place, the mend, and all of them at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.process import SMALL, corridors, linked, replace, tree

WRONG = """\
id: wrong
title: Wrong
title: Wrong again
why: NO
extends: _base
accses: {}
costs: {value_of_time_usd_per_teu_h: much}
access:
  close:
    S_SUZ: NO
demands:
  - {id: a, origin: MOW, destination: THR, teu_per_yaer: 100}
"""
LOST = """\
id: lost
title: Lost
why: Three names that do not exist.
extends: _base
demands:
  - {id: a, origin: BAKK, destination: THR, teu_per_year: 100}
  - {id: b, origin: MOW, destination: PPTO, teu_per_year: 100}
access:
  close:
    S_BBA: why
  permits: [RZDD]
"""


@pytest.mark.parametrize(
    "arguments",
    [
        ("run", "baseline", "--nope"),
        ("run",),
        ("runn", "baseline"),
        ("export", "network", "--mode", "air", "--out", "x"),
        ("export", "network", "--format", "shp", "--out", "x"),
        (),
    ],
)
def test_a_wrong_command_line_is_2_and_shows_the_usage(
    arguments: tuple[str, ...], here: Path
) -> None:
    ended = corridors(*arguments, cwd=here)
    assert ended.code == 2, ended.said
    assert "Usage: corridors" in ended.err
    assert ended.out == ""


def test_all_mistakes_of_a_file_are_told_at_once_with_their_places(
    here: Path, real_folder: Path
) -> None:
    (here / "wrong.yaml").write_text(WRONG, encoding="utf-8")
    ended = corridors("run", "wrong.yaml", "--network", real_folder, cwd=here)
    assert ended.code == 3, ended.said
    for line in (
        "wrong.yaml:3:1  title  duplicate key",
        'wrong.yaml:4:6  why  NO is read as false; write "NO" in quotes',
        'wrong.yaml:6:1  accses  unknown key; did you mean "access"?',
        "wrong.yaml:7:9  costs.value_of_time_usd_per_teu_h ",
        'wrong.yaml:10:12  access.close.S_SUZ  NO is read as false; write "NO" in quotes',
    ):
        assert line in ended.err, ended.said
    assert 'teu_per_yaer  unknown key; did you mean "teu_per_year"?' in ended.err
    assert ended.out == ""
    assert tree(here) == ["small.yaml", "wrong.yaml"]


def test_unknown_names_are_told_at_once_with_the_nearest_ones(
    here: Path, real_folder: Path
) -> None:
    (here / "lost.yaml").write_text(LOST, encoding="utf-8")
    ended = corridors("run", "lost.yaml", "--network", real_folder, cwd=here)
    assert ended.code == 3, ended.said
    told = [line for line in ended.err.splitlines() if line.startswith("lost.yaml:")]
    assert len(told) == 4, ended.said
    assert told[0].startswith("lost.yaml:6:13  demands[0].origin  unknown terminal BAKK")
    assert '"BAK"' in told[0]
    assert "unknown terminal PPTO" in told[1]
    assert '"PPTI"' in told[1]
    assert told[2].startswith("lost.yaml:10:5  access.close.S_BBA  unknown place S_BBA")
    assert '"S_BAB"' in told[2]
    assert told[3].startswith("lost.yaml:11:13  access.permits[0]  unknown actor RZDD")
    assert '"RZD"' in told[3]


def test_text_that_is_no_yaml_is_told_with_its_place(here: Path, real_folder: Path) -> None:
    (here / "torn.yaml").write_text("id: torn\ndemands: [a, b\n", encoding="utf-8")
    ended = corridors("run", "torn.yaml", "--network", real_folder, cwd=here)
    assert ended.code == 3, ended.said
    assert "torn.yaml:3:1" in ended.err


def test_check_counts_a_wrong_scenario_as_an_error(here: Path, real_folder: Path) -> None:
    (here / "lost.yaml").write_text(LOST, encoding="utf-8")
    ended = corridors("check", "lost.yaml", "--network", real_folder, "--json", cwd=here)
    assert ended.code == 3, ended.said
    assert sum("lost.yaml:" in line for line in ended.json["errors"]) == 4


def test_no_open_route_for_any_demand_is_4_with_the_reasons(here: Path, real_folder: Path) -> None:
    places = ", ".join(f"'*/{mode}': a test" for mode in ("rail", "road", "sea", "ferry"))
    shut = f"{SMALL}access:\n  close: {{{places}}}\n"
    (here / "shut.yaml").write_text(shut, encoding="utf-8")
    ended = corridors("run", "shut.yaml", "--network", real_folder, "--out", "out", cwd=here)
    assert ended.code == 4, ended.said
    assert "moscow-tehran: no open route" in ended.out
    assert (here / "out" / "result.json").is_file()


def test_an_unknown_scenario_is_6_with_the_nearest_ids(here: Path, real_folder: Path) -> None:
    ended = corridors("run", "baselin", "--network", real_folder, cwd=here)
    assert ended.code == 6, ended.said
    assert 'did you mean "baseline"' in ended.err


@pytest.mark.parametrize(
    "arguments",
    [("run", "small.yaml"), ("check",), ("export", "network", "--out", "x.gpkg"),
     ("export", "map", "--out", "x.png")],
)  # fmt: skip
def test_a_missing_network_is_6_and_says_how_to_make_it(
    arguments: tuple[str, ...], here: Path
) -> None:
    ended = corridors(*arguments, "--network", "nowhere", cwd=here)
    assert ended.code == 6, ended.said
    assert "corridors build --out nowhere" in ended.err
    assert tree(here) == ["small.yaml"]


def _cut(content: bytes) -> bytes:
    return content[: len(content) // 2]


def _altered(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


DAMAGED = [
    ("graph_arcs.length_km.npy", _cut),
    ("graph_arcs.length_km.npy", _altered),
    ("links.length_km.npy", _cut),
    ("links.length_km.npy", _altered),
    ("meta.json", _cut),
    ("meta.json", _altered),
    ("manifest.json", _cut),
    ("manifest.json", lambda _: b""),
    ("manifest.json", lambda _: b"[]"),
]


@pytest.mark.parametrize(("name", "damage"), DAMAGED)
def test_a_damaged_snapshot_is_6_and_names_the_file(
    name: str, damage: object, here: Path, real_folder: Path
) -> None:
    assert callable(damage)
    network = linked(real_folder, here / "net")
    replace(network / name, damage((real_folder / name).read_bytes()))
    ended = corridors("run", "small.yaml", "--network", network, "--out", "out", cwd=here)
    assert ended.code == 6, ended.said
    assert name in ended.err
    assert not (here / "out").exists()


@pytest.mark.parametrize("name", ["chain.npy", "meta.json", "nodes.lon.npy"])
def test_a_lost_file_of_a_snapshot_is_6_and_named(name: str, here: Path, real_folder: Path) -> None:
    network = linked(real_folder, here / "net")
    (network / name).unlink()
    ended = corridors("run", "small.yaml", "--network", network, "--out", "out", cwd=here)
    assert ended.code == 6, ended.said
    assert name in ended.err


@pytest.mark.parametrize(
    ("name", "damage"),
    [("rail.npz", _cut), ("sea.npz", _altered), ("countries.npz", _cut), ("PROVENANCE.json", _cut)],
)
def test_a_damaged_extract_is_6_and_names_the_file(name: str, damage: object, here: Path) -> None:
    from geodata.sources.extracts import EXTRACTS

    assert callable(damage)
    extracts = linked(EXTRACTS, here / "extracts")
    replace(extracts / name, damage((EXTRACTS / name).read_bytes()))
    ended = corridors("build", "--extracts", extracts, "--out", "net", cwd=here)
    assert ended.code == 6, ended.said
    assert name in ended.err
    assert not (here / "net").exists()


def test_wrong_facts_are_3_with_their_places(here: Path) -> None:
    from geodata.build import FACTS

    facts = linked(FACTS, here / "facts")
    rows = (FACTS / "terminals.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    replace(facts / "terminals.csv", "".join([*rows, rows[1]]).encode())
    ended = corridors("build", "--facts", facts, "--out", "net", cwd=here)
    assert ended.code == 3, ended.said
    assert f"terminals.csv:{len(rows) + 1}:" in ended.err
    assert not (here / "net").exists()
