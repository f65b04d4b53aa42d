"""What `plantigrade record` makes of a journal that the bridge has filled: a recording, analysed, and what is
said of it. Only the collecting itself is left out."""

import json
from array import array
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from insole_protocol.codec import Encoder
from plantigrade.bridge.journal import entries
from plantigrade.bridge.journal.entries import Kind
from plantigrade.device.targets import NoTargetError
from plantigrade.library.catalogue.library import Library
from plantigrade.library.catalogue.queries import UnknownPersonError
from plantigrade.library.entries import Person
from plantigrade.library.recordings.recording import Recording
from plantigrade.live import actions as record
from plantigrade.live.actions import Plan
from plantigrade.twin.body import Condition, draw_person, walk
from plantigrade.twin.electrical import Effects, FrontEnd

from tests.host.library.library_kit import IDENTITY, START_NS

SIDES = ("left", "right")
PLAN = Plan((), 1.0, None, "a walk", None)


def journal(path: Path, counts: dict[str, np.ndarray], *, asked: int = 0, clocks: bool = True) -> None:
    """A journal as the bridge leaves it: both insoles began together; of `asked` more frames none came."""
    pieces = [
        entries.build_json(
            Kind.RUN, entries.NO_INSOLE, {"utc_ns": START_NS, "monotonic_ns": 0, "host_boot": "boot"}
        )
    ]
    out = bytearray(4096)
    for insole, (side, codes) in enumerate(counts.items()):
        identity = IDENTITY | {"serial": f"AAAA0{insole}", "side": side}
        pieces.append(entries.build_json(Kind.INSOLE, insole, identity))
        pieces.append(entries.build(Kind.REQUEST, insole, entries.RANGE.pack(0, len(codes) + asked)))
        if clocks:
            clock = entries.CLOCK.pack(1, 0, 0, 0.0, 100_000, 1.0, 10)
            pieces.append(entries.build(Kind.CLOCK, insole, clock))
        for at in range(0, len(codes), 10):
            ring = array("H", codes[at : at + 10].astype(np.uint16).ravel().tolist())
            length = Encoder(max_frames=64, imu=False).encode(
                out, ring, 0, len(ring) // 16, at, at * 10_000, 1, 10_000, 1, 1, 0
            )
            pieces.append(entries.build(Kind.RECORD, insole, entries.RECORD.pack(0) + bytes(out[:length])))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join(pieces))


def still(rows: int = 50) -> dict[str, np.ndarray]:
    return {side: np.full((rows, 16), 330, np.uint16) for side in SIDES}


Collected = Callable[..., None]


@pytest.fixture
def collected(monkeypatch: pytest.MonkeyPatch) -> Collected:
    """Has `run` find this journal when the collecting is over; what the collecting said is its note."""

    def prepare(note: str = "", **how: Any) -> None:
        async def collecting(_plan: Plan, library: Library, _view: object) -> str:
            journal(library.data_dir / "journal" / record.JOURNAL, **how)
            return note

        monkeypatch.setattr(record, "_record", collecting)

    return prepare


def run(data: Path, plan: Plan = PLAN, answer: Path | None = None) -> Recording:
    """The recording that a run leaves in an empty library."""
    record.record_and_report(plan, data, None, None, answer)
    with Library(data) as library:
        (entry,) = library.find()
        return library.open(entry.id)


def shown(recording: Recording) -> str:
    return f"`plantigrade sessions show {recording.id}` shows it, `sessions report` prints it"


def test_a_recording_is_kept_analysed_and_its_counts_are_told(
    collected: Collected, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    collected(counts=still(50), asked=30)
    recording = run(tmp_path)
    assert (recording.entry.title, recording.entry.feet, recording.person) == ("a walk", SIDES, None)
    assert (recording.entry.frames_recorded, recording.entry.frames_missing) == (100, 60)
    assert recording.counts("right").tolist() == still(50)["right"].tolist()
    assert len(recording.analyses) == 1
    out, err = capsys.readouterr()
    assert out.splitlines() == [f"recording {recording.id}: 100 frames, 60 missing", shown(recording)]
    assert err == ""


def test_alerts_of_its_analysis_are_told_by_time_foot_and_rule(
    collected: Collected, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Four minutes of hard heel strikes: the rules have seen enough of them after 205 s."""
    forces = walk(draw_person(5), 240, 5, (Condition("hard-heel", 4.0),)).forces
    perfect = FrontEnd(1, effects=Effects.none())
    collected(counts={"left": perfect.counts(forces.left, 100), "right": perfect.counts(forces.right, 100)})
    with Library(tmp_path) as library:
        library.add_person(Person("P001"))
    recording = run(tmp_path, Plan((), 1.0, "P001", "", None), tmp_path / "answer.json")
    assert recording.person is not None
    assert recording.person.code == "P001"
    reported = [(alert.rule, alert.foot) for alert in recording.alerts]
    assert set(reported) == {("loading-rate", "left"), ("loading-rate", "right")}
    lines = capsys.readouterr().out.splitlines()
    assert lines == [
        f"recording {recording.id}: 48000 frames, 0 missing",
        *(f"  {alert.from_s:6.0f} s  {alert.foot}  {alert.rule}" for alert in recording.alerts),
        shown(recording),
    ]
    assert json.loads((tmp_path / "answer.json").read_text())["alerts"] == len(reported)


def test_what_cannot_be_analysed_is_kept_and_it_is_said_why(
    collected: Collected, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Clocks of two insoles that were never compared; the collecting had something to say as well."""
    collected("not all could be fetched", counts=still(20), clocks=False)
    recording = run(tmp_path, answer=tmp_path / "answer.json")
    why = (
        f"not all could be fetched; recorded, but not analysed: {recording.folder}: the clocks of the two "
        "insoles were never compared; analyse one foot at a time"
    )
    assert recording.analyses == ()
    out, err = capsys.readouterr()
    assert out.splitlines() == [f"recording {recording.id}: 40 frames, 0 missing", shown(recording)]
    assert err == f"plantigrade: {why}\n"
    assert json.loads((tmp_path / "answer.json").read_text()) == {
        "schema": "plantigrade.record/1",
        "recording": recording.id,
        "insoles": {
            side: {
                "frames_requested": 20,
                "frames_recorded": 20,
                "frames_missing": 0,
                "missing_by_reason": {},
            }
            for side in SIDES
        },
        "alerts": 0,
        "note": why,
    }


def test_json_on_standard_output_stands_there_alone(
    collected: Collected, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    collected("an insole was out of reach", counts=still(20), asked=5)
    recording = run(tmp_path, answer=Path("-"))
    out, err = capsys.readouterr()
    values = json.loads(out)
    assert values["recording"] == recording.id
    assert values["note"] == "an insole was out of reach"
    assert [one["frames_missing"] for one in values["insoles"].values()] == [5, 5]
    assert [sum(one["missing_by_reason"].values()) for one in values["insoles"].values()] == [5, 5]
    assert err == "plantigrade: an insole was out of reach\n"


def test_the_wearer_and_the_ports_are_looked_at_before_anything_is_recorded(
    collected: Collected, tmp_path: Path
) -> None:
    collected(counts=still(20))
    with pytest.raises(UnknownPersonError, match="P404"):
        record.record_and_report(Plan((), 1.0, "P404", "", None), tmp_path, None, None, None)
    with pytest.raises(NoTargetError, match=r"^there is no port /dev/none$"):
        record.record_and_report(Plan(("left", "/dev/none"), 1.0, None, "", None), tmp_path, None, None, None)
    with Library(tmp_path) as library:
        assert library.find() == []
