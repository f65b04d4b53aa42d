"""A radio that advertises as the wearer's insole feeds the host with what it likes (threat 2)."""

import contextlib
import struct
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from insole_protocol import advert, ids, messages
from insole_protocol.authentication import InsoleSide
from insole_protocol.errors import MessageError
from insole_protocol.layout_id import LAYOUT_ID
from insole_protocol.private_advert import private_data
from plantigrade.bridge.errors import AnotherInsoleError, LockedError
from plantigrade.bridge.insole import Insole
from plantigrade.bridge.keyring import Keyring, KeysInMemory
from plantigrade.bridge.session import Session
from plantigrade.link.base import LinkError
from plantigrade.link.ble import BleLink
from plantigrade.link.discovery import Radio as HostRadio
from plantigrade.link.discovery import Sighting, scan
from plantigrade.twin.central import central_at, using
from plantigrade.twin.radio.client import Radio

from tests.security.air_kit import KEY, QUICK, SERIAL, Host
from tests.security.attackers import Answer, FalseInsole

pytestmark = [pytest.mark.radio, pytest.mark.untimed]
OVERHEARD = private_data(KEY, b"once", 0, 50)
"""What the true insole advertises: whoever is near has it."""
IN_THE_OPEN = bytes((1, advert.BIT_LOGGING, 50)) + bytes.fromhex(SERIAL[-6:])
"""What an insole without keys advertises, with the end of the true one's serial number."""
OTHER_KEY = bytes(range(1, 33))
KEYS = KeysInMemory(devices={SERIAL: KEY}, host=7)


def hello(message: bytes, version: int, serial: str) -> bytes:
    """An answer to HELLO."""
    fields = version, ids.SIDE_LEFT, LAYOUT_ID, 0, 7, 10_000, 500, bytes.fromhex(serial)
    return messages.build_reply(ids.OP_HELLO, message[1], *fields, tail=b"1.0")


def says_it_is(serial: str) -> Answer:
    """An open insole, as it says, that obeys each command."""

    def answer(message: bytes) -> list[bytes]:
        if message[0] == ids.OP_HELLO:
            return [hello(message, 1, serial)]
        if message[0] == ids.OP_TIME:
            (echo,) = struct.unpack_from("<Q", message, 2)
            return [messages.build_reply(ids.OP_TIME, message[1], echo, 7, 1_000_000, 1_000_100)]
        return [
            messages.build_reply(message[0], message[1], *([0] * 15 if message[0] == ids.OP_STATUS else []))
        ]

    return answer


def with_another_key() -> Answer:
    """A locked insole, as it says, with a key of its own."""
    side = InsoleSide(OTHER_KEY)

    def answer(message: bytes) -> list[bytes]:
        if message[0] == ids.OP_HELLO:
            return [hello(message, 2, "00" * 8)]
        command = messages.parse_command(message)
        try:
            if command.op == ids.OP_AUTH_BEGIN:
                shown = side.begin(command.arguments[0], command.value, bytes(16))
                return [messages.build_reply(command.op, command.tag, tail=shown)]
            side.prove(command.value)
            return [messages.build_reply(command.op, command.tag)]
        except MessageError as error:
            return [messages.build_refusal(command.op, command.tag, messages.result_of(error), str(error))]

    return answer


def that_repeats() -> Answer:
    """A locked insole, as it says, which shows what the host has sent it, as if it were its own proof."""

    def answer(message: bytes) -> list[bytes]:
        if message[0] == ids.OP_HELLO:
            return [hello(message, 2, "00" * 8)]
        return [messages.build_reply(message[0], message[1], tail=(message[10:26] + bytes(16))[:32])]

    return answer


@asynccontextmanager
async def false_insole(
    folder: Path, answer: Answer, advertised: bytes = OVERHEARD
) -> AsyncGenerator[tuple[Host, FalseInsole, Sighting]]:
    """A host with the true insole's key, and what it finds: the false one alone."""
    name = "Plantigrade" if advertised is OVERHEARD else f"Plantigrade L {SERIAL[-6:]}"
    async with Radio(QUICK, folder / "nobody.json") as radio:
        host = Host(radio, folder / "host", keyring=KEYS)
        false = FalseInsole(advertised, answer, name)
        async with false.on_air(radio), using(central_at(host.at)):
            on = HostRadio(host.scanner, host.client, virtual=True, keys=KEYS.device_keys)
            (sighting,) = (await scan(10.0, on, bool)).values()
            yield host, false, sighting


async def greeted(host: Host, sighting: Sighting, keyring: Keyring = KEYS, meant: str = SERIAL) -> Insole:
    """What a host knows of an insole after it has connected and said hello."""
    insole = Insole("left", keyring=keyring, meant=meant)
    link = BleLink(sighting.device, backend=host.client)
    try:
        await link.open()
        with contextlib.suppress(LockedError, AnotherInsoleError):
            await Session(link, insole).hello()
    finally:
        await link.close()
    return insole


@pytest.mark.parametrize(
    ("answer", "error", "text"),
    [
        (with_another_key(), LockedError, "none of the 1 keys here is its own"),
        (that_repeats(), LockedError, "none of the 1 keys here is its own"),
        (says_it_is(SERIAL), LockedError, "was given a key, and asks for none"),
        (says_it_is("FF" * 5 + SERIAL[-6:]), LockedError, "was given a key, and asks for none"),
        (says_it_is("0000246F287A3F09"), AnotherInsoleError, "says it is 0000246F287A3F09"),
    ],
    ids=["a key of its own", "our nonce as its proof", "open", "open, the same end", "open, another number"],
)
async def test_nothing_of_it_is_taken(
    tmp_path: Path, answer: Answer, error: type[LinkError], text: str
) -> None:
    """It is found as the wearer's insole, since an advertisement proves nothing, and left after hello."""
    async with false_insole(tmp_path, answer) as (host, false, sighting):
        assert sighting.insole.serial == SERIAL and sighting.insole.private
        insole = Insole("left", keyring=KEYS, meant=SERIAL)
        link = BleLink(sighting.device, backend=host.client)
        await link.open()
        with pytest.raises(error, match=text):
            await Session(link, insole).start()
        await link.close()
        assert insole.identity is None and insole.connections == 0 and insole.boot is None
        sent = {message[0] for message in false.heard}
        assert sent <= {ids.OP_HELLO, ids.OP_AUTH_BEGIN}, "no proof of ours, no command"
        assert not any(KEY[:8] in message for message in false.heard)


async def test_an_open_advertisement_with_the_end_of_its_number_changes_nothing(tmp_path: Path) -> None:
    claimed = "FF" * 5 + SERIAL[-6:]
    async with false_insole(tmp_path, says_it_is(claimed), IN_THE_OPEN) as (host, _, sighting):
        assert (sighting.insole.serial_end, sighting.insole.private) == (SERIAL[-6:], False)
        assert (await greeted(host, sighting, meant=SERIAL[-6:])).identity is None
        owner_of_none = await greeted(host, sighting, KeysInMemory(), meant=SERIAL[-6:])
        assert owner_of_none.identity is not None, "without keys a number is all that there is"
        assert owner_of_none.identity.serial == claimed
