"""Parcels: what is sealed opens to the same for its clinic alone; anything else is refused and named."""

import hashlib
import io
import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plantigrade.parcels import settings as numbers
from plantigrade.parcels.digest import PiecesDigest
from plantigrade.parcels.errors import NotForUsError, ParcelError, TruncatedParcelError
from plantigrade.parcels.header import Kind, ParcelHeader
from plantigrade.parcels.keys import PublicKey, SecretKey
from plantigrade.parcels.open import open_parcel
from plantigrade.parcels.pin import normal_code, pin_of
from plantigrade.parcels.seal import parcel_bytes, seal
from plantigrade.parcels.stream import Preamble

VECTORS: dict[str, Any] = json.loads((Path(__file__).parents[3] / "shared/vectors/parcels.json").read_text())
CLINIC = SecretKey.parse("11" * 32)
PIECE = numbers.SEALED_CHUNK_BYTES


def header_of(content: bytes) -> ParcelHeader:
    digest = PiecesDigest()
    digest.update(content)
    return ParcelHeader(Kind.JOURNAL, "walk-1", "P-0001", digest.bytes, digest.hex())


def sealed(content: bytes, cuts: list[int] | None = None) -> bytes:
    ends = sorted({0, len(content), *(cut % (len(content) + 1) for cut in cuts or [])})
    parts = [content[a:b] for a, b in itertools.pairwise(ends)]
    return b"".join(seal(header_of(content), parts, CLINIC.public))


def opened(parcel: bytes) -> bytes:
    return b"".join(open_parcel(io.BytesIO(parcel), [CLINIC]).content)


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["title"])
def test_vectors_are_made_and_opened(case: dict[str, Any]) -> None:
    clinic, sender = SecretKey.parse(case["clinic_secret"]), SecretKey.parse(case["sender_secret"])
    content = bytes.fromhex(case["content"]) * case["times"]
    header = json.loads(bytes.fromhex(case["header"]))
    del header["schema"]
    made = b"".join(
        seal(ParcelHeader(**header | {"kind": Kind(header["kind"])}), [content], clinic.public, sender.key)
    )
    assert clinic.public.raw.hex() == case["clinic_public"]
    assert pin_of(clinic.public) == case["pin"]
    assert (len(made), hashlib.sha256(made).hexdigest()) == (case["parcel_bytes"], case["parcel_sha256"])
    assert made.hex() == case.get("parcel", made.hex())
    parcel = open_parcel(io.BytesIO(made), [SecretKey.generate(), clinic])
    assert parcel.parcel_id == case["parcel_id"]
    assert b"".join(parcel.content) == content


@pytest.mark.parametrize("case", VECTORS["refused"], ids=lambda case: case["title"])
def test_what_must_not_open_does_not(case: dict[str, Any]) -> None:
    with pytest.raises(ParcelError):
        opened(bytes.fromhex(case["parcel"]))


@settings(max_examples=25, deadline=None)
@given(
    st.integers(0, 3 * numbers.CHUNK_BYTES),
    st.lists(st.integers(0, 1 << 18), max_size=4),
    st.binary(min_size=1, max_size=9),
)
def test_any_content_in_any_pieces_comes_back(length: int, cuts: list[int], pattern: bytes) -> None:
    content = (pattern * (length // len(pattern) + 1))[:length]
    parcel = sealed(content, cuts)
    assert len(parcel) == parcel_bytes(header_of(content))
    assert opened(parcel) == content


LONG = bytes(range(256)) * 700
PARCEL = sealed(LONG)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, len(PARCEL) - 1), st.integers(1, 255))
def test_no_byte_can_be_changed(at: int, by: int) -> None:
    changed = PARCEL[:at] + bytes((PARCEL[at] ^ by,)) + PARCEL[at + 1 :]
    with pytest.raises(ParcelError):
        opened(changed)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, len(PARCEL) - 1) | st.sampled_from([82 + PIECE, 82 + 2 * PIECE]))
def test_no_end_can_be_cut_off(at: int) -> None:
    with pytest.raises(ParcelError):
        opened(PARCEL[:at])


def test_a_cut_between_pieces_is_called_one() -> None:
    with pytest.raises(TruncatedParcelError, match="after piece 2"):
        opened(PARCEL[: 82 + 2 * PIECE])


def test_pieces_cannot_change_places() -> None:
    first, second = PARCEL[82 : 82 + PIECE], PARCEL[82 + PIECE : 82 + 2 * PIECE]
    with pytest.raises(ParcelError):
        opened(PARCEL[:82] + second + first + PARCEL[82 + 2 * PIECE :])


def test_another_clinic_is_told_that_it_is_not_for_it() -> None:
    with pytest.raises(NotForUsError, match=CLINIC.public.id.hex()):
        open_parcel(io.BytesIO(PARCEL), [SecretKey.generate()])


def test_a_content_that_changed_meanwhile_makes_no_parcel() -> None:
    with pytest.raises(ParcelError, match="walk-1: changed while"):
        list(seal(header_of(b"steps"), [b"stepz"], CLINIC.public))


def test_two_parcels_of_one_content_share_nothing() -> None:
    one, other = sealed(b"steps"), sealed(b"steps")
    assert Preamble.parse(one[:82]).parcel_id != Preamble.parse(other[:82]).parcel_id
    assert one[82:] != other[82:]


def test_a_long_content_is_never_held_whole() -> None:
    """Each step of the way holds two pieces at most."""
    held = 0

    def content() -> Iterator[bytes]:
        nonlocal held
        for _ in range(40):
            held += numbers.CHUNK_BYTES
            yield bytes(numbers.CHUNK_BYTES)

    given_out = 0
    for piece in seal(header_of(bytes(40 * numbers.CHUNK_BYTES)), content(), CLINIC.public):
        given_out += len(piece)
        assert held - given_out < 2 * numbers.CHUNK_BYTES


@pytest.mark.parametrize("text", ["", "A", "AAAA", "!" * 87, PublicKey(CLINIC.public.raw).text()[:-1] + "_"])
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(ParcelError):
        PublicKey.parse(text)


def test_a_pin_is_read_as_people_write_it() -> None:
    pin = pin_of(CLINIC.public)
    written = "-".join(pin[at : at + 4] for at in range(0, len(pin), 4)).lower().replace("0", "o")
    assert normal_code(written) == pin
