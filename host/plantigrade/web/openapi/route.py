"""The address of the OpenAPI document."""

import json
from collections.abc import Iterable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from plantigrade.web.openapi.document import PATH, openapi
from plantigrade.web.page import Page


def openapi_route(pages: Iterable[Page]) -> Route:
    """The route that answers with the document of these pages; to all, as it holds no data."""
    text = json.dumps(openapi(pages), ensure_ascii=False).encode()

    async def answer(_request: Request) -> Response:
        return Response(text, media_type="application/json")

    return Route(PATH, answer, name="openapi")
