"""Collecting to the end: insoles kept connected, journalled and completed from their logs, one of them dead.
Virtual time.
"""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from insole_protocol import ids, messages
from insole_protocol.host_messages import build_log_block
from plantigrade.bridge import collection as collect_module
from plantigrade.bridge.collection import collect, complete
from plantigrade.bridge.insole import Insole
from plantigrade.bridge.journal.file import Journal, JournalError
from plantigrade.bridge.journal.writer import JournalWriter
from plantigrade.bridge.reconnecting import Connection, ReconnectingConnection
from plantigrade.bridge.session import SessionPolicy
from plantigrade.link.base import Channel, LinkError

from tests.host.bridge_kit.collecting import Disk
from tests.host.bridge_kit.fake_insole import record_of
from tests.host.bridge_kit.scripted_link import ScriptedLink, hello, log_info, refusal
from tests.host.bridge_kit.virtual_time import clock_ns, run_virtually, virtual_now_ns

POLICY = SessionPolicy(mode=None, from_log=True, first_round_trips=2)
QUIET = SessionPolicy(
    mode=None,
    first_round_trips=0,
    fill_gaps=False,
    stream=False,
    clock_period_s=1e6,
    status_period_s=1e6,
    silent_after_s=1e6,
)


@pytest.fixture(autouse=True)
def virtual_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("plantigrade.link.base.time.monotonic_ns", clock_ns)


class LoggingInsole:
    """An insole whose log holds slots 400 to `end`; a question brings at most `per_read` of what is asked."""

    def __init__(self, side: int = ids.SIDE_RIGHT, end: int = 1000, per_read: int = 10_000) -> None:
        self.side = side
        self.end = end
        self.per_read = per_read
        self.acknowledged: list[int] = []
        self.modes: list[int] = []
        self.reads: list[tuple[int, int]] = []
        self.links: list[ScriptedLink] = []
        self.dead = False

    async def make_link(self) -> ScriptedLink:
        if self.dead:
            raise LinkError("no insole in reach")
        link = ScriptedLink(
            {
                ids.OP_HELLO: lambda _: self._hello(),
                ids.OP_LOG_INFO: lambda _: log_info(self.end, 400),
                ids.OP_LOG_ACK: self._acknowledge,
                ids.OP_SET_MODE: self._set_mode,
                ids.OP_STREAM: lambda _: (self.end,),
                ids.OP_LOG_READ: self._read,
            }
        )
        self.links.append(link)
        return link

    def _hello(self) -> tuple[int | bytes, ...]:
        return *hello(side=self.side)[:-1], bytes(7) + bytes((self.side,))

    def _acknowledge(self, command: messages.Command) -> tuple[int, ...]:
        self.acknowledged.append(command.arguments[0])
        return command.arguments

    def _set_mode(self, command: messages.Command) -> tuple[int, ...]:
        self.modes.append(command.arguments[0])
        return command.arguments

    def _read(self, command: messages.Command) -> tuple[int, ...]:
        first, end, _ = command.arguments
        self.reads.append((first, end))
        link = self.links[-1]
        for seq in range(max(first, end - self.per_read), end, 50):
            frames = min(50, end - seq)
            link.bring(Channel.LOG, build_log_block(1, record_of(seq, frames, 3, seq * 10_000)))
        link.bring(Channel.LOG, messages.build_log_end(1, end - first, ids.END_COMPLETE))
        return (1,)


class BusyInsole(LoggingInsole):
    """Does not let its mode be set."""

    async def make_link(self) -> ScriptedLink:
        link = await super().make_link()
        link.answers[ids.OP_SET_MODE] = refusal(ids.RESULT_BUSY, "busy")
        return link


def durable(path: Path) -> dict[str, list[tuple[int, int]]]:
    journal = Journal(path)
    found = {
        str(held.identity["side"]): [tuple(piece) for piece in held.durable]
        for held in journal.holdings.values()
    }
    journal.close()
    return found


def test_both_insoles_are_collected_completed_acknowledged_and_put_to_rest(tmp_path: Path) -> None:
    async def main() -> dict[str, Insole]:
        insoles = {"left": LoggingInsole(ids.SIDE_LEFT), "right": LoggingInsole(end=700)}
        stop = asyncio.Event()
        watched: list[tuple[str, Connection]] = []
        collecting = asyncio.create_task(
            collect(
                {name: insole.make_link for name, insole in insoles.items()},
                tmp_path / "j",
                stop,
                POLICY,
                final_mode=ids.MODE_DAILY,
                watch=lambda insole, connection: watched.append((insole.name, connection.state)),
            )
        )
        await asyncio.sleep(20)
        assert watched == [("left", Connection.STOPPED), ("right", Connection.STOPPED)]
        assert [insole.modes for insole in insoles.values()] == [[], []]
        # What has been fetched is on disk and acknowledged while it goes on, but for the last half second.
        assert [insole.acknowledged for insole in insoles.values()] == [[950], [650]]
        stop.set()
        found = await collecting
        assert [insole.modes for insole in insoles.values()] == [[ids.MODE_DAILY]] * 2
        assert [insole.acknowledged[-1] for insole in insoles.values()] == [1000, 700]
        assert all(link.closed.is_set() for insole in insoles.values() for link in insole.links)
        return found

    found = run_virtually(main())
    assert {name: insole.ledger.statement().missing for name, insole in found.items()} == {
        "left": 0,
        "right": 0,
    }
    assert durable(tmp_path / "j") == {"left": [(400, 1000)], "right": [(400, 700)]}


