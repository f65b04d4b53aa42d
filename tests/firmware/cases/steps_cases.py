"""Steps, cadence and wear worked out slot by slot, from loads that go up and down by rule.

The floor creeps up by 1/1024 of what lies above it a slot and the peak down by 1/256 of the range, so with
a range of some thousand counts held for a second both stay within a few per cent of the extremes; the loads
here keep clear of the thresholds (a quarter and three eighths of the range) by more than that.
"""

from array import array

from insole import steps
from insole.steps import StepCounter
from insole_protocol import ids

LOW, HIGH = 5000, 15000  # swing and stance; thresholds 7500 and 8750


class Walk:
    """Feeds a counter. The first load shows how far loads go: a contact counts after a swing below it."""

    def __init__(self, first=HIGH):
        self.counter = StepCounter()
        self.hold(LOW, 50)
        self.hold(first, 60)
        assert self.counter.steps == 0

    def hold(self, total, slots):
        for _ in range(slots):
            self.counter.follow(total)

    def stride(self, slots=100, stance=60, low=LOW, high=HIGH):
        self.hold(low, slots - stance)
        self.hold(high, stance)


def test_the_limits_are_these():
    limits = (
        steps.SLOTS_PER_S,
        steps.MIN_RANGE,
        steps.MIN_STRIDE_SLOTS,
        steps.MIN_SWING_SLOTS,
        steps.MAX_STRIDE_SLOTS,
        steps.STRIDES_AVERAGED,
        steps.NOT_WORN_SLOTS,
        steps.CADENCE_NUMERATOR,
    )
    assert limits == (100, 1500, 45, 8, 250, 4, 30000, 120000)


def test_a_new_counter_knows_nothing():
    counter = StepCounter()
    assert (counter.steps, counter.cadence, counter.wear) == (0, 0, ids.WEAR_UNKNOWN)


def test_a_slot_is_the_sum_of_sixteen_counts_and_gives_the_highest():
    row = array("H", [9] * 16 + list(range(100, 116)) + [9] * 16)
    row[20] = 4095
    counter = StepCounter()
    totals = []
    counter.follow = totals.append
    assert counter.feed(row, 16) == 4095
    assert totals == [sum(range(100, 116)) - 104 + 4095]
    assert counter.feed(row, 0) == 9 and counter.feed(row, 32) == 9
    assert totals[1:] == [144, 144]


def test_each_contact_is_a_step_and_cadence_is_of_both_feet():
    """Strides of 100 slots: 60 a minute of each foot, 120 steps of both, in tenths from the second on."""
    walk = Walk()
    for number, cadence in ((1, 0), (2, 1200), (3, 1200), (4, 1200), (5, 1200), (6, 1200), (9, 1200)):
        while walk.counter.steps < number:
            walk.stride()
        assert (walk.counter.steps, walk.counter.cadence) == (number, cadence)


def test_a_step_is_counted_in_the_slot_in_which_the_load_rises():
    walk = Walk()
    walk.hold(LOW, 40)
    walk.hold(HIGH, 1)
    assert walk.counter.steps == 1
    walk.hold(HIGH, 59)
    walk.hold(LOW, 40)
    assert walk.counter.steps == 1
    walk.hold(HIGH, 1)
    assert walk.counter.steps == 2


def test_cadence_follows_the_last_strides():
    """After strides of 100 slots some of 80. Four are averaged as they are: 120000 * 3 / 280 = 1285, with two
    of 80 120000 * 4 / 360 = 1333. From the fifth on a quarter of the sum leaves: 360 + 80 - 90 = 350,
    120000 * 4 / 350 = 1371; 350 + 80 - 87 = 343: 1399; 343 + 80 - 85 = 338: 1420."""
    walk = Walk()
    for _ in range(3):
        walk.stride()
    assert walk.counter.cadence == 1200  # 120000 * 2 / 200
    walk.hold(LOW, 20)  # 80 slots after the last contact
    for cadence in (1285, 1333, 1371, 1399, 1420):
        walk.hold(HIGH, 45)
        assert walk.counter.cadence == cadence
        walk.hold(LOW, 35)


