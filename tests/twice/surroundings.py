"""Two surroundings that differ in all that must not change a result."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from corridors.scenario.places import data_folder
from geodata.folders import ASSUMPTIONS, FACTS, VARIABLE, facts_folder
from geodata.sources.extracts import EXTRACTS

ROOT = Path(__file__).parents[2]
SOURCE = Path(__file__).with_name("other_day.c")
#: A year, some months and some hours on: another year, month, weekday and time of the day.
OFF_S = 40_000_000
#: What of the caller's own surroundings is left out, so that both are known.
LEFT_OUT = ("LC_", "LANG", "TZ", "PYTHON", "SOURCE_DATE_EPOCH", "OMP_", "OPENBLAS_", "NO_COLOR")


@dataclass(frozen=True)
class Side:
    """One of the two: a folder to work in, the environment, and the tables that are read.

    `workers` is how many processes share what several may share.
    """

    folder: Path
    env: dict[str, str]
    extracts: Path
    workers: int


def plain(base: Path) -> Side:
    """Return what `make` itself gives: the shipped tables, UTC, a fixed day of the build."""
    env = _caller() | {
        "TZ": "UTC", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "0",
        "SOURCE_DATE_EPOCH": "1735689600", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1",
    }  # fmt: skip
    return Side(_fresh(base / "one"), env, EXTRACTS, workers=1)


def other(base: Path) -> Side:
    """Return the other one, where as much as possible is different."""
    folder = _fresh(base / "zweite Stätte")
    home = _fresh(base / "home")
    env = _caller() | {
        "TZ": "Asia/Kathmandu", "LC_ALL": _other_locale(), "LANG": "tr_TR.UTF-8",
        "PYTHONHASHSEED": "4711", "OMP_NUM_THREADS": "2", "OPENBLAS_NUM_THREADS": "2",
        "HOME": str(home), "TMPDIR": str(_fresh(base / "tmp")), "USER": "somebody",
        "COLUMNS": "41", "NO_COLOR": "1", VARIABLE: str(_tables(folder / "tables")),
        **_other_day(base),
    }  # fmt: skip
    return Side(folder, env, folder / "tables" / "extracts", workers=2)


def _fresh(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def _caller() -> dict[str, str]:
    """Return the caller's environment without what is to differ; this tree's code runs."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(LEFT_OUT) and k != VARIABLE}
    return kept | {"PYTHONPATH": str(ROOT)}


def _other_locale() -> str:
    """Return a locale of this machine that counts in another way, the plainest if it has none."""
    known = subprocess.run(
        [shutil.which("locale") or "locale", "-a"], capture_output=True, encoding="utf-8",
        check=False,
    ).stdout.split()  # fmt: skip
    foreign = [name for name in known if name[:2].islower() and "utf" in name.lower()]
    return foreign[0] if foreign else "POSIX"


def _other_day(base: Path) -> dict[str, str]:
    """Return what lets clocks run a year off: a small library loaded before the process."""
    library = base / "other_day.so"
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        print("no compiler here: both builds are of the same day")  # noqa: T201 - a limit to know
        return {}
    subprocess.run([compiler, "-shared", "-fPIC", "-o", library, SOURCE, "-ldl"], check=True)
    return {"LD_PRELOAD": str(library), "OTHER_DAY_S": str(OFF_S)}


def _tables(folder: Path) -> Path:
    """Copy the tables last name first, so that a folder lists its files in another order."""
    for part, source in ((FACTS, facts_folder()), (ASSUMPTIONS, data_folder()),
                         ("extracts", EXTRACTS)):  # fmt: skip
        (folder / part).mkdir(parents=True)
        for path in sorted(source.iterdir(), reverse=True):
            if path.is_file():
                shutil.copyfile(path, folder / part / path.name)
    return folder
