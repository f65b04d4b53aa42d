"""`plantigrade device info` of an insole that restarted by itself: why, and what its parts have counted."""

import json
import struct
from dataclasses import dataclass, field
from typing import Any

import pytest
from click.testing import CliRunner, Result
from insole_protocol import diagnostic_names, ids, messages
from plantigrade.device import targets
from plantigrade.device.commands import device
from plantigrade.link.base import LinkError

from tests.host.device.answering import Answering, insole

TRACEBACK = 'Traceback (most recent call last):\n  File "insole/radio.py", line 215, in run\nValueError: é'
TEXT = f"0.1.0\n{TRACEBACK}\n".encode("ascii", "replace")


@dataclass
class Crashed(Answering):
    """Tells of its crashes: (boot, uptime in s, cause, text) each, the newest first; and its counters."""

    crashes: list[tuple[int, int, int, bytes]] = field(
        default_factory=lambda: [(8, 3600, ids.CRASH_TASK, TEXT), (5, 7, 99, b"0.0.9\nstands still: radio")]
    )
    counted: tuple[int, ...] = (4, 3, 2, 1)
    stored: int | None = None

    def _carry_out(self, command: messages.Command, received_us: int) -> bytes:
        if command.op == ids.OP_CRASH:
            return self._crash(command)
        if command.op == ids.OP_DIAGNOSTICS:
            tail = struct.pack(f"<{len(self.counted)}I", *self.counted)
            return messages.build_reply(command.op, command.tag, tail=tail)
        return super()._carry_out(command, received_us)

    def _crash(self, command: messages.Command) -> bytes:
        index, offset = command.arguments
        stored = len(self.crashes) if self.stored is None else self.stored
        if not self.crashes:
            return messages.build_reply(command.op, command.tag, 0, 0, 0, 0, 0, tail=b"")
        boot, uptime_s, cause, text = self.crashes[index % len(self.crashes)]
        fields = (stored, boot, uptime_s, cause, len(text))
        return messages.build_reply(command.op, command.tag, *fields, tail=text[offset : offset + 80])


@pytest.fixture
def info(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs `device info` on such an insole."""

    def run(*texts: str, kind: type[Answering] = Crashed, **answers: Any) -> Result:
        async def find(_target: str | None) -> Answering:
            return kind(insole(), **answers)

        monkeypatch.setattr(targets, "find", find)
        return CliRunner().invoke(device, ["info", *texts])

    return run


def test_a_person_reads_why_and_when(info: Any) -> None:
    done = info()
    assert done.exit_code == 0, done.exception
    assert (
        "crashes\n"
        "  boot 8, after 3600 s, firmware 0.1.0: a task died\n"
        "    Traceback (most recent call last):\n"
        '      File "insole/radio.py", line 215, in run\n'
        "    ValueError: ?\n"
        "  boot 5, after 7 s, firmware 0.0.9: cause 99\n"
        "    stands still: radio\n"
    ) in done.stdout


def test_a_person_reads_what_was_counted(info: Any) -> None:
    places = {name: place for place, (name, _) in enumerate(diagnostic_names.TABLE)}
    counters = [0] * len(places) + [77]
    counters[places["boots_reset_cause"]] = 3
    counters[places["usb_stalls"]] = 2
    assert (
        "diagnostics\n"
        "  last reset: watchdog\n"
        "  times that the USB port took nothing: 2\n"
        f"  counter {len(places)}: 77\n"
    ) in info(counted=tuple(counters)).stdout


def test_scripts_read_it_by_name(info: Any) -> None:
    found = json.loads(info("--json", "-").stdout)
    assert found["crashes"][0] == {
        "boot": 8,
        "uptime_s": 3600,
        "cause": "a task died",
        "firmware": "0.1.0",
        "text": TRACEBACK.replace("é", "?"),
    }
    assert len(found["crashes"]) == 2
    assert found["diagnostics"] == diagnostic_names.named((4, 3, 2, 1))


def test_without_a_crash_it_says_none(info: Any) -> None:
    assert "crashes\n  none" in info(crashes=[]).stdout


def test_an_older_firmware_has_neither_section(info: Any) -> None:
    found = json.loads(info("--json", "-", kind=Answering).stdout)
    assert "crashes" not in found
    assert "diagnostics" not in found


def test_what_an_insole_claims_is_bounded(info: Any) -> None:
    found = json.loads(info("--json", "-", stored=255).stdout)
    assert len(found["crashes"]) == 16
    long = [(1, 1, 1, b"0.1.0\n" + b"x" * 60_000)]
    found = json.loads(info("--json", "-", crashes=long).stdout)
    assert len(found["crashes"][0]["text"]) < 4096 + 80


def test_an_insole_that_cannot_be_reached_is_an_error(info: Any) -> None:
    from tests.host.device.answering import OutOfReach

    assert isinstance(info(kind=OutOfReach).exception, LinkError)
