"""A batch of boards, one after the other, until each is an insole or one does not pass."""

import asyncio
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, cast

from plantigrade.device.flash.ports import BoardPort
from plantigrade.device.provision import result_file
from plantigrade.device.provision.batch_file import BatchRow
from plantigrade.device.provision.factory_keys import make_folder
from plantigrade.device.provision.making import Line, make_insole
from plantigrade.device.provision.steps import Made, Outcome, Step, StepFailedError
from plantigrade.errors import FileError
from plantigrade.files.atomic_write import new_file

ASSIGNED: Final = "assigned.json"
SCHEMA: Final = "plantigrade.provision.assigned/1"


class Rows:
    """Which row is which board's: by serial number, or the next free one of those without.

    What was given to a board stays its own, also after a stop, by a file of the output folder. A row of no
    file (line 0) is for the board that is there now.

    Args:
        rows: of the batch.
        output: folder of results.

    Raises:
        FileError: what was given before cannot be read.
    """

    def __init__(self, rows: Sequence[BatchRow], output: Path) -> None:
        self._named = {row.serial: row for row in rows if row.serial}
        self._free = [row for row in rows if not row.serial]
        self._given: dict[str, BatchRow] = {}
        self._path = output / ASSIGNED
        for serial, line in _read_assigned(self._path).items():
            row = next((row for row in self._free if row.line == line and line), None)
            if row is not None:
                self._give(serial, row)

    def of(self, serial: str) -> BatchRow:
        """The row of a board.

        Raises:
            StepFailedError: the batch has none for it.
        """
        row = self._named.get(serial) or self._given.get(serial)
        if row is not None:
            return row
        if not self._free:
            raise StepFailedError(
                Step.CONNECT, serial, "is not in the batch; add a row for it, or connect another board"
            )
        self._give(serial, self._free[0])
        lines = {name: given.line for name, given in self._given.items() if given.line}
        if lines:
            with new_file(self._path) as draft:
                draft.write_text(json.dumps({"schema": SCHEMA, "lines": lines}, indent=1) + "\n", "utf-8")
        return self._given[serial]

    def _give(self, serial: str, row: BatchRow) -> None:
        self._free.remove(row)
        self._given[serial] = replace(row, serial=serial)

    def all(self) -> tuple[BatchRow, ...]:
        """Every row in the order of the list, with the serial number of its board where that is known."""
        rows = (*self._named.values(), *self._given.values(), *self._free)
        return tuple(sorted(rows, key=lambda row: row.line))

    def without(self, serials: Iterable[str]) -> int:
        """How many rows are still to be made."""
        return len(self._free) + len((self._named | self._given).keys() - set(serials))


def _read_assigned(path: Path) -> dict[str, int]:
    try:
        values: Any = json.loads(path.read_text("utf-8"))
        if values["schema"] != SCHEMA:
            raise FileError(path, f"is not of the schema {SCHEMA}")
        return {str(serial): int(line) for serial, line in cast("dict[str, int]", values["lines"]).items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise FileError(
            path, f"cannot be read ({error}); remove it, and boards get their rows anew"
        ) from error


@dataclass(frozen=True)
class Tally:
    """What became of a batch.

    Attributes:
        made: insoles, in the order in which they were made.
        left: rows for which no board was there.
    """

    made: tuple[Made, ...]
    left: int


def make_batch(
    rows: Sequence[BatchRow],
    line: Line,
    boards: Callable[[], Iterable[BoardPort]],
    more: Callable[[int], bool],
) -> Tally:
    """Make insoles of the boards that are there, then of more as long as there are some.

    Args:
        rows: of the batch.
        line: what is the same for all.
        boards: gives the boards that are connected.
        more: asked for other boards, with the number that is still to be made; False ends.

    Raises:
        StepFailedError: a board did not pass; its row in the result names the step.
    """
    make_folder(line.output)
    whose = Rows(rows, line.output)
    results = line.output / result_file.NAME
    made: list[Made] = []
    tried: set[str] = set()
    while True:
        for board in boards():
            if board.port in tried:
                continue
            tried.add(board.port)
            line.say(board.port)
            one = asyncio.run(make_one(board, line, whose))
            made.append(one)
            what = "made" if one.outcome is Outcome.MADE else "finished before, left as it is"
            line.say(
                f"  {one.identity.serial} {one.identity.side} {one.identity.size_eu:g}: {what}, "
                f"{one.origin.value}, {one.seconds:.1f} s"
            )
        finished = [row["serial"] for row in result_file.read_rows(results) if row["result"] == "made"]
        left = whose.without(finished)
        if not left or not more(left):
            return Tally(tuple(made), left)
        tried.clear()


async def make_one(board: BoardPort, line: Line, whose: Rows) -> Made:
    """Make an insole of one board, and put its row into the result.

    Raises:
        StepFailedError: it did not pass; its row names the step.
    """
    results = line.output / result_file.NAME
    try:
        one = await make_insole(board, line, whose.of)
    except StepFailedError as error:
        if error.serial:
            _note_failure(error, whose, results)
        raise
    result_file.put_row(results, result_file.row_of(one))
    return one


def _note_failure(error: StepFailedError, whose: Rows, results: Path) -> None:
    """The row of a board that did not pass, unless it is an insole that was made before."""
    rows = {row["serial"]: row for row in result_file.read_rows(results)}
    if rows.get(error.serial, {}).get("result") == Outcome.MADE.value:
        return
    try:
        row = whose.of(error.serial)
    except StepFailedError:
        side = size = batch = ""
    else:
        side, size, batch = row.side, f"{row.size_eu:g}", row.batch
    result_file.put_row(results, result_file.failed_row(error, side, size, batch))