def test_no_stride_is_shorter_than_450_ms():
    """45 slots from contact to contact count, 44 do not."""
    for slots, expected in ((45, 2), (44, 1)):
        walk = Walk()
        walk.hold(LOW, 40)
        walk.hold(HIGH, 20)
        walk.hold(LOW, slots - 20)
        walk.hold(HIGH, 1)
        assert walk.counter.steps == expected, slots


def test_a_swing_lasts_at_least_80_ms():
    """Eight slots below a quarter of the range arm the next contact, seven do not."""
    for swing, expected in ((8, 2), (7, 1)):
        walk = Walk()
        walk.stride()
        walk.hold(LOW, swing)
        walk.hold(HIGH, 1)
        assert walk.counter.steps == expected, swing


def test_slots_of_swing_are_counted_from_contact_to_contact():
    """What lies between a quarter and three eighths of the range is neither; a load between begins anew."""
    walk = Walk()
    walk.stride()
    for load, slots in ((LOW, 4), (8100, 5), (LOW, 4), (HIGH, 1)):
        walk.hold(load, slots)
    assert walk.counter.steps == 2
    walk.hold(HIGH, 59)
    for load, slots in ((LOW, 4), (HIGH, 30), (LOW, 4), (HIGH, 1)):
        walk.hold(load, slots)
    assert walk.counter.steps == 2


def at_rest(floor=1000, peak=9000):
    """A counter at a known floor and range (8000), armed, a second after its last contact."""
    counter = StepCounter()
    counter._floor, counter._peak, counter._empty = floor, peak, floor
    counter._armed, counter._since_step = True, 100
    return counter


def test_a_contact_rises_through_three_eighths_of_the_range():
    """Range 8000 and floor 1000: through 4000. In the slot itself the floor creeps up by 2999 / 1024 = 2 to
    1002 and the peak down by 7998 / 256 = 31 to 8969, so the range is 7967 and the threshold 1002 + 2988."""
    for load, expected in ((3989, 0), (3990, 1)):
        counter = at_rest()
        counter.follow(load)
        assert (counter._floor, counter._peak) == (1002, 8969)
        assert counter.steps == expected, load


def test_a_swing_is_below_a_quarter_of_the_range():
    """The floor creeps to 1001 and the peak to 8969: a quarter of 7968 is 1992 above 1001."""
    for load, expected in ((2992, 1), (2993, 0)):
        counter = at_rest()
        counter.follow(load)
        assert (counter._floor, counter._peak) == (1001, 8969)
        assert counter._low_slots == expected, load


def test_less_than_a_person_is_no_step():
    """A new peak of 1500 counts above the floor, which crept up by one in that slot, or of 1499."""
    for peak, expected in ((2501, 1), (2500, 0)):
        counter = at_rest(1000, 2000)
        counter.follow(peak)
        assert counter._peak - counter._floor == (1500 if expected else 1499)
        assert counter.steps == expected, peak


def test_after_two_and_a_half_seconds_without_a_contact_the_walk_is_over():
    """The next contact has no stride yet, and a run of steady walking begins anew."""
    walk = Walk()
    for _ in range(4):
        walk.stride()
    assert (walk.counter.cadence, walk.counter.wear) == (1200, ids.WEAR_WALKING)
    walk.hold(HIGH, 191)
    assert walk.counter.cadence == 1200, "250 slots after the contact"
    walk.hold(HIGH, 1)
    assert (walk.counter.cadence, walk.counter.wear) == (0, ids.WEAR_STANDING)
    walk.hold(LOW, 40)
    walk.hold(HIGH, 60)
    assert walk.counter.steps == 5 and walk.counter.cadence == 0
    assert walk.counter.wear != ids.WEAR_WALKING
    walk.hold(LOW, 20)
    walk.hold(HIGH, 1)
    assert walk.counter.cadence == 1500
    assert walk.counter.wear == ids.WEAR_WALKING


