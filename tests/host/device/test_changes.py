"""`plantigrade device rollback, wipe, forget, log`: what they ask for, say, and refuse."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from click.testing import CliRunner, Result
from insole_protocol import event_records as records
from insole_protocol import ids, messages, update_codes
from plantigrade.device.changes import actions, changing, event_log
from plantigrade.device.changes.changing import ChangeError
from plantigrade.device.commands import device

from tests.host.bridge_kit.virtual_time import run_virtually
from tests.host.device.answering import SERIAL
from tests.host.device.updatable import Updatable, UpdatableLink

NAME = "A0A1A2A3A4A5A6A7"
PEER = b"\x7c\xdf\xa1\x00\x01\x02"


def entry(number: int, kind: int, link: int = records.LINK_USB, detail: bytes = b"") -> bytes:
    peer = PEER if link == records.LINK_BLE else records.NO_PEER
    return records.pack(number, 7, kind, link, 60 + number, peer, detail)


@dataclass
class Changeable(Updatable):
    """An insole that can be wiped, forgets hosts, and tells events, newest first.

    Attributes:
        events: as on the wire.
        wiped: confirmations that it has taken.
        stays_dirty: a wipe leaves the label.
        not_fetched: slots that nobody has acknowledged.
        hosts: that it is paired with.
    """

    events: list[bytes] = field(default_factory=list[bytes])
    wiped: list[int] = field(default_factory=list[int])
    stays_dirty: bool = False
    not_fetched: int = 0
    hosts: int = 2
    port: str = "/dev/ttyACM0"

    async def make_link(self) -> UpdatableLink:
        self.links += 1
        return ChangeableLink(self.insole, updatable=self, delay_s=0.01, name=self.port)


class ChangeableLink(UpdatableLink):
    """A link to it."""

    @property
    def _one(self) -> Changeable:
        assert isinstance(self.updatable, Changeable)
        return self.updatable

    def _carry_out(self, command: messages.Command, received_us: int) -> bytes:
        answers = {
            ids.OP_EVENTS: self._events,
            ids.OP_WIPE: self._wipe,
            ids.OP_FORGET: self._forget,
            ids.OP_LOG_INFO: self._log_info,
            ids.OP_GET_SETTING: self._setting,
        }
        answer = answers.get(command.op)
        return answer(command) if answer else super()._carry_out(command, received_us)

    def _events(self, command: messages.Command) -> bytes:
        first, one = command.arguments[0], self._one
        tail = b"".join(one.events[first : first + messages.MAX_DATA_BYTES // records.EVENT_BYTES])
        return self._reply(command, len(one.events), tail=tail)

    def _wipe(self, command: messages.Command) -> bytes:
        if command.arguments[0] != int.from_bytes(SERIAL[-4:], "little"):
            return self._refuse(command, ids.RESULT_NOT_ALLOWED)
        self._one.wiped.append(command.arguments[0])
        self._one.restart()
        return self._reply(command)

    def _forget(self, command: messages.Command) -> bytes:
        forgotten, self._one.hosts = self._one.hosts, 0
        return self._reply(command, forgotten)

    def _log_info(self, command: messages.Command) -> bytes:
        used = 1 if self._one.wiped else 12
        next_seq = self.insole.next_seq
        state = (self.insole.boot, 0, next_seq, next_seq - self._one.not_fetched, 848, used, 0, 0)
        return self._reply(command, *state)

    def _setting(self, command: messages.Command) -> bytes:
        if command.arguments[0] != 9:
            return super()._setting(command)
        clean = self._one.wiped and not self._one.stays_dirty
        return self._reply(command, 9, tail=b"" if clean else b"my shoe")


Meant = Callable[..., Result]


@pytest.fixture
def meant(monkeypatch: pytest.MonkeyPatch) -> Callable[[Updatable], Meant]:
    """Runs a command on this insole, in virtual time."""

    def on(insole: Updatable) -> Meant:
        async def find(_target: str | None) -> UpdatableLink:
            return await insole.make_link()

        async def maker(_target: str | None) -> Any:
            return insole.make_link

        monkeypatch.setattr(actions.targets, "find", find)
        monkeypatch.setattr(actions, "link_maker", maker)
        monkeypatch.setattr(actions.asyncio, "run", run_virtually)

        def run(*options: str, answer: str = "") -> Result:
            return CliRunner().invoke(device, list(options), input=answer)

        return run

    return on


Meaning = Callable[[Updatable], Meant]


def test_events_are_listed_newest_first(meant: Meaning) -> None:
    kinds = [records.UPDATE_CONFIRMED, records.PAIRED, records.LOG_ERASED]
    made = [
        entry(9, kinds[0], detail=b"0.2.0"),
        entry(8, kinds[1], records.LINK_BLE),
        entry(7, kinds[2]),
        entry(6, 77, records.LINK_NONE),
    ]
    result = meant(Changeable(events=made))("log")
    assert [line.split() for line in result.output.splitlines()][1:] == [
        ["9", "7", "69", "s", "update", "confirmed:", "0.2.0", "USB"],
        ["8", "7", "68", "s", "paired", "Bluetooth", "7C:DF:A1:00:01:02"],
        ["7", "7", "67", "s", "log", "erased", "USB"],
        ["6", "7", "66", "s", "event", "77", "by", "itself"],
    ]


def test_all_32_are_fetched_and_damaged_ones_left_out(meant: Meaning) -> None:
    made = [entry(number, records.PAIRED, records.LINK_BLE) for number in range(40, 8, -1)]
    made[3] = bytes(40)
    result = meant(Changeable(events=made))("log", "--json", "-")
    found = json.loads(result.output)
    assert found["schema"] == "plantigrade.device-log/1"
    assert [one["number"] for one in found["events"]] == [n for n in range(40, 8, -1) if n != 37]
    assert found["events"][0]["via"] == "Bluetooth"


def test_a_text_of_an_insole_writes_nothing_else_to_a_terminal() -> None:
    event = event_log.parse(entry(1, records.WIPED, detail=b"\x1b[2J\xffcard"))
    assert event is not None and "\x1b" not in event.detail and event.detail.endswith("card")


def test_a_firmware_without_events_is_named(meant: Meaning) -> None:
    class Older(Changeable):
        async def make_link(self) -> UpdatableLink:
            link = await super().make_link()
            link._carry_out = lambda command, received_us: (  # type: ignore[method-assign]
                messages.build_refusal(command.op, command.tag, ids.RESULT_UNKNOWN_COMMAND, "no such")
                if command.op == ids.OP_EVENTS
                else ChangeableLink._carry_out(link, command, received_us)  # type: ignore[arg-type]
            )
            return link

    result = meant(Older())("log")
    assert isinstance(result.exception, ChangeError)
    assert "firmware 1.2.3 keeps no list of events" in str(result.exception)


def test_wiping_names_what_is_lost_and_asks(meant: Meaning) -> None:
    insole = Changeable(not_fetched=234)
    result = meant(insole)("wipe", answer="n\n")
    assert result.exit_code == 1 and insole.wiped == []
    assert f"wiping left {NAME} erases the log" in result.stderr
    assert "234 frames in its log have not been fetched" in result.stderr
    assert "keeps its firmware, its serial number, its side" in result.stderr
    result = meant(insole)("wipe", answer="y\n")
    assert result.exit_code == 0 and result.stdout == f"left {NAME}: wiped\n"
    assert len(insole.wiped) == 1


def test_a_wipe_over_usb_is_looked_at_afterwards(meant: Meaning) -> None:
    result = meant(Changeable())("wipe", "--yes", "--json", "-")
    assert json.loads(result.stdout) == {
        "schema": "plantigrade.wipe/1",
        "serial": NAME,
        "seen_clean": True,
    }
    assert "frames" not in result.stderr, "everything was fetched"
    dirty = meant(Changeable(stays_dirty=True))("wipe", "--yes")
    assert isinstance(dirty.exception, ChangeError) and "is not clean" in str(dirty.exception)


def test_a_wipe_over_bluetooth_says_to_pair_anew(meant: Meaning) -> None:
    result = meant(Changeable(port="Plantigrade L"))("wipe", "--yes")
    assert (
        result.stdout
        == f"left {NAME}: wiped; remove it from this computer's Bluetooth devices and pair anew\n"
    )


def test_the_insole_with_another_serial_is_not_wiped() -> None:
    insole = Changeable()
    with pytest.raises(ChangeError, match=f"is insole {NAME}, not 0000000000000001: nothing was erased"):
        run_virtually(changing.wipe(insole.make_link, "0000000000000001"))
    assert insole.wiped == [] and ids.OP_WIPE not in insole.insole.asked


def test_an_insole_that_does_not_come_back_from_a_wipe() -> None:
    class Gone(Changeable):
        def restart(self) -> None:
            self.returns = False

    with pytest.raises(ChangeError, match="has not come back within 180 s"):
        run_virtually(changing.wipe(Gone().make_link, NAME))


def test_forgetting_says_how_many(meant: Meaning) -> None:
    assert meant(Changeable(hosts=1))("forget").output == "1 host forgotten\n"
    assert meant(Changeable())("forget").output == "2 hosts forgotten\n"
    assert json.loads(meant(Changeable())("forget", "--json", "-").output)["forgotten"] == 2


def test_rolling_back_waits_for_the_former_firmware(meant: Meaning) -> None:
    result = meant(Changeable(running="0.2.0", other="0.1.0"))("rollback")
    assert result.output == f"left {NAME}: 0.2.0 -> 0.1.0\n"
    values = json.loads(meant(Changeable(running="0.2.0", other="0.1.0"))("rollback", "--json", "-").output)
    assert (values["before"], values["after"]) == ("0.2.0", "0.1.0")


def test_nothing_to_go_back_to(meant: Meaning) -> None:
    result = meant(Changeable(other=""))("rollback")
    assert isinstance(result.exception, ChangeError)
    assert "does not go back: there is no other firmware" in str(result.exception)


@pytest.mark.parametrize("options", [("rollback",), ("wipe", "--yes"), ("forget",)])
def test_an_older_firmware_is_told_by_its_version(options: tuple[str, ...], meant: Meaning) -> None:
    result = meant(Changeable(capabilities=ids.CAPABILITY_LOG))(*options)
    assert isinstance(result.exception, ChangeError)
    assert "firmware 1.2.3, which cannot" in str(result.exception)
    assert "plantigrade device flash" in str(result.exception)


def test_the_kinds_of_events_have_texts() -> None:
    declared = {
        value
        for name, value in vars(records).items()
        if name.isupper()
        and name.startswith(("UPDATE_", "ROLLED", "LOG_", "WIPED", "PAIRED", "BONDS", "IDENT"))
    }
    assert set(event_log.KINDS) == declared
    assert update_codes.LINK_BLE == records.LINK_BLE and update_codes.LINK_USB == records.LINK_USB
