"""What planned links save for each dollar that they cost, and how that rests on the penalty."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from corridors.metrics.links import RHOS, closing_of
from corridors.metrics.transit import SWEEP
from corridors.model.capacity import LEVELS, Amount
from corridors.solve.projects import link_value
from corridors.solve.reliability import state_chances

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from corridors.metrics.transit import Game
    from corridors.model.capacity import Project
    from corridors.scenario.switches import Switch

    Row = dict[str, object]

#: The correlation within blocs at which the penalty is swept and dollars are told.
_RHO = RHOS[1]
_EXPECTED = f"expected_rho{_RHO:g}"
#: Multiples of the penalty beside the scenario's own.
_OTHERS = tuple(factor for factor in SWEEP if factor != 1)
#: Columns that are added to those of `links_value.csv`.
COST_FIELDS = (
    *(f"{_EXPECTED}_x{factor:g}_usd_per_year" for factor in _OTHERS),
    *(f"cost_usd_{level}" for level in LEVELS), "cost_of", "cost_quality", "cost_sources",
    "now_per_usd", f"{_EXPECTED}_per_usd", f"{_EXPECTED}_per_usd_low",
    f"{_EXPECTED}_per_usd_high",
)  # fmt: skip


class Bill(NamedTuple):
    """What a link costs in USD of 2024, by which projects of the tables."""

    cost: Amount
    projects: tuple[Project, ...]


def bill_of(switch: Switch, projects: Sequence[Project]) -> Bill | None:
    """Return what a link costs to build, None if the tables do not say.

    A project costs what its row says; a line what the one project costs that builds
    nothing else; what goes together the sum, unless a part is not known.

    Parameters
    ----------
    switch
        A line, a project, or several joined by ``+``.
    projects
        The investment projects of the tables.
    """
    by_id = {one.id: one for one in projects}
    by_line = {one.builds[0]: one for one in reversed(projects) if len(one.builds) == 1}
    parts = [by_id.get(part) or by_line.get(part) for part in switch.id.split("+")]
    known = tuple(dict.fromkeys(one.id for one in parts if one))
    if not all(parts):
        return None
    mine = tuple(by_id[name] for name in known)
    cost = Amount(*(sum(one.cost_usd.at(level) for one in mine) for level in LEVELS))
    return Bill(cost, mine) if cost.low > 0 else None


def with_costs(rows: Iterable[Row], game: Game, projects: Sequence[Project]) -> list[Row]:
    """Return rows of links with their cost, saving by dollar, and the penalty swept.

    Parameters
    ----------
    rows
        Rows of `links.link_rows`.
    game
        The game whose links they are.
    projects
        The investment projects of the tables.
    """
    chance = state_chances(closing_of(game.board, _RHO))
    totals = {factor: game.total_at(factor) for factor in _OTHERS}
    told = []
    for row in rows:
        at = game.board.index[str(row["link"])]
        always = game.board.as_is & ~(1 << at)
        swept = {
            f"{_EXPECTED}_x{factor:g}_usd_per_year": link_value(
                total, at, chance=chance, actors=game.bits, always=always
            ).expected
            for factor, total in totals.items()
        }
        told.append(row | swept | _by_dollar(row, bill_of(game.board.switches[at], projects)))
    return told


def _by_dollar(row: Row, bill: Bill | None) -> Row:
    """Return the columns of cost, empty where it is not known."""
    if bill is None:
        return dict.fromkeys(COST_FIELDS[len(_OTHERS) :])
    cost = bill.cost
    now = float(str(row["now_usd_per_year"]))
    expected = float(str(row[f"{_EXPECTED}_usd_per_year"]))
    cells = (
        cost.low, cost.likely, cost.high, [one.id for one in bill.projects],
        list(dict.fromkeys(one.quality for one in bill.projects)),
        list(dict.fromkeys(source for one in bill.projects for source in one.sources)),
        now / cost.likely, expected / cost.likely, expected / cost.high, expected / cost.low,
    )  # fmt: skip
    return dict(zip(COST_FIELDS[len(_OTHERS) :], cells, strict=True))
