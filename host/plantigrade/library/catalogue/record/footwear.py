"""Shoes and orthotics, and when they were worn."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plantigrade.library.catalogue.person_tables import FootwearPeriodRow, FootwearRow
from plantigrade.library.catalogue.record.access import RecordPart, Values, checked_text, in_utc
from plantigrade.library.person.documents import as_document
from plantigrade.library.person.entries import Footwear, FootwearKind, FootwearPeriod
from plantigrade.library.person.settings import EVERYDAY, LONGEST_NAME, LONGEST_NOTE


class FootwearPart(RecordPart[Footwear]):
    """Pairs that a person has, and the periods in which they were worn: of each kind one at a time."""

    what = "footwear"
    rows = FootwearRow

    def add(self, footwear: Footwear) -> Footwear:
        """Add a pair.

        Raises:
            LibraryError: it has no name, or one that another pair has.
        """
        access = self._access
        name = checked_text(access, footwear.name, LONGEST_NAME, "the name of footwear")
        remark = checked_text(access, footwear.remark, LONGEST_NOTE, "a remark", empty=True)
        with access.writing(self.what) as session:
            if any(known.name.casefold() == name.casefold() for known in self._list(session)[0]):
                raise access.problem(f"there is footwear called {name!r} already")
            row = FootwearRow(
                person_id=access.person_id,
                kind=FootwearKind(footwear.kind).value,
                name=name,
                remark=remark,
                made_utc=datetime.now(UTC),
            )
            session.add(row)
            session.flush()
            return replace(footwear, name=name, remark=remark, id=row.id)

    def all(self) -> list[Footwear]:
        """All pairs, in the order in which they were added."""
        return self._read()

    def named(self, name: str) -> Footwear:
        """The pair of a name, in any case.

        Raises:
            LibraryError: there is none.
        """
        found = [known for known in self.all() if known.name.casefold() == name.strip().casefold()]
        if not found:
            raise self._access.problem(
                f"no footwear is called {name!r}; `plantigrade sessions person footwear` lists and adds it"
            )
        return found[0]

    def wear(self, footwear_id: int, from_utc: datetime, to_utc: datetime | None = None) -> FootwearPeriod:
        """A pair is worn from a time on, or was in a period; another one of its kind ends when it begins.

        Raises:
            LibraryError: there is no such pair, the period ends before it begins, or a later one is known.
        """
        access = self._access
        begin = in_utc(access, from_utc, "footwear")
        end = None if to_utc is None else in_utc(access, to_utc, "footwear")
        if end is not None and end <= begin:
            raise access.problem("a period of wear ends after it begins")
        with access.writing(self.what) as session:
            pairs = {known.id: known for known in self._list(session)[0]}
            if footwear_id not in pairs:
                raise access.problem(f"there is no footwear {footwear_id}")
            pair = pairs[footwear_id]
            for period in _rows(session, access.person_id):
                other = pairs.get(period.footwear_id)
                if other is None or other.kind is not pair.kind:
                    continue
                if period.to_utc is None and period.from_utc < begin:
                    period.to_utc = begin
                if period.from_utc < (end or datetime.max.replace(tzinfo=UTC)) and (
                    period.to_utc is None or period.to_utc > begin
                ):
                    raise access.problem(
                        f"{other.name} is known from {period.from_utc:%Y-%m-%d %H:%M} UTC on, which overlaps"
                    )
            row = FootwearPeriodRow(
                person_id=access.person_id, footwear_id=footwear_id, from_utc=begin, to_utc=end
            )
            session.add(row)
            session.flush()
            return FootwearPeriod(pair, begin, end, row.id)

    def stop(self, footwear_id: int, at_utc: datetime) -> FootwearPeriod | None:
        """A pair is no longer worn; the period that ends, None where it was not worn.

        Raises:
            LibraryError: the time lies before the beginning of the period.
        """
        access = self._access
        end = in_utc(access, at_utc, "footwear")
        with access.writing(self.what) as session:
            pairs = {known.id: known for known in self._list(session)[0]}
            for period in _rows(session, access.person_id):
                if period.footwear_id == footwear_id and period.to_utc is None:
                    if end <= period.from_utc:
                        raise access.problem("a period of wear ends after it begins")
                    period.to_utc = end
                    return FootwearPeriod(pairs[footwear_id], period.from_utc, end, period.id)
        return None

    def periods(self) -> list[FootwearPeriod]:
        """Periods of wear, in the order of their beginnings."""
        with self._access.reading(self.what) as session:
            pairs = {known.id: known for known in self._list(session)[0]}
            return [
                FootwearPeriod(pairs[row.footwear_id], row.from_utc, row.to_utc, row.id)
                for row in _rows(session, self._access.person_id)
                if row.footwear_id in pairs
            ]

    def worn_at(self, utc: datetime) -> list[Footwear]:
        """What was worn at a time: shoes first, then orthotics."""
        at = in_utc(self._access, utc, "footwear")
        worn = [
            period.footwear
            for period in self.periods()
            if period.from_utc <= at and (period.to_utc is None or at < period.to_utc)
        ]
        return sorted(worn, key=lambda pair: list(FootwearKind).index(pair.kind))

    def tag_at(self, utc: datetime) -> str:
        """The tag of the baseline at a time: the names of what was worn, such as "trail + insert"; "everyday"
        where nothing is dated."""
        return " + ".join(pair.name for pair in self.worn_at(utc)) or EVERYDAY

    def as_json(self) -> list[dict[str, Any]]:
        """As of every part, each pair with its periods of wear."""
        periods = self.periods()
        return [
            as_document(pair)
            | {
                "worn": [
                    as_document(period, leave_out=("footwear", "id"))
                    for period in periods
                    if period.footwear.id == pair.id
                ]
            }
            for pair in self.all()
        ]

    def _entry(self, values: Values) -> Footwear:
        return Footwear(FootwearKind(values["kind"]), values["name"], values["remark"], values["id"])


def _rows(session: Session, person_id: int) -> list[FootwearPeriodRow]:
    query = sa.select(FootwearPeriodRow).where(FootwearPeriodRow.person_id == person_id)
    return list(session.scalars(query.order_by(FootwearPeriodRow.from_utc, FootwearPeriodRow.id)))
