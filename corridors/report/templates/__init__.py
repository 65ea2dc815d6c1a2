"""Templates of pages: HTML in which every value is escaped unless it is known to be markup."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jinja2 import Environment

__all__ = ["rendered"]


def rendered(name: str, **values: object) -> str:
    """Return a template filled in.

    Parameters
    ----------
    name
        File of this folder.
    **values
        What it names; text is escaped, `markupsafe.Markup` stands as it is.

    Raises
    ------
    jinja2.UndefinedError
        If the template names something that is not given.
    """
    return _environment().get_template(name).render(**values)


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True,
    )  # fmt: skip
