"""Who listens, sits in between or repeats while a wearer's insole and host talk over the radio (threats 3, 4,
8): what each gets, of an insole with keys and of an open one, as every insole was before."""

import asyncio
import itertools
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from insole_protocol import block, ids
from insole_protocol.host_messages import build_command
from plantigrade.bridge.frames import Frames
from plantigrade.bridge.insole import Insole, StampedFrames
from plantigrade.bridge.session import Session, SessionPolicy
from plantigrade.link.base import Channel
from plantigrade.link.batch_decoder import decode_records
from plantigrade.link.ble import BleLink
from plantigrade.twin.central import central_at, using

from tests.security.air_kit import FRAMES, KEY, LOG_KEY, SERIAL, Host, scene
from tests.security.attackers import ADDRESS, Listener, Relay, as_it_is, relay_between
from tests.security.locked_kit import KEYS, BoardKeys

pytestmark = [pytest.mark.micropython, pytest.mark.radio, pytest.mark.untimed]
POLICY = SessionPolicy(first_round_trips=2, fill_gaps=False)
WANTED_FRAMES = 60
PATIENCE_S = 30.0
TAMPERING_S = 3.0
LOCKED_AND_OPEN = pytest.mark.parametrize(
    "keys", [pytest.param(KEYS, id="locked"), pytest.param(None, id="open", marks=pytest.mark.soak)]
)


@dataclass
class Conversation:
    """What a host took of what came, and which records it refused, by the name of the error."""

    frames: list[Frames] = field(default_factory=list[Frames])
    refused: dict[str, int] = field(default_factory=dict[str, int])

    @property
    def taken(self) -> int:
        """How many frames."""
        return sum(len(one) for one in self.frames)

    @property
    def slots(self) -> set[tuple[int, int]]:
        """Start and slot of each."""
        return {(one.boot, seq) for one in self.frames for seq in range(one.seq, one.end)}

    @property
    def false(self) -> int:
        """How many that the wearer's sensors have not measured."""
        return sum(len(one) - measured(one.counts) for one in self.frames)


def measured(counts: np.ndarray) -> int:
    """How many frames are what the sensors measured, which may change between two of the 16."""
    either = np.stack([FRAMES, np.roll(FRAMES, -1, axis=0)])
    return sum(bool((either == row).any(axis=0).all(axis=1).any()) for row in counts)


async def converse(
    host: Host, insole: Insole | None = None, address: str | None = None, seconds: float | None = None
) -> Conversation:
    """Connect, prove, stream live.

    Args:
        host: of somebody.
        insole: what it knows of the insole from before.
        address: at which it looks for the insole; None: anywhere.
        seconds: for so long; None: until there is enough.
    """
    async with using(central_at(host.at)):
        device, _ = await host.look(20.0, address)
        insole = insole or Insole("left", keyring=host.keyring)
        return await converse_over(BleLink(device, backend=host.client), insole, seconds)


async def converse_over(link: BleLink, insole: Insole, seconds: float | None) -> Conversation:
    """The same over a given link."""
    done = Conversation()
    before = dict(insole.receiver.counters.refused)
    enough = asyncio.Event()

    def take(_insole: Insole, stamped: StampedFrames) -> None:
        done.frames.append(stamped.frames)
        if done.taken >= WANTED_FRAMES and seconds is None:
            enough.set()

    insole.on_frames.append(take)
    await link.open()
    session = Session(link, insole, POLICY)
    await session.start()
    run = asyncio.create_task(session.run())
    try:
        async with asyncio.timeout(PATIENCE_S if seconds is None else seconds):
            await enough.wait()
    except TimeoutError:
        assert seconds is not None, f"too little came; refused: {insole.receiver.counters.refused}"
    finally:
        run.cancel()
        await asyncio.gather(run, return_exceptions=True)
        insole.on_frames.remove(take)
        await link.close()
    refused = insole.receiver.counters.refused
    done.refused = {name: count - before.get(name, 0) for name, count in refused.items()}
    return done


def samples_in(records: Sequence[bytes]) -> int:
    """How many of the wearer's frames somebody reads in records who has no key."""
    return measured(decode_records(list(records)).counts)


def records_in(stream: bytes) -> list[bytes]:
    """Everything in a stream that looks like a record."""
    found: list[bytes] = []
    at = stream.find(bytes((block.SYNC,)))
    while at >= 0:
        length = int.from_bytes(stream[at + 2 : at + 4], "little")
        if block.MIN_BYTES <= length <= block.MAX_BYTES:
            found.append(stream[at : at + length])
        at = stream.find(bytes((block.SYNC,)), at + 1)
    return found


