"""The phone page's half of the protocol: fragments and frames, commands, proofs, records.

It runs on MicroPython's WebAssembly port in the browser and on CPython in tests; the page's scripts move
bytes and know nothing of them.

Bytes come in through `inbox` and go out through `outbox`; everything else is numbers and JSON. Whatever is
wrong with bytes from outside is answered with an event that names it, never with an exception.
"""

import json
import struct
from binascii import crc32, hexlify, unhexlify

from insole_protocol import (
    authentication,
    block,
    block_errors,
    declarations,
    decoder,
    errors,
    fragments,
    gap_reasons,
    host_messages,
    ids,
    sealed_record,
    usb_frames,
)

from plantigrade.bridge.journal import layout
from plantigrade.web.phone.record_check import checked, is_sealed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Event = dict[str, Any]

INBOX_BYTES = 1 << 16
CABLE = 0
"""Stands for a channel where bytes came over a cable: their frames name the channel."""
inbox = bytearray(INBOX_BYTES)
outbox = bytearray()
_links: "dict[int, Link]" = {}
_OPS = {declarations.BY_OP[op].name: op for op in declarations.BY_OP}


class Link:
    """One connection to one insole.

    Attributes:
        number: of the insole in the journal.
        guard: vouches for messages once both ends have proved who they are.
        covered, wanted: slots that a transfer has brought, and is to bring, up to here.
    """

    def __init__(self) -> None:
        self.number = 0
        self.guard: authentication.Guard | None = None
        self.covered = 0
        self.wanted = 0
        self._reassemblers = {
            channel: fragments.Reassembler()
            for channel in (ids.CHANNEL_STREAM, ids.CHANNEL_CONTROL, ids.CHANNEL_LOG)
        }
        self._fragmenter = fragments.Fragmenter()
        self._frames = usb_frames.FrameDecoder()
        self._tag = 0
        self._proving = b"", b""

    # Out

    def command(self, name: str, arguments: "list[int]", value: bytes, size: int) -> "Event":
        """A command as the values that carry it, of at most `size` bytes each; 0: as a frame for a cable."""
        op = _OPS[name]
        self._tag = (self._tag + 1) & 255
        message = host_messages.build_command(op, self._tag, *arguments, value=value)
        if self.guard is not None and op not in (ids.OP_AUTH_BEGIN, ids.OP_AUTH_PROVE):
            message = self.guard.closed(ids.CHANNEL_CONTROL, message)
        if size:
            values = host_messages.fragment_values(self._fragmenter, message, size)
        else:
            values = [usb_frames.encode(ids.CHANNEL_CONTROL, message)]
        return {"tag": self._tag, "values": [_hex(value) for value in values]}

    def begin_proof(self, nonce: bytes, answer: bytes) -> "Event":
        """What is to be hashed under this host's key, once an insole has answered AUTH_BEGIN."""
        expected = authentication.NONCE_BYTES + authentication.PROOF_BYTES
        if len(answer) != expected:
            return {"refused": "proof_length"}
        other = answer[: authentication.NONCE_BYTES]
        both = nonce + other
        return {
            "insole": _hex(authentication.PROOF_PURPOSE + authentication.BY_INSOLE + both),
            "shown": _hex(answer[authentication.NONCE_BYTES :]),
            "host": _hex(authentication.PROOF_PURPOSE + authentication.BY_HOST + both),
            "session": _hex(authentication.SESSION_PURPOSE + both),
            "proof_bytes": authentication.PROOF_BYTES,
        }

    def vouch(self, session_key: bytes) -> None:
        """From now on messages are guarded."""
        self.guard = authentication.Guard(session_key, authentication.BY_HOST, authentication.BY_INSOLE)

    # In

    def value(self, channel: int, length: int) -> "list[Event]":
        """What a notified value says, or bytes from a cable; nothing while a message is under way."""
        if channel == CABLE:
            return self._framed(bytes(memoryview(inbox)[:length]))
        message = self._reassemblers[channel].feed(memoryview(inbox)[:length])
        return [] if message is None else self.message(channel, message)

    def _framed(self, data: bytes) -> "list[Event]":
        """What the frames say that these bytes complete; what is no frame is counted and dropped."""
        events: list[Event] = []
        for channel, message in self._frames.feed(data):
            events += self.message(channel, message)
        return events

    def message(self, channel: int, message: bytes) -> "list[Event]":
        """What a whole message says."""
        try:
            if channel == ids.CHANNEL_STREAM:
                return [self._record(message)]
            if channel == ids.CHANNEL_CONTROL:
                return [self._reply(message)]
            if channel == ids.CHANNEL_LOG:
                return self._log(message)
        except errors.ProtocolError as error:
            return [{"k": "refused", "name": error.name}]
        return [{"k": "refused", "name": "channel"}]

    def _reply(self, message: bytes) -> "Event":
        opened = message
        if self.guard is not None:
            try:
                opened = bytes(self.guard.open(ids.CHANNEL_CONTROL, message))
            except authentication.NotGenuineError:
                # An insole that does not believe us is not guarded; nothing else is taken without.
                refused = host_messages.parse_reply(message)
                if refused.op != ids.OP_AUTH_PROVE or refused.result == ids.RESULT_OK:
                    raise
        reply = host_messages.parse_reply(opened)
        event: Event = {"k": "reply", "tag": reply.tag, "result": reply.result, "fields": {}, "text": ""}
        if reply.result != ids.RESULT_OK:
            event["text"] = reply.text or host_messages.result_name(reply.result)
        else:
            values = declarations.values_of(reply, reply.op)
            event["fields"] = {name: _plain(values[name]) for name in values}
        return event

    def _record(self, record: bytes) -> "Event":
        """A live record: its last frame, or what AES is needed for."""
        if not is_sealed(record):
            if self.guard is not None:
                raise block_errors.UnsealedError("a live record that is not sealed")
            return _live(decoder.decode_block(record))
        header = checked(record)
        end = len(record) - sealed_record.KEY_ID_FROM_END
        (key_id,) = struct.unpack_from("<H", record, end)
        at = _put(record)
        counter = record[sealed_record.NONCE_AT : sealed_record.NONCE_AT + sealed_record.NONCE_BYTES]
        return {
            "k": "sealed",
            "at": at,
            "bytes": len(record),
            "key": key_id,
            "tag_at": len(record) - sealed_record.TAG_FROM_END,
            "tag_bytes": sealed_record.TAG_BYTES,
            "from": sealed_record.SEALED_AT,
            "to": end,
            "counter": _hex(counter + bytes(sealed_record.BLOCK_BYTES - sealed_record.NONCE_BYTES)),
            "seq": header.seq,
            "slots": header.slots,
        }

    def opened(self, length: int) -> "Event":
        """A live record whose sealed part has been decrypted in place, and whose tag was compared."""
        record = bytearray(inbox[: length - sealed_record.KEY_ID_FROM_END])
        record[block.VERSION_AT] = block.VERSION
        struct.pack_into("<H", record, block.LENGTH_AT, len(record) + block.CRC_BYTES)
        ended = bytes(record) + struct.pack("<I", crc32(record) & 0xFFFFFFFF)
        try:
            return _live(decoder.decode_block(ended))
        except errors.ProtocolError as error:
            return {"k": "refused", "name": error.name}

    def expect(self, first: int, end: int) -> None:
        """A transfer of these slots begins; records behind a hole do not count as brought."""
        self.covered, self.wanted = first, end

    def _log(self, message: bytes) -> "list[Event]":
        """A message of a transfer, as the journal's entries."""
        plain = message if self.guard is None else bytes(self.guard.open(ids.CHANNEL_LOG, message))
        parsed = host_messages.parse_log_message(plain)
        if parsed.kind == ids.LOG_END:
            slots, reason = parsed.fields
            return [{"k": "end", "transfer": parsed.transfer, "slots": slots, "reason": reason}]
        if parsed.kind == ids.LOG_GAP:
            first, end, reason = parsed.fields
            at = _put(
                layout.build(layout.GAP, self.number, struct.pack(layout.GAP_FORMAT, first, end, reason))
            )
            self._cover(first, end)
            return [
                {
                    "k": "gap",
                    "transfer": parsed.transfer,
                    "at": at,
                    "bytes": len(outbox) - at,
                    "from": first,
                    "to": end,
                    "reason": gap_reasons.find(reason).name,
                    "covered": self.covered,
                }
            ]
        return self._log_records(parsed)

    def _log_records(self, parsed: host_messages.LogMessage) -> "list[Event]":
        at = len(outbox)
        records = slots = 0
        events: list[Event] = []
        for record in parsed.records:
            try:
                header = checked(record)
            except errors.ProtocolError as error:
                events.append({"k": "refused", "name": error.name})
                continue
            _put(layout.build(layout.RECORD, self.number, _arrival + record))
            self._cover(header.seq, header.end_seq)
            records += 1
            slots += header.slots
        events.append(
            {
                "k": "log",
                "transfer": parsed.transfer,
                "at": at,
                "bytes": len(outbox) - at,
                "records": records,
                "slots": slots,
                "covered": self.covered,
            }
        )
        return events

    def _cover(self, first: int, end: int) -> None:
        """Slots that came without a hole before them were asked for: the journal says so as they come, so
        that one that ends early claims no more."""
        reached = min(end, self.wanted)
        if first <= self.covered < reached:
            asked = struct.pack(layout.RANGE_FORMAT, self.covered, reached)
            _put(layout.build(layout.REQUEST, self.number, asked))
            self.covered = reached


