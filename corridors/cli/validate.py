"""`corridors validate` and `corridors fit`: the model against published values."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from corridors.cli.options import DEFAULT_NETWORK, Json, NetworkFolder, print_json

if TYPE_CHECKING:
    from corridors.fit import Fitted
    from corridors.metrics.agreement import Validation

#: Losses that the terminal shows; the page and the tables hold all.
MOST_SHOWN = 15


def validate(
    network: NetworkFolder = DEFAULT_NETWORK,
    out: Annotated[
        Path | None, typer.Option(help="Folder for tables and plot.", show_default=False)
    ] = None,
    docs: Annotated[Path | None, typer.Option(help="Page whose counted part is rewritten.")] = None,
    unfitted: Annotated[
        bool, typer.Option("--unfitted", help="With the rates as they were before the fit.")
    ] = False,
    json: Json = False,
) -> None:
    """Hold the model against published costs, times and distances."""
    from corridors.report.validation import as_dict
    from corridors.validate import validate as validate_model

    found = validate_model(network, out=out, docs=docs, fitted=not unfitted)
    if json:
        print_json(as_dict(found))
    else:
        show_validation(found, out)


def show_validation(found: Validation, out: Path | None) -> None:
    """Print targets, groups, orderings that are wrong, and the worst rows."""
    from corridors.cli.page import HANG, Page, add, table
    from corridors.metrics.agreement import grouped, targets, worst
    from corridors.report.validation import (
        GROUPINGS,
        LOSS,
        assumed_words,
        group_cells,
        ordered_words,
        worst_words,
    )

    page = Page()
    for one in targets(found):
        asked = f"{'at least' if one.at_least else 'at most'} {one.asked:.2f}"
        met = "met" if one.met else "not met"
        print(f"{one.name}: {one.reached:.2f} on {one.n} rows, asked {asked}: {met}")
    print(assumed_words(found))
    for by, name_of in GROUPINGS.items():
        numbers = ("rows", "no way", "off", "bias", "inside", "of")
        made = table("group", *numbers, right=numbers)
        for group in grouped(found.compared, name_of):
            add(made, *("-" if cell is None else str(cell) for cell in group_cells(group)))
        page.table(f"By {by}", made)
    wrong = [one for one in found.ordered if one.row.counts and not one.right]
    page.lines("Orderings that the model has wrong", map(ordered_words, wrong), hang=HANG)
    losses = worst(found.compared, least=LOSS)
    shown = [worst_words(one) for one in losses[:MOST_SHOWN]]
    page.lines(f"The worst {len(shown)} of {len(losses)} rows off by half or more", shown,
               hang=HANG)  # fmt: skip
    setting = sum(not one.row.counts for one in found.compared)
    print(f"\n{setting} rows that set a parameter are left out of all counts")
    if out is not None:
        print(f"tables and plot: {out}")


def fit(
    network: NetworkFolder = DEFAULT_NETWORK,
    out: Annotated[
        Path | None, typer.Option(help="File for the fitted rates.", show_default=False)
    ] = None,
    json: Json = False,
) -> None:
    """Fit the line-haul rates on land to the through rates that set parameters."""
    from corridors.fit import fit as fit_rates

    found = fit_rates(network, out=out)
    if json:
        print_json(found.as_dict())
    else:
        show_fit(found)


def show_fit(found: Fitted) -> None:
    """Print each rate before and after, and how far off each through rate is."""
    from corridors.cli.page import Page, add, table

    page = Page()
    numbers = ("before", "after", "low", "high", "least", "most")
    made = table("mode", "place", *numbers, "rows", right=numbers)
    for at, rate in enumerate(found.rates):
        spread = found.without[:, at].min(), found.without[:, at].max()
        values = (rate.value, found.fit.values[at], rate.low, rate.high, *spread)
        rows = ", ".join(found.rows[k].reference.id for k in found.rows_of(rate))
        add(made, rate.mode, rate.place, *(f"{value:.3f}" for value in values), rows)
    page.table("Line-haul rates, USD of 2024 per TEU-km; least and most with a row left out", made)
    shown = ("published", "before", "after", "weight")
    made = table("row", "ends", *shown, right=shown)
    for at, row in enumerate(found.rows):
        ends = f"{row.reference.origin}-{row.reference.destination}"
        fit = found.fit
        off = (f"{fit.before[at]:+.0%}", f"{fit.after[at]:+.0%}", f"{fit.weight[at]:.2f}")
        add(made, row.reference.id, ends, f"{row.asked:,.0f}", *off)
    page.table("Through rates, USD of 2024 per box, and how far off the model is", made)
