"""Idle, daily and live mode: what each advertises and records, and the slots between two of them."""

import chip  # first: puts its time in place
from workbench import Workbench

from insole.modes import KEEP_OLDEST
from insole.settings import Settings
from insole_protocol import ids
from insole_protocol.settings import find

IDLE, DAILY, LIVE = ids.MODE_IDLE, ids.MODE_DAILY, ids.MODE_LIVE


def test_modes_say_how_often_to_advertise_and_what():
    bench = Workbench()
    modes, settings = bench.insole.modes, bench.insole.settings
    settings.live_advertising_ms, settings.daily_advertising_ms = 50, 3000
    for mode, expected in ((LIVE, 50), (DAILY, 3000), (IDLE, 3000)):
        modes.set(mode)
        assert modes.advertising_ms() == expected
    settings.side = ids.SIDE_RIGHT
    assert modes.side() == ids.SIDE_RIGHT
    assert modes.advertised_bits(True, 0, False) == 0x01 | 0x02
    assert modes.advertised_bits(False, 1 << 6, True) == 0x01 | 0x04 | 0x10
    modes.set(DAILY)
    assert modes.advertised_bits(False, 0, False) == 0x01 | 0x08
    settings.led = 0
    assert modes.led_wanted() is False
    settings.led = 1
    assert modes.led_wanted() is True
    assert KEEP_OLDEST == 0


def test_flags_of_side_and_mode_follow_the_settings():
    bench = Workbench()
    blocks, settings, modes = bench.insole.blocks, bench.insole.settings, bench.insole.modes
    blocks.status = ids.STATUS_CHARGING
    for side, mode, expected in (
        (ids.SIDE_RIGHT, LIVE, 0x45),
        (ids.SIDE_RIGHT, DAILY, 0x05),
        (ids.SIDE_LEFT, LIVE, 0x44),
        (ids.SIDE_UNSET, DAILY, 0x04),
    ):
        settings.side = side
        modes.set(mode)
        assert blocks.status == expected, (side, mode)
        assert modes.mode == mode


def test_a_stored_setting_is_in_force_at_once():
    bench = Workbench()
    insole = bench.insole
    insole.modes.set(LIVE)
    announced = []
    insole.modes._announce = lambda: announced.append(1)
    for log_full, expected in ((1, False), (0, True)):
        insole.settings.log_full = log_full
        insole.settings.live_frames = 7
        insole.modes.settings_changed()
        assert insole.recorder.keep_oldest is expected
        assert insole.sampler.wake_rows == 7 and insole.modes.mode == LIVE
    assert len(announced) == 2


def test_idle_slots_are_those_that_would_have_been():
    """Sampling ends behind slot 49 and begins again 1.004 s, 1.005 s later: 100 and 101 slots never taken."""
    for pause_us, expected in ((1004000, 100), (1004999, 100), (1005000, 101), (0, 0), (4999, 0)):
        bench = Workbench()
        insole = bench.insole
        insole.modes.set(LIVE)
        bench.slots(50)
        insole.modes.set(IDLE)
        end = insole.blocks.next_seq
        assert end == 50
        chip.advance(pause_us)
        insole.modes.set(LIVE)
        # The first slot of the new grid lies one period after the start, as the first slot not taken would.
        assert insole.blocks.next_seq - end == expected, pause_us
        bench.slots(10)
        _, gaps = bench.stored()
        assert gaps == ([(50, 50 + expected, ids.GAP_IDLE)] if expected else []), pause_us


def test_what_was_recorded_is_on_the_device_when_sampling_ends():
    """A power cut in idle mode takes nothing."""
    bench = Workbench()
    bench.insole.modes.set(LIVE)
    bench.slots(50)
    bench.insole.modes.set(IDLE)
    blocks, gaps = Workbench(fresh=False).stored()
    assert sum(block.header.frames for block in blocks) == 50, "all that was taken"
    assert [gap for gap in gaps if gap[0] < 50] == []


def test_an_insole_that_boots_idle_counts_from_its_boot():
    bench = Workbench()
    bench.insole.stop()
    Settings().store(find(2), IDLE)
    bench = Workbench(fresh=False)
    assert bench.insole.modes.mode == IDLE and not bench.insole.sampler.running
    before = bench.insole.blocks.next_seq
    for _ in range(200):
        chip.advance(10000)
    bench.insole.modes.set(DAILY)
    assert bench.insole.blocks.next_seq - before == 201
