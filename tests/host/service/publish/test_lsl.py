"""The service's frames on the Lab Streaming Layer: what an inlet receives is what the bridge delivered."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pylsl
from plantigrade.bridge.frames import Frames
from plantigrade.bridge.insole import Identity, Insole, StampedFrames
from plantigrade.library.catalogue.library import Library
from plantigrade.link.base import now_ns
from plantigrade.service.publish.lsl import LslPublisher
from plantigrade.service.publish.settings import LslSettings

WAIT_S = 20.0


def test_an_insole_is_a_stream_from_its_first_live_frames_on(tmp_path: Path) -> None:
    insole = Insole("left", identity=Identity("C0FFEE77", "left", "0.1.0", 1, 1, 0, 10_000))
    seq = np.arange(5)
    counts = np.arange(80, dtype=np.uint16).reshape(5, 16) + 400
    frames = Frames(b"", 0, 1, 1, 0, seq * 10_000, counts, None, now_ns(), late=False)
    live = StampedFrames(frames, now_ns() + seq * 10_000_000, 200_000, now_ns())
    late = replace(live, frames=replace(frames, late=True))
    with Library(tmp_path) as library:
        publisher = LslPublisher(LslSettings(), library)
        try:
            publisher.on_frames("left", insole, late)
            publisher.on_frames("left", insole, live)
            (found,) = pylsl.resolve_byprop("source_id", "plantigrade-C0FFEE77", 1, WAIT_S)
            inlet = pylsl.StreamInlet(found)
            inlet.open_stream(WAIT_S)
            publisher.on_frames("left", insole, live)
            sample, _ = inlet.pull_sample(WAIT_S)
            assert sample is not None and sample[16:32] == counts[0].tolist()
        finally:
            publisher.close()
