"""What the bridge keeps of an insole: identity, boots and their clocks, what is wanted, stamps of frames."""

import numpy as np
import pytest
from insole_protocol import ids, messages, replies
from insole_protocol.host_messages import parse_reply
from plantigrade.bridge.accounting import MissingReason, SlotGap
from plantigrade.bridge.clock.estimate import ClockEstimate, RoundTrip
from plantigrade.bridge.frames import Frames
from plantigrade.bridge.insole import Identity, Insole, StampedFrames

MS = 1_000_000


def hello(side: int = ids.SIDE_LEFT, boot: int = 7) -> replies.HelloReply:
    fields = (1, side, 4, ids.CAPABILITY_LOG, boot, 10_000, 1234, bytes.fromhex("00000a50477a3f01"))
    return replies.HelloReply(parse_reply(messages.build_reply(ids.OP_HELLO, 0, *fields, tail=b"2.1")))


def frames(first: int, boot: int = 7, late: bool = False, count: int = 5) -> Frames:
    device_us = 10_000 * np.arange(first, first + count, dtype=np.int64)
    return Frames(b"", first, 1, boot, 0, device_us, np.zeros((count, 16), np.uint16), None, 0, late)


def line(offset_ms: float = 0.0, uncertainty_ns: int = 900_000) -> ClockEstimate:
    return ClockEstimate(0, round(offset_ms * MS), 0.0, uncertainty_ns, 3.0, 30)


@pytest.mark.parametrize(
    "side, word",
    [(ids.SIDE_LEFT, "left"), (ids.SIDE_RIGHT, "right"), (ids.SIDE_UNSET, "unset"), (9, "unset")],
)
def test_an_insole_is_who_it_says_it_is(side: int, word: str) -> None:
    reported: list[Identity | None] = []
    insole = Insole("somewhere")
    insole.on_greeting.append(lambda greeted: reported.append(greeted.identity))
    insole.greet(hello(side))
    assert insole.identity == Identity("00000A50477A3F01", word, "2.1", 1, 4, ids.CAPABILITY_LOG, 10_000)
    assert reported == [insole.identity]
    assert (insole.boot, insole.connections) == (7, 1)
    insole.greet(hello(side, boot=8))
    assert (insole.boot, insole.connections, len(reported)) == (8, 2, 2)


def test_the_first_wish_counts() -> None:
    insole = Insole("left")
    insole.request_to(50)
    assert insole.ledger.requested.slots == 0
    insole.request_from(0)
    insole.request_from(30)
    assert insole.wanted_from == 0
    insole.request_to(0)
    assert insole.ledger.requested.slots == 0
    insole.request_to(50)
    insole.request_to(40)
    insole.request_to(60)
    assert list(insole.ledger.requested) == [(0, 60)]


def test_what_was_requested_before_is_not_requested_again() -> None:
    insole = Insole("left")
    insole.ledger.request(100, 200)
    insole.request_from(100)
    insole.request_to(250)
    assert list(insole.ledger.requested) == [(100, 250)]


def test_gaps_are_told_by_the_codes_of_the_protocol() -> None:
    insole = Insole("left")
    insole.explain_missing(10, 20, 6)
    assert insole.ledger.explained == [SlotGap(10, 20, MissingReason.OFF)]


def test_the_clocks_of_eight_boots_are_kept() -> None:
    insole = Insole("left")
    clocks = {boot: insole.clock_of(boot) for boot in range(8)}
    assert insole.clock_of(0) is clocks[0]
    newest = insole.clock_of(8)
    assert insole.clock_of(8) is newest
    assert insole.clock_of(1) is clocks[1]
    assert insole.clock_of(0) is not clocks[0]


def test_the_clock_is_that_of_the_present_boot() -> None:
    insole = Insole("left")
    assert insole.clock is None
    for second in (0, 1):
        device_us = second * 1_000_000
        insole.compare_clocks(5, RoundTrip(1000 * device_us, device_us, device_us, 1000 * device_us + 4 * MS))
    assert insole.boot == 5
    assert insole.clock is not None
    assert insole.clock.round_trips == 2
    insole.greet(hello(boot=6))
    assert insole.clock is None
    assert insole.clock_of(5).sync.estimate is not None


def delivered(insole: Insole, *batches: Frames) -> list[StampedFrames]:
    seen: list[StampedFrames] = []
    insole.on_frames = [lambda _, stamped: seen.append(stamped)]
    insole.deliver(list(batches), 4711)
    return seen


def test_frames_that_go_on_are_requested_and_late_ones_are_not() -> None:
    insole = Insole("left")
    insole.request_from(100)
    delivered(insole, frames(100), frames(130), frames(900, late=True))
    assert list(insole.ledger.requested) == [(100, 135)]


def test_frames_of_a_boot_whose_clock_was_never_compared_have_no_host_time() -> None:
    insole = Insole("left")
    insole.clock_of(7)
    for boot in (6, 7):
        (stamped,) = delivered(insole, frames(0, boot))
        assert stamped.host_ns is None
        assert (stamped.uncertainty_ns, stamped.delivered_ns) == (0, 4711)
    assert 6 not in insole._clocks  # pyright: ignore[reportPrivateUsage]  # asking makes no clock


def test_frames_are_stamped_by_the_clock_of_their_own_boot() -> None:
    """At 10 s the drift may have done 10 s x (3 + 2) ppm = 50 us beside the 900 us of the estimate."""
    insole = Insole("left")
    insole.clock_of(6).sync.estimate = line(1000)
    insole.clock_of(7).sync.estimate = line(2000)
    insole.boot = 7
    old, new = delivered(insole, frames(996, boot=6), frames(996))
    assert old.host_ns is not None and new.host_ns is not None
    assert old.host_ns.tolist() == [10_960 * MS + 10 * MS * row for row in range(5)]
    assert new.host_ns.tolist() == [11_960 * MS + 10 * MS * row for row in range(5)]
    assert old.uncertainty_ns == 950_000


def test_a_late_batch_is_stamped_by_what_is_known_and_does_not_touch_the_steady_clock() -> None:
    """A better estimate by 8 ms: frames in order get there by 1 ms a second, late ones are there at once."""
    insole = Insole("left")
    sync = insole.clock_of(7).sync
    sync.estimate = line(0)
    delivered(insole, frames(0))
    sync.estimate = line(8, uncertainty_ns=500_000)
    late, first = delivered(insole, frames(300, late=True), frames(100))
    assert late.host_ns is not None and first.host_ns is not None
    assert late.host_ns[0] == 3008 * MS
    assert late.uncertainty_ns == 500_000 + round(3.04e6 * 5e-3)
    # From 0.04 s to 1 s the steady clock may move by 0.96 ms; 7.04 are left.
    assert first.host_ns[0] == 1000.96 * MS
    assert first.uncertainty_ns == 500_000 + round(1.04e6 * 5e-3) + 7_040_000


def test_every_listener_is_told_in_order() -> None:
    insole = Insole("left")
    reported: list[tuple[str, int]] = []
    insole.on_frames = [
        lambda _, stamped: reported.append(("a", stamped.frames.seq)),
        lambda _, stamped: reported.append(("b", stamped.frames.seq)),
    ]
    insole.deliver([frames(0), frames(5)], 0)
    assert reported == [("a", 0), ("b", 0), ("a", 5), ("b", 5)]
