"""Write the golden vectors of the protocol, shared/vectors/*.json: what both must read and refuse.

The numbers come from a fixed generator, so that every run writes the same bytes. A change of a committed
vector is a change of the wire: it needs a new version and a line in the changelog.
"""

import argparse
import json
import struct
import sys
from array import array
from binascii import crc32
from pathlib import Path

from insole_protocol import (
    advert,
    block,
    declarations,
    fragments,
    ids,
    log_records,
    message_formats,
    messages,
    settings,
    usb_frames,
)
from insole_protocol import host_messages as host
from insole_protocol.codec import Encoder
from insole_protocol.decoder import decode_block

from tools import locked_vectors, parcel_vectors

VECTORS = Path(__file__).resolve().parent.parent / "shared" / "vectors"
Case = dict[str, object]
LAST_WITH_OWN_REPLY = ids.OP_LOG_ERASE  # replies to later commands are made from their declaration
SERIAL = bytes.fromhex("0102030405 7a3f01".replace(" ", ""))


class Numbers:
    """A small linear congruential generator: the same numbers everywhere, for ever."""

    def __init__(self, seed: int) -> None:
        self._state = seed

    def below(self, limit: int) -> int:
        """The next number, 0 to limit - 1."""
        self._state = (self._state * 1103515245 + 12345) & 0x3FFFFFFF
        return (self._state >> 8) % limit


def ring(channels: int, rows: int, step: int, low: int, high: int, seed: int) -> "array[int]":
    """Rows of wandering values, each channel at most `step` from its last value."""
    numbers = Numbers(seed)
    values = array("h" if low < 0 else "H", bytes(2 * rows * channels))
    for channel in range(channels):
        value = low + numbers.below(high - low + 1)
        for row in range(rows):
            value = max(low, min(high, value + numbers.below(2 * step + 1) - step))
            values[row * channels + channel] = value
    return values


def record(rows: int, step: int, seed: int, *, imu: bool = False, slots: int = 1) -> bytes:
    """A good record."""
    encoder = Encoder(rows, imu)
    out = bytearray(block.MAX_BYTES)
    frames = ring(16, rows, step, 0, block.COUNT_MAX, seed)
    motion = ring(6, rows, 8 * step, -32768, 32767, seed + 1) if imu else None
    n = encoder.encode(
        out, frames, 0, rows, 1000 * seed, 1 << (33 + seed % 4), seed, 10000, slots, 1, seed & 1, motion
    )
    return bytes(out[:n])


def with_crc(data: bytes, at: int, change: bytes) -> bytes:
    """A copy with bytes changed and a checksum that vouches for it."""
    body = data[:at] + change + data[at + len(change) :]
    return body[:-4] + struct.pack("<I", crc32(body[:-4]))


def resized(data: bytes, body: bytes) -> bytes:
    """The record with another payload, its length and checksum put right."""
    head = bytearray(data[: block.HEADER_BYTES])
    struct.pack_into("<H", head, 2, block.HEADER_BYTES + len(body) + 4)
    complete = bytes(head) + body
    return complete + struct.pack("<I", crc32(complete))


def valid_blocks() -> list[Case]:
    """Records of every encoding and edge of the frame count."""
    chosen = {
        "one frame": record(1, 10, 1),
        "live, five frames": record(5, 30, 2),
        "quiet, one parameter a channel": record(50, 1, 3),
        "gait, a parameter for every run": swing_and_stance(),
        "wild, packed": record(9, 4095, 5),
        "64 frames": record(64, 40, 6),
        "with IMU": record(40, 25, 7, imu=True),
        "with IMU, packed, the longest record": record(56, 4095, 8, imu=True),
        "reduced rate": record(8, 3, 9, slots=10),
    }
    cases: list[Case] = []
    for name, data in chosen.items():
        decoded = decode_block(data)
        header = decoded.header
        cases.append(
            {
                "name": name,
                "hex": data.hex(),
                "seq": header.seq,
                "time_us": header.time_us,
                "boot": header.boot,
                "period_us": header.period_us,
                "frames": header.frames,
                "slots_per_frame": header.slots_per_frame,
                "encoding": header.encoding,
                "layout": header.layout,
                "status": header.status,
                "counts": list(decoded.frames),
                "imu": None if decoded.imu is None else list(decoded.imu),
            }
        )
    return cases


