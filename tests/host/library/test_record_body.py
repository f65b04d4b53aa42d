"""Weights, heights and footwear of a person, with their dates."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from plantigrade.library.catalogue.library import Library
from plantigrade.library.catalogue.record.person_record import PersonRecord
from plantigrade.library.catalogue.store import LibraryError
from plantigrade.library.entries import Person
from plantigrade.library.person.entries import (
    BodyMeasure,
    Footwear,
    FootwearKind,
)

from tests.host.library.library_kit import FIRST, START_NS, finalized
from tests.host.library.record_kit import DAY, HOUR, NOON

ONE_DAY = timedelta(days=1)


@pytest.fixture
def record(one_person: Path) -> Iterator[PersonRecord]:
    with Library(one_person) as library:
        yield library.record("P001")


# -- body


def test_the_weight_of_a_day(record: PersonRecord) -> None:
    """The last one known on that day, else the first one known later; heights by themselves."""
    assert record.body.at(DAY) == BodyMeasure(DAY)
    record.body.add(BodyMeasure(date(2026, 2, 1), 72.0))
    record.body.add(BodyMeasure(date(2026, 1, 1), 70.0))
    record.body.add(BodyMeasure(date(2026, 3, 1), 74.0, 171.0))
    record.body.add(BodyMeasure(date(2026, 3, 1), 75.0))
    found = {day: record.body.at(day) for day in (date(2025, 1, 1), date(2026, 1, 31), DAY, date(2027, 1, 1))}
    assert [(one.weight_kg, one.height_cm) for one in found.values()] == [
        (70.0, 171.0), (70.0, 171.0), (75.0, 171.0), (75.0, 171.0),
    ]  # fmt: skip
    assert [one.weight_kg for one in record.body.all()] == [70.0, 72.0, 74.0, 75.0]


def test_a_person_has_the_newest_values(tmp_path: Path) -> None:
    with Library(tmp_path) as library:
        library.add_person(Person("P001", weight_kg=80.0, height_cm=180.0))
        record = library.record("P001")
        record.body.add(BodyMeasure(date(2026, 1, 1), 70.0))
        assert library.person("P001").weight_kg == 80.0, "an older measure is not the newest"
        library.change_person(Person("P001", weight_kg=82.0, height_cm=180.0))
        assert [one.weight_kg for one in record.body.all()] == [70.0, 80.0, 82.0]
        library.change_person(Person("P001", weight_kg=82.0, height_cm=180.0, remark="x"))
        assert len(record.body.all()) == 3, "nothing was measured"


def test_a_weight_without_a_date_stays_that_of_the_time_before(tmp_path: Path) -> None:
    """As an older version stored it: in the person alone."""
    import sqlalchemy as sa

    with Library(tmp_path) as library:
        library.add_person(Person("P001"))
        with library.store.write() as session:
            session.execute(sa.text("UPDATE people SET weight_kg = 81.5"))
        record = library.record("P001")
        assert record.body.at(date(2020, 1, 1)).weight_kg == 81.5
        today = datetime.now(UTC).date()
        record.body.add(BodyMeasure(today, 75.0))
        assert record.body.at(date(2020, 1, 1)).weight_kg == 81.5
        assert (record.body.at(today).weight_kg, library.person("P001").weight_kg) == (75.0, 75.0)


def test_a_recording_has_the_weight_of_its_day(tmp_path: Path) -> None:
    with Library(tmp_path) as library:
        finalized(library.recordings, FIRST, rows=20)
        library.scan()
        library.add_person(Person("P001", weight_kg=80.0))
        library.assign(FIRST, "P001")
        day = datetime.fromtimestamp(START_NS / 1e9, UTC).date()
        record = library.record("P001")
        record.body.add(BodyMeasure(day - ONE_DAY, 60.0))
        record.body.add(BodyMeasure(day + ONE_DAY, 90.0))
        opened = library.open(FIRST)
        assert opened.person is not None and opened.person.weight_kg == 60.0
        assert opened.walk().body_weight_n == pytest.approx(60.0 * 9.80665)
        assert library.person("P001").weight_kg == 80.0


@pytest.mark.parametrize(
    ("measure", "problem"),
    [
        (BodyMeasure(DAY), "a measure has a weight, a height or both"),
        (BodyMeasure(DAY, 1.9), "weights go from 2 to 500 kg"),
        (BodyMeasure(DAY, float("nan")), "weights go from 2 to 500 kg"),
        (BodyMeasure(DAY, None, 281.0), "heights go from 30 to 280 cm"),
        (BodyMeasure(date(1989, 12, 31), 70.0), "too long ago"),
        (BodyMeasure(datetime.now(UTC).date() + 2 * ONE_DAY, 70.0), "lies in the future"),
    ],
)
def test_what_no_body_measures(measure: BodyMeasure, problem: str, record: PersonRecord) -> None:
    with pytest.raises(LibraryError, match=problem):
        record.body.add(measure)
    assert record.body.all() == []


# -- footwear


def test_shoes_and_orthotics_and_their_tags(record: PersonRecord) -> None:
    part = record.footwear
    assert part.tag_at(NOON) == "everyday"
    trail, road = (part.add(Footwear(FootwearKind.SHOE, name)) for name in ("trail", "road"))
    insert = part.add(Footwear(FootwearKind.ORTHOTIC, "insert", "left 3 mm"))
    part.wear(trail.id, NOON)
    part.wear(insert.id, NOON + HOUR)
    part.wear(road.id, NOON + 2 * HOUR)
    part.stop(insert.id, NOON + 3 * HOUR)
    tags = [part.tag_at(NOON + hours * HOUR) for hours in (-1, 0, 1, 2, 3)]
    assert tags == ["everyday", "trail", "trail + insert", "road + insert", "road"]
    assert [(one.footwear.name, one.from_utc, one.to_utc) for one in part.periods()] == [
        ("trail", NOON, NOON + 2 * HOUR), ("insert", NOON + HOUR, NOON + 3 * HOUR),
        ("road", NOON + 2 * HOUR, None),
    ]  # fmt: skip
    assert part.stop(insert.id, NOON + 4 * HOUR) is None and part.named(" ROAD ") == road


def test_footwear_that_contradicts_itself(record: PersonRecord) -> None:
    part = record.footwear
    shoe = part.add(Footwear(FootwearKind.SHOE, "trail"))
    other = part.add(Footwear(FootwearKind.SHOE, "road"))
    part.wear(shoe.id, NOON, NOON + HOUR)
    refusals: list[tuple[Callable[[], Any], str]] = [
        (lambda: part.add(Footwear(FootwearKind.SHOE, "TRAIL")), "there is footwear called 'TRAIL' already"),
        (lambda: part.add(Footwear(FootwearKind.SHOE, " ")), "has 1 to 100 characters, not 0"),
        (lambda: part.add(Footwear(FootwearKind.SHOE, "x" * 101)), "has 1 to 100 characters, not 101"),
        (lambda: part.add(Footwear(FootwearKind.SHOE, "y", "x" * 1001)), "a remark has 0 to 1000"),
        (lambda: part.wear(99, NOON), "there is no footwear 99"),
        (lambda: part.wear(other.id, NOON, NOON), "ends after it begins"),
        (lambda: part.wear(other.id, NOON + HOUR / 2), "trail is known from 2026-03-01 12:00 UTC on"),
        (lambda: part.wear(other.id, NOON - HOUR, NOON + HOUR / 2), "overlaps"),
        (lambda: part.wear(other.id, datetime(2026, 3, 1, 12)), "has no time zone"),
        (lambda: part.named("boot"), "no footwear is called 'boot'"),
    ]
    for refused, problem in refusals:
        with pytest.raises(LibraryError, match=problem):
            refused()
    part.wear(other.id, NOON - HOUR, NOON)
    part.wear(shoe.id, NOON + HOUR)
    with pytest.raises(LibraryError, match="ends after it begins"):
        part.stop(shoe.id, NOON)
    assert len(part.periods()) == 3 and len(part.all()) == 2


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=st.lists(st.tuples(st.integers(0, 2), st.integers(0, 8), st.integers(1, 8)), max_size=8))
def test_never_two_pairs_of_a_kind_at_once(steps: list[tuple[int, int, int]], no_one: Path) -> None:
    with Library(no_one) as library:
        part = library.record(library.add_person(Person("")).code).footwear
        pairs = [part.add(Footwear(FootwearKind.SHOE, name)) for name in "abc"]
        for pair, begin, length in steps:
            end = None if length == 8 else NOON + (begin + length) * HOUR
            try:
                part.wear(pairs[pair].id, NOON + begin * HOUR, end)
            except LibraryError as error:
                assert "overlaps" in str(error)
        for hour in range(20):
            assert len(part.worn_at(NOON + hour * HOUR + HOUR / 2)) <= 1
