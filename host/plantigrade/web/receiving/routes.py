"""All addresses below /clinic, for the clinic's own pages and for pages of origins that it names."""

from typing import Final

from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from plantigrade.library.catalogue.library import Library
from plantigrade.web.phone.routes import PATH as PHONE_PAGE
from plantigrade.web.receiving import settings
from plantigrade.web.receiving.asking import answering
from plantigrade.web.receiving.devices import Devices
from plantigrade.web.receiving.settings import ReceivingSettings
from plantigrade.web.receiving.uploads import Uploads

INVITATION: Final = "/join"
"""Of the links of invitations, see `parcels.invitation`."""


def receiving_routes(library: Library, receiving: ReceivingSettings) -> tuple[BaseRoute, ...]:
    """The routes.

    Args:
        library: of the clinic, open.
        receiving: how parcels are taken in.
    """
    devices, uploads = Devices(library, receiving), Uploads(library)
    one = settings.PARCELS + "/{parcel}"

    async def to_phone(_request: Request) -> Response:
        """Who opens an invitation in a browser has a phone in the hand; what follows # goes along."""
        return RedirectResponse(f"{PHONE_PAGE}/", 303)

    routes = [
        Route("/join", answering(devices.join), methods=["POST"]),
        Route("/leave", answering(devices.leave), methods=["POST"]),
        Route("/receipts", answering(devices.receipts), methods=["GET"]),
        Route(settings.PARCELS, answering(uploads.options), methods=["OPTIONS"]),
        Route(settings.PARCELS, answering(uploads.create), methods=["POST"]),
        Route(one, answering(uploads.head), methods=["HEAD"]),
        Route(one, answering(uploads.patch), methods=["PATCH"]),
        Route(one, answering(uploads.delete), methods=["DELETE"]),
    ]
    cors = Middleware(
        CORSMiddleware,
        allow_origins=receiving.origins,
        allow_methods=["GET", "HEAD", "POST", "PATCH", "DELETE"],
        allow_headers=settings.ALLOWED,
        expose_headers=settings.EXPOSED,
        max_age=settings.PREFLIGHT_S,
    )
    return (Route(INVITATION, to_phone), Mount(settings.PREFIX, routes=routes, middleware=[cors]))
