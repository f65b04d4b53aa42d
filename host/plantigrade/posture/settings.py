"""Every figure that decides what posture finds beside the levels of the rules, with its reason.

Levels, dwell times and counts of strides stand in the shipped rules (`rules_engine/shipped`), where they are
edited for a patient. Where no source is named, the value is an assumption of ours.
"""

from collections.abc import Mapping
from typing import Final

# -- rules

FEWEST_STRIDES: Final = 12
MOST_WINDOW_STRIDES: Final = 2000
MOST_ALERT_STRIDES: Final = 5000
"""Bounds of what a rule may ask for."""
LONGEST_TEXT: Final = 500
"""Characters of the name and the reason of an edit."""
OUTLIER_SDS: Final = 4.0
"""Values beyond so many robust SDs from the median are left out of a coefficient of variation."""
SMALLEST_SPREAD_SHARE: Final = 0.001
"""Robust SD that is believed at least, as a share of the median: half of all strides may be equal."""
FEWEST_VALUES: Final = 3
"""Values behind a coefficient of variation."""
JACKKNIFE_BLOCKS: Final = 8
"""Parts of the strides that are left out in turn for the uncertainty of a finding."""
DECIMALS: Final = 6
"""Of values in the JSON of an analysis."""

# -- gains of a pair of insoles

ONE_LEG_S: Final = 3.0
"""Standing still on one leg that tells what an insole reads for the whole body: shorter spans are steps."""
ONE_LEG_TRIM_S: Final = 0.5
"""At each end of such a span the weight is still moving."""
ONE_LEG_OTHER_SHARE: Final = 0.05
"""The other foot carries less than this: twice the load of lacing on an insole, 2 % of body weight."""
ONE_LEG_RANGE_SHARE: Final = 0.20
"""Range of the force in such a span: swaying on one leg moves it by a few per cent, a step by half."""
SAME_TIME_S: Final = 1e-6
"""Rows of both feet belong to one moment: far less than any sample interval, far more than rounding."""

# -- alerts

LATENESS_S: Final = 5.0
"""Strides and seconds that come later than others by up to this are put in order first."""
JUDGE_EVERY_STRIDES: Final = 4
"""Strides of a foot between two looks at its rules."""
FORGET_AFTER_S: Final = 3600.0
"""After a longer break the strides before it say nothing of now."""
MAX_ALERTS_PER_HOUR: Final = 4
"""Over all rules below `critical`; more are counted, not shown."""
CLEAR_SHARE: Final = 0.9
"""Clear level of a limit that a clinician enters, as a share of it."""
SHORTEST_LIMIT_S: Final = 10.0
LONGEST_LIMIT_S: Final = 14_400.0
"""Durations that a clinician may enter: below ten seconds every step would do, four hours are no limit."""
RELIEF_WITHIN_S: Final = 1200.0
"""A load that is taken off within 20 minutes counts as answered, as in a study of people with diabetes."""

# -- standing, in seconds and in shares of body weight

STANDING_SHARE: Final = 0.60
"""Mean load on both feet of a second of standing."""
STEADY_RANGE_SHARE: Final = 0.45
STEADY_SWING_SHARE: Final = 0.6
"""Ranges of the load in that second, of both feet and of the quieter one, below which nobody steps."""
WORN_SHARE: Final = 0.02
"""Load from which the insoles are worn."""
RELIEF_SHARE: Final = 0.15
RELIEF_S: Final = 2
"""A foot below this share for so long is relieved."""
STEP_LOW_SHARE: Final = 0.05
STEP_HIGH_SHARE: Final = 0.3
"""A second in which a foot goes below the first and above the second has a step in it, which is a relief."""
TRANSFER_SHARE: Final = 0.10
TRANSFER_HELD_S: Final = 3
"""A move of the load between the feet by this much, kept for so long, is a transfer of weight."""
KPA_PER_N_PER_CM2: Final = 10.0
KNOWN_SHARE: Final = 0.5
"""Of a second that must have been recorded before its lowest pressure is believed."""
UNKNOWN_HELD_S: Final = 30
"""For so long an unknown second counts as the last known one: usual losses of the link are shorter."""
SHORT_WALK_S: Final = 10
"""Walks up to this long do not end a spell of standing."""
SIDE_WINDOW_S: Final = 600
SIDE_MIN_S: Final = 60
"""Standing behind the share of the left foot: the latest, and the least."""
ONE_SIDED_MIN_S: Final = 360
ONE_SIDED_QUANTILE: Final = 0.10
"""What the heavier foot carried for nine tenths of the window, once there is so much standing."""
ONE_SIDED_EVERY_S: Final = 5
"""Seconds between two looks at it."""
SIDE_FORGET_S: Final = 1800
"""After so long without standing the window begins anew."""
PIECE_S: Final = 600.0
"""Forces are brought to even times in pieces of this length."""
WATCHED_PIECE_S: Final = 60.0
"""The same where a wearer is watched, live or afterwards: rows lie at even times from a piece's start."""

