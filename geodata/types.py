"""The network as two column tables, and the decision graph it contracts to.

Both are frozen bundles of equally long numpy arrays: nothing here computes, and
nothing here knows a scenario. Codes (`Mode`, `Kind`, `Status`) are small integers
so that a mask over half a million links is one vectorised comparison.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from enum import IntEnum
from typing import TYPE_CHECKING, Any, Self

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Bools = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Codes = NDArray[np.int8]
    Shorts = NDArray[np.int16]
    Indices = NDArray[np.int32]

#: UN/LOCODE's code for international waters; the territory of links at sea.
HIGH_SEAS = "XZ"


class Mode(IntEnum):
    """Means of transport of a link or the network a node belongs to."""

    NONE = 0
    RAIL = 1
    ROAD = 2
    SEA = 3
    FERRY = 4


class Kind(IntEnum):
    """What passing a link means: only `LINE` has length, the rest are stops."""

    LINE = 0
    BORDER = 1
    GAUGE_CHANGE = 2
    TRANSFER = 3
    BOARDING = 4
    ACCESS = 5


class Status(IntEnum):
    """Physical status. What somebody decided is not here but in the rules.

    `OUT_OF_USE` stands and could be used again: a damaged line, a service that does not
    sail. What is `DISMANTLED` would have to be built anew.
    """

    BUILT = 0
    UNDER_CONSTRUCTION = 1
    PLANNED = 2
    DISMANTLED = 3
    OUT_OF_USE = 4


class Columns:
    """Base of the tables: equally long arrays, taken and joined row-wise."""

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(getattr(self, fields(self)[0].name))  # type: ignore[arg-type]

    def columns(self) -> dict[str, NDArray[Any]]:
        """Return the columns by name, in declaration order."""
        return {f.name: getattr(self, f.name) for f in fields(self)}  # type: ignore[arg-type]

    def take(self, rows: Ints | Bools | Indices) -> Self:
        """Return the table with only `rows` (indices or mask), in that order."""
        return type(self)(**{name: column[rows] for name, column in self.columns().items()})

    def with_columns(self, **columns: NDArray[Any]) -> Self:
        """Return the table with some columns replaced."""
        return replace(self, **columns)  # type: ignore[type-var]

    @classmethod
    def concat(cls, *tables: Self) -> Self:
        """Stack tables of this type; column types follow the first one."""
        first = tables[0].columns()
        return cls(
            **{
                name: np.concatenate([t.columns()[name] for t in tables]).astype(column.dtype)
                for name, column in first.items()
            }
        )


@dataclass(frozen=True)
class Nodes(Columns):
    """Node table, one row per node.

    `country` indexes `Network.countries`, `terminal` indexes `Network.terminal_ids`
    (-1: not a terminal); `gauge_mm` is 0 off the railway. A terminal's place in one
    mode and gauge is one node; its `ACCESS` ends are nodes of mode `NONE`.
    """

    lon: Floats
    lat: Floats
    mode: Codes
    country: Shorts
    gauge_mm: Shorts
    terminal: Indices


@dataclass(frozen=True)
class Links(Columns):
    """Link table, one row per physical piece or stop between nodes `u` and `v`.

    `length_km` is the true length (0 for stops), `country` indexes
    `Network.countries`, `asset` indexes `Network.assets` (-1: none), `oneway` is
    true where only u to v may be travelled, `source` indexes `Network.sources`.
    """

    u: Indices
    v: Indices
    kind: Codes
    mode: Codes
    length_km: Floats
    country: Shorts
    gauge_mm: Shorts
    status: Codes
    asset: Indices
    oneway: Bools
    source: Codes


@dataclass(frozen=True)
class Shapes(Columns):
    """Interior points of the links that are not straight.

    Row i says that link `link[i]` runs through the points
    `start[i]:stop[i]` of `Network.shape_lonlat`, from u to v.
    """

    link: Indices
    start: Ints
    stop: Ints


@dataclass(frozen=True)
class Asset:
    """A thing that can be controlled: crossing, line, strait, service or terminal.

    `status` says what stands there or sails; who lets pass is no matter of geography.

    `id` is unique over all kinds. `countries` lists the territories it lies in.
    Years are those of opening, `capacity_mt_yr` in million tonnes a year; None means
    unknown or already open.
    """

    id: str
    kind: str
    name: str
    lon: float
    lat: float
    countries: tuple[str, ...]
    status: str = "built"
    opening_low: int | None = None
    opening_likely: int | None = None
    opening_high: int | None = None
    capacity_mt_yr: float | None = None
    sailings_per_week: float | None = None
    source: str = ""
    confidence: str = ""


@dataclass(frozen=True)
class Network:
    """A multimodal network: nodes, links, assets and the geometry between.

    Coordinates are WGS 84 degrees, longitudes within -180..180.
    """

    nodes: Nodes
    links: Links
    shapes: Shapes
    shape_lonlat: Floats
    countries: tuple[str, ...]
    terminal_ids: tuple[str, ...]
    assets: tuple[Asset, ...]
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Arcs(Columns):
    """Arc table of the decision graph: directed, from `tail` to `head`.

    `chain[chain_start[i]:chain_stop[i]]` are the links behind arc i in travel order:
    link k when travelled from u to v, ~k (that is -k-1) when from v to u. An arc lies
    in one country, mode and gauge and touches at most one asset.
    """

    tail: Indices
    head: Indices
    kind: Codes
    mode: Codes
    length_km: Floats
    country: Shorts
    gauge_mm: Shorts
    status: Codes
    asset: Indices
    chain_start: Ints
    chain_stop: Ints


@dataclass(frozen=True)
class DecisionGraph:
    """The network contracted, exactly, to where a decision can act.

    `origin[t]` and `destination[t]` are the decision nodes where cargo of terminal t
    starts and ends; `network_node` maps decision nodes to network nodes.
    """

    nodes: Nodes
    network_node: Indices
    arcs: Arcs
    chain: Indices
    origin: Indices
    destination: Indices
    countries: tuple[str, ...]
    terminal_ids: tuple[str, ...]
    assets: tuple[Asset, ...]


@dataclass(frozen=True)
class Place:
    """A terminal as a run needs it: id, name, country code, coordinates in degrees."""

    id: str
    name: str
    country: str
    lon: float
    lat: float


@dataclass(frozen=True)
class BranchLeg:
    """A leg of a corridor branch: its arcs in order and length, or why there is no way.

    `links` are the ids it must use; `gap` is empty where the leg is continuous.
    """

    branch: str
    seq: int
    from_id: str
    to_id: str
    mode: str
    links: tuple[str, ...]
    arcs: tuple[int, ...]
    km: float
    gap: str


@dataclass(frozen=True)
class Branch:
    """A corridor branch: its family, characteristic section and legs.

    `back` are the legs of the way back, over the same terminals in reverse.
    """

    id: str
    family: str
    name: str
    status: str
    core_from: str
    core_to: str
    terminals: tuple[str, ...]
    legs: tuple[BranchLeg, ...]
    back: tuple[BranchLeg, ...]
