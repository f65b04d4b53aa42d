"""From the bridge into the journal: every new record, every reported gap, every clock estimate; and back to
the insole what it may forget.
"""

import asyncio
import contextlib
from dataclasses import dataclass, field

from plantigrade.bridge.insole import Insole, StampedFrames
from plantigrade.bridge.journal.file import Journal, JournalError

COMMIT_PERIOD_S = 1.0
CLOCK_PERIOD_NS = 10_000_000_000


@dataclass
class _Watched:
    """How far the journal has followed one insole."""

    insole: Insole
    number: int | None = None
    requested_to: int = 0
    gaps_logged: int = 0
    clock_logged_ns: dict[int, int] = field(default_factory=dict[int, int])


class JournalWriter:
    """Writes insoles' data into a journal and acknowledges to the insoles' sessions what is durable.

    Args:
        journal: open; closed by whoever opened it.

    Attributes:
        failure: why the disk did not take the last commit, None when it did.
    """

    def __init__(self, journal: Journal) -> None:
        self.journal = journal
        self.failure: JournalError | None = None
        self._watched: list[_Watched] = []

    def watch(self, insole: Insole) -> None:
        """Collect from this insole, from now on and whatever boot or connection."""
        watched = _Watched(insole)
        self._watched.append(watched)
        insole.on_greeting.append(lambda _: self._greeted(watched))
        insole.on_frames.append(lambda _, stamped: self._take(watched, stamped))
        insole.ack_to = lambda: self._ack_to(watched)

    def commit(self) -> bool:
        """Write what is new. False when the disk does not take it; `failure` says why."""
        try:
            for watched in self._watched:
                self._follow(watched)
        except JournalError:
            pass  # memory is full: the rest is written when the disk has taken what waits
        try:
            self.journal.commit()
        except JournalError as error:
            self.failure = error
            return False
        self.failure = None
        return True

    async def run(self) -> None:
        """Commit each second until cancelled, and once more then."""
        try:
            while True:
                await asyncio.sleep(COMMIT_PERIOD_S)
                self.commit()
        finally:
            self.commit()

    def _greeted(self, watched: _Watched) -> None:
        """The insole has identified itself: continue its ledger from the journal."""
        insole = watched.insole
        if watched.number is not None or insole.identity is None:
            return
        try:
            watched.number = self.journal.insole(insole.identity)
        except JournalError:
            return  # memory is full; nothing of this insole is held before its next connection
        holdings = self.journal.holdings[watched.number]
        for piece in holdings.requested:
            insole.request_from(piece.first)
            insole.ledger.request(*piece)
        for piece in holdings.durable:
            insole.ledger.record(*piece)
        for gap in holdings.gaps:
            insole.ledger.explain(gap.first, gap.end, gap.reason)
        insole.ledger.duplicates = 0
        watched.requested_to = holdings.requested.end
        watched.gaps_logged = len(insole.ledger.explained)

    def _take(self, watched: _Watched, stamped: StampedFrames) -> None:
        if watched.number is None:
            return
        frames = stamped.frames
        with contextlib.suppress(JournalError):  # not held, not acknowledged: the insole is asked again
            self.journal.record(watched.number, frames.record, frames.seq, frames.end, frames.arrival_ns)

    def _follow(self, watched: _Watched) -> None:
        """Record what has changed in the insole's ledger and clock since the last commit."""
        number, insole = watched.number, watched.insole
        if number is None:
            return
        for piece in insole.ledger.requested:
            if piece.end > watched.requested_to:
                first = max(piece.first, watched.requested_to)
                self.journal.request(number, first, piece.end)
                watched.requested_to = piece.end
        for gap in insole.ledger.explained[watched.gaps_logged :]:
            self.journal.gap(number, gap)
            watched.gaps_logged += 1
        self._follow_clock(watched, number)

    def _follow_clock(self, watched: _Watched, number: int) -> None:
        insole = watched.insole
        boot, estimate = insole.boot, insole.clock
        if boot is None or estimate is None:
            return
        logged_ns = watched.clock_logged_ns.get(boot)
        if logged_ns is None or estimate.host_at_reference_ns - logged_ns >= CLOCK_PERIOD_NS:
            self.journal.clock(number, boot, estimate)
            watched.clock_logged_ns[boot] = estimate.host_at_reference_ns

    def _ack_to(self, watched: _Watched) -> int:
        if watched.number is None:
            return 0
        return self.journal.holdings[watched.number].ack_to()
