"""From the page for phones to a clinic that receives parcels, over a line that breaks at random moments."""

import asyncio
import base64
import random
import socket
import struct
import threading
import time
from array import array
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
from insole_protocol.codec import Encoder
from plantigrade.bridge.journal import layout
from plantigrade.library.catalogue.library import Library
from plantigrade.library.entries import Person
from plantigrade.library.keys.vault import MasterKey, Vault
from plantigrade.parcels.open import open_parcel
from plantigrade.parcels.pin import pin_of
from plantigrade.web.phone import routes
from plantigrade.web.security.headers import SecurityHeaders
from starlette.applications import Starlette
from starlette.middleware import Middleware

from tools.in_thread import in_thread
from tools.served_app import served_app

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

_NOT_YET: Final = "a clinic that receives parcels is not in this version"
receiving: Any = pytest.importorskip("plantigrade.web.receiving.routes", reason=_NOT_YET)
receiving_settings: Any = pytest.importorskip("plantigrade.web.receiving.settings", reason=_NOT_YET)
clinic_keys: Any = pytest.importorskip("plantigrade.library.receiving.clinic_keys", reason=_NOT_YET)
senders: Any = pytest.importorskip("plantigrade.library.receiving.senders", reason=_NOT_YET)
filing: Any = pytest.importorskip("plantigrade.library.receiving.filing", reason=_NOT_YET)
pytestmark = pytest.mark.browser
CUTS: Final = 5
LONGEST_STRETCH_BYTES: Final = 300_000
PERSON: Final = "P001"
READY = "() => document.documentElement.dataset.ready === 'yes'"
BLUETOOTH = "Object.defineProperty(navigator, 'bluetooth', { value: {} });"
PUT = """
async ({ journal: text, end }) => {
  const { journal } = window.plantigradePhone;
  const hello = { serial: "0000246F287A3F01", firmware: "1", layout: 1, period_us: 10000 };
  await journal.begin(hello, "left");
  const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  journal.append(bytes, { serial: hello.serial, first: 0, end });
  await journal.close();
}
"""
STATE = "() => window.plantigradePhone.journal.files[0].state"


class CutLine(threading.Thread):
    """A line to a port that ends after a random number of bytes, as often as it is told to.

    Attributes:
        port: to connect to.
        cuts: that are still to come.
        done: how many came while something was sent.
    """

    def __init__(self, port: int, seed: int) -> None:
        super().__init__(daemon=True)
        self.cuts = self.done = 0
        self._to = port
        self._chance = random.Random(seed)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ended = asyncio.Event()

    def run(self) -> None:
        asyncio.run(self._serve())

    def stop(self) -> None:
        assert self._loop is not None
        self._loop.call_soon_threadsafe(self._ended.set)
        self.join(10)

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        async with await asyncio.start_server(self._pass_on, sock=self._listener):
            await self._ended.wait()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        ends = [writer]
        tasks: list[asyncio.Task[None]] = []
        try:
            there, back = await asyncio.open_connection("127.0.0.1", self._to)
            ends.append(back)
            tasks += [
                asyncio.create_task(self._pump(reader, back, is_cut=True)),
                asyncio.create_task(self._pump(there, writer, is_cut=False)),
            ]
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in ends:
                one.transport.abort()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _pump(self, source: asyncio.StreamReader, target: asyncio.StreamWriter, is_cut: bool) -> None:
        left: int | None = None
        while data := await source.read(65536):
            if is_cut and self.cuts > 0:  # a connection that was there before the cuts began is cut as well
                # Small enough to fall into most pieces, large enough for some to pass.
                left = self._chance.randrange(2_000, LONGEST_STRETCH_BYTES) if left is None else left
                left -= len(data)
                if left <= 0:
                    self.cuts -= 1
                    self.done += 1
                    return
            target.write(data)
            await target.drain()


@contextmanager
def clinic(folder: Path) -> Generator[tuple[Library, int]]:
    """A clinic that takes parcels in, and serves the page; its port."""
    with Library(folder) as library:
        library.use_vault(Vault([MasterKey.new()]))
        library.add_person(Person(PERSON))
        app = Starlette(
            routes=[
                *routes.ROUTES,
                *receiving.receiving_routes(library, receiving_settings.ReceivingSettings("Walking clinic")),
            ],
            middleware=[Middleware(SecurityHeaders)],
        )
        with in_thread(partial(served_app, app), "clinic") as port:
            yield library, port


