"""Commands: each reply finds its question or is counted, time runs out, refusals have words. By examples and
against a dict of what is under way, in virtual time.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from insole_protocol import errors, ids, messages
from insole_protocol.host_messages import LogMessage
from plantigrade.bridge.command_client import Answer, CommandClient
from plantigrade.bridge.errors import BridgeError, RefusedError, ReplyTimeoutError, VersionError
from plantigrade.bridge.log_transfer import Transfer
from plantigrade.link.base import (
    Channel,
    LinkClosedError,
    LinkCounters,
    LinkError,
    MessageHandler,
    ignore_message,
)

from tests.host.bridge_kit.virtual_time import VirtualTimeLoop, run_virtually, virtual_now_ns


@dataclass
class SilentLink:
    """Takes commands and answers nothing; a send takes `seconds`, or fails with `error`."""

    name: str = "left"
    seconds: float = 0.0
    error: LinkError | None = None
    sent: list[tuple[Channel, bytes]] = field(default_factory=list[tuple[Channel, bytes]])
    on_message: MessageHandler = ignore_message
    counters: LinkCounters = field(default_factory=LinkCounters)

    def __post_init__(self) -> None:
        self.closed = asyncio.Event()

    async def open(self) -> None: ...

    async def close(self) -> None: ...

    async def send(self, channel: Channel, message: bytes) -> None:
        await asyncio.sleep(self.seconds)
        if self.error is not None:
            raise self.error
        self.sent.append((channel, message))


def run(story: Callable[[CommandClient, SilentLink], Awaitable[None]]) -> None:
    async def main() -> None:
        link = SilentLink()
        await story(CommandClient(link, virtual_now_ns), link)

    run_virtually(main())


def under_way(command_client: CommandClient, op: int, *arguments: int) -> "asyncio.Task[Answer]":
    return asyncio.create_task(command_client.ask(op, *arguments))


def test_a_command_goes_out_on_the_control_channel_and_its_reply_comes_back_with_both_moments() -> None:
    async def story(command_client: CommandClient, link: SilentLink) -> None:
        began_ns = virtual_now_ns()
        asking = under_way(command_client, ids.OP_STREAM, 1)
        await asyncio.sleep(0.5)
        assert link.sent == [(Channel.CONTROL, bytes((ids.OP_STREAM, 1, 1)))]
        command_client.on_control(messages.build_reply(ids.OP_STREAM, 1, 77), 12345)
        answer = await asking
        assert (answer.reply.op, answer.reply.tag, answer.reply.fields) == (ids.OP_STREAM, 1, (77,))
        assert (answer.sent_ns, answer.arrival_ns) == (began_ns, 12345)
        assert link.counters.malformed == {}

    run(story)


def test_a_value_goes_behind_the_arguments() -> None:
    async def story(command_client: CommandClient, link: SilentLink) -> None:
        asking = asyncio.create_task(command_client.ask(ids.OP_SET_SETTING, 3, value=b"abc"))
        await asyncio.sleep(0.01)
        assert link.sent[0][1] == bytes((ids.OP_SET_SETTING, 1, 3)) + b"abc"
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)

    run(story)


@pytest.mark.parametrize("answered_s, in_time", [(3.99, True), (4.01, False)])
def test_a_reply_may_take_four_seconds_and_a_late_one_is_unasked(answered_s: float, in_time: bool) -> None:
    async def story(command_client: CommandClient, link: SilentLink) -> None:
        asking = under_way(command_client, ids.OP_STATUS)
        await asyncio.sleep(answered_s)
        command_client.on_control(messages.build_reply(ids.OP_STATUS, 1, *range(15)), 0)
        if in_time:
            assert (await asking).reply.fields == tuple(range(15))
            assert link.counters.malformed == {}
        else:
            with pytest.raises(ReplyTimeoutError, match=r"^left did not answer STATUS within 4 s$"):
                await asking
            assert link.counters.malformed == {"reply_unasked": 1}

    run(story)


def test_the_time_of_a_slow_link_counts_as_waiting() -> None:
    async def story(command_client: CommandClient, link: SilentLink) -> None:
        link.seconds = 10
        began_s = asyncio.get_running_loop().time()
        with pytest.raises(ReplyTimeoutError):
            await command_client.ask(ids.OP_STATUS)
        assert asyncio.get_running_loop().time() - began_s == pytest.approx(4)

    run(story)


def test_the_patience_is_the_callers() -> None:
    async def main() -> None:
        with pytest.raises(ReplyTimeoutError, match=r"LOG_INFO within 0.5 s"):
            await CommandClient(SilentLink(), timeout_s=0.5).ask(ids.OP_LOG_INFO)

    run_virtually(main())


@pytest.mark.parametrize(
    "result, kind, texts",
    [
        (ids.RESULT_VERSION, VersionError, "left refused HELLO: no common version"),
        (ids.RESULT_BUSY, RefusedError, "left refused HELLO: no common version"),
    ],
)
def test_a_refusal_carries_its_words_and_its_code(result: int, kind: type[RefusedError], texts: str) -> None:
    async def story(command_client: CommandClient, link: SilentLink) -> None:
        asking = under_way(command_client, ids.OP_HELLO, 1, 1)
        await asyncio.sleep(0.01)
        command_client.on_control(messages.build_refusal(ids.OP_HELLO, 1, result, "no common version"), 0)
        with pytest.raises(RefusedError, match=f"^{texts}$") as caught:
            await asking
        assert type(caught.value) is kind
        assert caught.value.result == result

    run(story)


def test_a_refusal_without_words_is_named_by_its_code() -> None:
    async def story(command_client: CommandClient, link: SilentLink) -> None:
        asking = under_way(command_client, ids.OP_LOG_READ, 0, 1, 1)
        await asyncio.sleep(0.01)
        command_client.on_control(messages.build_refusal(ids.OP_LOG_READ, 1, ids.RESULT_BUSY, ""), 0)
        with pytest.raises(RefusedError, match=r"refused LOG_READ: busy$"):
            await asking

    run(story)


def test_a_reply_to_another_command_under_the_same_tag_answers_nothing() -> None:
    async def story(command_client: CommandClient, link: SilentLink) -> None:
        asking = under_way(command_client, ids.OP_STREAM, 1)
        await asyncio.sleep(0.01)
        command_client.on_control(messages.build_reply(ids.OP_SET_MODE, 1, 1), 0)
        assert link.counters.malformed == {"reply_unasked": 1}
        command_client.on_control(messages.build_reply(ids.OP_STREAM, 1, 5), 0)
        command_client.on_control(
            messages.build_reply(ids.OP_STREAM, 1, 6), 0
        )  # twice before anybody has looked
        assert (await asking).reply.fields == (5,)
        assert link.counters.malformed == {"reply_unasked": 1}

    run(story)


def test_two_hundred_and_fifty_six_commands_may_be_under_way() -> None:
    async def story(command_client: CommandClient, link: SilentLink) -> None:
        asking = [under_way(command_client, ids.OP_TIME, number) for number in range(256)]
        await asyncio.sleep(0.01)
        assert sorted(message[1] for _, message in link.sent) == list(range(256))
        with pytest.raises(BridgeError, match=r"^left: 256 commands are waiting for their replies$"):
            await command_client.ask(ids.OP_STATUS)
        command_client.on_control(messages.build_reply(ids.OP_TIME, 9, 8, 1, 2, 2), 0)
        await asking[8]
        another = under_way(command_client, ids.OP_STATUS)
        await asyncio.sleep(0.01)
        assert link.sent[-1][1] == bytes((ids.OP_STATUS, 9))
        command_client.fail_all()
        ends = await asyncio.gather(*asking, another, return_exceptions=True)
        assert sum(isinstance(end, LinkClosedError) for end in ends) == 256

    run(story)


def test_a_command_that_cannot_be_built_or_sent_leaves_nothing_waiting() -> None:
    async def story(command_client: CommandClient, link: SilentLink) -> None:
        with pytest.raises(errors.ValueRangeError):
            await command_client.ask(ids.OP_STREAM, 2)
        link.error = LinkError("left refused a command")
        with pytest.raises(LinkError, match="refused a command"):
            await command_client.ask(ids.OP_STATUS)
        for tag in (1, 2):
            command_client.on_control(messages.build_reply(ids.OP_STREAM, tag, 5), 0)
        assert link.counters.malformed == {"reply_unasked": 2}

    run(story)


def test_a_link_that_closes_fails_all_that_waits() -> None:
    async def story(command_client: CommandClient, link: SilentLink) -> None:
        asking = [under_way(command_client, ids.OP_STATUS), under_way(command_client, ids.OP_LOG_INFO)]
        await asyncio.sleep(0.01)
        command_client.on_control(messages.build_reply(ids.OP_STATUS, 1, *range(15)), 0)
        command_client.fail_all()
        answered, failed = await asyncio.gather(*asking, return_exceptions=True)
        assert isinstance(answered, Answer)
        assert isinstance(failed, LinkClosedError)
        assert str(failed) == "left disconnected"

    run(story)


class CommandClientMachine(RuleBasedStateMachine):
    """Questions, replies, doubles, strangers and waiting in any order, beside a dict of what is under way."""

    @initialize()
    def begin(self) -> None:
        self.loop = VirtualTimeLoop()
        self.link, self.command_client = self.loop.run_until_complete(self._made())
        self.open: dict[int, tuple[int, float, asyncio.Task[Answer]]] = {}
        self.closed_tags = set[int]()
        self.unasked = 0
        self.number = 0

    async def _made(self) -> tuple[SilentLink, CommandClient]:
        link = SilentLink()
        return link, CommandClient(link, virtual_now_ns)

    def teardown(self) -> None:
        if hasattr(self, "loop"):
            self.command_client.fail_all()
            waiting = [task for _, _, task in self.open.values()]
            self.loop.run_until_complete(self._all(waiting))
            self.loop.close()

    async def _all(self, tasks: list["asyncio.Task[Answer]"]) -> list[object]:
        return list(await asyncio.gather(*tasks, return_exceptions=True))

    async def _a_moment(self, seconds: float = 0) -> None:
        await asyncio.sleep(seconds)

    @rule()
    def ask(self) -> None:
        self.number += 1
        task = self.loop.create_task(self.command_client.ask(ids.OP_TIME, self.number))
        self.loop.run_until_complete(self._a_moment())
        tag = self.link.sent[-1][1][1]
        assert tag not in self.open
        self.open[tag] = (self.number, self.loop.time() + 4, task)

    @precondition(lambda self: self.open)
    @rule(data=st.data(), times=st.integers(1, 2))
    def reply(self, data: st.DataObject, times: int) -> None:
        tag = data.draw(st.sampled_from(sorted(self.open)))
        number, _, task = self.open.pop(tag)
        for _ in range(times):
            self.command_client.on_control(messages.build_reply(ids.OP_TIME, tag, number, 1, 2, 3), number)
        (answer,) = self.loop.run_until_complete(self._all([task]))
        assert isinstance(answer, Answer)
        assert (answer.reply.fields[0], answer.arrival_ns) == (number, number)
        self.closed_tags.add(tag)

    @rule(tag=st.integers(0, 255), op=st.sampled_from([ids.OP_TIME, ids.OP_STREAM]))
    def stranger(self, tag: int, op: int) -> None:
        if tag in self.open and op == ids.OP_TIME:
            return
        fields = (0, 1, 2, 3) if op == ids.OP_TIME else (9,)
        self.command_client.on_control(messages.build_reply(op, tag, *fields), 0)
        self.unasked += 1
        assert self.link.counters.malformed.get("reply_unasked", 0) == self.unasked

    @rule(seconds=st.sampled_from([0.5, 1.7, 4.1]))
    def wait(self, seconds: float) -> None:
        self.loop.run_until_complete(self._a_moment(seconds))
        for tag, (_, due_s, task) in list(self.open.items()):
            if due_s <= self.loop.time():
                (end,) = self.loop.run_until_complete(self._all([task]))
                assert isinstance(end, ReplyTimeoutError)
                del self.open[tag]
            else:
                assert not task.done()


TestCommandClientAgainstADict = CommandClientMachine.TestCase
TestCommandClientAgainstADict.settings = settings(max_examples=30, stateful_step_count=30, deadline=None)


def test_a_transfer_counts_records_and_keeps_gaps_and_its_end() -> None:
    async def main() -> None:
        transfer = Transfer()
        assert transfer.end_reason == ids.END_COMPLETE
        transfer.take(LogMessage(ids.LOG_BLOCK, 1, (), (b"a", b"b")))
        transfer.take(LogMessage(ids.LOG_BLOCK, 1, (), (b"c",)))
        transfer.take(LogMessage(ids.LOG_GAP, 1, (10, 20, 6)))
        assert not transfer.ended.is_set()
        assert (transfer.records, transfer.gaps, transfer.heard) == (3, [(10, 20, 6)], 3)
        transfer.take(LogMessage(ids.LOG_END, 1, (55, ids.END_STOPPED)))
        assert (transfer.slots_sent, transfer.end_reason, transfer.heard) == (55, ids.END_STOPPED, 4)
        await transfer.wait(0)

    run_virtually(main())


def test_a_transfer_is_waited_for_as_long_as_something_comes() -> None:
    async def main() -> None:
        transfer = Transfer()
        waiting = asyncio.create_task(transfer.wait(5.0))
        for _ in range(10):
            await asyncio.sleep(4.9)
            transfer.take(LogMessage(ids.LOG_BLOCK, 1, (), (b"a",)))
        assert not waiting.done()
        await asyncio.sleep(9.9)  # nothing for more than 5 s: noticed when the second look has seen no change
        assert waiting.done()
        with pytest.raises(TimeoutError):
            await waiting

    run_virtually(main())


def test_a_transfer_that_ends_is_waited_for_no_longer() -> None:
    async def main() -> None:
        transfer = Transfer()
        waiting = asyncio.create_task(transfer.wait(5.0))
        await asyncio.sleep(3)
        transfer.take(LogMessage(ids.LOG_END, 1, (0, ids.END_COMPLETE)))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert waiting.done()
        await waiting

    run_virtually(main())


def test_a_transfer_that_brings_nothing_is_given_up_after_its_time() -> None:
    async def main() -> None:
        began_s = asyncio.get_running_loop().time()
        with pytest.raises(TimeoutError):
            await Transfer().wait(5.0)
        assert asyncio.get_running_loop().time() - began_s == pytest.approx(5)

    run_virtually(main())
