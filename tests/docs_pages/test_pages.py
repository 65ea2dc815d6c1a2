from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs_pages.pages import DOCS, pages, replayed

pytestmark = [pytest.mark.slow, pytest.mark.long]


#: Pages that build a whole network as another page does too: run by `make test-deep`.
DEEP = frozenset({"howto/add-a-link.md"})
PAGES = [
    pytest.param(page, id=name, marks=pytest.mark.deep if name in DEEP else ())
    for page in pages()
    if (name := str(page.relative_to(DOCS)))
]


@pytest.mark.parametrize("page", PAGES)
def test_the_page_shows_what_its_commands_print(
    page: Path, tmp_path: Path, real_folder: Path
) -> None:
    """`make docs-data` writes the pages anew."""
    assert replayed(page, tmp_path, real_folder) == page.read_text(encoding="utf-8")


def test_pages_with_examples_are_found() -> None:
    assert {"quickstart.md", "layers/facts.md"} <= {str(p.relative_to(DOCS)) for p in pages()}
