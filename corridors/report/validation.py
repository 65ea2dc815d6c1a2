"""The model against published values: tables, plot and the counted part of a page.

The same values give the same bytes.
"""

from __future__ import annotations

import csv
import io
import json
from math import exp, isnan
from typing import TYPE_CHECKING, Any

from corridors.metrics.agreement import (
    ALIKE,
    Compared,
    Group,
    Ordered,
    Told,
    Validation,
    assumed_share,
    grouped,
    most_right,
    needed,
    share_right,
    targets,
    turned,
    worst,
)
from corridors.report.register_page import markdown_table, with_counts
from corridors.report.scatter import plot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence


__all__ = [
    "as_dict", "assumed_words", "docs_page", "files_of", "group_cells", "ordered_words",
    "worst_words",
]  # fmt: skip

VALUE_FIELDS = (
    "id", "counts", "quantity", "scope", "kind", "from_id", "to_id", "via", "mode", "as_of",
    "published", "low", "high", "unit", "model", "ratio", "inside", "assumed_share", "scenario",
    "stage",
    "mode_held", "kept", "through", "sets", "confidence", "note",
)  # fmt: skip
ORDERING_FIELDS = (
    "id", "counts", "quantity", "kind", "from_id", "to_id", "as_of", "better", "worse",
    "model_better", "model_worse", "factor", "factor_low", "factor_high", "right", "inside",
    "stage_better", "stage_worse", "conflict", "sets", "confidence", "note",
)  # fmt: skip
GROUP_FIELDS = ("by", "group", "n", "missing", "off", "bias", "inside", "of_range")
#: Rows off by more than this are told as losses: half as much again, or a third too little.
LOSS = 0.405
#: Orderings that a model of these corridors has to reproduce, by the groups they are in.
SERIES = {
    "The study of 2017, Nhava Sheva-Moscow": ("comcec-cost", "comcec-time"),
    "The Middle Corridor against the Northern one": ("titr-north-time", "titr-north-cost"),
}
#: Groups with a median further to one side than this are told with what would centre them.
BIASED = 0.1
#: How rows are grouped.
GROUPINGS: dict[str, Callable[[Compared], str]] = {
    "quantity and kind": lambda one: f"{one.row.quantity}, {one.row.kind}",
    "quantity and scope": lambda one: f"{one.row.quantity}, {one.row.scope}",
    "quantity and mode": lambda one: f"{one.row.quantity}, {one.row.mode}",
    "quantity and corridor": lambda one: f"{one.row.quantity}, {one.row.way.corridor or 'other'}",
}  # fmt: skip


def files_of(found: Validation) -> dict[str, bytes]:
    """Return tables and plot by file name."""
    groups = [
        dict(zip(GROUP_FIELDS, (by, *group_cells(group)), strict=True))
        for by, name_of in GROUPINGS.items()
        for group in grouped(found.compared, name_of)
    ]
    return {
        "values.csv": _csv(VALUE_FIELDS, map(value_row, found.compared)),
        "orderings.csv": _csv(ORDERING_FIELDS, map(ordering_row, found.ordered)),
        "groups.csv": _csv(GROUP_FIELDS, groups),
        "validation.json": (
            json.dumps(as_dict(found), ensure_ascii=False, indent=1) + "\n"
        ).encode(),
        "validation.svg": plot(found),
    }


def as_dict(found: Validation) -> dict[str, Any]:
    """Return all that was found as plain values; what is not known is None."""
    return {
        "schema_version": 1,
        "targets": [
            {"name": one.name, "reached": _round(one.reached), "target": one.asked,
             "n": one.n, "met": one.met}
            for one in targets(found)
        ],
        "groups": [
            {"by": by, **dict(zip(GROUP_FIELDS[1:], group_cells(group), strict=True))}
            for by, name_of in GROUPINGS.items()
            for group in grouped(found.compared, name_of)
        ],
        "assumed_share": {
            like: _round(share) for like, share in assumed_share(found.compared).items()
        },
        "values": [value_row(one) for one in found.compared],
        "orderings": [ordering_row(one) for one in found.ordered],
    }  # fmt: skip


def group_cells(group: Group) -> tuple[str | float | None, ...]:
    """Return a group as cells: name, counts, and logarithms with three decimals."""
    return (
        group.name, group.n, group.missing, _round(group.off), _round(group.bias),
        group.inside, group.of_range,
    )  # fmt: skip


