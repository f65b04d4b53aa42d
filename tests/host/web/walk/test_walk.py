"""/walks/ID: what both readers see of one walk, in all its states, and what they may change."""

import re
from collections.abc import Callable
from datetime import UTC, date

import pytest
from plantigrade.library.catalogue.library import Library
from plantigrade.library.entries import Tag
from plantigrade.library.recordings.computed import begin, fail
from plantigrade.web.accounts.rights import Role
from starlette.testclient import TestClient

from tests.host.web.walk_kit import INSERT, walks

Browser = Callable[..., TestClient]
FORM = {"form_token": "form token"}


def test_the_wearer_reads_sentences_first(browser: Browser) -> None:
    page = browser(Role.PATIENT, "P001").get(f"/walks/{walks().with_insert[0]}").text
    assert "<h1>Walk to the shop</h1>" in page
    assert "took 240 steps, about 120 a minute" in page
    assert "Left foot, shares of the load: heel 44" in page
    assert "98 steady steps" in page
    assert "19 patterns could not be judged" in page
    assert page.count('class="btn main') == 1
    assert "95 % CI" not in page


def test_the_clinician_reads_how_sure_it_is(browser: Browser) -> None:
    name = walks().with_insert[0]
    page = browser(Role.CLINICIAN, shares="P001").get(f"/walks/{name}?person=P001").text
    assert page.count('<div class="figure') == 6
    assert "± 0.020 SD; 95 % CI 0.996 to 1.002; n 197; usual 0.9 to 1.26" in page
    assert "n 98; usual \N{MINUS SIGN}10 to 10" in page
    assert "12,119" in page
    assert "recorded is what was requested" in page
    assert "36 not judged, by reason" in page
    assert f'href="/walks/{name}.csv?person=P001"' in page


def test_either_page_leads_to_the_other(browser: Browser) -> None:
    client, path = browser(Role.PATIENT, "P001"), f"/walks/{walks().with_insert[0]}"
    assert "?view=details" in client.get(path).text
    assert '<div class="figure' in client.get(f"{path}?view=details").text
    assert '<div class="figure' not in client.get(f"{path}?view=nonsense").text


def test_a_foot_that_was_not_recorded_is_hatched_and_named(browser: Browser) -> None:
    page = browser(Role.PATIENT, "P001").get(f"/walks/{walks().left_only}").text
    assert 'class="foot lost"' in page
    assert "Right foot: not recorded." in page
    assert "Only the left foot was recorded" in page
    assert "both feet on the ground" not in page


def test_before_the_analysis_there_are_words_and_no_figures(browser: Browser) -> None:
    page = browser(Role.PATIENT, "P001").get(f"/walks/{walks().waiting}").text
    assert "Being analysed, about 20 s" in page
    assert 'hx-trigger="every 5s"' in page
    assert "<h2" in page and 'class="foot' not in page


def test_an_analysis_that_failed_says_why(browser: Browser, library: Library) -> None:
    folder = library.recordings / walks().waiting
    begin(folder, "sum", "1", None, "final")
    fail(folder, "the sensors said nonsense")
    page = browser(Role.PATIENT, "P001").get(f"/walks/{walks().waiting}").text
    assert "could not be analysed" in page
    assert "the sensors said nonsense" in page


def test_a_deleted_walk_offers_itself_back(browser: Browser) -> None:
    page = browser(Role.PATIENT, "P001").get(f"/walks/{walks().deleted}").text
    assert "This walk is deleted" in page
    assert "Give it back" in page


def test_german_is_whole(browser: Browser) -> None:
    client = browser(Role.PATIENT, "P001")
    client.headers["accept-language"] = "de"
    for path in (
        "/walks",
        f"/walks/{walks().without[0]}?view=details",
        f"/walks/{walks().waiting}",
        "/compare",
    ):
        page = client.get(path)
        assert (page.status_code, '<html lang="de"' in page.text) == (200, True), path


