"""`corridors explain`: who decides about a place, where a value comes from, why a route."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from corridors.errors import Finding, InputMissingError, ScenarioError, nearest
from corridors.metrics.answers import Answers
from corridors.metrics.catalogue import ENTRIES, entry, page
from corridors.metrics.ways import WayFinder
from corridors.model.access import CARGO_FIELDS, Cargo
from corridors.model.scenario import TRAITS, Demand, Traits
from corridors.report.capacity_page import capacity_tables, plain_projects, plain_rows
from corridors.report.dossier import Asked, tell_access
from corridors.report.merged import Merged
from corridors.report.outputs import writing_output
from corridors.report.register_page import register_tables, with_counts
from corridors.report.route_teller import RouteTeller
from corridors.rerun import open_run, with_flow_routes
from corridors.run import read
from corridors.scenario.capacities import load_capacities
from corridors.scenario.capacity import capacity_rows, counted
from corridors.scenario.cargo import cargo_of
from corridors.scenario.compile import compile_scenario, law_of
from corridors.scenario.load import load_scenario
from corridors.scenario.places import scenario_ids
from corridors.scenario.project_effects import project_effects
from corridors.scenario.projects import load_projects
from corridors.scenario.rates import load_rates
from corridors.scenario.reasons import Reasons
from corridors.scenario.register import count_rows, load_register
from corridors.scenario.register_cells import Known
from corridors.scenario.subjects import built_in, find_subject
from geodata.facts_io import load_facts
from geodata.folders import facts_folder
from geodata.snapshot import open_network
from geodata.sources.osm_rules import page as tags_page

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from corridors.metrics.catalogue import Entry
    from corridors.report.explained import AccessDossier
    from corridors.report.explained_route import RouteExplained
    from corridors.scenario.capacity import CapacityRows
    from corridors.scenario.project_effects import ProjectArrays


#: Kinds of actors after which places are named.
_LANDS = ("state", "authority")
#: What a question may say of cargo; `end` is a demand of rules, not a trait.
CARGO_WORDS = tuple(name for name in CARGO_FIELDS if name != "end")
#: Traits that are words of the rules' own, not names of places or actors.
_FREE = ("commodity", "list", "vessel")
_PLACES = ("origin", "destination", "after")


def explain_access(
    name: str, *, scenario: str = "baseline", day: str = "", cargo: str = "",
    sets: Iterable[str] = (),
) -> AccessDossier:  # fmt: skip
    """Gather everything that bears on the access to a place.

    Parameters
    ----------
    name
        An asset, a country, a border (`AM-TR`), a corridor branch or family.
    scenario
        Id or path of the scenario whose regimes, events and rules hold.
    day
        The day, as 2026-11-22; the scenario's own if empty.
    cargo
        Whose cargo is asked about, as `origin=DE destination=CN owner=@EU/GB`; any
        cargo that no rule singles out if empty.
    sets
        `key=value` on top of the scenario.

    Raises
    ------
    ScenarioError
        If nothing is called so, or the scenario or the cargo is invalid.
    InputMissingError
        If there is no such scenario.
    """
    facts = load_facts(facts_folder())
    known = Known.of(facts)
    asked = _ask(scenario, sets, read_day(day), known)
    titles = {one.id: one.name for one in asked.register.actors if one.kind in _LANDS}
    built = built_in(facts, asked.scenario.network)
    subject = find_subject(name, facts, known, titles=titles, built=built)
    return tell_access(asked, subject, read_cargo(cargo, asked, known), words=cargo.strip())


def explain_register(docs: Path | None = None) -> RegisterCounts:
    """Count the register: its rows, what they rest on, what is in force on which day.

    Parameters
    ----------
    docs
        A page whose counted tables are written anew between their marks.

    Raises
    ------
    InputMissingError
        If the page is not there or has no marks.
    OutputError
        If the page cannot be written.
    """
    register = load_register()
    days = sorted({load_scenario(name).scenario.as_of for name in scenario_ids()})
    tables = register_tables(register, days)
    if docs is not None:
        page = _counted(docs, tables)
        with writing_output(docs) as partial:
            partial.write_text(page, encoding="utf-8")
    return RegisterCounts(count_rows(register), tuple(day.isoformat() for day in days), tables)


def _counted(docs: Path, tables: str) -> str:
    """Return a page with its counted tables replaced."""
    try:
        return with_counts(docs.read_text(encoding="utf-8"), tables)
    except (OSError, ValueError) as error:
        msg = f"{docs}: {getattr(error, 'strerror', None) or error}"
        raise InputMissingError(msg) from error


@dataclass(frozen=True)
class RegisterCounts:
    """The register in figures: rows by table and evidence, the days counted, as Markdown."""

    counts: Mapping[str, Mapping[str, int]]
    days: tuple[str, ...]
    tables: str

    def as_dict(self) -> dict[str, Any]:
        """Return the counts as plain values, with `schema_version`."""
        return {"schema_version": 1, "counts": self.counts, "days": list(self.days)}


def explain_capacity(
    network: Path, *, scenario: str = "baseline", sets: Sequence[str] = (), docs: Path | None = None
) -> CapacityTold:
    """Lay capacities and projects over a network: what counts where, and what is left out.

    Parameters
    ----------
    network
        Folder of a built network.
    scenario
        Id or path of the scenario; its capacities at the likely end if it counts none.
    sets
        `key=value` on top of it.
    docs
        A page whose counted tables are written anew between their marks.

    Raises
    ------
    ScenarioError
        If the scenario or a table is invalid.
    InputMissingError
        If there is no network or no such page.
    OutputError
        If the page cannot be written.
    """
    loaded, snapshot, register = read(scenario, network, sets)
    wanted = counted(loaded.scenario)
    compiled = compile_scenario(wanted, snapshot, load_rates(), register)
    capacities = load_capacities(checks_places=False)
    rows = capacity_rows(wanted, compiled, capacities)
    projects = load_projects(capacities=capacities, checks_places=False)
    arrays = project_effects(projects, rows, compiled)
    tables = capacity_tables(capacities, rows, arrays)
    if docs is not None:
        page = _counted(docs, tables)
        with writing_output(docs) as partial:
            partial.write_text(page, encoding="utf-8")
    return CapacityTold(wanted.id, rows, arrays, tables)


@dataclass(frozen=True)
class CapacityTold:
    """The rows of capacity of a scenario and the projects over them, as Markdown too."""

    scenario: str
    rows: CapacityRows
    projects: ProjectArrays
    tables: str

    def as_dict(self) -> dict[str, Any]:
        """Return rows, projects and what is left out as plain values, with `schema_version`."""
        return {
            "schema_version": 1,
            "scenario": self.scenario,
            "rows": plain_rows(self.rows),
            "projects": plain_projects(self.projects, self.rows),
            "left_out": [*self.rows.problems, *self.projects.problems],
        }


def explain_scenario(name: str, *, sets: Iterable[str] = (), stdin: str | None = None) -> Merged:
    """Return a scenario merged with all it extends, each value with its origin.

    Parameters
    ----------
    name
        Id or path of the scenario, or ``-`` for standard input.
    sets
        `key=value` on top of it.
    stdin
        The text that ``-`` stands for; standard input is read if not given.

    Raises
    ------
    ScenarioError
        If anything in it is wrong; carries all findings.
    InputMissingError
        If there is no such scenario.
    """
    return Merged.of(load_scenario(name, sets=tuple(sets), stdin=stdin))


def explain_route(name: str, run: Path, *, network: Path, scenario: str = "") -> RouteExplained:
    """Tell why a demand of a finished run goes the way it goes.

    Parameters
    ----------
    name
        A route of the run, as `moscow-mumbai.1`, or a demand: its best route, or what
        shuts every way if it has none.
    run
        The folder that the run left.
    network
        The network it ran on.
    scenario
        Its scenario by id or path; the id named in its result if empty.

    Raises
    ------
    ScenarioError
        If the run has no such route; offers the nearest names.
    InputMissingError
        If the folder is no run's, or its inputs are no longer what they were.
    """
    again = open_run(run, network=network, scenario=scenario)
    wanted = again.loaded.scenario
    demand, rank = _named(name, again.result)
    number = [one.id for one in wanted.demands].index(demand)
    compiled = compile_scenario(wanted, again.snapshot, load_rates(), again.register)
    whole = open_network(network, opened=again.snapshot)
    finder = WayFinder(wanted, again.snapshot, compiled, whole.links.length_km)
    answers = Answers(wanted, compiled, finder)
    chosen = wanted.access
    reasons = Reasons(again.register, compiled.law, events=chosen.events, rules=chosen.rules)
    found = with_flow_routes(again, answers, number, answers.of(number))
    route = found.routes[rank - 1] if found.routes else None
    teller = RouteTeller(wanted, answers, again.register, reasons, number)
    return teller.tell(found, route, again.snapshot.id)


def _named(name: str, result: Mapping[str, Any]) -> tuple[str, int]:
    """Return the demand and the rank of a route of a run.

    Raises
    ------
    ScenarioError
        If there is no such route.
    """
    ranks = {demand["id"]: (demand["id"], 1) for demand in result["demands"]}
    ranks |= {
        route["route_id"]: (demand["id"], route["rank"])
        for demand in result["demands"]
        for route in demand["routes"]
    }
    if name not in ranks:
        msg = f"the run has no route {name!r}; {nearest(name, ranks, count=3)}".removesuffix("; ")
        raise ScenarioError(msg)
    return ranks[name]


def read_day(words: str) -> date | None:
    """Return a day written as 2026-11-22, None if there are no words.

    Raises
    ------
    ScenarioError
        If the words are no day.
    """
    try:
        return date.fromisoformat(words) if words else None
    except ValueError as error:
        msg = f"{words!r} is no day; write it as 2026-11-22"
        raise ScenarioError(msg) from error


def explain_metric(name: str) -> Entry:
    """Tell what a metric is.

    Raises
    ------
    ScenarioError
        If no metric is called so; names the nearest.
    """
    return entry(name)


def explain_metrics(docs: Path | None = None) -> tuple[Entry, ...]:
    """List every metric, and write the page of them if a file is named.

    Raises
    ------
    OutputError
        If the page cannot be written.
    """
    if docs is not None:
        with writing_output(docs) as partial:
            partial.write_text(page(), encoding="utf-8")
    return ENTRIES


def explain_tags(docs: Path | None = None) -> str:
    """Tell what tags of OpenStreetMap become, and write the page of it if a file is named.

    Raises
    ------
    OutputError
        If the page cannot be written.
    """
    text = tags_page()
    if docs is not None:
        with writing_output(docs) as partial:
            partial.write_text(text, encoding="utf-8")
    return text


def _ask(scenario: str, sets: Iterable[str], day: date | None, known: Known) -> Asked:
    """Return what holds under a scenario, on its own day or another."""
    wanted = load_scenario(scenario, sets=tuple(sets)).scenario
    register = load_register(known=known)
    law = law_of(replace(wanted, as_of=day or wanted.as_of), register, known)
    chosen = wanted.access
    reasons = Reasons(register, law, events=chosen.events, rules=chosen.rules)
    return Asked(wanted, register, law, reasons)


def read_cargo(words: str, asked: Asked, known: Known) -> Cargo:
    """Return cargo described in words such as `origin=DE destination=CN owner=@EU/GB`.

    Raises
    ------
    ScenarioError
        If a field or a name is not known; carries all findings.
    """
    said: dict[str, tuple[str, ...]] = {}
    findings = []
    among = known.assets.keys() | known.countries | asked.law.actors.keys()
    for part in words.split():
        name, equals, values = part.partition("=")
        if not equals or name not in CARGO_WORDS:
            mend = nearest(name, CARGO_WORDS) or f"one of {', '.join(CARGO_WORDS)}"
            findings.append(Finding("--cargo", 0, 0, part, "not of the form field=name", mend))
            continue
        said[name] = tuple(entry.removeprefix("@") for entry in values.split("/") if entry)
        findings += [
            Finding("--cargo", 0, 0, name, f"{entry!r} is not known", nearest(entry, among))
            for entry in said[name]
            if name not in _FREE and entry not in among
        ]
    if findings:
        msg = "the cargo asked about is not clear:"
        raise ScenarioError(msg, findings=findings)
    return _cargo(said, asked, known)


def _cargo(said: Mapping[str, tuple[str, ...]], asked: Asked, known: Known) -> Cargo:
    """Return cargo with these traits, a terminal standing for its country too."""
    traits = Traits(**{name: said.get(name, ()) for name in TRAITS})
    whole = cargo_of(Demand("", "", "", 0.0, traits), {}, asked.law.actors)
    places = {name: frozenset(_with_country(said.get(name, ()), known)) for name in _PLACES}
    return replace(whole, **places)


def _with_country(names: Iterable[str], known: Known) -> Iterator[str]:
    for name in names:
        yield name
        if name in known.assets:
            yield from known.assets[name].countries
