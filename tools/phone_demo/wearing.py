"""A person with two locked insoles and a phone: what she taps, and what came of it."""

import asyncio
import random
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from plantigrade.keys import phone as phone_keys
from plantigrade.library.catalogue.insole_keys import InsoleKeys, keep_insole_keys
from plantigrade.library.catalogue.key_change import change_key
from plantigrade.library.catalogue.library import Library
from plantigrade.library.keys.vault import MasterKey
from plantigrade.twin.body import load_walk
from plantigrade.twin.feeds import write_feeds
from plantigrade.twin.pair import VirtualPair

from tools.phone_demo.devtools import DevToolsError
from tools.phone_demo.phone_radio import PhoneRadio
from tools.phone_demo.stage import (
    SIDES,
    THIS_VERSION,
    Phone,
    Versions,
    hold_buttons,
    insoles,
    phone,
    phone_radio,
    served,
)

UNIQUE_IDS: Final = {"left": "0a50477a3f01", "right": "0a50477a3f02"}
SERIALS: Final = {side: f"{int(one, 16):016X}" for side, one in UNIQUE_IDS.items()}
BACK_S: Final = 60.0
FETCH_S: Final = 180.0


@dataclass
class Wearing:
    """The stage and what the person has.

    Attributes:
        folder: for everything.
        url: of the page, with the keys behind the #.
        pair: the insoles.
        radio: of the phone.
        feeds: what their sensors play, by side.
        library: of the clinic, which has the insoles' keys.
    """

    folder: Path
    url: str
    pair: VirtualPair
    radio: PhoneRadio
    feeds: dict[str, Path]
    library: Library
    keys: dict[str, Any] = field(default_factory=dict[str, Any])

    @property
    def downloads(self) -> Path:
        """Where the phone saves files."""
        return self.folder / "downloads"

    @property
    def saved(self) -> list[Path]:
        """The files that it has saved."""
        return sorted(self.downloads.glob("*.journal"))

    @asynccontextmanager
    async def phone_in_hand(self, with_keys: bool = False, private: bool = False) -> AsyncGenerator[Phone]:
        """The phone with the page open; the same phone each time, but for what a private window keeps."""
        await self.radio.look(len(SIDES))
        url = phone_keys.link_of(self.url, self.keys) if with_keys else self.url
        async with phone(self.folder / "profile", self.radio, url, private=private) as opened:
            self.downloads.mkdir(exist_ok=True)
            where = {"downloadPath": str(self.downloads), **opened.tab.window}
            await opened.tools.browser.send("Browser.setDownloadBehavior", behavior="allow", **where)
            yield opened

    async def connect_both(self, opened: Phone, press: bool = False) -> float:
        """Connect both insoles; how long it took."""
        if press:
            await hold_buttons(self.pair)
        began = time.monotonic()
        for address in sorted(self.radio.devices):
            await opened.connect(address)
        return time.monotonic() - began


@asynccontextmanager
async def wearing(
    folder: Path, versions: Versions = THIS_VERSION, locked: bool = True
) -> AsyncGenerator[Wearing]:
    """Two insoles that walk the recorded walk, a clinic with their keys, and a phone.

    Args:
        folder: for everything.
        versions: of page and firmware.
        locked: whether the insoles were given keys.
    """
    walk = load_walk(None)
    feeds_at = folder / "feeds"
    feeds_at.mkdir(parents=True)
    feeds = write_feeds(walk, feeds_at)
    secret = random.SystemRandom()
    keys = {side: (secret.randbytes(32), secret.randbytes(32)) for side in SIDES}
    with Library(folder / "clinic") as library:
        change_key(library, MasterKey.new())
        given = [InsoleKeys(SERIALS[side], keys[side][0], (keys[side][1],)) for side in SIDES]
        for one in given:
            keep_insole_keys(library, one)
        async with (
            served(versions.page, cables := dict[str, str]()) as url,
            insoles(feeds, folder / "boards", keys if locked else None, versions) as pair,
        ):
            cables |= {side: board.serial_port for side, board in pair.boards.items()}
            radio = phone_radio(pair, folder / "phone")
            scene = Wearing(folder, url, pair, radio, feeds, library)
            scene.keys = phone_keys.keys_for(phone_keys.new_phone(), given)
            yield scene


async def connect_by_cable(opened: Phone, side: str) -> None:
    """Plug one insole in, tap the button, choose it; its connection over Bluetooth ends, if it has one."""
    await opened.tab.run(f"window.plantigradeCable = '{side}'")
    await opened.tap("cable-connect")
    one = f"window.plantigradePhone.insoles.get('{side}')"
    await opened.tab.until(f"{one}?.transport.cable && {one}.link === 'connected'")


@dataclass(frozen=True)
class Live:
    """What came live of both feet.

    Attributes:
        seconds: watched.
        rate: frames a second, by side.
        missing: slots, by side.
        python_share: of the time that the page's Python took.
    """

    seconds: float
    rate: dict[str, float]
    missing: dict[str, int]
    python_share: float


