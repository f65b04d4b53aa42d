"""Where rules, own days and the diary are: in files, or in a person's record."""

from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import click

from plantigrade.cli import Invocation
from plantigrade.library.options import library_options, open_library

if TYPE_CHECKING:
    from plantigrade.library.catalogue.record.person_record import PersonRecord
    from plantigrade.posture.baseline.baseline import Day, PersonalBaseline, TagReference
    from plantigrade.posture.diary.diary import Entry
    from plantigrade.posture.rules_engine.rulebook import Edit, RuleBook


class PostureStore(Protocol):
    """What a person's posture commands read and write."""

    @property
    def rules_place(self) -> str:
        """Where the rules are, for people."""
        ...

    @property
    def baseline_place(self) -> str:
        """Where the own days are, for people."""
        ...

    @property
    def diary_place(self) -> str:
        """Where the diary is, for people."""
        ...

    def book(self) -> "RuleBook":
        """The rules; the shipped ones where none were changed."""
        ...

    def edit(self, rule: str, field: str, value: float, by: str, reason: str) -> "tuple[Edit, RuleBook]":
        """Change a number of a rule: the edit, and the rules with it."""
        ...

    def reference(self, tag: str | None) -> "TagReference | None":
        """The usual values of footwear; None where no own days are asked for or known."""
        ...

    def days(self) -> "PersonalBaseline":
        """The own days."""
        ...

    def learn(self, day: "Day") -> "PersonalBaseline":
        """Add a day: all own days with it."""
        ...

    def entries(self) -> "list[Entry]":
        """The diary, in the order of its times."""
        ...

    def write(self, entry: "Entry") -> int:
        """Add an entry to the diary; how many there are."""
        ...

    def weight_kg(self, day: date | None) -> float | None:
        """The person's weight on a day, today where none is given; None where it is not known."""
        ...

    def worn_on(self, day: date) -> str:
        """The tag of what was worn on a day, at noon in UTC."""
        ...


class FileStore:
    """Files, as the options name them."""

    def __init__(
        self, rules: Path | None = None, baseline: Path | None = None, diary: Path | None = None
    ) -> None:
        self._rules, self._baseline, self._diary = rules, baseline, diary
        self.rules_place, self.baseline_place, self.diary_place = str(rules), str(baseline), str(diary)

    def book(self) -> "RuleBook":
        """The rules of the file; the shipped ones without one.

        Raises:
            FileError: it cannot be read.
        """
        from plantigrade.posture.rules_engine.rulebook import RuleBook, load_rulebook

        return RuleBook() if self._rules is None else load_rulebook(self._rules)

    def edit(self, rule: str, field: str, value: float, by: str, reason: str) -> "tuple[Edit, RuleBook]":
        """Change a number in the file, which is made with the first edit.

        Raises:
            PlantigradeError: as `RuleBook.edit`, or the file cannot be written.
        """
        from plantigrade.posture.rules_engine.rulebook import RuleBook

        path = _given(self._rules, "--rules")
        book = self.book() if path.exists() else RuleBook()
        made = book.edit(rule, field, value, by=by, at=datetime.now(UTC), reason=reason)
        book.save(path)
        return made, book

    def reference(self, tag: str | None) -> "TagReference | None":
        """The usual values of footwear from the file; None without one.

        Raises:
            FileError: it cannot be read, or has fewer than three days of the tag.
        """
        from plantigrade.posture.baseline.baseline import reference_of

        return None if self._baseline is None else reference_of(self._baseline, tag or "everyday")

    def days(self) -> "PersonalBaseline":
        """The own days of the file.

        Raises:
            FileError: it cannot be read.
        """
        from plantigrade.posture.baseline.baseline import load_baseline

        return load_baseline(_given(self._baseline, "--baseline"))

    def learn(self, day: "Day") -> "PersonalBaseline":
        """Add a day to the file, which is made with the first one.

        Raises:
            FileError: it cannot be read or written.
        """
        from plantigrade.posture.baseline.baseline import PersonalBaseline

        path = _given(self._baseline, "--baseline")
        learned = self.days() if path.exists() else PersonalBaseline()
        learned.add(day)
        learned.save(path)
        return learned

    def entries(self) -> "list[Entry]":
        """The diary of the file.

        Raises:
            FileError: it cannot be read.
        """
        from plantigrade.posture.diary.diary import load_diary

        return load_diary(_given(self._diary, "--diary"))

    def write(self, entry: "Entry") -> int:
        """Add an entry to the file, which is made with the first one.

        Raises:
            FileError: it cannot be read or written.
        """
        from plantigrade.posture.diary.diary import save_diary

        path = _given(self._diary, "--diary")
        entries = [*(self.entries() if path.exists() else []), entry]
        save_diary(path, entries)
        return len(entries)

    def weight_kg(self, day: date | None) -> float | None:
        """Files say nothing of it."""
        return None

    def worn_on(self, day: date) -> str:
        """Files say nothing of it."""
        return "everyday"


