"""Files that every page loads: named by their content, stored by browsers, compressed where possible."""

from collections.abc import Callable

import pytest
from plantigrade.web.assets import asset_url, assets
from starlette.testclient import TestClient

Browser = Callable[..., TestClient]


@pytest.mark.parametrize("name", sorted(assets()))
def test_a_file_is_the_same_with_and_without_compression(browser: Browser, name: str) -> None:
    client = browser()
    plain = client.get(asset_url(name), headers={"accept-encoding": "identity"})
    packed = client.get(asset_url(name), headers={"accept-encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert plain.content == packed.content == assets()[name].content
    assert {answer.headers["vary"] for answer in (plain, packed)} == {"Accept-Encoding"}
    assert "immutable" in plain.headers["cache-control"]


def test_a_page_is_not_compressed(browser: Browser) -> None:
    """What is compressed beside a secret tells of it by its length."""
    assert "content-encoding" not in browser().get("/sign-in", headers={"accept-encoding": "gzip"}).headers


def test_a_file_of_other_content_is_not_there(browser: Browser) -> None:
    assert browser().get("/static/tokens.000000000000.css").status_code == 404
