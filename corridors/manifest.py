"""Where the numbers came from: the hashes and settings behind a folder of outputs.

`hashed` holds what determines the result: the sha256 of inputs and outputs, versions,
seed, solver and parameters; `sha256` is its hash. `origin` tells where all that was found:
the command, the hash of this programme's code and the files behind each input, so that
`corridors verify` can look at them again. It stands outside the hash as wall times do,
since the same result comes from other folders and at another speed.
"""

from __future__ import annotations

import hashlib
import json
import platform
from contextlib import contextmanager
from contextvars import ContextVar
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from corridors.errors import Finding, InputMissingError
from geodata.folders import shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

__all__ = [
    "MANIFEST",
    "PACKAGES",
    "ROOT",
    "SHIPPED",
    "STDIN",
    "Traced",
    "asked",
    "code_sha256",
    "make_manifest",
    "manifest_bytes",
    "package_versions",
    "sha256_of",
    "traced",
    "verify_manifest",
]

MANIFEST = "manifest.json"
SCHEMA_VERSION = 1

#: Distributions whose version can change a result.
PACKAGES = (
    "corridors", "jinja2", "matplotlib", "numpy", "ortools", "pyarrow", "pydantic", "pyogrio",
    "pyproj", "pyyaml", "scipy", "shapely",
)  # fmt: skip
#: Where the programme and what is shipped with it lie: the checkout, or site-packages.
ROOT = Path(__file__).resolve().parent.parent
CODE = ("corridors", "geodata")
#: What can be wrong with a file of a folder, and with the manifest itself.
ABSENT, ALTERED = "is missing", "its hash differs from the manifest's"
EDITED = "its own hash differs: it was changed"
#: What the place of a shipped file begins with, the same on any machine; and of text that
#: came by standard input.
SHIPPED, STDIN = "shipped:", "-"
#: What was asked on the command line; nobody asked if a verb is called from Python.
_ASKED: ContextVar[tuple[str, ...]] = ContextVar("_ASKED", default=())


class Traced(str):
    """The sha256 of an input that knows which files it was read from.

    Parameters
    ----------
    sha256
        The hash.
    files
        The files, or folders of a network or of results; `STDIN` stands for standard input.
    """

    __slots__ = ("files",)
    files: tuple[Path, ...]

    def __new__(cls, sha256: str, files: Iterable[Path]) -> Self:
        """Keep the hash as text and the files beside it."""
        made = super().__new__(cls, sha256)
        made.files = tuple(files)
        return made


@contextmanager
def asked(arguments: Sequence[str]) -> Iterator[None]:
    """Let the manifests that are made in the block name this command line.

    Parameters
    ----------
    arguments
        What stands after the name of the programme.
    """
    before = _ASKED.set(tuple(arguments))
    try:
        yield
    finally:
        _ASKED.reset(before)


def code_sha256() -> str:
    """Return the hash of this programme's own code, which its version number may not tell."""
    found = hashlib.sha256()
    for name in CODE:
        for path in sorted((ROOT / name).rglob("*.py")):
            found.update(f"{path.relative_to(ROOT).as_posix()}\0".encode())
            found.update(hashlib.sha256(path.read_bytes()).digest())
    return found.hexdigest()


def sha256_of(content: bytes | Path) -> str:
    """Return the sha256 of some bytes or of a file, in hexadecimal.

    Parameters
    ----------
    content
        The bytes, or the file that holds them.

    Returns
    -------
    str
        64 digits.

    Raises
    ------
    InputMissingError
        If the file cannot be read.

    Examples
    --------
    >>> sha256_of(b"")[:8]
    'e3b0c442'
    """
    if isinstance(content, bytes):
        return hashlib.sha256(content).hexdigest()
    try:
        with content.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        msg = f"{content}: cannot be read ({error.strerror})"
        raise InputMissingError(msg) from error


def package_versions(names: Iterable[str] = PACKAGES) -> dict[str, str]:
    """Return the installed version of each distribution, empty if not installed.

    Parameters
    ----------
    names
        Names of distributions.

    Returns
    -------
    dict
        Version by name, in the order of the names.
    """
    return {name: _version(name) for name in names}


def make_manifest(
    *,
    inputs: Mapping[str, bytes | Path | str],
    outputs: Mapping[str, bytes | Path | str],
    seed: int,
    solver: Mapping[str, object],
    parameters: Mapping[str, object],
    wall_times_s: Mapping[str, float],
) -> dict[str, Any]:
    """Return the manifest of a run.

    Parameters
    ----------
    inputs
        What was read, by a name that means the same on any machine: its bytes, its
        file, or its sha256 if already known, `Traced` if the files behind it are.
    outputs
        What was written, by file name, likewise.
    seed
        Seed of everything random.
    solver
        Name, version and settings of the solver.
    parameters
        Whatever else was asked for, such as overrides of the scenario.
    wall_times_s
        Seconds by step; not hashed.

    Returns
    -------
    dict
        `schema_version`, `sha256`, `hashed`, `origin` and `wall_times_s`.

    Raises
    ------
    InputMissingError
        If a file named cannot be read.
    """
    hashed = {
        "inputs": _hashes(inputs),
        "outputs": _hashes(outputs),
        "packages": {"python": platform.python_version(), **package_versions()},
        "seed": seed,
        "solver": dict(solver),
        "parameters": dict(parameters),
    }
    return {
        "schema_version": SCHEMA_VERSION,
        "sha256": sha256_of(_canonical(hashed)),
        "hashed": hashed,
        "origin": {
            "command": ["corridors", *_ASKED.get()] if _ASKED.get() else [],
            "code": code_sha256(),
            "inputs": {
                name: places
                for name, content in sorted(inputs.items())
                if (places := _places(content))
            },
        },
        "wall_times_s": {name: round(seconds, 3) for name, seconds in wall_times_s.items()},
    }


