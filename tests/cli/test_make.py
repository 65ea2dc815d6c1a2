"""The Makefile: what is built anew when something changes, and nothing else.

Make runs on a copy of the tree's outline in which `corridors` only writes down what it was
asked and leaves a manifest; the scenarios and what they extend are real.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterable

pytestmark = [pytest.mark.slow, pytest.mark.long]

ROOT = Path(__file__).parents[2]
MAKE = shutil.which("make") or "make"
SCENARIOS = ("baseline", "zangezur_tripp", "zangezur_tripp_kars", "hormuz_shut")
FAKE = """\
#!{python}
import sys
from pathlib import Path

sys.path.insert(0, {root!r})
from corridors.depends import write_depends
from corridors.manifest import Traced
from corridors.scenario.load import load_scenario

verb, *rest = sys.argv[1:]
def option(name):
    return Path(rest[rest.index(name) + 1])
with open("asked.log", "a") as log:
    log.write(f"{{verb}} {{option('--out').name}}\\n")
if Path("broken").is_file() and verb == "run":
    sys.exit(3)
out = option("--out")
out.mkdir(parents=True, exist_ok=True)
(out / "manifest.json").write_text("{{}}")
if verb == "run":
    loaded = load_scenario(f"scenarios/{{rest[0]}}.yaml")
    inputs = {{
        "network": Traced("", [option("--network")]),
        "scenario": Traced("", loaded.sources),
        "rates": Path("scenarios/data/rates.csv"),
    }}
    write_depends(option("--depend"), out / "manifest.json", inputs)
    if Path("closed").is_file():
        sys.exit(4)
"""
OUTLINE = (
    "requirements.lock", "requirements-extracts.lock", "pyproject.toml", "mkdocs.yml",
    "scenarios/data/rates.csv", "scenarios/data/claims.csv",
    "geodata/facts/terminals.csv", "geodata/extracts/rail.npz",
    "geodata/build.py", "corridors/run.py", "corridors/metrics/route.py", "corridors/cli/app.py",
    ".venv/bin/python", ".venv/.ready",
)  # fmt: skip
LONG_AGO, AGO, LATELY = 3000, 2000, 1000


class Copy:
    """A copy of the outline, whose files have the ages that a test gives them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.said = ""

    def lay(self) -> None:
        """Lay down the outline."""
        folder = self.folder
        for name in OUTLINE:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).touch()
        for name in ("Makefile", *(f"scenarios/{name}.yaml" for name in ("_base", *SCENARIOS))):
            shutil.copy(ROOT / name, folder / name)
        fake = folder / ".venv" / "bin" / "corridors"
        fake.write_text(FAKE.format(python=sys.executable, root=str(ROOT)), encoding="utf-8")
        fake.chmod(0o755)
        self.age(folder.rglob("*"), LONG_AGO)

    def age(self, paths: Iterable[Path], seconds: float) -> None:
        """Give files the age of so many seconds."""
        then = time.time() - seconds
        for path in paths:
            os.utime(path, (then, then))

    def make(self, *arguments: str) -> tuple[int, list[str]]:
        """Run Make; return how it ended and what it asked of `corridors`."""
        log = self.folder / "asked.log"
        log.unlink(missing_ok=True)
        env = {k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "MFLAGS"))}
        done = subprocess.run(
            [MAKE, *arguments], cwd=self.folder, env=env, capture_output=True, encoding="utf-8",
            check=False,
        )  # fmt: skip
        self.said = done.stdout + done.stderr
        asked = log.read_text(encoding="utf-8").splitlines() if log.is_file() else []
        return done.returncode, asked

    def touch(self, name: str) -> None:
        """Let a file be newer than all that was built."""
        self.age((self.folder / "build").rglob("*"), AGO)
        self.age([self.folder / name], LATELY)


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    """The outline, in which nothing is built."""
    made = Copy(tmp_path)
    made.lay()
    return made


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The outline, in which two at a time built everything."""
    made = Copy(tmp_path_factory.mktemp("once"))
    made.lay()
    code, asked = made.make("-j2", "scenarios")
    assert code == 0, made.said
    assert asked[0] == "build network"
    assert sorted(asked[1:]) == sorted(f"run {name}" for name in SCENARIOS)
    return made.folder


@pytest.fixture
def built(once: Path, tmp_path: Path) -> Copy:
    """A copy of that of one's own, ages included."""
    return Copy(shutil.copytree(once, tmp_path / "built"))


