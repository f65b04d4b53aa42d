"""The page for phones where something is in its way: no room, another app in front, other hosts at an insole;
and the same insoles by cable. A real browser, two open insoles with real firmware, radio.

Words for a browser that keeps nothing: `tests/web/test_phone_storage.py`.
"""

import asyncio
import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from bleak import BleakClient, BleakScanner
from plantigrade.twin.bleak_backend import backend_for
from plantigrade.twin.radio.client import RadioAddress

from tools.phone_demo.proof import saved_slots
from tools.phone_demo.stage import SIDES, Phone
from tools.phone_demo.wearing import Wearing, acknowledged, connect_by_cable, fetch, save, wearing
from tools.web_site.browser import REQUIRED, find_chromium

pytestmark = [pytest.mark.radio, pytest.mark.slow]
ROOM_BYTES = 30_000
"""More than a few records, and less than both insoles have recorded by then: some 50 kB in ten seconds."""
PLACES = 2
"""Hosts that an insole talks to at a time (firmware/insole/radio.py)."""
PULL_OUT = "navigator.serial.getPorts().then(([port]) => port.socket.close())"
"""The left insole's cable; it is plugged in again at once."""
LEFT = "window.plantigradePhone.insoles.get('left')"


@pytest.fixture(autouse=True)
def there_is_a_browser() -> None:
    """Where there is no Chromium the test is skipped, in CI it fails."""
    if find_chromium() is None:
        reason = "no Chromium on this computer: `tools/browser/install` installs it on Debian"
        if os.environ.get(REQUIRED):
            pytest.fail(reason)
        pytest.skip(reason)


async def test_no_room_out_of_view_held_by_others_and_by_cable(tmp_path: Path) -> None:
    async with wearing(tmp_path, locked=False) as scene, scene.phone_in_hand(private=True) as opened:
        await _held_by_others(scene, opened)
        await _no_room(scene, opened)
        await _out_of_view(scene, opened)
        await _by_cable(scene, opened)
        await save(scene, opened)
        await _nothing_lost(scene, opened)
        assert not opened.complaints


async def _nothing_lost(scene: Wearing, opened: Phone) -> dict[str, int]:
    """All that the insoles may forget lies in saved files; up to where."""
    held = saved_slots(scene.saved)
    reached = await acknowledged(opened)
    lost = {serial: end - held[serial].slots.within(0, end) for serial, end in reached.items() if end}
    assert not any(lost.values()), "slots acknowledged and lost"
    assert not any(one.damaged_bytes for one in held.values())
    return reached


async def _text(opened: Phone, element: str) -> str:
    """What is read there; nothing where it is hidden."""
    return await opened.tab.run(
        f"(one => one.checkVisibility() ? one.innerText : '')(document.getElementById('{element}'))"
    )


# Held by others


@asynccontextmanager
async def _other_host(scene: Wearing, address: str, name: str) -> AsyncGenerator[BleakClient]:
    at = scene.pair.radio
    folder = scene.folder / name
    folder.mkdir()
    scanner, client = backend_for(RadioAddress(at.host, at.port, folder / "bonds.json"))
    device = await BleakScanner.find_device_by_address(address, backend=scanner)
    assert device is not None
    async with BleakClient(device, backend=client) as other:
        yield other


async def _held_by_others(scene: Wearing, opened: Phone) -> None:
    """Two hosts hold one insole: the page says so, goes on trying, and gets in when one leaves."""
    left, right = await scene.radio.look(PLACES)
    async with _other_host(scene, left, "one"):
        async with _other_host(scene, left, "two"):
            opened.radio.choose(left)
            await opened.tap("big")
            await opened.tab.until("document.getElementById('big').textContent.startsWith('no answer yet')")
        await opened.tab.until("window.plantigradePhone.connected.length === 1")
        await opened.connect(right)
    await opened.tab.until(f"{LEFT}.link === 'connected'")
    assert not await _text(opened, "trouble")


# No room


