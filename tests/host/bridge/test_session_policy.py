"""What a session asks for and when: greeting, clocks, mode, log, stream, silence and end. Virtual time."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest
from insole_protocol import ids, messages
from insole_protocol.host_messages import build_log_block
from plantigrade.bridge.backfill import BackfillPolicy
from plantigrade.bridge.clock.estimate import ClockEstimate
from plantigrade.bridge.errors import BridgeError, ReplyTimeoutError, VersionError
from plantigrade.bridge.insole import Insole
from plantigrade.bridge.session import Session, SessionPolicy
from plantigrade.link.base import Channel, LinkClosedError

from tests.host.bridge_kit.fake_insole import record_of
from tests.host.bridge_kit.scripted_link import Answerer, ScriptedLink, hello, refusal, silence
from tests.host.bridge_kit.virtual_time import run_virtually, virtual_now_ns

QUIET = SessionPolicy(fill_gaps=False, clock_period_s=1e6, status_period_s=1e6, silent_after_s=1e5)


def run(
    story: Callable[[Session, ScriptedLink], Awaitable[None]],
    policy: SessionPolicy | None = None,
    answers: dict[int, Answerer] | None = None,
    delay_s: float = 0.0,
) -> ScriptedLink:
    async def main() -> ScriptedLink:
        link = ScriptedLink(answers or {}, delay_s=delay_s)
        await story(Session(link, Insole("right"), policy, virtual_now_ns), link)
        return link

    return run_virtually(main())


async def start(session: Session, link: ScriptedLink) -> None:
    await session.start()


def knows_clock(insole: Insole, uncertainty_ns: int = 900_000) -> None:
    insole.boot = 3
    estimate = ClockEstimate(0, 1_000_000_000_000, 0.0, uncertainty_ns, 0.1, 30)
    insole.clock_of(3).sync.estimate = estimate


def test_greets_compares_clocks_sets_the_mode_looks_and_asks_for_the_stream() -> None:
    async def story(session: Session, link: ScriptedLink) -> None:
        await session.start()
        insole = session.insole
        assert insole.identity is not None
        assert (insole.identity.serial, insole.identity.side) == ("00000A50477A3F01", "right")
        assert (insole.identity.firmware, insole.identity.protocol_version) == ("0.9", 1)
        assert (insole.boot, insole.connections, insole.wanted_from) == (3, 1, 1000)
        assert insole.status is not None
        assert insole.status.battery_pct == 60
        assert insole.ledger.requested.slots == 0

    link = run(story)
    assert link.ops() == [
        ids.OP_HELLO,
        *[ids.OP_TIME] * 24,
        ids.OP_SET_MODE,
        ids.OP_STATUS,
        ids.OP_STREAM,
    ]
    assert link.arguments(ids.OP_HELLO) == [(1, 2)]
    assert link.arguments(ids.OP_SET_MODE) == [(ids.MODE_LIVE,)]
    assert link.arguments(ids.OP_STREAM) == [(1,)]


def test_with_the_log_wanted_everything_that_nobody_has_acknowledged_is_requested() -> None:
    async def story(session: Session, link: ScriptedLink) -> None:
        await session.start()
        assert session.insole.wanted_from == 400
        assert list(session.insole.ledger.requested) == [(400, 1000)]

    link = run(story, SessionPolicy(from_log=True, mode=None))
    assert link.ops()[25:] == [ids.OP_STATUS, ids.OP_LOG_INFO, ids.OP_STREAM]


def test_without_a_stream_none_is_asked_for() -> None:
    async def story(session: Session, link: ScriptedLink) -> None:
        await session.start()
        assert list(session.insole.ledger.requested) == [(400, 1000)]

    assert ids.OP_STREAM not in run(story, SessionPolicy(from_log=True, stream=False)).ops()


def test_the_stream_may_begin_behind_what_the_log_had() -> None:
    async def story(session: Session, link: ScriptedLink) -> None:
        await session.start()
        assert list(session.insole.ledger.requested) == [(400, 1020)]

    run(story, SessionPolicy(from_log=True), {ids.OP_STREAM: lambda _: (1020,)})


@pytest.mark.parametrize("mode", [ids.MODE_DAILY, ids.MODE_LIVE])
def test_the_mode_is_the_policys(mode: int) -> None:
    assert run(start, SessionPolicy(mode=mode)).arguments(ids.OP_SET_MODE) == [(mode,)]


@pytest.mark.parametrize(
    "first, known, uncertain, count",
    [
        (24, False, False, 24),
        (24, True, False, 6),
        (24, True, True, 12),
        (8, False, False, 8),
        (40, True, False, 10),
    ],
)
def test_a_known_clock_is_compared_a_quarter_as_often_and_twice_that_until_sure(
    first: int, known: bool, uncertain: bool, count: int
) -> None:
    """Each comparison takes 10 ms each way, which is sure; 80 ms is not within so few comparisons."""

    async def story(session: Session, link: ScriptedLink) -> None:
        if known:
            knows_clock(session.insole)
        await session.start()

    link = run(
        story, SessionPolicy(first_round_trips=first, mode=None), delay_s=0.08 if uncertain else 0.0005
    )
    assert len(link.moments(ids.OP_TIME)) == count


def test_an_unknown_clock_on_a_slow_link_is_compared_twice_as_often_before_the_stream() -> None:
    assert len(run(start, delay_s=0.2).moments(ids.OP_TIME)) == 48


def test_between_comparisons_waits_sweep_the_interval() -> None:
    """Round trips of 20 ms: 1.2 x 20 ms x 0.618034 and 0.236068 of it lie between reply and next command."""
    link = run(start, SessionPolicy(first_round_trips=3), delay_s=0.01)
    first, second, third, *_ = link.moments(ids.OP_TIME)
    assert second - first == pytest.approx(0.02 + 0.014833, abs=1e-5)
    assert third - second == pytest.approx(0.02 + 0.005666, abs=1e-5)


def test_a_version_that_was_not_offered_is_refused() -> None:
    async def story(session: Session, link: ScriptedLink) -> None:
        with pytest.raises(BridgeError, match=r"^right chose protocol version 3, which was not offered$"):
            await session.start()
        assert session.insole.identity is None

    run(story, answers={ids.OP_HELLO: lambda _: hello(version=3)})
    run(
        lambda session, link: _refused(session, VersionError),
        answers={ids.OP_HELLO: refusal(ids.RESULT_VERSION, "no")},
    )


@pytest.mark.parametrize("version, taken", [(2, False), (3, True), (4, True), (5, True), (6, False)])
def test_any_version_that_was_offered_may_be_chosen(
    monkeypatch: pytest.MonkeyPatch, version: int, taken: bool
) -> None:
    monkeypatch.setattr(ids, "LOWEST_VERSION", 3)
    monkeypatch.setattr(ids, "HIGHEST_VERSION", 5)

    async def story(session: Session, link: ScriptedLink) -> None:
        if taken:
            assert (await session.hello()).version == version
        else:
            with pytest.raises(BridgeError, match=f"chose protocol version {version}, which was not offered"):
                await session.hello()

    link = run(story, answers={ids.OP_HELLO: lambda _: hello(version=version)})
    assert link.arguments(ids.OP_HELLO) == [(3, 5)]


async def _refused(session: Session, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        await session.start()


def test_comparing_and_looking_go_on_in_their_periods() -> None:
    """The clock each 0.5 s (four times as often while unsure) and a little, the counters each 5 s."""

    async def story(session: Session, link: ScriptedLink) -> None:
        await session.start()
        begun = link.at_s()
        running = asyncio.create_task(session.run())
        await asyncio.sleep(10.5)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        looks = [moment - begun for moment in link.moments(ids.OP_STATUS)[1:]]
        assert looks == [pytest.approx(5, abs=0.01), pytest.approx(10, abs=0.01)]
        comparisons = [moment - begun for moment in link.moments(ids.OP_TIME) if moment > begun]
        pauses = [after - before for before, after in itertools.pairwise(comparisons)]
        assert min(pauses) >= 0.5
        assert max(pauses) <= 0.51

    run(story, SessionPolicy(fill_gaps=False), delay_s=0.0005)


def test_an_unsure_clock_is_compared_four_times_as_often() -> None:
    async def story(session: Session, link: ScriptedLink) -> None:
        await session.start()
        begun = link.at_s()
        running = asyncio.create_task(session.run())
        await asyncio.sleep(10)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        comparisons = [moment - begun for moment in link.moments(ids.OP_TIME) if moment > begun]
        pauses = [after - before for before, after in itertools.pairwise(comparisons)]
        # A quarter of 0.5 s, the round trip of 0.4 s, and a wait that sweeps 0.15 s.
        assert 0.525 <= min(pauses) < 0.55
        assert 0.65 < max(pauses) <= 0.675

    run(story, SessionPolicy(fill_gaps=False), delay_s=0.2)


@pytest.mark.parametrize("pause_s, falls_silent", [(7.9, False), (8.1, True)])
def test_an_insole_that_says_nothing_for_eight_seconds_is_gone(pause_s: float, falls_silent: bool) -> None:
    async def story(session: Session, link: ScriptedLink) -> None:
        running = asyncio.create_task(session.run())
        link.bring(Channel.STREAM, b"anything", pause_s)
        await asyncio.sleep(8.5)
        assert running.done() is falls_silent
        if falls_silent:
            with pytest.raises(ReplyTimeoutError, match=r"^right has fallen silent$"):
                await running
            return
        await asyncio.sleep(7.3)  # 15.8 s: 7.9 s since the last word
        assert not running.done()
        await asyncio.sleep(0.3)
        with pytest.raises(ReplyTimeoutError, match=r"^right has fallen silent$"):
            await running

    policy = SessionPolicy(fill_gaps=False, clock_period_s=1e6, status_period_s=1e6)

    async def greeted(session: Session, link: ScriptedLink) -> None:
        knows_clock(session.insole)
        await story(session, link)

    run(greeted, policy)


def test_a_link_that_closes_ends_the_session_and_all_that_waits() -> None:
    async def story(session: Session, link: ScriptedLink) -> None:
        knows_clock(session.insole)
        running = asyncio.create_task(session.run())
        waiting = asyncio.create_task(session.command_client.ask(ids.OP_STATUS))
        await asyncio.sleep(1)
        link.bring(Channel.STREAM, record_of(1000, 5, 3, 0), 0)
        await asyncio.sleep(0.01)
        await link.close()
        with pytest.raises(LinkClosedError, match=r"^right disconnected$"):
            await running
        with pytest.raises(LinkClosedError, match=r"^right disconnected$"):
            await waiting

    run(story, QUIET, {ids.OP_STATUS: silence})


def test_what_came_last_is_taken_before_the_session_ends() -> None:
    """Silence and a record at the same moment: the record is not left in the queue."""
    seen: list[int] = []

    async def story(session: Session, link: ScriptedLink) -> None:
        knows_clock(session.insole)
        session.insole.on_frames.append(lambda _, stamped: seen.append(stamped.frames.seq))
        running = asyncio.create_task(session.run())
        await asyncio.sleep(0.1)
        running.cancel()
        link.on_message(Channel.STREAM, record_of(1000, 5, 3, 0), virtual_now_ns())
        await asyncio.gather(running, return_exceptions=True)

    run(story, QUIET)
    assert seen == [1000]


def test_the_end_stops_the_stream_takes_what_waits_and_fills_the_holes() -> None:
    seen: list[tuple[int, int]] = []

    def fill(command: messages.Command) -> tuple[int, ...]:
        first, end, newest_first = command.arguments
        assert newest_first == 1
        link_of_story[0].bring(Channel.LOG, build_log_block(1, record_of(first, end - first, 3, 0)))
        link_of_story[0].bring(Channel.LOG, messages.build_log_end(1, end - first, ids.END_COMPLETE))
        return (1,)

    link_of_story: list[ScriptedLink] = []

    async def story(session: Session, link: ScriptedLink) -> None:
        link_of_story.append(link)
        insole = session.insole
        insole.on_frames.append(
            lambda _, stamped: seen.append((stamped.frames.seq, stamped.frames.gap_before))
        )
        await session.start()
        for seq in (1000, 1010):
            link.on_message(Channel.STREAM, record_of(seq, 5, 3, seq * 10_000), virtual_now_ns())
        status = await session.stop()
        assert status.frames_sent == 123
        assert insole.ledger.statement().missing == 0

    link = run(story, answers={ids.OP_LOG_READ: fill})
    assert seen == [(1000, 0), (1010, 5), (1005, 0)]
    assert link.ops()[-3:] == [ids.OP_STREAM, ids.OP_STATUS, ids.OP_LOG_READ]
    assert link.arguments(ids.OP_STREAM)[-1] == (0,)


@pytest.mark.parametrize("fill", [True, False])
def test_the_end_without_a_log_is_counted_and_none_is_asked_for_where_holes_are_left(fill: bool) -> None:
    async def story(session: Session, link: ScriptedLink) -> None:
        session.insole.ledger.request(0, 10)
        await session.stop()
        assert link.counters.malformed == ({"log_refused_9": 1} if fill else {})

    link = run(
        story, SessionPolicy(fill_gaps=fill), {ids.OP_LOG_READ: refusal(ids.RESULT_NOT_AVAILABLE, "no log")}
    )
    assert (ids.OP_LOG_READ in link.ops()) is fill


def test_without_filling_of_holes_the_log_is_left_alone() -> None:
    async def story(session: Session, link: ScriptedLink) -> None:
        knows_clock(session.insole)
        session.insole.ledger.request(0, 1000)
        running = asyncio.create_task(session.run())
        await asyncio.sleep(30)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    assert run(story, QUIET).asked == []


def test_backfill_runs_beside_the_stream_by_its_own_policy() -> None:
    async def story(session: Session, link: ScriptedLink) -> None:
        knows_clock(session.insole)
        session.insole.ledger.request(0, 1000)
        running = asyncio.create_task(session.run())
        await asyncio.sleep(1)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        assert link.arguments(ids.OP_LOG_READ)[:2] == [(650, 950, 1), (350, 650, 1)]

    run(story, SessionPolicy(backfill=BackfillPolicy(piece_slots=300)))


def test_records_are_gathered_and_delivered_for_all_insoles_at_once() -> None:
    """At whole multiples of 40 ms on the clock of the loop, which wakes up once for all that has come."""
    seen: list[tuple[str, int, float]] = []

    async def main() -> None:
        loop = asyncio.get_running_loop()
        await asyncio.sleep(0.04 - loop.time() % 0.04)
        begun_s = loop.time()

        def note(insole: Insole, seq: int) -> None:
            seen.append((insole.name, seq, round(loop.time() - begun_s, 4)))

        running: list[asyncio.Task[None]] = []
        for name, pause_s in (("left", 0.005), ("right", 0.035)):
            link = ScriptedLink({}, delay_s=0.0)
            session = Session(link, Insole(name), replace(QUIET, gather_s=0.04), virtual_now_ns)
            knows_clock(session.insole)
            session.insole.on_frames.append(lambda insole, stamped: note(insole, stamped.frames.seq))
            running.append(asyncio.create_task(session.run()))
            link.bring(Channel.STREAM, record_of(1000, 5, 3, 0), pause_s)
            link.bring(Channel.STREAM, record_of(1005, 5, 3, 50_000), pause_s + 0.05)
        await asyncio.sleep(0.2)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    run_virtually(main())
    assert seen == [
        ("left", 1000, 0.04),
        ("right", 1000, 0.04),
        ("left", 1005, 0.08),
        ("right", 1005, 0.12),
    ]
