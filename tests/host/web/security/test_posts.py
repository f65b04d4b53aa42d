"""What is posted comes from these pages, is of a size, and is a form; else nothing happens."""

from collections.abc import Callable, Iterator

import pytest
from plantigrade.web.accounts.rights import Role
from plantigrade.web.app import make_app
from plantigrade.web.page import Form, Page, Redirect, Shown
from plantigrade.web.site import Site
from plantigrade.web.visit import Visit
from starlette.testclient import TestClient

Browser = Callable[..., TestClient]
FORM = {"action": "take", "text": "hello"}
MOST = 10_000
TAKEN: list[dict[str, str]] = []


@pytest.fixture
def client(site: Site, monkeypatch: pytest.MonkeyPatch) -> TestClient:
    """A page with a form that anybody may post."""
    TAKEN.clear()

    def take(visit: Visit) -> Redirect:
        TAKEN.append({**visit.form, **{name: file.name for name, file in visit.files.items()}})
        return Redirect("/form")

    page = Page(
        "form",
        "/form",
        None,
        lambda visit: Shown("layout/error.html", {"status": 404, "text": ""}),
        (Form("take", take, None, MOST),),
    )
    monkeypatch.setattr("plantigrade.web.app.pages", lambda: (page,))
    return TestClient(make_app(site), base_url="http://localhost:8080", follow_redirects=False)


def test_a_form_of_our_own(client: TestClient) -> None:
    assert client.post("/form", data=FORM).status_code == 303
    assert TAKEN == [FORM]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"origin": "http://localhost:8080", "sec-fetch-site": "same-origin"}, 303),
        ({"sec-fetch-site": "none"}, 303),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": ""}, 403),
        ({"origin": "https://localhost:8080"}, 403),
        ({"origin": "http://localhost:8081"}, 403),
        ({"origin": "http://localhost"}, 403),
        ({"origin": "http://127.0.0.1:8080"}, 403),
        ({"origin": "http://localhost:8080.evil.example"}, 403),
        ({"origin": "http://evil.example", "sec-fetch-site": "same-origin"}, 403),
    ],
)
def test_where_a_form_comes_from(client: TestClient, headers: dict[str, str], status: int) -> None:
    assert client.post("/form", data=FORM, headers=headers).status_code == status
    assert len(TAKEN) == (status == 303)


def pieces(total: int) -> Iterator[bytes]:
    """A body of this size without a declared length; counts what was read of it."""
    sent = 0
    while sent < total:
        sent += 1000
        yield b"x" * 1000


def test_ten_gigabytes_are_refused_before_they_are_read(client: TestClient) -> None:
    def never() -> Iterator[bytes]:
        yield b"action=take&text="
        raise AssertionError("the body was read")

    headers = {"content-length": str(10 * 2**30), "content-type": "application/x-www-form-urlencoded"}
    answer = client.post("/form", content=b"action=take", headers=headers)
    assert answer.status_code == 413
    assert "This is too large" in answer.text
    assert TAKEN == []
    del never


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=b"])
def test_what_grows_too_large_on_the_way_is_refused(client: TestClient, kind: str) -> None:
    head = b"text=" if "url" in kind else b'--b\r\nContent-Disposition: form-data; name="text"\r\n\r\n'

    def body() -> Iterator[bytes]:
        yield head
        yield from pieces(20 * MOST)

    answer = client.post("/form", content=body(), headers={"content-type": kind})
    assert answer.status_code == 413
    assert TAKEN == []


def test_a_form_of_the_largest_size_is_taken(client: TestClient) -> None:
    text = "x" * (MOST - len("action=take&text="))
    assert client.post("/form", data={"action": "take", "text": text}).status_code == 303
    assert client.post("/form", data={"action": "take", "text": text + "x"}).status_code == 413


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", "application/x-www-form-urlencoded"),
        (b"text=hello", "application/x-www-form-urlencoded"),
        (b"action=other&text=x", "application/x-www-form-urlencoded"),
        (b"action=take", "text/plain"),
        (b'{"action": "take"}', "application/json"),
        (b"\xff\xfe\x00", "application/x-www-form-urlencoded"),
        (b"no parts", "multipart/form-data"),
        (b"no parts", "multipart/form-data; boundary=b"),
        (b"--b\r\n\r\n\r\n--b--", "multipart/form-data; boundary=b"),
        (
            b'--b\r\nContent-Disposition: form-data; name="action"\r\n\r\ntake',
            "multipart/form-data; boundary=c",
        ),
        (b"&".join(b"a%d=1" % n for n in range(500)) + b"&action=take", "application/x-www-form-urlencoded"),
        (b"action=take", ""),
    ],
)
def test_what_is_no_form_of_this_page(client: TestClient, body: bytes, kind: str) -> None:
    answer = client.post("/form", content=body, headers={"content-type": kind} if kind else {})
    assert answer.status_code == 400
    assert TAKEN == []


@pytest.mark.parametrize(
    "name",
    ["../../etc/passwd", "..\\..\\boot.ini", "/etc/passwd", "C:\\a.csv", "a\x00.csv", "x" * 5000 + ".csv"],
)
def test_the_name_of_a_file_is_never_a_path(client: TestClient, name: str) -> None:
    answer = client.post("/form", data={"action": "take"}, files={"file": (name, b"1,2", "text/csv")})
    assert answer.status_code in (303, 400)
    for taken in TAKEN:
        assert "/" not in taken["file"] and "\\" not in taken["file"] and len(taken["file"]) <= 200


def test_nothing_is_changed_by_looking(client: TestClient) -> None:
    assert client.get("/form?action=take&text=hello").status_code == 200
    assert client.request("HEAD", "/form?action=take").status_code == 200
    assert TAKEN == []


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_pages_are_looked_at_and_posted_to_nothing_else(client: TestClient, method: str) -> None:
    answer = client.request(method, "/form", data=FORM) if method != "DELETE" else client.delete("/form")
    assert answer.status_code == 405
    assert TAKEN == []


@pytest.mark.parametrize("token", ["", "form toke", "form token ", "form tokenx", "ф", "\x00", "x" * 60_000])
def test_a_forged_or_stale_token(browser: Browser, token: str) -> None:
    answer = browser(Role.PATIENT, "P001").post("/diary", data={"action": "save", "form_token": token})
    assert answer.status_code in (400, 409)
    assert "nothing was saved" in answer.text or answer.status_code == 400
