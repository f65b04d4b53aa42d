"""The page for phones where the browser keeps nothing, promises nothing, or has no room left.

With insoles and a log: `tests/e2e/test_phone_in_trouble.py`.
"""

from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from plantigrade.bridge.journal.entries import Damage, Kind, scan

from tests.web.test_phone_page import A_JOURNAL, BLUETOOTH, READY

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

    from tools.web_site.serving import Served

pytestmark = pytest.mark.browser
ROOM_BYTES = 200_000
NO_FILES = """
StorageManager.prototype.getDirectory = async () => { throw new DOMException("denied", "SecurityError"); };
"""
NO_DATABASE = """
IDBFactory.prototype.open = () => { throw new DOMException("denied", "SecurityError"); };
"""
EMPTY_STORAGE = """
async () => (await navigator.storage.getDirectory()).removeEntry("journals", { recursive: true })
"""
USAGE = "async () => (await navigator.storage.estimate()).usage"
PROMISED = "StorageManager.prototype.persist = async () => true;"
FILL = """
async () => {
  const { journal, protocol } = window.plantigradePhone;
  const hello = { serial: "0000246F287A3F01", firmware: "1", layout: 1, period_us: 10000 };
  journal.retry();
  const number = await journal.begin(hello, "left");
  const from = journal.heldTo(hello.serial, 0);
  const first = journal.current.insoles[hello.serial].first ?? from;
  journal.append(new Uint8Array(0), { serial: hello.serial, first, end: from });
  let end = from;
  while (!journal.problem && end - from < 1000) {
    const entry = protocol.textEntry(2, number, JSON.stringify({ slot: end, filling: "x".repeat(800) }));
    journal.append(entry, { serial: hello.serial, from: end, end: end + 1 });
    end += 1;
    if (end % 20 === 0) await journal.flush();
  }
  await journal.flush();
  return { wanted: end, held: journal.heldTo(hello.serial, 0), problem: journal.problem?.name ?? "" };
}
"""
CLOSE = """
async () => {
  const { journal } = window.plantigradePhone;
  const { name } = journal.current;
  await journal.close();
  const content = await (await journal.file(name)).arrayBuffer();
  await journal.state(name, { state: "saved" });
  return [name, Array.from(new Uint8Array(content))];
}
"""


@contextmanager
def phone(browser: "Browser", site: "Served", *scripts: str) -> Generator[tuple["BrowserContext", "Page"]]:
    context = browser.new_context(base_url=site.url, locale="en-GB")
    for script in (BLUETOOTH, *scripts):
        context.add_init_script(script)
    page = context.new_page()
    page.goto("/phone/")
    yield context, page
    context.close()


def set_room(context: "BrowserContext", page: "Page", site: "Served", room_bytes: int | None) -> None:
    """How much the origin may keep; None: as the browser likes."""
    quota: dict[str, Any] = {} if room_bytes is None else {"quotaSize": room_bytes}
    session: Any = context.new_cdp_session(page)
    session.send("Storage.overrideQuotaForOrigin", {"origin": site.url, **quota})


@pytest.mark.parametrize("refused", [NO_FILES, NO_DATABASE], ids=["no files", "no database"])
def test_a_browser_that_keeps_nothing_is_named_with_what_helps(
    browser: "Browser", empty: "Served", refused: str
) -> None:
    with phone(browser, empty, refused) as (_, page):
        page.get_by_text("The browser keeps nothing for this page.").wait_for()
        message = page.locator("#trouble").inner_text()
        assert "Leave the private window" in message
        assert "the insoles keep everything" in message
        again = page.get_by_role("button", name="Try again")
        assert again.is_enabled()


def test_that_the_browser_may_throw_it_away_is_said_as_long_as_it_lies_here_alone(
    browser: "Browser", empty: "Served"
) -> None:
    with phone(browser, empty) as (_, page):
        page.wait_for_function(READY)
        assert page.locator("#may-go").is_hidden(), "nothing is here yet"
        page.evaluate(A_JOURNAL)
        page.get_by_text("The browser does not promise to keep this").wait_for()
        page.evaluate(
            "() => { const { journal } = window.plantigradePhone;"
            " return journal.state(journal.files[0].name, { state: 'saved' }); }"
        )
        page.locator("#may-go").wait_for(state="hidden")


def test_where_it_promises_nothing_is_said(browser: "Browser", empty: "Served") -> None:
    with phone(browser, empty, PROMISED) as (_, page):
        page.wait_for_function(READY)
        page.evaluate(A_JOURNAL)
        page.locator("#files li").wait_for()
        assert page.locator("#may-go").is_hidden()


def test_a_phone_that_was_full_from_the_start_says_so(browser: "Browser", empty: "Served") -> None:
    with phone(browser, empty) as (context, page):
        page.wait_for_function(READY)
        page.goto("/favicon.ico")
        page.evaluate(EMPTY_STORAGE)
        set_room(context, page, empty, 1)
        page.goto("/phone/")
        page.get_by_text("There is no room for this page.").wait_for()
        set_room(context, page, empty, None)
        page.get_by_role("button", name="Try again").click()
        page.get_by_role("button", name="Connect an insole").wait_for()


def test_what_did_not_fit_does_not_count_and_it_goes_on_once_there_is_room(
    browser: "Browser", empty: "Served"
) -> None:
    with phone(browser, empty) as (context, page):
        page.wait_for_function(READY)
        set_room(context, page, empty, page.evaluate(USAGE) + ROOM_BYTES)
        full = page.evaluate(FILL)
        assert full["problem"] == "QuotaExceededError"
        assert 0 < full["held"] < full["wanted"]
        name, content = page.evaluate(CLOSE)
        assert slots(bytes(content)) == list(range(full["held"])), "just what counts lies in the file"
        set_room(context, page, empty, page.evaluate(USAGE))
        stuck = page.evaluate(f"({FILL})().catch((error) => error.name)")
        assert stuck == "QuotaExceededError", "a journal that lacks its beginning is not begun"
        page.evaluate("(name) => window.plantigradePhone.journal.remove(name)", name)
        again = page.evaluate(FILL)
        assert again["held"] > 0
        set_room(context, page, empty, None)
        more = page.evaluate(FILL)
        assert (more["problem"], more["held"]) == ("", more["wanted"])
        _, content = page.evaluate(CLOSE)
        assert slots(bytes(content)) == list(range(more["held"]))


def slots(content: bytes) -> list[int]:
    """The slots of a whole journal, in order."""
    entries = list(scan(content, damage := Damage()))
    assert damage == Damage()
    kinds = [entry.kind for entry in entries]
    assert kinds[0] is Kind.RUN and set(kinds[1:]) == {Kind.INSOLE}
    values = [entry.json() for entry in entries[1:]]
    return [value["slot"] for value in values if "slot" in value]
