"""`plantigrade sessions list, show, import, verify`: what is written, letter by letter."""

import getpass
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from plantigrade.library.catalogue.library import Library
from plantigrade.library.commands import UnsoundRecordingError
from plantigrade.library.entries import StoredAlert

from tests.host.library.command_line import document, misused, refused, reported, run
from tests.host.library.library_kit import FIRST, SECOND, START_NS, walk


def test_an_empty_library(tmp_path: Path) -> None:
    assert reported(tmp_path / "new", "list") == "no recordings\n"
    assert document(tmp_path / "new", "list") == {
        "schema": "plantigrade.sessions/1", "total": 0, "after": None, "recordings": [],
    }  # fmt: skip


def test_the_list(two_recordings: Path) -> None:
    lines = [line.rstrip() for line in reported(two_recordings, "list").splitlines()]
    assert lines == [
        f"id{'start':>30}             person  length  feet  missing      size  title and tags",
        f"{FIRST}  2026-02-25 06:13  P001      0:03  left  14.29 %   11.9 KB  first day shoe:trail",
        f"{SECOND}  2026-02-25 06:13  -         1:00  left        0  170.8 KB",
    ]


def test_the_list_says_how_many_more_there_are(two_recordings: Path) -> None:
    lines = reported(two_recordings, "list", "--limit", "1").splitlines()
    assert len(lines) == 3 and lines[-1] == f"1 of 2; --limit shows more, --after {FIRST} the next ones"
    assert len(reported(two_recordings, "list", "--limit", "2").splitlines()) == 3


@pytest.mark.parametrize(
    ("texts", "found"),
    [
        (("--person", "P001"), [FIRST]),
        (("--person", "P002"), []),
        (("--tag", "shoe:trail"), [FIRST]),
        (("--tag", "shoe: trail "), [FIRST]),
        (("--tag", "shoe:trail", "--tag", "shoe:road"), []),
        (("--device", "A1B2C3"), [FIRST, SECOND]),
        (("--device", "A1"), []),
        (("--kind", "insole"), [FIRST, SECOND]),
        (("--kind", "import"), []),
        (("--text", "FIRST"), [FIRST]),
        (("--gaps",), [FIRST]),
        (("--no-gaps",), [SECOND]),
        (("--deleted",), []),
        (("--limit", "1"), [FIRST]),
        # Both begin at 06:13:20 UTC on 25 February 2026.
        (("--since", "2026-02-25T06:13:20+00:00"), [FIRST, SECOND]),
        (("--since", "2026-02-25T06:13:21+00:00"), []),
        (("--until", "2026-02-25T06:13:20+00:00"), []),
        (("--until", "2026-02-25T07:13:21+01:00"), [FIRST, SECOND]),
    ],
)
def test_filters_of_the_list(texts: tuple[str, ...], found: list[str], two_recordings: Path) -> None:
    listed = document(two_recordings, "list", *texts)
    assert [one["id"] for one in listed["recordings"]] == found
    assert listed["total"] == (2 if "--limit" in texts else len(found))


def test_a_recording_as_json(two_recordings: Path) -> None:
    one = document(two_recordings, "list", "--text", "first")["recordings"][0]
    added = datetime.fromisoformat(one.pop("added_utc"))
    assert timedelta(0) <= datetime.now(UTC) - added < timedelta(hours=1)
    assert one == {
        "id": FIRST, "kind": "insole", "title": "first day", "person": "P001",
        "start_utc": "2026-02-25T06:13:20+00:00", "start_local": "2026-02-25T06:13:20+00:00",
        "start_utc_ns": START_NS, "duration_s": 3.0,
        "feet": ["left"], "sample_rate_hz": 100.0, "frames_recorded": 300, "frames_missing": 50,
        "bytes": one["bytes"],
        "tags": ["shoe:trail"], "deleted_utc": None,
    }  # fmt: skip
    folder = two_recordings / "recordings" / FIRST
    assert one["bytes"] == sum(path.stat().st_size for path in folder.iterdir())


@pytest.mark.parametrize(
    ("texts", "text"),
    [
        (("list", "--since", "yesterday"), "'yesterday' is no date such as 2026-03-01 or 2026-03-01T14:30"),
        (
            ("list", "--tag", "colour:red"),
            "'colour:red' is not KIND:VALUE with KIND one of shoe, orthotic, terrain, other",
        ),
        (("list", "--tag", "shoe"), "'shoe' is not KIND:VALUE"),
        (("list", "--tag", "shoe: "), "'shoe: ' is not KIND:VALUE"),
        (("list", "--limit", "0"), "0 is not in the range x>=1"),
        (("list", "--kind", "other"), "'other' is not one of 'insole', 'import'"),
        (
            ("export", FIRST, "--format", "pdf", "-o", "x"),
            "unknown format 'pdf'; known are csv, parquet, edf",
        ),
        (("import",), "Missing argument 'FILES...'"),
        (("export", FIRST, "-o", "x"), "Missing option '--format'"),
    ],
)
def test_wrong_use_is_said(texts: tuple[str, ...], text: str, two_recordings: Path) -> None:
    assert text in misused(two_recordings, *texts)


