"""What can be switched off in a scenario, by name: permissions, lines, places.

A switch closed is a scenario with one thing changed, to the letter: an actor's is
``access.refuses: [X]``, a line's is the line left out of ``network.built``, a place's is an
entry in ``access.close``. What each closes is found once, arc by arc, so that a set of
closed switches is the union of what they close.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from corridors.errors import Finding, ScenarioError, nearest
from corridors.model.scenario import Access, AccessEntry, NetworkChoice
from corridors.scenario.closures import NOT_BUILT_KIND, PLANNED, border_names, close, is_built
from corridors.scenario.stances import denied, refusing

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from corridors.model.capacity import Project
    from corridors.model.scenario import Scenario
    from corridors.scenario.compile import Compiled
    from geodata.types import Bools

ACTOR, LINK, PROJECT, PLACE = "actor", "link", "project", "place"
#: Where ids could be mistaken, a word may say which kind of switch it means.
KINDS = (ACTOR, LINK, PROJECT, PLACE)
#: Where switches are asked for, unless somebody says otherwise.
OPTION = "--switches"
#: Sets of switches by name, with what they mean.
SETS = {
    "states": "the transit permission of every state that may deny a place",
    "projects": "every project that builds what the scenario lacks",
    "links": "every planned line, crossing and terminal that is not built and in no project",
    "political": "states, projects and links together",
}


@dataclass(frozen=True)
class Switch:
    """A bit of the access lattice: what it is, and what it acts through.

    `names` are the actors that refuse, the assets that are not built, or the place that is
    closed, while the switch is closed.
    """

    id: str
    kind: str
    title: str
    names: tuple[str, ...]

    @property
    def builds(self) -> tuple[str, ...]:
        """The assets that stand only while the switch is open."""
        return self.names if self.kind in (LINK, PROJECT) else ()

    def closed(self, scenario: Scenario) -> Scenario:
        """Return a scenario, in which the switch is open, with it closed."""
        access, choice = scenario.access, scenario.network
        if self.kind == ACTOR:
            access = replace(access, refuses=(*access.refuses, *self.names))
        elif self.kind == PLACE:
            entry = AccessEntry(*_parted(self.names[0]), "a switch")
            access = replace(access, close=(*access.close, entry))
        else:
            choice = replace(choice, built=tuple(sorted({*choice.built} - {*self.names})))
        return replace(scenario, access=access, network=choice)


class Switches:
    """All switches that a scenario could have, found by name.

    Parameters
    ----------
    scenario, compiled
        The scenario as it is.
    projects
        The investment projects of the tables.
    """

    def __init__(self, scenario: Scenario, compiled: Compiled, projects: Sequence[Project]) -> None:
        """Keep what names are looked up in."""
        self.scenario, self.compiled, self.law = scenario, compiled, compiled.law
        self.graph = compiled.graph
        self.projects = projects

    def chosen(self, words: Sequence[str], *, option: str = OPTION) -> tuple[Switch, ...]:
        """Return the switches that words mean: ids, `kind:ID`, `@BLOC`, `A+B`, names of sets.

        Lines and projects joined by ``+`` are built together or not at all.

        Parameters
        ----------
        words
            The words.
        option
            Where they were said, for findings.

        Raises
        ------
        ScenarioError
            If a word means nothing or a switch closes nothing, or two switches build the
            same line; carries all findings.
        """
        found: dict[str, Switch] = {}
        findings = []
        for word in words:
            meant = self._set(word) if word in SETS else self._meant(word)
            single = meant if word not in SETS else ()
            findings += [
                self._closes_nothing(one, option) for one in single if not self.rows([one]).any()
            ]
            if not meant and word not in SETS:
                findings.append(self._unknown(word, option))
            found.update({one.id: one for one in meant})
        findings += _twice(found.values(), option)
        if findings:
            msg = "these switches cannot be asked about:"
            raise ScenarioError(msg, findings=findings)
        return tuple(found.values())

    def unknown(self, words: Iterable[str], *, option: str) -> list[Finding]:
        """Return a finding for each word that means no switch at all."""
        return [self._unknown(word, option) for word in words if not self._meant(word)]

    def _unknown(self, word: str, option: str) -> Finding:
        mend = nearest(word, self.names, count=3) or f"or a set: {', '.join(SETS)}"
        return Finding(option, 0, 0, word, "unknown switch", mend)

    def _closes_nothing(self, one: Switch, option: str) -> Finding:
        why = {
            ACTOR: f"{one.title} holds no power to deny any place of this network, so it has no "
            "switch",
            PLACE: "nothing of this network passes it",
        }.get(one.kind, "nothing of it is on this network")
        mend = f"leave it out; corridors explain switches {self.scenario.id} lists what there is"
        return Finding(option, 0, 0, one.id, why, mend)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Everything that a word may be, places without those of countries and modes."""
        blocs = (f"@{name}" for name in self.law.blocs)
        places = (asset.id for asset in self.graph.assets)
        borders = (name for asset in self.graph.assets for name in border_names(asset))
        return (*SETS, *self.law.actors, *blocs, *(one.id for one in self.projects), *places,
                *self.graph.terminal_ids, *dict.fromkeys(borders))  # fmt: skip

    def rows(self, switches: Sequence[Switch]) -> Bools:
        """Return which arcs each of some switches closes, shape (switches, n)."""
        found = [self._rows(one) for one in switches]
        return np.array(found, np.bool_).reshape(len(found), len(self.graph.arcs))

    def opened(self, switches: Iterable[Switch]) -> Scenario:
        """Return the scenario with all that some switches build, named one by one."""
        choice = self.scenario.network
        built = {asset.id for asset in self.graph.assets if is_built(asset, choice)}
        built |= {name for one in switches for name in one.builds}
        return replace(self.scenario, network=NetworkChoice(tuple(sorted(built))))

    def as_is(self, switches: Sequence[Switch]) -> int:
        """Return the switches that are closed in the scenario as it is, as a set of bits."""
        return sum(1 << at for at, one in enumerate(switches) if {*one.builds} & self._missing)

    def _set(self, word: str) -> tuple[Switch, ...]:
        """Return the switches of a set that close anything; each line once."""
        found: list[Switch] = []
        if word in ("states", "political"):
            kinds = self.law.actors.items()
            found += [self._actor(name) for name, one in kinds if one.kind == "state"]
        if word in ("projects", "political"):
            found += [one for one in map(self._project, self.projects) if one]
        found = list(_first_of_each(found))
        if word in ("links", "political"):
            known = {name for one in map(self._project, self.projects) if one for name in one.names}
            lacking = (a for a in self.graph.assets if a.id in self._missing - known)
            found += [_link(one.id, one.name) for one in lacking if one.status in PLANNED]
        return tuple(one for one in found if self._rows(one).any())

    def _meant(self, word: str) -> tuple[Switch, ...]:
        if "+" in word:
            parts = [self._meant(part) for part in word.split("+")]
            return (_joined(word, [one for part in parts for one in part]),) if all(parts) else ()
        kind, colon, name = word.partition(":")
        kinds, name = ((kind,), name) if colon and kind in KINDS else (KINDS, word)
        found = (one for each in kinds if (one := self._of_kind(each, name)))
        return tuple(found)[:1]

    def _of_kind(self, kind: str, name: str) -> Switch | None:
        """Return the switch of a kind by its name, None if there is none."""
        if kind == ACTOR:
            plain = name.removeprefix("@")
            among = self.law.blocs if name.startswith("@") else self.law.actors
            return self._actor(name) if plain in among else None
        if kind == PROJECT:
            return next((self._project(one) for one in self.projects if one.id == name), None)
        if kind == LINK:
            thing = next((one for one in self.graph.assets if one.id == name), None)
            return _link(name, thing.name) if thing and name in self._unbuilt else None
        place = _parted(name)[0]
        return Switch(name, PLACE, place, (name,)) if place in self._places else None

    def _actor(self, name: str) -> Switch:
        plain = name.removeprefix("@")
        return Switch(name, ACTOR, self.law.actors[plain].name, (name,))

    def _project(self, project: Project) -> Switch | None:
        """Return the switch of a project: what it builds that is missing, else all of it."""
        builds = [name for name in project.builds if name in self._unbuilt]
        names = [name for name in builds if name in self._missing] or builds
        return Switch(project.id, PROJECT, project.title, tuple(names)) if names else None

    @cached_property
    def _unbuilt(self) -> frozenset[str]:
        """Assets that do not stand unless a scenario builds them."""
        return self._lacking(NetworkChoice())

    @cached_property
    def _missing(self) -> frozenset[str]:
        """Assets that do not stand in the scenario as it is."""
        return self._lacking(self.scenario.network)

    def _lacking(self, choice: NetworkChoice) -> frozenset[str]:
        bare = replace(self.scenario, access=Access(), network=choice)
        found = close(self.graph.arcs, bare, self.graph.assets, self.graph.countries)
        return frozenset(one.id for one in found.reasons if one.kind == NOT_BUILT_KIND) - {""}

    @cached_property
    def _places(self) -> frozenset[str]:
        graph = self.graph
        borders = {name for asset in graph.assets for name in border_names(asset)}
        assets = {asset.id for asset in graph.assets}
        return frozenset(assets | {*graph.terminal_ids, *graph.countries} | borders)

    @cached_property
    def _asset_at(self) -> dict[str, int]:
        return {asset.id: at for at, asset in enumerate(self.graph.assets)}

    def _rows(self, one: Switch) -> Bools:
        arcs, terrain = self.graph.arcs, self.compiled.laid.terrain
        if one.kind == ACTOR:
            scopes = denied(refusing(one.names, self.law), self.law)
            places: Bools = np.any(terrain.coverage.matrix(scopes), axis=0)
            shut: Bools = places[terrain.place_of_arc] & ~self.compiled.closures.lifted
            return shut
        if one.kind == PLACE:
            bare = replace(self.scenario, access=Access(), network=self._everything)
            alone = close(
                arcs, one.closed(bare), self.graph.assets, self.graph.countries,
                calls_at=terrain.calls_at,
            )  # fmt: skip
            return ~alone.open
        return np.isin(arcs.asset, [self._asset_at[name] for name in one.names])

    @cached_property
    def _everything(self) -> NetworkChoice:
        return NetworkChoice(tuple(self._asset_at))


