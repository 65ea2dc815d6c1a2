"""Templates of pages: HTML in which every value is escaped unless it is known to be markup."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from corridors.report.web_parts import environment

if TYPE_CHECKING:
    from jinja2 import Template

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
    return _template(name).render(**values)


@cache
def _template(name: str) -> Template:
    return environment().get_template(name)
