"""What can be set in the gait engine. Every figure that decides a result lives here, with its reason.

`Settings` holds what an analysis can be given; constants hold what it always has, with unit and reason. Where
no source is named, the value is an assumption of ours.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Final

# -- statistics and units

MAD_TO_SD: Final = 1.4826
"""SD of normal values over their median absolute deviation (Rousseeuw & Croux 1993, JASA 88:1273)."""
MM_PER_CM: Final = 10.0
KPA_CM2_PER_N: Final = 10.0
"""Kilopascals of one newton on one square centimetre."""
MOTION_AXES: Final = 3
"""Of an accelerometer or a gyroscope: x, y, z."""

CURVE_POINTS: Final = 101
"""Points of a curve over a cycle or a stance: 0, 1, ... 100 %."""

# -- samples of a foot

LOWEST_RATE_HZ: Final = 10.0
HIGHEST_RATE_HZ: Final = 10_000.0
"""Sampling rates that can show steps; above, a rate is a mistake of units."""
RATE_TOLERANCE: Final = 0.1
"""Share by which the samples' times may disagree with the rate that the source names."""
RATE_ROWS: Final = 64
"""Samples whose times are compared with the rate."""
LONGEST_STEP_PERIODS: Final = 1.6
"""A step of time beyond this many sampling periods is a gap: one sample of two is missing, jitter is not."""
HISTORY_S: Final = 24.0
"""What is stored of a foot's samples, to go back over when levels are learnt anew."""
EPOCH_S: Final = 1.0
"""Span over which the load is averaged for activities."""
SMOOTH_S: Final = 0.01
"""Half width of the moving mean before features are read from a stance."""
MIN_SEARCH_ROWS: Final = 3
"""The foot of an edge is sought over at least so many samples, at low rates."""
EDGE_AHEAD_PARTS: Final = 3
"""The steepest point of a rise lies before the crossing, or at most this part of `flank_s` after it."""
LIVE_CONTACTS: Final = 64
LIVE_CONTACTS_A_BLOCK: Final = 4
"""Latest contacts of the other foot that strides are compared with while samples still come."""
LIVE_MARGIN_S: Final = 0.1
"""A live stride waits for the other foot's samples this long beyond the search for a contact."""

# -- levels of the unloaded and of the loaded foot (blocks of `ContactSettings.block_s`)

LEVEL_BLOCKS: Final = 5
"""A level is the median over so many blocks."""
FIRST_BLOCKS: Final = 3
"""Blocks that must be alike before levels are believed."""
WIDER_BLOCKS: Final = 3
"""Blocks in a row that replace the levels by a wider range: someone has begun to walk."""
NARROWER_BLOCKS: Final = 30
"""Blocks in a row (a minute) that replace them by a narrower one: longer than a fidget lasts."""
ALIKE_LEAST: Final = 0.6
ALIKE_MOST: Final = 1.7
"""Ratios between which two blocks' ranges are alike."""
FITTING_LEAST: Final = 0.4
FITTING_MOST: Final = 2.5
"""Ratios to the learnt range between which a block is taken into the levels."""
UNLOADED_RANGE_SHARE: Final = 0.2
"""A block that stays below this share of the range was spent unloaded."""
DRIFT_STEP: Final = 0.2
"""Share of the difference by which the levels then follow the drift of the unloaded foot."""

# -- strides

