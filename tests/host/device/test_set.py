"""`plantigrade device set`: a command for each row of the protocol's table, read back and confirmed."""

from typing import Any

import pytest
from click.testing import CliRunner, Result
from insole_protocol import ids, messages, settings
from insole_protocol.settings import Setting
from plantigrade.bridge.errors import RefusedError
from plantigrade.device import setting_values, targets
from plantigrade.device.commands import device
from plantigrade.device.set_commands import set_group
from plantigrade.device.setting_values import SettingError

from tests.host.device.answering import Answering, insole

BY_NAME = {row.name: row for row in settings.TABLE}


class Taking(Answering):
    """An insole that stores settings. `born` is what it answers for a default; `deaf`: it stores nothing."""

    born: bytes | None = None
    deaf = False
    modes: list[int]

    def _carry_out(self, command: messages.Command, received_us: int) -> bytes:
        if command.op == ids.OP_SET_SETTING:
            row = settings.find(command.arguments[0])
            if row.name == "log_full":
                return messages.build_refusal(command.op, command.tag, ids.RESULT_RANGE, "older")
            value = command.value
            if self.born is not None and settings.decode(row, value) == row.default:
                value = self.born
            if not self.deaf:
                self.values[row.key] = value
            return messages.build_reply(command.op, command.tag, row.key, tail=value)
        if command.op == ids.OP_SET_MODE:
            self.modes.append(command.arguments[0])
            return messages.build_reply(command.op, command.tag, command.arguments[0])
        return super()._carry_out(command, received_us)


@pytest.fixture
def link(monkeypatch: pytest.MonkeyPatch) -> Taking:
    found = Taking(insole())
    found.modes = []

    async def find(target: str | None) -> Taking:
        found.asked_for = target  # type: ignore[attr-defined]
        return found

    monkeypatch.setattr(targets, "find", find)
    return found


def run(*texts: str) -> Result:
    return CliRunner().invoke(device, ["set", *texts])


def test_every_setting_of_the_protocol_has_a_command_that_says_what_it_may_be() -> None:
    assert len(set_group.commands) == len(settings.TABLE)
    for row in settings.TABLE:
        command = set_group.commands[setting_values.command_name(row)]
        shown = " ".join(CliRunner().invoke(command, ["--help"]).output.split())
        assert setting_values.MEANINGS[row.name] in shown and setting_values.allowed(row) in shown
    listed = " ".join(run("--help").output.split())
    assert "left, right or unset: the foot" in listed and "20 to 10240" in listed


@pytest.mark.parametrize(
    ("texts", "key", "stored", "shown"),
    [
        (("side", "left"), 1, b"\0", "side is left"),
        (("side", "RIGHT"), 1, b"\1", "side is right"),
        (("side", "unset"), 1, b"\xff", "side is unset"),
        (("live-frames", "25"), 3, b"\x19", "live-frames is 25"),
        (("daily-advertising-ms", "2000"), 7, b"\xd0\7", "daily-advertising-ms is 2000"),
        (("led", "off"), 8, b"\0", "led is off"),
        (("label", "Grün 5"), 9, "Grün 5".encode(), "label is Grün 5"),
        (("label", ""), 9, b"", "label is empty"),
        (("label", "7"), 9, b"7", "label is 7"),
        (("acceleration-range-g", "8"), 11, b"\x08", "acceleration-range-g is 8"),
        (("angular-rate-range-deg-s", "500"), 12, b"\xf4\1", "angular-rate-range-deg-s is 500"),
    ],
)
def test_a_setting_is_stored_and_confirmed(
    link: Taking, texts: tuple[str, ...], key: int, stored: bytes, shown: str
) -> None:
    done = run(*texts, "right")
    assert done.exception is None and done.output == f"A0A1A2A3A4A5A6A7: {shown}\n"
    assert link.values[key] == stored and link.asked_for == "right"  # type: ignore[attr-defined]


def test_the_mode_is_taken_at_once(link: Taking) -> None:
    assert run("mode", "daily").output.endswith("mode is daily\n")
    assert link.values[2] == b"\1" and link.modes == [ids.MODE_DAILY]


def test_the_default_of_a_provisioned_insole_is_what_it_was_made(link: Taking) -> None:
    link.born = b"\1"
    assert run("side", "unset").output.endswith("side is right, as the insole was made\n")


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (("side", "up"), "side cannot be 'up'; it is left, right or unset: the foot"),
        (("side", "3"), "side cannot be '3'"),
        (("live-frames", "26"), "it is 1 to 25"),
        (("live-frames", "-1"), "it is 1 to 25"),
        (("live-frames", "two"), "it is 1 to 25"),
        (("live-frames", "9" * 40), "it is 1 to 25"),
        (("label", "x" * 21), "text of at most 20 bytes"),
        (("acceleration-range-g", "3"), "it is 2, 4, 8 or 16: range of acceleration in g"),
        (("angular-rate-range-deg-s", "125"), "it is 250, 500, 1000 or 2000"),
    ],
)
def test_what_cannot_be_is_refused_before_an_insole_is_asked(
    link: Taking, texts: tuple[str, ...], expected: str
) -> None:
    done = run(*texts[:1], "--", *texts[1:])
    assert isinstance(done.exception, SettingError) and expected in str(done.exception)
    assert not hasattr(link, "asked_for")


def test_an_insole_that_keeps_its_old_value_is_told(link: Taking) -> None:
    link.deaf = True
    done = run("side", "left")
    assert isinstance(done.exception, SettingError)
    assert "side was set to left, but reads right" in str(done.exception)


def test_an_older_firmware_that_refuses_is_told(link: Taking) -> None:
    assert isinstance(run("log-full", "keep").exception, RefusedError)


@pytest.mark.parametrize("row", settings.TABLE)
def test_every_word_is_a_value_that_the_table_allows(row: Setting) -> None:
    for word, value in setting_values.NAMED.get(row.name, {}).items():
        assert setting_values.value_of(row, word) == value and setting_values.word_of(row, value) == word
    names: dict[str, Any] = setting_values.NAMED.get(row.name, {})
    if names and row.choices:
        assert set(names.values()) == set(row.choices)
