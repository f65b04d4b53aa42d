"""`/demo`: there only where the demo has left its summary, and it shows what stands there."""

import json

import pytest
from plantigrade.library.catalogue.library import Library
from plantigrade.web.accounts.rights import Role
from plantigrade.web.pages.demo_summary.page import summary_file

from tests.host.demo.test_figures_by_hand import foot, result


@pytest.fixture
def summary(library: Library) -> dict[str, object]:
    values = result(other=foot()).to_json()
    summary_file(library).parent.mkdir()
    summary_file(library).write_text(json.dumps(values))
    return values


def test_elsewhere_there_is_no_such_page(browser) -> None:
    for path in ("/demo", "/demo.json"):
        assert browser(Role.PATIENT, "P001").get(path).status_code == 404


def test_it_says_what_was_found_beside_the_truth(browser, summary: dict[str, object]) -> None:
    text = browser(Role.PATIENT, "P001").get("/demo").text
    assert "Nothing is missing, and the strides were found again" in text
    assert "Frames that arrived, of those the firmware made" in text
    assert str(summary["source"]) in text


def test_a_run_that_was_not_sound_says_why(browser, library: Library, summary: dict[str, object]) -> None:
    summary |= {"sound": False, "problems": ["left: 7 frames missing"]}
    summary_file(library).write_text(json.dumps(summary))
    text = browser(Role.PATIENT, "P001").get("/demo").text
    assert "Not all of it was right" in text
    assert "left: 7 frames missing" in text


def test_the_document_is_that_of_the_demo(browser, summary: dict[str, object]) -> None:
    assert browser(Role.PATIENT, "P001").get("/demo.json").json() == json.loads(json.dumps(summary))


def test_it_is_the_person_s_own(browser, summary: dict[str, object]) -> None:
    assert browser(Role.ENGINEER).get("/demo").status_code in (403, 404)
