"""`plantigrade device update`: which bundle goes to which insole, and what a person reads at the end."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from insole_protocol import update_codes
from plantigrade.bridge.insole import Identity
from plantigrade.device import targets
from plantigrade.device.commands import device
from plantigrade.device.targets import NoTargetError, UsbInsole
from plantigrade.device.update import actions
from plantigrade.device.update.errors import UpdateError
from plantigrade.firmware_image import release
from plantigrade.firmware_image.bundle import Bundle
from plantigrade.firmware_image.esp_image import virtual_micropython_image
from plantigrade.library.catalogue.library import Library
from plantigrade.link.base import LinkError

from tests.host.bridge_kit.virtual_time import run_virtually
from tests.host.device.test_update import bundle_of
from tests.host.device.updatable import Updatable

LEFT, RIGHT = "A0A1A2A3A4A5A6A7", "A0A1A2A3A4A5A6B8"
Run = Callable[..., Result]


@pytest.fixture
def insoles(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str | None, Updatable]:
    """Insoles by what names them; a test puts them there."""
    there: dict[str | None, Updatable] = {}

    async def maker(target: str | None) -> Any:
        if target not in there:
            raise NoTargetError(f"no insole {target!r} in reach")
        return there[target].make_link

    def carried(architecture: str) -> Bundle:
        return bundle_of(architecture=architecture)

    monkeypatch.setattr(actions, "link_maker", maker)
    monkeypatch.setattr(actions.asyncio, "run", run_virtually)
    monkeypatch.setattr(release, "carried_bundle", carried)
    monkeypatch.setattr(targets, "twin_runs", lambda: False)
    monkeypatch.setenv("PLANTIGRADE_DATA", str(tmp_path))
    return there


def run(*options: str | Path) -> Result:
    return CliRunner().invoke(device, ["update", *map(str, options)])


Insoles = dict[str | None, Updatable]


def test_one_insole_and_the_firmware_that_comes_with_this_version(insoles: Insoles) -> None:
    insoles["left"] = Updatable()
    result = run("left")
    assert result.exit_code == 0, result.exception
    assert result.stdout.startswith(f"left {LEFT}: 1.2.3 -> 1.3.0; 13 kB in ")
    assert "kB/s), confirmed after" in result.stdout


def test_a_file_of_ones_own(insoles: Insoles, tmp_path: Path) -> None:
    path = tmp_path / "own.pgfw"
    path.write_bytes(bundle_of("4.5.6").to_bytes())
    insoles["left"] = insoles[None] = Updatable()
    assert "1.2.3 -> 4.5.6" in run("left", path).stdout
    assert "nothing to do, it runs 4.5.6 already" in run(path).stdout, "the one on USB"
    values = json.loads(run("left", path, "--again", "--json", "-").stdout)
    assert values["schema"] == "plantigrade.update/1"
    assert values["insoles"][0]["outcome"] == "updated" and values["failures"] == {}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"no bundle", "is no update bundle"),
        (bundle_of().to_bytes()[:-9], "is truncated"),
        (None, "cannot be read"),
    ],
)
def test_a_file_that_is_no_bundle_reaches_no_insole(
    content: bytes | None, message: str, insoles: Insoles, tmp_path: Path
) -> None:
    insoles["left"] = Updatable()
    path = tmp_path / "some.pgfw"
    if content is not None:
        path.write_bytes(content)
    assert message in str(run("left", path).exception)
    assert insoles["left"].links == 0


def test_a_virtual_insole_gets_the_twins_files(insoles: Insoles, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a twin about both kinds are tried, as the insole itself knows its processor best."""
    monkeypatch.setattr(targets, "twin_runs", lambda: True)
    insoles["left"] = Updatable(architecture="xtensawin")
    assert run("left").exit_code == 0
    assert insoles["left"].received_architecture == "xtensawin"
    insoles["right"] = Updatable(architecture="x64")
    assert run("right").exit_code == 0
    assert insoles["right"].received_architecture == "x64"