def test_what_was_sampled_until_the_very_end_is_fetched_before_it_ends(tmp_path: Path) -> None:
    """800 slots beyond the last half second, which was left in the air while the session ran."""

    async def main() -> None:
        insole, stop = LoggingInsole(), asyncio.Event()
        collecting = asyncio.create_task(collect({"right": insole.make_link}, tmp_path / "j", stop, POLICY))
        await asyncio.sleep(20)
        insole.end = 1800
        stop.set()
        await collecting
        assert insole.reads == [(400, 950), (950, 1800)]
        assert insole.acknowledged[-1] == 1800
        assert insole.modes == []

    run_virtually(main())
    assert durable(tmp_path / "j") == {"right": [(400, 1800)]}


@pytest.mark.parametrize("dead_first", [True, False])
def test_with_one_insole_dead_the_other_ends_in_good_order(tmp_path: Path, dead_first: bool) -> None:
    """Whichever was named first; the end waits for the dead one until somebody loses patience."""

    async def main() -> None:
        alive, dead, stop = LoggingInsole(ids.SIDE_LEFT), LoggingInsole(), asyncio.Event()
        dead.dead = True
        links = {"right": dead.make_link, "left": alive.make_link}
        if not dead_first:
            links = {"left": alive.make_link, "right": dead.make_link}
        collecting = asyncio.create_task(
            collect(links, tmp_path / "j", stop, POLICY, final_mode=ids.MODE_DAILY)
        )
        await asyncio.sleep(5)
        stop.set()
        await asyncio.sleep(20)
        assert not collecting.done()
        assert (alive.modes, alive.acknowledged[-1]) == ([ids.MODE_DAILY], 1000)
        collecting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await collecting

    run_virtually(main())
    assert durable(tmp_path / "j") == {"left": [(400, 1000)]}


def test_an_insole_that_cannot_be_completed_does_not_keep_the_other_from_it(tmp_path: Path) -> None:
    async def main() -> None:
        well, busy, stop = LoggingInsole(ids.SIDE_LEFT), BusyInsole(), asyncio.Event()
        links = {"right": busy.make_link, "left": well.make_link}
        collecting = asyncio.create_task(
            collect(links, tmp_path / "j", stop, POLICY, final_mode=ids.MODE_DAILY)
        )
        await asyncio.sleep(5)
        stop.set()
        with pytest.raises(LinkError, match="right refused SET_MODE: busy"):
            await collecting
        assert (well.modes, well.acknowledged[-1]) == ([ids.MODE_DAILY], 1000)

    run_virtually(main())


def test_a_dead_insole_that_comes_back_is_completed_too(tmp_path: Path) -> None:
    async def main() -> None:
        alive, dead, stop = LoggingInsole(ids.SIDE_LEFT), LoggingInsole(), asyncio.Event()
        dead.dead = True
        links = {"right": dead.make_link, "left": alive.make_link}
        collecting = asyncio.create_task(collect(links, tmp_path / "j", stop, POLICY))
        await asyncio.sleep(5)
        stop.set()
        await asyncio.sleep(20)
        dead.dead = False
        await collecting
        assert (alive.acknowledged[-1], dead.acknowledged[-1]) == (1000, 1000)

    run_virtually(main())
    assert durable(tmp_path / "j") == {"left": [(400, 1000)], "right": [(400, 1000)]}


def completing(
    tmp_path: Path,
    story: Callable[["asyncio.Task[None]", LoggingInsole, ReconnectingConnection, Journal], Awaitable[None]],
    insole: LoggingInsole | None = None,
    final_mode: int | None = None,
) -> None:
    """`complete` under way, with a session that asks for nothing by itself."""

    async def main() -> None:
        chip = insole or LoggingInsole()
        known = Insole("right")
        connection = ReconnectingConnection(known, chip.make_link, QUIET, now=virtual_now_ns)
        journal = Journal(tmp_path / "j")
        journal_writer = JournalWriter(journal)
        journal_writer.watch(known)
        known.request_from(400)
        keeping = asyncio.create_task(connection.run())
        task = asyncio.create_task(complete(connection, journal_writer, final_mode))
        try:
            await story(task, chip, connection, journal)
        finally:
            for one in (task, keeping):
                one.cancel()
            await asyncio.gather(task, keeping, return_exceptions=True)
            journal.close()

    run_virtually(main())


