"""One request as a page sees it: who asks, about whom, in which words, with which form."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Final

from plantigrade.errors import PlantigradeError
from plantigrade.library.catalogue.queries import UnknownRecordingError
from plantigrade.library.catalogue.store import LibraryError
from plantigrade.library.entries import RecordingEntry
from plantigrade.library.person.entries import DataKind
from plantigrade.web.accounts.rights import ALL_KINDS, OF_A_PERSON, Account, Action, may
from plantigrade.web.site import Site
from plantigrade.web.words import Words

LONGEST_FIELD: Final = 2000
"""Characters of a field of a form, unless the page asks for more."""
LONGEST_NUMBER: Final = 40


class RefusedError(PlantigradeError):
    """A request that is not answered with a page.

    Attributes:
        status: of HTTP.
        text: for the person; "" for the usual one of the status.
    """

    def __init__(self, status: int, text: str = "") -> None:
        super().__init__(text or f"refused with status {status}")
        self.status = status
        self.text = text


@dataclass(frozen=True)
class Upload:
    """A file that was posted.

    Attributes:
        name: as the browser gave it, without folders; never used as a path.
        path: where its bytes lie until the answer is made.
        size: in bytes.
    """

    name: str
    path: Path
    size: int


@dataclass(frozen=True)
class Visit:
    """One request.

    Attributes:
        site: library, service and settings.
        account: who asks; None before signing in.
        words: in the reader's language.
        zone: of the person it is about, for times and days.
        path: address without query.
        parts: of the address, such as `code` and `id`.
        query: of the address.
        form: fields that were posted.
        files: that were posted.
        shared_kinds: what people share with the account now, by their codes.
        shows: kinds of data that the page shows which was asked for.
        person: code of the person it is about: that of the address (`/people/CODE`), of the query
            (`?person=`), or the account's own; None where there is none.
        address: of the browser, for limits and the audit log.
        token: of the session; "" before signing in.
        form_token: of the session, for forms.
        fragment: asked for by htmx: a part of the page is enough.
        host: name and port by which the browser knows this site; a passkey belongs to that name.
        browser: what the browser says of itself.
    """

    site: Site
    account: Account | None
    words: Words
    zone: tzinfo = UTC
    path: str = "/"
    parts: Mapping[str, str] = field(default_factory=dict[str, str])
    query: Mapping[str, str] = field(default_factory=dict[str, str])
    form: Mapping[str, str] = field(default_factory=dict[str, str])
    files: Mapping[str, Upload] = field(default_factory=dict[str, Upload])
    shared_kinds: Mapping[str, frozenset[DataKind]] = field(default_factory=dict[str, frozenset[DataKind]])
    shows: frozenset[DataKind] = ALL_KINDS
    person: str | None = None
    address: str = ""
    token: str = ""
    form_token: str = ""
    fragment: bool = False
    host: str = ""
    browser: str = ""

    @property
    def now(self) -> datetime:
        """The time of the request, in the zone of the person it is about."""
        return datetime.fromtimestamp(self.site.utc_ns() / 1e9, UTC).astimezone(self.zone)

    @property
    def who(self) -> Account:
        """Who asks.

        Raises:
            RefusedError: 403, nobody is signed in.
        """
        if self.account is None:
            raise RefusedError(403)
        return self.account

    def may(self, action: Action, person: str | None = None) -> bool:
        """Whether the account may do this; `person` is the one it is about where none is given."""
        about = self.person if person is None else person
        given = self.shared_kinds.get(about or "", frozenset())
        return self.account is not None and may(
            self.account, action, about, given >= ALL_KINDS, given >= self.shows
        )

    @property
    def shared_with(self) -> frozenset[str]:
        """Codes of people who share everything with the account now."""
        return frozenset(code for code, kinds in self.shared_kinds.items() if kinds >= ALL_KINDS)

    @property
    def sees_a_part(self) -> bool:
        """The person whom it is about is somebody else, who shares some kinds of data and not others."""
        return bool(self.shared_kinds.get(self.person or "")) and self.person not in self.shared_with

    def given(self, kind: DataKind) -> bool:
        """Whether a page that shows other data may show these as well."""
        own = self.account is not None and self.account.person == self.person
        return own or kind in self.shared_kinds.get(self.person or "", frozenset())

    def require(self, action: Action, person: str | None = None) -> None:
        """Go on only if the account may do this.

        Raises:
            RefusedError: 403; 404 for a person that the account may not even know of.
        """
        if self.may(action, person):
            return
        about = self.person if person is None else person
        own = self.account is not None and about is not None and about == self.account.person
        # A recording of nobody looks as one that is not there.
        nobodys = about is None and "id" not in self.parts
        raise RefusedError(403 if action not in OF_A_PERSON or nobodys or own else 404)

    @property
    def subject(self) -> str:
        """Code of the person it is about.

        Raises:
            RefusedError: 404, about nobody.
        """
        if self.person is None:
            raise RefusedError(404)
        return self.person

    def entry(self, action: Action = Action.SEE, id: str | None = None) -> RecordingEntry:
        """The recording of the address (`{id}`), of a person of whom the account may do this.

        Raises:
            RefusedError: 404, there is none, or it is not this account's to know of.
        """
        try:
            entry = self.site.library.entry(self.parts["id"] if id is None else id)
        except (LibraryError, UnknownRecordingError) as error:
            raise RefusedError(404) from error
        if entry.person is None or not self.may(action, entry.person):
            raise RefusedError(404)
        return entry

    def field(self, name: str, longest: int = LONGEST_FIELD) -> str:
        """A field of the form, "" where it is missing.

        Raises:
            RefusedError: 400, it is too long.
        """
        value = self.form.get(name, "").strip()
        if len(value) > longest:
            raise RefusedError(400, self.words("error.too-long", name=name, longest=longest))
        return value

    def number(self, name: str, least: float, most: float) -> float:
        """A number of the form; a comma is taken for a decimal point.

        Raises:
            RefusedError: 400, it is missing, no number, or out of range.
        """
        text = self.field(name, LONGEST_NUMBER).replace(",", ".")
        try:
            value = float(text)
        except ValueError:
            raise RefusedError(400, self.words("error.no-number", name=name)) from None
        if not least <= value <= most:
            raise RefusedError(400, self.words("error.range", name=name, least=least, most=most))
        return value

    def integer(self, name: str, least: int, most: int) -> int:
        """A whole number of the form.

        Raises:
            RefusedError: 400, it is missing, no whole number, or out of range.
        """
        value = self.number(name, least, most)
        if value != int(value):
            raise RefusedError(400, self.words("error.no-number", name=name))
        return int(value)
