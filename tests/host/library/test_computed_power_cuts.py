"""What lies beside the samples is sound or not listed, and samples go only when it is there: at any cut."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from plantigrade.files.durable import file_sum
from plantigrade.library.catalogue.library import Library
from plantigrade.library.entries import Person
from plantigrade.library.keys.vault import MasterKey, Vault
from plantigrade.library.person.entries import PersonSettings
from plantigrade.library.recordings.computed import (
    begin,
    encrypt_computed,
    finish,
    problems_of_computed,
    put_files,
    read_computed,
)
from plantigrade.library.recordings.overview import DICTIONARY, NAME, write_overview
from plantigrade.library.retention import apply_retention
from plantigrade.service.workers.analyse import analyse_recording

from tests.host.library.library_kit import finalized, walk
from tests.host.power_cut.plugin import Cut, PowerCut
from tests.host.service.workers.walks import START_NS, stored

RECORDING = "20260301T100000Z-00000001"


def compute(folder: Path, vault: Vault | None, seed: int) -> None:
    """An overview of some walk beside the samples of a recording."""
    begun = begin(folder, file_sum(folder / "recording.json"), "1", None)
    some = walk(seed)
    files = {NAME: (DICTIONARY, lambda path, key: write_overview(some, path, key))}
    put_files(folder, vault, begun, files)
    finish(folder)


@pytest.mark.parametrize("encrypted", [False, True])
def test_a_file_that_is_listed_is_sound(power_cut: PowerCut, tmp_path: Path, encrypted: bool) -> None:
    """The older one, the newer one, or none that is listed; a new attempt mends it."""
    vault = Vault([MasterKey.new()]) if encrypted else None
    folder = finalized(tmp_path, RECORDING)
    compute(folder, vault, seed=1)

    def act() -> None:
        compute(folder, vault, seed=2)
        power_cut.note("computed")

    def check(left: Path, cut: Cut) -> None:
        computed = read_computed(left)
        assert computed is not None
        assert problems_of_computed(left, vault) == []
        assert not cut.recorded or (computed.state, list(computed.files)) == ("done", [NAME])
        compute(left, vault, seed=3)
        assert problems_of_computed(left, vault) == []

    power_cut(folder, act, check, most=20)


def test_encrypting_what_was_computed_loses_nothing(power_cut: PowerCut, tmp_path: Path) -> None:
    """The samples may be gone already: the plain file or the encrypted one can be read at any moment."""
    vault = Vault([MasterKey.new()])
    folder = finalized(tmp_path, RECORDING)
    compute(folder, None, seed=1)

    def check(left: Path, cut: Cut) -> None:
        computed = read_computed(left)
        assert computed is not None and list(computed.files) == [NAME]
        assert problems_of_computed(left, vault) == []
        assert (left / "overview.parquet").read_bytes()[:4] == b"PARE" or not cut.finished

    power_cut(folder, lambda: encrypt_computed(folder, vault), check, most=20)


def test_samples_are_there_or_what_replaces_them_is_noted(power_cut: PowerCut, tmp_path: Path) -> None:
    """The recording verifies after any cut, and the next call finishes."""
    data, later = tmp_path / "data", datetime.fromtimestamp(START_NS * 1e-9, UTC) + timedelta(days=8)
    with Library(data) as library:
        library.add_person(Person("P001"))
        library.record("P001").settings.set(PersonSettings(raw_days=7))
        name = stored(library, person="P001")
        analyse_recording(library, name)

    def act() -> None:
        with Library(data) as library:
            apply_retention(library, later)

    def check(left: Path, cut: Cut) -> None:
        with Library(left) as library:
            assert library.verify(name).problems == []
            apply_retention(library, later)
            assert not (library.recordings / name / "left.parquet").exists()
            assert library.verify(name).problems == []

    power_cut(data, act, check, most=8)
