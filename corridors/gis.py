"""`corridors export DIR...`: runs and their network as layers for a GIS, styled and explained."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from corridors.errors import Finding, InputMissingError, ScenarioError, nearest
from corridors.manifest import MANIFEST, Traced, make_manifest, manifest_bytes, traced
from corridors.report.access_sheets import access_sheets, grounds_of
from corridors.report.gis_contracts import RUN_CONTRACTS
from corridors.report.gis_files import FORMATS, write_layers
from corridors.report.gis_sheets import joined, run_sheets
from corridors.report.material import KINDS, open_folder
from corridors.report.outputs import writing_output, writing_outputs
from corridors.rerun import open_run
from corridors.scenario.compile import compile_scenario
from corridors.scenario.load import load_scenario
from corridors.scenario.rates import load_rates
from geodata.errors import SnapshotError
from geodata.network_contracts import NETWORK_CONTRACTS
from geodata.network_sheets import network_sheets
from geodata.snapshot import open_network, open_snapshot, read_manifest
from geodata.sources.extracts import EXTRACTS, read_outlines
from geodata.symbols import styles

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from pathlib import Path

    from corridors.report.material import Folder
    from geodata.sheets import Contract, Sheet
    from geodata.snapshot import Snapshot
    from geodata.types import Network

__all__ = ["CONTRACTS", "FORMATS", "Export", "columns_page", "export_gis", "renew_columns"]

#: Every layer that there is, in the order of the documentation.
CONTRACTS: tuple[Contract, ...] = (*RUN_CONTRACTS, *NETWORK_CONTRACTS)
ACCESS = ("access", "access_stops")
#: Between these two the page on GIS files lists all fields.
BEGIN, END = "<!-- fields: begin -->", "<!-- fields: end -->"
#: The background goes with runs too: a map without land is none.
BACKGROUND = "land"


@dataclass(frozen=True)
class Export:
    """What an export wrote: the files, and how many rows each layer has."""

    files: tuple[Path, ...]
    rows: dict[str, int]


@dataclass(frozen=True)
class _Opened:
    """The runs and the network of an export."""

    runs: tuple[Folder, ...]
    network: Network
    snapshot: Snapshot


def export_gis(
    folders: Sequence[Path],
    *,
    out: Path,
    network: Path,
    format_: str = "gpkg",
    layers: Collection[str] = (),
    scenarios: Sequence[str] = (),
    with_network: bool = True,
) -> Export:
    """Write runs and their network as layers for a GIS, with styles and a project of QGIS.

    Parameters
    ----------
    folders
        Folders of finished runs, and of the network if it is not the one of `network`.
    out
        Folder to write to, whole or not at all.
    network
        Folder of the network that the runs ran on.
    format_
        One of `FORMATS`.
    layers
        Names of the layers to write; all of them if empty.
    scenarios
        Ids or files of scenarios whose runs alone are written; all runs if empty. A
        scenario whose id does not find its file must be named by its file for `access`.
    with_network
        Whether to write the layers of the network beside those of the runs.

    Raises
    ------
    InputMissingError
        If a folder is no run or network, was altered or ran on another network; all
        such folders are told at once.
    ScenarioError
        If a layer or a scenario is unknown.
    OutputError
        If the files cannot be written; nothing is left half-written.
    """
    wanted = _wanted(layers, with_network=with_network)
    named = _named(scenarios)
    opened = _open(folders, network, named)
    sheets = _sheets(opened, wanted, named)
    if not sheets:
        msg = "none of the layers that were asked for is there to write"
        mend = "name a folder of a run" if not opened.runs else "leave out --without-network"
        raise ScenarioError(msg, findings=[Finding("--layers", 0, 0, "", "leaves nothing", mend)])
    families = dict.fromkeys(branch.family for branch in opened.snapshot.branches)
    with writing_outputs(out) as partial:
        names = write_layers(
            sheets, partial, format_, runs=opened.runs, styles=styles(tuple(families)),
            snapshot=opened.snapshot.id,
        )  # fmt: skip
        manifest = make_manifest(
            inputs={
                "network": Traced(opened.snapshot.id, [opened.snapshot.folder]),
                **{run.path.resolve().name: traced(run.path) for run in opened.runs},
            },
            outputs={name: partial / name for name in names},
            seed=0,
            solver={},
            parameters={"format": format_, "layers": sorted(sheet.name for sheet in sheets)},
            wall_times_s={},
        )
        (partial / MANIFEST).write_bytes(manifest_bytes(manifest))
    files = tuple(out / name for name in (*names, MANIFEST))
    return Export(files, {sheet.name: len(sheet) for sheet in sheets})


def _wanted(layers: Collection[str], *, with_network: bool) -> tuple[str, ...]:
    """Return the names of the layers to write in the order of `CONTRACTS`."""
    known = [one.name for one in CONTRACTS]
    unknown = [
        Finding("--layers", 0, 0, name, "no such layer", nearest(name, known, count=2))
        for name in layers
        if name not in known
    ]
    if unknown:
        msg = f"layers that there are: {', '.join(known)}"
        raise ScenarioError(msg, findings=unknown)
    of_network = {one.name for one in NETWORK_CONTRACTS} - {BACKGROUND}
    return tuple(
        name for name in known
        if (not layers or name in layers) and (with_network or name not in of_network)
    )  # fmt: skip


def _named(scenarios: Sequence[str]) -> dict[str, str]:
    """Return how each scenario that was asked for was named, by its id."""
    return {load_scenario(name).scenario.id: name for name in scenarios}


def _open(folders: Sequence[Path], network: Path, named: dict[str, str]) -> _Opened:
    """Open all folders, or tell of each of them that cannot be what it is wrong with it."""
    networks = [path for path in folders if _is_network(path)]
    runs: list[Folder] = []
    findings: list[Finding] = []
    for path in folders:
        if path in networks:
            continue
        try:
            runs.append(_run(path))
        except InputMissingError as error:
            findings += error.findings or [Finding(str(path), 0, 0, "", error.message)]
    findings += [
        Finding(str(path), 0, 0, "", "is a second network", "name one") for path in networks[1:]
    ]
    if not findings:
        place = networks[0] if networks else network
        try:
            snapshot = open_snapshot(place)
        except SnapshotError as error:
            raise InputMissingError(str(error)) from error
        runs = _chosen(runs, named)
        findings = [*_of_other_networks(runs, snapshot, place), *_namesakes(runs)]
    if findings:
        msg = "cannot export:"
        raise InputMissingError(msg, findings=findings)
    return _Opened(tuple(runs), open_network(place, opened=snapshot), snapshot)


def _is_network(path: Path) -> bool:
    """Whether a folder is that of a built network."""
    try:
        return "snapshot" in read_manifest(path)
    except SnapshotError:
        return False


def _run(path: Path) -> Folder:
    """Open the folder of a run; other folders of results have no layers of their own."""
    if not path.is_dir():
        near = nearest(path.name, ("network", "map", "profile", "columns", "run"))
        mend = f"as a command, {near}" if near else "name a folder that `corridors run` left"
        msg = f"{path}: there is no such folder"
        raise InputMissingError(
            msg, findings=[Finding(str(path), 0, 0, "", "no such folder", mend)]
        )
    folder = open_folder(path)
    if folder.kind != "run" or not folder.has("result.json"):
        verb = {"comparison": "compare", "front": "explain choices"}.get(folder.kind, folder.kind)
        mend = "name folders that `corridors run` or `corridors build` left"
        found = Finding(
            str(path), 0, 0, "", f"was left by `corridors {verb}`: it holds no run", mend
        )
        msg = f"{path}: is no run; a run holds {KINDS['run']} and result.json"
        raise InputMissingError(msg, findings=[found])
    return folder


def _chosen(runs: Sequence[Folder], named: dict[str, str]) -> list[Folder]:
    """Return the runs of the scenarios that were asked for.

    Raises
    ------
    ScenarioError
        If one of them ran in none of the folders.
    """
    ran = [run.scenario for run in runs]
    missing = [
        Finding("--scenario", 0, 0, name, "none of the folders ran it",
                f"they ran {', '.join(dict.fromkeys(ran))}" if ran else "name a folder of a run")
        for scenario, name in named.items() if scenario not in ran
    ]  # fmt: skip
    if missing:
        msg = "cannot export:"
        raise ScenarioError(msg, findings=missing)
    return [run for run in runs if not named or run.scenario in named]


def _of_other_networks(
    runs: Sequence[Folder], snapshot: Snapshot, place: Path
) -> Iterator[Finding]:
    for run in runs:
        if run.result["network"] != snapshot.id:
            yield Finding(
                str(run.path), 0, 0, "", f"did not run on the network of {place}",
                "name its own with --network, or run it again",
            )  # fmt: skip


def _namesakes(runs: Sequence[Folder]) -> Iterator[Finding]:
    """Yield runs whose folder has the name of an earlier one; by it rows are told apart."""
    seen: set[str] = set()
    for run in runs:
        name = run.path.resolve().name
        if name in seen:
            yield Finding(
                str(run.path),
                0,
                0,
                "",
                f"a run before it is called {name} too",
                "rename the folder",
            )
        seen.add(name)


def _sheets(opened: _Opened, wanted: Sequence[str], named: dict[str, str]) -> list[Sheet]:
    """Return the wanted layers, the runs' of all runs together."""
    by_name: dict[str, list[Sheet]] = {}
    of_runs = [name for name in wanted if name not in ACCESS]
    for run in opened.runs:
        for sheet in run_sheets(run, of_runs):
            by_name.setdefault(sheet.name, []).append(sheet)
    if opened.runs and set(ACCESS) & set(wanted):
        for sheet in _access(opened, named):
            if sheet.name in wanted:
                by_name.setdefault(sheet.name, []).append(sheet)
    base = network_sheets(
        opened.network, opened.snapshot.graph, read_outlines(EXTRACTS), wanted=wanted
    )
    found = {name: joined(sheets) for name, sheets in by_name.items()}
    found |= {sheet.name: sheet for sheet in base}
    return [found[name] for name in wanted if name in found]


