"""A catalogue of a million recordings on PostgreSQL: how long lists, filters and pages take, and their plans.

    python -m tools.measure_catalogue --rows 1000000

On a server of its own, as the tests have it. Names of people and titles are as in a plain library.
"""

import argparse
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from plantigrade.library.catalogue.library import Library
from plantigrade.library.entries import Filter, Tag

from tests.host.library.library_kit import PostgresServer

BAR_MS = 100.0
PEOPLE = 1000
PAGE = 50


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
    with library.store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("ANALYZE"))


def questions(library: Library, rows: int) -> dict[str, Callable[[], Any]]:
    """What people ask of a catalogue."""
    return {
        "first page": lambda: library.find(Filter(limit=PAGE)),
        "page 100": lambda: library.find(Filter(limit=PAGE, offset=100 * PAGE)),
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


def plans(library: Library, ask: Callable[[], Any]) -> list[str]:
    """Plans of the statements that a question runs."""
    found: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool) -> None:
        if statement.lstrip().upper().startswith("SELECT"):
            found.append((statement, parameters))

    engine = library.store.engine
    sa.event.listen(engine, "before_cursor_execute", note)
    ask()
    sa.event.remove(engine, "before_cursor_execute", note)
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
                times: list[float] = []
                for _ in range(7):
                    begun = time.perf_counter()
                    ask()
                    times.append((time.perf_counter() - begun) * 1000)
                median = statistics.median(times)
                above += median > BAR_MS
                print(f"{title:24s} median {median:7.1f} ms, worst {max(times):7.1f} ms", flush=True)
                if chosen.plans:
                    print("\n".join(f"    {line}" for line in plans(library, ask)), flush=True)
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
    return 1 if above else 0


if __name__ == "__main__":
    sys.exit(main())
