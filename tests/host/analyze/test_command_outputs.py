"""`plantigrade analyze`: where its answers go, what it refuses, and recordings of the library by name."""

import errno
import io
import json
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from plantigrade.analysis.pipeline import RecordingAnalysis, Request, Span
from plantigrade.analyze_command import commands
from plantigrade.analyze_command.commands import analyze
from plantigrade.cli import Invocation
from plantigrade.errors import FileError
from plantigrade.gait.signals import Foot
from plantigrade.library.catalogue.library import Library

from tests.host.analyze import tiny
from tests.host.analyze.walks import write_walk


class Asked:
    """Stands for the work: keeps what was asked for and gives the tiny analysis."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.requests: list[Request] = []

        def run(request: Request, _invocation: Invocation) -> RecordingAnalysis:
            self.requests.append(request)
            return tiny.full_analysis()

        monkeypatch.setattr(commands, "_run", run)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    return Asked(monkeypatch)


def run(*texts: str | Path, data: Path | None = None) -> Result:
    return CliRunner().invoke(analyze, [str(word) for word in texts], obj=Invocation(data=data))


def test_all_options_reach_the_work(asked: Asked) -> None:
    texts = "a.csv --format csv --decimal-mark comma --body-weight-kg 80.5 --foot left --feet-apart-mm 150"
    more = "--eyes-open 0-30.5 --eyes-closed 31-60 --rules r.toml --baseline b.json --tag boots"
    assert run(*texts.split(), *more.split()).exit_code == 0
    assert run("a.csv").exit_code == 0
    assert asked.requests == [
        Request(
            Path("a.csv"),
            "csv",
            decimal_mark="comma",
            foot=Foot.LEFT,
            body_weight_kg=80.5,
            feet_apart_mm=150.0,
            eyes_open=Span(0.0, 30.5),
            eyes_closed=Span(31.0, 60.0),
            rules=Path("r.toml"),
            baseline=Path("b.json"),
            tag="boots",
        ),
        Request(Path("a.csv")),
    ]


@pytest.mark.parametrize(
    ("option", "taken", "refused"),
    [
        ("--body-weight-kg", ("2", "500"), ("1.9", "500.1")),
        ("--feet-apart-mm", ("20", "1000"), ("19.9", "1000.1")),
        ("--foot", ("left", "right"), ("both",)),
        ("--eyes-open", ("0-1", "1.5-1.6"), ("1-1", "2-1", "-", "1", "a-b", "1-2-3")),
        ("--format", ("auto", "plantigrade", "gaitpdb", "wfdb", "pedar", "fscan", "xsensor"), ("edf", "")),
        ("--format", ("stappone", "csv"), ("CSV",)),
    ],
)
def test_which_values_are_taken(
    asked: Asked, option: str, taken: tuple[str, ...], refused: tuple[str, ...]
) -> None:
    for value in taken:
        assert run("a.csv", option, value).exit_code == 0, value
    for value in refused:
        assert run("a.csv", option, value).exit_code == 2, value
    assert len(asked.requests) == len(taken)


def test_files_are_written_and_named_below_the_summary(asked: Asked, tmp_path: Path) -> None:
    files = {name: tmp_path / f"{name}.out" for name in ("json", "strides", "events")}
    options = [word for name, file in files.items() for word in (f"--{name}", file)]
    done = run("a.csv", *options)
    assert done.exit_code == 0
    assert done.stdout.startswith("tiny.csv  csv")
    assert done.stdout.splitlines()[-3:] == [f"{name}: {file}" for name, file in files.items()]
    assert json.loads(files["json"].read_text())["schema"] == "plantigrade.analysis/1"
    assert files["strides"].read_text().startswith("foot,initial_contact_s,final_contact_s")
    assert files["events"].read_text().startswith("foot,event,time_s\nleft,initial_contact,1.0")
    assert sorted(tmp_path.iterdir()) == sorted(files.values())
    assert len(asked.requests) == 1


@pytest.mark.parametrize(
    ("option", "begin"),
    [("--json", '{\n "schema"'), ("--strides", "foot,initial"), ("--events", "foot,event")],
)
def test_a_dash_writes_to_standard_output_and_nothing_else_there(
    asked: Asked, option: str, begin: str, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    done = run("a.csv", option, "-", *([] if option == "--events" else ["--events", other]))
    assert done.stdout.startswith(begin)
    assert "tiny.csv  csv" not in done.stdout
    assert str(other) not in done.stdout
    assert done.stdout.endswith("\n") and not done.stdout.endswith("\n\n")
    assert other.exists() is (option != "--events")


@pytest.mark.parametrize("ending", [".png", ".PDF", ".svg"])
def test_the_page_is_drawn_where_it_is_named(
    asked: Asked, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, ending: str
) -> None:
    page = pytest.importorskip("plantigrade.report.page")
    drawn: list[Path] = []
    monkeypatch.setattr(page, "draw", lambda _complete, path: drawn.append(path))
    path = tmp_path / f"page{ending}"
    done = run("a.csv", "--plot", path)
    assert done.exit_code == 0
    assert drawn == [path]
    assert done.stdout.splitlines()[-1] == f"plot: {path}"


@pytest.mark.parametrize(
    ("texts", "text"),
    [
        ((), "name a recording: plantigrade analyze INPUT"),
        (
            ("a", "b", "c"),
            "3 recordings were named, one is analysed at a time; in a shell: for f in *.csv; do",
        ),
        (("a", "--plot", "p.gif"), "--plot writes .png, .pdf, .svg, not .gif"),
        (("a", "--plot", "p"), "--plot writes .png, .pdf, .svg, not a file without an ending"),
        (("a", "--json", "-", "--strides", "-"), "only one output can go to standard output"),
        (("a", "--json", "./a"), "--json would overwrite a"),
        (("a", "--strides", "a"), "--strides would overwrite a"),
        (("a", "--plot", "a.png", "--json", "b", "--events", "./b"), "--events would overwrite b"),
    ],
)
def test_what_is_refused_before_the_work(asked: Asked, texts: tuple[str, ...], text: str) -> None:
    done = run(*texts)
    assert done.exit_code == 2
    assert text in " ".join(done.output.split())
    assert asked.requests == []


def test_a_folder_that_is_not_there_is_told_before_the_work(asked: Asked, tmp_path: Path) -> None:
    path = tmp_path / "no" / "a.json"
    done = run("a", "--json", path)
    assert isinstance(done.exception, FileError)
    assert str(done.exception) == f"{path}: cannot be written: its folder does not exist"
    assert asked.requests == []


@pytest.mark.parametrize("failing", ["write_text", "replace"])
def test_what_cannot_be_written_leaves_the_older_file_and_no_draft(
    asked: Asked, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, failing: str
) -> None:
    def fail(*_texts: object, **_named: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    path = tmp_path / "a.json"
    path.write_text("older")
    monkeypatch.setattr(Path, failing, fail)
    done = run("a", "--json", path)
    monkeypatch.undo()
    assert isinstance(done.exception, FileError)
    assert str(done.exception) == f"{path}: cannot be written: No space left on device"
    assert path.read_text() == "older"
    assert list(tmp_path.iterdir()) == [path]


def test_an_error_without_a_reason_of_the_system_is_told(
    asked: Asked, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def fail(*_texts: object, **_named: object) -> None:
        raise OSError("odd")

    monkeypatch.setattr(Path, "write_text", fail)
    assert str(run("a", "--json", tmp_path / "a.json").exception).endswith("a.json: cannot be written: odd")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def stored(data: Path) -> str:
    """A recording of the library; its identifier."""
    from plantigrade.imports.formats import read

    with Library(data) as library:
        walk = read(write_walk(data / "walk.csv", seconds=8.0))
        return library.import_walk(walk, title="a walk").id


@pytest.mark.parametrize("form", ["auto", "plantigrade"])
def test_a_recording_of_the_library_is_named_by_its_identifier(data: Path, stored: str, form: str) -> None:
    done = run(stored, "--format", form, "--json", "-", data=data)
    assert done.exit_code == 0, done.exception
    found = json.loads(done.stdout)
    assert found["input"]["feet"]["left"]["samples"] == 800
    assert found["input"]["body_weight_n"] == pytest.approx(71 * 9.80665)


def test_a_file_goes_before_a_recording_of_that_name(
    data: Path, stored: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_walk(tmp_path / stored, seconds=6.0)
    found = json.loads(run(stored, "--json", "-", data=data).stdout)
    assert found["input"]["feet"]["left"]["samples"] == 600


def test_what_is_neither_file_nor_recording(data: Path, stored: str, tmp_path: Path) -> None:
    done = run("nothing", data=data)
    assert str(done.exception) == "nothing: is neither a file nor a recording of the library"
    other = run(stored, "--format", "csv", data=data)
    assert isinstance(other.exception, FileError)
    assert "library" not in str(other.exception)
    nowhere = run("nothing", data=tmp_path / "empty")
    assert isinstance(nowhere.exception, FileError)
    assert "library" not in str(nowhere.exception)
    assert not (tmp_path / "empty").exists()


class Terminal(io.StringIO):
    """A standard error that somebody looks at."""

    def isatty(self) -> bool:
        return True


def test_a_bar_shows_the_work_where_someone_is_looking(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setenv("TERM", "xterm")
    with commands._progress() as progress:
        progress("analysing", 0.5)
    text = screen.getvalue()
    assert "analysing" in text
    assert text.endswith("\x1b[2K"), "the bar is wiped out in the end"


def test_nothing_is_shown_where_nobody_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    quiet = io.StringIO()
    monkeypatch.setattr(sys, "stderr", quiet)
    with commands._progress() as progress:
        progress("analysing", 0.5)
    assert quiet.getvalue() == ""
