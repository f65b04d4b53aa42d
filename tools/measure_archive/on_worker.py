"""What runs in the workers: no import beyond what their work needs, since memory is what is measured."""

import resource
from dataclasses import dataclass
from pathlib import Path

from plantigrade.archive.task import Outcome, Place, Task, analyse


@dataclass(frozen=True)
class Cost:
    """What one process has taken.

    Attributes:
        cpu_s: of the processor, by the program and for it, with all its threads.
        peak_mb: of memory.
    """

    cpu_s: float
    peak_mb: int

    @classmethod
    def now(cls) -> "Cost":
        """Of this process until now."""
        used = resource.getrusage(resource.RUSAGE_SELF)
        return cls(used.ru_utime + used.ru_stime, _peak_mb())


def _peak_mb() -> int:
    """Peak of this program's own memory. Not `ru_maxrss`: on Linux that begins with what the process had that
    started it.
    """
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) // 1024


def costed(place: Place, task: Task) -> tuple[Outcome, float, int]:
    """Analyse a recording: what became of it, seconds of the processor, and the process' peak of memory."""
    begun = Cost.now()
    outcome = analyse(place, task)
    ended = Cost.now()
    return outcome, ended.cpu_s - begun.cpu_s, ended.peak_mb


def nothing(_place: Place, task: Task) -> Outcome:
    return Outcome(task.recording, task.manifest_sha256)
