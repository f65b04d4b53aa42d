# ruff: noqa: UP031, PTH123 (MicroPython)
"""What the golden vectors demand, in the Python that both interpreters speak.

`cases(folder)` gives (name, function, arguments); each call raises AssertionError when this end disagrees.
"""

import json
from array import array
from binascii import hexlify, unhexlify

from insole_protocol import (
    advert,
    advert_reader,
    authentication,
    codec,
    decoder,
    errors,
    fragments,
    host_messages,
    kernels,
    log_records,
    messages,
    sealed_record,
    sealing,
    settings,
    usb_frames,
)

try:
    from cryptolib import aes
except ImportError:
    from tools.cryptolib_aes import CryptolibAes as aes


def cases(folder):
    """Every check of every vector file."""
    found = []

    def add(title, check, entries):
        for i, entry in enumerate(entries):
            found.append(("%s: %s" % (title, entry.get("name", i)), check, entry))

    blocks = _read(folder, "blocks.json")
    add("good record", good_block, blocks["valid"])
    add("bad record", bad_block, blocks["invalid"])
    spoken = _read(folder, "messages.json")
    for kind, good, parse in (
        ("commands", good_command, messages.parse_command),
        ("replies", good_reply, host_messages.parse_reply),
        ("log", good_log_message, host_messages.parse_log_message),
    ):
        add("good " + kind, good, spoken[kind]["valid"])
        for entry in spoken[kind]["invalid"]:
            found.append(("bad %s: %s" % (kind, entry["name"]), bad_message, (parse, entry)))
    transport = _read(folder, "transport.json")
    add("fragments", fragment_stream, transport["fragments"])
    add("serial frames", usb_stream, transport["usb"])
    other = _read(folder, "other.json")
    add("advertisement", advertisement, [other["advertisement"]])
    add("version", version, other["versions"])
    add("setting", setting, other["settings"])
    add("bad setting", bad_setting, other["bad_settings"])
    add("log page", log_page, [other["log_page"]])
    add("log note", log_note, [other["log_note"]])
    locked = _read(folder, "locked.json")
    add("sealed", sealed, locked["sealed"])
    add("proof", proof, locked["proofs"])
    return found


def _read(folder, name):
    with open(folder + "/" + name) as file:
        return json.load(file)


def _hex(data):
    return hexlify(data).decode()


def refused(error, function, *arguments):
    """Check that a call raises the protocol's error of that name."""
    try:
        function(*arguments)
    except errors.ProtocolError as raised:
        assert raised.name == error, "%s instead of %s: %s" % (raised.name, error, raised)
        return
    raise AssertionError("not refused: " + error)


def good_block(case):
    data = unhexlify(case["hex"])
    # Other bytes before and behind must not matter.
    for buf, offset in ((data, 0), (b"\x00\xa5" + data + b"\xff", 2)):
        decoded = decoder.decode_block(buf, offset)
        for field in (
            "seq",
            "time_us",
            "boot",
            "period_us",
            "frames",
            "slots_per_frame",
            "encoding",
            "layout",
            "status",
        ):
            assert getattr(decoded.header, field) == case[field], field
        assert list(decoded.frames) == case["counts"]
        assert (None if decoded.imu is None else list(decoded.imu)) == case["imu"]
    same_bytes(case, data)


def same_bytes(case, data):
    """Encoding the samples again gives the same record, whichever inner loops this interpreter has."""
    frames = array("H", case["counts"])
    imu = None if case["imu"] is None else array("h", case["imu"])
    for chosen in (
        codec.Encoder(case["frames"], imu is not None),
        codec.Encoder(case["frames"], imu is not None, kernels),
    ):
        out = bytearray(2048)
        n = chosen.encode(
            out, frames, 0, case["frames"], case["seq"], case["time_us"], case["boot"], case["period_us"],
            case["slots_per_frame"], case["layout"], case["status"], imu,
        )  # fmt: skip
        assert bytes(out[:n]) == data


def bad_block(case):
    refused(case["error"], decoder.decode_block, unhexlify(case["hex"]))


def bad_message(given):
    parse, case = given
    refused(case["error"], parse, unhexlify(case["hex"]))


def good_command(case):
    command = messages.parse_command(unhexlify(case["hex"]))
    assert (command.op, command.tag, list(command.arguments)) == (case["op"], case["tag"], case["arguments"])
    assert _hex(command.value) == case["value"]
    built = host_messages.build_command(command.op, command.tag, *command.arguments, value=command.value)
    assert _hex(built) == case["hex"]


