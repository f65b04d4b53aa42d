"""What the service does by itself: disk, retention, and the summary of the week, each when it is due."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from plantigrade.library.catalogue.key_change import change_key
from plantigrade.library.catalogue.library import Library
from plantigrade.library.catalogue.weekly_files import clear_old, weekly_file
from plantigrade.library.entries import Person
from plantigrade.library.keys.vault import MasterKey
from plantigrade.library.person.entries import Delivery, DeliveryOutcome, PersonSettings
from plantigrade.service.bus import EventBus
from plantigrade.service.day.warnings import DayWarnings
from plantigrade.service.events import Event, SummaryEvent
from plantigrade.service.offload import at_once
from plantigrade.service.workers.analyse import analyse_recording
from plantigrade.service.workers.settings import UpkeepSettings
from plantigrade.service.workers.upkeep import LibraryPlace, Upkeep, WeekDue, make_summary, weeks_due

from tests.host.service.workers.walks import START_NS, stored

MONDAY = datetime(2026, 3, 2, 7, 30, tzinfo=UTC)
"""08:30 in Berlin, 02:30 in New York."""
SUNDAY = date(2026, 3, 1)


@pytest.fixture
def library(tmp_path: Path) -> Library:
    library = Library(tmp_path)
    library.add_person(Person("P001", time_zone="Europe/Berlin"))
    library.record("P001").settings.set(PersonSettings(weekly_summary=True))
    return library


def due(library: Library, now_utc: datetime) -> list[WeekDue]:
    return weeks_due(library, now_utc, UpkeepSettings())


@pytest.mark.parametrize(
    ("hours_later", "is_due"), [(-1, False), (0, True), (24, True), (48, True), (72, False), (-24, False)]
)
def test_a_week_is_due_from_monday_morning_to_wednesday(
    library: Library, hours_later: int, is_due: bool
) -> None:
    """By the person's own clock."""
    found = due(library, MONDAY + timedelta(hours=hours_later))
    assert found == ([WeekDue("P001", SUNDAY, "en")] if is_due else [])


def test_only_for_those_who_want_it_and_where_it_is_morning(library: Library) -> None:
    """Nobody gets a summary who has not asked for it."""
    for code, zone, wanted in (("P002", "America/New_York", True), ("P003", "Europe/Berlin", False)):
        library.add_person(Person(code, time_zone=zone))
        library.record(code).settings.set(PersonSettings(weekly_summary=wanted))
    assert [one.person for one in due(library, MONDAY)] == ["P001"]
    assert [one.person for one in due(library, MONDAY + timedelta(hours=6))] == ["P001", "P002"]


def test_a_summary_that_was_sent_is_not_made_again(library: Library) -> None:
    """Last week's does not count for this one."""
    deliveries = library.record("P001").deliveries
    for at_utc, left in ((MONDAY - timedelta(days=7), 1), (MONDAY, 0)):
        deliveries.add(Delivery(at_utc, "mail", "weekly summary", DeliveryOutcome.DELIVERED))
        assert len(due(library, MONDAY + timedelta(hours=1))) == left


def test_a_summary_is_text_and_a_file_of_its_owner(library: Library, tmp_path: Path) -> None:
    """The file goes after some days, and with the person."""
    text, file = make_summary(LibraryPlace(tmp_path), WeekDue("P001", SUNDAY, "en"))
    assert "Nothing was recorded this week" in text
    assert Path(file).read_bytes()[:5] == b"%PDF-"
    assert Path(file).stat().st_mode & 0o077 == 0
    later = datetime.now(UTC) + timedelta(days=2)
    assert clear_old(tmp_path, later, 3.0) == 0
    assert clear_old(tmp_path, later + timedelta(days=2), 3.0) == 1
    make_summary(LibraryPlace(tmp_path), WeekDue("P001", SUNDAY, "en"))
    library.erase_person("P001")
    assert not Path(file).exists()
    assert not Path(file).parent.exists()


def test_an_encrypted_library_writes_no_file_in_plain(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The text alone goes its way."""
    key = MasterKey.new()
    change_key(library, key)
    key_file = tmp_path / "key"
    key_file.write_text(key.text)
    key_file.chmod(0o600)
    text, file = make_summary(LibraryPlace(tmp_path, None, key_file), WeekDue("P001", SUNDAY, "en"))
    assert (bool(text), file) == (True, "")
    assert not weekly_file(tmp_path, "P001", SUNDAY).exists()


@pytest.mark.parametrize("code", ["..", ".", "P-1_a"])
def test_no_code_leads_out_of_the_folder(tmp_path: Path, code: str) -> None:
    """Codes may hold dots."""
    path = weekly_file(tmp_path, code, SUNDAY)
    assert path.resolve().parent.parent == tmp_path.resolve() / "service" / "weekly"


class Looked:
    """Upkeep at a time of choice, everything in this process."""

    def __init__(self, library: Library) -> None:
        self.bus, self.heard = EventBus(), list[Event]()
        self.bus.call_on_event(self.heard.append)
        self.now = MONDAY
        self.warnings = DayWarnings(self.bus, utc_ns=self._utc_ns)
        self.upkeep = Upkeep(
            library, self.bus, self.warnings, process=at_once, thread=at_once, utc_ns=self._utc_ns
        )

    def _utc_ns(self) -> int:
        return round(self.now.timestamp() * 1e9)

    def once(self) -> None:
        asyncio.run(self.upkeep.once())

    @property
    def summaries(self) -> list[SummaryEvent]:
        return [event for event in self.heard if isinstance(event, SummaryEvent)]


def test_one_summary_a_week(library: Library) -> None:
    """However often it looks, as nobody may have a channel that would note the delivery."""
    service = Looked(library)
    for hour in range(5):
        service.now = MONDAY + timedelta(hours=hour)
        service.once()
    (summary,) = service.summaries
    assert (summary.person, summary.from_day, summary.to_day) == ("P001", "2026-02-23", "2026-03-01")
    service.now = MONDAY + timedelta(days=7)
    service.once()
    assert service.summaries[1].to_day == "2026-03-08"


def test_raw_samples_go_once_a_day(library: Library) -> None:
    """Those that are due; what stays although it is due is told as a problem until it goes."""
    library.record("P001").settings.set(PersonSettings(raw_days=7))
    name = stored(library, person="P001")
    service = Looked(library)
    service.now = datetime.fromtimestamp(START_NS * 1e-9, UTC) + timedelta(days=8)
    service.once()
    assert "is not analysed" in service.upkeep.problems["retention"]
    analyse_recording(library, name)
    service.once()
    assert (library.recordings / name / "left.parquet").exists()
    assert "is not analysed" in service.upkeep.problems["retention"]
    service.now += timedelta(days=1)
    service.once()
    assert not (library.recordings / name / "left.parquet").exists()
    assert service.upkeep.problems == {}


def test_a_full_disk_is_told(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    """And what cannot be looked at is a problem, not the end."""
    service = Looked(library)
    monkeypatch.setattr("plantigrade.service.workers.upkeep.free_bytes", lambda _folder: 1000)
    service.once()
    assert [one.kind for one in service.warnings.warnings] == ["disk nearly full"]
    monkeypatch.setattr(
        "plantigrade.service.workers.upkeep.free_bytes", lambda _folder: Path("/no/such").stat()
    )
    service.once()
    assert "disk" in service.upkeep.problems
