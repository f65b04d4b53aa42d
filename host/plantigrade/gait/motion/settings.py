"""Numbers that decide what is told of motion, each with its unit and reason.

Where a value was chosen on recordings, it was chosen on the walk of gaitmap's examples (57 strides beside
optical motion capture) and is flat around it: docs/explanation/motion.md has the table.
"""

from typing import Final

STANDARD_GRAVITY: Final = 9.80665

# -- when the foot is still

STILL_FROM_SHARE: Final = 0.1
STILL_TO_SHARE: Final = 0.8
"""Part of the stance in which stillness is sought: before, the foot falls flat; after, the heel rises."""
SHORTEST_STANCE_S: Final = 0.15
"""A shorter stance holds no still instant that could be told from the rolling before and after it."""
STILL_WINDOW_S: Final = 0.06
"""Span over which stillness is averaged to find its middle: six samples at 100 Hz."""
FEWEST_ROWS: Final = 3
"""And over so many samples at least, where there are few a second."""
STILL_RATE_DEG_S: Final = 25.0
"""As long as it turns no faster, a foot counts as flat. Half and twice of it change the bias by 0.5 cm."""
MOVING_DEG_S: Final = 40.0
"""A foot that turns faster in its stillest instants does not stand: the motion is not of the time of the
forces. Recorded feet, on stairs too, turned by 15 at most. Drawn strides that were late turned by 33, and the
stated uncertainty still held their error; late ones of virtual people turn by 66 and more."""
STILL_GROWTH: Final = 2.0
"""Where even the stillest instant turns faster, up to so many times its energy is still."""
STILL_DEG_S_PER_M_S2: Final = 10.0
"""What 1 m/s2 beside g counts as, in degrees/s: what a sensor 0.1 m from the pivot feels when it begins to
turn."""
LONGEST_STILL_S: Final = 0.6
"""More of a long stance adds nothing but drift."""
STANCE_REACH_S: Final = 1.0
"""Of a longer stance only the second beside the swing is looked at: who stands does not stand still."""
STANCE_LAG_S: Final = 0.5
"""A final contact is reported at most so late."""

# -- drift

TILT_M_S2: Final = 0.05
"""What an error of 0.3 degrees in the direction of gravity leaves of it in the horizontal: the part of the
drift that grows evenly. A foot that is still by 25 degrees/s rolls by some tenths of a degree in it."""
STEP_SHARE: Final = 0.2
"""Error of the integral over one sampling step, as a share of how much the acceleration changes in it: 0.29
(a root of a twelfth) for a step at any instant between the samples, less for what is smooth. With it the
velocity that is left at the end of a recorded stride is as large as this model says."""
OFFSET_SHARE: Final = 0.8
"""Of what the length of gravity at rest is off by, as much is taken for a zero offset of the axis that points
upwards, which turns with the foot in swing; the rest for sensitivity. By variances: (20 mg)^2 to (1 % of
g)^2 (LSM6DSO, typical, ST DS12140)."""
OFFSET_M_S2: Final = 0.2
"""Zero offset of the axes that lie level, which no rest shows: 20 mg. It turns with the foot in swing."""
SCALE_SHARE: Final = 0.01
"""Sensitivity of an accelerometer, standard uncertainty (LSM6DSO: +-1 %, ST DS12140)."""
PIVOT_M: Final = 0.1
"""A foot that still turns moves its sensor by that times the rate: the pivot is about so far away."""
KMH_PER_M_S: Final = 3.6
LEAST_SPEED_M_S: Final = 0.01
"""Uncertainty of a velocity that is called zero, at least."""

WAYS_APART_PCT: Final = 10.0
"""Feet go the same way. Virtual people's sensors, with the errors of the data sheet, say so to within 7 % at
0.5 m/s and 3.5 % from 0.8 m/s on; recorded people's, two of them, to within 1 %."""

# -- what the sensor measures

LONGEST_BRIDGE_S: Final = 0.033
"""As for forces (`ContactSettings.longest_bridge_s`)."""
CLIPPED_M_S2: Final = 18.0
CLIPPED_DEG_S: Final = 150.0
"""Two samples in a row with one and the same value beyond these are the end of a range: in fast motion
neighbours differ by a hundred steps of the converter. The smallest range of a sensor is 2 g, 19.6 m/s2."""
REST_S: Final = 0.5
REST_RATE_SD_DEG_S: Final = 1.0
REST_ACC_SD_M_S2: Final = 0.15
"""Half a second in which no axis varies by more is rest: a recorded insole under a standing man varied by 0.6
degrees/s, a sensor's own noise by 0.1."""
LARGEST_BIAS_DEG_S: Final = 20.0
"""No gyroscope rests at more (LSM6DSO: +-1, an uncalibrated one of a recorded insole 4)."""
RESTS: Final = 9
"""The bias is the median of so many last rests: it follows the temperature over minutes."""
STANCES: Final = 15
"""Without any rest, of so many stances."""
ROLL_RATE_DEG_S: Final = 7.0
"""A flat foot rolls on by 4 to 9 degrees/s on average (gaitmap's walk): only what a stance shows beyond is
bias of the sensor."""
SPARE_ROWS: Final = 4096
"""Samples beyond the history that may stay, so that small pieces do not move it each time."""

