"""The collector: each record, each gap, each slot wanted is written once, over any number of connections and
processes; only what is durable is acknowledged.
"""

import asyncio
from pathlib import Path

import pytest
from plantigrade.bridge.accounting import MissingReason, SlotGap
from plantigrade.bridge.clock.estimate import ClockEstimate
from plantigrade.bridge.insole import Insole
from plantigrade.bridge.journal import file as journal_module
from plantigrade.bridge.journal.entries import Kind
from plantigrade.bridge.journal.file import Holdings, Journal
from plantigrade.bridge.journal.writer import JournalWriter

from tests.host.bridge_kit.collecting import Disk, bring, greet, written
from tests.host.bridge_kit.virtual_time import run_virtually


@pytest.mark.parametrize(
    "requested, durable, gaps, ack_to",
    [
        ([], [], [], 0),
        ([], [(0, 50)], [], 0),
        ([(10, 100)], [], [], 10),
        ([(10, 100)], [(10, 100)], [], 100),
        ([(10, 100)], [(0, 200)], [], 100),
        ([(10, 100)], [(10, 40)], [], 40),
        ([(10, 100)], [(11, 100)], [], 10),
        ([(10, 100)], [(10, 40)], [(40, 60)], 60),
        ([(10, 100)], [(60, 100), (10, 40)], [(30, 50), (50, 60)], 100),
        ([(10, 20), (50, 60)], [(10, 20)], [], 50),
        ([(10, 20), (50, 60)], [(50, 60)], [], 10),
        ([(10, 20), (50, 60)], [(10, 60)], [], 60),
    ],
)
def test_the_insole_may_forget_what_comes_before_the_first_slot_that_is_neither_held_nor_gone(
    requested: list[tuple[int, int]],
    durable: list[tuple[int, int]],
    gaps: list[tuple[int, int]],
    ack_to: int,
) -> None:
    held = Holdings({})
    for piece in requested:
        held.requested.add(*piece)
    for piece in durable:
        held.durable.add(*piece)
    held.gaps = [SlotGap(*piece, MissingReason.OFF) for piece in gaps]
    assert held.ack_to() == ack_to


