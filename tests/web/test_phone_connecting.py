"""The page for phones where no insole answers, and where it has no cable; in a real browser, without insoles.

With insoles: `tests/e2e/test_phone_in_trouble.py`.
"""

from typing import TYPE_CHECKING

import pytest

from tests.web.test_phone_page import READY
from tests.web.test_phone_storage import phone

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tools.web_site.serving import Served

pytestmark = pytest.mark.browser
OUT_OF_REACH = """
navigator.bluetooth.requestDevice = async () => {
  const connect = async () => { throw new DOMException("no answer", "NetworkError"); };
  return Object.assign(new EventTarget(), { gatt: { connect, disconnect() {} } });
};
"""
HALF_A_MINUTE_PASSES = """
() => {
  const now = performance.now.bind(performance);
  let passed = 0;
  performance.now = () => now() + (passed += 31000);
}
"""
NO_SERIAL = "delete Navigator.prototype.serial;"
NO_PORT = """
Object.defineProperty(navigator, "serial", {
  value: { requestPort: async () => { throw new DOMException("none", "NotFoundError"); } },
});
"""
PORT_IN_USE = """
const open = async () => { throw new DOMException("Failed to open.", "NetworkError"); };
const port = { readable: null, open };
Object.defineProperty(navigator, "serial", { value: { requestPort: async () => port } });
"""


def test_an_insole_that_never_answered_may_be_out_of_reach_or_held_by_others(
    browser: "Browser", empty: "Served"
) -> None:
    with phone(browser, empty, OUT_OF_REACH) as (_, page):
        page.wait_for_function(READY)
        page.evaluate(HALF_A_MINUTE_PASSES)
        page.get_by_role("button", name="Connect an insole").click()
        page.get_by_text("did not answer for half a minute").wait_for()
        message = page.locator("#trouble").inner_text()
        assert "bring it near" in message
        assert "two phones or computers at a time" in message
        assert page.get_by_role("button", name="Connect an insole").is_enabled()


@pytest.mark.parametrize(
    ("script", "words"),
    [(NO_PORT, "Nothing was chosen."), (PORT_IN_USE, "The cable's port could not be opened")],
    ids=["no port", "port in use"],
)
def test_a_cable_that_does_not_work_is_said_with_what_helps(
    browser: "Browser", empty: "Served", script: str, words: str
) -> None:
    with phone(browser, empty, script) as (_, page):
        page.wait_for_function(READY)
        page.locator("#cable summary").click()
        page.get_by_role("button", name="Connect by cable").click()
        page.get_by_text(words).wait_for()


def test_a_browser_without_cables_says_which_has_them(browser: "Browser", empty: "Served") -> None:
    with phone(browser, empty, NO_SERIAL) as (_, page):
        page.wait_for_function(READY)
        page.locator("#cable summary").click()
        assert "Chrome and Edge on computers can" in page.locator("#cable-state").inner_text()
        assert page.locator("#cable-connect").is_hidden()