def swing_and_stance() -> bytes:
    """Half a stride that rests, then moves: a parameter for every run pays."""
    quiet, busy = ring(16, 50, 1, 300, 340, 4), ring(16, 50, 150, 0, 4095, 4)
    rows = array("H", list(quiet[: 24 * 16]) + list(busy[24 * 16 :]))
    out = bytearray(block.MAX_BYTES)
    n = Encoder(50).encode(out, rows, 0, 50, 4000, 1 << 40, 4, 10000, 1, 1, ids.STATUS_LIVE)
    return bytes(out[:n])


def invalid_blocks() -> list[Case]:
    """A record for every reason to refuse; most have a right checksum, so that nothing else catches them."""
    packed, complete = record(2, 4095, 11), record(50, 1, 12)
    key = block.HEADER_BYTES + block.PACKED_FRAME_BYTES
    payload = complete[block.HEADER_BYTES : -4]
    table = [
        ("no bytes", "block_length", b""),
        ("header only", "block_length", packed[:26]),
        ("truncated", "block_length", packed[:-1]),
        ("wrong sync", "sync", b"\x5a" + packed[1:]),
        ("newer format", "block_version", with_crc(packed, 1, b"\x02")),
        ("length below the least", "block_length", with_crc(packed, 2, b"\x35\x00")),
        ("length above the most", "block_length", with_crc(packed + bytes(2100), 2, b"\x01\x08")),
        ("one bit of a sample flipped", "crc", packed[:40] + bytes([packed[40] ^ 4]) + packed[41:]),
        ("one bit of the checksum flipped", "crc", packed[:-1] + bytes([packed[-1] ^ 0x80])),
        ("no frame", "frame_count", with_crc(packed, 20, b"\x00")),
        ("65 frames", "frame_count", with_crc(packed, 20, b"\x41")),
        ("57 frames with IMU", "frame_count", with_crc(record(3, 9, 13, imu=True), 20, b"\x39")),
        ("no slot a frame", "slots", with_crc(packed, 21, b"\x00")),
        ("no period", "slots", with_crc(packed, 18, b"\x00\x00")),
        ("impossible time", "device_time", with_crc(packed, 8, struct.pack("<Q", 1 << 62))),
        ("numbers that come round", "device_time", with_crc(packed, 4, b"\xfe\xff\xff\xff")),
        ("unknown encoding", "encoding", with_crc(packed, 22, b"\x03")),
        ("reserved bit of the encoding", "encoding", with_crc(packed, 22, b"\x20")),
        ("unknown layout", "layout", with_crc(packed, 23, b"\x63")),
        ("packed, too long", "payload", resized(packed, packed[26:-4] + b"\x00")),
        ("packed, too short", "payload", resized(packed, packed[26:-5])),
        ("one frame in Rice", "payload", with_crc(with_crc(complete, 20, b"\x01"), 22, b"\x02")),
        ("Rice, parameter 15", "payload", with_crc(complete, key, b"\x0f")),
        ("Rice, ends early", "payload", resized(complete, payload[:-1])),
        ("Rice, goes on", "payload", resized(complete, payload + b"\x00")),
        ("Rice, one residual too many", "payload", resized(complete, payload + b"\x01")),
        ("Rice, nothing but zeros", "payload", resized(complete, payload[:32] + bytes(len(payload) - 32))),
        ("sum below 0", "sample_range", resized(rice_of(0, -1), rice_of(0, -1)[26:-4])),
        ("sum above 4095", "sample_range", resized(rice_of(4095, 1), rice_of(4095, 1)[26:-4])),
    ]
    return [{"name": name, "error": error, "hex": data.hex()} for name, error, data in table]


def rice_of(start: int, change: int) -> bytes:
    """Two frames in Rice: every channel at `start`, the first one then moves by `change`."""
    zigzag = 2 * change if change >= 0 else -2 * change - 1
    bits = "0" * zigzag + "1" + "1" * 15
    unary = bytes(
        sum(1 << i for i, bit in enumerate(bits[at : at + 8]) if bit == "1") for at in range(0, len(bits), 8)
    )
    pair = bytes((start & 255, start >> 8 | (start & 15) << 4, start >> 4))
    head = bytearray(block.HEADER_BYTES)
    block.write_header(head, 0, 5, 5, 1, 10000, 2, 1, block.RICE_WHOLE, 1, 0)
    return resized(bytes(head) + bytes(4), pair * 8 + bytes(8) + unary)


def sample(field: declarations.Field) -> int:
    """A value for a field of a message that has no example of its own: its first letters, or the most
    allowed."""
    if field.at_most is not None:
        return field.at_most
    letters = int.from_bytes(field.name.encode()[:8], "little")
    return letters & ((1 << int(field.kind.removeprefix("u").partition("x")[0])) - 1)


