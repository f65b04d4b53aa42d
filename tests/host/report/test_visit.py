"""The report of a visit: what is said to the person, and what stands in the tables."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from plantigrade.errors import FileError
from plantigrade.gait.signals import Foot, FootSignal, SensorLayout, SourceInfo, Walk
from plantigrade.library.catalogue.library import Library
from plantigrade.library.person.visits import PersonVisit, StepKind, StepState, VisitStep
from plantigrade.library.recordings.recording import Recording
from plantigrade.report.visit import visit_bytes, visit_document
from plantigrade.report.visit_findings import Recordings, findings_of

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
RATE = 50.0


def standing(sway: float, raised: Foot | None = None, seconds: float = 60.0) -> Walk:
    """Somebody of 700 N whose load moves between heel and toes; on one leg from 5 to 17 s if asked."""
    time_s = np.arange(0.0, seconds, 1 / RATE)
    moving = sway * np.sin(2 * np.pi * 0.4 * time_s) + 0.3 * sway * np.sin(2 * np.pi * 1.1 * time_s + 1)
    shares = np.stack([0.5 - moving, 0.5 + moving, 0.02 + 0.3 * abs(moving)], axis=1)
    layout = SensorLayout(
        "test-3",
        np.array([40.0, 40, 60]),
        np.array([30.0, 200, 200]),
        np.full(3, 2.0),
        ("heel", "toes", "toes"),
    )
    up = (time_s >= 5) & (time_s < 17)
    load = {foot: np.where(up & (raised is not None), 690.0, 350.0) for foot in Foot}
    if raised is not None:
        load[raised] = np.where(up, 0.0, 350.0)
    left, right = (
        FootSignal(foot, time_s, (shares * load[foot][:, None]).astype(np.float32), layout) for foot in Foot
    )
    return Walk(left, right, RATE, SourceInfo("", "csv", "made for a test"), 700.0)


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recordings]:
    """Standing of four kinds."""
    walks = {
        StepKind.EYES_OPEN: standing(0.1),
        StepKind.EYES_CLOSED: standing(0.2),
        StepKind.LEFT_LEG: standing(0.1, Foot.RIGHT, 30.0),
        StepKind.RIGHT_LEG: standing(0.11, None, 30.0),
    }
    with Library(tmp_path_factory.mktemp("visit") / "data") as library:
        yield {kind: library.open(library.import_walk(walk).id) for kind, walk in walks.items()}


def visit(orthotic: str = "", remark: str = "") -> PersonVisit:
    """One that took nine minutes; walking was skipped."""
    begun = PersonVisit(
        NOON, by="clinician", ended_utc=NOON + timedelta(minutes=9), orthotic=orthotic, remark=remark
    )
    for kind in StepKind:
        done = VisitStep(kind, StepState.DONE, NOON, NOON + timedelta(seconds=60), 60.0, 1)
        begun = begun.with_step(done)
    skipped = VisitStep(StepKind.ORTHOTIC, StepState.SKIPPED, reason="it slips", remark="#strong[x]")
    return begun.with_step(skipped)


def texts(recordings: Recordings, one: PersonVisit) -> tuple[str, str]:
    """What stands on the page for the person, and on the others."""
    document = visit_document(one, "P001", recordings, UTC, "en", NOON).as_data()
    return json.dumps(document["patient"]), json.dumps(document["sections"])


def test_findings_say_ratio_and_longest_stance(recordings: Recordings) -> None:
    found = findings_of(recordings)
    assert found.closing is not None
    assert all(ratio.velocity == pytest.approx(2.0, rel=0.1) for ratio in found.closing.of.values())
    left = found.one_leg[Foot.LEFT]
    assert left is not None
    assert (round(left.seconds), left.until_end) == (12, False)
    assert found.one_leg[Foot.RIGHT] is None
    assert (found.differences, found.problems) == ((), {})


def test_the_person_reads_it_in_plain_words(recordings: Recordings) -> None:
    patient, clinician = texts(recordings, visit(orthotic="rigid", remark="Control in four weeks."))
    for text in (
        "you swayed 1.9 times as fast",
        "On the left leg you stood for 12 s.",
        "the other foot was not raised for a whole second",
        "Walking with the orthotic: it slips",
        "Control in four weeks.",
        "It is not a diagnosis",
    ):
        assert text in patient, text
    for text in ("Standing, eyes closed", "rigid", "9 min", "Eyes closed over open", "11.9 s", "#strong[x]"):
        assert text in clinician, text
    assert "Walking was not measured both ways." in clinician


def test_without_any_recording_nothing_is_said_to_be_measured() -> None:
    patient, clinician = texts({}, PersonVisit(NOON))
    assert "Standing was not measured, or too short." in patient
    assert "One-leg stance was not measured." in clinician


class BrokenRecording:
    """Its files are gone."""

    def walk(self) -> Walk:
        """Cannot be read."""
        raise FileError(Path("left.parquet"), "is missing")

    analysis = walk


def test_a_recording_that_cannot_be_read_is_named_and_spoils_no_other(recordings: Recordings) -> None:
    broken: Recording = BrokenRecording()  # pyright: ignore[reportAssignmentType]
    found = findings_of({**recordings, StepKind.EYES_OPEN: broken, StepKind.RIGHT_LEG: broken})
    assert sorted(found.problems) == [StepKind.EYES_OPEN, StepKind.RIGHT_LEG]
    assert found.one_leg[Foot.LEFT] is not None
    _, clinician = texts({**recordings, StepKind.EYES_OPEN: broken}, visit())
    assert "Standing, eyes open: cannot be read" in clinician


def test_it_is_printed_whatever_was_written(recordings: Recordings) -> None:
    one = replace(visit(), remark='#import "x" $ \\ \u202e <script>', orthotic="名前")
    assert visit_bytes(one, "P001", recordings).startswith(b"%PDF")
