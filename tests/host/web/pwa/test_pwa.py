"""The installed app: what the manifest says, and that the service worker keeps nothing of anybody."""

import json
import re
import struct
from collections.abc import Callable

import pytest
from plantigrade.web.accounts.rights import Role
from plantigrade.web.assets import assets
from plantigrade.web.pwa.manifest import ICONS, manifest, token
from plantigrade.web.pwa.routes import OFFLINE_FILES, worker_text
from starlette.testclient import TestClient

Browser = Callable[..., TestClient]


def test_the_manifest_is_there_for_everybody_in_the_browser_s_language(browser: Browser) -> None:
    answer = browser().get("/manifest.webmanifest", headers={"accept-language": "de-AT,en;q=0.5"})
    assert answer.headers["content-type"] == "application/manifest+json"
    found = answer.json()
    assert found["lang"] == "de" and found["description"].startswith("Wie Sie gehen")
    assert (found["start_url"], found["scope"], found["display"]) == ("/", "/", "standalone")


def test_colours_are_tokens() -> None:
    assert manifest("en")["background_color"] == token("page")
    with pytest.raises(LookupError):
        token("no-such-colour")


@pytest.mark.parametrize(("name", "size"), [(name, size) for name, size, _ in ICONS if size != "any"])
def test_icons_are_of_the_size_that_is_said(name: str, size: str) -> None:
    header = assets()[name].content[:24]
    assert header[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", header[16:24])
    assert f"{width}x{height}" == size


def test_icons_are_served(browser: Browser) -> None:
    client = browser()
    for icon in client.get("/manifest.webmanifest").json()["icons"]:
        assert client.get(icon["src"]).headers["content-type"] == icon["type"]


def test_the_worker_is_asked_for_anew_each_time_and_is_a_script(browser: Browser) -> None:
    answer = browser().get("/service-worker.js")
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["cache-control"] == "no-cache"
    assert "__" not in answer.text


def test_the_worker_keeps_the_offline_page_and_files_that_are_the_same_for_everybody(
    browser: Browser,
) -> None:
    text = worker_text().decode()
    files = json.loads(re.search(r"FILES = (\[.*?\]);", text)[1])  # type: ignore[index]
    assert len(files) == len(OFFLINE_FILES)
    assert all(path.startswith("/static/") for path in files)
    client = browser()
    assert all(client.get(path).status_code == 200 for path in files)
    # Nothing else is ever put into a cache: these are the only calls that could.
    assert re.findall(r"cache\.(add|addAll|put)\(", text) == ["add", "addAll"]


def test_the_offline_page_needs_only_what_the_worker_keeps(browser: Browser) -> None:
    page = browser().get("/offline")
    assert page.status_code == 200
    stored = {assets()[name].url for name in OFFLINE_FILES}
    loaded = set(re.findall(r'(?:src|href)="(/static/[^"]+\.(?:css|js))"', page.text))
    assert loaded <= stored


def test_the_offline_page_is_nobody_s(browser: Browser) -> None:
    text = browser().get("/offline").text
    assert "The computer cannot be reached" in text
    assert "P001" not in text and 'id="strip"' not in text


def test_without_cookies_the_page_that_is_kept_is_the_same_for_all_roles(browser: Browser) -> None:
    assert '"omit"' in worker_text().decode()
    signed_in = browser(Role.PATIENT, "P001").get("/offline").text
    assert 'id="strip"' in signed_in


def test_the_policy_lets_pages_register_this_worker_and_no_other(browser: Browser) -> None:
    policy = browser().get("/offline").headers["content-security-policy"]
    assert "trusted-types htmx plantigrade-worker" in policy
    assert "'unsafe" not in policy
    script = assets()["pwa/register.js"].content.decode()
    assert '"plantigrade-worker"' in script and "isSecureContext" in script
