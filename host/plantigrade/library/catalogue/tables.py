"""The catalogue's tables. Changed only together with a migration (migrations/versions)."""

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime
from itertools import repeat
from operator import add, methodcaller
from secrets import token_hex
from typing import Any, Final
from weakref import WeakKeyDictionary

from sqlalchemy import (
    BigInteger,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    MetaData,
    String,
    Text,
    TypeDecorator,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, validates

from plantigrade.library.keys.vault import KeyMissingError, Vault

_VAULTS: "WeakKeyDictionary[Dialect, Vault]" = WeakKeyDictionary()
_PLAIN: Final = "pg0$"
_ENCRYPTED: Final = "pg1$"
STORED_MARK: Final = "pg"
"""How a sensitive text begins that does not stand in the database as it is."""
_TEXT: Final = 200
_ZONE: Final = "+00:00"


def use_vault(dialect: Dialect, vault: Vault | None) -> None:
    """From now on encrypt the sensitive columns of one database connection's dialect; None: leave plain."""
    if vault is None:
        _VAULTS.pop(dialect, None)
    else:
        _VAULTS[dialect] = vault


def vault_of(dialect: Dialect) -> Vault | None:
    """What encrypts the sensitive columns of one database connection's dialect; None where they are plain."""
    return _VAULTS.get(dialect)


def to_stored(text: str, vault: Vault | None) -> str:
    """A sensitive text as it stands in the database."""
    if vault is not None:
        return _ENCRYPTED + vault.encrypt(text)
    return _PLAIN + text if text.startswith((_PLAIN, _ENCRYPTED)) else text


def from_stored(stored: str, vault: Vault | None) -> str:
    """A sensitive text from the database.

    Raises:
        KeyMissingError: it is encrypted and the key is not at hand.
    """
    if stored.startswith(_ENCRYPTED):
        if vault is None:
            raise KeyMissingError("the library is encrypted and its key is not at hand")
        return vault.open(stored.removeprefix(_ENCRYPTED), "an entry of the catalogue")
    return stored.removeprefix(_PLAIN)


class EncryptedText(TypeDecorator[str]):
    """Text about a person: encrypted where the library has a key."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """To the database."""
        return None if value is None else to_stored(value, _VAULTS.get(dialect))

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[..., str | None]:
        """From the database: one call a value, as lists are long."""

        def read(value: str | None) -> str | None:
            if value is None or not value.startswith(STORED_MARK):  # the usual case
                return value
            return from_stored(value, _VAULTS.get(dialect))

        return read


class FoldedTitle(TypeDecorator[str]):
    """A title without its capital letters, where PostgreSQL itself would not know them; nothing in an
    encrypted library, and nothing in one of a computer (SQLite), where the program compares titles."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """To the database."""
        return value if dialect.name == "postgresql" and vault_of(dialect) is None else None


def folded_title(title: str) -> str | None:
    """A title as it is searched, `str.casefold`; None where the server finds that out by itself, as it does
    for titles in ASCII.

    Example:
        >>> folded_title("Große Runde"), folded_title("WALK 7")
        ('grosse runde', None)
    """
    return None if title.isascii() and not title.startswith(STORED_MARK) else title.casefold()


class EncryptedDate(TypeDecorator[date]):
    """A date, as `EncryptedText`."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: date | None, dialect: Dialect) -> str | None:
        """To the database."""
        return None if value is None else to_stored(value.isoformat(), _VAULTS.get(dialect))

    def process_result_value(self, value: str | None, dialect: Dialect) -> date | None:
        """From the database."""
        return None if value is None else date.fromisoformat(from_stored(value, _VAULTS.get(dialect)))


class EncryptedJson(TypeDecorator[dict[str, Any]]):
    """A JSON document, as `EncryptedText`."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: dict[str, Any] | None, dialect: Dialect) -> str | None:
        """To the database."""
        if value is None:
            return None
        return to_stored(json.dumps(value, separators=(",", ":")), _VAULTS.get(dialect))

    def process_result_value(self, value: str | None, dialect: Dialect) -> dict[str, Any] | None:
        """From the database."""
        return None if value is None else json.loads(from_stored(value, _VAULTS.get(dialect)))


def _utc_of_text(text: str | None) -> datetime | None:
    """A time as SQLite stores it: a text without a zone."""
    return None if text is None else datetime.fromisoformat(text + _ZONE)


def _utc_of_time(value: datetime | None) -> datetime | None:
    return None if value is None else value.replace(tzinfo=UTC)


class Utc(TypeDecorator[datetime]):
    """A time in UTC, on every database with its zone."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To the database."""
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[..., datetime | None]:
        """From the database: one call a value, as lists are long."""
        return _utc_of_text if dialect.name == "sqlite" else _utc_of_time


def utc_times(dialect: Dialect, stored: Iterable[Any]) -> Iterator[datetime]:
    """Times of a column of `Utc` as the driver gave them, none None; no call of Python for each."""
    if dialect.name == "sqlite":
        return map(datetime.fromisoformat, map(add, stored, repeat(_ZONE)))
    return map(methodcaller("replace", tzinfo=UTC), stored)


class Base(DeclarativeBase):
    """All tables."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class LibraryRow(Base):
    """The library itself: one row."""

    __tablename__ = "library"
    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[str] = mapped_column(String(36))
    key_id: Mapped[str | None] = mapped_column(String(64))
    created_utc: Mapped[datetime] = mapped_column(Utc)


class PersonRow(Base):
    """People. `erasing` marks one whose data are being removed.

    `audit_key` is a random name that the audit log uses, so that erasing the person leaves rows of nobody.
    """

    __tablename__ = "people"
    __table_args__ = (Index("uq_people_audit_key", "audit_key", unique=True),)
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(_TEXT), unique=True)
    name: Mapped[str | None] = mapped_column(EncryptedText)
    birth_date: Mapped[date | None] = mapped_column(EncryptedDate)
    sex: Mapped[str | None] = mapped_column(String(20))
    height_cm: Mapped[float | None]
    weight_kg: Mapped[float | None]
    shoe_size_eu: Mapped[float | None]
    remark: Mapped[str] = mapped_column(EncryptedText)
    erasing: Mapped[bool] = mapped_column(default=False)
    audit_key: Mapped[str] = mapped_column(String(32), server_default="", default=lambda: token_hex(16))
    time_zone: Mapped[str] = mapped_column(String(64), server_default="")
    language: Mapped[str] = mapped_column(String(20), server_default="")


class DeviceRow(Base):
    """Insoles."""

    __tablename__ = "devices"
    serial: Mapped[str] = mapped_column(String(_TEXT), primary_key=True)
    side: Mapped[str] = mapped_column(String(20))
    layout: Mapped[int]
    firmware: Mapped[str] = mapped_column(String(_TEXT))
    calibration: Mapped[str | None] = mapped_column(Text)


class InsoleKeyRow(Base):
    """The device keys of insoles: 32 bytes in hexadecimal digits; `next_secret` while one is to take the
    place of the other, and nobody has seen yet which of them the insole holds."""

    __tablename__ = "insole_keys"
    serial: Mapped[str] = mapped_column(String(_TEXT), primary_key=True)
    secret: Mapped[str] = mapped_column(EncryptedText)
    next_secret: Mapped[str | None] = mapped_column(EncryptedText)
    made_utc: Mapped[datetime] = mapped_column(Utc)


class InsoleLogKeyRow(Base):
    """The log keys of insoles, the present one and those before: their recordings open with them."""

    __tablename__ = "insole_log_keys"
    id: Mapped[int] = mapped_column(primary_key=True)
    serial: Mapped[str] = mapped_column(String(_TEXT), index=True)
    secret: Mapped[str] = mapped_column(EncryptedText)
    made_utc: Mapped[datetime] = mapped_column(Utc)


def _partial(name: str, where: str) -> Index:
    """An index in the order of the list, of those rows alone for which something holds: the few of many."""
    condition = text(where)
    return Index(name, "order_ns", sqlite_where=condition, postgresql_where=condition)


TEXT_INDEX: Final = "ix_recordings_text"


class RecordingRow(Base):
    """Recordings. `erasing` marks one whose files are being removed; `state` is one of
    `entries.RECORDING_STATES`, `unassigned` a `person.entries.Unassigned` where the wearer is unclear."""

    __tablename__ = "recordings"
    __table_args__ = (
        Index("ix_recordings_order", "order_ns"),
        Index("ix_recordings_of_kind", "kind", "order_ns"),
        _partial("ix_recordings_with_gaps", "frames_missing > 0"),
        _partial("ix_recordings_deleted", "deleted_utc IS NOT NULL"),
        _partial("ix_recordings_erasing", "erasing"),
        Index("ix_recordings_name", "id", postgresql_ops={"id": "varchar_pattern_ops"}),
        Index("ix_recordings_person_id", "person_id"),
        Index("ix_recordings_of_person", "person_id", "order_ns"),
        Index(  # its functions are in server_functions
            TEXT_INDEX,
            text("plantigrade_grams(plantigrade_folded(title, title_folded))"),
            postgresql_using="gin",
            postgresql_with={"fastupdate": "off"},  # recordings come singly: no list of late entries to read
        ).ddl_if(dialect="postgresql"),
    )
    id: Mapped[str] = mapped_column(String(_TEXT), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(EncryptedText)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    start_utc_ns: Mapped[int | None] = mapped_column(BigInteger)
    order_ns: Mapped[int] = mapped_column(BigInteger)
    duration_s: Mapped[float | None]
    feet: Mapped[str] = mapped_column(String(_TEXT))
    sample_rate_hz: Mapped[float]
    frames_recorded: Mapped[int] = mapped_column(BigInteger)
    frames_missing: Mapped[int] = mapped_column(BigInteger)
    bytes: Mapped[int] = mapped_column(BigInteger)
    books_sha256: Mapped[str] = mapped_column(String(64))
    source: Mapped[str] = mapped_column(EncryptedText)
    added_utc: Mapped[datetime] = mapped_column(Utc)
    deleted_utc: Mapped[datetime | None] = mapped_column(Utc)
    erasing: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(server_default="1", default=1)
    state: Mapped[str] = mapped_column(String(20), server_default="final", default="final")
    completed_utc: Mapped[datetime | None] = mapped_column(Utc)
    unassigned: Mapped[str | None] = mapped_column(String(40))
    raw_removed_utc: Mapped[datetime | None] = mapped_column(Utc)
    title_folded: Mapped[str | None] = mapped_column(FoldedTitle)

    @validates("title")
    def _fold_title(self, _key: str, title: str) -> str:
        self.title_folded = folded_title(title)
        return title


_OF_RECORDING: Final = "recordings.id"


class RecordingDeviceRow(Base):
    """Which insole was on which foot."""

    __tablename__ = "recording_devices"
    recording_id: Mapped[str] = mapped_column(ForeignKey(_OF_RECORDING, ondelete="CASCADE"), primary_key=True)
    foot: Mapped[str] = mapped_column(String(_TEXT), primary_key=True)
    serial: Mapped[str] = mapped_column(ForeignKey("devices.serial"), index=True)


class TagRow(Base):
    """Tags of recordings."""

    __tablename__ = "tags"
    __table_args__ = (Index("ix_tags_kind_value", "kind", "value"),)
    recording_id: Mapped[str] = mapped_column(ForeignKey(_OF_RECORDING, ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    value: Mapped[str] = mapped_column(String(_TEXT), primary_key=True)


class RecordingCountRow(Base):
    """How many recordings there are, erased ones aside: carried on by PostgreSQL (`server_functions`), in one
    row or several for each day, kind and so on; empty on SQLite."""

    __tablename__ = "recording_counts"
    id: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[int] = mapped_column(index=True)
    kind: Mapped[str] = mapped_column(String(20))
    with_gaps: Mapped[bool]
    deleted: Mapped[bool]
    number: Mapped[int] = mapped_column(BigInteger)


class NoteRow(Base):
    """Notes on recordings."""

    __tablename__ = "notes"
    id: Mapped[int] = mapped_column(primary_key=True)
    recording_id: Mapped[str] = mapped_column(ForeignKey(_OF_RECORDING, ondelete="CASCADE"), index=True)
    text: Mapped[str] = mapped_column(EncryptedText)
    at_s: Mapped[float | None]
    author: Mapped[str] = mapped_column(String(_TEXT))
    created_utc: Mapped[datetime] = mapped_column(Utc)


class AnalysisRow(Base):
    """Stored results, one for each algorithm and version."""

    __tablename__ = "analyses"
    __table_args__ = (Index("uq_analyses_of_recording", "recording_id", "algorithm", "version", unique=True),)
    id: Mapped[int] = mapped_column(primary_key=True)
    recording_id: Mapped[str] = mapped_column(ForeignKey(_OF_RECORDING, ondelete="CASCADE"))
    algorithm: Mapped[str] = mapped_column(String(_TEXT))
    version: Mapped[str] = mapped_column(String(_TEXT))
    made_utc: Mapped[datetime] = mapped_column(Utc)
    document: Mapped[dict[str, Any]] = mapped_column(EncryptedJson)


class AlertRow(Base):
    """Alerts that were raised; `origin` is one of `entries.ALERT_ORIGINS`."""

    __tablename__ = "alerts"
    id: Mapped[int] = mapped_column(primary_key=True)
    recording_id: Mapped[str] = mapped_column(ForeignKey(_OF_RECORDING, ondelete="CASCADE"), index=True)
    rule: Mapped[str] = mapped_column(String(_TEXT))
    foot: Mapped[str] = mapped_column(String(20))
    from_s: Mapped[float]
    to_s: Mapped[float | None]
    document: Mapped[dict[str, Any]] = mapped_column(EncryptedJson)
    origin: Mapped[str] = mapped_column(String(20), server_default="live")


class AuditRow(Base):
    """What was done, by whom. Rows are never changed and outlive what they describe."""

    __tablename__ = "audit"
    id: Mapped[int] = mapped_column(primary_key=True)
    at_utc: Mapped[datetime] = mapped_column(Utc)
    actor: Mapped[str] = mapped_column(String(_TEXT))
    action: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(_TEXT), index=True)
    detail: Mapped[str] = mapped_column(Text)
