"""Under which names the pages answer: else a stranger's page could reach them by a name of its own."""

from dataclasses import replace

import pytest
from plantigrade.web.app import make_app
from plantigrade.web.site import Site, SiteSettings
from starlette.testclient import TestClient


@pytest.fixture
def client(site: Site) -> TestClient:
    """A site that a home network reaches by two names."""
    hosts = ("127.0.0.1", "localhost", "[::1]", "insoles.home", "192.168.1.20")
    return TestClient(make_app(replace(site, settings=SiteSettings(hosts=hosts))))


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "127.0.0.1:8080", "LOCALHOST:8080", "[::1]:8080", "insoles.home", "Insoles.Home:8080"],
)
def test_names_of_its_own(client: TestClient, host: str) -> None:
    assert client.get("/healthz", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "",
        "evil.example",
        "evil.example:8080",
        "127.0.0.1.evil.example",
        "insoles.home.evil.example",
        "notinsoles.home",
        "localhost.",
        "127.0.0.2",
        "0.0.0.0",
        "[::1",
        "[::1]evil.example",
        "[::2]",
        "localhost@evil.example",
        "evil.example#localhost",
        "evil.example/localhost",
        "localhost:8080:evil",
        "localhost evil.example",
        "127.1",
        "2130706433",
    ],
)
def test_names_of_strangers(client: TestClient, host: str) -> None:
    answer = client.get("/healthz", headers={"host": host})
    assert answer.status_code == 421
    assert "localhost" not in answer.text
