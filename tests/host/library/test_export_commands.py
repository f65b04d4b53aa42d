"""`plantigrade sessions export, report, compare`, and what the screen shows."""

from pathlib import Path

import pytest
from plantigrade.errors import MissingPartError
from plantigrade.gait.results import Parameter
from plantigrade.gait.signals import Foot
from plantigrade.library import commands, options
from plantigrade.library.catalogue.library import Library
from plantigrade.library.entries import Person
from plantigrade.library.recordings.recording import Recording
from plantigrade.posture.baseline.before_after import Difference, MinimalChange

from tests.host.library.command_line import document, refused, reported
from tests.host.library.library_kit import FIRST, SECOND, START_NS, finalized, walk


def test_an_export(two_recordings: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text: list[tuple[object, ...]] = []

    def write(form: object, recording: object, path: Path, **options: object) -> None:
        text.append((form.name, recording.id, path, options["deidentify"], options["report"]))  # type: ignore[attr-defined]

    monkeypatch.setattr("plantigrade.exports.formats.ExportFormat.write", write)
    monkeypatch.setattr("plantigrade.library.recordings.recording.Recording.full_analysis", lambda *_: None)
    out = tmp_path / "out.edf"
    assert reported(two_recordings, "export", FIRST[:8], "--format", "edf", "-o", str(out)) == f"edf: {out}\n"
    reported(two_recordings, "export", FIRST, "--format", "zip", "-o", str(out), "--deidentify")
    reported(two_recordings, "export", FIRST, "--format", "zip", "-o", str(out), "--no-report")
    assert text == [
        ("edf", FIRST, out, False, True), ("zip", FIRST, out, True, True), ("zip", FIRST, out, False, False),
    ]  # fmt: skip


def test_an_export_takes_the_place_of_an_empty_file_alone(
    two_recordings: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Shells and dialogues make an empty file first; a folder can be written in its place."""
    monkeypatch.setattr("plantigrade.library.recordings.recording.Recording.full_analysis", lambda *_: None)
    monkeypatch.setattr("plantigrade.exports.formats.ExportFormat.write", lambda *_, **__: None)
    empty, full, folder = tmp_path / "empty", tmp_path / "full", tmp_path / "folder"
    empty.touch()
    full.write_text("x")
    folder.mkdir()
    for path in (empty, full, folder):
        reported(two_recordings, "export", FIRST, "--format", "csv", "-o", str(path))
    assert (empty.exists(), full.exists(), folder.exists()) == (False, True, True)
    nowhere = tmp_path / "no" / "out"
    texts = f"{nowhere}: cannot be written: its folder does not exist"
    assert refused(two_recordings, "export", FIRST, "--format", "csv", "-o", str(nowhere)) == texts


def test_a_part_that_is_not_installed_is_named() -> None:
    texts = (
        r"reports needs the Python module plantigrade\.no, which is not installed; .*'plantigrade\[reports\]'"
    )
    with pytest.raises(MissingPartError, match=texts):
        options.part("plantigrade.no", "reports")


def test_a_report(two_recordings: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text: list[tuple[object, ...]] = []

    def write(
        recording: object,
        path: Path,
        *,
        other: object,
        paper: str,
        language: str,
        baseline: list[object],
        exercises: frozenset[str] | None,
    ) -> None:
        assert exercises is not None, "FIRST has a wearer, whose answers decide which exercises are shown"
        assert language == "en"
        text.append((recording.id, path, other and other.id, paper, [one.id for one in baseline]))  # type: ignore[attr-defined]

    monkeypatch.setattr("plantigrade.report.pdf.write_report", write)
    monkeypatch.setattr("plantigrade.library.recordings.recording.Recording.full_analysis", lambda *_: None)
    out = tmp_path / "a.pdf"
    assert reported(two_recordings, "report", FIRST, "-o", str(out)) == f"report: {out}\n"
    reported(two_recordings, "report", FIRST, "-o", str(out), "--compare", SECOND, "--paper", "letter")
    reported(two_recordings, "report", FIRST, "-o", str(out), "--baseline")
    assert text == [
        (FIRST, out, None, "a4", []), (FIRST, out, SECOND, "letter", []), (FIRST, out, None, "a4", []),
    ]  # fmt: skip


def test_earlier_days_of_a_person(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Begun before this one, of the same person and kind, the newest first, and no more than thirty."""
    with Library(tmp_path / "data") as library:
        library.add_person(Person("P001"))
        for day in range(5):
            finalized(library.recordings, f"day-{day}", rows=10)
            manifest = library.recordings / f"day-{day}" / "recording.json"
            later = START_NS + day * 1_000_000_000
            manifest.write_text(manifest.read_text().replace(str(START_NS), str(later)))
        library.scan()
        for day in (0, 1, 2, 4):
            library.assign(f"day-{day}", "P001")
        assert [one.id for one in commands.earlier_of(library, library.open("day-4"))] == [
            "day-2",
            "day-1",
            "day-0",
        ]
        assert [one.id for one in commands.earlier_of(library, library.open("day-1"))] == ["day-0"]
        assert commands.MAX_EARLIER == 30
        monkeypatch.setattr(commands, "MAX_EARLIER", 2)
        assert [one.id for one in commands.earlier_of(library, library.open("day-4"))] == ["day-2", "day-1"]
        texts = "day-3: earlier days are known only of a recording with a person and a start"
        with pytest.raises(commands.PlantigradeError, match=texts):
            commands.earlier_of(library, library.open("day-3"))
        imported = library.import_walk(walk(3)).id
        library.assign(imported, "P001")
        with pytest.raises(commands.PlantigradeError, match=rf"tag {imported} --start 2026"):
            commands.earlier_of(library, library.open(imported))


@pytest.fixture
def compared(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two recordings of which a stride time, a force and something that only one of them has are known."""

    def figures(full_analysis: str) -> dict[str, Parameter]:
        if full_analysis == FIRST:
            return {
                "stride_time_s": Parameter(1.0, "s"),
                "f1_n": Parameter(None, "N"),
                "mine": Parameter(1.0, "s"),
            }
        return {
            "theirs": Parameter(2.0, "s"),
            "f1_n": Parameter(700.0, "N"),
            "stride_time_s": Parameter(1.25, "s"),
        }

    minimal = MinimalChange(0.1, "s", "assumed")
    change = Difference(
        "stride_time_s",
        Foot.LEFT,
        1.0,
        1.25,
        0.25,
        0.1,
        0.4,
        0.95,
        1,
        1,
        False,
        minimal,
        "left: longer by 0.25 s",
    )

    def changes(before: list[Recording], after: list[Recording]) -> list[Difference]:
        assert ([one.id for one in before], [one.id for one in after]) == ([FIRST], [SECOND])
        return [change]

    monkeypatch.setattr(
        "plantigrade.library.recordings.recording.Recording.full_analysis", lambda recording, *_: recording.id
    )
    monkeypatch.setattr("plantigrade.analysis.document.both_parameters", figures)
    monkeypatch.setattr("plantigrade.library.before_after.changes_of", changes)


@pytest.mark.usefixtures("compared")
def test_two_recordings_side_by_side(two_recordings: Path) -> None:
    """What both have, in the order of the first; below it what has changed."""
    lines = [line.rstrip() for line in reported(two_recordings, "compare", FIRST, SECOND).splitlines()]
    assert lines == [
        f"parameter      {FIRST}  {SECOND}  difference",
        f"stride_time_s  {'1':>25}  {'1.25':>25}        0.25",
        f"f1_n           {'-':>25}  {'700':>25}           -",
        "left: longer by 0.25 s",
    ]


@pytest.mark.usefixtures("compared")
def test_two_recordings_side_by_side_as_json(two_recordings: Path) -> None:
    found = document(two_recordings, "compare", FIRST, SECOND)
    (change,) = found.pop("changes")
    assert found == {
        "schema": "plantigrade.sessions/1",
        "first": FIRST,
        "second": SECOND,
        "parameters": {
            "stride_time_s": {"unit": "s", "first": 1.0, "second": 1.25, "difference": 0.25},
            "f1_n": {"unit": "N", "first": None, "second": 700.0, "difference": None},
        },
    }
    assert (change["metric"], change["foot"], change["difference"]) == ("stride_time_s", "left", 0.25)
    assert change["minimal_change"]["unit"] == "s" and change["words"] == "left: longer by 0.25 s"
