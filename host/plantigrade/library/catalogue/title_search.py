"""Parts of titles, in any case: which recordings have them.

Titles may be encrypted, and then each is read and compared by the program. In a plain library on PostgreSQL
the server does it: it reads the first titles of the list, which is enough where a text is common, and looks a
rare one up in an index. Either way the recordings are the same.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.orm import Session

from plantigrade.library.catalogue.server_functions import FOLDED, GRAMS
from plantigrade.library.catalogue.tables import TEXT_INDEX, LibraryRow, RecordingRow, vault_of

_AT_ONCE: Final = 500
"""Titles that are fetched at once: enough that the way to the database does not count."""
_READ_FIRST: Final = 5000
"""Titles that are read in the order of the list before the index is asked: 5 ms of the server's time. A text
that so many do not have often enough for a page is in fewer than one title of a hundred."""
_READ_FOR_EACH: Final = 3
"""The same for pages of many: titles that are read for each recording that is wanted."""
_COMPARED_FOR_EACH: Final = 10
"""Of titles that have parts of the text, how many are compared at first for each recording that is wanted.
Most that have the parts have the text, and to compare a hundred thousand takes as long as to look them up."""
_LETTERS: Final = 3
"""Characters that the index has of each place in a title (`server_functions.GRAMS`)."""
_MOST_GRAMS: Final = 3
"""Parts of a text that are looked up, the rarest: of one that a million titles have, the server would have to
read a million places, which takes 10 ms; and three rare ones leave little to compare."""


def list_order(of: Any, is_upwards: bool) -> tuple[Any, Any]:
    """The order of the list, newest first, or the other way round: by the columns of a table or query."""
    if is_upwards:
        return of.order_ns.asc(), of.id.desc()
    return of.order_ns.desc(), of.id.asc()


@dataclass(frozen=True)
class TitleSearch:
    """A text that is looked for in titles, in any case.

    Attributes:
        recordings: a query of recordings, without an order.
        narrowed: a query with all that must hold for recordings beside, by the column of their names: it is
            of other tables, so that it takes longer than to look into a title.
        text: what is looked for.
        is_upwards: from the other end of the list.
    """

    recordings: Any
    narrowed: Callable[[Any, Any], Any]
    text: str
    is_upwards: bool = False

    def first(self, session: Session, most: int | None) -> list[str]:
        """The first recordings in the order of the list, by name; all of them where `most` is None."""
        sought = self.text.casefold()
        if not _server_searches(session):
            return self._compared_here(session, sought, most)
        if not _can_be_stored(sought):
            return []
        if most is not None and len(names := self._among_the_first(session, sought, most)) == most:
            return names
        return self._looked_up(session, sought, most)

    def _order(self, of: Any) -> tuple[Any, Any]:
        return list_order(of, self.is_upwards)

    def _compared_here(self, session: Session, sought: str, most: int | None) -> list[str]:
        """No more titles are read than it takes."""
        titles = self.recordings.with_only_columns(RecordingRow.id, RecordingRow.title)
        titles = self.narrowed(titles, RecordingRow.id).order_by(*self._order(RecordingRow))
        found: Any = session.connection().execute(titles, execution_options={"yield_per": _AT_ONCE})
        with found as rows:
            return list(islice((name for name, title in rows if sought in title.casefold()), most))

    def _among_the_first(self, session: Session, sought: str, most: int) -> list[str]:
        read = self.recordings.with_only_columns(
            RecordingRow.id, RecordingRow.order_ns, _folded().label("folded")
        )
        read = read.order_by(*self._order(RecordingRow))
        read = read.limit(max(_READ_FIRST, _READ_FOR_EACH * most)).subquery().c
        found = self.narrowed(sa.select(read.id).where(sa.func.strpos(read.folded, sought) > 0), read.id)
        return list(session.scalars(found.order_by(*self._order(read)).limit(most)))

    def _looked_up(self, session: Session, sought: str, most: int | None) -> list[str]:
        """Titles that have parts of the text are looked up, and the first of them are compared; all of them
        where the first are not enough."""
        query = self.narrowed(self.recordings, RecordingRow.id)
        if sought:
            asked = sa.cast(as_query(session, sought), TSQUERY)
            query = query.where(getattr(sa.func, GRAMS)(_folded()).op("@@")(asked))
        if most is not None:
            # Where there is an OFFSET, PostgreSQL plans for all rows: else the order of the list would lead
            # it past every recording, where it expects many that match and there are few.
            alike = query.with_only_columns(RecordingRow.order_ns).offset(0).subquery().c
            to_compare = _COMPARED_FOR_EACH * most
            # Places alone: PostgreSQL sorts numbers in half of the time that it takes with names beside them,
            # for which it copies rows. What else stands at one of the places is compared as well.
            from_the_first = alike.order_ns.asc() if self.is_upwards else alike.order_ns.desc()
            first = sa.select(alike.order_ns).order_by(from_the_first).limit(to_compare)
            there = self.narrowed(self.recordings, RecordingRow.id).where(RecordingRow.order_ns.in_(first))
            titles = there.with_only_columns(RecordingRow.id, _has(RecordingRow, sought))
            compared: Any = session.execute(titles.order_by(*self._order(RecordingRow))).all()
            names = [row[0] for row in compared if row[1]]
            if len(names) >= most or len(compared) < to_compare:
                return names[:most]
        query = query.where(_has(RecordingRow, sought))
        found = query.with_only_columns(RecordingRow.id, RecordingRow.order_ns).offset(0).subquery().c
        return list(session.scalars(sa.select(found.id).order_by(*self._order(found)).limit(most)))


def _server_searches(session: Session) -> bool:
    """Whether the server has the titles in plain text, and an index of them."""
    dialect = session.get_bind().dialect
    if dialect.name != "postgresql" or vault_of(dialect) is not None:
        return False
    return session.scalar(sa.select(LibraryRow.key_id)) is None


def _can_be_stored(text: str) -> bool:
    """Whether PostgreSQL could hold it at all: else no title has it."""
    try:
        return b"\0" not in text.encode()
    except UnicodeEncodeError:
        return False


def _folded(of: Any = RecordingRow) -> Any:
    """A title as it is searched: an expression of the server's."""
    columns = (of.title, of.title_folded)
    return getattr(sa.func, FOLDED)(*(sa.type_coerce(column, sa.Text) for column in columns))


