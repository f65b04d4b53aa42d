"""The ring of recent records against a plain list: what is held, what made room, what is copied."""

import chip  # noqa: F401 - first: puts its time in place

from insole.live import MAX_RECORDS, LiveQueue


class Flag:
    """In the place of a ThreadSafeFlag."""

    def __init__(self):
        self.sets = 0

    def set(self):
        self.sets += 1


def record(number, length):
    return memoryview(bytes([(number * 31 + i) % 256 for i in range(length)]))


def held(queue):
    """Numbers of the records that can be copied, which must be right to the byte."""
    out = memoryview(bytearray(4096))
    return [number for number in range(queue.next + 2) if queue.copy(number, out)]


def test_records_are_numbered_from_0_and_wake_the_pump():
    flag = Flag()
    queue = LiveQueue(flag, 1000)
    out = memoryview(bytearray(100))
    assert (queue.oldest, queue.next, flag.sets) == (0, 0, 0)
    assert queue.copy(0, out) == 0
    for number in range(3):
        queue.publish(record(number, 100), 60 + number)
        assert (queue.oldest, queue.next, flag.sets) == (0, number + 1, number + 1)
    for number in range(3):
        assert queue.copy(number, out) == 60 + number
        assert out[: 60 + number] == record(number, 60 + number)
    assert queue.copy(3, out) == 0 and queue.copy(-1, out) == 0


def test_only_the_record_is_copied():
    queue = LiveQueue(Flag(), 1000)
    queue.publish(record(1, 100), 60)
    out = memoryview(bytearray(b"\x77" * 80))
    assert queue.copy(0, out) == 60
    assert bytes(out[60:]) == b"\x77" * 20


def test_the_oldest_make_room_and_no_more_than_needed():
    """A ring of 100 bytes with records of 40: two fit, 20 bytes at the end stay unused."""
    queue = LiveQueue(Flag(), 100)
    for number, expected in ((0, [0]), (1, [0, 1]), (2, [1, 2]), (3, [2, 3]), (4, [3, 4])):
        queue.publish(record(number, 40), 40)
        assert held(queue) == expected, number


def test_records_that_fill_the_ring_to_the_byte():
    queue = LiveQueue(Flag(), 100)
    for number in range(4):
        queue.publish(record(number, 25), 25)
    assert held(queue) == [0, 1, 2, 3]
    queue.publish(record(4, 25), 25)
    assert held(queue) == [1, 2, 3, 4]
    queue.publish(record(5, 26), 26)  # one byte more than one old record has
    assert held(queue) == [3, 4, 5]
    queue.publish(record(6, 100), 100)
    assert held(queue) == [6]
    out = memoryview(bytearray(100))
    assert queue.copy(6, out) == 100 and out == record(6, 100)


def test_no_more_than_64_records_are_known():
    assert MAX_RECORDS == 64
    queue = LiveQueue(Flag(), 4096)
    for number in range(200):
        queue.publish(record(number, 10), 10)
        assert held(queue) == list(range(max(0, number - 63), number + 1))


def test_random_records_against_a_list():
    """What is held is as much of the newest as the ring's places allow, and right to the byte."""
    state = 4711
    for size in (64, 200, 1000):
        queue = LiveQueue(Flag(), size)
        out = memoryview(bytearray(size))
        model = []  # (number, first byte, end, bytes) of what is in the ring
        at = 0
        for number in range(400):
            state = (state * 1103515245 + 12345) & 0x7FFFFFFF
            length = 1 + (state >> 8) % (size if number % 17 == 0 else size // 4)
            data = record(number, length)
            if at + length > size:
                model = [one for one in model if one[2] <= at]
                at = 0
            model = [one for one in model if one[2] <= at or one[1] >= at + length][-(MAX_RECORDS - 1) :]
            model.append((number, at, at + length, data))
            at += length
            queue.publish(data, length)
            assert queue.next == number + 1
            assert queue.oldest == model[0][0], (size, number)
            for known, _, _, expected in model:
                assert queue.copy(known, out) == len(expected)
                assert out[: len(expected)] == expected, (size, number, known)
            assert queue.copy(model[0][0] - 1, out) == 0
