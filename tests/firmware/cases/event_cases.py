"""Who changed this insole: the ring of events, its file, and what notes something."""

import os

import workbench
from power_cut import power_cut
from workbench import Central, Workbench

from insole import events
from insole_protocol import event_records as records
from insole_protocol import ids

PEER = b"\x01\x02\x03\x04\x05\x06"


def noted(host):
    """Every event that an insole tells, newest first."""
    found = []
    while True:
        reply = host.ask(ids.OP_EVENTS, len(found))
        assert reply.result == 0, reply.text
        entries = reply.tail
        found += [records.unpack(entries[at : at + 40]) for at in range(0, len(entries), 40)]
        if not entries or len(found) >= reply.fields[0]:
            return found


def put(count, first=0):
    for number in range(first, first + count):
        events.put(7, records.UPDATE_CONFIRMED, records.LINK_USB, number, detail="0.%d.0" % number)


def test_a_new_insole_has_no_events():
    host = Central(Workbench())
    host.hello()
    reply = host.ask(ids.OP_EVENTS, 0)
    assert (reply.result, reply.fields, reply.tail) == (0, (0,), b"")
    assert host.ask(ids.OP_EVENTS, 200).tail == b""


def test_the_last_32_are_kept_the_newest_first():
    host = Central(Workbench())
    host.hello()
    put(40)
    found = noted(host)
    assert [event[0] for event in found] == list(range(39, 7, -1))
    assert found[0] == (39, 7, records.UPDATE_CONFIRMED, records.LINK_USB, 39, bytes(6), b"0.39.0")
    assert os.stat(events.PATH)[6] == 32 * 40


def test_erasing_the_log_pairing_and_forgetting_are_noted_with_who_asked():
    bench = Workbench()
    host = Central(bench)
    bench.air.emit(30, (2, b"\x00" + bytes(reversed(PEER)), b"key"))
    bench.radio.serve()
    host.hello()
    assert host.ask(ids.OP_LOG_ERASE, 0x013F7A28).result == 0
    assert host.ask(ids.OP_FORGET).result == 0
    found = noted(host)
    assert [event[2] for event in found] == [records.BONDS_FORGOTTEN, records.LOG_ERASED, records.PAIRED]
    assert all(event[3] == records.LINK_BLE and event[5] == PEER for event in found)
    assert found[0][6] == b"0", "who asks stays"
    assert bench.insole.recorder.boot == found[0][1]


def test_a_damaged_entry_counts_as_none_and_its_number_is_seen_to_miss():
    host = Central(Workbench())
    host.hello()
    put(3)
    with open(events.PATH, "r+b") as file:
        file.seek(40 + 10)
        file.write(b"\x55")
    assert [event[0] for event in noted(host)] == [2, 0]
    put(1, 3)
    assert [event[0] for event in noted(host)] == [3, 2, 0]


def test_a_file_of_something_else_is_taken_over():
    host = Central(Workbench())
    host.hello()
    with open(events.PATH, "wb") as file:
        file.write(b"\x00" * 5000)
    assert noted(host) == []
    put(1)
    assert [event[0] for event in noted(host)] == [0]


def test_the_ring_is_the_old_or_the_new_one_after_any_power_cut():
    for before in (0, 5, 32, 45):
        workbench.clear_flash()
        put(before)
        old = sorted(events.numbers())

        def check(cut):
            found = sorted(events.numbers())
            new = (old + [before])[-32:]
            assert found == new or (found == old and not cut.finished), (before, found)
            put(1, 99)
            assert max(events.numbers()) == max(found, default=-1) + 1

        power_cut([workbench.flash], lambda: put(1, before), check, workbench.remount).passed()


def test_flash_that_refuses_is_no_reason_not_to_erase_the_log():
    bench = Workbench()
    host = Central(bench)
    host.hello()
    workbench.flash.broken = True
    try:
        assert host.ask(ids.OP_LOG_ERASE, 0x013F7A28).result == 0
    finally:
        workbench.flash.broken = False
    assert bench.insole.faults.storage_errors == 1


def test_numbers_that_stand_here_for_the_heap_s_sake_are_those_of_their_homes():
    from insole.update import slots
    from insole_protocol import update_codes

    assert (events._FIRST_START, events._STATE) == (slots.TRIES, slots.STATE)
    assert events._BACK_ASKED == update_codes.BACK_ASKED
