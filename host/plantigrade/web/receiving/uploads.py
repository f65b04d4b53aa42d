"""Uploads by tus 1.0: core, creation, checksum, expiration, termination.
https://tus.io/protocols/resumable-upload

Own code, because the servers that exist for Python bind another framework (tuspyserver: FastAPI) or another
store of their own (resumable-upload), and none lets the database of accounts and consents decide.
"""

import base64
import binascii
import hashlib
import hmac
import re
from email.utils import format_datetime
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from plantigrade.library.catalogue.library import Library
from plantigrade.library.receiving.entries import Parcel, ParcelState, Sender
from plantigrade.library.receiving.parcels import ParcelRegister
from plantigrade.library.receiving.settings import MOST_PARCEL_BYTES, MOST_PATCH_BYTES, UPLOAD_LASTS
from plantigrade.library.receiving.spool import Spool
from plantigrade.web.receiving import settings
from plantigrade.web.receiving.asking import AnswerError, body_of, sender_of, tus_answer

EXTENSIONS: Final = "creation,checksum,expiration,termination"
ALGORITHMS: Final = {"sha256": hashlib.sha256, "sha1": hashlib.sha1}
"""SHA-1 because tus demands it of every server with checksums; it guards against accidents only."""
OFFSET_STREAM: Final = "application/offset+octet-stream"
_PARCEL_ID: Final = re.compile(r"[0-9a-f]{64}")


class Uploads:
    """The handlers.

    Args:
        library: of the clinic, open.
    """

    def __init__(self, library: Library) -> None:
        self._library = library
        self._parcels = ParcelRegister(library.store, Spool(library.data_dir))

    async def options(self, _request: Request) -> Response:
        """What this server can do."""
        return tus_answer(
            204,
            Tus_Version=settings.TUS_VERSION,
            Tus_Extension=EXTENSIONS,
            Tus_Max_Size=str(MOST_PARCEL_BYTES),
            Tus_Checksum_Algorithm=",".join(ALGORITHMS),
        )

    async def create(self, request: Request) -> Response:
        """Begin an upload, or find it."""
        sender = await self._asked(request)
        length = _number(request, "upload-length")
        if length > MOST_PARCEL_BYTES:
            raise AnswerError(413, f"a parcel has at most {MOST_PARCEL_BYTES} bytes")
        parcel_id = _parcel_id(request.headers.get("upload-metadata", ""))
        parcel = await run_in_threadpool(self._parcels.begin, sender.id, parcel_id, length)
        location = f"{settings.PREFIX}{settings.PARCELS}/{parcel_id}"
        return tus_answer(201, Location=location, **_where(parcel))

    async def head(self, request: Request) -> Response:
        """How far it is."""
        parcel = await self._parcel(request, await self._asked(request))
        return tus_answer(200, Cache_Control="no-store", Upload_Length=str(parcel.bytes), **_where(parcel))

    async def patch(self, request: Request) -> Response:
        """Take the next bytes, wholly or not at all."""
        sender = await self._asked(request)
        if request.headers.get("content-type", "") != OFFSET_STREAM:
            raise AnswerError(415, f"the type of the content is {OFFSET_STREAM}")
        offset = _number(request, "upload-offset")
        parcel = await self._parcel(request, sender)
        data = await body_of(request, MOST_PATCH_BYTES)
        _check(request.headers.get("upload-checksum"), data)
        parcel = await run_in_threadpool(self._parcels.append, parcel, offset, data)
        return tus_answer(204, **_where(parcel))

    async def delete(self, request: Request) -> Response:
        """End an upload that is not complete."""
        parcel = await self._parcel(request, await self._asked(request))
        await run_in_threadpool(self._parcels.drop, parcel)
        return tus_answer(204)

    async def _asked(self, request: Request) -> Sender:
        if request.headers.get("tus-resumable") != settings.TUS_VERSION:
            raise AnswerError(412, "tus 1.0.0 is spoken here", Tus_Version=settings.TUS_VERSION)
        return await sender_of(request, self._library)

    async def _parcel(self, request: Request, sender: Sender) -> Parcel:
        name = str(request.path_params["parcel"])
        found = None
        if _PARCEL_ID.fullmatch(name):
            found = await run_in_threadpool(self._parcels.find, sender.id, name)
        if found is None:
            raise AnswerError(404, "no such upload of this device; begin it")
        return found


def _where(parcel: Parcel) -> dict[str, str]:
    headers = {"Upload_Offset": str(parcel.received)}
    if parcel.state is ParcelState.RECEIVING:
        headers["Upload_Expires"] = format_datetime(parcel.touched_utc + UPLOAD_LASTS, usegmt=True)
    return headers


def _number(request: Request, name: str) -> int:
    text = request.headers.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        raise AnswerError(400, f"{name} is missing or no number")
    return int(text)


def _parcel_id(metadata: str) -> str:
    """The value of `parcel` among `key base64,key base64`."""
    for pair in metadata.split(","):
        key, _, value = pair.strip().partition(" ")
        if key == "parcel":
            try:
                text = base64.b64decode(value, validate=True).decode("ascii")
            except (binascii.Error, ValueError):
                break
            if _PARCEL_ID.fullmatch(text):
                return text
    raise AnswerError(400, "upload-metadata names no parcel: 64 hexadecimal digits in base64")


def _check(stated: str | None, data: bytes) -> None:
    """Compare a body with its checksum, where one came."""
    if stated is None:
        return
    algorithm, _, value = stated.partition(" ")
    if algorithm not in ALGORITHMS:
        raise AnswerError(400, f"checksums are of {' or '.join(ALGORITHMS)}")
    try:
        expected = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError) as error:
        raise AnswerError(400, "the checksum is no base64") from error
    if not hmac.compare_digest(ALGORITHMS[algorithm](data, usedforsecurity=False).digest(), expected):
        raise AnswerError(settings.CHECKSUM_MISMATCH, "the checksum does not fit; nothing was stored")
