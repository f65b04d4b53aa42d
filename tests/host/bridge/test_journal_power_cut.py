"""The journal after a power cut at any operation on its file, clean and torn: it opens, it holds what was
acknowledged, and every record of the rest is there whole or not at all. Then it can be written on.
"""

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from plantigrade.bridge.accounting import MissingReason, SlotGap
from plantigrade.bridge.clock.estimate import ClockEstimate
from plantigrade.bridge.insole import Identity
from plantigrade.bridge.journal.entries import Damage, Kind, scan
from plantigrade.bridge.journal.file import Holdings, Journal, JournalError

from tests.host.bridge_kit.fake_insole import record_of
from tests.host.power_cut.plugin import Cut, PowerCut

LEFT = Identity("00000A50477A3F01", "left", "0.1.0", 1, 1, 2, 10_000)
CLOCK = ClockEstimate(0, 5_000_000_000, 12.0, 900_000, 1.0, 20)
JOURNAL = Path("data") / "journal" / "current.journal"


def opened(folder: Path, sync: Callable[[int], None] | None = None) -> Journal:
    # The journal binds `os.fsync` when it is imported; looked up here it is the one that the power cut sees.
    return Journal(folder / JOURNAL, sync=sync or (lambda descriptor: os.fsync(descriptor)))


def write(journal: Journal, first: int) -> None:
    """Twenty slots: ten as two records, five that are gone, five as a record; a request and a clock."""
    number = journal.insole(LEFT)
    journal.request(number, first, first + 20)
    for seq in (first, first + 5, first + 15):
        journal.record(number, record_of(seq, 5, 7, seq * 10_000), seq, seq + 5, seq)
    journal.gap(number, SlotGap(first + 10, first + 15, MissingReason.OFF))
    journal.clock(number, 7, CLOCK)


def commit_and_promise(journal: Journal, power_cut: PowerCut) -> None:
    journal.commit()
    power_cut.note(journal.holdings[0].ack_to())


def check(left: Path, cut: Cut) -> None:
    """What the module promises; `cut.recorded` are the slots before which all was acknowledged."""
    promised = max(cut.recorded, default=0)
    path = left / JOURNAL
    data = path.read_bytes() if path.exists() else b""
    journal = opened(left)
    held = journal.holdings.get(0, Holdings({}))
    assert held.ack_to() >= promised, f"{held.ack_to()} of {promised} slots"
    assert not promised or held.identity == vars(LEFT)
    assert journal.damage.bytes == 0, "nothing but the end is damaged"
    for entry in scan(data, Damage()):
        if entry.kind is Kind.RECORD:
            arrival_ns, record = entry.record()
            assert record == record_of(arrival_ns, 5, 7, arrival_ns * 10_000)
    durable = [slot for piece in held.durable for slot in range(*piece)]
    assert durable == [slot for slot in range(100) if slot % 20 not in range(10, 15)][: len(durable)]
    assert len(durable) % 5 == 0
    # Written on, closed and opened once more, it holds both.
    write(journal, 200)
    journal.close()
    again = opened(left)
    assert again.damage == Damage()
    assert (200, 210) in list(again.holdings[0].durable)
    assert [slot for piece in again.holdings[0].durable for slot in range(*piece) if slot < 200] == durable
    again.close()


def test_a_first_journal_in_a_folder_that_was_just_made(tmp_path: Path, power_cut: PowerCut) -> None:
    folder = tmp_path / "home"
    folder.mkdir()

    def act() -> None:
        journal = opened(folder)
        for first in (0, 20, 40):
            write(journal, first)
            commit_and_promise(journal, power_cut)
        write(journal, 60)
        journal.close()
        power_cut.note(80)

    report = power_cut(folder, act, check)
    assert report.states >= 15


def test_a_journal_that_is_carried_on_with_after_a_torn_end(tmp_path: Path, power_cut: PowerCut) -> None:
    folder = tmp_path / "home"
    journal = opened(folder)
    write(journal, 0)
    journal.close()
    path = folder / JOURNAL
    complete = path.read_bytes()
    path.write_bytes(complete + complete[-40:-7])

    def act() -> None:
        power_cut.note(20)
        journal = opened(folder)
        assert journal.damage.tail == 33
        write(journal, 20)
        commit_and_promise(journal, power_cut)
        journal.close()

    power_cut(folder, act, check)


def test_a_commit_that_the_disk_refused_in_its_middle(tmp_path: Path, power_cut: PowerCut) -> None:
    folder = tmp_path / "home"
    journal = opened(folder)
    write(journal, 0)
    journal.close()
    full = False

    def sync(descriptor: int) -> None:
        if full:
            raise OSError(errno.ENOSPC, "No space left on device")
        os.fsync(descriptor)

    def act() -> None:
        nonlocal full
        power_cut.note(20)
        journal = opened(folder, sync)
        write(journal, 20)
        full = True
        with pytest.raises(JournalError):
            journal.commit()
        full = False
        write(journal, 40)
        commit_and_promise(journal, power_cut)
        journal.close()

    power_cut(folder, act, check)


def test_a_process_that_is_killed_after_its_commit(tmp_path: Path, power_cut: PowerCut) -> None:
    folder = tmp_path / "home"

    def act() -> None:
        journal = opened(folder)
        write(journal, 0)
        commit_and_promise(journal, power_cut)
        write(journal, 20)
        journal.abandon()
        journal = opened(folder)
        assert journal.holdings[0].ack_to() == 20
        write(journal, 20)
        commit_and_promise(journal, power_cut)
        journal.close()

    folder.mkdir()
    power_cut(folder, act, check)
