"""Backfill: which piece of which gap is asked for next, when again, and what is acknowledged. By worked
examples and against sets of slots, in virtual time.
"""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from plantigrade.bridge import backfill
from plantigrade.bridge.accounting import MissingReason
from plantigrade.bridge.backfill import Backfill, BackfillPolicy, BackfillProgress
from plantigrade.bridge.errors import RefusedError, ReplyTimeoutError
from plantigrade.bridge.insole import Insole
from plantigrade.bridge.slot_ranges import SlotRange

from tests.host.bridge_kit.log_session import LogSession, gives_nothing
from tests.host.bridge_kit.virtual_time import VirtualTimeLoop, run_virtually

STORAGE, OFF = MissingReason.STORAGE, MissingReason.OFF


def refuse(insole: Insole, piece: SlotRange) -> None:
    raise RefusedError("fake", "LOG_READ", 4, "busy")


def lose_the_link(insole: Insole, piece: SlotRange) -> None:
    raise ReplyTimeoutError("fake did not answer")


def blame_storage(insole: Insole, piece: SlotRange) -> None:
    insole.ledger.explain(*piece, STORAGE)


def run(
    story: Callable[[LogSession], Awaitable[None]], gaps: list[tuple[int, int]], end: int = 1000
) -> LogSession:
    """A story with an insole of which 0 to `end` is requested and all but `gaps` is there."""

    async def main() -> LogSession:
        session = LogSession()
        session.insole.ledger.request(0, end)
        for first, stop in session.insole.ledger.requested:
            cursor = first
            for gap_first, gap_end in [*gaps, (stop, stop)]:
                if gap_first > cursor:
                    session.insole.ledger.record(cursor, gap_first)
                cursor = gap_end
        await story(session)
        return session

    return run_virtually(main())


def test_the_newest_hole_comes_first_in_pieces_from_its_end() -> None:
    """Holes 100 to 169 and 300 to 319, pieces of 30."""

    async def story(session: LogSession) -> None:
        reported: list[tuple[int, int]] = []
        filling = Backfill(
            session.session,
            BackfillPolicy(piece_slots=30),
            lambda progress: reported.append((progress.pieces, progress.slots_open)),
        )
        for more in (True, True, True, True, False):
            assert await filling.fetch_one() is more
        assert reported == [(1, 90), (2, 70), (3, 40), (4, 10)]
        assert filling.progress == BackfillProgress(slots_open=0, pieces=4, acknowledged=0)

    session = run(story, [(100, 170), (300, 320)])
    assert session.pieces == [(300, 320), (140, 170), (110, 140), (100, 110)]


def test_a_hole_that_opens_meanwhile_comes_before_older_ones() -> None:
    async def story(session: LogSession) -> None:
        filling = Backfill(session.session, BackfillPolicy(piece_slots=50))
        await filling.fetch_one()
        session.insole.ledger.request(1000, 2000)
        session.insole.ledger.record(1020, 2000)
        for _ in range(3):
            await filling.fetch_one()

    assert run(story, [(100, 230)]).pieces == [(180, 230), (1000, 1020), (130, 180), (100, 130)]


def test_a_hole_that_goes_on_growing_is_asked_for_from_its_newest_end() -> None:
    """950 to 999 are in the air when 900 to 949 are asked for; then a newer and an older part are left."""

    async def story(session: LogSession) -> None:
        session.log = gives_nothing
        filling = Backfill(session.session, BackfillPolicy(piece_slots=50))
        assert await filling.fetch_one()
        session.insole.ledger.request(1000, 1200)
        while await filling.fetch_one():
            pass

    newer = [(1100, 1150), (1050, 1100), (1000, 1050), (950, 1000)]
    assert run(story, [(800, 1000)]).pieces == [(900, 950), *newer, (850, 900), (800, 850)]


@pytest.mark.parametrize(
    "gap, asked",
    [
        ((940, 1000), [(940, 950)]),
        ((950, 1000), []),
        ((949, 1000), [(949, 950)]),
        ((930, 950), [(930, 950)]),
        ((940, 960), [(940, 950)]),
    ],
)
def test_the_last_half_second_may_still_be_in_the_air(
    gap: tuple[int, int], asked: list[tuple[int, int]]
) -> None:
    async def story(session: LogSession) -> None:
        filling = Backfill(session.session)
        while await filling.fetch_one():
            pass
        assert filling.progress.slots_open == gap[1] - gap[0] - sum(end - first for first, end in asked)

    assert run(story, [gap]).pieces == asked


def test_in_the_end_what_has_just_not_come_is_fetched_too_and_acknowledged() -> None:
    async def story(session: LogSession) -> None:
        session.insole.ack_to = lambda: 1000
        await Backfill(session.session).fetch_all()

    session = run(story, [(10, 20), (940, 1000)])
    assert session.pieces == [(940, 1000), (10, 20)]
    assert session.acknowledged == [(0, 1000)]


