"""The test command: first what holds however busy the computer is, then what needs a browser, or quiet.

Tests over the virtual radio that measure time run one at a time, alone on the machine; tests of the pages
share a browser and a server for each core. Long runs (marker `soak`) are left out unless asked for. The
closing lines say how many tests ran where, and of which kind they are; checks of style, one a file, are
counted apart.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
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
    """

    name: str
    options: tuple[str, ...]
    marks: tuple[str, ...] = ()

    def files(self) -> list[str]:
        """Test files that name one of the marks: to read the others would take as long as some tests do."""
        named = [f"mark.{mark}" for mark in self.marks]
        files = sorted((ROOT / "tests").rglob("test_*.py"))
        return [str(file) for file in files if any(name in file.read_text("utf-8") for name in named)]


# Each process gets its share of the tests in their order, so that what a file shares is mostly made once, and
# takes over from others when it is done. One more process than cores: a test that waits for the radio, for a
# disk or for another program leaves its core to the next.
_ALL_CORES = ("-n", "2", "--dist", "worksteal")
_MORE_THAN_CORES = ("-n", "3", "--dist", "worksteal")
_ON_A_BUSY_COMPUTER = "(not radio or untimed) and not vm and not browser and not soak"
STAGES = (
    Stage("what holds on a busy computer, three at a time", (*_MORE_THAN_CORES, "-m", _ON_A_BUSY_COMPUTER)),
    Stage("pages in a real browser, on all cores", (*_ALL_CORES, "-m", "browser and not soak"), ("browser",)),
    Stage(
        "radio and virtual machine, one at a time",
        ("-m", "(radio or vm) and not untimed and not soak"),
        ("radio", "vm"),
    ),
    Stage("long runs", ("-m", "soak"), ("soak",)),
)


def run_stage(stage: Stage, extra: list[str]) -> tuple[int, Counter[str]]:
    """One pytest run; its exit code and its counts by place and outcome."""
    print(f"== {stage.name}", flush=True)
    chosen = any(Path(word.partition("::")[0]).exists() for word in extra)
    with tempfile.TemporaryDirectory() as folder:
        counts = Path(folder) / "counts.json"
        environment = os.environ | {"PLANTIGRADE_TEST_COUNTS": str(counts)}
        # Tests start Python some hundred times: what is compiled once is stored, whatever the shell prefers.
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        command = [sys.executable, "-m", "pytest", *stage.options, *extra, *([] if chosen else stage.files())]
        code = subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode
        found: Counter[str] = Counter(json.loads(counts.read_text()) if counts.exists() else {})
    return code, found


def main() -> int:
    """Run the stages; 0 when every test passed and at least one ran."""
    parser = argparse.ArgumentParser(prog="make test", description=__doc__)
    parser.add_argument("--soak", action="store_true", help="the long runs as well")
    parser.add_argument("--only-soak", action="store_true", help="nothing but the long runs")
    chosen, extra = parser.parse_known_args()
    started = time.monotonic()
    total: Counter[str] = Counter()
    failed = False
    for stage in STAGES:
        is_soak = "soak" in stage.marks
        if (is_soak and not (chosen.soak or chosen.only_soak)) or (chosen.only_soak and not is_soak):
            continue
        stage_started = time.monotonic()
        code, counts = run_stage(stage, extra)
        total += counts
        print(f"== {stage.name}: {time.monotonic() - stage_started:.0f} s")
        failed |= code not in (0, NO_TESTS)
    print(f"== all stages: {time.monotonic() - started:.0f} s")
    for line, count in sorted(total.items()):
        print(f"{line} {count}")
    tests = {line: count for line, count in total.items() if line.startswith("tests ")}
    outcomes = {word: sum(n for line, n in tests.items() if line.endswith(word)) for word in OUTCOMES}
    print(", ".join(f"{count} {word}" for word, count in outcomes.items()))
    return 1 if failed or not outcomes["passed"] else 0


if __name__ == "__main__":
    sys.exit(main())