LOWEST_STANCE_PCT: Final = 35.0
HIGHEST_STANCE_PCT: Final = 92.0
"""A stance outside is no walking: running begins below, a shuffle without swing above."""
RUNNING_STANCE_PCT: Final = 50.0
"""Stance of both feet below half of the stride leaves them in the air together: running, by definition."""
LOWEST_RUNNING_STANCE_PCT: Final = 15.0
"""Sprinters are on the ground for about a fifth of the stride."""
USUAL_RANGE_QUANTILE: Final = 0.75
LEAST_RANGE_SHARE: Final = 0.4
"""A contact's range counts as at least this share of the recording's usual one (that quantile)."""
MANY_ROWS: Final = 4
"""A stance or cycle must have more samples than this for features or a curve."""
DIP_SHARE: Final = 0.02
"""F1, F2 and F3 are told where the valley is at least this share of the peak deep; else there is one hump."""
RATE_FROM_SHARE: Final = 0.2
RATE_TO_SHARE: Final = 0.8
"""Loading and push-off rates are slopes between these shares of the peak (Milner 2006, MSSE 38:323)."""
SMALLEST_SPREAD_SHARE: Final = 0.008
"""Spread of stride times that is believed at least, as a share of their median: no walker is steadier."""
LONG_STRIDE_RATIO: Final = 1.5
SHORT_STRIDE_RATIO: Final = 0.6
"""An odd stride beyond these ratios to the usual one is a stumble or a missed contact."""
TURN_WIDTHS: Final = 3
"""A bout must have so many times `turn_strides` strides before turns are sought in it."""
FEWEST_WALKS: Final = 3
"""Walks behind an SD between walks."""

# -- which walks were tested (medians of the steady strides of a recording)

TESTED_STRIDE_S: Final = (0.8, 1.8)
"""Healthy people walk with strides of 0.8 s at 2 m/s and 1.6 s at 0.5 m/s (51 people, BMClab H2A); patients
of the recordings that validate this engine with 0.90 to 1.74 s."""
TESTED_STANCE_PCT: Final = (52.0, 82.0)
"""In those recordings 58 to 80 % of either foot; a limping foot of the virtual people stands for less."""
TESTED_DOUBLE_SUPPORT_PCT: Final = (10.0, 55.0)
"""In those recordings 20 to 52 %; 16 % in fast walking by another system's report."""
DRAGGED_SHARE: Final = 0.25
"""A swing level above this share of the stance level is a foot that drags: shoes press with a few percent."""
LEAST_FORCE_RATIO: Final = 0.5
"""A foot's impulse over the other's: 0.81 to 1 in those recordings, with a gain that is off by 30 % still
0.57. Below, a foot bears part of the weight, or an insole is wrong."""

EVEN_VARIANCE: Final = 1.0 / 12.0
"""Variance of an instant that lies anywhere in a span of length one."""

# -- activities and hours (loads as shares of body weight)

DURATION_BINS_S: Final = (10.0, 30.0, 60.0)
"""Upper bounds of Mobilise-D's bins of bout length."""
STANDING_LOAD_SHARE: Final = 0.6
"""Load on both feet from which an epoch is standing; with less the wearer sits."""
UNWORN_LOAD_SHARE: Final = 0.04
UNWORN_MOVE_SHARE: Final = 0.06
"""Below both, load and swing of the load, no foot is in the shoe."""
SHORTEST_TIMED_S: Final = 10.0
"""Walking in an hour from which its cadence is told."""

# -- whose load it is: levels of both feet together, without steps

LOAD_BIN_S: Final = 0.1
"""The sum of both feet is looked at ten times a second: walking moves it four times a second at most."""
STEADY_WINDOW_S: Final = 1.0
STEADY_SUM_SHARE: Final = 0.10
"""In a second in which nobody steps the sum of the feet moves by no more than this share of it. On plates
the weight itself moved by 5 % at most (foam, eyes closed; 0.5 % in most trials); there sway takes up to 18 %
of the weight from foot to foot in 95 of 100 seconds, which beside gains that differ by 30 % moves the sum by
another 5 %. In walking it moves by 13 % at least in 99 seconds of 100, but for the slowest walkers, whose
feet let go of the ground."""
LOADED_SHARE: Final = 0.15
"""A foot that carries at least this share of the load of both is down."""
LIGHT_SHARE: Final = 0.15
"""A swing level above this share of the body's load is no foot in the air: shoes press with a few percent."""
PLATEAU_SHARE: Final = 0.85
"""Steady spans whose load is at least this share of the heaviest are of the same kind: insoles repeat to
about a tenth, sitting carries a third at most."""
ALONE_SWING_SHARE: Final = 0.3
"""With one foot alone the sum is not known: a foot that never bears less than this share of its stance level
is not called stepping, since its sway on both feet looks alike."""
STANDING_SUM_N: Final = 300.0
"""A steady sum from which somebody stands whose weight is not known: a quarter of the weight of 120 kg, what
a heavy person's feet carry in sitting. Lighter people than 31 kg must state their weight."""
SITTING_MOST_SHARE: Final = 0.4
"""Of the weight, on the feet of somebody who sits and leans forward, at most."""
STATED_NEAR: Final = (0.8, 1.4)
"""Walking shows the stated weight to these shares: calibrated insoles to 6 %, and what somebody carries may
add a third of the weight. Beyond, the weight or the insoles are wrong, and it is said; figures per body
weight then rest on what the insoles themselves carried."""
STATED_LEAST_SHARE: Final = 0.75
STATED_MOST_SHARE: Final = 1.6
"""Between these shares of the stated weight a measured one may be the same person's: in 32 recorded walks of
people of known weight the insoles read 0.97 to 1.59 times the weight (median 1.27)."""

