"""Who asks, and what they sent: credentials, bodies with a limit, and refusals as JSON."""

import json
from collections.abc import Awaitable, Callable
from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from plantigrade.library.catalogue.audit import acting_as
from plantigrade.library.catalogue.library import Library
from plantigrade.library.catalogue.store import LibraryError
from plantigrade.library.receiving.entries import OffsetError, ReceivingError, Sender
from plantigrade.library.receiving.senders import SenderRegister
from plantigrade.library.receiving.spool import BusyError, FullError
from plantigrade.web.receiving import settings

_BEARER: Final = "bearer "
_LONGEST_CREDENTIAL: Final = 200


class AnswerError(Exception):
    """The request ends with this answer.

    Attributes:
        response: the answer.
    """

    def __init__(self, status: int, text: str, **headers: str) -> None:
        super().__init__(text)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.response = JSONResponse({"error": text}, status, _tus(named))


def _tus(headers: dict[str, str]) -> dict[str, str]:
    return {"Tus-Resumable": settings.TUS_VERSION, **headers}


def tus_answer(status: int, **headers: str) -> Response:
    """An answer of the upload protocol, without a body."""
    return Response(
        status_code=status, headers=_tus({name.replace("_", "-"): value for name, value in headers.items()})
    )


Handler = Callable[[Request], Awaitable[Response]]


def answering(handler: Handler) -> Handler:
    """A handler whose errors become answers."""

    async def endpoint(request: Request) -> Response:
        try:
            return await handler(request)
        except AnswerError as error:
            return error.response
        except ReceivingError as error:
            return _refusal(error).response
        except LibraryError:  # its text is for the clinic's people
            return AnswerError(503, "not now; try again", Retry_After=str(settings.DATABASE_S)).response
        except ClientDisconnect:
            return Response(status_code=400)  # nobody is there to read it

    return endpoint


def _refusal(error: ReceivingError) -> AnswerError:
    if isinstance(error, OffsetError):
        return AnswerError(409, str(error), Upload_Offset=str(error.offset))
    if isinstance(error, BusyError):
        return AnswerError(423, str(error), Retry_After=str(settings.BUSY_S))
    if isinstance(error, FullError):
        return AnswerError(507, str(error), Retry_After=str(settings.FULL_S))
    return AnswerError(409, str(error))


async def sender_of(request: Request, library: Library) -> Sender:
    """Whose credential came with a request.

    Raises:
        AnswerError: 401, nobody's; 410, it has ended.
    """
    given = request.headers.get("authorization", "")
    credential = given[len(_BEARER) :].strip() if given.lower().startswith(_BEARER) else ""
    found = None
    if credential and len(credential) <= _LONGEST_CREDENTIAL:
        found = await run_in_threadpool(_find, library, credential)
    if found is None:
        raise AnswerError(401, "this device is not known here", WWW_Authenticate="Bearer")
    if found.ended_utc is not None:
        raise AnswerError(410, "this device no longer sends to this clinic")
    return found


def _find(library: Library, credential: str) -> Sender | None:
    with acting_as("a device"):
        return SenderRegister(library.store).find(credential)


async def body_of(request: Request, most_bytes: int) -> bytes:
    """The whole body.

    Raises:
        AnswerError: 413, it is longer.
        ClientDisconnect: it was cut off.
    """
    length = request.headers.get("content-length", "")
    if length.isdigit() and int(length) > most_bytes:
        raise AnswerError(413, f"at most {most_bytes} bytes at once")
    held = bytearray()
    async for piece in request.stream():
        held += piece
        if len(held) > most_bytes:
            raise AnswerError(413, f"at most {most_bytes} bytes at once")
    return bytes(held)


async def json_of(request: Request) -> dict[str, Any]:
    """A JSON object.

    Raises:
        AnswerError: 400, it is none; 413, it is too long.
    """
    try:
        values = json.loads(await body_of(request, settings.MOST_JSON_BYTES))
    except (ValueError, RecursionError) as error:
        raise AnswerError(400, "a JSON object is expected") from error
    if not isinstance(values, dict):
        raise AnswerError(400, "a JSON object is expected")
    return values  # pyright: ignore[reportUnknownVariableType]
