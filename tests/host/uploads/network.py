"""A home and a clinic with the real HTTP layer between them, and a network that can be bad on purpose."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import httpx2
from plantigrade.library.catalogue.library import Library
from plantigrade.library.receiving.clinic_keys import public_key
from plantigrade.library.receiving.filing import Filing
from plantigrade.library.receiving.senders import SenderRegister
from plantigrade.parcels.invitation import Invitation
from plantigrade.parcels.pin import pin_of
from plantigrade.service.sending.link import join
from plantigrade.service.sending.outbox import Outbox
from plantigrade.service.sending.settings import SendingSettings
from plantigrade.web.receiving.routes import receiving_routes
from plantigrade.web.receiving.settings import ReceivingSettings
from starlette.applications import Starlette
from starlette.testclient import TestClient

ADDRESS = "http://localhost"
ORIGIN = "https://phone.example"


class Killed(BaseException):
    """The process of the home ends here, as by kill -9."""


@dataclass
class Clock:
    """Virtual time."""

    now: datetime = field(default_factory=lambda: datetime(2026, 3, 2, 12, tzinfo=UTC))

    def __call__(self) -> datetime:
        return self.now

    def pause(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def seconds(self) -> float:
        return self.now.timestamp()


def client_of(library: Library) -> TestClient:
    app = Starlette(routes=receiving_routes(library, ReceivingSettings("Walking clinic", (ORIGIN,))))
    return TestClient(app, base_url=ADDRESS)


class BadNetwork(httpx2.BaseTransport):
    """Passes requests on, or does what a test wants with them before or after the server saw them."""

    def __init__(
        self, library: Library, trouble: Callable[[httpx2.Request, int], str] = lambda *_: ""
    ) -> None:
        self._inner = client_of(library)._transport
        self.trouble, self.requests, self.seen = trouble, 0, list[str]()

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        request.read()
        self.requests += 1
        self.seen.append(request.method)
        what = self.trouble(request, self.requests)
        if what == "cut before":
            raise httpx2.ConnectError("cut")
        if what == "killed before":
            raise Killed
        if what == "half a body":
            half = request.content[: len(request.content) // 2]
            request = httpx2.Request(request.method, request.url, headers=request.headers, content=half)
        if what == "503":
            return httpx2.Response(503, headers={"Retry-After": "60"}, json={"error": "not now"})
        if what == "twice":
            self._inner.handle_request(request).read()
        response = self._inner.handle_request(request)
        response.read()
        if what == "cut after":
            raise httpx2.ReadError("cut")
        if what == "killed after":
            raise Killed
        return response


def outbox(
    home: Library, network: BadNetwork, clock: Clock, chance: float | None = None, **settings: float
) -> Outbox:
    client = httpx2.Client(transport=network)
    chosen = SendingSettings(**{"piece_bytes": 2048, "rate_bytes_per_s": 1e9} | settings)
    draw = random.random if chance is None else lambda: chance
    return Outbox(home, chosen, client, clock, clock.pause, clock.seconds, draw)


def join_clinic(
    home: Library, person: str, clinic: Library, there: str, clock: Clock, address: str = ADDRESS
) -> None:
    from plantigrade.library.sending.clinics import ClinicRegister

    code = SenderRegister(clinic.store).invite(there)
    invitation = Invitation(ADDRESS, code, pin_of(public_key(clinic.store)))
    client = httpx2.Client(transport=BadNetwork(clinic))
    answer = join(client, Invitation.parse(invitation.link()), "kitchen computer")
    ClinicRegister(home).add(
        person,
        address,
        answer.clinic,
        answer.person,
        answer.key,
        answer.credential,
        datetime(2026, 1, 1, tzinfo=UTC),
        clock.now - timedelta(minutes=1),
    )


def file_all(clinic: Library, now: datetime) -> int:
    filing, count = Filing(clinic), 0
    while filing.file_next(now) is not None:
        count += 1
    return count


def chosen_trouble(seed: int, share: float, kinds: list[str]) -> Callable[[httpx2.Request, int], str]:
    draw = random.Random(seed)
    return lambda _request, _number: draw.choice(kinds) if draw.random() < share else ""