def test_everything_of_a_recording(two_recordings: Path) -> None:
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    assert reported(two_recordings, "show", "20260301").splitlines() == [
        f"{FIRST}  first day",
        "  start    2026-02-25 06:13:20 UTC",
        "  length   0:03, 100 Hz, 11.9 KB",
        "  person   P001 (Anna)",
        "  left     350 frames requested = 300 recorded + 50 missing  insole A1B2C3, firmware 0.1.0",
        "           50 off",
        "  tags     shoe:trail",
        "  made by: a test",
        f"  note 1 at 1.5 s ({getpass.getuser()}, {today}): limps",
    ]
    assert reported(two_recordings, "show", SECOND).splitlines() == [
        SECOND,
        "  start    2026-02-25 06:13:20 UTC",
        "  length   1:00, 100 Hz, 170.8 KB",
        "  left     6000 frames requested = 6000 recorded + 0 missing  insole A1B2C3, firmware 0.1.0",
        "  made by: a test",
    ]


def test_everything_of_a_recording_as_json(two_recordings: Path) -> None:
    found = document(two_recordings, "show", FIRST)
    one = found["recording"]
    assert (one["id"], one["content"], one["wearer"]["name"]) == (FIRST, "counts", "Anna")
    assert one["devices"] == {
        "left": {
            "serial": "A1B2C3", "side": "left", "layout": 1, "firmware": "0.1.0", "calibrated_on": None,
            "method": None,
        }
    }  # fmt: skip
    assert [(note["id"], note["text"], note["at_s"]) for note in one["notes"]] == [(1, "limps", 1.5)]
    assert (one["analyses"], one["alerts"]) == ([], [])
    assert one["books"]["feet"][0]["gaps"] == [
        {"first": 300, "end": 350, "from_s": 3.0, "to_s": None, "reason": "off"}
    ]
    assert [line["action"] for line in found["audit"]] == ["add", "assign", "rename", "tag", "note"]
    assert found["audit"][1] | {"at_utc": "", "id": 0} == {
        "id": 0, "at_utc": "", "actor": getpass.getuser(), "action": "assign", "subject": FIRST,
        "detail": "P001",
    }  # fmt: skip
    assert document(two_recordings, "show", SECOND)["recording"]["wearer"] is None


def test_what_was_analysed_is_shown(two_recordings: Path) -> None:
    from plantigrade.library.catalogue.details import keep_alerts
    from plantigrade.library.catalogue.tables import AnalysisRow

    with Library(two_recordings) as library:
        keep_alerts(library, FIRST, [StoredAlert("overload", "left", 61.6, None, {"n": 1})])
        with library.store.write() as session:
            made = datetime(2026, 3, 4, tzinfo=UTC)
            row = {"recording_id": FIRST, "algorithm": "gait", "version": "9", "made_utc": made}
            session.add(AnalysisRow(**row, document={"a": 1}))
    assert reported(two_recordings, "show", FIRST).splitlines()[-2:] == [
        "  analysis gait 9, 2026-03-04",
        "  alert    overload, left, at 62 s",
    ]
    one = document(two_recordings, "show", FIRST)["recording"]
    assert one["analyses"] == [{"algorithm": "gait", "version": "9", "made_utc": "2026-03-04T00:00:00+00:00"}]
    assert one["alerts"] == [
        {
            "rule": "overload",
            "foot": "left",
            "from_s": 61.6,
            "to_s": None,
            "document": {"n": 1},
            "origin": "live",
        }
    ]


def test_names_that_mean_nothing_or_too_much(two_recordings: Path) -> None:
    assert (
        refused(two_recordings, "show", "2027")
        == "no recording '2027'; `plantigrade sessions list` shows what there is"
    )
    assert refused(two_recordings, "show", "2026") == f"several recordings begin with 2026: {FIRST}, {SECOND}"


@pytest.fixture
def one_walk(monkeypatch: pytest.MonkeyPatch) -> list[tuple[object, ...]]:
    """Files hold made-up walks: how they are read is not asked here."""
    from plantigrade.errors import FileError
    from plantigrade.imports import formats

    asked: list[tuple[object, ...]] = []

    def read(path: Path, name: str, foot: object = None, **_: object) -> object:
        asked.append((path.name, name, foot))
        if not path.is_file():
            raise FileError(path, "is not there")
        return walk(len(path.read_bytes()))

    monkeypatch.setattr(formats, "read", read)
    return asked


