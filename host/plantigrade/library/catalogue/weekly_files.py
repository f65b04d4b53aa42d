"""Weekly summaries as PDF on their way to a person: where they lie, and how they go again.

They are about health and not encrypted, so they are readable by their owner only, go after some days, and
with the person.
"""

from datetime import date, datetime
from pathlib import Path
from typing import Final

FOLDER: Final = ("service", "weekly")
_DAY_S: Final = 86_400.0


def weekly_file(data_dir: Path, person: str, to_day: date) -> Path:
    """Where the summary of a week goes; its folder is made.

    Raises:
        OSError: it cannot be made.
    """
    folder = _folder(data_dir, person)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder / f"{to_day.isoformat()}.pdf"


def clear_old(data_dir: Path, now_utc: datetime, days: float) -> int:
    """Remove summaries that are older than so many days; how many.

    Raises:
        OSError: one cannot be removed.
    """
    gone = 0
    for path in data_dir.joinpath(*FOLDER).glob("*/*.pdf"):
        if path.stat().st_mtime < now_utc.timestamp() - days * _DAY_S:
            path.unlink()
            gone += 1
    return gone


def remove_summaries(data_dir: Path, person: str) -> None:
    """Remove those of a person who is erased.

    Raises:
        OSError: one cannot be removed.
    """
    folder = _folder(data_dir, person)
    for path in folder.glob("*.pdf"):
        path.unlink()
    if folder.is_dir():
        folder.rmdir()


def _folder(data_dir: Path, person: str) -> Path:
    return data_dir.joinpath(*FOLDER, f"of-{person}")  # a code may be "..", a folder's name may not
