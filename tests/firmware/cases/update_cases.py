"""An update from its first command to its confirmation: what is kept, what is refused, what comes back."""

import updating  # first: puts its time in place
import bundles
import sys
import vfs
from updating import NEW, OLD, Battery, Host, at_the_factory, codes, holds, refusal, start, state

from insole.update import signature, slots
from insole_protocol import ids

GOOD = bundles.bundle(NEW)


def test_a_bundle_arrives_is_tried_and_confirmed():
    at_the_factory()
    host = Host()
    assert host.status().state == codes.STATE_NONE and host.status(1).text == "0.1.0"
    assert host.update(GOOD)
    assert holds("b", NEW) and holds("a", OLD)
    assert host.status().state == codes.STATE_RESTARTING
    assert state()["trial"] == 4 and state()["floor"] == 1
    chosen = start()
    assert (chosen[0], chosen[1]["trial"], chosen[2]) == ("b", 3, False)
    updating.confirm()
    assert start()[0] == "b" and state()["trial"] == 0 and state()["confirmed"] == 1
    assert Host().status(2).text == "0.1.0", "the former one is there to go back to"


def test_three_starts_that_fail_lead_back():
    at_the_factory()
    Host().update(GOOD)
    assert [start()[0] for _ in range(3)] == ["b", "b", "b"]
    slot, _, went_back = start()
    assert (slot, went_back, state()["back"]) == ("a", True, codes.BACK_STARTS_FAILED)
    assert start() == ("a", state(), False)
    status = Host().status()
    assert (status.state, status.refusal) == (codes.STATE_ROLLED_BACK, codes.BACK_STARTS_FAILED)
    assert status.text == "three starts of 0.2.0 failed"


def test_the_files_of_a_slot_are_those_of_its_bundle():
    at_the_factory()
    launcher = updating.launcher()
    before = sys.path[:]
    launcher.use("a")
    try:
        for path, content in OLD:
            with open("/slot/" + path, "rb") as file:
                assert file.read() == content, path
        for path in ("/slot/lib/none.py", "/slot/lib/insole/same.mpy", "/slot/payload.bin"):
            try:
                open(path, "rb").close()
                raise AssertionError(path)
            except OSError as error:
                assert error.errno == 2
        try:
            open("/slot/lib/same.mpy", "wb").close()
            raise AssertionError("it is read-only")
        except OSError as error:
            assert error.errno == 30
        assert sys.path[0] == "/slot/lib" and "/lib" not in sys.path and "" not in sys.path
    finally:
        vfs.umount("/slot")
        sys.path[:] = before


def test_a_lost_link_and_a_restart_go_on_where_they_were():
    at_the_factory()
    large = bundles.bundle([("lib/a.mpy", bytes(range(250)) * 200)])
    host = Host()
    sent = host.send(large, 30000)
    assert host.begin(large).next_offset == sent, "the link was lost"
    again = Host()
    offset = again.begin(large).next_offset
    assert 640 + 16384 <= offset <= sent, "what was synced survives a restart"
    assert again.update(large) and start()[0] == "b"
    other = bundles.bundle([("lib/a.mpy", b"other")])
    at_the_factory()
    Host().send(large, 30000)
    assert Host().begin(other).next_offset == 0, "another bundle begins anew"


def test_bytes_out_of_order_or_damaged_change_nothing():
    at_the_factory()
    host = Host()
    host.begin(GOOD)
    from binascii import crc32
    from insole_protocol import errors

    def sent(offset, part, crc=None):
        try:
            reply = host.ask(ids.OP_UPDATE_DATA, offset, crc32(part) if crc is None else crc, value=part)
        except errors.ValueRangeError as error:
            return str(error)
        return reply.fields[0]

    assert sent(100, GOOD[100:200]) == "byte 0 is wanted, not 100"
    assert sent(0, GOOD[:200], 1) == "the CRC of these bytes does not match"
    assert sent(0, GOOD[:200]) == 200
    assert sent(0, GOOD[:200]) == 200, "said twice"
    assert sent(150, GOOD[150:300]) == 300, "half of it is known"


