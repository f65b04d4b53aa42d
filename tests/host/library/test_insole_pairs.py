"""Pairs of insoles, each for its foot, and the keys that the library keeps of insoles."""

from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from plantigrade.library.catalogue.insole_keys import (
    InsoleKeys,
    LibraryKeyring,
    all_log_keys,
    forget_device_key,
    insole_keys,
    keep_insole_keys,
    known_insoles,
)
from plantigrade.library.catalogue.library import Library
from plantigrade.library.catalogue.store import LibraryError
from plantigrade.library.entries import Person
from plantigrade.library.keys.vault import MasterKey, Vault
from plantigrade.library.person.entries import Unassigned, Wearer

from tests.host.library.command_line import document, reported
from tests.host.library.record_kit import HOUR, NOON

LEFT, RIGHT = "0000246F287A3F01", "0000246F287A3F02"
KEY = bytes(range(32))


@pytest.fixture
def library(open_library: Callable[[], Library]) -> Library:
    library = open_library()
    if not any(person.code == "P001" for person in library.people()):
        library.add_person(Person("P001"))
    return library


def test_a_pair_is_a_person_s_from_a_time_on(library: Library) -> None:
    part = library.record("P001").insoles
    left, right = part.assign_pair(LEFT, RIGHT, NOON)
    assert (left.side, right.side) == ("left", "right")
    assert part.periods() == [left, right]
    assert library.wearer_of({"left": LEFT, "right": RIGHT}, NOON) == Wearer("P001")
    assert library.wearer_of({"left": LEFT}, NOON - HOUR) == Wearer(None, Unassigned.NOT_ASSIGNED)


def test_data_of_the_other_foot_are_nobody_s(library: Library) -> None:
    """An insole that was set to the other side after a repair, or two that were exchanged."""
    library.record("P001").insoles.assign_pair(LEFT, RIGHT, NOON)
    for feet in ({"left": RIGHT, "right": LEFT}, {"right": LEFT}, {"left": RIGHT}):
        assert library.wearer_of(feet, NOON) == Wearer(None, Unassigned.SIDES_SWAPPED), feet


def test_an_insole_that_was_assigned_without_a_foot_gets_one(library: Library) -> None:
    part = library.record("P001").insoles
    part.assign(LEFT, NOON)
    assert library.wearer_of({"right": LEFT}, NOON) == Wearer("P001")
    part.assign_pair(LEFT, RIGHT, NOON + HOUR)
    assert [(one.serial, one.side, one.from_utc) for one in part.periods()] == [
        (LEFT, "left", NOON),
        (RIGHT, "right", NOON + HOUR),
    ]
    part.assign(LEFT, NOON + HOUR)
    assert part.periods()[0].side == "left", "assigned again without a foot, it keeps its own"


def test_one_insole_is_no_pair(library: Library) -> None:
    with pytest.raises(LibraryError, match="cannot be both insoles of a pair"):
        library.record("P001").insoles.assign_pair(LEFT, LEFT[-6:], NOON)
    assert library.record("P001").insoles.periods() == []


def test_a_library_in_the_open_keeps_no_key(library: Library) -> None:
    with pytest.raises(LibraryError, match="keeps no key of an insole"):
        keep_insole_keys(library, InsoleKeys(LEFT, KEY, (KEY,)))
    assert insole_keys(library, LEFT) == InsoleKeys(LEFT, None)
    assert (LibraryKeyring(library).serials(), known_insoles(library)) == ((), ())


def test_keys_lie_encrypted_and_come_back(library: Library) -> None:
    library.use_vault(Vault([MasterKey.new()]))
    other = bytes(reversed(KEY))
    for key in (KEY, KEY, other):
        keep_insole_keys(library, InsoleKeys(LEFT, key, (key,)))
        assert insole_keys(library, LEFT).device == key
    assert insole_keys(library, LEFT).logs == (other, KEY), "the present one first, for old records the rest"
    with library.store.read() as session:
        stored = session.execute(
            sa.text("SELECT secret FROM insole_keys UNION SELECT secret FROM insole_log_keys")
        ).scalars()
        assert not [text for text in stored if other.hex() in text or KEY.hex() in text]
    assert [line.action for line in library.audit(LEFT)].count("keep insole key") == 2
    assert KEY.hex() not in repr(insole_keys(library, LEFT))


def test_a_bridge_finds_the_keys_of_every_insole(library: Library) -> None:
    library.use_vault(Vault([MasterKey.new()]))
    keep_insole_keys(library, InsoleKeys(LEFT, KEY, (KEY,)))
    keep_insole_keys(library, InsoleKeys(RIGHT, bytes(reversed(KEY)), ()))
    keyring = LibraryKeyring(library)
    assert sorted(keyring.serials()) == sorted((LEFT, RIGHT))
    assert dict(keyring.device_keys()) == {LEFT: (KEY,), RIGHT: (bytes(reversed(KEY)),)}
    assert (keyring.log_keys(LEFT), keyring.log_keys(RIGHT)) == ((KEY,), ())
    assert 0 < keyring.host < 1 << 64


def test_a_wiped_insole_is_forgotten_and_what_it_sealed_opens(library: Library) -> None:
    library.use_vault(Vault([MasterKey.new()]))
    keep_insole_keys(library, InsoleKeys(LEFT, KEY, (KEY,)))
    assert forget_device_key(library, LEFT)
    assert not forget_device_key(library, LEFT)
    assert LEFT not in LibraryKeyring(library).serials()
    assert all_log_keys(library) == {LEFT: [KEY]}
    assert known_insoles(library) == (LEFT,)


def test_the_pair_on_the_command_line(tmp_path: Path) -> None:
    with Library(tmp_path) as library:
        library.add_person(Person("P001"))
    texts = ("person", "insoles", "P001")
    first, second = reported(tmp_path, *texts, "--pair", LEFT, RIGHT, "--at", "2026-03-01").splitlines()
    assert first.startswith(LEFT) and first.endswith("  left")
    assert second.startswith(RIGHT) and second.endswith("  right")
    assert [one["side"] for one in document(tmp_path, *texts)["insoles"]] == ["left", "right"]