@pytest.mark.parametrize(
    "ending", ["", ".json", ".csv", ".pdf", "/chart", "/export", "/export/abc", "?view=details"]
)
@pytest.mark.parametrize(
    ("role", "person", "shares"),
    [
        (Role.PATIENT, "P001", ""),
        (Role.CLINICIAN, None, "P001"),
        (Role.ENGINEER, None, ""),
        (Role.OWNER, None, ""),
    ],
)
def test_another_persons_walk_does_not_exist(
    browser: Browser, role: Role, person: str | None, shares: str, ending: str
) -> None:
    client = browser(role, person, shares=shares)
    assert client.get(f"/walks/{walks().foreign}{ending}").status_code == 404
    assert client.get(f"/walks/no-such-walk{ending}").status_code in (403, 404)
    assert client.get(f"/walks/{walks().foreign}{ending}?person=P001").status_code == 404


@pytest.mark.parametrize("action", ["rename", "note", "tag", "untag", "delete", "restore"])
def test_another_persons_walk_cannot_be_changed(browser: Browser, library: Library, action: str) -> None:
    client = browser(Role.PATIENT, "P001")
    data = {
        "action": action,
        "title": "x",
        "note": "x",
        "kind": "shoe",
        "tag": "x",
        "which": "shoe:x",
        **FORM,
    }
    before = library.entry(walks().foreign)
    assert client.post(f"/walks/{walks().foreign}", data=data).status_code == 404
    assert library.entry(walks().foreign) == before
    assert library.open(walks().foreign).notes == ()


def test_name_tags_and_notes(browser: Browser, library: Library) -> None:
    client, name = browser(Role.PATIENT, "P001"), walks().with_insert[0]
    path = f"/walks/{name}"
    for data in (
        {"action": "rename", "was": "Walk to the shop", "title": "<b>Home</b>"},
        {"action": "tag", "kind": "terrain", "tag": "gravel"},
        {"action": "untag", "which": str(INSERT)},
        {"action": "note", "note": "<script>alert(1)</script>", "at": "12,5"},
    ):
        assert client.post(path, data=data | FORM).headers["location"] == path
    entry = library.entry(name)
    assert (entry.title, Tag("terrain", "gravel") in entry.tags, INSERT in entry.tags) == (
        "<b>Home</b>",
        True,
        False,
    )
    (note,) = library.open(name).notes
    assert note.at_s == 12.5
    page = client.get(path).text
    assert "&lt;script&gt;" in page and "<script>alert" not in page
    assert "<h1>&lt;b&gt;Home" in page


@pytest.mark.parametrize(
    ("data", "status", "says"),
    [
        ({"action": "note", "note": "  "}, 400, "Please write something"),
        ({"action": "note", "note": "kept", "at": "soon"}, 400, "Please enter seconds"),
        ({"action": "note", "note": "kept", "at": "-3"}, 400, "kept"),
        ({"action": "note", "note": 2001 * "x"}, 400, "at most 2000"),
        ({"action": "rename", "was": "Walk to the shop", "title": 121 * "x"}, 400, "at most 120"),
        ({"action": "rename", "was": "Another window", "title": "x"}, 409, "out of date"),
        ({"action": "tag", "kind": "spell", "tag": "x"}, 400, "Please enter a tag"),
        ({"action": "tag", "kind": "shoe", "tag": ""}, 400, "Please enter a tag"),
        ({"action": "untag", "which": "spell:x"}, 400, ""),
        ({"action": "unknown"}, 400, ""),
        ({"action": "note", "note": "x", "form_token": "of another session"}, 409, ""),
    ],
)
def test_forms_that_make_no_sense(
    browser: Browser, library: Library, data: dict[str, str], status: int, says: str
) -> None:
    name = walks().with_insert[0]
    before = library.entry(name)
    answer = browser(Role.PATIENT, "P001").post(f"/walks/{name}", data=FORM | data)
    assert (answer.status_code, says in answer.text) == (status, True)
    assert library.entry(name) == before
    assert library.open(name).notes == ()


