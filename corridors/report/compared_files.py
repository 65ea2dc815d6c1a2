"""A comparison as files: for programs, for people, for a GIS and for print."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from corridors.metrics.contrast import CONTRAST_FIELDS, contrast_rows
from corridors.metrics.gains import GAIN_FIELDS
from corridors.report.blocks import Figure
from corridors.report.compared_map import changes_geojson
from corridors.report.compared_page import FOOTER, sections_of, title_of
from corridors.report.compared_picture import draw_changes
from corridors.report.documents import html_document
from corridors.report.markdown import markdown
from corridors.report.rows import rows_csv

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from corridors.report.compared import Compared
    from corridors.report.compared_map import Geography

READING = (
    "Solid lines carry more in the second scenario, dashed ones less; the wider, the more TEU a "
    "year. Circles are places that open, crosses places that close."
)


def compared_files(found: Compared, where: Geography) -> dict[str, bytes]:
    """Return the files of a comparison by name, the manifest left out.

    Parameters
    ----------
    found
        The comparison.
    where
        The geometry of what changes.
    """
    bitmaps = _bitmaps(found, where)
    pictures = {f"{_stem(at)}.png": one for at, one in enumerate(bitmaps)} | {
        f"{_stem(at)}.svg": draw_changes(pair, where, "svg") for at, pair in enumerate(found.pairs)
    }
    pages = {
        "compare.md": _markdown(found, where, named=True),
        "compare.html": _document(found, bitmaps),
    }
    tables = {f"compare.{kind}": FORMATS[kind](found, where) for kind in ("json", "csv", "geojson")}
    return tables | pages | {"gains.csv": _gains(found)} | pictures


def _bitmaps(found: Compared, where: Geography) -> list[bytes]:
    return [draw_changes(pair, where, "png") for pair in found.pairs]


def _stem(at: int) -> str:
    """Return what the picture of a pair is called, the first without a number."""
    return "compare" if at == 0 else f"compare-{at + 1}"


def _json(found: Compared, _: Geography) -> bytes:
    text = json.dumps(found.as_dict(), ensure_ascii=False, indent=1, allow_nan=False)
    return f"{text}\n".encode()


def _csv(found: Compared, _: Geography) -> bytes:
    return rows_csv(CONTRAST_FIELDS, list(contrast_rows(found.metrics, found.labels)))


def _gains(found: Compared) -> bytes:
    return rows_csv(GAIN_FIELDS, [row for pair in found.pairs for row in pair.gain_rows])


def _markdown(found: Compared, _: Geography, *, named: bool = False) -> bytes:
    """Return the page in Markdown; with pictures if they lie beside it under their names."""
    figures = tuple(
        (Figure(_title(found, at), READING, name=f"{_stem(at)}.png"),) if named else ()
        for at in range(len(found.pairs))
    )
    return markdown(title_of(found), sections_of(found, figures), footer=FOOTER).encode()


def example(found: Compared, names: Sequence[str]) -> str:
    """Return a comparison as the example of a page: its sections a level further down.

    Parameters
    ----------
    found
        The comparison.
    names
        What was compared, as on the command line.
    """
    sections = [
        replace(one, level=one.level + 1) for one in sections_of(found, ((),) * len(found.pairs))
    ]
    whole = markdown("", sections, footer=FOOTER).partition("\n")[2]
    command = f"corridors compare {' '.join(names)} --docs docs/compare.md"
    return f"\nWritten by `{command}`.\n{whole}"


def _html(found: Compared, where: Geography) -> bytes:
    return _document(found, _bitmaps(found, where))


def _document(found: Compared, bitmaps: Sequence[bytes]) -> bytes:
    figures = tuple(
        (Figure(_title(found, at), READING, png=bitmap),) for at, bitmap in enumerate(bitmaps)
    )
    return html_document(title_of(found), sections_of(found, figures), footer=FOOTER).encode()


def _title(found: Compared, at: int) -> str:
    pair = found.pairs[at]
    return f"Where cargo goes more and less, {pair.a.label} to {pair.b.label}."


#: A comparison as one file, by the end of its name.
FORMATS: dict[str, Callable[[Compared, Geography], bytes]] = {
    "json": _json,
    "md": _markdown,
    "csv": _csv,
    "html": _html,
    "geojson": changes_geojson,
}
