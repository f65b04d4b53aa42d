"""A small client of the browser's DevTools protocol on a pipe: what the page's tests need, and no more.

The protocol's domain BluetoothEmulation, experimental, stands for the phone's radio; drivers that hide the
protocol do not reach it.
"""

import asyncio
import base64
import contextlib
import json
import os
import sys
import tempfile
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

from tools.web_site.browser import find_chromium

Json = dict[str, Any]
START_S: Final = 60.0
_LONGEST: Final = 1 << 28
_OPTIONS: Final = (
    "--headless=new",
    "--remote-debugging-pipe",
    "--disable-gpu",
    "--no-first-run",
    "--enable-features=WebBluetooth",
    "--disable-background-timer-throttling",
)
# The browser reads from descriptor 3 and writes to 4.
_START: Final = """
import fcntl, os, sys
read, write = (fcntl.fcntl(int(word), fcntl.F_DUPFD, 10) for word in sys.argv[1:3])
os.dup2(read, 3), os.dup2(write, 4)
os.execv(sys.argv[3], sys.argv[3:])
"""


class DevToolsError(Exception):
    """The browser refused, or the page threw an error."""


class Tab:
    """One page, or the browser itself.

    Attributes:
        on: what is called with an event's parameters, by its name.
        window: names the private window it is in; empty for the browser's own.
    """

    def __init__(self, browser: "DevTools", session: str | None, window: Json | None = None) -> None:
        self.window = window or {}
        self.on: dict[str, Callable[[Json], object]] = {}
        self._browser = browser
        self._session = session

    async def send(self, method: str, **parameters: Any) -> Json:
        """A command and its result.

        Raises:
            DevToolsError: the browser refused it, or has ended.
        """
        return await self._browser.send(method, self._session, parameters)

    async def run(self, expression: str, timeout_s: float = START_S, gesture: bool = True) -> Any:
        """The value of an expression in the page; a promise is awaited.

        Raises:
            DevToolsError: the page threw it.
            TimeoutError: it took too long.
        """
        async with asyncio.timeout(timeout_s):
            answer = await self.send(
                "Runtime.evaluate",
                expression=expression,
                awaitPromise=True,
                returnByValue=True,
                userGesture=gesture,
            )
        if "exceptionDetails" in answer:
            details = answer["exceptionDetails"]
            raise DevToolsError(details.get("exception", {}).get("description", details["text"]))
        return answer["result"].get("value")

    async def until(self, expression: str, timeout_s: float = START_S) -> Any:
        """The value of an expression once it is true.

        Raises:
            TimeoutError: it never was.
        """
        async with asyncio.timeout(timeout_s):
            while not (value := await self.run(expression, timeout_s)):  # noqa: ASYNC110 (nobody tells)
                await asyncio.sleep(0.05)
        return value

    async def open(self, url: str) -> None:
        """Go to an address."""
        await self.send("Page.navigate", url=url)

    async def picture(
        self, path: Path, width: int, height: int, dark: bool = False, beyond_view: bool = True
    ) -> None:
        """Store what a phone of this size shows."""
        await self.send(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=2, mobile=True
        )
        scheme = "dark" if dark else "light"
        await self.send(
            "Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}]
        )
        await asyncio.sleep(0.3)
        answer = await self.send("Page.captureScreenshot", captureBeyondViewport=beyond_view)
        path.write_bytes(base64.b64decode(answer["data"]))  # noqa: ASYNC240 (a moment)


class DevTools:
    """A running browser.

    Attributes:
        browser: the browser itself.
        process: its process.
    """

    def __init__(self, process: asyncio.subprocess.Process, reader: asyncio.StreamReader, write: int) -> None:
        self.process = process
        self._reader = reader
        self._write = write
        self._number = 0
        self._waiting: dict[int, asyncio.Future[Json]] = {}
        self._tabs: dict[str | None, Tab] = {}
        self.browser = self._tabs[None] = Tab(self, None)
        self._listening = asyncio.create_task(self._listen())

    async def send(self, method: str, session: str | None, parameters: Json) -> Json:
        """A command and its result; see `Tab.send`."""
        if self._listening.done():
            raise DevToolsError("the browser has ended")
        self._number += 1
        number = self._number
        message: Json = {"id": number, "method": method, "params": parameters}
        if session is not None:
            message["sessionId"] = session
        future = self._waiting[number] = asyncio.get_running_loop().create_future()
        data = json.dumps(message).encode() + b"\0"
        try:
            while data:
                data = data[os.write(self._write, data) :]
        except OSError as error:
            raise DevToolsError("the browser has ended") from error
        answer = await future
        if "error" in answer:
            raise DevToolsError(f"{method}: {answer['error']['message']}")
        return answer["result"]

    async def _listen(self) -> None:
        try:
            while True:
                message: Json = json.loads((await self._reader.readuntil(b"\0"))[:-1])
                if "id" in message:
                    future = self._waiting.pop(message["id"], None)
                    if future is not None and not future.done():
                        future.set_result(message)
                else:
                    self._tell(message)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            for future in self._waiting.values():
                if not future.done():
                    future.set_exception(DevToolsError("the browser has ended"))

    def _tell(self, message: Json) -> None:
        tab = self._tabs.get(message.get("sessionId"))
        act = tab.on.get(message["method"]) if tab is not None else None
        if act is not None:
            act(message["params"])

    async def tab(self, private: bool = False) -> Tab:
        """A new page in front, empty; in a private window if asked for."""
        window: Json = await self.browser.send("Target.createBrowserContext") if private else {}
        target = (await self.browser.send("Target.createTarget", url="about:blank", **window))["targetId"]
        attached = await self.browser.send("Target.attachToTarget", targetId=target, flatten=True)
        tab = self._tabs[attached["sessionId"]] = Tab(self, attached["sessionId"], window)
        for domain in ("Page", "Runtime", "Log"):
            await tab.send(f"{domain}.enable")
        return tab

    async def cover(self, tab: Tab) -> None:
        """Another page comes to the front of its window, as another app does on a phone."""
        target = (await self.browser.send("Target.createTarget", url="about:blank", **tab.window))["targetId"]
        await self.browser.send("Target.activateTarget", targetId=target)

    async def kill(self) -> None:
        """End the browser as a phone does that needs its memory: at once, without saying so."""
        if self.process.returncode is None:
            os.killpg(self.process.pid, 9)
        await self.process.wait()
        await asyncio.wait({self._listening}, timeout=5)
        self._listening.cancel()
        with contextlib.suppress(OSError):
            os.close(self._write)


@asynccontextmanager
async def browser(profile: Path, *more: str) -> AsyncGenerator[DevTools]:
    """A browser without a window, with a profile of its own that outlives it.

    Raises:
        FileNotFoundError: there is none.
    """
    path = find_chromium()
    if path is None:
        raise FileNotFoundError("there is no Chromium here; on Debian `tools/browser/install` installs it")
    options = [*_OPTIONS, f"--user-data-dir={profile}", *more]
    if os.geteuid() == 0:
        options.append("--no-sandbox")  # as root there is none to be had; it sees nothing but our own page
    to_browser, from_us = os.pipe()
    to_us, from_browser = os.pipe()
    with tempfile.TemporaryFile() as output:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            _START,
            str(to_browser),
            str(from_browser),
            str(path),
            *options,
            pass_fds=(to_browser, from_browser),
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
        os.close(to_browser)
        os.close(from_browser)
        reader = asyncio.StreamReader(limit=_LONGEST)
        transport, _ = await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(to_us, "rb")
        )
        tools = DevTools(process, reader, from_us)
        try:
            yield tools
        finally:
            await tools.kill()
            transport.close()
