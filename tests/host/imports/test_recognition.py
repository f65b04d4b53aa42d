"""Which format a file is, from its beginning alone: the marks of each, their reach, the order in which they
are tried, and what is said of everything else."""

from pathlib import Path

import pytest
from plantigrade.errors import FileError, PlantigradeError
from plantigrade.gait.signals import Foot
from plantigrade.imports import formats, registry, wfdb
from plantigrade.imports.source import Head, open_source
from plantigrade.library.recordings import import_format
from plantigrade.library.recordings.container import MANIFEST_FILE

from tests.host.imports.reading import refusal, written


def recognised(name: str, text: str, path: str = "walk.txt") -> bool:
    return registry.FORMATS[name].recognises(Head(Path(path), text.encode(), text))


NAMES = [
    *("wfdb", "moticon", "loadsol", "pedar", "pliance", "emed", "footscan", "fscan", "xsensor", "stappone"),
    *("csv", "gaitpdb"),
]


def test_the_formats_and_the_order_in_which_they_are_tried():
    assert {name: entry.title for name, entry in registry.FORMATS.items()} == {
        "wfdb": "WFDB footswitch record (.hea)",
        "moticon": "Moticon OpenGo text (.txt)",
        "loadsol": "novel loadsol text (.txt)",
        "pedar": "novel pedar (.asc)",
        "pliance": "novel pliance (.asc)",
        "emed": "novel emed (.lst)",
        "footscan": "footscan workbook (.xls)",
        "fscan": "Tekscan F-Scan or I-Scan movie (.asf, .csv)",
        "xsensor": "XSENSOR (.csv)",
        "stappone": "StappOne (.csv)",
        "csv": "plain CSV",
        "gaitpdb": "gaitpdb text",
    }
    assert list(registry.FORMATS) == NAMES
    assert all(name == entry.name for name, entry in registry.FORMATS.items())


PEDAR = "sensor type: y-1\nscanning rate [Hz]: 100\n"
FSCAN = "SENSEL_AREA 25 mm2\nSECONDS_PER_FRAME 0.02\n"
XSENSOR = "x\nFRAME,1\nSENSOR,LF\nSensel Width (cm),1\n"
STAPPONE = "sole_id,timestamp,pressure_01,left_force_n\n"
GAITPDB = "\t".join(["1"] * 19) + "\n"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("r 1 100 8\nr.let 16\n" + PEDAR + FSCAN + XSENSOR, "wfdb"),
        (PEDAR + FSCAN + XSENSOR, "pedar"),
        (FSCAN + XSENSOR + STAPPONE, "fscan"),
        (STAPPONE + XSENSOR, "xsensor"),
        (STAPPONE, "stappone"),
        ("left_force_n,1\n" + GAITPDB, "csv"),
        (GAITPDB, "gaitpdb"),
    ],
)
def test_the_first_that_fits_is_taken(tmp_path: Path, text: str, name: str):
    assert formats.detect(open_source(written(tmp_path / "walk", text))).name == name


@pytest.mark.parametrize(
    ("name", "text", "fits"),
    [
        ("pedar", PEDAR.upper(), True),
        ("pedar", "sensor type:\n", False),
        ("pedar", "scanning rate [Hz]\n", False),
        ("pedar", "x" * (4000 - len(PEDAR)) + PEDAR, True),
        ("pedar", "x" * 3980 + PEDAR, False),
        ("fscan", "x" * (8000 - len(FSCAN)) + FSCAN, True),
        ("fscan", "x" * 7990 + FSCAN, False),
        ("fscan", "SENSEL_AREA", False),
        ("fscan", "SECONDS_PER_FRAME", False),
        ("xsensor", XSENSOR, True),
        ("xsensor", "x" * (20_000 - len(XSENSOR)) + XSENSOR, True),
        ("xsensor", "x" * 19_990 + XSENSOR, False),
        ("xsensor", XSENSOR.replace("FRAME", "FRAMES"), False),
        ("xsensor", XSENSOR.replace("SENSOR,", "SENSORS,"), False),
        ("xsensor", XSENSOR.replace("Sensel", "Cell"), False),
        ("stappone", "\n" + STAPPONE, True),
        ("stappone", "x," + STAPPONE, False),
        ("stappone", "sole_id,timestamp,pressure\n", False),
        ("stappone", "", False),
        ("csv", "# x\n\n#y\ntime_s,right_footswitch\n", True),
        ("csv", 'a;"LEFT_1_N"\n', True),
        ("csv", "a\tleft_heel_n \n", True),
        ("csv", "a,left_force\nleft_force_n\n", False),
        ("csv", "# left_force_n\n", False),
        ("csv", "", False),
        ("gaitpdb", GAITPDB, True),
        ("gaitpdb", GAITPDB.replace("\t", "  "), True),
        ("gaitpdb", "\t".join(["1"] * 18) + "\n", False),
        ("gaitpdb", "\t".join(["1"] * 18 + ["x"]) + "\n", False),
        ("gaitpdb", "\n\n" + GAITPDB + "short\n", True),  # of a short beginning one line tells
        ("gaitpdb", GAITPDB * 3 + "x" * 1000, True),  # of a long one three
        ("gaitpdb", GAITPDB * 2 + "x\n" + GAITPDB * 30, False),
        ("gaitpdb", GAITPDB * 3 + "x\n" + GAITPDB * 30, True),
        ("gaitpdb", "", False),
        ("wfdb", "# x\nr 2 300 90000\nr.let 212\n", True),
        ("wfdb", "r 2 300 90000\n", False),
        ("wfdb", "r 2 300 90000\n212 r.let\n", False),
        ("wfdb", "r 2 300\nr.let 212\n", True),  # samples and even the rate may be left out
        ("wfdb", "r 2\nr.let 212\n", True),
        ("wfdb", "r\nr.let 212\n", False),
        ("wfdb", "x\nr 2 300 90000\nr.let 212\n", False),
        ("wfdb", "", False),
    ],
)
def test_the_marks_of_a_format(name: str, text: str, fits: bool):
    assert recognised(name, text) is fits


