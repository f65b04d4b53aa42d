"""`/phone` on the pages' own server: the files of the page for phones, which are the same for everybody."""

from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from plantigrade.web.phone.site import INDEX, phone_files
from plantigrade.web.security.headers import PHONE, POLICY_ADDITIONS
from plantigrade.web.words import FALLBACK, preferred

PATH: Final = "/phone"
_LOOK_EVERY_TIME: Final = "no-cache"


async def _to_folder(_request: Request) -> Response:
    """To the address with a slash, under which the service worker answers."""
    return RedirectResponse(f"{PATH}/", 308)


async def _serve(request: Request) -> Response:
    language = preferred(request.headers.get("accept-language", "")) or FALLBACK
    file = phone_files(language).get(request.path_params["path"] or INDEX)
    if file is None:
        return Response("There is no such file.", 404, media_type="text/plain")
    headers = {
        "Cache-Control": _LOOK_EVERY_TIME,
        "ETag": file.tag,
        "Vary": "Accept-Encoding, Accept-Language",
        POLICY_ADDITIONS: PHONE,
    }
    if request.headers.get("if-none-match") == file.tag:
        return Response(status_code=304, headers=headers)
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return Response(file.content, media_type=file.media_type, headers=headers)
    headers["Content-Encoding"] = "gzip"
    return Response(file.packed, media_type=file.media_type, headers=headers)


ROUTES: Final[tuple[BaseRoute, ...]] = (
    Route(PATH, _to_folder, name="phone"),
    Route(f"{PATH}/{{path:path}}", _serve, name="phone-files"),
)
