"""`plantigrade record`: virtual insoles over the virtual radio into the library, and live on LSL."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from plantigrade.exports.lsl import load
from plantigrade.library.catalogue.library import Library
from plantigrade.library.entries import Person

from tests.e2e.test_twin_run import running
from tests.processes import end

pytestmark = [pytest.mark.micropython, pytest.mark.radio]
FIRST_BOND_SLOTS = 10
SECONDS = 6


@pytest.fixture
def private_runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "runtime"
    folder.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))


async def command(*texts: str) -> tuple[int | None, str, str]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "plantigrade.cli", "record", *texts),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        out, err = await asyncio.wait_for(process.communicate(), 90)
    finally:
        await end(process)
    return process.returncode, out.decode(), err.decode()


def listen(enough: int) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """What an inlet gets of each foot until it has enough: samples, and times on the clock of LSL."""
    lsl = load()
    heard: dict[str, tuple[np.ndarray, np.ndarray]] = {}
    inlets: dict[str, Any] = {}
    for side in ("left", "right"):
        (found,) = lsl.resolve_byprop("name", f"Plantigrade {side}", 1, 40.0)
        inlets[side] = lsl.StreamInlet(found)
        inlets[side].open_stream(10.0)
    for side, inlet in inlets.items():
        samples: list[list[float]] = []
        times: list[float] = []
        while len(samples) < enough:
            more, at = inlet.pull_chunk(timeout=20.0, max_samples=enough)
            assert more, f"{side}: nothing after {len(samples)} samples"
            samples, times = samples + more, times + at
        heard[side] = np.array(samples), np.array(times)
    return heard


@pytest.mark.usefixtures("private_runtime")
async def test_what_is_walked_is_in_the_library_and_was_on_lsl(tmp_path: Path) -> None:
    data = tmp_path / "library of Müller"
    with Library(data) as library:
        library.add_person(Person("P001", shoe_size_eu=42))
    async with running():
        hearing = asyncio.create_task(asyncio.to_thread(listen, 200))
        texts = ("--data", str(data), "--seconds", str(SECONDS), "--person", "P001", "--lsl", "--json", "-")
        code, out, err = await command(*texts)
        heard = await hearing
    assert code == 0, err
    reported = json.loads(out)
    assert reported["schema"] == "plantigrade.record/1"
    with Library(data) as library:
        assert library.verify(reported["recording"]).ok
        recording = library.open(reported["recording"])
        assert recording.person is not None and recording.person.code == "P001"
        for side, (samples, times) in heard.items():
            counts = reported["insoles"][side]
            # A new bond goes into flash at once, and an erase stops sampling for 45 ms.
            assert set(counts["missing_by_reason"]) <= {"overrun"}
            assert counts["frames_missing"] <= FIRST_BOND_SLOTS
            assert counts["frames_recorded"] >= 100 * SECONDS
            frames = recording.frames(side)
            rows = np.searchsorted(frames.seq, samples[:, 32].astype(np.int64))
            assert np.array_equal(frames.seq[rows], samples[:, 32])
            assert np.array_equal(frames.counts[rows], samples[:, 16:32])
            # Live times follow estimates that still improve; the recording knows all of them.
            difference_s = times - frames.host_ns[rows] * 1e-9
            assert np.ptp(difference_s) < 0.020


@pytest.mark.usefixtures("private_runtime")
@pytest.mark.parametrize(
    ("texts", "text"),
    [
        (("--person", "P404"), "no person 'P404'"),
        (("--lsl", "--seconds", "0.1"), "Invalid value for '--seconds'"),
        (("/dev/nowhere",), "no port /dev/nowhere"),
    ],
)
async def test_errors_are_one_line(texts: tuple[str, ...], text: str, tmp_path: Path) -> None:
    code, out, err = await command("--data", str(tmp_path), *texts)
    assert code in (1, 2)
    assert text in err
    assert not out or "searching" in out
