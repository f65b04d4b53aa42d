"""Recordings made for the tests, and a PostgreSQL server of their own."""

import os
import shutil
import subprocess
from array import array
from pathlib import Path

import numpy as np
import psycopg
from insole_protocol.codec import Encoder
from plantigrade.bridge.clock.estimate import ClockEstimate
from plantigrade.bridge.journal import entries
from plantigrade.bridge.journal.entries import Kind
from plantigrade.gait.signals import Foot, FootSignal, SensorLayout, SourceInfo, Walk
from plantigrade.library.recordings.container import Draft, FootManifest, RecordedGap, RecordingManifest
from plantigrade.library.recordings.frames import FootFrames

START_NS = 1_772_000_000_000_000_000
FIRST, SECOND = "20260301T100000Z-00000001", "20260302T100000Z-00000002"
IDENTITY = {
    "serial": "A1B2C3",
    "side": "left",
    "firmware": "0.1.0",
    "protocol_version": 1,
    "layout": 1,
    "capabilities": 0,
    "period_us": 10_000,
}


def walk(seed: int = 1, rows: int = 400, gap: bool = False) -> Walk:
    """Random forces of two feet; with a hole of half a second where asked."""
    draw = np.random.default_rng(seed)
    layout = SensorLayout(
        "test-3",
        np.array([1.0, 2, 3]),
        np.array([10.0, 20, 30]),
        np.full(3, 2.5),
        ("heel", "midfoot", "toes"),
    )
    time_s = np.arange(rows) / 100
    keep = np.ones(rows, bool)
    if gap:
        keep[100:150] = False
    feet = [
        FootSignal(foot, time_s[keep], draw.uniform(0, 300, (int(keep.sum()), 3)).astype(np.float32), layout)
        for foot in (Foot.LEFT, Foot.RIGHT)
    ]
    return Walk(feet[0], feet[1], 100.0, SourceInfo("somewhere/walk.csv", "csv", "made for a test"), 700.0)


def frames(rows: int, seed: int = 1, start: int = 0) -> FootFrames:
    """Frames of random counts of an insole whose clock is known."""
    counts = np.random.default_rng(seed).integers(0, 4096, (rows, 16))
    return frames_of(counts.astype(np.uint16), start)


def frames_of(counts: np.ndarray, start: int = 0) -> FootFrames:
    """Frames of these counts (n, 16) of an insole whose clock is known."""
    rows = len(counts)
    seq = start + np.arange(rows, dtype=np.int64)
    return FootFrames(
        seq=seq,
        slots=np.ones(rows, np.uint8),
        boot=np.ones(rows, np.uint16),
        status=np.zeros(rows, np.uint16),
        device_us=seq * 10_000,
        host_ns=START_NS + seq * 10_000_000,
        uncertainty_us=np.full(rows, 500, np.int32),
        counts=counts,
    )


def finalized(recordings: Path, name: str, rows: int = 300, gap: bool = False) -> Path:
    """A recording as the bridge finalizes it, of one insole."""
    draft = Draft.begin(recordings, name)
    content = frames(rows)
    gaps = [RecordedGap(rows, rows + 50, rows / 100, None, "off")] if gap else []
    foot = FootManifest(
        foot="left",
        insole=IDENTITY,
        requested=[(0, rows + 50 * gap)],
        frames_requested=rows + 50 * gap,
        frames_recorded=rows,
        frames_missing=50 * gap,
        missing_by_reason={"off": 50} if gap else {},
        gaps=gaps,
        rows=rows,
        sha256=draft.write_frames("left", content),
    )
    return draft.finish(RecordingManifest(name, START_NS, rows / 100, {"made_by": "a test"}, [foot]))


def journal(path: Path, blocks: int = 6) -> Path:
    """A journal of one insole, as the bridge leaves it."""
    run = {"utc_ns": START_NS, "monotonic_ns": 0, "host_boot": "boot"}
    pieces = [
        entries.build_json(Kind.RUN, entries.NO_INSOLE, run),
        entries.build_json(Kind.INSOLE, 0, IDENTITY),
        entries.build(Kind.REQUEST, 0, entries.RANGE.pack(0, blocks * 10)),
        _clock(),
    ]
    ring = array("H", np.random.default_rng(3).integers(0, 4096, 160).astype(np.uint16).tolist())
    out = bytearray(4096)
    for block in range(blocks):
        length = Encoder(max_frames=64, imu=False).encode(
            out, ring, 0, 10, block * 10, block * 100_000, 1, 10_000, 1, 1, 0
        )
        pieces.append(entries.build(Kind.RECORD, 0, entries.RECORD.pack(0) + bytes(out[:length])))
    path.write_bytes(b"".join(pieces))
    return path


def _clock() -> bytes:
    estimate = ClockEstimate(0, 0, 0.0, 100_000, 1.0, 10)
    values = (
        1,
        estimate.reference_us,
        estimate.host_at_reference_ns,
        estimate.drift_ppm,
        estimate.uncertainty_ns,
        estimate.drift_uncertainty_ppm,
        estimate.round_trips,
    )
    return entries.build(Kind.CLOCK, 0, entries.CLOCK.pack(*values))


class PostgresServer:
    """A server of the installed PostgreSQL on a socket of its own."""

    def __init__(self, folder: Path, programs: Path) -> None:
        self._programs, self.data, self._sockets = programs, folder / "data", folder / "s"
        self._sockets.mkdir(parents=True)
        self._made = False
        self._as: list[str] = []
        if os.geteuid() == 0:  # the server refuses to run as root
            self._as = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--"]
            for place in (folder, self._sockets):
                shutil.chown(place, "postgres")
            for parent in folder.parents[:2]:
                parent.chmod(parent.stat().st_mode | 0o011)
        self._run("initdb", "-D", str(self.data), "-U", "tester", "--auth=trust", "-E", "UTF8", "--no-sync")
        options = f"-k {self._sockets} -c listen_addresses= -c fsync=off"
        self._run("pg_ctl", "-D", str(self.data), "-w", "-l", str(folder / "log"), "-o", options, "start")

    @staticmethod
    def find() -> Path | None:
        """The folder of the newest server's programs."""
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
        if found:
            return found[-1].parent
        named = shutil.which("initdb")
        return None if named is None else Path(named).parent

    def empty_database(self) -> str:
        """URL of the server's database, without any table: making a new one each time takes many files."""
        url = f"postgresql://tester@/library?host={self._sockets}"
        if not self._made:
            self._run("createdb", "-h", str(self._sockets), "-U", "tester", "library")
            self._made = True
            return url
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = 'library' AND pid <> pg_backend_pid()"
            )
            connection.execute("DROP SCHEMA public CASCADE")
            connection.execute("CREATE SCHEMA public")
        return url

    def dump(self, url: str) -> str:
        """A database as SQL that any client can run."""
        name = url.split("?")[0].rsplit("/", 1)[-1]
        command = [*self._as, str(self._programs / "pg_dump"), "-h", str(self._sockets), "-U", "tester"]
        done = subprocess.run(
            [*command, "--inserts", "--no-owner", name], capture_output=True, text=True, cwd="/", check=True
        )
        lines = done.stdout.splitlines(keepends=True)
        return "".join(line for line in lines if line[:1] not in ("\\", "-") and "search_path" not in line)

    def stop(self) -> None:
        """Stop the server."""
        self._run("pg_ctl", "-D", str(self.data), "-m", "immediate", "stop")

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [*self._as, str(self._programs / program), *arguments],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            cwd="/",
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"{program}: {done.stderr.decode(errors='replace')}")
