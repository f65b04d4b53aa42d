"""`plantigrade twin soak`: runs a schedule and prints the slot counts."""

import asyncio
import random
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, cast

from plantigrade.bridge.accounting import MissingReason
from plantigrade.library.recordings.container import read_manifest
from plantigrade.library.recordings.finalize import finalize_journal
from plantigrade.library.recordings.frames import read_parquet
from plantigrade.library.recordings.verify import verify
from plantigrade.twin.board_spec import CARD_SECTORS
from plantigrade.twin.chip_behaviour import TYPICAL, ChipBehaviour
from plantigrade.twin.seeds import seed_in_notes
from plantigrade.twin.soak.board import Board, Radio, copy_sources
from plantigrade.twin.soak.faults import SIDES, Fault, Schedule, make_schedule
from plantigrade.twin.soak.host import Host
from plantigrade.twin.soak.lost_slots import held_by_cause, lost_by_cause
from plantigrade.twin.soak.proof import check_frames, flipped_bit
from plantigrade.twin.soak.time_stamps import TimeStamps, check_time_stamps
from plantigrade.twin.soak.virtual_time import WorldLoop
from plantigrade.twin.soak.wearing import Wearing, make_wearing
from plantigrade.twin.soak.world import Weather, World

SCHEMA = "plantigrade.soak/1"
UNKIND = ChipBehaviour()
LOG_BLOCKS = 16384  # 64 MB
BAD_AIR_S = 60.0
TICK_S = 5.0
LOST_WITH_POWER = (MissingReason.OFF, MissingReason.UNFLUSHED)
LOST_TO_CHIP = {
    "off": (),
    "typical": (MissingReason.OVERRUN,),
    "worst": (MissingReason.OVERRUN, MissingReason.CORRUPT_PAGE),
}
"""What a chip may cost, by level: the worst card forgets sectors that it answered for when the power goes."""
LOST_AT_MOST = {"off": 0.0, "typical": 0.001, "worst": 1.0}
"""Share of the requested slots that may be lost to a chip that is held, by level: with the log in internal
flash a typical chip may cost one slot in a thousand. What the worst costs is reported, not judged."""


@dataclass(frozen=True)
class InsoleLedger:
    """The ledger of one insole at the end; counts are slots, which are frames at full rate.

    Attributes:
        missing_with_power_on: missing for another reason than that the power was off, or lost with it.
        frames_sampled_lost: what was really sampled and is nowhere; the ledger knows only a bound,
            "unflushed".
        slots_lost_by_cause: slots that had no sample while the sampler ran, as only the twin can know it, by
            what held the chip.
        chip_held: how often each cause held the chip for a millisecond or more, and for how many in all.
        time_stamps: how far they are from the instants of the samples.
    """

    frames_requested: int
    frames_recorded: int
    frames_missing: int
    missing_by_reason: dict[str, int]
    missing_with_power_on: int
    frames_sampled: int
    frames_sampled_lost: int
    power_losses: int
    off_s: float
    slots_lost_by_cause: dict[str, int]
    chip_held: dict[str, tuple[int, int]]
    time_stamps: TimeStamps = field(default_factory=TimeStamps)

    @property
    def slots_lost(self) -> int:
        """Slots that had no sample while the sampler ran."""
        return sum(self.slots_lost_by_cause.values())

    @property
    def overrun(self) -> int:
        """Of these, what the ledger reports as such."""
        return self.missing_by_reason.get(MissingReason.OVERRUN, 0)


@dataclass(frozen=True)
class SoakResult:
    """What a soak found."""

    hours: float
    seed: int
    wall_s: float
    faults: dict[str, int]
    insoles: dict[str, InsoleLedger]
    balanced: bool
    bit_exact: bool
    verified: bool
    chip: str = TYPICAL

    @property
    def passed(self) -> bool:
        """Slot counts balance, nothing is missing but with the power or by the chip, recordings verify
        and are what the sensors showed, and a time stamp that is far from its sample is marked.
        """
        honest = all(ledger.time_stamps.honest for ledger in self.insoles.values())
        return self.balanced and self.bit_exact and self.verified and self.lost_within_limits and honest

    @property
    def lost_within_limits(self) -> bool:
        """Whether nothing is missing with the power on but slots in which the chip was held, and of those no
        more than a chip at this level may cost (`LOST_AT_MOST`)."""
        limit = LOST_AT_MOST[self.chip]
        reasons = LOST_TO_CHIP[self.chip]
        return all(
            ledger.missing_with_power_on == sum(ledger.missing_by_reason.get(reason, 0) for reason in reasons)
            and ledger.overrun <= limit * ledger.frames_requested
            for ledger in self.insoles.values()
        )

    def as_json(self) -> dict[str, Any]:
        """The document of `twin soak --json`."""
        insoles = {side: asdict(ledger) for side, ledger in self.insoles.items()}
        return {"schema": SCHEMA, **vars(self), "insoles": insoles}


