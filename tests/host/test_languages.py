"""Texts of a language: read from its file, or the reason why not."""

from pathlib import Path

import pytest
from plantigrade.errors import FileError
from plantigrade.languages import languages_in, texts_of
from plantigrade.posture.rules_engine.guidance import catalogue
from plantigrade.report.wording import load_wording


def test_every_file_of_the_folder_is_a_language(tmp_path: Path):
    (tmp_path / "en.toml").write_text('hello = "Hello"\n')
    (tmp_path / "de.toml").write_text('hello = "Guten Tag"\n')
    (tmp_path / "notes.txt").write_text("not one")
    assert languages_in(tmp_path) == ("de", "en")
    assert texts_of(tmp_path, "de") == {"hello": "Guten Tag"}


@pytest.mark.parametrize(("content", "says"), [(b"hello = ", "not a list"), (b"\xff\xfe", "not a list")])
def test_a_damaged_file_is_named(tmp_path: Path, content: bytes, says: str):
    (tmp_path / "en.toml").write_bytes(content)
    with pytest.raises(FileError, match=says):
        texts_of(tmp_path, "en")


@pytest.mark.parametrize("read", [catalogue, load_wording])
def test_an_unknown_language_tells_the_known_ones(read):
    with pytest.raises(FileError, match=r"no texts in 'xx'; there are: (de, )?en"):
        read("xx")
