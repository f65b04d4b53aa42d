"""Each format: what a real file gives, and how it is told from the others."""

import gzip
import shutil
from pathlib import Path

import numpy as np
import pytest
from plantigrade.errors import FileError, PlantigradeError
from plantigrade.gait.signals import Foot
from plantigrade.imports import formats, registry

from tests.host.imports.recordings import SHARED, VENDOR, needs_recordings, vendor

TABLE = [
    # format, file, rate, feet with sensors, seconds
    ("gaitpdb", SHARED / "gaitpdb" / "GaCo01_01.txt.gz", 100.0, {Foot.LEFT: 8, Foot.RIGHT: 8}, 121.2),
    ("wfdb", SHARED / "gaitndd" / "control1.hea", 300.0, {Foot.LEFT: 1, Foot.RIGHT: 1}, 300.0),
    ("pedar", SHARED / "vendor_exports" / VENDOR["pedar"], 100.0, {Foot.LEFT: 99, Foot.RIGHT: 99}, 15.0),
    ("fscan", SHARED / "vendor_exports" / VENDOR["fscan"], 31.25, {Foot.LEFT: 471}, 6.5),
    (
        "xsensor",
        SHARED / "vendor_exports" / VENDOR["xsensor"],
        75.13,
        {Foot.LEFT: 228, Foot.RIGHT: 230},
        1.33,
    ),
    ("stappone", SHARED / "vendor_exports" / VENDOR["stappone"], 62.5, {Foot.LEFT: 12}, 73.2),
]


@needs_recordings
@pytest.mark.parametrize(("name", "path", "rate", "sensors", "seconds"), TABLE, ids=[row[0] for row in TABLE])
def test_a_real_file(name: str, path: Path, rate: float, sensors: dict[Foot, int], seconds: float) -> None:
    walk = formats.read(path)
    assert walk.source.format == name
    assert walk.sample_rate_hz == pytest.approx(rate, rel=1e-3)
    assert {foot.foot: foot.sensor_count for foot in walk.feet} == sensors
    for foot in walk.feet:
        assert foot.time_s[-1] - foot.time_s[0] == pytest.approx(seconds, abs=0.1)
        assert np.all(np.diff(foot.time_s) > 0)


@needs_recordings
@pytest.mark.parametrize(("name", "path"), [row[:2] for row in TABLE], ids=[row[0] for row in TABLE])
def test_the_name_of_a_file_does_not_matter(name: str, path: Path, tmp_path: Path) -> None:
    if name == "wfdb":
        for part in (".hea", ".let", ".rit"):
            shutil.copy(path.with_suffix(part), tmp_path / f"control1{part}")
        copy = tmp_path / "control1.hea"
    else:
        copy = tmp_path / "recording.dat"
        shutil.copy(path, copy)
    assert formats.read(copy).source.format == name


