"""The bytes of a journal: entries with a checksum each, written once, never changed. Pure.

Documented in docs/reference/journal.md. An entry: u8 0x4A, u8 kind, u16 insole, u32 length, payload, u32
CRC-32 of all before. All integers little-endian.
"""

import json
import struct
from binascii import crc32
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from plantigrade.bridge.clock.estimate import ClockEstimate, RoundTrip
from plantigrade.bridge.journal import layout
from plantigrade.files.mapped import FileBytes

FORMAT = layout.FORMAT
SYNC = layout.SYNC
HEADER = struct.Struct(layout.HEAD_FORMAT)
CRC = struct.Struct(layout.CRC_FORMAT)
RANGE = struct.Struct(layout.RANGE_FORMAT)
GAP = struct.Struct(layout.GAP_FORMAT)
RECORD = struct.Struct(layout.RECORD_FORMAT)
CLOCK = struct.Struct(layout.CLOCK_FORMAT)
ROUND_TRIP = struct.Struct(layout.ROUND_TRIP_FORMAT)
MAX_PAYLOAD = 1 << 20
NO_INSOLE = layout.NO_INSOLE


class Kind(IntEnum):
    """The kinds of entry."""

    RUN = layout.RUN  # a process began to write: its clocks, as JSON
    INSOLE = layout.INSOLE  # number and identity of an insole, as JSON
    RECORD = layout.RECORD  # arrival on the host's monotonic clock, and a block record as it came
    REQUEST = layout.REQUEST  # slots that the recording is to hold
    GAP = layout.GAP  # slots that the insole reports as lost, and why (code of PROTOCOL.md section 5)
    CLOCK = layout.CLOCK  # the insole's clock on the host's, as estimated
    HELD = layout.HELD  # slots that are durable elsewhere (in an earlier recording) and not wanted again
    ROUND_TRIP = layout.ROUND_TRIP  # one comparison of the clocks, to be fitted by whoever finalizes


@dataclass(frozen=True)
class Entry:
    """One entry as read.

    Attributes:
        kind: of the entry.
        insole: number of the insole in this journal, `NO_INSOLE` for none.
        payload: its bytes.
        end: offset in the file after the entry.
    """

    kind: Kind
    insole: int
    payload: bytes
    end: int

    def json(self) -> dict[str, Any]:
        """The payload of RUN and INSOLE."""
        return json.loads(self.payload)

    def range(self) -> tuple[int, int]:
        """The payload of REQUEST and HELD: first slot, end."""
        first, end = RANGE.unpack(self.payload)
        return first, end

    def gap(self) -> tuple[int, int, int]:
        """The payload of GAP: first slot, end, reason code."""
        first, end, reason = GAP.unpack(self.payload)
        return first, end, reason

    def record(self) -> tuple[int, bytes]:
        """The payload of RECORD: arrival in monotonic ns, block record."""
        return RECORD.unpack_from(self.payload)[0], self.payload[RECORD.size :]

    def clock(self) -> tuple[int, ClockEstimate]:
        """The payload of CLOCK: boot, estimate."""
        boot, reference, host, drift, uncertainty, drift_uncertainty, trips = CLOCK.unpack(self.payload)
        return boot, ClockEstimate(reference, host, drift, uncertainty, drift_uncertainty, trips)

    def round_trip(self) -> tuple[int, RoundTrip]:
        """The payload of ROUND_TRIP: boot, the four time stamps."""
        boot, sent_ns, received_us, sent_us, arrival_ns = ROUND_TRIP.unpack(self.payload)
        return boot, RoundTrip(sent_ns, received_us, sent_us, arrival_ns)


def build(kind: Kind, insole: int, payload: bytes) -> bytes:
    """An entry's bytes."""
    return layout.build(kind, insole, payload)


def build_json(kind: Kind, insole: int, values: dict[str, Any]) -> bytes:
    """An entry whose payload is JSON."""
    return build(kind, insole, json.dumps(values, sort_keys=True, separators=(",", ":")).encode())


def build_clock(insole: int, boot: int, clock: ClockEstimate) -> bytes:
    """An entry with a clock estimate."""
    payload = CLOCK.pack(
        boot,
        clock.reference_us,
        clock.host_at_reference_ns,
        clock.drift_ppm,
        clock.uncertainty_ns,
        clock.drift_uncertainty_ppm,
        clock.round_trips,
    )
    return build(Kind.CLOCK, insole, payload)


@dataclass
class Damage:
    """What a scan could not use.

    Attributes:
        bytes: between sound entries.
        tail: at the end of the file: an entry that was being written when the power or the process went.
    """

    bytes: int = 0
    tail: int = 0


def scan(data: FileBytes, damage: Damage) -> Iterator[Entry]:
    """All sound entries; what lies between them is stepped over and counted in `damage`."""
    at = 0
    sound_end = 0
    while at + HEADER.size + CRC.size <= len(data):
        entry = _entry_at(data, at)
        if entry is None:
            at = data.find(bytes((SYNC,)), at + 1)
            if at < 0:
                break
            continue
        damage.bytes += at - sound_end
        yield entry
        at = sound_end = entry.end
    damage.tail = len(data) - sound_end


def _entry_at(data: FileBytes, at: int) -> Entry | None:
    sync, kind, insole, length = HEADER.unpack_from(data, at)
    end = at + HEADER.size + length + CRC.size
    if sync != SYNC or kind not in Kind.__members__.values() or length > MAX_PAYLOAD or end > len(data):
        return None
    body_end = end - CRC.size
    if crc32(data[at:body_end]) != CRC.unpack_from(data, body_end)[0]:
        return None
    return Entry(Kind(kind), insole, data[at + HEADER.size : body_end], end)
