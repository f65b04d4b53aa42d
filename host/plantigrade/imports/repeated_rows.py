"""Rows of a table that were written twice."""

import numpy as np
import numpy.typing as npt

from plantigrade.gait.signals import Floats
from plantigrade.text_format import counted


def written_once(time_s: Floats, rows: Floats) -> npt.NDArray[np.intp] | None:
    """Rows without those that repeat time and numbers of the row before; None where there are none, or
    where other rows repeat the time alone (samples that came in one packet).

    Args:
        time_s: (n,) of the rows.
        rows: (n, columns) numbers beside it.

    Examples:
        >>> time_s, force = np.array([0.0, 0.01, 0.01, 0.02]), np.array([[1.0], [2.0], [2.0], [3.0]])
        >>> written_once(time_s, force)
        array([0, 1, 3])
        >>> written_once(time_s, np.arange(4.0)[:, None]) is None
        True
    """
    repeats = np.diff(time_s, prepend=np.nan) == 0
    if not repeats.any() or not rows.shape[1]:
        return None
    before = rows[np.flatnonzero(repeats) - 1]
    same = (rows[repeats] == before) | (np.isnan(rows[repeats]) & np.isnan(before))
    return np.flatnonzero(~repeats) if same.all() else None


def without_repeats(rows: Floats, notes: list[str], *, time: int = 0) -> Floats:
    """The rows of a table of numbers, each once; a note says how many were left out.

    Args:
        rows: (n, columns) with the time among them.
        notes: gets what was left out.
        time: number of its column.
    """
    once = written_once(rows[:, time], np.delete(rows, time, axis=1))
    if once is None:
        return rows
    notes.append(note(len(rows) - len(once)))
    return rows[once]


def note(count: int) -> str:
    """What is said of rows that were left out."""
    return f"{counted(count, 'row')} written twice: one of each was used"
