"""What is stored of an account, as it is read."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from plantigrade.library.person.entries import DataKind


class Role(StrEnum):
    """What an account is for."""

    OWNER = "owner"
    """Runs the computer: accounts, sign-ins, refusals; nobody's data without that person's consent."""
    PATIENT = "patient"
    """One person, and all that is that person's."""
    CLINICIAN = "clinician"
    """People who have shared their data, as far as they have."""
    ENGINEER = "engineer"
    """Insoles; people by code only."""


class Way(StrEnum):
    """How a session was begun."""

    PASSWORD = "password"
    PASSKEY = "passkey"
    LINK = "link"


class LinkKind(StrEnum):
    """What a one-time link is for."""

    SIGN_IN = "sign in"
    FIRST_RUN = "first run"


@dataclass(frozen=True)
class StoredAccount:
    """An account.

    Attributes:
        id: of its row.
        name: that its holder signs in with.
        roles: what it is for.
        person: code of the person whose account it is.
        disabled: it cannot be signed in with.
        has_password, has_totp: which ways in it has; passkeys are listed apart.
        recovery_codes: how many are left.
        language, theme, text_size: how its pages look; "" for what the browser says.
        created_utc: when it was made.
    """

    id: int
    name: str
    roles: frozenset[Role]
    person: str | None
    disabled: bool
    has_password: bool
    has_totp: bool
    recovery_codes: int
    language: str
    theme: str
    text_size: str
    created_utc: datetime


@dataclass(frozen=True)
class AccountSession:
    """Someone is signed in somewhere.

    Attributes:
        id: of its row, by which its holder ends it.
        account: whose.
        created_utc, seen_utc, ends_utc: when it was begun, last used, and ends at the latest.
        proved_utc: when its holder last showed who it is.
        way: how it was begun.
        browser, address: where.
    """

    id: int
    account: StoredAccount
    created_utc: datetime
    seen_utc: datetime
    ends_utc: datetime
    proved_utc: datetime
    way: Way
    browser: str
    address: str


@dataclass(frozen=True)
class Link:
    """A one-time link that can still be used.

    Attributes:
        kind: what for.
        account: name of the account; "" for the first run.
        ends_utc: until when.
    """

    kind: LinkKind
    account: str
    ends_utc: datetime


@dataclass(frozen=True)
class Passkey:
    """A passkey; identifier and public key as base64url."""

    id: int
    account: str
    credential_id: str
    public_key: str
    sign_count: int
    name: str
    created_utc: datetime
    used_utc: datetime | None


@dataclass(frozen=True)
class Invitation:
    """A person invites someone to see data.

    Attributes:
        id: of its row.
        person: code of who invites.
        label: whom the person means, in the person's words.
        data: kinds of data.
        until_utc: end of the consent that taking it gives; None: until it is withdrawn.
        made_utc, ends_utc: when it was made, and until when it can be taken.
        taken_utc: when it was; None while it waits.
    """

    id: int
    person: str
    label: str
    data: tuple[DataKind, ...]
    until_utc: datetime | None
    made_utc: datetime
    ends_utc: datetime
    taken_utc: datetime | None = None