def test_no_bundle_for_its_processor_is_a_named_refusal(insoles: Insoles) -> None:
    insoles["left"] = Updatable(architecture="rv32imc")
    error = run("left").exception
    assert isinstance(error, UpdateError) and error.refusal == update_codes.REFUSAL_ARCHITECTURE
    assert "another processor" in str(error)


def test_an_insole_that_went_back_is_a_failure_with_its_reason(insoles: Insoles) -> None:
    insoles["left"] = Updatable(fate=update_codes.BACK_SLOTS_LOST)
    result = run("left")
    assert "runs 1.2.3 again: the new firmware was taken back, as it lost slots" in result.stdout
    assert isinstance(result.exception, actions.NotUpdatedError)


@pytest.fixture
def known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A library that knows a pair."""
    with Library(tmp_path):
        pass
    monkeypatch.setattr(actions, "known_serials", lambda _library: {LEFT, RIGHT})


@pytest.mark.usefixtures("known")
def test_a_pair_is_updated_one_after_the_other(insoles: Insoles) -> None:
    insoles[LEFT], insoles[RIGHT] = Updatable(), Updatable(serial=bytes.fromhex(RIGHT))
    result = run("--all")
    assert result.exit_code == 0
    assert [line.split(";")[0] for line in result.stdout.splitlines()] == [
        f"left {LEFT}: 1.2.3 -> 1.3.0",
        f"left {RIGHT}: 1.2.3 -> 1.3.0",
    ]


@pytest.mark.usefixtures("known")
def test_a_pair_that_differs_afterwards_is_told(insoles: Insoles) -> None:
    insoles[LEFT] = Updatable()
    result = run("--all")
    assert f"{RIGHT}: not updated: no insole '{RIGHT}' in reach" in result.stdout
    assert "not all insoles run the same version (left A6A7 1.3.0)" in result.stdout
    assert isinstance(result.exception, actions.NotUpdatedError) and RIGHT in str(result.exception)
    insoles[LEFT], insoles[RIGHT] = Updatable(), Updatable(serial=bytes.fromhex(RIGHT), fate=66)
    result = run("--all", "--json", "-")
    values = json.loads(result.stdout)
    assert [one["after"] for one in values["insoles"]] == ["1.3.0", "1.2.3"]


def test_nobody_is_known(insoles: Insoles) -> None:
    assert "no insole is known in" in str(run("--all").exception)


@pytest.mark.parametrize(
    ("options", "message"),
    [(("left", "--all"), "exclude each other"), (("left", "a.pgfw", "--micropython", __file__), "exclude")],
)
def test_what_makes_no_sense_is_wrong_usage(options: tuple[str, ...], message: str) -> None:
    result = run(*options)
    assert result.exit_code == 2 and message in result.output


def test_the_image_of_the_twin_is_signed_for_it_and_others_are_not(insoles: Insoles, tmp_path: Path) -> None:
    image = tmp_path / "image.bin"
    image.write_bytes(virtual_micropython_image("1.29.5"))
    insoles["left"] = Updatable()
    assert run("left", "--micropython", image).exit_code == 0
    published = tmp_path / "published.bin"
    published.write_bytes(image.read_bytes().replace(b"Plantigrade virtual", b"Generic ESP32S3 mod"))
    assert run("left", "--micropython", published).exit_code != 0


async def test_a_serial_number_is_looked_for_on_usb_first(monkeypatch: pytest.MonkeyPatch) -> None:
    identity = Identity(LEFT, "left", "1.2.3", 1, 1, 64, 10_000)
    found: list[str | None] = []

    async def insoles() -> list[UsbInsole]:
        return [UsbInsole("/dev/a", False, None), UsbInsole("/dev/b", False, identity)]

    async def find(target: str | None) -> Any:
        found.append(target)
        raise LinkError("enough")

    monkeypatch.setattr(targets, "usb_insoles", insoles)
    monkeypatch.setattr(targets, "find", find)
    for target in (LEFT.lower(), RIGHT, "left"):
        with pytest.raises(LinkError, match="enough"):
            await (await actions.link_maker(target))()
    assert found == ["/dev/b", RIGHT, "left"]
