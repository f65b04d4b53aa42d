"""Files that are not what they should be: one clear line, or a walk whose note says what is missing."""

import gzip
import struct
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from plantigrade.errors import FileError, PlantigradeError
from plantigrade.gait.signals import Foot
from plantigrade.imports import clock, formats, source

from tests.host.imports.recordings import SHARED, head_of, needs_recordings, vendor

KINDS = [
    (b"", "is empty"),
    (gzip.compress(b"", mtime=0), "is empty inside"),
    (b"PK\x03\x04rest of a zip", "zip archive or an Office document"),
    (b"%PDF-1.7\n\x00", "is a PDF"),
    (b"\x00\x01\x02\x03" * 50, "binary file"),
    (b"Dear doctor,\nmy foot hurts.\n", "no recording of a known format"),
    (b"1 2 3\n4 5 6\n", "no recording of a known format"),
    (gzip.compress(b"0 " * 50_000, mtime=0)[:-20], "damaged or end early"),
    (b"\x1f\x8b" + b"garbage", "damaged or end early"),
    (b"8" * (source.MAX_LINE + 10), "known format"),
]


# The places in the table are the names: compressed content carries the time it was made, so it cannot be one.
@pytest.mark.parametrize(("content", "message"), KINDS, ids=range(len(KINDS)))
def test_other_kinds_of_file(content: bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / "something"
    path.write_bytes(content)
    with pytest.raises(FileError, match=message):
        formats.read(path)


def test_a_missing_file_and_a_folder(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="cannot be opened"):
        formats.read(tmp_path / "nowhere.csv")
    with pytest.raises(FileError, match="is a folder"):
        formats.read(tmp_path)


def test_a_gzip_bomb_is_cut_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "MAX_BYTES", 1 << 20)
    path = tmp_path / "bomb.csv.gz"
    path.write_bytes(gzip.compress(b"time_s,left_force_n\n" + b"0.01,1\n" * 400_000))
    with pytest.raises(FileError, match="cut it into shorter recordings"):
        formats.read(path)


def _gaitpdb(tmp_path: Path, table: np.ndarray) -> Path:
    path = tmp_path / "record.txt"
    np.savetxt(path, table, fmt="%.4f", delimiter="\t")
    return path


def _table(seconds: float = 20.0) -> np.ndarray:
    """Walking made of half sines, 19 columns."""
    t = np.arange(0, seconds, 0.01)
    table = np.zeros((len(t), 19))
    table[:, 0] = t
    for first, phase in ((1, 0.0), (9, 0.5)):
        wave = 90 * np.maximum(np.sin(2 * np.pi * (t / 1.1 + phase)), 0)[:, None]
        table[:, first : first + 8] = wave * np.linspace(0.5, 1.5, 8)
    table[:, 17] = table[:, 1:9].sum(axis=1)
    table[:, 18] = table[:, 9:17].sum(axis=1)
    return table


def test_nan_samples_count_as_missing(tmp_path: Path) -> None:
    table = _table()
    table[100:150, 3] = np.nan
    walk = formats.read(_gaitpdb(tmp_path, table))
    assert "left foot: samples without a number, counted as missing: 50 of 2000 (2.5 %)" in walk.source.note


