"""The page that flashes: what it offers, what it refuses before anything is written, what a browser gets."""

import hashlib
import re
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from plantigrade.device import targets
from plantigrade.device.flash.ports import BoardPort
from plantigrade.firmware_image.esp_image import APP_AT, parse_image, virtual_micropython_image
from plantigrade.firmware_image.partition_table import partition_table, rows_of_image
from plantigrade.web.accounts.rights import Role
from plantigrade.web.board_work.images import images_of
from plantigrade.web.board_work.works import Progress, Report, works_of
from plantigrade.web.pages.flash import page
from plantigrade.web.site import Site
from starlette.testclient import TestClient

Browser = Callable[..., TestClient]
PORT = "/dev/ttyACM7"
DIGEST_BYTES = 32  # at the end of an image


@pytest.fixture
def engineer(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> TestClient:
    """Signed in, with one board at a port of this computer."""
    monkeypatch.setattr(targets, "ports", lambda: [(PORT, False)])
    return browser(Role.ENGINEER)


def posted(client: TestClient, action: str, file: bytes | None = None, **fields: str) -> tuple[int, str]:
    """Status, and the text of the page or where it leads."""
    files = {} if file is None else {"image": ("micropython.bin", file)}
    data = {"action": action, "form_token": "form token", **fields}
    answer = client.post("/insoles/flash", data=data, files=files, headers={"Origin": "http://localhost"})
    return answer.status_code, answer.headers.get("location", answer.text)


def test_ports_of_this_computer_are_offered(engineer: TestClient) -> None:
    text = engineer.get("/insoles/flash").text
    assert f'name="port" value="{PORT}" checked' in text


def test_without_a_board_the_page_says_what_to_do(
    engineer: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(targets, "ports", list)
    text = engineer.get("/insoles/flash").text
    assert "hold its button while you plug it in" in text and 'name="port"' not in text


def image_for_a_chip() -> bytes:
    """The made-up image with the name of a real board in it; checksum and SHA-256 follow."""
    entire = virtual_micropython_image()
    app = bytearray(entire[APP_AT:-DIGEST_BYTES])
    old, new = b"Plantigrade virtual board with ESP32S3", b"Generic ESP32S3 module with ESP32S3\0\0\0"
    at = app.index(old)
    app[at : at + len(old)] = new
    for before, after in zip(old, new, strict=True):
        app[-1] ^= before ^ after  # the checksum: all bytes of the segments, by exclusive or
    return entire[:APP_AT] + bytes(app) + hashlib.sha256(app).digest()


IMAGE = image_for_a_chip()
SHA256 = hashlib.sha256(IMAGE).hexdigest()
FLIPPED = IMAGE[:0x12000] + bytes([IMAGE[0x12000] ^ 1]) + IMAGE[0x12001:]


@pytest.mark.parametrize(
    ("fields", "file", "says"),
    [
        pytest.param({"port": "/etc/passwd"}, IMAGE, "no board at this port", id="not a board's port"),
        pytest.param({"port": PORT, "sha256": "abc"}, IMAGE, "64 digits", id="a hash that is none"),
        pytest.param({"port": PORT}, b"PK\x03\x04" * 100, "micropython.bin", id="no image"),
        pytest.param({"port": PORT}, FLIPPED, "micropython.bin", id="a flipped bit"),
        pytest.param({"port": PORT}, IMAGE, "not among the known", id="an unknown image"),
        pytest.param({"port": PORT, "sha256": SHA256}, IMAGE, "no key for releases yet", id="no release key"),
        pytest.param({"port": PORT}, b"", "needs the file of MicroPython", id="no file"),
    ],
)
def test_what_is_wrong_is_said_before_anything_is_written(
    engineer: TestClient, fields: dict[str, str], file: bytes, says: str
) -> None:
    status, text = posted(engineer, "begin", file, keep="yes", **fields)
    assert status == 409 and says in re.sub(r"\s+", " ", text)
    assert "/tmp" not in text


def at_port(port: str) -> BoardPort:
    """A virtual board, without looking."""
    return BoardPort(port, True, None)


def test_a_second_board_waits(engineer: TestClient, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    async def forever(report: Report, progress: Progress) -> str:
        held.wait(5)
        return ""

    held = threading.Event()
    monkeypatch.setattr(page, "find_board", at_port)
    first = works_of(site.library).start("kim", "flash", forever)
    monkeypatch.setattr(targets, "ports", lambda: [(PORT, True)])
    status, text = posted(engineer, "begin", None, keep="yes", port=PORT)
    held.set()
    assert first.ended.wait(5)
    assert status == 409 and "works on a board already" in text


class TestInTheBrowser:
    """What esp-web-tools gets."""

    @pytest.fixture
    def prepared(self, engineer: TestClient) -> str:
        """Address of the page with a prepared image."""
        status, where = posted(engineer, "prepare", virtual_micropython_image(), flash_mib="16", sha256="")
        assert status == 303
        return where

    def test_parts_lie_where_the_table_says_and_leave_the_insole_s_own(
        self, engineer: TestClient, prepared: str
    ) -> None:
        image = prepared.partition("?image=")[2]
        manifest = engineer.get(f"/insoles/flash/image/{image}").json()
        (build,) = manifest["builds"]
        assert build["chipFamily"] == "ESP32-S3"
        rows = {row.label: row for row in partition_table(16)}
        offsets = {Path(part["path"]).stem: part["offset"] for part in build["parts"]}
        assert offsets == {
            "otadata": rows["otadata"].offset,
            "vfs": rows["vfs"].offset,
            "ota_0": rows["ota_0"].offset,
            "table": 0x8000,
            "boot-loader": 0,
        }
        table = engineer.get(f"/insoles/flash/image/{image}/table.bin").content
        assert rows_of_image(table) == partition_table(16)

    def test_the_boot_loader_knows_the_size_of_the_flash(self, engineer: TestClient, prepared: str) -> None:
        image = prepared.partition("?image=")[2]
        loader = engineer.get(f"/insoles/flash/image/{image}/boot-loader.bin").content
        assert parse_image(loader, "boot loader").flash_mib == 16

    def test_only_this_page_lets_the_installer_in(self, engineer: TestClient, prepared: str) -> None:
        with_it = engineer.get(prepared).headers["content-security-policy"]
        without = engineer.get("/insoles/flash").headers["content-security-policy"]
        assert "lit-html" in with_it and "lit-html" not in without

    def test_another_account_does_not_get_it(self, browser: Browser, prepared: str, site: Site) -> None:
        image = prepared.partition("?image=")[2]
        assert images_of(site.library).find(image, "engineer") is not None
        assert images_of(site.library).find(image, "kim") is None
        assert browser(Role.PATIENT, "P001").get(f"/insoles/flash/image/{image}").status_code == 403

    @pytest.mark.parametrize("path", ["nothing", "{image}/nothing.bin", "{image}/..%2f..%2fetc"])
    def test_what_is_not_there(self, engineer: TestClient, prepared: str, path: str) -> None:
        image = prepared.partition("?image=")[2]
        assert engineer.get(f"/insoles/flash/image/{path.format(image=image)}").status_code == 404
