"""A person's way by the keyboard alone: sign in, see an alert, answer it, enter pain, print a report."""

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tools.web_site.browser import Look, signed_in
from tools.web_site.serving import Served, served

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Download, Page, Response

pytestmark = pytest.mark.browser
MOST_STEPS = 200
REPORT_S = 60.0
PDF = "application/pdf"
HERE = """
(wanted) => {
  const one = document.activeElement;
  return one !== null && one !== document.body && one.matches(wanted.selector)
    && one.textContent.trim().startsWith(wanted.text);
}
"""


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Served]:
    """A site of its own: answers stay."""
    with served(tmp_path / "data") as made:
        yield made


class Keyboard:
    """Presses keys, and never touches the mouse."""

    def __init__(self, page: "Page") -> None:
        self.page = page

    def press(self, key: str, times: int = 1) -> None:
        """Press a key."""
        for _ in range(times):
            self.page.keyboard.press(key)

    def go_to(self, selector: str, text: str = "") -> None:
        """Press Tab until the focus is on an element with this text."""
        for _ in range(MOST_STEPS):
            self.page.keyboard.press("Tab")
            if self.page.evaluate(HERE, {"selector": selector, "text": text}):
                return
        raise AssertionError(f"{selector} {text!r} is not reached on {self.page.url}")

    def follow(self, selector: str, text: str = "") -> None:
        """Go to a link or a button and press Enter; wait for the page it leads to."""
        self.go_to(selector, text)
        with self.page.expect_navigation():
            self.press("Enter")


def test_sign_in_answer_an_alert_enter_pain_and_print_a_report(site: Served, browser: "Browser") -> None:
    secret = site.library.accounts.links.make("home")
    with signed_in(browser, site, None, Look()) as context:
        page = context.new_page()
        keys = Keyboard(page)

        page.goto(f"/sign-in/{secret}")
        keys.follow("main button")
        assert page.title().startswith("(2) ")

        keys.follow("nav a", "Alerts")
        heading = page.locator("article.alert h2").first.inner_text()
        keys.follow("article.alert button")
        assert page.url.partition("?")[0].endswith("/alerts")
        answers = site.library.record("P001").answers.all()
        assert answers[-1].by in ("P001", "home"), answers[-1]
        assert page.title().startswith("(1) "), f"still open after an answer: {heading}"

        keys.follow("nav a", "Diary")
        keys.go_to("input[name=side]")
        keys.press("Space")
        keys.go_to("input[name=score]")
        keys.press("ArrowRight", 3)
        keys.go_to("textarea")
        page.keyboard.type("sore after the stairs")
        keys.follow("main button", "Save")
        assert "sore after the stairs" in page.locator("main").inner_text()
        assert "sore after the stairs" in [one.note for one in site.library.record("P001").diary.entries()]

        keys.follow("nav a", "Walks")
        keys.follow("main a[href^='/walks/2']")
        keys.go_to("main a[href*='.pdf']")
        assert printed(page, keys).startswith(b"%PDF")


def printed(page: "Page", keys: Keyboard) -> bytes:
    """The report that Enter leads to: shown by the browser at once, or by the link that then appears."""
    shown: list[Response] = []
    files: list[Download] = []
    page.on("response", lambda one: shown.append(one) if one.headers.get("content-type") == PDF else None)
    page.on("download", lambda one: files.append(one))
    keys.press("Enter")
    began, link = time.monotonic(), "main a[download]"
    while not (shown or files) and time.monotonic() - began < REPORT_S:
        page.wait_for_timeout(200)
        if not (shown or files) and page.locator(link).count():
            with page.expect_download():
                keys.go_to(link)
                keys.press("Enter")
    assert shown or files, f"no report on {page.url}"
    if not files:  # the browser's own viewer holds it, and does not hand it out
        return page.request.get(shown[0].url).body()
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "report.pdf"
        files[0].save_as(target)
        return target.read_bytes()
