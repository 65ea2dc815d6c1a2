"""Any value anywhere in a scenario is read or told with its place; nothing else happens."""

from __future__ import annotations

from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from corridors.errors import Finding, ScenarioError
from corridors.scenario.compile import law_of
from corridors.scenario.levies import Units
from corridors.scenario.load import Loaded, load_scenario
from tests.oracles.small_names import small_names

NAMES = small_names(
    rules=[{"id": "R1", "by": "AZ", "effect": "deny", "on": "R18", "cargo": "list=eu_listed"}],
    control=[{"id": "K_R18", "on": "R18", "actor": "RU", "regime": "r18:shared"}],
)
WHOLE = {
    "schema_version": 1, "id": "x", "title": "t", "why": "w", "uncertain": ["u"], "claims": [1],
    "as_of": "2026-11-22", "network": {"built": ["R18"], "all_planned": False},
    "cargo": {"owner": "RU", "flag": ["KZ", "UZ"]},
    "access": {
        "regimes": {"r18": "shared"}, "events": {"E1": True}, "rules": {"R1": False},
        "own": {"MINE": {"by": "GE", "effect": "charge", "value": 5.0, "unit": "USD/TEU",
                         "on_kind": "asset", "on": "R18", "mode": ["rail"], "cargo": "owner=RU",
                         "condition": "E1 and not R1"}},
        "permits": ["GE"], "refuses": "!@PACT", "close": {"KZ-UZ/rail": "why"},
        "open": {"R18": "why"},
    },
    "demands": [
        {"id": "a", "origin": "MOW", "destination": "PNSA", "teu_per_year": 5, "list": "eu_listed"},
        {"id": "b", "origin": "PNSA", "destination": "MOW", "teu_per_year": 5},
    ],
    "costs": {"value_of_time_usd_per_teu_h": 2.0, "penalty_usd_per_teu": 5e4,
              "units": {"teu_per_truck": 1.0}},
    "alternatives": {"families": ["TITR"], "max_detour": 2.0}, "seed": 1,
}  # fmt: skip
ODD: st.SearchStrategy[Any] = st.sampled_from(
    [None, True, 0, -1, 5, 1e400, "", "x", "*", "!", "@", "/", "R18//", "AM-", "a b", "E1", "R1",
     "MINE", "2026-13-01", "no", "=", "not", "(", "owner=", "EU/", [], [None], [5], ["x", "x"],
     [[]], {}, {"x": None}, {"": ""}, {"x": {}}, {"by": "GE"}, {"R18": "shared"}]
)  # fmt: skip


def paths(value: Any, above: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the paths of all values below a value."""
    items: list[tuple[Any, Any]] = list(enumerate(value)) if isinstance(value, list) else []
    items += value.items() if isinstance(value, dict) else []
    return [path for key, one in items for path in ((*above, key), *paths(one, (*above, key)))]


def changed(value: Any, path: tuple[Any, ...], odd: Any, *, renamed: bool) -> Any:
    """Return a copy with another value, or another key, at a path."""
    if not path:
        return value if renamed else odd
    key, rest = path[0], path[1:]
    if isinstance(value, list):
        return [changed(one, rest, odd, renamed=renamed) if at == key else one
                for at, one in enumerate(value)]  # fmt: skip
    name = str(odd) if renamed and not rest else key
    return {name if old == key else old:
            changed(one, rest, odd, renamed=renamed) if old == key else one
            for old, one in value.items()}  # fmt: skip


def load(data: Any) -> Loaded:
    text = yaml.safe_dump(data, sort_keys=False)
    return load_scenario("-", stdin=text, names=NAMES)


def test_the_scenario_that_is_changed_is_right() -> None:
    assert load(WHOLE).scenario.id == "x"


@settings(max_examples=10 * settings().max_examples)
@given(st.data())
def test_any_value_is_read_or_told_with_its_place(data: st.DataObject) -> None:
    changes = data.draw(st.integers(1, 3))
    mine: Any = WHOLE
    for _ in range(changes):
        path = data.draw(st.sampled_from(paths(mine)))
        mine = changed(mine, path, data.draw(ODD), renamed=data.draw(st.booleans()))
    found = findings(mine)
    assert all(one.file == "<stdin>" and one.message for one in found)
    assert all(one.line >= 1 and one.column >= 1 for one in found)


def findings(data: Any) -> tuple[Finding, ...]:
    """Return what is wrong with a scenario; what is right has a law."""
    try:
        scenario = load(data).scenario
    except ScenarioError as error:
        return error.findings or (Finding("", 0, 0, "", ""),)
    Units(**scenario.costs.units)
    assert law_of(scenario, NAMES.register, NAMES.known).day == scenario.as_of
    return ()
