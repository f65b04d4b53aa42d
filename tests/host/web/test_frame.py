"""Every page has the same frame, the same headers, and the same answers to what it does not take."""

from collections.abc import Callable

import pytest
from plantigrade.web.accounts.rights import Role
from plantigrade.web.pages import pages
from starlette.testclient import TestClient

Browser = Callable[..., TestClient]


def test_a_page_has_words_and_navigation_and_a_strip(browser: Browser) -> None:
    page = browser(Role.PATIENT, "P001").get("/")
    assert page.status_code == 200
    assert 'lang="en"' in page.text
    assert 'aria-label="Pages"' in page.text
    assert "Not running" in page.text


def test_without_signing_in_pages_lead_there_and_programs_are_told(browser: Browser) -> None:
    stranger = browser()
    assert stranger.get("/").headers["location"] == "/sign-in?next=/"
    assert stranger.get("/strip", headers={"hx-request": "true"}).status_code == 401


def test_a_clinician_begins_with_the_list_of_people(browser: Browser) -> None:
    assert browser(Role.CLINICIAN).get("/").headers["location"] == "/people"


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", ""])
def test_a_stranger_s_name_for_this_computer_is_refused(browser: Browser, host: str) -> None:
    assert browser(Role.PATIENT, "P001").get("/", headers={"host": host}).status_code == 421


def test_a_page_that_is_not_there_says_so_in_the_frame(browser: Browser) -> None:
    page = browser(Role.PATIENT, "P001").get("/nowhere")
    assert page.status_code == 404
    assert "There is no such page" in page.text


def test_every_answer_has_the_policy(browser: Browser) -> None:
    client = browser(Role.PATIENT, "P001")
    for path in ("/", "/nowhere", "/healthz", "/strip"):
        policy = client.get(path).headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "require-trusted-types-for 'script'" in policy


def test_pages_have_paths_of_their_own() -> None:
    paths = [page.path for page in pages()]
    assert len(set(paths)) == len(paths)
