"""The start of a recording in exports: local where the format means it, with the distance from UTC."""

from dataclasses import replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import edfio
import pyedflib
import pytest
from plantigrade.exports.export_data import ExportData
from plantigrade.exports.formats import FORMATS

from tests.host.exports import tiny

# zone, UTC, local day and time, distance from UTC
STARTS = [
    ("Europe/Berlin", "2026-01-31T22:59:59", "2026-01-31T23:59:59", "UTC+01:00"),
    ("Europe/Berlin", "2026-01-31T23:00:00", "2026-02-01T00:00:00", "UTC+01:00"),
    ("Europe/Berlin", "2026-03-29T00:59:59", "2026-03-29T01:59:59", "UTC+01:00"),  # the last second of winter
    ("Europe/Berlin", "2026-03-29T01:00:00", "2026-03-29T03:00:00", "UTC+02:00"),
    ("Europe/Berlin", "2026-10-25T00:30:00", "2026-10-25T02:30:00", "UTC+02:00"),  # half past two comes twice
    ("Europe/Berlin", "2026-10-25T01:30:00", "2026-10-25T02:30:00", "UTC+01:00"),
    ("Pacific/Pago_Pago", "2026-03-01T10:30:00", "2026-02-28T23:30:00", "UTC-11:00"),
    ("Asia/Kathmandu", "2025-12-31T18:15:00", "2026-01-01T00:00:00", "UTC+05:45"),
    ("UTC", "2026-03-01T00:00:00", "2026-03-01T00:00:00", "UTC"),
]


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> ExportData:
    return tiny.data(tmp_path_factory.mktemp("recordings"))


def started(recorded: ExportData, zone: str, utc: str) -> ExportData:
    return replace(recorded, start=datetime.fromisoformat(utc).replace(tzinfo=UTC), zone=ZoneInfo(zone))


@pytest.mark.parametrize(("zone", "utc", "local", "distance"), STARTS)
def test_edf_begins_at_local_time(
    zone: str, utc: str, local: str, distance: str, recorded: ExportData, tmp_path: Path
) -> None:
    FORMATS["edf"].write_data(started(recorded, zone, utc), tmp_path / "a.edf")
    begin = datetime.fromisoformat(local)
    with pyedflib.EdfReader(str(tmp_path / "a.edf")) as file:
        assert file.getStartdatetime() == begin
        assert file.getRecordingAdditional() == f"gait_7 {distance}"
    read = edfio.read_edf(tmp_path / "a.edf")
    assert (read.recording.startdate, read.starttime) == (begin.date(), begin.time())


@pytest.mark.parametrize(("zone", "utc", "local", "distance"), STARTS)
def test_opengo_begins_at_local_time(
    zone: str, utc: str, local: str, distance: str, recorded: ExportData, tmp_path: Path
) -> None:
    FORMATS["opengo"].write_data(started(recorded, zone, utc), tmp_path / "a.txt")
    lines = (tmp_path / "a.txt").read_text(encoding="utf-8").splitlines()
    assert lines[0] == f"# Start time: {datetime.fromisoformat(local):%d.%m.%Y %H:%M:%S}.000"
    assert lines[6].endswith(f"; start time in {distance}")


def test_the_zone_is_the_persons_and_a_deidentified_export_has_none(tmp_path: Path) -> None:
    source = tiny.recording(tmp_path / "recordings")
    assert source.person is not None
    away = replace(source, person=replace(source.person, time_zone="Pacific/Pago_Pago"))
    assert ExportData.of(away).local_start == tiny.START
    assert ExportData.of(away).zone == ZoneInfo("Pacific/Pago_Pago")
    nameless = ExportData.of(away, deidentify=True)
    assert nameless.local_start == datetime(2000, 1, 1, tzinfo=UTC) and nameless.zone == UTC
    FORMATS["edf"].write_data(nameless, tmp_path / "a.edf")
    read = edfio.read_edf(tmp_path / "a.edf")
    assert (read.startdate, read.starttime) == (date(2000, 1, 1), time())
