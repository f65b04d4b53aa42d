"""Texts of a language: read from its file, or the reason why not."""

from pathlib import Path
from string import Formatter

import pytest
from plantigrade.errors import FileError
from plantigrade.gait.parameters.definition import View
from plantigrade.gait.parameters.pressure import REGIONAL, REGIONS
from plantigrade.gait.parameters.registry import shown_in
from plantigrade.languages import languages_in, texts_of
from plantigrade.posture.rules_engine.guidance import catalogue
from plantigrade.report.wording import WORDING_DIR, load_wording

OTHERS = [language for language in languages_in(WORDING_DIR) if language != "en"]
REPORTED = (View.TIMING, View.FORCE, View.PRESSURE, View.VARIABILITY, View.COMPARISON, View.SOURCES)


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


@pytest.mark.parametrize("language", OTHERS)
def test_a_report_has_every_text_in_each_language(language: str):
    """The same keys with the same {places}; beside them the titles that English takes from the registry."""
    english, other = load_wording("en").entries, load_wording(language).entries
    titles = ("parameter.", "family.", "panel.")
    assert set(english) == {key for key in other if not key.startswith(titles)}
    for key, text in english.items():
        if isinstance(text, str):
            assert _places(text) == _places(other[key]), key
        else:
            assert len(text) == len(other[key]), key


@pytest.mark.parametrize("language", OTHERS)
def test_whatever_a_report_names_has_a_title_in_each_language(language: str):
    wanted = {f"parameter.{name}" for view in REPORTED for name in shown_in(view)}
    wanted |= {f"family.{family.title}" for family in REGIONAL} | {f"panel.{region}" for region in REGIONS}
    assert wanted - set(load_wording(language).entries) == set()


def _places(text: str) -> set[str]:
    return {f"{name}:{form}" for _, name, form, _ in Formatter().parse(text) if name is not None}
