"""Files with keys of insoles: what is sealed comes back with its code or key, anything else is refused."""

import base64
import contextlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plantigrade.errors import FileError
from plantigrade.library.catalogue.insole_keys import InsoleKeys, keep_insole_keys
from plantigrade.library.catalogue.library import Library
from plantigrade.library.catalogue.store import LibraryError
from plantigrade.library.insole_key_files import settings as figures
from plantigrade.library.insole_key_files.content import KeyFileError, build, parse
from plantigrade.library.insole_key_files.recovery import write_recovery_file
from plantigrade.library.insole_key_files.sealing import (
    FOR_CODE,
    SealedKeys,
    parse_sealed,
    read_sealed,
    seal_for_library,
    seal_with_code,
)
from plantigrade.library.keys.vault import MasterKey, Vault

SERIAL = "0000246F287A3F01"
KEY, LOG = bytes(range(32)), bytes(range(1, 33))
CODE = bytes(range(12))
SEALED = seal_with_code(b"content", CODE)

keys = st.binary(min_size=32, max_size=32)
insoles = st.builds(
    InsoleKeys,
    serial=st.text("0123456789ABCDEF", min_size=16, max_size=16),
    device=st.none() | keys,
    logs=st.lists(keys, max_size=4).map(tuple),
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=70),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["insoles", "serial", "device", "logs", "x"]), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(st.lists(insoles, min_size=1, max_size=5, unique_by=lambda one: one.serial))
def test_keys_come_back_as_they_were(given_keys: list[InsoleKeys]) -> None:
    assert parse(build(given_keys)) == tuple(given_keys)


@given(st.binary(max_size=200) | json_values.map(lambda value: json.dumps(value).encode()))
def test_any_content_is_keys_or_refused(data: bytes) -> None:
    with contextlib.suppress(KeyFileError):
        assert all(len(one.serial) == 16 for one in parse(data))


@given(
    st.binary(max_size=200)
    | st.fixed_dictionaries(
        {},
        optional={name: json_values | st.just(value) for name, value in json.loads(SEALED.text()).items()},
    ).map(lambda values: json.dumps(values).encode())
)
def test_any_file_is_read_or_refused(data: bytes) -> None:
    try:
        assert isinstance(parse_sealed(data), SealedKeys)
    except KeyFileError as error:
        assert "\n" not in str(error)


def with_fields(**changed: Any) -> bytes:
    return json.dumps({**json.loads(SEALED.text()), **changed}).encode()


@pytest.mark.parametrize(
    "data, message",
    [
        (b" " * (figures.MOST_FILE_BYTES + 1), "more than"),
        (b"[" * 100_000, "damaged"),
        (b"\xff", "damaged"),
        (with_fields(extra=1), "damaged"),
        (with_fields(schema="plantigrade.insole-keys/2"), "another schema"),
        (with_fields(sealed_for=3), "sealed for"),
        (with_fields(sealed_for="library key ../../etc"), "sealed for"),
        (with_fields(salt="AAAA"), "another length"),
        (with_fields(nonce=""), "another length"),
        (with_fields(sealed="AAAA"), "another length"),
        (with_fields(sealed="no base64!"), "no base64"),
        (with_fields(sealed=None), "no text"),
    ],
)
def test_what_is_no_such_file_is_told(data: bytes, message: str) -> None:
    with pytest.raises(KeyFileError, match=message):
        parse_sealed(data)