def _parted(name: str) -> tuple[str, str]:
    place, _, mode = name.partition("/")
    return place, mode


def _link(name: str, title: str) -> Switch:
    return Switch(name, LINK, title or name, (name,))


def _joined(word: str, parts: Sequence[Switch]) -> Switch:
    """Return one switch that builds all that several do; nothing if one of them builds nothing."""
    builds = all(one.builds for one in parts)
    names = tuple(dict.fromkeys(name for one in parts for name in one.builds)) if builds else ()
    return Switch(word, PROJECT, " and ".join(one.title for one in parts), names)


def _first_of_each(switches: Iterable[Switch]) -> Iterator[Switch]:
    """Yield switches, those left out that build what one before them does."""
    seen: set[str] = set()
    for one in switches:
        if seen.isdisjoint(one.builds):
            seen |= {*one.builds}
            yield one


def _twice(switches: Iterable[Switch], option: str) -> list[Finding]:
    """Return a finding for each line that several switches build."""
    builders: dict[str, list[str]] = {}
    for one in switches:
        for name in one.builds:
            builders.setdefault(name, []).append(one.id)
    what = "is built by several switches"
    return [
        Finding(option, 0, 0, name, what, f"keep one of {', '.join(ids)}")
        for name, ids in builders.items()
        if len(ids) > 1
    ]
