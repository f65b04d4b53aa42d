"""`/.well-known/security.txt` as RFC 9116 has it, and where its contact comes from."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from plantigrade import support
from plantigrade.errors import FileError
from plantigrade.library.catalogue.library import Library
from plantigrade.service.assembly import Assembly
from plantigrade.support import LINES, REVIEWED, security_txt_expires
from plantigrade.web.app import make_app
from plantigrade.web.security_txt.contact import FILE, security_contact
from plantigrade.web.security_txt.route import PATH, security_txt
from plantigrade.web.server import Pages
from plantigrade.web.site import Site, SiteSettings
from plantigrade.web.starting import Reach, pages_beside, pages_of
from starlette.testclient import TestClient

CONTACT = "mailto:security@clinic.example"
Browser = Callable[..., TestClient]


def fields_of(text: str) -> list[tuple[str, str]]:
    """The lines as RFC 9116 parses them: comments and empty ones are passed over."""
    lines = [line for line in text.split("\n") if line and not line.startswith("#")]
    return [(name, value) for name, colon, value in (line.partition(": ") for line in lines) if colon]


def test_it_has_the_fields_that_the_standard_asks_for(site: Site) -> None:
    settings = SiteSettings(hosts=("feet.local",), secure=True, security_contact=CONTACT)
    client = TestClient(make_app(replace(site, settings=settings)), base_url="https://feet.local")
    answer = client.get(f"{PATH}?anything=1")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    found = fields_of(answer.text)
    assert [name for name, _ in found] == ["Contact", "Expires", "Preferred-Languages", "Canonical"]
    values = dict(found)
    assert values["Contact"] == CONTACT
    assert values["Canonical"] == "https://feet.local/.well-known/security.txt"
    assert values["Preferred-Languages"] == "de, en"
    expires = datetime.fromisoformat(values["Expires"])
    assert expires.tzinfo == UTC and expires.date() == security_txt_expires()


def test_it_never_says_more_than_somebody_looked_at() -> None:
    """Its end moves with the review and the support, not with the clock, so that neither is forgotten."""
    assert security_txt_expires() < REVIEWED + timedelta(days=365)
    assert LINES[-1].until is not None and security_txt_expires() <= LINES[-1].until
    assert "Expires: 2027-01-02T23:59:59Z" in security_txt(CONTACT, date(2027, 1, 2))


def test_without_a_contact_there_is_none(browser: Browser) -> None:
    assert browser().get(PATH).status_code == 404


def test_over_plain_http_no_address_is_called_the_real_one(site: Site) -> None:
    client = TestClient(make_app(replace(site, settings=SiteSettings(security_contact=CONTACT))))
    answer = client.get(PATH, headers={"host": "127.0.0.1"})
    assert "Canonical" not in answer.text and CONTACT in answer.text


@pytest.mark.parametrize(
    "address", [CONTACT, "https://clinic.example/security", "https://clinic.example", "tel:+49-30-1234567"]
)
def test_the_contact_is_of_whoever_runs_the_pages(library: Library, address: str) -> None:
    assert security_contact(library.data_dir) == ""
    (library.data_dir / FILE).write_text(f"{address}\n")
    site = pages_of(library, None, Reach(port=0)).site
    assert (
        TestClient(make_app(site), base_url="http://localhost")
        .get(PATH)
        .text.startswith(f"Contact: {address}\n")
    )


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"security@clinic.example",
        b"http://clinic.example/",
        b"mailto:a@b.example\nExpires: 2099-01-01T00:00:00Z",
        b"javascript:alert(1)",
        b"mailto:" + b"a" * 300 + b"@b.example",
        b"\xff\xfe",
    ],
    ids=["empty", "no kind", "not encrypted", "a second line", "a script", "too long", "no text"],
)
def test_what_is_no_address_stops_the_start(library: Library, content: bytes) -> None:
    (library.data_dir / FILE).write_bytes(content)
    with pytest.raises(FileError, match=FILE):
        pages_of(library, None, Reach(port=0))


@pytest.mark.parametrize("reviewed", [date(2020, 1, 1), date(9000, 1, 1)], ids=["run out", "valid"])
async def test_the_service_says_when_it_has_run_out(
    library: Library, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], reviewed: date
) -> None:
    """It does not stop the pages: to be warned is better than to be left without."""
    started: list[Pages] = []

    async def run(pages: Pages) -> None:
        started.append(pages)

    monkeypatch.setattr(Pages, "run", run)
    monkeypatch.setattr(support, "REVIEWED", reviewed)
    monkeypatch.setattr(support, "LINES", (support.Support("0.1", date(9999, 1, 1)),))
    (part,) = pages_beside(Reach(port=0), quiet=True)(library, Assembly(library)).values()
    await part()
    assert len(started) == 1
    assert ("expired on 2020-12-30" in capsys.readouterr().err) == (reviewed.year == 2020)


def test_a_folder_in_its_place(tmp_path: Path) -> None:
    (tmp_path / FILE).mkdir()
    with pytest.raises(FileError, match="cannot be read"):
        security_contact(tmp_path)
