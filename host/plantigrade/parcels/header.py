"""What a parcel says of itself, encrypted with the content: kind, person, length, digest."""

import json
import re
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Final, cast

from plantigrade.parcels import settings
from plantigrade.parcels.errors import ParcelError

_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


class Kind(StrEnum):
    """What is inside."""

    RECORDING = "recording"
    """A finalized recording: a tar of its manifest and its Parquet files."""
    JOURNAL = "journal"
    """A journal, as docs/reference/journal.md describes it: whoever receives it finalizes it."""


@dataclass(frozen=True)
class ParcelHeader:
    """The header.

    Attributes:
        kind: what the content is.
        name: the recording's id, or the journal's file name without its ending.
        person: code of the person at the clinic, as the invitation named it.
        content_bytes: how long the content is.
        pieces_sha256: its digest, see `digest.PiecesDigest`.
        made_utc: when it was made, ISO 8601; by the sender's clock, for people to read.
        made_by: the program and its version.
    """

    kind: Kind
    name: str
    person: str
    content_bytes: int
    pieces_sha256: str
    made_utc: str = ""
    made_by: str = ""

    def to_bytes(self) -> bytes:
        """As it stands at the head of the plaintext: its length in 4 bytes, little-endian, and JSON.

        Raises:
            ParcelError: it is too long.
        """
        text = json.dumps({"schema": settings.SCHEMA, **asdict(self)}, sort_keys=True, separators=(",", ":"))
        raw = text.encode()
        if len(raw) > settings.MOST_HEADER_BYTES:
            raise ParcelError(f"{self.name}: the header of its parcel would be too long")
        return len(raw).to_bytes(4, "little") + raw


def parse_header(raw: bytes) -> ParcelHeader:
    """A header from its JSON. Fields that this version does not know are passed over.

    Raises:
        ParcelError: it is damaged, or of a newer version.
    """
    try:
        values: Any = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise ParcelError("its header is damaged") from error
    if not isinstance(values, dict):
        raise ParcelError("its header is damaged")
    values = cast(dict[str, Any], values)
    schema = _text(values, "schema")
    if schema != settings.SCHEMA:
        raise ParcelError(f"has schema {schema}, this version reads {settings.SCHEMA}; update plantigrade")
    kind = _text(values, "kind")
    if kind not in tuple(Kind):
        raise ParcelError(f"holds a {kind!r}, which this version does not know; update plantigrade")
    length, digest = values.get("content_bytes"), _text(values, "pieces_sha256")
    if type(length) is not int or length < 0 or not _DIGEST.fullmatch(digest):
        raise ParcelError("its header is damaged")
    name, person = _text(values, "name"), _text(values, "person")
    made_utc, made_by = _text(values, "made_utc", ""), _text(values, "made_by", "")
    return ParcelHeader(Kind(kind), name, person, length, digest, made_utc, made_by)


def _text(values: dict[str, Any], name: str, default: str | None = None) -> str:
    value = values.get(name, default)
    if not isinstance(value, str) or len(value) > settings.MOST_TEXT:
        raise ParcelError(f"its header is damaged: {name} is missing or no text of usual length")
    return value
