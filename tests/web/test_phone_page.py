"""The page for phones in a real browser, without insoles: words, order, offline start, golden vectors."""

import json
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from insole_protocol import sealed_record

from tests.web.looking import looking, nothing
from tools.web_site.browser import PHONE
from tools.web_site.serving import Served, served

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser
ROOT = Path(__file__).resolve().parents[2]
VECTORS = ROOT / "shared" / "vectors"
READY = "() => document.documentElement.dataset.ready === 'yes'"
BLUETOOTH = """
Object.defineProperty(navigator, "bluetooth", {
  value: { requestDevice: async () => { throw new DOMException("cancelled", "NotFoundError"); } },
});
"""
"""A browser that has it, and a person who chooses nothing."""
FOCUSED = "() => document.activeElement.textContent.trim() || document.activeElement.id"
HELLO = '{ serial: "0000246F287A3F01", firmware: "1", layout: 1, period_us: 10000 }'
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.0 Mobile/15E148 Safari/604.1"
)
FIREFOX = "Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0"
IN_AN_APP = (
    "Mozilla/5.0 (Linux; Android 15; Pixel; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 "
    "Chrome/156.0.0.0 Mobile Safari/537.36"
)
A_JOURNAL = """
async () => {
  const page = window.plantigradePhone;
  const hello = { serial: "0000246F287A3F01", firmware: "1", layout: 1, period_us: 10000 };
  await page.journal.begin(hello, "left");
  page.journal.append(new Uint8Array(3000), { serial: hello.serial, first: 0, end: 360000 });
  await page.journal.close();
}
"""


@contextmanager
def opened(browser: "Browser", site: Served, agent: str | None = None) -> Generator["Page"]:
    """The page, ready, where a browser has Bluetooth."""
    width, height = PHONE
    context = browser.new_context(
        base_url=site.url, viewport={"width": width, "height": height}, locale="en-GB", user_agent=agent
    )
    if agent is None:
        context.add_init_script(BLUETOOTH)
    with looking(context, "/phone/") as seen:
        if agent is None:
            seen.page.wait_for_function(READY)
        yield seen.page
        nothing(seen.policy_reports(), "blocked by the policy")
        nothing(seen.complaints, "complaints of the browser")
    context.close()


def test_the_page_is_in_order(browser: "Browser", empty: Served) -> None:
    context = browser.new_context(base_url=empty.url, locale="en-GB")
    context.add_init_script(BLUETOOTH)
    with looking(context, "/phone/") as seen:
        seen.page.wait_for_function(READY)
        seen.page.evaluate(A_JOURNAL)
        seen.page.locator("#files li").wait_for()
        assert seen.page.locator("#here").inner_text() == "1 h 0 min"
        seen.in_order()
    context.close()


def test_german(browser: "Browser", empty: Served) -> None:
    context = browser.new_context(base_url=empty.url, locale="de-DE")
    context.add_init_script(BLUETOOTH)
    with looking(context, "/phone/") as seen:
        assert seen.page.locator("h1").inner_text() == "Einlagen an diesem Telefon"
        seen.page.wait_for_function(READY)
        assert seen.page.get_by_role("button", name="Einlage verbinden").is_enabled()
    context.close()


