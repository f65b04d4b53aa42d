"""The ranges of motion from a record to units: a code in sealed ones, HELLO says it for open ones."""

import struct
import zlib
from array import array
from pathlib import Path

import numpy as np
import pytest
from insole_protocol import block, ids, kernels, motion_code, sealed_record
from insole_protocol.checksum import Checksum
from insole_protocol.codec import Encoder
from insole_protocol.sealing import Sealer
from plantigrade.bridge.receiver import Receiver
from plantigrade.calibration.motion import MotionCalibration, units_of_frames
from plantigrade.library.recordings.sealed_journal import opened
from plantigrade.link.sealed_records import RecordOpener

from tools.cryptolib_aes import CryptolibAes

KEY = bytes(range(32))
SERIAL = "00007CDFA1000102"
WIDE = ids.CAPABILITY_IMU | ids.CAPABILITY_WIDE_MOTION
RAW = (0, 0, 2048, 100, 0, 0)
G = 9.80665


def plain(imu: bool = True) -> bytes:
    """Two frames of a right insole in live mode that measure 2048 counts upwards and 100 about x."""
    out = bytearray(block.MAX_BYTES)
    rows, motion = array("H", [330] * 32), array("h", RAW * 2)
    length = Encoder(50, imu).encode(
        out, rows, 0, 2, 1000, 10**7, 3, 10_000, 1, 1, 0x41, motion if imu else None
    )
    return bytes(out[:length])


def sealed(code: int) -> bytes:
    out = bytearray(block.MAX_BYTES)
    record = plain()
    out[: len(record)] = record
    by = Sealer(sealed_record.RecordKeys(KEY), CryptolibAes, Checksum(kernels), code)
    return bytes(out[: by.seal(out)])


CASES = (
    (sealed(0x8021), WIDE, 0x0041, 4, 2000),
    (sealed(0x8023), WIDE, 0x3041, 16, 2000),
    (sealed(0x8023), 0, 0x3041, 16, 2000),
    (sealed(motion_code.motion_code(8, 500)), 0, 0xA041, 8, 500),
    (sealed(motion_code.motion_code(2, 250)), WIDE, 0xD041, 2, 250),
    (plain(), WIDE, 0x3041, 16, 2000),
    (plain(), ids.CAPABILITY_IMU, 0x0041, 4, 2000),
)
"""Record, capabilities, the status that comes out, and the ranges in which its motion is read."""


@pytest.mark.parametrize(("record", "capabilities", "status", "range_g", "rate_deg_s"), CASES)
def test_motion_is_read_in_the_ranges_that_it_was_measured_in(
    record: bytes, capabilities: int, status: int, range_g: int, rate_deg_s: int
) -> None:
    receiver = Receiver(opener=RecordOpener([KEY], capabilities=capabilities))
    receiver.put(record, 1)
    (frames,) = receiver.drain()
    assert frames.status == status
    assert frames.record == record, "stored as it came"
    assert frames.imu is not None
    acc, gyr = units_of_frames(frames.imu, np.full(2, frames.status), MotionCalibration())
    per_count_mg = {2: 0.061, 4: 0.122, 8: 0.244, 16: 0.488}[range_g]
    assert acc[0] == pytest.approx([0, 0, 2048 * per_count_mg * G / 1000])
    assert gyr[0] == pytest.approx([100 * 0.07 * rate_deg_s / 2000, 0, 0])


@pytest.mark.parametrize(("record", "capabilities", "status", "range_g", "rate_deg_s"), CASES)
def test_a_journal_becomes_a_recording_in_the_same_ranges(
    record: bytes, capabilities: int, status: int, range_g: int, rate_deg_s: int, tmp_path: Path
) -> None:
    (found,) = opened(tmp_path / "j", SERIAL, [record], {SERIAL: [KEY]}, capabilities)
    assert struct.unpack_from("<H", found, block.STATUS_AT) == (status,)
    assert zlib.crc32(found[:-4]) == int.from_bytes(found[-4:], "little")


def test_a_record_without_motion_and_a_damaged_one_stay_as_they_are() -> None:
    opener = RecordOpener(capabilities=WIDE)
    damaged = bytearray(plain())
    damaged[40] ^= 1
    for record in (plain(imu=False), bytes(damaged), plain()[:40], b""):
        assert opener.open(record) == record
    receiver = Receiver(opener=opener)
    receiver.put(bytes(damaged), 1)
    assert receiver.drain() == [] and receiver.counters.refused == {"crc": 1}


@pytest.mark.parametrize("code", [0x8040, 0x8004, motion_code.motion_code(16, 125)])
def test_motion_in_units_that_nobody_knows_is_refused_and_the_others_are_read(code: int) -> None:
    receiver = Receiver(opener=RecordOpener([KEY]))
    receiver.put(sealed(code), 1)
    receiver.put(sealed(0x8023), 2)
    assert [frames.status for frames in receiver.drain()] == [0x3041]
    assert receiver.counters.refused == {"encoding": 1}