def manifest_bytes(manifest: Mapping[str, object]) -> bytes:
    """Return a manifest as the bytes of its file, keys in fixed order.

    Parameters
    ----------
    manifest
        As made by `make_manifest`.

    Returns
    -------
    bytes
        Indented JSON, UTF-8.
    """
    text = json.dumps(manifest, indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False)
    return text.encode() + b"\n"


def verify_manifest(folder: Path) -> dict[str, Any]:
    """Hash the outputs of a folder again and return its manifest if all agree.

    Parameters
    ----------
    folder
        A folder written by a run.

    Returns
    -------
    dict
        The manifest.

    Raises
    ------
    InputMissingError
        If the manifest or an output is missing, or a hash differs; all are listed.
    """
    manifest = read_manifest(folder)
    outputs: dict[str, str] = manifest["hashed"]["outputs"]
    found = [
        Finding(str(folder / name), 0, 0, "", wrong)
        for name, known in outputs.items() if (wrong := fault_of(folder / name, known))
    ]  # fmt: skip
    if is_edited(manifest):
        found.append(Finding(str(folder / MANIFEST), 0, 0, "", EDITED))
    if found:
        msg = f"{folder}: not as it was written; run the scenario again"
        raise InputMissingError(msg, findings=found)
    return manifest


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return the manifest of a folder that a run wrote, none of its hashes looked at.

    Raises
    ------
    InputMissingError
        If there is none, or what is there is no manifest.
    """
    path = folder / MANIFEST
    try:
        manifest: dict[str, Any] = json.loads(path.read_bytes())
        hashed = manifest["hashed"]
        for part in (hashed["inputs"], hashed["outputs"], hashed["packages"]):
            dict(part)
        str(manifest["sha256"])
    except OSError as error:
        msg = f"{path}: cannot be read ({error.strerror}); run the scenario again"
        raise InputMissingError(msg) from error
    except (ValueError, KeyError, TypeError) as error:
        msg = f"{path}: is not a manifest; run the scenario again"
        raise InputMissingError(msg) from error
    return manifest


def traced(folder: Path) -> Traced:
    """Return the results in a folder as an input: known by what determines them.

    Raises
    ------
    InputMissingError
        If the folder has no manifest.
    """
    return Traced(str(read_manifest(folder)["sha256"]), [folder])


def is_edited(manifest: Mapping[str, Any]) -> bool:
    """Whether a manifest is not the one that was written: its own hash differs."""
    return bool(manifest["sha256"] != sha256_of(_canonical(manifest["hashed"])))


def fault_of(path: Path, known: str) -> str:
    """Return what is wrong with a file: `ABSENT`, `ALTERED`, or nothing.

    Parameters
    ----------
    path
        The file.
    known
        Its sha256 when it was written.
    """
    if not path.is_file():
        return ABSENT
    return "" if sha256_of(path) == known else ALTERED


def _places(content: bytes | Path | str) -> dict[str, str]:
    """Return the hash of each file that an input was read from, by its place."""
    if isinstance(content, Traced):
        return {_place(path): _hash_of_place(path) for path in content.files}
    return {_place(content): sha256_of(content)} if isinstance(content, Path) else {}


def _place(path: Path) -> str:
    """Return where a file lies: as shipped, below the working folder, or anywhere."""
    whole = path.resolve()
    if any(whole.is_relative_to(ROOT / name) for name in (*CODE, "scenarios")):
        return f"{SHIPPED}{whole.relative_to(ROOT).as_posix()}"
    return STDIN if str(path) == STDIN else shown(path)


def _hash_of_place(path: Path) -> str:
    """Return the hash of a file, empty for what is no file and so has none to compare."""
    return sha256_of(path) if path.is_file() else ""


def _hashes(contents: Mapping[str, bytes | Path | str]) -> dict[str, str]:
    """Return the sha256 by name, in order of names."""
    return {
        name: content if isinstance(content, str) else sha256_of(content)
        for name, content in sorted(contents.items())
    }


def _canonical(value: object) -> bytes:
    """Return the one JSON text that is hashed."""
    text = json.dumps(
        value, sort_keys=True, ensure_ascii=False, allow_nan=False, separators=(",", ":")
    )
    return text.encode()


def _version(name: str) -> str:
    """Return the version of an installed distribution."""
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
