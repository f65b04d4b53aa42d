"""What the engine reads: shapes that fit, pieces, and words for what does not fit."""

import numpy as np
import pytest
from plantigrade.gait.signals import (
    NEWTONS_PER_KG,
    Foot,
    FootSignal,
    Quantity,
    SensorLayout,
    SourceInfo,
    TimeGap,
    Walk,
)


def layout(sensors: int = 2, **changes: np.ndarray) -> SensorLayout:
    arrays = {name: np.arange(float(sensors)) for name in ("x_mm", "y_mm", "area_cm2")}
    return SensorLayout("pair", region=("heel",) * sensors, **(arrays | changes))


def signal(rows: int = 5, sensors: int = 2, foot: Foot = Foot.LEFT, **kwargs: object) -> FootSignal:
    force = np.arange(rows * sensors, dtype=np.float32).reshape(rows, sensors)
    return FootSignal(foot, np.arange(rows) / 10.0, force, **kwargs)  # type: ignore[arg-type]


def test_sides_of_the_body() -> None:
    assert Foot.LEFT.other is Foot.RIGHT and Foot.RIGHT.other is Foot.LEFT
    assert [foot.value for foot in Foot] == ["left", "right"]


def test_standard_gravity() -> None:
    assert NEWTONS_PER_KG == 9.80665


def test_a_layout_has_as_many_places_as_regions() -> None:
    assert layout(3).sensor_count == 3
    assert (layout().relative, layout().insole_length_mm) == (False, None)
    for name in ("x_mm", "y_mm", "area_cm2"):
        with pytest.raises(ValueError) as error:
            layout(2, **{name: np.zeros(3)})
        assert str(error.value) == "layout pair: x_mm, y_mm, area_cm2 and region must have the same length"


def test_samples_and_times_have_the_same_length() -> None:
    assert (len(signal(5, 3)), signal(5, 3).sensor_count) == (5, 3)
    for time, force in (
        (np.zeros(4), np.zeros((5, 2))),
        (np.zeros(5), np.zeros(5)),
        (np.zeros((5, 1)), np.zeros((5, 1))),
    ):
        with pytest.raises(ValueError) as error:
            FootSignal(Foot.RIGHT, time, force.astype(np.float32))
        assert str(error.value) == (
            f"right foot: force_n must be (n, sensors) and time_s (n,), not {force.shape} and {time.shape}"
        )


def test_a_layout_and_an_uncertainty_belong_to_the_sensors_of_the_samples() -> None:
    assert signal(5, 2, layout=layout(2), relative_sd=np.zeros(2)).layout is not None
    with pytest.raises(ValueError) as error:
        signal(5, 3, layout=layout(2))
    assert str(error.value) == "left foot: layout pair has 2 sensors, the samples have 3"
    with pytest.raises(ValueError) as error:
        signal(5, 3, relative_sd=np.zeros(2))
    assert str(error.value) == "left foot: relative_sd has the shape (2,), the samples have 3 sensors"
    with pytest.raises(ValueError, match="relative_sd"):
        signal(5, 3, relative_sd=np.zeros((3, 1)))


def test_usual_values_of_a_signal() -> None:
    plain = signal()
    quantity: Quantity = "force"
    assert (plain.layout, plain.quantity, plain.gaps, plain.relative_sd) == (None, quantity, (), None)


def test_a_part_is_its_rows_with_everything_else() -> None:
    gaps = (TimeGap(0.1, 0.2, "lost"),)
    complete = signal(5, 2, layout=layout(2), gaps=gaps, quantity="footswitch", relative_sd=np.ones(2))
    part = complete.part(1, 3)
    assert part.time_s.tolist() == [0.1, 0.2]
    assert part.force_n.tolist() == [[2.0, 3.0], [4.0, 5.0]]
    assert np.shares_memory(part.force_n, complete.force_n)
    assert part.foot is Foot.LEFT and part.layout is complete.layout and part.gaps == gaps
    assert part.quantity == "footswitch" and part.relative_sd is complete.relative_sd
    assert len(complete.part(4, 99)) == 1 and len(complete.part(9, 12)) == 0


def test_feet_of_a_walk_left_first() -> None:
    left, right = signal(5), signal(7, foot=Foot.RIGHT)
    assert Walk(left, right, 10.0).feet == (left, right)
    assert Walk(None, right, 10.0).feet == (right,)
    assert Walk(left, None, 10.0).feet == (left,)
    assert (
        Walk(left, None, 10.0).source == SourceInfo("", "") and Walk(left, None, 10.0).body_weight_n is None
    )
    assert SourceInfo("a", "b").note == ""


def test_uncertainty_of_the_feet_that_know_it() -> None:
    sd = np.array([0.1, 0.2])
    left, right = signal(5), signal(5, foot=Foot.RIGHT, relative_sd=sd)
    assert Walk(left, right, 10.0).relative_sd == {Foot.RIGHT: sd}
    assert Walk(left, None, 10.0).relative_sd == {}


def lengths(walk: Walk, rows: int) -> list[tuple[int | None, int | None]]:
    return [
        (len(left) if left is not None else None, len(right) if right is not None else None)
        for left, right in walk.chunks(rows)
    ]


def test_a_walk_in_pieces_of_both_feet() -> None:
    """Five and seven samples in pieces of three: the shorter foot runs out first."""
    left, right = signal(5), signal(7, foot=Foot.RIGHT)
    assert lengths(Walk(left, right, 10.0), 3) == [(3, 3), (2, 3), (0, 1)]
    assert lengths(Walk(right=right, left=None, sample_rate_hz=10.0), 7) == [(None, 7)]
    assert lengths(Walk(left, None, 10.0), 4) == [(4, None), (1, None)]
    pieces = [piece for piece, _ in Walk(left, right, 10.0).chunks(2) if piece is not None]
    assert np.array_equal(np.concatenate([piece.force_n for piece in pieces]), left.force_n)
    assert lengths(Walk(signal(0), None, 10.0), 3) == []
    assert lengths(Walk(None, None, 10.0), 3) == []
