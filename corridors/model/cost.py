"""What the cost and time of a leg are made of, line by line."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Component(StrEnum):
    """What a line of cost and time pays for.

    Charges and delays by rules are told by what they are reckoned by: `CUSTOMS` by the
    value of the cargo, `WAR_RISK` by the value of the hull, `CHARGE` and `DELAY` else.
    """

    LINEHAUL = "linehaul"
    SAILING = "sailing"
    EMPTY_RETURN = "empty_return"
    ACCESS = "access"
    TRANSFER = "transfer"
    GAUGE_CHANGE = "gauge_change"
    BORDER_FEE = "border_fee"
    BORDER_DWELL = "border_dwell"
    TRANSIT = "transit"
    PORT_HANDLING = "port_handling"
    PORT_DWELL = "port_dwell"
    WAIT = "wait"
    TOLL = "toll"
    CONTAINER_LEASE = "container_lease"
    INSURANCE = "insurance"
    EMISSIONS = "emissions"
    CUSTOMS = "customs"
    WAR_RISK = "war_risk"
    CHARGE = "charge"
    DELAY = "delay"


class Line(NamedTuple):
    """One line of a leg's bill, in USD of 2024, hours and kg CO2e per TEU.

    `usd_per_feu` is what a 40-foot box pays for it; `basis` names what it rests on: rows
    of a table (`rates.csv:12`), a table, or the id of a rule. `quality` is the worst of
    these, `provisional` whether any may yet change.
    """

    component: Component
    usd: float = 0.0
    h: float = 0.0
    kg: float = 0.0
    usd_per_feu: float = 0.0
    basis: tuple[str, ...] = ()
    quality: str = "assumed"
    provisional: bool = True
