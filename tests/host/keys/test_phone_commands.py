"""`plantigrade keys phone` and `phones`: what a phone is given, where it is written, and what is refused.

`void-phone` needs an insole: tests/security/test_phone_keys.py.
"""

import json
from base64 import urlsafe_b64decode
from pathlib import Path

import pytest
import zxingcpp
from click.testing import Result
from insole_protocol import authentication
from PIL import Image
from plantigrade.library.catalogue.insole_keys import InsoleKeys

from tests.host.keys.keys_kit import DEVICE, LEFT, LOG, NEW, RIGHT, Home, both

PAGE = "https://clinic.example/phone/"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home", *both())


def test_a_file_and_a_code_hold_the_same_keys_and_none_of_the_insoles_own(home: Home, tmp_path: Path) -> None:
    file, picture = tmp_path / "pair.phone-keys", tmp_path / "code.png"
    output = home.output_of("phone", "3f01", RIGHT, "-o", file, "--qr", picture, "--page", PAGE)
    text = file.read_text()
    given = json.loads(text)
    assert given["schema"] == "plantigrade.phone-keys/1"
    assert [one["serial"] for one in given["insoles"]] == [LEFT, RIGHT]
    host = int(given["phone"], 16)
    assert authentication.is_phone(host)
    key = authentication.host_key(DEVICE, host.to_bytes(authentication.HOST_BYTES, "little"))
    assert given["insoles"][0]["host"] == key.hex()
    assert not [secret for secret in (DEVICE, LOG, NEW) if secret.hex() in text]
    for path in (file, picture):
        assert path.stat().st_mode & 0o777 == 0o600
    (code,) = zxingcpp.read_barcodes(Image.open(picture))
    page, _, encoded = code.text.partition("#keys=")
    assert page == PAGE
    assert json.loads(urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))) == given
    number = authentication.phone_number(host)
    assert f"void-phone {number}" in output
    lines = home.output_of("phones").splitlines()
    assert [line.split()[:3] for line in lines] == [[number, "insole", LEFT], [number, "insole", RIGHT]]
    assert all(line.endswith("valid") for line in lines)


def test_each_phone_has_a_number_of_its_own(home: Home, tmp_path: Path) -> None:
    assert "no phone was given keys" in home.output_of("phones")
    for name in ("a", "b"):
        home.output_of("phone", LEFT, "-o", tmp_path / name)
    numbers = {line.split()[0] for line in home.output_of("phones").splitlines()}
    assert len(numbers) == 2


def test_insoles_of_which_there_are_no_keys_are_refused(home: Home, tmp_path: Path) -> None:
    file = tmp_path / "pair.phone-keys"
    assert "3F09" in home.refused("phone", "3F09", "-o", file)
    open_one = Home(tmp_path / "other", InsoleKeys(LEFT, None, (LOG,)))
    assert "not locked" in open_one.refused("phone", LEFT, "-o", file)
    assert "no phone was given keys" in open_one.output_of("phones")
    assert not file.exists()


def test_more_than_a_phone_or_a_code_takes_is_refused(tmp_path: Path) -> None:
    insoles = [InsoleKeys(f"0000246F287A3F{number:02X}", DEVICE, (LOG,)) for number in range(17)]
    home = Home(tmp_path / "home", *insoles)
    serials = [one.serial for one in insoles]
    file, picture = tmp_path / "many", tmp_path / "code.svg"
    assert "16 insoles at most" in home.refused("phone", *serials, "-o", file)
    assert "too many for a QR code" in home.refused("phone", *serials[:16], "--qr", picture, "--page", PAGE)
    assert not file.exists() and not picture.exists()
    home.output_of("phone", *serials[:16], "-o", file)
    assert len(json.loads(file.read_text())["insoles"]) == 16


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ((), "--output"),
        (("--qr", "code.png"), "needs --page"),
        (("--qr", "code.gif", "--page", PAGE), ".png or .svg"),
        (("--qr", "code.png", "--page", "http://clinic.example/phone/"), "https://"),
        (("--qr", "code.png", "--page", "http://localhost.example/phone/"), "https://"),
        (("--qr", "code.png", "--page", "https:///phone/"), "https://"),
    ],
)
def test_options_that_do_not_fit(home: Home, options: tuple[str, ...], message: str) -> None:
    result: Result = home.run("phone", LEFT, *options)
    assert result.exit_code == 2
    assert message in result.stderr


@pytest.mark.parametrize("number", ["1a2b3c4", "1a2b3c4dd", "left", "1a2b3c4g"])
def test_what_is_no_phone_s_number(home: Home, number: str) -> None:
    assert "no phone's number" in home.refused("void-phone", number, "left")
