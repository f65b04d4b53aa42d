"""The headers of every response, built in one place. A route may add only what `ADDITIONS` lists.

OWASP ASVS 5.0, chapter 3.4. The numbers beside each header name the requirement.
"""

import secrets
from collections.abc import Mapping
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

NONCE: Final = "plantigrade.nonce"
"""Key of the request's scope under which templates find the nonce of their response."""
POLICY_ADDITIONS: Final = "X-Policy-Additions"
"""Header by which a route names what it adds; it does not leave this program."""
BOARD_INSTALLER: Final = "board-installer"
PHONE: Final = "phone"
ADDITIONS: Final[Mapping[str, tuple[str, str]]] = {
    BOARD_INSTALLER: ("trusted-types", "lit-html"),
    PHONE: ("script-src", "'wasm-unsafe-eval'"),
}
"""What single routes may add to the policy, and to which directive of it: the policy name of the library in
which esp-web-tools is written; that WebAssembly may be compiled, for the page for phones alone."""
_NONCE_BYTES: Final = 16

_POLICY: Final[Mapping[str, str]] = {
    "default-src": "'none'",
    "script-src": "'self' 'nonce-{nonce}'",
    "style-src": "'self'",
    "img-src": "'self'",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
    "require-trusted-types-for": "'script'",
    "trusted-types": "htmx plantigrade-worker",
}
_ALWAYS: Final[Mapping[str, str]] = {
    "X-Content-Type-Options": "nosniff",  # 3.4.4
    "Referrer-Policy": "same-origin",  # 3.4.5
    "Cross-Origin-Opener-Policy": "same-origin",  # 3.4.8
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "X-Frame-Options": "DENY",  # for browsers that do not know frame-ancestors
}
_HSTS: Final = "max-age=63072000; includeSubDomains"  # 3.4.1: a year at least


def content_security_policy(nonce: str, additions: tuple[str, ...] = ()) -> str:
    """The policy of one response (ASVS 3.4.3, 3.4.6; W3C Content Security Policy Level 3).

    Args:
        nonce: of this response.
        additions: names in `ADDITIONS`.

    Raises:
        KeyError: an addition that is not listed.

    Example:
        >>> "script-src 'self' 'nonce-abc'" in content_security_policy("abc")
        True
    """
    policy = dict(_POLICY)
    for name in additions:
        directive, value = ADDITIONS[name]
        policy[directive] = f"{policy.get(directive, '')} {value}".strip()
    return "; ".join(f"{name} {value.format(nonce=nonce)}" for name, value in policy.items())


class SecurityHeaders:
    """Middleware: the headers on every response, errors among them.

    Args:
        app: what answers.
        secure: whether the pages are served over TLS.
    """

    def __init__(self, app: ASGIApp, secure: bool = False) -> None:
        self._app = app
        self._secure = secure

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        nonce = scope[NONCE] = secrets.token_urlsafe(_NONCE_BYTES)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                additions = tuple(headers.get(POLICY_ADDITIONS, "").split())
                del headers[POLICY_ADDITIONS]
                headers["Content-Security-Policy"] = content_security_policy(nonce, additions)
                for name, value in _ALWAYS.items():
                    headers[name] = value
                if self._secure:
                    headers["Strict-Transport-Security"] = _HSTS
                headers.setdefault("Cache-Control", "no-store")  # 14.3.2
            await send(message)

        await self._app(scope, receive, send_with_headers)