@pytest.mark.parametrize("wait_s, again", [(59.9, False), (60.0, False), (60.1, True)])
def test_a_hole_that_stays_open_is_asked_for_again_after_a_minute(wait_s: float, again: bool) -> None:
    async def story(session: LogSession) -> None:
        session.log = gives_nothing
        filling = Backfill(session.session)
        assert await filling.fetch_one()
        assert not await filling.fetch_one()
        await asyncio.sleep(wait_s)
        assert await filling.fetch_one() is again
        if again:
            await asyncio.sleep(59.9)
            assert not await filling.fetch_one()
            await asyncio.sleep(0.2)
            assert await filling.fetch_one()

    assert run(story, [(100, 200)]).pieces == [(100, 200)] * (3 if again else 1)


def test_a_minute_counts_from_the_first_question_and_all_is_forgotten_together() -> None:
    async def story(session: LogSession) -> None:
        session.log = gives_nothing
        filling = Backfill(session.session, BackfillPolicy(piece_slots=50))
        assert await filling.fetch_one()
        await asyncio.sleep(59)
        assert await filling.fetch_one()
        assert not await filling.fetch_one()
        await asyncio.sleep(1.5)
        assert await filling.fetch_one()
        assert await filling.fetch_one()

    assert run(story, [(100, 200)]).pieces == [(150, 200), (100, 150)] * 2


def test_what_storage_did_not_give_is_asked_for_once_a_connection_after_all_else() -> None:
    async def story(session: LogSession) -> None:
        session.insole.ledger.explain(100, 150, STORAGE)
        session.insole.ledger.explain(500, 520, STORAGE)
        session.insole.ledger.explain(600, 700, OFF)
        session.log = gives_nothing
        for _ in range(2):
            filling = Backfill(session.session, BackfillPolicy(piece_slots=30))
            while await filling.fetch_one():
                pass
            await asyncio.sleep(61)
            assert await filling.fetch_one()
            assert not await filling.fetch_one()

    once = [(200, 210), (500, 520), (120, 150), (100, 120), (200, 210)]
    assert run(story, [(100, 150), (200, 210), (500, 520), (600, 700)]).pieces == once * 2


def test_a_refusal_is_counted_ends_the_fetching_and_not_the_acknowledging() -> None:
    async def story(session: LogSession) -> None:
        session.log = refuse
        durable = [0]
        session.insole.ack_to = lambda: durable[0]
        running = asyncio.create_task(Backfill(session.session).run())
        for durable[0] in (0, 200, 200, 500):
            await asyncio.sleep(5)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await asyncio.sleep(30)

    session = run(story, [(100, 200)])
    assert session.malformed == ["log_refused_4"]
    assert session.pieces == [(100, 200)]
    assert [seq for _, seq in session.acknowledged] == [200, 500]


def test_a_broken_link_ends_both() -> None:
    async def story(session: LogSession) -> None:
        session.log = lose_the_link
        session.insole.ack_to = lambda: 900
        with pytest.raises(ReplyTimeoutError):
            await Backfill(session.session).run()
        await asyncio.sleep(30)

    session = run(story, [(100, 200)])
    assert (session.malformed, session.acknowledged) == ([], [])


def test_looks_for_holes_every_two_seconds_and_goes_on_at_once_while_there_are_some() -> None:
    async def story(session: LogSession) -> None:
        session.seconds = 1.0
        running = asyncio.create_task(Backfill(session.session, BackfillPolicy(piece_slots=50)).run())
        await asyncio.sleep(2.5)
        session.insole.ledger.request(1000, 1200)
        session.insole.ledger.record(1100, 1200)
        await asyncio.sleep(4)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    # The two pieces of the first gap take until 2 s; the next look is at 4 s.
    assert run(story, [(100, 200)]).asked == [
        (0, (150, 200)),
        (1, (100, 150)),
        (4, (1050, 1100)),
        (5, (1000, 1050)),
    ]


def test_pieces_may_be_asked_for_with_pauses_between() -> None:
    async def story(session: LogSession) -> None:
        policy = BackfillPolicy(piece_slots=50, pause_s=0.5)
        running = asyncio.create_task(Backfill(session.session, policy).run())
        await asyncio.sleep(1.5)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    assert [moment for moment, _ in run(story, [(100, 250)]).asked] == [0, 0.5, 1.0]


def test_acknowledges_every_five_seconds_what_has_become_durable_since() -> None:
    async def story(session: LogSession) -> None:
        durable = iter([0, 100, 100, 90, 400])
        session.insole.ack_to = lambda: next(durable)
        running = asyncio.create_task(Backfill(session.session).run())
        await asyncio.sleep(26)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    assert run(story, []).acknowledged == [(10, 100), (25, 400)]


