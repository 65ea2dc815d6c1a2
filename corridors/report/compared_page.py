"""What scenarios differ in as sections of a page: numbers, gains and losses, ways, inputs."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from corridors.metrics.gains import MEASURES
from corridors.metrics.parties import OPERATOR, STATE
from corridors.report.blocks import (
    Cell,
    Section,
    Table,
    change,
    number,
    row,
    shortened,
    unit_words,
)
from geodata.geojson import ATTRIBUTION, DISCLAIMER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from corridors.metrics.contrast import Contrast
    from corridors.metrics.gains import Balance, Ledger, Shift
    from corridors.report.blocks import Figure
    from corridors.report.compared import Compared, Comparison, RouteChange, Totals

HOURS_A_DAY = 24
#: How many rows of a long table people read.
MOST = 15
#: What passes or goes with less than this a year is not told.
LEAST = 0.5
ROLES = {STATE: "State", OPERATOR: "Operator"}
MEANT = {
    STATE: "What passes its territory, or straits, ports and crossings it may close; not its own "
    "trade.",
    OPERATOR: "What goes over lines, ports and services it works, its own trade included.",
}
#: Measures as the heads of columns.
HEADS = {"teu": "TEU", "t": "t", "tkm": "t-km", "value": "USD of goods"}
FOOTER = (f"{ATTRIBUTION}. {DISCLAIMER}",)
HOW = (
    "The numbers hold as far as the assumptions of the scenarios do; better and worse are by each "
    "number's own direction. What passes a party changes because other cargo is wanted, because "
    "more or less of it is carried, or because it takes another way; gains and losses of all "
    "parties are, to the last TEU, what is no longer carried, newly carried or otherwise wanted, "
    "and what ways that pass more or fewer parties add or take away."
)


def title_of(found: Compared) -> str:
    """Return the headline of a comparison."""
    return f"{found.labels[0]} beside {', '.join(found.labels[1:])}"


def sections_of(found: Compared, figures: tuple[tuple[Figure, ...], ...]) -> list[Section]:
    """Return a comparison as sections.

    Parameters
    ----------
    found
        The comparison.
    figures
        The pictures of each pair, in their order.
    """
    points = (f"{one.label} ({one.as_of}): {one.title}" for one in found.sides)
    sections = [
        Section("Scenarios", points=tuple(points), paragraphs=(HOW,)),
        Section("Numbers", tables=(metric_table(found),)),
    ]
    for at, pair in enumerate(found.pairs, start=1):
        sections.append(
            Section(f"{pair.a.label} to {pair.b.label}", figures=figures[at - 1],
                    paragraphs=(in_short(found, at),))
        )  # fmt: skip
        sections += _parts(pair)
    return sections


def in_short(found: Compared, at: int) -> str:
    """Return in a sentence what a pair differs in."""
    pair = found.pairs[at - 1]
    verdicts = [one.verdict(at) for one in found.metrics if one.subject_kind == "demand"
                and one.name in ("cost", "time")]  # fmt: skip
    better, worse = (verdicts.count(one) for one in ("better", "worse"))
    return (
        f"Of {len(pair.common)} demands in both, {len(pair.routes)} change their best route; over "
        f"cost and time of best routes {better} numbers are better and {worse} worse. "
        f"{len(pair.rules)} rules are in force in one only; {len(pair.flows)} lines and stops "
        "carry more or less."
    )


def metric_table(found: Compared, *, brief: bool = False) -> Table:
    """Return the numbers about whole scenarios side by side.

    Parameters
    ----------
    found
        The comparison.
    brief
        Whether of all but the base the changes alone are told, and units stand behind the
        names, so that the table stays narrow.
    """
    others = tuple(enumerate(found.labels[1:], start=1))
    heads = [(label, "change") if not brief else (label,) for _, label in others]
    header = ("number", *(() if brief else ("unit",)), found.labels[0], *chain(*heads))
    words: tuple[str, ...] = ()
    rows = []
    for one in found.metrics:
        if one.subject_kind != "scenario" or all(value is None for value in one.values):
            continue
        words = (one.name.replace("_", " "), unit_words(one.unit))
        if brief:
            words = (", ".join(words),)
        told: list[str | Cell] = [*words, number(one.values[0])]
        for at, _ in others:
            told += [*(() if brief else (number(one.values[at]),)), _changed(one, at)]
        rows.append(row(*told))
    return Table("", header, tuple(rows), numbers=max(len(words), 1))


def _changed(one: Contrast, at: int) -> Cell:
    verdict = one.verdict(at)
    if verdict in ("new", "gone"):
        return Cell(verdict, "other")
    kind = verdict if verdict in ("better", "worse", "other") else ""
    return change(one.change(at), kind, share=one.share(at))


def gain_table(found: Ledger, role: str, *, most: int = MOST) -> Table:
    """Return who gains and who loses, the largest changes by TEU first."""
    by_party: dict[tuple[str, str], dict[str, Shift]] = {}
    for one in found.shifts:
        if one.party.role == role:
            by_party.setdefault((one.party.id, one.party.name), {})[one.measure] = one
    moved = [
        row(_named(*party), number(told["teu"].before), number(told["teu"].after),
            *(change(told[name].change) for name in MEASURES))
        for party, told in by_party.items()
        if abs(told["teu"].change) >= LEAST or abs(told["tkm"].change) >= LEAST
    ]  # fmt: skip
    rows, note = shortened(moved, most)
    heads = (ROLES[role].lower(), "TEU before", "TEU after",
             *(f"{one} ±" for one in HEADS.values()))  # fmt: skip
    return Table(f"By {ROLES[role].lower()}, a year", heads, rows, note=note)


def _named(party: str, name: str) -> str:
    return party if name == party else f"{party} {name}"


def balance_table(found: Ledger, role: str) -> Table:
    """Return the accounts of a role: both sides, and what is left over."""
    heads = ("a year", "gained", "lost", "uncarried", "newly carried", "other demand",
             "other ways", "left over")  # fmt: skip
    rows = tuple(
        row(HEADS[one.measure], *map(_signed, _account(one)), _left(one))
        for one in found.balances if one.role == role
    )  # fmt: skip
    return Table("The accounts: gained + lost = the next four", heads, rows)


def _account(one: Balance) -> tuple[float, ...]:
    return (one.gained, one.lost, one.no_longer_carried, one.newly_carried, one.other_demand,
            one.other_ways)  # fmt: skip


def _signed(value: float) -> str:
    return number(round(value, 3) + 0.0, signed=bool(round(value, 3)))


def _left(one: Balance) -> str:
    return number(round(one.left_over, 3) + 0.0)


def _parts(pair: Comparison) -> Iterator[Section]:
    for role, title in ROLES.items():
        gains = gain_table(pair.ledger, role)
        if gains.rows:
            tables = (gains, balance_table(pair.ledger, role))
            head = f"Who gains and who loses: {title.lower()}s"
            yield Section(head, level=3, paragraphs=(MEANT[role],), tables=tables)
    if pair.routes:
        yield Section("Best routes that change", level=3, tables=(route_table(pair),))
    if pair.arcs:
        yield Section("What opens and what closes", level=3, tables=(_arc_table(pair),))
    yield Section("What was told otherwise", level=3, tables=tuple(_inputs(pair)))


def route_table(pair: Comparison) -> Table:
    """Return the best routes that change, before and after."""
    heads = ("demand", "before", "after", "USD per TEU", "days")
    told = [
        row(one.demand_id, _along(one.a), _along(one.b), *_difference(one)) for one in pair.routes
    ]
    rows, note = shortened(told, MOST)
    return Table("", heads, rows, numbers=3, note=note)


def _along(totals: Totals | None) -> str:
    if totals is None:
        return "no open route"
    corridor = f"{totals.corridor.replace(';', ', ')}: " if totals.corridor else ""
    return corridor + " ".join(totals.countries)


def _difference(one: RouteChange) -> tuple[Cell, Cell]:
    """Return what a TEU pays and waits more or less."""
    if one.a is None or one.b is None:
        word = Cell("opens", "better") if one.a is None else Cell("shuts", "worse")
        return word, Cell("-")
    money = round(one.b.cost_usd_per_teu - one.a.cost_usd_per_teu, 2) + 0.0
    days = round((one.b.time_h - one.a.time_h) / HOURS_A_DAY, 2) + 0.0
    return change(money, _lower(money)), change(days, _lower(days))


def _lower(value: float) -> str:
    return "better" if value < 0 else "worse" if value > 0 else ""


def _arc_table(pair: Comparison) -> Table:
    heads = ("change", "what", "where", "by", "why shut", "arcs", "km")
    told = [
        row(one.change, f"{one.asset} {one.name}".strip() or "-", one.country or "-", one.mode,
            one.reason, f"{len(one.arcs)}", number(one.km))
        for one in pair.arcs
    ]  # fmt: skip
    rows, note = shortened(told, MOST)
    return Table("", heads, rows, numbers=5, note=note)


def _inputs(pair: Comparison) -> Iterator[Table]:
    """Yield what the scenarios say differently, table by table."""
    names = {"a": pair.a.label, "b": pair.b.label}
    kinds = (
        ("Values", ("value", "before", "after"),
         [row(one.path, said(one.a), said(one.b)) for one in pair.settings]),
        ("Rules in force in one only", ("rule", "only in", "what", "why there", "why not here"),
         [row(one.id, names[one.in_force], f"{one.effect} by {one.by}: {one.title}",
              *((one.a, one.b) if one.in_force == "a" else (one.b, one.a)))
          for one in pair.rules]),
        ("Controls that hold in one only", ("control", "only in", "actor", "role", "over"),
         [row(one.id, names[one.in_force], one.actor, one.role.replace("_", " "), one.over)
          for one in pair.controls]),
        ("Not built, or closed by the scenario, in one only", ("what", "only in"),
         [row(one.words, names[one.stands]) for one in pair.closures]),
        ("Demands in one only", ("demand", "only in"),
         [row(one.demand_id, names[one.stands]) for one in pair.demands]),
    )  # fmt: skip
    for title, heads, told in kinds:
        if told:
            rows, note = shortened(told, MOST)
            yield Table(title, heads, rows, numbers=len(heads), note=note)


def said(value: object) -> str:
    """Return a value of a scenario in words."""
    if value is None:
        return "not said"
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    return str(value).lower() if isinstance(value, bool) else str(value)
