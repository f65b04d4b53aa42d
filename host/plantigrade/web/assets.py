"""Files that every page may load, under names that change with the content, so that browsers keep them."""

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

FOLDER: Final = Path(__file__).with_name("static")
PREFIX: Final = "/static/"
_SUFFIXES: Final = frozenset({".css", ".js", ".svg", ".png"})
_DIGITS: Final = 12
_OWN_NAMES: Final = "vendor/esp-web-tools-"
"""Modules that load each other by name keep theirs; the version in the folder's name changes with them."""
_FOR_EVER: Final = "public, max-age=31536000, immutable"


@dataclass(frozen=True)
class Asset:
    """One file.

    Attributes:
        name: path under `static`, such as "vendor/htmx.min.js".
        content: its bytes.
        media_type: of the content.
        url: where it is served.
    """

    name: str
    content: bytes
    media_type: str
    url: str

    @property
    def packed(self) -> bytes:
        """Its bytes compressed. Only files that hold nobody's secret are: what a page answers is not, since
        its length would tell of what it holds (BREACH, 2013)."""
        return _packed(self.content)


@cache
def assets() -> dict[str, Asset]:
    """All files by name."""
    found: dict[str, Asset] = {}
    for path in sorted(FOLDER.rglob("*")):
        if path.suffix not in _SUFFIXES:
            continue
        name = path.relative_to(FOLDER).as_posix()
        content = path.read_bytes()
        digest = hashlib.sha256(content).hexdigest()[:_DIGITS]
        stem, _, ending = name.rpartition(".")
        media_type = "text/javascript" if ending == "js" else mimetypes.guess_type(name)[0] or "text/plain"
        served = name if name.startswith(_OWN_NAMES) else f"{stem}.{digest}.{ending}"
        found[name] = Asset(name, content, media_type, f"{PREFIX}{served}")
    return found


def asset_url(name: str) -> str:
    """Where a file is served.

    Raises:
        KeyError: there is no such file: a template names one that does not exist.
    """
    return assets()[name].url


@cache
def _packed(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)


@cache
def _by_url() -> dict[str, Asset]:
    return {asset.url: asset for asset in assets().values()}


async def _serve(request: Request) -> Response:
    asset = _by_url().get(request.url.path)
    if asset is None:
        return Response("There is no such file.", 404, media_type="text/plain")
    headers = {"Cache-Control": _FOR_EVER, "Vary": "Accept-Encoding"}
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return Response(asset.content, media_type=asset.media_type, headers=headers)
    headers["Content-Encoding"] = "gzip"
    return Response(asset.packed, media_type=asset.media_type, headers=headers)


ROUTE: Final = Route(f"{PREFIX}{{path:path}}", _serve, name="static")
