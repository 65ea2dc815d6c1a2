"""`corridors explain cpmm`: indicators of corridors as the CAREC surveys define them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from corridors.cli.options import Json, print_json

if TYPE_CHECKING:
    from corridors.cli.page import Page
    from corridors.indicators import SurveyTable

#: How metrics are headed.
HEADS = {
    "tfi1_border_time": "TFI1",
    "tfi2_border_cost": "TFI2",
    "tfi3_corridor_cost": "TFI3",
    "tfi4_swd": "TFI4 SWD",
    "swod": "SWOD",
}
NOTES = """\
TFI1: h at a border, both sides and change of gauge; TFI2: USD of 2024 there for 20 t
TFI3: USD of 2024 for 500 km and 20 t on land. Money per TEU is brought to 20 t by the load of a \
TEU of the demand's cargo (data/commodities.csv): a container of 12 t a truck makes 20 t by road \
dearer than the one truck of the surveys
TFI4: km/h with delay (SWD); SWOD: km/h without, in which the speeds of data/rates.csv already \
count the rest of drivers and stops of trains on the line\
"""


def explain_cpmm(
    run_folder: Annotated[Path, typer.Option("--run", help="Folder of the finished run.")],
    json: Json = False,
) -> None:
    """Tell border times, costs and speeds of corridors as CAREC surveys do."""
    from corridors.indicators import cpmm_of_run

    found = cpmm_of_run(run_folder)
    if json:
        print_json(found.as_dict())
    else:
        show_cpmm(found)


def register(app: typer.Typer) -> None:
    """Add the command to those of `corridors explain`."""
    app.command("cpmm", epilog="Example: corridors explain cpmm --run build/baseline")(explain_cpmm)


def show_cpmm(found: SurveyTable) -> None:
    """Print the indicators of each corridor, then the published ones beside the model's."""
    from corridors.cli.page import Page

    page = Page()
    _corridors(page, found)
    for note in NOTES.splitlines():
        page.line(note, indent=2, hang=6)
    _published(page, found)


def _corridors(page: Page, found: SurveyTable) -> None:
    from corridors.cli.page import add, table

    heads = tuple(HEADS.values())
    made = table("corridor", *heads, right=heads)
    for subject, row in found.corridors.items():
        cells = (f"{row[name]:,.1f}" if name in row else "" for name in HEADS)
        add(made, subject, *cells)
    page.head(f"Survey indicators of corridors on land ({found.scenario})", first=True)
    page.table("Best route of each demand along the corridor, from end to end", made)


def _published(page: Page, found: SurveyTable) -> None:
    """Print published values beside the model's; what set a rate is marked, as no test of it."""
    from corridors.cli.page import add, table

    heads = ("published", "model", "ratio")
    made = table("indicator", "mode", "place", "year", *heads, "unit", "sets a rate", right=heads)
    for row in found.compared:
        one = row.published
        add(
            made, one.indicator, one.mode, "all" if one.place == "*" else one.place, str(one.year),
            f"{one.value:,.1f}",
            f"{row.model:,.1f}" if row.model is not None else "",
            f"{row.ratio:.2f}" if row.ratio is not None else "",
            one.unit, ", ".join(one.sets),
        )  # fmt: skip
    page.table("Published indicators beside the model's, money in USD of 2024", made)
    page.line(
        "Surveys count each side of a border: here the model's border is halved. Averages of all "
        "are held against the mean of the corridors above. Rows that set a rate test nothing.",
        indent=2,
    )
