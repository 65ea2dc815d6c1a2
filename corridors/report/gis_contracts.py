"""What the layers of a run are, and every field of them with unit and meaning."""

from __future__ import annotations

from geodata.sheets import Contract, contract

__all__ = ["RUN_CONTRACTS", "RUN_GROUP", "STOPS_OF"]

#: Layers of a run, as against those of the network.
RUN_GROUP = "run"

#: Layers of lines, and where their rows without length stand: a GIS wants one kind a layer.
STOPS_OF = {"legs": "leg_stops", "flows": "flow_stops", "access": "access_stops"}

_RUN = """
run | text | | name of the folder of the run
scenario | text | | id of its scenario
"""
_LEG = f"""
leg_id | text | | number within the route, unique within the run
{_RUN}
route_id | text | | route it is part of, in routes
seq | int | | its place in the route, from 1
kind | text | | line, or the kind of the stop: border, gauge_change, transfer, boarding, access
from_id | text | | terminal, crossing or node it begins at
to_id | text | | terminal, crossing or node it ends at
mode | text | | rail, road, sea or ferry
country | text | | ISO 3166 code of the country or territory; XZ is the high sea
gauge_mm | int? | mm | track gauge; missing off the railway
operator | text | | who carries, joined by ;
distance_km | float | km | length, 0 for a stop
time_h | float | h | time it takes
cost_usd_per_teu | float | USD(2024)/TEU | cost, charges by rules included
rule_ids | text | | rules that were met, as in the register, joined by ;
source_ids | text | | sources of its rates and rules, joined by ;
"""
_FLOW = f"""
arc_id | text | | decision arc, as in arcs and arc_stops
{_RUN}
teu_per_year | float | TEU/year | cargo of all demands
capacity_teu_per_year | float | TEU/year | smallest capacity that holds there; missing if none
shadow_price_usd_per_teu | float | USD(2024)/TEU | what one TEU a year more would save
empty_teu_per_year | float | TEU/year | empty boxes on their way back
"""
_ACCESS = """
passage | text | | open or closed to the cargo of all demands, partly, or not_built
demands_open | int | demands | how many may pass in both directions
demands | int | demands | demands of the run that have a way at all
refused_by | text | | actors that refuse, joined by ;
rule_ids | text | | rules by which they do, as in the register, joined by ;
reasons | text | | why it is closed, to whom it is closed, in words, joined by ;
charge_low_usd_per_teu | float | USD(2024)/TEU | least that rules charge those who may pass
charge_high_usd_per_teu | float | USD(2024)/TEU | most that rules charge those who may pass
delay_high_h | float | h | longest delay by rules of those who may pass
cap_teu_per_year | float | TEU/year | least that rules let pass; missing if unlimited
"""
_PLACE = """
mode | text | | rail, road, sea or ferry
country | text | | ISO 3166 code of the country or territory; XZ is the high sea
gauge_mm | int? | mm | track gauge; missing off the railway
status | text | | built, under_construction, planned, dismantled or out_of_use
asset_id | text | | crossing, line, strait, service or terminal, in assets; missing for the rest
"""

