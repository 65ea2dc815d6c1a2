"""From the demands of a scenario to the cargo that rules ask about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corridors.model.access import Cargo
from corridors.model.scenario import TRAITS
from corridors.scenario.vocabulary import CONTAINER, IN_CONTAINERS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from corridors.model.access import Actor
    from corridors.model.scenario import Demand
    from geodata.types import Place

#: Traits that name parties; a company answers to its state's name too.
_PARTIES = ("owner", "flag", "operator")


def cargo_of(demand: Demand, country_of: Mapping[str, str], actors: Mapping[str, Actor]) -> Cargo:
    """Return what rules may ask of a demand's cargo.

    Parameters
    ----------
    demand
        The demand.
    country_of
        Country of each terminal.
    actors
        All actors: a party answers to its own name and to those of its parents.

    Notes
    -----
    A rule about containers holds for every class of goods that goes in them.
    """
    traits = {}
    for name in TRAITS:
        said: Iterable[str] = (word.removeprefix("@") for word in getattr(demand.traits, name))
        if name in _PARTIES:
            said = (above for word in said for above in _and_parents(word, actors))
        traits[name] = frozenset(said)
    if traits["commodity"] & {*IN_CONTAINERS}:
        traits["commodity"] |= {CONTAINER}
    return Cargo(
        origin=frozenset({demand.origin, country_of.get(demand.origin, "")} - {""}),
        destination=frozenset({demand.destination, country_of.get(demand.destination, "")} - {""}),
        **traits,
    )


def countries_of(places: Iterable[Place]) -> dict[str, str]:
    """Return the country of each terminal."""
    return {place.id: place.country for place in places}


def _and_parents(name: str, actors: Mapping[str, Actor]) -> Iterable[str]:
    """Yield a party and all above it."""
    seen: list[str] = []
    while name and name not in seen:
        seen.append(name)
        name = actors[name].parent if name in actors else ""
    return seen