@pytest.mark.parametrize(
    "value, message",
    [
        ({"insoles": []}, "0 insoles"),
        ({"insoles": {}}, "no list"),
        ({"insoles": [{"serial": SERIAL, "device": None}]}, "damaged"),
        ({"insoles": [{"serial": "../../x", "device": None, "logs": []}]}, "serial number"),
        ({"insoles": [{"serial": SERIAL, "device": "00", "logs": []}]}, "a key that is none"),
        ({"insoles": [{"serial": SERIAL, "device": None, "logs": ["AB" * 32]}]}, "a key that is none"),
        ({"insoles": [{"serial": SERIAL, "device": None, "logs": [KEY.hex()] * 1001}]}, "more than 1000"),
        ({"insoles": [{"serial": SERIAL, "device": None, "logs": []}] * 2}, "twice"),
        ({"insoles": [{"serial": SERIAL, "device": None, "logs": []}] * 1001}, "1001 insoles"),
    ],
)
def test_content_that_is_none_is_told(value: Any, message: str) -> None:
    with pytest.raises(KeyFileError, match=message):
        parse(json.dumps(value).encode())


def test_the_code_opens_and_no_other_does() -> None:
    assert parse_sealed(SEALED.text().encode()) == SEALED and SEALED.key_id is None
    assert SEALED.open_with_code(CODE) == b"content"
    for other in (bytes(12), CODE[:-1] + b"\xff", CODE + b"\0"):
        with pytest.raises(KeyFileError, match="code is that of another file"):
            SEALED.open_with_code(other)


def test_the_library_key_opens_and_no_other_does() -> None:
    key = MasterKey.new()
    sealed = parse_sealed(seal_for_library(b"content", key).text().encode())
    assert sealed.key_id == key.id and sealed.open_with_key(key) == b"content"
    with pytest.raises(KeyFileError, match="does not open it"):
        sealed.open_with_key(MasterKey.new())
    with pytest.raises(KeyFileError):
        sealed.open_with_code(key.secret)


def test_the_same_keys_are_never_sealed_alike() -> None:
    key = MasterKey.new()
    one, other = (seal_for_library(b"content", key) for _ in range(2))
    assert (one.salt, one.nonce, one.sealed) != (other.salt, other.nonce, other.sealed)
    assert one.salt != other.salt and one.sealed != other.sealed


@settings(max_examples=200)
@given(st.data())
def test_a_file_that_was_changed_anywhere_is_refused(data: st.DataObject) -> None:
    key = MasterKey.from_bytes(KEY)
    sealed = seal_for_library(build((InsoleKeys(SERIAL, KEY, (LOG,)),)), key)
    field = data.draw(st.sampled_from(("salt", "nonce", "sealed")))
    value = bytearray(getattr(sealed, field))
    at = data.draw(st.integers(0, len(value) * 8 - 1))
    value[at // 8] ^= 1 << at % 8
    values = json.loads(sealed.text()) | {field: base64.b64encode(value).decode()}
    with pytest.raises(KeyFileError):
        parse_sealed(json.dumps(values).encode()).open_with_key(key)


def test_what_it_was_sealed_for_is_vouched_for() -> None:
    key = MasterKey.from_bytes(KEY)
    sealed = seal_for_library(b"content", key)
    for claimed in (FOR_CODE, "library key 000000000000"):
        with pytest.raises(KeyFileError):
            SealedKeys(claimed, sealed.salt, sealed.nonce, sealed.sealed).open_with_key(key)


def test_a_recovery_file_has_all_keys_of_its_insole_and_is_private(tmp_path: Path) -> None:
    with Library(tmp_path / "data") as library:
        with pytest.raises(LibraryError, match="not encrypted"):
            write_recovery_file(library, SERIAL, tmp_path)
        key = MasterKey.new()
        library.use_vault(Vault([key]))
        keep_insole_keys(library, InsoleKeys(SERIAL, KEY, (LOG,)))
        keep_insole_keys(library, InsoleKeys(SERIAL, LOG, (KEY,)))
        path = write_recovery_file(library, SERIAL, tmp_path)
    assert path.name == "keys.recovery" and path.stat().st_mode & 0o777 == 0o600
    assert parse(read_sealed(path).open_with_key(key)) == (InsoleKeys(SERIAL, LOG, (KEY, LOG)),)
    assert KEY.hex() not in path.read_text() and LOG.hex() not in path.read_text()
    with pytest.raises(FileError, match="cannot be read"):
        read_sealed(tmp_path / "none")