@dataclass
class Soak:
    """One run in a folder of its own."""

    folder: Path
    hours: float
    seed: int
    world: World
    wearing: Wearing
    schedule: Schedule
    host: Host
    on_progress: Callable[[float], None]
    chip: ChipBehaviour
    _power: list[asyncio.Task[None]] = field(default_factory=list[asyncio.Task[None]])

    async def run(self) -> Path:
        """Run through the schedule; the finalized recording."""
        start_us = self.world.now_us
        self.world.on_board_ended = self._board_ended
        for board in self.world.boards.values():
            board.power_on(start_us)
        self.host.start()
        faults = list(self.schedule.faults)
        while True:
            at_s = (self.world.now_us - start_us) * 1e-6
            if at_s >= self.hours * 3600:
                break
            self._reach(self.schedule.in_reach(at_s))
            while faults and faults[0].at_s <= at_s:
                await self._do(faults.pop(0))
            self.on_progress(at_s)
            await asyncio.sleep(TICK_S)
        self._reach(True)
        self.host.disk_full = False
        self.world.weather = Weather()
        await asyncio.gather(*self._power)
        await self.host.finish()
        for board in self.world.boards.values():
            board.power_off(self.world.now_us)
        return finalize_journal(self.host.path, self.folder / "recordings")

    def _reach(self, reachable: bool) -> None:
        for side, was in list(self.world.reachable.items()):
            if was and not reachable:
                self.world.lose(side, silent=True)
                self.world.counts.add("out_of_reach")
            self.world.reachable[side] = reachable

    async def _do(self, fault: Fault) -> None:
        counts = self.world.counts
        board = self.world.boards[fault.side]
        if fault.kind == "power_cut":
            if board.powered:
                # At one of the next writes or erases: half of the cuts leave the operation out, half tear it.
                part = 0 if fault.size < 0.5 else round(255 * fault.size)
                board.send(f"cut {1 + round(fault.size * 1e4) % 20} {part}")
                counts.add("power_cut_torn" if part else "power_cut_clean")
        elif fault.kind in ("link_cut", "link_lost_silently"):
            counts.add(fault.kind, int(board.connection != 0))
            self.world.lose(fault.side, silent=fault.kind == "link_lost_silently")
        elif fault.kind == "host_killed":
            counts.add(fault.kind)
            await self.host.kill()
            await asyncio.sleep(1 + 60 * fault.size)
            await self.host.start_when_possible()
        elif fault.kind == "bit_flipped":
            number = self.host.journal.number_of(fault.side)
            held = 0 if number is None else self.host.journal.holdings[number].ack_to()
            counts.add(fault.kind, int(flipped_bit(board, held, fault.size)))
        else:
            counts.add(fault.kind)
            self._do_at_once(fault, board)

    def _do_at_once(self, fault: Fault, board: Board) -> None:
        loop = asyncio.get_running_loop()
        if fault.kind == "host_stalled":
            self.world.stalled_until_us = self.world.now_us + round((1 + 15 * fault.size) * 1e6)
        elif fault.kind == "disk_full":
            self.host.disk_full = True
            loop.call_later(30 + 300 * fault.size, setattr, self.host, "disk_full", False)
        elif fault.kind == "bad_air":
            share = 0.002 + 0.03 * fault.size
            self.world.weather = Weather(share, share, share, share)
            loop.call_later(BAD_AIR_S, setattr, self.world, "weather", Weather())
        elif fault.kind == "wall_clock_stepped":
            self.host.wall_step_ns += round((fault.size - 0.5) * 2 * 3600e9)
        elif fault.kind == "clock_drift_changed":
            board.drift_ppb = round((fault.size - 0.5) * 100_000)
            if board.powered:
                board.send(f"clock {board.drift_ppb}")

    def _board_ended(self, board: Board) -> None:
        """Power was lost at a write, or the firmware asked for a reset: it comes back after a while."""
        reset = board.ended.startswith("reset")
        self.world.counts.add(board.ended.replace(" ", "_"))
        wait_s = 0.3 if reset else random.Random(self.world.now_us).uniform(2, 600)

        async def come_back() -> None:
            await asyncio.sleep(wait_s)
            board.power_on(self.world.now_us, board.ended.split()[-1] if reset else "power")

        self._power.append(asyncio.create_task(come_back()))


