"""Throw damaged and made-up bytes at every parser that a stranger's bytes reach since insoles have keys.

    python -m tools.fuzz_security --inputs 10000000
    python -m tools.fuzz_security --only "key files" --only "paper codes" --seed 7

For each parser: how many inputs it took, the most memory that it held over a first part of them, and by how
much the process grew over the rest. Anything else than its own named errors is a crash, and ends the run with
the input; so does a sealed record, a proof or a file that was changed and taken nevertheless.
"""

import argparse
import random
import resource
import sys
import time
import tracemalloc
from dataclasses import dataclass
from typing import Final

from tools.fuzz_security.targets import Target, targets

BATCH: Final = 256
TRACED_INPUTS: Final = 50_000
"""Whose memory is traced, which takes four times as long; afterwards the process as a whole is looked at."""
MOST_HELD_BYTES: Final = 64 << 20
MOST_GROWTH_BYTES: Final = 64 << 20
PROGRESS_S: Final = 60.0


@dataclass(frozen=True)
class Outcome:
    """Of one parser.

    Attributes:
        inputs, taken: how many there were, and how many of them it took.
        held_bytes: the most that it held, over the inputs that were traced.
        growth_bytes: of the process, over the others.
        seconds: all of it took.
    """

    inputs: int
    taken: int
    held_bytes: int
    growth_bytes: int
    seconds: float

    @property
    def bounded(self) -> bool:
        """Whether memory stayed within its bounds."""
        return self.held_bytes < MOST_HELD_BYTES and self.growth_bytes < MOST_GROWTH_BYTES


def fire(target: Target, inputs: int, seed: int) -> Outcome:
    """Throw so many inputs at a parser, rounded up to whole batches.

    Raises:
        AssertionError: it raised something else than its own errors; the message has the input.
    """
    chance = random.Random(seed)
    began = reported = time.perf_counter()
    done = taken = 0
    tracemalloc.start()
    held = before = 0
    while done < inputs:
        if tracemalloc.is_tracing() and done >= min(TRACED_INPUTS, inputs // 2):
            _, held = tracemalloc.get_traced_memory()
            tracemalloc.stop()
            before = _peak_bytes()
        batch = target.batch(BATCH, chance)
        try:
            taken += target.parse(batch)
        except Exception as error:
            tracemalloc.stop()
            raise AssertionError(f"{target.name}: {error!r}, input {_culprit(target, batch)}") from error
        done += len(batch)
        if time.perf_counter() - reported > PROGRESS_S:
            reported = time.perf_counter()
            print(
                f"  {target.name}: {done} of {inputs}, {reported - began:.0f} s", file=sys.stderr, flush=True
            )
    if tracemalloc.is_tracing():  # one batch was all
        _, held = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        before = _peak_bytes()
    return Outcome(done, taken, held, _peak_bytes() - before, time.perf_counter() - began)


def _peak_bytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10


def _culprit(target: Target, batch: list[bytes]) -> str:
    """The input of a batch that does it by itself, in hex."""
    for data in batch:
        try:
            target.parse([data])
        except Exception:  # noqa: BLE001 - whatever it is: it is what is looked for
            return data.hex()
    return "none by itself, all of " + " ".join(data.hex() for data in batch)


def main(arguments: list[str] | None = None) -> int:
    """Run; exit code 1 when a parser held too much memory."""
    every = targets()
    parser = argparse.ArgumentParser(
        prog="python -m tools.fuzz_security",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--inputs", type=int, default=100_000, help="for each parser (default %(default)s)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--only",
        action="append",
        choices=[one.name for one in every],
        metavar="PARSER",
        help="this parser, may be given several times: " + ", ".join(one.name for one in every),
    )
    chosen = parser.parse_args(arguments)
    good = True
    for number, target in enumerate(every):
        if chosen.only and target.name not in chosen.only:
            continue
        outcome = fire(target, chosen.inputs, chosen.seed + number)
        good = good and outcome.bounded
        print(
            f"{target.name:18} {outcome.inputs} inputs, {outcome.taken} taken, 0 crashes, "
            f"{outcome.held_bytes >> 10} KiB held, {outcome.growth_bytes >> 10} KiB more in the end, "
            f"{outcome.seconds:.0f} s",
            flush=True,
        )
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