def test_a_stride_takes_less_than_two_and_a_half_seconds():
    """A contact 249 slots after the last closes a stride (120000 / 249 = 481), after 250 a walk begins."""
    for slots, steps_, cadence in ((249, 2, 481), (250, 2, 0)):
        walk = Walk()
        walk.hold(LOW, 40)
        walk.hold(HIGH, 60)
        walk.hold(LOW, slots - 60)
        walk.hold(HIGH, 1)
        assert (walk.counter.steps, walk.counter.cadence) == (steps_, cadence), slots


def test_one_stride_is_no_walk():
    walk = Walk()
    walk.stride()
    assert walk.counter.wear != ids.WEAR_WALKING
    walk.stride()
    assert walk.counter.wear == ids.WEAR_WALKING


def test_wear_is_unknown_until_there_was_load():
    """Load is what lies more than 750 above the emptiest seen."""
    for load, expected in ((LOW + 750, ids.WEAR_UNKNOWN), (LOW + 751, ids.WEAR_STANDING)):
        walk = Walk(load)
        walk.hold(load, 1)
        assert walk.counter.wear == expected, load
    walk.hold(LOW, 1)
    assert walk.counter.wear == ids.WEAR_UNLOADED
    walk.hold(HIGH, 1)
    assert walk.counter.wear == ids.WEAR_STANDING


def test_between_two_contacts_wear_stays_as_it_was():
    walk = Walk()
    walk.hold(HIGH, 200)
    assert walk.counter.wear == ids.WEAR_STANDING
    walk.hold(LOW, 40)
    assert walk.counter.wear == ids.WEAR_UNLOADED
    walk.hold(HIGH, 40)
    assert walk.counter.steps == 1 and walk.counter.wear == ids.WEAR_UNLOADED


def test_after_five_minutes_without_load_it_is_not_worn():
    walk = Walk()
    walk.hold(HIGH, 400)
    walk.hold(LOW, 29999)
    assert walk.counter.wear == ids.WEAR_UNLOADED
    walk.hold(LOW, 1)
    assert walk.counter.wear == ids.WEAR_NOT_WORN
    walk.hold(LOW, 100)
    assert walk.counter.wear == ids.WEAR_NOT_WORN
    walk.hold(HIGH, 300)
    assert walk.counter.wear == ids.WEAR_STANDING


def test_an_insole_that_never_bore_load_is_not_worn_either():
    counter = StepCounter()
    for _ in range(29999):
        counter.follow(LOW)
    assert counter.wear == ids.WEAR_UNKNOWN
    counter.follow(LOW)
    assert counter.wear == ids.WEAR_NOT_WORN


def test_the_emptiest_load_is_forgotten_slowly():
    """By one count each 512 slots: 752 above it is a load until two were forgotten, in slot 1024."""
    counter = StepCounter()
    counter.follow(LOW)
    for slot in range(2, 1024):
        counter.follow(LOW + 752)
        assert counter._empty == LOW + slot // 512, slot
        assert counter._unloaded_slots == 0
    counter.follow(LOW + 752)
    assert (counter._empty, counter._unloaded_slots) == (LOW + 2, 1)
    counter.follow(LOW - 1)
    assert counter._empty == LOW - 1


def test_floor_and_peak_creep_towards_the_load():
    """Floor up by a 1024th of what lies above it, peak down by a 256th of the range, in whole counts."""
    counter = StepCounter()
    counter.follow(1000)
    assert (counter._floor, counter._peak, counter._empty) == (1000, 1000, 1000)
    counter.follow(11240)
    assert (counter._floor, counter._peak) == (1010, 11240)
    counter.follow(1010)
    assert (counter._floor, counter._peak) == (1010, 11201)  # 10230 / 256 = 39
    counter.follow(900)
    assert (counter._floor, counter._peak, counter._empty) == (900, 11161, 900)  # 10301 / 256 = 40
