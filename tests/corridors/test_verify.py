"""A folder looked at again: nothing differs, or every difference is named."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from corridors.manifest import MANIFEST, asked, make_manifest, manifest_bytes
from corridors.run import run
from corridors.scenario.places import scenario_folder
from corridors.verify import NOTES, WORDS, verify
from geodata.build import build_snapshot
from geodata.folders import ASSUMPTIONS, FACTS, VARIABLE
from tests.oracles.tiny_world import write_world

if TYPE_CHECKING:
    from collections.abc import Callable

SCENARIO = """\
title: Tiny
why: A test.
as_of: 2026-11-22
extends: base.yaml
demands_file: demands.csv
"""
BASE = "costs: {value_of_time_usd_per_teu_h: 2.0, penalty_usd_per_teu: 50000}\n"
DEMANDS = "id,origin,destination,teu_per_year\nwe,W,E,100\n"


@pytest.fixture(scope="module")
def laid(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with a network, tables of its own and a finished run."""
    project = tmp_path_factory.mktemp("project")
    extracts, facts = write_world(project / "world")
    shutil.copytree(facts, project / "own" / FACTS)
    shutil.copytree(scenario_folder() / "data", project / "own" / ASSUMPTIONS)
    for name, text in (("tiny.yaml", SCENARIO), ("base.yaml", BASE), ("demands.csv", DEMANDS)):
        (project / name).write_text(text, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(project)
        patch.setenv(VARIABLE, "own")
        shutil.copytree(extracts, "own/extracts")
        own = Path("own")
        build_snapshot(Path("net"), extracts=own / "extracts", facts_folder=own / FACTS)
        with asked(["run", "tiny.yaml"]):
            run("tiny.yaml", network=Path("net"), out=Path("build/tiny"))
    return project


@pytest.fixture
def project(laid: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it in another place, to be spoilt."""
    copy = shutil.copytree(laid, tmp_path / "copy")
    monkeypatch.delenv(VARIABLE, raising=False)
    return copy


def kinds(folder: Path) -> list[tuple[str, str]]:
    return [(one.kind, one.subject) for one in verify(folder).differences]


def test_a_run_that_was_moved_with_its_project_is_the_same(project: Path) -> None:
    found = verify(project / "build" / "tiny")
    assert found.differences == ()
    assert (found.what, found.command) == ("run", "corridors run tiny.yaml")
    assert found.is_same(strict=True)
    assert found.inputs > 10
    listed = json.loads((project / "build" / "tiny" / MANIFEST).read_bytes())
    assert found.files == len(listed["hashed"]["outputs"])
    places = listed["origin"]["inputs"]
    assert set(places["scenario"]) == {"tiny.yaml", "base.yaml", "demands.csv"}
    assert set(places["scenarios/data/rates.csv"]) == {"own/assumptions/rates.csv"}


def altered(project: Path) -> None:
    (project / "build/tiny/result.json").write_text("{}", encoding="utf-8")


def missing(project: Path) -> None:
    (project / "build/tiny/legs.geojson").unlink()


def extra(project: Path) -> None:
    (project / "build/tiny/notes").mkdir()
    (project / "build/tiny/notes/mine.txt").write_text("mine", encoding="utf-8")
    (project / "build/tiny/.d").write_text("Make's own", encoding="utf-8")


def edited(project: Path) -> None:
    path = project / "build/tiny/manifest.json"
    path.write_text(path.read_text(encoding="utf-8").replace('"seed": ', '"seed": 1'), "utf-8")


def no_manifest(project: Path) -> None:
    (project / "build/tiny/manifest.json").write_text("[]", encoding="utf-8")


def other_base(project: Path) -> None:
    (project / "base.yaml").write_text(BASE.replace("2.0", "3.0"), encoding="utf-8")


def other_demands(project: Path) -> None:
    (project / "demands.csv").write_text(DEMANDS.replace("100", "101"), encoding="utf-8")


def other_rates(project: Path) -> None:
    with (project / "own/assumptions/rates.csv").open("a", encoding="utf-8") as file:
        file.write("\n")


def no_scenario(project: Path) -> None:
    (project / "tiny.yaml").unlink()


def other_network(project: Path) -> None:
    path = project / "net/manifest.json"
    found = json.loads(path.read_bytes())
    found["files"]["chain.npy"]["bytes"] += 1
    from geodata.snapshot import _identity

    path.write_text(json.dumps(found | {"snapshot": _identity(found["files"])}), "utf-8")


def broken_network(project: Path) -> None:
    (project / "net/manifest.json").write_text("{", encoding="utf-8")


@pytest.mark.parametrize(
    ("spoil", "found"),
    [
        (altered, [("altered", "result.json")]),
        (missing, [("missing", "legs.geojson")]),
        (extra, [("extra", "notes/mine.txt")]),
        (edited, [("manifest", "manifest.json")]),
        (no_manifest, [("manifest", "manifest.json")]),
        (other_base, [("changed", "scenario")]),
        (other_demands, [("changed", "scenario")]),
        (other_rates, [("changed", "scenarios/data/rates.csv")]),
        (no_scenario, [("gone", "scenario")]),
        (other_network, [("changed", "network")]),
        (broken_network, [("gone", "network")]),
    ],
)
def test_each_difference_is_found_and_named(
    spoil: Callable[[Path], None], found: list[tuple[str, str]], project: Path
) -> None:
    spoil(project)
    assert kinds(project / "build" / "tiny") == found
    assert not verify(project / "build" / "tiny").is_same()
    assert all(kind in WORDS for kind, _ in found)


def test_all_differences_are_told_at_once(project: Path) -> None:
    for spoil in (altered, missing, extra, other_base, no_scenario):
        spoil(project)
    assert [kind for kind, _ in kinds(project / "build" / "tiny")] == [
        "missing", "altered", "extra", "changed", "gone",
    ]  # fmt: skip


def test_other_versions_are_told_and_count_only_if_strict(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "corridors.verify.package_versions", lambda names: dict.fromkeys(names, "9")
    )
    monkeypatch.setattr("corridors.verify.code_sha256", lambda: "0" * 64)
    found = verify(project / "build" / "tiny")
    assert {one.kind for one in found.differences} == {"version"}
    assert {"numpy", "corridors"} <= {one.subject for one in found.differences}
    assert found.is_same()
    assert not found.is_same(strict=True)
    assert set(NOTES) <= set(WORDS)


def test_what_came_as_text_or_without_a_place_cannot_be_looked_at_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    manifest = make_manifest(
        inputs={"network": "0" * 64, "text": b"a scenario"}, outputs={}, seed=0, solver={},
        parameters={}, wall_times_s={},
    )  # fmt: skip
    (tmp_path / MANIFEST).write_bytes(manifest_bytes(manifest))
    assert kinds(tmp_path) == [("unchecked", "network"), ("unchecked", "text")]
    assert verify(tmp_path).is_same()


@pytest.mark.parametrize("origin", [None, [], {"inputs": []}, {"inputs": {"network": 3}}])
def test_an_origin_of_another_form_tells_nothing(origin: object, project: Path) -> None:
    path = project / "build" / "tiny" / MANIFEST
    path.write_text(json.dumps(json.loads(path.read_bytes()) | {"origin": origin}), "utf-8")
    found = verify(project / "build" / "tiny")
    assert found.command == ""
    unknown = {one.subject for one in found.differences if one.kind == "unchecked"}
    assert unknown == {"network", "scenario"}


def test_a_network_is_verified_with_the_tables_it_was_built_from(project: Path) -> None:
    found = verify(project / "net")
    assert (found.what, found.differences) == ("network", ())
    assert found.inputs > 10
    (project / "net" / "chain.npy").write_bytes(b"")
    with (project / "own" / FACTS / "straits.csv").open("a", encoding="utf-8") as file:
        file.write("\n")
    seen = {(one.kind, one.subject) for one in verify(project / "net").differences}
    assert {("altered", "chain.npy"), ("changed", "facts/straits.csv")} <= seen
    (project / "net" / MANIFEST).write_text('{"snapshot": 1}', encoding="utf-8")
    assert kinds(project / "net") == [("manifest", MANIFEST)]
