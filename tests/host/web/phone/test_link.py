"""The phone page's Python, on CPython: what bytes from an insole become, and what goes into the journal."""

import json
import struct
from pathlib import Path
from typing import Any

import pytest
from insole_protocol import fragments, host_messages, ids, kernels, messages, sealed_record, usb_frames
from insole_protocol.checksum import Checksum
from insole_protocol.sealing import Sealer
from plantigrade.bridge.clock.estimate import RoundTrip
from plantigrade.bridge.journal import entries
from plantigrade.bridge.journal.entries import Damage, Kind
from plantigrade.web.phone import link

from tests.host.link.test_sealed_records import plain_record
from tools.cryptolib_aes import CryptolibAes

LOG_KEY = bytes(range(32))
ARRIVAL_NS = 123_456_789


@pytest.fixture
def calls(tmp_path: Path) -> "Calls":
    link.use_folder(f"{tmp_path}/")
    link.open_link(1)
    link.number(1, 4)
    return Calls(tmp_path)


class Calls:
    """The page's side."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.cutters = {channel: fragments.Fragmenter() for channel in (1, 2, 3)}

    def message(self, channel: int, message: bytes, size: int = 200) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for value in host_messages.fragment_values(self.cutters[channel], message, size):
            (self.folder / "in").write_bytes(value)
            found += self._read(link.value(1, channel, len(value), ARRIVAL_NS))
        return found

    def bytes(self, data: bytes) -> list[dict[str, Any]]:
        """What came over a cable."""
        (self.folder / "in").write_bytes(data)
        return self._read(link.value(1, link.CABLE, len(data), ARRIVAL_NS))

    def _read(self, text: str) -> list[dict[str, Any]]:
        events: list[dict[str, Any]] = json.loads(text) if text else []
        for event in events:
            if event.get("bytes"):
                out = (self.folder / "out").read_bytes()
                event["data"] = out[event["at"] : event["at"] + event["bytes"]]
        return events


def log_block(*records: bytes) -> bytes:
    return host_messages.build_log_block(7, *records)


def test_a_live_record_is_decoded(calls: Calls) -> None:
    (event,) = calls.message(1, plain_record(frames=4, seq=1000, level=330))
    assert (event["k"], event["seq"], event["slots"], event["frames"]) == ("live", 1000, 4, 4)
    assert len(event["counts"]) == 16


def test_a_sealed_record_is_left_to_aes_and_opened_again(calls: Calls) -> None:
    plain = plain_record(frames=4, seq=1000)
    sealer = Sealer(sealed_record.RecordKeys(LOG_KEY), CryptolibAes, Checksum(kernels))
    out = bytearray(plain) + bytes(sealed_record.EXTRA_BYTES)
    record = bytes(out[: sealer.seal(out)])
    (event,) = calls.message(1, record)
    assert (event["k"], event["key"]) == ("sealed", sealed_record.RecordKeys(LOG_KEY).key_id)
    assert event["data"] == record
    decrypted = record[: event["from"]] + plain[event["from"] : -4] + record[event["to"] :]
    (calls.folder / "in").write_bytes(decrypted)
    (opened,) = json.loads(link.opened(1, len(decrypted)))
    (same,) = calls.message(1, plain)
    assert opened == same


def test_records_of_a_log_become_entries_of_the_journal_and_say_what_was_asked(calls: Calls) -> None:
    link.expect(1, 1000, 1010)
    records = plain_record(frames=4, seq=1000), plain_record(frames=4, seq=1004)
    (event,) = calls.message(3, log_block(*records))
    assert (event["records"], event["slots"], event["covered"]) == (2, 8, 1008)
    found = list(entries.scan(event["data"], damage := Damage()))
    assert damage == Damage()
    assert [entry.insole for entry in found] == [4] * 4
    stored = [entry.record() for entry in found if entry.kind is Kind.RECORD]
    assert stored == [(ARRIVAL_NS, record) for record in records]
    assert [entry.range() for entry in found if entry.kind is Kind.REQUEST] == [(1000, 1004), (1004, 1008)]
    (gap,) = calls.message(3, messages.build_log_gap(7, 1008, 1010, ids.GAP_OVERRUN))
    assert (gap["k"], gap["reason"], gap["covered"]) == ("gap", "overrun", 1010)
    kinds = [entry.kind for entry in entries.scan(gap["data"], Damage())]
    assert kinds == [Kind.GAP, Kind.REQUEST]
    (end,) = calls.message(3, messages.build_log_end(7, 8, ids.END_COMPLETE))
    assert (end["k"], end["slots"], end["reason"]) == ("end", 8, ids.END_COMPLETE)


def test_what_lies_behind_a_hole_does_not_count_as_brought(calls: Calls) -> None:
    link.expect(1, 1000, 1010)
    (event,) = calls.message(3, log_block(plain_record(frames=4, seq=1004)))
    assert event["covered"] == 1000
    kinds = [entry.kind for entry in entries.scan(event["data"], Damage())]
    assert kinds == [Kind.RECORD], "it is stored, and asked for again"


@pytest.mark.parametrize(
    ("channel", "message", "name"),
    [
        (1, plain_record()[:-1] + b"\x00", "crc"),
        (1, b"\xa5\x02" + bytes(70), "block_length"),
        (1, b"\x00" * 80, "sync"),
        (2, b"\x83\x01", "message_length"),
        (3, b"\x09" + bytes(8), "unknown_command"),
        (3, b"\x01", "message_length"),
    ],
)
def test_bytes_that_are_wrong_are_named(calls: Calls, channel: int, message: bytes, name: str) -> None:
    assert calls.message(channel, message) == [{"k": "refused", "name": name}]


def test_a_damaged_record_of_a_log_costs_itself_alone(calls: Calls) -> None:
    link.expect(1, 1000, 1008)
    good, bad = plain_record(frames=4, seq=1000), bytearray(plain_record(frames=4, seq=1004))
    bad[40] ^= 1
    refused, stored = calls.message(3, log_block(good, bytes(bad)))
    assert refused == {"k": "refused", "name": "crc"}
    assert (stored["records"], stored["covered"]) == (1, 1004)


def test_a_reply_comes_by_name(calls: Calls) -> None:
    reply = messages.build_reply(ids.OP_STREAM, 3, 5000)
    assert calls.message(2, reply) == [
        {"k": "reply", "tag": 3, "result": 0, "fields": {"first_seq": 5000}, "text": ""}
    ]


def test_a_command_by_cable_is_one_frame_and_nothing_else(calls: Calls) -> None:
    (value,) = json.loads(link.command(1, "LOG_READ", "[0, 100, 0]", "", 0))["values"]
    ((channel, message),) = usb_frames.FrameDecoder().feed(bytes.fromhex(value))
    assert channel == ids.CHANNEL_CONTROL
    in_pieces = json.loads(link.command(1, "LOG_READ", "[0, 100, 0]", "", 20))["values"]
    reassembler = fragments.Reassembler()
    answers = [found for one in in_pieces if (found := reassembler.feed(bytes.fromhex(one)))]
    assert [one[2:] for one in answers] == [message[2:]], "the same but for its tag"


@pytest.mark.parametrize("piece_bytes", [1, 7, 64, 4096])
def test_bytes_from_a_cable_come_in_pieces_of_any_size(calls: Calls, piece_bytes: int) -> None:
    link.expect(1, 1000, 1008)
    records = plain_record(frames=4, seq=1000), plain_record(frames=4, seq=1004)
    stream = b"\r\n>>> " + usb_frames.encode(ids.CHANNEL_STREAM, plain_record(frames=4, seq=2000))
    stream += usb_frames.encode(ids.CHANNEL_LOG, log_block(*records))
    stream += usb_frames.encode(ids.CHANNEL_CONTROL, messages.build_reply(ids.OP_STREAM, 3, 5000))
    found: list[dict[str, Any]] = []
    for at in range(0, len(stream), piece_bytes):
        found += calls.bytes(stream[at : at + piece_bytes])
    live, log, reply = found
    assert (live["k"], live["seq"]) == ("live", 2000)
    assert (log["covered"], log["slots"]) == (1008, 8)
    stored = [entry.record() for entry in entries.scan(log["data"], Damage()) if entry.kind is Kind.RECORD]
    assert [record for _, record in stored] == list(records)
    assert (reply["k"], reply["fields"]) == ("reply", {"first_seq": 5000})


def test_a_damaged_frame_of_a_cable_costs_itself_alone(calls: Calls) -> None:
    bad = bytearray(usb_frames.encode(ids.CHANNEL_CONTROL, messages.build_reply(ids.OP_STREAM, 3, 5000)))
    bad[4] ^= 1
    good = usb_frames.encode(ids.CHANNEL_CONTROL, messages.build_reply(ids.OP_STREAM, 4, 6000))
    (reply,) = calls.bytes(bytes(bad) + good)
    assert reply["tag"] == 4


def test_a_guarded_connection_takes_nothing_that_nobody_vouches_for(calls: Calls) -> None:
    link.vouch(1, bytes(32).hex())
    reply = messages.build_reply(ids.OP_STREAM, 3, 5000)
    assert calls.message(2, reply) == [{"k": "refused", "name": "not_genuine"}]
    assert calls.message(3, log_block(plain_record())) == [{"k": "refused", "name": "not_genuine"}]
    assert calls.message(1, plain_record()) == [{"k": "refused", "name": "unsealed"}]


def test_a_comparison_of_clocks_is_read_as_it_was_written() -> None:
    data = bytes.fromhex(link.round_trip_entry(2, 9, 10, 20, 21, 60_000))
    (entry,) = entries.scan(data, Damage())
    assert (entry.insole, entry.round_trip()) == (2, (9, RoundTrip(10, 20, 21, 60_000)))
    assert struct.calcsize("<Hqqqq") == len(entry.payload)
