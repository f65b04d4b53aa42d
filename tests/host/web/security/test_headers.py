"""Every answer has the headers, whatever it is and whoever asks (OWASP ASVS 5.0, 3.4 and 14.3.2)."""

import re
from collections.abc import Callable

import pytest
from plantigrade.web.accounts.rights import Role
from plantigrade.web.app import make_app
from plantigrade.web.openapi.document import openapi
from plantigrade.web.page import Page
from plantigrade.web.pages import pages
from plantigrade.web.security.headers import ADDITIONS, content_security_policy
from plantigrade.web.site import Site, SiteSettings
from starlette.testclient import TestClient

Browser = Callable[..., TestClient]
ADDRESSES = sorted(re.sub(r"\{\w+\}", "P001", path) for path in openapi(pages())["paths"])
MORE = [
    "/nowhere",
    "/static/nothing.css",
    "/manifest.webmanifest",
    "/service-worker.js",
    "/walks/..%2f..%2fetc",
]
DIRECTIVES = {
    "default-src": "'none'",
    "style-src": "'self'",
    "img-src": "'self'",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
    "require-trusted-types-for": "'script'",
}


def directives(policy: str) -> dict[str, str]:
    """A policy by directive."""
    return dict(one.strip().partition(" ")[::2] for one in policy.split(";"))


def assert_protected(headers: object, path: str) -> None:
    """All headers are there."""
    found = {name.lower(): value for name, value in headers.items()}  # type: ignore[attr-defined]
    policy = directives(found["content-security-policy"])
    assert {name: policy.get(name) for name in DIRECTIVES} == DIRECTIVES, path
    assert re.fullmatch(r"'self' 'nonce-[\w-]{20,}'", policy["script-src"]), path
    assert "unsafe" not in found["content-security-policy"]
    assert found["x-content-type-options"] == "nosniff"
    assert found["referrer-policy"] == "same-origin"
    assert found["cross-origin-opener-policy"] == "same-origin"
    assert found["cross-origin-resource-policy"] == "same-origin"
    assert found["x-frame-options"] == "DENY"
    assert "camera=()" in found["permissions-policy"]
    assert "server" not in found
    assert "x-policy-additions" not in found


@pytest.mark.parametrize("path", [*ADDRESSES, *MORE])
@pytest.mark.parametrize("role", [None, Role.PATIENT, Role.ENGINEER])
def test_every_address(browser: Browser, path: str, role: Role | None) -> None:
    client = browser(role, "P001" if role is Role.PATIENT else None)
    assert_protected(client.get(path).headers, path)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
@pytest.mark.parametrize("path", ["/", "/nowhere", "/healthz", "/openapi.json"])
def test_every_method(browser: Browser, method: str, path: str) -> None:
    answer = browser(Role.PATIENT, "P001").request(method, path)
    assert answer.status_code in (400, 404, 405)
    assert_protected(answer.headers, path)


def test_a_strange_name_of_the_computer(browser: Browser) -> None:
    answer = browser().get("/", headers={"host": "evil.example"})
    assert answer.status_code == 421
    assert_protected(answer.headers, "/")


def test_a_defect(site: Site, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    def broken(_visit: object) -> object:
        raise ZeroDivisionError("the secret of the trace")

    page = Page("broken", "/broken", None, broken)  # type: ignore[arg-type]
    monkeypatch.setattr("plantigrade.web.app.pages", lambda: (page,))
    client = TestClient(make_app(site), base_url="http://localhost", raise_server_exceptions=False)
    answer = client.get("/broken")
    assert answer.status_code == 500
    assert_protected(answer.headers, "/broken")
    assert "secret" not in answer.text and "ZeroDivision" not in answer.text
    assert "Something went wrong here" in answer.text
    assert "the secret of the trace" in caplog.text


def test_pages_and_data_are_kept_by_no_browser(browser: Browser) -> None:
    client = browser(Role.PATIENT, "P001")
    for path in ("/", "/strip", "/nowhere"):
        assert client.get(path).headers["cache-control"] == "no-store"


def test_nonces_are_new_each_time_and_those_of_the_page(browser: Browser) -> None:
    client = browser(Role.PATIENT, "P001")
    seen = set()
    for _ in range(20):
        answer = client.get("/")
        (nonce,) = set(re.findall(r'nonce="([\w-]+)"', answer.text))
        assert f"'nonce-{nonce}'" in answer.headers["content-security-policy"]
        seen.add(nonce)
    assert len(seen) == 20


@pytest.mark.parametrize("secure", [True, False])
def test_browsers_remember_tls_only_where_there_is_tls(site: Site, secure: bool) -> None:
    from dataclasses import replace

    app = make_app(replace(site, settings=SiteSettings(secure=secure)))
    answer = TestClient(app, base_url="https://localhost").get("/healthz")
    assert ("strict-transport-security" in answer.headers) is secure
    if secure:
        years = int(answer.headers["strict-transport-security"].split("=")[1].split(";")[0]) / 31_536_000
        assert years >= 1


def test_a_route_adds_only_what_is_listed() -> None:
    assert ADDITIONS == {
        "board-installer": ("trusted-types", "lit-html"),
        "phone": ("script-src", "'wasm-unsafe-eval'"),
    }
    with_it = directives(content_security_policy("n", ("board-installer",)))
    assert with_it.pop("trusted-types") == "htmx plantigrade-worker lit-html"
    without = directives(content_security_policy("n"))
    assert without.pop("trusted-types") == "htmx plantigrade-worker"
    assert with_it == without
    on_a_phone = directives(content_security_policy("n", ("phone",)))
    assert on_a_phone.pop("script-src") == "'self' 'nonce-n' 'wasm-unsafe-eval'"
    assert on_a_phone == {
        name: value
        for name, value in directives(content_security_policy("n")).items()
        if name != "script-src"
    }
    with pytest.raises(KeyError):
        content_security_policy("n", ("script-src",))
