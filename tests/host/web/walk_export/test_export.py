"""/walks/ID/export and the report: made elsewhere, with progress, once while nothing changes."""

import io
import threading
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from plantigrade.exports.registry import export_formats
from plantigrade.library.catalogue.library import Library
from plantigrade.web.accounts.rights import Role
from plantigrade.web.jobs.jobs import Jobs, use_jobs
from plantigrade.web.jobs.work import PROGRESS_FILE, ExportOrder, Made, Order, Place, do
from plantigrade.web.words import words_of
from starlette.testclient import TestClient

from tests.host.web.walk_kit import walks

Browser = Callable[..., TestClient]
FORM = {"action": "make", "form_token": "form token"}


class Maker:
    """Makes a small file, and counts."""

    def __init__(self) -> None:
        self.orders: list[Order] = []
        self.go = threading.Event()
        self.go.set()
        self.problem = ""

    def __call__(self, place: Place, order: Order) -> Made:
        self.orders.append(order)
        (place.folder / PROGRESS_FILE).write_text("writing 0.420")
        assert self.go.wait(10)
        if self.problem:
            return Made(problem=self.problem)
        (place.folder / "made.pdf").write_bytes(b"%PDF of a test")
        return Made(file="made.pdf")


@pytest.fixture
def maker(library: Library) -> Maker:
    made = Maker()
    use_jobs(library, Jobs(library, run=made))
    return made


@pytest.fixture
def path() -> str:
    return f"/walks/{walks().with_insert[0]}"


def test_every_format_says_what_it_is_for_in_both_languages(browser: Browser, path: str) -> None:
    page = browser(Role.PATIENT, "P001").get(f"{path}/export").text
    for name in ("report", *export_formats().offered):
        assert f'value="{name}"' in page
        for language in ("en", "de"):
            assert f"walk-export.for.{name}" in words_of(language).keys


def test_a_file_is_made_and_downloaded(browser: Browser, maker: Maker, path: str) -> None:
    client = browser(Role.PATIENT, "P001")
    answer = client.post(f"{path}/export", data=FORM | {"form": "csv", "deidentify": "yes"})
    assert answer.status_code == 303
    page = client.get(answer.headers["location"]).text
    assert "The file is ready" in page
    job = answer.headers["location"].partition("job=")[2]
    file = client.get(f"{path}/export/{job}")
    assert (file.content, file.headers["content-disposition"]) == (
        b"%PDF of a test",
        'attachment; filename="made.pdf"',
    )
    assert maker.orders == [ExportOrder(walks().with_insert[0], "csv", "en", True)]


def test_progress_is_seen_with_and_without_script(browser: Browser, maker: Maker, path: str) -> None:
    maker.go.clear()
    client = browser(Role.PATIENT, "P001")
    where = client.post(f"{path}/export", data=FORM | {"form": "csv"}).headers["location"]
    page = client.get(where).text
    assert '<progress max="100" value="42"' in page
    assert "42 % written." in page and "Look again" in page
    assert 'hx-trigger="every 2s"' in page
    maker.go.set()


def test_a_failure_says_why(browser: Browser, maker: Maker, path: str) -> None:
    maker.problem = "C3D: holds no more than 65535 frames"
    client = browser(Role.PATIENT, "P001")
    where = client.post(f"{path}/export", data=FORM | {"form": "c3d"}).headers["location"]
    assert maker.problem in client.get(where).text
    job = where.partition("job=")[2]
    assert client.get(f"{path}/export/{job}").status_code == 404


def test_the_report_is_made_once_while_nothing_changes(
    browser: Browser, maker: Maker, path: str, library: Library
) -> None:
    client = browser(Role.PATIENT, "P001")
    for _ in range(3):
        answer = client.get(f"{path}.pdf")
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    assert len(maker.orders) == 1
    library.note(walks().with_insert[0], "a note that the report has")
    client.get(f"{path}.pdf")
    assert len(maker.orders) == 2


def test_a_job_of_somebody_else_does_not_exist(browser: Browser, maker: Maker, path: str) -> None:
    where = (
        browser(Role.PATIENT, "P001").post(f"{path}/export", data=FORM | {"form": "csv"}).headers["location"]
    )
    job = where.partition("job=")[2]
    clinician = browser(Role.CLINICIAN, shares="P001 P002")
    assert clinician.get(f"{path}/export/{job}").status_code == 404
    assert clinician.get(f"/walks/{walks().foreign}/export/{job}").status_code == 404
    assert "The file is ready" not in clinician.get(f"{path}/export?job={job}").text
    own = browser(Role.PATIENT, "P001")
    assert own.get(f"/walks/{walks().without[0]}/export/{job}").status_code == 404


@pytest.mark.parametrize(
    ("form", "status"), [("", 400), ("magic", 400), ("../../etc", 400), (3000 * "x", 400), ("csv", 303)]
)
def test_formats_that_nobody_writes(
    browser: Browser, maker: Maker, path: str, form: str, status: int
) -> None:
    answer = browser(Role.PATIENT, "P001").post(f"{path}/export", data=FORM | {"form": form})
    assert answer.status_code == status


def test_a_deleted_walk_is_not_exported(browser: Browser, maker: Maker) -> None:
    assert browser(Role.PATIENT, "P001").get(f"/walks/{walks().deleted}/export").status_code == 404


def test_the_real_thing(browser: Browser, library: Library, path: str) -> None:
    use_jobs(library, Jobs(library, run=do))
    client = browser(Role.PATIENT, "P001")
    where = client.post(f"{path}/export", data=FORM | {"form": "csv"}).headers["location"]
    job = where.partition("job=")[2]
    for thread in threading.enumerate():
        if thread.name == f"job {job}":
            thread.join(30)
    content = client.get(f"{path}/export/{job}").content
    names = zipfile.ZipFile(io.BytesIO(content)).namelist()
    assert {Path(name).name for name in names} == {"frames.csv", "strides.csv", "events.csv", "about.json"}
