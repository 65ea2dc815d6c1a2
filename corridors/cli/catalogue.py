"""`corridors explain metric`, `metrics`, `tags`, `switches`: what numbers and words there are."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from corridors.cli.options import DEFAULT_NETWORK, Json, NetworkFolder, Quiet, Sets, print_json

#: How many processes share the scenarios, unless somebody says otherwise.
WORKERS = 2


def explain_metric(
    name: Annotated[str, typer.Argument(help="Metric as in metrics.csv, e.g. rent_ceiling.")],
    json: Json = False,
) -> None:
    """Tell what a metric is: formula, unit, reading, source."""
    from corridors.explain import explain_metric as explain

    found = explain(name)
    if json:
        print_json(found._asdict())
        return
    print(f"{found.name}: {found.reading}")
    print(f"  of       {found.of}")
    print(f"  formula  {found.formula}")
    print(f"  unit     {found.unit}; better: {found.better}")
    print(f"  source   {found.source}")
    print(f"  by       corridors {found.by}")


def explain_metrics(
    docs: Annotated[Path | None, typer.Option(help="Page to write.")] = None, json: Json = False
) -> None:
    """List every metric, or write the page of them."""
    from corridors.explain import explain_metrics as explain

    found = explain(docs)
    if json:
        print_json({"metrics": [one._asdict() for one in found]})
    elif docs is not None:
        print(docs)
    else:
        for one in found:
            print(f"{one.name:24} {one.reading}")


def explain_claims(
    network: NetworkFolder = DEFAULT_NETWORK,
    docs: Annotated[Path | None, typer.Option(help="Page to write; printed if not given.")] = None,
    workers: Annotated[
        int, typer.Option(min=1, help="Processes that share the scenarios.")
    ] = WORKERS,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Tell for every claim what its scenarios say today."""
    from corridors.claims import explain_claims as explain

    shown = not (quiet or json) and sys.stderr.isatty()
    tell = partial(print, file=sys.stderr, flush=True) if shown else lambda _: None
    text = explain(network, docs=docs, workers=workers, tell=tell)
    if json:
        print_json({"page": text})
    else:
        print(text if docs is None else docs)


def explain_tags(
    docs: Annotated[Path | None, typer.Option(help="Page to write; printed if not given.")] = None,
    json: Json = False,
) -> None:
    """Tell what tags of OpenStreetMap become in the network."""
    from corridors.explain import explain_tags as explain

    text = explain(docs)
    if json:
        print_json({"page": text})
    else:
        print(text if docs is None else docs)


def explain_switches(
    scenario: Annotated[str, typer.Argument(help="Scenario by id or path.")] = "baseline",
    switches: Annotated[
        str, typer.Option(help="Which: a set (states, projects, links, political) or ids.")
    ] = "political",
    network: NetworkFolder = DEFAULT_NETWORK,
    sets: Sets = None,
    json: Json = False,
) -> None:
    """List what a sweep of a scenario can switch off."""
    from corridors.sweep import ask

    words = [word for one in switches.split(",") if (word := one.strip())]
    board = ask(scenario, network=network, words=words, sets=sets or ()).board
    rows = [
        {
            "id": one.id, "kind": one.kind, "title": one.title, "acts_through": list(one.names),
            "arcs": int(arcs.sum()), "closed_in_scenario": bool(board.as_is >> at & 1),
        }
        for at, (one, arcs) in enumerate(zip(board.switches, board.rows, strict=True))
    ]  # fmt: skip
    if json:
        print_json({"switches": rows})
        return
    from corridors.cli.page import Page, add, table

    made = table("switch", "kind", "what", "arcs", "in the scenario", right=("arcs",))
    for row in rows:
        state = "closed" if row["closed_in_scenario"] else "open"
        add(made, str(row["id"]), str(row["kind"]), str(row["title"]), str(row["arcs"]), state)
    Page().table(f"{board.n} switches", made)


def register(explain_app: typer.Typer) -> None:
    """Add these questions to `corridors explain`."""
    epilog = "Example: corridors explain metric rent_ceiling"
    explain_app.command("metric", epilog=epilog)(explain_metric)
    explain_app.command("metrics")(explain_metrics)
    explain_app.command("claims", epilog="Example: corridors explain claims --docs docs/claims.md")(
        explain_claims
    )
    explain_app.command("tags", epilog="Example: corridors explain tags")(explain_tags)
    explain_app.command("switches", epilog="Example: corridors explain switches baseline")(
        explain_switches
    )
