"""`corridors verify`: what of a folder is no longer as it was written, and of its inputs."""

from __future__ import annotations

import json
import platform
import shlex
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from corridors.errors import InputMissingError
from corridors.manifest import (
    ABSENT,
    EDITED,
    MANIFEST,
    ROOT,
    SHIPPED,
    STDIN,
    code_sha256,
    fault_of,
    is_edited,
    package_versions,
    read_manifest,
    sha256_of,
)
from corridors.report.material import KINDS
from corridors.scenario.places import data_folder
from geodata.errors import SnapshotError
from geodata.folders import facts_folder, shown
from geodata.snapshot import read_manifest as read_network
from geodata.sources.extracts import EXTRACTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["NOTES", "WORDS", "Difference", "Verified", "verify"]

NETWORK, EXPORT, RESULTS = "network", "export", "results"
#: Kinds of folders by a file of theirs, those that no report is made of as well.
_KINDS = {**KINDS, "alternatives": "alternatives.json", "validation": "validation.json"}
#: The kinds of differences, and what each means.
WORDS = {
    "manifest": "the folder has no manifest, or another than was written",
    "missing": "a file is gone",
    "altered": "a file holds something else",
    "extra": "a file that was not written with the others",
    "changed": "an input is not what it was",
    "gone": "an input is not where it was",
    "unchecked": "an input that cannot be looked at again",
    "version": "a package or the code is of another version",
}
#: Kinds that say how far the folder can be made again, not that anything is wrong with it.
NOTES = ("unchecked", "version")
#: Where the tables lie that a manifest names without their place.
_TABLES, _PACKAGE = "scenarios/data/", "package/"


@dataclass(frozen=True)
class Difference:
    """One thing that is not as it was: a key of `WORDS`, what it is about, and how."""

    kind: str
    subject: str
    message: str

    @property
    def is_note(self) -> bool:
        """Whether the folder and its inputs are sound all the same."""
        return self.kind in NOTES


@dataclass(frozen=True)
class Verified:
    """What became of a folder.

    `what` is the kind of folder; `files` and `inputs` count what its manifest lists;
    `command` is what made it, empty if the manifest does not tell.
    """

    folder: str
    what: str
    files: int
    inputs: int
    command: str
    differences: tuple[Difference, ...]

    def is_same(self, *, strict: bool = False) -> bool:
        """Whether nothing differs; notes count as differences only if `strict`."""
        return all(one.is_note and not strict for one in self.differences)

    def as_dict(self) -> dict[str, Any]:
        """Return everything as plain values."""
        return {**asdict(self), "same": self.is_same()}


def verify(folder: Path) -> Verified:
    """Hash the files of a folder and its inputs again, and tell what differs.

    Parameters
    ----------
    folder
        A folder that a command left: a network, a run, a sweep, and so on.

    Returns
    -------
    Verified
        With every difference; none is raised.

    Raises
    ------
    DataFolderError
        If `CORRIDORS_DATA` names no folder of tables.
    """
    try:
        named = _raw(folder / MANIFEST)
        return _network(folder) if "snapshot" in named else _results(folder)
    except (InputMissingError, SnapshotError) as error:
        found = Difference("manifest", MANIFEST, str(error))
        return Verified(str(folder), "unknown", 0, 0, "", (found,))


def _raw(path: Path) -> dict[str, Any]:
    """Return what a manifest holds, empty for what the readers of manifests will refuse."""
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


@dataclass(frozen=True)
class _Origin:
    """What a manifest tells of where things were found; no hash guards it."""

    command: str = ""
    code: str = ""
    inputs: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @classmethod
    def of(cls, manifest: Mapping[str, Any]) -> Self:
        """Read it; one of another form tells nothing."""
        try:
            told = manifest.get("origin", {})
            inputs = {
                str(name): {str(place): str(sha256) for place, sha256 in places.items()}
                for name, places in told.get("inputs", {}).items()
            }
            command = shlex.join(map(str, told.get("command", [])))
            return cls(command, str(told.get("code", "")), inputs)
        except (AttributeError, TypeError):
            return cls()


