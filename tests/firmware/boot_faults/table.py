"""How long an insole takes to answer HELLO again after each fault.

python -m tests.firmware.boot_faults.table
"""

import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from plantigrade.firmware_image.build import build_firmware

from tests.firmware.boot_faults.broken import When, broken_source, lay_out, modules
from tests.firmware.micropython_run import HERE, run

START_S = 3.0
"""From reset to the first line that the firmware runs by itself: interpreter, file system and 50 modules.

Estimated, as no board has been measured; virtual time passes in waits alone.
"""
HOLD_MS = {When.RUN: 9000}
"""Virtual time for which an insole that answers must run on, longer than the watchdog waits.

What breaks a start needs no such wait.
"""
SETUPS = ("settings", "bonds", "counters", "crashes", "log", "full", "refusing")
PROCESSES = 2
SHARE = 12
"""Faults that one interpreter tries."""


@dataclass(frozen=True)
class Fault:
    """What is broken: a module and when it raises, or a file (`setup`)."""

    name: str
    module: str = ""
    when: When | None = None
    setup: str = "blank"


@dataclass(frozen=True)
class Outcome:
    """What came of it.

    Attributes:
        starts: until HELLO was answered.
        waited_s: virtual time in waits.
        answer: `normal`, `safe` or `none`.
    """

    fault: Fault
    starts: int
    waited_s: float
    answer: str

    @property
    def seconds(self) -> float:
        """Until HELLO was answered, by the estimate of a start."""
        return self.waited_s + self.starts * START_S


def faults(chosen: Sequence[str] | None = None) -> list[Fault]:
    """Every fault, or those of the modules named."""
    found = [
        Fault(f"{module}:{when}", module, when)
        for module in modules()
        if chosen is None or module in chosen
        for when in When
        if broken_source(module, when) is not None
    ]
    return found + [Fault(setup, setup=setup) for setup in (SETUPS if chosen is None else ())]


def measure(chosen: Sequence[Fault]) -> list[Outcome]:
    """Try each fault on a virtual chip of its own."""
    good = build_firmware().folder
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(PROCESSES) as pool:
        jobs = [
            pool.submit(_share, good, Path(folder) / str(first), chosen[first : first + SHARE])
            for first in range(0, len(chosen), SHARE)
        ]
        by_name = {outcome.fault.name: outcome for job in jobs for outcome in job.result()}
    return [by_name[fault.name] for fault in chosen]


def _share(good: Path, folder: Path, chosen: Sequence[Fault]) -> list[Outcome]:
    """The outcomes of some faults, in one interpreter."""
    lines: list[str] = []
    for number, fault in enumerate(chosen):
        where = good
        if fault.when is not None:
            where = folder / str(number)
            source = broken_source(fault.module, fault.when)
            assert source is not None
            lay_out(good, fault.module, source, where)
        hold_ms = HOLD_MS.get(fault.when, 0) if fault.when else 0
        lines.append(f"{number} {where} {fault.setup} {hold_ms}\n")
    listed = folder / "list"
    folder.mkdir(parents=True, exist_ok=True)
    listed.write_text("".join(lines))
    ended = run(HERE / "scripts" / "boot_until_hello.py", str(listed), heap="8000wK", timeout_s=300)
    found: dict[int, Outcome] = {}
    for line in ended.stdout.splitlines():
        if line.startswith("RESULT "):
            _, number, starts, waited_ms, answer = line.split()
            fault = chosen[int(number)]
            found[int(number)] = Outcome(fault, int(starts), int(waited_ms) / 1000, answer)
    if len(found) != len(chosen):
        raise AssertionError(f"the virtual chip stopped:\n{ended.stdout[-2000:]}{ended.stderr[-2000:]}")
    return [found[number] for number in range(len(chosen))]


def main() -> int:
    """Print the table; 1 when an insole stays dark."""
    begun = time.monotonic()
    outcomes = measure(faults())
    print("| fault | starts | s until HELLO | mode |\n|---|---|---|---|")
    for one in outcomes:
        print(f"| {one.fault.name} | {one.starts} | {one.seconds:.1f} | {one.answer} |")
    dark = [one for one in outcomes if one.answer == "none"]
    longest = max(one.seconds for one in outcomes)
    print(
        f"\n{len(outcomes)} faults in {len(modules())} modules and {len(SETUPS)} states of the flash; "
        f"{len(dark)} stay dark; the longest {longest:.1f} s; "
        f"{time.monotonic() - begun:.0f} s on this computer"
    )
    return 1 if dark else 0


if __name__ == "__main__":
    sys.exit(main())
