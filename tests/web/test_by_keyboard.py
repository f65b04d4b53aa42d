"""Every page by the keyboard alone: past the frame at once, in the order that is seen, to every control."""

from typing import TYPE_CHECKING, Any

import pytest
from plantigrade.library.catalogue.accounts.entries import Role

from tests.web.looking import looking
from tools.web_site.browser import DESKTOP, Look, signed_in
from tools.web_site.openings import Opening, openings
from tools.web_site.serving import Served

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser
FILLED = [
    opening
    for opening in openings()
    if opening.filled and opening.role in (Role.PATIENT, Role.CLINICIAN, None) and "?view" not in opening.path
]
MOST_STEPS = 400
MARKED_BY_THE_BROWSER = ("date", "time")
"""Their parts, such as the button that opens the calendar, have marks of the browser's own."""
HERE = """
() => {
  const one = document.activeElement;
  if (!one || one === document.body) return null;
  const at = one.getBoundingClientRect();
  const parts = { "header.top": "top", "nav.nav": "nav", main: "main" };
  const part = Object.entries(parts).find(([selector]) => one.closest(selector))?.[1] ?? "frame";
  const seen = at.width > 0 && at.height > 0 && at.bottom > 0 && at.top < innerHeight;
  one.dataset.reached = "yes";
  const outline = getComputedStyle(one).outlineStyle;
  const { tagName: tag, type = "" } = one;
  return { tag, type, text: one.textContent.trim().slice(0, 40), part, seen, outline };
}
"""
NOT_REACHED = """
() => [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']")]
  .filter((one) => {
    if (one.dataset.reached || one.disabled || one.type === "hidden" || one.tabIndex < 0) return false;
    if (one.type === "radio") {
      const group = document.querySelectorAll(`input[type=radio][name="${one.name}"]`);
      if ([...group].some((other) => other.form === one.form && other.dataset.reached)) return false;
    }
    return one.checkVisibility({ visibilityProperty: true }) && one.getClientRects().length > 0;
  })
  .map((one) => one.outerHTML.slice(0, 120))
"""


def walk_through(page: "Page") -> list[dict[str, Any]]:
    """Press Tab from the top until the browser's own frame is reached."""
    found: list[dict[str, Any]] = []
    for _ in range(MOST_STEPS):
        page.keyboard.press("Tab")
        here = page.evaluate(HERE)
        if here is None:
            return found
        found.append(here)
    raise AssertionError(f"focus goes round in a circle: {found[-5:]}")


@pytest.mark.parametrize("opening", FILLED, ids=str)
def test_every_control_is_reached_in_order_and_seen(
    opening: Opening, filled: Served, browser: "Browser"
) -> None:
    with (
        signed_in(browser, filled, opening.role, Look(DESKTOP)) as context,
        looking(context, opening.address(filled.filled)) as seen,
    ):
        found = walk_through(seen.page)
        assert seen.page.evaluate(NOT_REACHED) == []
    assert found[0]["text"] == "Skip to the page"
    parts = [one["part"] for one in found if one["part"] != "frame"]
    assert parts == sorted(parts, key=["top", "nav", "main"].index), "top, pages, page"
    assert [one for one in found if not one["seen"]] == [], "hidden behind something or off the window"
    unmarked = [one for one in found if one["outline"] == "none" and one["type"] not in MARKED_BY_THE_BROWSER]
    assert unmarked == [], "without a mark of focus"


def test_the_skip_link_leads_to_the_page(filled: Served, browser: "Browser") -> None:
    with signed_in(browser, filled, Role.PATIENT, Look(DESKTOP)) as context, looking(context, "/") as seen:
        seen.page.keyboard.press("Tab")
        seen.page.keyboard.press("Enter")
        assert seen.page.evaluate("() => document.activeElement.id") == "main"
        seen.page.keyboard.press("Tab")
        assert seen.page.evaluate("() => document.activeElement.closest('main') !== null")


def test_more_opens_and_closes_on_a_phone_without_a_script(filled: Served, browser: "Browser") -> None:
    look = Look((390, 844), script=False)
    with signed_in(browser, filled, Role.PATIENT, look) as context, looking(context, "/") as seen:
        more = seen.page.locator(".more > button")
        more.focus()
        seen.page.keyboard.press("Enter")
        assert seen.page.locator("#more").is_visible()
        seen.page.keyboard.press("Escape")
        assert not seen.page.locator("#more").is_visible()
