"""Talks to a clinic's server: tus 1.0 uploads, receipts, joining and leaving (docs/reference/parcels.md).

Own code of a few requests over httpx: of the tus clients on PyPI, tuspy has SHA-1 only and brings a database,
aiotus no checksums, and both keep trying by themselves, where the outbox must decide (consent, rate, weeks).
"""

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, cast

import httpx2

from plantigrade.errors import PlantigradeError
from plantigrade.parcels.errors import ParcelError
from plantigrade.parcels.invitation import Invitation
from plantigrade.parcels.keys import PublicKey
from plantigrade.parcels.pin import pin_of
from plantigrade.service.sending.settings import MOST_ANSWER_BYTES, MOST_RETRY_AFTER_S, TIMEOUT_S

SCHEMA: Final = "plantigrade.clinic/1"
RECEIPTS: Final = "plantigrade.receipts/1"
_TUS: Final = {"Tus-Resumable": "1.0.0"}
_MOST_TEXT: Final = 300
_CREDENTIAL: Final = re.compile(r"[A-Za-z0-9_-]{20,200}")
"""What can stand in a header of a request."""
_UNCLEAR: Final = "the clinic's answer is not understood"


class AwayError(PlantigradeError):
    """The clinic does not answer, or not as it should; it is tried again later.

    Attributes:
        wait_s: how long the clinic asks to wait; 0: it does not say.
    """

    def __init__(self, problem: str, wait_s: float = 0.0) -> None:
        super().__init__(problem)
        self.wait_s = wait_s


class EndedError(PlantigradeError):
    """The clinic does not know this device any more: nothing more is sent until the person joins again."""


class RefusedError(PlantigradeError):
    """The clinic does not take this parcel."""


class MovedError(PlantigradeError):
    """The clinic has another number of bytes than was thought."""


@dataclass(frozen=True)
class Joined:
    """What a clinic said to an invitation.

    Attributes:
        clinic: its name.
        key: its public key, which has the pin of the invitation.
        person: the person's code there.
        credential: of this device.
    """

    clinic: str
    key: PublicKey
    person: str
    credential: str


@dataclass(frozen=True)
class Receipt:
    """Where a parcel stands, as the clinic says.

    Attributes:
        state: "receiving", "received", "filed", "opened" or "quarantined".
        offset: bytes that are there.
        pieces_sha256: of the content as the clinic decrypted it; "" before.
        problem, opened_by: texts; "" for none.
        received_utc, filed_utc, opened_utc: when; None: not yet.
    """

    state: str
    offset: int
    pieces_sha256: str
    problem: str
    opened_by: str
    received_utc: datetime | None
    filed_utc: datetime | None
    opened_utc: datetime | None


@dataclass(frozen=True)
class _Answer:
    """What came back, whole: a clinic is no reason to fill this computer's memory."""

    status_code: int
    headers: Mapping[str, str]
    content: bytes


def new_client() -> httpx2.Client:
    """A client that checks certificates and follows nothing elsewhere."""
    return httpx2.Client(timeout=TIMEOUT_S, follow_redirects=False)


def join(client: httpx2.Client, invitation: Invitation, device: str) -> Joined:
    """Take an invitation.

    Raises:
        AwayError: the clinic does not answer.
        RefusedError: the code is not taken, or the key is not the clinic's.
    """
    body = {"code": invitation.code, "device": device}
    answer = _asked(client, "POST", f"{invitation.address}/clinic/join", {}, json.dumps(body).encode())
    if answer.status_code == 429:
        raise AwayError("too many tries; wait a minute and try again")
    if answer.status_code != 201:
        raise RefusedError(f"{invitation.address}: {_answered(answer)}")
    values = _document(answer, SCHEMA)
    try:
        key = PublicKey.parse(_text(values, "key"))
    except ParcelError as error:
        raise RefusedError(f"{invitation.address}: {error}") from error
    if pin_of(key) != invitation.pin:
        raise RefusedError(
            f"{invitation.address}: its key is not the one of the invitation; nothing is sent there. "
            "Ask the clinic whether this address is theirs"
        )
    credential = _text(values, "credential")
    if not _CREDENTIAL.fullmatch(credential):
        raise AwayError(_UNCLEAR)
    return Joined(_text(values, "clinic"), key, _text(values, "person"), credential)


