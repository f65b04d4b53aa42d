"""`plantigrade device list, info, selftest, identify`: what a person reads, and what JSON holds."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from insole_protocol import ids
from insole_protocol.layout import SENSOR_NAMES
from plantigrade import support
from plantigrade.bridge.errors import BridgeError
from plantigrade.bridge.hint import NoHintError
from plantigrade.bridge.insole import Identity
from plantigrade.device import actions as entry
from plantigrade.device import targets
from plantigrade.device.actions import FaultFoundError, fault_names
from plantigrade.device.commands import device
from plantigrade.device.targets import UsbInsole
from plantigrade.link.base import LinkError

from tests.host.device.answering import Answering, OutOfReach, insole

IDENTITY = Identity("A0A1A2A3A4A5A6A7", "left", "1.2.3", 1, 3, ids.CAPABILITY_LOG, 10_000)
Reached = Callable[..., list[Answering]]


@pytest.fixture
def reached(monkeypatch: pytest.MonkeyPatch) -> Reached:
    """Makes a kind of link the one that is found; gives the list of those that were opened."""

    def reach(kind: type[Answering] = Answering, **answers: Any) -> list[Answering]:
        found: list[Answering] = []

        async def find(target: str | None) -> Answering:
            found.append(kind(insole(), **answers))
            found[-1].asked_for = target  # type: ignore[attr-defined]
            return found[-1]

        monkeypatch.setattr(targets, "find", find)
        return found

    return reach


def run(*texts: str | Path) -> Result:
    return CliRunner().invoke(device, [str(word) for word in texts])


INFO = """\
insole
  serial            A0A1A2A3A4A5A6A7
  side              left
  firmware          1.2.3
  protocol version  1
  layout            3
  capabilities      2
  period us         10000

support
  line              1.2
  security updates  unknown to this version of Plantigrade
  until             unknown

state
  mode             live
  battery pct      87
  battery mv       3901
  uptime s         5
  slots sampled    1001
  slots lost       1002
  slots recorded   1003
  frames sent      1004
  notify refusals  1005
  max jitter us    1006
  steps            1007
  cadence spm      108.5
  free heap bytes  1009
  faults           sensor, log, keys
  malformed        1011

settings
  side                      1
  boot mode                 2
  live frames               5
  daily frames              40
  live advertising ms       100
  daily advertising ms      1000
  led                       0
  label                     Ada's
  void phones               
  acceleration range g      16
  angular rate range deg s  2000

log
  boot               7
  oldest seq         1000
  next seq           1000
  acknowledged seq   1000
  capacity pages     2048
  used pages         12
  corrupt pages      1
  slots overwritten  34
