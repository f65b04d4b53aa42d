"""One foot's stream: its configuration, buffer, books, cycles and what it refuses, in words."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plantigrade.gait import foot as foot_module
from plantigrade.gait.foot import CycleStore, FootStream, GaitInputError, contact_config
from plantigrade.gait.settings import ContactSettings
from plantigrade.gait.signals import Foot, FootSignal, TimeGap

from tests.host.gait.hand_walk import LEFT_STANCE, hand_walk, starts, total_of

USUAL = ContactSettings()


def settings_at(rate_hz: float, *, calibrated: bool = True, smallest: float = 60.0) -> dict[str, float]:
    record = contact_config(USUAL, rate_hz, smallest, calibrated=calibrated)[0]
    return {name: float(record[name]) for name in record.dtype.names}


@pytest.mark.parametrize(
    ("rate_hz", "rows"),
    [
        # block 2 s, flank 35 ms, slope 7 ms, search 0.2 s, contact 0.1 s, swing 0.1 s, history 24 - 4 s
        (100.0, (200, 4, 1, 20, 10, 10, 2000)),
        (1000.0, (2000, 35, 7, 200, 100, 100, 20000)),
        (40.0, (80, 2, 1, 8, 4, 4, 800)),  # 1.4 samples of flank: at least 2
        (10.0, (20, 2, 1, 3, 1, 1, 200)),  # 0.07 samples of slope: at least 1; search at least 3
        (300.0, (600, 11, 2, 60, 30, 30, 6000)),
    ],
)
def test_spans_become_samples(rate_hz: float, rows: tuple[int, ...]) -> None:
    got = settings_at(rate_hz)
    names = ("block", "edge", "span", "search", "contact", "swing", "history")
    assert tuple(got[f"{name}_rows"] for name in names) == rows


def test_shares_and_limits_of_the_kernel() -> None:
    got = settings_at(100.0)
    shares = {name: value for name, value in got.items() if name.endswith("_share")}
    assert shares == {
        "load_share": 0.35,
        "unload_share": 0.2,
        "onset_slope_share": 0.1,
        "release_slope_share": 0.06,
        "onset_level_share": 0.02,
        "release_level_share": 0.01,
        "certain_load_share": 0.1,
        "low_load_share": 0.05,
        "ledge_share": 0.0,
    }
    assert (got["onset_slope"], got["release_slope"], got["tail_rows"]) == (np.inf, np.inf, 0)
    assert (got["smallest_range"], got["quiet_ratio"]) == (60.0, 10.0)
    assert got["longest_step_s"] == pytest.approx(0.016)
    assert settings_at(50.0)["longest_step_s"] == pytest.approx(0.032)
    switch = settings_at(300.0, calibrated=False)
    assert (switch["onset_slope_share"], switch["release_slope_share"]) == (0.2, 0.1)
    assert (switch["onset_slope"], switch["release_slope"]) == pytest.approx((1.75 / 300.0, 0.55 / 300.0))
    assert (switch["certain_load_share"], switch["release_level_share"]) == (np.inf, 0.0175)
    assert (switch["tail_rows"], switch["ledge_share"]) == (4, 0.025)  # 15 ms: 4.5 samples


def one_channel(
    force: np.ndarray, rate_hz: float = 100.0, start_s: float = 0.0, **kwargs: object
) -> FootSignal:
    time = start_s + np.arange(len(force)) / rate_hz
    return FootSignal(Foot.LEFT, time, np.asarray(force, np.float32).reshape(len(force), -1), **kwargs)  # type: ignore[arg-type]


def stream_of(signal: FootSignal, weight_n: float | None = None, **changes: float) -> FootStream:
    return FootStream(signal, 100.0, replace(USUAL, **changes), weight_n)  # type: ignore[arg-type]


def walked(peak_n: float, weight_n: float | None = None, quantity: str = "force") -> FootStream:
    """A stream fed with twelve boxes of so much force."""
    force = np.tile(np.concatenate([np.zeros(40), np.full(60, peak_n)]), 12)
    signal = one_channel(force, quantity=quantity)
    stream = stream_of(signal, weight_n)
    stream.feed(signal)
    stream.finish()
    return stream


@pytest.mark.parametrize(
    ("peak_n", "weight_n", "quantity", "walks"),
    [
        (60.0, None, "force", True),
        (59.0, None, "force", False),
        (70.0, 700.0, "force", True),  # a tenth of the weight
        (69.0, 700.0, "force", False),
        (10.0, 100.0, "force", True),
        (0.5, None, "footswitch", True),
        (0.5, 700.0, "footswitch", True),
    ],
)
def test_the_least_range_that_walks(
    peak_n: float, weight_n: float | None, quantity: str, walks: bool
) -> None:
    stream = walked(peak_n, weight_n, quantity)
    assert bool(stream.contacts) is walks
    assert np.isfinite(stream.swing_level) == np.isfinite(stream.stance_level) == walks


def test_levels_are_unknown_before_steps_are_seen() -> None:
    stream = stream_of(one_channel(np.zeros(1)))
    assert np.isnan(stream.last_s) and np.isnan(stream.first_s)
    assert (stream.samples_seen, stream.samples_used) == (0, 0)
    stream.feed(one_channel(np.full(300, 50.0), start_s=7.0))
    assert np.isnan(stream.swing_level) and np.isnan(stream.stance_level)
    assert (stream.first_s, stream.last_s) == (7.0, pytest.approx(9.99))
    assert (stream.samples_seen, stream.samples_used) == (300, 300)


@pytest.mark.parametrize("start_s", [-3.0, 0.0, 1.7e9])
def test_a_recording_may_start_at_any_time(start_s: float) -> None:
    """Nothing is missing before its first sample."""
    signal = one_channel(LEFT.force_n[:800, 0], start_s=start_s)
    stream = stream_of(signal)
    stream.feed(signal)
    assert stream.breaks == [] and stream.gaps == []
    assert [time_s - start_s for time_s, *_ in stream.contacts[:3]] == pytest.approx(
        [1.009, 2.209, 3.409], abs=1e-6
    )


def small_buffer(monkeypatch: pytest.MonkeyPatch, rows: int) -> None:
    """Fewer rows than a minute: history of 24 s and so many more."""
    monkeypatch.setattr(foot_module, "BUFFER_ROWS", rows)


LONG = hand_walk(60)
assert LONG.left is not None
LEFT = LONG.left


def fed(signal: FootSignal, pieces: int) -> FootStream:
    stream = stream_of(signal)
    for start in range(0, len(signal), pieces):
        stream.feed(signal.part(start, start + pieces))
    stream.finish()
    return stream


@pytest.mark.parametrize(("rows", "pieces"), [(700, 10_000), (301, 97), (2500, 2500), (1, 50)])
def test_a_small_buffer_gives_the_same_cycles(
    monkeypatch: pytest.MonkeyPatch, rows: int, pieces: int
) -> None:
    """Seventy-three seconds through buffers of 24 s and a few rows: rows of events stay absolute."""
    signal = LEFT.part(0, 3000) if rows == 1 else LEFT
    complete = fed(signal, 100_000)
    small_buffer(monkeypatch, rows)
    stream = fed(signal, pieces)
    assert stream.contacts == complete.contacts and stream.finals == complete.finals
    assert len(complete.store) == len(stream.store) > 15
    assert np.array_equal(np.concatenate(stream.store.rows), np.concatenate(complete.store.rows))
    for name in ("forces", "curves", "sensor_states"):
        one, other = (np.concatenate(getattr(s.store, name)) for s in (stream, complete))
        assert np.array_equal(one, other, equal_nan=True)
    assert np.array_equal(np.concatenate(stream.epochs), np.concatenate(complete.epochs))
    assert (stream.samples_seen, stream.samples_used) == (len(signal), len(signal))
    assert stream.first_s == 0.0 and stream.last_s == signal.time_s[-1]


def test_what_is_kept_of_a_cycle() -> None:
    """Contact, release, next contact, swing level, stance level and peak; for each of the cycles."""
    stream = fed(LEFT, 1000)
    rows = np.concatenate(stream.store.rows)
    assert len(stream.store) == len(rows) == 59
    assert rows[7] == pytest.approx([1.009 + 8.4, 1.797 + 8.4, 2.209 + 8.4, 0.0, 900.0, 900.0], abs=1e-6)
    assert stream.contacts[7] == pytest.approx((9.409, 0.0, 900.0), abs=1e-6)
    assert stream.finals[7] == pytest.approx((10.197, 900.0), abs=1e-6)


NAMES = (
    "forces",
    "curves",
    "pressure",
    "cop",
    "sensor_peak",
    "sensor_impulse",
    "sensor_states",
    "sensor_tops",
    "certainty",
)


def cycles(*ends: float) -> np.ndarray:
    return np.array([[end - 1.0, end - 0.4, end, 0.0, 1.0, 1.0] for end in ends])


def store_of(*blocks: tuple[float, ...]) -> CycleStore:
    """Cycles that end at these times, a block each; the other columns hold the same times."""
    store = CycleStore()
    for block in blocks:
        store.rows.append(cycles(*block))
        ends = np.array(block)[:, None]
        for name in NAMES:
            getattr(store, name).append(ends)
    return store


@pytest.mark.parametrize(
    ("time_s", "left"),
    [
        (9.0, [[1.0, 2.0], [3.0], [4.0, 5.0, 6.0]]),
        (6.0, [[1.0, 2.0], [3.0], [4.0, 5.0, 6.0]]),
        (5.5, [[1.0, 2.0], [3.0], [4.0, 5.0]]),
        (4.0, [[1.0, 2.0], [3.0], [4.0]]),
        (3.9, [[1.0, 2.0], [3.0]]),
        (2.5, [[1.0, 2.0]]),
        (1.0, [[1.0]]),
        (0.5, []),
    ],
)
def test_cycles_that_end_after_a_time_are_withdrawn(time_s: float, left: list[list[float]]) -> None:
    store = store_of((1.0, 2.0), (3.0,), (4.0, 5.0, 6.0))
    assert len(store) == 6
    store.withdraw(time_s)
    assert [block[:, 2].tolist() for block in store.rows] == left
    for name in NAMES:
        assert [block[:, 0].tolist() for block in getattr(store, name)] == left


def slow(rows: int, step_s: float) -> FootSignal:
    return FootSignal(Foot.LEFT, np.arange(rows) * step_s, np.zeros((rows, 1), np.float32))


@pytest.mark.parametrize(
    ("step_s", "taken"), [(0.01099, True), (0.01101, False), (0.00901, True), (0.00899, False)]
)
def test_times_may_deviate_from_the_stated_rate_by_10_per_cent(step_s: float, taken: bool) -> None:
    stream = stream_of(slow(1, step_s))
    if taken:
        stream.feed(slow(64, step_s))
    else:
        with pytest.raises(GaitInputError):
            stream.feed(slow(64, step_s))


def test_the_rate_is_judged_by_the_median_of_the_first_64_samples() -> None:
    signal = slow(200, 0.02)
    stream = stream_of(signal)
    stream.feed(signal.part(0, 63))
    with pytest.raises(GaitInputError) as error:
        stream.feed(signal.part(63, 64))
    assert str(error.value) == (
        "left foot: the samples' times say 50 Hz, the source says 100 Hz; check the sample rate"
    )
    # what comes later is a gap or another matter: only the first 64 are judged, and once
    time = np.concatenate([np.arange(64) * 0.01, 0.63 + 0.02 * np.arange(1, 200)])
    late = FootSignal(Foot.LEFT, time, np.zeros((len(time), 1), np.float32))
    stream_of(late).feed(late)
    jumps = np.arange(64) * 0.01
    jumps[33:] += 100.0
    gapped = FootSignal(Foot.LEFT, jumps, np.zeros((64, 1), np.float32))
    stream_of(gapped).feed(gapped)


def test_a_short_recording_is_judged_at_its_end_by_two_samples() -> None:
    stream = stream_of(slow(2, 0.02))
    stream.feed(slow(2, 0.02))
    with pytest.raises(GaitInputError, match="say 50 Hz"):
        stream.finish()
    one = stream_of(slow(1, 0.02))
    one.feed(slow(1, 0.02))
    assert one.finish() == []
    assert stream_of(slow(1, 0.01)).finish() == []


def test_times_that_do_not_rise_at_all() -> None:
    stream = stream_of(slow(1, 0.01))
    with pytest.raises(GaitInputError, match="the samples' times say no rising time, the source says 100 Hz"):
        stream.feed(FootSignal(Foot.LEFT, np.zeros(64), np.zeros((64, 1), np.float32)))
    backwards = stream_of(slow(1, 0.01))
    with pytest.raises(GaitInputError) as error:
        time = np.arange(70) / 100.0
        time[66] = time[65]
        backwards.feed(FootSignal(Foot.LEFT, time, np.zeros((70, 1), np.float32)))
    assert str(error.value) == "left foot: time stands still or runs backwards"


def test_another_foot_or_another_number_of_sensors_cannot_follow() -> None:
    stream = stream_of(slow(1, 0.01))
    two = FootSignal(Foot.LEFT, np.arange(3) / 100.0, np.zeros((3, 2), np.float32))
    with pytest.raises(GaitInputError) as error:
        stream.feed(two)
    assert str(error.value) == (
        "left foot: 2 sensors of the left foot cannot follow 1 sensors of the left foot"
    )
    with pytest.raises(
        GaitInputError, match="1 sensors of the right foot cannot follow 1 sensors of the left"
    ):
        stream.feed(FootSignal(Foot.RIGHT, np.zeros(0), np.zeros((0, 1), np.float32)))


def test_declared_gaps_are_missing_whatever_their_rows_hold() -> None:
    """From 1.00 s to before 1.05 s: five rows; another that lies between samples and one after the end."""
    signal = one_channel(np.full(300, 5.0))
    gaps = (TimeGap(1.0, 1.05, "link lost"), TimeGap(2.001, 2.009, "between"), TimeGap(5.0, 6.0, "later"))
    stream = stream_of(signal)
    stream.feed(replace(signal, gaps=gaps))
    stream.finish()
    assert stream.samples_used == 295 and stream.samples_seen == 300
    assert stream.gaps == [TimeGap(1.0, 1.05, "link lost")]


@pytest.mark.parametrize(
    ("gap", "lost"),
    [
        ((0.0, 0.02), 2),
        ((2.99, 3.5), 1),
        ((-1.0, 0.0), 0),
        ((-1.0, 0.001), 1),
        ((2.991, 9.0), 0),
        ((1.5, 1.51), 1),
    ],
)
def test_a_declared_gap_holds_its_first_time_but_not_its_last(gap: tuple[float, float], lost: int) -> None:
    signal = one_channel(np.full(300, 5.0))
    stream = stream_of(signal)
    stream.feed(replace(signal, gaps=(TimeGap(*gap, "lost"),)))
    assert stream.samples_used == 300 - lost


def test_gaps_declared_with_a_later_piece_hold_for_it_and_are_kept_once() -> None:
    signal = one_channel(np.full(300, 5.0))
    stream = stream_of(signal)
    stream.feed(signal.part(0, 100))
    gap = TimeGap(1.5, 1.6, "full")
    stream.feed(replace(signal.part(100, 200), gaps=(gap,)))
    stream.feed(replace(signal.part(200, 300), gaps=(gap,)))
    assert stream.gaps == [gap] and stream.samples_used == 290


def test_reasons_of_gaps() -> None:
    """What the books say of a span comes first; else rows that are not numbers, or a jump of time."""
    force = np.full(300, 5.0)
    force[50:60] = np.nan
    time = np.arange(300) / 100.0
    time[100:] += 0.5
    time[200:] += 1.0
    signal = FootSignal(
        Foot.LEFT, time, force.astype(np.float32)[:, None], gaps=(TimeGap(2.6, 3.4, "switched off"),)
    )
    stream = stream_of(signal)
    stream.feed(signal)
    assert [(round(g.from_s, 3), round(g.to_s, 3), g.reason) for g in stream.gaps] == [
        (0.5, 0.6, "samples are not numbers"),
        (0.99, 1.5, "jump of time"),
        (2.49, 3.5, "switched off"),
    ]


def test_rows_that_are_not_numbers_up_to_the_end_are_a_gap() -> None:
    force = np.full(200, 5.0)
    force[150:] = np.nan
    stream = stream_of(one_channel(force))
    stream.feed(one_channel(force))
    assert stream.gaps == []
    stream.finish()
    assert stream.gaps == [TimeGap(1.5, 1.99, "samples are not numbers")]


def test_epochs_last_a_second_and_the_last_one_is_told_at_the_end() -> None:
    signal = one_channel(np.arange(250.0))
    stream = stream_of(signal)
    stream.feed(signal)
    assert np.concatenate(stream.epochs).tolist() == [[0, 49.5, 0, 99, 100], [1, 149.5, 100, 199, 100]]
    stream.finish()
    assert np.concatenate(stream.epochs).tolist()[2] == [2, 224.5, 200, 249, 50]


def pause(seconds: float) -> FootStream:
    """Steps of the drawn left foot; the 6th begins so long after the 5th."""
    rises = starts(1.0, 5)
    rises += [round(rises[-1] + seconds + 1.2 * number, 6) for number in range(5)]
    time = np.arange(round((rises[-1] + 2.0) * 100.0)) / 100.0
    signal = one_channel(total_of(rises, LEFT_STANCE, time))
    stream = stream_of(signal)
    stream.feed(signal)
    stream.finish()
    return stream


@pytest.mark.parametrize(("seconds", "cycles"), [(2.99, 9), (3.01, 8)])
def test_contacts_more_than_three_seconds_apart_make_no_cycle(seconds: float, cycles: int) -> None:
    assert len(pause(seconds).store) == cycles


def test_three_seconds_to_the_bit_make_a_cycle() -> None:
    stream = stream_of(one_channel(np.zeros(1)))
    contact = foot_module._Contact(0, 0, 1.0, 0.0, 1.0, 1.0, 0.0)
    assert stream._is_cycle(contact, contact._replace(time_s=4.0))
    assert not stream._is_cycle(contact, contact._replace(time_s=4.000001))


def test_no_cycle_is_made_up_over_a_gap() -> None:
    """Ten missing rows in the swing of the fifth stride: that stride has no cycle."""
    force = LEFT.force_n.copy()
    force[670:680] = np.nan
    stream = fed(replace(LEFT, force_n=force), 500)
    rows = np.concatenate(stream.store.rows)
    assert len(rows) == 58
    assert rows[3:5, 0] == pytest.approx([1.009 + 3.6, 1.009 + 6.0], abs=1e-6)
    assert stream.breaks == [6.7]


@settings(max_examples=15)
@given(cuts=st.lists(st.integers(0, len(LEFT)), max_size=12).map(sorted))
def test_events_are_told_once_and_in_order(cuts: list[int]) -> None:
    stream = stream_of(LEFT)
    reported = []
    for start, stop in zip([0, *cuts], [*cuts, len(LEFT)], strict=True):
        reported += stream.feed(LEFT.part(start, stop))
    reported += stream.finish()
    assert len(reported) == 120
    assert [event.kind for event in reported] == ["initial_contact", "final_contact"] * 60
    assert all(event.foot is Foot.LEFT for event in reported)
    assert [event.time_s for event in reported[::2]] == pytest.approx(1.009 + 1.2 * np.arange(60), abs=1e-6)
    assert [event.time_s for event in reported[1::2]] == pytest.approx(1.797 + 1.2 * np.arange(60), abs=1e-6)
