"""The pages over TLS: 1.2 at least, no plain way beside it, and headers that keep it so."""

import ssl
from pathlib import Path

import pytest
from plantigrade.web.app import make_app
from plantigrade.web.lan.certificate import certificate
from plantigrade.web.requests import SECURE_COOKIE
from plantigrade.web.server import Pages, Tls
from plantigrade.web.site import Site, SiteSettings
from starlette.testclient import TestClient

from tests.host.web.conftest import KnownAccounts

HOST = "192.168.1.7"


@pytest.fixture
def secure_site(site: Site) -> Site:
    """The site as the home network has it."""
    return Site(site.library, KnownAccounts(), settings=SiteSettings(hosts=(HOST,), secure=True))


def test_old_versions_of_tls_are_refused(secure_site: Site, tmp_path: Path) -> None:
    """ASVS 12.1.1."""
    paths = certificate(tmp_path, [HOST])
    pages = Pages(secure_site, tls=Tls(paths.certificate, paths.key))
    context = pages._config(secure_site).ssl
    assert context is not None and context.minimum_version >= ssl.TLSVersion.TLSv1_2


def test_browsers_keep_to_tls_and_to_this_site(secure_site: Site) -> None:
    """ASVS 3.4.1 and 12.2.1."""
    client = TestClient(make_app(secure_site), base_url=f"https://{HOST}", follow_redirects=False)
    answer = client.get("/sign-in")
    assert answer.headers["strict-transport-security"] == "max-age=63072000; includeSubDomains"
    assert client.get("/sign-in", headers={"host": "other.local"}).status_code == 421


def test_the_cookie_is_of_this_host_alone(secure_site: Site) -> None:
    """ASVS 3.3.1 to 3.3.4."""
    client = TestClient(make_app(secure_site), base_url=f"https://{HOST}", follow_redirects=False)
    gone = client.post("/sign-out", data={}).headers["set-cookie"]
    assert gone.startswith(f"{SECURE_COOKIE}=")
    assert {"HttpOnly", "Secure", "Path=/", "SameSite=lax"} <= set(gone.split("; "))
    assert "Domain" not in gone


def test_what_does_not_work_at_addresses_is_said(secure_site: Site) -> None:
    client = TestClient(make_app(secure_site), base_url=f"https://{HOST}", follow_redirects=False)
    page = client.get("/sign-in").text
    assert "Passkeys do not work at addresses of a home network" in page and "data-passkey" not in page