def test_all_by_keyboard_and_by_name(browser: "Browser", empty: Served) -> None:
    with opened(browser, empty) as page:
        page.get_by_role("button", name="Connect an insole").wait_for()
        reached: list[str] = []
        for _ in range(12):
            page.keyboard.press("Tab")
            reached.append(page.evaluate(FOCUSED))
        for name in ("Connect an insole", "How to connect, step by step", "Keys", "Your clinic"):
            assert name in reached, reached
        page.get_by_role("button", name="Connect an insole").focus()
        page.keyboard.press("Enter")
        page.get_by_text("No insole was chosen.").wait_for()


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (IPHONE, "iPhones and iPads cannot"),
        (FIREFOX, "Firefox has no Bluetooth"),
        (IN_AN_APP, "opened inside another app"),
    ],
)
def test_another_browser_is_told_why(browser: "Browser", empty: Served, agent: str, words: str) -> None:
    with opened(browser, empty, agent) as page:
        assert words in page.locator("#wrong-browser").inner_text()
        assert page.locator("#app").is_hidden()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\x00\x01", "holds no keys"),
        (b'{"schema": "plantigrade.insole-keys/1"}', "another kind of file"),
        (b'{"schema": "plantigrade.phone-keys/1", "phone": "00", "insoles": []}', "holds no keys"),
    ],
)
def test_a_file_that_holds_no_keys_is_refused(
    browser: "Browser", empty: Served, content: bytes, words: str
) -> None:
    with opened(browser, empty) as page:
        page.locator("#keys summary").click()
        page.locator("#keys-file").set_input_files(
            {"name": "some.phone-keys", "mimeType": "application/json", "buffer": content}
        )
        page.locator("#trouble").wait_for()
        assert words in page.locator("#trouble").inner_text()


@pytest.mark.parametrize("keys", ["a", "eyJzY2hlbWEi", "%00", "e30"])
def test_a_link_that_was_cut_short_says_so_and_the_page_works(
    browser: "Browser", empty: Served, keys: str
) -> None:
    context = browser.new_context(base_url=empty.url, locale="en-GB")
    context.add_init_script(BLUETOOTH)
    page = context.new_page()
    page.goto(f"/phone/#keys={keys}")
    page.wait_for_function(READY)
    message = page.locator("#trouble").inner_text()
    assert "holds no keys" in message or "another kind of file" in message
    assert page.get_by_role("button", name="Connect an insole").is_enabled()
    assert "#" not in page.url
    context.close()


def test_an_end_behind_what_could_not_be_written_does_not_count(browser: "Browser", empty: Served) -> None:
    with opened(browser, empty) as page:
        reached = page.evaluate(
            f"""async () => {{
              const {{ journal }} = window.plantigradePhone;
              const hello = {HELLO};
              await journal.begin(hello, "left");
              const bytes = new Uint8Array(100);
              journal.append(bytes, {{ serial: hello.serial, first: 0, end: 0 }});
              journal.append(bytes, {{ serial: hello.serial, from: 0, end: 40 }});
              journal.append(bytes, {{ serial: hello.serial, from: 80, end: 120 }});
              await journal.flush();
              const held = journal.heldTo(hello.serial, 0);
              journal.append(bytes, {{ serial: hello.serial, from: 40, end: 80 }});
              await journal.flush();
              return [held, journal.heldTo(hello.serial, 0)];
            }}"""
        )
    assert reached == [40, 80]


@pytest.mark.parametrize(
    ("log", "expected"),
    [
        ("{ acknowledged_seq: 0, next_seq: 900 }", [["LOG_ACK", [500]]]),
        ("{ acknowledged_seq: 500, next_seq: 900 }", []),
        ("{ acknowledged_seq: 0, next_seq: 300 }", []),
    ],
    ids=["up to what is safe", "once", "not after it began to count anew"],
)
def test_what_an_insole_is_told_to_forget(
    browser: "Browser", empty: Served, log: str, expected: list[Any]
) -> None:
    with opened(browser, empty) as page:
        asked = page.evaluate(
            f"""async () => {{
              const {{ Insole }} = await import(new URL("insole.js", document.baseURI).href);
              const asked = [];
              const ask = async (...words) => {{
                asked.push(words);
                return {{ acknowledged_seq: words[1][0] }};
              }};
              const insole = new Insole(null, {{ safeTo: () => 500 }}, () => null, null);
              Object.assign(insole, {{ hello: {HELLO}, log: {log}, talk: {{ ask }} }});
              await insole.acknowledge();
              return asked;
            }}"""
        )
    assert asked == expected


