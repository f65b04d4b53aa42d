"""From the sensors to the log and to a listener: the same frames, in order, with every lost slot in the
books."""

import chip
import gc
from workbench import PERIOD_US, Central, Workbench

from insole_protocol import advert, ids


def show_slot(bench):
    """Let the sensors show a number that grows with time, so that a frame proves its own position.

    Steps of 7: no stretch looks like a foot at rest.
    """
    number = (chip.clock.now_us // PERIOD_US + 1) * 7 % 4000
    for index in range(16):
        chip.sensors[index] = number


def run_numbered(bench, slots, fire=True):
    for _ in range(slots):
        show_slot(bench)
        bench.slots(1, fire=fire)


def check_numbered(blocks, first_seq_number):
    """Each frame shows the number that its time has; times rise with sequence numbers."""
    for block in blocks:
        header = block.header
        for i in range(header.frames):
            time_us = header.time_us + i * header.period_us
            assert block.frames[i * 16] == time_us // PERIOD_US * 7 % 4000, (header.seq, i)
            assert block.frames[i * 16 + 15] == block.frames[i * 16]


def test_daily_records_hold_every_slot():
    bench = Workbench()
    run_numbered(bench, 410)
    blocks, gaps = bench.stored()
    assert gaps == []
    assert [b.header.frames for b in blocks] == [40] * 10
    assert [b.header.seq for b in blocks] == [40 * i for i in range(10)]
    check_numbered(blocks, 0)


def test_live_stream_is_the_log_byte_for_byte():
    bench = Workbench()
    host = Central(bench)
    host.hello()
    assert host.ask(ids.OP_SET_MODE, ids.MODE_LIVE).fields == (ids.MODE_LIVE,)
    first = host.ask(ids.OP_STREAM, 1).fields[0]
    run_numbered(bench, 300)
    host.receive()
    streamed = [message for channel, message in host.messages if channel == ids.CHANNEL_STREAM]
    assert len(streamed) == 60
    recorder = bench.insole.recorder
    recorder.flush()
    buf = memoryview(bytearray(2048))
    seq = first
    for message in streamed:
        length = recorder.read(seq, buf)
        assert bytes(buf[:length]) == message
        seq += 5


def test_missed_ticks_are_lost_slots_in_record_log_and_status():
    bench = Workbench()
    run_numbered(bench, 57)
    run_numbered(bench, 13, fire=False)
    run_numbered(bench, 90)
    run_numbered(bench, 40)
    blocks, gaps = bench.stored()
    check_numbered(blocks, 0)
    assert gaps == [(57, 70, ids.GAP_OVERRUN)], gaps
    flagged = [b.header.seq for b in blocks if b.header.status & ids.STATUS_SLOTS_LOST]
    assert flagged == [70]
    assert bench.insole.sampler.lost == 13


def test_idle_time_is_no_overrun():
    bench = Workbench()
    run_numbered(bench, 60)
    bench.insole.modes.set(ids.MODE_IDLE)
    bench.slots(250)
    assert chip.pins[chip.board.MUX_ENABLE_PIN] == 1, "the sheet is without current"
    bench.insole.modes.set(ids.MODE_DAILY)
    run_numbered(bench, 80)
    blocks, gaps = bench.stored()
    check_numbered(blocks, 0)
    assert len(gaps) == 1
    begin, end, reason = gaps[0]
    assert begin == 60 and abs(end - begin - 250) <= 1 and reason == ids.GAP_IDLE, gaps
    assert bench.insole.sampler.lost == 0


def test_numbers_rise_across_boots():
    bench = Workbench()
    run_numbered(bench, 100)
    bench.insole.stop()
    end = bench.insole.blocks.next_seq
    boot = bench.insole.recorder.boot
    bench = Workbench(fresh=False)
    assert bench.insole.recorder.boot == boot + 1
    assert bench.insole.blocks.next_seq >= end
    run_numbered(bench, 100)
    blocks, _ = bench.stored()
    seqs = [b.header.seq for b in blocks]
    assert seqs == sorted(seqs) and len(set(seqs)) == len(seqs)
    assert {b.header.boot for b in blocks} == {boot, boot + 1}


def test_changing_mode_loses_nothing():
    bench = Workbench()
    for mode in (ids.MODE_LIVE, ids.MODE_DAILY, ids.MODE_LIVE):
        run_numbered(bench, 33)
        bench.insole.modes.set(mode)
    run_numbered(bench, 50)
    blocks, gaps = bench.stored()
    check_numbered(blocks, 0)
    assert gaps == []
    assert sum(b.header.slots for b in blocks) == 149 // 5 * 5 or sum(b.header.slots for b in blocks) == 149


def test_full_radio_buffers_stop_nothing_but_the_radio():
    bench = Workbench()
    host = Central(bench)
    host.hello()
    host.ask(ids.OP_SET_MODE, ids.MODE_LIVE)
    host.ask(ids.OP_STREAM, 1)
    bench.air.room = 0
    run_numbered(bench, 50)
    assert bench.insole.sampler.lost == 0
    bench.air.room = 1 << 20
    got = host.records()
    assert sum(b.header.frames for b in got) == 50, "what waited in RAM follows"
    check_numbered(got, 0)
    status = host.ask(ids.OP_STATUS).fields
    assert status[7] == 50 and status[8] > 0, "frames sent, refusals"


def test_a_peer_that_never_reads_costs_no_memory_and_no_slot():
    bench = Workbench()
    host = Central(bench)
    host.hello()
    host.ask(ids.OP_SET_MODE, ids.MODE_LIVE)
    host.ask(ids.OP_STREAM, 1)
    bench.air.room = 0
    run_numbered(bench, 500)
    gc.collect()
    before = gc.mem_alloc()
    run_numbered(bench, 3000)
    gc.collect()
    taken = gc.mem_alloc() - before
    assert taken < 1024, taken
    session = bench.radio._sessions[0]
    bench.air.room = 1 << 20
    got = host.records()
    check_numbered(got, 0)
    frames = sum(b.header.frames for b in got)
    assert session.records_dropped * 5 + frames == 3500, (session.records_dropped, frames)
    blocks, gaps = bench.stored()
    assert gaps == [] and blocks[-1].header.end_seq == bench.insole.blocks.next_seq


def test_broken_flash_is_a_fault_and_the_stream_goes_on():
    bench = Workbench()
    host = Central(bench)
    host.hello()
    host.ask(ids.OP_SET_MODE, ids.MODE_LIVE)
    host.ask(ids.OP_STREAM, 1)

    chip.log.broken = True
    try:
        for _ in range(3):
            run_numbered(bench, 100)
            bench.firmware.housekeeping.round()
        assert bench.insole.faults.flags & ids.FAULT_LOG
        assert bench.insole.sampler.lost == 0
    finally:
        chip.log.broken = False
    assert sum(b.header.frames for b in host.records()) == 300


def test_numbers_used_while_the_log_refuses_are_not_used_again():

    bench = Workbench()
    run_numbered(bench, 300)
    bench.firmware.housekeeping.round()
    boot = bench.insole.recorder.boot
    for back in (False, True):  # the log refuses at the next boot, too; then it takes data again
        chip.log.broken = True
        try:
            for _ in range(20):
                run_numbered(bench, 100)
                bench.firmware.housekeeping.round()
            bits = bench.insole.modes.advertised_bits(False, bench.insole.faults.flags, False)
            assert bits & advert.BIT_FAULT
            used = bench.insole.blocks.next_seq
            chip.log.broken = not back
            bench = Workbench(fresh=False)  # as after a loss of power: nothing was closed
        finally:
            chip.log.broken = False
        assert bench.insole.blocks.next_seq >= used, (bench.insole.blocks.next_seq, used)
        assert bench.insole.recorder.boot > boot
        boot = bench.insole.recorder.boot


def test_without_its_log_the_insole_boots_advertises_a_fault_and_streams():

    bench = Workbench()
    run_numbered(bench, 500)
    bench.firmware.housekeeping.round()
    bench.insole.recorder.flush()
    before = bench.insole.blocks.next_seq
    logged, _ = bench.stored()
    boot = bench.insole.recorder.boot
    chip.log.broken = True
    try:
        bench = Workbench(fresh=False)
        host = Central(bench)
        host.hello()
        test = host.ask(ids.OP_SELF_TEST)
        assert test.fields[0] & ids.FAULT_LOG and test.text == "no log", test.text
        bench.firmware.housekeeping.round()
        assert bench.insole.modes.advertised_bits(False, bench.insole.faults.flags, False) & advert.BIT_FAULT
        assert bench.insole.recorder.boot == boot + 1
        first = bench.insole.blocks.next_seq
        assert first >= before, "no number is used twice"
        host.ask(ids.OP_SET_MODE, ids.MODE_LIVE)
        host.ask(ids.OP_STREAM, 1)
        run_numbered(bench, 300)
        assert sum(b.header.frames for b in host.records()) == 300
        assert bench.insole.faults.flags & ids.FAULT_LOG, "the fault stays"
        assert bench.stored() == ([], [(0, bench.insole.recorder.next_seq, ids.GAP_STORAGE)])
        serial = bench.insole.identity.serial
        confirmation = int.from_bytes(serial[-4:], "little")
        assert host.ask(ids.OP_LOG_ERASE, confirmation).result == ids.RESULT_STORAGE
        used = bench.insole.blocks.next_seq
        bench.firmware.housekeeping.round()
    finally:
        chip.log.broken = False
    bench = Workbench(fresh=False)
    assert bench.insole.recorder.boot == boot + 2
    assert bench.insole.blocks.next_seq >= used
    bench.insole.self_test.run()
    assert not bench.insole.faults.flags & ids.FAULT_LOG
    run_numbered(bench, 100)
    blocks, gaps = bench.stored()
    old = [b for b in blocks if b.header.boot == boot]
    assert [b.header.seq for b in old] == [b.header.seq for b in logged], "what lay there is there again"
    assert gaps[0][2] == ids.GAP_STORAGE and gaps[0][0] == old[-1].header.end_seq


def test_the_encoder_and_step_counter_allocate_little_and_leave_nothing():
    bench = Workbench()
    run_numbered(bench, 400)
    gc.collect()
    before = gc.mem_alloc()
    run_numbered(bench, 400)
    gc.collect()
    taken = gc.mem_alloc() - before
    assert taken < 256, taken