def test_deleting_leads_to_the_list_with_a_way_back(browser: Browser, library: Library) -> None:
    client, name = browser(Role.PATIENT, "P001"), walks().without[0]
    answer = client.post(f"/walks/{name}", data={"action": "delete", **FORM})
    assert answer.headers["location"] == f"/walks?deleted={name}"
    assert "Undo" in client.get(answer.headers["location"]).text
    client.post(f"/walks/{name}", data={"action": "restore", **FORM})
    assert library.entry(name).deleted_utc is None


def test_a_clinician_may_note_but_not_delete(browser: Browser, library: Library) -> None:
    client, name = browser(Role.CLINICIAN, shares="P001"), walks().without[0]
    assert client.post(f"/walks/{name}", data={"action": "note", "note": "seen", **FORM}).status_code == 303
    assert client.post(f"/walks/{name}", data={"action": "delete", **FORM}).status_code in (403, 404)
    assert library.open(name).notes[0].text == "seen"
    assert "Delete this walk" not in client.get(f"/walks/{name}?person=P001").text


def test_the_document_is_the_stored_analysis(browser: Browser, library: Library) -> None:
    client, name = browser(Role.PATIENT, "P001"), walks().without[0]
    document = client.get(f"/walks/{name}.json").json()
    assert document["schema"] == "plantigrade.analysis/1"
    assert document["input"]["path"] == name
    assert str(library.data_dir) not in client.get(f"/walks/{name}.json").text
    assert client.get(f"/walks/{walks().waiting}.json").status_code == 404


def test_the_strides_are_the_stored_ones_in_time_order(browser: Browser, library: Library) -> None:
    from plantigrade.library.recordings.strides import strides

    name = walks().without[0]
    lines = browser(Role.PATIENT, "P001").get(f"/walks/{name}.csv").text.splitlines()
    names = lines[0].split(",")
    begin = [float(line.split(",")[names.index("initial_contact_s")]) for line in lines[1:]]
    stored = strides(library.open(name))
    assert len(begin) == sum(len(valid) for valid in stored.valid.values())
    assert begin == sorted(begin)
    assert {line.split(",")[0] for line in lines[1:]} == {"left", "right"}


def test_pictures_need_no_script_and_no_style(browser: Browser) -> None:
    page = browser(Role.PATIENT, "P001").get(f"/walks/{walks().with_insert[0]}?view=details").text
    assert re.search(r'<path class="p7" d="M[\d.]+ [\d.]+L', page)
    assert " style=" not in page
    assert 'class="ln left"' in page and 'class="band right"' in page


@pytest.mark.parametrize("language", ["en", "de"])
def test_what_stood_out_is_said_in_the_readers_language(language: str) -> None:
    from plantigrade.analysis.stored import StoredDocument
    from plantigrade.gait.signals import Foot
    from plantigrade.posture.rules_engine.guidance import catalogue
    from plantigrade.web.formats import Formats
    from plantigrade.web.pages.walk.plain import stood_out
    from plantigrade.web.words import words_of

    english, texts = catalogue("en"), catalogue(language)
    guide = english.patterns["pronation"]
    found = {
        "rule": "pronation",
        "state": "present",
        "severity": "notice",
        "patient": english.patient("pronation", None),
        "guidance": {"felt": guide.felt, "see_a_professional": guide.see},
    }
    each = [found | {"foot": side} for side in ("left", "right")]
    stood = stood_out(StoredDocument({"posture": each}), Formats(words_of(language), UTC, date(2026, 3, 1)))
    assert stood.language == language
    same = words_of(language)("walk.found.same-right")
    assert stood.sentences == (f"{texts.patient('pronation', Foot.LEFT)} {same}",)
    assert stood.felt == texts.patterns["pronation"].felt
    assert stood.see == (texts.patterns["pronation"].see,)
