"""Measures what others notice while someone tries to sign in again and again, and prints one JSON document.

`python -m tools.measure_sign_ins --a-minute 1000`: a patient's first page is asked for, one request after
the other, first in peace and then while wrong passwords are posted at that rate from one address. The pages
run in a process of their own.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Final

import httpx2
from plantigrade.library.catalogue.accounts.entries import Role
from plantigrade.web.requests import COOKIE

from tools.web_site.serving import served

NAME: Final = "home"
TAIL: Final = 0.95


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(prog="python -m tools.measure_sign_ins", description=__doc__)
    parser.add_argument("--a-minute", type=float, default=1000.0, help="tries a minute (1000)")
    parser.add_argument("--seconds", type=float, default=20.0, help="of each half (20)")
    parser.add_argument("--serve", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.serve is not None:
        _serve(chosen.serve)
        return
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "tools.measure_sign_ins", "--serve", str(Path(folder) / "data")]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None and process.stdin is not None
            url, token = process.stdout.readline().split()
            print(json.dumps(_measured(url, token, chosen.a_minute, chosen.seconds), indent=1))
            process.stdin.close()


def _serve(folder: Path) -> None:
    with served(folder) as site:
        print(site.url, site.tokens[Role.PATIENT], flush=True)
        sys.stdin.read()


def _measured(url: str, token: str, a_minute: float, seconds: float) -> dict[str, object]:
    _times_ms(url, token, 5.0)  # what is made once is made
    in_peace = _times_ms(url, token, seconds)
    ended = threading.Event()
    answers: Counter[int] = Counter()
    thread = threading.Thread(target=_try, args=(url, a_minute, ended, answers))
    thread.start()
    meanwhile = _times_ms(url, token, seconds)
    ended.set()
    thread.join()
    return {
        "tries_a_minute": round(sum(answers.values()) * 60 / seconds),
        "answers": {str(status): count for status, count in sorted(answers.items())},
        "in_peace": _figures(in_peace),
        "meanwhile": _figures(meanwhile),
    }


def _times_ms(url: str, token: str, seconds: float) -> list[float]:
    found: list[float] = []
    with httpx2.Client(base_url=url, cookies={COOKIE: token}) as client:
        end_s = time.monotonic() + seconds
        while (begun_s := time.monotonic()) < end_s:
            client.get("/").raise_for_status()
            found.append((time.monotonic() - begun_s) * 1e3)
            time.sleep(0.05)
    return found


def _try(url: str, a_minute: float, ended: threading.Event, answers: Counter[int]) -> None:
    with httpx2.Client(base_url=url) as client:
        due_s = time.monotonic()
        while not ended.wait(max(0.0, due_s - time.monotonic())):
            due_s += 60 / a_minute
            form = {"action": "password", "name": NAME, "password": "wrong horse battery", "code": "000000"}
            answers[client.post("/sign-in", data=form).status_code] += 1


def _figures(times_ms: list[float]) -> dict[str, float]:
    ordered = sorted(times_ms)
    tail = ordered[min(len(ordered) - 1, round(TAIL * len(ordered)))]
    return {
        "requests": len(times_ms),
        "p50_ms": round(statistics.median(times_ms), 1),
        "p95_ms": round(tail, 1),
        "max_ms": round(ordered[-1], 1),
    }


if __name__ == "__main__":
    main()