def sample_reply(op: int) -> bytes:
    """A reply to a command that has no example of its own below."""
    fields: list[int | bytes] = []
    tail = b""
    for field in declarations.BY_OP[op].reply:
        if field.kind in message_formats.TAILS:
            tail = field.name.encode()
        elif field.kind == "b8":
            fields.append(SERIAL)
        else:
            fields += [sample(field)] * field.count
    return messages.build_reply(op, op, *fields, tail=tail)


def commands() -> Case:
    """Every command once, and what must be refused."""
    arguments: dict[int, tuple[int, ...]] = {
        ids.OP_HELLO: (1, 3),
        ids.OP_TIME: (0xFEDCBA9876543210,),
        ids.OP_SET_MODE: (2,),
        ids.OP_STREAM: (1,),
        ids.OP_GET_SETTING: (9,),
        ids.OP_SET_SETTING: (9,),
        ids.OP_LOG_READ: (1, 0xFFFFFFFE, 1),
        ids.OP_LOG_ACK: (77,),
        ids.OP_LOG_GAPS: (0,),
        ids.OP_REBOOT: (1,),
        ids.OP_IDENTIFY: (10,),
        ids.OP_LOG_ERASE: (0x013F7A05,),
    }
    valid: list[Case] = []
    for declared in declarations.BY_OP.values():
        op = declared.op
        value = {ids.OP_SET_SETTING: b"anna", ids.OP_UPDATE_DATA: b"of a file"}.get(op, b"")
        given = list(arguments.get(op, ())) or [
            sample(field) for field in declared.arguments if field.kind not in message_formats.TAILS
        ]
        data = host.build_command(op, 7, *given, value=value)
        valid.append({"hex": data.hex(), "op": op, "tag": 7, "arguments": given, "value": value.hex()})
    invalid: list[Case] = [
        {"name": "empty", "hex": "", "error": "message_length"},
        {"name": "no tag", "hex": "01", "error": "message_length"},
        {"name": "unknown", "hex": "7f01", "error": "unknown_command"},
        {"name": "a reply", "hex": "8101", "error": "unknown_command"},
        {"name": "HELLO too short", "hex": "010101", "error": "message_length"},
        {"name": "STATUS too long", "hex": "030100", "error": "message_length"},
        {"name": "value too long", "hex": "070109" + "41" * 33, "error": "message_length"},
        {"name": "data too long", "hex": "1501" + "00" * 8 + "41" * 233, "error": "message_length"},
        {"name": "mode 3", "hex": "040103", "error": "value_range"},
        {"name": "stream 2", "hex": "050102", "error": "value_range"},
        {"name": "reboot 2", "hex": "0e0102", "error": "value_range"},
    ]
    return {"valid": valid, "invalid": invalid}


def replies() -> Case:
    """Replies of every form, and what must be refused."""
    status = (2, 255, 3900, 60, 6000, 1, 5999, 5998, 3, 850, 104, 1123, 61440, 0, 2)
    good = [
        messages.build_reply(ids.OP_HELLO, 1, 1, 0, 1, 7, 44, 10000, 99, SERIAL, tail=b"0.1.0"),
        messages.build_reply(ids.OP_TIME, 2, 5, 44, (1 << 40) + 1, (1 << 40) + 2),
        messages.build_reply(ids.OP_STATUS, 3, *status),
        messages.build_reply(ids.OP_SET_MODE, 4, 2),
        messages.build_reply(ids.OP_STREAM, 5, 123456),
        messages.build_reply(ids.OP_GET_SETTING, 6, 9, tail=b"anna"),
        messages.build_reply(ids.OP_SELF_TEST, 7, 1, *range(330, 346), tail=b"sensor 3 is open"),
        messages.build_reply(ids.OP_LOG_INFO, 8, 44, 1, 2, 3, 4, 5, 6, 7),
        messages.build_gaps_reply(9, [(1, 5, 1), (9, 12, 2)], ids.NO_SEQ),
        messages.build_reply(ids.OP_LOG_STOP, 10),
        messages.build_refusal(ids.OP_SET_MODE, 11, ids.RESULT_RANGE, "9 µ is no mode: 0 to 2"),
    ]
    good += [sample_reply(op) for op in declarations.BY_OP if op > LAST_WITH_OWN_REPLY]
    valid: list[Case] = []
    for data in good:
        reply = host.parse_reply(data)
        fields = [field.hex() if isinstance(field, bytes) else field for field in reply.fields]
        facts: Case = {"op": reply.op, "tag": reply.tag, "result": reply.result, "fields": fields}
        valid.append({"hex": data.hex(), **facts, "tail": reply.tail.hex()})
    invalid: list[Case] = [
        {"name": "empty", "hex": "", "error": "message_length"},
        {"name": "a command", "hex": "030100", "error": "unknown_command"},
        {"name": "HELLO cut", "hex": good[0][:-1].hex(), "error": "message_length"},
        {"name": "HELLO with more behind", "hex": good[0].hex() + "00", "error": "message_length"},
        {"name": "STATUS cut", "hex": good[2][:-1].hex(), "error": "message_length"},
        {"name": "gaps cut", "hex": good[8][:-1].hex(), "error": "message_length"},
        {"name": "17 gaps", "hex": "8d010011" + "00" * 157, "error": "value_range"},
        {"name": "refusal too long", "hex": "840105" + "41" * 81, "error": "message_length"},
        {"name": "part too long", "hex": "9c0100" + "0004" + "41" * 233, "error": "message_length"},
    ]
    return {"valid": valid, "invalid": invalid}


