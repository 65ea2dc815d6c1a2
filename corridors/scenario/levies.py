"""What charges, delays and caps weigh on which arcs: units, and where a rule is levied.

A rule about a country holds on all its arcs but is levied once a visit, where cargo
enters the country in a mode of the rule or starts there. A rule about a crossing, strait
or service is levied each time it is passed or boarded, one about a terminal where cargo is
handled, and one about a line or branch by length, so that its whole length pays once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from corridors.scenario.measures import cap_units
from geodata.types import Kind, Mode

if TYPE_CHECKING:
    from collections.abc import Callable

    from corridors.model.access import Rule
    from corridors.scenario.terrain import Terrain
    from geodata.types import Bools, Floats, Ints

HOURS_PER_DAY = 24.0
TEU_PER_FEU = 2.0
#: Unit of a charge or delay that the rates count already: it adds nothing.
IN_RATES = "in rates"
#: Units of charges that are a share of what the cargo is worth.
BY_VALUE = ("percent of value", "percent duty")
#: Unit of charges that are a share of what the ship is worth.
BY_HULL = "percent of hull value"
_PER_KM = "USD/TEU-km"
_VEHICLES = (Mode.RAIL, Mode.ROAD, Mode.SEA, Mode.FERRY)


@dataclass(frozen=True)
class Units:
    """What turns units of rules into USD/TEU, hours and TEU a year; None is not known.

    `value_usd_per_teu` is the value of the cargo, `tonnes_per_teu` its weight; what a
    ship pays, by itself or by the value of its hull, is shared by `vessel_teu`.
    """

    value_usd_per_teu: float | None = None
    tonnes_per_teu: float | None = None
    teu_per_container: float | None = None
    teu_per_truck: float | None = None
    teu_per_train: float | None = None
    vessel_teu: float | None = None
    hull_value_usd: float | None = None


#: Effect -> unit -> the parameters needed, and one unit of it in USD/TEU, hours or TEU a
#: year.
_TABLE: dict[str, dict[str, tuple[tuple[str, ...], Callable[..., float]]]] = {
    "charge": {
        "USD/TEU": ((), lambda: 1.0),
        _PER_KM: ((), lambda: 1.0),
        "USD/FEU": ((), lambda: 1.0 / TEU_PER_FEU),
        "USD/container": (("teu_per_container",), lambda teu: 1.0 / teu),
        "USD/truck": (("teu_per_truck",), lambda teu: 1.0 / teu),
        "USD/vessel": (("vessel_teu",), lambda teu: 1.0 / teu),
        BY_HULL: (
            ("hull_value_usd", "vessel_teu"), lambda usd, teu: usd / teu / 100.0,
        ),
        "percent of value": (("value_usd_per_teu",), lambda usd: usd / 100.0),
        # An ad valorem duty is a share of the value at the border.
        "percent duty": (("value_usd_per_teu",), lambda usd: usd / 100.0),
        IN_RATES: ((), lambda: 0.0),
    },
    "delay": {
        "h": ((), lambda: 1.0),
        "hours": ((), lambda: 1.0),
        "days": ((), lambda: HOURS_PER_DAY),
        IN_RATES: ((), lambda: 0.0),
    },
    "cap": cap_units(),
}  # fmt: skip


def convert(rule: Rule, units: Units) -> tuple[float, str]:
    """Return a rule's value in USD/TEU, hours or TEU a year, or why it has none.

    A charge by the km is returned by the km; one that the rates count already is 0.

    Examples
    --------
    >>> from corridors.model.access import Rule, Scope
    >>> delay = Rule("r", "AA", "delay", Scope("any"), value=2.0, unit="days")
    >>> convert(delay, Units())
    (48.0, '')
    >>> fee = Rule("f", "AA", "charge", Scope("any"), value=180.0, unit="USD/truck")
    >>> convert(fee, Units())
    (nan, 'f: charge in USD/truck left out: teu_per_truck is not given')
    >>> risk = Rule("w", "AA", "charge", Scope("any"), value=0.8, unit="percent of hull value")
    >>> convert(risk, Units(vessel_teu=1400.0, hull_value_usd=25e6))[0]
    142.85714285714286
    """
    known = _TABLE[rule.effect]
    if rule.unit == IN_RATES and rule.unit in known:
        return 0.0, ""
    left_out = f"{rule.id}: {rule.effect} in {rule.unit} left out:"
    if rule.value is None:
        return np.nan, f"{rule.id}: {rule.effect} without a value left out"
    if rule.unit not in known:
        return np.nan, f"{left_out} no conversion"
    needed, one = known[rule.unit]
    given = [getattr(units, name) for name in needed]
    lacking = [name for name, value in zip(needed, given, strict=True) if not value]
    if lacking:
        verb = "is" if len(lacking) == 1 else "are"
        return np.nan, f"{left_out} {' and '.join(lacking)} {verb} not given"
    return rule.value * one(*given), ""


@dataclass(frozen=True)
class Levy:
    """Where a rule is levied: arcs, the place of each that decides, and its part of the whole.

    `arcs`, `places` and `parts` have one length; `problem` says why there is none.
    """

    arcs: Ints
    places: Ints
    parts: Floats
    problem: str = ""


def levy(rule: Rule, terrain: Terrain) -> Levy:
    """Find where a charge or delay is levied; alike rules are levied alike."""
    key = (rule.scope, rule.unit == _PER_KM)
    if key not in terrain.levied:
        terrain.levied[key] = _levy(rule, terrain)
    found = terrain.levied[key]
    if not found.problem:
        return found
    return replace(found, problem=f"{rule.id}: {rule.effect} {found.problem}")


def _levy(rule: Rule, terrain: Terrain) -> Levy:
    kind = rule.scope.kind
    if rule.unit == _PER_KM:
        lines = np.flatnonzero(terrain.graph.arcs.kind == Kind.LINE)
        return _at(terrain, lines, terrain.graph.arcs.length_km[lines])
    if kind in ("territory", "any"):
        arcs = np.flatnonzero(_entering(rule, terrain))
        return Levy(arcs, terrain.entered_of_arc[arcs], np.ones(len(arcs)))
    if kind in ("country_pair", "unnamed_border"):
        return _at(terrain, np.flatnonzero(terrain.graph.arcs.kind == Kind.BORDER))
    if kind == "branch":
        return _on_branches(rule, terrain)
    if kind == "asset":
        return _on_assets(rule, terrain)
    none = np.empty(0, np.int64)
    problem = f"on {kind} left out: no arc where it would be levied once"
    return Levy(none, none, np.empty(0), problem)


def _at(terrain: Terrain, arcs: Ints, parts: Floats | None = None) -> Levy:
    """Return a levy on arcs where they lie."""
    whole = np.ones(len(arcs)) if parts is None else parts
    return Levy(arcs, terrain.place_of_arc[arcs], whole)


def _entering(rule: Rule, terrain: Terrain) -> Bools:
    """Return which arcs bring cargo into a rule's countries in one of its modes, (n,)."""
    graph, scope = terrain.graph, rule.scope
    modes = [Mode[mode.upper()] for mode in scope.modes] or list(_VEHICLES)
    inside = np.isin(graph.nodes.mode, modes)
    if scope.kind == "territory":
        among = np.array([code in scope.names for code in graph.countries], np.bool_)
        inside &= among[graph.nodes.country]
    entering: Bools = inside[graph.arcs.head] & ~inside[graph.arcs.tail]
    return entering


