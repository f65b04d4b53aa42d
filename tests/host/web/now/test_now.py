"""`/now`: whose pair is shown, what there is without JavaScript, and what its forms do."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, date
from pathlib import Path

import numpy as np
import pytest
from plantigrade.gait.signals import Foot
from plantigrade.service.live_frames.foot import FootNow, FootState
from plantigrade.service.live_frames.frames import Frame
from plantigrade.web.accounts.rights import Account, Role
from plantigrade.web.app import make_app
from plantigrade.web.feet.geometry import insole_map
from plantigrade.web.formats import Formats
from plantigrade.web.pages.now.numbers import numbers_of
from plantigrade.web.requests import COOKIE
from plantigrade.web.site import SignedIn, Site
from plantigrade.web.words import words_of
from starlette.testclient import TestClient

from tests.host.service.live_frames.frames_kit import Insoles

TOKEN = {"form_token": "form token"}
FORMATS = Formats(words_of("en"), UTC, date(2026, 3, 10))


@pytest.fixture
def insoles(tmp_path: Path) -> Iterator[Insoles]:
    made = Insoles.on(tmp_path)
    yield made
    made.library.close()


@pytest.fixture
def served(insoles: Insoles, accounts) -> Iterator[Callable[..., TestClient]]:
    """A browser of a site with a service in its loop: `served(Role.PATIENT, "P001")`."""
    import asyncio

    from anyio.from_thread import start_blocking_portal

    with start_blocking_portal() as portal:
        loop = portal.call(asyncio.get_running_loop)
        app = make_app(Site(insoles.library, accounts, insoles.assembly, loop))

        def opened(role: Role, person: str | None = None, shares: str = "") -> TestClient:
            account = Account(f"{role}{person or ''}", frozenset({role}), person)
            accounts.of_token["a token"] = SignedIn(account, "form token")
            accounts.shares[account.name] = frozenset(shares.split())
            client = TestClient(app, base_url="http://localhost", follow_redirects=False)
            client.cookies.set(COOKIE, "a token")
            return client

        yield opened


@pytest.mark.parametrize("view", ["", "?view=map", "?view=balance", "?view=nonsense", "?view=<script>"])
def test_the_page_is_there_without_a_service(browser, view: str) -> None:
    answer = browser(Role.PATIENT, "P001").get(f"/now{view}")
    assert answer.status_code == 200
    assert "style=" not in answer.text
    assert "<script>" not in answer.text


@pytest.mark.parametrize(
    ("role", "person", "shares", "query", "status"),
    [
        (Role.PATIENT, "P001", "", "", 200),
        (Role.PATIENT, "P001", "", "?person=P002", 404),
        (Role.CLINICIAN, None, "P001", "?person=P001", 200),
        (Role.CLINICIAN, None, "", "?person=P001", 404),
        (Role.CLINICIAN, None, "", "", 200),
        (Role.ENGINEER, None, "", "", 200),
        (Role.ENGINEER, None, "P001", "?person=P001", 404),
        (Role.OWNER, None, "", "?person=P001", 404),
    ],
)
@pytest.mark.parametrize("path", ["/now", "/now/map.json"])
def test_who_may_open_it(browser, role, person, shares, query, status, path) -> None:
    assert browser(role, person, shares).get(f"{path}{query}").status_code == status


def test_links_keep_the_person(browser) -> None:
    text = browser(Role.CLINICIAN, None, "P001").get("/now?person=P001").text
    assert 'data-socket="/live.ws?person=P001"' in text
    assert "view=numbers&amp;person=P001" in text
    assert 'name="person" value="P001"' in text


def test_words_of_the_script_are_complete(browser) -> None:
    text = browser(Role.PATIENT, "P001").get("/now").text
    found = re.search(r'data-words="([^"]*)"', text)
    assert found is not None
    import html

    words = json.loads(html.unescape(found[1]))
    folder = Path(__file__).parents[4] / "host/plantigrade/web/static/now"
    for script in folder.glob("*.js"):
        for key in re.findall(r'now\.words\("([a-z-]+)"', script.read_text(encoding="utf-8")):
            assert key in words, f"{script.name}: {key}"


def test_the_map_is_that_of_the_person_s_size(served) -> None:
    values = served(Role.PATIENT, "P001").get("/now/map.json").json()
    assert values["schema"] == "plantigrade.map/1"
    assert len(values["outline"]) > 100
    assert len(values["spline"]) == 19


def test_what_is_not_known_is_said_and_never_0(served) -> None:
    text = served(Role.PATIENT, "P001").get("/now?view=numbers").text
    assert "Nothing has come yet" in text
    assert text.count("not known") >= 34
    assert not re.search(r'class="num">0<', text)


def test_numbers_of_a_moment() -> None:
    force = np.zeros(16, np.float32)
    force[9] = 100.0
    left = FootNow(FootState.LIVE, 1_773_144_000_000_000_000, 0.1, force, 100.0, (0.35, 0.75))
    frame = Frame(0, {Foot.LEFT: left, Foot.RIGHT: FootNow(FootState.STALE, 1, 9.0)})
    numbers = numbers_of(frame, 42.0, FORMATS)
    row = next(row for row in numbers.rows if row.index == 9)
    kpa = 10 * 100.0 / float(insole_map(42.0).area_cm2[9])
    assert (row.place, row.left, row.right, row.left_most) == (
        "Ball, second joint",
        f"{kpa:.0f}",
        "not known",
        True,
    )
    assert numbers.totals == ("100\u00a0N", "not known")
    assert numbers.sentence.startswith("Left foot: the ball of the foot carries most")
    assert "Right foot: not known." in numbers.sentence
    assert "cannot be said with one foot" in numbers.sentence


@pytest.mark.parametrize(
    ("action", "status", "place"),
    [("mark", 303, "/now"), ("start", 409, ""), ("stop", 409, ""), ("zero", 409, ""), ("nonsense", 400, "")],
)
def test_forms(served, insoles: Insoles, action: str, status: int, place: str) -> None:
    client = served(Role.PATIENT, "P001")
    answer = client.post("/now", data=TOKEN | {"action": action})
    assert answer.status_code == status
    assert answer.headers.get("location", "") == place
    assert len(insoles.assembly.marks.waiting) == (action == "mark")


@pytest.mark.parametrize(
    "fields",
    [
        {"action": "mark", "form_token": "another"},
        {"action": "mark"},
        TOKEN | {"action": "mark", "person": "P002"},
    ],
)
def test_forged_and_foreign_marks_are_refused(served, insoles: Insoles, fields: dict[str, str]) -> None:
    answer = served(Role.PATIENT, "P001").post("/now", data=fields)
    assert answer.status_code in (400, 403, 404, 409)
    assert insoles.assembly.marks.waiting == ()


def test_a_mark_goes_back_to_the_view_it_came_from(served, insoles: Insoles) -> None:
    client = served(Role.CLINICIAN, None, "P001")
    answer = client.post("/now", data=TOKEN | {"action": "mark", "person": "P001", "view": "numbers"})
    assert answer.headers["location"] == "/now?view=numbers&person=P001"
    (mark,) = insoles.assembly.marks.waiting
    assert (mark.person, mark.actor) == ("P001", "clinician")


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("from_utc_ms=0&to_utc_ms=30000", 409),
        ("from_utc_ms=0&to_utc_ms=900000", 400),
        ("from_utc_ms=30000&to_utc_ms=0", 400),
        ("from_utc_ms=nan&to_utc_ms=1", 400),
        ("from_utc_ms=a&to_utc_ms=1", 400),
        ("", 400),
    ],
)
def test_standing_of_no_time_is_refused(served, query: str, status: int) -> None:
    assert served(Role.PATIENT, "P001").get(f"/now/standing.json?{query}").status_code == status


def test_standing_is_measured_while_somebody_looks(served, insoles: Insoles) -> None:
    client = served(Role.PATIENT, "P001")
    with insoles.frames.watch("P001"):
        values = client.get("/now/standing.json?from_utc_ms=1000&to_utc_ms=31000").json()
    assert values["schema"] == "plantigrade.standing/1"
    assert values["left_load_pct"] is None
