"""`plantigrade sessions take`: what a phone has saved becomes a recording, once."""

import json
import struct
from pathlib import Path

import numpy as np
from plantigrade.bridge.journal import layout
from plantigrade.library.catalogue.library import Library

from tests.host.library.command_line import refused, reported
from tests.host.link.test_sealed_records import plain_record

BOOT = 3
OFFSET_NS = 5_000_000_000
"""Of the host's clock, when the insole's was 0."""
UTC_NS = 1_790_000_000_000_000_000


def a_phone_s_journal(path: Path, records: int = 30, trips: int = 12) -> Path:
    """As the page writes it: comparisons of clocks as they were made, requests behind the records."""
    run = {"format": 1, "host_boot": "phone-1", "monotonic_ns": 1000, "utc_ns": UTC_NS + 1000}
    insole = {"serial": "0000246F287A3F01", "side": "left", "firmware": "1", "layout": 1, "period_us": 10_000}
    pieces = [
        layout.build(layout.RUN, layout.NO_INSOLE, json.dumps(run).encode()),
        layout.build(layout.INSOLE, 0, json.dumps(insole).encode()),
    ]
    for number in range(trips):
        received_us = 60_000_000 + 200_000 * number
        sent_ns = OFFSET_NS + 1000 * received_us - 9_000_000
        stamps = (BOOT, sent_ns, received_us, received_us + 500, sent_ns + 18_500_000)
        pieces.append(layout.build(layout.ROUND_TRIP, 0, struct.pack(layout.ROUND_TRIP_FORMAT, *stamps)))
    for number in range(records):
        record = plain_record(frames=4, seq=1000 + 4 * number, boot=BOOT)
        pieces.append(layout.build(layout.RECORD, 0, struct.pack(layout.RECORD_FORMAT, 0) + record))
    if records:
        asked = struct.pack(layout.RANGE_FORMAT, 1000, 1000 + 4 * records)
        pieces.append(layout.build(layout.REQUEST, 0, asked))
    path.write_bytes(b"".join(pieces))
    return path


def test_a_phone_s_journal_becomes_a_recording_once(tmp_path: Path) -> None:
    journal = a_phone_s_journal(tmp_path / "walk.journal")
    text = reported(tmp_path / "data", "take", str(journal), "--title", "by phone")
    assert "left   120 of 120 slots" in text
    assert "was there already" not in text
    assert "was there already" in reported(tmp_path / "data", "take", str(journal))
    assert journal.exists(), "the file stays"
    with Library(tmp_path / "data") as library:
        (entry,) = library.find()
        assert entry.title == "by phone"
        frames = library.open(entry.id).frames("left")
    expected = UTC_NS + OFFSET_NS + 1000 * frames.device_us
    assert np.abs(frames.host_ns - expected).max() < 10_000_000, "half of the way there and back"
    assert (frames.uncertainty_us > 0).all()


def test_a_file_cut_short_gives_what_is_whole_in_it(tmp_path: Path) -> None:
    journal = a_phone_s_journal(tmp_path / "walk.journal")
    journal.write_bytes(journal.read_bytes()[:-300])
    text = reported(tmp_path / "data", "take", str(journal))
    assert "bytes of the file could not be used" in text


def test_other_files_are_refused_in_words(tmp_path: Path) -> None:
    other = tmp_path / "notes.txt"
    other.write_text("left foot hurts")
    assert "holds nothing that can be read" in refused(tmp_path / "data", "take", str(other))
    empty = a_phone_s_journal(tmp_path / "empty.journal", records=0)
    assert "nothing was fetched" in refused(tmp_path / "data", "take", str(empty))
    assert "cannot be read" in refused(tmp_path / "data", "take", str(tmp_path / "no.journal"))
