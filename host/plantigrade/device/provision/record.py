"""The identity record as the host has it, and what its signature is worth."""

import hashlib
import json
import struct
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any, Final

from insole_protocol import identity_record as form

from plantigrade.calibration.front_end import FrontEndParameters
from plantigrade.calibration.model import Calibration, SensorCurve, as_json
from plantigrade.errors import PlantigradeError
from plantigrade.firmware_image.signing import PublicKey

SIDES: Final = ("left", "right")
SENSORS: Final = 16
UNSIGNED_KEY: Final = bytes(form.KEY_ID_BYTES)
_MAY_BE_MISSING: Final = (form.LABEL, form.FIRMWARE, form.MICROPYTHON)
_CURVE: Final = struct.Struct("<9fH")
_SELF_TEST: Final = struct.Struct("<17H")


class IdentityError(PlantigradeError):
    """An identity record that cannot be made or read."""


class Origin(StrEnum):
    """What an insole's identity record proves."""

    GENUINE = "genuine"
    """Signed by a factory key that is known here, for this insole."""
    UNKNOWN_MAKER = "signed by an unknown key"
    UNSIGNED = "unsigned"
    ALTERED = "altered"
    """Changed after it was signed, or another insole's."""
    NONE = "not provisioned"


@dataclass(frozen=True)
class SelfTestFigures:
    """What the self-test said when the insole was made: fault flags, and 16 unloaded levels in counts."""

    faults: int
    levels: tuple[int, ...]


@dataclass(frozen=True)
class InsoleIdentity:
    """What an insole is.

    Attributes:
        serial: 16 hexadecimal digits.
        board: its revision.
        layout: number of the sensor layout.
        size_eu: EU size.
        side: "left" or "right", at birth.
        batch: in which it was made.
        made_on: ISO date.
        label: name that it shows.
        firmware, firmware_sha256: version and hash of the files that it was flashed with.
        micropython, micropython_sha256: likewise of the interpreter's image.
        self_test: None before it was tested.
        calibration: the curves of its bench loads; None before.
    """

    serial: str
    board: str
    layout: int
    size_eu: float
    side: str
    batch: str
    made_on: str
    label: str = ""
    firmware: str = ""
    firmware_sha256: str = ""
    micropython: str = ""
    micropython_sha256: str = ""
    self_test: SelfTestFigures | None = None
    calibration: Calibration | None = None

    def to_fields(self) -> list[tuple[int, bytes]]:
        """Tag and bytes of each field that is known.

        Raises:
            IdentityError: a value that the record cannot hold.
        """
        try:
            made = {
                form.SERIAL: bytes.fromhex(self.serial),
                form.BOARD: self.board.encode(),
                form.LAYOUT: bytes((self.layout,)),
                form.SIZE: round(10 * self.size_eu).to_bytes(2, "little"),
                form.SIDE: bytes((SIDES.index(self.side),)),
                form.BATCH: self.batch.encode(),
                form.MADE_ON: self.made_on.encode(),
                form.LABEL: self.label.encode(),
                form.FIRMWARE: self.firmware.encode(),
                form.FIRMWARE_SHA256: bytes.fromhex(self.firmware_sha256),
                form.MICROPYTHON: self.micropython.encode(),
                form.MICROPYTHON_SHA256: bytes.fromhex(self.micropython_sha256),
            }
        except (ValueError, OverflowError) as error:
            raise IdentityError(f"insole {self.serial}: a value does not fit its record ({error})") from error
        if self.self_test is not None:
            made[form.SELF_TEST] = _SELF_TEST.pack(self.self_test.faults, *self.self_test.levels)
        if self.calibration is not None:
            made[form.CALIBRATION] = b"".join(_curve_bytes(curve) for curve in self.calibration.sensors)
            made[form.CALIBRATION_SHA256] = bytes.fromhex(calibration_sha256(self.calibration))
            made[form.CALIBRATED_ON] = self.calibration.made_on.encode()
        return [(tag, data) for tag, data in made.items() if data]

    def to_record(self, sequence: int, key_id: bytes, sign: Callable[[bytes], bytes] | None) -> bytes:
        """The record's bytes.

        Raises:
            IdentityError: a value that the record cannot hold.
        """
        try:
            return form.build(self.to_fields(), sequence, key_id, sign)
        except form.RecordError as error:
            raise IdentityError(f"insole {self.serial}: {error}") from error


@dataclass(frozen=True)
class StoredIdentity:
    """A record as it was read from an insole.

    Attributes:
        identity: what it says.
        sequence: number of the record.
        key_id: of the key that signed it, in hexadecimal digits; "" where unsigned.
        record: all its bytes.
        calibration_is_complete: the curves and the amplifier's figures here are those that were signed.
    """

    identity: InsoleIdentity
    sequence: int
    key_id: str
    record: bytes
    calibration_is_complete: bool = True

    def origin(self, serial: str, keys: Iterable[PublicKey]) -> Origin:
        """What the record proves about the insole that calls itself `serial`."""
        if self.identity.serial != serial.upper():
            return Origin.ALTERED
        if not self.key_id:
            return Origin.UNSIGNED
        end = len(self.record) - form.CRC_BYTES
        signed, signature = (
            self.record[: end - form.SIGNATURE_BYTES],
            self.record[end - form.SIGNATURE_BYTES : end],
        )
        own = [key for key in keys if key_id(key.modulus).hex() == self.key_id]
        if not own:
            return Origin.UNKNOWN_MAKER
        return Origin.GENUINE if any(key.holds(signed, signature) for key in own) else Origin.ALTERED