def test_completing_goes_on_until_the_log_has_given_all(tmp_path: Path) -> None:
    """Each question brings 200 of 600 slots; the next look comes half a second after."""

    async def story(
        task: "asyncio.Task[None]", chip: LoggingInsole, connection: ReconnectingConnection, journal: Journal
    ) -> None:
        began_s = asyncio.get_running_loop().time()
        await task
        assert chip.reads == [(400, 1000), (400, 800), (400, 600)]
        assert asyncio.get_running_loop().time() - began_s == pytest.approx(1.5, abs=0.01)
        assert list(journal.holdings[0].durable) == [(400, 1000)]
        assert chip.acknowledged == [400 + 600]

    completing(tmp_path, story, LoggingInsole(per_read=200))


def test_a_link_that_breaks_while_completing_is_waited_for(tmp_path: Path) -> None:
    async def story(
        task: "asyncio.Task[None]", chip: LoggingInsole, connection: ReconnectingConnection, journal: Journal
    ) -> None:
        await asyncio.sleep(0.7)
        await chip.links[0].close()
        await task
        assert len(chip.links) == 2
        assert list(journal.holdings[0].durable) == [(400, 1000)]
        assert chip.acknowledged == [1000]

    completing(tmp_path, story, LoggingInsole(per_read=200))


def test_what_is_sampled_behind_the_last_look_does_not_keep_the_end_waiting(tmp_path: Path) -> None:
    async def story(
        task: "asyncio.Task[None]", chip: LoggingInsole, connection: ReconnectingConnection, journal: Journal
    ) -> None:
        await asyncio.sleep(0.2)
        connection.insole.ledger.request(1000, 1100)
        chip.end = 1100
        await task
        assert chip.reads == [(400, 1000)]

    completing(tmp_path, story, LoggingInsole(per_read=600))


def test_an_insole_that_never_lets_itself_be_completed_is_given_up_after_a_hundred_tries(
    tmp_path: Path,
) -> None:
    """Half a second apart; the last refusal is what is told."""

    async def story(
        task: "asyncio.Task[None]", chip: LoggingInsole, connection: ReconnectingConnection, journal: Journal
    ) -> None:
        began_s = asyncio.get_running_loop().time()
        with pytest.raises(LinkError, match="refused SET_MODE: busy"):
            await task
        assert asyncio.get_running_loop().time() - began_s == pytest.approx(50, abs=0.01)

    insole = BusyInsole()
    completing(tmp_path, story, insole, final_mode=ids.MODE_DAILY)
    assert len(insole.links[0].moments(ids.OP_SET_MODE)) == 100


def test_an_insole_may_vanish_between_the_wait_and_the_question(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No session although the connection has just said it streams: half a second later it is looked for
    again."""
    monkeypatch.setattr(collect_module, "TRIES", 3)

    async def story(
        task: "asyncio.Task[None]", chip: LoggingInsole, connection: ReconnectingConnection, journal: Journal
    ) -> None:
        await asyncio.sleep(0.01)
        connection.streaming.set()
        await asyncio.sleep(0.01)
        chip.dead = False
        connection.streaming.clear()
        await task
        assert chip.acknowledged == [1000]

    insole = LoggingInsole()
    insole.dead = True
    completing(tmp_path, story, insole)


def test_an_insole_that_vanishes_each_time_is_given_up_with_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(collect_module, "TRIES", 3)

    async def story(
        task: "asyncio.Task[None]", chip: LoggingInsole, connection: ReconnectingConnection, journal: Journal
    ) -> None:
        monkeypatch.setattr(ReconnectingConnection, "session", property(lambda connection: None))
        began_s = asyncio.get_running_loop().time()
        with pytest.raises(LinkError, match=r"^right was never connected for long enough to be completed$"):
            await task
        assert asyncio.get_running_loop().time() - began_s == pytest.approx(1.5, abs=0.01)

    completing(tmp_path, story)


def test_a_disk_that_refuses_to_the_end_is_told_and_nothing_more_is_acknowledged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = Disk()
    monkeypatch.setattr(collect_module, "Journal", lambda path: Journal(path, sync=disk.sync))
    insole = LoggingInsole()

    async def main() -> None:
        stop = asyncio.Event()
        collecting = asyncio.create_task(collect({"right": insole.make_link}, tmp_path / "j", stop, POLICY))
        await asyncio.sleep(0.01)
        disk.full = True
        await asyncio.sleep(20)
        stop.set()
        with pytest.raises(JournalError, match="the disk is full"):
            await collecting

    run_virtually(main())
    assert insole.reads == [(400, 950), (950, 1000)]
    assert set(insole.acknowledged) == {400}, "what had been acknowledged before is no news"
    Journal(tmp_path / "j").close()  # nobody holds it any more


def test_a_journal_that_cannot_be_opened_is_told_before_anything_is_connected(tmp_path: Path) -> None:
    (tmp_path / "j").write_bytes(b"something else")
    insole = LoggingInsole()

    async def main() -> None:
        with pytest.raises(JournalError, match="not a journal"):
            await collect({"right": insole.make_link}, tmp_path / "j", asyncio.Event(), POLICY)

    run_virtually(main())
    assert insole.links == []