def test_every_forgery_is_refused():
    n, d = bundles.private_key()
    manifest = bundles.manifest_of(bundles.index_of(NEW))
    payload = bundles.index_of(NEW)
    right = bundles.sign(manifest)
    import hashlib

    tail = bundles.SHA256 + hashlib.sha256(manifest).digest()
    sha1 = (
        b"\x30\x21\x30\x09\x06\x05\x2b\x0e\x03\x02\x1a\x05\x00\x04\x14"
        + hashlib.sha256(manifest).digest()[:20]
    )
    no_null = b"\x30\x2f\x30\x0b\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x04\x20" + tail[-32:]

    def block(end, fill=b"\xff", kind=b"\x00\x01", size=384):
        return kind + fill * (size - 3 - len(end)) + b"\x00" + end

    def signed(content):
        return bundles.signed_block(content)

    app = bundles.manifest_of(payload, kind=2)
    forgeries = {
        "a bit of the signature": bytes([right[0] ^ 1]) + right[1:],
        "the last bit": right[:-1] + bytes([right[-1] ^ 1]),
        "zeros": bytes(384),
        "one": bytes(383) + b"\x01",
        "n": n.to_bytes(384, "big"),
        "n - 1": (n - 1).to_bytes(384, "big"),
        "n + the right one, cut": ((n + int.from_bytes(right, "big")) % (1 << 3072)).to_bytes(384, "big"),
        "the other key": bundles.sign(manifest, "next"),
        "SHA-1": signed(block(sha1)),
        "PSS": signed(b"\x00" + hashlib.sha256(manifest).digest() * 11 + bytes(30) + b"\xbc"),
        "garbage behind the hash": signed(block(tail + b"\x00" * 8)),
        "short padding, garbage behind": signed(
            (b"\x00\x01" + b"\xff" * 8 + b"\x00" + tail + bytes(400))[:384]
        ),
        "padding of zeros": signed(block(tail, b"\x00")),
        "padding of encryption": signed(block(tail, b"\xff", b"\x00\x02")),
        "no parameters": signed(block(no_null)),
        "signature for the other kind": bundles.sign(app),
        "signature of the payload": bundles.sign(payload),
    }
    for name in forgeries:
        at_the_factory()
        answer = refusal(manifest + forgeries[name] + payload)
        assert answer[:2] == (ids.RESULT_NOT_ALLOWED, codes.REFUSAL_SIGNATURE), (name, answer)
        assert start() == ("a", state(), False) and holds("a", OLD), name
    for at in range(0, 110, 7):  # a bit of the manifest
        changed = manifest[:at] + bytes([manifest[at] ^ 0x40]) + manifest[at + 1 :]
        at_the_factory()
        result, code, _ = refusal(changed + right + payload)
        assert result == ids.RESULT_NOT_ALLOWED and code, at
    assert not signature.is_right(bundles.modulus(), right[:-1], manifest), "a byte short"
    assert not signature.is_right(bundles.modulus(), right + b"\x00", manifest), "a byte long"
    assert signature.is_right(bundles.modulus(), right, manifest)


WRONG = (
    ("magic", {"magic": b"PGFX"}, codes.REFUSAL_NOT_A_BUNDLE, "this is no bundle that this firmware knows"),
    ("format", {"format": 2}, codes.REFUSAL_NOT_A_BUNDLE, "this is no bundle that this firmware knows"),
    ("kind", {"kind": 3}, codes.REFUSAL_NOT_A_BUNDLE, "this is no bundle that this firmware knows"),
    ("product", {"product": b"mattress"}, codes.REFUSAL_PRODUCT, "this is for another product"),
    ("board", {"board": b"esp32c3_r1"}, codes.REFUSAL_BOARD,
     "this is for the board esp32c3_r1, not esp32s3_r1"),
    ("layout", {"lowest_layout": 2, "highest_layout": 3}, codes.REFUSAL_LAYOUT,
     "this is for sensor layouts 2 to 3, not 1"),
    ("processor", {"word": bundles.WORD ^ 0x400}, codes.REFUSAL_ARCHITECTURE,
     "this is compiled for another processor"),
    (".mpy version", {"word": bundles.WORD ^ 1}, codes.REFUSAL_MICROPYTHON, None),
    ("MicroPython", {"lowest": bytes((1, 99, 0))}, codes.REFUSAL_MICROPYTHON, None),
    ("floor", {"counter": 0}, codes.REFUSAL_FLOOR, "security counter 0, this insole takes 1 and above"),
    ("unknown key", {"key": 7}, codes.REFUSAL_SIGNATURE, "signed by key 7, which this insole does not know"),
    ("unknown test key", {"key": 250}, codes.REFUSAL_TEST_KEY, "signed by a test key, which everybody has"),
)  # fmt: skip


def test_what_is_not_for_this_insole_is_refused_by_name():
    for name, fields, code, text in WRONG:
        at_the_factory()
        answer = refusal(bundles.bundle(NEW, **fields))
        assert answer[:2] == (ids.RESULT_NOT_ALLOWED, code), (name, answer)
        assert answer[2] == text or (text is None and "do not fit" in answer[2]), answer
        assert start() == ("a", state(), False) and holds("a", OLD), name


def test_a_release_launcher_takes_no_test_key():
    at_the_factory()
    bundles.put_keys("next", first=1)
    sys.modules["keys"].KEYS[bundles.KEY_ID] = bundles.modulus()
    try:
        assert refusal(GOOD)[1] == codes.REFUSAL_TEST_KEY
        release = bundles.bundle(NEW, "next", key=1)
        assert refusal(release) == (ids.RESULT_OK, 0, "")
    finally:
        bundles.put_keys("now", "next")


