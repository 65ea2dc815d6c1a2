"""Where the register and the political status of the facts disagree, crossing by crossing.

The status was written down with the facts, once and for any cargo; the register says it
by day and by cargo. This lists what changes if the register speaks alone.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from corridors.scenario.access import compile_access
from geodata.types import Kind, Status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corridors.model.access import Cargo, InForce
    from corridors.scenario.access import Access
    from corridors.scenario.terrain import Terrain
    from geodata.types import Asset, Bools

#: Kind of an asset -> kinds of the arcs by which it is used.
_USES = {
    "crossing": (Kind.BORDER,), "strait": (Kind.LINE,),
    "service": (Kind.LINE,), "line": (Kind.LINE,),
}  # fmt: skip


@dataclass(frozen=True, order=True)
class Difference:
    """An asset that the register and the facts judge differently.

    `status` is the facts' political status, `register` is open or closed, `rules` are
    those that decide and `words` say why.
    """

    status: str
    register: str
    asset: str
    countries: str
    rules: tuple[str, ...]
    words: str

    def __str__(self) -> str:
        """Return the difference on one line."""
        rules = ", ".join(self.rules) or "no rule"
        said = f"{self.status} -> {self.register}"
        return f"{self.asset} ({self.countries}): {said}; {rules}{self.words}"


def differences(terrain: Terrain, law: InForce, cargo: Cargo) -> tuple[Difference, ...]:
    """List the assets that the register opens or closes unlike the facts.

    Parameters
    ----------
    terrain
        The places of the network.
    law
        What is in force.
    cargo
        The cargo asked about; the facts know only one for all.

    Returns
    -------
    tuple
        A difference for each asset that stands, in use on the graph, where the register
        opens what the facts call closed or conditional, or closes what they call open.
    """
    access = compile_access(terrain, law, [cargo])
    arcs = terrain.graph.arcs
    stands = arcs.status == Status.BUILT
    found = []
    for at, asset in enumerate(terrain.graph.assets):
        used = stands & (arcs.asset == at) & np.isin(arcs.kind, _USES.get(asset.kind, ()))
        if used.any() and bool(access.open[0][used].all()) != (asset.political_status == "open"):
            found.append(_difference(access, asset, used))
    return tuple(sorted(found))


def count_statuses(found: Sequence[Difference]) -> dict[str, int]:
    """Count the differences by the facts' status and what the register says."""
    return dict(Counter(f"{one.status} -> {one.register}" for one in found))


def _difference(access: Access, asset: Asset, used: Bools) -> Difference:
    """Return the difference of an asset, as its first arc that decides shows it."""
    closed = np.flatnonzero(used & ~access.open[0])
    arc = int(closed[0]) if len(closed) else int(np.flatnonzero(used)[0])
    verdict = access.verdict(0, arc)
    words = "; ".join(f"{one.actor}: {one.words}" for one in verdict.refusals)
    return Difference(
        asset.political_status,
        "closed" if len(closed) else "open",
        asset.id,
        "-".join(sorted(asset.countries)),
        tuple(rule.id for rule in verdict.winners),
        f" ({words})" if words else "",
    )
