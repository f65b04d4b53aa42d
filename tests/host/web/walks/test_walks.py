"""/walks: what a person finds, searches, adds, deletes and gives back; nobody else's is there."""

import gzip
import re
from collections.abc import Callable
from datetime import UTC, datetime
from html import unescape

import numpy as np
import pytest
from plantigrade.library.catalogue.library import Library
from plantigrade.library.catalogue.recording_states import state_of
from plantigrade.library.entries import Filter
from plantigrade.twin.walks import BUNDLED_WALK
from plantigrade.web.accounts.rights import Role
from plantigrade.web.jobs.jobs import Jobs, use_jobs
from plantigrade.web.jobs.settings import MOST_WAITING
from plantigrade.web.jobs.work import do
from plantigrade.web.pages.walks import search
from starlette.testclient import TestClient

from tests.host.web.walk_kit import walks

Browser = Callable[..., TestClient]
FORM = {"form_token": "form token"}
OLDER, NEWER = (re.compile(f'rel="{rel}" href="([^"]+)"') for rel in ("next", "prev"))
EVERY_WALK = {"with_insert.0", "with_insert.1", "without.0", "without.1", "waiting", "left_only"}


def test_newest_first_with_what_is_known_of_each(browser: Browser) -> None:
    page = browser(Role.PATIENT, "P001").get("/walks").text
    known = walks()
    shown = [known.left_only, known.waiting, *reversed(known.without), *reversed(known.with_insert)]
    places = [page.index(f'href="/walks/{one}"') for one in shown]
    assert places == sorted(places)
    assert "Walk to the shop" in page
    assert "240 steps" in page
    assert "being analysed, about 20 s" in page
    assert "only the left foot" in page


def test_the_list_of_somebody_else_holds_nothing_of_it(browser: Browser) -> None:
    page = browser(Role.PATIENT, "P001").get("/walks").text
    assert walks().foreign not in page
    assert browser(Role.PATIENT, "P002").get("/walks?person=P001").status_code in (403, 404)


def test_a_clinician_sees_those_who_share_and_keeps_the_person_in_every_link(browser: Browser) -> None:
    client = browser(Role.CLINICIAN, shares="P001")
    page = client.get("/walks?person=P001").text
    assert f'href="/walks/{walks().left_only}?person=P001"' in page
    assert client.get("/walks?person=P002").status_code == 404


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=SHOP", {"with_insert.0"}),
        ("tag=orthotic:insert", {"with_insert.0", "with_insert.1"}),
        ("from=2026-03-01", {"waiting", "left_only"}),
        ("from=2026-02-26&to=2026-02-26", {"with_insert.1"}),
        ("gaps=with", set[str]()),
        ("kind=import&q=shop", {"with_insert.0"}),
        ("kind=insole", set[str]()),
        ("q=nothing+is+called+so", set[str]()),
        ("after=unknown", EVERY_WALK),
        ("before=unknown", EVERY_WALK),
    ],
)
def test_searches_of_the_address(browser: Browser, query: str, found: set[str]) -> None:
    page = browser(Role.PATIENT, "P001").get(f"/walks?{query}").text
    known = walks()
    names = {
        f"{name}.{at}": one for name in ("with_insert", "without") for at, one in enumerate(vars(known)[name])
    } | {"waiting": known.waiting, "left_only": known.left_only}
    assert {name for name, one in names.items() if f"/walks/{one}" in page} == found


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("from=yesterday", 400),
        ("to=2026-02-30", 400),
        ("tag=spell:fire", 400),
        ("tag=shoe:%00", 400),
        ("kind=magic", 400),
        ("from=9999-12-31", 200),
        ("after=%00", 200),
        ("before=" + 3000 * "9", 200),
        ("q=" + 3000 * "x", 200),
        ("q=%3Cscript%3Ealert(1)%3C/script%3E", 200),
    ],
)
def test_searches_that_make_no_sense(browser: Browser, query: str, status: int) -> None:
    answer = browser(Role.PATIENT, "P001").get(f"/walks?{query}")
    assert answer.status_code == status
    assert "<script>alert" not in answer.text


