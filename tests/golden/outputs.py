"""What every output looks like on a tiny world: its fields in order, and the routes found.

Only what is the same on every machine is kept: no bytes of Parquet, no versions, no times.
"""

from __future__ import annotations

import json
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any

import orjson

from tests.cli.process import Ended, corridors
from tests.oracles.tiny_world import write_world

GOLDEN = Path(__file__).with_name("outputs.json")
SCENARIO = """\
id: tiny
title: Tiny
why: A golden file needs a world that does not change.
as_of: 2026-11-22
access:
  permits: ["!UZ"]
  own:
    NOT-IR: {by: UZ, effect: deny, on_kind: territory, on: UZ, cargo: owner=IR, title: made}
    SIXTY: {by: UZ, effect: cap, value: 60, unit: TEU/yr, on_kind: asset, on: X_KZUZ, title: made}
capacity: {level: likely}
costs:
  value_of_time_usd_per_teu_h: 2.5
  penalty_usd_per_teu: 50000
  overrides:
    - {component: linehaul, mode: rail, value: 0.25, unit: USD/TEU-km, source: made}
    - {component: linehaul, mode: road, value: 0.75, unit: USD/TEU-km, source: made}
    - {component: speed, mode: rail, value: 25, unit: km/h, source: made}
    - {component: speed, mode: road, value: 50, unit: km/h, source: made}
demands:
  - {id: rail-or-road, origin: W, destination: E, teu_per_year: 100}
  - {id: by-ship, origin: PW, destination: PE, teu_per_year: 50}
  - {id: refused, origin: W, destination: E, teu_per_year: 5, owner: IR}
  - {id: apart, origin: LONE, destination: E, teu_per_year: 10}
"""
#: What the world is compared with: its one crossing by rail is shut, and more is to go by ship.
SHUT = """\
id: shut
title: The railway shut
why: A golden file needs something that changes.
extends: tiny
access: {close: {X_KZUZ: made}}
demands:
  - {id: rail-or-road, origin: W, destination: E, teu_per_year: 100}
  - {id: by-ship, origin: PW, destination: PE, teu_per_year: 80}
  - {id: refused, origin: W, destination: E, teu_per_year: 5, owner: IR}
"""
#: Of a route and a leg: what does not depend on the rates of the day.
ROUTE = ("route_id", "objective", "corridor", "modes", "countries", "distance_km", "borders")
LEG = ("leg_id", "kind", "from_id", "to_id", "mode", "country", "gauge_mm", "distance_km")


def golden_text() -> str:
    """Build and run the tiny world and return the golden file."""
    with tempfile.TemporaryDirectory() as folder:
        return json.dumps(_golden(Path(folder)), indent=1, ensure_ascii=False) + "\n"


def _golden(here: Path) -> dict[str, Any]:
    extracts, facts = write_world(here / "world")
    (here / "tiny.yaml").write_text(SCENARIO, encoding="utf-8")
    build = _done(here, "build", "--extracts", extracts, "--facts", facts, "--out", "net", "--json")
    _done(here, "run", "tiny.yaml", "--network", "net", "--out", "out", "-q")
    _done(here, "export", "network", "--network", "net", "--out", "net.gpkg")
    (here / "shut.yaml").write_text(SHUT, encoding="utf-8")
    _done(here, "compare", "tiny.yaml", "shut.yaml", "--network", "net", "--out", "changes")
    out = here / "out"
    files = {path.name: path for path in sorted(out.iterdir())}
    result = orjson.loads(files["result.json"].read_bytes())
    return {
        "network": build.json["counts"],
        "fields": {name: fields(path) for name, path in files.items() if path.suffix != ".parquet"},
        "certificate": _names(next(d["certificate"] for d in result["demands"] if d["closures"])),
        "layers": _layers(here / "net.gpkg"),
        "demands": {demand["id"]: demand["reason"] or "ok" for demand in result["demands"]},
        "routes": _rows(files["routes.geojson"], ROUTE),
        "legs": _rows(files["legs.geojson"], LEG),
        "comparison": _comparison(here / "changes"),
    }


def _comparison(folder: Path) -> dict[str, Any]:
    """Return what does not hang on rates: fields, who gains and who loses, and the accounts."""
    found = orjson.loads((folder / "compare.json").read_bytes())
    (pair,) = found["comparisons"]
    gains = [" | ".join(str(cell) for cell in one.values()) for one in pair["gains"]
             if one["measure"] != "value"]  # fmt: skip
    balances = [" | ".join(str(cell) for cell in one.values()) for one in pair["balances"]
                if one["measure"] != "value"]  # fmt: skip
    heads = [line for line in (folder / "compare.md").read_text(encoding="utf-8").splitlines()
             if line.startswith(("#", "| state", "| operator", "| a year"))]  # fmt: skip
    return {
        "files": sorted(path.name for path in folder.iterdir()),
        "fields": {
            name: fields(folder / name)
            for name in ("compare.json", "compare.csv", "compare.geojson", "gains.csv")
        },
        "gains": gains,
        "balances": balances,
        "page": heads,
    }


def _done(here: Path, *arguments: str | Path) -> Ended:
    ended = corridors(*arguments, cwd=here)
    assert ended.code == 0, ended.said
    return ended


def fields(path: Path) -> Any:
    """Return the names in a file, in order: of its columns, its properties or its members."""
    if path.suffix == ".csv":
        return path.read_text(encoding="utf-8").partition("\n")[0].split(",")
    data = orjson.loads(path.read_bytes())
    if path.suffix != ".geojson":
        return _names(data)
    first = data["features"][0]
    return {"file": list(data), "feature": list(first), "properties": list(first["properties"])}


def _names(data: Any) -> Any:
    """Return the keys of an object and of the first object in each list within."""
    if not isinstance(data, dict):
        return None
    return {
        key: _names(value[0] if isinstance(value, list) and value else value)
        for key, value in data.items()
        if key not in {"inputs", "outputs", "packages"}
    }


def _layers(path: Path) -> dict[str, list[str]]:
    """Return the columns of each layer of a GeoPackage."""
    with closing(sqlite3.connect(path)) as database:
        names = [row[0] for row in database.execute(
            "SELECT table_name FROM gpkg_contents WHERE data_type = 'features' ORDER BY 1"
        )]  # fmt: skip
        return {
            name: [row[1] for row in database.execute("SELECT * FROM pragma_table_info(?)", [name])]
            for name in names
        }


def _rows(path: Path, names: tuple[str, ...]) -> list[str]:
    """Return some properties of each feature, a line each."""
    features = orjson.loads(path.read_bytes())["features"]
    return [" | ".join(str(f["properties"][name]) for name in names) for f in features]
