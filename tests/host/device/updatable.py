"""An insole in memory that takes updates as PROTOCOL.md section 4.8 says, and links to it that may break."""

import asyncio
from dataclasses import dataclass, field
from zlib import crc32

from insole_protocol import bundle_layout, ids, messages
from insole_protocol import update_codes as codes
from plantigrade.firmware_image import signing
from plantigrade.firmware_image.bundle import BundleError, BundleFault, Manifest, parse
from plantigrade.link.base import Channel, LinkError

from tests.host.bridge_kit.fake_insole import FakeInsole
from tests.host.device.answering import SERIAL, STATUS, Answering

REFUSED = {
    BundleFault.MAGIC: codes.REFUSAL_NOT_A_BUNDLE,
    BundleFault.HASH: codes.REFUSAL_ALTERED,
    BundleFault.UNKNOWN_KEY: codes.REFUSAL_SIGNATURE,
    BundleFault.SIGNATURE: codes.REFUSAL_SIGNATURE,
    BundleFault.INDEX: codes.REFUSAL_INDEX,
}


@dataclass
class Updatable:
    """State of an insole that outlives its links and restarts.

    Attributes:
        running, other: versions in the slots; `version`: of the bundle that has arrived.
        architecture: the only one that it takes; empty: any. `received_architecture` is what came.
        has: bytes of the bundle that have arrived.
        leap: (from, to): bytes of `knows`, the bundle, that it need not be sent.
        fate: what becomes of the new firmware on trial: 0 it is confirmed, else why it goes back.
        trial_asks: questions how the trial stands until it is over.
        refuses: (command, refusal) that it answers so.
        cramped: so many times it has no memory for UPDATE_BEGIN or UPDATE_STATUS.
        garbles: so many UPDATE_DATA arrive damaged.
        disturbed: so many times somebody else switches it out of idle mode.
        dies_after: bytes after which its link breaks, each once.
        returns: whether it comes back after a restart.
        lingers: whether it never restarts into what has arrived, its link at work.
        drops_when_asked: so many times its link breaks at a question while it checks the bundle.
        offers: (bytes of an UPDATE_DATA, window).
        most_waiting: UPDATE_DATA that were unanswered at a time.
    """

    insole: FakeInsole = field(default_factory=lambda: FakeInsole(started_ns=0))
    serial: bytes = SERIAL
    running: str = "1.2.3"
    other: str = "1.2.2"
    version: str = ""
    floor: int = 1
    capabilities: int = ids.CAPABILITY_LOG | ids.CAPABILITY_UPDATE
    board: str = "esp32s3_r1"
    architecture: str = ""
    received_architecture: str = ""
    has: bytearray = field(default_factory=bytearray)
    total: int = 0
    head_crc: int = 0
    state: int = codes.STATE_NONE
    refusal: int = 0
    leap: tuple[int, int] | None = None
    knows: bytes = b""
    fate: int = 0
    trial_asks: int = 2
    refuses: tuple[int, int] | None = None
    cramped: int = 0
    garbles: int = 0
    disturbed: int = 0
    dies_after: list[int] = field(default_factory=list[int])
    returns: bool = True
    lingers: bool = False
    drops_when_asked: int = 0
    offers: tuple[int, int] = (232, 4)
    mode: int = ids.MODE_DAILY
    modes: list[int] = field(default_factory=list[int])
    links: int = 0
    waiting: int = 0
    most_waiting: int = 0
    data_commands: int = 0

    async def make_link(self) -> "UpdatableLink":
        """A new link to it."""
        self.links += 1
        return UpdatableLink(self.insole, updatable=self, delay_s=0.01)

    def restart(self) -> None:
        """Into what is active now."""
        self.insole.boot += 1
        self.insole.next_seq += 300
        self.mode = ids.MODE_DAILY


