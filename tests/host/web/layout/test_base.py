"""The frame of a page as the browser gets it."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from plantigrade.web.accounts.rights import Role
from starlette.testclient import TestClient

Browser = Callable[..., TestClient]


def test_the_page_one_is_on_is_marked_in_the_navigation(browser: Browser) -> None:
    text = browser(Role.PATIENT, "P001").get("/").text
    assert text.count('aria-current="page"') == 1
    assert '<a href="/" aria-current="page">' in text


def test_the_strip_is_a_part_of_its_own_without_its_frame(browser: Browser) -> None:
    part = browser(Role.PATIENT, "P001").get("/strip", headers={"hx-request": "true"})
    assert part.status_code == 200
    assert "<html" not in part.text and 'id="strip"' not in part.text
    assert "Not running" in part.text and "None open" not in part.text


def test_the_look_for_news_changes_only_what_has_changed_and_shows_no_errors_as_news(
    browser: Browser,
) -> None:
    text = browser(Role.PATIENT, "P001").get("/").text
    assert 'hx-get="/strip"' in text and 'hx-swap="innerMorph"' in text
    assert 'hx-status:4xx="swap:none" hx-status:5xx="swap:none"' in text


def test_a_clinician_s_strip_stays_with_the_person_in_view(browser: Browser) -> None:
    clinician = browser(Role.CLINICIAN, shares="P001")
    part = clinician.get("/strip?person=P001", headers={"hx-request": "true"})
    homes = clinician.get("/strip", headers={"hx-request": "true"})
    assert "Heard from 0 of 1 homes today" in homes.text
    assert "homes" not in part.text


def test_a_strip_about_someone_who_does_not_share_is_that_of_all(browser: Browser) -> None:
    part = browser(Role.CLINICIAN, shares="P001").get("/strip?person=P002")
    assert "Heard from 0 of 1 homes today" in part.text


@pytest.mark.parametrize(("size", "theme"), [("", ""), ("large", "dark"), ("larger", "light")])
def test_text_size_and_theme_are_those_of_the_account(
    browser: Browser, accounts: object, size: str, theme: str
) -> None:
    client = browser(Role.PATIENT, "P001")
    known: dict[str, object] = accounts.of_token  # type: ignore[attr-defined]
    for token, signed_in in known.items():
        known[token] = replace(signed_in, text_size=size, theme=theme)  # type: ignore[type-var]
    text = client.get("/").text
    assert (f'data-text="{size}"' in text) is bool(size)
    assert (f'data-theme="{theme}"' in text) is bool(theme)
