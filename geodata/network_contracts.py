"""What the layers of a network are, and every field of them with unit and meaning."""

from __future__ import annotations

from geodata.sheets import Contract, contract

__all__ = ["NETWORK_CONTRACTS", "NETWORK_GROUP"]

#: Layers of the network, as against those of a run.
NETWORK_GROUP = "network"

_MODE = "mode | text | | rail, road, sea or ferry"
_COUNTRY = "country | text | | ISO 3166 code of the country or territory; XZ is the high sea"
_GAUGE = "gauge_mm | int? | mm | track gauge; missing off the railway"
_STATUS = "status | text | | built, under_construction, planned, dismantled or out_of_use"
_ASSET = "asset_id | text | | crossing, line, strait, service or terminal it is part of, in assets"
_SOURCE = "source | text | | where the row comes from"
_ENDS = """
from_node | text | | node it begins at, in nodes
to_node | text | | node it ends at, in nodes
"""
_YEARS = """
opening_low | int? | year | earliest opening stated or plausible
opening_likely | int? | year | likely opening, or year opened
opening_high | int? | year | latest opening stated or plausible
"""
_TRUST = """
source | text | | where the row comes from
confidence | text | | how far to trust it: high, medium or low
"""
_SHARED = f"{_COUNTRY}\n{_GAUGE}\n{_STATUS}\n{_ASSET}\n"

NETWORK_CONTRACTS: tuple[Contract, ...] = (
    contract(
        "land", NETWORK_GROUP, "polygon", "Land",
        "Land areas of Natural Earth, simplified to about 2 km, as a background.",
        "land_id | text | | number of the area in this file",
    ),
    contract(
        "nodes", NETWORK_GROUP, "point", "Nodes",
        "A point per node of the network; links begin and end there.",
        f"""
        node_id | text | | number of the node in this network
        {_MODE}; none where cargo starts or ends
        {_COUNTRY}
        {_GAUGE}
        terminal_id | text | | terminal whose place the node is, in terminals
        """,
    ),
    contract(
        "links", NETWORK_GROUP, "line", "Links",
        "A line per piece of railway, road, sea lane, ferry or feeder service.",
        f"link_id | text | | number of the link in this network\n{_MODE}\n{_ENDS}"
        f"length_km | float | km | true length\n{_SHARED}{_SOURCE}\n"
        "oneway | bool | | whether only from_node to to_node may be travelled",
    ),
    contract(
        "arcs", NETWORK_GROUP, "line", "Decision arcs",
        "A line per way between two places where something is decided; routes and flows are "
        "made of these. Drawn simplified to about 2 km; length_km is the true length.",
        "arc_id | text | | the arc there\n"
        "back_arc_id | text | | the arc back over the same links\n"
        f"{_MODE}\n{_ENDS}length_km | float | km | true length\n{_SHARED}",
    ),
    contract(
        "stops", NETWORK_GROUP, "point", "Stops",
        "A point per link without length: border, change of gauge, transfer, boarding.",
        "stop_id | text | | number of the link in this network\n"
        "kind | text | | border, gauge_change, transfer or boarding\n"
        f"{_MODE}\n{_ENDS}{_SHARED}{_SOURCE}\n",
    ),
    contract(
        "arc_stops", NETWORK_GROUP, "point", "Decision arcs without length",
        "A point per decision arc that has no length: what is met at a border, a change of "
        "gauge, a transfer, on boarding, or where cargo starts or ends.",
        "arc_id | text | | the arc\n"
        "kind | text | | border, gauge_change, transfer, boarding or access\n"
        f"{_MODE}; none off the modes\n{_ENDS}{_SHARED}",
    ),
    contract(
        "terminals", NETWORK_GROUP, "point", "Terminals",
        "A point per terminal: port, yard, station or city where cargo starts, ends or changes.",
        f"""
        terminal_id | text | | short name
        name | text | | name for people
        {_COUNTRY}
        modes | text | | modes that meet there, joined by ;
        gauges_mm | text | mm | track gauges there, joined by ;
        """,
    ),
    contract(
        "crossings", NETWORK_GROUP, "point", "Border crossings",
        "A point per border crossing, named in the facts or found where a line passes a border.",
        f"""
        crossing_id | text | | short name, the asset_id of links and arcs
        name | text | | name for people
        modes | text | | rail or road, joined by ;
        country_a | text | | country or territory on one side
        country_b | text | | country or territory on the other side
        gauges_mm | text | mm | track gauges that meet there, joined by ;
        {_STATUS}
        {_YEARS}
        {_TRUST}
        """,
    ),
    contract(
        "assets", NETWORK_GROUP, "point", "Assets",
        "A point per thing that can be controlled: crossing, line, strait, service, terminal.",
        f"""
        asset_id | text | | short name
        kind | text | | crossing, line, strait, service or terminal
        name | text | | name for people
        countries | text | | countries and territories it lies in, joined by ;
        status | text | | what stands there or sails
        {_YEARS}
        capacity_mt_yr | float | Mt/year | published capacity both ways
        sailings_per_week | float | 1/week | likely sailings a week
        {_TRUST}
        """,
    ),
)  # fmt: skip
