"""EDF+ of any rate and of forces below zero, read back by EDFlib and edfio."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import edfio
import numpy as np
import pyedflib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plantigrade.exports import edf_file
from plantigrade.exports.export_data import ExportData, ExportError
from plantigrade.exports.formats import FORMATS
from plantigrade.exports.slots import slot_rows

from tests.host.exports import tiny
from tests.host.exports.test_edf_by_hand import NONE, digital, pushed


@pytest.fixture
def exported(tmp_path: Path) -> ExportData:
    return tiny.data(tmp_path / "recordings")


@pytest.mark.parametrize("lowest_n", [0.0, -3_276_701.0])
def test_what_does_not_fit_is_refused(lowest_n: float, tmp_path: Path) -> None:
    """The coarsest step is 50 N, of which 65534 reach 3 276 700 N."""
    highest_n = 3_276_701.0 if lowest_n == 0 else 0.0
    exported = pushed(pushed(ExportData.of(tiny.imported(tmp_path / "recordings")), highest_n), lowest_n, 2)
    with pytest.raises(ExportError, match=r"forces from .* N do not fit"):
        FORMATS["edf"].write_data(exported, tmp_path / "a.edf")
    assert not (tmp_path / "a.edf").exists()


@pytest.mark.parametrize(
    ("lowest_n", "highest_n", "step_n"),
    [(-6.0, 12.5, 0.01), (-0.001, 655.3, 0.01), (-600.0, 700.0, 0.02), (-655.25, 0.0, 0.01)],
)
def test_forces_below_zero_lower_the_physical_minimum(
    lowest_n: float, highest_n: float, step_n: float, tmp_path: Path
) -> None:
    """The lowest digital value is what is missing; the next one the lowest force, down to a whole step."""
    exported = pushed(ExportData.of(tiny.imported(tmp_path / "recordings")), highest_n)
    FORMATS["edf"].write_data(pushed(exported, lowest_n, row=2), tmp_path / "a.edf")
    with pyedflib.EdfReader(str(tmp_path / "a.edf")) as file:
        lowest = np.floor(lowest_n / step_n) * step_n
        assert file.getPhysicalMinimum(0) == pytest.approx(lowest - step_n, abs=1e-9)
        values = file.readSignal(0)
    read = edfio.read_edf(tmp_path / "a.edf").signals[0].data
    for found in (values, read):
        assert found[[2, 5]] == pytest.approx([highest_n, lowest_n], abs=step_n * 0.51)
    assert digital(tmp_path / "a.edf")["L s 01"][6] == NONE


@pytest.mark.parametrize(
    ("rate_hz", "per_record", "record_s"),
    [
        (100.0, 100, "1"),
        (208.0, 208, "1"),
        (208.333333, 625, "3"),
        (62.5, 125, "2"),
        (33.3, 333, "10"),
        (33.333333, 100, "3"),
        (99.9, 999, "10"),
        (0.5, 1, "2"),
        (0.01, 1, "100"),
        (31.25, 125, "4"),
    ],
)
def test_a_record_is_as_long_as_whole_samples_want_it(rate_hz: float, per_record: int, record_s: str) -> None:
    assert edf_file.record_of(rate_hz, 4) == (per_record, Decimal(record_s))


@given(rate_hz=st.floats(0.01, 10_000).map(lambda rate: round(rate, 6)), channels=st.integers(1, 512))
@settings(max_examples=40, deadline=None)
def test_any_rate_has_a_record_that_fits_the_header(rate_hz: float, channels: int) -> None:
    """To the seventh digit, so that a day is off by 10 ms at most, which the clock signal says as well."""
    per_record, record_s = edf_file.record_of(rate_hz, channels)
    assert len(f"{record_s:f}") <= 8
    assert per_record == 1 or 2 * per_record * channels <= edf_file.MOST_RECORD_BYTES
    if rate_hz * 1e-6 < 1e-4:
        assert per_record / float(record_s) == pytest.approx(rate_hz, rel=1e-4)


@pytest.mark.parametrize("rate_hz", [9.5, 33.3, 208.333333, 75.13])
def test_any_rate_is_read_back_with_its_times(rate_hz: float, exported: ExportData, tmp_path: Path) -> None:
    FORMATS["edf"].write_data(replace(exported, rate_hz=rate_hz), tmp_path / "a.edf")
    with pyedflib.EdfReader(str(tmp_path / "a.edf")) as file:
        labels = file.getSignalLabels()
        assert file.getSampleFrequency(0) == pytest.approx(rate_hz, rel=1e-6)
        clock = file.readSignal(labels.index("left clock ms"))
        counts = file.readSignal(0, digital=True)
        annotations = dict(zip(file.readAnnotations()[2], file.readAnnotations()[0], strict=True))
    where = slot_rows(exported.feet[0], rate_hz)
    true_s = where.row / rate_hz + clock[where.row] / 1e3
    assert true_s[:4] == pytest.approx(exported.feet[0].time_s[:4], abs=2e-5)
    assert counts[where.row[:4]].tolist() == [100, 200, 300, 400]
    assert annotations["left final_contact"] == pytest.approx(0.3)
    assert edfio.read_edf(tmp_path / "a.edf").signals[0].sampling_frequency == pytest.approx(
        rate_hz, rel=1e-6
    )
