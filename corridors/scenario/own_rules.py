"""The rules a scenario makes itself, read like rows of the register's table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corridors.errors import nearest
from corridors.scenario.conditions import ConditionError, find_cycle, names_in, parse
from corridors.scenario.register import COLUMNS, read_rule
from corridors.scenario.register_cells import ASSUMPTION, GENERAL_KNOWLEDGE, Names
from corridors.scenario.tables import Row, Table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from corridors.model.access import Rule
    from corridors.scenario.register import Register
    from corridors.scenario.register_cells import Known

#: Number of a rule among the scenario's own, column, what is wrong and its mend.
Problem = tuple[int, str, str, str]


def read_own(
    own: Sequence[Mapping[str, str]], register: Register, known: Known
) -> tuple[tuple[Rule, ...], list[Problem]]:
    """Return a scenario's own rules and what is wrong with them.

    Parameters
    ----------
    own
        Each rule as the cells of a row of rules.csv.
    register
        The actors, events, regimes and rules that they may name.
    known
        The places that exist.
    """
    if not own:
        return (), []
    table = Table("", COLUMNS["rules"], [Row(at, dict(cells)) for at, cells in enumerate(own)])
    actors = {actor.id: actor.kind for actor in register.actors}
    sources = {*register.sources, *(event.id for event in register.events)}
    names = Names(known, actors, sources | {GENERAL_KNOWLEDGE, ASSUMPTION})
    rules = tuple(read_rule(table, row, names) for row in table.rows)
    problems = [(one.line, one.path, one.message, one.mend) for one in table.findings]
    return rules, [*problems, *_conditions(own, register)]


def _conditions(own: Sequence[Mapping[str, str]], register: Register) -> Iterator[Problem]:
    """Yield what is wrong with ids and conditions."""
    taken = {rule.id for rule in register.rules}
    among = {event.id for event in register.events} | taken | set(register.regimes)
    among |= {cells["id"] for cells in own}
    needs = {rule.id: names_in(parse(rule.condition)) for rule in register.rules}
    for at, cells in enumerate(own):
        if cells["id"] in taken:
            yield at, "id", f"{cells['id']} is a rule of the register", "take another id"
        try:
            names = names_in(parse(cells["condition"]))
        except ConditionError as error:
            yield at, "condition", error.message, f"at character {error.at}"
            continue
        needs[cells["id"]] = names
        for name in sorted(names - among):
            yield at, "condition", f"{name!r} is not known", nearest(name, among)
    cycle = find_cycle(needs)
    if cycle:
        at = next((at for at, cells in enumerate(own) if cells["id"] in cycle), 0)
        yield at, "condition", f"goes round in a circle: {' -> '.join(cycle)}", "break it"
