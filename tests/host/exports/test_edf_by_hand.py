"""EDF+, number by number and byte by byte, from the recording of `tiny`; EDFlib and edfio read it back.

A record lasts one second, so the eight rows of `tiny` lie in one record of ten; rows 8 and 9 are missing.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time
from importlib.metadata import version
from pathlib import Path

import edfio
import numpy as np
import pyedflib
import pytest
from plantigrade.exports import edf_file
from plantigrade.exports.edf_file import Annotation, Channel, Head
from plantigrade.exports.export_data import ExportData, ExportError, ExportFoot
from plantigrade.exports.formats import FORMATS

from tests.host.exports import tiny

NONE = -32768
LABELS = [
    "L heel post", "L heel med", "L heel lat", "L heel ant",
    "L mid med prox", "L mid lat prox", "L mid med dist", "L mid lat dist",
    "L mth1", "L mth2", "L mth3", "L mth4", "L mth5",
    "L hallux", "L toes 2 3", "L toes 4 5",
]  # fmt: skip


@pytest.fixture
def exported(tmp_path: Path) -> ExportData:
    return tiny.data(tmp_path / "recordings")


@pytest.fixture
def path(exported: ExportData, tmp_path: Path) -> Path:
    FORMATS["edf"].write_data(exported, tmp_path / "a.edf")
    return tmp_path / "a.edf"


def digital(path: Path) -> dict[str, list[int]]:
    with pyedflib.EdfReader(str(path)) as file:
        labels = file.getSignalLabels()
        return {label: file.readSignal(i, digital=True).tolist() for i, label in enumerate(labels)}


def physical(path: Path, label: str) -> np.ndarray:
    with pyedflib.EdfReader(str(path)) as file:
        return file.readSignal(file.getSignalLabels().index(label))


def test_labels_in_the_order_of_the_sensors(path: Path) -> None:
    right = [label.replace("L ", "R ", 1) for label in LABELS]
    assert list(digital(path)) == [
        *LABELS, "left total", "left clock ms", *right, "right total", "right clock ms",
    ]  # fmt: skip


def test_counts_are_the_counts_and_missing_ones_are_minus_one(path: Path) -> None:
    found = digital(path)
    for sensor, label in enumerate(LABELS):
        s = sensor
        # Rows 3 and 4 are the gap; the last frame fills rows 6 and 7; rows 8 and 9 only fill the record.
        assert found[label] == [100 + s, 200 + s, 300 + s, -1, -1, 400 + s, 500 + s, 500 + s, -1, -1]
        other = label.replace("L ", "R ", 1)
        assert found[other] == [-1, 2100 + s, 2200 + s, 2300 + s, -1, -1, -1, -1, -1, -1]


def test_totals_are_in_steps_of_a_tenth_newton(path: Path) -> None:
    """30 N is step 300 above the digital value of 0 N, which is -32767."""
    found = digital(path)
    assert found["left total"] == [
        -32467, -32167, -31867, NONE, NONE, -31567, -31267, -31267, NONE, NONE,
    ]  # fmt: skip
    assert found["right total"] == [NONE, -30367, -27967, -25567, *[NONE] * 6]
    assert physical(path, "left total")[[0, 1, 2, 5, 6, 7]] == pytest.approx([30, 60, 90, 120, 150, 150])
    assert physical(path, "left total")[3] == pytest.approx(-0.1)


def test_the_clock_tells_true_time_less_row_time_in_steps_of_a_fiftieth_millisecond(path: Path) -> None:
    """Left: 0, 0, 0.4, 0.6, 0.8, 0.8 ms. Right: 52 - 100, 152 - 200 and 251.6 - 300 ms. Each times 50."""
    found = digital(path)
    assert found["left clock ms"] == [0, 0, 20, NONE, NONE, 30, 40, 40, NONE, NONE]
    assert found["right clock ms"] == [NONE, -2400, -2400, -2420, *[NONE] * 6]
    assert physical(path, "right clock ms")[1:4] == pytest.approx([-48.0, -48.0, -48.4])


def test_ranges_and_units_of_the_header(path: Path) -> None:
    with pyedflib.EdfReader(str(path)) as file:
        labels = file.getSignalLabels()
        heads = {label: file.getSignalHeader(index) for index, label in enumerate(labels)}
    names = ("dimension", "transducer", "prefilter", "physical_min", "physical_max")
    names += ("digital_min", "digital_max", "sample_frequency")
    ranges = {label: tuple(head[name] for name in names) for label, head in heads.items()}
    assert ranges["L mth1"] == (
        "1", "FSR, raw ADC counts", "-1 = missing", -1, 32767, -1, 32767, 10.0,
    )  # fmt: skip
    assert ranges["left total"] == (
        "N", "pressure insole", "lowest = missing", -0.1, 6553.4, -32768, 32767, 10.0,
    )  # fmt: skip
    assert ranges["right clock ms"] == (
        "ms", "true minus row time", "lowest = missing", -655.36, 655.34, -32768, 32767, 10.0,
    )  # fmt: skip


def test_who_when_and_by_what(path: Path) -> None:
    with pyedflib.EdfReader(str(path)) as file:
        assert file.getPatientCode() == "P-1" and file.getPatientName() == "Anna Berg"
        assert file.getSex() == "Female" and file.getBirthdate() == "09 mar 1951"
        assert file.getEquipment() == f"Plantigrade {version('plantigrade')}"
        assert file.getRecordingAdditional() == "gait_7 UTC"
        # pyEDFlib takes tenths of microseconds for hundredths and says 25 ms; edfio says 250.
        assert file.getStartdatetime().replace(microsecond=0) == datetime(2026, 3, 1, 12)
        assert (file.datarecords_in_file, file.datarecord_duration) == (1, 1.0)
    read = edfio.read_edf(path)
    assert (read.startdate, read.starttime) == (date(2026, 3, 1), time(12, 0, 0, 250_000))
    assert read.patient.name == "Anna_Berg"


def test_annotations(path: Path) -> None:
    with pyedflib.EdfReader(str(path)) as file:
        times, lasted, texts = file.readAnnotations()
    assert list(zip(times.tolist(), lasted.tolist(), texts.tolist(), strict=True)) == [
        (0.0, -1.0, "note: fine"),
        (0.05, -1.0, "left initial_contact"),
        (0.1, 0.25, "alert: one_sided_load"),
        (0.12, -1.0, "right initial_contact"),
        (0.22, -1.0, "right final_contact"),
        (0.25, -1.0, "note: Anna stumbled\there"),
        (0.3, -1.0, "left final_contact"),
        (0.3, 0.2, "left gap: overrun"),
        (0.4, 0.4, "left alert: overload"),
        (0.52, -1.0, "left initial_contact"),
    ]


@pytest.mark.parametrize(("sex", "reported"), [("female", "F"), ("male", "M"), ("other", None), (None, None)])
def test_sexes(sex: str | None, reported: str | None, exported: ExportData, tmp_path: Path) -> None:
    assert exported.person is not None
    person = replace(exported.person, sex=sex, birth_date=None, code="x" * 25)
    FORMATS["edf"].write_data(replace(exported, person=person), tmp_path / "a.edf")
    patient = edfio.read_edf(tmp_path / "a.edf").patient
    assert (patient.sex, patient.code) == (reported or "X", "x" * 20)


def test_nobody_and_no_start(exported: ExportData, tmp_path: Path) -> None:
    FORMATS["edf"].write_data(replace(exported, person=None, start=None), tmp_path / "a.edf")
    head = (tmp_path / "a.edf").read_bytes()[:256].decode("ascii")
    assert head[8:88].rstrip() == "X X X X"
    assert head[88:168].startswith(f"Startdate X X X Plantigrade_{version('plantigrade')} gait_7 ")
    assert head[168:184] == "01.01.8500.00.00"


def test_an_import_is_in_hundredths_of_a_newton_or_the_finest_step_that_reaches(tmp_path: Path) -> None:
    """Sensor 1 goes to 12.5 N, so its step is 0.01 N; sensor 2 to 700.03 N, above the 655.34 N of that step,
    so its step is 0.02 N. 0.004 N rounds to 0 and 0.006 N to one step; 700.03 / 0.02 is 35001.5, to even."""
    FORMATS["edf"].write_data(ExportData.of(tiny.imported(tmp_path / "recordings")), tmp_path / "a.edf")
    found = digital(tmp_path / "a.edf")
    assert found["L s 01"] == [NONE, NONE, -32767, -32766, NONE, -31517, NONE, NONE, NONE, NONE]
    assert found["L s 02"] == [NONE, NONE, -32267, 2235, NONE, -32767, -31767, NONE, NONE, NONE]
    assert found["left total"] == [NONE, NONE, -32667, -25767, NONE, -32642, NONE, NONE, NONE, NONE]
    assert found["left clock ms"][2:7] == [0, 0, NONE, 0, 0]
    with pyedflib.EdfReader(str(tmp_path / "a.edf")) as file:
        assert [file.getPhysicalMinimum(i) for i in range(2)] == [-0.01, -0.02]
        assert [file.getPhysicalMaximum(i) for i in range(2)] == [655.34, 1310.68]


def pushed(exported: ExportData, force_n: float, row: int = 0) -> ExportData:
    """A force of the import's first sensor is another one."""
    (foot,) = exported.feet

    def forces(rows: slice) -> np.ndarray:
        changed = foot.forces(slice(0, 4)).copy()
        changed[row, 0] = force_n
        return changed[rows]

    return replace(exported, feet=(replace(foot, forces=forces),))


