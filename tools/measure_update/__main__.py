"""Measure updates of a virtual insole with real firmware, by real code of the host.

    python -m tools.measure_update                    speed of good updates, and slots lost by them
    python -m tools.measure_update --seeds 3          with three insoles of different use
    python -m tools.measure_update --bad              and firmware that must be taken back
    python -m tools.measure_update --bad --own-times  with the trial's own 600 s for a host that never comes

Said are, over USB and over the virtual radio at two connection intervals, the speed from the first byte to
the last and the seconds of the whole update, in which the trial waits for 3 s without a lost slot and not for
60. The insole samples before and after, has an SD NAND, and has been in use: a host has paired with it and
has set it a few times while it sampled, by a seed. Slots that flash has held up are the firmware's fault, the
others those of a busy computer.

For each bad firmware, brought over the radio: the seconds from the restart into it until the former one
answers, or where it is refused from the command to the refusal, and what became of the slots. A busy computer
shows in all of these figures. The exit code is 1 when an insole does not run what it should, a slot is gone
without a reason, or flash has held one up.
"""

import argparse
import asyncio
import itertools
import random
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from insole_protocol import ids, update_codes
from plantigrade.bridge.accounting import LedgerStatement, MissingReason
from plantigrade.device import targets
from plantigrade.device.pull import pull
from plantigrade.device.update import texts
from plantigrade.device.update.errors import UpdateError, UpdateFault
from plantigrade.device.update.progress import Progress, Stage
from plantigrade.device.update.result import Outcome, UpdateResult
from plantigrade.device.update.transfer import fetch_update_status
from plantigrade.device.update.updating import update_insole
from plantigrade.firmware_image.bundle import Bundle
from plantigrade.link.base import LinkError
from plantigrade.link.usb import UsbLink
from plantigrade.twin.board_spec import CARD_SECTORS

from tools.measure_update import bad_firmware
from tools.measure_update.bench import QUICK, Bench, bench, bundle

LIMIT_S: Final = 900.0
WAYS: Final = (("USB", "usb", 15.0), ("radio, 15 ms", "ble", 15.0), ("radio, 30 ms", "ble", 30.0))
VERSION: Final = "0.2.0"
SAMPLED_S: Final = 2.0
"""Before and after a bad firmware, so that both sides of it are in the log."""
LABEL: Final = 9
MOST_SETTINGS: Final = 6
LOST: Final = set(MissingReason) - {
    MissingReason.OFF,
    MissingReason.NOT_REQUESTED,
    MissingReason.UNFLUSHED,
    MissingReason.OVERRUN,
}
"""Reasons that would be a loss of what was recorded."""


@dataclass
class Watched:
    """An update with the moments at which it began to send, had sent, and restarted."""

    first_s: float = 0.0
    first_bytes: int = 0
    last_s: float = 0.0
    last_bytes: int = 0
    restarted_s: float = 0.0

    def step(self, progress: Progress) -> None:
        """What `update_insole` says."""
        now = asyncio.get_running_loop().time()
        if progress.stage is Stage.SENDING:
            if not self.first_s:
                self.first_s, self.first_bytes = now, progress.done_bytes
            self.last_s, self.last_bytes = now, progress.done_bytes
        if progress.stage is Stage.RESTARTING and not self.restarted_s:
            self.restarted_s = now

    @property
    def kb_per_s(self) -> float:
        """1000 bytes a second from the first reply to the last."""
        return (self.last_bytes - self.first_bytes) / 1000 / max(self.last_s - self.first_s, 1e-3)


async def run(one: Bench, way: str, what: Bundle) -> tuple[UpdateResult, Watched]:
    """One update over `usb` or `ble`."""
    watched = Watched()
    async with asyncio.timeout(LIMIT_S):
        result = await update_insole(one.usb if way == "usb" else one.ble, what, watched.step, QUICK)
    return result, watched


async def use(one: Bench, seed: int) -> None:
    """A host pairs with the insole and sets it, while it samples."""
    chance = random.Random(seed)
    async with targets.conversation(await one.ble()):
        await asyncio.sleep(SAMPLED_S)
    for number in range(chance.randrange(1, MOST_SETTINGS)):
        await one.say(ids.OP_SET_SETTING, LABEL, value=f"shoe {seed} {number}".encode())
        await asyncio.sleep(chance.random() / 4)


def held_up(counters: dict[str, int]) -> int:
    """Slots lost while flash was erased, which takes four; programming a page takes a tenth of one."""
    return counters["sampler_lost_by_1"]


