"""Pictures are the same bytes whatever the machine is set to, and say whose data they show."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import matplotlib as mpl
import pytest

from corridors.errors import OutputError
from corridors.report.pictures import CREDIT, credited, drawing, picture, sheet, write_picture
from geodata.geojson import ATTRIBUTION, DISCLAIMER

if TYPE_CHECKING:
    from pathlib import Path

#: What a user may have in a `matplotlibrc`; each line alone would change a picture.
WISHES = """\
font.size: 23
font.family: serif
axes.facecolor: black
axes.grid: True
lines.linewidth: 9
savefig.dpi: 31
savefig.bbox: tight
svg.fonttype: none
svg.hashsalt: mine
"""
#: Draws one picture of each kind, and prints what they come to.
DRAW = """\
import hashlib
from corridors.report.pictures import credited, drawing, picture, sheet
for layout in (None, "constrained"):
    with drawing():
        figure = sheet((4, 3), dpi=90, layout=layout)
        axes = figure.subplots()
        axes.plot([0, 1000.5, 2000], [1, 3, 2], "o-", label="a line")
        axes.legend()
        axes.set_title("شرق و غرب <b>")
        credited(figure)
        for kind in ("svg", "png"):
            print(kind, hashlib.sha256(picture(figure, kind)).hexdigest())
"""


def drawn(**environment: str) -> str:
    """Return what a process of its own draws."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", DRAW], env={**os.environ, **environment},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout


@pytest.fixture(scope="module")
def usual() -> str:
    return drawn()


def test_a_picture_does_not_hang_on_the_machine(usual: str, tmp_path: Path) -> None:
    (tmp_path / "matplotlibrc").write_text(WISHES, encoding="utf-8")
    other = drawn(
        MATPLOTLIBRC=str(tmp_path), TZ="Asia/Kathmandu", LC_ALL="de_DE.UTF-8", PYTHONHASHSEED="77",
        SOURCE_DATE_EPOCH="99", MPLBACKEND="svg",
    )  # fmt: skip
    assert other == usual
    assert len(usual.splitlines()) == 4


def test_the_wishes_would_change_a_picture_drawn_without_care(tmp_path: Path) -> None:
    (tmp_path / "matplotlibrc").write_text(WISHES, encoding="utf-8")
    careless = DRAW.replace("with drawing():", "if True:")
    seen = {
        subprocess.run(
            [sys.executable, "-W", "ignore", "-c", careless], env={**os.environ, **extra},
            capture_output=True, text=True, check=True,
        ).stdout
        for extra in ({}, {"MATPLOTLIBRC": str(tmp_path)})
    }  # fmt: skip
    assert len(seen) == 2


def test_the_settings_of_the_process_stay_as_they_were() -> None:
    with mpl.rc_context({"font.size": 5.0}):
        with drawing():
            assert mpl.rcParams["font.size"] != 5.0
        assert mpl.rcParams["font.size"] == 5.0


@pytest.mark.parametrize("layout", [None, "constrained"])
def test_a_picture_says_whose_data_it_shows_and_that_boundaries_imply_nothing(
    layout: str | None,
) -> None:
    with drawing():
        figure = sheet((3, 2), layout=layout)
        credited(figure)
    assert {text.get_text() for text in figure.texts} == {CREDIT}
    assert ATTRIBUTION in CREDIT
    assert DISCLAIMER in CREDIT


def test_a_palette_takes_fewer_bytes_and_stays_the_same() -> None:
    with drawing():
        figure = sheet((3, 2))
        figure.subplots().imshow([[0, 1, 2], [3, 4, 5]], interpolation="bilinear")
        whole, few, again = (picture(figure, "png", colours=n) for n in (None, 16, 16))
    assert len(few) < len(whole)
    assert few == again


def test_a_picture_that_cannot_be_written_leaves_what_was_there(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    with drawing():
        figure = sheet((1, 1))
        with pytest.raises(OutputError):
            write_picture(figure, tmp_path / "file" / "a.svg")
        write_picture(figure, tmp_path / "a.svg")
    assert (tmp_path / "file").read_text(encoding="utf-8") == "mine"
    held = hashlib.sha256((tmp_path / "a.svg").read_bytes()).hexdigest()
    with drawing():
        assert hashlib.sha256(picture(sheet((1, 1)), "svg")).hexdigest() == held
