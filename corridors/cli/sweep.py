"""`corridors sweep`: parse, show how far it is, print what came out."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from corridors.cli.options import DEFAULT_NETWORK, Json, NetworkFolder, Quiet, Sets

if TYPE_CHECKING:
    from corridors.metrics.states import Swept

Switches = Annotated[
    str,
    typer.Option(
        help="Switches by id, with commas: AZ, @EAEU, R03, X_LARS_RD, AM-TR, a project; "
        "or states, projects, links, political for all of a kind."
    ),
]
#: How many demands are told.
MOST = 12


def sweep(
    scenario: Annotated[str, typer.Argument(help="Scenario by id or path.")],
    *,
    out: Annotated[
        Path | None, typer.Option(help="Folder for the results.", show_default="build/sweep-ID")
    ] = None,
    switches: Switches = "political",
    sample: Annotated[
        int | None, typer.Option(min=2, help="So many random states instead of all.")
    ] = None,
    workers: Annotated[int, typer.Option(min=1, help="Processes that share the demands.")] = 1,
    network: NetworkFolder = DEFAULT_NETWORK,
    sets: Sets = None,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Answer every demand in all states of some switches."""
    from corridors.sweep import sweep as sweep_scenario

    folder = out or Path("build") / f"sweep-{Path(scenario).stem}"
    words = [word for one in switches.split(",") if (word := one.strip())]
    with progress(shown=not (quiet or json)) as tell:
        found = sweep_scenario(
            scenario, network=network, out=folder, words=words, sets=sets or (), sample=sample,
            workers=workers, tell=tell,
        )  # fmt: skip
    if json:
        sys.stdout.write((folder / "result.json").read_text(encoding="utf-8"))
    elif not quiet:
        show_sweep(found, folder)


@contextmanager
def progress(*, shown: bool) -> Iterator[Callable[[int, int], None]]:
    """Give what is called with how much is done; it draws a bar on a terminal only."""
    if not (shown and sys.stderr.isatty()):
        yield lambda _done, _all: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("demands", total=None)
        yield lambda done, whole: bar.update(task, completed=done, total=whole)


def show_sweep(found: Swept, folder: Path) -> None:
    """Print what the states come to, and the demands that lose their way most often."""
    from corridors.cli.page import Page, add, several, table

    page = Page()
    numbers = {one.name: one.value for one in found.metrics() if one.subject_kind == "sweep"}
    kind = "all" if found.exact else "random"
    page.line(
        f"{several(int(numbers['states']), f'{kind} state')} of "
        f"{several(found.board.n, 'switch', 'switches')}, "
        f"{several(len(found.columns), 'demand')}"
    )
    page.line(
        "cost of carrying everything in million USD of 2024 a year: "
        f"{numbers['state_cost_least'] / 1e6:,.0f} at best, "
        f"{numbers['state_cost_most'] / 1e6:,.0f} at worst; a TEU without a way counts as "
        f"{found.board.scenario.control.penalty_multiple:g} times what it costs now"
    )
    made = table("demand", "reached in % of states", "USD/TEU all open", "hangs on",
                 right=("reached in % of states", "USD/TEU all open"))  # fmt: skip
    share = {one.subject: one.value for one in found.metrics()
             if one.name == "reached_share_of_states"}  # fmt: skip
    order = sorted(range(len(found.columns)), key=lambda k: share[found.board.demands[k].id])
    for k in order[:MOST]:
        name, column = found.board.demands[k].id, found.columns[k]
        ids = [found.board.switches[at].id for at in column.relevant.tolist()]
        add(made, name, f"{100 * share[name]:.1f}", f"{column.ends[0]:,.0f}", " ".join(ids) or "-")
    page.table("Demands that lose their way most often", made)
    for name in found.unreachable:
        page.line(
            f"{name}: no way even with everything open; corridors run "
            f"{found.board.scenario.id} tells what shuts it"
        )
    page.line(f"states, costs, metrics: {folder}")
