"""From an HTTP request to a `Visit`: limits, origin, session, person, form."""

import os
import tempfile
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from pathlib import Path, PurePosixPath
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.types import Message, Receive

from plantigrade.library.catalogue.audit import SERVICE, acting_as
from plantigrade.library.catalogue.queries import UnknownPersonError, UnknownRecordingError
from plantigrade.library.catalogue.store import LibraryError
from plantigrade.library.entries import Person
from plantigrade.library.person.entries import DataKind
from plantigrade.library.time_zone import zone_of
from plantigrade.web.accounts.rights import ALL_KINDS, Account
from plantigrade.web.security.headers import NONCE
from plantigrade.web.site import SignedIn, Site
from plantigrade.web.visit import RefusedError, Upload, Visit
from plantigrade.web.words import preferred, words_of

COOKIE: Final = "plantigrade"
SECURE_COOKIE: Final = "__Host-plantigrade"
MOST_FIELDS: Final = 200
MOST_TEXT_BYTES: Final = 65_536
"""Of one field that is no file: such fields are held in memory."""
FORM_TOKEN: Final = "form_token"
_CHUNK: Final = 1 << 20
_LONGEST_NAME: Final = 200


Posted = tuple[dict[str, str], dict[str, Upload]]
"""Fields and files by name."""


@dataclass(frozen=True)
class Known:
    """What the request itself says.

    Attributes:
        token: of the session; "" where none came.
        signed_in: the session; None before signing in.
        nonce: of the response.
    """

    token: str
    signed_in: SignedIn | None
    nonce: str


def cookie_name(secure: bool) -> str:
    """Name of the session's cookie (ASVS 3.3.1: `__Host-` where the browser lets it be set)."""
    return SECURE_COOKIE if secure else COOKIE


async def known_of(request: Request, site: Site) -> Known:
    """Who asks."""
    token = request.cookies.get(cookie_name(site.settings.secure), "")
    active = request.headers.get("hx-request") != "true"
    signed_in = await run_in_threadpool(site.accounts.signed_in, token, active) if token else None
    return Known(token, signed_in, str(request.scope.get(NONCE, "")))


def check_origin(request: Request, site: Site) -> None:
    """A form or a WebSocket must come from these pages (ASVS 3.5.1).

    Raises:
        RefusedError: 403, it comes from elsewhere.
    """
    fetch_site = request.headers.get("sec-fetch-site")
    if fetch_site not in (None, "same-origin", "none"):
        raise RefusedError(403)
    origin = request.headers.get("origin")
    if origin is not None and not is_own_origin(origin, request.headers.get("host", ""), site):
        raise RefusedError(403)


def is_own_origin(origin: str, host: str, site: Site) -> bool:
    """Whether a page of this very address asks."""
    parts = urlsplit(origin)
    return parts.scheme == ("https" if site.settings.secure else "http") and parts.netloc == host


async def visit_of(
    request: Request,
    site: Site,
    known: Known,
    form: Mapping[str, str] | None = None,
    files: Mapping[str, Upload] | None = None,
) -> Visit:
    """The request as a page sees it."""
    signed_in = known.signed_in
    account = None if signed_in is None else signed_in.account
    accepted = request.headers.get("accept-language", "")
    parts = {name: str(value) for name, value in request.path_params.items()}
    query, form = dict(request.query_params), form or {}
    asked = query.get("person") or form.get("person") or (account and account.person) or None
    about = await run_in_threadpool(_about, site, account, parts, asked)
    return Visit(
        site,
        account,
        words_of((signed_in and signed_in.language) or about.language or preferred(accepted)),
        about.zone,
        request.url.path,
        parts,
        query,
        form,
        files or {},
        about.shared_kinds,
        ALL_KINDS,
        about.person,
        request.client.host if request.client else "",
        known.token,
        "" if signed_in is None else signed_in.form_token,
        request.headers.get("hx-request") == "true",
        request.headers.get("host", ""),
        request.headers.get("user-agent", ""),
    )


class _About(NamedTuple):
    """What the library says to a request."""

    person: str | None
    zone: tzinfo
    language: str
    shared_kinds: Mapping[str, frozenset[DataKind]]


def _about(site: Site, account: Account | None, parts: Mapping[str, str], asked: str | None) -> _About:
    """Whom a request is about. Looking this up is no reading of a record: nobody sees it."""
    with acting_as(SERVICE):
        person = parts.get("code", asked)
        if "id" in parts:
            person = _wearer(site, parts["id"])
        about, own = _person(site, person), _person(site, account and account.person)
        zone = (about and zone_of(about)) or datetime.now().astimezone().tzinfo or UTC
        shared: Mapping[str, frozenset[DataKind]] = {}
        if account is not None:
            shared = site.accounts.kinds_shared_with(account)
        return _About(person, zone, own.language if own else "", shared)


def _person(site: Site, code: str | None) -> Person | None:
    try:
        return site.library.person(code) if code else None
    except (LibraryError, UnknownPersonError, UnknownRecordingError):
        return None


def _wearer(site: Site, recording: str) -> str | None:
    try:
        return site.library.entry(recording).person
    except (LibraryError, UnknownPersonError, UnknownRecordingError):
        return None


@asynccontextmanager
async def posted(request: Request, most_bytes: int) -> AsyncGenerator[Posted]:
    """Fields and files of a posted form; the files are there until the end of the block.

    Raises:
        RefusedError: 413, it is larger than allowed, however it is sent; 400, it is no form.
    """
    length = request.headers.get("content-length", "")
    if length.isdigit() and int(length) > most_bytes:
        raise RefusedError(413)
    capped = Request(request.scope, _capped(request.receive, most_bytes))
    with tempfile.TemporaryDirectory(prefix="plantigrade-upload-") as folder:
        try:
            found = await capped.form(max_files=4, max_fields=MOST_FIELDS, max_part_size=MOST_TEXT_BYTES)
        except (ValueError, KeyError, UnicodeError) as error:
            raise RefusedError(400) from error
        try:
            yield await _fields(found, Path(folder))
        finally:
            await found.close()


async def _fields(found: FormData, folder: Path) -> Posted:
    fields: dict[str, str] = {}
    files: dict[str, Upload] = {}
    for number, (name, value) in enumerate(found.multi_items()):
        if isinstance(value, UploadFile):
            if not value.filename:
                continue
            # The browser's name is data, never a path (ASVS 5.3.2).
            plain = PurePosixPath(value.filename.replace("\\", "/")).name[:_LONGEST_NAME]
            path = folder / f"{number}{''.join(PurePosixPath(plain).suffixes)[-20:]}"
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
                while chunk := await value.read(_CHUNK):
                    await run_in_threadpool(stream.write, chunk)
            files[name] = Upload(plain, path, path.stat().st_size)
        else:
            fields.setdefault(name, value)
    return fields, files


def _capped(receive: Receive, most_bytes: int) -> Receive:
    left = most_bytes

    async def capped() -> Message:
        nonlocal left
        message = await receive()
        left -= len(message.get("body", b""))
        if left < 0:
            raise RefusedError(413)
        return message

    return capped
