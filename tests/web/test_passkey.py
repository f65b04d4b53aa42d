"""A passkey is enrolled and signed in with, in a real browser with an authenticator of its own."""

from typing import TYPE_CHECKING

import pytest
from plantigrade.library.catalogue.accounts.entries import Role

from tools.web_site.serving import Served

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def test_from_a_link_to_a_passkey_and_in_again(browser: "Browser", filled: Served) -> None:
    accounts = filled.library.accounts
    accounts.register.add("Dr. Passkey", {Role.CLINICIAN})
    site = filled.url.replace("127.0.0.1", "localhost")
    context = browser.new_context()
    try:
        page = context.new_page()
        devices = context.new_cdp_session(page)
        devices.send("WebAuthn.enable")
        devices.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
        page.goto(f"{site}/sign-in/{accounts.links.make('Dr. Passkey')}")
        page.click("main form button")
        page.goto(f"{site}/settings/sign-in")
        assert page.text_content("h1") == "Choose how you sign in next time"
        page.fill("#key-name", "My phone")
        page.click("form[data-passkey-new] button")
        page.wait_for_selector("strong:has-text('My phone')")
        assert page.text_content("h1") == "How you sign in"
        page.evaluate("() => document.querySelector('form[action=\"/sign-out\"]').submit()")
        page.wait_for_selector("form[data-passkey]")
        page.click("form[data-passkey] button")
        page.wait_for_url(f"{site}/people")
        (session,) = accounts.sessions.of("Dr. Passkey")
        assert session.way == "passkey"
    finally:
        context.close()
