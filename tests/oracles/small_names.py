"""The names of a small network and register, for scenarios that name what is and what is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corridors.scenario.references import Names
from geodata.types import Branch
from tests.oracles.access_world import Arc, Node, asset, graph
from tests.oracles.small_register import small_register

if TYPE_CHECKING:
    from tests.oracles.small_register import Rows

TERMINALS = {"MOW": "RU", "PNSA": "IN", "PPTI": "GE", "PBUS": "IR"}
_NODES = [
    *(Node(country, terminal=name) for name, country in TERMINALS.items()),
    *(Node(code) for code in ("AM", "AZ", "KZ", "UZ")),
]
_ASSETS = [
    asset("R18", "line", "AM"),
    asset("X_AGB_RL", "crossing", "AM", "AZ"),
    asset("X_KZUZ", "crossing", "KZ", "UZ"),
    asset("S_BER", "strait"),
    *(asset(name, "terminal", country) for name, country in TERMINALS.items()),
]
_BRANCH = Branch("TITR-1", "TITR", "Trans-Caspian", "built", "MOW", "PPTI", ("MOW", "PPTI"), (), ())


def small_names(**more: Rows) -> Names:
    """Return the names of four terminals, a few assets, one branch and the small register."""
    return Names(graph(_NODES, [Arc(0, 1)], _ASSETS), (_BRANCH,), small_register(**more))