@pytest.mark.parametrize(
    ("force_n", "step_n"),
    [
        (655.33, 0.01), (655.35, 0.02), (1310.0, 0.02), (1311.0, 0.05), (3277.0, 0.1), (6554.0, 0.2),
        (13107.0, 0.5), (32768.0, 1.0), (65535.0, 2.0), (131069.0, 5.0), (327671.0, 10.0), (655320.0, 10.0),
    ],
)  # fmt: skip
def test_the_finest_step_that_reaches(force_n: float, step_n: float, tmp_path: Path) -> None:
    """65534 steps lie between 0 and the highest value."""
    exported = pushed(ExportData.of(tiny.imported(tmp_path / "recordings")), force_n)
    FORMATS["edf"].write_data(exported, tmp_path / "a.edf")
    with pyedflib.EdfReader(str(tmp_path / "a.edf")) as file:
        assert file.getPhysicalMinimum(0) == -step_n
        assert file.readSignal(0)[2] == pytest.approx(force_n, abs=step_n * 0.51)


@pytest.mark.parametrize(("count", "fits"), [(32767, True), (32768, False)])
def test_counts_have_fifteen_bits(count: int, fits: bool, exported: ExportData, tmp_path: Path) -> None:
    left, right = exported.feet
    assert left.frames is not None
    high = left.frames.changed(lambda frames: replace(frames, counts=np.full_like(frames.counts, count)))
    made = replace(exported, feet=(replace(left, frames=high), right))
    if fits:
        FORMATS["edf"].write_data(made, tmp_path / "a.edf")
        assert digital(tmp_path / "a.edf")["L mth1"][0] == 32767
    else:
        with pytest.raises(ExportError, match="the left foot has counts above 32767, which EDF"):
            FORMATS["edf"].write_data(made, tmp_path / "a.edf")


