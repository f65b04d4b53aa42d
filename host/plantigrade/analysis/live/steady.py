"""Which strides a rule may look at, while walking goes on.

The analysis of a recording marks turns, stumbles, outliers and the ends of bouts, for which it looks at what
follows. Live, a stride waits for as many strides as those marks look at, or for the end of its bout; then it
is marked by the same functions among its neighbours. A rule so hears of a stride some ten seconds later, and
of the same strides as afterwards.
"""

from collections.abc import Mapping
from dataclasses import fields, replace

import numpy as np
from numpy.typing import NDArray

from plantigrade.analysis.live.settings import CONTEXT_STRIDES
from plantigrade.array_types import F64
from plantigrade.gait import bouts
from plantigrade.gait.results import Reason, StrideTable
from plantigrade.gait.settings import HIGHEST_STANCE_PCT, LOWEST_STANCE_PCT, BoutSettings
from plantigrade.gait.signals import Foot
from plantigrade.gait.steady_strides import mark_bout
from plantigrade.posture.settings import JUDGE_EVERY_STRIDES


class SteadyStrides:
    """Holds the latest strides of both feet until it is known whether they belong to steady walking.

    Args:
        settings: as those of the analysis.
    """

    def __init__(self, settings: BoutSettings | None = None) -> None:
        self._settings = settings or BoutSettings()
        self._latest: dict[Foot, StrideTable] = {}
        self._passed_s: dict[Foot, float] = dict.fromkeys(Foot, float("-inf"))

    def add(self, foot: Foot, strides: StrideTable) -> None:
        """Take the next strides of a foot."""
        if not len(strides):
            return
        known = self._latest.get(foot)
        self._latest[foot] = strides if known is None else joined_strides(known, strides)

    def take(self, reach_s: Mapping[Foot, float], *, at_end: bool = False) -> list[tuple[Foot, StrideTable]]:
        """The strides about which is known what there is to know, marked.

        Args:
            reach_s: time of the newest sample of each foot.
            at_end: nothing follows: all that are left.
        """
        over_s = float("inf") if at_end else self._over_s(min(reach_s.values()))
        ready = {foot: self._ready(foot, over_s) for foot in self._latest}
        # Rules look every few strides; marking each of them anew would cost half a hundredth of a core.
        enough = any(len(rows) >= JUDGE_EVERY_STRIDES for rows, _ in ready.values())
        if not enough and not any(over for _, over in ready.values()):
            return []
        marked = self._marked()
        passed = [
            (foot, chosen_strides(marked[foot], rows)) for foot, (rows, _) in ready.items() if len(rows)
        ]
        for foot, strides in passed:
            self._passed_s[foot] = float(strides.next_initial_contact_s[-1])
            self._latest[foot] = _tail(self._latest[foot], self._passed_s[foot])
        return passed

    def _ready(self, foot: Foot, over_s: float) -> tuple[NDArray[np.intp], bool]:
        """Rows of a foot that need not wait any longer, and whether one of them is of a bout that is over."""
        ends = self._latest[foot].next_initial_contact_s
        waiting = ends > self._passed_s[foot]
        followed = np.arange(len(ends)) < len(ends) - self._settings.running_strides
        rows = np.flatnonzero(waiting & (followed | (ends <= over_s)))
        return rows, bool((ends[waiting] <= over_s).any())

    def _over_s(self, reach_s: float) -> float:
        """End of the latest bout to which no stride can be added any more."""
        contacts = np.unique(
            np.concatenate([_contacts(table) for table in self._latest.values()] or [np.empty(0)])
        )
        if not len(contacts):
            return float("-inf")
        pause_s = self._settings.longest_break_s
        if reach_s - contacts[-1] > 2 * pause_s:
            return float(contacts[-1])
        breaks = np.flatnonzero(np.diff(contacts) > pause_s)
        return float(contacts[breaks[-1]]) if len(breaks) else float("-inf")

    def _marked(self) -> dict[Foot, StrideTable]:
        fresh = {foot: _unmarked(table) for foot, table in self._latest.items()}
        tables = [fresh[foot] for foot in Foot if foot in fresh]
        contacts = [_contacts(table) for table in tables]
        spans = bouts.walking_spans(contacts, [], self._settings)
        for number in range(len(bouts.assign_bouts(tables, spans, self._settings))):
            mark_bout(tables, number, self._settings)
        for table in tables:
            table.reason[table.bout < 0] |= Reason.OUTSIDE_BOUT
        return fresh


def chosen_strides(strides: StrideTable, chosen: "NDArray[np.intp] | slice") -> StrideTable:
    """Some rows of a table of strides."""
    return replace(strides, **{name: column[chosen] for name, column in _columns(strides).items()})


def joined_strides(first: StrideTable, second: StrideTable) -> StrideTable:
    """Two tables of the same foot, one after the other."""
    after = _columns(second)
    both = {name: np.concatenate([column, after[name]]) for name, column in _columns(first).items()}
    return replace(first, **both)


def _columns(strides: StrideTable) -> dict[str, NDArray[np.generic]]:
    every = ((item.name, getattr(strides, item.name)) for item in fields(strides))
    return {name: column for name, column in every if isinstance(column, np.ndarray)}


def _unmarked(table: StrideTable) -> StrideTable:
    """The table without marks but for impossible phases, which a stride shows by itself."""
    reason = np.zeros(len(table), np.int64)
    reason[(table.stance_pct < LOWEST_STANCE_PCT) | (table.stance_pct > HIGHEST_STANCE_PCT)] |= (
        Reason.ARTEFACT
    )
    return replace(table, reason=reason, bout=np.full(len(table), -1, np.int64))


def _contacts(table: StrideTable) -> F64:
    return np.unique(np.concatenate([table.initial_contact_s, table.next_initial_contact_s]))


def _tail(table: StrideTable, passed_s: float) -> StrideTable:
    """Without what is neither waiting nor needed for the marks of what waits."""
    passed = int(np.searchsorted(table.next_initial_contact_s, passed_s, side="right"))
    return chosen_strides(table, slice(max(0, passed - CONTEXT_STRIDES), None))