def _shown(group: Group) -> list[str]:
    return ["-" if cell is None else str(cell) for cell in group_cells(group)]


def value_row(one: Compared) -> dict[str, object]:
    """Return a published value and the model's as a row of values.csv."""
    row, told = one.row, one.told
    cells = (
        row.id, row.counts, row.quantity, row.scope, row.kind, row.origin, row.destination,
        row.way.words, row.mode, str(row.as_of.start or ""), _round(row.centre),
        _round(row.low), _round(row.high), row.unit, _round(told.value), _round(one.ratio),
        one.inside, _round(told.assumed), told.scenario, told.stage, told.mode_held, told.kept,
        ";".join(told.through), ";".join(row.sets), row.confidence, row.note,
    )  # fmt: skip
    return dict(zip(VALUE_FIELDS, cells, strict=True))


def ordering_row(one: Ordered) -> dict[str, object]:
    """Return an ordering and the model's two values as a row of orderings.csv."""
    row = one.row
    cells = (
        row.id, row.counts, row.quantity, row.kind, row.origin, row.destination,
        str(row.as_of.start or ""), row.better.words, row.worse.words,
        _round(one.better.value), _round(one.worse.value), _round(one.factor),
        _round(row.factor[0]), _round(row.factor[1]), one.right, one.inside,
        one.better.stage, one.worse.stage, row.conflict, ";".join(row.sets), row.confidence,
        row.note,
    )  # fmt: skip
    return dict(zip(ORDERING_FIELDS, cells, strict=True))


def worst_words(one: Compared) -> str:
    """Return in words how far the model is off a row, and what would have to change."""
    row = one.row
    along = f" by {row.way.words}" if row.way.words else ""
    ratio = one.ratio or 1.0
    far = f"{ratio:.2f} times" if ratio >= 1 else f"1/{1 / ratio:.2f} of"
    text = (
        f"{row.id} {row.quantity} {row.origin}-{row.destination}{along}, {row.mode}, "
        f"{row.scope}: model {_amount(one.told.value)}, published {_amount(row.centre)} "
        f"{row.unit}, {far} it"
    )
    change = needed(one)
    if change is None:
        return text
    part, factor = change
    share = part.value / (one.told.value or 1.0)
    return f"{text}; {part.what} is {share:.0%} of it and alone would need times {factor:.2f}"


def ordered_words(one: Ordered) -> str:
    """Return in words how the model orders two ways."""
    row = one.row
    verdict = {True: "right", False: "wrong", None: "no way for one"}[one.right]
    verdict += " (may be alike)" if one.alike else ""
    return (
        f"{row.id} {row.quantity} {row.origin}-{row.destination}, {row.better.words} "
        f"{_amount(one.better.value)} before {row.worse.words} "
        f"{_amount(one.worse.value)}: {verdict}, factor {_amount(one.factor)} against "
        f"{_range(row.factor)}"
    )


def docs_page(found: Validation, page: str) -> str:
    """Return a page with its counted part made anew.

    Raises
    ------
    ValueError
        If the page lacks the marks.
    """
    return with_counts(page, "\n\n".join(_sections(found)))


def _sections(found: Validation) -> Iterable[str]:
    yield "### Targets"
    yield markdown_table(
        ("target", "asked", "reached", "rows", "met"),
        [(t.name, f"{'at least' if t.at_least else 'at most'} {t.asked:.2f}", f"{t.reached:.2f}",
          t.n, "yes" if t.met else "no") for t in targets(found)],
    )  # fmt: skip
    yield _reachable(found)
    yield assumed_words(found)
    for title, names in SERIES.items():
        yield f"### {title}"
        yield _series([one for one in found.ordered if one.row.group in names])
    for by, name_of in GROUPINGS.items():
        yield f"### By {by}"
        yield markdown_table(
            ("group", "n", "no way", "off", "bias", "inside", "of"),
            [_shown(group) for group in grouped(found.compared, name_of)],
        )
    yield "### Orderings"
    yield "\n".join(f"- {ordered_words(one)}" for one in found.ordered if one.row.counts)
    yield "### Where the model loses, the worst first"
    yield "\n".join(f"- {worst_words(one)}" for one in worst(found.compared, least=LOSS))
    yield "### What would have to change"
    yield "\n".join(_changes(found))
    yield "### What needed more than the day allowed"
    yield "\n".join(_stretched(found))
    yield "### Rows that set a parameter, never counted"
    yield markdown_table(
        ("row", "quantity", "model", "published", "unit", "ratio", "sets"),
        [(c.row.id, c.row.quantity, _amount(c.told.value), _amount(c.row.centre), c.row.unit,
          _amount(c.ratio), ", ".join(c.row.sets)) for c in found.compared if not c.row.counts],
    )  # fmt: skip


