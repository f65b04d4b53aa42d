"""The files of the page for phones. Served by `plantigrade run`, or written into a folder for any web server.

They are the same for everybody: no account, no data, no key. One origin beside their own may be talked to,
that of the clinic, and it is fixed when the files are made.
"""

import gzip
import hashlib
import json
import mimetypes
import re
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import insole_protocol

from plantigrade.errors import PlantigradeError
from plantigrade.web.assets import FOLDER as STATIC
from plantigrade.web.drawing.insole import draw_insole
from plantigrade.web.pwa.manifest import ICONS, NAME, token
from plantigrade.web.templating import render
from plantigrade.web.words import Words, words_of

APP: Final = Path(__file__).with_name("app")
INDEX: Final = "index.html"
WORKER: Final = "service_worker.js"
_PORT: Final = "vendor/micropython-1.28.0-6"
_OF_STATIC: Final = {
    "tokens.css": "tokens.css",
    "components.css": "components.css",
    "favicon.svg": "favicon.svg",
    "icon-180.png": "pwa/icon-180.png",
    "vendor/micropython.mjs": f"{_PORT}/micropython.mjs",
    "vendor/micropython.wasm": f"{_PORT}/micropython.wasm",
    **{Path(name).name: name for name, _, _ in ICONS},
}
_HOST_MODULES: Final = (
    "plantigrade/bridge/journal/layout.py",
    "plantigrade/web/phone/link.py",
    "plantigrade/web/phone/record_check.py",
)
_TYPES: Final = {
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".wasm": "application/wasm",
    ".json": "application/json",
    ".webmanifest": "application/manifest+json",
}
_ORIGIN: Final = re.compile(
    r"https://[a-z0-9.-]+(:[0-9]{1,5})?|http://(localhost|127\.0\.0\.1)(:[0-9]{1,5})?"
)


class OriginError(PlantigradeError):
    """A clinic's address that no page may be bound to."""


@dataclass(frozen=True)
class File:
    """One file of the page.

    Attributes:
        content: its bytes.
        media_type: of the content.
    """

    content: bytes
    media_type: str

    @property
    def packed(self) -> bytes:
        """Its bytes compressed."""
        return _packed(self.content)

    @property
    def tag(self) -> str:
        """Changes with the content: an ETag."""
        return f'"{hashlib.sha256(self.content).hexdigest()[:16]}"'


@cache
def _packed(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)


def checked_origin(clinic: str) -> str:
    """The origin of a clinic's server, "" for none.

    >>> checked_origin("https://clinic.example")
    'https://clinic.example'

    Raises:
        OriginError: it is more or less than scheme, host and port, or not encrypted.
    """
    if clinic and not _ORIGIN.fullmatch(clinic):
        raise OriginError(
            f"{clinic} is no origin such as https://clinic.example: small letters, without a path, encrypted"
        )
    return clinic


def policy(clinic: str = "") -> str:
    """The content security policy that the page itself carries (docs/reference/security-checklist.md)."""
    reached = f"'self' {clinic}".strip()
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self' 'wasm-unsafe-eval'",
            "worker-src 'self'",
            "style-src 'self'",
            "img-src 'self'",
            f"connect-src {reached}",
            "manifest-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types plantigrade-worker",
        )
    )


@cache
def phone_files(language: str, clinic: str = "") -> dict[str, File]:
    """All files by the path under the page's folder.

    Args:
        language: of the texts.
        clinic: origin of its server, "" for none.

    Raises:
        OriginError: that is no origin.
    """
    words = words_of(language)
    found: dict[str, bytes] = {
        path.relative_to(APP).as_posix(): path.read_bytes()
        for path in sorted(APP.rglob("*"))
        if path.suffix in (".js", ".css")
    }
    found |= {name: (STATIC / source).read_bytes() for name, source in _OF_STATIC.items()}
    found["protocol.json"] = _json(python_sources())
    found["manifest.webmanifest"] = _json(_manifest(words))
    found[INDEX] = _index(words, checked_origin(clinic)).encode()
    found[WORKER] = _worker(found)
    return {name: File(content, _media_type(name)) for name, content in sorted(found.items())}


def python_sources() -> dict[str, str]:
    """The Python that the page runs: the protocol's package, unchanged, and the page's own half."""
    protocol = Path(insole_protocol.__file__).parent
    package = Path(__file__).resolve().parents[3]
    sources = {
        f"insole_protocol/{path.name}": path.read_text("utf-8")
        for path in sorted(protocol.glob("*.py"))
        if not path.name.endswith("_viper.py")  # machine code of another processor
    }
    return sources | {name: (package / name).read_text("utf-8") for name in _HOST_MODULES}


def _index(words: Words, clinic: str) -> str:
    texts = {key: words(key) for key in sorted(words.keys) if key.startswith("phone.")}
    values: dict[str, Any] = {
        "words": words,
        "policy": policy(clinic),
        "colours": (token("page"), _dark_page()),
        "texts": _inline(texts),
        "settings": _inline({"clinic": clinic}),
        "drawings": [(side, draw_insole(side, {})) for side in ("left", "right")],
        "version": f"Plantigrade {version('plantigrade')}",
    }
    return render("phone/app/index.html", values)


def _dark_page() -> str:
    text = (STATIC / "tokens.css").read_text("utf-8")
    found = re.search(r"color-scheme: dark;\s+--page: (#[0-9a-f]+);", text)
    if found is None:
        raise LookupError("tokens.css has no dark page")
    return found.group(1)


def _inline(values: Any) -> Any:
    """JSON that stands in a page: nothing in it ends the element."""
    from markupsafe import Markup

    return Markup(json.dumps(values, ensure_ascii=False).replace("<", "\\u003c"))


def _manifest(words: Words) -> dict[str, Any]:
    return {
        "id": "./",
        "name": words("phone.title"),
        "short_name": NAME,
        "description": words("phone.description"),
        "lang": words.language,
        "start_url": "./",
        "scope": "./",
        "display": "standalone",
        "background_color": token("page"),
        "theme_color": token("page"),
        "icons": [
            {"src": Path(name).name, "sizes": sizes, "purpose": purpose, "type": _media_type(name)}
            for name, sizes, purpose in ICONS
        ],
    }


def _worker(files: dict[str, bytes]) -> bytes:
    """The service worker with the list of files that it keeps; another version is another text."""
    names = [f"./{name}" if name != INDEX else "./" for name in sorted(files) if name != WORKER]
    digest = hashlib.sha256(b"".join(hashlib.sha256(files[name]).digest() for name in sorted(files)))
    text = files[WORKER].decode().replace("__FILES__", json.dumps(names))
    return text.replace("__VERSION__", digest.hexdigest()[:12]).encode()


def _json(values: Any) -> bytes:
    return json.dumps(values, ensure_ascii=False).encode()


def _media_type(name: str) -> str:
    suffix = Path(name).suffix
    return _TYPES.get(suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"


def write_folder(folder: Path, language: str, clinic: str) -> list[Path]:
    """Write the files for any web server.

    Raises:
        OriginError: the clinic's address is no origin.
        OSError: it cannot be written.
    """
    written: list[Path] = []
    for name, file in phone_files(language, clinic).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.content)
        written.append(path)
    return written
