"""What a scenario itself closes: lines that do not stand, and places it names."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

import numpy as np

from corridors.scenario.pricing import Priceable
from geodata.types import Kind, Mode, Status

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    from corridors.model.scenario import AccessEntry, NetworkChoice, Scenario
    from geodata.types import Asset, Bools, Codes, Shorts

#: `closed_by` of an open arc.
OPEN = -1
NOT_BUILT = "not built"
#: Kind of a closure for want of what does not stand or sail.
NOT_BUILT_KIND = "not_built"
SEASONAL = "seasonal"
PLANNED = ("planned", "under_construction")
ANYWHERE = "*"


class Closable(Priceable, Protocol):
    """The columns a closure depends on."""

    @property
    def status(self) -> Codes:
        """Physical status."""


@dataclass(frozen=True)
class Closure:
    """Why rows are closed: nobody built the asset, or the scenario closes the place."""

    kind: str
    id: str
    words: str


@dataclass(frozen=True)
class Closures:
    """Which of n rows are open to any cargo and why the others are not.

    `closed_by` (n,) indexes `reasons`, -1 where open. `lifted` (n,) marks the rows where
    the scenario lifts every refusal by rules.
    """

    open: Bools
    closed_by: Shorts
    reasons: tuple[Closure, ...]
    lifted: Bools

    def reason(self, row: int) -> Closure | None:
        """Return why a row is closed, None if it is open."""
        at = int(self.closed_by[row])
        return self.reasons[at] if at != OPEN else None


def close(
    table: Closable, scenario: Scenario, assets: Sequence[Asset], countries: Sequence[str], *,
    calls_at: Callable[[str], Bools] | None = None,
) -> Closures:  # fmt: skip
    """Find what does not stand and what the scenario closes in a link or arc table.

    A row is closed by the first that applies: the line is not built, the service has no
    sailings or the strait is not sailed all year, and `network.built` does not list it;
    the scenario closes the place.

    Parameters
    ----------
    table
        Columns kind, mode, country, status and asset, each (n,).
    scenario
        What is built and which places it closes or opens.
    assets
        What `table.asset` indexes.
    countries
        What `table.country` indexes.
    calls_at
        Which rows pass an asset or call at it, (n,); rows of the asset itself if not given.
    """
    closed_by = np.full(len(table.kind), OPEN, np.int16)
    rules = _Rules(table, assets, countries, closed_by, calls_at)
    rules.not_built(scenario.network)
    rules.not_sailing(scenario.network)
    for entry in scenario.access.close:
        why = f" ({entry.source})" if entry.source else ""
        words = f"{entry} closed by the scenario{why}"
        rules.shut(rules.fits(entry), Closure("scenario", str(entry), words))
    lifted = np.zeros(len(table.kind), np.bool_)
    for entry in scenario.access.open:
        lifted |= rules.fits(entry)
    return Closures(rules.closed_by == OPEN, rules.closed_by, tuple(rules.reasons), lifted)


def is_built(asset: Asset, choice: NetworkChoice) -> bool:
    """Whether the scenario treats an asset that does not exist yet as built.

    A planned crossing of unknown opening follows the lines that lead to it: a year that
    builds lines makes it passable.
    """
    if asset.id in choice.built:
        return True
    if choice.all_planned and asset.status in PLANNED:
        return True
    year = choice.build_by_year
    if year is None or asset.status == "built":
        return False
    if asset.opening_likely is None:
        return asset.kind == "crossing" and asset.status in PLANNED
    return asset.opening_likely <= year


def border_names(asset: Asset) -> tuple[str, ...]:
    """Return the names of the border an asset crosses, both ways round; none inside one.

    Examples
    --------
    >>> from geodata.types import Asset
    >>> border_names(Asset("X", "crossing", "", 0.0, 0.0, ("TR", "AM")))
    ('TR-AM', 'AM-TR')
    """
    if len(asset.countries) != 2:  # noqa: PLR2004 - a border has two sides
        return ()
    return "-".join(asset.countries), "-".join(reversed(asset.countries))


def borders_named(table: Closable, names: Collection[str], assets: Sequence[Asset]) -> Bools:
    """Return which rows cross one of some borders, (n,).

    Parameters
    ----------
    table
        Columns kind and asset, each (n,).
    names
        Borders either way round, crossings, or countries for all their borders.
    assets
        What `table.asset` indexes.
    """
    chosen = [
        not {asset.id, *asset.countries, *border_names(asset)}.isdisjoint(names) for asset in assets
    ]
    touched = np.array([*chosen, False], np.bool_)[table.asset]
    found: Bools = touched & (table.kind == Kind.BORDER)
    return found


@dataclass
class _Rules:
    """Applies rules to the rows of a table in order; the first to close a row is its reason."""

    table: Closable
    assets: Sequence[Asset]
    countries: Sequence[str]
    closed_by: Shorts
    calls_at: Callable[[str], Bools] | None
    reasons: list[Closure] = field(default_factory=list)

    def shut(self, rows: Bools, reason: Closure) -> bool:
        """Close the rows that are still open; return whether there was any."""
        rows = rows & (self.closed_by == OPEN)
        if not rows.any():
            return False
        self.closed_by[rows] = len(self.reasons)
        self.reasons.append(reason)
        return True

    def shut_assets(self, rows: Bools, words: Callable[[Asset], str]) -> None:
        """Close rows, each for the reason of its asset."""
        rows = rows & (self.closed_by == OPEN)
        used, at = np.unique(self.table.asset[rows], return_inverse=True)
        self.closed_by[rows] = len(self.reasons) + at
        things = [self.assets[one] if one >= 0 else None for one in used.tolist()]
        self.reasons += [
            Closure(NOT_BUILT_KIND, thing.id if thing else "", words(thing) if thing else NOT_BUILT)
            for thing in things
        ]

    def not_built(self, choice: NetworkChoice) -> None:
        """Close what does not stand and is not built by the scenario."""
        absent: Bools = self.table.status != Status.BUILT
        built = np.zeros(len(self.assets) + 1, np.bool_)
        for at in set(self.table.asset[absent].tolist()) - {-1}:
            built[at] = is_built(self.assets[at], choice)
        self.shut_assets(absent & ~built[self.table.asset], _absence)

    def not_sailing(self, choice: NetworkChoice) -> None:
        """Close services without sailings that the scenario does not start."""
        idle = self._of(
            asset.sailings_per_week == 0 and asset.id not in choice.built for asset in self.assets
        )
        self.shut_assets(idle, lambda asset: f"{asset.id} has no sailings")
        seasonal = self._of(
            asset.status == SEASONAL and asset.id not in choice.built for asset in self.assets
        )
        self.shut_assets(seasonal, lambda asset: f"{asset.id} is not sailed all year")

    def fits(self, entry: AccessEntry) -> Bools:
        """Return which rows an access entry is about, (n,)."""
        rows = np.ones(len(self.table.kind), np.bool_)
        if entry.mode:
            rows &= self.table.mode == Mode[entry.mode.upper()]
        if entry.place == ANYWHERE:
            return rows
        border = self.table.kind == Kind.BORDER
        place = entry.place
        named = self.calls_at(place) if self.calls_at else self._with(self._named.get(place, []))
        touches = self._with(self._touching.get(place, []))
        rows &= named | self._country(place) | (border & touches)
        return rows

    @cached_property
    def _named(self) -> dict[str, list[int]]:
        """The assets of each name."""
        return _grouped((asset.id, at) for at, asset in enumerate(self.assets))

    @cached_property
    def _touching(self) -> dict[str, list[int]]:
        """The assets of each country and each border."""
        return _grouped(
            (name, at)
            for at, asset in enumerate(self.assets)
            for name in (*asset.countries, *border_names(asset))
        )

    def _with(self, assets: Sequence[int]) -> Bools:
        """Return which rows have one of some assets, (n,)."""
        mask = np.zeros(len(self.assets) + 1, np.bool_)
        mask[assets] = True
        found: Bools = mask[self.table.asset]
        return found

    def _of(self, chosen: Iterable[bool]) -> Bools:
        """Return which rows have one of the chosen assets, (n,)."""
        mask: Bools = np.array([*chosen, False], np.bool_)
        return mask[self.table.asset]

    def _country(self, code: str) -> Bools:
        """Return which rows lie in a country, (n,)."""
        at = self.countries.index(code) if code in self.countries else -2
        inside: Bools = self.table.country == at
        return inside


def _grouped(pairs: Iterable[tuple[str, int]]) -> dict[str, list[int]]:
    """Return the numbers that go with each name."""
    groups: dict[str, list[int]] = {}
    for name, at in pairs:
        groups.setdefault(name, []).append(at)
    return groups


def _absence(asset: Asset) -> str:
    """Return in words that an asset does not stand."""
    status = asset.status.replace("_", " ") if asset.status != "built" else NOT_BUILT
    likely = f" ({asset.opening_likely})" if asset.opening_likely else ""
    return f"{asset.id} {status}{likely}, not built in this scenario"