"""  # noqa: W291


def test_info_for_people(reached: Reached) -> None:
    links = reached()
    done = run("info", "right")
    assert done.exit_code == 0, done.exception
    assert done.stdout == INFO
    assert [link.asked_for for link in links] == ["right"]  # type: ignore[attr-defined]
    assert links[0].closed.is_set()


def test_info_as_json(reached: Reached, tmp_path: Path) -> None:
    reached()
    path = tmp_path / "a.json"
    done = run("info", "--json", path)
    assert done.stdout.startswith("insole\n")
    found = json.loads(path.read_text())
    assert list(found) == ["schema", "insole", "support", "state", "settings", "log"]
    assert found["schema"] == "plantigrade.device/1"
    assert found["insole"]["serial"] == "A0A1A2A3A4A5A6A7"
    assert found["state"]["mode"] == "live"
    assert found["state"]["battery_mv"] == 3901
    assert found["state"]["faults"] == ["sensor", "log", "keys"]
    assert found["settings"] == {
        "side": 1,
        "boot_mode": 2,
        "live_frames": 5,
        "daily_frames": 40,
        "live_advertising_ms": 100,
        "daily_advertising_ms": 1000,
        "led": 0,
        "label": "Ada's",
        "void_phones": "",
        "acceleration_range_g": 16,
        "angular_rate_range_deg_s": 2000,
    }
    assert found["log"]["capacity_pages"] == 2048
    only = run("info", "--json", "-")
    assert json.loads(only.stdout) == found


def test_an_insole_without_a_log_says_why(reached: Reached) -> None:
    reached(keeps_log=False)
    found = json.loads(run("info", "--json", "-").stdout)
    assert found["log"] == {"note": "fake insole refused LOG_INFO: no log here"}


def test_a_section_that_an_older_firmware_does_not_know_is_left_out(reached: Reached) -> None:
    reached(keeps_log=False, log_refusal=ids.RESULT_UNKNOWN_COMMAND)
    found = json.loads(run("info", "--json", "-").stdout)
    assert list(found) == ["schema", "insole", "support", "state", "settings"]


def test_until_when_it_gets_security_updates(reached: Reached, monkeypatch: pytest.MonkeyPatch) -> None:
    reached()
    monkeypatch.setattr(support, "LINES", (support.Support("1.2", date(2020, 1, 31)),))
    done = run("info")
    assert "  security updates  ended on 2020-01-31\n  until             2020-01-31\n" in done.stdout
    monkeypatch.setattr(support, "LINES", (support.Support("1.2", date(9999, 1, 31)),))
    found = json.loads(run("info", "--json", "-").stdout)["support"]
    assert found == {"line": "1.2", "security_updates": "until 9999-01-31", "until": "9999-01-31"}


def test_a_setting_that_is_no_value_is_told(reached: Reached) -> None:
    reached(values={1: b"\x01\x02"})
    done = run("info")
    assert isinstance(done.exception, BridgeError)
    assert str(done.exception).startswith("fake insole: setting side: ")


def test_an_insole_out_of_reach(reached: Reached) -> None:
    links = reached(OutOfReach)
    assert isinstance(run("info").exception, LinkError)
    assert links[0].closed.is_set()


@pytest.mark.parametrize(
    ("mode", "text"), [(ids.MODE_IDLE, "idle"), (ids.MODE_DAILY, "daily"), (ids.MODE_LIVE, "live"), (9, "9")]
)
def test_modes_in_words(mode: int, text: str) -> None:
    status: Any = type("Status", (), {})()
    status.mode, status.faults = mode, 0
    assert entry._state(status) == {"mode": text, "faults": []}


def test_what_is_unknown_or_none_in_words() -> None:
    text = entry._section(
        "title", {"battery_pct": None, "faults": [], "rest": [1, "two"], "text": "", "n": 0}
    )
    assert text.splitlines() == [
        "title",
        "  battery pct  unknown",
        "  faults       none",
        "  rest         1, two",
        "  text         ",
        "  n            0",
    ]
    assert entry._section("nothing", {}) == "nothing"


@pytest.mark.parametrize(
    ("flags", "names"),
    [
        (0, []),
        (0x01, ["sensor"]),
        (0x02, ["imu"]),
        (0x04, ["log"]),
        (0x08, ["settings"]),
        (0x10, ["battery"]),
        (0x20, ["clock"]),
        (0x40, ["watchdog"]),
        (0x41, ["sensor", "watchdog"]),
        (0x80, ["safe_mode"]),
        (0x1F00, ["crashed", "native_code", "radio", "card", "bonds"]),
        (0x8000, ["keys"]),
        (0xE084, ["log", "safe_mode", "charger", "gauge", "keys"]),
    ],
)
def test_fault_flags_in_words(flags: int, names: list[str]) -> None:
    assert fault_names(flags) == names


def test_a_self_test_without_faults(reached: Reached, tmp_path: Path) -> None:
    reached(tested=(0, ""))
    path = tmp_path / "a.json"
    done = run("selftest", "--json", path)
    assert done.exit_code == 0
    lines = done.stdout.splitlines()
    assert lines[0] == "level of each sensor, counts"
    assert [line.split() for line in lines[1:17]] == [
        [*name.split("_"), str(401 + i)] for i, name in enumerate(SENSOR_NAMES)
    ]
    assert lines[17:] == ["", "no remarks"]
    assert json.loads(path.read_text()) == {
        "schema": "plantigrade.selftest/1",
        "faults": [],
        "levels": {name: 401 + i for i, name in enumerate(SENSOR_NAMES)},
        "text": "",
    }


def test_a_self_test_with_faults_is_an_error_after_its_answer(reached: Reached) -> None:
    reached(tested=(ids.FAULT_SENSOR | ids.FAULT_BATTERY, "heel: open"))
    done = run("selftest", "left")
    assert done.stdout.splitlines()[-1] == "heel: open"
    assert isinstance(done.exception, FaultFoundError)
    assert str(done.exception) == "the insole found a fault: sensor, battery"
    assert done.exit_code == 1
    only = run("selftest", "--json", "-")
    assert json.loads(only.stdout)["faults"] == ["sensor", "battery"]
    assert only.exit_code == 1


def test_identify_blinks_for_the_seconds_that_are_asked(reached: Reached) -> None:
    links = reached()
    assert run("identify", "right", "--seconds", "20").stdout == "blinking for 20 s\n"
    assert run("identify").stdout == "blinking for 10 s\n"
    assert [link.blinks for link in links] == [[20], [10]]
    assert [link.asked_for for link in links] == ["right", None]  # type: ignore[attr-defined]
    for seconds in ("0", "61"):
        assert run("identify", "--seconds", seconds).exit_code == 2


def test_a_hint_is_asked_only_of_insoles_that_can_give_it(reached: Reached) -> None:
    links = reached(capabilities=ids.CAPABILITY_LOG | ids.CAPABILITY_HINT)
    assert run("hint", "left", "--seconds", "30").stdout == "a hint for 30 s\n"
    assert run("hint").stdout == "a hint for 12 s\n"
    assert [link.hints for link in links] == [[30], [12]]
    for seconds in ("0", "31"):
        assert run("hint", "--seconds", seconds).exit_code == 2
    older = reached(capabilities=ids.CAPABILITY_LOG)
    refused = run("hint", "left")
    assert isinstance(refused.exception, NoHintError) and "firmware is too old" in str(refused.exception)
    assert older[0].hints == []


def ports(monkeypatch: pytest.MonkeyPatch, *found: UsbInsole) -> None:
    async def usb_insoles() -> list[UsbInsole]:
        return list(found)

    monkeypatch.setattr(targets, "usb_insoles", usb_insoles)


def test_the_list_of_ports(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    ports(monkeypatch, UsbInsole("/dev/a", False, IDENTITY), UsbInsole("/dev/b", True, None))
    path = tmp_path / "a.json"
    assert run("list", "--json", path).stdout.splitlines() == [
        "/dev/a  left  A0A1A2A3A4A5A6A7  firmware 1.2.3",
        "/dev/b  does not answer  (virtual)",
    ]
    found = json.loads(path.read_text())
    assert found["schema"] == "plantigrade.ports/1"
    assert found["insoles"] == [
        {
            "port": "/dev/a",
            "virtual": False,
            "serial": "A0A1A2A3A4A5A6A7",
            "side": "left",
            "firmware": "1.2.3",
            "protocol_version": 1,
            "layout": 3,
            "capabilities": 2,
            "period_us": 10000,
        },
        {"port": "/dev/b", "virtual": True},
    ]
    assert json.loads(run("list", "--json", "-").stdout) == found


def test_no_ports(monkeypatch: pytest.MonkeyPatch) -> None:
    ports(monkeypatch)
    assert run("list").stdout == "no insoles on USB ports\n"
    assert json.loads(run("list", "--json", "-").stdout) == {"schema": "plantigrade.ports/1", "insoles": []}


def test_the_console_takes_the_named_port_or_the_only_one(monkeypatch: pytest.MonkeyPatch) -> None:
    from plantigrade.device import console

    opened: list[str] = []
    monkeypatch.setattr(console, "run_console", opened.append)

    async def only_port() -> str:
        return "/dev/only"

    monkeypatch.setattr(targets, "only_port", only_port)
    assert run("console", "/dev/x").exit_code == 0
    assert run("console").exit_code == 0
    assert opened == ["/dev/x", "/dev/only"]
