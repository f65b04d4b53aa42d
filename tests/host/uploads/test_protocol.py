"""The upload protocol as a stranger, a phone and a careless client meet it."""

import base64
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from plantigrade.library.catalogue.library import Library
from plantigrade.library.receiving import spool
from plantigrade.library.receiving.clinic_keys import public_key
from plantigrade.library.receiving.senders import SenderRegister
from plantigrade.parcels.keys import SecretKey
from plantigrade.parcels.pin import pin_of
from starlette.testclient import TestClient

from tests.host.uploads import kit
from tests.host.uploads.network import ORIGIN, client_of

TUS = {"Tus-Resumable": "1.0.0"}
STREAM = {"Content-Type": "application/offset+octet-stream"}
ID = "5a" * 32


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[Library]:
    with kit.clinic(tmp_path / "clinic") as library:
        yield library


@pytest.fixture
def web(clinic: Library) -> TestClient:
    return client_of(clinic)


@pytest.fixture
def known(clinic: Library) -> dict[str, str]:
    """Headers of a device that joined."""
    return TUS | {"Authorization": f"Bearer {kit.joined(clinic)[1]}"}


def named(parcel: str = ID) -> str:
    return f"parcel {base64.b64encode(parcel.encode()).decode()}"


def checksum(data: bytes, algorithm: str = "sha256") -> str:
    return f"{algorithm} {base64.b64encode(hashlib.new(algorithm, data).digest()).decode()}"


def begun(web: TestClient, known: dict[str, str], length: int = 10, parcel: str = ID) -> httpx2.Response:
    headers = known | {"Upload-Length": str(length), "Upload-Metadata": named(parcel)}
    return web.post("/clinic/parcels", headers=headers)


def patched(web: TestClient, known: dict[str, str], offset: int, data: bytes, **more: str) -> httpx2.Response:
    headers = known | STREAM | {"Upload-Offset": str(offset)}
    headers |= {name.replace("_", "-"): value for name, value in more.items()}
    return web.patch(f"/clinic/parcels/{ID}", headers=headers, content=data)


def offset(web: TestClient, known: dict[str, str]) -> int:
    return int(web.head(f"/clinic/parcels/{ID}", headers=known).headers["Upload-Offset"])


def test_an_upload_in_three_pieces(web: TestClient, known: dict[str, str], clinic: Library) -> None:
    answer = begun(web, known)
    assert (answer.status_code, answer.headers["Location"]) == (201, f"/clinic/parcels/{ID}")
    assert answer.headers["Upload-Offset"] == "0" and answer.headers["Upload-Expires"].endswith("GMT")
    assert patched(web, known, 0, b"abcd", Upload_Checksum=checksum(b"abcd")).headers["Upload-Offset"] == "4"
    assert patched(web, known, 4, b"efgh", Upload_Checksum=checksum(b"efgh", "sha1")).status_code == 204
    assert begun(web, known).headers["Upload-Offset"] == "8", "begun again, it goes on"
    assert patched(web, known, 8, b"ij").headers["Upload-Offset"] == "10"
    assert spool.Spool(clinic.data_dir).path(1).read_bytes() == b"abcdefghij"
    (receipt,) = web.get("/clinic/receipts", headers=known).json()["receipts"]
    assert (receipt["state"], receipt["offset"], receipt["parcel"]) == ("received", 10, ID)
    assert web.delete(f"/clinic/parcels/{ID}", headers=known).status_code == 409, "the clinic decides now"


def test_pieces_out_of_order_are_refused_and_nothing_is_stored(
    web: TestClient, known: dict[str, str]
) -> None:
    begun(web, known)
    answer = patched(web, known, 4, b"efgh")
    assert (answer.status_code, answer.headers["Upload-Offset"]) == (409, "0")
    assert patched(web, known, 0, b"abcd").status_code == 204
    assert patched(web, known, 0, b"abcd").status_code == 409, "twice"
    assert patched(web, known, 4, b"0123456789").status_code == 409, "beyond the end"
    assert offset(web, known) == 4


def test_a_checksum_that_does_not_fit(web: TestClient, known: dict[str, str]) -> None:
    begun(web, known)
    assert patched(web, known, 0, b"abcd", Upload_Checksum=checksum(b"abce")).status_code == 460
    assert patched(web, known, 0, b"abcd", Upload_Checksum="md5 AAAA").status_code == 400
    assert patched(web, known, 0, b"abcd", Upload_Checksum="sha256 !").status_code == 400
    assert offset(web, known) == 0


