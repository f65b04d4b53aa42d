"""Insoles, a phone, nothing else: the page in a real browser, two locked insoles with real firmware, radio.

`make phone-demo` shows the same with pictures, and kills the browser more often.
"""

import os
import random
from pathlib import Path

import pytest
from plantigrade.library.taking.journals import take_journal

from tools.phone_demo.proof import compare_with_feed, saved_slots
from tools.phone_demo.stage import SIDES
from tools.phone_demo.wearing import (
    SERIALS,
    acknowledged,
    connect_by_cable,
    cut,
    fetch,
    live_until_killed,
    save,
    watch,
    wearing,
)
from tools.web_site.browser import REQUIRED, find_chromium

pytestmark = [pytest.mark.radio, pytest.mark.slow]
KILLS = 2
KILL_WITHIN_S = 12.0


@pytest.fixture(autouse=True)
def there_is_a_browser() -> None:
    """Where there is no Chromium the tests are skipped, in CI they fail."""
    if find_chromium() is None:
        reason = "no Chromium on this computer: `tools/browser/install` installs it on Debian"
        if os.environ.get(REQUIRED):
            pytest.fail(reason)
        pytest.skip(reason)


async def test_from_two_insoles_to_a_recording_over_a_cut_link_and_killed_browsers(tmp_path: Path) -> None:
    async with wearing(tmp_path) as scene:
        async with scene.phone_in_hand(with_keys=True) as opened:
            await scene.connect_both(opened, press=True)
            live = await watch(opened, 3.0)
            assert all(live.rate[side] > 0 for side in SIDES), "sealed records are opened in the page"
            _, lost = await cut(scene, opened, "left")
            assert not opened.complaints
        chance = random.Random(23)
        for _ in range(KILLS):
            await live_until_killed(scene, chance, KILL_WITHIN_S)
        async with scene.phone_in_hand() as opened:
            await scene.connect_both(opened)
            await connect_by_cable(opened, "left")  # locked as over the air; the rest of it comes that way
            assert set((await acknowledged(opened)).values()) >= {0} or scene.saved
            _, insoles = await fetch(opened)
            assert {side: one["at"] for side, one in insoles.items()} == {
                side: one["to"] for side, one in insoles.items()
            }, "pulled is what was asked"
            await save(scene, opened)
            acknowledged_to = await acknowledged(opened)
            assert not opened.complaints
        held = saved_slots(scene.saved)
        ends = {SERIALS[side]: one["to"] for side, one in insoles.items()}
        assert acknowledged_to == ends, "all that was saved may be forgotten"
        for serial, end in ends.items():
            assert held[serial].slots.within(0, end) == end, "and all of it lies in the files"
            assert held[serial].damaged_bytes == 0
        left = held[SERIALS["left"]].slots
        assert lost and all(left.within(first, end) == end - first for first, end in lost)
        for path in scene.saved:
            taken = take_journal(scene.library, path)
            for foot in taken.feet:
                assert "unexplained" not in foot.missing_by_reason
                frames = scene.library.open(taken.entry.id).frames(foot.foot)
                proof = compare_with_feed(frames, scene.feeds[foot.foot])
                assert proof.equal == proof.compared
