"""A picture of a part of a page: ``python -m tests.browser PAGE SELECTOR PICTURE``."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from tests.browser.conftest import ARGUMENTS

#: The window that the picture is taken in, in pixels; the scale keeps text sharp.
WIDTH, HEIGHT, SCALE = 1180, 900, 1.2
#: How long the page draws, in milliseconds.
DRAWING = 1500


def main() -> None:
    """Take the picture, or say that there is no browser to take it with."""
    page, selector, picture = sys.argv[1:]
    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if not path:
        print(f"no chromium on this machine: {picture} stays as it is")  # noqa: T201 - a command
        return
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        tab = browser.new_page(
            viewport={"width": WIDTH, "height": HEIGHT}, device_scale_factor=SCALE
        )
        tab.goto(Path(page).resolve().as_uri())
        tab.wait_for_timeout(DRAWING)
        tab.locator(selector).first.screenshot(path=picture)
        browser.close()


if __name__ == "__main__":
    main()