def test_imports(two_recordings: Path, tmp_path: Path, one_walk: list[tuple[object, ...]]) -> None:
    from plantigrade.files.durable import file_sum
    from plantigrade.gait.signals import Foot

    path = tmp_path / "walk one.txt.gz"
    path.write_bytes(b"123")
    line = reported(
        two_recordings, "import", str(path), "--person", "P001", "--tag", "shoe:road", "--foot", "right"
    ).split()
    assert line[0].startswith("import-") and " ".join(line[1:]) == str(path)
    assert reported(two_recordings, "import", str(path)).split()[0] == line[0], "twice is once"
    assert one_walk == [("walk one.txt.gz", "auto", Foot.RIGHT), ("walk one.txt.gz", "auto", None)]
    one = document(two_recordings, "show", line[0])["recording"]
    assert (one["title"], one["person"], one["tags"], one["kind"]) == (
        "walk one",
        "P001",
        ["shoe:road"],
        "import",
    )
    provenance = one["books"]["provenance"]
    assert provenance["source_name"] == "walk one.txt.gz" and provenance["source_sha256"] == file_sum(path)


def test_files_that_fail_are_named_and_the_others_kept(
    two_recordings: Path, tmp_path: Path, one_walk: list[tuple[object, ...]]
) -> None:
    (tmp_path / "a.csv").write_bytes(b"1")
    (tmp_path / "b.csv").write_bytes(b"12")
    names = [str(tmp_path / name) for name in ("a.csv", "no", "b.csv", "none")]
    result = run(two_recordings, "import", *names, "--format", "csv")
    assert len(result.stdout.splitlines()) == 2
    assert str(result.exception) == (
        f"2 of 4 files were not imported: {tmp_path / 'no'}: is not there; {tmp_path / 'none'}: is not there"
    )
    assert [name for _, name, _ in one_walk] == ["csv"] * 4
    assert refused(two_recordings, "import", names[1]) == f"{tmp_path / 'no'}: is not there"


def test_an_unknown_wearer_ends_an_import_before_it_begins(
    two_recordings: Path, tmp_path: Path, one_walk: list[tuple[object, ...]]
) -> None:
    (tmp_path / "a.csv").write_bytes(b"1")
    assert "no person 'P9'" in refused(two_recordings, "import", str(tmp_path / "a.csv"), "--person", "P9")
    assert one_walk == [] and len(document(two_recordings, "list")["recordings"]) == 2


def test_a_folder_is_imported_without_a_checksum(
    two_recordings: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from plantigrade.imports import formats

    monkeypatch.setattr(formats, "read", lambda *_, **__: walk(77))
    (tmp_path / "walks").mkdir()
    name = reported(two_recordings, "import", str(tmp_path / "walks")).split()[0]
    assert "source_sha256" not in document(two_recordings, "show", name)["recording"]["books"]["provenance"]


def test_sound_recordings(two_recordings: Path) -> None:
    assert reported(two_recordings, "verify").splitlines() == [
        f"{FIRST}: sound",
        "  left: 350 frames requested = 300 recorded + 50 missing",
        "    at unknown time: 50 frames, off",
        f"{SECOND}: sound",
        "  left: 6000 frames requested = 6000 recorded + 0 missing",
    ]
    assert reported(two_recordings, "verify", SECOND).splitlines()[0] == f"{SECOND}: sound"
    found = document(two_recordings, "verify", FIRST)
    assert found["schema"] == "plantigrade.verify/1"
    assert [(one["id"], one["ok"], one["problems"]) for one in found["recordings"]] == [(FIRST, True, [])]


def test_an_unsound_recording_is_said_and_fails(two_recordings: Path) -> None:
    path = two_recordings / "recordings" / FIRST / "recording.json"
    path.write_text(path.read_text().replace('"to_s": null', '"to_s": 3.75'))
    result = run(two_recordings, "verify")
    assert isinstance(result.exception, UnsoundRecordingError)
    assert str(result.exception) == f"not sound: {FIRST}"
    assert result.stdout.splitlines()[:4] == [
        f"{FIRST}: NOT SOUND",
        "  recording.json: is not the one that the library took in; it was changed",
        "  left: 350 frames requested = 300 recorded + 50 missing",
        "    3.00 s to 3.75 s: 50 frames, off",
    ]
    path.write_text("{")
    lines = run(two_recordings, "verify", FIRST).stdout.splitlines()
    assert len(lines) == 2 and "is damaged" in lines[1]
    assert (
        json.loads(run(two_recordings, "verify", FIRST, "--json", "-").stdout)["recordings"][0]["ok"] is False
    )
