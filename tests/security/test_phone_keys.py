"""A phone's keys against real firmware on a cable: what they let it do; they become void by themselves."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from insole_protocol import authentication, ids, sealed_record
from plantigrade.bridge.command_client import CommandClient
from plantigrade.bridge.errors import RefusedError
from plantigrade.keys.phone import keys_for, new_phone
from plantigrade.library.catalogue.insole_keys import InsoleKeys
from plantigrade.link.base import Channel
from plantigrade.link.sealed_records import RecordOpener
from plantigrade.link.usb import UsbLink
from plantigrade.twin.board import VirtualBoard

from tests.host.keys.keys_kit import Home
from tests.security.locked_kit import KEYS, SERIAL, keyring, locked_board, session_of

ALLOWED: Sequence[tuple[int, tuple[int, ...]]] = (
    (ids.OP_STATUS, ()),
    (ids.OP_TIME, (7,)),
    (ids.OP_SET_MODE, (ids.MODE_LIVE,)),
    (ids.OP_STREAM, (0,)),
    (ids.OP_GET_SETTING, (1,)),
    (ids.OP_LOG_INFO, ()),
    (ids.OP_LOG_GAPS, (0,)),
    (ids.OP_LOG_STOP, ()),
    (ids.OP_LOG_ACK, (0,)),
    (ids.OP_IDENTIFY, (0,)),
)
REFUSED: Sequence[tuple[int, tuple[int, ...], bytes]] = (
    (ids.OP_SET_MODE, (ids.MODE_IDLE,), b""),
    (ids.OP_SET_SETTING, (10,), b""),
    (ids.OP_SELF_TEST, (), b""),
    (ids.OP_REBOOT, (0,), b""),
    (ids.OP_LOG_ERASE, (0,), b""),
    (ids.OP_CRASH, (0, 0), b""),
    (ids.OP_DIAGNOSTICS, (), b""),
    (ids.OP_UPDATE_BEGIN, (1000, 0), b""),
    (ids.OP_ROLLBACK, (), b""),
    (ids.OP_WIPE, (0,), b""),
    (ids.OP_FORGET, (), b""),
    (ids.OP_EVENTS, (0,), b""),
    (ids.OP_IDENTITY, (0,), b""),
    (ids.OP_SERVICE, (1,), b""),
)


@dataclass(frozen=True)
class Phone:
    """What a phone has: its identifier, and its own key of the insole."""

    host: int
    key: bytes
    live: Mapping[str, object]


def phone() -> Phone:
    assert KEYS.device is not None and KEYS.log is not None
    given = keys_for(new_phone(), [InsoleKeys(SERIAL, KEYS.device, (KEYS.log,))])
    (one,) = given["insoles"]
    return Phone(int(given["phone"], 16), bytes.fromhex(one["host"]), one["live"])


@asynccontextmanager
async def proved(board: VirtualBoard, by: Phone) -> AsyncGenerator[CommandClient]:
    """A connection of a phone after both ends have proved who they are, with its own key alone."""
    link = UsbLink(board.serial_port)
    client = CommandClient(link)
    link.on_message = lambda channel, message, at: (
        client.on_control(message, at) if channel is Channel.CONTROL else None
    )
    await link.open()
    try:
        await client.ask(ids.OP_HELLO, 1, 2)
        nonce = bytes(range(16))
        answer = (await client.ask(ids.OP_AUTH_BEGIN, by.host, value=nonce)).reply.tail
        other = answer[:16]
        shown = authentication.proof(by.key, authentication.BY_INSOLE, nonce, other)
        assert answer[16:] == shown, "the insole knows the phone's key"
        session = authentication.session_key(by.key, nonce, other)
        client.guard = authentication.Guard(session, authentication.BY_HOST, authentication.BY_INSOLE)
        await client.ask(
            ids.OP_AUTH_PROVE, value=authentication.proof(by.key, authentication.BY_HOST, nonce, other)
        )
        await client.ask(ids.OP_HELLO, 1, 2)
        yield client
    finally:
        await link.close()


@pytest.mark.radio
@pytest.mark.untimed
async def test_a_phone_watches_and_fetches_and_is_made_void_alone(tmp_path: Path) -> None:
    one, other = phone(), phone()
    async with locked_board(tmp_path) as board:
        async with proved(board, one) as client:
            for op, arguments in ALLOWED:
                await client.ask(op, *arguments)
            for op, arguments, value in REFUSED:
                with pytest.raises(RefusedError) as refused:
                    await client.ask(op, *arguments, value=value)
                assert refused.value.result == ids.RESULT_NOT_ALLOWED, op
        number = authentication.phone_number(one.host)
        assert KEYS.device is not None and KEYS.log is not None
        home = Home(tmp_path / "home", InsoleKeys(SERIAL, KEYS.device, (KEYS.log,)))
        for _ in range(2):
            output = await asyncio.to_thread(home.output_of, "void-phone", number.upper(), board.serial_port)
            assert f"{SERIAL}: refuses phone {number}" in output and "1 of 4 places" in output, (
                "twice is once"
            )
        with pytest.raises(RefusedError, match="made void"):
            async with proved(board, one):
                pass
        async with proved(board, other) as client:
            await client.ask(ids.OP_STATUS)
        async with session_of(UsbLink(board.serial_port), keyring()) as session:
            await session.hello()


def test_neither_the_device_key_nor_the_log_key_is_among_a_phone_s_keys() -> None:
    assert KEYS.device is not None and KEYS.log is not None
    text = str(phone())
    for key in (KEYS.device, KEYS.log):
        assert key.hex() not in text
        assert repr(key) not in text


def test_the_log_key_opens_what_was_sealed_for_the_live_view() -> None:
    from insole_protocol import kernels
    from insole_protocol.checksum import Checksum
    from insole_protocol.sealing import Sealer

    from tests.host.link.test_sealed_records import plain_record
    from tools.cryptolib_aes import CryptolibAes

    log_key = bytes(range(32))
    live = sealed_record.RecordKeys(sealed_record.live_key(log_key))
    sealer = Sealer(sealed_record.RecordKeys(log_key), CryptolibAes, Checksum(kernels), live=live)
    plain = plain_record()
    under: list[bytes] = []
    for watched in (0, 1, 1, 0):
        out = bytearray(plain) + bytes(sealed_record.EXTRA_BYTES)
        under.append(bytes(out[: sealer.seal(out, watched)]))
    opener = RecordOpener([log_key])
    assert [opener.open(record) for record in under] == [plain] * 4
    assert under[0] == under[3]
    assert under[0] != under[1] == under[2], "another key, and each chain goes on for itself"