# -- findings on the signal

SHORT_RECORDING_S: Final = 10.0
FEWEST_CYCLES: Final = 3
"""Cycles before a sensor is judged."""
DEAD_CYCLES_SHARE: Final = 0.98
STUCK_CYCLES_SHARE: Final = 0.1
"""Shares of the cycles in which a sensor read zero, or one value, until it is called dead or stuck."""
SLOW_STRIDES: Final = 2.0
"""Contacts up to so many times the longest cycle apart are told as strides too slow to be counted."""
SATURATED_S: Final = 0.1
"""A force that stays at exactly its highest value for so long stands at the end of a measuring range: steps
of a converter are passed in a tenth of that while a foot rolls."""
SATURATED_CYCLES_SHARE: Final = 0.5
"""Share of the cycles in which it does, always at the same value."""
SATURATED_LEAST_SHARE: Final = 0.5
"""Of the highest value of any sensor of the foot: a ceiling is high, a step of a light sensor is not."""
MANY_CELLS: Final = 32
"""Of larger sheets the dead cells are counted, not listed: several are outside every shoe."""
FEWEST_PICTURE_STRIDES: Final = 5
"""Strides behind a mean path before it tells how the insole lies."""
MID_STANCE_PCT: Final = (30, 51)
PUSH_OFF_PCT: Final = (88, 96)
"""Parts of the stance, from and to before, between which the path moves medially."""
ROLL_OVER_PCT: Final = (5, 95)
"""Places of the stance between which the path runs from heel to toes."""
SWAPPED_SHARE: Final = 0.2
"""Lateral move and inner load of the midfoot, over both feet, that no rightly worn insole showed (see
`findings`)."""
MIRRORED_SHARE: Final = 0.12
"""Lateral move of one foot, as a share of the sensors' width, that none showed."""
REVERSED_SHARE: Final = 0.2
"""A path that runs backwards by more than this share of the sensors' length is no roll-over."""
SAME_SIGNAL_CONTACTS: Final = 5
"""Contacts at the same times under both feet that chance does not give."""

DOUBTFUL_GAIN_PCT: Final = 20.0
"""Difference of mean force beyond which, with stances of even time, an insole is doubted: 3.5 SD of the 5.7 %
of 72 healthy pairs (gaitpdb), and more than 15 kg on one side make. A gain off by 30 % makes 26 % of it."""
DOUBTFUL_PLATE_PCT: Final = 25.0
"""The same on one plate, which has one gain: beyond what patients with a sore ankle show (6.1 +- 4.9 %)."""
EVEN_STANCE_PCT: Final = 5.1
"""Difference of the stance times within which 95 % of them lie."""
PLATE_UNLOADED_SHARE: Final = 0.02
"""Of the stance level, above which what is read in swing is a shoe's pressing: plates and treadmills read
their noise, a few newtons, shoes press with 12 to 30 N a foot."""
LIGHTEST_N: Final = 100.0
HEAVIEST_N: Final = 2500.0
"""Body weight of those who walk: from a child of one year to 255 kg."""
SIZE_STEP_MM: Final = 5.0
"""Insoles of a pair are as long as each other to this: sizes go by 6.7 mm."""

