"""What a pattern can go with and what can help, from the text catalogue of a language."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from plantigrade.errors import FileError
from plantigrade.gait.signals import Foot
from plantigrade.languages import languages_in, texts_of
from plantigrade.posture.rules_engine.added import TEXT_DIR, added_rules


@dataclass(frozen=True)
class Exercise:
    """Plain instructions: what to do, when to stop; `id` is the exercise's name among cautions and plans."""

    title: str
    how: str
    stop: str
    id: str = ""


@dataclass(frozen=True)
class Guidance:
    """Where a pattern may be felt, what may help, when to see someone; empty texts where there is nothing to
    say."""

    pattern: str
    title: str
    felt: str
    knee: str
    hip: str
    back: str
    orthotics: tuple[str, ...]
    footwear: tuple[str, ...]
    exercises: tuple[Exercise, ...]
    see: str
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Catalogue:
    """All texts of one language."""

    language: str
    disclaimer: str
    sides: Mapping[str, str]
    metrics: Mapping[str, str]
    compare: Mapping[str, str]
    places: Mapping[str, str]
    diary: Mapping[str, str]
    rules: Mapping[str, Mapping[str, str]]
    alerts: Mapping[str, str]
    patterns: Mapping[str, Guidance]
    exercises: Mapping[str, Exercise]

    def patient_of_side(self, rule: str, side: str) -> str:
        """What the rule means, for the wearer; `side` is "left", "right" or "both". A rule that this version
        does not know is named."""
        return self._of_side(rule, "patient", side) if rule in self.rules else rule

    def clinician_of_side(self, rule: str, side: str) -> str:
        """What the rule means, for a clinician, as above."""
        return self._of_side(rule, "clinician", side) if rule in self.rules else rule

    def patient(self, rule: str, foot: Foot | None) -> str:
        """What the rule means, for the wearer."""
        return self._texts(rule, "patient", foot)

    def clinician(self, rule: str, foot: Foot | None) -> str:
        """What the rule means, for a clinician."""
        return self._texts(rule, "clinician", foot)

    def _texts(self, rule: str, reader: str, foot: Foot | None) -> str:
        return self._of_side(rule, reader, foot.value if foot is not None else "both")

    def _of_side(self, rule: str, reader: str, side: str) -> str:
        return self.rules[rule][reader].replace("{side}", self.sides[side])


def languages() -> tuple[str, ...]:
    """Languages that have a catalogue."""
    return languages_in(TEXT_DIR)


@cache
def catalogue(language: str = "en") -> Catalogue:
    """The texts of a language.

    Raises:
        FileError: there is no such catalogue, or it lacks an entry.
    """
    data, added = texts_of(TEXT_DIR, language), added_rules()
    try:
        exercises = {name: Exercise(**entry, id=name) for name, entry in data["exercise"].items()}
        entries = data["pattern"] | added.texts(language, "pattern")
        patterns = {name: _guidance(name, entry, exercises) for name, entry in entries.items()}
        return Catalogue(
            data["language"],
            data["disclaimer"],
            data["sides"],
            data["metric"],
            data["compare"],
            data["place"],
            data["diary"],
            data["rule"] | added.texts(language, "rule"),
            data["alert"],
            patterns,
            exercises,
        )
    except (KeyError, TypeError) as error:
        raise FileError(
            TEXT_DIR / f"{language}.toml", f"is not a complete text catalogue: {error}"
        ) from error


def _guidance(name: str, entry: Mapping[str, Any], exercises: Mapping[str, Exercise]) -> Guidance:
    return Guidance(
        pattern=name,
        title=entry["title"],
        felt=entry["felt"],
        knee=entry["knee"],
        hip=entry["hip"],
        back=entry["back"],
        orthotics=tuple(entry["orthotics"]),
        footwear=tuple(entry["footwear"]),
        exercises=tuple(exercises[key] for key in entry["exercises"]),
        see=entry["see"],
        sources=tuple(entry["sources"]),
    )
