"""What a home makes of a clinic's answers, whoever wrote them."""

import gzip
import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx2
import pytest
from plantigrade.errors import PlantigradeError
from plantigrade.parcels.invitation import Invitation
from plantigrade.parcels.keys import SecretKey
from plantigrade.parcels.pin import pin_of
from plantigrade.service.sending.link import AwayError, ClinicLink, RefusedError, join, new_client
from plantigrade.service.sending.settings import MOST_ANSWER_BYTES

KEY = SecretKey.parse("11" * 32).public
INVITATION = Invitation("https://clinic.example", "0" * 16, pin_of(KEY))
ID = "5a" * 32
RECEIPT = {
    "parcel": ID, "bytes": 10, "offset": 10, "state": "quarantined", "pieces_sha256": "", "problem": "",
    "opened_by": "", "received_utc": None, "filed_utc": None, "opened_utc": None,
}  # fmt: skip


class Endless(httpx2.SyncByteStream):
    """A body without an end; notes how much of it was read."""

    def __init__(self) -> None:
        self.read_bytes = 0

    def __iter__(self) -> Iterator[bytes]:
        while True:
            self.read_bytes += 1 << 16
            yield bytes(1 << 16)


def answering(answer: Callable[[], httpx2.Response]) -> httpx2.Client:
    return httpx2.Client(transport=httpx2.MockTransport(lambda _request: answer()))


def link(answer: Callable[[], httpx2.Response]) -> ClinicLink:
    return ClinicLink(answering(answer), INVITATION.address, "x" * 43)


def test_an_answer_without_an_end_is_not_read_to_it() -> None:
    body = Endless()
    with pytest.raises(AwayError, match="too long"):
        link(lambda: httpx2.Response(200, stream=body)).receipt(ID)
    assert body.read_bytes <= MOST_ANSWER_BYTES + (1 << 17)


def test_an_answer_that_is_packed_is_not_unpacked() -> None:
    packed = gzip.compress(json.dumps({"schema": "plantigrade.receipts/1", "receipts": []}).encode())
    with pytest.raises(AwayError, match="not understood"):
        link(lambda: httpx2.Response(200, headers={"Content-Encoding": "gzip"}, content=packed)).receipt(ID)


@pytest.mark.parametrize(("problem", "shown"), [("p" * 5000, "p" * 300), ("a\x1b[2Jb\r\nc", "a[2Jb c")])
def test_what_a_receipt_says_to_people_is_one_short_line(problem: str, shown: str) -> None:
    document = {"schema": "plantigrade.receipts/1", "receipts": [RECEIPT | {"problem": problem}]}
    receipt = link(lambda: httpx2.Response(200, json=document)).receipt(ID)
    assert receipt is not None and receipt.problem == shown


@pytest.mark.parametrize(
    "changes",
    [
        {"credential": "x"},
        {"credential": "x" * 43 + "\r\nEvil: 1"},
        {"credential": "\u00e9" * 43},
        {"credential": None},
        {"clinic": "c" * 301},
        {"clinic": "\x1b[2J"},
        {"person": 3},
        {"key": "AAAA"},
        {"schema": "plantigrade.clinic/9"},
    ],
)
def test_joining_a_clinic_whose_answer_makes_no_sense(changes: dict[str, Any]) -> None:
    given = {
        "schema": "plantigrade.clinic/1", "clinic": "Walking clinic", "key": KEY.text(), "person": "P001",
        "credential": "x" * 43,
    }  # fmt: skip
    assert join(answering(lambda: httpx2.Response(201, json=given)), INVITATION, "home").person == "P001"
    with pytest.raises((AwayError, RefusedError)):
        join(answering(lambda: httpx2.Response(201, json=given | changes)), INVITATION, "home")


@pytest.mark.parametrize(
    ("status", "headers", "error"),
    [
        (429, {"Retry-After": "60"}, AwayError),
        (503, {}, AwayError),
        (409, {}, RefusedError),
        (302, {}, AwayError),
    ],
)
def test_a_refusal_says_whether_to_try_again(
    status: int, headers: dict[str, str], error: type[PlantigradeError]
) -> None:
    with pytest.raises(error):
        link(lambda: httpx2.Response(status, headers=headers, json={"error": "no"})).begin(ID, 10)


def test_nothing_is_followed_elsewhere() -> None:
    with new_client() as client:
        assert not client.follow_redirects
