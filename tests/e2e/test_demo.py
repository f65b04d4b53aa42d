"""`plantigrade demo` and `plantigrade scan` as a person runs them: separate processes, real firmware,
virtual radio.
"""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = [pytest.mark.radio, pytest.mark.slow, pytest.mark.micropython]

START_S = 60
DEMO = (sys.executable, "-m", "plantigrade.cli", "demo", "--no-browser")


def descendants(pid: int) -> set[int]:
    """Process ids below `pid`, from /proc."""
    found, queue = set[int](), [pid]
    while queue:
        parent = queue.pop()
        for task in Path(f"/proc/{parent}/task").glob("*/children"):
            children = {int(word) for word in task.read_text().split()}
            queue += children - found
            found |= children
    return found


def alive(pids: set[int]) -> set[int]:
    """Those that have not ended; a zombie has."""

    def runs(pid: int) -> bool:
        try:
            return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
        except OSError:
            return False

    return {pid for pid in pids if runs(pid)}


def wait_until_gone(pids: set[int], within_s: float = 10.0) -> set[int]:
    """Wait for processes to end; those that have not."""
    deadline = time.monotonic() + within_s
    while alive(pids) and time.monotonic() < deadline:
        time.sleep(0.05)
    return alive(pids)


def test_ten_seconds_of_the_bundled_walk_arrive_whole(tmp_path: Path) -> None:
    summary = tmp_path / "demo.json"
    done = subprocess.run(
        [*DEMO, "--seconds", "10", "--json", str(summary)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    result = json.loads(summary.read_text())
    assert result["schema"] == "plantigrade.demo/1"
    assert result["seconds"] == 10
    assert result["problems"] == []
    for side in ("left", "right"):
        insole, strides = result["insoles"][side], result["strides"][side]
        assert abs(insole["frames_sent"] - 1000) <= 20
        assert insole["frames_received"] == insole["frames_sent"]
        assert insole["frames_missing"] == 0
        assert 5 < insole["latency_ms"]["p50"] < insole["latency_ms"]["p99"] < 150
        assert insole["clock_error_ms"]["max"] < 5
        assert insole["clock_error_ms"]["max"] <= insole["clock_uncertainty_ms"] + 1
        assert insole["accounting"]["slots_requested"] >= insole["frames_received"]
        assert strides["found"] >= strides["matched"] >= strides["reference"] - 1 >= 3
        assert strides["mae_ms"] < 10
    assert result["left_right_clock_error_ms"]["max"] < 5
    assert "0 missing" in done.stdout


@pytest.mark.parametrize("moment", ["starting", "walking"])
@pytest.mark.parametrize("how, code", [(signal.SIGINT, 130), (signal.SIGTERM, 1)], ids=["Ctrl-C", "SIGTERM"])
def test_an_interrupted_demo_leaves_nothing_behind(
    moment: str, how: signal.Signals, code: int, tmp_path: Path
) -> None:
    environment = os.environ | {"TMPDIR": str(tmp_path)}
    with subprocess.Popen(
        [*DEMO, "--seconds", "60"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as demo:
        assert demo.stdout is not None and demo.stderr is not None
        for line in demo.stdout:
            if line.startswith("connecting" if moment == "starting" else "walking"):
                break
        below = descendants(demo.pid)
        assert len(below) >= 3, "a radio and two boards"
        demo.send_signal(how)
        assert demo.wait(START_S) == code
        words = demo.stderr.read()
    assert wait_until_gone(below) == set()
    assert "Traceback" not in words
    assert words.strip().count("\n") == 0
    assert list(tmp_path.iterdir()) == []


def test_a_killed_demo_leaves_no_processes() -> None:
    with subprocess.Popen([*DEMO, "--seconds", "60"], stdout=subprocess.PIPE, text=True) as demo:
        assert demo.stdout is not None
        for line in demo.stdout:
            if line.startswith("walking"):
                break
        below = descendants(demo.pid)
        demo.kill()
    assert wait_until_gone(below) == set()


@pytest.mark.parametrize(
    "content, words",
    [(b"1 2 3\n", "line 1 has 3 columns"), (b"\x1f\x8bgarbage", "damaged gzip"), (b"", "holds no samples")],
)
def test_a_source_that_is_no_walk_is_refused_with_words(content: bytes, words: str, tmp_path: Path) -> None:
    source = tmp_path / "walk.txt"
    source.write_bytes(content)
    done = subprocess.run(
        [*DEMO, "--source", str(source)], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 1
    assert str(source) in done.stderr and words in done.stderr
    assert done.stderr.count("\n") == 1


def test_scan_finds_both_insoles_of_a_running_twin(tmp_path: Path) -> None:
    environment = os.environ | {"XDG_RUNTIME_DIR": str(tmp_path)}
    tmp_path.chmod(0o700)
    command = [sys.executable, "-m", "plantigrade.cli"]
    with subprocess.Popen(
        [*command, "twin", "run"], stdout=subprocess.PIPE, text=True, env=environment
    ) as twin:
        try:
            deadline = time.monotonic() + START_S
            while not (tmp_path / "plantigrade" / "twin.json").exists():
                assert time.monotonic() < deadline and twin.poll() is None, "the twin did not announce itself"
                time.sleep(0.1)
            done = subprocess.run(
                [*command, "scan", "--seconds", "4", "--json", "-"],
                capture_output=True,
                text=True,
                timeout=60,
                env=environment,
                check=False,
            )
        finally:
            twin.send_signal(signal.SIGINT)
            twin.wait(30)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)["insoles"]
    assert [insole["side"] for insole in found] == ["left", "right"]
    for insole in found:
        assert insole["virtual"] is True
        assert insole["firmware"]
        assert insole["serial"].upper().endswith(insole["serial_end"].upper())
        assert 0 <= insole["battery_pct"] <= 100
