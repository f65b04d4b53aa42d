"""The gait engine: samples of one or two feet in, an `Analysis` out; streaming and whole-file alike.

    engine = Engine(sample_rate_hz=100.0)
    for left, right in pieces:
        for event in engine.feed(left, right): ...
    analysis = engine.finish()

`analyze(walk)` feeds a whole recording. However the samples are cut into pieces, the result is the same to
the bit.
"""

from collections.abc import Callable, Collection

from plantigrade.gait.assemble import assemble
from plantigrade.gait.bilateral import Contacts, stride_table
from plantigrade.gait.foot import FootStream, GaitInputError
from plantigrade.gait.motion.pedalling import cycling_spans, with_edges
from plantigrade.gait.results import Analysis, Event, StrideTable
from plantigrade.gait.settings import (
    HIGHEST_RATE_HZ,
    HISTORY_S,
    LIVE_CONTACTS,
    LIVE_CONTACTS_A_BLOCK,
    LIVE_MARGIN_S,
    LOWEST_RATE_HZ,
    Settings,
)
from plantigrade.gait.signals import Foot, FootSignal, SourceInfo, Walk
from plantigrade.gait.stillness import PairLoad, joined, still_spans

PIECE_ROWS = 1 << 16
"""Samples of each foot that are taken at once from a whole walk: 4 MB of forces, which are still in the cache
for the next part that looks at them; with four times as many it takes longer, and 40 MB more."""

__all__ = ["Engine", "GaitInputError", "analyze"]