def drifting(foot: ExportFoot, by_s: float) -> ExportFoot:
    """A clock that is off its rate by so much at the end, frame by frame."""
    times = np.array([0.0, 0.1, 0.2, 0.3, 0.4 + by_s])
    return replace(foot, time_s=times, seq=np.arange(5), slots=np.ones(5, np.uint8))


@pytest.mark.parametrize(("by_s", "step_ms"), [(0.2, 0.02), (0.49, 0.02)])
def test_the_step_of_the_clock(by_s: float, step_ms: float, exported: ExportData, tmp_path: Path) -> None:
    left, right = exported.feet
    made = replace(exported, feet=(drifting(left, by_s), right))
    FORMATS["edf"].write_data(made, tmp_path / "a.edf")
    assert physical(tmp_path / "a.edf", "left clock ms")[4] == pytest.approx(by_s * 1e3, abs=step_ms / 2)


def strayed(exported: ExportData, rows: int) -> ExportData:
    """Two frames on row `rows` and the next, then frames of earlier times, which are moved behind them: the
    third frame, of 0.1 s, lies on row `rows + 2`, which is 0.1 s times `rows + 1` later."""
    left, right = exported.feet
    late_s = rows / 10
    times = np.array([late_s, late_s + 0.1, 0.1, 0.2, 0.3])
    seq, slots = np.array([0, 1, 100, 101, 102]), np.ones(5, np.uint8)
    return replace(exported, feet=(replace(left, seq=seq, slots=slots, time_s=times), right))


