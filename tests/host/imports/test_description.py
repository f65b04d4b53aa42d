"""A format described by a small file: read and named like any other, and checked when it is loaded."""

from pathlib import Path

import numpy as np
import pytest
from plantigrade.errors import FileError, PlantigradeError
from plantigrade.gait.signals import Foot, Instrument
from plantigrade.imports import description, formats, registry

from tests.host.imports.reading import message, refusal, written
from tests.host.imports.recordings import ROOT

ACME = """
name = "acme"
title = "ACME insole logger"
source = "a page of the maker"

[recognised_by]
lines = ['^ACME logger']
titles = ['^Time', '^L1', '^R1']

[table]
separator = "semicolon"
rows_between = 1
missing = ["lost"]

[time]
column = '^Time'
unit = "ms"

[sides]
left = "L"
right = "R"

[[force]]
column = '^(?P<side>[LR])(?P<sensor>\\d)$'
unit = "kPa"

[[motion]]
column = '^(?P<side>[LR]) acc (?P<axis>[xyz])$'
kind = "acceleration"
unit = "g"

[places]
length_mm = 260
1 = [40, 25, 5.0]
2 = [30, 180, 6.0]

[facts]
body_weight_kg = '^Weight: ([\\d.,]+) kg'
"""
WALK = """ACME logger 2
Weight: 71,5 kg
Time;L1;L2;R1;R2;L acc x;L acc y;L acc z;remark
ms;kPa;kPa;kPa;kPa;g;g;g;
0;10,5;20;0;1;0;0;1;start
10;11;21,5;1;2;0,5;0;1;
20;12;22;lost;3;0;0;1;a, b
30;13;23;3;4;0;0;1;
"""


@pytest.fixture
def acme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "formats"
    folder.mkdir()
    (folder / "acme.toml").write_text(ACME, "utf-8")
    monkeypatch.setenv(registry.FOLDERS_VARIABLE, str(folder))
    return folder / "acme.toml"


@pytest.mark.worked_example("force_n", "time_s", "body_weight_n", "area_cm2", "region")
def test_a_described_file_is_read(acme: Path, tmp_path: Path) -> None:
    """10.5 kPa on 5 cm2 are 5.25 N; 20 kPa on 6 cm2 are 12 N; 71.5 kg are 701.2 N."""
    walk = formats.read(written(tmp_path / "walk.txt", WALK))
    assert (walk.source.format, walk.source.instrument) == ("acme", Instrument.INSOLE)
    assert walk.left is not None and walk.right is not None
    assert walk.left.time_s == pytest.approx([0, 0.01, 0.02, 0.03])
    assert walk.left.force_n[:2] == pytest.approx(np.array([[5.25, 12.0], [5.5, 12.9]]))
    assert np.isnan(walk.right.force_n[2, 0]) and walk.right.force_n[2, 1] == pytest.approx(1.8)
    assert walk.body_weight_n == pytest.approx(701.175, abs=0.001)
    assert walk.left.layout is not None
    assert walk.left.layout.region == ("heel", "forefoot")
    assert walk.left.layout.area_cm2.tolist() == [5.0, 6.0]
    assert walk.left.motion is not None and walk.right.motion is None
    assert walk.left.motion.acc_m_s2[1] == pytest.approx([4.903325, 0, 9.80665])
    assert "read by the description acme.toml; numbers are written with a decimal comma" in message(walk)


def test_it_is_a_format_among_the_others_and_tried_last(acme: Path, tmp_path: Path) -> None:
    assert list(registry.import_formats().files)[-1] == "acme"
    path = written(tmp_path / "walk.txt", WALK)
    assert formats.read(path, "acme").source.format == "acme"
    with pytest.raises(PlantigradeError, match=r"gaitpdb, acme$"):
        formats.read(path, "nothing")


def test_without_a_folder_the_description_is_named_itself(tmp_path: Path) -> None:
    path, described = written(tmp_path / "walk.txt", WALK), written(tmp_path / "described.toml", ACME)
    assert refusal(path).startswith("is no recording of a known format")
    assert formats.read(path, str(described)).source.format == "acme"


