"""A device joins with a one-time code, asks for receipts, and leaves."""

from datetime import datetime
from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from plantigrade.library.catalogue.audit import acting_as
from plantigrade.library.catalogue.library import Library
from plantigrade.library.receiving.clinic_keys import public_key
from plantigrade.library.receiving.entries import Parcel, ParcelState, Sender
from plantigrade.library.receiving.parcels import ParcelRegister
from plantigrade.library.receiving.senders import SenderRegister
from plantigrade.library.receiving.settings import MOST_PARCEL_BYTES
from plantigrade.library.receiving.spool import Spool
from plantigrade.parcels.header import Kind
from plantigrade.web.accounts.limits import SignInLimits
from plantigrade.web.receiving.asking import AnswerError, json_of, sender_of
from plantigrade.web.receiving.settings import ReceivingSettings

SCHEMA: Final = "plantigrade.clinic/1"
RECEIPTS: Final = "plantigrade.receipts/1"
_LONGEST_CODE: Final = 64


class Devices:
    """The handlers.

    Args:
        library: of the clinic, open.
        settings: of receiving.
    """

    def __init__(self, library: Library, settings: ReceivingSettings) -> None:
        self._library, self._settings = library, settings
        self._senders = SenderRegister(library.store)
        self._parcels = ParcelRegister(library.store, Spool(library.data_dir))
        self._limits = SignInLimits()

    async def join(self, request: Request) -> Response:
        """A one-time code against a credential and the clinic's key."""
        address = request.client.host if request.client else ""
        wait_s = self._limits.wait_s("", address)
        if wait_s:
            raise AnswerError(429, "too many tries; wait", Retry_After=str(wait_s))
        values = await json_of(request)
        code, device = values.get("code"), values.get("device", "")
        if not isinstance(code, str) or len(code) > _LONGEST_CODE or not isinstance(device, str):
            raise AnswerError(400, "code and device are texts")
        return await run_in_threadpool(self._join, code, device)

    def _join(self, code: str, device: str) -> Response:
        with acting_as("a device"):
            found = self._senders.join(code, device)
        if found is None:
            raise AnswerError(
                404, "this code is wrong, was used, or has expired; ask the clinic for a new one"
            )
        sender, credential = found
        return JSONResponse(
            {
                "schema": SCHEMA,
                "clinic": self._settings.clinic,
                "key": public_key(self._library.store).text(),
                "person": sender.person,
                "credential": credential,
                "kinds": [kind.value for kind in Kind],
                "most_parcel_bytes": MOST_PARCEL_BYTES,
            },
            201,
        )

    async def receipts(self, request: Request) -> Response:
        """What became of what this device sent."""
        sender = await sender_of(request, self._library)
        wanted = request.query_params.get("parcel")
        found = await run_in_threadpool(self._parcels.receipts, sender.id, wanted)
        return JSONResponse({"schema": RECEIPTS, "receipts": [receipt(parcel) for parcel in found]})

    async def leave(self, request: Request) -> Response:
        """The consent was withdrawn: the credential ends, and what is not complete goes."""
        try:
            sender = await sender_of(request, self._library)
        except AnswerError as error:
            if error.response.status_code == 410:
                return Response(status_code=204)
            raise
        erase = (await json_of(request)).get("erase") is True
        await run_in_threadpool(self._leave, sender, erase)
        return Response(status_code=204)

    def _leave(self, sender: Sender, erase: bool) -> None:
        with acting_as("a device"):
            self._senders.end(sender.id, erase)
            for parcel in self._parcels.receipts(sender.id):
                if parcel.state is ParcelState.RECEIVING:
                    self._parcels.drop(parcel)


def receipt(parcel: Parcel) -> dict[str, Any]:
    """A parcel as its home sees it. Why it is odd is told, who else there is not."""
    return {
        "parcel": parcel.parcel_id,
        "bytes": parcel.bytes,
        "offset": parcel.received,
        "state": parcel.state.value,
        "pieces_sha256": parcel.pieces_sha256,
        "recording": parcel.recording,
        "problem": parcel.problem,
        "begun_utc": _time(parcel.begun_utc),
        "received_utc": _time(parcel.received_utc),
        "filed_utc": _time(parcel.filed_utc),
        "opened_utc": _time(parcel.opened_utc),
        "opened_by": parcel.opened_by,
    }


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
