"""Threats 1, 2, 4, 8 and 10 on a cable: what a stranger with a laptop gets from an insole that has keys."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import numpy as np
import pytest
from insole_protocol import block, ids, sealed_record
from plantigrade.bridge.backfill import Backfill
from plantigrade.bridge.errors import LockedError, RefusedError, VersionError
from plantigrade.bridge.insole import Insole
from plantigrade.bridge.journal.file import Journal, JournalError
from plantigrade.bridge.journal.writer import JournalWriter
from plantigrade.bridge.keyring import KeysInMemory
from plantigrade.library.recordings.finalize import finalize_journal, foot_frames, read_journal
from plantigrade.link.base import Channel
from plantigrade.link.usb import UsbLink
from plantigrade.twin.board import VirtualBoard

from tests.security.locked_kit import (
    KEYS,
    OTHERS,
    SERIAL,
    keyring,
    locked_board,
    locked_board_in_safe_mode,
    session_of,
)

pytestmark = [pytest.mark.micropython, pytest.mark.radio, pytest.mark.untimed]
NOBODY = KeysInMemory()


@pytest.mark.parametrize("powered", [locked_board, locked_board_in_safe_mode])
async def test_a_stranger_learns_that_it_is_locked_and_nothing_else(
    tmp_path: Path, powered: Callable[[Path], AbstractAsyncContextManager[VirtualBoard]]
) -> None:
    async with powered(tmp_path) as board:
        async with session_of(UsbLink(board.serial_port), NOBODY) as session:
            hello = await session._ask_hello()  # pyright: ignore[reportPrivateUsage]
            assert (hello.version, hello.serial, hello.boot, hello.next_seq) == (2, "00" * 8, 0, 0)
            assert (hello.side, hello.capabilities, hello.firmware) == (ids.SIDE_UNSET, 0, "")
            ask = session.command_client.ask
            for op, arguments in (
                (ids.OP_STATUS, ()), (ids.OP_LOG_READ, (0, 100, 0)), (ids.OP_LOG_ACK, (100,)),
                (ids.OP_WIPE, (0,)), (ids.OP_REBOOT, (1,)), (ids.OP_IDENTITY, (0,)), (ids.OP_STREAM, (1,)),
                (ids.OP_SET_MODE, (0,)), (ids.OP_UPDATE_BEGIN, (1000, 0)), (ids.OP_EVENTS, (0,)),
                (ids.OP_FORGET, ()), (ids.OP_TIME, (0,)), (ids.OP_DIAGNOSTICS, ()),
            ):  # fmt: skip
                with pytest.raises(RefusedError, match="locked"):
                    await ask(op, *arguments)
        async with session_of(UsbLink(board.serial_port), keyring(OTHERS)) as session:
            with pytest.raises(LockedError, match="none of the 1 keys here is its own"):
                await session.hello()


async def test_a_host_of_before_is_told_what_to_do_and_nothing_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with locked_board(tmp_path) as board:
        with monkeypatch.context() as before:
            before.setattr(ids, "HIGHEST_VERSION", 1)
            async with session_of(UsbLink(board.serial_port), keyring()) as session:
                with pytest.raises(
                    VersionError, match="locked and speaks version 2: update the host's program"
                ):
                    await session.hello()
        insole = Insole("left", keyring=keyring())
        async with session_of(UsbLink(board.serial_port), keyring()) as session:
            session.insole = insole
            await session.hello()
            while (log := await session.fetch_log_info()).next_seq < 100:
                continue
            insole.request_from(0)
            insole.request_to(log.next_seq)
            await Backfill(session).fetch_all()
        assert insole.ledger.statement().balanced
        assert not insole.ledger.explained and not insole.ledger.open_gaps()


async def test_a_guessed_proof_is_refused_and_ends_the_try(tmp_path: Path) -> None:
    async with locked_board(tmp_path) as board, session_of(UsbLink(board.serial_port), NOBODY) as session:
        ask = session.command_client.ask
        await session._ask_hello()  # pyright: ignore[reportPrivateUsage]
        with pytest.raises(RefusedError, match="comes first"):
            await ask(ids.OP_AUTH_PROVE, value=bytes(16))
        with pytest.raises(RefusedError, match="16 bytes"):
            await ask(ids.OP_AUTH_BEGIN, 7, value=bytes(15))
        first = (await ask(ids.OP_AUTH_BEGIN, 7, value=bytes(16))).reply.tail
        with pytest.raises(RefusedError, match="not the key"):
            await ask(ids.OP_AUTH_PROVE, value=first[16:])
        with pytest.raises(RefusedError, match="comes first"):
            await ask(ids.OP_AUTH_PROVE, value=bytes(16))
        second = (await ask(ids.OP_AUTH_BEGIN, 7, value=bytes(16))).reply.tail
        assert first[:16] != second[:16], "no nonce twice"


async def test_the_owner_gets_everything_and_it_is_sealed_on_its_whole_way(tmp_path: Path) -> None:
    rows = np.random.default_rng(4).integers(330, 2000, (600, 16)).astype(np.uint16)
    async with locked_board(tmp_path, frames=rows) as board:
        insole = Insole("left", keyring=keyring())
        journal = Journal(tmp_path / "a.journal")
        writer = JournalWriter(journal)
        writer.watch(insole)
        async with session_of(UsbLink(board.serial_port), keyring()) as session:
            session.insole = insole
            await session.start()
            assert insole.identity is not None and insole.identity.serial == SERIAL
            await session.fetch_status()
            log = await session.fetch_log_info()
            while log.next_seq < 300:
                log = await session.fetch_log_info()
            insole.request_to(log.next_seq)
            await Backfill(session).fetch_all()
            writer.commit()
            assert insole.ledger.statement().balanced
            assert set(insole.receiver.counters.refused) <= {"duplicate"}, "both ways bring the same"
        journal.close()
    with pytest.raises(JournalError, match=r"sealed under key [0-9a-f]{4}.*plantigrade keys recover"):
        finalize_journal(tmp_path / "a.journal", tmp_path / "recordings")
    content = read_journal(tmp_path / "a.journal")
    (foot,) = content.feet.values()
    assert {record[block.VERSION_AT] for record in foot.records} == {sealed_record.VERSION}
    content.open_sealed(tmp_path / "a.journal", {SERIAL: [KEYS.log or b""]})
    frames = foot_frames(foot)
    assert len(frames.seq) >= 290
    board_bytes = (tmp_path / "board" / "flash.bin").read_bytes()
    plain = bytes(foot.records[0][26:60])
    assert plain not in board_bytes, "a dump of the flash shows no sample"
    assert plain not in (tmp_path / "a.journal").read_bytes(), "nor does the journal"


async def test_what_is_sent_twice_or_changed_is_refused(tmp_path: Path) -> None:
    async with locked_board(tmp_path) as board, session_of(UsbLink(board.serial_port), keyring()) as session:
        await session.hello()
        client = session.command_client
        assert client.guard is not None
        sent: list[bytes] = []
        link = session._link  # pyright: ignore[reportPrivateUsage]
        send = link.send

        async def listen(channel: object, message: bytes) -> None:
            sent.append(message)
            await send(channel, message)  # pyright: ignore[reportArgumentType]

        link.send = listen  # pyright: ignore[reportAttributeAccessIssue]
        await client.ask(ids.OP_SET_MODE, 0)
        await client.ask(ids.OP_SET_MODE, 1)
        before = (await session.fetch_status()).malformed
        await send(Channel.CONTROL, sent[0])  # idle mode once more
        changed = bytearray(sent[1])
        changed[2] ^= 1
        await send(Channel.CONTROL, bytes(changed))
        await send(Channel.CONTROL, sent[1][:3])  # not guarded at all
        status = await session.fetch_status()
        assert (status.mode, status.malformed - before) == (1, 3)
