"""WFDB records of footswitches: bytes written by hand in both storage formats; holes, checksums, refusals.

Format 212 packs two 12-bit numbers a and b into three bytes: the low byte of a; the high four bits of b and
those of a; the low byte of b.
"""

from pathlib import Path

import numpy as np
import pytest
from plantigrade.errors import FileError
from plantigrade.gait.signals import Foot, Walk
from plantigrade.imports import formats

from tests.host.imports.reading import message, refusal, written

LEFT, RIGHT = "r.let 16 3000 12 0 0 {} 0 left-foot\n", "r.rit 16 3000 12 0 0 {} 0 right-foot\n"


def int16(*values: int) -> bytes:
    return np.array(values, "<i2").tobytes()


def record(tmp_path: Path, header: str, left: bytes = int16(*range(8)), right: bytes | None = None) -> Path:
    (tmp_path / "r.let").write_bytes(left)
    if right is not None:
        (tmp_path / "r.rit").write_bytes(right)
    return written(tmp_path / "r.hea", header)


def one(samples: int = 0, storage: int = 16, checksum: object = "x", rate: object = 100) -> str:
    return f"r 1 {rate} {samples}\nr.let {storage} 3000 12 0 0 {checksum} 0 left-foot\n"


def values(walk: Walk, foot: int = 0) -> list[float]:
    signal = walk.feet[foot]
    assert signal.force_n.shape == (len(signal.time_s), 1)
    assert (signal.quantity, signal.layout) == ("footswitch", None)
    return signal.force_n[:, 0].tolist()


@pytest.mark.worked_example("force_n", "time_s", "sample_rate_hz")
def test_format_16_is_two_bytes_low_one_first(tmp_path: Path):
    walk = formats.read(record(tmp_path, one(), b"\x01\x00\xff\xff\x00\x01\xff\x7f\x01\x80\x34\x12"))
    assert walk.source.format == "wfdb"
    assert values(walk) == [1.0, -1.0, 256.0, 32767.0, -32767.0, 4660.0]
    assert walk.sample_rate_hz == 100.0
    assert walk.feet[0].time_s == pytest.approx([0.0, 0.01, 0.02, 0.03, 0.04, 0.05])
    assert message(walk) == ""


@pytest.mark.worked_example("force_n")
@pytest.mark.parametrize(
    ("raw", "numbers"),
    [
        ("23 41 56", [291, 1110]),  # 0x123 and 0x456
        ("01 f0 ff", [1, -1]),
        ("ff 87 01", [2047, -2047]),  # 0x7ff and 0x801
        ("01 18 00 23 41 56", [-2047, 256, 291, 1110]),  # 0x801 and 0x100
        ("23 41 56 01 00", [291, 1110, 1]),  # one number is left over in two bytes
        ("23 41 56 01 0f", [291, 1110, -255]),  # 0xf01
        ("23 41 56 01", [291, 1110]),  # and none in one
    ],
)
def test_format_212_is_two_numbers_in_three_bytes(tmp_path: Path, raw: str, numbers: list[int]):
    walk = formats.read(record(tmp_path, one(storage=212), bytes.fromhex(raw)))
    assert values(walk) == numbers


def test_an_odd_byte_at_the_end_is_no_sample(tmp_path: Path):
    assert values(formats.read(record(tmp_path, one(), int16(1, 2, 3) + b"\x09"))) == [1.0, 2.0, 3.0]


@pytest.mark.worked_example("missing")
@pytest.mark.parametrize(
    ("numbers", "gaps"),
    [
        ([9, -32768, 9, 5], [1]),
        ([9, -32768, -32768, 9, 5], [1, 2]),
        ([-32768, 9, 5], [0]),
        ([9, 5, -32768], [2]),
        ([9, -32768, -32568, 5], []),  # 200 above the lowest level: a signal at its lower end
        ([9, -32768, -32567, 5], [1]),
        ([-32568, -32768, -32768, 9], []),
        ([-32567, -32768, -32768, 9], [1, 2]),
        ([9, -32768, 9, -32568, -32768, 5], [1]),  # each run by its own neighbours
        ([-32568, -32768], []),
        ([9, -32767, 5], []),
    ],
)
def test_the_mark_of_an_invalid_sample_is_a_hole_away_from_the_lower_end(
    tmp_path: Path, numbers: list[int], gaps: list[int]
):
    got = np.array(values(formats.read(record(tmp_path, one(), int16(*numbers)))))
    assert np.flatnonzero(np.isnan(got)).tolist() == gaps
    assert np.delete(got, gaps).tolist() == np.delete(np.array(numbers, float), gaps).tolist()


