"""Readers of public test instances: files in, plain arrays out, for `corridors.solve`."""

from corridors.instances.dimacs import (
    MaxFlow,
    MinCostFlow,
    read_max_flow,
    read_min_cost_flow,
)
from corridors.instances.dow import read_dow
from corridors.instances.tntp import Roads, Trips, read_tntp_network, read_tntp_trips

__all__ = [
    "MaxFlow",
    "MinCostFlow",
    "Roads",
    "Trips",
    "read_dow",
    "read_max_flow",
    "read_min_cost_flow",
    "read_tntp_network",
    "read_tntp_trips",
]