def _access(opened: _Opened, named: dict[str, str]) -> Iterator[Sheet]:
    """Yield who may pass where in each run.

    Raises
    ------
    InputMissingError
        If what a run was made of is not what it was: its access cannot be told.
    """
    grounds = grounds_of(opened.network, opened.snapshot.graph)
    rates = load_rates()
    for run in opened.runs:
        try:
            again = open_run(
                run.path, network=opened.snapshot.folder, scenario=named.get(run.scenario, "")
            )
        except InputMissingError as error:
            msg = (
                f"{error.message}\nlayers {' and '.join(ACCESS)} cannot be made; name the file "
                "with --scenario, run it again, or name other layers with --layers"
            )
            raise InputMissingError(msg, findings=error.findings) from error
        compiled = compile_scenario(again.loaded.scenario, opened.snapshot, rates, again.register)
        told = {row["id"]: row["status"] == "ok" for row in again.result["demands"]}
        served = [told[demand.id] for demand in again.loaded.scenario.demands]
        name = run.path.resolve().name
        yield from access_sheets(name, run.scenario, compiled, grounds, served)


def columns_page() -> str:
    """Return every layer and field with type, unit and meaning, as Markdown."""
    parts = []
    for one in CONTRACTS:
        rows = [
            f"| `{field.name}` | {field.dtype.removesuffix('?')} | {field.unit} | {field.meaning} |"
            for field in one.fields
        ]
        head = ["| field | type | unit | meaning |", "| --- | --- | --- | --- |"]
        words = f"{one.title} ({one.shape}s, {one.group}). {one.abstract}"
        parts.append("\n".join([f"### {one.name}", "", words, "", *head, *rows, ""]))
    return "\n".join(parts)


def renew_columns(page: Path) -> None:
    """Renew the list of fields in a page, between `BEGIN` and `END`.

    Raises
    ------
    InputMissingError
        If the page cannot be read or lacks the two marks.
    OutputError
        If it cannot be written.
    """
    try:
        text = page.read_text(encoding="utf-8")
    except OSError as error:
        msg = f"{page}: cannot be read ({error.strerror})"
        raise InputMissingError(msg) from error
    head, begin, rest = text.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not (begin and end):
        msg = f"{page}: has no list of fields; put {BEGIN} and {END} where it is to stand"
        raise InputMissingError(msg)
    with writing_output(page) as partial:
        partial.write_text(
            f"{head}{BEGIN}\n\n{columns_page()}\n{END}{tail}", encoding="utf-8", newline="\n"
        )
