"""The pace of notifications: a few at once, then one after the other; what a refusal and time do to it."""

import chip  # first: puts its time in place

from insole.pacer import ASSUMED_UNITS, QUICKEST_US, REPLIES_BEYOND, SLOWEST_US, WINDOW, Pacer

UNIT_US = 1250


def hand_over(pacer, us, reply=False):
    """As many as it allows for so long, asked each millisecond: when each was handed over."""
    found = []
    for now in range(0, us, 1000):
        while pacer.may_send(reply):
            pacer.sent()
            found.append(now)
        chip.advance(1000)
    return found


def test_a_few_at_once_and_then_one_after_the_other():
    pacer = Pacer()
    assert pacer.each_us == ASSUMED_UNITS * UNIT_US // WINDOW == 20000
    times = hand_over(pacer, 200000)
    assert times[:WINDOW] == [0] * WINDOW
    assert times[WINDOW:] == list(range(20000, 200000, 20000))


def test_there_is_room_for_a_reply_when_there_is_none_for_records():
    pacer = Pacer()
    hand_over(pacer, 1000)
    assert not pacer.may_send(False)
    for _ in range(REPLIES_BEYOND):
        assert pacer.may_send(True)
        pacer.sent()
    assert not pacer.may_send(True)


def test_after_a_pause_of_any_length_it_is_a_few_at_once_again():
    for pause_us in (
        100000,
        5000000,
        600000000,
        1100000000,
    ):  # the last ones lie beyond half the ticks' range
        pacer = Pacer()
        hand_over(pacer, 1000)
        chip.advance(pause_us)
        assert len(hand_over(pacer, 1000)) == WINDOW, pause_us


def test_the_central_s_interval_is_followed():
    pacer = Pacer()
    for units, each_us in ((24, 7500), (6, 1875), (0, 312), (36, 11250), (3200, SLOWEST_US)):
        pacer.follow(units)
        assert pacer.each_us == min(each_us, SLOWEST_US), units
    pacer.restart()
    assert pacer.each_us == 20000, "the next connection knows nothing of it"


def test_the_pace_rises_as_long_as_it_is_made_use_of_and_not_beyond_what_hosts_take():
    pacer = Pacer()
    for _ in range(5):
        chip.advance(1500000)
        assert pacer.may_send(False)
        pacer.sent()
    assert pacer.each_us == 20000, "one now and then is no reason"
    hand_over(pacer, 20000000)
    assert pacer.each_us == QUICKEST_US
    pacer = Pacer()
    pacer.follow(6)
    hand_over(pacer, 3000000)
    assert pacer.each_us == 1875, "a short interval is the host's own choice"


def test_a_refusal_slows_it_and_is_kept_in_mind():
    pacer = Pacer()
    hand_over(pacer, 20000000)
    pacer.refused()
    assert pacer.each_us == 2 * QUICKEST_US
    for _ in range(5):
        pacer.refused()
    assert pacer.each_us == 2 * QUICKEST_US, "one refusal, however often it is repeated"
    times = hand_over(pacer, 1000000)
    assert times[0] == (12 - WINDOW + 1) * 2 * QUICKEST_US, "what waits goes first"
    hand_over(pacer, 60000000)
    assert pacer.each_us == QUICKEST_US + QUICKEST_US // 2, "not near that mark"
    for _ in range(5):
        hand_over(pacer, 60000000)
    assert pacer.each_us == QUICKEST_US, "but not for ever"


def test_the_slowest_pace_is_four_a_second():
    pacer = Pacer()
    for _ in range(20):
        pacer.refused()
        chip.advance(13 * SLOWEST_US)
        pacer.may_send(False)
    assert pacer.each_us == SLOWEST_US
    assert len(hand_over(pacer, 10000000)) == WINDOW + 39