class ClinicLink:
    """The server of one clinic.

    Args:
        client: for the requests.
        address: of the clinic.
        credential: of this device.
    """

    def __init__(self, client: httpx2.Client, address: str, credential: str) -> None:
        self._client, self._base = client, f"{address}/clinic"
        self._headers = {"Authorization": f"Bearer {credential}"}

    def begin(self, parcel_id: str, length: int) -> int:
        """Begin an upload or go on with it; the offset to go on at.

        Raises:
            AwayError, EndedError, RefusedError: not now, never, or not this one.
        """
        named = base64.b64encode(parcel_id.encode()).decode()
        headers = {**_TUS, "Upload-Length": str(length), "Upload-Metadata": f"parcel {named}"}
        answer = self._ask("POST", "/parcels", headers)
        if answer.status_code != 201:
            raise _failure(answer)
        return _offset(answer, length)

    def send(self, parcel_id: str, offset: int, data: bytes) -> int:
        """Send the next bytes; the offset after them.

        Raises:
            MovedError: the clinic has more or fewer bytes; ask with `begin`.
            AwayError, EndedError, RefusedError: not now, never, or not this one.
        """
        checksum = base64.b64encode(hashlib.sha256(data).digest()).decode()
        headers = {
            **_TUS,
            "Content-Type": "application/offset+octet-stream",
            "Upload-Offset": str(offset),
            "Upload-Checksum": f"sha256 {checksum}",
        }
        answer = self._ask("PATCH", f"/parcels/{parcel_id}", headers, data)
        if answer.status_code in (404, 409, 423, 460):
            raise MovedError(_answered(answer))
        if answer.status_code != 204:
            raise _failure(answer)
        return _offset(answer, offset + len(data))

    def drop(self, parcel_id: str) -> None:
        """End an upload that is not wanted any more; the clinic forgets it by itself otherwise."""
        self._ask("DELETE", f"/parcels/{parcel_id}", _TUS)

    def receipt(self, parcel_id: str) -> Receipt | None:
        """Where a parcel stands; None where the clinic knows none of that name.

        Raises:
            AwayError, EndedError: not now, or never.
        """
        answer = self._ask("GET", f"/receipts?parcel={parcel_id}", {})
        if answer.status_code != 200:
            raise _failure(answer)
        entries = _document(answer, RECEIPTS).get("receipts")
        if not isinstance(entries, list):
            raise AwayError(_UNCLEAR)
        for entry in cast(list[Any], entries):
            if isinstance(entry, dict) and cast(dict[str, Any], entry).get("parcel") == parcel_id:
                return _receipt(cast(dict[str, Any], entry))
        return None

    def leave(self, erase: bool) -> None:
        """Tell the clinic that the consent was withdrawn.

        Raises:
            AwayError: not now.
        """
        answer = self._ask("POST", "/leave", {}, json.dumps({"erase": erase}).encode())
        if answer.status_code not in (204, 401, 410):
            raise _failure(answer)

    def _ask(self, method: str, path: str, headers: dict[str, str], body: bytes | None = None) -> _Answer:
        return _asked(self._client, method, self._base + path, self._headers | headers, body)


def _asked(
    client: httpx2.Client, method: str, url: str, headers: dict[str, str], body: bytes | None
) -> _Answer:
    headers = {"Accept-Encoding": "identity"} | headers
    try:
        with client.stream(method, url, headers=headers, content=body) as answer:
            return _Answer(answer.status_code, answer.headers, _content(answer))
    except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
        raise AwayError(f"the clinic does not answer ({type(error).__name__})") from error


def _content(answer: httpx2.Response) -> bytes:
    """The body, as it came: one that is packed may be of any length."""
    if answer.headers.get("content-encoding", "identity") != "identity":
        raise AwayError(_UNCLEAR)
    held = bytearray()
    for piece in answer.iter_bytes():
        held += piece
        if len(held) > MOST_ANSWER_BYTES:
            raise AwayError("the clinic's answer is too long")
    return bytes(held)


def _failure(answer: _Answer) -> PlantigradeError:
    status = answer.status_code
    if status in (401, 410):
        return EndedError("the clinic no longer takes recordings from here; ask it for a new invitation")
    if status in (409, 413):
        return RefusedError(f"the clinic does not take it: {_answered(answer)}")
    wait = answer.headers.get("retry-after", "")
    wait_s = min(float(wait), MOST_RETRY_AFTER_S) if wait.isascii() and wait.isdigit() else 0.0
    return AwayError(f"the clinic cannot take it now ({status}: {_answered(answer)})", wait_s)


def _answered(answer: _Answer) -> str:
    """What a refusal says, in one short line."""
    try:
        values: Any = json.loads(answer.content)
        text = str(values["error"])
    except (ValueError, KeyError, TypeError, RecursionError):
        text = f"answer {answer.status_code}"
    return _line(text)


def _line(text: str) -> str:
    """A text from there for a terminal here: one short line, without characters that steer it."""
    return "".join(letter for letter in " ".join(text.split()) if letter.isprintable())[:_MOST_TEXT]


def _document(answer: _Answer, schema: str) -> dict[str, Any]:
    try:
        values: Any = json.loads(answer.content)
        if values["schema"] != schema:
            raise ValueError
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise AwayError(f"{_UNCLEAR}; is plantigrade there and here up to date?") from error
    return values


def _text(values: dict[str, Any], name: str) -> str:
    text = values.get(name)
    if not isinstance(text, str) or len(text) > _MOST_TEXT or not text.isprintable():
        raise AwayError(_UNCLEAR)
    return text


def _remark(values: dict[str, Any], name: str) -> str:
    """A text for people: what is too much of it is cut off, and no reason to do without the rest."""
    text = values.get(name)
    if not isinstance(text, str):
        raise AwayError(_UNCLEAR)
    return _line(text)


def _offset(answer: _Answer, most: int) -> int:
    text = answer.headers.get("upload-offset", "")
    if not (text.isascii() and text.isdigit() and len(text) < 16 and int(text) <= most):
        raise AwayError("the clinic's answer names no offset")
    return int(text)


def _receipt(values: dict[str, Any]) -> Receipt:
    offset = values.get("offset")
    if type(offset) is not int:
        raise AwayError(_UNCLEAR)
    return Receipt(
        state=_text(values, "state"),
        offset=offset,
        pieces_sha256=_text(values, "pieces_sha256"),
        problem=_remark(values, "problem"),
        opened_by=_remark(values, "opened_by"),
        received_utc=_moment(values.get("received_utc")),
        filed_utc=_moment(values.get("filed_utc")),
        opened_utc=_moment(values.get("opened_utc")),
    )


def _moment(text: Any) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except (ValueError, TypeError) as error:
        raise AwayError(_UNCLEAR) from error
    if moment.tzinfo is None:
        raise AwayError(_UNCLEAR)
    return moment
