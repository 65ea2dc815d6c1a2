"""What can pass between two places: `corridors explain cut`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from corridors.cli.options import DEFAULT_NETWORK, Json, NetworkFolder, Sets, print_json

if TYPE_CHECKING:
    from corridors.metrics.cutting import Apart
    from corridors.throughput import Throughput


def register(app: typer.Typer) -> None:
    """Add the question to `corridors explain`."""
    app.command("cut", epilog="Example: corridors explain cut KZ AZ --mode rail --mode ferry")(
        explain_cut
    )


def explain_cut(
    origin: Annotated[
        str,
        typer.Argument(metavar="A", help="Terminal, country or bloc that cargo leaves, as @EAEU."),
    ],
    destination: Annotated[str, typer.Argument(metavar="B", help="The same, where it arrives.")],
    *,
    network: NetworkFolder = DEFAULT_NETWORK,
    scenario: Annotated[str, typer.Option(help="Scenario whose rules and capacities hold.")] = (
        "baseline"
    ),
    mode: Annotated[
        list[str] | None, typer.Option(help="Keep to a mode: rail, road, sea, ferry; repeatable.")
    ] = None,
    through: Annotated[
        list[str] | None,
        typer.Option(help="Keep on land to a country, beside those of the ends; repeatable."),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="GeoJSON file for the arcs of the cut.")] = None,
    sets: Sets = None,
    json: Json = False,
) -> None:
    """Tell how much can pass between two places, and what limits it."""
    from corridors.throughput import explain_cut as explain

    found = explain(
        origin, destination, network=network, scenario=scenario, modes=mode or (),
        through=through or (), sets=sets or (), out=out,
    )  # fmt: skip
    if json:
        print_json(found.as_dict())
    else:
        print("\n".join(_lines(found)))


def _lines(found: Throughput) -> list[str]:
    """Return what was found in words, a line each."""
    said = [f"{found.origin} to {found.destination} under {found.scenario}"]
    if found.most_teu_per_year is None:
        said.append(f"no limit known: no capacity on a way by {', '.join(found.free_way)}")
    elif not found.most_teu_per_year and not found.cut:
        said.append("nothing can pass: no way is open between them")
    else:
        said.append(f"at most {found.most_teu_per_year:,.0f} TEU a year of what is open to demands")
    for one in found.cut:
        part = "" if abs(one.weight - 1.0) < 1e-6 else f", counts {one.weight:.2f} times"  # noqa: PLR2004
        said.append(
            f"  {one.row.label} ({one.row.id}): {one.capacity_teu_per_year:,.0f} TEU a year{part}; "
            f"{one.row.quality}, {' '.join(one.row.sources)}"
        )
    return said + [_apart(one) for one in found.apart]


def _apart(one: Apart) -> str:
    exact = "" if one.proven else " at least, not proven"
    if one.number is None:
        return f"routes without any of these {one.what} exist"
    return f"routes that share none of these {one.what}: {one.number}{exact}" + (
        f"; cut by {', '.join(one.sever)}" if one.sever else ""
    )