def _has(of: Any, sought: str) -> Any:
    """Whether a title has a text."""
    return sa.func.strpos(_folded(of), sought) > 0


def as_query(session: Session, sought: str) -> str:
    """Which places in titles are looked up, as PostgreSQL writes it."""
    if len(sought) < _LETTERS:
        return f"{_quoted(sought)}:*"  # places that begin so
    grams = {sought[place : place + _LETTERS] for place in range(len(sought) - _LETTERS + 1)}
    if len(grams) > _MOST_GRAMS:
        frequency = _frequencies(session, grams).get
        grams = sorted(grams, key=lambda gram: (frequency(gram, 0.0), gram))[:_MOST_GRAMS]
    return " & ".join(map(_quoted, grams))


def _quoted(gram: str) -> str:
    doubled = gram.replace("\\", "\\\\").replace("'", "''")
    return f"'{doubled}'"


def _frequencies(session: Session, grams: set[str]) -> dict[str, float]:
    """What share of the titles has each of some grams: the server's own statistics, from time to time. Rare
    ones are not among them."""
    found = session.execute(
        sa.text(
            "SELECT gram, share FROM pg_stats,"
            " unnest(most_common_elems::text::text[], most_common_elem_freqs) AS common (gram, share)"
            " WHERE schemaname = current_schema AND tablename = :index AND gram = ANY(:grams)"
        ),
        {"index": TEXT_INDEX, "grams": list(grams)},
    )
    return {row.gram: row.share for row in found}
