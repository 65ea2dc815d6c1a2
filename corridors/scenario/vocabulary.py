"""The components of cost, time and emissions and the units their rates come in."""

from __future__ import annotations

#: What a rate is about: money, time or emissions.
COST, TIME, EMISSIONS = "cost", "time", "emissions"
#: What a rate measures that only turns one unit into another.
RATIO = "ratio"

MODES = ("rail", "road", "sea", "ferry")

#: Any mode, place or goods.
ANY = "*"
#: Classes of goods; what a demand does not say is in containers.
CONTAINER = "container"
#: Classes of goods that go in containers and pay what those pay, whatever they are worth.
IN_CONTAINERS = (CONTAINER, "high_value")
COMMODITIES = (*IN_CONTAINERS, "general", "grain", "oil_products")
#: Unit by weight of a row for classes of goods -> the unit it is brought to.
BY_WEIGHT = {"USD/t-km": "USD/TEU-km", "USD/t": "USD/TEU"}

#: Unit of each component's rates -> what the rate measures.
COMPONENTS: dict[str, dict[str, str]] = {
    "linehaul": {"USD/TEU-km": COST},
    "speed": {"km/h": TIME},
    "emissions": {"kgCO2e/TEU-km": EMISSIONS},
    "toll": {"USD/TEU": COST},
    "border": {"USD/TEU": COST, "h": TIME},
    "transit": {"USD/TEU": COST},
    "gauge_change": {"USD/TEU": COST, "h": TIME},
    "transfer": {"USD/TEU": COST, "h": TIME},
    "port": {"USD/TEU": COST, "h": TIME},
    "freight_base": {"USD/TEU": COST},
    "boarding": {"USD/TEU": COST, "h": TIME},
    "boarding_wait_cap": {"h": TIME},
    "access": {"USD/TEU": COST, "h": TIME},
    "lift": {"kgCO2e/TEU": EMISSIONS},
    "insurance": {"percent of value": COST},
    "container_lease": {"USD/TEU-d": COST},
    "feu_ratio": {"FEU/TEU": RATIO},
    "feu_handling_ratio": {"FEU/TEU": RATIO},
}

#: Components that need a rate for each mode, since nothing sensible holds for all.
BY_MODE = ("linehaul", "speed", "emissions")


def unit_problem(component: str, unit: str) -> str:
    """Return why a component's rate cannot have this unit, empty if it can.

    Examples
    --------
    >>> unit_problem("toll", "h")
    'the unit of toll is USD/TEU, not h'
    >>> unit_problem("toll", "USD/TEU")
    ''
    """
    units = COMPONENTS.get(component, {})
    if unit in units:
        return ""
    if not unit:
        return f"a unit is missing: {' or '.join(units)}"
    return f"the unit of {component} is {' or '.join(units)}, not {unit}"
