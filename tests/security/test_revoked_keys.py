"""Two owners of one insole, one leaves: real firmware, real esptool, two real libraries."""

import asyncio
from pathlib import Path

import numpy as np
import pytest
from insole_protocol.block_errors import NoKeyError, TagError
from insole_protocol.replies import HelloReply
from plantigrade.bridge.backfill import Backfill
from plantigrade.bridge.errors import LockedError
from plantigrade.bridge.insole import Insole
from plantigrade.bridge.journal.file import Journal
from plantigrade.bridge.journal.writer import JournalWriter
from plantigrade.library.catalogue.insole_key_list import list_insole_keys
from plantigrade.library.catalogue.insole_key_revocation import begin_revocation
from plantigrade.library.catalogue.insole_keys import InsoleKeys, LibraryKeyring, insole_keys
from plantigrade.library.recordings.finalize import read_journal
from plantigrade.link.sealed_records import RecordOpener
from plantigrade.link.usb import UsbLink
from plantigrade.twin.board import VirtualBoard

from tests.host.keys.keys_kit import Home, code_in
from tests.security.locked_kit import KEYS, OTHERS, SERIAL, BoardKeys, locked_board, session_of

pytestmark = [pytest.mark.micropython, pytest.mark.radio, pytest.mark.untimed]
SLOTS = 200
OWN = InsoleKeys(SERIAL, KEYS.device, () if KEYS.log is None else (KEYS.log,))


async def fetch(home: Home, board: VirtualBoard, path: Path, first: int) -> None:
    """Fetch `SLOTS` slots from the log, from `first` on, into a journal."""
    with home.library() as library:
        insole = Insole("left", keyring=LibraryKeyring(library))
        journal = Journal(path)
        writer = JournalWriter(journal)
        writer.watch(insole)
        async with session_of(UsbLink(board.serial_port), insole.keyring) as session:  # type: ignore[arg-type]
            session.insole = insole
            await session.hello()
            while (await session.fetch_log_info()).next_seq < first + SLOTS:
                pass
            insole.request_from(first)
            insole.request_to(first + SLOTS)
            await Backfill(session).fetch_all()
            writer.commit()
        journal.close()


async def let_in(home: Home, board: VirtualBoard) -> HelloReply:
    with home.library() as library:
        async with session_of(UsbLink(board.serial_port), LibraryKeyring(library)) as session:  # type: ignore[arg-type]
            return await session.hello()


def opened(home: Home, path: Path) -> list[bool]:
    """Which records of a journal open with the keys of a library."""
    (foot,) = read_journal(path).feet.values()
    with home.library() as library:
        opener = RecordOpener(LibraryKeyring(library).log_keys(SERIAL), only_sealed=True)
    found: list[bool] = []
    for record in foot.records:
        try:
            found.append(len(opener.open(record)) > 0)
        except (NoKeyError, TagError):
            found.append(False)
    assert len(found) > 3
    return found


async def test_who_leaves_can_neither_connect_nor_read_what_comes_after(tmp_path: Path) -> None:
    rows = np.random.default_rng(4).integers(330, 2000, (600, 16)).astype(np.uint16)
    owner, leaver = Home(tmp_path / "owner", OWN), Home(tmp_path / "leaver")
    code = code_in(owner.output_of("move", SERIAL, "-o", tmp_path / "one.keys"))
    leaver.output_of("recover", tmp_path / "one.keys", answer=f"{code}\n")
    before, after = tmp_path / "before.journal", tmp_path / "after.journal"
    async with locked_board(tmp_path, frames=rows) as board:
        assert (await let_in(leaver, board)).boot == (await let_in(owner, board)).boot
        await fetch(owner, board, before, 0)

        for name in ("lost.phone-keys", "kept.phone-keys"):
            owner.output_of("phone", SERIAL, "-o", tmp_path / name)
        lost, own = (line.split()[0] for line in owner.output_of("phones").splitlines())
        await asyncio.to_thread(owner.output_of, "void-phone", lost, board.serial_port)
        assert [line.split()[-1] for line in owner.output_of("phones").splitlines()] == ["void", "valid"]
        done = await asyncio.to_thread(owner.output_of, "revoke", SERIAL[-4:], board.serial_port)
        assert "proved that it holds the new key" in done and "make new files" in done
        with pytest.raises(LockedError, match="none of the 1 keys here is its own"):
            await let_in(leaver, board)
        assert [line.split()[-1] for line in owner.output_of("phones").splitlines()] == ["void", "void"]
        output = await asyncio.to_thread(owner.output_of, "void-phone", own, board.serial_port)
        assert "1 of 4 places" in output, "new keys free the places of phones that have none of them"
        await fetch(owner, board, after, (await let_in(owner, board)).next_seq)
    assert all(opened(owner, before)) and all(opened(owner, after))
    assert all(opened(leaver, before)), "what was theirs stays theirs"
    assert not any(opened(leaver, after))
    with owner.library() as library:
        here = insole_keys(library, SERIAL)
        assert here.device != KEYS.device and len(here.logs) == 2 and here.logs[1] == KEYS.log


async def test_an_insole_whose_key_was_cut_off_is_completed(tmp_path: Path) -> None:
    """Power failed while the device key was written: the insole holds none and is open."""
    owner = Home(tmp_path / "owner", OWN)
    async with locked_board(tmp_path, BoardKeys(None, OTHERS.log)) as board:
        refused = await asyncio.to_thread(owner.refused, "revoke", SERIAL, board.serial_port)
        assert "asks for none" in refused, "it may be another insole that says it is this one"
        with owner.library() as library:
            assert OTHERS.device is not None and OTHERS.log is not None
            begin_revocation(library, KEYS.device, InsoleKeys(SERIAL, OTHERS.device, (OTHERS.log,)))
        await asyncio.to_thread(owner.output_of, "revoke", SERIAL, board.serial_port)
        assert (await let_in(owner, board)).serial.upper() == SERIAL
        with owner.library() as library:
            assert not list_insole_keys(library)[0].is_being_revoked


async def test_an_insole_that_holds_the_key_that_was_to_come_lets_its_owner_in(tmp_path: Path) -> None:
    """Power failed after the writing and before the proof: every command goes on working meanwhile."""
    owner = Home(tmp_path / "owner", OWN)
    assert OTHERS.device is not None and OTHERS.log is not None
    with owner.library() as library:
        begin_revocation(library, KEYS.device, InsoleKeys(SERIAL, OTHERS.device, (OTHERS.log,)))
    async with locked_board(tmp_path, OTHERS) as board:
        assert (await let_in(owner, board)).serial.upper() == SERIAL
        await asyncio.to_thread(owner.output_of, "revoke", SERIAL, board.serial_port)
        assert (await let_in(owner, board)).serial.upper() == SERIAL


async def test_another_insole_is_left_alone(tmp_path: Path) -> None:
    other = "0000246F287A3F09"
    owner = Home(tmp_path / "owner", OWN, InsoleKeys(other, OTHERS.device, ()))
    async with locked_board(tmp_path) as board:
        refused = await asyncio.to_thread(owner.refused, "revoke", other, board.serial_port)
        assert f"insole {SERIAL} is there; {other} is meant" in refused
        assert (await let_in(owner, board)).serial.upper() == SERIAL
