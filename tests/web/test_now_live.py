"""The live page in a real browser while two insoles walk: pictures that move, and none that is frozen."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from plantigrade.bridge.frames import Frames
from plantigrade.bridge.insole import Identity, StampedFrames
from plantigrade.gait.signals import Foot
from plantigrade.library.catalogue.accounts.entries import Role
from plantigrade.link.base import Link, LinkError, now_ns

from tests.host.service.live_frames.frames_kit import PIECE, RATE_HZ, SERIALS, walked
from tests.web.looking import Seen, looking
from tools.web_site.browser import PHONE, Look, signed_in
from tools.web_site.serving import Served, served

if TYPE_CHECKING:
    from playwright.sync_api import Browser

PIXEL = """
(side) => {
  const canvas = document.querySelector(`#foot-${side} canvas`);
  const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
  let sum = 0;
  for (let i = 0; i < pixels.length; i += 4) sum += pixels[i] * (pixels[i + 3] / 255);
  return Math.round(sum);
}
"""
PATIENCE_MS = 20_000


class Walker:
    """Two insoles of nobody that walk beside a site; each foot can be stopped."""

    def __init__(self, site: Served) -> None:
        self.site, self.feet, self.slot, self.walks = site, set(Foot), 0, True
        for foot, serial in SERIALS.items():
            site.assembly.service.watch_insole(foot.value, _out_of_reach)
            insole = site.assembly.service.collectors[foot.value].insole
            insole.identity = Identity(serial, foot.value, "0.1.0", 1, 1, 0, 10_000)

    async def walk(self) -> None:
        """Until `walks` is false, as fast as people do."""
        while self.walks:
            counts = {foot: codes[self.slot % 1500 :][:PIECE] for foot, codes in walked().items()}
            device_us = 10_000 * np.arange(self.slot, self.slot + PIECE, dtype=np.int64)
            begun_ns = now_ns() - PIECE * 1_000_000_000 // RATE_HZ
            host_ns = begun_ns + (device_us - device_us[0]) * 1000
            for foot in self.feet:
                frames = Frames(b"", self.slot, 1, 1, 0, device_us, counts[foot], None, 0)
                insole = self.site.assembly.service.collectors[foot.value].insole
                self.site.assembly.service._pass_on(insole, StampedFrames(frames, host_ns, 1000, now_ns()))
            self.slot += PIECE
            await asyncio.sleep(PIECE / RATE_HZ)


async def _out_of_reach() -> Link:
    raise LinkError("out of reach")


@pytest.fixture
def walker(tmp_path: Path) -> Iterator[Walker]:
    walked()  # made before anything must keep time
    with served(tmp_path / "data", empty=True) as site:
        walker = Walker(site)
        walking = asyncio.run_coroutine_threadsafe(walker.walk(), site.loop)
        yield walker
        walker.walks = False
        walking.result(timeout=PATIENCE_MS / 1000)


@pytest.mark.browser
@pytest.mark.slow
def test_both_feet_move_and_a_lost_one_is_taken_away(browser: "Browser", walker: Walker) -> None:
    context = signed_in(browser, walker.site, Role.PATIENT, Look(size=PHONE))
    with looking(context, "/now") as seen:
        see_both_move(seen)
        see_the_other_scheme(seen)
        walker.feet.discard(Foot.RIGHT)
        see_one_taken_away(seen)
        walker.feet.clear()
        wait_for_title(seen, "No foot arrives")
        assert seen.policy_reports() == []
        # The test itself reads pixels back, and Chromium has advice on that.
        assert [one for one in seen.complaints if "willReadFrequently" not in one] == []
        assert seen.axe() == []
    context.close()


def wait_for_title(seen: Seen, title: str) -> None:
    seen.page.wait_for_function(
        "(title) => document.querySelector('#now-title').textContent === title",
        arg=title,
        timeout=PATIENCE_MS,
    )


def see_both_move(seen: Seen) -> None:
    page = seen.page
    page.wait_for_function("() => (window.plantigradeNow.lastDrawn?.number ?? 0) > 20", timeout=PATIENCE_MS)
    wait_for_title(seen, "Now")
    pictures: set[int] = set()
    for _ in range(10):
        pictures.add(page.evaluate(PIXEL, "left"))
        page.wait_for_timeout(120)
    assert len(pictures) > 3
    page.wait_for_function("() => /up to \\d+/.test(document.querySelector('#now-words').textContent)")


def see_the_other_scheme(seen: Seen) -> None:
    """The map takes the colours of the dark scheme at once: its highest step is the lightest there."""
    read = "() => window.plantigradeNow.colours.levels[7][0]"
    assert seen.page.evaluate(read) < 100
    seen.page.emulate_media(color_scheme="dark")
    seen.page.wait_for_function(f"() => ({read})() > 200")


def see_one_taken_away(seen: Seen) -> None:
    page = seen.page
    wait_for_title(seen, "Only your left foot arrives")
    assert "No data for" in page.locator("#foot-right").inner_text()
    assert page.locator("#now-trouble-title").inner_text() == "Bring the right insole closer"
    before = page.locator("#foot-right .total").inner_text()
    page.wait_for_function(
        "(before) => document.querySelector('#foot-right .total').textContent !== before", arg=before
    )
    assert len({page.evaluate(PIXEL, "right") for _ in range(3)}) == 1
