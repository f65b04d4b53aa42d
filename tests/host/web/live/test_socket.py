"""`/live.ws`: who may look, what comes, what a hostile browser gets."""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from plantigrade.gait.signals import Foot
from plantigrade.service.live_frames.foot import FootState
from plantigrade.web.accounts.rights import Account, Role
from plantigrade.web.app import make_app
from plantigrade.web.live import socket
from plantigrade.web.live.message import decode, say_drawn
from plantigrade.web.live.socket import live_route
from plantigrade.web.requests import COOKIE
from plantigrade.web.site import SignedIn, Site
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from tests.host.service.live_frames.frames_kit import Insoles, stamped, walked

OWN = {"origin": "http://localhost"}
WS = "ws://localhost/live.ws"


@pytest.fixture
def insoles(tmp_path: Path) -> Iterator[Insoles]:
    made = Insoles.on(tmp_path)
    yield made
    made.library.close()


@pytest.fixture
def open_page(insoles: Insoles, accounts) -> Iterator[Callable[..., TestClient]]:
    """A browser in the loop of the service: `open_page(Role.PATIENT, "P001")`."""
    site = Site(insoles.library, accounts, insoles.assembly)
    app = make_app(site, more=(live_route(site),))
    with TestClient(app, base_url="http://localhost") as client:
        client.live_site = site

        def opened(role: Role | None, person: str | None = None, shares: str = "") -> TestClient:
            client.cookies.clear()
            if role is not None:
                account = Account(f"{role}{person or ''}", frozenset({role}), person)
                accounts.of_token["a token"] = SignedIn(account, "form token")
                accounts.shares[account.name] = frozenset(shares.split())
                client.cookies.set(COOKIE, "a token")
            return client

        yield opened


def bring(client: TestClient, insoles: Insoles, first: int = 0) -> None:
    """A second of walking comes from both insoles, in the service's loop."""
    assert client.portal is not None
    for start in range(first, first + 100, 5):
        for foot in Foot:
            client.portal.call(insoles.bring, foot, stamped(walked()[foot][start : start + 5], start))
    insoles.now_s = (first + 100) / 100


def test_frames_of_both_feet_arrive(open_page, insoles: Insoles) -> None:
    client = open_page(Role.PATIENT, "P001")
    with client.websocket_connect(WS, headers=OWN) as live:
        found = None
        for step in range(100):
            bring(client, insoles, 100 * (step % 19))
            insoles.now_s = step + 1.0
            message = live.receive()
            if message.get("bytes"):
                found = decode(message["bytes"])
                live.send_bytes(say_drawn(found.number))
                if found.left.state is FootState.LIVE:
                    break
    assert found is not None
    assert found.left.state is FootState.LIVE
    assert sum(found.left.force_n) == pytest.approx(found.left.total_n, abs=1)
    assert insoles.assembly.service.status().live_until_utc_ns is not None, "live mode was asked for"


def test_news_of_state_and_figures_come_as_json(open_page) -> None:
    client = open_page(Role.PATIENT, "P001")
    kinds = set()
    with client.websocket_connect(WS, headers=OWN) as live:
        while {"state", "figures"} - kinds:
            message = live.receive()
            if message.get("text"):
                news = json.loads(message["text"])
                assert news["v"] == 1
                kinds.add(news["kind"])


@pytest.mark.parametrize(
    ("role", "person", "shares", "path", "headers", "allowed"),
    [
        (Role.PATIENT, "P001", "", "/live.ws", OWN, True),
        (Role.PATIENT, "P001", "", "/live.ws?person=P002", OWN, False),
        (Role.PATIENT, "P001", "", "/live.ws?person=", OWN, True),
        (Role.PATIENT, "P001", "", f"/live.ws?person={'x' * 5000}", OWN, False),
        (Role.PATIENT, "P001", "", "/live.ws?person=<script>", OWN, False),
        (Role.CLINICIAN, None, "P001", "/live.ws?person=P001", OWN, True),
        (Role.CLINICIAN, None, "", "/live.ws?person=P001", OWN, False),
        (Role.CLINICIAN, None, "", "/live.ws", OWN, True),
        (Role.ENGINEER, None, "", "/live.ws", OWN, True),
        (Role.ENGINEER, None, "P001", "/live.ws?person=P001", OWN, False),
        (Role.OWNER, None, "", "/live.ws?person=P001", OWN, False),
        (None, None, "", "/live.ws", OWN, False),
        (Role.PATIENT, "P001", "", "/live.ws", {"origin": "http://evil.example"}, False),
        (Role.PATIENT, "P001", "", "/live.ws", {"origin": "https://localhost"}, False),
        (Role.PATIENT, "P001", "", "/live.ws", {"origin": "null"}, False),
        (Role.PATIENT, "P001", "", "/live.ws", {}, False),
    ],
)
def test_who_may_look(open_page, accounts, role, person, shares, path, headers, allowed) -> None:
    client = open_page(role, person, shares)
    try:
        with client.websocket_connect(f"ws://localhost{path}", headers=headers) as live:
            live.receive()
    except WebSocketDisconnect as closed:
        assert not allowed
        assert closed.code == 1008
        assert accounts.refusals == [("/live.ws", 403)]
    else:
        assert allowed
        assert accounts.refusals == []


