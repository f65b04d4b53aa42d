"""An engineer prepares an image, and the installer for Web Serial starts under this page's policy."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from plantigrade.firmware_image.esp_image import virtual_micropython_image
from plantigrade.web.accounts.rights import Role

from tests.web.looking import looking
from tools.web_site.browser import DESKTOP, Look, signed_in
from tools.web_site.serving import Served

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

PORT = """
navigator.serial.requestPort = async () => ({
  open: async () => {}, close: async () => {}, getInfo: () => ({}),
  readable: null, writable: null, addEventListener() {},
});
"""
"""A port in the place of a board's: what it cannot do, the installer says."""


def test_the_installer_opens_its_dialog(filled: Served, browser: "Browser", tmp_path: Path) -> None:
    file = tmp_path / "micropython.bin"
    file.write_bytes(virtual_micropython_image())
    with (
        signed_in(browser, filled, Role.ENGINEER, Look(DESKTOP)) as context,
        looking(context, "/insoles/flash") as seen,
    ):
        page = seen.page
        page.set_input_files("#browser-image", file)
        page.get_by_role("button", name="Prepare the image").click()
        install = page.get_by_role("button", name="Install from this browser")
        install.wait_for()
        assert page.evaluate("customElements.get('esp-web-install-button') !== undefined")
        assert seen.axe() == []
        page.evaluate(PORT)
        install.click()
        page.wait_for_selector("ewt-install-dialog", state="attached")
        assert seen.policy_reports() == []
