"""The engine as a caller meets it: what it refuses, what it gives while samples come and at the end."""

from dataclasses import fields, replace

import numpy as np
import pytest
from plantigrade.gait import engine as engine_module
from plantigrade.gait.engine import Engine, GaitInputError, analyze
from plantigrade.gait.results import StrideTable
from plantigrade.gait.settings import BoutSettings, ContactSettings, Settings
from plantigrade.gait.signals import Foot, FootSignal, SourceInfo, Walk

from tests.host.gait.equal import differences
from tests.host.gait.hand_walk import hand_walk

WALK = hand_walk(14)
assert WALK.left is not None and WALK.right is not None
LEFT, RIGHT = WALK.left, WALK.right


@pytest.mark.parametrize("rate_hz", [10.0, 10_000.0])
def test_rates_from_10_hz_to_10_khz_are_taken(rate_hz: float) -> None:
    assert Engine(sample_rate_hz=rate_hz)._rate_hz == rate_hz


@pytest.mark.parametrize(
    ("rate_hz", "text"), [(9.99, "9.99"), (10_001.0, "10001"), (-100.0, "-100"), (float("nan"), "nan")]
)
def test_other_rates_are_refused(rate_hz: float, text: str) -> None:
    with pytest.raises(GaitInputError) as error:
        Engine(sample_rate_hz=rate_hz)
    assert str(error.value) == f"a sample rate of {text} Hz cannot show steps; 10 Hz to 10 kHz can"


@pytest.mark.parametrize("weight_n", [0.0, -700.0, float("nan")])
def test_a_weight_must_be_positive(weight_n: float) -> None:
    with pytest.raises(GaitInputError, match=r"^the body weight must be above 0 N$"):
        Engine(sample_rate_hz=100.0, body_weight_n=weight_n)


def test_a_small_weight_is_taken() -> None:
    assert Engine(sample_rate_hz=100.0, body_weight_n=0.5)._weight_n == 0.5


@pytest.mark.parametrize(
    ("pieces", "text"),
    [
        ((RIGHT, None), "right foot were given as the left"),
        ((None, LEFT), "left foot were given as the right"),
    ],
)
def test_samples_of_the_other_foot_are_refused(
    pieces: tuple[FootSignal | None, FootSignal | None], text: str
) -> None:
    with pytest.raises(GaitInputError, match=f"^samples of the {text} foot's$"):
        Engine(sample_rate_hz=100.0).feed(*pieces)


def test_nothing_can_be_fed_after_the_end_and_the_end_can_be_asked_for_again() -> None:
    engine = Engine(sample_rate_hz=100.0)
    engine.feed(LEFT, RIGHT)
    first = engine.finish()
    with pytest.raises(RuntimeError, match=r"^feed\(\) after finish\(\)$"):
        engine.feed(LEFT, RIGHT)
    assert differences(first, engine.finish()) == []
    assert len(first.feet) == 2


def test_no_samples_at_all() -> None:
    with pytest.raises(GaitInputError, match=r"^no samples: neither foot has any$"):
        Engine(sample_rate_hz=100.0).finish()
    engine = Engine(sample_rate_hz=100.0)
    assert engine.feed(None, None) == []
    with pytest.raises(GaitInputError, match="no samples"):
        engine.finish()


def test_the_result_names_its_source_rate_and_settings() -> None:
    settings = Settings(ContactSettings(search_s=0.18), BoutSettings(edge_strides=2))
    engine = Engine(
        settings, sample_rate_hz=100.0, body_weight_n=650.0, source=SourceInfo("a.bin", "made", "x")
    )
    engine.feed(LEFT, RIGHT)
    found = engine.finish()
    assert found.source == SourceInfo("a.bin", "made", "x")
    assert (found.sample_rate_hz, found.body_weight_n, found.algorithm_version) == (100.0, 650.0, "1")
    assert found.settings["contact.search_s"] == 0.18 and found.settings["bout.edge_strides"] == 2
    assert found.settings["contact.load_share"] == 0.35 and len(found.settings) == 36
    assert found.left is not None and np.flatnonzero(found.left.strides.reason).tolist() == [0, 1, 11, 12]
    plain = Engine(sample_rate_hz=100.0)
    plain.feed(LEFT, RIGHT)
    assert plain.finish().source == SourceInfo("", "")


def test_the_settings_of_contacts_reach_the_feet() -> None:
    """With contacts from 2 s on none is long enough."""
    settings = Settings(ContactSettings(shortest_contact_s=2.0))
    found = analyze(WALK, settings)
    assert found.bouts == () and found.left is not None and len(found.left.initial_contact_s) == 0


def test_events_of_both_feet_come_in_order_of_time() -> None:
    """Left contact at 1.009 s + 1.2 k; then right released 0.189 s, right contact 0.649 s, left released
    0.788 s later. The first three events are left contact, right contact and left release."""
    reported = Engine(sample_rate_hz=100.0).feed(LEFT, RIGHT)
    assert [event.time_s for event in reported] == sorted(event.time_s for event in reported)
    inner = reported[3:11]
    assert [(event.foot.value, event.kind) for event in inner[:4]] == [
        ("left", "initial_contact"),
        ("right", "final_contact"),
        ("right", "initial_contact"),
        ("left", "final_contact"),
    ]
    assert [event.time_s for event in inner] == pytest.approx(
        [2.209, 2.398, 2.858, 2.997, 3.409, 3.598, 4.058, 4.197], abs=1e-6
    )


