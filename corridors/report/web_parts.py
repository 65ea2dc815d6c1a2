"""What a page is filled from besides data: scripts, sheets, and how words become HTML."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["ASSETS", "asset", "is_safe_link", "json_block", "numbers", "page_script", "script_hash"]

#: Where scripts and sheets of the installed package lie.
ASSETS = Path(__file__).parent / "assets"
#: Parts of the script of a page, in the order in which they stand on each other.
SCRIPTS = ("helpers", "data", "looks", "map", "linked", "views", "panel", "controls")
#: A number with its sign, and the unit of few letters that may follow; no part of an id or a
#: date. A year is none.
_NUMBER = re.compile(
    r"(?<![\w.,/-])[+\u2212-]?\d+(?:,\d{3})*(?:\.\d+)?(?![\w/-]|[.,]\d)"
    r"(?:\s?%|\s(?:thousand|million|billion|bn)\b(?:\s(?:USD|TEU)\b)?|\s(?:USD|TEU|km|h|days)\b)?"
)
_YEAR = re.compile(r"(?:19|20)\d\d")
_ELSEWHERE = re.compile(r"^//# sourceMappingURL=.*$", re.MULTILINE)
_IMAGE = re.compile(r"url\((?:images/|#default)[^)]*\)")
_LINK = re.compile(r"(https?://|#)\S+")


def asset(name: str) -> str:
    """Return the text of a shipped asset, without what names another file: source map, images.

    Parameters
    ----------
    name
        Path in `ASSETS`.
    """
    text = (ASSETS / name).read_text(encoding="utf-8")
    return _ELSEWHERE.sub("", _IMAGE.sub("none", text))


def page_script() -> str:
    """Return the script of a page: its parts one after the other, in a scope of their own."""
    parts = "\n".join(asset(f"page/{name}.js") for name in SCRIPTS)
    return f'"use strict";\n(() => {{\n{parts}}})();\n'


def script_hash(text: str) -> str:
    """Return how a content security policy names a script that may run.

    Examples
    --------
    >>> script_hash("")
    "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"
    """
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return f"'sha256-{digest}'"


def json_block(values: Mapping[str, Any]) -> Markup:
    r"""Return values as JSON that may stand in a ``<script>``: nothing in it ends the element.

    Examples
    --------
    >>> print(json_block({"title": "</script>"}))
    {"title":"\u003c/script>"}
    """
    text = json.dumps(values, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    safe = text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    return Markup(safe)  # noqa: S704 - escaped in the line above


def numbers(words: str) -> Markup:
    """Return a sentence as HTML, its numbers strong; all else stays text.

    Examples
    --------
    >>> str(numbers("<b> costs 1,200 USD under B090 from 2026-11-22"))
    '&lt;b&gt; costs <strong>1,200 USD</strong> under B090 from 2026-11-22'
    """
    done, parts = 0, []
    for found in _NUMBER.finditer(words):
        if _YEAR.fullmatch(found.group()):
            continue
        parts += [escape(words[done : found.start()]), Markup("<strong>"), escape(found.group()),
                  Markup("</strong>")]  # fmt: skip
        done = found.end()
    return Markup("").join([*parts, escape(words[done:])])


def is_safe_link(link: str) -> bool:
    """Whether a link leads to a part of the page or an address of the web, not to a script."""
    return bool(_LINK.fullmatch(link))