_arrival = struct.pack(layout.RECORD_FORMAT, 0)


def _live(found: decoder.Block) -> "Event":
    header = found.header
    return {
        "k": "live",
        "seq": header.seq,
        "slots": header.slots,
        "frames": header.frames,
        "boot": header.boot,
        "status": header.status,
        "worn": header.status >> ids.WEAR_SHIFT & 7,
        "counts": list(found.frames[-block.FORCE_CHANNELS :]),
    }


def _put(data: "bytes | bytearray") -> int:
    """Append to what goes out; where it begins."""
    at = len(outbox)
    outbox.extend(data)
    return at


def _hex(data: "bytes | bytearray | memoryview") -> str:
    return hexlify(bytes(data)).decode()


def _plain(value: "Any") -> "Any":
    return _hex(value) if isinstance(value, bytes) else value


# What the page calls

_folder = "/"


def use_folder(path: str) -> None:
    """Where the files `in` and `out` lie that carry bytes."""
    global _folder
    _folder = path


def _take(length: int) -> None:
    with open(_folder + "in", "rb") as stream:  # noqa: PTH123 - MicroPython has no pathlib
        stream.readinto(memoryview(inbox)[:length])


def _answer(events: "list[Event]") -> str:
    if not events:
        return ""
    if outbox:
        with open(_folder + "out", "wb") as stream:  # noqa: PTH123
            stream.write(outbox)
    return json.dumps(events)


