"""Which arcs a scenario leaves open, and for each closed one the reason in words."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import numpy as np

from corridors.scenario.pricing import Priceable
from geodata.types import Kind, Mode, Status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from corridors.model.scenario import AccessEntry, NetworkChoice, Scenario
    from geodata.types import Asset, Bools, Codes, Shorts

#: `closed_by` of an open arc.
OPEN = -1
NOT_BUILT = "not built"
PLANNED = ("planned", "under_construction")


class Closable(Priceable, Protocol):
    """The columns a closure depends on."""

    @property
    def status(self) -> Codes:
        """Physical status."""


@dataclass(frozen=True)
class Closures:
    """Which of n rows are open and why not.

    `closed_by` (n,) indexes `reasons`, -1 where open; `conditional` lists the assets
    whose use depends on a condition that the scenario takes as not met.
    """

    open: Bools
    closed_by: Shorts
    reasons: tuple[str, ...]
    conditional: tuple[str, ...]

    def reason(self, row: int) -> str:
        """Return why a row is closed, empty if it is open."""
        at = int(self.closed_by[row])
        return self.reasons[at] if at != OPEN else ""


def close(
    table: Closable, scenario: Scenario, assets: Sequence[Asset], countries: Sequence[str]
) -> Closures:
    """Find what the scenario closes in a link or arc table.

    A row is closed by the first that applies: the line is not built, or the service has
    no sailings, and `network.built` does not list it; the scenario closes it; the
    facts' political status closes it and the scenario does not open it.

    Parameters
    ----------
    table
        Columns kind, mode, country, status and asset, each (n,).
    scenario
        What is built and who lets pass.
    assets
        What `table.asset` indexes.
    countries
        What `table.country` indexes.
    """
    rules = _Rules(table, assets, countries, np.full(len(table.kind), OPEN, np.int16))
    rules.not_built(scenario.network)
    rules.not_sailing(scenario.network)
    for entry in scenario.access.close:
        why = f" ({entry.source})" if entry.source else ""
        rules.shut(rules.fits(entry), f"{entry} closed by the scenario{why}")
    opened = np.zeros(len(table.kind), np.bool_)
    for entry in scenario.access.open:
        opened |= rules.fits(entry)
    conditional = rules.political(opened, pass_conditional=scenario.access.conditional == "open")
    return Closures(rules.closed_by == OPEN, rules.closed_by, tuple(rules.reasons), conditional)


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


@dataclass
class _Rules:
    """Applies rules to the rows of a table in order; the first to close a row is its reason."""

    table: Closable
    assets: Sequence[Asset]
    countries: Sequence[str]
    closed_by: Shorts
    reasons: list[str] = field(default_factory=list)

    def shut(self, rows: Bools, reason: str) -> bool:
        """Close the rows that are still open; return whether there was any."""
        rows = rows & (self.closed_by == OPEN)
        if not rows.any():
            return False
        self.closed_by[rows] = len(self.reasons)
        self.reasons.append(reason)
        return True

    def shut_assets(self, rows: Bools, words: Callable[[Asset], str]) -> list[Asset]:
        """Close rows, each for the reason of its asset, and return those assets."""
        rows = rows & (self.closed_by == OPEN)
        used, at = np.unique(self.table.asset[rows], return_inverse=True)
        self.closed_by[rows] = len(self.reasons) + at
        things = [self.assets[one] if one >= 0 else None for one in used.tolist()]
        self.reasons += [words(thing) if thing else NOT_BUILT for thing in things]
        return [thing for thing in things if thing]

    def not_built(self, choice: NetworkChoice) -> None:
        """Close what does not stand and is not built by the scenario."""
        built = np.array([*(is_built(asset, choice) for asset in self.assets), False])
        missing = (self.table.status != Status.BUILT) & ~built[self.table.asset]
        self.shut_assets(missing, _absence)

    def not_sailing(self, choice: NetworkChoice) -> None:
        """Close services without sailings that the scenario does not start."""
        idle = self._of(
            asset.sailings_per_week == 0 and asset.id not in choice.built for asset in self.assets
        )
        self.shut_assets(idle, lambda asset: f"{asset.id} has no sailings")

    def political(self, opened: Bools, *, pass_conditional: bool) -> tuple[str, ...]:
        """Close what somebody closed; return the conditional assets among it."""
        shut = {"closed"} if pass_conditional else {"closed", "conditional"}
        barred = np.array([*(asset.political_status in shut for asset in self.assets), False])
        used = self.shut_assets(barred[self.table.asset] & ~opened, _decision)
        return tuple(one.id for one in used if one.political_status == "conditional")

    def fits(self, entry: AccessEntry) -> Bools:
        """Return which rows an access entry is about, (n,)."""
        rows = np.ones(len(self.table.kind), np.bool_)
        if entry.asset:
            rows &= self._of(asset.id == entry.asset for asset in self.assets)
        if entry.mode:
            rows &= self.table.mode == Mode[entry.mode.upper()]
        border = self.table.kind == Kind.BORDER
        if entry.country:
            inside = self._country(entry.country)
            touches = self._of(entry.country in asset.countries for asset in self.assets)
            rows &= inside | (border & touches)
        if entry.country_pair:
            pair = set(entry.country_pair)
            rows &= border & self._of(set(asset.countries) == pair for asset in self.assets)
        return rows

    def _of(self, chosen: Iterable[bool]) -> Bools:
        """Return which rows have one of the chosen assets, (n,)."""
        mask: Bools = np.array([*chosen, False], np.bool_)
        return mask[self.table.asset]

    def _country(self, code: str) -> Bools:
        """Return which rows lie in a country, (n,)."""
        at = self.countries.index(code) if code in self.countries else -2
        inside: Bools = self.table.country == at
        return inside


def _absence(asset: Asset) -> str:
    """Return in words that an asset does not stand."""
    status = asset.status.replace("_", " ") if asset.status != "built" else NOT_BUILT
    likely = f" ({asset.opening_likely})" if asset.opening_likely else ""
    return f"{asset.id} {status}{likely}, not built in this scenario"


def _decision(asset: Asset) -> str:
    """Return in words that somebody closed an asset."""
    why = f" ({asset.source})" if asset.source else ""
    if asset.political_status == "conditional":
        return f"{asset.id} closed: conditional, and the condition is taken as not met{why}"
    return f"{asset.id} closed: political status closed{why}"
