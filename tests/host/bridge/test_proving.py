"""Who is who, for the host: false insoles, men in the middle, messages of yesterday (PROTOCOL.md 3.3)."""

import struct
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from insole_protocol import authentication, ids, messages
from insole_protocol.authentication import InsoleSide
from insole_protocol.errors import MessageError
from plantigrade.bridge.errors import AnotherInsoleError, LockedError, RefusedError, ReplyTimeoutError
from plantigrade.bridge.insole import Insole
from plantigrade.bridge.keyring import KeysInMemory
from plantigrade.bridge.session import Session
from plantigrade.link.base import Channel, LinkCounters, MessageHandler, ignore_message

SERIAL, OTHER = "00000A50477A3F01", "00000A50477A3F02"
KEY, OTHER_KEY = bytes(range(32)), bytes(range(1, 33))
HELLO_FORM = ("<BBBBHHI8s",)
Change = Callable[[bytes], bytes | None]


def as_it_is(message: bytes) -> bytes | None:
    return message


@dataclass
class LockedInsole:
    """The insole's side of the proof, and a link to it on which somebody may sit."""

    key: bytes = KEY
    serial: str = SERIAL
    to_insole: Change = as_it_is
    to_host: Change = as_it_is
    name: str = "left"
    address: str = "00"
    on_message: MessageHandler = ignore_message
    counters: LinkCounters = field(default_factory=LinkCounters)
    guard: authentication.Guard | None = None
    modes: list[int] = field(default_factory=list[int])

    def __post_init__(self) -> None:
        self._side = InsoleSide(self.key)
        self._nonces = 0

    async def open(self) -> None:
        """Always in reach."""

    async def close(self) -> None:
        """Nothing is left behind."""

    async def send(self, channel: Channel, message: bytes) -> None:
        """A command on its way; the answer comes before this returns."""
        heard = self.to_insole(message)
        if heard is None:
            return
        try:
            reply = self._answer(heard)
        except MessageError as error:
            reply = messages.build_refusal(heard[0], heard[1], messages.result_of(error), str(error))
        answered = self.to_host(reply if self.guard is None else self.guard.closed(Channel.CONTROL, reply))
        if answered is not None:
            self.on_message(channel, answered, 0)

    def _answer(self, message: bytes) -> bytes:
        if self.guard is not None:
            message = bytes(self.guard.open(Channel.CONTROL, message))
        command = messages.parse_command(message)
        if command.op == ids.OP_HELLO:
            known = self.guard is not None
            serial = bytes.fromhex(self.serial) if known else bytes(8)
            fields = 2, 0 if known else 255, 1, 0, 7 if known else 0, 10_000, 500 if known else 0, serial
            return messages.build_reply(command.op, command.tag, *fields, tail=b"1.0" if known else b"")
        if command.op == ids.OP_AUTH_BEGIN:
            self._nonces += 1
            own = struct.pack("<16s", b"nonce %d" % self._nonces)
            return messages.build_reply(
                command.op, command.tag, tail=self._side.begin(command.arguments[0], command.value, own)
            )
        if command.op == ids.OP_AUTH_PROVE:
            self.guard = self._side.prove(command.value)
            return messages.build_reply(command.op, command.tag)
        self.modes.append(command.arguments[0])
        return messages.build_reply(command.op, command.tag, command.arguments[0])


def session_with(link: LockedInsole, keys: dict[str, bytes]) -> Session:
    session = Session(link, Insole("left", keyring=KeysInMemory(keys, host=7)))  # pyright: ignore
    session.command_client._timeout_s = 0.05  # pyright: ignore[reportPrivateUsage]
    return session


async def test_the_key_tells_which_insole_it_is() -> None:
    link = LockedInsole()
    session = session_with(link, {OTHER: OTHER_KEY, SERIAL: KEY})
    hello = await session.hello()
    assert (hello.serial.upper(), hello.boot, hello.firmware) == (SERIAL, 7, "1.0")
    assert session.insole.identity is not None and session.insole.identity.protocol_version == 2
    await session.command_client.ask(ids.OP_SET_MODE, 1)
    assert link.modes == [1]
    assert (await session.hello()).boot == 7, "once more on the same link, without proving anew"


@pytest.mark.parametrize(
    ("link", "keys", "text"),
    [
        (LockedInsole(key=OTHER_KEY), {SERIAL: KEY}, "none of the 1 keys here is its own"),
        (LockedInsole(), {}, "no key of an insole is here"),
        (LockedInsole(serial=OTHER), {SERIAL: KEY}, f"has the key of {SERIAL} and says it is {OTHER}"),
    ],
    ids=["a false insole", "a stranger's computer", "another insole with a copied key"],
)
async def test_who_is_not_who_it_says_is_left(link: LockedInsole, keys: dict[str, bytes], text: str) -> None:
    session = session_with(link, keys)
    with pytest.raises(LockedError, match=text):
        await session.hello()
    assert session.insole.identity is None, "nothing of it is taken"


