"""What a recording says of itself beside what its samples show: sizes, instrument, unit, an insole that
nobody stands on.

Nothing is corrected: what cannot be true is named, and no finding of posture rests on it (`SPOILS_ALL`).
"""

from collections.abc import Sequence

import numpy as np

from plantigrade.gait.foot import FootStream
from plantigrade.gait.gait_of_walk import median_of
from plantigrade.gait.results import SignalFinding, StrideTable
from plantigrade.gait.settings import (
    DOUBTFUL_GAIN_PCT,
    DOUBTFUL_PLATE_PCT,
    EVEN_STANCE_PCT,
    HALF_OF_THE_OTHER_PCT,
    HEAVIEST_N,
    LIGHTEST_N,
    LOADED_N,
    PLATE_UNLOADED_SHARE,
    SIZE_STEP_MM,
)
from plantigrade.gait.signals import Instrument, SensorLayout, SourceInfo

_ONE_ZERO = (Instrument.PLATE, Instrument.TREADMILL)
"""Nothing presses on these while the foot is in the air."""


def contradictions(
    streams: Sequence[FootStream],
    tables: Sequence[StrideTable],
    source: SourceInfo,
    walking_n: float | None,
) -> list[SignalFinding]:
    """All that cannot be as it is said.

    Args:
        streams: of the feet that are there.
        tables: their strides.
        source: what the recording says of itself.
        walking_n: body weight as walking shows it.
    """
    found = [*_never_loaded(streams), *_instrument(streams, source.instrument), *_unit(walking_n)]
    layouts = [stream.layout for stream in streams]
    if len(layouts) == 2:
        found += _sizes(layouts[0], layouts[1])
    return found + gains(tables, source.instrument)


def uneven_gain(force_pct: float, stance_pct: float) -> str:
    """Why one insole of a pair is not believed: one foot reads far less than the other in steps of even time,
    which no way of walking does; empty where that is not so.

    The mean force of a stance follows from its time: whoever carries less on a foot stands on it more
    briefly. Of 72 healthy pairs of insoles the mean forces differ by 5.7 % SD.

    Args:
        force_pct, stance_pct: right minus left over half their sum, of the mean force of a stance and of its
            time.

    >>> uneven_gain(26.0, 1.0).split(" in ")[0]
    'the left insole reads 26 % less than the other'
    >>> uneven_gain(-164.0, 0.0).split(" in ")[0]
    'the right insole reads less than half of what the other does'
    >>> uneven_gain(26.0, 9.0)
    ''
    """
    if not (abs(force_pct) >= DOUBTFUL_GAIN_PCT and abs(stance_pct) <= EVEN_STANCE_PCT):
        return ""
    less = "left" if force_pct > 0 else "right"
    if abs(force_pct) > HALF_OF_THE_OTHER_PCT:
        return (
            f"the {less} insole reads less than half of what the other does in steps of even time: check "
            "its calibration and that it is of the same size, or record standing on each leg for ten seconds"
        )
    return (
        f"the {less} insole reads {abs(force_pct):.0f} % less than the other in steps of even time: check "
        "its calibration and that it is of the same size, or record standing on each leg for ten seconds"
    )


def gains(tables: Sequence[StrideTable], instrument: Instrument) -> list[SignalFinding]:
    """Whether one insole of a pair reads far less than the other, or one plate not alike under both feet."""
    if len(tables) < 2:
        return []
    force_pct, stance_pct = (_asymmetry_pct(tables, name) for name in ("mean_force_n", "stance_time_s"))
    text = uneven_gain(force_pct, stance_pct)
    if not text:
        return []
    if instrument not in _ONE_ZERO:
        return [SignalFinding("gains_differ", text)]
    if abs(force_pct) < DOUBTFUL_PLATE_PCT:
        return []
    return [_doubtful(f"{_name(instrument)}, which reads alike under both feet, but {text}")]


def _asymmetry_pct(tables: Sequence[StrideTable], name: str) -> float:
    left, right = (median_of(getattr(table, name)[table.valid]) for table in tables)
    half = (left + right) / 2.0
    return 100.0 * (right - left) / half if half > 0 else float("nan")


def _never_loaded(streams: Sequence[FootStream]) -> list[SignalFinding]:
    """A foot that bears next to nothing throughout while the other one steps."""
    found: list[SignalFinding] = []
    if not any(len(stream.contacts) for stream in streams):
        return found
    for stream in streams:
        if stream.quantity != "force" or len(stream.contacts) or not stream.epochs:
            continue
        seconds = np.concatenate(stream.epochs)
        moved = float(np.max(seconds[:, 3]) - np.min(seconds[:, 2]))  # a shoe presses, and nothing more
        if moved < LOADED_N:
            text = (
                f"{stream.foot.value} foot: never loaded, its force moves by {moved:.0f} N at most, while "
                "the other foot steps: the insole is not under the foot, or does not measure"
            )
            found.append(SignalFinding("never_loaded", text, stream.foot))
    return found


def _instrument(streams: Sequence[FootStream], instrument: Instrument) -> list[SignalFinding]:
    """The instrument that the recording names beside what the samples are."""
    forces = [stream.quantity == "force" for stream in streams]
    if instrument is Instrument.FOOTSWITCH and any(forces):
        return [_doubtful("footswitches, but the samples are forces in newtons")]
    if all(stream.quantity == "motion" for stream in streams):
        return []
    if instrument is not Instrument.FOOTSWITCH and not all(forces):
        return [_doubtful(f"{_name(instrument)}, but the samples are those of footswitches, without a unit")]
    if instrument in _ONE_ZERO:
        for stream in streams:
            share = stream.swing_level / stream.stance_level if stream.stance_level > 0 else 0.0
            if len(stream.store) and share > PLATE_UNLOADED_SHARE:
                text = (
                    f"{_name(instrument)}, but the {stream.foot.value} foot reads {100 * share:.0f} % of its "
                    "load while it is in the air: a shoe presses on an insole, nothing presses on "
                    f"{_name(instrument)}"
                )
                return [_doubtful(text)]
    return []


def _name(instrument: Instrument) -> str:
    return {
        Instrument.PLATE: "a plate",
        Instrument.TREADMILL: "a treadmill",
        Instrument.INSOLE: "insoles",
        Instrument.FOOTSWITCH: "footswitches",
    }[instrument]


def _doubtful(text: str) -> SignalFinding:
    return SignalFinding("instrument_contradicted", f"the recording says that it is of {text}")


def _unit(walking_n: float | None) -> list[SignalFinding]:
    """Nobody who walks weighs so little or so much."""
    if walking_n is None or LIGHTEST_N <= walking_n <= HEAVIEST_N:
        return []
    text = (
        f"the feet carry {walking_n:.0f} N on average in walking, which no walker weighs: the samples are "
        "not in newtons, or the insoles are not calibrated"
    )
    return [SignalFinding("unit_implausible", text)]


def _sizes(left: SensorLayout | None, right: SensorLayout | None) -> list[SignalFinding]:
    """A pair is of one size."""
    if left is None or right is None or left.relative or right.relative:
        return []
    lengths = left.insole_length_mm, right.insole_length_mm
    if lengths[0] is None or lengths[1] is None or abs(lengths[0] - lengths[1]) < SIZE_STEP_MM:
        return []
    text = (
        f"the left insole is {lengths[0]:.0f} mm long, the right one {lengths[1]:.0f} mm: places under the "
        "two feet cannot be compared; check which insoles these are"
    )
    return [SignalFinding("sizes_differ", text)]