async def watch(opened: Phone, seconds: float, throttle: int = 1) -> Live:
    """Look at both feet for a while."""
    await opened.tab.send("Emulation.setCPUThrottlingRate", rate=throttle)
    before = await _live(opened)
    await asyncio.sleep(seconds)
    after = await _live(opened)
    await opened.tab.send("Emulation.setCPUThrottlingRate", rate=1)
    took = (after["now"] - before["now"]) / 1e3
    rate = {side: (after[side][0] - before[side][0]) / took for side in SIDES}
    missing = {side: after[side][1] - before[side][1] for side in SIDES}
    return Live(took, rate, missing, (after["python"] - before["python"]) / 1e3 / took)


async def _live(opened: Phone) -> dict[str, Any]:
    return await opened.page(
        "{now: performance.now(), python: page.protocol.milliseconds,"
        " ...Object.fromEntries([...page.insoles.values()].map("
        "(i) => [i.side, [i.live.frames, i.live.missing]]))}"
    )


async def cut(scene: Wearing, opened: Phone, side: str) -> tuple[float, list[tuple[int, int]]]:
    """Cut one insole's link; how long until it was back, and which slots did not come live."""
    lost = f"page.insoles.get('{side}').live.lost"
    before = await opened.page(f"{lost}.length")
    began = time.monotonic()
    await scene.pair.air.cut_link(side)
    await opened.tab.until(f"window.plantigradePhone.insoles.get('{side}').link !== 'connected'", BACK_S)
    await opened.tab.until(f"window.plantigradePhone.insoles.get('{side}').link === 'connected'", BACK_S)
    took = time.monotonic() - began
    await asyncio.sleep(1.0)
    found = await opened.page(f"{lost}.slice({before})")
    return took, [(first, end) for first, end in found]


async def fetch(opened: Phone) -> tuple[float, dict[str, Any]]:
    """Tap the button that fetches; how long it took, and what each insole gave."""
    began = time.monotonic()
    texts = await _texts(opened)
    fetches = [texts["phone.button.fetch"], texts["phone.button.again"]]
    button = f"(id) => {fetches}.includes(document.getElementById(id).textContent)"
    await opened.tap(await opened.tab.until(f"['big', 'second'].find({button})"))
    await opened.tab.until("!window.plantigradePhone.fetching", FETCH_S)
    found = await opened.page(
        "Object.fromEntries([...page.insoles.values()].map((i) => [i.side, i.fetched]))"
    )
    return time.monotonic() - began, found


async def save(scene: Wearing, opened: Phone) -> list[Path]:
    """Save every journal that lies on the phone alone, look whether it is there, and say so."""
    new: list[Path] = []
    while name := await opened.page("page.journal.files.find((f) => f.state === 'here')?.name ?? ''"):
        row = f"document.querySelector('li[data-name=\"{name}\"] button')"
        before = set(scene.saved)
        await opened.tab.until(f"{row} !== null")
        await opened.tab.run(f"{row}.click()")
        async with asyncio.timeout(BACK_S):
            while not (fresh := set(scene.saved) - before):  # noqa: ASYNC110 (nobody tells)
                await asyncio.sleep(0.1)
        new += fresh
        await opened.tab.until(f"window.plantigradePhone.asked === '{name}'")
        await opened.tab.until(f"{row}?.textContent === {_saved_word(await _texts(opened))}")
        await opened.tab.run(f"{row}.click()")
        await opened.tab.until(
            f"window.plantigradePhone.journal.files.find((f) => f.name === '{name}').state === 'saved'"
        )
    await asyncio.sleep(0.5)
    return new


async def _texts(opened: Phone) -> dict[str, str]:
    return await opened.tab.run("JSON.parse(document.getElementById('words').textContent)")


def _saved_word(texts: dict[str, str]) -> str:
    return repr(texts["phone.button.saved"])


async def acknowledged(opened: Phone) -> dict[str, int]:
    """Up to where each insole was told that it may forget."""
    return await opened.page(
        "Object.fromEntries([...page.insoles.values()].map((i) => [i.serial, i.log.acknowledged_seq]))"
    )


async def live_until_killed(scene: Wearing, chance: random.Random, longest_s: float) -> str:
    """Open the phone, go on where it was, have its browser killed at a random moment; what it was doing."""
    doing = "opening"
    after_s = chance.uniform(0.5, longest_s)
    try:
        async with scene.phone_in_hand() as opened:
            bomb = asyncio.create_task(_kill_after(opened, after_s))
            try:
                doing = "connecting"
                await scene.connect_both(opened)
                while True:
                    doing = "fetching"
                    await fetch(opened)
                    doing = "saving"
                    await save(scene, opened)
            finally:
                bomb.cancel()
    except (DevToolsError, TimeoutError):
        return doing
    return doing


async def _kill_after(opened: Phone, seconds: float) -> None:
    await asyncio.sleep(seconds)
    await opened.tools.kill()
