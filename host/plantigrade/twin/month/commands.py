"""Answers commands as the firmware does, refusals included (PROTOCOL.md section 4)."""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from insole_protocol import declarations, diagnostic_names, errors, ids, messages
from insole_protocol import settings as table
from insole_protocol.host_messages import build_log_block
from insole_protocol.layout_id import LAYOUT_ID

from plantigrade.twin.month.insole import FIRMWARE_VERSION, EncodedInsole
from plantigrade.twin.month.log import Item

MAX_REPLIES = 4
"""A peer with more commands open than this is not answered."""
IDENTIFY_MAX_S = 60
MAX_U32 = 0xFFFFFFFF
HEAP_FREE_BYTES = 60_000
JITTER_US = 900
"""The longest delay of a sample that STATUS tells."""

Reply = bytes | Callable[[], bytes]


class RefusalError(Exception):
    """A command that is not carried out."""

    def __init__(self, result: int, text: str) -> None:
        super().__init__(text)
        self.result, self.text = result, text


@dataclass
class LogTransfer:
    """One answer to LOG_READ: as many records in a message as fit into it."""

    number: int
    items: Iterator[Item]
    slots: int = 0
    stopped: bool = False
    held: Item | None = None

    def next_message(self) -> tuple[bytes, bool]:
        """The next message, and whether it is the last."""
        records: list[bytes] = []
        room = ids.MAX_MESSAGE_BYTES - messages.LOG_PREFIX_BYTES
        item = None
        while not self.stopped:
            item, self.held = self.held or next(self.items, None), None
            if item is None or not item.record:
                break
            if len(item.record) > room:
                self.held = item
                break
            records.append(item.record)
            room -= len(item.record)
            self.slots += item.end - item.first
        if records:
            if item is not None and not item.record:
                self.held = item
            return build_log_block(self.number, *records), False
        if item is not None:
            return messages.build_log_gap(self.number, item.first, item.end, item.reason), False
        reason = ids.END_STOPPED if self.stopped else ids.END_COMPLETE
        return messages.build_log_end(self.number, self.slots, reason), True


@dataclass
class Peer:
    """What one connection has agreed and asked for.

    Attributes:
        version: of the protocol, 0 before HELLO.
        streaming: it wants live records.
        wanted: number of the next live record that it wants.
        transfer: from the log, under way.
        replies: on their way; a callable makes its bytes at the moment of sending.
    """

    version: int = 0
    streaming: bool = False
    wanted: int = 0
    transfer: LogTransfer | None = None
    replies: deque[Reply] = field(default_factory=deque[Reply])
    frames_sent: int = 0
    refusals: int = 0
    malformed: int = 0