def _on_assets(rule: Rule, terrain: Terrain) -> Levy:
    """Return a levy on named things, by what kind of thing each is."""
    arcs, names = terrain.graph.arcs, rule.scope.names
    rows = np.flatnonzero(terrain.coverage.named(names)[terrain.place_of_arc])
    own = np.isin(
        arcs.asset[rows], [terrain.asset_of[one] for one in names & terrain.asset_of.keys()]
    )
    what = terrain.asset_kinds[arcs.asset[rows]]
    kind, mode = arcs.kind[rows], arcs.mode[rows]
    part = np.zeros(len(rows))
    part[own & (what == "crossing") & (kind == Kind.BORDER)] = 1.0
    part[own & (what == "strait") & (kind == Kind.LINE)] = 1.0
    part[own & (what == "service") & (kind == Kind.BOARDING)] = 1.0
    # Ferries are loaded from the quay, other ships by a transfer of the port's own.
    loads = np.isin(kind, (Kind.BOARDING, Kind.TRANSFER)) & (mode == Mode.FERRY) & ~own
    part[(own & (what == "terminal")) | loads] = 1.0
    lines = own & (what == "line")
    if lines.any():
        part += np.where(lines, _share_of_line(terrain, rows), 0.0)
    used = part > 0
    return _at(terrain, rows[used], part[used])


def _share_of_line(terrain: Terrain, rows: Ints) -> Floats:
    """Return each arc's part of the length of its asset, both directions being in the table."""
    arcs = terrain.graph.arcs
    km = np.bincount(arcs.asset + 1, weights=arcs.length_km, minlength=1) / 2
    whole = km[arcs.asset[rows] + 1]
    share: Floats = np.divide(arcs.length_km[rows], whole, out=np.zeros(len(rows)), where=whole > 0)
    return share


def _on_branches(rule: Rule, terrain: Terrain) -> Levy:
    """Return a levy on corridor branches: each arc its part of the shortest named one."""
    names = rule.scope.names
    of_place = np.zeros(len(terrain.places))
    for at in np.flatnonzero(terrain.coverage.on_branch(names)).tolist():
        on = terrain.places[at].branches & names
        of_place[at] = min(terrain.branch_km.get(name, 0.0) for name in on)
    whole = of_place[terrain.place_of_arc]
    rows = np.flatnonzero((whole > 0) & (terrain.graph.arcs.kind == Kind.LINE))
    return _at(terrain, rows, terrain.graph.arcs.length_km[rows] / whole[rows])