def test_an_empty_list_says_what_comes_next(browser: Browser, library: Library) -> None:
    for entry in library.find(Filter(person="P001")):
        library.erase(entry.id)
    page = browser(Role.PATIENT, "P001").get("/walks").text
    assert "Nothing was recorded yet" in page


def test_pages_of_a_long_list_lead_onwards_and_back(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Six walks, two a page; the search goes along."""
    monkeypatch.setattr(search, "PAGE_SIZE", 2)
    client, known = browser(Role.PATIENT, "P001"), walks()
    names = [known.left_only, known.waiting, *reversed(known.without), *reversed(known.with_insert)]
    page, seen = client.get("/walks?gaps=without").text, list[list[str]]()
    while True:
        seen.append([name for name in names if f'href="/walks/{name}"' in page])
        if (older := OLDER.search(page)) is None:
            break
        assert "gaps=without" in older[1]
        page = client.get(unescape(older[1])).text
    assert seen == [names[:2], names[2:4], names[4:]]
    for wanted in reversed(seen[:-1]):
        newer = NEWER.search(page)
        assert newer is not None
        page = client.get(unescape(newer[1])).text
        assert [name for name in names if f'href="/walks/{name}"' in page] == wanted
    assert NEWER.search(page) is None


def test_the_list_alone_for_htmx(browser: Browser) -> None:
    page = browser(Role.PATIENT, "P001").get("/walks", headers={"HX-Request": "true"}).text
    assert page.lstrip().startswith('<div id="walks-list"')
    assert 'hx-trigger="every 5s"' in page


def test_a_deleted_walk_is_given_back(browser: Browser, library: Library) -> None:
    client, gone = browser(Role.PATIENT, "P001"), walks().deleted
    assert "1 deleted walk" in client.get("/walks").text
    answer = client.post("/walks", data={"action": "restore", "recording": gone, **FORM})
    assert (answer.status_code, answer.headers["location"]) == (303, "/walks")
    assert library.entry(gone).deleted_utc is None


@pytest.mark.parametrize(
    ("role", "person", "data", "status"),
    [
        (Role.PATIENT, "P002", FORM, 404),
        (Role.CLINICIAN, None, FORM | {"person": "P001"}, 404),
        (Role.PATIENT, "P001", {"form_token": "forged"}, 409),
    ],
)
def test_nobody_else_gives_it_back(
    browser: Browser, library: Library, role: Role, person: str | None, data: dict[str, str], status: int
) -> None:
    client = browser(role, person, shares="P001")
    answer = client.post("/walks", data={"action": "restore", "recording": walks().deleted, **data})
    assert answer.status_code == status
    assert library.entry(walks().deleted).deleted_utc is not None


def test_nobodys_recording_is_asked_about_only_where_it_can_be_theirs(
    browser: Browser, library: Library
) -> None:
    with library.store.write() as session:
        from plantigrade.library.catalogue.tables import RecordingRow

        row = session.get(RecordingRow, walks().nobodys)
        assert row is not None
        row.unassigned = "unknown insole"
    client = browser(Role.PATIENT, "P001")
    assert walks().nobodys not in client.get("/walks").text
    data = {"action": "assign", "recording": walks().nobodys, "whose": "mine", **FORM}
    assert client.post("/walks", data=data).status_code == 404
    library.erase_person("P002")
    assert "Whose recording is this?" in client.get("/walks").text
    assert client.post("/walks", data=data).status_code == 303
    assert library.entry(walks().nobodys).person == "P001"


def test_the_document_and_its_rows(browser: Browser) -> None:
    client = browser(Role.PATIENT, "P001")
    document = client.get("/walks.json").json()
    assert document["schema"] == "plantigrade.walks/1"
    assert {one["id"] for one in document["walks"]} >= set(walks().without)
    rows = client.get("/walks.csv").text.splitlines()
    assert rows[0].startswith("id,kind,title,person")
    assert len(rows) == 1 + len(document["walks"])


def _upload(client: TestClient, name: str, content: bytes, **fields: str) -> int:
    data = {"action": "upload", **FORM, **fields}
    return client.post("/walks", data=data, files={"file": (name, content)}).status_code


def test_a_file_of_another_system_becomes_a_walk(browser: Browser, library: Library) -> None:
    use_jobs(library, Jobs(library, run=do))
    client = browser(Role.PATIENT, "P002")
    content = BUNDLED_WALK.read_bytes() + b""
    shorter = gzip.compress(b"".join(gzip.decompress(content).splitlines(keepends=True)[:4000]))
    assert _upload(client, "../../GaCo13_01.txt.gz", shorter, title="By hand", shoe="boots") == 303
    (found,) = [one for one in library.find(Filter(person="P002")) if one.title == "By hand"]
    assert [str(tag) for tag in found.tags] == ["shoe:boots"]
    state = state_of(library, found.id)
    assert state is not None and not state.analysed
    assert list((library.data_dir / "downloads").rglob("upload*")) == []


def _rows(mark: str = ".", title: str = "left_force_n", count: int = 200) -> bytes:
    lines = [f"{i},{i % 100 * 7}{mark}125" for i in range(count)]
    return "\n".join([f"time_ms;{title}", *(line.replace(",", ";", 1) for line in lines)]).encode() + b"\n"


def test_the_form_dates_a_file_by_the_clocks_of_the_person(browser: Browser, library: Library) -> None:
    use_jobs(library, Jobs(library, run=do))
    client = browser(Role.PATIENT, "P002")
    assert _upload(client, "w.csv", _rows(), title="Dated", start="2026-03-01T14:30:05") == 303
    (found,) = [one for one in library.find(Filter(person="P002")) if one.title == "Dated"]
    assert found.start_utc_ns is not None
    assert datetime.fromtimestamp(found.start_utc_ns / 1e9, UTC) == datetime(
        2026, 3, 1, 13, 30, 5, tzinfo=UTC
    )


@pytest.mark.parametrize(
    ("start", "says"),
    [
        ("yesterday", "This is no date and time."),
        ("1970-01-01T00:00", "Nothing can have been recorded then."),
        ("2999-01-01T00:00", "Nothing can have been recorded then."),
    ],
)
def test_a_start_that_makes_no_sense_is_asked_again(
    browser: Browser, library: Library, start: str, says: str
) -> None:
    client, before = browser(Role.PATIENT, "P001"), library.count()
    data = {"action": "upload", "start": start, "decimal_mark": "comma", **FORM}
    answer = client.post("/walks", data=data, files={"file": ("w.csv", _rows())})
    assert answer.status_code == 400 and says in answer.text
    assert f'value="{start}"' in answer.text
    assert 'name="decimal_mark" value="comma" checked' in answer.text
    assert library.count() == before


def test_the_form_asks_for_what_a_file_leaves_open(browser: Browser, library: Library) -> None:
    """Numbers that may be two, and a file of one foot that does not say which."""
    use_jobs(library, Jobs(library, run=do))
    client = browser(Role.PATIENT, "P002")
    content = b"time_ms;left_force_n\n" + b"".join(b"%d;%d,125\n" % (i, 1 + i % 100 * 7) for i in range(200))
    data = {"action": "upload", **FORM}
    refused = client.post("/walks", data=data, files={"file": ("w.csv", content)})
    assert refused.status_code == 400
    assert "say below how its numbers are written" in refused.text and "--decimal-mark" not in refused.text
    assert _upload(client, "w.csv", content, title="Commas", decimal_mark="comma", foot="right") == 303
    (found,) = [one for one in library.find(Filter(person="P002")) if one.title == "Commas"]
    walk = library.open(found.id).walk()
    assert walk.left is None and walk.right is not None
    assert float(np.nanmax(walk.right.force_n)) == pytest.approx(694.125)


def test_a_weight_that_is_hardly_right_and_a_walk_that_was_deleted_are_said(
    browser: Browser, library: Library
) -> None:
    use_jobs(library, Jobs(library, run=do))
    client = browser(Role.PATIENT, "P002")
    content = b"# body_weight_kg: 310\n" + _rows(count=300)
    data = {"action": "upload", "title": "Heavy", **FORM}
    page = client.post("/walks", data=data, files={"file": ("w.csv", content)}, follow_redirects=True)
    assert "the body weight in the file: is 310 kg right? As newtons it would be 32 kg" in page.text
    (found,) = [one for one in library.find(Filter(person="P002")) if one.title == "Heavy"]
    library.delete(found.id)
    page = client.post("/walks", data=data, files={"file": ("w.csv", content)}, follow_redirects=True)
    assert "was deleted; it is restored" in page.text


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("walk.csv", b"", "is empty"),
        ("walk.csv", b"hello,world\n1,2\n", "walk.csv"),
        ("archive.zip", b"PK\x03\x04" + bytes(100), "zip archive"),
        ("report.pdf", b"%PDF-1.7 and so on", "is a PDF"),
        ("picture.png", b"\x89PNG\r\n" + bytes(64), "is a picture"),
        ("<img src=x>.csv", b"a,b\n1,2\n", "&lt;img"),
        ("bomb.gz", gzip.compress(bytes(3 << 20)), "bomb.gz"),
        ("../../etc/passwd", b"root:x:0:0\n", "passwd"),
        ("header.hea", b"../../../etc/passwd 2 100 100\n../a.dat 16 200 16 0 0 0 0 left\n", "header.hea"),
    ],
)
def test_files_that_are_no_walk_are_told_so_and_leave_nothing(
    browser: Browser, library: Library, name: str, content: bytes, says: str
) -> None:
    use_jobs(library, Jobs(library, run=do))
    client, before = browser(Role.PATIENT, "P001"), library.count()
    data = {"action": "upload", "title": "My typed name", **FORM}
    answer = client.post("/walks", data=data, files={"file": (name, content)})
    assert answer.status_code == 400
    assert says in answer.text
    assert "My typed name" in answer.text
    assert str(library.data_dir) not in answer.text
    assert library.count() == before


def test_without_a_file_or_with_a_long_name_nothing_is_added(browser: Browser, library: Library) -> None:
    client = browser(Role.PATIENT, "P001")
    assert client.post("/walks", data={"action": "upload", **FORM}).status_code == 400
    assert _upload(client, "a.csv", b"1,2\n", title=500 * "x") == 400


def test_what_is_larger_than_allowed_is_refused_before_it_is_read(browser: Browser) -> None:
    client = browser(Role.PATIENT, "P001")
    headers = {"content-length": str(10 << 30), "content-type": "multipart/form-data; boundary=x"}
    assert client.post("/walks", content=b"", headers=headers).status_code == 413


def test_a_field_that_is_no_file_is_not_held_in_memory(browser: Browser) -> None:
    client = browser(Role.PATIENT, "P001")
    data = {"action": "upload", "title": 1_000_000 * "x", **FORM}
    assert client.post("/walks", data=data, files={"file": ("a.csv", b"1")}).status_code == 400


def test_an_account_that_asks_for_too_much_waits(browser: Browser, library: Library) -> None:
    jobs = Jobs(library, run=do)
    use_jobs(library, jobs)
    jobs._slots.acquire()  # pyright: ignore[reportPrivateUsage]
    jobs._slots.acquire()  # pyright: ignore[reportPrivateUsage]
    from plantigrade.web.jobs.work import ExportOrder

    for at in range(MOST_WAITING):
        jobs.add("patientP001", "P001", ExportOrder(f"r{at}", "csv"))
    client = browser(Role.PATIENT, "P001")
    answer = client.post(
        "/walks", data={"action": "upload", **FORM}, files={"file": ("a.csv", b"a,b\n1,2\n")}
    )
    assert answer.status_code == 429
    assert "10 s" in answer.text