def _begin(arrival_ns: int = 0) -> None:
    global outbox, _arrival
    outbox = bytearray()
    _arrival = struct.pack(layout.RECORD_FORMAT, arrival_ns)


def open_link(handle: int) -> None:
    """A new connection."""
    _links[handle] = Link()


def close_link(handle: int) -> None:
    """It has ended: nothing of it stays in memory."""
    _links.pop(handle, None)


def command(handle: int, name: str, arguments: str, value: str, size: int) -> str:
    """As `Link.command`; `arguments` in JSON, `value` and what comes back in hexadecimal digits."""
    return json.dumps(_links[handle].command(name, json.loads(arguments), unhexlify(value), size))


def begin_proof(handle: int, nonce: str, answer: str) -> str:
    """As `Link.begin_proof`, all in hexadecimal digits."""
    return json.dumps(_links[handle].begin_proof(unhexlify(nonce), unhexlify(answer)))


def vouch(handle: int, session_key: str) -> None:
    """As `Link.vouch`, in hexadecimal digits."""
    _links[handle].vouch(unhexlify(session_key))


def value(handle: int, channel: int, length: int, arrival_ns: int) -> str:
    """As `Link.value`, of the file `in`."""
    _begin(arrival_ns)
    _take(length)
    return _answer(_links[handle].value(channel, length))


def opened(handle: int, length: int) -> str:
    """As `Link.opened`, of the file `in`."""
    _begin()
    _take(length)
    return _answer([_links[handle].opened(length)])


def expect(handle: int, first: int, end: int) -> None:
    """As `Link.expect`."""
    _links[handle].expect(first, end)


def number(handle: int, number: int) -> None:
    """The insole's number in the journal."""
    _links[handle].number = number


def text_entry(kind: int, insole: int, text: str) -> str:
    """An entry RUN or INSOLE, in hexadecimal digits."""
    return _hex(layout.build(kind, insole, text.encode()))


def round_trip_entry(
    insole: int, boot: int, sent_ns: int, received_us: int, answered_us: int, arrival_ns: int
) -> str:
    """An entry ROUND_TRIP, in hexadecimal digits."""
    stamps = struct.pack(layout.ROUND_TRIP_FORMAT, boot, sent_ns, received_us, answered_us, arrival_ns)
    return _hex(layout.build(layout.ROUND_TRIP, insole, stamps))
