"""A batch of virtual boards becomes insoles: real firmware, real esptool, loads on its sensors, and again."""

import asyncio
import csv
import json
import shutil
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result
from insole_protocol import identity_record as form
from plantigrade.device.commands import device
from plantigrade.device.provision.rom_access import identity_region, keys_in
from plantigrade.firmware_image.board_files import board_files
from plantigrade.firmware_image.build import build_firmware
from plantigrade.firmware_image.signing import keys_folder
from plantigrade.library.catalogue.insole_keys import insole_keys, known_insoles
from plantigrade.library.catalogue.key_change import change_key
from plantigrade.library.catalogue.library import Library
from plantigrade.library.insole_key_files.content import parse
from plantigrade.library.insole_key_files.sealing import read_sealed
from plantigrade.library.keys.vault import MasterKey
from plantigrade.twin.board import VirtualBoard
from plantigrade.twin.board_spec import BoardSpec, Feed, RadioEnd
from plantigrade.twin.body.feed import read_feed, write_feed
from plantigrade.twin.radio.client import Radio
from plantigrade.twin.radio.conditions import RadioConditions

pytestmark = [
    pytest.mark.micropython,
    pytest.mark.radio,
    pytest.mark.untimed,  # processes that want the machine for themselves
]

REST = 330
MACS = ("246f287a3f01", "246f287a3f02")


async def cli(*texts: str | Path) -> Result:
    return await asyncio.to_thread(
        CliRunner().invoke, device, [str(word) for word in texts], standalone_mode=False
    )


def partition(board: VirtualBoard, label: str) -> bytes:
    return board.flash.read(label)


async def test_a_batch_of_boards_becomes_insoles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    feed, data, out = tmp_path / "feed.bin", tmp_path / "data", tmp_path / "out"
    write_feed(feed, np.full((4, 16), REST, np.uint16), 100)
    with Library(data) as library:
        change_key(library, made := MasterKey.new())
        serials_before = known_insoles(library)
    monkeypatch.setenv("PLANTIGRADE_KEY", made.text)
    assert serials_before == ()
    batch = tmp_path / "spring.csv"
    batch.write_text(f"serial,side,size,label\n{MACS[0]},left,42.5,P001\n,right,42.5,\n")
    async with AsyncExitStack() as stack:
        radio = await stack.enter_async_context(Radio(RadioConditions(), tmp_path / "bonds.json"))
        boards = [
            await stack.enter_async_context(
                VirtualBoard(
                    BoardSpec(side, mac),
                    tmp_path / mac,
                    board_files(build_firmware()),
                    RadioEnd(radio.boards_port, radio.token),
                    Feed(feed),
                )
            )
            for side, mac in zip(("left", "right"), MACS, strict=True)
        ]
        ports = [board.serial_port for board in boards]
        key = keys_folder() / "test" / "now.pem"
        options = (
            "--batch",
            batch,
            "--factory-key",
            key,
            "--bench",
            f"twin:{feed}",
            "-o",
            out,
            "--data",
            data,
        )
        first = await cli("provision", *ports, *options)
        assert first.exception is None, (first.output, first.exception)
        before = [(partition(board, "id"), partition(board, "keys")) for board in boards]
        check_results(out)
        check_flash(before)
        assert read_feed(feed)[0].max() == REST, "the loads are off again"

        again = await cli("provision", *ports, *options)
        assert again.exception is None and again.output.count("left as it is") == 2, again.output
        assert [(partition(board, "id"), partition(board, "keys")) for board in boards] == before
        check_results(out)
        check_copies(data, out, before)
        await check_info_and_settings(ports[0], data, tmp_path / "info.json")

        batch.write_text(f"serial,side,size\n{MACS[0]},right,42.5\n{MACS[1]},right,42.5\n")
        other = await cli("provision", ports[0], *options)
        assert "provisioned as something else (side left instead of right" in str(other.exception)


def check_results(out: Path) -> None:
    """The same after every run."""
    rows = list(csv.DictReader((out / "batch-result.csv").read_text().splitlines()))
    columns = ("side", "size", "result", "record")
    assert [(row["serial"][-12:].lower(), *(row[name] for name in columns)) for row in rows] == [
        (MACS[0], "left", "42.5", "made", "genuine"),
        (MACS[1], "right", "42.5", "made", "genuine"),
    ]
    for row in rows:
        folder = out / row["serial"]
        report = json.loads((folder / "report.json").read_text())
        assert report["schema"] == "plantigrade.provision/1" and report["identity"]["side"] == row["side"]
        residuals = [curve["residual_pct"] for curve in report["calibration"]["sensors"]]
        assert len(residuals) == 16 and all(residual < 10 for residual in residuals)
        for paper in ("label.svg", "label.pdf", "card.svg", "card.pdf", "report.pdf"):
            assert (folder / paper).stat().st_size > 1000


def check_flash(partitions: list[tuple[bytes, bytes]]) -> None:
    """Every insole has a record, and keys of its own that stand in no other file."""
    keys = [keys_in(keys) for _, keys in partitions]
    assert all(one.are_complete for one in keys)
    assert len({key for one in keys for key in (one.device, one.log)}) == 4, "no two insoles share a key"
    for identity, _ in partitions:
        region = identity_region(identity)
        assert region.newest is not None and region.sequence == 2 and region.sector == 1
        assert identity[form.SECTOR_BYTES :].strip(b"\xff") == b""


def check_copies(data: Path, out: Path, partitions: list[tuple[bytes, bytes]]) -> None:
    """The encrypted library has the keys that are on the insoles, and so has each one's recovery file."""
    with Library(data) as library:
        assert library.vault is not None
        for serial in known_insoles(library):
            sealed = read_sealed(out / serial / "keys.recovery")
            assert parse(sealed.open_with_key(library.vault.keys[0])) == (insole_keys(library, serial),)
        found = {
            (one.device, one.logs[0]) for one in map(partial(insole_keys, library), known_insoles(library))
        }
    assert found == {(keys.device, keys.log) for keys in (keys_in(flash) for _, flash in partitions)}


async def info(port: str, data: Path, file: Path) -> dict[str, Any]:
    """What `plantigrade device info` tells."""
    done = await cli("info", port, "--data", data, "--json", file)
    assert done.exception is None, done.exception
    return json.loads(await asyncio.to_thread(file.read_text))


async def check_info_and_settings(port: str, data: Path, file: Path) -> None:
    """What it says of itself, and what it says when its side is set to another one."""
    found = await info(port, data, file)
    made = found["identity"]
    assert made["origin"] == "genuine" and made["side_at_birth"] == "left" and made["size_eu"] == 42.5
    assert "warning" not in made
    assert (found["insole"]["side"], found["settings"]["label"]) == ("left", "P001")
    assert found["crashes"] == [] and found["state"]["faults"] == []

    here = ("--data", data)
    assert (await cli("set", "side", "right", port, *here)).output.endswith("side is right\n")
    shutil.rmtree(data / "factory-keys")
    made = (await info(port, data, file))["identity"]
    assert made["origin"] == "signed by an unknown key"
    stranger = await cli("info", port, "--data", data.parent / "nobody")
    assert "is locked, and no key of an insole is here" in str(stranger.exception)
    assert made["warning"].startswith("made as a left insole, set to right")
    assert (await cli("set", "side", "unset", port, *here)).output.endswith(
        "side is left, as the insole was made\n"
    )
    assert (await cli("set", "label", "Blue", port, *here)).output.endswith("label is Blue\n")
    assert "is left, right or unset" in str((await cli("set", "side", "up", port)).exception)
