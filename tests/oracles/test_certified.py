"""The certifier of exported routes catches what slips through."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson
import pytest

from corridors.model.scenario import AccessEntry
from corridors.report.run_files import run_files
from corridors.run import solve
from corridors.scenario.compile import ClassView
from corridors.scenario.load import load_scenario
from corridors.scenario.register import load_register
from tests.oracles.certify import Certifier, read_routes, told
from tests.oracles.certify_shapes import points_of, read_atlas

if TYPE_CHECKING:
    from corridors.model.scenario import Scenario
    from tests.conftest import Real

pytestmark = pytest.mark.slow

ATLAS = read_atlas()
REGISTER = load_register()


class Exported(NamedTuple):
    """Two files of a run."""

    routes: bytes
    legs: bytes


def exported(real: Real, scenario: Scenario) -> Exported:
    answer = solve(scenario, real.snapshot, real.network.links.length_km, REGISTER)
    files = run_files(
        answer.result, answer.chokepoints, scenario, real.network, real.snapshot.graph
    )
    return Exported(files["routes.geojson"], files["legs.geojson"])


@pytest.fixture(scope="module")
def baseline() -> Scenario:
    return load_scenario("baseline").scenario


@pytest.fixture(scope="module")
def files(real: Real, baseline: Scenario) -> Exported:
    return exported(real, baseline)


def test_a_route_is_drawn_over_the_points_of_its_legs(files: Exported) -> None:
    read = read_routes(files.legs, ATLAS)
    assert sum(map(len, read.values())) == len(orjson.loads(files.legs)["features"])
    routes = orjson.loads(files.routes)["features"]
    assert [route["id"] for route in routes] == list(read)
    for route in routes:
        drawn = {point for leg in read[route["id"]] for point in map(tuple, leg["shape"].points)}
        assert set(map(tuple, points_of(route["geometry"]))) <= drawn


def test_a_compiler_that_lets_all_pass_is_caught(
    real: Real, baseline: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    def all_open(view: ClassView, _row: int) -> Any:
        return view.compiled.closures.open | True

    monkeypatch.setattr(ClassView, "_open", all_open)
    found = Certifier(ATLAS, baseline).certify(exported(real, baseline).legs)
    kinds = Counter(
        kind for one in found for kind in ("not built", " by B", "scenario closes")
        if kind in one.what
    )  # fmt: skip
    assert len(kinds) == 3, kinds
    assert len({one.route_id for one in found}) > len(baseline.demands) / 2


@pytest.mark.parametrize(
    "place",
    ["X_BK_RL", "GE", "AM-IR", "RU-KZ/rail", "S_BOS", "S_SUZ", "PPTI", "V03", "*/ferry"],
)
def test_every_route_through_a_place_closed_afterwards_is_caught(
    files: Exported, baseline: Scenario, place: str
) -> None:
    name, _, mode = place.partition("/")
    close = (*baseline.access.close, AccessEntry(name, mode))
    shut = replace(baseline, access=replace(baseline.access, close=close))
    found = Certifier(ATLAS, shut).certify(files.legs)
    assert found
    assert all(f"scenario closes {place}" in one.what for one in found), told(found)
    assert mode or passing(files, name) <= {one.route_id for one in found}


def passing(files: Exported, name: str) -> set[str]:
    """Return the routes whose stops name a place or lie in it."""
    return {
        route_id
        for route_id, run in read_routes(files.legs, ATLAS).items()
        if any(
            name in (leg["from_id"], leg["country"]) for leg in run if leg["kind"] != "line"
        )
    }  # fmt: skip