# -- strides

SENSOR_FROM_HEEL_SHARE: Final = 0.32
SENSOR_OUTWARDS_M: Final = 0.045
SENSOR_UP_M: Final = 0.045
"""Where our own case sits: a third of the sole's length ahead of the heel, outside the shoe, above the sole.
Of other sensors the first is assumed, which matters in turns: a foot turns about its heel, not about its
sensor."""
SLIP_DEG: Final = 10.0
"""Lying differently by more at the two ends of a stride the sensor has slipped, or one foot was not flat."""
IMPACT_REACH_S: Final = 0.15
"""Around initial contact, where the impact is sought."""
LEAST_IMPACT_M_S3: Final = 500.0
"""Change of the acceleration from which it is one."""

# -- turns and stairs

TURN_STRIDE_DEG: Final = 15.0
"""A stride that turns by more belongs to a turn; of 603 strides along lines of recorded walks few exceed
it."""
TURN_DEG: Final = 45.0
"""Strides in a row that turn by so much together are one (El-Gohary et al. 2014, Sensors 14:356)."""
STAIR_STRIDE_M: Final = 0.10
"""Least rise of a stride on stairs. One stair rises by 0.14 to 0.22 m (DIN 18065; UK Approved Document K); of
strides on level ground, known to 0.06 m in 95 of 100, hardly one in a thousand rises by so much."""
STAIR_SLOPE: Final = 0.25
"""And least rise over length: half-way between the steepest ramp for pedestrians, 12 %, and the flattest
stairs of buildings, 0.14 on 0.37 m (DIN 18065)."""
STAIR_EDGE_M: Final = 0.09
"""The stride onto the first stair, and the one off the last, is as long as one on the floor: it belongs to
the flight where it rises beyond what is stated of its height, by 3 SD of 0.03 m."""
STEP_OVER_STEP_M: Final = 0.235
"""Rise of a stride from which it is two stairs: half-way between one of 0.18 and two of 0.145 m."""
FEWEST_STAIRS: Final = 3
"""A flight has three stairs at least (DIN 18065): fewer are a kerb or a doorstep."""
FEWEST_STAIR_STRIDES: Final = 2
"""Steep strides in a row, of either foot: a single one may be an error."""
FLIGHT_STRIDE_SD_M: Final = 0.015
"""Standard uncertainty of a flight's height for each stride of a foot: what is off is the sensor's, and adds
up."""
FLOOR_M: Final = 3.0
"""A floor: 10 feet, as activity trackers count them (Fitbit, Apple)."""

# -- what the wearer does

TRACE_BIN_S: Final = 0.1
"""Means over tenths of a second are stored: pedals turn twice a second at most."""
GROUPS_AT_ONCE: Final = 2048
"""Stretches whose spectra are looked at together: of a day they would take a tenth of a gigabyte."""
TRACE_COLUMNS: Final = 4
"""Acceleration along x, y and z in m/s2, rate about x in degrees/s."""
UNMOVED_M_S2: Final = 0.05
UNMOVED_DEG_S: Final = 0.5
"""SD of the tenths within a second, below which nothing moves. A sensor's own noise is 0.004 and 0.02 (ST
DS12140); floors and the blood's pulse in a resting leg stay below 0.02 m/s2."""
SAME_TILT_M_S2: Final = 0.1
"""A foot lies as before where gravity has changed by less: 0.6 degrees."""
LONGEST_BUMP_S: Final = 3
"""A jolt, after which a shoe lies as before, is shorter: a door, or somebody who passes."""
SHAKEN_M_S2: Final = 0.5
"""SD of the tenths within a second from which a shoe is shaken: the trunk of who walks moves by 1 to 2."""
LYING_TILT_DEG: Final = 50.0
"""Angle between the sole and the floor, toes up, down or to the side. On the heels of outstretched legs,
seated, it is 30 to 45; of who lies on the back with the feet let go 60 to 75, on the side 80 to 90."""
LYING_S: Final = 60.0
"""For so long at least: to tie a shoe takes less."""
LYING_BREAK_S: Final = 30.0
"""Shorter turns from one side to the other do not end it."""
FEWEST_UPRIGHT_S: Final = 10
"""Seconds of quiet standing that tell how the sensor lies on a flat foot."""
CARRIED_S: Final = 60
CARRIED_SHARE: Final = 0.9
"""Unloaded on both feet and shaken for so many seconds, in this share of them, shoes are carried: a foot in a
shoe comes down within seconds, or rests."""