def command(hours: float, seed: int, chip: ChipBehaviour = UNKIND, card: bool = True) -> str:
    """What to type for the same soak."""
    level = "" if chip.level == TYPICAL else f" --chip {chip.level}"
    return f"plantigrade twin soak --hours {hours:g} --seed {seed}{level}{'' if card else ' --no-card'}"


def run_soak(
    hours: float,
    seed: int,
    on_progress: Callable[[float], None] = lambda _: None,
    chip: ChipBehaviour = UNKIND,
    card: bool = True,
) -> SoakResult:
    """Run one soak; needs the interpreter of the twin, no network, and some hundred megabytes of temporary
    space. The same arguments are the same soak; whatever goes wrong carries a note with them. Without the
    `card`, the SD NAND, the log lies in the flash of the chip."""
    began = time.monotonic()
    with (
        seed_in_notes(seed, command(hours, seed, chip, card)),
        tempfile.TemporaryDirectory(prefix="plantigrade-soak-") as name,
        asyncio.Runner(loop_factory=WorldLoop) as runner,
    ):
        folder = Path(name)
        loop = cast(WorldLoop, runner.get_loop())
        start_us = loop.world.now_ns // 1000
        wearing = make_wearing(folder, seed, hours, start_us)
        sources = copy_sources(folder)
        boards = {
            side: Board(
                side=side,
                folder=folder / side,
                sources=sources,
                feed=wearing.feeds[side],
                plan=wearing.plan,
                unique_id=f"0a50477a3f{number + 1:02x}",
                log_blocks=LOG_BLOCKS,
                radio=Radio(phase_us=7_000 * number),
                drift_ppb=(-20_000, 35_000)[number],
                chip=chip,
                card_sectors=CARD_SECTORS if card else 0,
            )
            for number, side in enumerate(SIDES)
        }
        world = World(loop.world, boards, seed)
        host = Host(world, folder / "journal" / "soak.journal", seed)
        soak = Soak(folder, hours, seed, world, wearing, make_schedule(hours, seed), host, on_progress, chip)
        try:
            recording = runner.run(soak.run())
        finally:
            for board in boards.values():  # still on only if something went wrong
                board.power_off(world.now_us)
        return _judge(soak, recording, time.monotonic() - began)


def _judge(soak: Soak, recording: Path, wall_s: float) -> SoakResult:
    ledger = {foot.foot: foot for foot in read_manifest(recording).feet}
    insoles: dict[str, InsoleLedger] = {}
    balanced = bit_exact = set(ledger) == set(SIDES)
    for side, foot in ledger.items():
        board = soak.world.boards[side]
        frames = read_parquet(recording / f"{side}.parquet")
        proof = check_frames(board, frames, soak.wearing.counts[side])
        losses = sum(1 for _ in board.off_us)
        with_power = sum(foot.missing_by_reason.get(reason, 0) for reason in LOST_WITH_POWER)
        insoles[side] = InsoleLedger(
            foot.frames_requested,
            foot.frames_recorded,
            foot.frames_missing,
            foot.missing_by_reason,
            foot.frames_missing - with_power,
            proof.sampled,
            proof.lost,
            losses,
            round(sum(end - first for first, end in board.off_us) * 1e-6, 1),
            lost_by_cause(board),
            held_by_cause(board),
            check_time_stamps(board, frames),
        )
        balanced &= foot.frames_requested == foot.frames_recorded + foot.frames_missing
        balanced &= sum(foot.missing_by_reason.values()) == foot.frames_missing
        balanced &= "unexplained" not in foot.missing_by_reason
        # What was sampled and is in no recording must be covered by what the ledger calls lost with the
        # power, or unreadable.
        unflushed = foot.missing_by_reason.get(MissingReason.UNFLUSHED, 0)
        unreadable = foot.missing_by_reason.get(MissingReason.CORRUPT_PAGE, 0)
        balanced &= 0 <= proof.lost <= unflushed + unreadable
        # What had no sample is what the insole says it lost, but for what it could not report any more.
        balanced &= 0 <= insoles[side].slots_lost - insoles[side].overrun <= unflushed + unreadable
        bit_exact &= proof.wrong == 0
    return SoakResult(
        soak.hours, soak.seed, round(wall_s, 1), dict(sorted(soak.world.counts.by_kind.items())), insoles,
        balanced, bit_exact, verify(recording).ok, soak.chip.level,
    )  # fmt: skip