async def test_an_open_insole_that_gives_the_number_of_a_locked_one_is_left() -> None:
    link = LockedInsole()

    def claims(reply: bytes) -> bytes:
        fields = 1, 0, 1, 0, 7, 10_000, 500, bytes.fromhex(SERIAL)
        return messages.build_reply(ids.OP_HELLO, reply[1], *fields, tail=b"1.0")

    link.to_host = claims
    with pytest.raises(LockedError, match="was given a key, and asks for none"):
        await session_with(link, {SERIAL: KEY}).hello()
    assert (await session_with(link, {OTHER: OTHER_KEY}).hello()).serial.upper() == SERIAL, "an open one may"


async def test_an_open_insole_whose_number_ends_as_that_of_a_locked_one_is_left() -> None:
    """People and advertisements name an insole by the end of its number."""
    link, ends_alike = LockedInsole(), "FF" * 5 + SERIAL[-6:]

    def claims(reply: bytes) -> bytes:
        fields = 1, 0, 1, 0, 7, 10_000, 500, bytes.fromhex(ends_alike)
        return messages.build_reply(ids.OP_HELLO, reply[1], *fields, tail=b"1.0")

    link.to_host = claims
    with pytest.raises(LockedError, match=f"says it is {ends_alike}, which was given a key"):
        await session_with(link, {SERIAL: KEY}).hello()


@pytest.mark.parametrize(
    ("meant", "is_taken"), [("", True), (SERIAL, True), (SERIAL[-6:], True), (OTHER, False)]
)
async def test_whoever_answers_in_the_place_of_the_one_that_is_meant_is_left(
    meant: str, is_taken: bool
) -> None:
    session = session_with(LockedInsole(), {SERIAL: KEY, OTHER: OTHER_KEY})
    session.insole.meant = meant
    if is_taken:
        assert (await session.hello()).serial.upper() == SERIAL
        return
    with pytest.raises(AnotherInsoleError, match=f"taken for insole {OTHER}.*says it is {SERIAL}"):
        await session.hello()
    assert session.insole.identity is None


async def test_a_proof_that_is_sent_back_proves_nothing() -> None:
    """A reflection: the attacker has no key and returns what the host said."""
    link = LockedInsole(key=OTHER_KEY)
    link.to_host = lambda reply: (
        messages.build_reply(ids.OP_AUTH_BEGIN, reply[1], tail=bytes(32)) if reply[0] == 0x9D else reply
    )
    with pytest.raises(LockedError):
        await session_with(link, {SERIAL: KEY}).hello()


@pytest.mark.parametrize("at", [2, -13, -12, -9, -8, -1])
@pytest.mark.parametrize("way", ["to_insole", "to_host"])
async def test_a_man_in_the_middle_changes_nothing(way: str, at: int) -> None:
    link = LockedInsole()
    session = session_with(link, {SERIAL: KEY})
    await session.hello()

    def changed(message: bytes) -> bytes:
        spoiled = bytearray(message)
        spoiled[at] ^= 1
        return bytes(spoiled)

    setattr(link, way, changed)
    with pytest.raises(RefusedError if way == "to_insole" else ReplyTimeoutError):
        await session.command_client.ask(ids.OP_SET_MODE, 1)
    assert link.modes == ([] if way == "to_insole" else [1])
    if way == "to_host":
        assert link.counters.malformed == {"reply_not_genuine": 1}


async def test_what_was_said_yesterday_is_refused_today() -> None:
    yesterday, heard = LockedInsole(), list[bytes]()

    def listening(message: bytes) -> bytes:
        heard.append(message)
        return message

    yesterday.to_insole = listening
    session = session_with(yesterday, {SERIAL: KEY})
    await session.hello()
    await session.command_client.ask(ids.OP_SET_MODE, 0)
    today = LockedInsole()
    today._nonces = 10
    for message in heard:  # hello, begin, prove, hello and the command, as they were
        await today.send(Channel.CONTROL, message)
    assert today.guard is None and today.modes == []


async def test_a_reply_from_another_question_is_not_taken() -> None:
    link, replies = LockedInsole(), list[bytes]()
    session = session_with(link, {SERIAL: KEY})
    await session.hello()

    def stored(reply: bytes) -> bytes:
        replies.append(reply)
        return replies[0]

    link.to_host = stored
    await session.command_client.ask(ids.OP_SET_MODE, 0)
    with pytest.raises(ReplyTimeoutError):
        await session.command_client.ask(ids.OP_SET_MODE, 1)
    assert link.counters.malformed == {"reply_not_genuine": 1}, "the first reply once more"
