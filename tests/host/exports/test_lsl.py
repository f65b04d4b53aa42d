"""Live streams: what pylsl's inlet receives over the loopback is what the bridge delivered."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pylsl
import pytest
from insole_protocol import layout as places
from plantigrade.bridge.frames import Frames
from plantigrade.bridge.insole import Identity, Insole, StampedFrames
from plantigrade.calibration import Calibrator, nominal
from plantigrade.exports.lsl import LslStreams, channel_names, clock_difference_s
from plantigrade.link.base import now_ns

IDENTITY = Identity("C0FFEE01", "left", "0.1.0", 1, 1, 0, 10_000)
ROWS = 400
WAIT_S = 20.0


def batch(first: int, rows: int, start_ns: int, late: bool = False) -> StampedFrames:
    """Frames of slots `first` on, with random counts that their slot number seeds."""
    seq = first + np.arange(rows)
    counts = np.random.default_rng(first).integers(300, 4096, (rows, 16)).astype(np.uint16)
    host_ns = start_ns + seq * 10_000_123  # a clock that runs a little slow
    frames = Frames(b"", first, 1, 1, 0, seq * 10_000, counts, None, now_ns(), late=late)
    return StampedFrames(frames, host_ns, 200_000, now_ns())


@pytest.fixture
def streams() -> Iterator[LslStreams]:
    opened = LslStreams()
    yield opened
    opened.close()


def test_an_inlet_gets_forces_counts_slots_and_sampling_times(streams: LslStreams) -> None:
    insole = Insole("left", identity=IDENTITY)
    streams.watch(insole)
    for handler in insole.on_greeting:
        handler(insole)
    (found,) = pylsl.resolve_byprop("source_id", "plantigrade-C0FFEE01", 1, WAIT_S)
    assert (found.name(), found.type(), found.nominal_srate()) == ("Plantigrade left", "PlantarForce", 100.0)
    inlet = pylsl.StreamInlet(found)
    inlet.open_stream(WAIT_S)
    start_ns = now_ns()
    batches = [
        batch(first, 5, start_ns) for first in (*range(0, ROWS // 2, 5), *range(ROWS, 3 * ROWS // 2, 5))
    ]
    unknown = StampedFrames(batches[0].frames, None, 0, now_ns())
    late = batch(ROWS // 2, 5, start_ns, late=True)
    for stamped in (unknown, *batches, late):
        for handler in insole.on_frames:
            handler(insole, stamped)
    stream = streams.streams["C0FFEE01"]
    assert (stream.pushed, stream.late, stream.untimed) == (ROWS, 5, 5)
    samples, times = received(inlet, ROWS)
    counts = np.concatenate([one.frames.counts for one in batches])
    assert np.array_equal(samples[:, 16:32], counts)
    assert np.array_equal(samples[:, :16], Calibrator(nominal(), 100.0).feed(counts).astype(float))
    assert np.array_equal(samples[:, 32], np.concatenate([one.frames.device_us // 10_000 for one in batches]))
    sent_s = np.concatenate([one.host_ns for one in batches if one.host_ns is not None]) * 1e-9
    assert np.abs(times - sent_s - clock_difference_s(pylsl.local_clock)).max() < 100e-6
    assert np.diff(times - sent_s) == pytest.approx(0, abs=1e-9)


def received(inlet: pylsl.StreamInlet, rows: int) -> tuple[np.ndarray, np.ndarray]:
    """So many samples with their times."""
    samples: list[list[float]] = []
    times: list[float] = []
    while len(samples) < rows:
        more, at = inlet.pull_chunk(timeout=WAIT_S, max_samples=rows - len(samples))
        assert more, f"nothing more after {len(samples)} samples"
        samples += more
        times += at
    return np.array(samples), np.array(times)


def test_the_stream_says_what_its_channels_are(streams: LslStreams) -> None:
    insole = Insole("right", identity=Identity("C0FFEE02", "right", "0.1.0", 1, 1, 0, 10_000))
    streams.watch(insole)
    insole.on_greeting[0](insole)
    insole.on_greeting[0](insole)  # connected again: still one stream
    (found,) = pylsl.resolve_byprop("source_id", "plantigrade-C0FFEE02", 1, WAIT_S)
    inlet = pylsl.StreamInlet(found)
    about = inlet.info(WAIT_S)
    assert about.get_channel_labels() == list(channel_names())
    assert about.get_channel_units() == ["newtons"] * 16 + ["none"] * 17
    assert about.get_channel_types() == ["force"] * 16 + ["count"] * 16 + ["slot"]
    first = about.desc().child("channels").child("channel")
    assert first.child_value("region") == places.REGIONS[0]
    assert float(first.child("location").child_value("Y")) > 0
    assert first.child("location").child_value("nominal_size") == "yes"
    acquisition = about.desc().child("acquisition")
    assert acquisition.child_value("serial_number") == "C0FFEE02"
    assert acquisition.child_value("calibration") == "nominal"


@pytest.mark.parametrize(
    ("setting", "texts"),
    [
        ("import os; os.environ['PYLSL_LIB'] = sys.argv[1]", "LslError: .*cannot be loaded"),
        ("sys.modules['pylsl'] = None", r"MissingPartError: .*plantigrade\[exports\]"),
    ],
)
def test_without_the_library_there_are_clear_words(setting: str, texts: str, tmp_path: Path) -> None:
    broken = tmp_path / "liblsl.so"
    broken.write_text("no library")
    code = f"import sys; {setting}\nfrom plantigrade.exports.lsl import load\nload()"
    command = [sys.executable, "-c", code, str(broken)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode
    assert re.search(texts, done.stderr), done.stderr
