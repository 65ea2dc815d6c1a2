"""`corridors explain front` and `alternatives`: what a demand of a run could choose between."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from corridors.manifest import make_manifest, manifest_bytes
from corridors.metrics.choices import ALTERNATIVES, FRONT, ChoiceBook
from corridors.metrics.ways import WayFinder
from corridors.report.explained_choices import (
    Told,
    choice_legs_geojson,
    choices_csv,
    choices_geojson,
)
from corridors.report.outputs import write_files
from corridors.report.run_files import ArcPainter
from corridors.rerun import known, of_one_demand, open_run
from corridors.run import inputs_of
from geodata.snapshot import open_network

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import Any

    from corridors.metrics.choices import ToldChoice
    from corridors.rerun import Rerun
    from geodata.types import Network

#: What the criteria of a front are called.
CRITERIA = {
    "": ("cost", "time"),
    "emissions": ("cost", "time", "emissions"),
    "borders": ("cost", "time", "sensitive borders"),
}
#: Pictures of the choices.
PICTURES = ("svg", "png")


def explain_front(
    demand: str, run: Path, *, network: Path, scenario: str = "", third: str = "",
    epsilon: float = 0.0, out: Path | None = None,
) -> Told:  # fmt: skip
    """Find all ways of a demand that no other beats in cost, time and perhaps a third.

    Parameters
    ----------
    demand
        A demand of the run.
    run
        The folder that the run left.
    network
        The network it ran on.
    scenario
        Its scenario by id or path; the id named in its result if empty.
    third
        ``emissions``, ``borders`` for the number of sensitive ones, or nothing.
    epsilon
        What may be given away in each criterion for fewer ways, as a share.
    out
        Folder for tables, GeoJSON and pictures; nothing is written if not given.

    Raises
    ------
    ScenarioError
        If the run has no such demand; offers the nearest names.
    InputMissingError
        If the folder is no run's, or its inputs are no longer what they were.
    OutputError
        If the files cannot be written.
    """
    words: dict[str, Any] = {"criteria": CRITERIA[third], "epsilon": epsilon}
    asked = _Asked(open_run(run, network=network, scenario=scenario), demand, network)
    rows = asked.sought(lambda book: book.front(0, third=third, epsilon=epsilon))
    return asked.told(FRONT, rows, words, out)


def explain_alternatives(
    demand: str, run: Path, *, network: Path, scenario: str = "", count: int = 3,
    max_overlap: float = 0.6, out: Path | None = None,
) -> Told:  # fmt: skip
    """Find ways of a demand that really differ, the best first.

    Parameters
    ----------
    demand, run, network, scenario, out
        As in `explain_front`.
    count
        How many ways at most.
    max_overlap
        Largest share of line that two of them may have in common, by length and of the
        shorter one.

    Raises
    ------
    ScenarioError, InputMissingError, OutputError
        As `explain_front`.
    """
    asked = _Asked(open_run(run, network=network, scenario=scenario), demand, network)
    words: dict[str, Any] = {
        "count": count, "max_overlap": max_overlap,
        "max_detour": asked.wanted.alternatives.max_detour,
    }  # fmt: skip
    rows = asked.sought(lambda book: book.alternatives(0, count=count, max_overlap=max_overlap))
    return asked.told(ALTERNATIVES, rows, words, out)


class _Asked:
    """A demand of a finished run, alone and compiled."""

    def __init__(self, again: Rerun, demand: str, network: Path) -> None:
        names = {one.id: one.id for one in again.loaded.scenario.demands}
        self.again = again
        self.wanted, self.compiled = of_one_demand(again, known(demand, names, "demand"))
        self.whole: Network = open_network(network, opened=again.snapshot)

    def sought(self, search: Callable[[ChoiceBook], list[ToldChoice]]) -> list[ToldChoice]:
        """Return what a search finds."""
        km = self.whole.links.length_km
        finder = WayFinder(self.wanted, self.again.snapshot, self.compiled, km)
        return search(ChoiceBook(self.wanted, finder, km))

    def told(
        self, kind: str, rows: list[ToldChoice], words: dict[str, Any], out: Path | None
    ) -> Told:
        """Return what was found, and write it down if there is where."""
        ((_, terms),) = self.compiled.classes
        found = Told(
            scenario=self.wanted.id, network=self.again.snapshot.id,
            as_of=self.compiled.law.day.isoformat(), demand_id=self.wanted.demands[0].id,
            kind=kind, value_of_time_usd_per_teu_h=terms.value_of_time_usd_per_teu_h,
            rows=tuple(rows), sensitive_borders=self.wanted.alternatives.sensitive_borders,
            **words,
        )  # fmt: skip
        if out is not None:
            write_files(out, self._files(found))
        return found

    def _files(self, found: Told) -> dict[str, bytes]:
        """Return the files of some choices, the manifest among them."""
        from corridors.report.front_picture import draw_choices

        arcs = [arc for one in found.rows for leg in one.route.legs for arc in leg.arcs]
        draw = ArcPainter(self.whole, self.again.snapshot.graph, arcs)
        meta: dict[str, object] = {
            "schema_version": 1, "scenario": found.scenario, "snapshot": found.network,
        }  # fmt: skip
        text = json.dumps(found.as_dict(), ensure_ascii=False, indent=1, allow_nan=False)
        files = {
            f"{found.kind}.json": f"{text}\n".encode(),
            f"{found.kind}.csv": choices_csv(found.rows),
            f"{found.kind}.geojson": choices_geojson(
                found.rows, draw.route, name=found.kind, meta=meta
            ),
            "legs.geojson": choice_legs_geojson(found.rows, draw.leg, meta=meta),
        }
        if found.rows:
            files |= {f"{found.kind}.{end}": draw_choices(found, end) for end in PICTURES}
        asked = ("demand_id", "criteria", "epsilon", "count", "max_overlap")
        manifest = make_manifest(
            inputs=inputs_of(self.again.loaded, self.again.snapshot), outputs=files,
            seed=self.wanted.seed, solver={"ways": "label setting, exact to a millionth"},
            parameters={name: getattr(found, name) for name in asked}, wall_times_s={},
        )  # fmt: skip
        return files | {"manifest.json": manifest_bytes(manifest)}