PEDAL_HZ: Final = (0.6, 1.9)
"""Turns of the pedals in a second: 36 to 114 a minute. People prefer 50 to 80, trained ones 80 to 100."""
PEDAL_CELL_S: Final = 5.0
PEDAL_CELLS: Final = 2
"""Stretches of ten seconds are looked at, every five: seven turns of slow pedals."""
PEDAL_LINES: Final = 2
"""Lines of the spectrum to either side that a turning belongs to: the window's own width, 0.2 Hz."""
PEDAL_SHARE: Final = 0.6
"""Of the power of the acceleration, in that turning. Half of the rest would be the road's."""
PEDAL_ONE_WAY: Final = 0.5
"""How much more of it turns one way than the other: an ellipse three times as long as high has 0.6."""
CRANK_M: Final = (0.08, 0.30)
"""Radius of the circle. Cranks are 0.165 to 0.175 m; the sensor behind the pedal's axle moves less or
more as the foot tips."""
ROUNDING_SHARE: Final = 1e-6
"""By so much a bound that spares work lies below the one that decides: sums in another order differ by 1e-14
of themselves."""
PEDAL_SAME_LINES: Final = 1
OPPOSITE_COS: Final = -0.5
"""The feet turn at one rate, and are within 60 degrees of half a turn apart."""
FEWEST_PEDAL_CELLS: Final = 2
"""Fifteen seconds."""
LONGEST_COAST_S: Final = 30.0
"""A shorter rest of the pedals does not end a ride."""

# -- a foot that walks without load

BEARING_MOVE_SHARE: Final = 0.3
"""A foot whose load swings by so much within a second walks, and does not only bear some of the weight."""
FEWEST_UNLOADED_S: Final = 20
"""Seconds in which a foot walks without any load, from which it is said: a kick and a hop take less."""

# -- how the axes of a sensor lie (recordings of others)

SEARCHED_S: Final = 1200.0
"""Of a recording, from the first swift motion on, in which strides are looked for to find its axes."""
SWIFT_DEG_S: Final = 100.0
"""A foot turns faster than this in every swing, and never in standing or sitting."""
SMOOTH_RATE_S: Final = 0.1
"""Span over which the rate is averaged to tell swing from stance: a swing turns one way, then the other."""
SWING_S: Final = (0.2, 1.5)
"""Time for which a foot moves swiftly in a stride, at most and at least."""
STANCE_S: Final = (0.25, 3.0)
"""Time between two such swings."""
AXIS_STRIDES: Final = 12
"""Strides behind the axes: more do not change the choice."""
FEWEST_AXIS_STRIDES: Final = 3
OTHER_AXES_SHARE: Final = 0.6
"""Another order or sign of the axes of rotation is believed only where what is left at the end of the
strides, in velocity, is less than this share of what the stated one leaves."""
IN_G: Final = (0.7, 1.35)
"""Length of the acceleration at rest when its unit is g: sensors are off by a few percent."""
IN_MG: Final = (700.0, 1350.0)
IN_M_S2: Final = (8.0, 12.0)
"""Lengths at rest that are g in m/s2. Beyond all of them a sensor measures no acceleration."""
MOST_RAD_S: Final = 35.0
"""2000 degrees/s, the end of every gyroscope's range. In degrees/s no foot swings so slowly."""
MOST_DEG_S: Final = 10_000.0
"""No gyroscope has a range beyond 4000: such rates are in thousandths of degrees/s."""
MOVED_SHARE: Final = 0.1
"""SD of the length of the acceleration over that at rest, from which the foot has walked."""
UPRIGHT_SHARE: Final = 0.9
"""Of gravity along an axis, from which that axis points nowhere on the ground."""

# -- contacts from motion alone

PITCH_SMOOTH_S: Final = 0.03
"""Moving mean of the pitch rate: impacts ring at 30 Hz and more."""
SWING_PEAK_DEG_S: Final = 80.0
"""Toes rise in a swing by at least so much at their fastest; shuffling feet by 100, most by 300 to 500."""
SWING_PEAK_SHARE: Final = 0.3
"""And by this share of the recording's usual peak, so that a fidget is no step."""
USUAL_PEAK_QUANTILE: Final = 0.75
SHORTEST_SWING_S: Final = 0.15
LONGEST_SWING_S: Final = 1.5
"""Time for which the toes rise."""
TIPPING_S: Final = 0.2
"""Before the toes rise, in which the foot tips forwards."""
EARLY_IMPACT_S: Final = 0.06
LATE_IMPACT_S: Final = 0.12
"""Around the end of their rise, in which the foot meets the floor."""

# -- rotation from one sample to the next

SERIES_UP_TO_RAD2: Final = 0.04
"""Square of the angle up to which sine and cosine are taken from their series: 11 degrees, 1100 degrees/s at
100 Hz; what is left out is below 1e-11."""
SINE_STEPS: Final = (6.0, 20.0, 42.0)
"""By what each further term of sin(x)/x is divided: 2 x 3, 4 x 5, 6 x 7."""
COSINE_STEPS: Final = (24.0, 30.0, 56.0)
"""The same of (1 - cos x)/x^2, which begins with a half: 2 x 3 x 4, 5 x 6, 7 x 8."""