def a_journal(seconds: int) -> tuple[bytes, int]:
    """Entries of one insole that stands and walks, as the page has them, without RUN and INSOLE; its end."""
    encoder, chance = Encoder(64), random.Random(5)
    pieces: list[bytes] = []
    for first in range(0, 100 * seconds, 40):
        rows = array("H", [330 + chance.randrange(900) for _ in range(16 * 40)])
        out = bytearray(2048)
        size = encoder.encode(out, rows, 0, 40, first, 60_000_000 + 10_000 * first, 3, 10_000, 1, 1, 0x40)
        payload = struct.pack(layout.RECORD_FORMAT, 0) + bytes(out[:size])
        pieces.append(layout.build(layout.RECORD, 0, payload))
    for second in (1, 2, 3):
        trip = (
            3,
            second * 10**9,
            second * 10**6 + 20_000,
            second * 10**6 + 20_100,
            second * 10**9 + 40_100_000,
        )
        pieces.append(layout.build(layout.ROUND_TRIP, 0, struct.pack(layout.ROUND_TRIP_FORMAT, *trip)))
    end = 100 * seconds
    pieces.append(layout.build(layout.REQUEST, 0, struct.pack(layout.RANGE_FORMAT, 0, end)))
    return b"".join(pieces), end


def test_a_journal_comes_whole_over_a_line_that_breaks(browser: "Browser", tmp_path: Path) -> None:
    assert sends_a_journal(browser, tmp_path, CUTS, 7)["cuts"] == CUTS


def sends_a_journal(browser: "Browser", folder: Path, cuts: int, seed: int) -> dict[str, Any]:
    """Join by the clinic's link, send over so many breaks, and be told that it was received."""
    entries, end = a_journal(200)
    with clinic(folder / "clinic") as (library, port):
        line = CutLine(port, seed)
        line.start()
        code = senders.SenderRegister(library.store).invite(PERSON)
        pin = pin_of(clinic_keys.public_key(library.store))
        context = browser.new_context(locale="en-GB")
        context.add_init_script(BLUETOOTH)
        page = context.new_page()
        page.goto(f"http://localhost:{line.port}/phone/#{code}.{pin}")
        page.wait_for_function(READY)
        page.get_by_text("Joined.").wait_for()
        page.evaluate(PUT, {"journal": base64.b64encode(entries).decode(), "end": end})
        content = _content(page)
        line.cuts = cuts
        began = time.monotonic()
        taps = 0
        while not page.evaluate("() => window.plantigradePhone.journal.files[0].waiting"):
            page.get_by_role("button", name="Send to the clinic").click()
            taps += 1
            page.wait_for_function("() => !window.plantigradePhone.outbox.sending", timeout=120_000)
        took = time.monotonic() - began
        assert page.evaluate(STATE) == "here", "sent is not yet received"
        (parcel,) = [path for path in (folder / "clinic").rglob("*") if _is_parcel(path)]
        with parcel.open("rb") as stream:
            opened = open_parcel(stream, clinic_keys.secret_keys(library.store))
            assert b"".join(opened.content) == content, "what was sent is what lay on the phone"
        work = filing.Filing(library)
        while work.file_next(datetime.now(UTC)) is not None:
            pass
        page.wait_for_function("() => window.plantigradePhone.journal.files[0].state === 'received'")
        done = line.done
        context.close()
        line.stop()
    return {"bytes": len(content), "cuts": done, "taps": taps, "seconds": round(took, 1)}


def _is_parcel(path: Path) -> bool:
    return path.suffix == ".parcel" and path.read_bytes()[:8] == b"PGPARCEL"


def _content(page: "Page") -> bytes:
    text = page.evaluate(
        """async () => {
          const { journal } = window.plantigradePhone;
          const bytes = new Uint8Array(await (await journal.file(journal.files[0].name)).arrayBuffer());
          const parts = [];
          for (let at = 0; at < bytes.length; at += 8192) {
            parts.push(String.fromCharCode(...bytes.subarray(at, at + 8192)));
          }
          return btoa(parts.join(""));
        }"""
    )
    return base64.b64decode(text)
