"""`corridors explain` on the terminal: what it prints, how it ends, what programs get."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
import yaml

from tests.cli.process import corridors, linked, replace

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Run
    from tests.cli.process import Ended

#: Addresses are never broken, so their lines may be longer.
WIDTH = 100


def check_page(ended: Ended) -> None:
    """Assert that a page ended well and reads well in a pipe."""
    assert ended.code == 0, ended.said
    assert ended.err == ""
    for line in ended.out.splitlines():
        assert line == line.rstrip(), repr(line)
        assert "\x1b" not in line
        assert len(line) <= WIDTH or "http" in line, line


@pytest.mark.parametrize(
    "arguments",
    [
        ("S_HRM", "--as-of", "2024-11-18"),
        ("AM-TR", "--cargo", "origin=TR destination=AM owner=@EU"),
        ("INSTC-W", "--scenario", "zangezur_tripp"),
    ],
)
def test_access_is_told_in_a_page(arguments: tuple[str, ...], here: Path) -> None:
    ended = corridors("explain", "access", *arguments, cwd=here)
    check_page(ended)
    assert ended.out.startswith(arguments[0])
    for part in ("Passage of", "Who controls it", "Who has which power", "In force", "Sources"):
        assert f"\n{part}" in ended.out, part


def test_the_regimes_of_a_link_are_told(here: Path) -> None:
    ended = corridors("explain", "access", "R18", cwd=here)
    check_page(ended)
    assert "\nAlternative meghri:armenia-only" in ended.out
    assert re.search(r"\nAlternative meghri:[\w-]+ \(chosen\)\n", ended.out)
    assert "\nNot in force\n" in ended.out


def test_access_for_programs_is_one_object(here: Path) -> None:
    ended = corridors("explain", "access", "X_DGK_RL", "--as-of", "2026-11-22", "--json", cwd=here)
    assert ended.code == 0, ended.said
    data = ended.json
    assert (data["schema_version"], data["as_of"]) == (1, "2026-11-22")
    assert data["subject"]["id"] == "X_DGK_RL"
    rule = next(row for row in data["rules"] if row["id"] == "B001")
    assert rule["in_force"] is True
    assert rule["evidence"]["sources"]
    urls = {row["id"]: row["url"] for row in data["sources"]}
    assert set(rule["evidence"]["sources"]) <= urls.keys()


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("access", "X_LARS_RT"), 3, 'did you mean "X_LARS_RD"'),
        (("access", "AM", "--as-of", "yesterday"), 3, "write it as 2026-11-22"),
        (("access",), 2, "Usage: corridors explain access"),
        (("scenario", "baselin"), 6, '"baseline"'),
        (("route", "a.1", "--run", "nowhere"), 6, "run the scenario again"),
        (("register", "--docs", "nowhere.md"), 6, "nowhere.md"),
    ],
)
def test_mistakes_end_with_their_code_and_a_mend(
    arguments: tuple[str, ...], code: int, said: str, here: Path
) -> None:
    ended = corridors("explain", *arguments, cwd=here)
    assert ended.code == code, ended.said
    assert said in ended.err
    assert ended.out == ""


def test_a_scenario_is_printed_as_yaml_that_reads_back(here: Path) -> None:
    ended = corridors("explain", "scenario", "small.yaml", "--set", "seed=3", cwd=here)
    assert ended.code == 0, ended.said
    data = yaml.safe_load(ended.out)
    assert (data["id"], data["seed"]) == ("small", 3)
    assert re.search(r"\ntitle: One demand +# small\.yaml:2\n", ended.out)
    assert re.search(r"\nseed: 3 +# --set:1\n", ended.out)
    assert "# extends: small.yaml <- " in ended.out
    lines = [line for line in ended.out.splitlines() if line.startswith(("id:", "title:", "why:"))]
    assert len({line.rindex("#") for line in lines}) == 1, "origins stand below each other"


def test_a_scenario_comes_from_standard_input_too(here: Path) -> None:
    text = (here / "small.yaml").read_text(encoding="utf-8")
    ended = corridors("explain", "scenario", "-", "--json", cwd=here, stdin=text)
    assert ended.code == 0, ended.said
    rows = {row["path"]: row for row in ended.json["values"]}
    assert rows["title"]["origin"] == {"file": "<stdin>", "line": 2, "column": 1}


def explain_route(run: Run, network: Path, route: str, *more: str) -> Ended:
    folder = run.folder
    return corridors("explain", "route", route, "--run", folder, "--network", network, *more,
                     cwd=folder.parent)  # fmt: skip


def test_a_route_is_told_leg_by_leg(baseline: Run, real_folder: Path) -> None:
    ended = explain_route(baseline, real_folder, "yerevan-mersin.1")
    check_page(ended)
    for part in ("Legs", "Rules met", "Runner-up", "Single refusals", "Sources"):
        assert f"\n{part}" in ended.out, part
    assert "B001" in ended.out.partition("Best way if every refusal were lifted")[2]


def test_a_route_for_programs_agrees_with_the_run(baseline: Run, real_folder: Path) -> None:
    ended = explain_route(baseline, real_folder, "moscow-mumbai.2", "--json")
    assert ended.code == 0, ended.said
    data = ended.json
    result = json.loads((baseline.folder / "result.json").read_bytes())
    demand = next(one for one in result["demands"] if one["id"] == "moscow-mumbai")
    ran, after = demand["routes"][1:3]
    for name in ("cost_usd_per_teu", "time_h", "distance_km"):
        assert data["route"][name] == pytest.approx(ran[name], abs=0.01)
        assert sum(leg[name] for leg in data["legs"]) == pytest.approx(ran[name], abs=0.01)
    assert data["second"]["route_id"] == after["route_id"] == "moscow-mumbai.3"
    more = after["cost_usd_per_teu"] - ran["cost_usd_per_teu"]
    assert data["second"]["more_cost_usd_per_teu"] == pytest.approx(more, abs=0.02)
    met = {rule for leg in data["legs"] for rule in leg["rule_ids"]}
    assert met == {row["id"] for row in data["rules"]}


def test_legs_are_those_of_the_run_s_files(baseline: Run, real_folder: Path) -> None:
    data = explain_route(baseline, real_folder, "tehran-istanbul.1", "--json").json
    legs = json.loads((baseline.folder / "legs.geojson").read_bytes())["features"]
    ran = [leg["properties"] for leg in legs
           if leg["properties"]["route_id"] == "tehran-istanbul.1"]  # fmt: skip
    assert [leg["leg_id"] for leg in data["legs"]] == [leg["leg_id"] for leg in ran]
    for told, leg in zip(data["legs"], ran, strict=True):
        assert ";".join(told["rule_ids"]) == leg["rule_ids"]
        assert told["cost_usd_per_teu"] == pytest.approx(leg["cost_usd_per_teu"], abs=0.01)


def test_the_best_lifted_way_saves_and_names_what_shuts_it(
    baseline: Run, real_folder: Path
) -> None:
    data = explain_route(baseline, real_folder, "yerevan-mersin", "--json").json
    assert data["route"]["route_id"] == "yerevan-mersin.1"
    first = data["shut"][0]
    assert first["lifting"] == "refusals"
    assert "B001" in {one["id"] for one in first["shutters"]}
    assert first["saves_generalised_usd_per_teu"] > 0
    for way in data["alone"]:
        assert len(way["shutters"]) == 1
        assert way["saves_generalised_usd_per_teu"] <= first["saves_generalised_usd_per_teu"] + 0.01


def test_a_demand_without_a_route_is_told_what_shuts_it(half: Run, real_folder: Path) -> None:
    ended = explain_route(half, real_folder, "baku-nakhchivan")
    check_page(ended)
    assert ended.out.startswith("baku-nakhchivan: no open route")
    assert "NAX closed by the scenario" in ended.out


def test_an_unknown_route_offers_those_of_the_run(baseline: Run, real_folder: Path) -> None:
    ended = explain_route(baseline, real_folder, "moscow-mumbay.1")
    assert ended.code == 3, ended.said
    assert '"moscow-mumbai.1"' in ended.err


def test_a_run_that_was_changed_is_refused(
    baseline: Run, real_folder: Path, tmp_path: Path
) -> None:
    copy = linked(baseline.folder, tmp_path / "copy")
    replace(copy / "result.json", (copy / "result.json").read_bytes() + b" ")
    ended = corridors(
        "explain", "route", "moscow-mumbai.1", "--run", copy, "--network", real_folder,
        cwd=tmp_path,
    )  # fmt: skip
    assert ended.code == 6, ended.said
    assert "result.json" in ended.err


def test_a_run_of_another_scenario_is_refused(half: Run, real_folder: Path) -> None:
    path = half.folder.parent / "half.yaml"
    kept = path.read_text(encoding="utf-8")
    path.write_text(kept.replace("teu_per_year: 100", "teu_per_year: 101"), encoding="utf-8")
    try:
        ended = explain_route(half, real_folder, "moscow-tehran.1")
    finally:
        path.write_text(kept, encoding="utf-8")
    assert ended.code == 6, ended.said
    assert "scenario  is not what it was" in ended.err
    again = explain_route(half, real_folder, "moscow-tehran.1", "--scenario", "half.yaml")
    assert again.code == 0, again.said


def test_a_run_whose_scenario_is_not_found_asks_for_its_file(
    half: Run, real_folder: Path, tmp_path: Path
) -> None:
    arguments = ("explain", "route", "moscow-tehran.1", "--run", half.folder)
    ended = corridors(*arguments, "--network", real_folder, cwd=tmp_path)
    assert ended.code == 6, ended.said
    assert "name its file" in ended.err
    file = half.folder.parent / "half.yaml"
    again = corridors(*arguments, "--network", real_folder, "--scenario", file, cwd=tmp_path)
    assert again.code == 0, again.said


def test_the_register_is_counted(here: Path) -> None:
    ended = corridors("explain", "register", cwd=here)
    assert ended.code == 0, ended.said
    assert "### Rules in force" in ended.out
    data = corridors("explain", "register", "--json", cwd=here).json
    assert data["counts"]["rules"]["rows"] > 300


def test_the_schema_is_json_with_or_without_asking(here: Path) -> None:
    plain, asked = corridors("schema", cwd=here), corridors("schema", "--json", cwd=here)
    assert asked.code == 0, asked.said
    assert plain.json == asked.json
