"""Short gaps are bridged by straight lines, longer ones never; a stride tells what of it is bridged, and how
certain its contacts are."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plantigrade.gait.engine import Engine, analyze
from plantigrade.gait.settings import ContactSettings, Settings
from plantigrade.gait.short_gaps import Bridge, Rows, ShortGaps
from plantigrade.gait.signals import Foot, FootSignal, TimeGap, Walk

from tests.host.gait.equal import differences
from tests.host.gait.hand_walk import hand_walk
from tests.host.gait.walks import recorded

NAN = float("nan")


def rows_of(values: list[float], time_s: list[float] | None = None) -> Rows:
    """One sensor at 100 Hz, or at these times."""
    time = np.arange(len(values)) / 100.0 if time_s is None else np.array(time_s)
    return Rows(time, np.array(values, np.float32)[:, None], np.array(values))


def given_back(
    rows: Rows, cuts: tuple[int, ...] = (), rate_hz: float = 100.0
) -> tuple[list[float], list[float], list[Bridge]]:
    """Times, totals and bridges of rows fed in pieces that end at `cuts`."""
    gaps = ShortGaps(1, rate_hz, 1.6 / rate_hz, ContactSettings().longest_bridge_s)
    parts = [gaps.take(rows.part(a, b)) for a, b in zip((0, *cuts), (*cuts, len(rows)), strict=True)] + [
        gaps.finish()
    ]
    for part in parts:
        assert part.force_n[:, 0] == pytest.approx(part.total, nan_ok=True)
    time = np.concatenate([part.time_s for part in parts])
    total = np.concatenate([part.total for part in parts])
    return time.round(6).tolist(), total.round(4).tolist(), gaps.bridges


EVERY_CUT = [(), (1,), (2,), (3,), (4,), (2, 3), (1, 2, 3, 4, 5)]


@pytest.mark.parametrize("cuts", EVERY_CUT)
@pytest.mark.parametrize(
    ("values", "time_s", "total", "bridges"),
    [
        # one row is no number: half way
        ([2, NAN, 8, 9, 9, 9], None, [2, 5, 8, 9, 9, 9], [Bridge(0.0, 0.02, 0.01, 1)]),
        # two rows: thirds
        ([2, NAN, NAN, 8, 9, 9], None, [2, 4, 6, 8, 9, 9], [Bridge(0.0, 0.03, 0.01, 2)]),
        # three rows lie 40 ms from sample to sample: nothing is put there
        ([2, NAN, NAN, NAN, 8, 9], None, [2, NAN, NAN, NAN, 8, 9], []),
        # two gaps one after the other
        (
            [2, NAN, 8, NAN, 4, 9],
            None,
            [2, 5, 8, 6, 4, 9],
            [Bridge(0, 0.02, 0.01, 1), Bridge(0.02, 0.04, 0.03, 1)],
        ),
        # rows that are absent are put in
        (
            [2, 8, 9, 9, 9, 9],
            [0, 0.03, 0.04, 0.05, 0.06, 0.07],
            [2, 4, 6, 8, 9, 9, 9, 9],
            [Bridge(0, 0.03, 0, 2)],
        ),
        # a row that is no number and an absent one
        (
            [2, NAN, 8, 9, 9, 9],
            [0, 0.01, 0.03, 0.04, 0.05, 0.06],
            [2, 4, 6, 8, 9, 9, 9],
            [Bridge(0, 0.03, 0.01, 2)],
        ),
        # 40 ms without rows stay a jump of time
        ([2, 8, 9, 9, 9, 9], [0, 0.04, 0.05, 0.06, 0.07, 0.08], [2, 8, 9, 9, 9, 9], []),
        # nothing comes before, nothing after
        ([NAN, 8, 9, 9, 9, NAN], None, [NAN, 8, 9, 9, 9, NAN], []),
        ([NAN] * 6, None, [NAN] * 6, []),
    ],
)
def test_what_stands_in_a_gap(
    values: list[float],
    time_s: list[float] | None,
    total: list[float],
    bridges: list[Bridge],
    cuts: tuple[int, ...],
) -> None:
    got_time, got_total, got = given_back(rows_of(values, time_s), cuts)
    assert got_total == pytest.approx(total, nan_ok=True)
    assert [
        (one.rows, round(one.from_s, 6), round(one.to_s, 6), round(one.missing_from_s, 6)) for one in got
    ] == [(one.rows, one.from_s, one.to_s, one.missing_from_s) for one in bridges]
    assert np.diff(got_time).min() > 0


@pytest.mark.parametrize(
    ("rate_hz", "missing", "bridged"),
    [
        (50.0, 1, False),  # 40 ms from sample to sample
        (62.5, 1, True),  # 32 ms
        (62.5, 2, False),
        (100.0, 2, True),
        (100.0, 3, False),
        (300.0, 8, True),  # 30 ms
        (300.0, 9, False),  # 33.3 ms
    ],
)
def test_how_many_samples_may_be_missing_at_a_rate(rate_hz: float, missing: int, bridged: bool) -> None:
    values = [5.0, *[NAN] * missing, 5.0, 5.0]
    time_s = [number / rate_hz for number in range(len(values))]
    _, total, _ = given_back(rows_of(values, time_s), rate_hz=rate_hz)
    assert bool(np.isfinite(total).all()) is bridged


@given(
    missing=st.lists(st.booleans(), min_size=20, max_size=60),
    cuts=st.sets(st.integers(1, 19), max_size=6),
    absent=st.booleans(),
)
@settings(max_examples=60, deadline=None)
def test_pieces_give_what_the_whole_gives(missing: list[bool], cuts: set[int], absent: bool) -> None:
    """However the samples are cut, and whether the missing ones are rows without a number or no rows."""
    values = [NAN if gone else float(number % 7) for number, gone in enumerate(missing)]
    rows = rows_of(values)
    if absent:
        there = np.isfinite(rows.total)
        rows = Rows(rows.time_s[there], rows.force_n[there], rows.total[there])
    complete, pieces = (
        given_back(rows),
        given_back(rows, tuple(sorted(cut for cut in cuts if cut < len(rows)))),
    )
    assert np.array_equal(complete[0], pieces[0]) and complete[2] == pieces[2]
    assert np.array_equal(complete[1], pieces[1], equal_nan=True)


WALK = hand_walk(20)


def lacking(walk: Walk, rows: list[int], foot: Foot = Foot.LEFT) -> Walk:
    """The walk without these samples of one foot."""
    signal = walk.left if foot is Foot.LEFT else walk.right
    assert signal is not None
    there = np.setdiff1d(np.arange(len(signal)), rows)
    less = replace(signal, time_s=signal.time_s[there], force_n=signal.force_n[there])
    return replace(walk, **{foot.value: less})


def test_two_lost_samples_cost_no_stride_and_are_told() -> None:
    """Of the left stride that begins at 8.2 s two samples under the first peak are lost; its figures stay."""
    complete, found = analyze(WALK), analyze(lacking(WALK, [838, 839]))
    assert found.left is not None and complete.left is not None
    assert found.left.strides.valid.sum() == complete.left.strides.valid.sum() > 15
    assert found.left.strides.bridged_samples.tolist() == [0.0] * 6 + [2.0] + [0.0] * 12
    assert found.left.strides.stance_time_s == pytest.approx(complete.left.strides.stance_time_s, abs=1e-9)
    assert (found.left.accounting.samples_missing, complete.left.accounting.samples_missing) == (2, 0)
    (gap,) = found.left.accounting.gaps
    assert (gap.bridged, gap.reason) == (True, "jump of time")
    assert (gap.from_s, gap.to_s) == pytest.approx((8.37, 8.40))
    assert [one.code for one in found.findings] == ["short_gaps"]


def test_a_longer_gap_is_not_bridged() -> None:
    found = analyze(lacking(WALK, [838, 839, 840])).left
    assert found is not None and not found.strides.bridged_samples.any()
    assert [gap.bridged for gap in found.accounting.gaps] == [False]
    assert len(found.strides) == 18  # the one that is cut is not made up


def test_a_gap_that_the_ledger_tells_keeps_its_reason() -> None:
    """A frame lost on the air: the row is absent and the ledger says why."""
    less = lacking(WALK, [838])
    assert less.left is not None
    reported = replace(less, left=replace(less.left, gaps=(TimeGap(8.38, 8.39, "lost on the air"),)))
    found = analyze(reported).left
    assert found is not None
    assert [(gap.reason, gap.bridged) for gap in found.accounting.gaps] == [("lost on the air", True)]
    assert found.accounting.samples_missing == 1 and found.strides.bridged_samples.sum() == 1


@pytest.mark.worked_example("initial_contact_sd_s", "final_contact_sd_s", "bridged_samples")
def test_the_certainty_of_the_drawn_contacts() -> None:
    """Left, range 900 N, samples 10 ms apart. IC at 18 N on a flank of 2000 N/s: 45 N more after 22.5 ms.
    FC at 9 N on one of 3000 N/s: 45 N more 15 ms before. √(22.5² + 10²) / √12 = 7.108 ms,
    √(15² + 10²) / √12 = 5.204 ms. With the sample at 8.21 s gone the contact at 8.209 s lies between samples
    20 ms apart, the drawn corner at 8.24 s stays: on the line from 0 N at 8.20 s to 40 N at 8.22 s
    the contact is where it was, √(22.5² + 20²) / √12 = 8.690 ms."""
    strides = analyze(WALK).left.strides  # type: ignore[union-attr]
    assert strides.initial_contact_sd_s[2:-1] == pytest.approx(0.0071077, abs=2e-6)
    assert strides.final_contact_sd_s[2:-1] == pytest.approx(0.0052042, abs=2e-6)
    assert not strides.bridged_samples.any()
    found = analyze(lacking(WALK, [821])).left
    assert found is not None
    assert found.strides.initial_contact_s[6] == pytest.approx(8.209, abs=1e-6)
    assert found.strides.initial_contact_sd_s[6] == pytest.approx(0.0086903, abs=2e-6)
    assert found.strides.bridged_samples[5:8].tolist() == [0.0, 1.0, 0.0]
    assert found.parameters["bridged_samples"].value == pytest.approx(1 / found.strides.valid.sum())


def dropped(walk: Walk, seed: int) -> Walk:
    """A recorded walk that lost one or two samples here and there, as rows without a number."""
    random = np.random.default_rng(seed)
    feet: dict[str, FootSignal] = {}
    for foot in walk.feet:
        force = foot.force_n.copy()
        rows = random.choice(np.arange(100, len(foot) - 100, 8), len(foot) // 60, replace=False)
        for more in (0, 1):
            force[rows[:: 1 + more] + more] = np.nan
        feet[foot.foot.value] = replace(foot, force_n=force)
    return replace(walk, **feet)


def test_recorded_walking_with_lost_samples() -> None:
    """One sample of forty is lost: as many strides, contacts within 20 ms and in the mean where they were,
    and every lost sample in the accounting. Without bridges hardly a stride is left."""
    walk = recorded("gaitpdb/GaCo03_01.txt.gz")
    less = dropped(walk, 5)
    complete, found = analyze(walk), analyze(less)
    apart = analyze(less, Settings(contact=replace(ContactSettings(), longest_bridge_s=0.0)))
    for entire, part, torn, signal in zip(complete.feet, found.feet, apart.feet, less.feet, strict=True):
        assert len(part.strides) == len(entire.strides)
        assert part.strides.valid.sum() >= entire.strides.valid.sum() - 2
        assert torn.strides.valid.sum() < 0.2 * entire.strides.valid.sum()
        for name in ("initial_contact_s", "final_contact_s"):
            error = getattr(part.strides, name) - getattr(entire.strides, name)
            assert np.abs(error).max() < 0.02 and abs(error.mean()) < 0.001
        assert part.strides.peak_force_n == pytest.approx(entire.strides.peak_force_n, rel=0.02)
        lost = int(np.isnan(signal.force_n[:, 0]).sum())
        assert entire.accounting.samples_used - part.accounting.samples_used == lost
        assert part.strides.bridged_samples.sum() <= lost


@pytest.mark.parametrize("seed", [1, 2])
def test_a_stream_with_short_gaps_gives_what_the_whole_recording_gives(seed: int) -> None:
    walk = dropped(recorded("gaitpdb/GaCo03_01.txt.gz"), seed)
    walk = replace(walk, left=walk.left.part(0, 4000), right=walk.right.part(0, 4000))  # type: ignore[union-attr]
    engine = Engine(sample_rate_hz=walk.sample_rate_hz, body_weight_n=walk.body_weight_n, source=walk.source)
    cuts = np.random.default_rng(seed).integers(1, 9, 2000).cumsum()
    cuts = [0, *cuts[cuts < 4000].tolist(), 4000]
    for a, b in pairwise(cuts):
        engine.feed(walk.left.part(a, b), walk.right.part(a, b))  # type: ignore[union-attr]
    assert differences(analyze(walk), engine.finish()) == []