def test_what_is_current_is_left_alone(built: Copy) -> None:
    assert built.make("-j2", "scenarios") == (0, [])
    code, _ = built.make("-q", "build/baseline/manifest.json")
    assert code == 0, built.said


@pytest.mark.parametrize(
    ("name", "anew"),
    [
        ("scenarios/hormuz_shut.yaml", {"hormuz_shut"}),
        ("scenarios/zangezur_tripp.yaml", {"zangezur_tripp", "zangezur_tripp_kars"}),
        ("scenarios/_base.yaml", set(SCENARIOS)),
        ("scenarios/data/rates.csv", set(SCENARIOS)),
        ("scenarios/data/claims.csv", set()),
        ("corridors/metrics/route.py", set(SCENARIOS)),
        ("corridors/cli/app.py", set()),
        ("geodata/facts/terminals.csv", {"network", *SCENARIOS}),
        ("geodata/extracts/rail.npz", {"network", *SCENARIOS}),
        ("geodata/build.py", {"network", *SCENARIOS}),
    ],
)
def test_a_change_builds_anew_what_rests_on_it_and_nothing_else(
    name: str, anew: set[str], built: Copy
) -> None:
    built.touch(name)
    code, asked = built.make("-j2", "scenarios")
    assert code == 0, built.said
    assert {line.split()[1] for line in asked} == anew
    assert built.make("scenarios") == (0, [])


def test_a_scenario_that_no_longer_extends_a_file_goes_on_without_it(built: Copy) -> None:
    child = built.folder / "scenarios" / "zangezur_tripp_kars.yaml"
    text = child.read_text(encoding="utf-8")
    child.write_text(text.replace("extends: zangezur_tripp", "extends: baseline"), "utf-8")
    (built.folder / "scenarios" / "zangezur_tripp.yaml").unlink()
    built.touch("scenarios/zangezur_tripp_kars.yaml")
    code, asked = built.make("build/zangezur_tripp_kars/manifest.json")
    assert (code, asked) == (0, ["run zangezur_tripp_kars"]), built.said


def test_a_run_of_which_nobody_knows_what_it_was_made_of_is_run_anew(built: Copy) -> None:
    (built.folder / "build" / "baseline" / ".d").unlink()
    code, asked = built.make("scenarios")
    assert (code, asked) == (0, ["run baseline"]), built.said


def test_an_answer_without_a_way_is_an_answer(copy: Copy) -> None:
    (copy.folder / "closed").touch()
    code, asked = copy.make("scenario", "SCENARIO=hormuz_shut")
    assert (code, asked) == (0, ["build network", "run hormuz_shut"]), copy.said
    assert copy.make("scenario", "SCENARIO=hormuz_shut") == (0, [])


def test_a_mistake_stops_make_and_leaves_the_earlier_results(built: Copy) -> None:
    (built.folder / "broken").touch()
    built.touch("scenarios/hormuz_shut.yaml")
    code, asked = built.make("scenarios")
    assert (code, asked) == (2, ["run hormuz_shut"]), built.said
    assert (built.folder / "build" / "hormuz_shut" / "manifest.json").is_file()
    (built.folder / "broken").unlink()
    assert built.make("scenarios") == (0, ["run hormuz_shut"])


def test_the_page_and_the_package_for_a_gis_follow_their_runs(built: Copy) -> None:
    code, asked = built.make("-n", "report", "gis")
    assert (code, asked) == (0, []), built.said
    folders = "build/baseline build/zangezur_tripp build/hormuz_shut"
    assert f"corridors report {folders} --out build/report.html" in built.said
    assert "corridors export build/baseline --format gpkg --out build/gis" in built.said
    assert "corridors run" not in built.said


def test_help_lists_every_verb_and_each_of_them_has_a_rule(copy: Copy) -> None:
    _, _ = copy.make("help")
    told = re.findall(r"^  make ([a-z-]+) ", copy.said, flags=re.MULTILINE)
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = re.search(r"^\.PHONY: ((?:.*\\\n)*.*)$", text, flags=re.MULTILINE)
    assert phony
    assert sorted(told) == sorted({*phony[1].replace("\\", "").split()} - {"FORCE"})
    for verb in told:
        code, _ = copy.make("-n", verb)
        assert code == 0, copy.said