async def measure_speed(seeds: int) -> bool:
    """A good firmware over each link; whether it ran everywhere, and flash has held no slot up."""
    what = bundle(VERSION)
    print(f"{len(what.to_bytes()) / 1000:.0f} kB\n")
    print("| link | seed | kB/s | seconds in all | slots recorded | overrun | of these by an erase |")
    print("|---|---|---|---|---|---|---|")
    well = True
    for seed, (name, way, interval_ms) in itertools.product(range(seeds), WAYS):
        with tempfile.TemporaryDirectory(prefix="plantigrade-update-") as folder:
            async with bench(Path(folder), interval_ms, card_sectors=CARD_SECTORS) as one:
                await use(one, seed)
                by_flash = held_up(await one.counters())
                result, watched = await run(one, way, what)
                await asyncio.sleep(SAMPLED_S)
                by_flash += held_up(await one.counters())
                ledger = (await pull(UsbLink(one.board.serial_port), Path(folder) / "data")).ledger
        overrun = ledger.missing_by_reason.get(MissingReason.OVERRUN, 0)
        speed = f"{watched.kb_per_s:.1f} | {result.seconds:.0f}"
        print(f"| {name} | {seed} | {speed} | {ledger.recorded} | {overrun} | {by_flash} |", flush=True)
        well = well and result.outcome is Outcome.UPDATED and not by_flash and _explained(ledger)
    return well


async def taken_back(one: Bench, what: Bundle) -> tuple[float, str]:
    """Bring a bad firmware over the radio and wait for the former one.

    Returns the seconds from the restart into the bad one, or where it is refused from the command on, and why
    it was left; "" when it was not.
    """
    watched, time = Watched(), asyncio.get_running_loop().time
    began = time()
    async with asyncio.timeout(LIMIT_S):
        try:
            await update_insole(one.ble, what, watched.step, QUICK)
        except UpdateError as error:
            if error.refusal and not watched.restarted_s:
                refused_s = time() - began
                await one.started()
                return refused_s, str(error)
            if error.fault is not UpdateFault.NOT_BACK:
                raise
        while True:
            try:
                async with targets.conversation(await one.ble()) as session:
                    status = await fetch_update_status(session)
            except LinkError:
                continue
            if status.state == update_codes.STATE_ON_TRIAL:  # the host gave up before the insole did
                await asyncio.sleep(1)
                continue
            back = status.state == update_codes.STATE_ROLLED_BACK
            return time() - watched.restarted_s, texts.went_back(status.refusal) if back else ""


def made(kind: bad_firmware.Bad, own_times: bool) -> Bundle:
    """A bad firmware as a bundle, with a short trial where it may have one and that is not unwanted."""
    short = kind.short_trial and not own_times
    files = kind.files() | (bad_firmware.with_short_patience() if short else {})
    return bundle(VERSION, files, short_trial=short, layout=kind.layout)


async def measure_bad(own_times: bool) -> bool:
    """Each bad firmware once; whether the former one came back with every slot explained."""
    print("\n| firmware | back after | reason | recorded | missing, by reason |\n|---|---|---|---|---|")
    well = True
    for name, kind in bad_firmware.KINDS.items():
        with tempfile.TemporaryDirectory(prefix="plantigrade-update-") as folder:
            async with bench(Path(folder)) as one:
                await asyncio.sleep(SAMPLED_S)
                back_s, reason = await taken_back(one, made(kind, own_times))
                await asyncio.sleep(SAMPLED_S)
                ledger = (await pull(UsbLink(one.board.serial_port), Path(folder) / "data")).ledger
        missing = ", ".join(f"{count} {reason}" for reason, count in ledger.missing_by_reason.items())
        row = f"{reason or 'it stayed'} | {ledger.recorded} | {missing or 'none'}"
        print(f"| {name} | {back_s:.0f} s | {row} |", flush=True)
        well = well and bool(reason) and _explained(ledger)
    return well


def _explained(ledger: LedgerStatement) -> bool:
    return ledger.balanced and not LOST & set(ledger.missing_by_reason)


def main() -> int:
    """The tables on the output."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--bad", action="store_true", help="also firmware that must be taken back")
    parser.add_argument(
        "--own-times", action="store_true", help="with the trial's own times: 11 minutes more"
    )
    parser.add_argument("--seeds", type=int, default=1, help="insoles of different use, by this many seeds")
    chosen = parser.parse_args()
    well = asyncio.run(measure_speed(chosen.seeds))
    if chosen.bad:
        well = asyncio.run(measure_bad(chosen.own_times)) and well
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