def key_id(modulus: bytes) -> bytes:
    """What a record says of the key that signed it."""
    return hashlib.sha256(modulus).digest()[: form.KEY_ID_BYTES]


def calibration_sha256(calibration: Calibration) -> str:
    """Hash of the whole calibration, the amplifier's figures included."""
    text = json.dumps(as_json(calibration), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def in_record_precision(calibration: Calibration) -> Calibration:
    """The calibration with curves rounded to what a record holds, so that both say the same."""
    curves = tuple(_curve_from(_curve_bytes(curve)) for curve in calibration.sensors)
    return Calibration(
        calibration.serial,
        calibration.made_on,
        calibration.method,
        calibration.scale,
        calibration.scale_sd_pct,
        curves,
        calibration.front_end,
    )


def parse_record(data: bytes) -> StoredIdentity:
    """A record, from its bytes or from the sector that begins with it.

    Raises:
        IdentityError: it is none, damaged, or for newer readers only.
    """

    def read(offset: int, buffer: memoryview) -> None:
        piece = data[offset : offset + len(buffer)]
        if len(piece) != len(buffer):
            raise form.RecordError("it is cut short")
        buffer[:] = piece

    try:
        header = form.check(read)
        values = form.values(read, header, tuple(row[0] for row in form.FIELDS))
        identity, complete = _identity(values)
    except (form.RecordError, UnicodeDecodeError, IndexError, KeyError) as error:
        raise IdentityError(f"the identity record cannot be used: {_reason(error)}") from error
    signer = header.key_id.hex() if header.signature_bytes else ""
    return StoredIdentity(identity, header.sequence, signer, data[: header.total_bytes], complete)


def _reason(error: Exception) -> str:
    if isinstance(error, KeyError):
        names = {row[0]: row[1] for row in form.FIELDS}
        return f"it lacks the field {names[error.args[0]]}"
    return "a text is not UTF-8" if isinstance(error, UnicodeDecodeError) else str(error)


def _identity(values: dict[int, bytes]) -> tuple[InsoleIdentity, bool]:
    def text(tag: int) -> str:
        found = (values.get(tag, b"") if tag in _MAY_BE_MISSING else values[tag]).decode()
        if not found.isprintable():
            raise form.RecordError("a text holds what cannot be printed")
        return found

    side = values[form.SIDE][0]
    if side >= len(SIDES):
        raise form.RecordError(f"side {side} is neither left nor right")
    calibration, complete = _calibration(values)
    tested = values.get(form.SELF_TEST)
    figures = None if tested is None else _SELF_TEST.unpack(tested)
    identity = InsoleIdentity(
        serial=values[form.SERIAL].hex().upper(),
        board=text(form.BOARD),
        layout=values[form.LAYOUT][0],
        size_eu=int.from_bytes(values[form.SIZE], "little") / 10,
        side=SIDES[side],
        batch=text(form.BATCH),
        made_on=text(form.MADE_ON),
        label=text(form.LABEL),
        firmware=text(form.FIRMWARE),
        firmware_sha256=values.get(form.FIRMWARE_SHA256, b"").hex(),
        micropython=text(form.MICROPYTHON),
        micropython_sha256=values.get(form.MICROPYTHON_SHA256, b"").hex(),
        self_test=None if figures is None else SelfTestFigures(figures[0], figures[1:]),
        calibration=calibration,
    )
    return identity, complete


def _calibration(values: dict[int, bytes]) -> tuple[Calibration | None, bool]:
    """The curves with the design's amplifier, and whether that is what they were made with."""
    data = values.get(form.CALIBRATION)
    if data is None:
        return None, True
    curves = tuple(_curve_from(data[at : at + _CURVE.size]) for at in range(0, len(data), _CURVE.size))
    day = values.get(form.CALIBRATED_ON, b"1970-01-01").decode()
    made = Calibration(
        values[form.SERIAL].hex().upper(), day, "bench", 1.0, 0.0, curves, FrontEndParameters.load()
    )
    return made, values.get(form.CALIBRATION_SHA256, b"").hex() == calibration_sha256(made)


def _curve_bytes(curve: SensorCurve) -> bytes:
    numbers = [getattr(curve, name) for name in _CURVE_NAMES]
    try:
        return _CURVE.pack(*(float("nan") if number is None else number for number in numbers), curve.points)
    except (struct.error, OverflowError) as error:
        raise IdentityError(f"a calibration curve does not fit its record ({error})") from error


def _curve_from(data: bytes) -> SensorCurve:
    *numbers, points = _CURVE.unpack(data)
    values: dict[str, Any] = dict(zip(_CURVE_NAMES, numbers, strict=True))
    for name, number in values.items():
        if number != number and name != "residual_pct":
            raise form.RecordError(f"a curve has no {name}")
    if values["residual_pct"] != values["residual_pct"]:
        values["residual_pct"] = None
    return SensorCurve(**values, points=points)


_CURVE_NAMES: Final = tuple(one.name for one in fields(SensorCurve) if one.name != "points")
