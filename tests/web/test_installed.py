"""The installed app in a real browser: registered, offline page, and nothing of anybody kept."""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from plantigrade.library.catalogue.accounts.entries import Role

from tools.web_site.browser import Look, signed_in
from tools.web_site.serving import served

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser
STORED = """
async () => {
  const found = [];
  for (const name of await caches.keys()) {
    for (const request of await (await caches.open(name)).keys()) {
      const text = await (await caches.match(request)).text();
      found.push([new URL(request.url).pathname, text]);
    }
  }
  return found;
}
"""


def test_away_from_the_computer_a_page_says_so_and_shows_nothing_of_anybody(browser: "Browser") -> None:
    with tempfile.TemporaryDirectory() as folder:
        with served(Path(folder) / "data", empty=True) as site:
            context = signed_in(browser, site, Role.PATIENT, Look())
            page = context.new_page()
            page.goto("/")
            page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
            page.wait_for_function("() => navigator.serviceWorker.controller !== null")
            page.goto("/")
            stored = page.evaluate(STORED)
        page.goto("/diary")
        assert page.locator("h1").inner_text() == "The computer cannot be reached"
        assert page.evaluate("() => getComputedStyle(document.body).margin") == "0px", "with its styles"
        context.close()
    paths = [path for path, _ in stored]
    assert "/offline" in paths
    assert all(path == "/offline" or path.startswith("/static/") for path in paths)
    assert not [path for path, text in stored if "P001" in text or "home" in text.split()]