def test_feet_may_come_one_after_the_other_and_only_one_may_come() -> None:
    engine = Engine(sample_rate_hz=100.0)
    engine.feed(LEFT, None)
    engine.feed(None, RIGHT)
    assert differences(engine.finish(), analyze(replace(WALK, source=SourceInfo("", "")))) == []
    alone = Engine(sample_rate_hz=100.0)
    alone.feed(None, RIGHT)
    found = alone.finish()
    assert found.left is None and found.right is not None
    assert (found.from_s, found.to_s) == (0.0, RIGHT.time_s[-1])


def test_a_recording_is_from_the_first_sample_of_either_foot_to_the_last() -> None:
    left = replace(LEFT, time_s=LEFT.time_s + 2.0)
    found = analyze(Walk(left, RIGHT, 100.0))
    assert (found.from_s, found.to_s) == (0.0, left.time_s[-1])
    late = replace(RIGHT, time_s=RIGHT.time_s + 2.0)
    found = analyze(Walk(LEFT, late, 100.0))
    assert (found.from_s, found.to_s) == (0.0, late.time_s[-1])


def test_progress_is_told_as_the_share_done(monkeypatch: pytest.MonkeyPatch) -> None:
    """1905 samples in pieces of 800."""
    monkeypatch.setattr(engine_module, "PIECE_ROWS", 800)
    shares: list[float] = []
    found = analyze(WALK, progress=shares.append)
    assert len(LEFT) == 1905
    assert shares == pytest.approx([800 / 1905, 1600 / 1905, 1.0])
    assert differences(found, analyze(WALK)) == []


def columns(table: StrideTable) -> dict[str, np.ndarray]:
    """Every column but what is known at the end only."""
    names = [one.name for one in fields(table) if one.name not in ("bout", "reason", "pressure_names")]
    return {name: getattr(table, name) for name in names}


def taken_in(pieces: int, every: int) -> dict[Foot, list[StrideTable]]:
    """Strides taken after every so many pieces of so many samples."""
    engine, taken = Engine(sample_rate_hz=100.0), {foot: list[StrideTable]() for foot in Foot}
    for number, (left, right) in enumerate(WALK.chunks(pieces)):
        engine.feed(left, right)
        if number % every == every - 1:
            for foot, table in engine.take_strides():
                taken[foot].append(table)
    engine.finish()
    for foot, table in engine.take_strides():
        taken[foot].append(table)
    return taken


@pytest.mark.parametrize(("pieces", "every"), [(40, 1), (40, 7), (40, 1000), (2000, 1)])
def test_strides_taken_as_they_become_complete_are_those_of_the_end(pieces: int, every: int) -> None:
    """Each is given once, in order, with what the other foot tells of it."""
    final = analyze(WALK)
    for foot, tables in taken_in(pieces, every).items():
        expected = {one.foot: one for one in final.feet}[foot].strides
        count = sum(len(table) for table in tables)
        assert count == len(expected)
        for name, column in columns(expected).items():
            got = np.concatenate([getattr(table, name) for table in tables])
            assert np.array_equal(got, column, equal_nan=True), name
        assert all((table.bout == -1).all() and (table.reason == 0).all() for table in tables)


def test_a_cycle_waits_until_the_other_foot_has_been_told_as_far() -> None:
    """Left cycles end at 7.009, 8.209, 9.409 s. The other foot is told up to 0.3 s before its last sample:
    with samples to 8.50 s the cycle that ends at 8.209 s waits, with one sample more it does not."""
    engine = Engine(sample_rate_hz=100.0)
    engine.feed(LEFT.part(0, 700), RIGHT.part(0, 100))
    for start in range(700, len(LEFT), 10):
        engine.feed(LEFT.part(start, start + 10), None)

    def left_until(rows: int) -> list[float]:
        engine.feed(None, RIGHT.part(100 if rows == 851 else 851, rows))
        tables = [table for foot, table in engine.take_strides() if foot is Foot.LEFT]
        assert len(tables) <= 1
        return tables[0].next_initial_contact_s.tolist() if tables else []

    assert left_until(851) == pytest.approx([2.209, 3.409, 4.609, 5.809, 7.009], abs=1e-6)
    assert left_until(852) == pytest.approx([8.209], abs=1e-6)
    assert engine.take_strides() == []


def test_one_foot_alone_waits_for_nobody() -> None:
    engine = Engine(sample_rate_hz=100.0)
    engine.feed(LEFT, None)
    ((foot, table),) = engine.take_strides()
    assert foot is Foot.LEFT and len(table) == 13
    assert np.isnan(table.step_time_s).all()


def test_strides_told_anew_after_new_levels_are_given_again() -> None:
    """Ten steps of 180 N, then of 900 N from 13 s on: with the third block of them, at 18 s, the levels
    are replaced and what was told since 12 s is told again: the strides from 13.009 to 17.809 s, with the
    contact 18 N (not 3.6 N) above the foot of the flank. The stride over 12 s has no place in the end."""
    weak = (LEFT.force_n[:1200] * np.float32(0.2)).astype(np.float32)
    force = np.concatenate([weak, LEFT.force_n[:1440]])
    signal = FootSignal(Foot.LEFT, np.arange(len(force)) / 100.0, force)
    engine, given = Engine(sample_rate_hz=100.0), list[float]()
    for start in range(0, len(signal), 50):
        engine.feed(signal.part(start, start + 50), None)
        for _, table in engine.take_strides():
            given += table.initial_contact_s.tolist()
    assert given == pytest.approx(
        [*(1.009 + 1.2 * np.arange(10)), 13.0018, 14.2018, 15.4018, *(13.009 + 1.2 * np.arange(11))], abs=1e-3
    )
    final = engine.finish().left
    assert final is not None
    assert final.strides.initial_contact_s == pytest.approx([*given[:9], *given[13:]])