# -- personal baseline, and before and after

BASELINE_MIN_DAYS: Final = 3
MIN_STRIDES_A_DAY: Final = 60
KEEP_DAYS: Final = 60
"""Days behind a baseline, strides behind a day, days that are stored."""
DAY_SD_FLOOR: Final[Mapping[str, float]] = {
    "force_arch_index": 0.010,
    "lateral_arch_index": 0.013,
    "ml_index_heel": 0.040,
    "ml_index_forefoot": 0.035,
    "load_share_heel_pct": 1.2,
    "load_share_midfoot_pct": 1.0,
    "load_share_forefoot_pct": 1.2,
    "load_share_toes_pct": 1.0,
    "forefoot_pti_bw": 3.0,
    "heel_pti_bw": 3.0,
    "push_off_bw": 0.02,
    "loading_rate_bw_per_s": 0.7,
    "stride_time_s": 0.025,
    "stance_time_s": 0.016,
    "stance_pct": 0.45,
    "double_support_pct": 0.8,
    "cpei_pct": 1.5,
    "speed_m_per_s": 0.06,
    "stride_length_m": 0.03,
    "second_peak_missing": 0.15,
}
"""Smallest SD between days that is believed: an insole is not taken off and put on again without moving.
Assumed, but none below what two walks of one day differ by in 14 healthy people (their 95 % minimal
detectable change over 2.77; gaitpdb): 1.1 times that for loading rate, stride and stance time, 1.2 to 1.9
times for the others that were measured, 4 times for the toes. Speed and stride length, of which no two days
were measured, are given what follows from the stride time's at 1.25 m/s: who keeps the ratio of step length
to cadence changes both by as many per cent (2.3), and speed by twice as many. Virtual people's days differ as
those two walks do, so that a drift against own days is found more surely in them than it may be in life."""
RELATIVE_FLOOR: Final = 0.03
"""The same for other metrics, as a share of their centre."""
USUAL_DAYS: Final = 28
"""Days before a day that say what is usual: four weeks, so that each day of the week counts alike."""
USUAL_COVERAGE: Final = 0.80
"""Share of ordinary days in the interval of usual days, where there are enough of them (nine): one day in
five outside is seldom enough to be worth a look and not so seldom that it never comes."""
KNOWN_SPEED_SHARE: Final = 0.5
"""Of the strides whose speed must have been measured before it is used."""
MIN_SESSIONS: Final = 2
COMPARED_MIN_STRIDES: Final = 12
"""Sessions on each side of a comparison, and valid strides behind a session."""
CONFIDENCE: Final = 0.95
"""Of intervals, unless asked otherwise."""
ORDINARY_SDS: Final = 2.77
"""1.96 times the square root of two: what two ordinary days differ by in 95 of 100 cases, in their SD."""
LIKE_SPEED_M_S: Final = ORDINARY_SDS * DAY_SD_FLOOR["speed_m_per_s"]
"""Days whose speed differs by no more are days of like speed: what ordinary days may differ by, 0.17 m/s. It
moves a loading rate by 0.8 of the SD of healthy people."""
SPEED_DECIMALS: Final = 2
SPEED_ROUNDING_M_S: Final = 1e-9
"""Speeds are looked up to the centimetre a second, and a day that is just as far off counts."""
STANCE_ASYMMETRY_CHANGE_PCT: Final = 1.8
MEASURED_CHANGE: Final = "two walks of one day of 14 healthy people (gaitpdb); between days it is more"
"""95 % minimal detectable change of the stance times' asymmetry, in points: 20 mm of leg length move it by
3.5."""

# -- diary

HIGHEST_SCORE: Final = 10
"""Of pain: the numeric rating scale."""
LONGEST_NOTE: Final = 1000
DIARY_MIN_DAYS: Final = 14
MIN_DIFFERENT: Final = 4
"""Days, and different values of pain and load, before a relation is told."""
BLOCK_DAYS: Final = 4
RESAMPLES: Final = 2000
"""Block bootstrap: days in a row that stay together, and how often days are drawn."""
LONGEST_LAG: Final = 7
LAG_PARTS: Final = 3
"""Autocorrelations are summed up to a week, or to this part of the days."""
LEAST_INDEPENDENT_DAYS: Final = 5.0
"""However much days resemble each other."""
FISHER_LOST_DAYS: Final = 3.0
RANK_FACTOR: Final = 1.03
"""Fisher's z of a rank correlation has the SD 1.03 / sqrt(n - 3) (Fieller, Hartley & Pearson 1957)."""
LARGEST_CORRELATION: Final = 0.999
"""Perfect correlations of few days are taken as this, as z would be infinite."""
TAIL: Final = 0.025
"""Of each end of an interval, shared among all questions."""
SMALLEST_NORM: Final = 1e-12
"""Stands for the norm of resampled days that are all alike."""
