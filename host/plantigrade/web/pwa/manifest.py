"""The manifest of the installed app (W3C Web Application Manifest), with colours from the tokens."""

import json
import re
from typing import Any, Final

from plantigrade.web.assets import asset_url, assets
from plantigrade.web.words import words_of

PATH: Final = "/manifest.webmanifest"
NAME: Final = "Plantigrade"
ICONS: Final = (
    ("pwa/icon-192.png", "192x192", "any"),
    ("pwa/icon-512.png", "512x512", "any"),
    ("pwa/icon-maskable-512.png", "512x512", "maskable"),
    ("icon.svg", "any", "any"),
)
"""File, size and purpose; browsers draw masks over maskable ones, whose picture lies in the middle 80 %."""


def token(name: str) -> str:
    """A colour of the light tokens.

    Raises:
        LookupError: there is no such token.

    Example:
        >>> token("accent").startswith("#")
        True
    """
    text = assets()["tokens.css"].content.decode()
    found = re.search(rf"--{re.escape(name)}: (#[0-9a-f]+);", text)
    if found is None:
        raise LookupError(f"tokens.css has no colour --{name}")
    return found.group(1)


def manifest(language: str) -> dict[str, Any]:
    """The manifest in a language."""
    words = words_of(language)
    return {
        "id": "/",
        "name": NAME,
        "short_name": NAME,
        "description": words("pwa.description"),
        "lang": words.language,
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": token("page"),
        "theme_color": token("page"),
        "icons": [
            {
                "src": asset_url(name),
                "sizes": sizes,
                "purpose": purpose,
                "type": assets()[name].media_type,
            }
            for name, sizes, purpose in ICONS
        ],
    }


def manifest_text(language: str) -> bytes:
    """The manifest as it is sent."""
    return json.dumps(manifest(language), ensure_ascii=False).encode()