def assumed_words(found: Validation) -> str:
    """Return in words how much of the model's values rests on assumed rates."""
    shares = assumed_share(found.compared)
    told = " and ".join(f"{share:.0%} of a {like}" for like, share in shares.items())
    return f"On assumed rates rest, by the median of the rows that count, {told or 'no value'}."


def _series(rows: Sequence[Ordered]) -> str:
    """Return some orderings, those that set a parameter included, and how many are right."""
    right = sum(one.right is True for one in rows)
    marked = (f"- {ordered_words(one)}{'' if one.row.counts else ' (sets)'}" for one in rows)
    return "\n".join((f"{right} of {len(rows)} right.", "", *marked))


def _changes(found: Validation) -> Iterable[str]:
    """Yield what would centre the groups that are far to one side, and turn wrong orderings."""
    for group in grouped(found.compared, GROUPINGS["quantity and mode"]):
        if abs(group.bias) >= BIASED:
            yield f"- {group.name}: times {exp(-group.bias):.2f}, by the median of {group.n} rows"
    for one in found.ordered:
        if one.row.counts and one.right is False:
            ways = (one.row.better, one.row.worse)
            changes = [
                f"{change[0].what} on {way.words} times {change[1]:.2f}"
                for way, change in zip(ways, turned(one), strict=True)
                if change
            ]
            yield f"- {one.row.id}: {' or '.join(changes) or 'no single part would do'}"


def _reachable(found: Validation) -> str:
    """Return what of the orderings could be reached at all, and by kind, as Markdown."""
    judged = [one for one in found.ordered if one.row.counts]
    best, n = most_right(judged)
    lines = [
        f"Accounts contradict each other: any model can have at most {best} of {n} orderings right."
    ]
    for words, of in (("By kind", "kind"), ("By confidence in the row", "confidence")):
        shares = []
        for value in sorted({getattr(one.row, of) for one in judged}):
            share, count = share_right(one for one in judged if getattr(one.row, of) == value)
            shares.append(f"{value} {share:.0%} of {count}")
        lines.append(f"{words}: {', '.join(shares)}.")
    close = [one for one in judged if one.right and not one.alike and one.near]
    lines.append(
        f"Right by less than {ALIKE - 1:.0%}: {', '.join(o.row.id for o in close) or '-'}."
    )
    return " ".join(lines)


def _stretched(found: Validation) -> Iterable[str]:
    """Yield the rows whose way was not open on the day, left its mode or its corridor."""
    for one in found.compared:
        words = _needs(one.told)
        if words:
            yield f"- {one.row.id} {one.row.origin}-{one.row.destination}: {words}"


def _needs(told: Told) -> str:
    if told.value is None:
        return "no way"
    needs = [told.stage] if told.stage != "as of the day" else []
    needs += [] if told.mode_held else ["other modes"]
    needs += [] if told.kept else ["countries beside the corridor"]
    return ", ".join(needs)


def _csv(fields: Sequence[str], rows: Iterable[Mapping[str, object]]) -> bytes:
    """Return rows as CSV; True and False as yes and no, None as nothing."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, fields, lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({key: _cell(value) for key, value in row.items()})
    return text.getvalue().encode()


def _cell(value: object) -> object:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else value


def _round(value: float | None) -> float | None:
    return None if value is None or isnan(value) else round(value, 3)


def _amount(value: float | None) -> str:
    """Return a number with three figures or more, a dash for none."""
    if value is None:
        return "-"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.2f}"  # noqa: PLR2004 - three figures


def _range(factor: tuple[float | None, float | None]) -> str:
    low, high = factor
    if low == high:
        return "any" if low is None else _amount(low)
    return f"{_amount(low)} to {_amount(high)}"
