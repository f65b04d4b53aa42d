"""An alert over the whole way, in real time: firmware, virtual radio, bridge, calibration, engine, rules."""

import os
import re
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from plantigrade.posture.rules_engine.rulebook import RuleBook

from tools.posture_tables.table import Table

NEUTRAL_S = 250
SECONDS = 345
CONDITION, RULE = "supination:3", "supination"
EDITS = {"dwell_s": 5.0, "window_strides": 30.0}
REPORTED = re.compile(
    rf"{RULE} \(version (?P<version>\S+)\), (?P<strides>\d+) strides, (?P<late>\d+) s after the condition"
)


def measure(seed: int) -> Table:
    """`twin run --live` as shipped and with a clinician's edits, side by side."""
    with tempfile.TemporaryDirectory() as folder:
        book = RuleBook()
        for name, value in EDITS.items():
            at = datetime(2026, 1, 10, 9, 0, tzinfo=UTC)
            book.edit(RULE, name, value, by="clinician", at=at, reason="measurement of the alert's path")
        edited = Path(folder) / "patient.json"
        book.save(edited)
        load = os.getloadavg()[0]
        runs = {"as shipped": _start(seed), "dwell 5 s, window 30 strides": _start(seed, edited)}
        message = {name: run.communicate(timeout=SECONDS + 120)[0] for name, run in runs.items()}
    rows = [(name, *_row(text)) for name, text in message.items()]
    texts = (
        f"`plantigrade twin run --condition {CONDITION} --neutral-s {NEUTRAL_S} --seed {seed} --live`, in "
        "real time: forces through the sensors' model, the real firmware on virtual boards, the virtual "
        "radio, bridge, calibration, gait engine, rules, words on the terminal. Seconds by this computer's "
        f"clock from the first step with the condition to the words. Load of the computer at the "
        f"start: {load:.1f}."
    )
    columns = ("rules", "rule version", "left foot", "right foot", "strides of the foot when told")
    return Table("An alert over the air", texts, columns, tuple(rows))


def _start(seed: int, book: Path | None = None) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "plantigrade.cli", "twin", "run", "--live", "--condition", CONDITION]
    command += ["--neutral-s", str(NEUTRAL_S), "--seconds", str(SECONDS), "--seed", str(seed)]
    command += [] if book is None else ["--rules", str(book)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def _row(text: str) -> tuple[str, ...]:
    reported = list(REPORTED.finditer(text))
    if not reported:
        return "-", "none", "none", "-"
    sides = {
        side: next(
            (m["late"] + " s" for m in reported if f"your {side} foot" in text[m.end() :].splitlines()[0]),
            "none",
        )
        for side in ("left", "right")
    }
    return reported[0]["version"], sides["left"], sides["right"], reported[0]["strides"]
