"""A visit on the virtual pair from the first to the last step, by forms alone as without a script.

    python -m tools.visit_on_twin --share 0.1 --report visit.pdf

With `--keyboard` it is done in Chromium by keys alone.

The virtual insoles stand empty while they are zeroed and walk all the other time, so what the report says of
standing is nonsense; what counts here is that every step is recorded, found, given to the person and printed.
`--share 1` takes the usual seconds.
"""

import argparse
import asyncio
import json
import re
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.client import HTTPMessage, HTTPResponse
from pathlib import Path
from typing import IO, Any

from plantigrade.demo.served import PERSON, Served, served
from plantigrade.demo.stage import stage
from plantigrade.library.catalogue.accounts.entries import Role
from plantigrade.library.catalogue.audit import SERVICE, acting_as
from plantigrade.library.person.entries import Consent, DataKind
from plantigrade.library.person.visits import StepKind
from plantigrade.service.people.settings import SHORTEST_STEP_S
from plantigrade.service.people.visit_steps import usual_seconds

from tools.web_site.browser import chromium
from tools.web_site.stage_feeds import nobody_stands

ACCOUNT = "podiatrist"
STORED_S = 90.0
"""A recording is there when its last frames have been fetched."""
MOST_TABS = 40
EMPTY_S = 6.0
"""Frames from before the insoles stood empty are on their way so long."""
CONNECTED_S = 15.0
"""Both insoles are connected by then."""
READING_S = 20.0
"""What a person takes to read a step and press a key; added to the time of the visit as it is reported."""


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """What a form leads to is looked at, not followed."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: HTTPMessage,
        newurl: str,
    ) -> None:
        """None."""


def _opener() -> urllib.request.OpenerDirector:
    return urllib.request.build_opener(urllib.request.HTTPCookieProcessor(), _NoRedirect)


@dataclass
class Browser:
    """Forms and pages as a browser without a script sends and gets them.

    Attributes:
        base: address of the pages.
        forms: how many were posted.
    """

    base: str
    forms: int = 0
    opener: urllib.request.OpenerDirector = field(default_factory=_opener)

    def get(self, path: str) -> bytes:
        """What is there; it must be there."""
        return self._ask(path, None)[1]

    def page(self, path: str) -> str:
        """A page, which must be there."""
        return self.get(path).decode()

    def document(self, path: str) -> dict[str, Any]:
        """A JSON document."""
        return json.loads(self.get(path))

    def post(self, path: str, action: str, **fields: str) -> None:
        """Post a form with what the page carries."""
        text = self.page(path)
        hidden = {
            name: found.group(1)
            for name in ("form_token", "visit", "version")
            if (found := re.search(f'name="{name}" value="([^"]*)"', text))
        }
        status, answer = self._ask(path, {"action": action, **hidden, **fields})
        if status != 303:
            messages = re.findall(r'role="alert">.*?<span>(.*?)</span>', answer.decode(), re.S)
            raise SystemExit(f"{action} {fields}: {status} {messages}")
        self.forms += 1

    def _ask(self, path: str, fields: dict[str, str] | None) -> tuple[int, bytes]:
        data = None if fields is None else urllib.parse.urlencode(fields).encode()
        try:
            response: HTTPResponse = self.opener.open(self.base + path, data, timeout=60.0)
            with response:
                return response.status, response.read()
        except urllib.error.HTTPError as error:
            with error:
                if fields is None:
                    raise SystemExit(f"{path}: {error.code}") from error
                return error.code, error.read()


def sign_in(link: str) -> Browser:
    """Sign in with a one-time link."""
    base, _, path = link.rpartition("/sign-in/")
    browser = Browser(base)
    browser.post(f"/sign-in/{path}", "use")
    return browser


def visit(browser: Browser, share: float, report: Path, feeds: Mapping[str, Path]) -> None:
    """All steps, then the report; the insoles of these feeds stand empty while they are zeroed."""
    path = f"/people/{PERSON}/visit"
    begun = time.monotonic()
    browser.post(path, "begin", orthotic="rigid")
    connected(browser, path)
    with nobody_stands(feeds):
        time.sleep(EMPTY_S)
        browser.post(path, "zero")
    waited = 0.0
    for kind in list(StepKind)[1:]:
        seconds = max(SHORTEST_STEP_S, share * usual_seconds(kind))
        browser.post(path, "start", step=kind.value, seconds=f"{seconds:g}")
        assert 'id="countdown"' in browser.page(path), "another window sees the step that is under way"
        time.sleep(seconds + 0.2)
        waited += usual_seconds(kind)
        print(
            f"{kind.value}: {seconds:g} s, {time.monotonic() - begun:.0f} s after the beginning", flush=True
        )
        free(browser, path)
    browser.post(path, "end", remark="Control in four weeks.")
    lasted = time.monotonic() - begun
    document = stored(browser, f"{path}.json")
    content = browser.get(f"{path}/report.pdf?visit={document['visit']}")
    report.write_bytes(content)
    print(f"{browser.forms} forms in {lasted:.0f} s; recordings of {found(document)} of 6 steps")
    print(f"report: {report}, {len(content) / 1000:.0f} kB")
    hands = browser.forms * READING_S
    print(f"with the usual seconds and {READING_S:g} s of hands a form: {(waited + hands) / 60:.1f} min")


class Keys:
    """A browser of which only keys are pressed.

    Args:
        page: of playwright.

    Attributes:
        pressed: how many keys.
    """

    def __init__(self, page: Any) -> None:
        self.page, self.pressed = page, 0

    def press(self, key: str) -> None:
        """One key."""
        self.page.keyboard.press(key)
        self.pressed += 1

    def focused(self) -> str:
        """What a key would act on: its text, or its name."""
        return self.page.evaluate(
            "() => document.activeElement.innerText?.trim() || document.activeElement.name || ''"
        )

    def to(self, what: str, key: str = "Tab") -> None:
        """Go on with the tab key until something has the focus."""
        for _ in range(MOST_TABS):
            if self.focused() == what:
                return
            self.press(key)
        raise SystemExit(f"{what!r} is not reached by keyboard; at {self.focused()!r}")

    def write(self, text: str) -> None:
        """Replace what stands in a field."""
        self.press("Control+a")
        for letter in text:
            self.press(letter)


def by_keyboard(link: str, share: float) -> None:
    """All steps in Chromium, the mouse untouched."""
    with chromium() as opened:
        keys = Keys(opened.new_page())
        page = keys.page
        page.goto(link)
        keys.to(f"Sign in as {ACCOUNT}")
        with page.expect_navigation():
            keys.press("Enter")
        begun = time.monotonic()
        base = link.rpartition("/sign-in/")[0]
        page.goto(f"{base}/people/{PERSON}/visit")
        keys.to("Begin the visit")
        enter(keys)
        time.sleep(CONNECTED_S)
        page.reload()
        keys.to("They are zeroed already")
        enter(keys)
        for kind in list(StepKind)[1:]:
            seconds = max(SHORTEST_STEP_S, share * usual_seconds(kind))
            if share != 1.0:
                keys.to("seconds", "Shift+Tab")
                keys.write(f"{seconds:g}")
                keys.to("Start")
            assert keys.focused() == "Start", "without a key pressed, the next one begins the step"
            enter(keys)
            assert keys.focused() == "Stop now", "the focus is where the hand may be needed"
            page.locator("#countdown").wait_for(state="detached", timeout=1000 * (seconds + STORED_S))
            time.sleep(1.5)
        keys.to("End the visit")
        enter(keys)
        assert page.locator("h1").inner_text() == "The visit is over"
        print(f"{keys.pressed} keys in {time.monotonic() - begun:.0f} s")


def enter(keys: Keys) -> None:
    """Post the form whose button has the focus."""
    with keys.page.expect_navigation():
        keys.press("Enter")


def connected(browser: Browser, path: str) -> None:
    """Wait until both insoles are connected."""
    until = time.monotonic() + STORED_S
    while browser.page(path).count('<p class="small soft">connected') < 2:
        if time.monotonic() > until:
            raise SystemExit("the insoles are not connected")
        time.sleep(1.0)


def free(browser: Browser, path: str) -> None:
    """Wait until the service has ended a recording, so that the next one can begin."""
    until = time.monotonic() + STORED_S
    while 'id="countdown"' in browser.page(path) and time.monotonic() < until:
        time.sleep(0.5)
    time.sleep(1.5)


def found(document: dict[str, Any]) -> int:
    """How many steps have their recording."""
    return sum(step["recording"] is not None for step in document["steps"])


def stored(browser: Browser, path: str) -> dict[str, Any]:
    """The visit, once the recordings of its steps are there."""
    until = time.monotonic() + STORED_S
    while True:
        document = browser.document(path)
        if found(document) == 6 or time.monotonic() > until:
            return document
        time.sleep(1.0)


def clinician(running: Served) -> str:
    """An account with which the person shares; its one-time link."""
    accounts = running.library.accounts
    with acting_as(SERVICE):
        accounts.register.add(ACCOUNT, {Role.CLINICIAN})
        since = datetime.now(UTC) - timedelta(minutes=1)
        running.library.record(PERSON).consents.give(
            Consent(ACCOUNT, tuple(DataKind), "a visit", since, None, "1", PERSON)
        )
    return f"{running.pages.url}/sign-in/{accounts.links.make(ACCOUNT)}"


async def run(share: float, report: Path, keyboard: bool) -> None:
    """Stage, service, pages and the visit."""
    async with stage(None, 30.0) as scene, served(scene) as running:
        link = clinician(running)
        if keyboard:
            await asyncio.to_thread(by_keyboard, link, share)
        else:
            await asyncio.to_thread(lambda: visit(sign_in(link), share, report, scene.feeds))


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--share", type=float, default=0.1, help="of the usual seconds of each step")
    parser.add_argument("--report", type=Path, default=Path("visit.pdf"))
    parser.add_argument("--keyboard", action="store_true", help="in Chromium, by keys alone")
    asked = parser.parse_args()
    asyncio.run(run(asked.share, asked.report, asked.keyboard))


if __name__ == "__main__":
    main()