def test_a_jump_of_the_clock_is_a_gap(tmp_path: Path) -> None:
    table = _table()
    table[1000:, 0] += 4.5
    walk = formats.read(_gaitpdb(tmp_path, table))
    assert walk.left is not None
    (gap,) = walk.left.gaps
    assert (gap.from_s, gap.to_s) == pytest.approx((10.0, 14.5), abs=1e-6)
    assert "1 gap in the time column, 4.50 s" in walk.source.note


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t[:, 0].__imul__(1000), "Is the time column in seconds"),
        (lambda t: t[:, 0].__imul__(0.0), "time does not rise"),
        (lambda t: t[500:, 0].__isub__(3.0), "time does not rise"),
        (lambda t: t[:, 1:17].__imul__(0.0), "not the totals|no sensor carries"),
        (lambda t: t[:, 17].__iadd__(300.0), "another kind of table"),
    ],
)
def test_damaged_tables(change, message: str, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    table = _table()
    change(table)
    with pytest.raises(FileError, match=message):
        formats.read(_gaitpdb(tmp_path, table))


def test_constant_channels_are_named(tmp_path: Path) -> None:
    table = _table()
    table[:, 4] = 37.0
    table[:, 7] = 0.0
    table[:, 9:17] = 0.0
    table[:, 17] = table[:, 1:9].sum(axis=1)
    table[:, 18] = 0.0
    note = formats.read(_gaitpdb(tmp_path, table)).source.note
    assert "left foot: sensors 4 stand still at a load (stuck)" in note
    assert "right foot: the signal never changes (dead or unplugged)" in note


def test_one_signal_twice_is_noticed(tmp_path: Path) -> None:
    table = _table()
    table[:, 9:17] = table[:, 1:9]
    table[:, 18] = table[:, 17]
    assert "both feet carry the same signal" in formats.read(_gaitpdb(tmp_path, table)).source.note


def test_three_seconds_are_read_and_said(tmp_path: Path) -> None:
    assert "only 3.0 s long" in formats.read(_gaitpdb(tmp_path, _table(3.0))).source.note


def test_a_cut_last_line_is_left_out(tmp_path: Path) -> None:
    path = _gaitpdb(tmp_path, _table(3.0))
    path.write_bytes(path.read_bytes()[:-40])
    walk = formats.read(path)
    assert walk.left is not None
    assert len(walk.left) == 299
    assert "the last line is incomplete" in walk.source.note


def test_irregular_sampling_is_said(tmp_path: Path) -> None:
    table = _table()
    table[:, 0] += np.random.default_rng(1).uniform(-0.003, 0.003, len(table))
    note = formats.read(_gaitpdb(tmp_path, table)).source.note
    assert "time stamps stray from an even clock of 100 Hz by 1.7 ms (SD), which was used instead" in note


def test_rounded_stamps_become_an_even_clock(tmp_path: Path) -> None:
    exact = 5.0 + np.arange(3000) / 75.0
    found = clock.checked(np.round(exact, 3), tmp_path)
    assert found.rate_hz == pytest.approx(75.0, rel=1e-5)
    assert np.max(np.abs(found.time_s - exact)) < 0.0006


def test_a_header_that_lies_about_its_rate(tmp_path: Path) -> None:
    found = clock.checked(np.arange(1000) / 50.0, tmp_path, stated_rate_hz=100.0)
    assert found.rate_hz == pytest.approx(50)
    assert "the header says 100 Hz" in found.notes[0]


@needs_recordings
def test_mirrored_and_swapped_feet_are_said(tmp_path: Path) -> None:
    table = np.loadtxt(SHARED / "gaitpdb" / "GaPt33_01.txt.gz")
    straight = formats.read(_gaitpdb(tmp_path, table)).source.note
    assert "exchanged" not in straight
    # Medial and lateral sensors of each pair change places.
    for first in (1, 9):
        for pair in (1, 3, 5):
            a, b = first + pair, first + pair + 1
            table[:, [a, b]] = table[:, [b, a]]
    assert "left and right may be swapped" in formats.read(_gaitpdb(tmp_path, table)).source.note


@needs_recordings
def test_an_insole_read_back_to_front_is_said(tmp_path: Path) -> None:
    table = np.loadtxt(SHARED / "gaitpdb" / "GaCo01_01.txt.gz")
    table[:, 1:9] = table[:, 8:0:-1]
    assert (
        "left foot: the gait line runs from toes to heel"
        in formats.read(_gaitpdb(tmp_path, table)).source.note
    )


# --- WFDB parts
# -------------------------------------------------------------------------------------------------


def _record(tmp_path: Path, *, header: str | None = None, values: int = 3000) -> Path:
    wave = (1000 * np.sin(np.arange(values) / 40)).astype("<i2").tobytes()
    (tmp_path / "r.let").write_bytes(wave)
    (tmp_path / "r.rit").write_bytes(wave[::-1][:-1] + b"\x00")
    checksum = sum(struct.unpack(f"<{values}h", wave)) % 65536 - 65536
    text = header or (
        f"r 2 300 {values}\nr.let 16 3000 12 0 0 {checksum} 0 left-foot\n"
        "r.rit 16 3000 12 0 0 0 0 right-foot\n"
    )
    path = tmp_path / "r.hea"
    path.write_text(text)
    return path


def test_wfdb_format_16_and_checksums(tmp_path: Path) -> None:
    walk = formats.read(_record(tmp_path))
    assert "r.rit: the checksum of the header does not match" in walk.source.note
    assert "r.let: the checksum" not in walk.source.note


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("r 2 300 3000\nr.let 16 1 12 0 0 0 0 left-foot\n", "promises 2 signals"),
        ("r 1 300 3000\nr.let 310 1 12 0 0 0 0 left-foot\n", "format 310"),
        ("r 1 300 3000\n../r.let 16 1 12 0 0 0 0 left-foot\n", "outside its own folder"),
        ("r 1 300 3000\nq.let 16 1 12 0 0 0 0 left-foot\n", "which is missing"),
        ("r 1 300 3000\nr.dat 16 1 12 0 0 0 0 ecg\n", "neither a left nor a right foot"),
        ("r 1 3 3000\nr.let 16 1 12 0 0 0 0 left-foot\n", "its rate would be 3 Hz"),
        (
            "r 2 300 3000\nr.let 16 1 12 0 0 0 0 left\nr.rit 16 1 12 0 0 0 0 left\n",
            "two signals of the left foot",
        ),
    ],
)
def test_wfdb_headers_that_do_not_hold(header: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(FileError, match=message):
        formats.read(_record(tmp_path, header=header))


def test_a_truncated_wfdb_signal_is_said(tmp_path: Path) -> None:
    path = _record(tmp_path)
    (tmp_path / "r.let").write_bytes((tmp_path / "r.let").read_bytes()[:2000])
    walk = formats.read(path)
    assert "r.let ends after 1000 of 3000 samples (truncated)" in walk.source.note
    assert {foot.foot for foot in walk.feet} == set(Foot)


def test_a_wfdb_signal_without_its_header(tmp_path: Path) -> None:
    path = tmp_path / "lonely.rit"
    path.write_bytes(b"\x00\x80" * 300)
    with pytest.raises(FileError, match=r"lonely\.hea is missing"):
        formats.read(path)


# --- Fuzzing: mutated real files
# ---------------------------------------------------------------------------------


@cache
def _seed(name: str) -> bytes:
    sizes = {"fscan": 12_000, "pedar": 30_000, "stappone": 4_000, "xsensor": 16_000}
    if name == "gaitpdb":
        return head_of(SHARED / "gaitpdb" / "GaCo01_01.txt.gz", 8_000)
    if name == "wfdb":
        return (SHARED / "gaitndd" / "als1.hea").read_bytes()
    return head_of(vendor(name), sizes[name])


mutations = st.lists(
    st.one_of(
        st.tuples(st.just("cut"), st.floats(0, 1), st.just(b"")),
        st.tuples(st.just("drop"), st.floats(0, 1), st.binary(min_size=1, max_size=30)),
        st.tuples(st.just("put"), st.floats(0, 1), st.binary(min_size=1, max_size=12)),
        st.tuples(
            st.just("put"),
            st.floats(0, 1),
            st.sampled_from(
                [b",", b"\n", b"nan", b"inf", b"-1e308", b"B", b"\t", b"9" * 400, b"\x00", b"\xff", b"@@"]
            ),
        ),
        st.tuples(st.just("double"), st.floats(0, 1), st.just(b"")),
    ),
    min_size=1,
    max_size=4,
)


def _mutate(data: bytes, changes: list[tuple[str, float, bytes]]) -> bytes:
    for kind, where, what in changes:
        at = int(where * len(data))
        if kind == "cut":
            data = data[:at]
        elif kind == "drop":
            data = data[:at] + data[at + len(what) :]
        elif kind == "put":
            data = data[:at] + what + data[at + len(what) :]
        else:
            data = data[:at] + data[max(0, at - 200) : at] + data[at:]
    return data


@needs_recordings
@pytest.mark.parametrize("name", ["gaitpdb", "wfdb", "pedar", "fscan", "xsensor", "stappone"])
@pytest.mark.parametrize("forced", [False, True], ids=["auto", "forced"])
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=mutations)
def test_mutated_files_only_ever_fail_in_words(
    name: str, forced: bool, tmp_path: Path, changes: list[tuple[str, float, bytes]]
) -> None:
    path = tmp_path / "mutant.hea"
    path.write_bytes(_mutate(_seed(name), changes))
    for part in (".let", ".rit"):
        (tmp_path / f"als1{part}").write_bytes(b"\x10\x20\x30" * 500)
    try:
        walk = formats.read(path, name if forced else "auto")
    except PlantigradeError as error:
        assert "\n" not in str(error)
    else:
        for foot in walk.feet:
            assert np.all(np.diff(foot.time_s) > 0)
            assert len(foot.time_s) == len(foot.force_n)