# -- the insole

DENSE_SENSORS: Final = 120
"""From so many sensors on a system shows the foot's own shape, and pictures do not lay it on our outline.
Ours has 16, pedar 99, sheets of resistive ink a thousand."""
OUTLINE_STATIONS: Final = (0.0, 0.03, 0.08, 0.16, 0.28, 0.40, 0.52, 0.62, 0.70, 0.78, 0.86, 0.93, 0.975, 1.0)
OUTLINE_MEDIAL: Final = (
    0.20, 0.125, 0.085, 0.072, 0.080, 0.080, 0.050, 0.015, 0.0, 0.004, 0.022, 0.055, 0.095, 0.15,
)  # fmt: skip
OUTLINE_LATERAL: Final = (
    0.20, 0.265, 0.310, 0.330, 0.338, 0.345, 0.352, 0.360, 0.360, 0.350, 0.322, 0.275, 0.220, 0.15,
)  # fmt: skip
"""Edges at places along the insole, all as shares of its length; a shape of ours (`pressure.outline`)."""
BALL_WIDTH_SHARE: Final = 0.36
"""Greatest width as a share of the length."""
OUTLINE_POINTS: Final = 16
"""Stations along each edge of a drawn outline."""
CORNER_SHARE: Final = 0.75
"""How corners of a drawn outline are cut (Chaikin 1974)."""
AREA_PLACES: Final = 2001
"""Places at which the outline's width is taken for its area."""
TERRITORY_STEPS: Final = 400.0
"""Steps of a length in which the insole is divided among the sensors."""
MM_PER_EU_SIZE: Final = 20.0 / 3.0
"""Two thirds of a centimetre: the Paris point (ISO 19407)."""
NOMINAL_EU_SIZE: Final = 42.0
"""Size of an insole whose size nobody told."""
HEEL_END: Final = 0.31
MIDFOOT_END: Final = 0.59
FOREFOOT_END: Final = 0.83
"""Bounds of the regions, shares of the length: the four-part mask of 99-cell insoles (`pressure.regions`)."""
HINDFOOT_END: Final = 0.50
"""Rear and fore load are split at half the length."""
DISTAL_THIRD: Final = 2.0 / 3.0
"""Where the centre of pressure excursion index is taken (Song et al. 1996)."""
DISTAL_BAND_SHARE: Final = 0.04
DENSE_CELLS: Final = 40
FEWEST_DISTAL_CELLS: Final = 4
"""The width there is that of cells this near to it, on sheets of so many cells; else the outline's."""
CENTRAL_SHARE: Final = 0.06
"""A sensor this near to its region's middle line, as a share of the ball's width, belongs to both sides."""

# -- pressure and centre of pressure of a stance

CONTACT_KPA: Final = 10.0
"""Pressure from which a sensor's area is in contact."""
COP_SHARE: Final = 0.05
"""The centre of pressure is told while the foot carries more than this share of the stance's peak."""
LEAST_CENTRE_N: Final = 20.0
"""Load of a sample below which its centre of pressure is that of noise: 1 N on each of sixteen sensors."""
PHASE_SHARE: Final = 0.10
"""A region is loaded from this share of its own peak on."""
LEVEL_FROM_S: Final = 0.16
LEVEL_TO_S: Final = 0.06
"""Before a contact: late swing, in which the shoe alone presses."""
LONGEST_STEP_S: Final = 0.1
"""A step of time beyond this leaves a stance, or a cycle of the butterfly, without the place of its load."""
FEWEST_STANCE_ROWS: Final = 3
"""A stance must have so many samples for pressure figures."""
FEET_APART_SHARE: Final = 0.6
"""Distance of the middle lines of the butterfly's feet as a share of the length; a convention of drawing."""
BUTTERFLY_CYCLES: Final = 3
"""Cycles behind a mean butterfly."""
BUTTERFLY_ROWS: Final = 8
"""A foot must have so many samples in a cycle of it."""
BUTTERFLY_REACH_PCT: Final = 80.0
BUTTERFLY_PLACES: Final = 161
"""The diagonals are compared between these places to the left and to the right, at so many of them."""

