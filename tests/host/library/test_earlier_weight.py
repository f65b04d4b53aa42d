"""Earlier recordings of the same person's insoles tell the load of the body where nothing is stated."""

from datetime import UTC, datetime

import pytest
from plantigrade.library.catalogue.earlier_weight import earlier_weight_n
from plantigrade.library.catalogue.library import Library
from plantigrade.library.catalogue.tables import AnalysisRow, DeviceRow, RecordingDeviceRow, RecordingRow
from plantigrade.library.entries import Person

from tests.host.library.library_kit import walk


def recorded(
    library: Library, number: int, serial: str, person: str, levels: dict[str, object] | None
) -> str:
    """A recording of day `number` by one insole, with what its stored analysis says of the load."""
    name = library.import_walk(walk(number)).id
    library.assign(name, person)
    with library.store.write() as session:
        if session.get(DeviceRow, serial) is None:
            session.add(DeviceRow(serial=serial, side="left", layout=1, firmware="1"))
            session.flush()
        session.get_one(RecordingRow, name).start_utc_ns = number * 86_400 * 10**9
        session.add(RecordingDeviceRow(recording_id=name, foot="left", serial=serial))
        document = {} if levels is None else {"load_levels": levels}
        session.add(
            AnalysisRow(
                recording_id=name,
                algorithm="plantigrade.gait",
                version="1",
                made_utc=datetime.now(UTC),
                document=document,
            )
        )
    return name


def shown(loaded_n: float | None, loaded_from: str = "walking") -> dict[str, object]:
    return {"loaded_n": loaded_n, "loaded_from": loaded_from}


@pytest.fixture
def people(library: Library) -> Library:
    assert [library.add_person(Person("")).code for _ in range(2)] == ["P001", "P002"]
    return library


def test_the_median_of_what_the_same_insoles_showed_before(people: Library) -> None:
    recorded(people, 1, "A", "P001", shown(600.0))
    recorded(people, 2, "A", "P001", shown(620.0, "steady_sum"))
    recorded(people, 3, "A", "P001", shown(700.0))
    now = recorded(people, 10, "A", "P001", shown(None, "unknown"))
    assert earlier_weight_n(people, now) == 620.0


@pytest.mark.parametrize(
    ("serial", "person", "number", "levels"),
    [
        ("B", "P001", 1, shown(600.0)),  # another insole
        ("A", "P002", 1, shown(600.0)),  # another person
        ("A", "P001", 20, shown(600.0)),  # later
        ("A", "P001", 1, shown(600.0, "stated_weight")),  # said, not shown
        ("A", "P001", 1, shown(None, "unknown")),
        ("A", "P001", 1, None),  # of an older release
    ],
)
def test_nothing_else_tells(
    people: Library, serial: str, person: str, number: int, levels: dict[str, object] | None
) -> None:
    recorded(people, number, serial, person, levels)
    assert earlier_weight_n(people, recorded(people, 10, "A", "P001", None)) is None
