"""`plantigrade device calibrate`: curves from bench loads, body weight, motion, and which is used."""

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from plantigrade.cli import Invocation, pass_invocation
from plantigrade.library.options import library_options, open_library

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.group(short_help="Counts to newtons and units of motion: bench, body weight, six positions.")
def calibrate() -> None:
    """Make and use calibrations: what turns an insole's counts into newtons and units of motion.

    Recordings store raw counts, so a new calibration also improves earlier recordings.
    docs/reference/calibration.md describes the file and the model.

    \b
    Examples:
      plantigrade device calibrate bench loads.csv --serial A1B2C3 --output left.json
      plantigrade device calibrate use left.json
      plantigrade device calibrate weight RECORDING --body-weight-kg 71.5
      plantigrade device calibrate imu RECORDING
    """


@calibrate.command()
@click.argument("loads", metavar="LOADS.csv", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--serial", required=True, help="Serial number of the insole.")
@click.option(
    "--day",
    type=click.DateTime(["%Y-%m-%d"]),
    default=lambda: datetime.now().date().isoformat(),
    show_default="today",
    help="Day of the measurement.",
)
@click.option("--output", "-o", type=_FILE, required=True, help="Calibration to write.")
def bench(loads: Path, serial: str, day: datetime, output: Path) -> None:
    """Fit a curve for each sensor to known loads.

    LOADS.csv has the columns sensor (0 to 15 or its name), force_n, count, and where known direction (up or
    down) and held_s. Rows with force_n 0 give the unloaded code; every sensor needs one, and at least four
    loads. A sensor without loads gets the nominal curve, with its uncertainty.

    \b
    Example:
      plantigrade device calibrate bench loads.csv --serial A1B2C3 -o left.json
    """
    from plantigrade.device.calibrate import actions

    actions.fit_from_csv(loads, serial, day.date(), output)


@calibrate.command()
@click.argument("calibration", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def show(calibration: Path) -> None:
    """Show a calibration: curves, uncertainty, age.

    Says whether a new one is due.

    \b
    Example:
      plantigrade device calibrate show left.json
    """
    from plantigrade.device.calibrate import actions

    actions.show(calibration)


@calibrate.command()
@click.argument("calibration", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@library_options
@pass_invocation
def use(invocation: Invocation, calibration: Path, **where: Any) -> None:
    """Use a calibration for all recordings of its insole.

    Earlier ones are read with it too.

    \b
    Example:
      plantigrade device calibrate use left.json
    """
    from plantigrade.device.calibrate import actions

    with open_library(invocation, where) as library:
        actions.use(calibration, library)


@calibrate.command()
@click.argument("recording")
@click.option(
    "--foot",
    type=click.Choice(["left", "right"]),
    help="Only this insole. [default: all of the recording that have a motion sensor]",
)
@click.option(
    "--still",
    is_flag=True,
    help="Only where the gyroscope rests: 10 s on a table, any way up. Scale and axes stay as they were.",
)
@library_options
@pass_invocation
def imu(invocation: Invocation, recording: str, foot: str | None, still: bool, **where: Any) -> None:
    """Calibrate the motion sensor from a recording of six positions.

    Take the insole's case off the shoe, switch it on and let it lie for ten minutes. Start `plantigrade
    record` and put the case on a table in each of these positions for five seconds, in any order, each once:
    as on the foot; upside down; toes up; heel up; right edge up; left edge up. A box or a wall holds it
    upright. Then give the recording to this command. It says which positions it found and refuses what cannot
    be right: a position that is missing, there twice or leaning, a sensor that still warms up, a hand that
    trembles.

    What is found is stored with the insole's calibration in the library; raw values stay, so that earlier
    recordings are read with it too.

    \b
    Examples:
      plantigrade record --seconds 90
      plantigrade device calibrate imu 5f3c
      plantigrade device calibrate imu 5f3c --foot left --still
    """
    from plantigrade.device.calibrate import motion

    with open_library(invocation, where) as library:
        motion.calibrate(library, recording, foot, still)


@calibrate.command()
@click.argument("recording")
@click.option(
    "--body-weight-kg",
    type=click.FloatRange(2, 500),
    required=True,
    help="Weight of the person with clothes.",
)
@click.option(
    "--standing",
    metavar="FROM-TO",
    help="A span of quiet standing in seconds; by default the walking of the recording is used.",
)
@library_options
@pass_invocation
def weight(
    invocation: Invocation, recording: str, body_weight_kg: float, standing: str | None, **where: Any
) -> None:
    """Scale both insoles by the wearer's body weight.

    Over whole cycles of level walking the mean force of both feet is the body weight; standing quietly it is
    at every moment, and shifting the weight from foot to foot gives each insole its own factor. RECORDING is
    one of the library, of both insoles.

    \b
    Examples:
      plantigrade device calibrate weight 5f3c --body-weight-kg 71.5
      plantigrade device calibrate weight 5f3c --body-weight-kg 71.5 --standing 10-40
    """
    from plantigrade.device.calibrate import actions

    with open_library(invocation, where) as library:
        actions.scale_by_weight(library, recording, body_weight_kg, standing)