# -- standing

LOW_PASS_HZ: Final = 10.0
"""Sway is slower; what is faster is noise of the sensors."""
BAND_HZ: Final = (0.15, 5.0)
LOW_END_HZ: Final = 0.5
MEDIUM_END_HZ: Final = 2.0
"""Band of the spectral measures (Prieto et al. 1996, IEEE Trans Biomed Eng 43:956) and its parts' ends."""
SPECTRUM_PERIODS: Final = 3.0
"""Periods of the lowest frequency that a path must last for a spectrum."""
F95_SHARE: Final = 0.95
"""Share of the power below `f95_hz`."""
ELLIPSE_PROBABILITY: Final = 0.95
"""That a further place falls into the ellipse (Schubert & Kirchner 2014, Gait Posture 39:518)."""
FILTER_ROWS: Final = 8
"""A shorter path is not filtered."""
FEWEST_PATH_ROWS: Final = 3
"""Places that a covariance, and so an ellipse, is estimated from at least."""
MIN_SWAY_S: Final = 20.0
"""Standing that sway is told of: measures of shorter paths do not repeat."""
SLOW_CYCLE_SHARE: Final = 0.75
"""A walk whose strides take longer than this share of the longest cycle is a slow one."""
TOO_SLOW_SHARE: Final = 0.2
"""Share of its strides that are too slow to count from which that is told."""
HALF_OF_THE_OTHER_PCT: Final = 200.0 / 3.0  # difference over half the sum, where one is half of the other
MIN_LOAD_S: Final = 5.0
"""Standing that the share of load is told of."""
LOADED_N: Final = 50.0
"""Median load below which a foot's centre of pressure is that of its noise."""
GAIN_COUPLING: Final = 0.9
"""Correlation of what the feet give and take from which their gains can be compared: noise is then less than
a fifth of the variance, and moves the ratio by a tenth at most."""
GAIN_DIFFERENCE: Final = 0.15
"""Insoles of healthy people differ by 5.9 % (SD over 72 pairs): this is two and a half of that."""
GAIN_ERRORS: Final = 2.0
"""Standard errors of the ratio beyond that."""
CLIPPED_SHARE: Final = 0.05
CLIPPED_TIMES: Final = 2
"""A signal is cut off where this share of its samples are at its top, and so many times those of the next
lower value."""
FEWEST_CLIP_VALUES: Final = 20
"""Of fewer different values nothing is said: coarse steps heap up by themselves."""
LARGE_SENSOR_SHARE: Final = 0.1
"""Of a foot's load, from which a sensor that is cut off matters."""