def test_each_gap_is_written_once_however_often_is_committed(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j")
    journal_writer, insole = JournalWriter(journal), Insole("left")
    journal_writer.watch(insole)
    greet(insole)
    insole.ledger.explain(10, 20, MissingReason.OFF)
    for _ in range(3):
        assert journal_writer.commit()
    insole.ledger.explain(15, 30, MissingReason.OVERRUN)
    for _ in range(3):
        journal_writer.commit()
    journal.close()
    assert [entry.gap() for entry in written(tmp_path / "j", Kind.GAP)] == [(10, 20, 6), (20, 30, 1)]


def test_what_is_wanted_is_written_as_it_grows(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j")
    journal_writer, insole = JournalWriter(journal), Insole("left")
    journal_writer.watch(insole)
    greet(insole)
    insole.request_from(100)
    for end in (150, 150, 180, 300):
        insole.request_to(end)
        journal_writer.commit()
    insole.ledger.request(400, 500)
    journal_writer.commit()
    journal_writer.commit()
    journal.close()
    ranges = [entry.range() for entry in written(tmp_path / "j", Kind.REQUEST)]
    assert ranges == [(100, 150), (150, 180), (180, 300), (400, 500)]


def test_a_clock_is_written_every_ten_seconds_for_each_boot(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j")
    journal_writer, insole = JournalWriter(journal), Insole("left")
    journal_writer.watch(insole)
    greet(insole)
    journal_writer.commit()  # no clock yet
    for boot, host_s in ((4, 0.0), (4, 9.9), (4, 10.0), (4, 19.99), (5, 19.99), (5, 21.0), (4, 20.0)):
        insole.boot = boot
        insole.clock_of(boot).sync.estimate = ClockEstimate(0, round(host_s * 1e9), 1.5, 900_000, 0.5, 30)
        journal_writer.commit()
    journal.close()
    clocks = [entry.clock() for entry in written(tmp_path / "j", Kind.CLOCK)]
    assert [(boot, clock.host_at_reference_ns) for boot, clock in clocks] == [
        (4, 0),
        (4, 10_000_000_000),
        (5, 19_990_000_000),
        (4, 20_000_000_000),
    ]


def test_before_an_insole_has_told_who_it_is_nothing_is_written_or_acknowledged(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j")
    journal_writer, insole = JournalWriter(journal), Insole("left")
    journal_writer.watch(insole)
    insole.ledger.request(0, 10)
    bring(insole, 0, 5)
    journal_writer.commit()
    assert insole.ack_to is not None
    assert insole.ack_to() == 0
    insole.on_greeting[0](insole)  # greeted without an identity
    assert journal.holdings == {}
    journal.close()


def test_a_second_greeting_changes_nothing(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j")
    journal_writer, insole = JournalWriter(journal), Insole("left")
    journal_writer.watch(insole)
    greet(insole)
    insole.request_from(0)
    insole.request_to(10)
    bring(insole, 0, 5)
    bring(insole, 0, 5)
    journal_writer.commit()
    before = insole.ledger.statement()
    greet(insole)
    assert insole.ledger.statement() == before
    assert before.duplicates == 5
    journal.close()
    assert len(written(tmp_path / "j", Kind.INSOLE)) == 1


def test_a_process_takes_up_where_the_last_one_ended(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j")
    journal_writer, insole = JournalWriter(journal), Insole("left")
    journal_writer.watch(insole)
    greet(insole)
    insole.request_from(100)
    insole.request_to(200)
    bring(insole, 100, 120)
    bring(insole, 130, 150)
    insole.explain_missing(120, 130, 6)
    journal_writer.commit()
    bring(insole, 150, 160)
    journal.abandon()

    journal = Journal(tmp_path / "j")
    journal_writer, insole = JournalWriter(journal), Insole("left")
    journal_writer.watch(insole)
    insole.ledger.record(100, 110)  # overtook the greeting
    greet(insole)
    assert insole.wanted_from == 100
    statement = insole.ledger.statement()
    assert (statement.requested, statement.recorded, statement.duplicates) == (100, 40, 0)
    assert insole.ledger.gaps() == [
        SlotGap(120, 130, MissingReason.OFF),
        SlotGap(150, 200, MissingReason.UNEXPLAINED),
    ]
    assert insole.ack_to is not None
    assert insole.ack_to() == 150
    insole.request_to(250)
    journal_writer.commit()
    journal.close()
    assert [entry.range() for entry in written(tmp_path / "j", Kind.REQUEST)] == [(100, 200), (200, 250)]
    assert len(written(tmp_path / "j", Kind.GAP)) == 1
    assert len(written(tmp_path / "j", Kind.INSOLE)) == 1


def test_a_disk_that_takes_nothing_is_told_and_holds_the_acknowledgement(tmp_path: Path) -> None:
    disk = Disk()
    journal = Journal(tmp_path / "j", sync=disk.sync)
    journal_writer, insole = JournalWriter(journal), Insole("left")
    journal_writer.watch(insole)
    greet(insole)
    insole.request_from(0)
    insole.request_to(20)
    bring(insole, 0, 10)
    assert journal_writer.failure is None
    disk.full = True
    assert journal_writer.commit() is False
    assert "disk is full" in str(journal_writer.failure)
    assert insole.ack_to is not None
    assert insole.ack_to() == 0
    disk.full = False
    assert journal_writer.commit() is True
    assert journal_writer.failure is None
    assert insole.ack_to() == 10
    journal.close()


def test_a_record_that_memory_has_no_room_for_is_asked_of_the_insole_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = Journal(tmp_path / "j")
    journal_writer, insole = JournalWriter(journal), Insole("left")
    journal_writer.watch(insole)
    greet(insole)
    insole.request_from(0)
    insole.request_to(20)
    journal_writer.commit()
    monkeypatch.setattr(journal_module, "MAX_WAITING_BYTES", 10)
    bring(insole, 0, 10)
    monkeypatch.undo()
    bring(insole, 10, 20)
    journal_writer.commit()
    assert insole.ack_to is not None
    assert insole.ack_to() == 0
    assert list(journal.holdings[0].durable) == [(10, 20)]
    journal.close()


def test_a_full_memory_is_emptied_by_the_first_commit_that_the_disk_takes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What could not be noted meanwhile is noted in the next second; each gap once."""
    disk = Disk()
    journal = Journal(tmp_path / "j", sync=disk.sync)
    journal_writer, insole = JournalWriter(journal), Insole("left")
    journal_writer.watch(insole)
    greet(insole)
    insole.request_from(0)
    insole.request_to(20)
    bring(insole, 0, 10)
    disk.full = True
    assert not journal_writer.commit()
    # Room for one more gap entry of 29 bytes, and then for nothing.
    monkeypatch.setattr(journal_module, "MAX_WAITING_BYTES", journal._waiting_bytes + 30)
    insole.explain_missing(10, 12, 6)
    insole.explain_missing(12, 15, 6)
    assert not journal_writer.commit()
    insole.request_to(30)
    disk.full = False
    assert journal_writer.commit()
    assert insole.ack_to is not None
    assert insole.ack_to() == 12
    assert journal_writer.commit()
    assert insole.ack_to() == 15
    assert list(journal.holdings[0].requested) == [(0, 30)]
    journal.close()
    assert [entry.gap() for entry in written(tmp_path / "j", Kind.GAP)] == [(10, 12, 6), (12, 15, 6)]


def test_an_insole_that_greets_while_memory_is_full_is_entered_on_its_next_connection(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = Journal(tmp_path / "j")
    journal_writer, insole = JournalWriter(journal), Insole("left")
    journal_writer.watch(insole)
    monkeypatch.setattr(journal_module, "MAX_WAITING_BYTES", 10)
    greet(insole)
    assert journal.holdings == {}
    monkeypatch.undo()
    greet(insole)
    insole.request_from(0)
    insole.request_to(10)
    bring(insole, 0, 10)
    journal_writer.commit()
    assert insole.ack_to is not None
    assert insole.ack_to() == 10
    journal.close()
    journal = Journal(tmp_path / "j")
    assert list(journal.holdings[0].durable) == [(0, 10)]
    journal.close()


def test_commits_each_second_and_once_more_at_the_end(tmp_path: Path) -> None:
    async def main() -> None:
        journal = Journal(tmp_path / "j")
        journal_writer, insole = JournalWriter(journal), Insole("left")
        journal_writer.watch(insole)
        greet(insole)
        running = asyncio.create_task(journal_writer.run())
        await asyncio.sleep(0.99)
        begun = journal.commits
        await asyncio.sleep(0.02)
        assert journal.commits == begun + 1
        for end in (10, 20, 30):
            insole.ledger.request(0, end)
            await asyncio.sleep(1)
        assert journal.commits == begun + 4
        insole.ledger.request(0, 40)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        assert journal.commits == begun + 5
        journal.close()

    run_virtually(main())