def log_messages() -> Case:
    """Messages of the log channel."""
    stored = record(5, 30, 2)
    good = [
        host.build_log_block(3, stored),
        host.build_log_block(3, stored, record(35, 20, 0)),
        messages.build_log_end(3, 5000, ids.END_COMPLETE),
        messages.build_log_gap(3, 10, 20, ids.GAP_POWER_LOSS),
        messages.build_log_gap(3, 20, 30, ids.GAP_STORAGE),
    ]
    valid: list[Case] = []
    for data in good:
        message = host.parse_log_message(data)
        facts: Case = {"kind": message.kind, "transfer": message.transfer, "fields": list(message.fields)}
        valid.append({"hex": data.hex(), **facts, "records": [one.hex() for one in message.records]})
    invalid: list[Case] = [
        {"name": "empty", "hex": "", "error": "message_length"},
        {"name": "unknown kind", "hex": "0403000000", "error": "unknown_command"},
        {"name": "no record", "hex": good[0][:5].hex(), "error": "message_length"},
        {"name": "end cut", "hex": good[2][:-1].hex(), "error": "message_length"},
        {"name": "a gap of nothing", "hex": "03030000000a0000000a00000002", "error": "value_range"},
    ]
    return {"valid": valid, "invalid": invalid}


def fragment_cases() -> list[Case]:
    """Values as they arrive, the messages that come of them, the errors that are counted."""
    long = bytes(range(256))
    complete = host.fragment_values(fragments.Fragmenter(), long, 20)
    sender = fragments.Fragmenter()
    round_about = host.fragment_values(fragments.Fragmenter(), bytes(1300), 20)
    two = host.fragment_values(sender, b"first", 20) + host.fragment_values(sender, long[:40], 20)
    table: list[tuple[str, list[bytes], list[bytes], dict[str, int]]] = [
        ("256 bytes in values of 20", complete, [long], {}),
        ("two messages", two, [b"first", long[:40]], {}),
        ("the counter goes round", round_about, [bytes(1300)], {}),
        ("a value lost", complete[:3] + complete[4:], [], {"counter": 1}),
        ("the middle first", complete[1:], [], {"orphan": 1}),
        ("a message cut off", [complete[0], b"\xc1hello"], [b"hello"], {"cut": 1}),
        ("a value without message", [b"\xc0", b""], [], {"empty": 2}),
        ("too long", [b"\x80" + bytes(2000), b"\x41" + bytes(57)], [], {"oversize": 1}),
    ]
    return [
        {
            "name": name,
            "values": [value.hex() for value in values],
            "messages": [message.hex() for message in found],
            "errors": errors,
        }
        for name, values, found, errors in table
    ]


