"""The components of cost, time and emissions and the units their rates come in."""

from __future__ import annotations

#: What a rate is about: money, time or emissions.
COST, TIME, EMISSIONS = "cost", "time", "emissions"

MODES = ("rail", "road", "sea", "ferry")

#: Unit of each component's rates -> what the rate measures.
COMPONENTS: dict[str, dict[str, str]] = {
    "linehaul": {"USD/TEU-km": COST},
    "speed": {"km/h": TIME},
    "emissions": {"kgCO2e/TEU-km": EMISSIONS},
    "toll": {"USD/TEU": COST},
    "border": {"USD/TEU": COST, "h": TIME},
    "gauge_change": {"USD/TEU": COST, "h": TIME},
    "transfer": {"USD/TEU": COST, "h": TIME},
    "port": {"USD/TEU": COST, "h": TIME},
    "freight_base": {"USD/TEU": COST},
    "boarding": {"USD/TEU": COST, "h": TIME},
    "boarding_wait_cap": {"h": TIME},
    "access": {"USD/TEU": COST, "h": TIME},
    "lift": {"kgCO2e/TEU": EMISSIONS},
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
    return f"the unit of {component} is {' or '.join(units)}, not {unit}"
