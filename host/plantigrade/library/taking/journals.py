"""From a journal that was written elsewhere to a recording in the library, analysed."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from plantigrade.bridge.journal.file import JournalError
from plantigrade.errors import PlantigradeError
from plantigrade.library.catalogue.insole_keys import all_log_keys
from plantigrade.library.catalogue.library import Library
from plantigrade.library.entries import RecordingEntry
from plantigrade.library.recordings.container import FootManifest
from plantigrade.library.recordings.finalize import finalize_journal, read_journal


@dataclass(frozen=True)
class Taken:
    """A journal in the library.

    Attributes:
        entry: its recording.
        is_new: it was not there before.
        damaged_bytes: of the journal, that could not be used.
        feet: what each insole was asked for, and gave.
        findings: alerts of the analysis, as text.
        note: why there is no analysis; "" where there is.
    """

    entry: RecordingEntry
    is_new: bool
    damaged_bytes: int
    feet: tuple[FootManifest, ...]
    findings: tuple[str, ...]
    note: str


def take_journal(
    library: Library,
    journal: Path,
    person: str | None = None,
    title: str = "",
    say: Callable[[str], None] = lambda text: None,
) -> Taken:
    """Make a recording of a journal and analyse it. The journal stays; taken again it is the same recording.

    Args:
        library: opened.
        journal: the file.
        person: code of who wore the insoles; None where nobody says so.
        title: of the recording.
        say: told each step.

    Raises:
        JournalError: it is no journal, holds no sample, or is sealed under a key that is not at hand.
        LibraryError, RecordingError: no such person, or it cannot be written.
    """
    if person is not None:
        library.person(person)
    content = read_journal(journal)
    if not any(foot.records for foot in content.feet.values()):
        raise JournalError(journal, "holds no sample: nothing was fetched before it ended")
    say("sealing")
    known = {path.name for path in library.recordings.iterdir()}
    folder = finalize_journal(journal, library.recordings, library.vault, log_keys=all_log_keys(library))
    entry = library.add_recording(folder, title, journal.name)
    if person is not None:
        entry = library.assign(entry.id, person)
    recording = library.open(entry.id)
    say("analysing")
    findings: tuple[str, ...] = ()
    note = ""
    try:
        recording.full_analysis()
        findings = tuple(f"{one.from_s:6.0f} s  {one.foot}  {one.rule}" for one in recording.alerts)
    except PlantigradeError as error:
        note = f"stored, but not analysed: {error}"
    feet = tuple(recording.manifest.feet)
    damaged = content.damage.bytes + content.damage.tail
    return Taken(entry, folder.name not in known, damaged, feet, findings, note)