def _results(folder: Path) -> Verified:
    manifest = read_manifest(folder)
    hashed, origin = manifest["hashed"], _Origin.of(manifest)
    outputs: dict[str, str] = hashed["outputs"]
    differences = [Difference("manifest", MANIFEST, EDITED)] if is_edited(manifest) else []
    differences += _files(folder, outputs)
    for name, known in hashed["inputs"].items():
        places = origin.inputs.get(name) or _by_name(name, known)
        differences += _input(name, known, places, folder)
    differences += _versions(hashed["packages"], origin.code)
    kind = next((kind for kind, name in _KINDS.items() if name in outputs), RESULTS)
    if "layers" in hashed.get("parameters", {}):
        kind = EXPORT  # a file for each of its layers, whatever the format
    return Verified(
        str(folder), kind, len(outputs), len(hashed["inputs"]), origin.command, tuple(differences)
    )


def _network(folder: Path) -> Verified:
    manifest = read_network(folder)
    outputs = {name: entry["sha256"] for name, entry in manifest["files"].items()}
    inputs, packages = dict[str, str](), dict[str, str]()
    for name, known in manifest["inputs"].items():
        of_package = name.startswith(_PACKAGE)
        (packages if of_package else inputs)[name.removeprefix(_PACKAGE)] = known
    differences = list(_files(folder, outputs))
    origins = manifest.get("origins", {})
    for name, known in inputs.items():
        places = {origins[name]: known} if name in origins else _by_name(name, known)
        differences += _input(name, known, places, folder)
    differences += _versions(packages, "")
    return Verified(str(folder), NETWORK, len(outputs), len(inputs), "", tuple(differences))


def _files(folder: Path, outputs: Mapping[str, str]) -> Iterator[Difference]:
    """Yield what differs of the files; hidden ones, such as Make's, are nobody's results."""
    for name, known in outputs.items():
        wrong = fault_of(folder / name, known)
        if wrong:
            yield Difference("missing" if wrong == ABSENT else "altered", name, wrong)
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if path.is_file() and name not in outputs and name != MANIFEST and not hidden:
            yield Difference("extra", name, "was not written with the others")


def _by_name(name: str, known: str) -> dict[str, str]:
    """Return where an input of this name lies today, if the manifest does not tell."""
    part, _, file = name.rpartition("/")
    if name.startswith(_TABLES):
        return {str(data_folder() / file): known}
    if part == "facts":
        return {str(facts_folder() / file): known}
    return {str(EXTRACTS / file): known} if part == "extracts" else {}


def _input(
    name: str, known: str, places: Mapping[str, str], folder: Path
) -> Iterator[Difference]:  # fmt: skip
    """Yield what differs of the files that an input was read from."""
    if not places:
        yield Difference("unchecked", name, "the manifest does not tell where it lay")
    for place, sha256 in places.items():
        path = _find(place, folder)
        if place == STDIN:
            yield Difference("unchecked", name, "came by standard input")
        elif path is None:
            yield Difference("gone", name, f"{_words(place)} is not there")
        elif path.is_dir():
            yield from _input_folder(name, known, path)
        elif sha256_of(path) != sha256:
            yield Difference("changed", name, f"{shown(path)} is not what it was")


def _input_folder(name: str, known: str, path: Path) -> Iterator[Difference]:
    """Yield that a network, or earlier results, are others than they were."""
    is_results = "hashed" in _raw(path / MANIFEST)
    try:
        now = read_manifest(path)["sha256"] if is_results else read_network(path)["snapshot"]
    except (InputMissingError, SnapshotError) as error:
        yield Difference("gone", name, str(error))
        return
    if now != known:
        yield Difference("changed", name, f"{shown(path)} holds {now[:12]}, not {known[:12]}")


def _find(place: str, folder: Path) -> Path | None:
    """Return the file of a place: as shipped, from here, or from a folder around the results."""
    if place.startswith(SHIPPED):
        starts, rest = [ROOT], place.removeprefix(SHIPPED)
    else:
        starts, rest = [Path(), *folder.resolve().parents], place
    return next((start / rest for start in starts if (start / rest).exists()), None)


def _words(place: str) -> str:
    return f"{place.removeprefix(SHIPPED)}, as shipped," if place.startswith(SHIPPED) else place


def _versions(packages: Mapping[str, str], code: str) -> Iterator[Difference]:
    """Yield the packages that are of another version today, and code that is."""
    for name, then in packages.items():
        now = platform.python_version() if name == "python" else package_versions([name])[name]
        if now != then:
            words = f"{then or 'not installed'} then, {now or 'not installed'} now"
            yield Difference("version", name, words)
    if code and code != code_sha256():
        words = "the code of this programme is not that of then"
        yield Difference("version", "corridors", words)
