"""A catalogue of a million recordings on PostgreSQL: what lists, filters and pages take, and their plans.

    python -m tools.measure_catalogue --rows 1000000 --plans

On a server of its own, as the tests have it. Names of people and titles are as in a plain library. Each
question is asked in the middle of the list as well as at its beginning, and for what is rare as well as for
what is common: both are where a plan without the right index reads the whole table.
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
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import sqlalchemy.event
from plantigrade.library.catalogue.at_a_glance import hours_worn
from plantigrade.library.catalogue.library import Library
from plantigrade.library.commands import MOST_TAGGED
from plantigrade.library.entries import Filter, Tag
from plantigrade.service.people.overview import people_overview
from plantigrade.service.people.settings import PEOPLE_A_PAGE

from tests.host.library.library_kit import PostgresServer

BAR_MS = 100.0
PEOPLE = 1000
PAGE = 50
TIMES = 20
RARE = 5000
"""One recording in so many has missing frames, is imported, or was deleted."""
BEGIN_NS = 1_700_000_000_000_000_000
EACH_NS = 60_000_000_000


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
        " SELECT 'r' || lpad(n::text, 8, '0'), 'insole',"
        f" CASE WHEN n <= {rows // 10} THEN 'study ' ELSE 'day ' END || n, 1 + n % "
        f"{PEOPLE}, {BEGIN_NS} + n * {EACH_NS}, {BEGIN_NS} + n * {EACH_NS}, 3600,"
        f" 'left,right', 100, 720000, CASE WHEN n % {RARE} = 1 THEN 500 ELSE 0 END, 1000000,"
        f" md5(n::text), '', now(), false FROM generate_series(1, {rows}) n",
        f"UPDATE recordings SET kind = 'import' WHERE (order_ns / {EACH_NS}) % {RARE} = 7",
        f"UPDATE recordings SET deleted_utc = now() WHERE (order_ns / {EACH_NS}) % {RARE} = 11",
        "INSERT INTO wear_days (recording_id, person_id, day, document)"
        " SELECT id, person_id, to_char(to_timestamp(order_ns / 1e9), 'YYYY-MM-DD'), '{\"worn_h\": 1.0}'"
        " FROM recordings",
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
    middle, of_middle = (f"r{rows // 2 + further:08d}" for further in (0, 499))  # the other of P0500
    end = datetime.fromtimestamp((BEGIN_NS + rows * EACH_NS) / 1e9, UTC)
    everyone = [f"P{number:04d}" for number in range(1, PEOPLE + 1)]
    of_person = Filter(person="P0500", limit=PAGE)

    def found(**wanted: Any) -> Callable[[], Any]:
        return lambda: library.find(Filter(limit=PAGE, **wanted))

    return {
        "first page": found(),
        "page in the middle": found(after=middle),
        "page before the middle": found(before=middle),
        "a month, first page": found(since=end - timedelta(days=60), until=end - timedelta(days=30)),
        "a month, count": lambda: library.count(Filter(since=end - timedelta(days=30))),
        "a person, first page": found(person="P0500"),
        "a person, page in the middle": found(person="P0500", after=of_middle),
        "a person, count": lambda: library.count(of_person),
        "a person, text in the title": found(person="P0500", text="day 5004"),
        "an insole, first page": found(device="S500"),
        "an insole, count": lambda: library.count(Filter(device="S500")),
        "a tag, first page": found(tags=(Tag("shoe", "trail"),)),
        "a tag, page in the middle": found(tags=(Tag("shoe", "trail"),), after=middle),
        "a tag, count": lambda: library.count(Filter(tags=(Tag("shoe", "trail"),))),
        "a tag in a year, count up to 5000": lambda: library.count(
            Filter(tags=(Tag("shoe", "trail"),), since=end - timedelta(days=365)), most=MOST_TAGGED
        ),
        "a tag and a rare text": found(tags=(Tag("shoe", "trail"),), text="day 100"),
        "a person and a tag": found(person="P0506", tags=(Tag("shoe", "flat"),)),
        "with gaps, which are rare": found(with_gaps=True),
        "without gaps, in the middle": found(with_gaps=False, after=middle),
        "imports, which are rare": found(kind="import"),
        "deleted ones": found(deleted=True),
        "a common text in the title": found(text="day 9"),
        "a rare text in the title": found(text="day 5004"),
        "a text that is found once": found(text=f"day {rows - rows // 3}"),
        "a text of two characters": found(text="7 "),
        "a text that is in no title": found(text="xyz"),
        "a text of the oldest tenth": found(text="study"),
        "a year, count": lambda: library.count(Filter(since=end - timedelta(days=365, hours=7))),
        "without gaps, count": lambda: library.count(Filter(with_gaps=False)),
        "a text, count up to 10 000": lambda: library.count(Filter(text="day 9"), most=10_000),
        "all, count": library.count,
        "one recording": lambda: library.entry("r00500000"),
        "beginning of a name": lambda: library.entry(f"r{rows:08d}"[:-1]),
        "people, page in the middle": lambda: library.people(after="P0500", limit=PAGE),
        "people, who needs a look": lambda: people_overview(library, everyone, end),
        "people, hours of a page": lambda: hours_worn(
            library, set(everyone[:PEOPLE_A_PAGE]), (end - timedelta(days=13)).date(), end.date()
        ),
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
                    f"{title:35s} CPU {taken.cpu_ms:6.1f} ms (of it the server {taken.server_ms:6.1f}), "
                    f"by the clock median {taken.median_ms:6.1f} ms"
                    f"{', above the bar' if taken.cpu_ms > BAR_MS else ''}",
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
