"""Small decision graphs and laws made by hand, for what access does on them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from corridors.model.access import Control, Evidence, InForce, RolePower, Rule, Scope, Span
from geodata.types import Arcs, Asset, DecisionGraph, Kind, Mode, Nodes, Status

if TYPE_CHECKING:
    from collections.abc import Sequence

DAY = date(2026, 9, 9)
SURE = Evidence("assumed", "high", placeholder=False, sources=("assumption",))
ALL = {"deny": "yes", "charge": "yes", "delay": "yes", "cap": "yes"}
ROLES = {
    name: RolePower(name, dict.fromkeys(ALL, "no") | powers, True, reach, "", "", SURE)  # noqa: FBT003
    for name, reach, powers in (
        ("sovereign", "place", ALL), ("operator", "place", {"charge": "yes"}),
        ("sanctioning", "cargo", ALL),
    )
}  # fmt: skip


class Node(NamedTuple):
    """A node: its country, mode, and terminal if it is one's."""

    country: str
    mode: Mode = Mode.ROAD
    terminal: str = ""


class Arc(NamedTuple):
    """An arc between nodes by index; `country` is that of its tail if not given."""

    tail: int
    head: int
    kind: Kind = Kind.LINE
    mode: Mode = Mode.ROAD
    asset: str = ""
    km: float = 1.0
    country: str = ""
    status: Status = Status.BUILT


def there_and_back(*arcs: Arc) -> list[Arc]:
    """Return the arcs and their reverses, as a line's two directions."""
    return [*arcs, *(one._replace(tail=one.head, head=one.tail) for one in arcs)]


def asset(name: str, kind: str, *countries: str) -> Asset:
    return Asset(name, kind, name, 0.0, 0.0, countries)


def graph(
    nodes: Sequence[Node], arcs: Sequence[Arc], assets: Sequence[Asset] = ()
) -> DecisionGraph:
    """Return a decision graph of nodes and arcs."""
    codes = sorted({one.country for one in nodes} | {one.country for one in arcs} - {""})
    terminals = sorted({one.terminal for one in nodes} - {""})
    index = {one.id: at for at, one in enumerate(assets)}
    n, m = len(nodes), len(arcs)
    where = [codes.index(one.country or nodes[one.tail].country) for one in arcs]
    table = Arcs(
        tail=np.array([one.tail for one in arcs], np.int32),
        head=np.array([one.head for one in arcs], np.int32),
        kind=np.array([one.kind for one in arcs], np.int8),
        mode=np.array([one.mode for one in arcs], np.int8),
        length_km=np.array([one.km for one in arcs], np.float64),
        country=np.array(where, np.int16),
        gauge_mm=np.zeros(m, np.int16),
        status=np.array([one.status for one in arcs], np.int8),
        asset=np.array([index.get(one.asset, -1) for one in arcs], np.int32),
        chain_start=np.arange(m),
        chain_stop=np.arange(m) + 1,
    )
    points = Nodes(
        lon=np.zeros(n),
        lat=np.zeros(n),
        mode=np.array([one.mode for one in nodes], np.int8),
        country=np.array([codes.index(one.country) for one in nodes], np.int16),
        gauge_mm=np.zeros(n, np.int16),
        terminal=np.array(
            [terminals.index(one.terminal) if one.terminal else -1 for one in nodes], np.int32
        ),
    )
    at = np.full(len(terminals), -1, np.int32)
    return DecisionGraph(
        points, np.arange(n, dtype=np.int32), table, np.arange(m, dtype=np.int32), at, at,
        tuple(codes), tuple(terminals), tuple(assets),
    )  # fmt: skip


def hold(actor: str, of: Scope, role: str = "sovereign", *, is_open: bool = True) -> Control:
    return Control(
        f"K-{actor}-{role}-{of.kind}", of, actor, role, "", is_open, frozenset(), "", Span(),
        f"{role} of {actor}", "", SURE,
    )  # fmt: skip


def land(*countries: str, modes: Sequence[str] = ()) -> Scope:
    return Scope("territory", frozenset(countries), frozenset(modes))


def named(*assets: str) -> Scope:
    return Scope("asset", frozenset(assets))


def rule(name: str, by: str, effect: str, of: Scope, **more: Any) -> Rule:
    return Rule(name, by, effect, of, **more)


def law(*rules: Rule, controls: Sequence[Control]) -> InForce:
    return InForce(DAY, {}, {}, {}, tuple(controls), ROLES, rules)