@LOCKED_AND_OPEN
async def test_who_hears_every_byte_gets_no_sample(tmp_path: Path, keys: BoardKeys | None) -> None:
    """From the first pairing on, and without the radio's own encryption."""
    async with scene(tmp_path, keys) as s:
        owner, listener = s.trusted("owner"), Listener(s.radio)
        if s.locked:
            await s.press_button()
        async with listener.listening(owner):
            talk = await converse(owner)
        assert talk.taken >= WANTED_FRAMES
        heard = bytes(listener.heard)
        assert KEY not in heard and LOG_KEY not in heard
        read = samples_in(records_in(heard))
        assert read == 0 if s.locked else read > WANTED_FRAMES // 2


@dataclass
class Gains:
    """What somebody in between has got."""

    read: int = 0
    changed_taken: int = 0
    obeyed: int = 0
    replayed_taken: int = 0


async def gains_in_between(relay: Relay, owner: Host) -> Gains:
    """All that a relay can try while the owner takes it for the insole."""
    gains, insole = Gains(), Insole("left", keyring=owner.keyring)
    passed = await converse(owner, insole, ADDRESS)
    assert passed.taken >= WANTED_FRAMES and not passed.false, "passed on as it is, all is well"
    records = [message for channel, message in relay.passed if channel is Channel.STREAM]
    gains.read = samples_in(records)

    relay.to_host = change_records
    changed = await converse(owner, insole, ADDRESS, TAMPERING_S)
    gains.changed_taken = changed.false
    assert changed.false or changed.refused["tag"], "it did change some"

    yesterday = itertools.cycle(records)
    relay.to_host = lambda channel, message: next(yesterday) if channel is Channel.STREAM else message
    replayed = await converse(owner, insole, ADDRESS, TAMPERING_S)
    gains.replayed_taken = len(replayed.slots & passed.slots)
    assert replayed.refused["duplicate"], "it did repeat some"
    relay.to_host = as_it_is
    gains.obeyed = await obeyed(relay)
    return gains


def change_records(channel: Channel, message: bytes) -> bytes:
    """Another first sample, and the checksum put right."""
    if channel is not Channel.STREAM:
        return message
    changed = bytearray(message)
    changed[block.HEADER_BYTES] ^= 1
    changed[-block.CRC_BYTES :] = zlib.crc32(changed[: -block.CRC_BYTES]).to_bytes(4, "little")
    return bytes(changed)


async def obeyed(relay: Relay) -> int:
    """How many commands the insole carries out that were not the owner's: new ones, and the owner's again."""
    tries = [
        build_command(ids.OP_HELLO, 1, 1, 2), *relay.false.heard,
        build_command(ids.OP_HELLO, 1, 1, 2), build_command(ids.OP_SET_MODE, 2, ids.MODE_IDLE),
        build_command(ids.OP_STATUS, 3), build_command(ids.OP_LOG_READ, 4, 0, 100, 0),
        build_command(ids.OP_WIPE, 5, 0),
    ]  # fmt: skip
    await asyncio.sleep(0.5)  # the last answers to the owner come first
    before = len(relay.passed)
    for message in tries:
        await relay.tell(message)
    await asyncio.sleep(1.0)
    answers = [message for channel, message in relay.passed[before:] if channel is Channel.CONTROL]
    assert len(answers) > len(tries) // 2
    innocent = (ids.OP_HELLO, ids.OP_AUTH_BEGIN)
    return sum(
        result == ids.RESULT_OK and op & ~ids.REPLY_BIT not in innocent for op, _, result, *_ in answers
    )


@LOCKED_AND_OPEN
async def test_who_sits_in_between_reads_changes_and_repeats_nothing(
    tmp_path: Path, keys: BoardKeys | None
) -> None:
    """In the minute in which strangers may pair, somebody pairs with the insole and poses as it."""
    async with scene(tmp_path, keys) as s:
        owner, between = s.trusted("owner"), s.host("between")
        if s.locked:
            await s.press_button()
        async with using(central_at(between.at)), relay_between(s.radio, between) as relay:
            gains = await gains_in_between(relay, owner)
            passed_on = b"".join(message for _, message in relay.passed)
            assert bytes.fromhex(SERIAL) in passed_on, "control messages are vouched for and not hidden"
        if s.locked:
            assert gains == Gains()
            assert not await between.is_served(), "a bond without the key opens nothing"
        else:
            assert gains.read > WANTED_FRAMES // 2 and gains.changed_taken > 0 and gains.obeyed > 3