def test_what_this_server_can_do(web: TestClient) -> None:
    headers = web.options("/clinic/parcels").headers
    assert headers["Tus-Version"] == "1.0.0"
    assert headers["Tus-Extension"] == "creation,checksum,expiration,termination"
    assert headers["Tus-Checksum-Algorithm"] == "sha256,sha1"


REQUESTS = [
    ("POST", "/clinic/parcels"),
    ("HEAD", f"/clinic/parcels/{ID}"),
    ("PATCH", f"/clinic/parcels/{ID}"),
    ("DELETE", f"/clinic/parcels/{ID}"),
    ("GET", "/clinic/receipts"),
    ("POST", "/clinic/leave"),
]


@pytest.mark.parametrize(("method", "path"), REQUESTS)
@pytest.mark.parametrize("given", ["", "Bearer ", "Bearer " + "x" * 43, "Bearer " + "x" * 9999, "Basic eDp4"])
def test_a_strangers_credential(method: str, path: str, given: str, web: TestClient) -> None:
    headers = TUS | ({"Authorization": given} if given else {})
    answer = web.request(method, path, headers=headers)
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")


def test_another_devices_upload_is_not_there(web: TestClient, known: dict[str, str], clinic: Library) -> None:
    begun(web, known)
    other = TUS | {"Authorization": f"Bearer {kit.joined(clinic)[1]}"}
    assert web.head(f"/clinic/parcels/{ID}", headers=other).status_code == 404
    assert web.get("/clinic/receipts", headers=other).json()["receipts"] == []
    assert patched(web, other, 0, b"abcd").status_code == 404
    assert begun(web, other).status_code == 201, "its own of that name"
    assert offset(web, known) == 0


BAD_CREATIONS: dict[str, tuple[dict[str, str], int]] = {
    "no length": ({"Upload-Metadata": named()}, 400),
    "a length below zero": ({"Upload-Length": "-1", "Upload-Metadata": named()}, 400),
    "a length of other digits": ({"Upload-Length": "\u0661", "Upload-Metadata": named()}, 400),
    "a length beyond all": ({"Upload-Length": str(1 << 40), "Upload-Metadata": named()}, 413),
    "a length of a thousand digits": ({"Upload-Length": "9" * 1000, "Upload-Metadata": named()}, 400),
    "no name": ({"Upload-Length": "10"}, 400),
    "a name that leads out": ({"Upload-Length": "10", "Upload-Metadata": named("../../etc/passwd")}, 400),
    "a name in capitals": ({"Upload-Length": "10", "Upload-Metadata": named("5A" * 32)}, 400),
    "a name that is no base64": ({"Upload-Length": "10", "Upload-Metadata": "parcel !"}, 400),
    "another version of tus": (
        {"Upload-Length": "10", "Upload-Metadata": named(), "Tus-Resumable": "0.2.2"},
        412,
    ),
}


@pytest.mark.parametrize("title", BAD_CREATIONS)
def test_creations_that_make_no_sense(title: str, web: TestClient, known: dict[str, str]) -> None:
    headers, status = BAD_CREATIONS[title]
    raw = {name: value.encode("utf-8") for name, value in (known | headers).items()}
    assert web.post("/clinic/parcels", headers=raw).status_code == status


def test_another_length_under_the_same_name(web: TestClient, known: dict[str, str]) -> None:
    begun(web, known, 10)
    assert begun(web, known, 11).status_code == 409


def test_pieces_that_are_too_long_or_of_another_type(web: TestClient, known: dict[str, str]) -> None:
    begun(web, known, 100 << 20)
    assert patched(web, known, 0, bytes((8 << 20) + 1)).status_code == 413
    headers = known | {"Upload-Offset": "0", "Content-Type": "text/plain"}
    assert web.patch(f"/clinic/parcels/{ID}", headers=headers, content=b"a").status_code == 415
    assert offset(web, known) == 0


def test_a_device_has_so_many_uploads_at_once(web: TestClient, known: dict[str, str]) -> None:
    for number in range(64):
        assert begun(web, known, parcel=f"{number:064x}").status_code == 201
    assert begun(web, known, parcel="f" * 64).status_code == 409
    assert web.delete(f"/clinic/parcels/{0:064x}", headers=known).status_code == 204
    assert begun(web, known, parcel="f" * 64).status_code == 201


