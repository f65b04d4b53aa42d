"""What lies over a page once it is opened: as accessible as the page, in the window, closed by Escape."""

from typing import TYPE_CHECKING

import pytest
from plantigrade.library.catalogue.accounts.entries import Role

from tests.web.looking import Seen, looking
from tools.web_site.browser import NARROW, PHONE, Look, signed_in
from tools.web_site.openings import ROLES
from tools.web_site.serving import Served

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser
LATER = "article button.with-popover"
"""Opens the choice of when an alert is to come back."""


def see_an_open_layer(seen: Seen, opener: str) -> None:
    page = seen.page
    button = page.locator(opener).first
    layer = page.locator(f"#{button.get_attribute('popovertarget')}")
    assert not layer.is_visible()
    button.focus()
    page.keyboard.press("Enter")
    assert layer.is_visible()
    assert seen.axe() == [], "light"
    page.emulate_media(color_scheme="dark")
    assert seen.axe() == [], "dark"
    assert seen.too_wide(NARROW[0]) == []
    box = layer.bounding_box()
    assert box is not None and box["x"] >= 0 and box["x"] + box["width"] <= NARROW[0]
    page.keyboard.press("Escape")
    assert not layer.is_visible()
    opened_by = page.evaluate("() => document.activeElement.getAttribute('popovertarget')")
    assert opened_by == layer.get_attribute("id"), "focus is back where it was"
    assert seen.policy_reports() == [] and seen.complaints == []


@pytest.mark.parametrize("role", ROLES, ids=str)
def test_more_pages_of_every_role(browser: "Browser", filled: Served, role: Role) -> None:
    with signed_in(browser, filled, role, Look(PHONE)) as context, looking(context, "/settings") as seen:
        see_an_open_layer(seen, ".more > button")


def test_when_an_alert_comes_back(browser: "Browser", filled: Served) -> None:
    with (
        signed_in(browser, filled, Role.PATIENT, Look(PHONE)) as context,
        looking(context, "/alerts") as seen,
    ):
        see_an_open_layer(seen, LATER)