@pytest.mark.parametrize(("neighbour", "gap"), [(-1848, False), (-1847, True)])
def test_format_212_has_a_mark_of_its_own(tmp_path: Path, neighbour: int, gap: bool):
    """-2048 is 0x800; -1848 0x8c8 and -1847 0x8c9, beside it and beside 9."""
    low = neighbour & 0xFF
    raw = bytes([0x09, 0x80, 0x00, low, 0x08, 0x09])
    got = values(formats.read(record(tmp_path, one(storage=212), raw)))
    assert [got[0], got[2], got[3]] == [9.0, neighbour, 9.0]
    assert np.isnan(got[1]) == gap
    # -32768 cannot be stored there; in format 16 -2048 is a number as any other.
    assert values(formats.read(record(tmp_path, one(), int16(9, -2048, 9)))) == [9.0, -2048.0, 9.0]


MISMATCH = "r.let: the checksum of the header does not match; the file may be damaged"


@pytest.mark.worked_example("checksum")
@pytest.mark.parametrize(
    ("numbers", "checksum", "texts"),
    [
        ([1, 2, 3], 6, ""),
        ([1, 2, 3], 7, MISMATCH),
        ([1, 2, 3], 5, MISMATCH),
        ([-1, -2, -3], -6, ""),
        ([-1, -2, -3], 65530, ""),  # modulo 65536
        ([30001, 29999, 30000], 24464, ""),  # 90000 - 65536
        ([30001, 29999, 30000], -41072, ""),
        ([1, 2, 3], "-", ""),  # no checksum, nothing to compare
        ([-2048, 1, 2], -2045, ""),
        ([-2048, 1, 2], -32765, ""),  # written when the invalid sample was counted as -32768
        ([-2048, -2048, 2], 2, ""),  # -65534
        ([-2048, -2048, 2], -4094, ""),
        ([-2048, -2048, 2], -34814, MISMATCH),  # only one of them
    ],
)
def test_the_sum_of_all_samples_is_compared(tmp_path: Path, numbers: list[int], checksum: object, texts: str):
    walk = formats.read(record(tmp_path, one(3, checksum=checksum), int16(*numbers)))
    assert message(walk) == texts


def test_a_record_of_another_length_than_stated(tmp_path: Path):
    path = record(tmp_path, one(8, checksum=99), int16(*range(5)))
    assert message(formats.read(path)) == "r.let ends after 5 of 8 samples (truncated)"
    path = record(tmp_path, one(3, checksum=3), int16(*range(5)))
    walk = formats.read(path)
    assert values(walk) == [0.0, 1.0, 2.0]
    assert message(walk) == ""
    # A length of 0 is not stated: all is read, and its checksum is not compared.
    assert values(formats.read(record(tmp_path, one(0, checksum=1), int16(*range(5))))) == [0.0, 1, 2, 3, 4]
    assert message(formats.read(record(tmp_path, one(0, checksum=1), int16(*range(5))))) == ""


def test_two_feet_of_different_length_end_with_the_shorter(tmp_path: Path):
    header = "r 2 100 9\n" + LEFT.format(0) + RIGHT.format(0)
    walk = formats.read(record(tmp_path, header, int16(*range(9)), int16(5, 4, 3)))
    assert [foot.foot for foot in walk.feet] == [Foot.LEFT, Foot.RIGHT]
    assert values(walk, 0) == [0.0, 1.0, 2.0]
    assert values(walk, 1) == [5.0, 4.0, 3.0]
    assert walk.feet[1].time_s == pytest.approx([0.0, 0.01, 0.02])


@pytest.mark.parametrize(
    ("first", "second", "order"),
    [
        ("r.let 16 1 12 0 0 x 0 right heel", "r.rit 16 1 12 0 0 x 0 LEFT", "swapped"),
        ("r.let 16 1 12 0 0 x 0", "r.rit 16", "as named"),  # the ends of their names
        ("r.let 16 1 12 0 0 x 0 RF heel", "r.rit 16 1 12 0 0 x 0 switch L", "swapped"),
        ("r.let 16 1 12 0 0 x 0 Foot", "r.rit 16 1 12 0 0 x 0 switch 2", "as named"),
    ],
)
def test_descriptions_tell_the_side_before_the_names_of_the_files(
    tmp_path: Path, first: str, second: str, order: str
):
    path = record(tmp_path, f"r 2 100 0\n{first}\n{second}\n", int16(1, 2, 3), int16(4, 5, 9))
    walk = formats.read(path)
    left, right = (values(walk, 0), values(walk, 1))
    assert (left, right)[:: -1 if order == "swapped" else 1] == ([1.0, 2, 3], [4.0, 5, 9])


