"""The update bundle: what is in it byte for byte, and every way in which a file is none."""

import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from insole_protocol import bundle_layout as layout
from plantigrade.errors import FileError
from plantigrade.firmware_image import bundle as bundles
from plantigrade.firmware_image.bundle import (
    Bundle,
    BundleError,
    BundleFault,
    BundleKind,
    Manifest,
    pack_files,
    parse,
)

from tests.host.firmware_image.bundling import FILES, signed, unsigned


def fault_of(data: bytes) -> BundleFault:
    with pytest.raises(BundleError) as caught:
        parse(data, "x.pgfw")
    assert str(caught.value).startswith("x.pgfw"), "the message names the file"
    assert "\n" not in str(caught.value)
    return caught.value.fault


def test_the_manifest_byte_for_byte() -> None:
    """As the docstring of `bundle_layout` lists it; an insole reads these offsets."""
    data = signed().to_bytes()
    assert data[:10] == b"PGFW" + bytes([1, 1, 240, 1, 2, 10])
    assert data[10:12] == b"\x06\x2b"
    assert data[12:20] == b"insole\0\0" and data[20:36] == b"esp32s3_r1" + bytes(6)
    assert tuple(data[36:42]) == (1, 23, 0, 1, 29, 255)
    assert struct.unpack_from("<III", data, 42) == (3, 2, len(pack_files(FILES)))
    assert data[86:110] == b"0.2.0" + bytes(19) and data[110:256] == bytes(146)
    assert struct.calcsize(layout.MANIFEST) == layout.REST_AT
    assert len(data) == layout.PAYLOAD_AT + len(pack_files(FILES))


def test_places_of_fields_are_those_of_the_format() -> None:
    fields = layout.fields(signed().to_bytes())
    assert (fields[layout.KIND], fields[layout.KEY_ID], fields[layout.MPY_WORD]) == (1, 240, 0x2B06)
    assert (fields[layout.SECURITY_COUNTER], fields[layout.FLOOR]) == (3, 2)
    assert fields[layout.VERSION_TEXT].rstrip(b"\0") == b"0.2.0"  # type: ignore[union-attr]


def test_what_was_put_in_comes_out() -> None:
    bundle = parse(signed().to_bytes())
    assert bundle.manifest == signed().manifest
    assert sorted((file.path, file.content) for file in bundle.files()) == sorted(FILES)


def test_a_bundle_of_micropython_has_one_image_and_no_files() -> None:
    bundle = parse(signed(payload=b"\xe9" * 1000, kind=BundleKind.MICROPYTHON).to_bytes())
    assert bundle.payload == b"\xe9" * 1000 and list(bundle.files()) == []


def test_a_payload_lists_its_files_and_holds_them_in_the_same_order() -> None:
    payload = pack_files([("lib/b", b"BB"), ("lib/a", b"A")])
    assert payload[:9] == b"\x02\x00" + b"\x05lib/a" + b"\x01"
    assert payload.endswith(b"ABB")


INTACT = signed().to_bytes()


def changed(at: int, value: bytes) -> bytes:
    return INTACT[:at] + value + INTACT[at + len(value) :]


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"", BundleFault.MAGIC),
        (b"PK\x03\x04" + bytes(2000), BundleFault.MAGIC),
        (INTACT[:200], BundleFault.TRUNCATED),
        (INTACT[:300], BundleFault.TRUNCATED),
        (INTACT[:-1], BundleFault.TRUNCATED),
        (INTACT + b"\0", BundleFault.LENGTH),
        (changed(4, b"\x02"), BundleFault.FORMAT),
        (changed(5, b"\x09"), BundleFault.MANIFEST),
        (changed(9, b"\x03"), BundleFault.MANIFEST),
        (changed(200, b"x"), BundleFault.MANIFEST),
        (changed(layout.PAYLOAD_BYTES_AT, b"\xff\xff\xff\xff"), BundleFault.LENGTH),
        (changed(len(INTACT) - 1, b"\x00"), BundleFault.HASH),
        (changed(layout.SHA256_AT, b"\x00\x00"), BundleFault.HASH),
    ],
    ids=[
        "nothing", "a zip", "ends in the manifest", "ends in the signature", "a byte short", "a byte more",
        "newer format", "unknown kind", "unknown architecture", "bytes behind the fields", "claims 4 GiB",
        "a flipped bit", "another hash",
    ],
)  # fmt: skip
def test_what_is_no_bundle_is_named(data: bytes, fault: BundleFault) -> None:
    assert fault_of(data) is fault


