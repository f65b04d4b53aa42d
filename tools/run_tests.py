"""The test command: what only computes, what measures time, what waits for the radio, what needs a browser.

Tests over the virtual radio that measure time run one at a time. They mostly wait, so what only computes runs
beside them and gets the time that they leave (the scheduler's idle class, where there is one). Tests over the
radio that measure no time run three at a time; tests of the pages share a browser and a server for each core.
Long runs (marker `soak`) are left out unless asked for. The closing lines say how many tests ran where, and
of which kind they are; checks of style, one a file, are counted apart.
"""

import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NO_TESTS = 5  # pytest's exit code when a selection is empty
OUTCOMES = ("passed", "failed", "skipped")


@dataclass(frozen=True)
class Stage:
    """One run of pytest.

    Attributes:
        name: what is printed above it.
        options: of pytest.
        marks: every test of it has one of these; empty: any test may belong to it.
        gives_way: it runs beside the others of its group, on what they leave of the processor.
    """

    name: str
    options: tuple[str, ...]
    marks: tuple[str, ...] = ()
    gives_way: bool = False

    def files(self) -> list[str]:
        """Test files that name one of the marks: to read the others would take as long as some tests do."""
        named = [f"mark.{mark}" for mark in self.marks]
        files = sorted((ROOT / "tests").rglob("test_*.py"))
        return [str(file) for file in files if any(name in file.read_text("utf-8") for name in named)]


# Each process gets its share of the tests in their order, so that what a file shares is mostly made once, and
# takes over from others when it is done. One more process than cores where tests wait: for the radio, for a
# disk or for another program.
_ALL_CORES = ("-n", "2", "--dist", "worksteal")
_MORE_THAN_CORES = ("-n", "3", "--dist", "worksteal")
STAGES = (
    (
        Stage(
            "radio and virtual machine, one at a time",
            ("-m", "(radio or vm) and not untimed and not soak"),
            ("radio", "vm"),
        ),
        Stage(
            "what only computes, three at a time",
            (*_MORE_THAN_CORES, "-m", "not radio and not vm and not browser and not soak"),
            gives_way=True,
        ),
    ),
    (
        Stage(
            "radio that measures no time, three at a time",
            (*_MORE_THAN_CORES, "-m", "radio and untimed and not browser and not soak"),
            ("untimed",),
        ),
    ),
    (
        Stage(
            "pages in a real browser, on all cores", (*_ALL_CORES, "-m", "browser and not soak"), ("browser",)
        ),
    ),
    (Stage("long runs", ("-m", "soak", "--timeout", "0"), ("soak",)),),
)
"""Groups, one after the other; the stages of a group run together. What one of them writes is shown as it
comes: that of the last, which takes longest; what the others wrote is shown when they have ended."""


@dataclass(frozen=True)
class Ended:
    """What became of a stage.

    Attributes:
        code: pytest's exit code.
        counts: of tests, by place and outcome.
        took_s: how long it took.
        written: what it wrote, if that was not shown as it came.
    """

    code: int
    counts: Counter[str]
    took_s: float
    written: bytes


def run_stage(stage: Stage, extra: list[str], shown: bool) -> Ended:
    """One pytest run; what it writes is `shown` as it comes, or kept."""
    chosen = any(Path(word.partition("::")[0]).exists() for word in extra)
    command = [sys.executable, "-m", "pytest", *stage.options, *extra, *([] if chosen else stage.files())]
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile() as written:
        counts = Path(folder) / "counts.json"
        environment = os.environ | {"PLANTIGRADE_TEST_COUNTS": str(counts)}
        # Tests start Python some hundred times: what is compiled once is stored, whatever the shell prefers.
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        output = None if shown else written
        with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output) as process:
            if stage.gives_way and hasattr(os, "SCHED_IDLE"):  # its workers start later and inherit it
                with contextlib.suppress(PermissionError):  # forbidden in some containers: as equals then
                    os.sched_setscheduler(process.pid, os.SCHED_IDLE, os.sched_param(0))
        written.seek(0)
        found: Counter[str] = Counter(json.loads(counts.read_text()) if counts.exists() else {})
        return Ended(process.returncode, found, time.monotonic() - started, written.read())


def run_group(stages: tuple[Stage, ...], extra: list[str]) -> tuple[bool, Counter[str]]:
    """Stages that run together; whether one of them failed, and the counts of all."""
    print("== " + ", beside it: ".join(stage.name for stage in reversed(stages)), flush=True)
    with ThreadPoolExecutor(len(stages)) as threads:
        shown = [stage is stages[-1] for stage in stages]
        all_ended = list(threads.map(run_stage, stages, [extra] * len(stages), shown))
    for stage, ended in zip(stages, all_ended, strict=True):
        if ended.written:
            print(f"== {stage.name}", flush=True)
            sys.stdout.buffer.write(ended.written)
        print(f"== {stage.name}: {ended.took_s:.0f} s", flush=True)
    failed = any(ended.code not in (0, NO_TESTS) for ended in all_ended)
    total: Counter[str] = Counter()
    for ended in all_ended:
        total += ended.counts
    return failed, total


def main() -> int:
    """Run the stages; 0 when every test passed and at least one ran."""
    parser = argparse.ArgumentParser(prog="make test", description=__doc__)
    parser.add_argument("--soak", action="store_true", help="the long runs as well")
    parser.add_argument("--only-soak", action="store_true", help="nothing but the long runs")
    chosen, extra = parser.parse_known_args()
    started = time.monotonic()
    total: Counter[str] = Counter()
    failed = False
    for group in STAGES:
        is_soak = any("soak" in stage.marks for stage in group)
        if (is_soak and not (chosen.soak or chosen.only_soak)) or (chosen.only_soak and not is_soak):
            continue
        group_failed, counts = run_group(group, extra)
        total += counts
        failed |= group_failed
    print(f"== all stages: {time.monotonic() - started:.0f} s")
    for line, count in sorted(total.items()):
        print(f"{line} {count}")
    tests = {line: count for line, count in total.items() if line.startswith("tests ")}
    outcomes = {word: sum(n for line, n in tests.items() if line.endswith(word)) for word in OUTCOMES}
    print(", ".join(f"{count} {word}" for word, count in outcomes.items()))
    return 1 if failed or not outcomes["passed"] else 0


if __name__ == "__main__":
    sys.exit(main())
