"""`corridors design`: which projects to build for some money."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from corridors.cli.options import DEFAULT_NETWORK, Json, NetworkFolder, Sets, print_json

if TYPE_CHECKING:
    from corridors.cli.page import Page
    from corridors.metrics.designed import Designed, Worth

STOPPED = 5
#: How many rows of a long table are told; the files have all.
MOST = 12
#: How USD may be written short.
UNITS = {"bn": 1e9, "b": 1e9, "m": 1e6, "k": 1e3}


def design(  # noqa: PLR0917 - typer reads options so
    scenario: Annotated[str, typer.Argument(help="Scenario by id or path.")] = "",
    budget: Annotated[
        str, typer.Option(help="USD of 2024 for capital cost; 5e9, 5bn and 800m are read.")
    ] = "",
    scenarios: Annotated[
        str, typer.Option(help="Further scenarios, comma-separated, to do well under.")
    ] = "",
    weights: Annotated[
        str, typer.Option(help="Weights, comma-separated, the first scenario first.")
    ] = "",
    criterion: Annotated[
        str, typer.Option(help="What is to be least: expected, worst or regret.")
    ] = "expected",
    projects: Annotated[
        str, typer.Option(help="Ids of the projects to choose among, comma-separated.")
    ] = "",
    level: Annotated[
        str, typer.Option(help="End of the projects' ranges: low, likely or high.")
    ] = "likely",
    time_limit: Annotated[
        float, typer.Option(min=0, help="Seconds; then the best found is told, exit 5.")
    ] = 120.0,
    out: Annotated[Path | None, typer.Option(help="Folder for the files.")] = None,
    instance: Annotated[
        Path | None,
        typer.Option(help="A .dow file of network design to solve instead, as others have."),
    ] = None,
    network: NetworkFolder = DEFAULT_NETWORK,
    sets: Sets = None,
    json: Json = False,
) -> None:
    """Choose the projects that lower the cost of all demands most for some money."""
    if instance is not None:
        _solve_instance(instance, time_limit, json=json)
        return
    if not scenario or not budget:
        msg = "name a scenario and a --budget, or an --instance"
        raise typer.BadParameter(msg)
    from corridors.design import design as choose
    from corridors.metrics.designed import Question
    from corridors.report.design_files import as_dict

    weight = tuple(map(_number, _listed(weights)))
    question = Question(usd(budget), criterion, weight, level, time_limit)  # type: ignore[arg-type]
    found = choose(
        scenario, question, network=network, others=_listed(scenarios),
        projects=_listed(projects), sets=sets or (), out=out,
    )  # fmt: skip
    if json:
        print_json(as_dict(found))
    else:
        show_design(found, out)
    if found.stopped:
        raise typer.Exit(STOPPED)


def _solve_instance(path: Path, seconds: float, *, json: bool) -> None:
    """Solve a public instance and print what is known of the best design."""
    from corridors.design import design_instance

    found = design_instance(path, seconds=seconds)
    told = {
        "instance": path.name, "status": "optimal" if found.proven else "feasible",
        "cost": found.cost, "bound": found.bound, "gap": found.gap,
        "opened": int(found.opened.sum()), "arcs": len(found.opened),
    }  # fmt: skip
    if json:
        print_json(told)
    else:
        print("\n".join(f"{name}: {value}" for name, value in told.items()))
    if not found.proven:
        raise typer.Exit(STOPPED)


def usd(text: str) -> float:
    """Return a sum of money that may end in bn, m or k.

    Raises
    ------
    BadParameter
        If it is no number.

    Examples
    --------
    >>> usd("1.5bn")
    1500000000.0
    """
    short = text.strip().lower().replace("_", "").removesuffix("usd").strip()
    unit = next((one for one in UNITS if short.endswith(one)), "")
    return _number(short.removesuffix(unit)) * UNITS.get(unit, 1.0)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        msg = f"{text!r} is no number"
        raise typer.BadParameter(msg) from error


def _listed(text: str) -> list[str]:
    return [one.strip() for one in text.split(",") if one.strip()]


def show_design(found: Designed, out: Path | None = None) -> None:
    """Print the choice with its proof, then projects, curve and pairs."""
    from corridors.cli.page import Page

    page = Page()
    _choice(page, found)
    _projects(page, found)
    _curve(page, found)
    _pairs(page, found)
    _notes(page, found)
    if out is not None:
        page.line("")
        page.line(f"choice, projects, pairs, curve and map: {out}")


def _choice(page: Page, found: Designed) -> None:
    """Print what is chosen under each criterion."""
    names = ", ".join(case.scenario for case in found.cases)
    page.head(f"{_bn(found.question.budget_usd)} for projects: {names}", first=True)
    for one in found.chosen:
        proof = "proven best" if one.proven else f"at most {_m(one.gap_usd)} a year off the best"
        chosen = ", ".join(one.projects) or "none"
        label = f"{one.criterion}: " if len(found.chosen) > 1 else ""
        page.line(f"{label}{chosen}; costs {_bn(one.spent_usd)}; {proof}", indent=2, hang=4)
    for case, cost in zip(found.cases, found.answer.costs_usd, strict=True):
        page.line(
            f"{case.scenario}: {_m(case.nothing_usd)} a year as it is, "
            f"{_m(case.nothing_usd - cost)} less with these, "
            f"{_m(case.nothing_usd - case.everything_usd)} less with all", indent=2, hang=4,
        )  # fmt: skip


def _projects(page: Page, found: Designed) -> None:
    """Print the projects that are chosen or worth anything."""
    from corridors.cli.page import add, table

    numbers = ("cost, bn", "alone", "last in", "here", "TEU/yr")
    made = table("project", "", *numbers, "opens", "role", right=numbers)
    told = [one for one in found.projects if _matters(one)]
    for one in sorted(told, key=lambda one: (not one.chosen, -(one.alone_usd or 0.0))):
        year = one.project.opening["likely"]
        add(
            made, one.project.id, "*" if one.chosen else "", f"{one.cost_usd / 1e9:,.2f}",
            *(_cell(value) for value in (one.alone_usd, one.last_usd, one.margin_usd)),
            _teu(one), str(year or "?"), one.role or "?",
        )  # fmt: skip
    page.table("Projects; * chosen, worth in million USD a year", made)
    left = len(found.projects) - len(told)
    if left:
        early = any(one.alone_usd is None for one in found.projects)
        what = "are not reckoned: the time was up" if early else "save nothing here"
        page.line(f"{left} more {what}", indent=2)
    caps = [
        f"{one.project.id}: {cap.capacity_id} {cap.without_usd_per_teu:,.0f} -> "
        f"{cap.with_usd_per_teu:,.0f} USD/TEU"
        for one in found.projects for cap in one.caps
    ]  # fmt: skip
    page.lines("Not used, but a price falls (what a TEU less of a full capacity costs)", caps)


def _matters(one: Worth) -> bool:
    return one.chosen or any((one.alone_usd, one.last_usd, one.margin_usd)) or bool(one.caps)


def _curve(page: Page, found: Designed) -> None:
    """Print the largest steps of the curve over budgets."""
    from corridors.cli.page import add, table
    from corridors.metrics.designed import curve_value
    from corridors.report.budget_chart import largest_steps

    word = "regret" if found.curve_criterion == "regret" else "saves"
    made = table("from, bn", word, "with", right=("from, bn", word))
    shown = largest_steps(found, MOST)
    for at in shown:
        one = found.curve[at]
        add(made, f"{one.budget_usd / 1e9:,.2f}", _cell(curve_value(found, one)),
            ", ".join(one.projects) or "nothing")  # fmt: skip
    part = f", {len(shown)} of {len(found.curve)} steps" if len(shown) < len(found.curve) else ""
    told = "regret" if word == "regret" else f"what {found.curve_criterion} cost falls by"
    early = "" if found.curve_complete else "; stopped early, some budgets left out"
    page.table(f"Budgets: {told}, million USD a year{part}{early}", made)


def _pairs(page: Page, found: Designed) -> None:
    """Print the pairs that help or replace each other."""
    lines = [
        f"{one.a} and {one.b}: {one.extra_usd / 1e6:+,.2f}"
        for one in found.pairs[:MOST]
    ]  # fmt: skip
    more = f", {MOST} of {len(found.pairs)}" if len(found.pairs) > MOST else ""
    page.lines(f"Pairs: million USD a year together beyond what each saves alone{more}", lines)


def _notes(page: Page, found: Designed) -> None:
    """Print what to know about all of it."""
    from corridors.report.design_files import CAVEATS

    late = [
        f"{one.project.id} {one.project.opening['likely'] or 'without a date'}"
        for one in found.projects if one.chosen
    ]  # fmt: skip
    lines = [*CAVEATS]
    if late:
        lines.append(f"Openings of what is chosen, as likely: {', '.join(late)}.")
    lines += [
        "Costs of the chosen projects rest on an assumption: "
        f"{', '.join(assumed)}."
        for assumed in [[
            one.project.id for one in found.projects
            if one.chosen and one.project.quality in ("assumed", "estimated")
        ]] if assumed
    ]  # fmt: skip
    page.lines("To know", lines, hang=2)


def _bn(value: float) -> str:
    return f"{value / 1e9:,.2f} billion USD"


def _m(value: float) -> str:
    return f"{value / 1e6:,.2f} million USD"


def _teu(one: Worth) -> str:
    return f"{max(one.over_teu_per_year):,.0f}" if one.over_teu_per_year else "?"


def _cell(value: float | None) -> str:
    return "?" if value is None else f"{value / 1e6:,.2f}"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        "design", epilog="Example: corridors design baseline --budget 5bn --out build/design"
    )(design)
