"""The insole with its SD NAND: the log on it, the flash behind it, and what a host sees of either."""

import chip  # first: puts its time in place
import power_cut
import workbench
from workbench import Central, Workbench

from insole.recorder.fallback import FallbackLog
from insole_protocol import ids
from insole_protocol.decoder import decode_block
from sim.chip import behaviour


def wear(bench, slots):
    """So many slots go by as on the chip: the sampler's timer fires while the card is waited for."""
    insole = bench.insole
    end_us = chip.clock.now_us + slots * workbench.PERIOD_US
    flush_us = chip.clock.now_us + 1000000
    chip._running.append(1)
    try:
        while chip.clock.now_us < end_us:
            chip.hardware.timers.run(min(end_us, chip.clock.now_us + workbench.PERIOD_US))
            if insole.sampler.waiting() >= insole.sampler.wake_rows:
                insole.blocks.drain()
            if chip.clock.now_us >= flush_us:
                flush_us += 1000000
                insole.recorder.flush()
    finally:
        chip._running.pop()
    bench.transmit()


def logged(bench):
    """Stretches of records and gaps in the log, with everything that was sampled in it."""
    insole = bench.insole
    insole.blocks.drain()
    insole.blocks._emit_all()
    insole.recorder.flush()
    assert insole.sampler.lost == 0 and insole.recorder.next_seq == insole.blocks.next_seq
    return walked(insole.recorder)


def walked(log):
    """(first, end) of stretches of records without a hole between, and the gaps."""
    spans, gaps = [], []
    reader = log.reader(0, log.next_seq)
    buffer = memoryview(bytearray(2048))
    at = 0
    while True:
        found = reader.next(buffer)
        if found == 0:
            assert at == log.next_seq
            return spans, gaps
        if found < 0:
            assert reader.gap_from == at
            at = reader.gap_to
            gaps.append((reader.gap_from, reader.gap_to, reader.gap_reason))
            continue
        assert reader.seq == at
        at += reader.slots
        if spans and spans[-1][1] == reader.seq:
            spans[-1] = (spans[-1][0], at)
        else:
            spans.append((reader.seq, at))


def numbers(items):
    """(first, end) of stretches of records without a hole between."""
    spans = []
    for one in items:
        first = one.header.seq
        end = first + one.header.frames * one.header.slots_per_frame
        if spans and spans[-1][1] == first:
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((first, end))
    return spans


def fetched(host, first, end):
    """Records of a range as LOG_READ sends them, and gaps (first, end, reason)."""
    host.ask(ids.OP_LOG_READ, first, end, 0).check()
    records, gaps = [], []
    for channel, message in host.messages:
        if channel != ids.CHANNEL_LOG:
            continue
        if message[0] == ids.LOG_BLOCK:
            at = 5
            while at < len(message):
                length = message[at + 2] | message[at + 3] << 8
                records.append(decode_block(bytes(message[at : at + length])))
                at += length
        elif message[0] == ids.LOG_GAP:
            gaps.append(
                tuple(int.from_bytes(message[at : at + 4], "little") for at in (5, 9)) + (message[13],)
            )
    return records, gaps


def test_the_log_is_on_the_card_and_the_flash_is_left_alone():
    bench = Workbench(card=True)
    changes = chip.log.changes
    wear(bench, 500)
    recorder = bench.insole.recorder
    assert type(recorder) is FallbackLog and recorder.on_card and not recorder.degraded
    assert bench.insole.faults.flags == 0
    assert chip.log.changes == changes and chip.sectors.changes > 8
    spans, gaps = logged(bench)
    assert spans == [(0, recorder.next_seq)] and gaps == [] and recorder.next_seq >= 499
    assert recorder.info().capacity_pages == chip.sectors.pages - 1


def test_the_log_goes_on_after_an_orderly_stop_and_after_a_power_cut():
    bench = Workbench(card=True)
    wear(bench, 300)
    bench.insole.stop()
    bench = Workbench(fresh=False, card=True)
    wear(bench, 200)
    bench = Workbench(fresh=False, card=True)
    wear(bench, 100)
    spans, gaps = logged(bench)
    assert spans[0][0] == 0 and spans[0][1] >= 449 and bench.insole.recorder.boot == 3
    assert [reason for _, _, reason in gaps] == [ids.GAP_POWER_LOSS, ids.GAP_OFF]


