"""An insole in memory that answers what `plantigrade device` asks; no two of its figures are the same."""

from dataclasses import dataclass, field

from insole_protocol import ids, messages, settings
from plantigrade.link.base import LinkError

from tests.host.bridge_kit.fake_insole import FakeInsole, FakeLink, record_of

SERIAL = bytes(range(0xA0, 0xA8))
NEWEST_KNOWN = ids.OP_HINT
"""Commands beyond this one are those of a newer firmware."""
STATUS = (2, 87, 3901, 5, 1001, 1002, 1003, 1004, 1005, 1006, 1007, 1085, 1009, 0x8005, 1011)
"""Mode live, faults 0x8005: sensor, log and one that this version does not know."""
VALUES = {
    1: b"\x01",
    2: b"\x02",
    3: b"\x05",
    4: b"\x28",
    6: b"\x64\x00",
    7: b"\xe8\x03",
    8: b"\x00",
    9: b"Ada's",
    10: b"",
    11: b"\x10",
    12: b"\xd0\x07",
}
"""Settings by key; key 5 (log_full) is one that this firmware does not know."""


@dataclass
class Answering(FakeLink):
    """A link to an insole whose answers can be chosen.

    Attributes:
        side, tested, log, values: what the insole answers.
        acknowledged: slots before this were acknowledged.
        blinks, hints: seconds of each command to blink, and of each hint.
        capabilities: as in HELLO.
    """

    side: int = ids.SIDE_LEFT
    delay_s: float = 0.0
    tested: tuple[int, str] = (0, "")
    keeps_log: bool = True
    log_refusal: int = ids.RESULT_NOT_AVAILABLE
    values: dict[int, bytes] = field(default_factory=lambda: dict(VALUES))
    acknowledged: int = 1000
    blinks: list[int] = field(default_factory=list[int])
    hints: list[int] = field(default_factory=list[int])
    capabilities: int = ids.CAPABILITY_LOG

    async def _sample(self) -> None:
        """This insole records nothing by itself."""

    def _carry_out(self, command: messages.Command, received_us: int) -> bytes:
        answers = {
            ids.OP_STATUS: self._status,
            ids.OP_HELLO: self._who,
            ids.OP_IDENTIFY: self._blink,
            ids.OP_HINT: self._hint,
            ids.OP_SELF_TEST: self._test,
            ids.OP_GET_SETTING: self._setting,
            ids.OP_LOG_INFO: self._log_info,
            ids.OP_LOG_ACK: self._acknowledge,
            ids.OP_LOG_GAPS: self._gaps,
        }
        if command.op > NEWEST_KNOWN:
            return messages.build_refusal(command.op, command.tag, ids.RESULT_UNKNOWN_COMMAND, "older")
        answer = answers.get(command.op)
        return answer(command) if answer else super()._carry_out(command, received_us)

    def _status(self, command: messages.Command) -> bytes:
        return messages.build_reply(command.op, command.tag, *STATUS)

    def _who(self, command: messages.Command) -> bytes:
        identity = (1, self.side, 3, self.capabilities, 7, 10_000, self.insole.next_seq, SERIAL)
        return messages.build_reply(command.op, command.tag, *identity, tail=b"1.2.3")

    def _blink(self, command: messages.Command) -> bytes:
        self.blinks.append(command.arguments[0])
        return messages.build_reply(command.op, command.tag)

    def _hint(self, command: messages.Command) -> bytes:
        self.hints.append(command.arguments[0])
        return messages.build_reply(command.op, command.tag)

    def _test(self, command: messages.Command) -> bytes:
        levels = [401 + i for i in range(16)]
        tail = self.tested[1].encode()
        return messages.build_reply(command.op, command.tag, self.tested[0], *levels, tail=tail)

    def _setting(self, command: messages.Command) -> bytes:
        key = command.arguments[0]
        if key not in self.values:
            return messages.build_refusal(command.op, command.tag, ids.RESULT_RANGE, f"no setting {key}")
        return messages.build_reply(command.op, command.tag, key, tail=self.values[key])

    def _log_info(self, command: messages.Command) -> bytes:
        if not self.keeps_log:
            return messages.build_refusal(command.op, command.tag, self.log_refusal, "no log here")
        state = (7, 1000, self.insole.next_seq, self.acknowledged, 2048, 12, 1, 34)
        return messages.build_reply(command.op, command.tag, *state)

    def _acknowledge(self, command: messages.Command) -> bytes:
        self.acknowledged = command.arguments[0]
        return messages.build_reply(command.op, command.tag, self.acknowledged)

    def _gaps(self, command: messages.Command) -> bytes:
        return messages.build_gaps_reply(command.tag, [], ids.NO_SEQ)


class OutOfReach(Answering):
    """Nobody is at the other end."""

    async def open(self) -> None:
        raise LinkError(f"{self.name} cannot be opened")


def insole(blocks: int = 0) -> FakeInsole:
    """An insole with so many blocks of five slots in its log, from slot 1000 on."""
    made = FakeInsole(started_ns=0)
    log(made, blocks)
    return made


def log(made: FakeInsole, blocks: int) -> None:
    """Store so many more blocks of five slots."""
    for _ in range(blocks):
        made.log[made.next_seq] = record_of(made.next_seq, 5, made.boot, made.next_seq * 10_000)
        made.next_seq += 5


assert {one.key for one in settings.TABLE} - set(VALUES) == {5}
