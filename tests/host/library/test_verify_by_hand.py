"""What verification finds: each way in which manifest and files can disagree, in words; gaps as JSON."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from plantigrade.library.errors import RecordingError
from plantigrade.library.recordings.container import (
    COUNTS,
    FORCES,
    Draft,
    FootManifest,
    RecordedGap,
    RecordingManifest,
    find_recordings,
    read_manifest,
)
from plantigrade.library.recordings.forces import ForceFrames
from plantigrade.library.recordings.verify import Verdict, verify

from tests.host.library.library_kit import IDENTITY, finalized, frames

GAP = RecordedGap(4, 6, 0.04, 0.06, "off")
"""Slots 0 to 9 were asked for; 4 and 5 are missing."""


def written(
    root: Path, change: Callable[[FootManifest], FootManifest] = lambda foot: foot, **columns: Any
) -> Verdict:
    """The verdict on eight frames with a gap, with other columns or other manifest."""
    content = frames(8)
    content = replace(content, **({"seq": np.array([0, 1, 2, 3, 6, 7, 8, 9])} | columns))
    draft = Draft.begin(root, "one")
    foot = FootManifest(
        "left", IDENTITY, [(0, 10)], 10, 8, 2, {"off": 2}, [GAP], 8, draft.write_frames("left", content)
    )
    return verify(draft.finish(RecordingManifest("one", 0, 0.1, {}, [change(foot)])))


def test_a_sound_recording(tmp_path: Path) -> None:
    verdict = written(tmp_path)
    assert verdict.ok and verdict.problems == [] and verdict.id == "one"
    assert verdict.as_json() == {
        "id": "one", "ok": True, "frames_requested": 10, "frames_recorded": 8, "frames_missing": 2,
        "gaps": [
            {"foot": "left", "from_s": 0.04, "to_s": 0.06, "reason": "off", "first_slot": 4, "end_slot": 6},
        ],
        "problems": [],
    }  # fmt: skip


SEQ = {
    "two slots twice": [0, 1, 2, 3, 3, 7, 8, 9],
    "out of order": [0, 1, 2, 3, 7, 6, 8, 9],
}


@pytest.mark.parametrize("what", SEQ)
def test_slots_in_disorder(what: str, tmp_path: Path) -> None:
    verdict = written(tmp_path, seq=np.array(SEQ[what]))
    assert verdict.problems == ["left.parquet: slots are out of order or there twice"] and not verdict.ok


def test_frames_that_overlap(tmp_path: Path) -> None:
    """The frame of slot 2 stands for two, and slot 3 is there by itself."""
    slots = np.array([1, 1, 2, 1, 1, 1, 1, 1], np.uint8)
    assert written(tmp_path, slots=slots).problems == ["left.parquet: slots are out of order or there twice"]


@pytest.mark.parametrize(("count", "problems"), [(4095, []), (4096, ["left.parquet: counts above 4095"])])
def test_counts_have_twelve_bits(count: int, problems: list[str], tmp_path: Path) -> None:
    counts = np.zeros((8, 16), np.uint16)
    counts[7, 15] = count
    assert written(tmp_path, counts=counts).problems == problems


LEDGER: dict[str, tuple[dict[str, Any], list[str]]] = {
    "rows": ({"rows": 9}, ["8 rows, the manifest says 9"]),
    "requested": (
        {"frames_requested": 11}, ["slot counts do not balance: stated 11 = 8 + 2, found 10 = 8 + 2"],
    ),
    "recorded": ({"frames_recorded": 7}, ["slot counts do not balance: stated 10 = 7 + 2, found 10 = 8 + 2"]),
    "missing": ({"frames_missing": 1}, ["slot counts do not balance: stated 10 = 8 + 1, found 10 = 8 + 2"]),
    "no gap": (
        {"gaps": []},
        [
            "2 slots are missing without a reason",
            "slot counts do not balance: stated 10 = 8 + 2, found 10 = 8 + 0",
        ],
    ),
    "half a gap": (
        {"gaps": [replace(GAP, end=5)]},
        [
            "1 slots are missing without a reason",
            "slot counts do not balance: stated 10 = 8 + 2, found 10 = 8 + 1",
        ],
    ),
    "a gap too long": (
        {"gaps": [replace(GAP, end=7)]},
        [
            "slots 4 to 7 are listed as missing but some are there",
            "slot counts do not balance: stated 10 = 8 + 2, found 10 = 8 + 3",
        ],
    ),
    "a gap twice": ({"gaps": [GAP, GAP]}, []),
    "a gap in two": ({"gaps": [replace(GAP, end=5), replace(GAP, first=5)]}, []),
    "more was asked for": (
        {"requested": [(0, 12)]},
        [
            "2 slots are missing without a reason",
            "slot counts do not balance: stated 10 = 8 + 2, found 12 = 8 + 2",
        ],
    ),
    "it was asked for in two": ({"requested": [(0, 3), (3, 10)]}, []),
    "a gap beside what was asked for": (
        {"requested": [(0, 4), (6, 10)]}, ["slot counts do not balance: stated 10 = 8 + 2, found 8 = 8 + 2"],
    ),
    "another sum": ({"sha256": "0" * 64}, ["checksum does not match; the file has changed"]),
}  # fmt: skip


@pytest.mark.parametrize("what", LEDGER)
def test_books_that_disagree(what: str, tmp_path: Path) -> None:
    values, problems = LEDGER[what]
    verdict = written(tmp_path, lambda foot: replace(foot, **values))
    assert verdict.problems == [f"left.parquet: {problem}" for problem in problems]


def imported(root: Path, seq: list[int], time_s: list[float], **values: Any) -> Verdict:
    force = ForceFrames(np.array(seq, np.int64), np.array(time_s), np.ones((len(seq), 2), np.float32))
    draft = Draft.begin(root, "one")
    digest = draft.write_forces("right", force)
    size = len(seq)
    foot = FootManifest("right", {}, [(0, size)] * (size > 0), size, size, 0, {}, [], size, digest)
    return verify(
        draft.finish(RecordingManifest("one", None, 0.1, {}, [replace(foot, **values)], content=FORCES))
    )


def test_forces(tmp_path: Path) -> None:
    assert imported(tmp_path / "a", [0, 1, 2], [0.0, 0.1, 0.1]).problems == []
    assert imported(tmp_path / "b", [0, 1, 2], [0.0, 0.1, 0.09]).problems == [
        "right.parquet: time runs backwards"
    ]
    for number, seq in enumerate(([0, 1, 1], [0, 2, 1])):
        verdict = imported(tmp_path / f"c{number}", seq, [0.0, 0.1, 0.2])
        assert verdict.problems == ["right.parquet: samples are out of order or there twice"]
    verdict = imported(tmp_path / "d", [0, 1, 3], [0.0, 0.1, 0.3])
    assert verdict.problems[0] == "right.parquet: 1 slots are missing without a reason"
    assert imported(tmp_path / "e", [], []).problems == []
    assert imported(tmp_path / "f", [0], [0.5]).problems == []


def test_files_that_are_not_there_or_not_sound(tmp_path: Path) -> None:
    folder = finalized(tmp_path, "one", rows=20)
    path = folder / "left.parquet"
    content = path.read_bytes()
    path.unlink()
    assert verify(folder).problems == ["left.parquet: cannot be read: No such file or directory"]
    path.write_bytes(b"something else")
    (changed, unsound) = verify(folder).problems
    assert changed == "left.parquet: checksum does not match; the file has changed"
    assert unsound.startswith("left.parquet: is not a sound recording: ")
    path.write_bytes(content)
    assert verify(folder).ok
    (folder / "recording.json").unlink()
    verdict = verify(folder)
    assert verdict.manifest is None
    path = folder / "recording.json"
    assert verdict.problems == [f"{path}: cannot be read: No such file or directory"]
    assert verdict.as_json() == {
        "id": "one", "ok": False, "frames_requested": 0, "frames_recorded": 0, "frames_missing": 0,
        "gaps": [], "problems": verdict.problems,
    }  # fmt: skip


def test_books_as_they_are_written(tmp_path: Path) -> None:
    folder = finalized(tmp_path, "one", rows=20, gap=True)
    manifest, text = read_manifest(folder), (folder / "recording.json").read_text()
    assert (
        manifest.as_json() == text
        and text.startswith('{\n "body_weight_n": null,\n')
        and text.endswith("}\n")
    )
    assert manifest.feet[0].requested == [(0, 70)] and manifest.feet[0].quantity == "counts"
    assert (COUNTS, FORCES) == ("counts", "forces")


@pytest.mark.parametrize(
    ("old", "new", "texts"),
    [
        ("plantigrade.recording/1", "plantigrade.recording/2",
         "has schema plantigrade.recording/2, this version reads plantigrade.recording/1; "
         "update plantigrade"),
        ('"schema"', '"scheme"', "is damaged: 'schema'"),
        ('"feet"', '"foot"', "is damaged: 'feet'"),
        ('"gaps": []', '"gaps": [{"first": 1}]', "is damaged: "),
        ("{", "", "is damaged: "),
        ('"requested": [', '"requested": ["x", ', "is damaged: "),
        ('"id"', '"identity"', "is damaged: "),
    ],
)  # fmt: skip
def test_books_that_are_not_understood(old: str, new: str, texts: str, tmp_path: Path) -> None:
    path = finalized(tmp_path, "one", rows=20) / "recording.json"
    path.write_text(path.read_text().replace(old, new, 1))
    with pytest.raises(RecordingError) as refused:
        read_manifest(path.parent)
    assert str(refused.value).startswith(f"{path}: {texts}")


def test_recordings_in_a_folder(tmp_path: Path) -> None:
    for name in ("b", "a"):
        finalized(tmp_path, name, rows=5)
    (tmp_path / "c").mkdir()
    (tmp_path / "file").touch()
    assert [path.name for path in find_recordings(tmp_path)] == ["a", "b"]
    assert list(find_recordings(tmp_path / "none")) == []


def test_a_draft_that_cannot_be_begun_or_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(RecordingError) as refused:
        Draft.begin(tmp_path / "file", "one")
    assert str(refused.value).startswith(f"{tmp_path / 'file' / 'one'}: cannot be written: ")
    draft = Draft.begin(tmp_path / "new" / "recordings", "one")
    assert (tmp_path / "new" / "recordings").stat().st_mode & 0o777 == 0o700

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("plantigrade.library.recordings.container.write_parquet", full)
    with pytest.raises(RecordingError, match=r"left\.parquet: cannot be written: No space left on device"):
        draft.write_frames("left", frames(3))
    assert list((tmp_path / "new" / "recordings").iterdir()) == []


def test_a_recording_that_cannot_be_put_in_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("plantigrade.library.recordings.container.sync_folder", full)
    with pytest.raises(RecordingError, match="one: cannot be written: No space left on device"):
        finalized(tmp_path, "one")
    assert list(tmp_path.iterdir()) == [], "nothing half-done is left"


def test_a_recording_that_is_there_already_stands(tmp_path: Path) -> None:
    first = finalized(tmp_path, "one", rows=5)
    stored = (first / "left.parquet").read_bytes()
    assert finalized(tmp_path, "one", rows=9) == first
    assert (first / "left.parquet").read_bytes() == stored
    assert [path.name for path in tmp_path.iterdir()] == ["one"]


def test_a_writer_who_comes_second_with_the_same_is_content(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between looking and moving, another one moved the same recording there: that one stands."""
    first = finalized(tmp_path / "other", "one", rows=5)
    rename = Path.rename

    def overtaken(self: Path, target: Path) -> Path:
        rename(first, target)
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", overtaken)
    assert finalized(tmp_path, "one", rows=5) == tmp_path / "one"
    assert (tmp_path / "one" / "recording.json").is_file() and len(list(tmp_path.iterdir())) == 2
