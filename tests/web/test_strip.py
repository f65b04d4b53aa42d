"""The strip looks for news by itself: it changes in place, the title counts, a silent computer is said."""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from plantigrade.library.catalogue.accounts.entries import Role
from plantigrade.posture.rules_engine.rules import Severity

from tests.web.looking import looking
from tools.web_site.browser import PHONE, Look, signed_in
from tools.web_site.serving import Served, served

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser
LOOK_NOW = "() => { htmx.trigger(document.getElementById('strip'), 'every'); }"
"""What happens each 10 s, at once."""


def test_news_come_into_the_strip_and_the_title_and_focus_stays(browser: "Browser") -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        served(Path(folder) / "data", empty=True) as site,
        signed_in(browser, site, Role.PATIENT, Look()) as context,
        looking(context, "/") as seen,
    ):
        page = seen.page
        plain = page.title()
        page.evaluate("() => { window.strip = document.querySelector('#strip ul'); }")
        page.locator("a.brand").focus()
        site.raise_alert("low-arch", "left", Severity.CRITICAL)
        page.evaluate(LOOK_NOW)
        page.wait_for_function("() => document.title.startsWith('(1) ')")
        assert page.title() == f"(1) {plain}"
        assert "1 open" in page.locator("#strip li.critical").inner_text()
        assert "brand" in page.evaluate("() => document.activeElement.className")
        assert page.evaluate("() => window.strip === document.querySelector('#strip ul')"), "changed in place"
        assert seen.policy_reports() == []
        assert not page.locator("#strip-gone").is_visible()


def test_a_computer_that_does_not_answer_is_said_and_what_was_shown_stays(browser: "Browser") -> None:
    with tempfile.TemporaryDirectory() as folder:
        with served(Path(folder) / "data", empty=True) as site:
            context = signed_in(browser, site, Role.PATIENT, Look())
            page = context.new_page()
            page.goto("/")
            shown = page.locator("#strip").inner_text()
        page.evaluate(LOOK_NOW)
        page.locator("#strip-gone").wait_for(state="visible")
        assert "does not answer" in page.locator("#strip-gone").inner_text()
        assert page.locator("#strip").inner_text() == shown
        context.close()


def test_when_the_session_has_ended_the_page_stays_and_says_that_it_is_old(browser: "Browser") -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        served(Path(folder) / "data", empty=True) as site,
        signed_in(browser, site, Role.PATIENT, Look()) as context,
    ):
        page = context.new_page()
        page.goto("/")
        site.library.accounts.sessions.end(site.tokens[Role.PATIENT])
        page.evaluate(LOOK_NOW)
        page.locator("#strip-gone").wait_for(state="visible")
        assert page.locator("#strip li").count() == 4


LINES = """
() => [...document.querySelectorAll("#strip .k")].map((one) => {
  const text = document.createRange();
  text.selectNodeContents(one);
  return [one.textContent, new Set([...text.getClientRects()].map((line) => Math.round(line.top))).size];
})
"""
"""What stands over each cell, and on how many lines."""


@pytest.mark.parametrize("language", ["en", "de"])
def test_on_a_phone_each_name_in_the_strip_stands_on_one_line(
    browser: "Browser", filled: Served, language: str
) -> None:
    register, name = filled.library.accounts.register, filled.filled.accounts[Role.PATIENT]
    register.set_look(name, language, "", "")
    try:
        with (
            signed_in(browser, filled, Role.PATIENT, Look(PHONE)) as context,
            looking(context, "/") as seen,
        ):
            found = dict(seen.page.evaluate(LINES))
    finally:
        register.set_look(name, "", "", "")
    assert found == dict.fromkeys(found, 1)
    assert len(found) == 4 and ("Hinweise" in found) is (language == "de")
