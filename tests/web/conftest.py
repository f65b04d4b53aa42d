"""A browser and two sites, after some weeks and on the first day, for all tests of the pages in a process."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tools.web_site.browser import REQUIRED, chromium, find_chromium
from tools.web_site.serving import Served, served

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture(scope="session")
def browser() -> Iterator["Browser"]:
    """Chromium; where there is none the tests are skipped, in CI they fail."""
    if find_chromium() is None:
        words = "no Chromium on this computer: `tools/browser/install` installs it on Debian"
        if os.environ.get(REQUIRED):
            pytest.fail(words)
        pytest.skip(words)
    with chromium() as opened:
        yield opened


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A site as it is after some weeks."""
    with served(tmp_path_factory.mktemp("filled") / "data") as site:
        yield site


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A site on the first day."""
    with served(tmp_path_factory.mktemp("empty") / "data", empty=True) as site:
        yield site


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A browser that runs in a process lets no event loop run there: its tests have a stage of their own."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents and item.get_closest_marker("browser") is None:
            raise pytest.UsageError(f"{item.nodeid} opens a browser: mark it with pytest.mark.browser")
