"""How every picture is drawn and written: one look, the same bytes wherever it is drawn.

Settings of the machine (a `matplotlibrc`, a style, a window system) change nothing, no date
and no version stand in a file, and ids within an SVG do not depend on the process.

::

    with drawing():
        figure = sheet((9.5, 5.0), dpi=130)
        ...
        credited(figure)
        image = picture(figure, "svg")
"""

from __future__ import annotations

import io
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corridors.report.outputs import writing_output
from geodata.geojson import ATTRIBUTION, DISCLAIMER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matplotlib.figure import Figure

__all__ = ["CREDIT", "ENDINGS", "credited", "drawing", "picture", "sheet", "write_picture"]

#: Whose data a picture shows, and what a boundary on it means.
CREDIT = f"{ATTRIBUTION}. {DISCLAIMER}"
#: What a picture's name may end in.
ENDINGS = (".png", ".svg")
#: Text as paths looks alike without our fonts; the salt makes ids that do not change; a
#: dollar in a name is a dollar.
FIXED: dict[Any, Any] = {
    "svg.hashsalt": "corridors",
    "svg.fonttype": "path",
    "agg.path.chunksize": 20_000,
    "axes.formatter.use_locale": False,
    "text.usetex": False,
    "text.parse_math": False,
}
#: Dates and versions that formats would write by themselves.
_LEFT_OUT: dict[str, dict[str, Any]] = {
    "svg": {"Date": None, "Creator": None},
    "png": {"Software": None},
}
FAINT, CREDIT_FONT = "#666666", 6.0


@contextmanager
def drawing() -> Iterator[None]:
    """Draw by our settings alone: everything of a picture is made and saved within.

    Yields
    ------
    None
        The settings of the process are as they were once the block ends.
    """
    from matplotlib import rc_context, rcdefaults, rcParams

    with rc_context():
        rcdefaults()
        rcParams.update(FIXED)
        yield


def sheet(
    size_inches: tuple[float, float],
    *,
    dpi: float = 100,
    layout: Any = None,  # noqa: ANN401
) -> Figure:
    """Return an empty white figure that needs no window system.

    Parameters
    ----------
    size_inches
        Width and height.
    dpi
        Pixels to an inch.
    layout
        Who places the axes, as matplotlib names it; nobody if None.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=size_inches, dpi=dpi, facecolor="white", layout=layout)
    FigureCanvasAgg(figure)
    return figure


def credited(figure: Figure) -> None:
    """Write into a figure whose data it shows: below a laid-out one, else in the upper corner."""
    if figure.get_layout_engine() is not None:
        figure.supxlabel(CREDIT, x=0.01, ha="left", size=CREDIT_FONT, color=FAINT)
    else:
        figure.text(0.995, 0.994, CREDIT, size=CREDIT_FONT, color=FAINT, ha="right", va="top")


def picture(figure: Figure, kind: str, *, colours: int | None = None) -> bytes:
    """Return a figure as a file.

    Parameters
    ----------
    figure
        A figure made and filled in the same `drawing`.
    kind
        ``svg`` or ``png``.
    colours
        A bitmap is written with a palette of so many colours, which takes a quarter of the
        bytes; with all of them if None.
    """
    image = io.BytesIO()
    figure.savefig(image, format=kind, dpi=figure.dpi, metadata=_LEFT_OUT[kind])
    return image.getvalue() if kind == "svg" or colours is None else _fewer(image, colours)


def write_picture(figure: Figure, path: Path | str, *, colours: int | None = None) -> None:
    """Write a figure into a file, whole or not at all; `colours` as for `picture`.

    Raises
    ------
    OutputError
        If the file cannot be written; what was there before stands.
    """
    content = picture(figure, Path(path).suffix.removeprefix("."), colours=colours)
    with writing_output(path) as partial:
        partial.write_bytes(content)


def _fewer(image: io.BytesIO, colours: int) -> bytes:
    """Return a bitmap with a palette."""
    from PIL import Image

    reduced = io.BytesIO()
    image.seek(0)
    with Image.open(image) as bitmap:
        flat = bitmap.convert("RGB")
    palette = flat.quantize(colours, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    palette.save(reduced, format="png", optimize=True)
    return reduced.getvalue()
