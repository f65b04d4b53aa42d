"""The virtual pair is zeroed from the pages: pressed while somebody walks on it, zeroed once it is empty."""

from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pytest
from plantigrade.calibration.model import Calibration
from plantigrade.demo.served import Served, served
from plantigrade.demo.stage import Stage, stage
from plantigrade.library.catalogue.details import calibration_of

from tests.web.looking import LISTEN, Seen
from tools.in_thread import in_thread
from tools.web_site.browser import PHONE
from tools.web_site.stage_feeds import nobody_stands

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

pytestmark = [pytest.mark.browser, pytest.mark.micropython]
CONNECTED_MS = 60_000
ANSWERED_MS = 60_000
TRIES = 5
TAKEN, PRESSED = 303, 409
NOISE_COUNTS = 3.0


@dataclass(frozen=True)
class OnStage:
    """The virtual pair, and the pages that look after it."""

    scene: Stage
    running: Served
    context: "BrowserContext"


@asynccontextmanager
async def staged() -> AsyncGenerator[tuple[Stage, Served]]:
    """Stage, service and pages."""
    async with stage(None, 30.0) as scene, served(scene) as running:
        yield scene, running


@pytest.fixture(scope="module")
def there(browser: "Browser") -> Iterator[OnStage]:
    """Signed in by the link of the demo."""
    with in_thread(staged, "stage") as (scene, running):
        width, height = PHONE
        context = browser.new_context(
            viewport={"width": width, "height": height}, reduced_motion="reduce", locale="en-GB",
            base_url=running.pages.url,
        )  # fmt: skip
        context.add_init_script(LISTEN)
        page = context.new_page()
        page.goto(running.link())
        with page.expect_navigation():
            page.get_by_role("button", name="Sign in as").click()
        connected(page)
        page.close()
        yield OnStage(scene, running, context)
        context.close()


def connected(page: "Page") -> None:
    """Wait until frames of both insoles come."""
    page.goto("/insoles")
    for _ in range(CONNECTED_MS // 500):
        if page.locator(".tag.ok").count() == 2:
            return
        page.wait_for_timeout(500)
        page.reload()
    raise AssertionError(page.locator("main").inner_text())


def press(page: "Page", button: str, wanted: int) -> None:
    """Press a button until the form is answered so: frames of a busy computer are late."""
    found, address = list[int](), page.url
    for _ in range(TRIES):
        with (
            page.expect_navigation(timeout=ANSWERED_MS),  # the page of before has been loaded for long
            page.expect_response(lambda one: one.request.method == "POST", timeout=ANSWERED_MS) as answer,
        ):
            page.get_by_role("button", name=button).click(no_wait_after=True)
        found.append(answer.value.status)
        if found[-1] == wanted:
            return
        page.goto(address)
    raise AssertionError(found)


def zeroes(there: OnStage) -> dict[str, np.ndarray]:
    """Unloaded codes that the library has of each insole, by side."""
    found: dict[str, Calibration | None] = {}
    for side, collector in there.running.assembly.service.collectors.items():
        assert collector.insole.identity is not None, "it is connected"
        found[side] = calibration_of(there.running.library, collector.insole.identity.serial)
    return {
        side: np.array([curve.zero_count for curve in one.sensors])
        for side, one in found.items()
        if one is not None
    }


def test_a_pair_is_zeroed_at_the_first_run_and_one_of_it_later(there: OnStage) -> None:
    the_first_run_zeroes_a_pair_that_stands_empty(there)
    the_page_of_an_insole_zeroes_it_and_says_since_when(there)


def the_first_run_zeroes_a_pair_that_stands_empty(there: OnStage) -> None:
    page = there.context.new_page()
    page.goto("/first-run?step=zero")
    press(page, "Nothing presses on them", PRESSED)
    page.locator("#problem").wait_for()
    assert zeroes(there) == {}
    with nobody_stands(there.scene.feeds) as codes:
        press(page, "Nothing presses on them", TAKEN)
        page.wait_for_url("**/first-run?step=walk")
        assert Seen(page).axe() == []
    found = zeroes(there)
    for side, unloaded in codes.items():
        assert np.abs(found[side] - unloaded).max() < NOISE_COUNTS, side
    page.close()


def the_page_of_an_insole_zeroes_it_and_says_since_when(there: OnStage) -> None:
    page = there.context.new_page()
    page.goto("/insoles")
    card = page.locator("section", has=page.get_by_role("heading", name="Left insole"))
    card.get_by_role("link", name="Calibrate").click()
    page.wait_for_url("**/insoles/calibrate?serial=*")
    address, before = page.url, zeroes(there)
    press(page, "Zero it", PRESSED)
    page.get_by_role("alert").wait_for()
    with nobody_stands(there.scene.feeds) as codes:
        page.goto(address)
        press(page, "Zero it", TAKEN)
        page.get_by_text("Zeroed. The unloaded codes are used from now on.").wait_for()
        assert Seen(page).axe() == []
    page.goto(address)
    assert "(0 days ago)" in page.locator(".lead").first.inner_text()
    after = zeroes(there)
    assert np.abs(after["left"] - codes["left"]).max() < NOISE_COUNTS
    assert after.keys() - {"left"} == before.keys() - {"left"}
    for side in before.keys() - {"left"}:
        assert np.array_equal(after[side], before[side]), "the other one is as it was"
    page.close()