def test_it_starts_where_there_is_no_internet(browser: "Browser") -> None:
    with tempfile.TemporaryDirectory() as folder:
        with served(Path(folder) / "data", empty=True) as site:
            context = browser.new_context(base_url=site.url, locale="en-GB")
            context.add_init_script(BLUETOOTH)
            page = context.new_page()
            page.goto("/phone/")
            page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
            page.wait_for_function("() => navigator.serviceWorker.controller !== null")
        page.goto("/phone/")
        page.wait_for_function(READY)
        assert page.get_by_role("button", name="Connect an insole").is_enabled()
        context.close()


def test_what_was_not_in_the_ledger_is_cut_off_when_the_page_comes_back(
    browser: "Browser", empty: Served
) -> None:
    context = browser.new_context(base_url=empty.url, locale="en-GB")
    context.add_init_script(BLUETOOTH)
    page = context.new_page()
    page.goto("/phone/")
    page.wait_for_function(READY)
    stored = page.evaluate(
        """async () => {
          const { journal } = window.plantigradePhone;
          const hello = { serial: "0000246F287A3F01", firmware: "1", layout: 1, period_us: 10000 };
          await journal.begin(hello, "left");
          await journal.flush();
          return journal.current.bytes;
        }"""
    )
    page.close()
    page = context.new_page()
    page.goto("/favicon.ico")  # the same origin, without the page: somebody's write was under way
    page.evaluate(
        """async () => {
          const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle("journals");
          for await (const name of folder.keys()) {
            if (!name.endsWith(".journal")) continue;
            const handle = await folder.getFileHandle(name);
            const position = (await handle.getFile()).size;
            const stream = await handle.createWritable({ keepExistingData: true });
            await stream.write({ type: "write", position, data: new Uint8Array(999) });
            await stream.close();
          }
        }"""
    )
    page.goto("/phone/")
    page.wait_for_function(READY)
    size = page.evaluate(
        """async () => {
          const { journal } = window.plantigradePhone;
          return [(await journal.file(journal.current.name)).size, journal.current.bytes];
        }"""
    )
    assert size == [stored, stored]
    context.close()


# The golden vectors

RUN_VECTORS = """
async ({ checks, vectors }) => {
  const { startProtocol } = await import(new URL("protocol.js", document.baseURI).href);
  const sources = await (await fetch("protocol.json")).json();
  sources["vector_checks.py"] = checks;
  sources["cryptolib.py"] = "def aes(*_):\\n    raise NotImplementedError\\n";
  for (const [name, text] of Object.entries(vectors)) sources[`vectors/${name}`] = text;
  const protocol = await startProtocol(sources);
  protocol.run(`
import vector_checks
count = 0
failed = []
for name, check, case in vector_checks.cases("/lib/vectors"):
    if check is vector_checks.sealed:
        continue
    count += 1
    try:
        check(case)
    except Exception as error:
        failed.append(name + ": " + repr(error))
with open("/result", "w") as file:
    file.write(str(count) + "|" + ";".join(failed))
`);
  return protocol.files.readFile("/result", { encoding: "utf8" });
}
"""
OPEN_SEALED = """
async ({ keys, sealed }) => {
  const { unhex, hex } = await import(new URL("protocol.js", document.baseURI).href);
  const { RecordOpener } = await import(new URL("records.js", document.baseURI).href);
  const imported = (text, name, uses) => crypto.subtle.importKey("raw", unhex(text), name, false, uses);
  const opener = new RecordOpener(
    await imported(keys.encrypting, "AES-CTR", ["decrypt"]),
    await imported(keys.authenticating, "AES-CBC", ["encrypt"]),
  );
  const { protocol } = window.plantigradePhone;
  const handle = protocol.open();
  const found = [];
  for (const text of sealed) {
    const record = unhex(text);
    const length = record.length;
    const event = { data: record, tag_at: length - 12, tag_bytes: 8, from: 24, to: length - 16 };
    const counter = new Uint8Array(16);
    counter.set(record.subarray(4, 18));
    const opened = await opener.open(event, counter);
    const changed = unhex(text);
    changed[30] ^= 1;
    const refused = await opener.open({ ...event, data: changed }, counter);
    const [live] = protocol.opened(handle, opened);
    found.push([hex(opened.subarray(24, length - 16)), refused === null, live.k, live.counts]);
  }
  return found;
}
"""
MAKE_PARCEL = """
async ({ one, d, x, y }) => {
  const { unhex, hex } = await import(new URL("protocol.js", document.baseURI).href);
  const { Parcel, piecesDigest, pinOf } = await import(new URL("parcel.js", document.baseURI).href);
  const key = await crypto.subtle.importKey(
    "jwk",
    { kty: "EC", crv: "P-256", d, x, y },
    { name: "ECDH", namedCurve: "P-256" },
    false,
    ["deriveBits"],
  );
  const piece = unhex(one.content);
  const content = new Blob(Array.from({ length: one.times }, () => piece));
  const clinic = unhex(one.clinic_public);
  const parcel = await Parcel.of(clinic, key, unhex(one.sender), unhex(one.header), content);
  const whole = await parcel.slice(0, parcel.bytes);
  const parts = [];
  for (let at = 0; at < parcel.bytes; at += 50021) parts.push(await parcel.slice(at, at + 50021));
  const digest = async (bytes) => hex(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)));
  return {
    parcel_id: parcel.id,
    parcel_bytes: parcel.bytes,
    parcel_sha256: await digest(whole),
    in_parts: await digest(await new Blob(parts).arrayBuffer()),
    pieces_sha256: await piecesDigest(content),
    pin: await pinOf(clinic),
  };
}
"""


