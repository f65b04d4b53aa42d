"""From the library: a recording with a wearer and a note, exported with and without names."""

from dataclasses import replace
from pathlib import Path

import pytest
from plantigrade.exports.formats import FORMATS
from plantigrade.library.catalogue import Library

from tests.host.exports import sample


@pytest.mark.parametrize("deidentify", [False, True])
def test_a_recording_of_the_library(deidentify: bool, tmp_path: Path) -> None:
    made = sample.counts_recording(tmp_path / "data" / "recordings", seconds=12.0)
    assert made.person is not None
    with Library(tmp_path / "data") as library:
        entry = library.add_recording(made.folder)
        library.add_person(replace(made.person, code="P007"))
        library.assign(entry.id, "P007")
        library.note(entry.id, f"{sample.NAME} stumbled", at_s=2.0)
        FORMATS["csv"].write(library.open(entry.id), tmp_path / "out", deidentify=deidentify)
    about = (tmp_path / "out" / "about.json").read_text(encoding="utf-8")
    assert "P007" in about
    assert (sample.NAME in about) is not deidentify
    assert (f"{sample.NAME} stumbled" in about) is not deidentify
