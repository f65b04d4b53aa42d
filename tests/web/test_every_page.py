"""Every page in every state, as every role opens it, in a real browser."""

from typing import TYPE_CHECKING

import pytest

from tests.web.looking import looking
from tools.web_site.browser import DESKTOP, PHONE, Look, signed_in
from tools.web_site.openings import NOT_HERE, Opening, openings
from tools.web_site.serving import Served

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser
ALL = list(openings())
ONLY_WITH_SCRIPT = {"now"}
"""The live picture needs a script; without one its page says so and shows the latest numbers."""


@pytest.fixture
def site(opening: Opening, request: pytest.FixtureRequest) -> Served:
    """The site in whose state the page is opened."""
    return request.getfixturevalue("filled" if opening.filled else "empty")


@pytest.mark.parametrize("opening", ALL, ids=str)
class TestOfAPage:
    """What holds for each of them."""

    def test_it_is_accessible_fits_and_is_complained_about_by_nobody(
        self, opening: Opening, site: Served, browser: "Browser"
    ) -> None:
        with (
            signed_in(browser, site, opening.role, Look(PHONE)) as context,
            looking(context, opening.address(site.filled)) as seen,
        ):
            seen.in_order()

    def test_it_says_and_does_the_same_without_scripts(
        self, opening: Opening, site: Served, browser: "Browser"
    ) -> None:
        with (
            signed_in(browser, site, opening.role, Look(DESKTOP, script=False)) as context,
            looking(context, opening.address(site.filled)) as seen,
        ):
            main = seen.page.locator("main")
            assert seen.page.locator("h1").count() == 1
            assert main.inner_text().strip()
            for form in seen.page.locator("form").all():
                assert form.get_attribute("method") in ("post", "get", "dialog")
                assert form.locator("button, input[type=submit]").count() > 0
            if opening.page not in ONLY_WITH_SCRIPT:
                assert main.locator("button[type=button]:not([popovertarget])").count() == 0


def test_every_page_is_opened_by_somebody() -> None:
    from plantigrade.web.pages import pages

    assert {page.name for page in pages()} - {opening.page for opening in ALL} == NOT_HERE
