"""A tiny analysis made by hand: every figure differs from every other, so that none can stand in another's
place unnoticed."""

from dataclasses import fields, replace

import numpy as np
from plantigrade.analysis.pipeline import RecordingAnalysis
from plantigrade.gait.activity_kinds import Flight, StairPattern
from plantigrade.gait.balance import Romberg, Spectrum, Standing, Sway
from plantigrade.gait.load_levels import LoadedFrom, LoadLevels
from plantigrade.gait.pressure.butterfly import Butterfly
from plantigrade.gait.results import (
    STRIDE_UNITS,
    Activity,
    Analysis,
    Bout,
    Ensemble,
    FootAccounting,
    FootAnalysis,
    Hour,
    Parameter,
    Reason,
    SignalFinding,
    StrideTable,
    Turn,
)
from plantigrade.gait.signals import Foot, FootSignal, SensorLayout, SourceInfo, TimeGap, Walk

NAN = float("nan")
STORED = [column.name for column in fields(StrideTable) if column.name in STRIDE_UNITS]
LAYOUT = SensorLayout(
    "tiny-3",
    np.array([30.0, 40.0, 50.0]),
    np.array([20.0, 110.0, 180.0]),
    np.array([10.0, 20.0, 30.0]),
    ("heel", "midfoot", "forefoot"),
    insole_length_mm=260.0,
)


def parameter(
    value: float | None, unit: str, n: int = 2, sd: float | None = None, note: str = ""
) -> Parameter:
    return Parameter(value, unit, n, sd=sd, note=note)


def left_parameters() -> dict[str, Parameter]:
    return {
        "stride_time_s": Parameter(1.1016, "s", 2, 0.0234, 2.124, 1.1, 0.0148),
        "stance_pct": parameter(62.345, "%", sd=1.26),
        "swing_pct": parameter(37.655, "%", sd=1.26),
        "double_support_pct": parameter(24.04, "%", sd=0.3),
        "step_time_s": parameter(0.544, "s", sd=0.011),
        "peak_force_n": parameter(904.6, "N", sd=8.6),
        "f1_n": parameter(901.4, "N", sd=11.2),
        "f2_n": parameter(602.7, "N", sd=7.0),
        "f3_n": parameter(853.2, "N", n=1, sd=5.0),
        "loading_rate_n_per_s": parameter(6543.2, "N/s", sd=321.0),
        "impulse_n_s": parameter(412.34, "N s", sd=4.0),
        "load_share_heel_pct": parameter(31.0, "%"),
        "load_share_forefoot_pct": parameter(45.0, "%"),
        "ml_index_heel": parameter(0.123, "1", sd=0.05),
        "cpei_pct": parameter(None, "%", n=0, note="sensor places are relative"),
    }


def right_parameters() -> dict[str, Parameter]:
    return {
        "stride_time_s": Parameter(1.3045, "s", 3, 0.0412, 3.158, 1.3, 0.0297),
        "stance_pct": parameter(59.95, "%", n=3, sd=0.94),
        "swing_pct": parameter(40.05, "%", n=3, sd=0.94),
        "double_support_pct": parameter(24.0, "%", n=3, sd=0.46),
        "step_time_s": parameter(0.651, "s", n=3, sd=0.02),
        "peak_force_n": parameter(824.5, "N", n=3, sd=9.4),
        "f1_n": parameter(803.4, "N", n=3, sd=12.6),
        "f2_n": parameter(504.5, "N", n=3, sd=6.4),
        "f3_n": parameter(755.1, "N", n=3, sd=15.1),
        "loading_rate_n_per_s": parameter(5432.1, "N/s", n=3, sd=222.0),
        "impulse_n_s": parameter(398.76, "N s", n=3, sd=5.0),
        "load_share_heel_pct": parameter(29.0, "%", n=3),
        "load_share_forefoot_pct": parameter(47.0, "%", n=3),
        "ml_index_heel": parameter(-0.234, "1", n=3, sd=0.06),
        "cpei_pct": parameter(None, "%", n=0, note="sensor places are relative"),
    }


def both_parameters() -> dict[str, Parameter]:
    return {
        "stride_time_s": Parameter(1.2, "s", 5, 0.1, 8.3, 1.2, 0.1),
        "cadence_steps_per_min": parameter(99.96, "steps/min", n=5),
        "stride_time_cv_pct": parameter(2.664, "%", n=5),
        "swing_time_cv_pct": parameter(6.85, "%", n=5, note="30 strides are needed"),
        "phase_coordination_index_pct": parameter(5.44, "%", n=5),
        "gait_asymmetry_pct": parameter(12.3, "%", n=5),
        "symmetry_stance_time_pct": parameter(-4.2, "%", n=5),
        "steps": parameter(11.0, "steps", n=11),
        "walking_time_s": parameter(83.6, "s", n=1),
        "walking_speed_m_per_s": parameter(None, "m/s", n=0, note="force does not show it"),
    }