class Engine:
    """Analyses a stream of samples.

    Args:
        settings: what decides the results; the defaults are those that `make validate` reports on.
        sample_rate_hz: nominal rate of both feet.
        body_weight_n: the person's weight where it is known.
        earlier_weight_n: what earlier recordings of the same insoles showed as the person's weight.
        source: kept in the result.

    Raises:
        ValueError: a sample rate or weight that is not positive.
    """

    def __init__(
        self,
        settings: Settings | None = None,
        *,
        sample_rate_hz: float,
        body_weight_n: float | None = None,
        earlier_weight_n: float | None = None,
        source: SourceInfo | None = None,
    ) -> None:
        if not LOWEST_RATE_HZ <= sample_rate_hz <= HIGHEST_RATE_HZ:
            raise GaitInputError(
                f"a sample rate of {sample_rate_hz:g} Hz cannot show steps; 10 Hz to 10 kHz can"
            )
        if body_weight_n is not None and not body_weight_n > 0:
            raise GaitInputError("the body weight must be above 0 N")
        self._settings = settings or Settings()
        self._rate_hz = sample_rate_hz
        self._weight_n = body_weight_n
        self._earlier_weight_n = earlier_weight_n
        self._source = source or SourceInfo("", "")
        self._streams: dict[Foot, FootStream] = {}
        self._finished = False
        self._dropped = False

    def feed(self, left: FootSignal | None, right: FootSignal | None) -> list[Event]:
        """Take the next samples of each foot; either may be None, lengths may differ.

        Returns:
            The contact events that have become certain, in time order; about 0.2 s behind the samples once
            the levels of a foot are learnt (three spans of 2 s with steps).

        Raises:
            GaitInputError: for samples that cannot be analysed, as text.
        """
        if self._finished:
            raise RuntimeError("feed() after finish()")
        reported: list[Event] = []
        for foot, piece in ((Foot.LEFT, left), (Foot.RIGHT, right)):
            if piece is None:
                continue
            if piece.foot is not foot:
                raise GaitInputError(
                    f"samples of the {piece.foot.value} foot were given as the {foot.value} foot's"
                )
            if foot not in self._streams:
                self._streams[foot] = FootStream(piece, self._rate_hz, self._settings.contact, self._weight_n)
            reported += self._streams[foot].feed(piece)
        return sorted(reported, key=lambda event: event.time_s)

    def take_strides(self, silent: Collection[Foot] = ()) -> list[tuple[Foot, StrideTable]]:
        """Cycles completed since the last call, for live views.

        `reason` is what is known at the moment (bouts, turns and outliers need what follows: see `finish`). A
        cycle waits until the other foot has been followed as far, and until its motion is known. Cycles that
        are found anew, because the levels of a foot were replaced, are given again.

        Args:
            silent: feet that are not waited for, because nothing comes of them; what needs them is unknown.
        """
        ready: list[tuple[Foot, StrideTable]] = []
        for foot, stream in self._streams.items():
            other = None if foot.other in silent else self._streams.get(foot.other)
            behind_s = self._settings.contact.search_s
            reach = other.last_s - behind_s - LIVE_MARGIN_S if other else float("inf")
            first = last = stream.taken_blocks
            unmoved_s = stream.motion.waits_from_s
            while last < len(stream.store.rows) and stream.store.rows[last][-1, 2] <= reach:
                if stream.store.rows[last][-1, 2] >= unmoved_s:
                    break
                last += 1
            if last > first:
                latest = LIVE_CONTACTS + LIVE_CONTACTS_A_BLOCK * (last - first)
                contacts = Contacts.of(self._streams.get(foot.other), latest=latest)
                ready.append((foot, stride_table(stream, contacts, first, last)))
                stream.taken_blocks = last
        return ready

    def still_spans(self) -> list[tuple[float, float]]:
        """Spans in which nobody steps, as far as the samples tell now; cycles in them are sway, or pedalled.

        With one foot, or without calibrated forces, only those on pedals. After `drop_pictures` only the
        latest spans.
        """
        left, right = self._streams.get(Foot.LEFT), self._streams.get(Foot.RIGHT)
        sensed = [stream.motion.trace.tenths() for stream in self._streams.values() if stream.motion.seen]
        rides = with_edges(cycling_spans(sensed))
        if left is None or right is None or left.quantity != "force" or right.quantity != "force":
            return rides
        load = PairLoad.of(left.load.runs(), right.load.runs())
        return joined(still_spans(load, self._settings.contact), rides)

    def drop_pictures(self) -> None:
        """Free what each taken cycle holds for the pictures of an analysis, so that a stream that only
        `take_strides` reads may run all day. `finish` is out of the question then."""
        self._dropped = True
        for stream in self._streams.values():
            stream.store.drop_pictures(stream.taken_blocks)
            stream.load.forget_before(stream.last_s - HISTORY_S)
            stream.motion.trace.forget_before(stream.last_s - HISTORY_S)

    def end(self, *, strides_later: bool = True) -> None:
        """No more samples come; `finish` does it as well. Argument as for `finish`."""
        if not self._finished:
            for stream in self._streams.values():
                stream.finish()
        self._finished = True
        if not strides_later:
            for stream in self._streams.values():
                stream.store.join()

    def finish(self, *, strides_later: bool = True) -> Analysis:
        """End of the recording: everything that is known of it.

        Args:
            strides_later: whether `take_strides` and `finish` may still be called. Where not, what was used
                is let go of: a day takes 60 MB less.

        Raises:
            GaitInputError: when no sample was fed.
        """
        if not self._streams:
            raise GaitInputError("no samples: neither foot has any")
        if self._dropped:
            raise RuntimeError("finish() after drop_pictures()")
        self.end(strides_later=strides_later)
        return assemble(
            self._streams,
            self._settings,
            self._rate_hz,
            body_weight_n=self._weight_n,
            source=self._source,
            earlier_weight_n=self._earlier_weight_n,
            once=not strides_later,
        )


def analyze(
    walk: Walk,
    settings: Settings | None = None,
    progress: Callable[[float], None] | None = None,
    *,
    earlier_weight_n: float | None = None,
) -> Analysis:
    """Analyse a whole recording.

    Args:
        walk: the recording.
        settings: as for `Engine`.
        progress: called with the share done, 0 to 1.
        earlier_weight_n: as for `Engine`.

    Raises:
        GaitInputError: for samples that cannot be analysed, as text.
    """
    engine = Engine(
        settings,
        sample_rate_hz=walk.sample_rate_hz,
        body_weight_n=walk.body_weight_n,
        earlier_weight_n=earlier_weight_n,
        source=walk.source,
    )
    rows = max((len(foot) for foot in walk.feet), default=0)
    for number, (left, right) in enumerate(walk.chunks(PIECE_ROWS)):
        engine.feed(left, right)
        share = (number + 1) * PIECE_ROWS / rows
        if share >= 1.0:
            engine.end(strides_later=False)
        if progress is not None:
            progress(min(1.0, share))
    return engine.finish(strides_later=False)
