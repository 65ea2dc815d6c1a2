"""The register in figures: the counted tables of its page, and how far to trust it.

::

    page = Path("docs/access.md").read_text(encoding="utf-8")
    page = with_counts(page, register_tables(load_register(), days))
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from corridors.model.access import BASES, CONFIDENCES, EFFECTS
from corridors.scenario.in_force import as_of
from corridors.scenario.levies import IN_RATES, Units, convert
from corridors.scenario.register import POWERS, count_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

    from corridors.model.access import Control, Event, Rule
    from corridors.scenario.register import Register

__all__ = ["MARKS", "markdown_table", "register_tables", "with_counts"]

#: Between these lines of a page stand the counted tables.
MARKS = ("<!-- counts -->", "<!-- end of counts -->")
#: Units with every parameter given: what they cannot convert nothing can.
_ALL_GIVEN = Units(*(1.0 for _ in range(7)))
#: Fields of cargo that hold words of the register's own.
_WORDS = ("commodity", "list", "vessel")
#: Table of the register -> its name on the page.
_TABLES = {
    "actors": "actors", "memberships": "memberships", "roles": "powers of roles",
    "controls": "control rows", "rules": "rules", "events": "events",
}  # fmt: skip


def register_tables(register: Register, days: Sequence[date]) -> str:
    """Return the counted tables of the register's page as Markdown.

    Parameters
    ----------
    register
        The register.
    days
        The days whose rules are counted, in their order; switches and prices are told for
        the last of them.
    """
    parts = (
        ("Rows and what they rest on", _evidence(register)),
        ("Rules in force", _in_force(register, days)),
        ("What rules add to prices", _priced(register, days[-1])),
        ("Regimes", _regimes(register)),
        ("Events a scenario may suppose", _switches(register, days[-1])),
        ("Words that rules ask cargo for", _words(register)),
        ("Accounts that contradict each other", _conflicts(register)),
    )
    return "\n\n".join(f"### {title}\n\n{table}" for title, table in parts)


def with_counts(page: str, tables: str) -> str:
    r"""Return a page with what stands between the marks replaced by tables.

    Raises
    ------
    ValueError
        If the page lacks the marks.

    Examples
    --------
    >>> with_counts("a\n<!-- counts -->\nold\n<!-- end of counts -->\n", "new")
    'a\n<!-- counts -->\n\nnew\n\n<!-- end of counts -->\n'
    """
    first, last = (page.find(mark) for mark in MARKS)
    if first < 0 or last < first:
        msg = f"the page lacks the lines {MARKS[0]} and {MARKS[1]}"
        raise ValueError(msg)
    return f"{page[: first + len(MARKS[0])]}\n\n{tables}\n\n{page[last:]}"


def _evidence(register: Register) -> str:
    counts = count_rows(register)
    return markdown_table(
        ("table", "rows", *(word.replace("_", " ") for word in (*BASES, *CONFIDENCES)),
         "placeholder"),
        (
            (name, *(counts[table].get(word, 0)
                     for word in ("rows", *BASES, *CONFIDENCES, "placeholder")))
            for table, name in _TABLES.items()
        ),
    )  # fmt: skip


def _in_force(register: Register, days: Sequence[date]) -> str:
    return markdown_table(
        ("day", "rules", *EFFECTS, "without a document", "placeholder"),
        (_on(day, as_of(register, day).rules) for day in days),
    )


def _on(day: date, rules: Sequence[Rule]) -> tuple[object, ...]:
    """Return the row of a day: rules by effect and of what worth they are."""
    effects = Counter(rule.effect for rule in rules)
    without = sum(rule.evidence.basis != "sourced" for rule in rules)
    placeholders = sum(rule.evidence.placeholder for rule in rules)
    return (day, len(rules), *(effects[name] for name in EFFECTS), without, placeholders)


def _priced(register: Register, day: date) -> str:
    rules = [rule for rule in as_of(register, day).rules if rule.effect in ("charge", "delay")]
    return markdown_table(
        ("rule", "about", "value", "unit", "in the prices"),
        ((rule.id, rule.title, _value(rule), rule.unit, _effect_on_price(rule)) for rule in rules),
    )


def _value(rule: Rule) -> str:
    """Return a rule's value with its range, a dash if it has none."""
    if rule.value is None:
        return "-"
    known = rule.low is not None and rule.high is not None
    return f"{rule.value:,.10g}" + (f" ({rule.low:,.10g} to {rule.high:,.10g})" if known else "")


def _effect_on_price(rule: Rule) -> str:
    """Return in words whether a rule's value is added to the rates."""
    if rule.unit == IN_RATES:
        return "counted by the rates"
    if convert(rule, _ALL_GIVEN)[1]:
        return "left out, with a warning"
    if not rule.value:
        return "nothing to add"
    return "added" + (", a placeholder" if rule.evidence.placeholder else "")


def _regimes(register: Register) -> str:
    held = {
        regime: [row for row in register.controls if row.regime == regime]
        for regime in register.regimes
    }
    powers = {role.role: role.powers for role in register.roles}
    rows = (
        (
            f"`{regime}`",
            ", ".join(f"{row.actor} {row.role.replace('_', ' ')}" for row in controls),
            *(
                ", ".join(sorted({
                    row.actor for row in controls
                    if powers[row.role][power] == "yes" or power in row.grants
                })) or "-"
                for power in POWERS if power != "cap"
            ),
        )
        for regime, controls in held.items()
    )  # fmt: skip
    return markdown_table(("regime", "who holds what", "may deny", "may charge", "may delay"), rows)


def _switches(register: Register, day: date) -> str:
    before = {rule.id for rule in as_of(register, day).rules}
    rows = []
    for event in (one for one in register.events if one.kind == "hypothetical"):
        after = {rule.id for rule in as_of(register, day, events={event.id: True}).rules}
        come, go = (" ".join(sorted(ids)) or "-" for ids in (after - before, before - after))
        rows.append((f"`{event.id}`", event.title, come, go))
    return markdown_table(("event", "if it is supposed", "rules that come", "rules that go"), rows)


def _words(register: Register) -> str:
    asked: dict[tuple[str, str], list[str]] = {}
    for rule in register.rules:
        for selector in (one for one in rule.who if one.field in _WORDS):
            for name in selector.names:
                asked.setdefault((selector.field, name), []).append(rule.id)
    rows = ((*key, " ".join(ids)) for key, ids in sorted(asked.items()))
    return markdown_table(("field", "word", "rules"), rows)


def _conflicts(register: Register) -> str:
    rows: list[Event | Control | Rule] = [*register.events, *register.controls, *register.rules]
    topics = sorted({row.conflict for row in rows} - {""})
    return markdown_table(
        ("topic", "rows"),
        ((topic, " ".join(row.id for row in rows if row.conflict == topic)) for topic in topics),
    )


def markdown_table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a Markdown table; columns of numbers are aligned to the right."""
    cells = [[re.sub(r"\s+", " ", str(cell)).replace("|", "\\|") for cell in row] for row in rows]
    numbers = [bool(cells) and all(row[at].isdigit() for row in cells) for at in range(len(head))]
    return "\n".join(_lines(head, numbers, cells))


def _lines(
    head: Sequence[str], numbers: Sequence[bool], cells: Iterable[Sequence[str]]
) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"| {' | '.join('---:' if number else '---' for number in numbers)} |"
    for row in cells:
        yield f"| {' | '.join(row)} |"
