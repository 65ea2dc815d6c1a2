"""Papers: folders of results as one text with tables, findings, sources and pictures.

::

    text = paper([open_folder(path)], "pdf-ready-html", findings=findings, charts=charts)
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Literal, get_args

from corridors.manifest import read_manifest
from corridors.report.blocks import Figure, Section, Table, row
from corridors.report.documents import html_document
from corridors.report.markdown import markdown
from corridors.report.paper_parts import chapter, sources_of
from corridors.scenario.places import data_folder
from corridors.scenario.register import load_register
from corridors.scenario.tables import read_table
from geodata.geojson import ATTRIBUTION, DISCLAIMER

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from corridors.report.material import Folder
    from corridors.report.pieces import Chart, Finding

__all__ = ["Format", "paper"]

#: Markdown, or HTML that prints: pages of A4 with numbers, no script, nothing from elsewhere.
Format = Literal["md", "pdf-ready-html"]
FOOTER = (f"{ATTRIBUTION}. {DISCLAIMER}",)
HOW = (
    "Results hold as far as the assumptions behind them do. Each folder named below carries a "
    "manifest with the sha256 of everything it was made from."
)
#: Columns of parameters.csv.
PARAMETERS = (
    "id", "parameter", "scope", "unit", "low", "likely", "high", "year", "quality", "source_ids",
    "reasoning",
)  # fmt: skip


def paper(
    folders: Sequence[Folder],
    format_: Format = "md",
    *,
    findings: Sequence[Finding] = (),
    charts: Sequence[Chart] = (),
    title: str = "",
) -> str:
    """Return folders of results as a paper.

    Parameters
    ----------
    folders
        The folders, a chapter each, in their order.
    format_
        ``md`` for Markdown, ``pdf-ready-html`` for one HTML file that prints as it is.
    findings
        What was found, each with what it rests on; they come first.
    charts
        Pictures; Markdown tells the same numbers as tables.
    title
        Headline; the titles of the scenarios if empty.

    Raises
    ------
    ValueError
        If there are no folders, the format is none, or a picture could do more than show
        something.
    InputMissingError
        If a manifest or a table of sources cannot be read.
    """
    if not folders or format_ not in get_args(Format):
        what = "no folders" if not folders else f"no format {format_!r}"
        msg = f"a paper is made of folders, as {' or '.join(get_args(Format))}: {what}"
        raise ValueError(msg)
    sections = list(_numbered(_sections(folders, findings, charts)))
    headline = title or _title(folders)
    if format_ == "md":
        return markdown(headline, sections, footer=FOOTER)
    return html_document(headline, sections, footer=FOOTER)


def _title(folders: Sequence[Folder]) -> str:
    runs = [one.title for one in folders if one.kind == "run"]
    return "; ".join(dict.fromkeys(runs or [one.title or one.path.name for one in folders]))


def _sections(
    folders: Sequence[Folder], findings: Sequence[Finding], charts: Sequence[Chart]
) -> Iterator[Section]:
    places = {one: at for at, one in enumerate(_rests_on(findings), start=1)}
    several = len({one.scenario for one in findings}) > 1
    points = (
        f"{f'{one.scenario}: ' if several and one.scenario else ''}{one.words} "
        f"[{places[_place(one)]}]"
        for one in findings
    )
    yield Section("Findings", points=tuple(points))
    for folder in folders:
        yield from chapter(folder)
    yield Section("Pictures", figures=tuple(map(_figure, charts)))
    yield Section("How this was made", paragraphs=(HOW,), tables=(_made(folders),))
    rests = tuple(f"[{at}] {one}" for one, at in places.items())
    yield Section("What the findings rest on", points=rests)
    yield Section("References", points=tuple(_references(sources_of(folders))))


def _place(one: Finding) -> str:
    """Return what a finding rests on, with its address if that leads out of the page."""
    leads_out = one.link.startswith(("https://", "http://"))
    return f"{one.source} {one.link}" if leads_out else one.source


def _rests_on(findings: Sequence[Finding]) -> dict[str, None]:
    return dict.fromkeys(map(_place, findings))


def _figure(one: Chart) -> Figure:
    rows = tuple(row(*cells) for cells in one.rows[1:])
    table = Table("", one.rows[0], rows) if one.rows else None
    reading = f"{one.reading} Source: {one.source}."
    return Figure(one.title.rstrip(".") + ".", reading, svg=one.svg, table=table)


def _made(folders: Sequence[Folder]) -> Table:
    """Return from what, by what and with which seed each folder was made."""
    rows = []
    for one in folders:
        manifest = read_manifest(one.path)
        hashed = manifest["hashed"]
        solver = "; ".join(f"{what}: {name}" for what, name in hashed["solver"].items() if name)
        rows.append(row(one.path.name, one.kind, hashed["packages"].get("corridors", ""), solver,
                        f"{hashed['seed']}", manifest["sha256"]))  # fmt: skip
    heads = ("folder", "what", "version", "solved by", "seed", "sha256 of the manifest")
    return Table("The folders of results", heads, tuple(rows), numbers=len(heads))


def _references(ids: Sequence[str]) -> Iterator[str]:
    """Yield the sources by id, then the parameters that lead to some of them.

    Rates name parameters, and these the documents from which they were drawn.
    """
    documents = load_register().sources
    table = read_table(data_folder() / "parameters.csv", PARAMETERS)
    known = {one.cells["id"]: one.cells for one in table.rows}
    drawn = {name: known[name]["source_ids"].split(";") for name in ids if name in known}
    cited = {one for names in drawn.values() for one in names} | {*ids} - drawn.keys()
    for name in sorted(cited - {""}):
        told, address = documents.get(name, ("", ""))
        yield " ".join(filter(None, (f"{name}.", told, address)))
    for name, names in drawn.items():
        cells = known[name]
        what = f"{cells['parameter'].replace('_', ' ')}, {cells['scope']}"
        rests = ", ".join(filter(None, names)) or "no document"
        yield f"{name}. {what} ({cells['quality']}): {rests}."


def _numbered(sections: Iterator[Section]) -> Iterator[Section]:
    """Yield sections with their tables and figures counted, as readers cite them."""
    seen: Counter[str] = Counter()

    def counted(what: str, title: str) -> str:
        seen[what] += 1
        return f"{what} {seen[what]}. {title}".rstrip()

    for one in sections:
        tables = (replace(table, title=counted("Table", table.title)) for table in one.tables)
        figures = (replace(each, title=counted("Figure", each.title)) for each in one.figures)
        yield replace(one, tables=tuple(tables), figures=tuple(figures))
