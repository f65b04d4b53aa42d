"""Identities and keys that the tests of provisioning share."""

from datetime import date
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from plantigrade.calibration.bench import fit_bench
from plantigrade.calibration.model import Calibration
from plantigrade.device.provision.factory_keys import FactoryKey, read_factory_key
from plantigrade.device.provision.record import InsoleIdentity, SelfTestFigures, in_record_precision
from plantigrade.firmware_image.signing import keys_folder
from plantigrade.twin.bench import bench_readings

SERIAL = "0000246F287A3F01"
OTHER = "0000246F287A3F02"
DAY = date(2026, 3, 9)


@cache
def calibration(serial: str = SERIAL) -> Calibration:
    """Of a virtual bench, as a record holds it."""
    readings, zero = bench_readings(3)
    return in_record_precision(fit_bench(readings, zero, DAY, serial))


def identity(**changed: object) -> InsoleIdentity:
    """A finished insole; `changed` are other values of its fields."""
    values: dict[str, object] = {
        "serial": SERIAL,
        "board": "esp32s3_r1",
        "layout": 1,
        "size_eu": 42.5,
        "side": "left",
        "batch": "SPRING-1",
        "made_on": DAY.isoformat(),
        "label": "P001",
        "firmware": "0.1.0",
        "firmware_sha256": "ab" * 32,
        "micropython": "v1.26.0",
        "micropython_sha256": "cd" * 32,
        "self_test": SelfTestFigures(0, tuple(range(300, 316))),
        "calibration": calibration(),
    }
    return InsoleIdentity(**(values | changed))  # type: ignore[arg-type]


def key(name: str = "now") -> FactoryKey:
    """A factory key, which is a test key of the repository."""
    return read_factory_key(keys_folder() / "test" / f"{name}.pem")


@cache
def signed(number: int = 1, name: str = "now", **changed: object) -> bytes:
    """A signed record."""
    one = key(name)
    return identity(**changed).to_record(number, one.record_id, one.sign)


def unsigned(number: int = 1, **changed: object) -> bytes:
    """A record that nobody signed."""
    return identity(**changed).to_record(number, bytes(4), None)


def write_pem(path: Path, secret: object) -> Path:
    """A secret key as a file."""
    path.write_bytes(
        secret.private_bytes(  # type: ignore[attr-defined]
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return path
