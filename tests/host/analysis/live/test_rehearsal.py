"""The rehearsal of live analysis: after it nothing that a walk goes through has to be compiled or loaded."""

import json
import subprocess
import sys

WALK = """
import gc, json
import numpy as np
from numba.core.registry import CPUDispatcher
from plantigrade.analysis.live import rehearsal
from plantigrade.analysis.live.wearer import LiveWearer, WearerSetup
from plantigrade.bridge.frames import Frames
from plantigrade.bridge.insole import StampedFrames
from plantigrade.gait.signals import Foot
from tools.live_against_recorded.__main__ import walked

LOST = {(Foot.LEFT, 8), (Foot.RIGHT, 14)}

def ready():
    kernels = (one for one in gc.get_objects() if isinstance(one, CPUDispatcher))
    return {f"{one.__module__}.{one.py_func.__name__} {one.signatures}" for one in kernels if one.signatures}

walk = walked(None, 30.0, 20)
before = ready()
rehearsal.rehearse()
rehearsed = ready()
wearer = LiveWearer(WearerSetup(100.0, walk.weight_n, walk.calibrations))
strides = 0
for first in range(0, 3000, 50):
    for foot in Foot:
        if (foot, first // 100) not in LOST:
            device_us = 10_000 * np.arange(first, first + 50, dtype=np.int64)
            frames = Frames(b"", first, 1, 1, 0, device_us, walk.counts[foot][first : first + 50], None, 0)
            wearer.put(foot, StampedFrames(frames, device_us * 1000, 1_000_000, first * 10_000_000))
    strides += sum(len(found) for _, found in wearer.step(first * 10_000_000).strides)
print(json.dumps([rehearsal.is_quick(), len(rehearsed - before), sorted(ready() - rehearsed), strides]))
"""


def test_a_walk_with_gaps_needs_no_kernel_that_was_not_rehearsed() -> None:
    """In a process of its own: here others have loaded what they need."""
    done = subprocess.run([sys.executable, "-c", WALK], capture_output=True, text=True, check=True)
    is_quick, kernels, not_rehearsed, strides = json.loads(done.stdout)
    assert is_quick, "it has been compiled now"
    assert kernels > 10 and strides > 20, "both have walked"
    assert not_rehearsed == []
