"""``make verify``: build everything twice under different surroundings, compare the bytes."""

from __future__ import annotations

import argparse
import json
import shlex
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.twice.surroundings import ROOT, Side, other, plain

if TYPE_CHECKING:
    from collections.abc import Iterator

MAIN = "from corridors.cli import main; main()"
MANIFEST = "manifest.json"
REGION = ROOT / "examples" / "trans_afghan" / "region.yaml"
#: What a manifest tells that is of its place and time, not of the result.
OF_ITS_PLACE = ("origin", "origins", "wall_times_s")


def steps(side: Side) -> Iterator[str]:
    """Yield the commands, as a shell reads them; each makes what is named last."""
    yield f"build --quiet --extracts {shlex.quote(str(side.extracts))} --out network"
    yield f"build --quiet --extend {shlex.quote(str(REGION))} --out elsewhere"
    run = "--network network"
    yield f"run baseline {run} --quiet --out baseline"
    yield f"run zangezur_tripp {run} --quiet --fronts --out zangezur_tripp"
    yield f"compare baseline zangezur_tripp {run} --json --out compare"
    for end, format_ in (("html", "html"), ("md", "md"), ("print.html", "pdf-ready-html")):
        yield f"report baseline compare --format {format_} --out export/report.{end}"
    for format_ in ("gpkg", "geoparquet"):
        yield (
            f"export run baseline zangezur_tripp {run} --format {format_} --quiet "
            f"--out gis-{format_}"
        )
    yield (
        f"sweep zangezur_tripp {run} --switches AZ,GE,IR,TR --workers {side.workers} --quiet "
        "--out sweep"
    )
    yield (
        f"control zangezur_tripp {run} --players AZ,GE,IR --links RASHT-ASTARA -k 2 "
        "--capacitated 2 --quiet --out control"
    )
    yield (
        f"design baseline {run} --budget 2bn --projects RASHT-ASTARA,KARS-DILUCU,MEGHRI-RAIL "
        "--json --out design"
    )
    yield f"explain front moscow-mumbai --run baseline {run} --json --out front"
    for format_ in ("gpkg", "geojson", "fgb"):
        yield f"export network {run} --mode rail --format {format_} --out export/rail.{format_}"
    for end in ("svg", "png"):
        yield f"export map {run} --run baseline --out export/map.{end}"
        yield f"export profile mumbai-moscow.1 --run baseline {run} --out export/profile.{end}"


def main() -> int:
    """Build both, compare them and say what differs; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.twice", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("build/verify"), help="folder to use")
    base = parser.parse_args().out.resolve()
    started = time.perf_counter()
    sides = plain(base), other(base)
    with ThreadPoolExecutor(len(sides)) as pool:
        failed = [words for words in pool.map(_build, sides) if words]
    if failed:
        _say("\n".join(failed))
        return 1
    counts, differing = _compared(*(side.folder for side in sides))
    for name in differing:
        _say(f"differs: {name}")
    told = ", ".join(f"{counts[end]} {end or 'without suffix'}" for end in sorted(counts))
    _say(f"{sum(counts.values())} files ({told}), {time.perf_counter() - started:.0f} s")
    _say(f"{len(differing)} differ" if differing else "both builds are equal, byte for byte")
    return 1 if differing else 0


def _build(side: Side) -> str:
    """Take every step; return what the first one that failed said."""
    (side.folder / "export").mkdir()
    for step in steps(side):
        words = shlex.split(step)
        done = subprocess.run(
            [sys.executable, "-c", MAIN, *words], cwd=side.folder, env=side.env,
            capture_output=True, encoding="utf-8", errors="replace", check=False,
        )  # fmt: skip
        if done.returncode:
            return f"{side.folder.name}: corridors {step}: exit {done.returncode}\n{done.stderr}"
        _say(f"{side.folder.name}: {' '.join(words[:2])}")
    return ""


def _compared(one: Path, two: Path) -> tuple[Counter[str], list[str]]:
    """Return how many files there are of each suffix, and those that are not the same."""
    names = sorted({_name(path, folder) for folder in (one, two) for path in _files(folder)})
    differing = [name for name in names if not _is_same(one / name, two / name)]
    return Counter(Path(name).suffix.lstrip(".") for name in names), differing


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file() and "tables" not in path.parts)


def _name(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix()


def _is_same(one: Path, two: Path) -> bool:
    if not (one.is_file() and two.is_file()):
        return False
    first, second = one.read_bytes(), two.read_bytes()
    if first != second and one.name == MANIFEST:
        return _result(first) == _result(second)
    return first == second


def _result(content: bytes) -> dict[str, Any]:
    """Return what a manifest says of the result."""
    return {k: v for k, v in json.loads(content).items() if k not in OF_ITS_PLACE}


def _say(words: str) -> None:
    print(words, flush=True)  # noqa: T201 - what this is for


if __name__ == "__main__":
    sys.exit(main())