def good_reply(case):
    reply = host_messages.parse_reply(unhexlify(case["hex"]))
    fields = [_hex(field) if isinstance(field, bytes) else field for field in reply.fields]
    assert (reply.op, reply.tag, reply.result) == (case["op"], case["tag"], case["result"])
    assert fields == case["fields"]
    assert _hex(reply.tail) == case["tail"]


def good_log_message(case):
    message = host_messages.parse_log_message(unhexlify(case["hex"]))
    assert (message.kind, message.transfer) == (case["kind"], case["transfer"])
    assert list(message.fields) == case["fields"]
    assert [_hex(record) for record in message.records] == case["records"]


def _counted(counters, expected):
    counted = {name: count for name, count in counters.items() if count}
    assert counted == expected, counted


def fragment_stream(case):
    reassembler = fragments.Reassembler()
    found = []
    for value in case["values"]:
        message = reassembler.feed(unhexlify(value))
        if message is not None:
            found.append(_hex(message))
    assert found == case["messages"]
    _counted(reassembler.errors, case["errors"])


def usb_stream(case):
    data = unhexlify(case["hex"])
    for piece in (len(data), 1, 7, 300):
        decoder = usb_frames.FrameDecoder()
        found = []
        for at in range(0, len(data), piece):
            for channel, message in decoder.feed(data[at : at + piece]):
                found.append([channel, _hex(message)])
        assert found == case["messages"], piece
        _counted(decoder.errors, case["errors"])


def advertisement(case):
    seen = advert_reader.Advertisement(unhexlify(case["manufacturer"]))
    assert (seen.side, seen.battery_pct, seen.serial_tail) == (
        case["side"],
        case["battery_pct"],
        case["serial_tail"],
    )
    serial = b"\x00\x00\x00\x00\x00" + unhexlify(case["serial_tail"])
    bits = unhexlify(case["manufacturer"])[1]
    assert _hex(advert.advertisement(bits, case["battery_pct"], serial)) == case["hex"]
    assert advert.device_name(case["side"], serial) == case["name"]


def version(case):
    if "error" in case:
        refused(case["error"], messages.choose_version, case["lowest"], case["highest"])
    else:
        assert messages.choose_version(case["lowest"], case["highest"]) == case["chosen"]


def setting(case):
    row = settings.find(case["key"])
    assert settings.decode(row, unhexlify(case["hex"])) == case["value"]
    assert _hex(settings.encode(row, case["value"])) == case["hex"]


def bad_setting(case):
    refused(case["error"], lambda: settings.decode(settings.find(case["key"]), unhexlify(case["hex"])))


def log_page(case):
    page = log_records.PageHeader()
    data = unhexlify(case["hex"])
    assert page.parse(data)
    for field in ("boot", "page_seq", "first_seq", "pages"):
        assert getattr(page, field) == case[field], field
    assert not page.parse(data[:20] + b"\x77" + data[21:])


def log_note(case):
    data = unhexlify(case["hex"])
    assert list(log_records.parse_note(data)) == case["fields"]
    assert log_records.parse_note(data[:9] + b"\x77" + data[10:]) is None


def sealed(case):
    sealer = sealing.Sealer(
        sealed_record.RecordKeys(unhexlify(case["log_key"])), aes, codec.checksum, case["motion"]
    )
    for i, expected in enumerate(case["sealed"]):
        out = bytearray(2048)
        data = unhexlify(case["plain"][i])
        out[: len(data)] = data
        length = sealer.seal(out)
        assert _hex(out[:length]) == expected


def proof(case):
    host_nonce, own = unhexlify(case["host_nonce"]), unhexlify(case["insole_nonce"])
    insole = authentication.InsoleSide(unhexlify(case["device_key"]))
    assert _hex(insole.begin(case["host"], host_nonce, own)) == case["insole_nonce"] + case["insole_proof"]
    of_host = authentication.host_key(unhexlify(case["device_key"]), case["host"].to_bytes(8, "little"))
    shown = authentication.proof(of_host, authentication.BY_HOST, host_nonce, own)
    assert _hex(shown) == case["host_proof"]
    session = authentication.session_key(of_host, host_nonce, own)
    ends = {
        "i": insole.prove(shown),
        "h": authentication.Guard(session, authentication.BY_HOST, authentication.BY_INSOLE),
    }
    for one in case["guarded"]:
        message = unhexlify(one["message"])
        assert _hex(ends[one["by"]].closed(one["channel"], message)) == one["hex"]
        other = ends["h" if one["by"] == "i" else "i"]
        assert bytes(other.open(one["channel"], unhexlify(one["hex"]))) == message
        refused("not_genuine", other.open, one["channel"], unhexlify(one["hex"]))