def _given(path: Path | None, option: str) -> Path:
    if path is None:
        raise click.UsageError(f"Missing option '{option}' (or '--person').")
    return path


class RecordStore:
    """The record of a person in the library."""

    def __init__(self, record: "PersonRecord") -> None:
        self._record = record
        self.rules_place = self.baseline_place = self.diary_place = f"the record of {record.code}"

    def book(self) -> "RuleBook":
        """The person's rules.

        Raises:
            LibraryError: an edit cannot be read.
        """
        return self._record.rules.book()

    def edit(self, rule: str, field: str, value: float, by: str, reason: str) -> "tuple[Edit, RuleBook]":
        """Change a number in the record.

        Raises:
            PlantigradeError: as `RuleBook.edit`.
        """
        made = self._record.rules.edit(rule, field, value, by=by, reason=reason)
        return made, self.book()

    def reference(self, tag: str | None) -> "TagReference | None":
        """The usual values of footwear, of what is worn now where none is named; None with fewer than three
        days of it."""
        worn = self._record.footwear.tag_at(datetime.now(UTC)) if tag is None else tag
        return self._record.baseline.baseline().for_tag(worn)

    def days(self) -> "PersonalBaseline":
        """The person's own days."""
        return self._record.baseline.baseline()

    def learn(self, day: "Day") -> "PersonalBaseline":
        """Learn a day.

        Raises:
            LibraryError: it was undone: `sessions person baseline --redo` lets it count again.
        """
        if not self._record.baseline.learn(day):
            from plantigrade.library.catalogue.store import LibraryError

            raise LibraryError(
                f"{self._record.code}: {day.day} in {day.tag!r} was undone; "
                f"`plantigrade sessions person baseline {self._record.code} --redo {day.day} "
                f"--tag {day.tag!r}` lets it count again"
            )
        return self.days()

    def entries(self) -> "list[Entry]":
        """The person's diary."""
        return self._record.diary.entries()

    def write(self, entry: "Entry") -> int:
        """Add an entry."""
        self._record.diary.add(entry)
        return len(self._record.diary.entries())

    def worn_on(self, day: date) -> str:
        """The tag of what was worn on a day, at noon in UTC."""
        return self._record.footwear.tag_at(datetime.combine(day, time(12), UTC))

    def weight_kg(self, day: date | None) -> float | None:
        """The person's weight on a day, today where none is given."""
        return self._record.body.at(day or datetime.now(UTC).date()).weight_kg


def person_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--person CODE` and where the library is; as `person`, `url` and `key_file`."""
    return click.option(
        "--person", metavar="CODE", help="Use the record of this person in the library instead of a file."
    )(library_options(command))


@contextmanager
def store_of(
    invocation: Invocation,
    where: Mapping[str, Any],
    *,
    rules: Path | None = None,
    baseline: Path | None = None,
    diary: Path | None = None,
    needs: tuple[str, ...] = (),
) -> Generator[PostureStore]:
    """The record of the person that `--person` names, else the files.

    Args:
        invocation: says where the library is.
        where: `person`, `url` and `key_file`, as `person_option` gives them.
        rules, baseline, diary: files, as options name them.
        needs: which of them must be named where no person is.

    Raises:
        UsageError: a person and a file are named, or neither.
        UnknownPersonError, LibraryError, KeyMissingError: the record cannot be opened.
    """
    files = {"rules": rules, "baseline": baseline, "diary": diary}
    if where["person"] is None:
        for name in needs:
            _given(files[name], f"--{name}")
        yield FileStore(rules, baseline, diary)
        return
    if any(path is not None for path in files.values()):
        raise click.UsageError("give a file or --person, not both")
    with open_library(invocation, where) as library:
        yield RecordStore(library.record(where["person"]))
