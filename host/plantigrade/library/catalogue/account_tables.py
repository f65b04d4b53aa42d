"""The tables of accounts: who may open the pages, how they prove themselves, and who is signed in.

No secret stands in them as it is: passwords as Argon2id hashes, tokens, links, codes and challenges as
SHA-256, the secret of an authenticator app in an encrypted column. An account of a person goes with the
person. Changed only together with a migration (migrations/versions).
"""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from plantigrade.library.catalogue.person_tables import ConsentRow
from plantigrade.library.catalogue.tables import Base, EncryptedJson, EncryptedText, Utc

_TEXT: Final = 200
_KIND: Final = 40
_SHA256: Final = 64


def _account(nullable: bool = False) -> Mapped[Any]:
    return mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True, nullable=nullable)


class AccountRow(Base):
    """Accounts. `roles` are `accounts.entries.Role`s with commas between them; `person_id` is the person
    whose account it is; `totp_step` the last step of the app's code that was used, which is used once."""

    __tablename__ = "accounts"
    __table_args__ = (Index("uq_accounts_name", "name", unique=True),)
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(_TEXT))
    roles: Mapped[str] = mapped_column(String(_TEXT))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    password_hash: Mapped[str | None] = mapped_column(Text)
    totp_secret: Mapped[str | None] = mapped_column(EncryptedText)
    totp_step: Mapped[int] = mapped_column(BigInteger, server_default="0", default=0)
    disabled: Mapped[bool] = mapped_column(default=False)
    language: Mapped[str] = mapped_column(String(20), default="")
    theme: Mapped[str] = mapped_column(String(20), default="")
    text_size: Mapped[str] = mapped_column(String(20), default="")
    created_utc: Mapped[datetime] = mapped_column(Utc)


class AccountSessionRow(Base):
    """Who is signed in where. `proved_utc` is when the holder last showed who it is."""

    __tablename__ = "account_sessions"
    __table_args__ = (Index("uq_account_sessions_token_sha256", "token_sha256", unique=True),)
    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = _account()
    token_sha256: Mapped[str] = mapped_column(String(_SHA256))
    created_utc: Mapped[datetime] = mapped_column(Utc)
    seen_utc: Mapped[datetime] = mapped_column(Utc)
    ends_utc: Mapped[datetime] = mapped_column(Utc)
    proved_utc: Mapped[datetime] = mapped_column(Utc)
    way: Mapped[str] = mapped_column(String(_KIND))
    browser: Mapped[str] = mapped_column(String(_TEXT))
    address: Mapped[str] = mapped_column(String(_KIND * 2))


class SignInLinkRow(Base):
    """One-time links; without an account: for the first run of an empty library."""

    __tablename__ = "sign_in_links"
    __table_args__ = (Index("uq_sign_in_links_link_sha256", "link_sha256", unique=True),)
    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int | None] = _account(nullable=True)
    link_sha256: Mapped[str] = mapped_column(String(_SHA256))
    made_utc: Mapped[datetime] = mapped_column(Utc)
    ends_utc: Mapped[datetime] = mapped_column(Utc)


class RecoveryCodeRow(Base):
    """Codes that stand in for the app, each used once; a used one goes."""

    __tablename__ = "recovery_codes"
    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = _account()
    code_sha256: Mapped[str] = mapped_column(String(_SHA256))


class PasskeyRow(Base):
    """Passkeys (W3C Web Authentication Level 3); identifier and public key as base64url."""

    __tablename__ = "passkeys"
    __table_args__ = (Index("uq_passkeys_credential_id", "credential_id", unique=True),)
    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = _account()
    credential_id: Mapped[str] = mapped_column(String(1400))
    public_key: Mapped[str] = mapped_column(Text)
    sign_count: Mapped[int] = mapped_column(BigInteger, default=0)
    name: Mapped[str] = mapped_column(String(_TEXT))
    created_utc: Mapped[datetime] = mapped_column(Utc)
    used_utc: Mapped[datetime | None] = mapped_column(Utc)


class PasskeyChallengeRow(Base):
    """Challenges that a passkey is to sign, each used once; with an account: for enrolling one."""

    __tablename__ = "passkey_challenges"
    __table_args__ = (Index("uq_passkey_challenges_challenge_sha256", "challenge_sha256", unique=True),)
    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int | None] = _account(nullable=True)
    challenge_sha256: Mapped[str] = mapped_column(String(_SHA256))
    ends_utc: Mapped[datetime] = mapped_column(Utc)


class InvitationRow(Base):
    """A person invites someone to see data: `document` says which data, what for and until when; who takes
    the invitation by its code becomes the recipient of a consent."""

    __tablename__ = "invitations"
    __table_args__ = (Index("uq_invitations_code_sha256", "code_sha256", unique=True),)
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    code_sha256: Mapped[str] = mapped_column(String(_SHA256))
    document: Mapped[dict[str, Any]] = mapped_column(EncryptedJson)
    made_utc: Mapped[datetime] = mapped_column(Utc)
    ends_utc: Mapped[datetime] = mapped_column(Utc)
    taken_utc: Mapped[datetime | None] = mapped_column(Utc)
    consent_id: Mapped[int | None] = mapped_column(ForeignKey(ConsentRow.id, ondelete="SET NULL"))
