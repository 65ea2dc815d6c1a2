"""The page of the baseline: small enough to mail, quick enough to use."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from corridors.publish import publish
from corridors.run import run

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.browser.conftest import Opened

pytestmark = [pytest.mark.slow, pytest.mark.long]

MOST_BYTES = 3_000_000


@pytest.fixture(scope="module")
def real_page(real_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of the baseline as run on the real network."""
    here = tmp_path_factory.mktemp("real")
    run("baseline", network=real_folder, out=here / "baseline")
    return publish([here / "baseline"], here / "page.html")


def test_it_is_small(real_page: Path) -> None:
    assert real_page.stat().st_size < MOST_BYTES


def test_it_opens_without_a_network_or_an_error(
    opened: Callable[..., Opened], real_page: Path
) -> None:
    there = opened(real_page)
    assert all(url.startswith(("file:", "data:")) for url in there.asked)
    assert there.said == []
    assert len(there.pixels()) > 100
    assert "TEU a year on" in there.page.locator("#told").inner_text()
    assert there.page.locator("figure svg.chart").count() > 5


def test_every_demand_actor_and_mark_can_be_chosen(
    opened: Callable[..., Opened], real_page: Path
) -> None:
    there = opened(real_page)
    for chooser in ("#demand", "#actor"):
        values = there.page.locator(f"{chooser} option").evaluate_all(
            "all => all.map(o => o.value)"
        )
        assert len(values) > 20
        for value in values[:: max(1, len(values) // 5)]:
            there.page.select_option(chooser, value)
            assert there.page.locator("#panel h3").count() > 0
        there.page.select_option(chooser, "")
    for mark in there.page.locator("svg .linked").all()[:12]:
        mark.dispatch_event("click")
        told = there.page.locator("#panel").inner_text()
        assert "Not in the scenario shown" not in told
    assert there.said == []
