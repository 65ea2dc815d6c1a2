"""Small folders of results, drawn by hand: two demands with routes and one without."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

from corridors.metrics.actors import ACTOR_FIELDS, LEVERAGE_FIELDS
from corridors.metrics.assets import DENIAL_FIELDS
from corridors.metrics.links import LINK_FIELDS
from corridors.report.bottlenecks import BOTTLENECK_FIELDS
from corridors.report.explained_choices import FIELDS as CHOICE_FIELDS
from corridors.report.material import Folder

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

#: Names that would break a page that took them for markup, and one written from right to left.
SCRIPT, QUOTES, ARABIC = "<script>alert(1)</script>", '"it\'s" & more', "بندر عباس"
#: Legs of every route: kind, from, to, mode, country, km, hours, USD per TEU.
LEGS = (
    ("access", "W", "W", "rail", "KZ", 0.0, 12.0, 60.0),
    ("line", "W", "X_KZUZ", "rail", "KZ", 500.0, 20.0, 125.0),
    ("border", "X_KZUZ", "X_KZUZ", "rail", "UZ", 0.0, 6.0, 80.0),
    ("gauge_change", "X_KZUZ", "X_KZUZ", "rail", "UZ", 0.0, 8.0, 40.0),
    ("line", "X_KZUZ", "PE", "rail", "UZ", 400.0, 16.0, 100.0),
    ("transfer", "PE", "PE", "sea", "UZ", 0.0, 48.0, 150.0),
)
#: USD and hours per TEU that they add up to.
DEAR, LONG = 555.0, 110.0
#: Scales of hours and USD of the routes by demand: of the best and of another corridor.
ROUTES = {
    "west-east": (("", 1.0, 1.0, 900.0), (f"EW;{SCRIPT}", 1.2, 0.9, 100.0)),
    "port-port": ((QUOTES, 2.0, 2.0, 50.0),),
}


def run_folder(
    path: Path, *, scenario: str = "left", title: str = "Left", by: float = 1.0,
    without: Sequence[str] = (),
) -> Folder:  # fmt: skip
    """Write a run whose USD are `by` times those drawn; demands `without` have no route."""
    path.mkdir()
    routes = {name: () if name in without else some for name, some in ROUTES.items()}
    demands = [_demand(name, some, by) for name, some in routes.items()]
    demands.append(_shut())
    told = [one for row in demands for one in row["routes"]]
    cost = sum(one["teu_per_year"] * (one["cost_usd_per_teu"] + 2 * one["time_h"]) for one in told)
    unserved = sum(row["unserved_teu_per_year"] for row in demands)
    metrics = {
        "generalised_cost": cost, "unserved_penalty": 1e5 * unserved, "unserved": unserved,
        "demand": sum(row["teu_per_year"] for row in demands),
    }  # fmt: skip
    result = {
        "schema_version": 1,
        "scenario": {"id": scenario, "title": title, "as_of": "2026-11-22"},
        "network": "drawn", "status": "optimal", "warnings": [], "demands": demands,
        "metrics": [*(_metric(name, value) for name, value in metrics.items()), *_shares(told)],
        "flow": {"cost_usd_per_year": cost, "unserved_penalty_usd_per_year": 1e5 * unserved},
        "bottlenecks": [],
    }  # fmt: skip
    _write_json(path / "result.json", result)
    _geojson(path / "routes.geojson", (
        {"route_id": one["route_id"], "demand_id": row["id"], "origin": row["id"].split("-")[0],
         "destination": row["id"].split("-")[1]}
        for row in demands for one in row["routes"]
    ))  # fmt: skip
    legs = [leg for name, some in routes.items() for at, one in enumerate(some, start=1)
            for leg in _legs(f"{name}.{at}", one, by)]  # fmt: skip
    _geojson(path / "legs.geojson", legs)
    _csv(path / "lines.csv", (
        {"route_id": leg["route_id"], "leg_id": leg["leg_id"],
         "component": {"line": "linehaul", "border": "border_fee"}.get(leg["kind"], leg["kind"]),
         "usd": leg["cost_usd_per_teu"], "h": leg["time_h"], "quality": "assumed",
         "basis": "rates.csv:2"}
        for leg in legs
    ), ("route_id", "leg_id", "component", "usd", "h", "quality", "basis"))  # fmt: skip
    _places(path)
    _csv(path / "bottlenecks.csv", [_bottleneck()], BOTTLENECK_FIELDS)
    return Folder(path, "run")


def with_fronts(folder: Folder) -> Folder:
    """Add the front of a demand: four ways, one of them best for no value of time."""
    rows = [
        _front(1, 1000.0, 200.0, "yes", ("0.0", "5.0")),
        _front(2, 1500.0, 100.0, "yes", ("5.0", "50.0")),
        _front(3, 1900.0, 95.0, "no", ("", "")),
        _front(4, 2000.0, 90.0, "yes", ("50.0", "")),
    ]
    _csv(folder.path / "fronts.csv", rows, CHOICE_FIELDS)
    return folder


def with_sensitivity(folder: Folder) -> Folder:
    """Add what two inputs make of the yearly cost, one of which turns the best of a demand."""

    def row(name: str, kind: str, of: str, low: float, high: float, *routes: str) -> dict[str, Any]:
        before, at_low, at_high = routes or ("", "", "")
        return {
            "input": name, "row": "rates.csv:2", "quality": "assumed", "unit": "USD/TEU-km",
            "low": 0.1, "value": 0.2, "high": 0.4, "subject_kind": kind, "subject": of,
            "measure": "", "base": 1e6, "at_low": low, "at_high": high, "route": before,
            "route_at_low": at_low, "route_at_high": at_high,
        }  # fmt: skip

    rows = [
        row(f"linehaul rail {SCRIPT} cost", "scenario", "all", 0.9e6, 1.4e6),
        row("speed_of X_KZUZ time", "scenario", "all", 1.01e6, 0.99e6),
        row(f"linehaul rail {SCRIPT} cost", "demand", "west-east", 400.0, 700.0,
            "west-east.1", "west-east.1", "west-east.2"),
    ]  # fmt: skip
    _csv(folder.path / "sensitivity.csv", rows)
    return folder


def control_folder(path: Path) -> Folder:
    """Write a control run with two players and an actor beside."""
    path.mkdir()
    _write_json(path / "result.json", {"schema_version": 1, "scenario": "left",
                                       "assumptions": {"tolerance": 0.25}})  # fmt: skip
    rows = [_actor("KZ", SCRIPT, 3e6, player=True), _actor("UZ", ARABIC, 1e6, player=True),
            _actor("XX", QUOTES, None, player=False)]  # fmt: skip
    _csv(path / "actors.csv", rows, ACTOR_FIELDS)
    _csv(path / "leverage.csv", [
        dict.fromkeys(LEVERAGE_FIELDS, "") | {"actor": a, "over": b, "imposed_usd_per_year": usd,
                                              "own_loss_usd_per_year": 0.0}
        for a, b, usd in (("KZ", "UZ", 2e6), ("UZ", "KZ", 1e5))
    ], LEVERAGE_FIELDS)  # fmt: skip
    _csv(path / "denial.csv", [
        dict.fromkeys(DENIAL_FIELDS, "") | {
            "scope": "assets", "closed": k, "assets": assets, "added_usd_per_year": 1e6 * k,
            "greedy_added_usd_per_year": 0.9e6 * k, "random_added_usd_per_year": 1e5 * k,
            "random_low_usd_per_year": 5e4 * k, "random_high_usd_per_year": 2e5 * k,
            "proven": "yes", "unserved_teu_per_year": 40.0 * k,
        }
        for k, assets in ((1, "X_KZUZ"), (2, "X_KZUZ;PE"))
    ], DENIAL_FIELDS)  # fmt: skip
    _csv(path / "links_value.csv", [
        dict.fromkeys(LINK_FIELDS, "") | {"link": "R99", "title": SCRIPT, "now_usd_per_year": 2e6,
                                          "expected_rho0.3_usd_per_year": 3e6,
                                          "cost_usd_likely": 1e9, "cost_sources": "S1"}
    ], (*LINK_FIELDS, "cost_usd_likely", "cost_sources"))  # fmt: skip
    _csv(path / "hedges.csv", [
        {"corridor": corridor, "actor": actor, "hedge_value_usd_per_year": usd,
         "corridor_worth_usd_per_year": 3e6 + usd, "corridor_worth_now_usd_per_year": 3e6}
        for corridor, actor, usd in ((SCRIPT, "KZ", 2e6), (SCRIPT, "UZ", -1e6), ("B*", "UZ", 1.0))
    ])  # fmt: skip
    _places(path)
    return Folder(path, "control")


def comparison_folder(path: Path, *, version: int = 2) -> Folder:
    """Write a comparison in which one demand changes and one gets a route."""
    path.mkdir()
    totals = {"cost_usd_per_teu": 500.0, "time_h": 100.0}
    rule = {"id": "B001", "by": "TR", "effect": "deny", "title": SCRIPT, "in_force": "a"}
    arcs = {"change": "opened", "asset": "R99", "name": QUOTES, "country": "UZ", "mode": "rail"}
    found = {
        "a": {"scenario": "left"}, "b": {"scenario": "right"}, "rules": [rule], "arcs": [arcs],
        "routes": [
            {"demand_id": "west-east", "a": totals, "b": totals | {"time_h": 80.0}},
            {"demand_id": "shut", "a": None, "b": totals},
        ],
    }  # fmt: skip
    gains = [
        {"role": role, "party": party, "name": name, "measure": measure, "change": change}
        for role, party, name, measure, change in (
            ("state", "KZ", SCRIPT, "teu", -2500.0), ("state", "UZ", ARABIC, "teu", 2500.0),
            ("state", "KZ", SCRIPT, "tkm", -1e6), ("state", "UZ", ARABIC, "value", 4e6),
            ("operator", "KTZ", "railway", "teu", 9e9), ("state", "XX", "same", "teu", 0.0),
        )
    ]  # fmt: skip
    whole = {"schema_version": 2, "comparisons": [found | {"gains": gains}]}
    _write_json(path / "compare.json", whole if version > 1 else found)
    return Folder(path, "comparison")


def design_folder(path: Path) -> Folder:
    """Write a design with a curve of three steps."""
    path.mkdir()
    steps = [
        {"budget_usd": usd, "saved_usd_per_year": saved, "projects": projects, "proven": True}
        for usd, saved, projects in ((0, 0, []), (1e9, 2e6, ["P1"]), (3e9, 5e6, [SCRIPT, "P2"]))
    ]  # fmt: skip
    _write_json(path / "design.json", {
        "budget_usd": 2e9, "scenarios": [{"id": "left", "saved_usd_per_year": 2e6}],
        "criterion": "expected",
        "chosen": {"projects": ["P1"], "spent_usd": 1e9, "proven": True},
        "projects": [{"project_id": "P1", "title": SCRIPT, "source_ids": "CAP27;assumption",
                      "quality": "assumed"}],
        "budget_curve": {"complete": True, "steps": steps},
    })  # fmt: skip
    return Folder(path, "design")


def _demand(
    name: str, some: Sequence[tuple[str, float, float, float]], by: float
) -> dict[str, Any]:
    routes: list[dict[str, Any]] = [
        {
            "route_id": f"{name}.{at}", "rank": at, "objective": "best", "corridor": corridor,
            "cost_usd_per_teu": round(DEAR * usd * by, 2),
            "time_h": round(LONG * h, 3), "distance_km": 900.0,
            "countries": ["KZ", "UZ"], "teu_per_year": teu, "time_p80_h": 140.0 * h,
            "time_p95_h": 180.0 * h,
        }
        for at, (corridor, usd, h, teu) in enumerate(some, start=1)
    ]  # fmt: skip
    teu = sum(one["teu_per_year"] for one in routes) or 10.0
    return {
        "id": name, "status": "ok" if routes else "infeasible", "reason": "" if routes else "gone",
        "closures": [], "certificate": None, "teu_per_year": teu,
        "unserved_teu_per_year": 0.0 if routes else teu, "routes": routes,
    }  # fmt: skip


def _shut() -> dict[str, Any]:
    """Return a demand that a rule bars."""
    blocker = {"kind": "rule", "id": "B001", "actor": "TR", "words": "border shut"}
    certificate = {"relax": [blocker], "building": False, "others": [], "complete": True,
                   "proven": True, "cut": ["A1"]}  # fmt: skip
    return {
        "id": "shut", "status": "infeasible", "closures": [], "certificate": certificate,
        "reason": "no open route; the smallest set that opens one: B001 of TR relaxed",
        "teu_per_year": 20.0, "unserved_teu_per_year": 20.0, "routes": [],
    }  # fmt: skip


def _legs(
    route: str, scales: tuple[str, float, float, float], by: float
) -> Iterable[dict[str, Any]]:
    _, usd, h, _ = scales
    # Each demand begins and ends where no other does.
    demand = route.partition(".")[0]
    for seq, (kind, start, end, mode, country, km, hours, money) in enumerate(LEGS, start=1):
        yield {
            "leg_id": f"{route}.{seq}", "route_id": route, "seq": seq, "kind": kind,
            "from_id": f"{demand} {start}" if seq == 1 else start, "to_id": end,
            "mode": mode, "country": country, "gauge_mm": None,
            "operator": "", "distance_km": km, "time_h": hours * h,
            "cost_usd_per_teu": money * usd * by,
        }  # fmt: skip


def _front(
    rank: int, usd: float, h: float, convex: str, between: tuple[str, str]
) -> dict[str, Any]:
    return dict.fromkeys(CHOICE_FIELDS, "") | {
        "route_id": f"west-east.front.{rank}", "demand_id": "west-east", "rank": rank,
        "cost_usd_per_teu": usd, "time_h": h, "convex": convex,
        "corridor": SCRIPT if rank == 1 else "", "countries": "KZ;UZ", "time_p80_h": h * 1.2,
        "best_from_usd_per_teu_h": between[0], "best_to_usd_per_teu_h": between[1],
    }  # fmt: skip


def _actor(name: str, title: str, usd: float | None, *, player: bool) -> dict[str, Any]:
    values = {
        column: usd if usd is not None else ""
        for column in map(str, ACTOR_FIELDS) if column.startswith(("shapley", "banzhaf"))
    }  # fmt: skip
    return dict.fromkeys(ACTOR_FIELDS, "") | values | {
        "actor": name, "name": title, "player": "yes" if player else "no",
        "transit_share_teu": 0.5, "effective_veto_share_teu": 0.25, "veto_share_teu": 0.1,
        "effective_veto_demands": 1, "transit_teu_per_year": 500.0,
        "rent_ceiling_usd_per_year": 2 * (usd or 1e5),
    }  # fmt: skip


def _bottleneck() -> dict[str, Any]:
    return dict.fromkeys(BOTTLENECK_FIELDS, "") | {
        "capacity_id": "YARD", "label": f"Yard {QUOTES}", "on": "X_KZUZ", "binds": "yes",
        "used_teu_per_year": 60.0, "capacity_teu_per_year": 60.0, "used_share": 1.0,
        "shadow_price_low_usd_per_teu": 80.0, "shadow_price_high_usd_per_teu": 86.24,
        "congestion_rent_low_usd_per_year": 4800.0, "congestion_rent_high_usd_per_year": 5174.4,
        "quality": "estimated", "source_ids": "G093;F151",
    }  # fmt: skip


def _metric(name: str, value: float) -> dict[str, Any]:
    return {"name": name, "subject_kind": "scenario", "subject": "all", "value": value}


def _shares(routes: Iterable[Mapping[str, Any]]) -> Iterable[dict[str, Any]]:
    """Return how much of each route is assumed: a tenth of its rank in cost, more in time."""
    for one in routes:
        for name, by in (("assumed_cost_share", 0.1), ("assumed_time_share", 0.3)):
            share = by * one["rank"]
            yield _metric(name, share) | {"subject_kind": "route", "subject": one["route_id"]}


def _places(path: Path) -> None:
    names = {"W": "West", "X_KZUZ": ARABIC, "PE": f"East {SCRIPT}"}
    _geojson(
        path / "chokepoints.geojson",
        ({"asset_id": key, "name": name, "kind": "crossing", "teu_per_year": 1000.0,
          "demands": 2, "traffic_share": 0.9} for key, name in names.items()),
    )  # fmt: skip


def _geojson(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    features = [{"type": "Feature", "geometry": None, "properties": row} for row in rows]
    _write_json(path, {"type": "FeatureCollection", "features": features})


def _write_json(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value), encoding="utf-8")


def _csv(path: Path, rows: Iterable[Mapping[str, Any]], fields: Iterable[str] = ()) -> None:
    kept = list(rows)
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(fields) or list(kept[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(kept)
    path.write_text(text.getvalue(), encoding="utf-8")
