"""Taking recordings in and keeping what is found: entries, imports with gaps, insoles, analyses, alerts."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa
from plantigrade.calibration import nominal
from plantigrade.gait.signals import Foot, FootSignal, Motion, SensorLayout, SourceInfo, TimeGap, Walk
from plantigrade.library.catalogue import alerts as module
from plantigrade.library.catalogue.details import ALGORITHM, calibration_of, keep_alerts, keep_analysis
from plantigrade.library.catalogue.ingest import digest_of
from plantigrade.library.catalogue.library import Library
from plantigrade.library.catalogue.store import LibraryError
from plantigrade.library.catalogue.tables import AnalysisRow
from plantigrade.library.entries import StoredAlert
from plantigrade.library.recordings.container import RecordedGap, read_manifest
from plantigrade.library.recordings.reader import RecordingReader

from tests.host.library.library_kit import FIRST, IDENTITY, START_NS, finalized

Open = Callable[[], Library]


@pytest.fixture
def library(tmp_path: Path) -> Any:
    with Library(tmp_path / "data") as library:
        yield library


def signal(foot: Foot, times: list[float], gaps: tuple[TimeGap, ...] = (), first: float = 1.0) -> FootSignal:
    force = np.array([[first + n, 2 * n] for n in range(len(times))], np.float32).reshape(-1, 2)
    return FootSignal(foot, np.array(times), force, None, "force", gaps)


def test_an_entry_says_what_the_books_say(library: Library) -> None:
    finalized(library.recordings, FIRST, gap=True)
    before = datetime.now(UTC)
    assert library.scan() == [FIRST]
    entry = library.entry(FIRST)
    files = [path.stat().st_size for path in (library.recordings / FIRST).iterdir()]
    assert before - timedelta(seconds=1) <= entry.added_utc <= datetime.now(UTC)
    assert entry._replace(added_utc=before) == (
        FIRST, "insole", "", None, START_NS, 3.0, ("left",), 100.0, 300, 50, sum(files), (), before, None,
    )  # fmt: skip
    with library.store.read() as session:
        row = session.execute(sa.text("SELECT order_ns, books_sha256, source FROM recordings")).one()
    text = (library.recordings / FIRST / "recording.json").read_bytes()
    assert tuple(row) == (START_NS, hashlib.sha256(text).hexdigest(), "")


def test_an_import_and_its_gaps(library: Library) -> None:
    """At 10 Hz from 5.0 s on: samples 0, 1, 2, 5, 6 and 9. Of the first gap the file said why, in part; the
    reason that it gave for another time does not count."""
    reported = (TimeGap(1.0, 5.29, "before"), TimeGap(5.4, 5.45, "shoe off"), TimeGap(5.45, 5.5, "second"))
    walk = Walk(
        signal(Foot.LEFT, [5.0, 5.1, 5.2, 5.5, 5.6, 5.9], reported), signal(Foot.RIGHT, [4.9, 5.0]),
        10.0000004,
        SourceInfo("x/y.csv", "csv", "noted"), 650.0,
    )  # fmt: skip
    entry = library.import_walk(walk, "title", "y.csv", "abc")
    manifest = read_manifest(library.recordings / entry.id)
    assert entry.id == f"import-{digest_of(walk)[:12]}" and entry.kind == "import"
    assert (manifest.start_utc_ns, manifest.duration_s) == (None, 1.0), "from 4.9 to 5.9 s"
    assert (manifest.sample_rate_hz, manifest.body_weight_n, manifest.content) == (10.0, 650.0, "forces")
    assert manifest.provenance == {
        "made_by": f"plantigrade {version('plantigrade')} import", "format": "csv", "note": "noted",
        "instrument": "insole", "source_sha256": "abc", "source_name": "y.csv",
    }  # fmt: skip
    left, right = manifest.feet
    assert (left.foot, left.requested, left.frames_requested, left.frames_recorded) == (
        "left",
        [(0, 10)],
        10,
        6,
    )
    assert (left.frames_missing, left.rows, left.insole, left.layout, left.quantity) == (
        4,
        6,
        {},
        None,
        "force",
    )
    assert left.gaps == [
        RecordedGap(3, 5, 5.3, 5.5, "shoe off"),
        RecordedGap(7, 9, 5.7, 5.9, "not in the file"),
    ]
    assert left.missing_by_reason == {"shoe off": 2, "not in the file": 2}
    assert (right.requested, right.frames_recorded, right.gaps) == ([(0, 2)], 2, [])
    assert (entry.frames_recorded, entry.frames_missing, entry.title) == (8, 4, "title")
    back = RecordingReader.open(library.recordings / entry.id).forces("left")
    assert back.force_n.tolist() == [[1, 0], [2, 2], [3, 4], [4, 6], [5, 8], [6, 10]]
    assert library.verify(entry.id).ok


@pytest.mark.parametrize(
    ("empty", "gaps"),
    [
        ([0, 3], [(0, 1, 5.0, 5.1), (3, 4, 5.3, 5.4)]),
        ([4, 5], [(4, 6, 5.4, 5.6)]),
        ([], []),
    ],
    ids=["at the start and one alone", "at the end", "none"],
)
def test_samples_without_a_number_are_there_and_count_as_missing(
    library: Library, empty: list[int], gaps: list[tuple[int, int, float, float]]
) -> None:
    """Six samples at 10 Hz; a sample of which one cell is a number is one."""
    left = signal(Foot.LEFT, [5.0, 5.1, 5.2, 5.3, 5.4, 5.5])
    force_n = left.force_n.copy()
    force_n[empty], force_n[1, 0] = np.nan, np.nan
    entry = library.import_walk(Walk(replace(left, force_n=force_n), None, 10.0, SourceInfo("y.csv", "csv")))
    (foot,) = read_manifest(library.recordings / entry.id).feet
    assert foot.gaps == [RecordedGap(*gap, "samples are not numbers") for gap in gaps]
    assert (foot.rows, foot.frames_requested, foot.frames_recorded) == (6, 6, 6 - len(empty))
    assert entry.frames_missing == len(empty) and library.verify(entry.id).ok


def test_an_import_of_which_little_is_known(library: Library) -> None:
    layout = SensorLayout("two", np.array([1.0, 2]), np.array([1.0, 2]), np.array([1.0, 1]), ("heel", "toes"))
    empty = replace(signal(Foot.RIGHT, []), layout=layout)
    walk = Walk(signal(Foot.LEFT, [0.0]), empty, 10.0, SourceInfo("", "csv"))
    manifest = read_manifest(library.recordings / library.import_walk(walk).id)
    assert manifest.duration_s == 0.0 and "source_name" not in manifest.provenance
    left, right = manifest.feet
    assert (right.requested, right.frames_requested, right.frames_recorded, right.gaps) == ([], 0, 0, [])
    assert right.layout is not None and right.layout["name"] == "two" and left.layout is None
    nothing = Walk(None, empty, 10.0, SourceInfo("", "csv"))
    assert read_manifest(library.recordings / library.import_walk(nothing).id).duration_s == 0.0


def test_two_walks_are_one_only_if_all_samples_agree() -> None:
    still = np.array([[0.0, 0.0, 9.8], [0.0, 0.0, 9.8]], np.float32)

    def moved(motion: Motion) -> Walk:
        return Walk(replace(signal(Foot.LEFT, [0.0, 0.1]), motion=motion), None, 10.0)

    base = Walk(signal(Foot.LEFT, [0.0, 0.1]), None, 10.0)
    others = (
        replace(base, sample_rate_hz=11.0),
        Walk(None, signal(Foot.RIGHT, [0.0, 0.1]), 10.0),
        Walk(signal(Foot.LEFT, [0.0, 0.2]), None, 10.0),
        Walk(signal(Foot.LEFT, [0.0, 0.1], first=2.0), None, 10.0),
        Walk(replace(signal(Foot.LEFT, [0.0, 0.1]), quantity="footswitch"), None, 10.0),
        Walk(signal(Foot.LEFT, [0.0, 0.1]), signal(Foot.RIGHT, [0.0, 0.1]), 10.0),
        moved(Motion(still)),
        moved(Motion(still + 0.1)),
        moved(Motion(still, still)),
        moved(Motion(still, still * 2.0)),
    )
    assert len({digest_of(one) for one in (base, *others)}) == 11
    assert digest_of(moved(Motion(still, still))) == digest_of(moved(Motion(still.copy(), still.copy())))
    assert digest_of(Walk(signal(Foot.LEFT, [0.0, 0.1]), None, 10.0)) == digest_of(base)


def test_insoles_are_known_as_they_were_last(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    finalized(library.recordings, "a", rows=10)
    library.scan()
    changed = IDENTITY | {"side": "unset", "firmware": "0.2.0", "layout": 2}
    monkeypatch.setattr("tests.host.library.library_kit.IDENTITY", changed)
    finalized(library.recordings, "b", rows=10)
    monkeypatch.setattr("tests.host.library.library_kit.IDENTITY", {"serial": "Z9"})
    finalized(library.recordings, "c", rows=10)
    monkeypatch.setattr("tests.host.library.library_kit.IDENTITY", {"side": "left"})
    finalized(library.recordings, "d", rows=10)
    library.scan()
    found = [(one.serial, one.side, one.layout, one.firmware) for one in library.devices()]
    assert found == [("A1B2C3", "unset", 2, "0.2.0"), ("Z9", "unset", 0, "")]
    assert library.open("a").devices["left"].firmware == "0.2.0" and library.open("d").devices == {}


def test_a_calibration_is_used_for_all_recordings_of_its_insole(library: Library) -> None:
    finalized(library.recordings, "a", rows=10)
    library.scan()
    assert calibration_of(library, "A1B2C3") is None and calibration_of(library, "Z") is None
    assert library.open("a").calibration("left") is None
    one = replace(nominal(), serial="A1B2C3", made_on="2026-02-03", method="weights")
    library.set_calibration(one)
    found = calibration_of(library, "A1B2C3")
    assert found is not None and (found.made_on, found.method) == ("2026-02-03", "weights")
    used = library.open("a").calibration("left")
    assert used is not None and used.made_on == "2026-02-03"
    (device,) = library.devices()
    assert (device.calibrated_on, device.method) == ("2026-02-03", "weights")
    line = library.audit("A1B2C3")[-1]
    assert (line.action, line.detail) == ("calibrate", "2026-02-03")
    with pytest.raises(LibraryError, match="no insole 'Z' has recorded anything in this library"):
        library.set_calibration(replace(one, serial="Z"))


def test_the_shoe_size_of_the_wearer_gives_lengths(library: Library) -> None:
    from plantigrade.library.entries import Person

    finalized(library.recordings, "a", rows=10)
    library.scan()
    assert library.open("a").layout("left").relative  # type: ignore[union-attr]
    library.add_person(Person("P1", shoe_size_eu=40))
    library.assign("a", "P1")
    assert not library.open("a").layout("left").relative  # type: ignore[union-attr]


def keep(
    library: Library, name: str, algorithm: str, release: str, document: dict[str, Any] | None = None
) -> None:
    """Keep a result as another version did."""
    made = datetime(2026, 1, 2, tzinfo=UTC)
    with library.store.write() as session:
        row = AnalysisRow(recording_id=name, algorithm=algorithm, version=release, made_utc=made)
        row.document = document or {}
        session.add(row)


def test_an_analysis_replaces_that_of_the_same_version(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: dict[str, Any] = {"figures": 1}
    raised = [StoredAlert("overload", "left", 2.0, 3.0, {"n": 1}, "analysis")]
    monkeypatch.setattr("plantigrade.analysis.document.document", lambda _: dict(made))
    monkeypatch.setattr(module, "alerts_of", lambda *_: list(raised))
    for name in "ab":
        finalized(library.recordings, name, rows=10)
    library.scan()
    full_analysis: Any = SimpleNamespace(walk=None, analysis=None, book=None, reference=None)
    assert keep_analysis(library, "a", full_analysis) == tuple(raised)
    keep(library, "a", "other", version("plantigrade"))
    keep(library, "a", ALGORITHM, "0")
    keep(library, "b", ALGORITHM, version("plantigrade"))
    made["figures"] = 2
    raised.clear()
    assert keep_analysis(library, "a", full_analysis) == ()
    stored = [(one.algorithm, one.version, dict(one.document)) for one in library.open("a").analyses]
    assert stored == [
        ("other", version("plantigrade"), {}), (ALGORITHM, "0", {}),
        (ALGORITHM, version("plantigrade"), {"figures": 2}),
    ]  # fmt: skip
    assert ALGORITHM == "plantigrade.gait" and len(library.open("b").analyses) == 1
    assert datetime.now(UTC) - library.open("a").analyses[-1].made_utc < timedelta(minutes=5)


def test_alerts_are_kept_whole_and_in_the_order_of_their_times(library: Library) -> None:
    for name in "ab":
        finalized(library.recordings, name, rows=10)
    library.scan()
    late = StoredAlert("overload", "left", 9.0, 9.5, {"n": 1}, "live")
    early = StoredAlert("one_sided_load", "both", 2.0, None, {"m": "x"}, "analysis")
    keep_alerts(library, "a", [late, early])
    keep_alerts(library, "b", [early])
    assert library.open("a").alerts == (early, late)
    later = replace(late, from_s=20.0, to_s=21.0)
    keep_alerts(library, "a", [later])
    assert library.open("a").alerts == (early, late, later), "live alerts are no new analysis"
    keep_alerts(library, "a", [])
    assert library.open("a").alerts == (late, later) and library.open("b").alerts == (early,)


def test_a_person_is_handed_over(library: Library, tmp_path: Path) -> None:
    import zipfile

    import pyarrow.parquet
    from plantigrade.library.catalogue.data_export import export_person
    from plantigrade.library.entries import Person, Tag

    finalized(library.recordings, "a", rows=20)
    finalized(library.recordings, "c", rows=20)
    library.scan()
    imported = library.import_walk(Walk(signal(Foot.LEFT, [0.0, 0.1]), None, 10.0, SourceInfo("", "csv"))).id
    library.add_person(Person("P1", "Grüße"))
    for name in ("a", imported):
        library.assign(name, "P1")
    library.tag("a", [Tag("shoe", "x")])
    library.delete(imported)
    keep(library, "a", "g", "1", {"x": 1})
    assert export_person(library, "P1", tmp_path / "p.zip") == 2
    with zipfile.ZipFile(tmp_path / "p.zip") as archive:
        names = archive.namelist()
        assert names == [
            "README.txt", "person.json", "record.json", "accounts.json",
            "recordings/a/recording.json", "recordings/a/left.parquet",
            f"recordings/{imported}/recording.json", f"recordings/{imported}/left.parquet",
            "audit.json", "SHA256SUMS",
        ]  # fmt: skip
        sums = archive.read("SHA256SUMS").decode().splitlines()
        assert sums == [f"{hashlib.sha256(archive.read(name)).hexdigest()}  {name}" for name in names[:-1]]
        assert {info.compress_type for info in archive.infolist()} == {zipfile.ZIP_DEFLATED}
        assert '"name": "Grüße"' in archive.read("person.json").decode()
        about = json.loads(archive.read("recordings/a/recording.json"))
        assert (about["tags"], about["wearer"]["code"]) == (["shoe:x"], "P1")
        assert about["analyses"] == [
            {
                "id": 1,
                "algorithm": "g",
                "version": "1",
                "made_utc": "2026-01-02T00:00:00+00:00",
                "document": {"x": 1},
            }
        ]
        assert [line["action"] for line in about["audit"]] == ["add", "assign", "tag"]
        log = [(line["action"], line["detail"]) for line in json.loads(archive.read("audit.json"))]
        assert log[:2] == [("add person", ""), ("read", "person")] and log[-1] == ("export person", "")
        archive.extractall(tmp_path / "out")
    table = pyarrow.parquet.read_table(tmp_path / "out" / "recordings" / "a" / "left.parquet")
    assert table.num_rows == 20 and "c15" in table.column_names
    forces = pyarrow.parquet.read_table(tmp_path / "out" / "recordings" / imported / "left.parquet")
    assert forces["f000"].to_pylist() == [1.0, 2.0] and forces["time_s"].to_pylist() == [0.0, 0.1]