@pytest.mark.parametrize("stretch", [1, 2, 3, 5])
def test_the_clock_is_looked_through_in_stretches(
    stretch: int, exported: ExportData, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The farthest is 700 ms, of the third to fifth frame; the first two are on their rows."""
    monkeypatch.setattr("plantigrade.exports.edf._STRETCH_ROWS", stretch)
    FORMATS["edf"].write_data(strayed(exported, 6), tmp_path / "a.edf")
    with pyedflib.EdfReader(str(tmp_path / "a.edf")) as file:
        assert file.getPhysicalMinimum(17) == pytest.approx(-3276.8)
        assert file.readSignal(17)[6:11].tolist() == pytest.approx([0, 0, -700, -700, -700], abs=0.05)


@pytest.mark.parametrize(
    ("rows", "step_ms"),
    [(5, 0.02), (6, 0.1), (31, 0.1), (32, 1.0), (326, 1.0), (327, 10.0), (3275, 10.0), (3276, 100.0)],
)
def test_the_clock_gets_coarser_the_farther_it_strays(
    rows: int, step_ms: float, exported: ExportData, tmp_path: Path
) -> None:
    """32767 steps reach from the row's time to the farthest: 600 ms at 0.02 ms, 700 ms no more."""
    FORMATS["edf"].write_data(strayed(exported, rows), tmp_path / "a.edf")
    with pyedflib.EdfReader(str(tmp_path / "a.edf")) as file:
        assert file.getPhysicalMinimum(17) == pytest.approx(-32768 * step_ms)
        assert file.readSignal(17)[rows + 2] == pytest.approx(-100.0 * (rows + 1), abs=step_ms / 2)


def test_a_clock_that_strays_by_an_hour_is_refused(exported: ExportData, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="the clock of the left foot strays 3277 s from its rate"):
        FORMATS["edf"].write_data(strayed(exported, 32767), tmp_path / "a.edf")


def test_a_long_recording_is_written_in_blocks(
    exported: ExportData, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Blocks of one record: a frame 2.5 s later lies in the third, and the second is empty."""
    left, right = exported.feet
    times = left.time_s.copy()
    times[-1] = 2.5
    made = replace(exported, feet=(replace(left, time_s=times), right))
    monkeypatch.setattr("plantigrade.exports.edf.BLOCK_RECORDS", 1)
    FORMATS["edf"].write_data(made, tmp_path / "a.edf")
    found = digital(tmp_path / "a.edf")
    expected = [100, 200, 300, -1, -1, 400, *[-1] * 19, 500, 500, -1, -1, -1]
    assert found["L heel post"] == expected


def block(*rows: list[int]) -> np.ndarray:
    return np.array(rows, np.int16)


HEAD = Head(
    "P1", "F", date(1950, 2, 8), "A B", datetime(2026, 3, 1, 7, 8, 9, tzinfo=UTC), "made by", "x", 2, 2
)
CHANNEL = Channel("L heel", "FSR", "N", "none", (-0.01, 655.34), (-32768, 32767))


def write(path: Path, head: Head, annotations: list[Annotation], blocks: Iterator[np.ndarray]) -> bytes:
    edf_file.write(path, head, [CHANNEL], annotations, blocks)
    return path.read_bytes()


def test_the_bytes_of_a_file(tmp_path: Path) -> None:
    """Two records of two samples. Notes of a record take the room of the longest: "+1<14><14><0>" is 5 bytes,
    with "+1.5<15>0.25<14>note<14><0>" 5 + 16 = 21, made even: 22 bytes or 11 samples."""
    notes = [Annotation(1.5, 0.25, "note")]
    data = write(tmp_path / "a", HEAD, notes, iter([block([1, -2]), block([3, 4])]))
    head = data[:768].decode("ascii")
    assert head[:8] == "0       "
    assert head[8:88] == "P1 F 08-FEB-1950 A_B".ljust(80)
    assert head[88:168] == "Startdate 01-MAR-2026 X X made_by x".ljust(80)
    assert head[168:192] == "01.03.2607.08.09768     "
    assert head[192:236] == "EDF+C".ljust(44)
    assert head[236:256] == "2       1       2   "
    fields = [16, 80, 8, 8, 8, 8, 8, 80, 8, 32]
    at, found = 256, []
    for width in fields:
        found.append((head[at : at + width].rstrip(), head[at + width : at + 2 * width].rstrip()))
        at += 2 * width
    assert found == [
        ("L heel", "EDF Annotations"), ("FSR", ""), ("N", ""), ("-0.01", "-1"), ("655.34", "1"),
        ("-32768", "-32768"), ("32767", "32767"), ("none", ""), ("2", "11"), ("", ""),
    ]  # fmt: skip
    assert at == 768
    first = b"\x01\x00\xfe\xff" + b"+0\x14\x14\0".ljust(22, b"\0")
    second = b"\x03\x00\x04\x00" + b"+1\x14\x14\0+1.5\x150.25\x14note\x14\0".ljust(22, b"\0")
    assert data[768:] == first + second


def test_fractions_of_the_start_shift_every_time(tmp_path: Path) -> None:
    """The header has whole seconds: 0.125 s of the start stand in the times of records and annotations."""
    assert HEAD.start is not None
    head = replace(HEAD, start=HEAD.start.replace(microsecond=125_000))
    data = write(tmp_path / "a", head, [Annotation(0.5, None, "n")], iter([block([1, 2, 3, 4])]))
    assert b"+0.125\x14\x14\0+0.625\x14n\x14\0" in data and b"+1.125\x14\x14\0" in data


@pytest.mark.parametrize(("at_s", "record"), [(-3.0, 0), (0.0, 0), (0.999, 0), (1.0, 1), (1.9, 1), (9.0, 1)])
def test_an_annotation_stands_in_the_record_of_its_time_or_the_nearest(
    at_s: float, record: int, tmp_path: Path
) -> None:
    data = write(tmp_path / "a", HEAD, [Annotation(at_s, None, "here")], iter([block([1, 2, 3, 4])]))
    size = (len(data) - 768) // 2
    records = data[768 : 768 + size], data[768 + size :]
    assert [b"here" in one for one in records] == [record == 0, record == 1]
    assert f"+{max(at_s, 0.0):g}\x14here".encode() in data


def test_signs_of_the_format_do_not_stand_in_texts(tmp_path: Path) -> None:
    data = write(tmp_path / "a", HEAD, [Annotation(0, None, "a\0b\x14c\x15d é")], iter([block([1, 2, 3, 4])]))
    assert "+0\x14a b c d é\x14\0".encode() in data


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("A B", "A_B"),
        ("Ægir Þórðarson", "Aegir_Thordarson"),
        ("Łukasz", "Lukasz"),
        ("王小明", "WangXiaoMing"),
        ("Σωκράτης", "Sokratis"),
        ("x" * 40, "x" * 30),
        ("", "X"),
        (None, "X"),
        ("a\tb", "a_b"),
    ],
)
def test_words_of_the_header(name: str | None, word: str, tmp_path: Path) -> None:
    data = write(tmp_path / "a", replace(HEAD, name=name), [], iter([block([1, 2, 3, 4])]))
    assert data[8:88].decode().split() == ["P1", "F", "08-FEB-1950", word]


@pytest.mark.parametrize(
    ("value", "text"),
    [(655.34, "655.34"), (-655.36, "-655.36"), (-32768.0, "-32768"), (6553.4, "6553.4"), (1e6, "1e+06"),
     (-3276800.0, "-3276800"), (0.1 + 0.2, "0.3"), (-1234567.0, "-1234567")],
)  # fmt: skip
def test_numbers_of_the_header_have_at_most_eight_characters(value: float, text: str, tmp_path: Path) -> None:
    channel = replace(CHANNEL, physical=(value, 1.0))
    edf_file.write(tmp_path / "a", HEAD, [channel], [], iter([block([1, 2, 3, 4])]))
    at = 256 + 2 * (16 + 80 + 8)
    assert (tmp_path / "a").read_bytes()[at : at + 8].decode().rstrip() == text