def test_nothing_is_acknowledged_where_nobody_makes_anything_durable() -> None:
    async def story(session: LogSession) -> None:
        await Backfill(session.session).acknowledge()

    assert run(story, []).acknowledged == []


def test_a_piece_is_three_minutes_unless_told_otherwise() -> None:
    async def story(session: LogSession) -> None:
        filling = Backfill(session.session)
        while await filling.fetch_one():
            pass

    assert run(story, [(0, 30_000)], end=40_000).pieces == [(12_000, 30_000), (0, 12_000)]


PIECE = 20
SETTLED = backfill.SETTLED_SLOTS


class BackfillMachine(RuleBasedStateMachine):
    """One insole over several connections. The model: sets of slots, and which were asked for since when."""

    @initialize()
    def begin(self) -> None:
        self.loop = VirtualTimeLoop()
        self.requested, self.recorded = set[int](), set[int]()
        self.reasons = dict[int, MissingReason]()
        self.answer: Callable[[Insole, SlotRange], None] = gives_nothing
        self.session = self.loop.run_until_complete(self._made())
        self.session.log = lambda insole, piece: self.answer(insole, piece)
        self.connect()

    async def _made(self) -> LogSession:
        return LogSession()

    def teardown(self) -> None:
        if hasattr(self, "loop"):
            self.loop.close()

    @rule()
    def connect(self) -> None:
        self.filling = Backfill(self.session.session, BackfillPolicy(piece_slots=PIECE))
        self.asked, self.asked_since_s, self.asked_anew = set[int](), 0.0, set[int]()
        self.pieces = 0

    @rule(gap=st.integers(0, 60), slots=st.integers(1, 80), lost=st.booleans())
    def stream(self, gap: int, slots: int, lost: bool) -> None:
        """The insole samples on: a gap perhaps, then slots that arrive."""
        first = max(self.requested, default=-1) + 1
        end = first + gap + slots
        self.requested |= set(range(first, end))
        self.session.insole.ledger.request(first, end)
        if not lost:
            self.recorded |= set(range(first + gap, end))
            self.session.insole.ledger.record(first + gap, end)

    @rule(seconds=st.sampled_from([0.5, 20.0, 45.0, 61.0]))
    def wait(self, seconds: float) -> None:
        self.loop.advance(seconds)

    @rule(
        settled=st.sampled_from([SETTLED, 0]),
        outcome=st.sampled_from(["all", "all", "half", "nothing", "off", "storage", "broken"]),
    )
    def fetch_one(self, settled: int, outcome: str) -> None:
        wanted = self._expected(settled)
        self.answer = self._answer(outcome)
        open_slots, before = len(self._missing(MissingReason.UNEXPLAINED)), len(self.session.asked)
        broken = False
        more = False
        try:
            more = self.loop.run_until_complete(self.filling.fetch_one(settled))
        except ReplyTimeoutError:
            broken = True
        asked = self.session.pieces[before:]
        assert asked == ([] if wanted is None else [wanted])
        assert self.filling.progress.slots_open == open_slots
        if broken:
            return
        assert more is (wanted is not None)
        self.pieces += more
        assert self.filling.progress.pieces == self.pieces

    def _missing(self, reason: MissingReason) -> set[int]:
        missing = self.requested - self.recorded
        return {slot for slot in missing if self.reasons.get(slot, MissingReason.UNEXPLAINED) is reason}

    def _expected(self, settled: int) -> tuple[int, int] | None:
        """The newest run of slots that may be asked for, at most a piece of it; recorded as asked for."""
        if self.loop.time() - self.asked_since_s > 60:
            self.asked, self.asked_since_s = set(), self.loop.time()
        border = max(self.requested, default=-1) + 1 - settled
        for reason, asked in ((MissingReason.UNEXPLAINED, self.asked), (STORAGE, self.asked_anew)):
            may = {slot for slot in self._missing(reason) - asked if slot < border}
            if may:
                first = end = max(may) + 1
                while first - 1 in may and end - first < PIECE:
                    first -= 1
                asked |= set(range(first, end))
                return first, end
        return None

    def _answer(self, outcome: str) -> Callable[[Insole, SlotRange], None]:
        def answer(insole: Insole, piece: SlotRange) -> None:
            if outcome in ("all", "half"):
                end = piece.end if outcome == "all" else (piece.first + piece.end + 1) // 2
                insole.ledger.record(piece.first, end)
                self.recorded |= set(range(piece.first, end))
            elif outcome in ("off", "storage"):
                reason = OFF if outcome == "off" else STORAGE
                insole.ledger.explain(*piece, reason)
                for slot in range(*piece):
                    self.reasons.setdefault(slot, reason)
            elif outcome == "broken":
                raise ReplyTimeoutError("fake did not answer")

        return answer


TestBackfillAgainstSets = BackfillMachine.TestCase
TestBackfillAgainstSets.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
