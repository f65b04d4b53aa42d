"""A catalogue of a million recordings on PostgreSQL: what lists, filters and pages take, and their plans.

    python -m tools.measure_catalogue --rows 1000000

On a server of its own, as the tests have it. Names of people and titles are as in a plain library.
"""

import argparse
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import sqlalchemy.event
from plantigrade.library.catalogue.library import Library
from plantigrade.library.entries import Filter, Tag

from tests.host.library.library_kit import PostgresServer

BAR_MS = 100.0
PEOPLE = 1000
PAGE = 50
TIMES = 20


def fill(library: Library, rows: int) -> None:
    """Recordings of a thousand people, twenty insoles each month, some of them tagged."""
    statements = (
        "INSERT INTO people (code, remark, erasing, audit_key)"
        " SELECT 'P' || lpad(n::text, 4, '0'), '', false, md5(n::text) "
        f"FROM generate_series(1, {PEOPLE}) n",
        "INSERT INTO devices (serial, side, layout, firmware) SELECT 'S' || n, 'left', 1, '1' "
        f"FROM generate_series(1, {2 * PEOPLE}) n",
        "INSERT INTO recordings (id, kind, title, person_id, start_utc_ns, order_ns, duration_s, feet,"
        " sample_rate_hz, frames_recorded, frames_missing, bytes, books_sha256, source, added_utc, erasing)"
        " SELECT 'r' || lpad(n::text, 8, '0'), 'insole', 'day ' || n, 1 + n % "
        f"{PEOPLE}, 1700000000000000000 + n * 60000000000, 1700000000000000000 + n * 60000000000, 3600,"
        f" 'left,right', 100, 720000, 0, 1000000, md5(n::text), '', now(), false"
        f" FROM generate_series(1, {rows}) n",
        "INSERT INTO recording_devices (recording_id, foot, serial) SELECT id, 'left', 'S' || (person_id * 2)"
        " FROM recordings",
        "INSERT INTO tags (recording_id, kind, value)"
        " SELECT id, 'shoe', CASE WHEN person_id % 3 = 0 THEN 'trail' ELSE 'flat' END"
        " FROM recordings WHERE right(id, 1) IN ('0', '5')",
    )
    with library.store.write() as session:
        for statement in statements:
            session.execute(sa.text(statement))
    with library.store.write() as session:  # the work of helpers would be counted nowhere
        session.execute(sa.text("ALTER DATABASE library SET max_parallel_workers_per_gather = 0"))
    with library.store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("ANALYZE"))
    library.store.engine.dispose()  # the setting is for new connections


def questions(library: Library, rows: int) -> dict[str, Callable[[], Any]]:
    """What people ask of a catalogue."""
    return {
        "first page": lambda: library.find(Filter(limit=PAGE)),
        "page 100": lambda: library.find(Filter(limit=PAGE, offset=100 * PAGE)),
        "page 10 000, by its number": lambda: library.find(Filter(limit=PAGE, offset=10_000 * PAGE)),
        "page 10 000, after the last": lambda: library.find(Filter(limit=PAGE, after=f"r{rows // 2:08d}")),
        "a person, first page": lambda: library.find(Filter(person="P0500", limit=PAGE)),
        "a person, count": lambda: library.count(Filter(person="P0500")),
        "an insole, first page": lambda: library.find(Filter(device="S500", limit=PAGE)),
        "a tag, first page": lambda: library.find(Filter(tags=(Tag("shoe", "trail"),), limit=PAGE)),
        "a person and a tag": lambda: library.find(
            Filter(person="P0500", tags=(Tag("shoe", "flat"),), limit=PAGE)
        ),
        "one recording": lambda: library.entry("r00500000"),
        "beginning of a name": lambda: library.entry(f"r{rows:08d}"[:-1] + "0"),
    }


@dataclass(frozen=True)
class Taken:
    """What a question takes: the CPU of this program and of the server, and by the clock."""

    cpu_ms: float
    server_ms: float
    median_ms: float


def take_time(library: Library, ask: Callable[[], Any]) -> Taken:
    """Ask again and again; CPU time says what it takes also where others use the computer."""
    with library.store.read() as session:
        server = Path(f"/proc/{session.scalar(sa.text('SELECT pg_backend_pid()'))}/stat")
    ask()
    times: list[float] = []
    before, own = _ticks(server), time.process_time()
    for _ in range(TIMES):
        begun = time.perf_counter()
        ask()
        times.append((time.perf_counter() - begun) * 1000)
    own_ms = (time.process_time() - own) * 1000 / TIMES
    server_ms = (_ticks(server) - before) * 1000 / os.sysconf("SC_CLK_TCK") / TIMES
    return Taken(own_ms + server_ms, server_ms, statistics.median(times))


def _ticks(stat: Path) -> int:
    """Of a process in user and system mode; proc(5)."""
    fields = stat.read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def plans(library: Library, ask: Callable[[], Any]) -> list[str]:
    """Plans of the statements that a question runs."""
    found: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool) -> None:
        if statement.lstrip().upper().startswith("SELECT"):
            found.append((statement, parameters))

    engine = library.store.engine
    sqlalchemy.event.listen(engine, "before_cursor_execute", note)
    ask()
    sqlalchemy.event.remove(engine, "before_cursor_execute", note)
    lines: list[str] = []
    with engine.connect() as connection:
        for statement, parameters in list(found):
            cursor = connection.connection.cursor()
            cursor.execute("EXPLAIN " + statement, parameters)
            lines += [str(row[0]) for row in cursor.fetchall()] + [""]
    return lines


def main() -> int:
    """Measure, and say; exits 1 if anything is above the bar."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--plans", action="store_true")
    chosen = parser.parse_args()
    programs = PostgresServer.find()
    if programs is None:
        raise SystemExit("no PostgreSQL is installed")
    folder = Path(tempfile.mkdtemp(prefix="pg", dir="/tmp"))
    server = PostgresServer(folder, programs)
    above = 0
    try:
        with Library(folder / "data", server.empty_database()) as library:
            begun = time.monotonic()
            fill(library, chosen.rows)
            print(f"{chosen.rows} recordings entered in {time.monotonic() - begun:.0f} s", flush=True)
            for title, ask in questions(library, chosen.rows).items():
                taken = take_time(library, ask)
                above += taken.cpu_ms > BAR_MS
                print(
                    f"{title:28s} CPU {taken.cpu_ms:6.1f} ms (of it the server {taken.server_ms:6.1f}), "
                    f"by the clock median {taken.median_ms:6.1f} ms",
                    flush=True,
                )
                if chosen.plans:
                    print("\n".join(f"    {line}" for line in plans(library, ask)), flush=True)
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
    return 1 if above else 0


if __name__ == "__main__":
    sys.exit(main())
