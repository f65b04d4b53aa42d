"""From block records to ordered frames: a bounded queue, the decoder, the ledger, the order. No I/O here."""

from collections import deque
from dataclasses import dataclass, field

from plantigrade.bridge.accounting import SlotLedger
from plantigrade.bridge.decode import Arrived, decode
from plantigrade.bridge.frames import Frames, Sequencer
from plantigrade.bridge.slot_ranges import TooManyRangesError
from plantigrade.link.sealed_records import RecordOpener

QUEUE_RECORDS = 4096
"""Records that may wait for decoding: minutes of a live stream, at most 8 MB."""

BATCH_RECORDS = 512


@dataclass
class ReceiverCounters:
    """What came in, and what was refused under which name."""

    records: int = 0
    frames: int = 0
    refused: dict[str, int] = field(default_factory=dict[str, int])

    def refuse(self, name: str) -> None:
        """Count one refused record."""
        self.refused[name] = self.refused.get(name, 0) + 1


@dataclass
class Receiver:
    """The path of one insole's records. `put` is called from the link's callback and only appends.

    `opener` opens those that are sealed; they stay sealed in the frames that are passed on.
    """

    ledger: SlotLedger = field(default_factory=SlotLedger)
    sequencer: Sequencer = field(default_factory=Sequencer)
    counters: ReceiverCounters = field(default_factory=ReceiverCounters)
    capacity: int = QUEUE_RECORDS
    opener: RecordOpener = field(default_factory=RecordOpener)
    _queue: deque[Arrived] = field(default_factory=deque[Arrived])

    def put(self, record: bytes, arrival_ns: int, vouched_for: bool = False) -> bool:
        """Queue a record; False when the queue is full (it stays in the insole's log, so it is only late).

        `vouched_for`: the message that brought it was guarded, so that it may be an open one of before the
        insole had a log key.
        """
        if len(self._queue) >= self.capacity:
            self.counters.refuse("queue_full")
            return False
        self._queue.append(Arrived(record, arrival_ns, vouched_for))
        return True

    def drain(self) -> list[Frames]:
        """Decode all that waits; returns new frames in order. Refused records are counted and leave a gap."""
        passed: list[Frames] = []
        while self._queue:
            batch = [self._queue.popleft() for _ in range(min(len(self._queue), BATCH_RECORDS))]
            self.counters.records += len(batch)
            decoded, refused = decode(batch, self.opener)
            for name in refused:
                self.counters.refuse(name)
            for frames in decoded:
                passed += self._admit(frames)
        self.counters.frames += sum(len(frames) for frames in passed)
        return passed

    def flush(self) -> list[Frames]:
        """At the end of a stream: decode all that waits and give up all gaps."""
        passed = self.drain()
        held = self.sequencer.flush()
        self.counters.frames += sum(len(frames) for frames in held)
        return passed + held

    def _admit(self, frames: Frames) -> list[Frames]:
        try:
            new = self.ledger.record(frames.seq, frames.end)
        except TooManyRangesError:
            self.counters.refuse("too_many_gaps")
            return []
        if not new:
            self.counters.refuse("duplicate")
        return [passed for piece in new for passed in self.sequencer.push(frames.cut(piece))]
