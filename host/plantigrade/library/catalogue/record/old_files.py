"""Rules, own days and diaries that were stored as files, taken into a person's record."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from plantigrade.errors import FileError, PlantigradeError
from plantigrade.library.catalogue.record.person_record import PersonRecord
from plantigrade.posture.baseline.baseline import SCHEMA as BASELINE
from plantigrade.posture.baseline.baseline import load_baseline
from plantigrade.posture.diary.diary import SCHEMA as DIARY
from plantigrade.posture.diary.diary import load_diary
from plantigrade.posture.json_file import read_document
from plantigrade.posture.rules_engine.rulebook import SCHEMA as RULES
from plantigrade.posture.rules_engine.rulebook import load_rulebook

_SCHEMAS: Final = {RULES: "edits of rules", BASELINE: "days of the baseline", DIARY: "entries of the diary"}


@dataclass(frozen=True)
class TakenIn:
    """What became of a file.

    Attributes:
        path: of the file.
        what: it holds, for people.
        found: how many it holds.
        new: how many of them the record did not have.
    """

    path: Path
    what: str
    found: int
    new: int


def take_in(record: PersonRecord, path: Path) -> TakenIn:
    """Take in a file that `plantigrade posture` wrote; what the record has already is left as it is.

    Raises:
        FileError: it cannot be read, or is no file of rules, own days or a diary; nothing is stored.
    """
    schema = str(read_document(path).get("schema"))
    if schema not in _SCHEMAS:
        raise FileError(
            path,
            f"holds no rules, own days or diary: its schema is {schema[:60]!r}, "
            f"not one of {', '.join(_SCHEMAS)}",
        )
    try:
        if schema == RULES:
            edits = load_rulebook(path).trail
            found, new = len(edits), record.rules.take_in(edits)
        elif schema == BASELINE:
            days = load_baseline(path).days
            found, new = len(days), record.baseline.take_in(days)
        else:
            entries = load_diary(path)
            found, new = len(entries), record.diary.take_in(entries)
    except FileError:
        raise
    except PlantigradeError as error:
        raise FileError(path, f"cannot be taken in: {error}") from error
    return TakenIn(path, _SCHEMAS[schema], found, new)
