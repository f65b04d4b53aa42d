"""`/live.ws`: the WebSocket of live frames."""

import asyncio
import logging
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from plantigrade.web.live.client import Client
from plantigrade.web.live.gate import (
    Looker,
    NotAdmittedError,
    admit,
    check_own_page,
    note_looking,
    note_refusal,
    token_of,
)
from plantigrade.web.live.hub import LiveHub
from plantigrade.web.live.settings import CHECK_S, MOST_OF_AN_ACCOUNT, MOST_SOCKETS, PATH
from plantigrade.web.site import Site

POLICY_VIOLATION: Final = 1008
"""Refused, or no longer allowed (RFC 6455 section 7.4.1)."""
TRY_LATER: Final = 1013
NO_SERVICE: Final = 1011
_GONE: Final = (WebSocketDisconnect, OSError, RuntimeError)
"""What a send to a browser that has gone may end with."""
_log: Final = logging.getLogger("plantigrade.web")


def live_route(site: Site) -> WebSocketRoute:
    """The route, for `make_app(site, more=(live_route(site),))`."""
    hub = None if site.assembly is None else LiveHub(site.assembly)

    async def endpoint(socket: WebSocket) -> None:
        await _serve(socket, site, hub)

    return WebSocketRoute(PATH, endpoint, name="live")


async def _serve(socket: WebSocket, site: Site, hub: LiveHub | None) -> None:
    asked = socket.query_params.get("person")
    try:
        check_own_page(socket, site)
        looker = await run_in_threadpool(admit, site, token_of(socket, site), asked)
    except NotAdmittedError as refusal:
        await _refuse(socket, site, str(refusal))
        return
    if hub is None:
        await socket.close(NO_SERVICE)
        return
    if hub.clients >= MOST_SOCKETS or hub.clients_of(looker.account.name) >= MOST_OF_AN_ACCOUNT:
        _log.warning("%s: too many live pages of %s are open", PATH, looker.account.name)
        await socket.close(TRY_LATER)
        return
    client = Client(socket, looker.account.name)
    with hub.joined(looker.person, client):
        await run_in_threadpool(note_looking, site, looker)
        await socket.accept()
        await _until_over(socket, site, client, looker, asked)


async def _refuse(socket: WebSocket, site: Site, reason: str) -> None:
    """Before the handshake is answered: a browser sees status 403, and no socket opens."""
    _log.warning("%s refused: %s", PATH, reason)
    address = socket.client.host if socket.client else ""
    await run_in_threadpool(note_refusal, site, token_of(socket, site), address)
    await socket.close(POLICY_VIOLATION)


async def _until_over(
    socket: WebSocket, site: Site, client: Client, looker: Looker, asked: str | None
) -> None:
    """Until the browser goes, or may no longer look."""
    refused = asyncio.create_task(_until_refused(site, looker, asked))
    jobs = {asyncio.create_task(_receive(socket, client)), asyncio.create_task(client.send()), refused}
    try:
        done, _ = await asyncio.wait(jobs, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for job in jobs:
            job.cancel()
        await asyncio.wait(jobs)
    for job in jobs:
        error = None if job.cancelled() else job.exception()
        if error is not None and not isinstance(error, _GONE):
            raise error
    if refused in done:
        try:
            await socket.close(POLICY_VIOLATION)
        except _GONE:
            return  # it went at the same moment


async def _receive(socket: WebSocket, client: Client) -> None:
    """Take what the browser sends; whatever it is, it moves at most the mark of what was drawn."""
    while True:
        message = await socket.receive()
        if message["type"] == "websocket.disconnect":
            return
        client.take(message.get("bytes") or b"")


async def _until_refused(site: Site, looker: Looker, asked: str | None) -> None:
    """Returns when the session has ended or the person no longer shares."""
    while True:
        await asyncio.sleep(CHECK_S)
        try:
            await run_in_threadpool(admit, site, looker.token, asked, active=False)
        except NotAdmittedError as refusal:
            _log.info("%s closed: %s", PATH, refusal)
            return
