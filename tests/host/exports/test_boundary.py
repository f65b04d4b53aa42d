"""What must never leave, and what must never be left behind."""

import errno
import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from plantigrade.exports.export_data import ExportData
from plantigrade.exports.formats import FORMATS, ExportError

from tests.host.exports import sample

ALL = list(FORMATS)


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> sample.Opened:
    return sample.counts_recording(tmp_path_factory.mktemp("recording"), seconds=12.0)


@pytest.fixture(scope="module")
def data(recording: sample.Opened) -> ExportData:
    return ExportData.of(recording)


@pytest.fixture(scope="module")
def nameless(recording: sample.Opened) -> ExportData:
    return ExportData.of(recording, deidentify=True)


def test_de_identified_times_keep_their_distances(nameless: ExportData, data: ExportData) -> None:
    for clean, named in zip(nameless.feet, data.feet, strict=True):
        assert clean.frames is not None
        assert named.frames is not None
        shift = np.unique(named.frames.complete.host_ns - clean.frames.complete.host_ns)
        assert len(shift) == 1
        assert np.array_equal(clean.frames.complete.counts, named.frames.complete.counts)
        assert np.array_equal(clean.time_s, named.time_s)


@pytest.mark.parametrize("name", ALL)
def test_a_full_disk_leaves_nothing_behind(
    name: str, data: ExportData, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = FORMATS[name]
    target = tmp_path / f"out{form.suffix}"
    if form.kind == "file":
        target.write_text("the old one")

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("plantigrade.files.atomic_write.os.fsync", full)
    with pytest.raises(ExportError, match="No space left"):
        form.write_data(data, target)
    left = [target.name] if form.kind == "file" else []
    assert [path.name for path in tmp_path.iterdir()] == left
    assert form.kind == "folder" or target.read_text() == "the old one"


@pytest.mark.skipif(not hasattr(resource, "RLIMIT_FSIZE"), reason="this system cannot limit file sizes")
def test_a_disk_that_fills_in_the_middle_is_said_by_every_writer(tmp_path: Path) -> None:
    script = Path(__file__).with_name("full_disk.py")
    root = Path(__file__).resolve().parents[3]
    done = subprocess.run(
        [sys.executable, str(script), str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(root)},
    )
    assert done.returncode == 0, done.stderr
    message: dict[str, list[str]] = json.loads(done.stdout)
    assert set(message) == {*ALL, "mat of a long recording"}
    for name, (texts, *left) in message.items():
        assert f"{name}{os.sep}out" in texts and "cannot be written" in texts, f"{name}: {texts}"
        assert not left, f"{name} left {left}"


@pytest.mark.parametrize("name", ALL)
def test_a_folder_that_is_not_there(name: str, data: ExportData, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="cannot be written"):
        FORMATS[name].write_data(data, tmp_path / "nowhere" / "out")


@pytest.mark.parametrize("name", [name for name in ALL if FORMATS[name].kind == "folder"])
def test_a_folder_that_is_there_is_not_touched(name: str, data: ExportData, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="already"):
        FORMATS[name].write_data(data, tmp_path)
    assert list(tmp_path.iterdir()) == []


def late(data: ExportData) -> ExportData:
    """The last frame a quarter of an hour later."""
    foot = data.feet[0]
    times = foot.time_s.copy()
    times[-1] += 900
    return replace(data, feet=(replace(foot, time_s=times), *data.feet[1:]))


def timeless(data: ExportData) -> ExportData:
    """No frame has a time."""
    return replace(data, feet=tuple(replace(f, time_s=np.full(len(f), np.nan)) for f in data.feet))


@pytest.mark.parametrize(
    ("name", "change", "texts"),
    [
        ("c3d", late, "65535 frames"),
        ("edf", timeless, "no frame has a time"),
        ("c3d", timeless, "no frame has a time"),
        ("motion-bids", timeless, "no frame has a time"),
        ("opengo", timeless, "no frame has a time"),
        ("opengo", lambda s: replace(s, feet=s.feet[:1]), "does not have both"),
    ],
)
def test_what_a_format_cannot_hold_is_refused(
    name: str, change: Callable[[ExportData], ExportData], texts: str, data: ExportData, tmp_path: Path
) -> None:
    with pytest.raises(ExportError, match=texts):
        FORMATS[name].write_data(change(data), tmp_path / "out")
    assert list(tmp_path.iterdir()) == []