def with_payload(payload: bytes) -> bytes:
    return unsigned(payload=payload).to_bytes()


def entry(path: bytes, size: int = 0) -> bytes:
    digest = bytes.fromhex("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    return bytes([len(path)]) + path + struct.pack("<I", size) + digest


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"\x00\x00",
        b"\x01\x00",
        b"\xff\xff" + entry(b"lib/a"),
        b"\x01\x00" + entry(b"main.py"),
        b"\x01\x00" + entry(b"lib/../main.py"),
        b"\x01\x00" + entry(b"/lib/a"),
        b"\x01\x00" + entry(b"lib/"),
        b"\x01\x00" + entry(b"lib/a\x00b"),
        b"\x01\x00" + entry(b"lib/" + b"a" * 90),
        b"\x02\x00" + entry(b"lib/a") * 2,
        b"\x02\x00" + entry(b"lib/b") + entry(b"lib/a"),
        b"\x01\x00" + entry(b"lib/a", 0xFFFFFFFF),
        b"\x01\x00" + entry(b"lib/a", 1),
        b"\x01\x00" + entry(b"lib/a") + b"more",
    ],
    ids=[
        "nothing", "no files", "no entry", "65535 files", "the launcher", "upwards", "from the root",
        "a folder", "a NUL byte", "a long path", "a file twice", "no order", "4 GiB", "behind the end",
        "more",
    ],
)  # fmt: skip
def test_an_index_that_lies_is_refused(payload: bytes) -> None:
    assert fault_of(with_payload(payload)) is BundleFault.INDEX


@given(st.binary(max_size=300), st.integers(0, 400))
def test_any_index_is_read_or_refused(garbage: bytes, at: int) -> None:
    """Nothing but a `BundleError` ever comes out, and no length is believed before it is checked."""
    payload = pack_files(FILES)
    data = with_payload(payload[:at] + garbage + payload[at + len(garbage) :])
    try:
        parse(data)
    except BundleError as error:
        assert error.fault in (BundleFault.INDEX, BundleFault.HASH)


@given(st.integers(0, len(INTACT) * 8 - 1))
def test_one_flipped_bit_never_passes(bit: int) -> None:
    from plantigrade.firmware_image import signing

    damaged = bytearray(INTACT)
    damaged[bit // 8] ^= 1 << bit % 8
    with pytest.raises(BundleError):
        signing.verify(parse(bytes(damaged)), signing.test_keys())


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"version": "x" * 25}, "24 ASCII"),
        ({"version": "0.2\n"}, "24 ASCII"),
        ({"board": "y" * 17}, "16 ASCII"),
        ({"floor": 1 << 32}, "out of range"),
        ({"lowest_micropython": (1, 300, 0)}, "out of range"),
    ],
)
def test_what_does_not_fit_is_not_written(changes: dict[str, object], message: str) -> None:
    with pytest.raises(BundleError, match=message) as caught:
        unsigned(**changes).to_bytes()
    assert caught.value.fault is BundleFault.MANIFEST


@pytest.mark.parametrize(
    ("files", "fault"),
    [
        ([(f"lib/{n:03}", b"") for n in range(257)], BundleFault.INDEX),
        ([("lib/a", bytes(layout.MAX_FILE_BYTES + 1))], BundleFault.INDEX),
        ([(f"lib/{n}", bytes(60_000)) for n in range(8)], BundleFault.LENGTH),
        ([("boot.py", b"")], BundleFault.INDEX),
        ([("lib/a", b"1"), ("lib/a", b"2")], BundleFault.INDEX),
        ([("lib/" + "a" * 300, b"")], BundleFault.INDEX),
    ],
)
def test_files_that_no_slot_takes_are_not_packed(files: list[tuple[str, bytes]], fault: BundleFault) -> None:
    with pytest.raises(BundleError) as caught:
        pack_files(files)
    assert caught.value.fault is fault


def test_a_file_that_is_far_too_long_is_not_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "x.pgfw"
    path.write_bytes(INTACT + bytes(bundles.LARGEST))
    with pytest.raises(BundleError, match="behind its end"):
        bundles.read(path)
    with pytest.raises(FileError, match="cannot be read"):
        bundles.read(tmp_path / "missing.pgfw")


def test_a_bundle_without_a_signature_says_so() -> None:
    assert not unsigned().is_signed and signed().is_signed
    assert Bundle(signed().manifest, signed().signature, b"").head == INTACT[: layout.PAYLOAD_AT]
    assert Manifest.from_bytes(INTACT[:256]) == signed().manifest
