"""Facts and extracts to a network, as a list of steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geodata.attribute import tag_countries, tag_nodes, territories
from geodata.base import read_base
from geodata.borders import bind_crossings, connect_road_borders
from geodata.overlay import add_hand_links, correct, tag_gauge, write_attributes
from geodata.sea import add_services, attach_ports, drop_caspian_lanes, tag_straits
from geodata.sources.extracts import read_outlines
from geodata.terminals import attach_terminals, join_modes
from geodata.topology import drop_unused_nodes, stitch
from geodata.types import Mode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from geodata.attribute import Territories
    from geodata.facts_rows import Facts
    from geodata.types import Network

Step = tuple[str, "Callable[[Network], Network]"]

#: Nodes nearer than this are one place, gaps up to this between components are faults
#: of the data (measured on it: without them Khorgos, Poti and Samur are cut off).
NEAR_KM, GAP_KM = 0.3, 1.1


def build_network(extracts: Path, facts: Facts, *, tell: Callable[[str], None] = lambda _: None) -> Network:
    """Build the whole network; `tell` is called with the name of each step.

    Raises
    ------
    ExtractError
        If an extract is missing, truncated or altered.
    NetworkError
        If a fact does not fit the data it is about; all such facts of a table.
    """
    tell("read the extracts")
    network = read_base(extracts)
    places = territories(read_outlines(extracts), facts.territories)
    for name, step in steps(facts, places):
        tell(name)
        network = step(network)
    return network


def steps(facts: Facts, places: Territories) -> Iterator[Step]:
    """Yield the steps of the build by name, in order, each `Network -> Network`."""
    terminals, gate = facts.terminals, (NEAR_KM, GAP_KM)
    yield "correct the data", lambda n: correct(n, facts.corrections)
    yield "stitch rail", lambda n: stitch(n, Mode.RAIL, near_km=gate[0], gap_km=gate[1])
    yield "stitch road", lambda n: stitch(n, Mode.ROAD, near_km=gate[0], gap_km=gate[1])
    yield "tag countries", lambda n: tag_countries(n, places, terminals)
    yield "attach terminals", lambda n: attach_terminals(n, terminals)
    yield "add hand links", lambda n: add_hand_links(n, facts)
    yield "write attributes", lambda n: write_attributes(n, facts.links)
    yield "tag gauges", lambda n: tag_gauge(n, facts.gauges)
    yield "connect road borders", lambda n: connect_road_borders(n, facts.crossings)
    yield "tag nodes", tag_nodes
    yield "bind crossings", lambda n: bind_crossings(n, facts)
    yield "tag straits", lambda n: tag_straits(n, facts.straits)
    yield "add services", lambda n: add_services(n, facts)
    yield "drop Caspian lanes", drop_caspian_lanes
    yield "attach ports", lambda n: attach_ports(n, terminals)
    yield "join modes", lambda n: join_modes(n, terminals)
    yield "drop unused nodes", drop_unused_nodes
