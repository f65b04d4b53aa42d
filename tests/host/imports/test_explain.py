"""`analyze --explain`, and what is lines_out of files that come near to a known format."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from plantigrade.cli import plantigrade
from plantigrade.imports import explain

from tests.host.imports.reading import refusal, written
from tests.host.imports.vendor_files import FILES


def lines(path: Path, *arguments: str, code: int = 0) -> list[str]:
    result = CliRunner().invoke(plantigrade, ["analyze", str(path), "--explain", *arguments])
    assert result.exit_code == code, result.output
    return result.output.splitlines()


def test_a_file_is_told_line_by_line(tmp_path: Path) -> None:
    path = written(tmp_path / "walk.txt", FILES["moticon"]().encode())
    lines_out = lines(path)
    assert lines_out[0] == "walk.txt: Moticon OpenGo text (.txt), UTF-8 text"
    assert "  line 2: Start time: 15.09.2022 15:58:36.241" in lines_out
    assert "  line 10: titles of 55 columns: time" in lines_out
    assert "      16 pressures of the left foot" in lines_out
    assert "  lines 11 to 160: 150 rows of samples" in lines_out
    assert "started 2022-09-15 15:58:36 on its own clock (no time zone)" in lines_out
    assert "left foot: 150 of 150 samples, 0.000 to 1.490 s, peak 573 N" in lines_out
    assert "left foot: 16 sensors, 4 heel, 4 midfoot, 5 forefoot, 3 toes" in lines_out
    assert lines_out[-1] == "note: only 1.5 s long: averages rest on very few strides"


@pytest.mark.parametrize("name", FILES)
def test_every_format_says_what_its_lines_are(name: str, tmp_path: Path) -> None:
    path = written(tmp_path / "walk.txt", FILES[name]().encode())
    found = explain.explain(path)
    assert found.walk is not None and found.format_title and not found.problem
    spans = [one for one in found.lines if not one.meaning.startswith("nothing was taken")]
    last = path.read_text("utf-8").count("\n")
    assert spans and all(1 <= one.first_line <= one.last_line <= last + 3 for one in spans)


def test_a_refused_file_is_told_up_to_where_it_failed(tmp_path: Path) -> None:
    text = FILES["pedar"]().replace("\t40.000", "\tforty", 1)
    lines_out = lines(written(tmp_path / "walk.asc", text), code=1)
    assert lines_out[0].startswith("walk.asc: novel pedar (.asc)")
    assert any("nothing was taken from 'file name: walk.sol" in line for line in lines_out)
    assert lines_out[-1].startswith("refused: ") and "is not a row of numbers" in lines_out[-1]


def test_an_unknown_file_names_the_nearest_formats(tmp_path: Path) -> None:
    path = written(tmp_path / "walk.txt", FILES["moticon"]().replace("# time\t", "# zeit\t").encode())
    lines_out = lines(path, code=1)
    assert lines_out[0] == "walk.txt: no known format, UTF-8 text"
    assert next(line for line in lines_out if line.startswith("near: ")) == (
        "near: Moticon OpenGo text (.txt): it has a line '# Sensor insoles:' and columns such as "
        "'left pressure 1[N/cm²]' but lacks a row of titles that begins with time, tab separated"
    )


@pytest.mark.parametrize(
    ("text", "lines_out"),
    [
        (
            "sensor type: x\nrate: 100\ntime[secs] 1\n",
            "the nearest is novel pedar (.asc): it has a line 'sensor type:' and a row of titles that begins "
            "with time[secs] but lacks 'scanning rate [Hz]:'",
        ),
        (
            "time_s,left_load,right_load\n0,1,2\n0.01,1,2\n",
            "the nearest is plain CSV: it has a column time_s but lacks a column such as left_force_n",
        ),
        (
            "Time,Left Force,Right Force\n0,1,2\n1,2,3\n",
            "'Left Force' would be read as plain CSV if it were called 'left_force_n'",
        ),
        ("t,acc_x,gyr_x\n0,1,2\n1,2,3\n", "motion without any force or pressure, which is not read alone"),
        ("0,0,1\n0,2,3\n0,1,1\n", "a grid of numbers, 3 to a row, in which no column rises like time"),
        ("0.00\t5\t6\n0.01\t5\t7\n0.02\t5\t8\n", "a table of 3 columns without titles; give each"),
        ("Time[s],Fx[N],Fz[N]\n0,1,2\n1,2,3\n", "'Fx[N]', 'Fz[N]': forces of a plate under both feet"),
        ("Subject,Age,Mass\n0,1,2\n1,2,3\n", "it is a table with the columns 'Subject', 'Age', 'Mass'"),
    ],
)
def test_a_refusal_says_what_differs(text: str, lines_out: str, tmp_path: Path) -> None:
    problem = refusal(written(tmp_path / "walk.txt", text))
    assert problem.startswith("is no recording of a known format: ")
    assert lines_out in problem
    if "table" in lines_out:
        assert problem.endswith("docs/how-to/describe-a-table.md shows how to describe a table")


def test_an_unknown_name_of_a_format_is_wrong_usage(tmp_path: Path) -> None:
    result = CliRunner().invoke(plantigrade, ["analyze", str(tmp_path / "x"), "--format", "nothing"])
    assert result.exit_code == 2
    assert "unknown format 'nothing'; known are auto, wfdb, moticon" in " ".join(result.output.split())


def test_plain_csv_is_told_with_its_motion(tmp_path: Path) -> None:
    """Columns of motion as in docs/reference/file-formats.md, kept with the samples."""
    titles = [
        "time_s",
        "left_force_n",
        *(f"left_acc_{axis}_m_s2" for axis in "xyz"),
        "left_gyr_x_deg_s",
        "mood",
    ]
    rows = "".join(f"{i / 100},{i % 7},0,1,9.8,{i},good\n" for i in range(30))
    path = written(tmp_path / "walk.csv", f"# body_weight_kg: 70\n{','.join(titles)}\n{rows}")
    found = explain.explain(path)
    assert found.walk is not None and found.walk.left is not None and found.walk.left.motion is not None
    assert found.walk.left.motion.acc_m_s2[3].tolist() == pytest.approx([0, 1, 9.8])
    assert found.walk.left.motion.gyr_deg_s is None  # one axis of three is none
    assert "left rotation has no axis y and was left out" in found.walk.source.note
    assert [one.first_line for one in found.lines] == [1, 2, 3]
    assert (
        "left_acc_x_m_s2: motion; " in found.lines[1].meaning and "mood: not used" in found.lines[1].meaning
    )
