"""`corridors compare`: what scenarios differ in, who gains and who loses, down to arcs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from corridors.differing import differences, solved
from corridors.errors import InputMissingError
from corridors.manifest import make_manifest, manifest_bytes
from corridors.metrics.contrast import contrasts
from corridors.report.compared import Compared, best
from corridors.report.compared_files import FORMATS, compared_files, example
from corridors.report.compared_map import Geography
from corridors.report.outputs import write_files, writing_output
from corridors.run import inputs_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from corridors.differing import Solved
    from corridors.report.compared import Comparison
    from corridors.report.compared_map import Ways


#: Below this heading of its page stands the example, to the end.
EXAMPLE = "## An example"


@dataclass(frozen=True)
class Told:
    """What scenarios differ in, with the geometry of it and the scenarios themselves."""

    found: Compared
    where: Geography
    sides: tuple[Solved, ...]

    def file(self, format_: str) -> bytes:
        """Return the comparison as one file; `format_` is a key of `FORMATS`."""
        return FORMATS[format_](self.found, self.where)

    def files(self) -> dict[str, bytes]:
        """Return all files of the comparison by name, the manifest among them."""
        files = compared_files(self.found, self.where)
        inputs = {
            name if name == "network" or "/" in name else f"{one.label}/{name}": content
            for one in self.sides
            for name, content in inputs_of(one.loaded, one.snapshot).items()
        }
        manifest = make_manifest(
            inputs=inputs, outputs=files, seed=self.sides[0].loaded.scenario.seed,
            solver={"ways": "SciPy Dijkstra"},
            parameters={"scenarios": [one.label for one in self.sides]}, wall_times_s={},
        )  # fmt: skip
        return files | {"manifest.json": manifest_bytes(manifest)}


def compare(base: str, *others: str, network: Path, out: Path | None = None) -> Told:
    """Solve scenarios on one network and tell what each differs in from the first.

    Parameters
    ----------
    base, others
        Scenarios by id or path, or folders of finished runs; one other at least.
    network
        Folder of the network.
    out
        Folder for the files of the comparison and a manifest; nothing is written if not
        given.

    Raises
    ------
    ScenarioError, InputMissingError, OutputError
        As their names say; for a run also if its inputs are no longer what they were.
    BalanceError
        If what parties gain and lose does not add up.
    ValueError
        If there is nothing to compare with.
    """
    if not others:
        msg = "one scenario alone cannot be compared"
        raise ValueError(msg)
    sides: tuple[Solved, ...] = ()
    for name in (base, *others):
        sides = (*sides, solved(name, network, taken=[one.label for one in sides]))
    pairs = tuple(differences(sides[0], one) for one in sides[1:])
    found = Compared(
        sides[0].snapshot.id,
        tuple(one.side for one in sides),
        contrasts([one.metrics for one in sides]),
        pairs,
    )
    ways = tuple(_ways(pair, sides[0], one) for pair, one in zip(pairs, sides[1:], strict=True))
    told = Told(found, Geography(sides[0].network, sides[0].snapshot.graph, ways), sides)
    if out is not None:
        write_files(out, told.files())
    return told


def _ways(pair: Comparison, a: Solved, b: Solved) -> tuple[Ways, ...]:
    """Return each demand whose best route changes with that route before and after."""
    return tuple(
        (row, best(a.demands[row.demand_id].routes), best(b.demands[row.demand_id].routes))
        for row in pair.routes
    )


def write_one(told: Told, path: Path, format_: str) -> Path:
    """Write a comparison as one file, whole or not at all; return the file.

    Raises
    ------
    OutputError
        If it cannot be written; what was there before stands.
    """
    content = told.file(format_)
    with writing_output(path) as partial:
        partial.write_bytes(content)
    return path


def write_docs(told: Told, page: Path, names: Sequence[str]) -> None:
    """Rewrite the example of a page: what stands from its heading on to the end.

    Parameters
    ----------
    told
        The comparison.
    page
        A page in Markdown with a heading `EXAMPLE`.
    names
        What was compared, as on the command line.

    Raises
    ------
    InputMissingError, OutputError
        If the page cannot be read, lacks the heading or cannot be written.
    """
    try:
        before, heading, _ = page.read_text(encoding="utf-8").partition(f"\n{EXAMPLE}\n")
    except (OSError, ValueError) as error:
        msg = f"{page}: cannot be read ({error})"
        raise InputMissingError(msg) from error
    if not heading:
        msg = f"{page}: has no heading {EXAMPLE!r}; give it one where the example is to stand"
        raise InputMissingError(msg)
    with writing_output(page) as partial:
        text = before + heading + example(told.found, names)
        partial.write_text(text, encoding="utf-8", newline="\n")
