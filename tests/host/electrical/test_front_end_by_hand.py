"""The chain from newtons to codes and back with the numbers of `hardware/analog/front_end.toml`, on paper.

Conductance 10 uS x F^0.9; 150 + 5 ohm in series; 0.25 V at the amplifier's + input, 6800 ohm of feedback;
12 bits over 3.1 V, of which 2.6 V are usable.
"""

from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from plantigrade.calibration import FrontEndParameters
from plantigrade.errors import FileError

FRONT = FrontEndParameters.load()
SOURCE = Path(__file__).resolve().parents[3] / "hardware" / "analog" / "front_end.toml"


def one(value: float) -> np.ndarray:
    return np.array([value])


@pytest.mark.worked_example("front_end")
def test_the_file_is_read_entry_by_entry():
    assert asdict(FRONT) == {
        "conductance_us_per_n": 10.0,
        "exponent": 0.9,
        "tolerance_pct": 20.0,
        "exponent_sd": 0.02,
        "hysteresis_pct": 4.0,
        "creep_pct_per_decade": 3.0,
        "drift_pct_per_hour": 0.5,
        "series_ohm": 155.0,
        "v_ref": 0.25,
        "feedback_ohm": 6800.0,
        "adc_bits": 12,
        "full_scale_v": 3.1,
        "usable_v": 2.6,
        "noise_lsb": 3.0,
        "oversample": 8,
        "error_mv": 10.0,
        "rate_hz": 100.0,
    }


@pytest.mark.worked_example("max_count", "counts_per_volt", "usable_count", "zero_count")
def test_the_marks_of_the_converter():
    assert FRONT.max_count == 4095  # 2^12 - 1
    assert FRONT.counts_per_volt == pytest.approx(1320.967742, abs=1e-6)  # 4095 / 3.1
    assert FRONT.usable_count == 3434  # 2.6 x 1320.97 = 3434.5, the whole code below
    assert FRONT.zero_count == pytest.approx(330.241935, abs=1e-6)  # 0.25 x 1320.97


CHAIN = [
    # newtons, microsiemens, volts, code
    (1.0, 10.0, 0.266974, 352.6636),
    (10.0, 79.432823, 0.383393, 506.4504),
    (40.0, 276.601157, 0.700891, 925.8542),
    (100.0, 630.957344, 1.227071, 1620.9218),
    (250.0, 1439.282377, 2.250493, 2972.8281),
]
"""100 N: 10 x 100^0.9 = 10^2.8 = 630.957 uS is 1584.893 ohm; with 155 in series 1739.893 ohm;
0.25 x (1 + 6800 / 1739.893) = 0.25 x 4.908286 = 1.227071 V; x 1320.9677 = 1620.9218."""


@pytest.mark.worked_example("conductance_us", "volts", "counts")
@pytest.mark.parametrize(("force_n", "conductance_us", "volts", "code"), CHAIN)
def test_newtons_become_siemens_volts_and_codes(
    force_n: float, conductance_us: float, volts: float, code: float
):
    assert FRONT.conductance_us(one(force_n)) == pytest.approx(conductance_us, rel=1e-7)
    assert FRONT.volts(one(conductance_us)) == pytest.approx(volts, abs=1e-6)
    assert FRONT.counts(one(force_n)) == pytest.approx(code, abs=1e-4)


@pytest.mark.worked_example("loop_conductance_us", "force_n")
@pytest.mark.parametrize(("force_n", "conductance_us", "volts", "code"), CHAIN)
def test_codes_become_volts_siemens_and_newtons(
    force_n: float, conductance_us: float, volts: float, code: float
):
    above = one(code - 330.241935484)
    assert FRONT.loop_conductance_us(above) == pytest.approx(conductance_us, rel=1e-5)
    assert FRONT.force_n(above) == pytest.approx(force_n, rel=1e-5)
    assert volts * 4095 / 3.1 == pytest.approx(code, abs=1e-3)


@pytest.mark.worked_example("loop_conductance_us", "force_n")
def test_a_code_500_above_the_unloaded_one_is_32_7_n():
    """500 / 1320.97 = 0.378510 V over 0.25 V is 1.514042 of the feedback: 6800 / 1.514042 = 4491.290 ohm,
    less 155 in series 4336.290 ohm = 230.6119 uS; (23.06119)^(1 / 0.9) = 32.68232 N."""
    assert FRONT.loop_conductance_us(one(500.0)) == pytest.approx(230.611865, rel=1e-8)
    assert FRONT.force_n(one(500.0)) == pytest.approx(32.682325, rel=1e-7)