@needs_recordings
@pytest.mark.parametrize("name", VENDOR)
def test_plain_and_gzipped_are_the_same(name: str, tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.write_bytes(gzip.decompress(vendor(name).read_bytes()))
    for a, b in zip(formats.read(plain).feet, formats.read(vendor(name)).feet, strict=True):
        assert np.array_equal(a.force_n, b.force_n)
        assert np.array_equal(a.time_s, b.time_s)


@needs_recordings
@pytest.mark.parametrize("wrong", [name for name in registry.FORMATS if name != "gaitpdb"])
def test_the_wrong_format_is_refused_in_words(wrong: str) -> None:
    with pytest.raises(FileError, match="GaCo01_01"):
        formats.read(SHARED / "gaitpdb" / "GaCo01_01.txt.gz", wrong)


@needs_recordings
def test_gaitpdb_sums_are_the_totals_of_the_file() -> None:
    path = SHARED / "gaitpdb" / "GaPt03_01.txt.gz"
    table = np.loadtxt(path)
    walk = formats.read(path)
    for foot, column in zip(walk.feet, (17, 18), strict=True):
        assert foot.force_n.sum(axis=1) == pytest.approx(table[:, column], abs=1e-3)


@needs_recordings
def test_gaitpdb_with_exchanged_feet_is_refused(tmp_path: Path) -> None:
    table = np.loadtxt(SHARED / "gaitpdb" / "GaCo01_01.txt.gz")[:3000]
    table[:, 17:19] = table[:, 18:16:-1]
    swapped = tmp_path / "swapped.txt"
    np.savetxt(swapped, table, fmt="%.4f")
    with pytest.raises(FileError, match="left and right are exchanged"):
        formats.read(swapped)


@needs_recordings
@pytest.mark.parametrize("record", ["control1", "als5", "hunt13", "park1"])
def test_wfdb_agrees_with_the_reference_reader(record: str) -> None:
    wfdb = pytest.importorskip("wfdb")
    path = SHARED / "gaitndd" / record
    reference, _ = wfdb.rdsamp(str(path), return_res=32)
    units = wfdb.rdrecord(str(path), physical=False).d_signal
    walk = formats.read(path.with_suffix(".hea"))
    for foot, column in zip(walk.feet, (0, 1), strict=True):
        ours = foot.force_n[:, 0]
        known = np.isfinite(reference[:, column])
        assert np.array_equal(ours[known], units[known, column].astype(np.float32))
        # What the reference takes for invalid is either a hole here too, or the lower end of the converter.
        doubtful = ours[~known]
        assert np.all(np.isnan(doubtful) | (doubtful == -2048))


@needs_recordings
def test_a_signal_file_finds_its_header() -> None:
    walk = formats.read(SHARED / "gaitndd" / "control1.rit")
    assert walk.source.format == "wfdb"
    assert len(walk.feet) == 2


@needs_recordings
def test_xsensor_cells_add_up_to_the_loads_that_the_file_states() -> None:
    walk = formats.read(vendor("xsensor"))
    assert walk.left is not None
    stated = [411.67, 384.1, 352.18, 314.74, 270.59, 226.29, 188.04, 148.0, 109.49]
    assert walk.left.force_n[:9].sum(axis=1) == pytest.approx(stated, rel=0.003)
    assert "times the load" not in walk.source.note


@needs_recordings
@pytest.mark.parametrize("name", ["pedar", "fscan", "xsensor", "stappone"])
def test_cells_lie_inside_a_foot(name: str) -> None:
    for foot in formats.read(vendor(name)).feet:
        layout = foot.layout
        assert layout is not None
        assert layout.insole_length_mm is not None
        assert 200 < layout.insole_length_mm < 320
        assert layout.x_mm.min() >= 0
        assert layout.x_mm.max() < 115
        assert layout.y_mm.min() >= 0
        assert layout.y_mm.max() <= layout.insole_length_mm
        assert set(layout.region) == {"heel", "midfoot", "forefoot", "toes"}


@needs_recordings
def test_the_hallux_is_medial_in_every_grid() -> None:
    """Peak toe load lies on the medial half: columns are not mirrored (pedar, XSENSOR: both feet)."""
    for name in ("pedar", "xsensor"):
        for foot in formats.read(vendor(name)).feet:
            layout = foot.layout
            assert layout is not None
            toes = np.array(layout.region) == "toes"
            impulse = np.nansum(foot.force_n, axis=0)[toes]
            centre = float((impulse * layout.x_mm[toes]).sum() / impulse.sum())
            assert centre < 0.5 * (layout.x_mm[toes].min() + layout.x_mm[toes].max())


@needs_recordings
def test_stappone_says_that_it_is_not_calibrated() -> None:
    walk = formats.read(vendor("stappone"))
    assert walk.left is not None
    assert walk.left.quantity == "footswitch"
    assert "not calibrated" in walk.source.note
    assert "no right foot" in walk.source.note


@needs_recordings
def test_a_foot_can_be_named_for_a_file_of_one_foot() -> None:
    assert formats.read(vendor("fscan"), foot=Foot.RIGHT).right is not None
    with pytest.raises(FileError, match="both feet"):
        formats.read(vendor("pedar"), foot=Foot.LEFT)


def test_an_unknown_format_is_named() -> None:
    with pytest.raises(PlantigradeError, match="unknown format"):
        formats.read(Path(__file__), "acme")
