"""`plantigrade device calibrate imu`: what the six positions of a recording say of the motion sensor."""

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import click
import numpy as np

from plantigrade.calibration.model import Calibration
from plantigrade.calibration.motion import (
    MotionCalibration,
    MotionCalibrationError,
    Position,
    Rest,
    fit_positions,
    fit_still,
    rests,
    units_of_frames,
)
from plantigrade.calibration.motion.settings import HOLD_S, STILL_S
from plantigrade.calibration.nominal import nominal
from plantigrade.errors import PlantigradeError

if TYPE_CHECKING:
    from plantigrade.library.catalogue.library import Library
    from plantigrade.library.recordings.recording import Recording


def calibrate(library: "Library", name: str, foot: str | None, still: bool) -> None:
    """Calibrate the motion sensors of a recording's insoles, say what was found, and use it from now on.

    Raises:
        PlantigradeError: no insole of the recording has motion, or what it did makes no calibration.
    """
    recording = library.open(name)
    if recording.content != "counts":
        raise PlantigradeError(f"{name}: only recordings of our own insoles hold raw values of motion")
    wanted = [side for side in recording.devices if foot in (None, side)]
    done = 0
    for side in wanted:
        found = _calibrated(recording, side, still)
        if found is None:
            continue
        library.set_calibration(found)
        done += 1
        click.echo(f"{side} insole {found.serial}: used from now on")
    if not done:
        which = f"its {foot} insole" if foot else "none of its insoles"
        raise PlantigradeError(f"{name}: {which} has recorded motion; `device info` shows whether it can")


def _calibrated(recording: "Recording", side: str, still: bool) -> Calibration | None:
    frames = recording.frames(side)
    if frames.imu is None:
        return None
    serial = recording.devices[side].serial
    known = recording.calibration(side) or replace(nominal(), serial=serial)
    rows = np.repeat(np.arange(len(frames)), frames.slots)
    acc, gyr = units_of_frames(frames.imu[rows], frames.status[rows], MotionCalibration())
    rate_hz = recording.manifest.sample_rate_hz
    found = rests(acc, gyr, rate_hz, STILL_S if still else HOLD_S)
    _show(side, found, rate_hz, still)
    today = date.today()
    try:
        if still:
            made = fit_still(found, known.motion or MotionCalibration(), today)
        else:
            made = fit_positions(found, today)
    except MotionCalibrationError as error:
        raise PlantigradeError(f"{side} insole {serial}: {error}") from error
    click.echo(f"  acceleration off by {_listed(made.acc_bias_m_s2, 3)} m/s2 (+- {made.acc_sd_m_s2:.3f})")
    click.echo(f"  rotation off by {_listed(made.gyr_bias_deg_s, 2)} degrees/s (+- {made.gyr_sd_deg_s:.3f})")
    if not still:
        scale = 100 * (1 / np.linalg.norm(np.array(made.acc_matrix), axis=0) - 1)
        click.echo(f"  sensitivity off by {', '.join(f'{share:+.2f}' for share in scale)} %")
    return replace(known, serial=serial, motion=made)


def _show(side: str, found: list[Rest], rate_hz: float, still: bool) -> None:
    """What lay still when, as a list to tick."""
    click.echo(f"{side} insole:")
    for rest in found:
        where = rest.position.text if rest.position is not None else "leaning"
        seconds = (rest.until_row - rest.from_row) / rate_hz
        click.echo(f"  {rest.from_row / rate_hz:6.1f} s  still for {seconds:4.1f} s, {where}")
    if not still:
        held = {rest.position for rest in found}
        for position in Position:
            if position not in held:
                click.echo(f"       -    missing: {position.text}")


def _listed(values: tuple[float, ...], places: int) -> str:
    return ", ".join(f"{value:+.{places}f}" for value in values)