def usb_cases() -> list[Case]:
    """Bytes as they arrive, the messages in them, the errors that are counted."""
    frame = usb_frames.encode(ids.CHANNEL_CONTROL, bytes((0x03, 0x7E, 0x7D, 0x00, 0xFF)))
    other = usb_frames.encode(ids.CHANNEL_STREAM, b"abc")
    two: list[list[int | str]] = [[2, "037e7d00ff"], [1, b"abc".hex()]]
    broken = bytes((frame[0], frame[1], frame[2] ^ 1)) + frame[3:]
    table: list[tuple[str, bytes, list[list[int | str]], dict[str, int]]] = [
        ("two frames", frame + other, two, {}),
        ("flags between", b"\x7e\x7e" + frame + b"\x7e" + other, two, {}),
        ("the prompt between", frame + b"\r\n>>> " + other, two, {"crc": 1}),
        ("a bit flipped", broken + other, two[1:], {"crc": 1}),
        ("too short", b"\x7e\x01\x02\x7e" + other, two[1:], {"short": 1}),
        ("a lone escape", b"\x7e\x01\x02\x7d\x7e" + other, two[1:], {"escape": 1}),
        ("an escape without need", b"\x7e\x01\x7d\x55\x01\x02\x03\x7e" + other, two[1:], {"escape": 1}),
        ("unknown channel", usb_frames.encode(9, b"abc") + other, two[1:], {"channel": 1}),
        ("no flag for long", bytes(5000) + b"\x7e" + other, two[1:], {"oversize": 1}),
    ]
    return [
        {"name": name, "hex": data.hex(), "messages": found, "errors": errors}
        for name, data, found, errors in table
    ]


def other_cases() -> Case:
    """Advertisement, settings, version negotiation, log page header and note."""
    bits = advert.state_bits(ids.SIDE_RIGHT, True, False, True, False)
    page = log_records.PageHeader()
    page.boot, page.page_seq, page.first_seq, page.oldest_seq, page.acked_seq = 3, 70, 5000, 100, 90
    page.overwritten, page.tail_page, page.pages = 12, 6, 1024
    head = bytearray(log_records.HEADER_BYTES)
    page.write(head)
    note = bytearray(log_records.NOTE_BYTES)
    log_records.write_note(note, 0, log_records.NOTE_GAP, 10, 20, 3, ids.GAP_OVERRUN, 90, 12)
    return {
        "advertisement": {
            "hex": advert.advertisement(bits, 81, SERIAL).hex(),
            "manufacturer": advert.manufacturer_data(bits, 81, SERIAL).hex(),
            "side": 1,
            "battery_pct": 81,
            "serial_tail": "7A3F01",
            "name": "Plantigrade R 7A3F01",
        },
        "versions": [
            {"lowest": 1, "highest": 1, "chosen": 1},
            {"lowest": 1, "highest": 9, "chosen": 1},
            {"lowest": 2, "highest": 9, "error": "protocol_version"},
            {"lowest": 0, "highest": 0, "error": "protocol_version"},
            {"lowest": 3, "highest": 1, "error": "protocol_version"},
        ],
        "settings": [
            {"key": s.key, "hex": settings.encode(s, s.default).hex(), "value": s.default}
            for s in settings.TABLE
        ],
        "bad_settings": [
            {"key": 1, "hex": "02", "error": "value_range"},
            {"key": 2, "hex": "0100", "error": "message_length"},
            {"key": 9, "hex": "ff", "error": "value_range"},
            {"key": 9, "hex": "61" * 21, "error": "value_range"},
            {"key": 200, "hex": "00", "error": "value_range"},
        ],
        "log_page": {"hex": head.hex(), "boot": 3, "page_seq": 70, "first_seq": 5000, "pages": 1024},
        "log_note": {"hex": note.hex(), "fields": [log_records.NOTE_GAP, 10, 20, 3, 1, 90, 12]},
    }


def all_vectors() -> dict[str, str]:
    """The text of each file by its name."""
    files: dict[str, object] = {
        "blocks.json": {"valid": valid_blocks(), "invalid": invalid_blocks()},
        "messages.json": {"commands": commands(), "replies": replies(), "log": log_messages()},
        "transport.json": {"fragments": fragment_cases(), "usb": usb_cases()},
        "other.json": other_cases(),
        "locked.json": {"sealed": locked_vectors.sealed_cases(), "proofs": locked_vectors.proof_cases()},
        "parcels.json": {"cases": parcel_vectors.cases(), "refused": parcel_vectors.refused()},
    }
    return {name: json.dumps(content, indent=None, sort_keys=True) + "\n" for name, content in files.items()}


def main(arguments: list[str] | None = None) -> int:
    """Write the files, or with --check say whether they are current."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--check", action="store_true", help="only compare; exit 1 when a file is out of date"
    )
    check = bool(parser.parse_args(arguments).check)
    stale = 0
    for name, text in all_vectors().items():
        path = VECTORS / name
        if check and not (path.exists() and path.read_text() == text):
            print(f"{path.name} is out of date: run python -m tools.make_vectors", file=sys.stderr)
            stale += 1
        elif not check:
            path.write_text(text)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