def test_without_its_card_the_log_is_in_flash_and_a_fault_says_so():
    bench = Workbench(card=True)
    wear(bench, 200)
    bench.firmware.housekeeping.round()
    bench.insole.stop()
    used = bench.insole.recorder.next_seq
    chip.card.dead = True
    bench.firmware = workbench.assembly.Firmware(workbench.board)
    insole = bench.insole = bench.firmware.insole
    assert insole.faults.flags == ids.FAULT_CARD and insole.recorder.degraded
    assert insole.recorder.boot == 2 and insole.recorder.next_seq >= used
    bench.firmware.housekeeping.round()
    assert insole.faults.flags == ids.FAULT_CARD


def test_a_card_that_fails_while_it_logs_costs_no_slot():
    """The host reads one log, from the card's part and from the flash's."""
    bench = Workbench(card=True)
    host = Central(bench)
    host.hello()
    wear(bench, 400)
    chip.card.worn_from = 0
    wear(bench, 400)
    recorder = bench.insole.recorder
    assert recorder.degraded and not recorder.full and recorder.not_kept == 0
    bench.firmware.housekeeping.round()
    assert bench.insole.faults.flags & ids.FAULT_CARD
    spans, gaps = logged(bench)
    assert spans == [(0, recorder.next_seq)] and gaps == []
    records, gaps = fetched(host, 0, recorder.next_seq)
    assert numbers(records) == spans and gaps == []


def test_a_card_that_hangs_costs_no_slot():
    """It holds the insole for less than the sampler's ring lasts."""
    bench = Workbench(card=True)
    wear(bench, 400)
    chip.card.stuck = True
    wear(bench, 300)
    assert bench.insole.recorder.degraded
    spans, gaps = logged(bench)
    end, begin = bench.insole.recorder.next_seq, gaps[0][1]
    assert gaps == [(0, begin, ids.GAP_STORAGE)] and spans == [(begin, end)], "the card gives nothing for now"
    bench.insole.stop()
    bench = Workbench(fresh=False, card=True)
    assert walked(bench.insole.recorder) == ([(0, end)], [])


def test_the_card_is_used_again_after_a_reset():
    bench = Workbench(card=True)
    wear(bench, 300)
    chip.card.worn_from = 0
    wear(bench, 300)
    bench.insole.stop()
    end = bench.insole.recorder.next_seq
    bench = Workbench(fresh=False, card=True)
    wear(bench, 300)
    assert bench.insole.recorder.on_card and bench.insole.faults.flags == 0
    assert logged(bench) == ([(0, bench.insole.recorder.next_seq)], []) and end >= 599


def test_at_the_worst_of_cards_every_slot_is_stored():
    """Refusals, silence, long pauses: everything that the card's rows have."""
    for row in behaviour.TABLE:
        if row.name.startswith("sd_") or row.name == "spi_call_us":
            behaviour.put(row.name, row.values[behaviour.WORST])
    behaviour.put("sd_refuse_every", 20)
    behaviour.put("sd_silent_every", 50)
    try:
        bench = Workbench(card=True)
        bench.insole.modes.set(ids.MODE_LIVE)
        wear(bench, 2400)
        assert logged(bench) == ([(0, bench.insole.recorder.next_seq)], [])
        assert not bench.insole.recorder.degraded and bench.insole.recorder.card.media._device.retries > 3
        assert bench.insole.recorder.card.media._device.longest_busy_ms >= 249
    finally:
        for row in behaviour.TABLE:
            if row.name.startswith("sd_") or row.name == "spi_call_us":
                behaviour.put(row.name, row.values[behaviour.TYPICAL])


def test_power_may_go_at_every_write_of_the_card():
    bench = Workbench(card=True)
    bench.insole.modes.set(ids.MODE_LIVE)
    wear(bench, 250)
    checked = []

    def action():
        wear(bench, 400)
        bench.insole.recorder.flush()

    def check(cut):
        chip.insert_card(True, blank=False)
        log = workbench.assembly.open_log(workbench.board, True, bench.insole.counters)
        assert log.on_card
        spans, gaps = walked(log)
        assert log.next_seq >= cut.promised and len(spans) == 1
        assert {reason for _, _, reason in gaps} <= {ids.GAP_POWER_LOSS, ids.GAP_OFF}
        checked.append(cut.number)

    devices = [workbench.flash, chip.sectors]
    cuts = power_cut.power_cut(
        devices, action, check, workbench.remount, lambda: bench.insole.recorder.next_seq
    ).passed()
    assert len(checked) == cuts.points == 2 * cuts.operations + 1 > 12
