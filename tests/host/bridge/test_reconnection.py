"""Keeping an insole connected: when the next attempt comes and what is told on the way. Virtual time."""

import asyncio
import contextlib
import math
from collections.abc import Awaitable, Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from insole_protocol import ids
from plantigrade.bridge.backoff import Backoff
from plantigrade.bridge.errors import ReplyTimeoutError, VersionError
from plantigrade.bridge.insole import Insole
from plantigrade.bridge.reconnecting import Connection, ReconnectingConnection
from plantigrade.bridge.session import SessionPolicy
from plantigrade.link.base import LinkClosedError, LinkError

from tests.host.bridge_kit.scripted_link import Answerer, ScriptedLink, refusal, silence
from tests.host.bridge_kit.virtual_time import run_virtually, virtual_now_ns

CONNECTING, STREAMING = Connection.CONNECTING, Connection.STREAMING
WAITING, STOPPED = Connection.WAITING, Connection.STOPPED
POLICY = SessionPolicy(
    first_round_trips=0, fill_gaps=False, clock_period_s=1e6, status_period_s=1e6, silent_after_s=1e5
)


class Attempts:
    """Makes links as told, one an attempt, and notes when; the last kind goes on for ever."""

    def __init__(self, *kinds: str) -> None:
        self.kinds = list(kinds)
        self.links: list[ScriptedLink] = []
        self.moments: list[float] = []
        self.states: list[Connection] = []
        self.began_s = asyncio.get_running_loop().time()
        self.connection = ReconnectingConnection(
            Insole("right"),
            self.make_link,
            POLICY,
            Backoff(first_s=1.0, longest_s=8.0, jitter=0.0),
            on_change=lambda connection: self.states.append(connection.state),
            now=virtual_now_ns,
        )

    async def make_link(self) -> ScriptedLink:
        kind = self.kinds.pop(0) if len(self.kinds) > 1 else self.kinds[0]
        self.moments.append(round(asyncio.get_running_loop().time() - self.began_s, 3))
        if kind == "not found":
            raise LinkError("no insole in reach")
        answers: dict[int, Answerer] = {}
        if kind == "silent":
            answers = {ids.OP_HELLO: silence}
        elif kind == "refuses the stream":
            answers = {ids.OP_STREAM: refusal(ids.RESULT_BUSY, "busy")}
        elif kind == "newer":
            answers = {ids.OP_HELLO: refusal(ids.RESULT_VERSION, "no common version")}
        link = ScriptedLink(answers)
        if kind == "does not open":
            link.refuses = LinkError("cannot connect")
        link.counters.count_malformed("crc")
        self.links.append(link)
        return link


def run(story: Callable[[Attempts], Awaitable[None]], *kinds: str) -> Attempts:
    async def main() -> Attempts:
        attempts = Attempts(*kinds)
        keeping = asyncio.create_task(attempts.connection.run())
        try:
            await story(attempts)
        finally:
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)
        return attempts

    return run_virtually(main())


@pytest.mark.parametrize(
    "kind, texts", [("not found", "no insole in reach"), ("does not open", "cannot connect")]
)
def test_each_failure_doubles_the_wait_up_to_the_longest(kind: str, texts: str) -> None:
    async def story(attempts: Attempts) -> None:
        assert attempts.connection.session is None
        await asyncio.sleep(40)
        assert str(attempts.connection.last_error) == texts
        assert attempts.connection.state is WAITING
        assert not attempts.connection.streaming.is_set()

    attempts = run(story, kind)
    assert attempts.moments == [0, 1, 3, 7, 15, 23, 31, 39]
    assert attempts.states == [CONNECTING, WAITING] * 8 + [STOPPED]
    assert all(link.closings == 1 for link in attempts.links)


def test_a_session_that_began_starts_the_waits_over() -> None:
    """Three failures, 10 s of streaming from 7 s on, then 1 s until the next attempt."""

    async def story(attempts: Attempts) -> None:
        await asyncio.sleep(7.5)
        connection = attempts.connection
        assert (connection.state, connection.last_error) == (STREAMING, None)
        assert connection.streaming.is_set()
        assert connection.session is not None
        await asyncio.sleep(9.5)
        await attempts.links[-1].close()
        await asyncio.sleep(0.5)
        assert connection.state is WAITING
        assert connection.session is None
        assert not connection.streaming.is_set()
        assert isinstance(connection.last_error, LinkClosedError)
        await asyncio.sleep(1)
        assert connection.state is STREAMING

    attempts = run(story, "not found", "does not open", "not found", "well", "well")
    assert attempts.moments == [0, 1, 3, 7, 18]
    assert attempts.states == [
        *[CONNECTING, WAITING] * 3,
        *[CONNECTING, STREAMING, WAITING],
        *[CONNECTING, STREAMING],
        STOPPED,
    ]
    assert [link.opened for link in attempts.links] == [1, 1, 1]
    assert attempts.connection.insole.connections == 2


def test_a_session_that_does_not_get_as_far_as_streaming_counts_as_a_failure() -> None:
    """4 s without an answer to HELLO and 1 s of waiting, the same and 2 s, then a refused stream and 4 s."""

    async def story(attempts: Attempts) -> None:
        await asyncio.sleep(4.5)
        assert isinstance(attempts.connection.last_error, ReplyTimeoutError)
        await asyncio.sleep(10.6)

    attempts = run(story, "silent", "silent", "refuses the stream", "well")
    assert attempts.moments == [0, 5, 11, 15]
    assert attempts.states[-2:] == [STREAMING, STOPPED]