class Commands:
    """Carries out the commands of all peers of one insole."""

    def __init__(self, insole: EncodedInsole, now_us: Callable[[], int]) -> None:
        self._insole, self._now_us = insole, now_us
        self._transfers = 0
        self.reboot_asked: Callable[[], None] = lambda: None

    def handle(self, peer: Peer, message: bytes) -> None:
        """Carry out one command and queue its reply."""
        if len(message) < 2 or len(message) > ids.MAX_COMMAND_BYTES or len(peer.replies) >= MAX_REPLIES:
            peer.malformed += 1
            return
        op, tag = message[0] & ~ids.REPLY_BIT, message[1]
        try:
            if not peer.version and message[0] != ids.OP_HELLO:
                raise RefusalError(ids.RESULT_HELLO_FIRST, "say HELLO before anything else")
            command = messages.parse_command(message)
            reply = self._carry_out(peer, command)
        except errors.ProtocolError as error:
            peer.malformed += 1
            reply = messages.build_refusal(op, tag, messages.result_of(error), str(error))
        except RefusalError as refusal:
            reply = messages.build_refusal(op, tag, refusal.result, refusal.text)
        peer.replies.append(reply)

    def _carry_out(self, peer: Peer, command: messages.Command) -> Reply:
        name = declarations.name_of(command.op).lower()
        answer: Callable[[Peer, messages.Command], Reply] | None = getattr(self, f"_{name}", None)
        if answer is None:
            raise RefusalError(ids.RESULT_NOT_AVAILABLE, "this insole is simulated without its files")
        return answer(peer, command)

    def _built(self, command: messages.Command, *fields: int | bytes, tail: bytes = b"") -> bytes:
        return messages.build_reply(command.op, command.tag, *fields, tail=tail)

    def _hello(self, peer: Peer, command: messages.Command) -> bytes:
        insole = self._insole
        peer.version = messages.choose_version(*command.arguments)
        capabilities = ids.CAPABILITY_LOG | ids.CAPABILITY_BATTERY | ids.CAPABILITY_DEEP_SLEEP
        capabilities |= ids.CAPABILITY_HINT
        return self._built(
            command, peer.version, int(insole.settings["side"]), LAYOUT_ID, capabilities, insole.log.boot,
            10_000, insole.next_seq, insole.serial, tail=FIRMWARE_VERSION.encode(),
        )  # fmt: skip

    def _time(self, _peer: Peer, command: messages.Command) -> Reply:
        insole, received_us = self._insole, self._insole.device_us(self._now_us())
        boot = insole.log.boot

        def at_sending() -> bytes:
            sent_us = insole.device_us(self._now_us())
            return self._built(command, command.arguments[0], boot, received_us, sent_us)

        return at_sending

    def _status(self, peer: Peer, command: messages.Command) -> bytes:
        insole, sampling = self._insole, self._insole.sampling
        return self._built(
            command, insole.mode, insole.battery.percent, insole.battery.millivolts,
            insole.device_us(self._now_us()) // 1_000_000, sampling.sampled, sampling.lost,
            insole.slots_recorded, peer.frames_sent & MAX_U32, peer.refusals & MAX_U32, JITTER_US,
            sampling.steps, sampling.cadence, HEAP_FREE_BYTES, insole.faults, min(0xFFFF, peer.malformed),
        )  # fmt: skip

    def _set_mode(self, _peer: Peer, command: messages.Command) -> bytes:
        self._insole.set_mode(command.arguments[0], self._now_us())
        return self._built(command, self._insole.mode)

    def _stream(self, peer: Peer, command: messages.Command) -> bytes:
        peer.wanted = self._insole.live.next
        peer.streaming = bool(command.arguments[0])
        return self._built(command, self._insole.next_seq)

    def _get_setting(self, _peer: Peer, command: messages.Command) -> bytes:
        row = table.find(command.arguments[0])
        return self._built(command, row.key, tail=table.encode(row, self._insole.settings[row.name]))

    def _set_setting(self, _peer: Peer, command: messages.Command) -> bytes:
        row = table.find(command.arguments[0])
        self._insole.change_setting(row.name, table.decode(row, command.value), self._now_us())
        return self._built(command, row.key, tail=table.encode(row, self._insole.settings[row.name]))

    def _self_test(self, _peer: Peer, command: messages.Command) -> bytes:
        insole = self._insole
        piece, row, _ = insole.feed.at(self._now_us())
        levels = piece.counts[insole.foot][row * 16 : row * 16 + 16].tolist()
        return self._built(command, insole.faults, *levels, tail=b"all good")

    def _log_info(self, _peer: Peer, command: messages.Command) -> bytes:
        return self._built(command, *self._insole.log.info())

    def _log_read(self, peer: Peer, command: messages.Command) -> bytes:
        first, end, newest_first = command.arguments
        if first >= end:
            raise RefusalError(ids.RESULT_RANGE, f"a range from {first} to {end} is empty")
        if peer.transfer:
            raise RefusalError(ids.RESULT_BUSY, "a log transfer is under way: stop it first")
        self._transfers = (self._transfers + 1) & MAX_U32
        items = self._insole.log.read(first, end, bool(newest_first))
        peer.transfer = LogTransfer(self._transfers, items)
        return self._built(command, self._transfers)

    def _log_stop(self, peer: Peer, command: messages.Command) -> bytes:
        if peer.transfer:
            peer.transfer.stopped = True
        return self._built(command)

    def _log_ack(self, _peer: Peer, command: messages.Command) -> bytes:
        seq, log = command.arguments[0], self._insole.log
        if seq > log.next_seq:
            raise RefusalError(ids.RESULT_RANGE, f"slot {seq} is not recorded yet")
        return self._built(command, log.ack(seq))

    def _log_gaps(self, _peer: Peer, command: messages.Command) -> bytes:
        return messages.build_gaps_reply(command.tag, *self._insole.log.gaps(command.arguments[0]))

    def _reboot(self, _peer: Peer, command: messages.Command) -> bytes:
        self.reboot_asked()
        return self._built(command)

    def _identify(self, _peer: Peer, command: messages.Command) -> bytes:
        if command.arguments[0] > IDENTIFY_MAX_S:
            raise RefusalError(ids.RESULT_RANGE, f"at most {IDENTIFY_MAX_S} seconds of blinking")
        return self._built(command)

    def _log_erase(self, _peer: Peer, command: messages.Command) -> bytes:
        if command.arguments[0].to_bytes(4, "little") != self._insole.serial[-4:]:
            raise RefusalError(
                ids.RESULT_NOT_ALLOWED, "the confirmation is not the end of this insole's serial"
            )
        self._insole.log.erase()
        return self._built(command)

    def _hint(self, _peer: Peer, command: messages.Command) -> bytes:
        if self._insole.mode == ids.MODE_IDLE:
            raise RefusalError(ids.RESULT_NOT_AVAILABLE, "the insole is idle: nobody wears it")
        if not self._insole.settings["led"]:
            raise RefusalError(ids.RESULT_NOT_ALLOWED, "the LED is to stay dark: see the setting led")
        return self._built(command)

    def _crash(self, _peer: Peer, command: messages.Command) -> bytes:
        if command.arguments[0]:
            raise RefusalError(ids.RESULT_RANGE, "no crash of this number is stored")
        return self._built(command, 0, 0, 0, 0, 0)

    def _diagnostics(self, _peer: Peer, command: messages.Command) -> bytes:
        return self._built(command, tail=bytes(4 * len(diagnostic_names.TABLE)))
