"""How live analysis waits for what comes late: every figure with its reason."""

from typing import Final

GAP_WAIT_NS: Final = 5_000_000_000
"""For so long a gap between frames is waited for: the bridge asks the insole's log for it at once, and a
transfer takes a second or two. What comes later is left to the analysis of the recording."""
FOOT_WAIT_NS: Final = 45_000_000_000
"""For so long after frames of one foot those of the other are waited for: in daily mode the insoles send
their quarter of an hour one after the other, some seconds each. Then the foot goes on alone."""
MOST_HELD_FRAMES: Final = 200_000
"""Frames of a foot that wait at most, half an hour at 100 Hz: two bursts of the daily mode. More are left to
the analysis of the recording."""
HELD_ROWS: Final = 2
"""Of the newest even rows so many are held back: a sample may still come that is rounded onto them."""
STEP_FRAMES: Final = 1500
"""Frames of a foot that one step looks at: a burst of a quarter of an hour is analysed in slices of some
milliseconds, between which everything else goes on. A step costs as much for one second as for five, so that
slices of 3 s would take three times as long for all."""
BEHIND_S: Final = 2.0
"""A foot that has come less far than the other by this much is behind; less is how two radios differ."""
CONTEXT_STRIDES: Final = 200
"""Strides of a foot that have been judged and still count for what is usual in a bout: some minutes."""
REHEARSED_RATE_HZ: Final = 100.0
"""Frames a second of our insoles: what is rehearsed is compiled for what comes."""
REHEARSED_S: Final = 20
"""Of a made-up walk: the levels of a foot are learnt, gaps have been waited for, and a dozen strides have
ended, so that each kernel has been called."""
REHEARSED_GAPS: Final = {8: 3, 10: 50}
"""Frames that are missing in a second of it: few enough for a line from one to the next, and too many."""
REHEARSED_STRIDE_S: Final = 1.1
"""An adult's usual stride."""
REHEARSED_STANCE_S: Final = 0.66
"""60 % of the stride."""
REHEARSED_LOAD_N: Final = 700.0
"""A usual adult's weight."""