@dataclass(frozen=True)
class ContactSettings:
    """Contact detection of one foot. Times in seconds, levels as shares of the foot's own working range.

    The working range runs from the swing level (robust minimum) to the stance level (robust maximum); both
    are learnt from the signal itself, so calibrated totals and bare footswitches are treated alike.

    Attributes:
        block_s: span over which one minimum and one maximum are taken; must hold one whole slow stride.
        load_share: rising above this share of the range is a contact.
        unload_share: falling below this share ends it (hysteresis).
        flank_s: how far the steepest point of an edge is searched around the threshold crossing.
        slope_span_s: span of the difference that stands for the slope.
        onset_slope_share: initial contact is where the slope, followed down from the steepest point, falls
            under this share of it.
        release_slope_share: final contact likewise, after the falling edge.
        onset_level_share, release_level_share: the contact lies where the edge passes this share of the
            range above its foot, between samples.
        certain_load_share: calibrated input only: above this share of the range over the lowest force of the
            swing the foot is loaded, however slowly the force rises (a foot put down softly, a dragged toe).
        search_s: farthest distance of the foot of an edge from the crossing.
        shortest_contact_s, shortest_swing_s: what is shorter is a bump, not a contact or a swing.
        longest_cycle_s: two contacts farther apart do not make one gait cycle.
        full_contact_share: a step loads the foot beyond this share of the range.
        smallest_force_n: a foot whose range is smaller does not walk (calibrated input, weight unknown).
        smallest_weight_share: the same as a share of body weight where it is known: partial weight-bearing
            after an operation begins with 10 to 15 kg.
        quiet_ratio: a range smaller than this multiple of the mean absolute sample difference is noise.
        longest_bridge_s: samples no farther apart than this are joined by a straight line where those between
            are missing: half a period of 15 Hz, below which 99 % of the power of the force in walking lies
            (docs/explanation/gait-engine.md), and a third of the shortest contact or swing, so that none
            can hide in it.
        switch_onset_per_s, switch_release_per_s: uncalibrated input only: the foot of an edge is where the
            load changes by less than so many ranges a second. A foot loads in a tenth of a second and lets go
            in a third, so that half the range a second is no release any more, however steep it was before;
            of the values at which neither half of the records is served at the cost of the other, those with
            which the right feet agree best (docs/reference/validation.md).
        switch_onset_share, switch_release_share: uncalibrated input only: a slow edge is followed at least to
            these shares of its steepest slope.
        tail_span_s: uncalibrated input only: the slope of a release must have fallen over this span as well,
            twice `slope_span_s`, so that a ledge of the switch is not taken for the foot's leaving.
        tail_ledge_share: uncalibrated input only: where so little of the range is left, a tail is over.
        tail_level_share: uncalibrated input only: `release_level_share` where tails are followed; they are
            flat at their end, so that half a percent of the range is 2 ms.
        low_load_share: with less of the range the foot may or may not be on the ground (35 N of 700 N: what
            plates and step reports use is 20 to 50 N). What the uncertainty of an event is measured by.
    """

    block_s: float = 2.0
    load_share: float = 0.35
    unload_share: float = 0.2
    flank_s: float = 0.035
    slope_span_s: float = 0.007
    onset_slope_share: float = 0.1
    release_slope_share: float = 0.06
    onset_level_share: float = 0.02
    release_level_share: float = 0.01
    certain_load_share: float = 0.1
    search_s: float = 0.2
    shortest_contact_s: float = 0.1
    shortest_swing_s: float = 0.1
    longest_cycle_s: float = 3.0
    full_contact_share: float = 0.4
    smallest_force_n: float = 60.0
    smallest_weight_share: float = 0.1
    quiet_ratio: float = 10.0
    longest_bridge_s: float = 0.033
    switch_onset_per_s: float = 1.75
    switch_release_per_s: float = 0.55
    switch_onset_share: float = 0.2
    switch_release_share: float = 0.1
    tail_span_s: float = 0.015
    tail_ledge_share: float = 0.025
    tail_level_share: float = 0.0175
    low_load_share: float = 0.05


@dataclass(frozen=True)
class BoutSettings:
    """Walking bouts (Mobilise-D) and what is left out of steady-state statistics.

    Attributes:
        longest_break_s: a longer pause between contacts ends a bout.
        fewest_strides, fewest_strides_a_side: what a bout must hold.
        edge_strides: strides at the start and the end of a bout that are not steady.
        outlier_mads: a stride whose stride time lies farther from the running median than this many scaled
            MADs is an outlier.
        running_strides: strides on either side that the running median looks at.
        turn_strides, turn_odd: a turn is where at least `turn_odd` of `turn_strides` strides in a row (both
            feet) leave the pattern.
        unworn_s: no load on either foot for this long means that the insoles are not worn.
    """

    longest_break_s: float = 3.0
    fewest_strides: int = 4
    fewest_strides_a_side: int = 3
    edge_strides: int = 1
    outlier_mads: float = 3.0
    running_strides: int = 10
    turn_strides: int = 6
    turn_odd: int = 3
    unworn_s: float = 600.0


@dataclass(frozen=True)
class Settings:
    """Settings of one analysis."""

    contact: ContactSettings = ContactSettings()
    bout: BoutSettings = BoutSettings()

    def as_flat(self) -> Mapping[str, float | str]:
        """Names and values for the result's `settings`."""
        return {
            f"{part}.{name}": value for part, values in asdict(self).items() for name, value in values.items()
        }
