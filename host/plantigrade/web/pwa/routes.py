"""The addresses of the installed app: its manifest and its service worker."""

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from plantigrade.web.assets import asset_url
from plantigrade.web.pwa.manifest import PATH, manifest_text
from plantigrade.web.words import FALLBACK, preferred

WORKER_PATH: Final = "/service-worker.js"
OFFLINE: Final = "/offline"
OFFLINE_FILES: Final = (
    "tokens.css",
    "components.css",
    "favicon.svg",
    "vendor/htmx.min.js",
    "vendor/hx-csp.min.js",
    "pwa/register.js",
)
"""What the offline page needs beside itself: files that are the same for everybody."""
_SOURCE: Final = Path(__file__).with_name("service_worker.js")
_LOOK_EVERY_TIME: Final = "no-cache"


@cache
def worker_text() -> bytes:
    """The service worker, with the files of this version; another version is another text."""
    stored = json.dumps([asset_url(name) for name in OFFLINE_FILES])
    version = hashlib.sha256(stored.encode()).hexdigest()[:12]
    text = _SOURCE.read_text("utf-8").replace("__FILES__", stored).replace("__VERSION__", version)
    return text.replace("__OFFLINE__", OFFLINE).encode()


async def _manifest(request: Request) -> Response:
    language = preferred(request.headers.get("accept-language", "")) or FALLBACK
    return Response(
        manifest_text(language),
        media_type="application/manifest+json",
        headers={"Cache-Control": _LOOK_EVERY_TIME, "Vary": "Accept-Language"},
    )


async def _worker(_request: Request) -> Response:
    headers = {"Cache-Control": _LOOK_EVERY_TIME}
    return Response(worker_text(), media_type="text/javascript", headers=headers)


ROUTES: Final[tuple[BaseRoute, ...]] = (
    Route(PATH, _manifest, name="manifest"),
    Route(WORKER_PATH, _worker, name="service-worker"),
)