def test_a_broken_one_is_named_and_the_others_stay(acme: Path, tmp_path: Path) -> None:
    (acme.parent / "bad.toml").write_text("name = 3", "utf-8")
    (acme.parent / "csv.toml").write_text(ACME.replace('"acme"', '"csv"'), "utf-8")
    known = registry.import_formats()
    assert known.refused["bad"].endswith('bad.toml: needs name = "..."')
    assert known.refused["csv"].endswith("csv.toml: describes 'csv', which is a format already; rename it")
    assert formats.read(written(tmp_path / "walk.txt", WALK)).source.format == "acme"
    assert "bad.toml" in refusal(written(tmp_path / "notes.txt", "Dear doctor,\nmy foot hurts.\n"))


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (("[time]", "[tim]"), "'tim' is no entry"),
        (('name = "acme"', 'name = "Ac me"'), "the name 'Ac me' must be lower-case letters, digits, - and _"),
        (('separator = "semicolon"', 'separator = ";"'), "[table] separator is one of tab, comma, semicolon"),
        (('unit = "ms"', 'unit = "hours"'), "[time] unit is one of s,"),
        (("column = '^Time'\nunit", "unit"), "[time] needs a column, rate_hz or rate_line"),
        (('unit = "kPa"', 'unit = "stone"'), "[force] does not know the unit 'stone'"),
        (("(?P<axis>[xyz])", "[xyz]"), "[motion] column needs a group (?P<axis>[xyz])"),
        (("'^ACME logger'", "'^ACME ('"), "[recognised_by] lines: '^ACME (' is no regular expression"),
        (("([\\d.,]+) kg", "[\\d.,]+ kg"), "[facts] body_weight_kg needs a group in brackets"),
        (("1 = [40, 25, 5.0]", "1 = [40, 25]"), "[places] 1 = [x_mm, y_mm, area_cm2]"),
        (("length_mm = 260\n1 = [40, 25, 5.0]\n2 = [30, 180, 6.0]", ""), "which need [places] with areas"),
        (("rows_between = 1", "rows_between = -1"), "[table] rows_between must be a whole number up to 100"),
        (("[[force]]", "[force]"), "[force] is written [[force]]"),
        (('title = "ACME insole logger"', ""), 'needs title = "..."'),
        (("lines = ['^ACME logger']\ntitles = ['^Time', '^L1', '^R1']", ""), "needs lines or titles"),
        (('source = "a page of the maker"', 'instrument = "shoe"'), "instrument is one of insole, plate"),
        (("[sides]", "[sides"), "is no TOML"),
    ],
)
def test_a_mistake_is_said_with_its_entry(change: tuple[str, str], problem: str, tmp_path: Path) -> None:
    assert change[0] in ACME
    path = written(tmp_path / "described.toml", ACME.replace(*change))
    with pytest.raises(FileError) as caught:
        description.load(path)
    assert problem in caught.value.problem


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (("Time;L1", "Clock;L1"), "has no row of titles as described.toml describes it"),
        ((";L1;", ";L9;"), "has no row of titles as described.toml describes it"),
        ((";L2;", ";L7;"), "sensor '7' has no place in described.toml"),
        ((";L2;", ";L1;"), "column 'L1' is a second one of the same sensor"),
        (("10,5", "ten"), "line 5, column 'L1': 'ten' is no number"),
        (("20;12", "5;12"), "time does not rise"),
    ],
)
def test_files_that_are_not_as_described(change: tuple[str, str], problem: str, tmp_path: Path) -> None:
    described = written(tmp_path / "described.toml", ACME)
    found = refusal(written(tmp_path / "walk.txt", WALK.replace(*change, 1)), str(described))
    assert problem in found or ("time" in problem and "time" in found)


UNCALIBRATED = """
name = "plain-words"
title = "one foot, a rate, white space"
instrument = "footswitch"
[recognised_by]
lines = ['^Rate']
[table]
separator = "space"
titles = '^load'
[time]
rate_line = 'Rate: (\\d+) Hz'
[sides]
left = "l"
right = "r"
line = 'foot=(\\w)'
[[force]]
column = '^load'
unit = "any"
"""


def test_a_rate_a_side_in_the_header_and_loads_without_a_unit(tmp_path: Path) -> None:
    described = written(tmp_path / "described.toml", UNCALIBRATED)
    text = "Rate: 50 Hz foot=r\nload  note\n" + "".join(f" {i % 5}   -\n" for i in range(10))
    walk = formats.read(written(tmp_path / "walk.txt", text), str(described))
    assert walk.left is None and walk.right is not None
    assert (walk.right.quantity, walk.sample_rate_hz) == ("footswitch", 50.0)
    assert walk.right.force_n[:, 0].tolist() == [0, 1, 2, 3, 4] * 2
    assert "forces are not calibrated" in message(walk)
    assert formats.read(tmp_path / "walk.txt", str(described), foot=Foot.LEFT).left is not None
    nameless = written(tmp_path / "walk.txt", text.replace(" foot=r", ""))
    assert (
        refusal(nameless, str(described))
        == "column 'load' does not tell its side; add --foot left or --foot right"
    )


def test_units_may_stand_in_the_titles_and_none_is_guessed(tmp_path: Path) -> None:
    described = ACME.replace('unit = "kPa"\n', "").replace("\\d)$'", "\\d)\\b'").replace('unit = "ms"\n', "")
    path = written(tmp_path / "described.toml", described)
    stated = WALK.replace("Time;L1;L2;R1;R2", "Time [ms];L1 (kPa);L2 (kPa);R1 (kPa);R2 (kPa)")
    walk = formats.read(written(tmp_path / "walk.txt", stated), str(path))
    assert walk.left is not None and walk.left.force_n[0, 0] == pytest.approx(5.25)
    assert "its time column states no unit" in refusal(written(tmp_path / "walk.txt", WALK), str(path))
    half = stated.replace("L1 (kPa);L2 (kPa)", "L1;L2")
    assert "forces of the left foot state no unit" in refusal(written(tmp_path / "walk.txt", half), str(path))


def test_the_descriptions_that_we_ship_hold() -> None:
    for path in sorted(registry.SHIPPED.glob("*.toml")):
        assert description.load(path).origin, path.name


def test_the_page_that_explains_it_holds(tmp_path: Path) -> None:
    """The file and the description of docs/how-to/describe-a-table.md, with two more rows."""
    page = (ROOT / "docs" / "how-to" / "describe-a-table.md").read_text("utf-8")
    blocks = [text.split("\n", 1) for text in page.split("```")[1::2]]
    described = written(tmp_path / "acme.toml", dict(blocks)["toml"].encode())
    sample = next(text for _, text in blocks if text.startswith("ACME logger"))
    rows = "10;11;21;1;2;0;0;1;\n20;12;22;3;4;0;0;1;\n"
    walk = formats.read(written(tmp_path / "walk.txt", sample + rows), str(described))
    assert walk.left is not None and walk.left.motion is not None
    assert walk.left.force_n[0] == pytest.approx([5.25, 12.0])
    known = {key for keys in description.ENTRIES.values() for key in keys}
    assert sorted(key for key in known if key not in page) == []