RUN_CONTRACTS: tuple[Contract, ...] = (
    contract(
        "routes", RUN_GROUP, "line", "Routes",
        "A line per route that was found, stops left out.",
        f"""
        route_id | text | | demand and number, unique within the run
        {_RUN}
        demand_id | text | | demand, as in the scenario
        origin | text | | terminal it begins at
        destination | text | | terminal it ends at
        family | text | | first corridor family it runs along; missing if along none
        corridor | text | | all corridor families it runs along, joined by ;
        rank | int | | place among the routes of the demand, from 1
        objective | text | | what it is the answer to: best, cheapest, fastest, family, flow
        modes | text | | modes in the order of travel, joined by ;
        countries | text | | countries and territories in the order of travel, joined by ;
        actors | text | | operators in the order of travel, joined by ;
        cost_usd_per_teu | float | USD(2024)/TEU | cost, charges by rules included
        time_h | float | h | likely time, stops included
        distance_km | float | km | length over all modes
        emissions_kgco2e_per_teu | float | kg CO2e/TEU | emissions from well to wheel
        borders | int | | borders passed
        gauge_changes | int | | changes of track gauge
        transfers | int | | changes of mode
        sea_km | float | km | length at sea, ferries included
        rail_km | float | km | length by rail
        road_km | float | km | length by road
        status | text | | ok
        time_mean_h | float | h | mean of the time as a distribution
        time_sd_h | float | h | standard deviation of the time
        time_p50_h | float | h | time that is kept in 50 of 100 cases
        time_p80_h | float | h | time that is kept in 80 of 100 cases
        time_p95_h | float | h | time that is kept in 95 of 100 cases
        within_h | float | h | deadline of the demand; missing if it has none
        on_time_probability | float | share | chance to arrive within the deadline
        teu_per_year | float | TEU/year | cargo of the demand that goes by it
        """,
    ),
    contract(
        "legs", RUN_GROUP, "line", "Legs of routes",
        "A line per part of a route in one mode, country and operator.", _LEG,
    ),
    contract(
        "leg_stops", RUN_GROUP, "point", "Stops of routes",
        "A point per border, change of gauge or mode, boarding, start and end of a route.", _LEG,
    ),
    contract(
        "flows", RUN_GROUP, "line", "Flows",
        "A line per decision arc that cargo takes, all demands together.", _FLOW,
    ),
    contract(
        "flow_stops", RUN_GROUP, "point", "Flows at stops",
        "A point per decision arc without length that cargo takes.", _FLOW,
    ),
    contract(
        "bottlenecks", RUN_GROUP, "point", "Bottlenecks",
        "A point per capacity that cargo uses, where its first arc begins.",
        f"""
        capacity_id | text | | name of the capacity
        {_RUN}
        kind | text | | what is limited: line, crossing, gauge_change, port, service
        label | text | | name for people
        on | text | | assets, lines and services it holds on, joined by ;
        used_teu_per_year | float | TEU/year | cargo on its fullest section or direction
        capacity_teu_per_year | float | TEU/year | what may pass there
        used_share | float | share | used by capacity
        binds | text | | yes if it is full, else no
        shadow_price_low_usd_per_teu | float | USD(2024)/TEU | what one TEU a year more saves
        shadow_price_high_usd_per_teu | float | USD(2024)/TEU | what one TEU a year less costs
        congestion_rent_low_usd_per_year | float | USD(2024)/year | lower price times capacity
        congestion_rent_high_usd_per_year | float | USD(2024)/year | higher price times capacity
        actors | text | | who controls its places, with roles, joined by ;
        quality | text | | how the capacity is known: published, reported, estimated, assumed
        source_ids | text | | sources of the capacity, joined by ;
        """,
    ),
    contract(
        "chokepoints", RUN_GROUP, "point", "Chokepoints",
        "A point per crossing, line, strait, service or terminal that cargo passes.",
        f"""
        asset_id | text | | short name, as in assets
        {_RUN}
        kind | text | | crossing, line, strait, service or terminal
        name | text | | name for people
        countries | text | | countries and territories it lies in, joined by ;
        status | text | | what stands there or sails
        teu_per_year | float | TEU/year | cargo that passes
        traffic_share | float | share | that, by the cargo of all demands
        demands | int | demands | how many demands pass
        confidence | text | | how far to trust its place: high, medium or low
        """,
    ),
    contract(
        "cuts", RUN_GROUP, "point", "Cuts",
        "A point per shut place that parts a demand without a route from its goal.",
        f"""
        cut_id | text | | demand and number, unique within the run
        {_RUN}
        demand_id | text | | demand that has no route
        arc_id | text | | decision arc that is shut, as in arcs and arc_stops
        asset_id | text | | crossing, line, strait, service or terminal; missing for the rest
        name | text | | name for people
        countries | text | | countries and territories, joined by ;
        mode | text | | rail, road, sea or ferry
        in_smallest_set | text | | yes if lifting the smallest set opens it, else no
        blockers | text | | rules and closures that keep it shut, joined by ;
        actors | text | | who keeps it shut, joined by ;
        reason | text | | why, in words
        """,
    ),
    contract(
        "access", RUN_GROUP, "line", "Access by line",
        "Lines of one territory, mode, gauge and asset, on which the rules of the day and the "
        "scenario say the same: who may pass and what it meets.",
        f"""
        access_id | text | | number of these lines in this network
        {_RUN}
        {_PLACE}
        length_km | float | km | true length of all of them
        {_ACCESS}
        """,
    ),
    contract(
        "access_stops", RUN_GROUP, "point", "Access at borders, ports and yards",
        "A point per border, change of gauge or mode, boarding, start and end of cargo: who may "
        "pass and what it meets.",
        f"""
        access_id | text | | asset, kind and mode, or number of the link in this network
        {_RUN}
        kind | text | | border, gauge_change, transfer, boarding or access
        {_PLACE}
        {_ACCESS}
        """,
    ),
)  # fmt: skip
