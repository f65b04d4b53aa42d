"""Every figure that decides what is said about a plan, with its reason.

Where no source is named, the value is an assumption of ours. What the figures do together is measured by
`python -m tools.loop_table`.
"""

from collections.abc import Mapping
from typing import Final

DAYS_A_WEEK: Final = 7

# -- goals

MOST_HOURS_A_DAY: Final = 24.0
MOST_TIMES_A_WEEK: Final = 140.0
"""Twenty times a day."""
USUAL_HOURS_A_DAY: Final = 4.5
"""Goal of wear where none was set. In a trial of alerts, those who wore their insoles for 4.5 h a day had
the benefit (Abbott et al. 2019, Lancet Digital Health 1:e308)."""
USUAL_TIMES_A_WEEK: Final = 3.0
"""Goal of an exercise where none was set: every other day, as most exercises of the catalogue say."""
HARDLY_SHARE: Final = 0.5
"""Below this share of the goal nothing is said of a change. Assumed."""
LONGEST_NOTE: Final = 1000
LONGEST_NAME: Final = 200

# -- periods

LOOK_DAYS: Final = (14, 28, 56)
"""Days since the beginning after which the plan is looked at; then again each time the last of them has
passed once more. Between looks the last verdict stands, because each look at the same days is another chance
to be wrong."""
LOOK_ERRORS: Final = (0.004, 0.008, 0.028)
"""Probability of an error that each look may spend on all measures together, small while there are few
days (after O'Brien and Fleming 1979, Biometrics 35:549)."""
LATER_ERRORS: Final = 0.005
"""What the fourth look may spend; each later one half of the one before, so that all looks for ever spend
less than 5 %."""
SHOWN_CONFIDENCE_PCT: Final = 95.0
"""Of the intervals of all looks and values together: what `LOOK_ERRORS` and `LATER_ERRORS` leave."""
BEFORE_DAYS: Final = 56
"""Days before the beginning that are compared."""
MIN_BEFORE_DAYS: Final = 10
MIN_BEFORE_SPAN_DAYS: Final = 14
MIN_SINCE_DAYS: Final = 8
"""Days with enough strides on each side, and the time that those before must span: two weeks, so that each
day of the week can be among them."""
MIN_SHARED_DAYS: Final = 3
"""Days on each side that a pair of shoes needs to be compared with itself; as for a personal baseline."""
TAG_JOIN: Final = " + "
"""Between the names in the tag of a day with several things on the foot, such as "trail + insert"."""
EXERCISE_LATER_SHARE: Final = 0.5
"""Exercises act slowly: only the later half of the time since is compared."""
JUMP_DAYS: Final = 10
JUMP_SHARE: Final = 0.5
"""What is worn acts at once: between the last ten days before its beginning and the first ten since at least
half of the difference must be there."""
STEP_NEAR_DAYS: Final = 7
CLEARLY_BETTER: Final = 10.0
"""A step of the values that fits clearly better more than a week away from the beginning is another change.
Twice the difference of log likelihoods; about what 80 days without any step exceed once in twenty times."""
MIN_STEP_DAYS: Final = 5
"""Days on each side of such a step."""

# -- statistics

LONGEST_LAG_DAYS: Final = 14
LAG_PARTS: Final = 3
"""Autocorrelations of days are summed up to two weeks, or to this part of the span."""
FEWEST_PAIRS: Final = 8
"""Pairs of days behind an autocorrelation that is believed."""
MOST_INFLATION: Final = 8.0
"""Eight days of one kind at most count as one."""
LEAST_FREEDOM: Final = 2.0
DRIFT_SHARE: Final = 0.4
DRIFT_OVER_DAYS: Final = 56.0
"""How far a person drifts unaided: over eight weeks a normal variable whose SD is this share of the
minimal detectable change. What the days before show is weighed against it. Assumed."""
NOTABLE_SHARE: Final = 0.25
"""Share of the difference that the trend before must explain to be named as what explains it."""

# -- minimal detectable change

PUBLISHED_CHANGE: Final[Mapping[str, float]] = {
    "medial_arch_index": 0.019,
    "force_arch_index": 0.016,
    "ml_index_heel": 0.061,
    "ml_index_forefoot": 0.082,
    "cop_mean_x_pct": 1.4,
    "load_share_heel_pct": 2.0,
    "load_share_midfoot_pct": 1.5,
    "load_share_forefoot_pct": 2.1,
    "load_share_toes_pct": 0.7,
    "stance_pct": 0.9,
    "double_support_pct": 1.7,
    "cv stride_time_s": 0.94,
    "asymmetry stance_time_s": 1.8,
    "asymmetry impulse_n_s": 5.2,
    "asymmetry mean_force_n": 5.2,
}
PUBLISHED_RELATIVE_CHANGE: Final[Mapping[str, float]] = {
    "stride_time_s": 0.060,
    "stance_time_s": 0.060,
    "push_off_bw": 0.041,
    "loading_rate_bw_per_s": 0.17,
}
"""95 % minimal detectable change between two walks of one day, absolute, or as a share of the value: 14 pairs
of walks of healthy people of PhysioNet's gaitpdb, computed with our own gait engine. A floor only: between
days people differ by more. The mean force is given the impulse's."""
BETWEEN_DAYS: Final = 1.4
"""How much more days differ than two walks of one day, where the baseline has no floor of its own: its floors
are 1.4 times as wide in the middle of thirteen metrics (1.1 to 4.0)."""
MEASURED: Final = "two walks of one day of 14 healthy people (gaitpdb), computed with this software"
WIDENED: Final = f"{MEASURED}, times 1.4 for different days (assumed)"
ASSUMED: Final = "assumed: 2.77 times the day-to-day SD that the baseline takes for granted"
