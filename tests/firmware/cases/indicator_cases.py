"""What the LED tells, to ten milliseconds: the live blink, hints, IDENTIFY, dark when off."""

import chip  # first: puts its time in place
from blinking import lit
from boards import esp32s3_r1 as board
from workbench import Workbench

from insole_protocol import ids

IDLE, DAILY, LIVE = ids.MODE_IDLE, ids.MODE_DAILY, ids.MODE_LIVE


def test_the_led_blinks_now_and_then_in_live_mode_and_on_request():
    """150 ms of light, then a pause: 3 s in live mode, 150 ms when asked to identify itself."""
    for live, enabled, seconds, expected in (
        (True, True, 0, [(0, 150), (3150, 3300), (6300, 6450)]),
        (True, False, 0, []),
        (False, True, 0, []),
        (False, False, 1, [(0, 150), (300, 450), (600, 750), (900, 1050)]),
    ):
        bench = Workbench()
        indicator = bench.insole.indicator
        indicator.live, indicator._led.enabled = live, enabled
        if seconds:
            indicator.identify(seconds)
        spans = lit(indicator, 7000)
        assert spans == expected, (live, enabled, spans)


def test_a_request_ends_the_pause_of_the_live_blink():
    bench = Workbench()
    indicator = bench.insole.indicator
    indicator.live = indicator._led.enabled = True
    spans = lit(indicator, 3000, [(1000, lambda: indicator.identify(1))])
    # The pause is looked at every 150 ms: at 1050. A second of blinking ends at 2000, the live blink follows.
    assert spans == [(0, 150), (1050, 1200), (1350, 1500), (1650, 1800), (1950, 2100), (2250, 2400)]


def test_a_hint_is_two_blinks_and_a_pause():
    """150 ms of light, 150 ms, 150 ms of light, 1050 ms of none; none begins too late."""
    two = [(0, 150), (300, 450)]
    for live, seconds, expected in (
        (False, 1, two),
        (False, 3, two + [(1500, 1650), (1800, 1950)]),
        (False, 0, []),
        (True, 1, two + [(1500, 1650), (4650, 4800)]),  # then live mode goes on
    ):
        bench = Workbench()
        indicator = bench.insole.indicator
        indicator.live, indicator._led.enabled = live, True
        indicator.hint(seconds)
        spans = lit(indicator, 6000)
        assert spans == expected, (live, seconds, spans)


def test_a_hint_stays_dark_where_the_led_is_off_and_makes_way_for_identify():
    bench = Workbench()
    indicator = bench.insole.indicator
    indicator._led.enabled = False
    indicator.hint(30)
    assert lit(indicator, 3000) == []
    bench = Workbench()
    indicator = bench.insole.indicator
    indicator.hint(3)
    # The pause from 450 on is looked at every 150 ms: at 750. IDENTIFY ends at 1610, and the hint goes on.
    spans = lit(indicator, 3000, [(610, lambda: indicator.identify(1))])
    quick = [(750, 900), (1050, 1200), (1350, 1500)]
    assert spans[:5] == [(0, 150), (300, 450)] + quick, spans
    assert spans[5:] == [(1650, 1800), (1950, 2100)], spans


def test_a_hint_interrupts_the_live_blink_and_can_be_ended():
    bench = Workbench()
    indicator = bench.insole.indicator
    indicator.live = indicator._led.enabled = True
    spans = lit(indicator, 6000, [(1000, lambda: indicator.hint(30)), (2700, lambda: indicator.hint(0))])
    # seen at 1050 in the pause of the live blink; ended at 2700 in the pause after the second pair
    assert spans == [(0, 150), (1050, 1200), (1350, 1500), (2550, 2700), (2850, 3000), (4050, 4200)], spans


def test_days_in_live_mode_bring_no_blinking_that_nobody_asked_for():
    """A time long past would be one to come after half a wrap of the tick counter, 6.2 days."""
    bench = Workbench()
    indicator = bench.insole.indicator
    indicator.live = indicator._led.enabled = True
    for _ in range(8 * 24):
        chip.advance(3600 * 1000000)
        assert indicator._wanted() == 1, "the live blink"


def test_the_led_follows_mode_and_setting():
    bench = Workbench()
    led = bench.insole.indicator._led
    for mode, wanted in ((LIVE, 1), (DAILY, 1), (LIVE, 0), (IDLE, 0)):
        bench.insole.settings.led = wanted
        bench.insole.modes.mode = mode
        bench.insole.indicator.apply(bench.insole.modes)
        assert bench.insole.indicator.live is (mode == LIVE)
        assert led.enabled is bool(wanted)
    for enabled, on, force, expected in (
        (True, True, False, 1), (True, False, False, 0), (False, True, False, 0), (False, True, True, 1),
        (False, False, True, 0),
    ):  # fmt: skip
        led.enabled = enabled
        led.set(on, force)
        assert chip.pins[board.LED_PIN] == expected
