"""Wording of the printed report, by language; one TOML file each."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, cast

from plantigrade.gait.parameters.registry import title_of
from plantigrade.languages import languages_in, texts_of
from plantigrade.posture.rules_engine.guidance import languages as catalogues

WORDING_DIR = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Wording:
    """All texts of one language; a key is "section.name"."""

    language: str
    entries: Mapping[str, Any]

    def __call__(self, key: str, **values: object) -> str:
        """The text of a key with its {braces} filled in. Values are never looked into for braces.

        Raises:
            KeyError: there is no such text, which is a defect of ours.
        """
        text = str(self.entries[key])
        return text.format(**values) if values else text

    def parameter(self, name: str) -> str:
        """Title of a gait parameter; the registry's where the language has none of its own."""
        return str(self.entries.get(f"parameter.{name}") or title_of(name))

    def family(self, title: str) -> str:
        """Title of a parameter that each region has, by its title in the registry."""
        return str(self.entries.get(f"family.{title}", title))

    def panel(self, text: str) -> str:
        """A word of a figure, by what it is in English."""
        return str(self.entries.get(f"panel.{text}", text))

    def pairs(self, key: str) -> list[tuple[str, str]]:
        """A list of terms with their meanings."""
        return [(str(pair[0]), str(pair[1])) for pair in self.entries[key]]


@cache
def load_wording(language: str = "en") -> Wording:
    """The texts of a language.

    Raises:
        FileError: there is no such language, or its file is damaged.
    """
    flat: dict[str, Any] = {}
    for key, value in texts_of(WORDING_DIR, language).items():
        if isinstance(value, dict):
            section = cast(dict[str, Any], value)
            flat.update({f"{key}.{name}": text for name, text in section.items()})
        else:
            flat[key] = value
    return Wording(language, flat)


def report_languages() -> set[str]:
    """Languages that a whole report can be written in."""
    return set(languages_in(WORDING_DIR)) & set(catalogues())


def language_for(wanted: str) -> str:
    """The language of a report for someone who reads `wanted`; English where it cannot be written in that.

    Example:
        >>> language_for("de"), language_for(""), language_for("xx")
        ('de', 'en', 'en')
    """
    return wanted if wanted in report_languages() else "en"