@dataclass
class UpdatableLink(Answering):
    """A link to an `Updatable`."""

    updatable: Updatable = field(default_factory=Updatable)

    async def open(self) -> None:
        if not self.updatable.returns:
            raise LinkError(f"{self.name} is out of reach")

    async def send(self, channel: Channel, message: bytes) -> None:
        one = self.updatable
        if message[0] == ids.OP_UPDATE_DATA:
            one.waiting += 1
            one.most_waiting = max(one.most_waiting, one.waiting)
            if one.dies_after and len(one.has) >= one.dies_after[0]:
                one.dies_after.pop(0)
                one.waiting = 0
                self._break()
                raise LinkError(f"{self.name} broke off")
        self.delay_s += 1e-6  # timers that are due at the same moment have no order
        await super().send(channel, message)

    def deliver(self, channel: Channel, message: bytes) -> None:
        if message[0] == ids.OP_UPDATE_DATA | ids.REPLY_BIT:
            self.updatable.waiting = max(0, self.updatable.waiting - 1)
        super().deliver(channel, message)

    def _break(self) -> None:
        self.closed.set()

    def _carry_out(self, command: messages.Command, received_us: int) -> bytes:
        one = self.updatable
        if one.refuses and command.op == one.refuses[0]:
            one.refusal = one.refuses[1]
            return self._refuse(command, ids.RESULT_NOT_ALLOWED)
        answers = {
            ids.OP_HELLO: self._greet,
            ids.OP_STATUS: self._status_now,
            ids.OP_SET_MODE: self._set_mode,
            ids.OP_UPDATE_BEGIN: self._begin,
            ids.OP_UPDATE_DATA: self._data,
            ids.OP_UPDATE_STATUS: self._update_status,
            ids.OP_UPDATE_END: self._end,
            ids.OP_ROLLBACK: self._rollback,
        }
        answer = answers.get(command.op)
        return answer(command) if answer else super()._carry_out(command, received_us)

    def _refuse(self, command: messages.Command, result: int) -> bytes:
        return messages.build_refusal(command.op, command.tag, result, f"refusal {self.updatable.refusal}")

    def _reply(self, command: messages.Command, *fields: int | bytes, tail: bytes = b"") -> bytes:
        return messages.build_reply(command.op, command.tag, *fields, tail=tail)

    def _greet(self, command: messages.Command) -> bytes:
        one = self.updatable
        identity = (1, 0, 1, one.capabilities, self.insole.boot, 10_000, self.insole.next_seq, one.serial)
        return self._reply(command, *identity, tail=one.running.encode())

    def _status_now(self, command: messages.Command) -> bytes:
        return self._reply(command, self.updatable.mode, *STATUS[1:])

    def _set_mode(self, command: messages.Command) -> bytes:
        one = self.updatable
        one.mode = command.arguments[0]
        one.modes.append(one.mode)
        if one.disturbed and one.mode == ids.MODE_IDLE and one.has:
            one.disturbed -= 1
            one.mode = ids.MODE_DAILY
        return self._reply(command, one.mode)

    def _begin(self, command: messages.Command) -> bytes:
        one = self.updatable
        if one.cramped:
            one.cramped -= 1
            return self._refuse(command, ids.RESULT_BUSY)
        if one.mode != ids.MODE_IDLE:
            one.refusal = codes.REFUSAL_NOT_IDLE
            return self._refuse(command, ids.RESULT_BUSY)
        if (one.total, one.head_crc) != command.arguments:
            one.total, one.head_crc = command.arguments
            one.has.clear()
        one.state, one.refusal = codes.STATE_RECEIVING, 0
        return self._reply(command, len(one.has), *one.offers)

    def _data(self, command: messages.Command) -> bytes:
        one = self.updatable
        one.data_commands += 1
        offset, crc = command.arguments
        if one.garbles:
            one.garbles -= 1
            return self._refuse(command, ids.RESULT_RANGE)
        if crc != crc32(command.value) or offset > len(one.has):
            return self._refuse(command, ids.RESULT_RANGE)
        one.has[offset : offset + len(command.value)] = command.value
        if one.leap and one.leap[0] <= len(one.has) < one.leap[1]:
            one.has.extend(one.knows[len(one.has) : one.leap[1]])
        if len(one.has) >= bundle_layout.PAYLOAD_AT and (refusal := self._judge_head()):
            one.refusal, one.state = refusal, codes.STATE_REFUSED
            one.has.clear()
            return self._refuse(command, ids.RESULT_NOT_ALLOWED)
        return self._reply(command, len(one.has))

    def _judge_head(self) -> int:
        """Why the manifest is refused; 0 when it is not."""
        one = self.updatable
        try:
            manifest = parse_head(bytes(one.has[: bundle_layout.PAYLOAD_AT]))
        except BundleError as error:
            return REFUSED[error.fault]
        if one.architecture and manifest.architecture != one.architecture:
            return codes.REFUSAL_ARCHITECTURE
        one.received_architecture = manifest.architecture
        if manifest.board not in ("", one.board):
            return codes.REFUSAL_BOARD
        return codes.REFUSAL_FLOOR if manifest.security_counter < one.floor else 0

    def _update_status(self, command: messages.Command) -> bytes:
        one = self.updatable
        if one.cramped:
            one.cramped -= 1
            return self._refuse(command, ids.RESULT_BUSY)
        if not command.arguments[0]:
            self._go_on()
        waits = codes.WAITS_SLOTS if one.state == codes.STATE_ON_TRIAL else 0
        text = ("", one.running, one.other, "1.26.0")[command.arguments[0]]
        fields = (one.state, len(one.has), one.total, 0, 3, waits, one.floor, one.refusal)
        return self._reply(command, *fields, tail=text.encode())

    def _go_on(self) -> None:
        """Each question how an update stands finds it a step further."""
        one = self.updatable
        if one.state == codes.STATE_VERIFYING and one.drops_when_asked:
            one.drops_when_asked -= 1
            self._break()
        elif one.state == codes.STATE_VERIFYING:
            one.state = codes.STATE_RESTARTING
        elif one.state == codes.STATE_RESTARTING and not one.lingers:
            one.restart()
            one.running, one.other = one.version, one.running
            one.state = codes.STATE_ON_TRIAL
            self._break()
        elif one.state == codes.STATE_ON_TRIAL:
            one.trial_asks -= 1
            if one.trial_asks <= 0 and one.fate:
                one.restart()
                one.running, one.other = one.other, one.running
                one.state, one.refusal = codes.STATE_ROLLED_BACK, one.fate
                self._break()
            elif one.trial_asks <= 0:
                one.state = codes.STATE_CONFIRMED

    def _end(self, command: messages.Command) -> bytes:
        one = self.updatable
        try:
            bundle = parse(bytes(one.has))
        except BundleError as error:
            one.refusal, one.state = REFUSED.get(error.fault, codes.REFUSAL_INCOMPLETE), codes.STATE_REFUSED
            return self._refuse(command, ids.RESULT_NOT_ALLOWED)
        one.version = bundle.manifest.version
        one.state = codes.STATE_VERIFYING
        return self._reply(command, one.state)

    def _rollback(self, command: messages.Command) -> bytes:
        one = self.updatable
        if not one.other:
            one.refusal = codes.REFUSAL_NO_OTHER
            return self._refuse(command, ids.RESULT_NOT_AVAILABLE)
        one.restart()
        one.running, one.other = one.other, one.running
        one.state, one.refusal = codes.STATE_ROLLED_BACK, codes.BACK_ASKED
        asyncio.get_running_loop().call_later(0.1, self._break)
        return self._reply(command)


def parse_head(head: bytes) -> Manifest:
    """The manifest of a head whose signature is that of a test key."""
    manifest = Manifest.from_bytes(head)
    signing.verify_head(manifest, head[bundle_layout.MANIFEST_BYTES :], signing.test_keys())
    return manifest
