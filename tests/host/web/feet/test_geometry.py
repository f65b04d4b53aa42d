"""The map of an insole: inside the drawn outline, through each sensor's value."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from matplotlib.path import Path as Outline
from plantigrade.web.feet.geometry import LENGTH, insole_map, kernel


def test_every_sensor_lies_inside_the_outline() -> None:
    found = insole_map()
    assert Outline(found.outline).contains_points(found.sensors).all()
    assert found.outline.min(axis=0).min() >= -5
    assert (found.outline.max(axis=0) <= [found.width + 5, LENGTH + 5]).all()


def test_toes_are_at_the_top_and_the_hallux_is_medial() -> None:
    found = insole_map()
    place = dict(zip(found.names, found.sensors.tolist(), strict=True))
    assert place["hallux"][1] < place["mth1"][1] < place["heel_posterior"][1]
    assert place["mth1"][0] < place["mth5"][0]


@given(arrays(np.float64, 16, elements=st.floats(0, 20)))
def test_the_plate_passes_through_each_value(values: np.ndarray) -> None:
    found = insole_map()
    weights, places = found.spline @ values, found.sensors / LENGTH
    plate = kernel(places, places) @ weights[:16] + weights[16] + places @ weights[17:]
    np.testing.assert_allclose(plate, values, atol=1e-9)


@given(st.floats(-5, 5), st.floats(-5, 5), st.floats(-5, 5))
def test_a_plane_stays_a_plane(a: float, b: float, c: float) -> None:
    found = insole_map()
    places = found.sensors / LENGTH
    weights = found.spline @ (a + places @ [b, c])
    np.testing.assert_allclose(weights[:16], 0, atol=1e-6)
    np.testing.assert_allclose(weights[16:], [a, b, c], atol=1e-6)


def test_areas_grow_with_the_size() -> None:
    small, large = insole_map(36.0).area_cm2, insole_map(48.0).area_cm2
    np.testing.assert_allclose(large / small, (48 / 36) ** 2)
