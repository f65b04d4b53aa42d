"""Freezes the catalogue's tables of a release, with content, as SQL: run once for each released revision.

`python -m tests.host.library.freeze_release` writes released/REVISION.sqlite.sql and .postgresql.sql, which
test_migrations.py brings up to date for ever after. A file that is there is never written again.
"""

import shutil
import sqlite3
import tempfile
from pathlib import Path

import sqlalchemy as sa
from plantigrade.library.catalogue.store import FILE_NAME, REVISION, Store

from tests.host.library.library_kit import PostgresServer

FROZEN = Path(__file__).with_name("released")
CONTENT = (
    "INSERT INTO library (id, uuid, key_id, created_utc) VALUES"
    " (1, '0f9a3f6e-1111-4222-8333-444455556666', NULL, '2026-03-01 09:00:00')",
    "INSERT INTO people (code, name, birth_date, sex, height_cm, weight_kg, shoe_size_eu, remark, erasing)"
    " VALUES ('P001', 'Grüße', '1950-02-28', 'male', 180, 81.5, 43, 'knee', false)",
    "INSERT INTO devices (serial, side, layout, firmware, calibration)"
    " VALUES ('A1B2C3', 'left', 1, '0.1.0', NULL)",
    "INSERT INTO recordings (id, kind, title, person_id, start_utc_ns, order_ns, duration_s, feet,"
    " sample_rate_hz, frames_recorded, frames_missing, bytes, books_sha256, source, added_utc, deleted_utc,"
    " erasing) VALUES ('20260301T100000Z-00000001', 'insole', 'first', 1, 1772359200000000000,"
    " 1772359200000000000, 3.0, 'left', 100.0, 300, 0, 12345, 'none', '', '2026-03-01 10:05:00', NULL,"
    " false)",
    "INSERT INTO recording_devices (recording_id, foot, serial)"
    " VALUES ('20260301T100000Z-00000001', 'left', 'A1B2C3')",
    "INSERT INTO tags (recording_id, kind, value) VALUES ('20260301T100000Z-00000001', 'shoe', 'trail')",
    "INSERT INTO notes (recording_id, text, at_s, author, created_utc) VALUES"
    " ('20260301T100000Z-00000001', 'limps', 1.5, 'who', '2026-03-01 11:00:00')",
    "INSERT INTO analyses (recording_id, algorithm, version, made_utc, document) VALUES"
    " ('20260301T100000Z-00000001', 'plantigrade.gait', '0.1.0', '2026-03-01 12:00:00', '{\"both\":{}}')",
    "INSERT INTO alerts (recording_id, rule, foot, from_s, to_s, document) VALUES"
    " ('20260301T100000Z-00000001', 'one_sided_load', 'left', 1.0, NULL, '{\"value\":2}')",
    "INSERT INTO audit (at_utc, actor, action, subject, detail) VALUES"
    " ('2026-03-01 10:05:00', 'who', 'add', '20260301T100000Z-00000001', 'insole')",
)
"""Something in every table, as the released version wrote it; a later release adds what is new in it."""
AUDITED = (
    # at, action, subject, detail: one person twice under one code, one who is there, one who was erased
    ("2026-02-01 08:00:00", "add person", "P001", ""),
    ("2026-02-02 08:00:00", "assign", "20260201T100000Z-0000000f", "P001"),
    ("2026-02-03 08:00:00", "erase person", "P001", "1 recordings"),
    ("2026-03-01 09:00:00", "add person", "P001", ""),
    ("2026-03-01 10:06:00", "assign", "20260301T100000Z-00000001", "P001"),
    ("2026-03-01 10:07:00", "tag", "20260301T100000Z-00000001", "shoe:trail, other:knee hurts"),
    ("2026-03-01 10:08:00", "change person", "P001", ""),
    ("2026-03-02 08:00:00", "add person", "P002", ""),
    ("2026-03-02 08:01:00", "assign", "20260301T100000Z-00000001", "P002"),
    ("2026-03-02 08:02:00", "assign", "20260301T100000Z-00000001", "nobody"),
    ("2026-03-02 08:03:00", "assign", "20260301T100000Z-00000001", "P001"),
    ("2026-03-03 08:00:00", "erase person", "P002", "0 recordings"),
)
SINCE_0002 = tuple(
    "INSERT INTO audit (at_utc, actor, action, subject, detail) VALUES"
    f" ('{at}', 'who', '{action}', '{subject}', '{detail}')"
    for at, action, subject, detail in AUDITED
)
"""What the second release wrote beside it."""


def fill(store: Store, revision: str) -> None:
    """Tables of a revision with `CONTENT`."""
    store.bring_up_to_date(revision)
    with store.write() as session:
        for statement in CONTENT if revision == "0001" else (*CONTENT, *SINCE_0002):
            session.execute(sa.text(statement.replace(":", "\\:")))
    store.close()


def freeze(revision: str, folder: Path) -> None:
    """Write both dumps."""
    data = folder / "sqlite"
    data.mkdir()
    fill(Store(data), revision)
    connection = sqlite3.connect(data / FILE_NAME)
    text = "\n".join(connection.iterdump()) + "\n"
    connection.close()
    with (FROZEN / f"{revision}.sqlite.sql").open("x", encoding="utf-8") as file:
        file.write(text)
    programs = PostgresServer.find()
    if programs is None:
        raise SystemExit("no PostgreSQL server is installed")
    server = PostgresServer(folder / "pg", programs)
    try:
        url = server.empty_database()
        fill(Store(data, url), revision)
        text = server.dump(url)
    finally:
        server.stop()
    with (FROZEN / f"{revision}.postgresql.sql").open("x", encoding="utf-8") as file:
        file.write(text)


if __name__ == "__main__":
    import sys

    place = Path(tempfile.mkdtemp(prefix="pg", dir="/tmp"))
    freeze(sys.argv[1] if len(sys.argv) > 1 else REVISION, place)
    shutil.rmtree(place, ignore_errors=True)
