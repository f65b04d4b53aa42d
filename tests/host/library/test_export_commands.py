"""`plantigrade sessions export, report, compare`, and what the screen shows."""

from pathlib import Path

import pytest
from plantigrade.errors import MissingPartError
from plantigrade.library import commands
from plantigrade.library.catalogue import Library
from plantigrade.library.entries import Person

from tests.host.library.command_line import refused, told
from tests.host.library.library_kit import FIRST, SECOND, START_NS, sealed, walk


def test_an_export(two_recordings: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[tuple[object, ...]] = []

    def write(form: object, recording: object, path: Path, **options: object) -> None:
        said.append((form.name, recording.id, path, options["deidentify"], options["report"]))  # type: ignore[attr-defined]

    monkeypatch.setattr("plantigrade.exports.formats.Format.write", write)
    monkeypatch.setattr("plantigrade.library.opened.Recording.whole", lambda *_: None)
    out = tmp_path / "out.edf"
    assert told(two_recordings, "export", FIRST[:8], "--format", "edf", "-o", str(out)) == f"edf: {out}\n"
    told(two_recordings, "export", FIRST, "--format", "zip", "-o", str(out), "--deidentify")
    told(two_recordings, "export", FIRST, "--format", "zip", "-o", str(out), "--no-report")
    assert said == [
        ("edf", FIRST, out, False, True), ("zip", FIRST, out, True, True), ("zip", FIRST, out, False, False),
    ]  # fmt: skip


def test_an_export_takes_the_place_of_an_empty_file_alone(
    two_recordings: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Shells and dialogues make an empty file first; a folder can be written in its place."""
    monkeypatch.setattr("plantigrade.library.opened.Recording.whole", lambda *_: None)
    monkeypatch.setattr("plantigrade.exports.formats.Format.write", lambda *_, **__: None)
    empty, full, folder = tmp_path / "empty", tmp_path / "full", tmp_path / "folder"
    empty.touch()
    full.write_text("x")
    folder.mkdir()
    for path in (empty, full, folder):
        told(two_recordings, "export", FIRST, "--format", "csv", "-o", str(path))
    assert (empty.exists(), full.exists(), folder.exists()) == (False, True, True)
    nowhere = tmp_path / "no" / "out"
    words = f"{nowhere}: cannot be written: its folder does not exist"
    assert refused(two_recordings, "export", FIRST, "--format", "csv", "-o", str(nowhere)) == words


def test_a_part_that_is_not_installed_is_named() -> None:
    words = (
        r"reports needs the Python module plantigrade\.no, which is not installed; .*'plantigrade\[reports\]'"
    )
    with pytest.raises(MissingPartError, match=words):
        commands._part("plantigrade.no", "reports")


def test_a_report(two_recordings: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[tuple[object, ...]] = []

    def write(recording: object, path: Path, *, other: object, paper: str, baseline: list[object]) -> None:
        said.append((recording.id, path, other and other.id, paper, [one.id for one in baseline]))  # type: ignore[attr-defined]

    monkeypatch.setattr("plantigrade.report.pdf.write_report", write)
    monkeypatch.setattr("plantigrade.library.opened.Recording.whole", lambda *_: None)
    out = tmp_path / "a.pdf"
    assert told(two_recordings, "report", FIRST, "-o", str(out)) == f"report: {out}\n"
    told(two_recordings, "report", FIRST, "-o", str(out), "--compare", SECOND, "--paper", "letter")
    told(two_recordings, "report", FIRST, "-o", str(out), "--baseline")
    assert said == [
        (FIRST, out, None, "a4", []), (FIRST, out, SECOND, "letter", []), (FIRST, out, None, "a4", []),
    ]  # fmt: skip


def test_earlier_days_of_a_person(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Begun before this one, of the same person and kind, the newest first, and no more than thirty."""
    with Library(tmp_path / "data") as library:
        library.add_person(Person("P001"))
        for day in range(5):
            sealed(library.recordings, f"day-{day}", rows=10)
            books = library.recordings / f"day-{day}" / "recording.json"
            later = START_NS + day * 1_000_000_000
            books.write_text(books.read_text().replace(str(START_NS), str(later)))
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
        words = "day-3: earlier days are known only of a recording with a person and a start"
        with pytest.raises(commands.PlantigradeError, match=words):
            commands.earlier_of(library, library.open("day-3"))
        imported = library.import_walk(walk(3)).id
        library.assign(imported, "P001")
        with pytest.raises(commands.PlantigradeError, match="names the person"):
            commands.earlier_of(library, library.open(imported))
