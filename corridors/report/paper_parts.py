"""Chapters of a paper: what each kind of folder tells, as tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from corridors.report.blocks import Cell, Section, Table, change, number, row, shortened, unit_words
from corridors.report.runs import Run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from corridors.report.material import Folder
    from corridors.report.runs import Demand

HOURS_A_DAY = 24
#: How many rows of a long table a paper prints.
MOST = 25
MOST_OTHERS = 12
#: Tables of folders that have no chapter of their own, and the columns that are left out.
_OTHER = "metrics.csv"


def chapter(folder: Folder) -> list[Section]:
    """Return the chapter of a folder: its heading and what it tells.

    Parameters
    ----------
    folder
        Any folder of results; of kinds that have no chapter of their own the metrics about
        the whole are told.
    """
    name = folder.scenario or folder.path.name
    title = folder.title
    head = f"{KINDS[folder.kind]}: {name}" if folder.kind in KINDS else name
    sections = _CHAPTERS.get(folder.kind, _any)(folder)
    lead = (title,) if title and title != name else ()
    return [Section(head, paragraphs=lead or (f"From the folder {folder.path.name}.",)), *sections]


def _run(folder: Folder) -> list[Section]:
    run = Run(folder)
    result = folder.result
    flow = result["flow"] or {}
    told = [
        f"As of {result['scenario']['as_of']}; the flow is {result['status']}"
        + (f", found by {flow['solver']}." if flow else ".")
    ]
    demands = [_demand(one) for one in run.demands.values()]
    rows, note = shortened(demands, MOST)
    best = Table(
        "Best route of each demand", ("demand", "along", "TEU a year", "USD per TEU", "days",
                                      "P80 days", "km"),
        rows, numbers=2, note=note,
    )  # fmt: skip
    sections = [
        Section("All cargo", level=3, paragraphs=tuple(told), tables=(_metrics(folder),)),
        Section("Routes", level=3, tables=(best,)),
    ]
    if result["bottlenecks"]:
        sections.append(Section("Bottlenecks", level=3, tables=(_bottlenecks(result),)))
    shut = [f"{one.id}: {one.reason}" for one in run.demands.values() if one.status != "ok"]
    if shut:
        sections.append(Section("Cargo without a way", level=3, points=tuple(shut)))
    if result["warnings"]:
        words = "What of the assumptions could not be counted:"
        sections.append(
            Section("Left out", level=3, paragraphs=(words,), points=tuple(result["warnings"]))
        )
    return sections


def _demand(one: Demand) -> tuple[Cell, ...]:
    best = one.best
    if best is None:
        return row(one.id, "no open route", number(one.teu_per_year), *("-",) * 4)
    days = [None if h is None else h / HOURS_A_DAY for h in (best.h, best.p80_h)]
    return row(one.id, best.along, number(one.teu_per_year), number(best.usd_per_teu),
               *map(_days, days), number(best.km))  # fmt: skip


def _days(value: float | None) -> str:
    return "-" if value is None else f"{value:,.1f}"


def _metrics(folder: Folder) -> Table:
    """Return the numbers about all cargo that a folder left."""
    rows = [
        row(one["metric"].replace("_", " "), unit_words(one["unit"]), number(float(one["value"])))
        for one in folder.rows(_OTHER)
        if one["subject_kind"] in ("scenario", "game")
    ]
    return Table("Numbers about all cargo", ("number", "unit", "value"), tuple(rows), numbers=2)


def _bottlenecks(result: dict[str, Any]) -> Table:
    rows, note = shortened(
        [
            row(one["label"], number(one["used_teu_per_year"]),
                number(one["capacity_teu_per_year"]),
                number(one["shadow_price_low_usd_per_teu"]), one["quality"])
            for one in result["bottlenecks"]
        ],
        MOST,
    )  # fmt: skip
    heads = ("capacity that binds", "TEU a year", "of", "worth of one more, USD", "quality")
    return Table("Capacities that bind", heads, rows, note=note)


def _control(folder: Folder) -> list[Section]:
    actors = Table(
        "Actors whom most cargo passes",
        ("actor", "TEU in transit", "share", "effective veto, share", "rent ceiling, USD a year",
         "Shapley value, USD a year"),
        *_cells(folder.rows("actors.csv"), _named("actor"), _number("transit_teu_per_year"),
                _share("transit_share_teu"), _share("effective_veto_share_teu"),
                _number("rent_ceiling_usd_per_year"), _number("shapley_g1_x1_usd_per_year")),
    )  # fmt: skip
    places = [one["properties"] for one in folder.features("chokepoints.geojson")]
    chokepoints = Table(
        "Chokepoints, the dearest to lose first",
        ("place", "what losing it alone costs, USD a year", "share of all cargo"),
        *_cells(sorted(places, key=lambda one: -_value(one["criticality_usd_per_year"])),
                _named("asset_id"), _number("criticality_usd_per_year"), _share("traffic_share")),
    )  # fmt: skip
    denial = Table(
        "The worst places to lose together", ("how many", "which", "adds, USD a year", "proven"),
        *_cells([one for one in folder.rows("denial.csv") if one["scope"] == "assets"],
                _plain("closed"), _listed("assets"), _number("added_usd_per_year"),
                _plain("proven"), numbers=2),
    )  # fmt: skip
    links = Table(
        "Planned links", ("link", "saves now, USD a year", "on average", "at most",
                          "share of cargo that uses it"),
        *_cells(folder.rows("links_value.csv"), _named("link", "title"),
                _number("now_usd_per_year"), _number("expected_rho0.3_usd_per_year"),
                _number("most_usd_per_year"), _share("used_share_teu")),
    )  # fmt: skip
    return [
        Section(title, level=3, tables=(table,))
        for title, table in (("Who holds what", actors), ("Places", chokepoints),
                             ("Closures", denial), ("Links", links))
    ]  # fmt: skip


def _comparison(folder: Folder) -> list[Section]:
    found = folder.json("compare.json")
    labels = [side["label"] for side in found["sides"]]
    whole = [
        row(one["name"].replace("_", " "), unit_words(one["unit"]), number(one["values"][0]),
            *(change(add, verdict if verdict in ("better", "worse", "other") else "")
              for add, verdict in zip(one["changes"], one["verdicts"], strict=True)))
        for one in found["metrics"] if one["subject_kind"] == "scenario"
    ]  # fmt: skip
    numbers = Table("Numbers about all cargo, and how they change",
                    ("number", "unit", *labels), tuple(whole), numbers=2)  # fmt: skip
    sections = [Section("Numbers", level=3, tables=(numbers,))]
    for pair in found["comparisons"]:
        between = f"{pair['a']['label']} to {pair['b']['label']}"
        tables = (_gains(pair, between), _balances(pair, between))
        sections.append(Section(f"Who gains and who loses: {between}", level=3, tables=tables))
    return sections


def _gains(pair: dict[str, Any], between: str) -> Table:
    moved = [one for one in pair["gains"] if one["measure"] == "teu" and one["change"]]
    rows, note = shortened(
        [
            row(one["role"], f"{one['party']} {one['name']}", number(one["before"]),
                number(one["after"]), change(one["change"]))
            for one in moved
        ],
        MOST,
    )  # fmt: skip
    heads = ("role", "party", "before", "after", "more or less")
    return Table(f"What passes whom, TEU a year, {between}", heads, rows, numbers=2, note=note)


def _balances(pair: dict[str, Any], between: str) -> Table:
    names = ("gained", "lost", "no_longer_carried", "newly_carried", "other_demand", "other_ways",
             "left_over")  # fmt: skip
    rows = [
        row(one["role"], unit_words(one["unit"]), *(number(one[name]) for name in names))
        for one in pair["balances"]
    ]
    heads = ("role", "unit", *(name.replace("_", " ") for name in names))
    note = "Gained and lost together are the next four; nothing is left over."
    return Table(f"The accounts, {between}", heads, tuple(rows), numbers=2, note=note)


def _design(folder: Folder) -> list[Section]:
    found = folder.json("design.json")
    best = found["chosen"]
    told = (
        f"With {number(found['budget_usd'])} USD, by the {found['criterion']} cost: "
        f"{', '.join(best['projects']) or 'nothing'}; the choice is {found['status']}."
    )
    projects = Table(
        "Projects", ("project", "likely cost, USD", "alone saves, USD a year",
                     "in the choice, USD a year", "chosen", "quality"),
        *_cells(folder.rows("projects.csv"), _named("project_id", "title"),
                _number("cost_likely_usd"), _number("value_alone_usd_per_year"),
                _number("value_in_choice_usd_per_year"), _plain("chosen"), _plain("quality")),
    )  # fmt: skip
    caveats = tuple(found["caveats"])
    return [Section("What to build", level=3, paragraphs=(told,), tables=(projects,),
                    points=caveats)]  # fmt: skip


def _any(folder: Folder) -> list[Section]:
    if not folder.has(_OTHER):
        words = f"{folder.path.name} holds no table that a paper prints; see its files."
        return [Section("Numbers", level=3, paragraphs=(words,))]
    return [Section("Numbers", level=3, tables=(_metrics(folder),))]


def _cells(
    rows: Iterable[dict[str, Any]], *columns: Callable[[dict[str, Any]], str], numbers: int = 1
) -> tuple[tuple[tuple[Cell, ...], ...], int, str]:
    """Return rows of a table, the first column of numbers, and what is left out."""
    told = [row(*(column(one) for column in columns)) for one in rows]
    shown, note = shortened(told, MOST_OTHERS)
    return shown, numbers, note


def _value(told: Any) -> float:  # noqa: ANN401 - a cell of CSV or JSON
    return float(told) if told not in ("", None) else 0.0


def _named(key: str, name: str = "name") -> Callable[[dict[str, Any]], str]:
    return lambda one: " ".join(dict.fromkeys((str(one[key]), str(one[name] or one[key]))))


def _number(key: str) -> Callable[[dict[str, Any]], str]:
    return lambda one: "-" if one[key] in ("", None) else number(float(one[key]))


def _share(key: str) -> Callable[[dict[str, Any]], str]:
    return lambda one: "-" if one[key] in ("", None) else f"{float(one[key]):.1%}"


def _plain(key: str) -> Callable[[dict[str, Any]], str]:
    return lambda one: str(one[key]) or "-"


def _listed(key: str) -> Callable[[dict[str, Any]], str]:
    return lambda one: str(one[key]).replace(";", ", ") or "-"


#: What chapters are called, by the kind of folder.
KINDS = {
    "run": "Scenario", "control": "Control", "comparison": "Comparison", "design": "Design",
    "sweep": "Sweep", "front": "Choices",
}  # fmt: skip
_CHAPTERS: dict[str, Callable[[Folder], list[Section]]] = {
    "run": _run, "control": _control, "comparison": _comparison, "design": _design,
}  # fmt: skip


def sources_of(folders: Sequence[Folder]) -> list[str]:
    """Return the ids of the sources that routes, capacities and projects of folders rest on."""
    found: set[str] = set()
    for folder in folders:
        if folder.has("legs.geojson"):
            legs = (one["properties"] for one in folder.features("legs.geojson"))
            found.update(*(str(leg["source_ids"] or "").split(";") for leg in legs))
        for name in ("bottlenecks.csv", "projects.csv"):
            if folder.has(name):
                found.update(*(one["source_ids"].split(";") for one in folder.rows(name)))
    return sorted(found - {""})