def test_a_full_disk(web: TestClient, known: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool.Spool, "free_bytes", lambda _self: 1 << 20)
    answer = begun(web, known)
    assert (answer.status_code, answer.headers["Retry-After"]) == (507, "3600")


def test_bytes_that_a_power_cut_left_beyond_are_not_taken(
    web: TestClient, known: dict[str, str], clinic: Library
) -> None:
    """They were on the disk, and the database was not told."""
    begun(web, known)
    patched(web, known, 0, b"abcd")
    with spool.Spool(clinic.data_dir).path(1).open("ab") as file:
        file.write(b"garbage")
    assert offset(web, known) == 4
    patched(web, known, 4, b"ef")
    assert spool.Spool(clinic.data_dir).path(1).read_bytes() == b"abcdef"


def test_a_page_of_a_named_origin_may_send_and_no_other(web: TestClient, known: dict[str, str]) -> None:
    asked = {
        "Access-Control-Request-Method": "PATCH",
        "Access-Control-Request-Headers": "authorization,upload-offset,upload-checksum,tus-resumable",
    }
    allowed = web.options(f"/clinic/parcels/{ID}", headers=asked | {"Origin": ORIGIN})
    assert (allowed.status_code, allowed.headers["Access-Control-Allow-Origin"]) == (200, ORIGIN)
    assert "Access-Control-Allow-Credentials" not in allowed.headers
    for stranger in ("https://evil.example", "null", f"{ORIGIN}.evil.example", "http://phone.example"):
        refused = web.options(f"/clinic/parcels/{ID}", headers=asked | {"Origin": stranger})
        assert "Access-Control-Allow-Origin" not in refused.headers
    begun(web, known)
    answer = web.head(f"/clinic/parcels/{ID}", headers=known | {"Origin": ORIGIN})
    assert "Upload-Offset" in answer.headers["Access-Control-Expose-Headers"]


def test_an_invitation_that_is_opened_leads_to_the_page_for_phones(web: TestClient) -> None:
    answer = web.get("/join", follow_redirects=False)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/phone/")


def test_joining_once_with_a_code(web: TestClient, clinic: Library) -> None:
    code = SenderRegister(clinic.store).invite(kit.PERSON)
    body = {"code": code.lower(), "device": "  kitchen \n computer "}
    answer = web.post("/clinic/join", json=body)
    values: dict[str, Any] = answer.json()
    assert (answer.status_code, values["clinic"], values["person"]) == (201, "Walking clinic", kit.PERSON)
    assert values["key"] == public_key(clinic.store).text()
    assert web.post("/clinic/join", json=body).status_code == 404, "it works once"
    (sender,) = SenderRegister(clinic.store).all()
    assert sender.device == "kitchen computer"
    assert values["credential"] not in clinic.data_dir.joinpath("library.sqlite").read_bytes().decode(
        "latin1"
    )


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b'{"code": 1}',
        b'{"code": "x", "device": 3}',
        b"{" * 5000,
        b'{"code":"' + b"x" * 99 + b'"}',
    ],
)
def test_what_is_no_code(body: bytes, web: TestClient) -> None:
    assert web.post("/clinic/join", content=body).status_code in (400, 404, 413)


def test_guessing_codes_is_slowed_down(web: TestClient) -> None:
    answers = [web.post("/clinic/join", json={"code": f"{n:016d}"}).status_code for n in range(40)]
    assert answers[0] == 404 and answers[-1] == 429


def test_a_device_that_left_may_nothing_more(web: TestClient, known: dict[str, str]) -> None:
    begun(web, known)
    for _ in range(2):
        assert (
            web.post("/clinic/leave", headers=known, content=json.dumps({"erase": True})).status_code == 204
        )
    assert begun(web, known).status_code == 410
    assert web.get("/clinic/receipts", headers=known).status_code == 410


def test_the_pin_is_of_the_key_that_is_given(web: TestClient, clinic: Library) -> None:
    """A server that gives another key than the invitation's is not joined."""
    from plantigrade.parcels.invitation import Invitation
    from plantigrade.service.sending.link import RefusedError, join

    code = SenderRegister(clinic.store).invite(kit.PERSON)
    false = Invitation("http://localhost", code, pin_of(SecretKey.generate().public))
    with pytest.raises(RefusedError, match="not the one of the invitation"):
        join(web, false, "a home")