def test_all_golden_vectors_hold_in_the_browser(browser: "Browser", empty: Served) -> None:
    names = ("blocks", "messages", "transport", "other", "locked")
    given = {
        "checks": (ROOT / "tests" / "shared" / "vector_checks.py").read_text("utf-8"),
        "vectors": {f"{name}.json": (VECTORS / f"{name}.json").read_text("utf-8") for name in names},
    }
    with opened(browser, empty) as page:
        count, _, failed = page.evaluate(RUN_VECTORS, given).partition("|")
    assert failed == ""
    assert int(count) > 100


def test_sealed_records_are_opened_as_the_vectors_have_them(browser: "Browser", empty: Served) -> None:
    (case,) = json.loads((VECTORS / "locked.json").read_text())["sealed"]
    made = sealed_record.RecordKeys(bytes.fromhex(case["log_key"]))
    keys = {"encrypting": made.encrypting.hex(), "authenticating": made.authenticating.hex()}
    with opened(browser, empty) as page:
        found = page.evaluate(OPEN_SEALED, {"keys": keys, "sealed": case["sealed"]})
    assert len(found) == len(case["plain"])
    for plain, (opened_hex, refused, kind, counts) in zip(case["plain"], found, strict=True):
        assert opened_hex == plain[2 * 24 : -2 * 4]
        assert refused, "a changed byte is noticed"
        assert (kind, len(counts)) == ("live", 16)


def _point(secret: str) -> dict[str, Any]:
    from base64 import urlsafe_b64encode

    def text(number: int) -> str:
        return urlsafe_b64encode(number.to_bytes(32, "big")).decode().rstrip("=")

    private = ec.derive_private_key(int(secret, 16), ec.SECP256R1())
    numbers = private.public_key().public_numbers()
    sender = b"\x04" + numbers.x.to_bytes(32, "big") + numbers.y.to_bytes(32, "big")
    return {"d": text(int(secret, 16)), "x": text(numbers.x), "y": text(numbers.y), "sender": sender.hex()}


def test_parcels_are_made_as_the_vectors_have_them(browser: "Browser", empty: Served) -> None:
    cases = json.loads((VECTORS / "parcels.json").read_text())["cases"]
    with opened(browser, empty) as page:
        for case in cases:
            point = _point(case["sender_secret"])
            one = case | {"sender": point.pop("sender")}
            found = page.evaluate(MAKE_PARCEL, {"one": one, **point})
            assert found.pop("in_parts") == case["parcel_sha256"]
            assert found == {name: case[name] for name in found}, case["title"]