@pytest.mark.parametrize(
    ("path", "raw", "text", "fits"),
    [
        ("r.let", b"\x00", "", True),
        ("r.RIT", b"\x00", "", True),
        ("r.dat", b"\x00", "", False),
        ("r.let", b"text", "text", False),
    ],
)
def test_a_binary_file_is_a_footswitch_by_the_end_of_its_name(path: str, raw: bytes, text: str, fits: bool):
    assert wfdb.recognises(Head(Path(path), raw, text)) is fits


KNOWN = (
    "is no recording of a known format (known: "
    f"{'; '.join(entry.title for entry in registry.FORMATS.values())})"
)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"PK\x03\x04x", "is a zip archive or an Office document; export the recording as text or CSV"),
        (b"%PDF-1.7", "is a PDF; analyse the recording, not its report"),
        (b"\xd0\xcf\x11\xe0x", "is an old Office document; export the recording as CSV"),
        (b"\x89PNG\x00", "is a picture"),
        (b"\xff\xd8\xffx", "is a picture"),
        (b"PAR1\x00", "is a Parquet file but no recording of ours"),
        (b"\x7fELF\x00", "is a program"),
        (b"SQLite format 3\x00", "is a database; analyse a recording from it"),
        (b"x\x00", "is a binary file of a kind that is not read"),
        (b"my foot hurts\n", KNOWN),
        (b" PK\x03\x04", KNOWN),
    ],
)
def test_what_else_a_file_is(tmp_path: Path, content: bytes, problem: str):
    assert refusal(written(tmp_path / "walk", content)) == problem


def test_an_unknown_name_of_a_format(tmp_path: Path):
    path = written(tmp_path / "walk", GAITPDB)
    with pytest.raises(PlantigradeError) as caught:
        formats.read(path, "acme")
    assert not isinstance(caught.value, FileError)
    assert str(caught.value) == (f"unknown format 'acme'; known are auto, {', '.join(NAMES)}")


def test_a_named_format_is_not_doubted(tmp_path: Path):
    path = written(tmp_path / "walk", "a b c\n")
    assert refusal(path, "gaitpdb") == "line 1 has 3 columns; a gaitpdb record has 19"
    assert refusal(path, "csv").startswith("has no column such as left_force_n")


def walking(feet: str = "left_force_n,right_force_n") -> str:
    count = feet.count(",") + 1
    return f"time_s,{feet}\n" + "".join(
        f"{i / 100},{','.join([str(i % 7)] * count)}\n" for i in range(20_000)
    )


def test_progress_reaches_one(tmp_path: Path):
    reported: list[float] = []
    formats.read(written(tmp_path / "walk.csv", walking()), on_progress=reported.append)
    assert reported == sorted(reported)
    assert (0 < reported[0] < 1, reported[-1]) == (True, 1.0)


def test_a_side_is_for_files_of_one_foot(tmp_path: Path):
    rows = "".join(
        f"{i / 100:.2f}\t"
        + "\t".join([str(i % 3)] * 8 + [str(i % 2)] * 8)
        + f"\t{8 * (i % 3)}\t{8 * (i % 2)}\n"
        for i in range(50)
    )
    assert refusal(written(tmp_path / "walk.txt", rows), foot=Foot.LEFT) == "has both feet; leave --foot out"
    path = written(tmp_path / "walk.csv", walking("left_force_n"))
    assert formats.read(path, foot=Foot.RIGHT).left is None


def test_what_names_a_recording_of_ours(tmp_path: Path):
    folder = tmp_path / "one"
    folder.mkdir()
    assert import_format.folder_of(folder) is None
    for name in (MANIFEST_FILE, "left.parquet", "walk.csv"):
        written(folder / name, "x")
    assert import_format.folder_of(folder) == folder
    assert import_format.folder_of(folder / MANIFEST_FILE) == folder
    assert import_format.folder_of(folder / "left.parquet") == folder
    assert import_format.folder_of(folder / "none.parquet") == folder
    assert import_format.folder_of(folder / "walk.csv") is None
    assert import_format.folder_of(tmp_path) is None
    assert import_format.folder_of(tmp_path / "left.parquet") is None


def test_what_is_no_recording_of_ours_is_refused_as_one(tmp_path: Path):
    path = written(tmp_path / "walk.csv", walking())
    assert refusal(path, "plantigrade") == (
        "is no recording of ours: a folder with recording.json (`plantigrade sessions list`)"
    )
    # A file that lies in the folder of a recording is read as what it is; a recording only as itself.
    written(tmp_path / MANIFEST_FILE, "x")
    assert formats.read(path).source.format == "csv"
    assert refusal(tmp_path, "csv") == "is a folder; name a recording inside it"
