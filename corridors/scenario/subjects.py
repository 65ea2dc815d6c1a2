"""What can be asked about by name: an asset, a country, a border or a corridor branch.

A :class:`Subject` is made of the places that rules see, so that whatever decides about
cargo on the network also answers a question about the subject, without a network.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from corridors.errors import ScenarioError, nearest
from corridors.model.access import MODES, Place
from corridors.scenario.closures import SEASONAL, is_built
from geodata.types import HIGH_SEAS, Asset

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from corridors.model.scenario import NetworkChoice
    from corridors.scenario.register_cells import Known
    from geodata.facts_rows import Facts, LinkRow, ServiceRow

#: Words of the facts for what stands or sails.
STANDING = ("built", "operating", "irregular")
#: A service that is not known to sail.
IDLE = "no sailings"
_LAND = ("rail", "road")
#: How many names to offer for one that is not known.
_OFFERS = 4


@dataclass(frozen=True)
class Fact:
    """What the facts say of an asset; `status` is physical, `opening` the years expected.

    `calls` are the terminals at which a service loads, with their countries.
    """

    id: str
    kind: str
    name: str
    countries: tuple[str, ...]
    modes: tuple[str, ...]
    status: str = "built"
    opening: tuple[int | None, int | None, int | None] = (None, None, None)
    note: str = ""
    source: str = ""
    confidence: str = ""
    calls: tuple[tuple[str, str], ...] = ()

    @property
    def physically(self) -> str:
        """The physical status in words, with the years of opening if any."""
        low, likely, high = self.opening
        words = self.status.replace("_", " ")
        if self.status == "built" or likely is None:
            return words
        span = f" ({low} to {high})" if low and high and low != high else ""
        return f"{words}, likely open in {likely}{span}"


@dataclass(frozen=True)
class Subject:
    """A thing asked about.

    `kind` is that of an asset, or country, border, branch or family; `places` are what
    rules see of it; `parts` the assets that lie on it, none for an asset.
    """

    id: str
    kind: str
    name: str
    countries: tuple[str, ...]
    places: tuple[Place, ...]
    parts: tuple[Fact, ...] = ()
    fact: Fact | None = None

    @property
    def modes(self) -> tuple[str, ...]:
        """The modes in which it is used."""
        return tuple(mode for mode in MODES if any(one.mode == mode for one in self.places))


def find_subject(
    name: str,
    facts: Facts,
    known: Known,
    *,
    titles: Mapping[str, str] | None = None,
    built: Collection[str] = (),
) -> Subject:
    """Return what is called by a name.

    Parameters
    ----------
    name
        Id of an asset, country, border (`AM-TR` either way round), corridor branch or
        family; upper and lower case are alike.
    facts, known
        The fact tables and the names in them.
    titles
        Country code -> its name.
    built
        Ids of assets that count as built though they are not.

    Raises
    ------
    ScenarioError
        If nothing is called so; offers the nearest names.
    """
    finder = _Finder(facts, known, titles or {}, frozenset(built))
    found = finder.find(name)
    if found is None:
        advice = finder.advice(name) or "an asset, country, border such as AM-TR, or branch"
        msg = f"nothing is called {name!r}; {advice}"
        raise ScenarioError(msg)
    return found


def facts_by_id(facts: Facts) -> dict[str, Fact]:
    """Return what the fact tables say of each asset, by id."""
    at = {row.id: row.country for row in facts.terminals}
    found = [
        Fact(row.id, "terminal", f"{row.name} ({row.kind.replace('_', ' ')})", (row.country,),
             row.modes or MODES, note=row.note, source=row.source, confidence=row.confidence)
        for row in facts.terminals
    ]  # fmt: skip
    found += [
        Fact(row.id, "crossing", row.name, (row.country_a, row.country_b), (row.mode,),
             row.physical_status, note=row.restrictions, source=row.source,
             confidence=row.confidence)
        for row in facts.crossings
    ]  # fmt: skip
    found += [_line(row, at) for row in facts.links]
    found += [_service(row, at) for row in facts.services]
    found += [
        Fact(row.id, "strait", row.name, (), ("sea",),
             SEASONAL if row.navigation == SEASONAL else "built", note=row.limits,
             source=row.source, confidence=row.confidence)
        for row in facts.straits
    ]  # fmt: skip
    return {fact.id: fact for fact in found}


def built_in(facts: Facts, choice: NetworkChoice) -> frozenset[str]:
    """Return the ids of assets that a scenario treats as built."""
    return frozenset(
        one.id
        for one in facts_by_id(facts).values()
        if is_built(
            Asset(one.id, one.kind, one.name, 0.0, 0.0, one.countries, one.status,
                  opening_likely=one.opening[1]),
            choice,
        )
    )  # fmt: skip


def _ends(row: LinkRow | ServiceRow, at: Mapping[str, str]) -> tuple[str, ...]:
    """Return the countries at the ends of a line or service."""
    return tuple(dict.fromkeys(at[end] for end in (row.from_id, row.to_id) if end in at))


def _line(row: LinkRow, at: Mapping[str, str]) -> Fact:
    years = (row.opening_low, row.opening_likely, row.opening_high)
    return Fact(row.id, "line", f"{row.from_id}-{row.to_id} ({row.mode})", _ends(row, at),
                (row.mode,), row.physical_status, years, row.note, row.source,
                row.confidence)  # fmt: skip


def _service(row: ServiceRow, at: Mapping[str, str]) -> Fact:
    name = f"{row.type.replace('_', ' ')} {row.from_id}-{row.to_id} ({row.operators})"
    status = IDLE if row.sailings_per_week_likely == 0 else row.physical_status
    calls = tuple((end, at[end]) for end in (row.from_id, row.to_id) if end in at)
    return Fact(row.id, "service", name, _ends(row, at), ("sea", "ferry"), status,
                note=row.restrictions, source=row.source, confidence=row.confidence,
                calls=calls)  # fmt: skip


class _Finder:
    """Looks a name up among assets, countries, borders, branches and families."""

    def __init__(
        self, facts: Facts, known: Known, titles: Mapping[str, str], built: frozenset[str]
    ) -> None:
        self.known, self.titles, self.built = known, titles, built
        self.assets = facts_by_id(facts)
        self.between = {row.id: {row.terminal_a, row.terminal_b} for row in facts.crossings}
        self.branches = {row.branch: row.name for row in facts.corridors}
        self.family = {row.branch: row.family for row in facts.corridors}
        self.borders = {
            f"{one}-{other}": pair
            for pair, (a, b) in known.pairs.items()
            for one, other in ((a, b), (b, a))
        }
        families = dict.fromkeys(self.family.values())
        names = (*self.assets, *known.countries, *titles, *self.borders, *self.branches, *families)
        self.spelled = {name.casefold(): name for name in names}

    def find(self, name: str) -> Subject | None:
        """Return the subject of a name, None if there is none."""
        spelled = self.spelled.get(name.casefold(), "")
        if spelled in self.assets:
            return self._asset(self.assets[spelled])
        if spelled in self.known.countries or spelled in self.titles:
            return self._country(spelled)
        if spelled in self.borders:
            return self._border(self.borders[spelled])
        if spelled in self.branches:
            return self._line_of(spelled, "branch", self.branches[spelled], [spelled])
        within = [branch for branch, family in self.family.items() if spelled and family == spelled]
        return self._line_of(spelled, "family", "", within) if within else None

    def advice(self, name: str) -> str:
        """Return the names nearest to one that is not known, by id or by words in it."""
        near = nearest(name, self.spelled.values(), count=2)
        told = {fact.id: fact.name for fact in self.assets.values()} | dict(self.titles)
        having = [key for key, words in sorted(told.items()) if name.casefold() in words.casefold()]
        if not having:
            return near
        named = ", ".join(f"{key} ({told[key]})" for key in having[:_OFFERS])
        return f"that name is in {named}" + (" and more" if len(having) > _OFFERS else "")

    def _closed(self, fact: Fact) -> str:
        stands = fact.status in STANDING or fact.id in self.built
        return "" if stands else f"{fact.id} {fact.status.replace('_', ' ')}"

    def _places(self, fact: Fact) -> Iterator[Place]:
        """Yield an asset as places: a crossing lies in both countries, a line in one at a time.

        A service is met at sea, and where it loads together with the port.
        """
        ids, here = frozenset({fact.id}), tuple((code,) for code in fact.countries)
        each: list[tuple[frozenset[str], tuple[str, ...]]] = [(ids, codes) for codes in here]
        if fact.kind == "crossing":
            each = [(ids, fact.countries)]
        if fact.kind == "service":
            each = [(ids, (HIGH_SEAS,)), *((ids | {end}, (code,)) for end, code in fact.calls)]
        on = frozenset(name for name, parts in self.known.branches.items() if fact.id in parts)
        for mode in fact.modes:
            for assets, countries in each or [(ids, ())]:
                yield Place(assets, countries, mode, on, closed=self._closed(fact))

    def _asset(self, fact: Fact) -> Subject:
        places = tuple(self._places(fact))
        return Subject(fact.id, fact.kind, fact.name, fact.countries, places, fact=fact)

    def _country(self, code: str) -> Subject:
        inside = [fact for fact in self.assets.values() if code in fact.countries]
        used = {mode for fact in inside for mode in fact.modes} or set(MODES)
        places = tuple(Place(countries=(code,), mode=mode) for mode in MODES if mode in used)
        parts = _controlled(inside)
        return Subject(code, "country", self.titles.get(code, code), (code,), places, parts)

    def _border(self, pair: str) -> Subject:
        countries = self.known.pairs[pair]
        both = set(countries)
        on = [fact for fact in self.assets.values() if set(fact.countries) == both]
        crossings = tuple(fact for fact in on if fact.kind == "crossing")
        places = [place for fact in crossings for place in self._places(fact)]
        places += [Place(countries=countries, mode=mode, named=False) for mode in _LAND]
        name = " - ".join(self.titles.get(code, code) for code in countries)
        return Subject(pair, "border", name, countries, tuple(places), crossings)

    def _line_of(self, name: str, kind: str, title: str, branches: Iterable[str]) -> Subject:
        """Return a branch, or all branches of a family: terminals, named lines, crossings."""
        ids = dict.fromkeys(part for one in branches for part in self.known.branches[one])
        ids |= dict.fromkeys(
            name for name, ends in self.between.items() if "" not in ends and ends <= ids.keys()
        )
        parts = tuple(self.assets[one] for one in ids if one in self.assets)
        places = tuple(place for fact in parts for place in self._places(fact))
        countries = tuple(dict.fromkeys(code for fact in parts for code in fact.countries))
        title = title or ", ".join(branches)
        return Subject(name, kind, title, countries, places, parts)


def _controlled(inside: Iterable[Fact]) -> tuple[Fact, ...]:
    """Return the assets of a country that a planner would name: crossings, lines, ports."""
    kinds = ("crossing", "line", "service")
    return tuple(fact for fact in inside if fact.kind in kinds)
