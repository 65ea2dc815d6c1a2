"""Chromium without a network, and the pages that the tests open in it."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from corridors.report.material import open_folder
from corridors.report.pieces import Chart, Finding, Mark
from corridors.report.web import web_page
from geodata.sources.extracts import EXTRACTS, read_outlines
from tests.browser.small_runs import HOSTILE, RIGHT_TO_LEFT, run_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

ARGUMENTS = (
    "--no-sandbox",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
CHART = Chart(
    id="profile-first",
    kind="profile",
    scenario="first",
    title="Cost along <the> route",
    reading="The line rises with the distance.",
    svg='<svg viewBox="0 0 800 200" role="img" aria-label="A line and a bar">'
    '<rect id="profile-first-route" x="10" y="60" width="300" height="80" fill="#0072B2"/>'
    '<rect id="profile-first-place" x="400" y="60" width="300" height="80" fill="#D55E00"/></svg>',
    source="legs.geojson",
    marks=(
        Mark("profile-first-route", "route", "port-town.1"),
        Mark("profile-first-place", "chokepoint", "STRAIT"),
    ),
    rows=(("km", "USD"), ("600", "500")),
)
FINDINGS = (
    Finding("first", "<b>By sea</b> it costs 500 USD.", "routes.geojson", "#profile-first"),
    Finding("second", "It costs 900 USD.", "a source", "javascript:alert(1)"),
)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Chromium whose every name is unknown, or a skip where there is none."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if not path:
        pytest.skip("no chromium on this machine; set CHROMIUM to its path")
    with playwright.sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def small_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page on two small runs, the strait open and shut, whose titles are hostile."""
    here = tmp_path_factory.mktemp("small")
    folders = [
        open_folder(run_folder(here / "first", "first", HOSTILE)),
        open_folder(run_folder(here / "second", "second", RIGHT_TO_LEFT, shut=True)),
    ]
    page = here / "page.html"
    page.write_bytes(
        web_page(
            folders,
            charts=[CHART],
            findings=FINDINGS,
            names={"PORT": "Port <b>", "CARRIER": "The Carrier"},
            outlines=read_outlines(EXTRACTS),
        )
    )
    return page


class Opened:
    """A page in the browser, with everything that it said and asked for."""

    def __init__(self, page: Any, path: Path) -> None:
        self.page = page
        self.said: list[str] = []
        self.asked: list[str] = []
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.said.append(str(error)))
        page.on("request", lambda request: self.asked.append(request.url))
        page.goto(path.as_uri())

    def _hear(self, message: Any) -> None:
        if "willReadFrequently" not in message.text:  # said of the test's own look at pixels
            self.said.append(message.text)

    def pixels(self) -> dict[str, int]:
        """Return how many pixels of the map's lines have which colour, as ``r,g,b``."""
        found: dict[str, int] = self.page.evaluate(PIXELS)
        return found

    def has(self, colour: str) -> bool:
        """Whether the map shows a colour, as ``r,g,b``, by more than a few pixels."""
        return self.pixels().get(colour, 0) > 20


#: The canvas is drawn anew in the next frame.
PIXELS = """async () => {
  for (const _ of [1, 2]) await new Promise((done) => requestAnimationFrame(done));
  const canvas = document.querySelector(".leaflet-lines-pane canvas");
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  const found = {};
  for (let at = 0; at < data.length; at += 4) {
    if (data[at + 3] < 255) continue;
    const key = `${data[at]},${data[at + 1]},${data[at + 2]}`;
    found[key] = (found[key] || 0) + 1;
  }
  return found;
}"""


@pytest.fixture
def opened(browser: Any) -> Iterator[Callable[..., Opened]]:
    """Open a page: `opened(path, width=390, ...)`; what it said is checked at the end."""
    made: list[Any] = []

    def make(path: Path, *, width: int = 1280, height: int = 900, **context: Any) -> Opened:
        made.append(browser.new_context(viewport={"width": width, "height": height}, **context))
        return Opened(made[-1].new_page(), path)

    yield make
    for one in made:
        one.close()
