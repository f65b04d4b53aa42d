# pandas has no type stubs.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false
"""pandas tables of samples and results, with the unit of every column in `attrs["units"]`."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from plantigrade.api import parts
from plantigrade.errors import PlantigradeError
from plantigrade.gait.pressure.centre import centre_of_pressure
from plantigrade.gait.signals import Floats, FootSignal
from plantigrade.library.recordings.frames import CHANNELS, IMU_NAMES, NO_TIME, FootFrames

if TYPE_CHECKING:
    import pandas as pd

UNITS: Final = "units"
OWN_UNIT: Final = "see the column unit"
"""Unit of a column whose rows have one each."""
Units = Mapping[str, str]
MOTION: Final = {"acc": "m/s2", "gyr": "deg/s"}


def table(
    columns: Mapping[str, Any], units: Units, about: Mapping[str, Any], index: Sequence[str] = ()
) -> "pd.DataFrame":
    """A table whose `attrs` hold the units of its columns and what it is about.

    Args:
        columns: arrays or lists of equal length by name.
        units: by column, those of the index included; "1" for none.
        about: further attributes: source, format and the like.
        index: columns that become the index.
    """
    pd = parts.pandas()
    frame = pd.DataFrame(dict(columns))
    if index:
        frame = frame.set_index(list(index) if len(index) > 1 else index[0])
    frame.attrs.update(about)
    frame.attrs[UNITS] = dict(units)
    return frame


def by_foot(frames: "Mapping[str, pd.DataFrame]") -> "pd.DataFrame":
    """Tables of the feet below each other, with the foot as first level of the index."""
    pd = parts.pandas()
    attributes: dict[Any, Any] = {}
    for frame in frames.values():
        attributes |= frame.attrs | {UNITS: attributes.get(UNITS, {}) | frame.attrs[UNITS]}
    bare = {foot: frame.copy(deep=False) for foot, frame in frames.items()}
    for frame in bare.values():
        frame.attrs = {}
    joined = pd.concat(bare, names=["foot"])
    joined.attrs.update(attributes)
    return joined


def sensor_columns(count: int, letter: str) -> list[str]:
    """Names of columns of sensors.

    Example:
        >>> sensor_columns(2, "f")
        ['f00', 'f01']
    """
    width = max(2, len(str(count - 1)))
    return [f"{letter}{sensor:0{width}d}" for sensor in range(count)]


def forces_of(signal: FootSignal, about: Mapping[str, Any]) -> "pd.DataFrame":
    """Total and single forces of a foot; see `Recording.forces`."""
    force = np.asarray(signal.force_n)
    unit, total = ("N", "force_n") if signal.quantity == "force" else ("1", "load")
    suffix = "_n" if signal.quantity == "force" else ""
    names = [f"{name}{suffix}" for name in sensor_columns(signal.sensor_count, "f")]
    columns: dict[str, Any] = {"time_s": signal.time_s, total: force.sum(axis=1, dtype=np.float64)}
    columns |= {name: force[:, sensor] for sensor, name in enumerate(names)}
    units = {"time_s": "s", total: unit} | dict.fromkeys(names, unit)
    return table(columns, units, about, ["time_s"])


def cop_of(signal: FootSignal, about: Mapping[str, Any]) -> "pd.DataFrame":
    """Centre of pressure of a foot; see `Recording.cop`."""
    centre = centre_values(signal)
    suffix, unit = cop_unit(signal)
    names = [f"cop_x{suffix}", f"cop_y{suffix}"]
    columns: dict[str, Any] = {"time_s": signal.time_s, names[0]: centre[:, 0], names[1]: centre[:, 1]}
    columns["force_n"] = np.asarray(signal.force_n).sum(axis=1, dtype=np.float64)
    return table(columns, {"time_s": "s", **dict.fromkeys(names, unit), "force_n": "N"}, about, ["time_s"])


def centre_values(signal: FootSignal) -> Floats:
    """(n, 2) centre of pressure of a foot.

    Raises:
        PlantigradeError: the source does not know the sensors' places, or has no forces.
    """
    if signal.layout is None or signal.quantity != "force":
        lacks = "places of the sensors" if signal.quantity == "force" else "forces"
        raise PlantigradeError(
            f"the {signal.foot.value} foot has no centre of pressure: its source has no {lacks}"
        )
    return centre_of_pressure(np.asarray(signal.force_n), signal.layout)


def cop_unit(signal: FootSignal) -> tuple[str, str]:
    """Ending of the columns and unit of places: millimetres, or the layout's own scale."""
    relative = signal.layout is not None and signal.layout.relative
    return ("_relative", "1") if relative else ("_mm", "mm")


def counts_of(frames: FootFrames, time_s: Floats, about: Mapping[str, Any]) -> "pd.DataFrame":
    """Frames of one of our insoles, as recorded; see `Recording.frames`."""
    utc = frames.host_ns.astype("datetime64[ns]")
    utc[frames.host_ns == NO_TIME] = np.datetime64("NaT")
    columns: dict[str, Any] = {
        "time_s": time_s,
        "seq": frames.seq,
        "slots": frames.slots,
        "boot": frames.boot,
        "status": frames.status,
        "device_us": frames.device_us,
        "utc": utc,
        "uncertainty_us": np.where(frames.uncertainty_us < 0, np.nan, frames.uncertainty_us),
    }
    units = {"time_s": "s", "seq": "1", "slots": "1", "boot": "1", "status": "1", "device_us": "us"}
    units |= {"utc": "UTC", "uncertainty_us": "us"}
    for channel, name in enumerate(sensor_columns(CHANNELS, "c")):
        columns[name], units[name] = frames.counts[:, channel], "counts"
    if frames.imu is not None:
        for axis, name in enumerate(IMU_NAMES):
            columns[name], units[name] = frames.imu[:, axis], "counts"
        columns["motion_lost"], units["motion_lost"] = frames.motion_lost, "1"
    return table(columns, units, about, ["time_s"])


def samples_of(signal: FootSignal, about: Mapping[str, Any]) -> "pd.DataFrame":
    """Samples of a foot as another system gave them: forces, and motion where it has any."""
    frame = forces_of(signal, about).iloc[:, 1:]
    motion = signal.motion
    if motion is None:
        return frame
    units = dict(frame.attrs[UNITS])
    for kind, values in (("acc", motion.acc_m_s2), ("gyr", motion.gyr_deg_s)):
        ending = "m_s2" if kind == "acc" else "deg_s"
        for axis, name in enumerate(() if values is None else "xyz"):
            column = f"{kind}_{name}_{ending}"
            frame[column], units[column] = np.asarray(values)[:, axis], MOTION[kind]
    frame.attrs[UNITS] = units
    return frame


def sensors_of(signal: FootSignal, about: Mapping[str, Any]) -> "pd.DataFrame":
    """Places, areas and regions of the sensors of a foot; see `Recording.sensors`."""
    layout = signal.layout
    if layout is None:
        raise PlantigradeError(
            f"the source does not know the places of the {signal.foot.value} foot's sensors"
        )
    suffix, unit = cop_unit(signal)
    columns = {
        "sensor": np.arange(layout.sensor_count),
        f"x{suffix}": layout.x_mm,
        f"y{suffix}": layout.y_mm,
        "area_cm2": layout.area_cm2,
        "region": list(layout.region),
    }
    units = {"sensor": "1", f"x{suffix}": unit, f"y{suffix}": unit, "area_cm2": "cm2", "region": "1"}
    return table(columns, units, {**about, "layout": layout.name}, ["sensor"])
