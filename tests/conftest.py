"""Settings of all tests: random examples are the same on every run; the real network."""

from __future__ import annotations

import fcntl
import json
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geodata.snapshot import Snapshot
    from geodata.types import Network

settings.register_profile(
    "default", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile(
    "deep", settings.get_profile("default"), derandomize=True, max_examples=1000
)
settings.load_profile("default")

ROOT = Path(__file__).parent.parent
MANIFEST = "manifest.json"
#: Files that start first: one builds a network of its own, while another worker builds that of
#: the other tests for the longest of them.
FIRST = ("test_wheel.py", "test_shipped_runs.py")


class Real(NamedTuple):
    """The real network as built, and its snapshot."""

    network: Network
    snapshot: Snapshot


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "deep: many more random states; run by `make test-deep`")
    config.addinivalue_line("markers", "long: its file starts before those without the mark")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put long files first; leave out what is marked deep unless deep tests are asked for."""
    long = {item.path for item in items if item.get_closest_marker("long")}
    items.sort(key=lambda item: (_place(item.path.name), item.path not in long))
    asked = "deep" in (config.getoption("markexpr") or "")
    if asked or config.getoption("--hypothesis-profile", default=None) == "deep":
        return
    for item in items:
        if item.get_closest_marker("deep"):
            item.add_marker(pytest.mark.skip(reason="run by `make test-deep`"))


def _place(name: str) -> int:
    """Return which place a file has among those that start first.

    A long file that starts last keeps one worker busy while the others have nothing to do.
    """
    return FIRST.index(name) if name in FIRST else len(FIRST)


@pytest.fixture(scope="session")
def real_folder(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """Folder of the real network: the one in `build` if it is current, else a new one.

    The workers of a test session share what one of them builds.
    """
    from geodata.build import FACTS, _inputs, build_snapshot
    from geodata.sources.extracts import EXTRACTS

    inputs = _inputs(EXTRACTS, FACTS)
    ready = ROOT / "build" / "network"
    if _is_current(ready, inputs):
        return ready
    base = tmp_path_factory.getbasetemp()
    folder = (base if worker_id == "master" else base.parent) / "network"
    with _locked(folder.with_suffix(".lock")):
        if not (folder / MANIFEST).is_file():
            build_snapshot(folder)
    return folder


@pytest.fixture(scope="session")
def real(real_folder: Path) -> Real:
    """The real network, opened."""
    from geodata.snapshot import open_network, open_snapshot

    return Real(open_network(real_folder), open_snapshot(real_folder))


def _is_current(folder: Path, inputs: dict[str, str]) -> bool:
    """Tell whether a built network has these inputs and is not older than the code."""
    manifest = folder / MANIFEST
    if not manifest.is_file():
        return False
    code = [*(ROOT / "geodata").glob("*.py"), *(ROOT / "geodata" / "sources").glob("*.py")]
    newest = max(path.stat().st_mtime for path in code)
    known = json.loads(manifest.read_text(encoding="utf-8")).get("inputs")
    return bool(known == inputs) and manifest.stat().st_mtime >= newest


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold a lock on a file, against the other workers."""
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