def test_the_side_of_a_record_of_one_foot_can_be_named(tmp_path: Path):
    walk = formats.read(record(tmp_path, one()), foot=Foot.RIGHT)
    assert [foot.foot for foot in walk.feet] == [Foot.RIGHT]
    assert values(walk) == [0.0, 1, 2, 3, 4, 5, 6, 7]
    both = record(
        tmp_path, "r 2 100 0\n" + LEFT.format("x") + RIGHT.format("x"), right=int16(*range(8, 0, -1))
    )
    assert refusal(both, foot=Foot.RIGHT) == "has both feet; leave --foot out"


def test_other_signals_are_left_out_and_said(tmp_path: Path):
    header = "r 3 100 0\nr.dat 16 1 12 0 0 0 0 ecg\nr.let 16\nr.mat 16\n"
    walk = formats.read(record(tmp_path, header))
    assert message(walk) == (
        "signal 'ecg' names no foot and was left out; signal 'r.mat' names no foot and was left out"
    )


@pytest.mark.parametrize(
    "header",
    [
        "# made by hand\n\n  r 1 100 8\n# another\n  r.let 16 3000 12 0 0 28 0 left-foot\n#the end\n",
        "r 1 100/25(0) 8 12:00:00\nr.let 16\n",
        "r 1 100/25(0) 8 12:00:00 01/02/2003\nr.let 16:0+0\n",
        "r 1 100\nr.let 16 1(0)/mV\n",  # the number of samples may be left out
        "r_1.2-b 1 100.0 8\nr.let 16\n",
    ],
)
def test_headers_that_are_understood(tmp_path: Path, header: str):
    walk = formats.read(record(tmp_path, header))
    assert values(walk) == [0.0, 1, 2, 3, 4, 5, 6, 7]
    assert walk.sample_rate_hz == 100.0


@pytest.mark.parametrize("suffix", [".let", ".rit", ".LET"])
def test_a_signal_file_finds_its_header(tmp_path: Path, suffix: str):
    record(tmp_path, "r 2 100 8\n" + LEFT.format("x") + RIGHT.format("x"), right=int16(*range(8, 0, -1)))
    path = written(tmp_path / f"r{suffix}", (tmp_path / "r.let").read_bytes())
    walk = formats.read(path)
    assert len(walk.feet) == 2
    assert walk.source.path == str(tmp_path / "r.hea")


def test_a_signal_file_without_its_header_is_refused(tmp_path: Path):
    path = written(tmp_path / "alone.rit", int16(1, 2, 3))
    assert refusal(path) == "is one signal of a WFDB record, but its header alone.hea is missing"


def test_an_empty_signal_is_named_itself(tmp_path: Path):
    """A file of one byte holds no number of two."""
    with pytest.raises(FileError) as caught:
        formats.read(record(tmp_path, one(), b"\x01"))
    assert str(caught.value) == f"{tmp_path / 'r.let'}: holds no sample"


def lines_of(count: int) -> str:
    return f"r {count} 100 0\n" + "r.let 16\n" * min(count, 1) + "r.mat 16\n" * (count - 1)


