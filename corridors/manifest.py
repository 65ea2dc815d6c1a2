"""Where the numbers came from: the hashes and settings behind a folder of outputs.

A manifest has two parts. `hashed` holds what determines the result: the sha256 of
inputs and outputs, versions, seed, solver and parameters; `sha256` is its hash. Wall
times stand outside, since they differ from run to run.
"""

from __future__ import annotations

import hashlib
import json
import platform
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from corridors.errors import Finding, InputMissingError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

__all__ = [
    "MANIFEST",
    "PACKAGES",
    "make_manifest",
    "manifest_bytes",
    "package_versions",
    "sha256_of",
    "verify_manifest",
]

MANIFEST = "manifest.json"
SCHEMA_VERSION = 1

#: Distributions whose version can change a result.
PACKAGES = ("corridors", "numpy", "ortools", "pyarrow", "pydantic", "scipy", "shapely")


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
        file, or its sha256 if already known.
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
        `schema_version`, `sha256`, `hashed` and `wall_times_s`.

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
    path = folder / MANIFEST
    try:
        manifest: dict[str, Any] = json.loads(path.read_bytes())
        hashed = manifest["hashed"]
        outputs = dict(hashed["outputs"])
    except OSError as error:
        msg = f"{path}: cannot be read ({error.strerror}); run the scenario again"
        raise InputMissingError(msg) from error
    except (ValueError, KeyError, TypeError) as error:
        msg = f"{path}: is not a manifest; run the scenario again"
        raise InputMissingError(msg) from error
    findings = [_difference(folder / name, known) for name, known in outputs.items()]
    if manifest["sha256"] != sha256_of(_canonical(hashed)):
        findings.append(Finding(str(path), 0, 0, "", "its own hash differs: it was changed"))
    found = [finding for finding in findings if finding is not None]
    if found:
        msg = f"{folder}: not as it was written; run the scenario again"
        raise InputMissingError(msg, findings=found)
    return manifest


def _difference(path: Path, known: str) -> Finding | None:
    """Return what is wrong with a file, if anything."""
    if not path.is_file():
        return Finding(str(path), 0, 0, "", "is missing")
    if sha256_of(path) != known:
        return Finding(str(path), 0, 0, "", "its hash differs from the manifest's")
    return None


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