async def _set_room(opened: Phone, room_bytes: int | None) -> None:
    origin = await opened.tab.run("location.origin")
    quota = {}
    if room_bytes is not None:
        used = await opened.tab.run("navigator.storage.estimate().then((one) => one.usage)")
        quota = {"quotaSize": used + room_bytes}
    await opened.tab.send("Storage.overrideQuotaForOrigin", origin=origin, **quota)


async def _no_room(scene: Wearing, opened: Phone) -> None:
    await _set_room(opened, ROOM_BYTES)
    _, insoles = await fetch(opened)
    assert "There is no room left for this page" in await _text(opened, "trouble")
    assert set((await acknowledged(opened)).values()) == {0}, "nothing is acknowledged that is not safe"
    frames = await opened.page("[...page.insoles.values()].map((one) => one.live.frames)")
    watched = "[...window.plantigradePhone.insoles.values()].every((one, i) => one.live.frames > {}[i])"
    await opened.tab.until(watched.format(frames))
    await save(scene, opened)
    may_forget_some = (
        "[...window.plantigradePhone.insoles.values()].some((one) => one.log.acknowledged_seq > 0)"
    )
    await opened.tab.until(may_forget_some)
    reached = await _nothing_lost(scene, opened)
    assert 0 < sum(reached.values()) < sum(one["to"] for one in insoles.values())
    await opened.tab.run("document.querySelector('#files li button:last-child').click()")
    await opened.tab.until("window.plantigradePhone.journal.files.every((one) => one.state === 'open')")
    await _set_room(opened, None)
    _, insoles = await fetch(opened)
    assert all(one["at"] == one["to"] for one in insoles.values())
    await save(scene, opened)
    for side in SIDES:
        one = f"window.plantigradePhone.insoles.get('{side}')"
        await opened.tab.until(f"{one}.log.acknowledged_seq === {insoles[side]['to']}")
    await _nothing_lost(scene, opened)


# Out of view


async def _out_of_view(scene: Wearing, opened: Phone) -> None:
    """Another page comes to the front while it fetches; then the browser freezes it, and the link breaks."""
    await asyncio.sleep(1.0)
    await opened.tap("big")
    await opened.tab.until("window.plantigradePhone.awake.on")
    await opened.tools.cover(opened.tab)
    await opened.tab.until("document.visibilityState === 'hidden'")
    assert await opened.page("page.fetching?.wasHidden ?? null"), "it was still fetching"
    assert not await opened.page("page.awake.on"), "browsers let go of the screen then"
    await opened.tab.send("Page.bringToFront")
    await opened.tab.until("window.plantigradePhone.awake.on || !window.plantigradePhone.fetching")
    await opened.tab.until("!window.plantigradePhone.fetching")
    assert "All of it is on this phone" in await _text(opened, "news")
    assert "out of view" in await _text(opened, "news")
    await opened.tools.cover(opened.tab)
    await opened.tab.send("Page.setWebLifecycleState", state="frozen")
    await scene.pair.air.cut_link("left")
    await opened.tab.send("Page.setWebLifecycleState", state="active")
    await opened.tab.until(f"{LEFT}.link !== 'connected'")
    await opened.tab.send("Page.bringToFront")
    await opened.tab.until("document.visibilityState === 'visible'")
    await opened.tab.until(f"{LEFT}.link === 'connected'")
    await save(scene, opened)


# By cable


async def _by_cable(scene: Wearing, opened: Phone) -> None:
    for side in SIDES:
        await connect_by_cable(opened, side)
    assert "by cable" in await _text(opened, "insole-left")
    frames = await opened.page("[...page.insoles.values()].map((one) => one.live.frames)")
    watched = "[...window.plantigradePhone.insoles.values()].every((one, i) => one.live.frames > {}[i])"
    await opened.tab.until(watched.format(frames))
    fetching = asyncio.create_task(fetch(opened))
    await opened.tab.until(f"{LEFT}.fetched")
    await opened.tab.run(PULL_OUT)
    _, insoles = await fetching
    assert all(one["from"] < one["at"] == one["to"] for one in insoles.values()), "it came back by itself"
