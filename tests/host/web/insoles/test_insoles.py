"""The page of insoles: how they are, what can be done with them, and of whom they say nothing."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from insole_protocol.layout import SENSOR_NAMES
from plantigrade import support
from plantigrade.library.catalogue.library import Library
from plantigrade.service.insoles.care import SelfTest
from plantigrade.web.accounts.rights import Role
from plantigrade.web.app import make_app
from plantigrade.web.requests import COOKIE
from plantigrade.web.site import Site
from starlette.testclient import TestClient

from tests.host.web.conftest import NOW_NS, KnownAccounts
from tests.host.web.insoles.conftest import LEFT, RIGHT, SINCE, Running

Browser = Callable[..., TestClient]


def posted(client: TestClient, **fields: str) -> str:
    answer = client.post("/insoles", data={"form_token": "form token", **fields})
    return answer.headers.get("location", "") or f"{answer.status_code} {answer.text}"


def test_each_insole_says_how_it_is_and_what_is_not_known(browser: Browser) -> None:
    page = browser(Role.PATIENT, "P001").get("/insoles")
    assert page.status_code == 200
    assert "An insole is out of reach" in page.text
    assert LEFT in page.text
    assert "0.1.0" in page.text
    assert page.text.count("not known") >= 4, "battery and log of either"


def test_until_when_security_updates_come_is_said(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    page = browser(Role.PATIENT, "P001").get("/insoles").text
    assert "<dt>Security updates</dt><dd>until 31 December 2027</dd>" in page
    monkeypatch.setattr(support, "LINES", (support.Support("0.1", date(2026, 1, 31)),))
    page = browser(Role.PATIENT, "P001").get("/insoles").text
    assert "<dt>Security updates</dt><dd>ended on 31 January <span" in page, "seen on 10 March 2026"
    monkeypatch.setattr(support, "LINES", ())
    assert "Security updates" not in browser(Role.PATIENT, "P001").get("/insoles").text


def test_a_patient_sees_own_insoles_and_nobody_s_but_not_another_s(
    browser: Browser, library: Library, running: Running
) -> None:
    library.record("P002").insoles.assign(RIGHT, SINCE)
    running.read_people()
    client = browser(Role.PATIENT, "P001")
    assert RIGHT not in client.get("/insoles").text
    assert "One more insole belongs to somebody" in client.get("/insoles").text
    assert [row["serial"] for row in client.get("/insoles.json").json()["insoles"]] == [LEFT]
    assert posted(client, action="identify", serial=RIGHT).startswith("404")
    assert "P002" in browser(Role.ENGINEER).get("/insoles").text, "engineers see codes"


def test_an_insole_that_is_not_connected_says_what_to_do(browser: Browser) -> None:
    answer = posted(browser(Role.PATIENT, "P001"), action="identify", serial=LEFT)
    assert answer.startswith("409")
    assert "the left insole is not connected at the moment; bring it near and fetch it now" in answer


def test_what_was_done_is_said(browser: Browser, running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    blinked: list[str] = []

    async def identify(serial: str) -> None:
        blinked.append(serial)

    monkeypatch.setattr(running.assembly.care, "identify", identify)
    client = browser(Role.PATIENT, "P001")
    assert posted(client, action="identify", serial=LEFT) == "/insoles?done=identify"
    assert blinked == [LEFT]
    assert "It blinks for ten seconds." in client.get("/insoles?done=identify").text
    assert "<script>alert" not in client.get("/insoles?done=<script>alert").text


def test_a_self_test_is_drawn_and_listed(browser: Browser, running: Running) -> None:
    levels = tuple((name, 4095 if name == "hallux" else 330) for name in SENSOR_NAMES)
    running.assembly.care.tests[LEFT] = SelfTest(LEFT, NOW_NS, ("a force sensor does not work",), levels, "")
    page = browser(Role.PATIENT, "P001").get("/insoles").text
    assert "15 of 16" in page
    assert page.count('class="cell good"') == 15
    assert page.count('class="cell bad"') == 1


def test_an_insole_of_nobody_can_be_taken_and_given_back(browser: Browser, library: Library) -> None:
    client = browser(Role.PATIENT, "P001")
    assert posted(client, action="assign", serial=RIGHT) == "/insoles?done=assign"
    assert [one.serial for one in library.record("P001").insoles.periods()] == [LEFT, RIGHT]
    assert posted(client, action="release", serial=LEFT) == "/insoles?done=release"
    ends = {one.serial: one.to_utc for one in library.record("P001").insoles.periods()}
    assert ends[LEFT] == datetime.fromtimestamp(NOW_NS / 1e9, UTC)


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"action": "live", "minutes": "0"}, "400"),
        ({"action": "live", "minutes": "<script>"}, "400"),
        ({"action": "identify", "serial": "x" * 65}, "400"),
        ({"action": "identify", "serial": "../../etc/passwd"}, "404"),
        ({"action": "zero", "serial": ""}, "404"),
        ({"action": "explode"}, "400"),
        ({"action": "live", "form_token": "stale"}, "409"),
        ({"action": "bench", "serial": LEFT}, "403"),
    ],
)
def test_what_makes_no_sense_is_refused(browser: Browser, fields: dict[str, str], says: str) -> None:
    assert posted(browser(Role.PATIENT, "P001"), **fields).startswith(says)


def test_live_and_pause_reach_the_service(browser: Browser, running: Running) -> None:
    client = browser(Role.PATIENT, "P001")
    assert posted(client, action="live", minutes="5") == "/insoles?done=live"
    assert running.assembly.service.status().live_until_utc_ns is not None
    assert posted(client, action="pause", resume="no") == "/insoles?done=pause"
    assert running.assembly.service.status().paused
    assert posted(client, action="live").startswith("409"), "paused"
    assert posted(client, action="pause", resume="yes") == "/insoles?done=resume"


LOADS = "sensor,force_n,count\n" + "".join(
    f"{sensor},0,330\n" + "".join(f"{sensor},{force},{count}\n" for force, count in ((5, 700), (20, 1500)))
    for sensor in range(16)
)


def bench(client: TestClient, name: str, content: bytes) -> tuple[int, str, str]:
    answer = client.post(
        "/insoles",
        data={"action": "bench", "form_token": "form token", "serial": LEFT},
        files={"loads": (name, content, "text/csv")},
    )
    return answer.status_code, answer.headers.get("location", ""), answer.text


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"sensor,force_n,count\n0,0,330\n", "has no unloaded code"),
        (b"a,b\n1,2\n", "lacks the column"),
        (b"\x00\xff", "cannot be read as CSV"),
    ],
    ids=["one sensor", "other columns", "no text"],
)
def test_bench_loads_that_are_none_are_named_by_their_file(
    browser: Browser, content: bytes, says: str
) -> None:
    status, _, text = bench(browser(Role.ENGINEER), "../my loads.csv", content)
    assert status == 400
    assert says in text
    assert "my loads.csv" in text
    assert "plantigrade-upload" not in text, "nothing of this computer's folders"


def test_bench_loads_become_the_calibration(browser: Browser, library: Library) -> None:
    assert bench(browser(Role.ENGINEER), "loads.csv", LOADS.encode())[:2] == (303, "/insoles?done=bench")
    (device,) = library.devices()
    assert (device.serial, device.side, device.calibrated_on) == (LEFT, "left", "2026-03-10")


def test_without_the_service_the_page_says_so(accounts: KnownAccounts, browser: Browser, site: Site) -> None:
    browser(Role.PATIENT, "P001")
    client = TestClient(make_app(replace(site, assembly=None)), base_url="http://localhost")
    client.cookies.set(COOKIE, next(iter(accounts.of_token)))
    page = client.get("/insoles")
    assert page.status_code == 200
    assert "The bridge is not running" in page.text