def test_the_next_key_is_taken_too():
    at_the_factory()
    assert Host().update(bundles.bundle(NEW, "next", key=bundles.KEY_ID + 1))


def test_payloads_that_are_not_what_they_say():
    index = bundles.index_of
    twice = index([("lib/a.mpy", b"1"), ("lib/a.mpy", b"2")])
    cases = (
        ("altered", GOOD[:-1] + b"?", codes.REFUSAL_ALTERED),
        ("twice", bundles.bundle((), payload=twice), codes.REFUSAL_DUPLICATE),
        ("order", bundles.bundle([("lib/b.mpy", b""), ("lib/a.mpy", b"")]), codes.REFUSAL_INDEX),
        ("no file", bundles.bundle([]), codes.REFUSAL_INDEX),
        (
            "behind the end",
            bundles.bundle((), payload=index([("lib/a.mpy", b"123")]) + b"4"),
            codes.REFUSAL_INDEX,
        ),
        ("a file of 65 KiB", bundles.bundle([("lib/a.mpy", bytes(66000))]), codes.REFUSAL_TOO_LARGE),
    )
    paths = ("../x.py", "lib/../x.py", "/lib/x.py", "main.py", "lib//x.py", "lib/./x.py", "launcher/slots.py",
             "lib", "lib/a\\b.py", "lib/" + 90 * "x", "lib/\x07.py")  # fmt: skip
    cases += tuple((path, bundles.bundle([(path, b"x")]), codes.REFUSAL_PATH) for path in paths)
    for name, data, code in cases:
        at_the_factory()
        result, found, text = refusal(data)
        assert found == code and text, (name, found, text)
        assert start()[0] == "a" and holds("a", OLD), name
        assert not holds("b", NEW)
    for at in (0, 640, 2000):
        at_the_factory()
        host = Host()
        host.begin(GOOD[: len(GOOD) - 1])
        assert refusal(GOOD[: len(GOOD) - 1], host)[1] == codes.REFUSAL_TRUNCATED, at


def test_when_it_is_not_the_time():
    at_the_factory()

    class Empty(Battery):
        percent = 10

    answer = refusal(GOOD, Host(Empty()))
    text = "the battery has 10 %, an update needs 30 % or a charger"
    assert answer == (ids.RESULT_NOT_ALLOWED, codes.REFUSAL_BATTERY, text)

    class Charging(Empty):
        charging = True

    assert Host(Charging()).update(GOOD)
    at_the_factory()
    host = Host()
    assert host.ask(ids.OP_UPDATE_DATA, 0, 0, value=b"").result == ids.RESULT_NOT_AVAILABLE
    assert host.status().refusal == codes.REFUSAL_NOT_BEGUN
    host.send(GOOD, 900)
    assert host.ask(ids.OP_UPDATE_END).result == ids.RESULT_NOT_AVAILABLE
    assert host.status().refusal == codes.REFUSAL_INCOMPLETE
    assert host.update(GOOD), "it goes on"


def test_a_full_file_system_is_told_before_anything_is_written():
    at_the_factory()
    updating.write("/filler", bytes(120000))
    answer = refusal(GOOD)
    assert answer[:2] == (ids.RESULT_STORAGE, codes.REFUSAL_STORAGE_FULL), answer
    assert "blocks free" in answer[2] and holds("a", OLD) and slots.manifest_fields("b") is None


def test_the_floor_rises_with_the_confirmation_and_not_before():
    at_the_factory()
    newer = bundles.bundle(NEW, counter=5, floor=4)
    Host().update(newer)
    assert start()[0] == "b" and state()["floor"] == 1
    for _ in range(3):
        start()
    assert start()[0] == "a" and state()["floor"] == 1, "a firmware that was taken back raises nothing"
    assert Host().update(newer)
    updating.confirm()
    assert state()["floor"] == 4
    assert refusal(bundles.bundle(OLD, counter=3))[1] == codes.REFUSAL_FLOOR
    assert Host().update(bundles.bundle(OLD, counter=4))


def test_a_damaged_state_starts_what_is_whole():
    for content in (b"", b"{", b"[]", b'{"active": "c"}', b'{"active": "a", "trial": "x"}', bytes(200)):
        at_the_factory()
        updating.write("/slot.json", content)
        assert start()[0] == "a", content
    at_the_factory()
    updating.put_slot("b", NEW)
    import os

    os.remove("/slots/a/manifest.bin")
    assert start()[0] == "b" and state()["back"] == codes.BACK_INCOMPLETE
    os.remove("/slots/b/manifest.bin")
    assert start()[0] == "", "the launcher still leads to safe mode"