def test_a_stranger_s_host_name_opens_no_socket(open_page) -> None:
    client = open_page(Role.PATIENT, "P001")
    headers = {"origin": "http://evil.example"}
    with (
        pytest.raises(WebSocketDisconnect),
        client.websocket_connect("ws://evil.example/live.ws", headers=headers),
    ):
        pass


def test_an_account_has_a_number_of_sockets(open_page, monkeypatch) -> None:
    monkeypatch.setattr(socket, "MOST_OF_AN_ACCOUNT", 1)
    client = open_page(Role.PATIENT, "P001")
    with client.websocket_connect(WS, headers=OWN) as first:
        first.receive()
        with pytest.raises(WebSocketDisconnect) as closed, client.websocket_connect(WS, headers=OWN):
            pass
    assert closed.value.code == 1013


@pytest.mark.parametrize("end", ["session", "consent"])
def test_it_closes_when_the_session_or_the_consent_ends(open_page, accounts, monkeypatch, end: str) -> None:
    monkeypatch.setattr(socket, "CHECK_S", 0.05)
    client = open_page(Role.CLINICIAN, None, "P001")
    with client.websocket_connect(f"{WS}?person=P001", headers=OWN) as live:
        live.receive()
        if end == "session":
            accounts.of_token.clear()
        else:
            accounts.shares.clear()
        with pytest.raises(WebSocketDisconnect) as closed:
            while True:
                if live.receive()["type"] == "websocket.close":
                    raise WebSocketDisconnect(1008)
    assert closed.value.code == 1008


def test_whatever_a_browser_sends_is_ignored(open_page) -> None:
    client = open_page(Role.PATIENT, "P001")
    with client.websocket_connect(WS, headers=OWN) as live:
        for content in (b"", b"\x00" * 4000, b"\x01\x02", say_drawn(2**32 - 1)):
            live.send_bytes(content)
        live.send_text("DROP TABLE people; <script>")
        assert live.receive()["type"] == "websocket.send"


def test_live_mode_ends_after_the_last_page(open_page, insoles: Insoles, monkeypatch) -> None:
    from plantigrade.web.live import hub

    monkeypatch.setattr(hub, "LINGER_S", 0.05)
    client = open_page(Role.PATIENT, "P001")
    with client.websocket_connect(WS, headers=OWN) as live:
        live.receive()
        assert insoles.assembly.service.status().live_until_utc_ns is not None
    until = time.monotonic() + 5
    while insoles.assembly.service.status().live_until_utc_ns is not None and time.monotonic() < until:
        time.sleep(0.01)
    assert insoles.assembly.service.status().live_until_utc_ns is None


def test_live_mode_that_others_asked_for_goes_on(open_page, insoles: Insoles, monkeypatch) -> None:
    from plantigrade.web.live import hub

    monkeypatch.setattr(hub, "LINGER_S", 0.01)
    client = open_page(Role.PATIENT, "P001")
    with client.websocket_connect(WS, headers=OWN) as live:
        live.receive()
        client.portal.call(insoles.assembly.service.request_live, 60)
    time.sleep(0.1)
    assert insoles.assembly.service.status().live_until_utc_ns is not None


def test_without_a_service_it_says_so(library, accounts) -> None:
    site = Site(library, accounts)
    accounts.of_token["a token"] = SignedIn(Account("home", frozenset({Role.PATIENT}), "P001"), "form token")
    client = TestClient(make_app(site, more=(live_route(site),)), base_url="http://localhost")
    client.cookies.set(COOKIE, "a token")
    with pytest.raises(WebSocketDisconnect) as closed, client.websocket_connect(WS, headers=OWN):
        pass
    assert closed.value.code == 1011