@pytest.mark.parametrize(
    ("header", "problem"),
    [
        ("no header\n", "is no WFDB header (record name, signals, rate, samples)"),
        ("r\nr.let 16\n", "is no WFDB header (record name, signals, rate, samples)"),
        ("# only remarks\n", "is no WFDB header (record name, signals, rate, samples)"),
        ("r 2 100 4\nr.let 16\nr.let 212 1 12 0 0 0 0 right\n",
         "stores the signals of r.let in several formats, which is not read"),
        ("r 2 100 4\nr.let 16\nr.rit 16x2\n", "has feet of different rates; resample one of them"),
        ("r/2 1 100 8\nr.let 16\n", "is a record of several segments; name one of its segments"),
        ("r 1 1.0.0 8\nr.let 16\n", "states the rate '1.0.0'"),
        ("r 0 100 8\nr.let 16\n", "promises 0 signals but describes 1"),
        ("r 2 100 8\nr.let 16\n", "promises 2 signals but describes 1"),
        ("r 65 100 8\n" + "r.let 16\n" * 65, "promises 65 signals but describes 65"),
        ("r 2 100 8\nr.let 16\n16 r.rit\n", "this line describes no signal: '16 r.rit'"),
        ("r 1 100 8\nr.let\n", "this line describes no signal: 'r.let'"),
        ("r 1 100 8\nr.let 12345\n", "this line describes no signal: 'r.let 12345'"),
        (f"r 1 100 8\nr.let x16 {'y' * 90}\n", f"this line describes no signal: 'r.let x16 {'y' * 50}'"),
        ("r 2 100 8\nr.let 16\nr.rit 16 1 12 0 0 0 0 left\n", "has two signals of the left foot"),
        ("r 1 100 8\nr.dat 16\n", "names neither a left nor a right foot in its signals' descriptions"),
        ("r 1 100 8\n../r.let 16\n", "points to '../r.let' outside its own folder, which is not followed"),
        ("r 1 100 8\nq.let 16\n", "needs the signal file q.let, which is missing"),
        ("r 1 100 8\nr.let 8\n",
         "stores r.let in WFDB format 8; formats 16, 24, 32, 61, 80, 160, 212 are read"),
        ("r 1 9 8\nr.let 16\n",
         "its rate would be 9 Hz; gait needs 10 to 5000 Hz. Is the time column in seconds?"),
    ],
)  # fmt: skip
def test_what_is_no_record_is_refused(tmp_path: Path, header: str, problem: str):
    assert refusal(record(tmp_path, header), "wfdb") == problem


def test_64_signals_are_read(tmp_path: Path):
    walk = formats.read(record(tmp_path, lines_of(64)))
    assert len(walk.feet) == 1


@pytest.mark.parametrize("numbers", [(5, 5, 5), (7,)])
def test_a_signal_that_says_nothing_is_refused(tmp_path: Path, numbers: tuple[int, ...]):
    problem = refusal(record(tmp_path, one(), int16(*numbers)))
    assert problem in (
        "no sensor carries a changing signal; nothing can be analysed",
        "holds fewer than two samples",
    )
    assert ("two samples" in problem) == (len(numbers) == 1)


@pytest.mark.parametrize("storage", [16, 212])
def test_any_numbers_survive_their_bytes(tmp_path: Path, storage: int):
    draw = np.random.default_rng(storage)
    top = 1800 if storage == 212 else 32000
    numbers = draw.integers(-top, top, 61)
    if storage == 16:
        raw = int16(*numbers.tolist())
    else:
        bits = "".join(
            f"{a & 255:08b}{b >> 8 & 15:04b}{a >> 8 & 15:04b}{b & 255:08b}"
            for a, b in zip(numbers[::2].tolist(), [*numbers[1::2].tolist(), 0], strict=True)
        )
        raw = bytes(int(bits[i : i + 8], 2) for i in range(0, len(bits), 8))[:-1]
    assert values(formats.read(record(tmp_path, one(61, storage), raw))) == numbers.tolist()


@pytest.mark.worked_example("force_n")
def test_signals_that_name_one_file_lie_in_it_in_turn(tmp_path: Path):
    """Left 1, 2, 3 and right -1, -2, -3, with one sample of something else behind each pair."""
    header = (
        "r 3 100 3\nr.dat 16 1 16 0 1 6 0 left\nr.dat 16 1 16 0 -1 -6 0 right\nr.dat 16 1 16 0 0 0 0 ecg\n"
    )
    (tmp_path / "r.dat").write_bytes(int16(1, -1, 7, 2, -2, 8, 3, -3, 9))
    walk = formats.read(written(tmp_path / "r.hea", header))
    assert (values(walk, 0), values(walk, 1)) == ([1.0, 2, 3], [-1.0, -2, -3])
    assert message(walk) == "signal 'ecg' names no foot and was left out"
    assert formats.read(tmp_path / "r.dat").source.path == str(tmp_path / "r.hea")


def test_several_samples_a_frame_skew_and_bytes_in_front(tmp_path: Path):
    """Frames of two left and one right sample would be two rates; two of each are 200 Hz."""
    header = "r 2 100 2\nr.dat 16x2:1+4 1 16 0 0 0 0 left\nr.dat 16x2+4 1 16 0 0 0 0 right\n"
    (tmp_path / "r.dat").write_bytes(b"head" + int16(1, 2, 10, 20, 3, 4, 30, 40))
    walk = formats.read(written(tmp_path / "r.hea", header))
    assert walk.sample_rate_hz == 200.0
    assert (values(walk, 0), values(walk, 1)) == ([3.0, 4.0], [10.0, 20.0])