def strides(starts_s: tuple[float, ...], reasons: tuple[Reason, ...], first: float) -> StrideTable:
    """Row i of column c (as stored in a StrideTable) holds first + 10 c + i / 8; f2_n of row 1 is unknown."""
    k = len(starts_s)
    columns = {name: first + 10.0 * c + np.arange(k) / 8.0 for c, name in enumerate(STORED)}
    columns["f2_n"] = np.where(np.arange(k) == 1, np.nan, columns["f2_n"])
    return StrideTable(
        initial_contact_s=np.array(starts_s),
        final_contact_s=np.array(starts_s) + 0.625,
        next_initial_contact_s=np.array(starts_s) + 1.0,
        bout=np.array([3 - k] + [-1] * (k - 1)),
        reason=np.array([int(reason) for reason in reasons]),
        pressure_names=("cpei_pct", "pti_kpa_s"),
        pressure=np.column_stack([np.full(k, first + 300.0), np.full(k, np.nan)]),
        **columns,
    )


def foot(side: Foot) -> FootAnalysis:
    left = side is Foot.LEFT
    starts = (1.0, 2.125, 3.25) if left else (1.5, 2.625)
    reasons = (Reason.NONE, Reason.TURN | Reason.OUTLIER, Reason.GAP) if left else (Reason.NONE, Reason.START)
    mean = np.linspace(0.0, 100.0, 101) + (0.0 if left else 1000.0)
    gaps = (TimeGap(4.5, 4.75, "overrun"),) if left else ()
    return FootAnalysis(
        foot=side,
        initial_contact_s=np.array(starts),
        final_contact_s=np.array(starts) + 0.625,
        strides=strides(starts, reasons, 1000.0 if left else 3000.0),
        parameters=left_parameters() if left else right_parameters(),
        accounting=FootAccounting(500, 475, 25, gaps) if left else FootAccounting(498, 498, 0, ()),
        swing_level=3.0,
        stance_level=800.0,
        force_cycle=Ensemble(mean, mean / 10.0, 2 if left else 3, "N"),
    )


def bout() -> Bout:
    steady = {"stride_time_s": Parameter(1.15, "s", 4, sd=0.03)}
    return Bout(0, 1.0, 4.25, 6, 3, 2, 1, 110.75, "< 10 s", steady)


def sway(first: float) -> Sway:
    """Measure number i, in the order of `Sway`, is first + i."""
    lengths = [first + i for i in range(11)]
    spectra = [Spectrum(*(first + part + i for i in range(6))) for part in (20, 30)]
    return Sway(*lengths, *spectra, first - 2.0, 10.0)


def standing() -> Standing:
    return Standing(
        from_s=5.0,
        to_s=35.5,
        left_load_pct=55.4,
        rear_load_pct=65.6,
        left_rear_pct=61.0,
        right_rear_pct=71.0,
        load_shift_sd_pct=2.26,
        left=sway(100.0),
        right=sway(200.0),
        both=None,
        notes=("the distance of the feet is not known",),
    )


def butterfly() -> Butterfly:
    return Butterfly(
        x_pct=np.linspace(-50.0, 50.0, 101),
        y_pct=np.linspace(0.0, 80.0, 101),
        crossing_x_pct=-7.25,
        crossing_y_pct=48.5,
        crossing_x_sd_pct=1.5,
        crossing_y_sd_pct=2.5,
        asymmetry_pct=3.75,
        n=3,
    )


def analysis() -> Analysis:
    return Analysis(
        source=SourceInfo("folder/tiny.csv", "csv", "from a test"),
        sample_rate_hz=100.0,
        from_s=0.5,
        to_s=125.0,
        left=foot(Foot.LEFT),
        right=foot(Foot.RIGHT),
        both=both_parameters(),
        bouts=(bout(),),
        activities=(
            Activity("standing", 0.5, 1.0),
            Activity("walking", 1.0, 84.6),
            Activity("standing", 84.6, 125.0),
        ),
        hours=(Hour(0, 11, 83.6, 98.5), Hour(1, 0, 0.0, None)),
        turns=(Turn(2.25, 3.125),),
        stairs=(Flight(40.5, 52.0, -2.56, 0.15, 16, StairPattern.STEP_BY_STEP),),
        findings=(SignalFinding("sensor_dead", "left foot: sensor 2 never saw a load", Foot.LEFT, 2),),
        body_weight_n=712.4,
        load_levels=LoadLevels(712.4, LoadedFrom.WALKING),
        settings={"contact.load_share": 0.35, "filter": "none"},
    )


def walk() -> Walk:
    left = FootSignal(Foot.LEFT, np.arange(4) / 100.0, np.ones((4, 3), np.float32), LAYOUT)
    right = FootSignal(Foot.RIGHT, np.arange(5) / 100.0, np.ones((5, 3), np.float32), None)
    return Walk(left, right, 100.0, SourceInfo("folder/tiny.csv", "csv", "from a test"))


def full_analysis() -> RecordingAnalysis:
    return RecordingAnalysis(
        walk=walk(),
        analysis=analysis(),
        standings=(standing(),),
        romberg=Romberg(1.256, 2.344, 1.5, 1.75),
        butterfly=butterfly(),
        notes=("one thing", "another thing"),
    )


def one_foot() -> RecordingAnalysis:
    """The same with the right foot alone and nothing that needs two."""
    both = full_analysis()
    return replace(
        both,
        walk=replace(both.walk, left=None),
        analysis=replace(both.analysis, left=None),
        butterfly=None,
        romberg=None,
    )