def test_pulling_and_codes_below_the_unloaded_one_count_as_no_load():
    assert FRONT.conductance_us(np.array([-5.0, 0.0])).tolist() == [0.0, 0.0]
    assert FRONT.counts(np.array([-5.0, 0.0])) == pytest.approx([330.241935, 330.241935], abs=1e-6)
    assert FRONT.loop_conductance_us(np.array([-40.0, 0.0])).tolist() == [0.0, 0.0]
    assert FRONT.force_n(np.array([-40.0, 0.0])).tolist() == [0.0, 0.0]


def test_codes_end_at_the_converters_highest():
    # Whatever the load, less than 155 ohm in series is impossible: 0.25 x (1 + 6800 / 155) = 11.22 V.
    assert FRONT.volts(one(1e12)) == pytest.approx(11.217742, abs=1e-4)
    assert FRONT.counts(one(1e6)).tolist() == [4095.0]


def test_what_no_finite_conductance_explains_gives_the_largest_that_the_chain_can_tell():
    """1320.97 x 0.25 x 6800 = 2245645 codes an ohm^-1: 14488.0 codes are 1 / 155 ohm, all of it in series.

    From 98 % of that on (14198.27 codes) one part in fifty is taken to be the sensor: the loop x 50."""
    just_below, just_above, beyond = FRONT.loop_conductance_us(np.array([14198.0, 14199.0, 20000.0]))
    assert just_below == pytest.approx(315825.805, rel=1e-8)  # 6322.459 / (1 - 0.00632246 x 155)
    assert just_above == pytest.approx(316145.227, rel=1e-8)  # 6322.905 x 50, where / 0.0199 were 316940
    assert beyond == pytest.approx(445306.328, rel=1e-8)  # 8906.127 x 50


@given(st.lists(st.floats(0.0, 4000.0), min_size=2, max_size=40))
def test_more_force_is_never_a_lower_code_and_the_way_back_never_a_lower_force(values: list[float]):
    rising = np.sort(np.array(values))
    assert (np.diff(FRONT.counts(rising)) >= 0).all()
    assert (np.diff(FRONT.force_n(rising)) >= 0).all()


@given(st.floats(0.01, 300.0))
def test_there_and_back_is_the_same_force(force_n: float):
    assert FRONT.force_n(FRONT.counts(one(force_n)) - FRONT.zero_count) == pytest.approx(force_n, rel=1e-9)


def test_a_missing_file_is_said(tmp_path: Path):
    with pytest.raises(FileError) as caught:
        FrontEndParameters.load(tmp_path / "none.toml")
    assert str(caught.value) == f"{tmp_path / 'none.toml'}: cannot be read (No such file or directory)"


def test_what_is_not_toml_is_said(tmp_path: Path):
    path = tmp_path / "broken.toml"
    path.write_text("[sensor\n")
    with pytest.raises(FileError, match=r"broken\.toml: is not valid TOML: "):
        FrontEndParameters.load(path)


ENTRIES = [
    "conductance_us_per_n",
    "exponent",
    "tolerance_pct",
    "exponent_sd",
    "hysteresis_pct",
    "creep_pct_per_decade",
    "drift_pct_per_hour",
    "on_resistance_ohm",
    "shared_lead_ohm",
    "v_ref",
    "feedback_ohm",
    "bits",
    "full_scale_v",
    "usable_v",
    "noise_lsb",
    "oversample",
    "error_mv",
    "rate_hz",
]


@pytest.mark.parametrize("entry", ENTRIES)
def test_an_entry_that_is_missing_is_named(tmp_path: Path, entry: str):
    lines = SOURCE.read_text().splitlines()
    path = tmp_path / "front_end.toml"
    path.write_text("\n".join(line for line in lines if line.partition(" ")[0] != entry))
    with pytest.raises(FileError) as caught:
        FrontEndParameters.load(path)
    assert str(caught.value) == f"{path}: lacks the front-end entry '{entry}'"


def test_another_file_gives_its_own_numbers(tmp_path: Path):
    path = tmp_path / "front_end.toml"
    path.write_text(SOURCE.read_text().replace("feedback_ohm = 6800.0", "feedback_ohm = 4700.0"))
    assert FrontEndParameters.load(path).feedback_ohm == 4700.0
    assert FrontEndParameters.load(path).series_ohm == 155.0
