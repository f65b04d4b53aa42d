"""Pages of a long list: one after the other they are the list, by number and by what came last."""

from collections.abc import Callable

from plantigrade.library.catalogue.library import Library
from plantigrade.library.entries import Filter, Person

from tests.host.library.library_kit import finalized


def test_pages_are_the_list(open_library: Callable[[], Library]) -> None:
    """Seven recordings of one instant, so that only their names order them, and of two people."""
    library = open_library()
    for code in ("P001", "P002"):
        library.add_person(Person(code))
    names = [f"20260301T100000Z-0000000{number}" for number in range(7)]
    for number, name in enumerate(names):
        finalized(library.recordings, name, rows=10)
        library.scan()
        library.assign(name, ("P001", "P002")[number % 2])
    for person, wanted in ((None, names), ("P001", names[::2]), ("P002", names[1::2]), ("P009", [])):
        seen: list[str] = []
        while page := library.find(Filter(person=person, limit=2, after=seen[-1] if seen else None)):
            seen += [entry.id for entry in page]
        assert seen == wanted
        assert [entry.id for entry in library.find(Filter(person=person))] == wanted
        assert library.count(Filter(person=person)) == len(wanted)
    assert library.find(Filter(after="unknown")) == []
