"""Sway of people on a force plate beside the figures that the data set's authors published of the same paths.

`bds/` of the shared data: Santos and Duarte 2016 (PeerJ 4:e2648), 60 s at 100 Hz, centre of pressure in cm;
CC BY 4.0. The published `COParea` is a 95 % prediction ellipse, `COPvelo` the mean velocity of the unfiltered
path, `COPmfreq` the mean frequency of Welch's method with the constant taken off, from 0.03 to 50 Hz, of both
directions together.
"""

import csv
import gzip
from pathlib import Path

import numpy as np
import pytest
from plantigrade.gait import balance
from plantigrade.gait.signals import Floats

TRIALS = [f"BDS{number:05d}" for number in range(1, 100, 4)]
RATE = 100.0


def path_mm(folder: Path, trial: str) -> Floats:
    with gzip.open(folder / "bds" / f"{trial}.txt.gz", "rt") as stream:
        return 10.0 * np.loadtxt(stream, skiprows=1, usecols=(7, 8))


def published(folder: Path) -> dict[str, dict[str, float]]:
    """Area in mm2, velocity in mm/s and frequency in Hz of each trial."""
    with gzip.open(folder / "bds" / "BDSinfoCOP.txt.gz", "rt") as stream:
        return {
            row["Trial"]: {
                "area": 100 * float(row["COParea"]),
                "velocity": 10 * float(row["COPvelo"]),
                "frequency": float(row["COPmfreq"]),
            }
            for row in csv.DictReader(stream, delimiter="\t")
        }


@pytest.mark.parametrize("trial", TRIALS)
def test_area_and_velocity_of_the_unfiltered_path(trial: str, shared_data: Path) -> None:
    """The same ellipse. The authors divide by 6000 sampling times, we by the 5999 between the samples."""
    got, theirs = balance.sway(path_mm(shared_data, trial), RATE), published(shared_data)[trial]
    assert got.ellipse_area_mm2 == pytest.approx(theirs["area"], rel=1e-9)
    assert got.mean_velocity_mm_per_s * 5999 / 6000 == pytest.approx(theirs["velocity"], rel=1e-9)


def test_what_the_low_pass_takes_from_area_and_velocity(shared_data: Path) -> None:
    """10 Hz take up to 0.06 % of the area and 0.2 to 7 % of the velocity, most from those who stand most
    still."""
    area, velocity = [], []
    theirs = published(shared_data)
    for trial in TRIALS:
        got = balance.sway(balance.low_pass(path_mm(shared_data, trial), RATE), RATE)
        area.append(got.ellipse_area_mm2 / theirs[trial]["area"])
        velocity.append(got.mean_velocity_mm_per_s / theirs[trial]["velocity"])
    assert 0.9993 < min(area) < max(area) < 1.0
    assert 0.925 < min(velocity) < max(velocity) < 0.999
    assert np.mean(velocity) == pytest.approx(0.981, abs=0.002)


def test_mean_frequency_from_0_15_hz_is_above_that_of_the_whole_spectrum(shared_data: Path) -> None:
    """What wanders slower than 0.15 Hz is most of the power of many stands; the published mean counts it."""
    theirs = published(shared_data)
    for trial in TRIALS:
        got = balance.sway(path_mm(shared_data, trial), RATE)
        assert got.spectrum_x is not None
        assert got.spectrum_y is not None
        ours = 0.5 * (got.spectrum_x.mean_hz + got.spectrum_y.mean_hz)
        assert theirs[trial]["frequency"] < ours < theirs[trial]["frequency"] + 0.4