def test_another_protocol_ends_the_attempts() -> None:
    async def main() -> None:
        attempts = Attempts("not found", "newer")
        with pytest.raises(VersionError, match="no common version"):
            await attempts.connection.run()
        assert attempts.states == [CONNECTING, WAITING, CONNECTING, STOPPED]
        assert attempts.links[0].closings == 1
        await asyncio.sleep(100)
        assert attempts.moments == [0, 1]

    run_virtually(main())


def test_dropped_input_of_all_links_adds_up() -> None:
    async def story(attempts: Attempts) -> None:
        await asyncio.sleep(0.5)
        attempts.links[0].counters.count_malformed("sync")
        await attempts.links[0].close()
        await asyncio.sleep(1.1)
        await attempts.links[1].close()
        await asyncio.sleep(0.1)
        assert attempts.connection.malformed == {"crc": 2, "sync": 1}

    run(story, "well")


def test_the_stream_of_a_connection_ends_in_good_order() -> None:
    async def story(attempts: Attempts) -> None:
        assert await attempts.connection.stop_stream() is None
        await asyncio.sleep(0.5)
        status = await attempts.connection.stop_stream()
        assert status is not None
        assert status.frames_sent == 123
        assert attempts.links[0].arguments(ids.OP_STREAM) == [(1,), (0,)]

    run(story, "well")


def test_whoever_keeps_can_be_told_to_stop_at_any_moment() -> None:
    async def story(attempts: Attempts) -> None:
        await asyncio.sleep(0.5)

    attempts = run(story, "well")
    assert attempts.links[0].closings == 1
    assert attempts.states == [CONNECTING, STREAMING, STOPPED]
    assert not attempts.connection.streaming.is_set()


class _LosesCancelling(ScriptedLink):
    """A platform's link on which giving up has no effect while it opens, or while it closes."""

    def __init__(self, at: str) -> None:
        super().__init__({ids.OP_HELLO: silence})
        self._at = at
        self.reached = asyncio.Event()

    async def _lose(self, at: str) -> None:
        if at == self._at:
            self.reached.set()
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.sleep(10)

    async def open(self) -> None:
        await super().open()
        await self._lose("opening")

    async def close(self) -> None:
        await self._lose("closing")
        await super().close()


@pytest.mark.parametrize("at", ["opening", "closing"])
def test_giving_up_ends_it_even_where_the_platform_loses_that(at: str) -> None:
    async def main() -> None:
        link = _LosesCancelling(at)

        async def make_link() -> ScriptedLink:
            return link

        connection = ReconnectingConnection(Insole("right"), make_link, POLICY, now=virtual_now_ns)
        keeping = asyncio.create_task(connection.run())
        await link.reached.wait()
        keeping.cancel()
        _, left = await asyncio.wait({keeping}, timeout=60)
        assert not left and keeping.cancelled() and connection.state is STOPPED

    run_virtually(main())


def test_a_fresh_keeper_has_done_nothing() -> None:
    connection = ReconnectingConnection(Insole("right"), lambda: asyncio.sleep(0))  # pyright: ignore[reportArgumentType]
    assert (connection.state, connection.last_error, connection.session, connection.malformed) == (
        STOPPED,
        None,
        None,
        {},
    )


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.sampled_from(["not found", "does not open", "silent", "well"]), min_size=1, max_size=8),
)
def test_any_course_of_attempts_waits_as_a_table_says(kinds: list[str]) -> None:
    """The model: 1, 2, 4, 8, 8 ... s after failures in a row; silence shows after 4 s; links live for 3."""

    async def story(attempts: Attempts) -> None:
        expected, now, failures = list[float](), 0.0, 0
        for kind in kinds:
            expected.append(now)
            if kind == "well":
                failures = 0
                now += 3
            elif kind == "silent":
                now += 4
            now += [1, 2, 4, 8][min(failures, 3)]
            failures += 1
        for kind, moment in zip(kinds, expected, strict=True):
            if kind == "well":
                passed = asyncio.get_running_loop().time() - attempts.began_s
                await asyncio.sleep(moment + 3 - passed)
                await attempts.links[-1].close()
        passed = asyncio.get_running_loop().time() - attempts.began_s
        await asyncio.sleep(max(0.0, expected[-1] + 0.01 - passed))
        assert attempts.moments[: len(kinds)] == pytest.approx(expected)

    run(story, *kinds, "not found")


def test_waits_of_the_default_back_off() -> None:
    """0.3 s doubled up to 30 s, each shortened by up to a half."""

    class NoLuck:
        def __init__(self, value: float) -> None:
            self.random = lambda: value

    longest = Backoff(rng=NoLuck(0.0))  # pyright: ignore[reportArgumentType]
    assert [longest.next_s() for _ in range(9)] == [
        pytest.approx(wait) for wait in (0.3, 0.6, 1.2, 2.4, 4.8, 9.6, 19.2, 30, 30)
    ]
    shortest = Backoff(rng=NoLuck(1.0))  # pyright: ignore[reportArgumentType]
    assert [shortest.next_s() for _ in range(9)] == [
        pytest.approx(wait) for wait in (0.15, 0.3, 0.6, 1.2, 2.4, 4.8, 9.6, 15, 15)
    ]
    assert shortest.attempts == 9
    shortest.reset()
    assert shortest.attempts == 0


def test_after_64_attempts_a_wait_grows_no_more_whatever_its_bound() -> None:
    waits = Backoff(first_s=1.0, factor=2.0, longest_s=math.inf, jitter=0.0)
    assert [waits.next_s() for _ in range(68)][62:] == [2.0**62, 2.0**63, *[2.0**64] * 4]
