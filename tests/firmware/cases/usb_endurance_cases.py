"""A serial port whose reader stops or is slow: what a write there costs, and what goes on meanwhile."""

import chip  # first: puts its time in place
from behaving import Behaving
from cable import FIFO, Waiting, streaming
from workbench import Workbench

from insole.usb import HOLD_MAX_MS
from insole_protocol import host_messages, ids, usb_frames


def test_a_reader_that_stops_is_given_up_and_sampling_goes_on():
    """Each write to it would hold the loop for half a second: at most a fifth of the time goes there."""
    bench = Workbench()
    cable = streaming(bench)
    session, link = bench.usb_session(), bench.firmware.usb
    with Waiting() as waiting:
        cable.free = 10
        held_us = 0
        end_us = chip.clock.now_us + 6000000
        while chip.clock.now_us < end_us:
            waiting.slot(bench)
            before_us = chip.clock.now_us
            bench.firmware.tx_scheduler.round()
            held_us += chip.clock.now_us - before_us
            link.give_up_if_silent()
    assert not session.streaming and session.version == 0
    assert bench.insole.sampler.lost == 0
    assert held_us <= 1500000 and 1 <= link.stalls <= 3, (held_us, link.stalls)
    cable.free = 1 << 30
    chip.advance(HOLD_MAX_MS * 1000)
    cable.messages()
    assert cable.ask(ids.OP_HELLO, 1, 1).result == 0


def test_with_the_port_of_this_project_a_reader_that_stops_holds_nobody():
    """A write waits 3 ms at most there; the pauses grow, so that no more than 1 % of the time is spent."""
    bench = Workbench()
    cable = streaming(bench)
    with Behaving(usb_write_wait_us=3000), Waiting() as waiting:
        cable.free = 10
        longest_us = held_us = 0
        for _ in range(450):
            waiting.slot(bench)
            before_us = chip.clock.now_us
            bench.firmware.tx_scheduler.round()
            longest_us = max(longest_us, chip.clock.now_us - before_us)
            held_us += chip.clock.now_us - before_us
        assert longest_us <= 3000 and held_us <= 45000, (longest_us, held_us)
        assert bench.insole.sampler.lost == 0, bench.insole.sampler.lost
        assert bench.usb_session().streaming
        cable.free = 1 << 30
        chip.advance(HOLD_MAX_MS * 1000)
        assert cable.ask(ids.OP_STATUS).result == 0, "it goes on where it was"


def test_a_slow_reader_gets_its_replies_while_it_fetches_the_log():
    """20 bytes a millisecond, a log transfer under way: each command is answered within 0.4 s."""
    bench = Workbench()
    bench.slots(3000)
    bench.insole.recorder.flush()
    cable = streaming(bench)
    status = usb_frames.encode(ids.CHANNEL_CONTROL, host_messages.build_command(ids.OP_STATUS, 1))
    read = host_messages.build_command(ids.OP_LOG_READ, 1, 0, bench.insole.recorder.next_seq, 0)
    cable.to_board.extend(usb_frames.encode(ids.CHANNEL_CONTROL, read))
    cable.free, cable.refill = FIFO, 20
    cable.from_board = bytearray()
    asked_us, worst_us, longest_us, answered = None, 0, 0, 0
    with Waiting() as waiting:
        end_us = chip.clock.now_us + 3000000
        while chip.clock.now_us < end_us:
            if asked_us is None:
                cable.to_board.extend(status)
                asked_us = chip.clock.now_us
            bench.firmware.usb.receive()
            before_us = chip.clock.now_us
            bench.firmware.tx_scheduler.round()
            longest_us = max(longest_us, chip.clock.now_us - before_us)
            data, cable.from_board = bytes(cable.from_board), bytearray()
            for channel, message in cable.decoder.feed(data):
                if channel == ids.CHANNEL_CONTROL and message[0] == ids.OP_STATUS | ids.REPLY_BIT:
                    worst_us = max(worst_us, chip.clock.now_us - asked_us)
                    answered += 1
                    asked_us = None
            waiting.sleep(1000)
    assert answered >= 10 and worst_us <= 400000, (answered, worst_us)
    assert longest_us <= 8000, longest_us


def test_bytes_that_a_c3_drops_break_a_frame_and_not_the_link():
    bench = Workbench()
    cable = streaming(bench)
    with Behaving(usb_drops_bytes=1, usb_write_wait_us=200000):
        cable.free = 300
        bench.slots(200)
        cable.free = 1 << 30
        chip.advance(HOLD_MAX_MS * 1000)
        cable.messages()
        assert cable.ask(ids.OP_STATUS).result == 0
        assert sum(cable.decoder.errors.values()) >= 1
