"""Rewrite the outputs on the pages of the documentation: ``python -m tests.docs_pages``."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.docs_pages.pages import ROOT, pages, replayed


def main() -> None:
    """Run every page's commands and write what they print into the page."""
    asked = [Path(name).resolve() for name in sys.argv[1:]] or pages()
    for page in asked:
        with tempfile.TemporaryDirectory() as folder:
            text = replayed(page, Path(folder), ROOT / "build" / "network")
        page.write_text(text, encoding="utf-8")
        print(page.relative_to(ROOT))  # noqa: T201 - the command tells what it wrote


if __name__ == "__main__":
    main()
