"""`python -m tools.fuzz_tables --cases 100000 --seed 7`."""

import argparse
import sys
import tempfile
from collections import Counter
from pathlib import Path
from random import Random

from tools.fuzz_tables.judge import Outcome, judged
from tools.fuzz_tables.kinds import KINDS

UNDAMAGED_SHARE = 0.3
SHOWN = 5


def main() -> int:
    """Fuzz and print the counts; 1 when a table was read wrong and nothing said."""
    parser = argparse.ArgumentParser(prog="python -m tools.fuzz_tables", description=__doc__)
    parser.add_argument("--cases", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kind", choices=("makers", *KINDS), default="plain", help="of the tables")
    parser.add_argument("--keep", type=Path, help="folder for the files that were read wrong")
    arguments = parser.parse_args()
    counts: Counter[tuple[str, Outcome]] = Counter()
    refusals: Counter[str] = Counter()
    wrong = 0
    makers = [draw for kind, draw in KINDS.items() if kind not in ("plain", "spaced", "described")]
    with tempfile.TemporaryDirectory() as folder:
        for case in range(arguments.cases):
            random = Random(f"{arguments.seed}/{case}")
            damaged = random.random() >= UNDAMAGED_SHARE
            draw = makers[case % len(makers)] if arguments.kind == "makers" else KINDS[arguments.kind]
            verdict = judged(random, Path(folder), damaged=damaged, draw=draw)
            counts[verdict.damage or "(as written)", verdict.outcome] += 1
            if verdict.outcome is Outcome.REFUSED and not verdict.damage:
                refusals[_kind_of(verdict.reason)] += 1
            if verdict.outcome is Outcome.WRONG:
                wrong += 1
                if wrong <= SHOWN:
                    print(
                        f"case {case} ({draw.__name__}, {verdict.damage or 'as written'}): {verdict.reason}",
                        file=sys.stderr,
                    )
                if arguments.keep is not None:
                    arguments.keep.mkdir(parents=True, exist_ok=True)
                    (arguments.keep / f"{draw.__name__}_{arguments.seed}_{case}.txt").write_bytes(
                        verdict.content
                    )
    _print(counts, refusals)
    return 1 if wrong else 0


def _kind_of(reason: str) -> str:
    """A refusal without what is of one file alone."""
    quoted = reason.split("'")
    return "...".join("".join(" " if letter.isdigit() else letter for letter in part) for part in quoted[::2])


def _print(counts: Counter[tuple[str, Outcome]], refusals: Counter[str]) -> None:
    names = sorted({name for name, _ in counts})
    print(f"{'':24s}" + "".join(f"{outcome.value:>22s}" for outcome in Outcome))
    for name in names:
        print(f"{name:24s}" + "".join(f"{counts[name, outcome]:22d}" for outcome in Outcome))
    totals = [sum(counts[name, outcome] for name in names) for outcome in Outcome]
    print(f"{'all':24s}" + "".join(f"{total:22d}" for total in totals))
    for reason, count in refusals.most_common(8):
        print(f"  as written, yet refused {count} times: {reason[:120]}")


if __name__ == "__main__":
    sys.exit(main())
