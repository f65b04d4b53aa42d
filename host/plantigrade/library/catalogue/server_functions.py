"""What PostgreSQL itself does for a long catalogue: parts of titles in an index, and counts of recordings.

Libraries of one computer (SQLite) have few enough recordings to read and count them, and have none of this.

Written for revision 0009, whose migration runs it as it stands here: a later change needs a migration that
replaces the functions.
"""

from typing import Final

import sqlalchemy as sa

from plantigrade.library.catalogue.counts import DAY_NS

FOLDED: Final = "plantigrade_folded"
"""SQL function: a title as it is searched, from `title` and `title_folded`; null where it is encrypted."""
GRAMS: Final = "plantigrade_grams"
"""SQL function: of each place in a text the three characters from there on; fewer at its end.

So every part of a text is the beginning of one of them, or, where it is longer, made of some of them. Not the
extension pg_trgm, which leaves out what is shorter than three characters, and what the server's language does
not take for a letter.
"""

_FUNCTIONS: Final = (
    f"""CREATE OR REPLACE FUNCTION {FOLDED}(title text, folded text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(folded, CASE WHEN title LIKE 'pg1$%' THEN NULL ELSE lower(title COLLATE "C") END)
    $$""",
    f"""CREATE OR REPLACE FUNCTION {GRAMS}(part_of text) RETURNS tsvector
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT array_to_tsvector(array_agg(substr(part_of, place, 3)))
    FROM generate_series(1, char_length(part_of)) place
    $$""",
)

_KEY: Final = (
    f"order_ns / {DAY_NS} - (order_ns % {DAY_NS} < 0)::int AS day, kind,"
    " frames_missing > 0 AS with_gaps, deleted_utc IS NOT NULL AS deleted"
)
"""By what recordings are counted; days are those of UTC since 1970, also before it."""

_COUNTING: Final = (
    # Whoever finds a row taken by another writer takes a row of their own: nobody waits for anybody.
    """CREATE OR REPLACE FUNCTION plantigrade_count(
        of_day integer, of_kind text, of_gaps boolean, of_deleted boolean, more bigint
    ) RETURNS void LANGUAGE plpgsql AS $$
    BEGIN
        UPDATE recording_counts SET number = number + more WHERE id = (
            SELECT id FROM recording_counts
            WHERE day = of_day AND kind = of_kind AND with_gaps = of_gaps AND deleted = of_deleted
            LIMIT 1 FOR UPDATE SKIP LOCKED
        );
        IF NOT FOUND THEN
            INSERT INTO recording_counts (day, kind, with_gaps, deleted, number)
            VALUES (of_day, of_kind, of_gaps, of_deleted, more);
        END IF;
    END $$""",
    *(
        f"""CREATE OR REPLACE FUNCTION plantigrade_count_{event}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            PERFORM plantigrade_count(day::int, kind, with_gaps, deleted, sum(more)::bigint)
            FROM ({rows}) changed GROUP BY day, kind, with_gaps, deleted HAVING sum(more) <> 0;
            RETURN NULL;
        END $$"""
        for event, rows in (
            ("insert", f"SELECT {_KEY}, 1 AS more FROM added WHERE NOT erasing"),
            ("delete", f"SELECT {_KEY}, -1 AS more FROM removed WHERE NOT erasing"),
            (
                "update",
                f"SELECT {_KEY}, 1 AS more FROM added WHERE NOT erasing"
                f" UNION ALL SELECT {_KEY}, -1 FROM removed WHERE NOT erasing",
            ),
        )
    ),
    *(
        f"""CREATE TRIGGER plantigrade_count_{event} AFTER {event.upper()} ON recordings
        REFERENCING {tables} FOR EACH STATEMENT EXECUTE FUNCTION plantigrade_count_{event}()"""
        for event, tables in (
            ("insert", "NEW TABLE AS added"),
            ("delete", "OLD TABLE AS removed"),
            ("update", "OLD TABLE AS removed NEW TABLE AS added"),
        )
    ),
    f"""INSERT INTO recording_counts (day, kind, with_gaps, deleted, number)
    SELECT day, kind, with_gaps, deleted, count(*)
    FROM (SELECT {_KEY} FROM recordings WHERE NOT erasing) present GROUP BY day, kind, with_gaps, deleted""",
)
"""Triggers first: from then on until the end of the transaction nobody else changes recordings."""


def make_functions(connection: sa.Connection) -> None:
    """Before the tables: functions that an index of theirs uses."""
    if connection.dialect.name == "postgresql":
        for statement in _FUNCTIONS:
            connection.exec_driver_sql(statement.replace("%", "%%"))


def begin_counting(connection: sa.Connection) -> None:
    """After the tables: count the recordings that there are, and from now on those that come and go."""
    if connection.dialect.name == "postgresql":
        for statement in _COUNTING:
            connection.exec_driver_sql(statement.replace("%", "%%"))