@pytest.mark.worked_example("force_n")
@pytest.mark.parametrize(
    ("unit", "newtons"), [("2(10)/N", [0.0, 5.0, 45.0]), ("0(10)/n", [0.0, 0.05, 0.45]), ("N", None)]
)
def test_newtons_are_read_where_the_header_states_them(
    tmp_path: Path, unit: str, newtons: list[float] | None
):
    """(stored - baseline) / gain; a gain of 0 is the usual 200."""
    walk = formats.read(
        record(tmp_path, f"r 1 100 3\nr.let 16 {unit} 12 10 0 x 0 left\n", int16(10, 20, 100))
    )
    assert walk.feet[0].quantity == ("force" if newtons else "footswitch")
    assert walk.feet[0].force_n[:, 0] == pytest.approx(newtons or [10.0, 20.0, 100.0])


@pytest.mark.filterwarnings("ignore:The inplace keyword")  # wfdb's own use of pandas
def test_the_reference_writer_is_read_back(tmp_path: Path):
    """Two feet and a third signal in one file. One test for all formats, as the package is slow to load."""
    import wfdb

    for storage in (16, 24, 32, 80, 212):
        top = {80: 100, 212: 1500}.get(storage, 30000)
        numbers = np.random.default_rng(storage).integers(-top, top, (50, 3))
        wfdb.wrsamp(
            f"walk{storage}", 300, ["adc"] * 3, ["left foot", "other", "right foot"], d_signal=numbers,
            fmt=[str(storage)] * 3, adc_gain=[1.0] * 3, baseline=[0] * 3, write_dir=str(tmp_path),
        )  # fmt: skip
        walk = formats.read(tmp_path / f"walk{storage}.hea")
        assert (values(walk, 0), values(walk, 1)) == (numbers[:, 0].tolist(), numbers[:, 2].tolist())
        assert walk.sample_rate_hz == 300.0
        assert message(walk) == "signal 'other' names no foot and was left out"


@pytest.mark.worked_example("force_n")
@pytest.mark.parametrize(("storage", "raw"), [(61, "0102 ff00"), (160, "0281 007f"), (80, "82 7e")])
def test_formats_of_whole_bytes(tmp_path: Path, storage: int, raw: str):
    """61: the high byte first; 160 and 80: from 32768 and 128."""
    walk = formats.read(record(tmp_path, one(storage=storage), bytes.fromhex(raw)))
    assert values(walk) == ([258.0, -256.0] if storage != 80 else [2.0, -2.0])


@pytest.mark.parametrize("named", ["r.hea", "r.hea.gz", "r.dat.gz"])
def test_a_record_whose_files_are_packed(tmp_path: Path, named: str):
    import gzip

    header = b"r 2 100 4\nr.dat 16 1 12 0 0 10 0 left foot\nr.dat 16 1 12 0 0 27 0 right foot\n"
    packed = {
        "r.dat.gz": int16(1, 5, 2, 6, 3, 9, 4, 7),
        "r.hea.gz" if named == "r.hea.gz" else "r.hea": header,
    }
    for name, content in packed.items():
        (tmp_path / name).write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    walk = formats.read(tmp_path / named)
    assert (values(walk, 0), values(walk, 1)) == ([1.0, 2, 3, 4], [5.0, 6, 9, 7])
    assert message(walk) == ""


def test_bytes_before_the_samples_are_told_once_for_a_file(tmp_path: Path):
    header = "r 2 100 2\nr.dat 16+3 1 12 0 0 3 0 left\nr.dat 16 1 12 0 0 11 0 right\n"
    (tmp_path / "r.dat").write_bytes(b"abc" + int16(1, 5, 2, 6))
    walk = formats.read(written(tmp_path / "r.hea", header))
    assert (values(walk, 0), values(walk, 1)) == ([1.0, 2], [5.0, 6])


@pytest.mark.parametrize(
    ("base", "started"),
    [
        ("12:34:56.5 03/04/2019", "2019-04-03 12:34:56.500000"),
        ("0:00:00 31/12/2020", "2020-12-31 00:00:00"),
        ("12:34:56", "None"),
        ("12:34:56 31/02/2019", "None"),
        ("", "None"),
    ],
)
def test_a_record_that_says_when_it_began(tmp_path: Path, base: str, started: str):
    walk = formats.read(record(tmp_path, f"r 1 100 8 {base}\nr.let 16\n"))
    assert str(walk.source.started_local) == started
