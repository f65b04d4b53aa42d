"""Passkeys (W3C Web Authentication Level 3): what a browser is asked, and whether its answer is right."""

import ipaddress
import json
from typing import Any, Final, cast

import webauthn
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, options_to_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from plantigrade.errors import PlantigradeError
from plantigrade.library.catalogue.accounts.entries import Passkey
from plantigrade.library.catalogue.accounts.library_accounts import LibraryAccounts
from plantigrade.web.security.hosts import host_without_port

NAME: Final = "Plantigrade"
LONGEST_CREDENTIAL: Final = 16_384
"""Characters of a browser's answer: an attestation is not asked for, and without one it has about 1000."""
_LOCAL: Final = "localhost"
_HOME_NAMES: Final = (".local", ".lan", ".home.arpa", ".internal")


class PasskeyError(PlantigradeError):
    """A passkey's answer that is not right, or that was not asked for."""


def passkeys_work(host: str, secure: bool) -> bool:
    """Whether browsers take passkeys under this name: a domain over TLS, or localhost; never an address or a
    name of the home network.

    Example:
        >>> passkeys_work("localhost:8080", False), passkeys_work("192.168.1.4:8080", True)
        (True, False)
    """
    name = host_without_port(host).lower()
    if name == _LOCAL:
        return True
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return secure and "." in name and not name.endswith(_HOME_NAMES)
    return False


class Passkeys:
    """Asks for passkeys and checks what comes.

    Args:
        accounts: of the library.
        host: name and port by which the browser knows the site.
        secure: whether it is served over TLS.
    """

    def __init__(self, accounts: LibraryAccounts, host: str, secure: bool) -> None:
        self._accounts = accounts
        self._rp_id = host_without_port(host).lower()
        self._origin = f"{'https' if secure else 'http'}://{host}"

    def ask(self) -> dict[str, Any]:
        """Options for signing in, with a new challenge."""
        options = webauthn.generate_authentication_options(
            rp_id=self._rp_id, user_verification=UserVerificationRequirement.REQUIRED
        )
        self._accounts.passkeys.challenge(bytes_to_base64url(options.challenge))
        return json.loads(options_to_json(options))

    def ask_for_new(self, account: str) -> dict[str, Any]:
        """Options for enrolling a passkey of an account, with a new challenge."""
        found = self._accounts.register.get(account)
        known = [
            PublicKeyCredentialDescriptor(id=base64url_to_bytes(key.credential_id))
            for key in self._accounts.passkeys.of(account)
        ]
        options = webauthn.generate_registration_options(
            rp_id=self._rp_id,
            rp_name=NAME,
            user_id=found.id.to_bytes(8, "big"),
            user_name=found.name,
            exclude_credentials=known,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED,
                user_verification=UserVerificationRequirement.REQUIRED,
            ),
        )
        self._accounts.passkeys.challenge(bytes_to_base64url(options.challenge), account)
        return json.loads(options_to_json(options))

    def check(self, credential: str) -> Passkey:
        """The passkey with which a browser answered.

        Raises:
            PasskeyError: the answer is not right.
        """
        answer = _parsed(credential)
        key = self._accounts.passkeys.by_credential(str(answer.get("id", "")))
        if key is None:
            raise PasskeyError("this passkey is not known here")
        try:
            verified = webauthn.verify_authentication_response(
                credential=answer,
                expected_challenge=self._challenge(answer, None),
                expected_rp_id=self._rp_id,
                expected_origin=self._origin,
                credential_public_key=base64url_to_bytes(key.public_key),
                credential_current_sign_count=key.sign_count,
                require_user_verification=True,
            )
        except _WRONG as error:
            raise PasskeyError("the passkey's answer is not right") from error
        self._accounts.passkeys.used(key.credential_id, verified.new_sign_count)
        return key

    def enrol(self, account: str, credential: str, name: str) -> Passkey:
        """Take a new passkey of an account.

        Raises:
            PasskeyError: the answer is not right.
            LibraryError: it is enrolled already, or its name is empty or too long.
        """
        answer = _parsed(credential)
        try:
            verified = webauthn.verify_registration_response(
                credential=answer,
                expected_challenge=self._challenge(answer, account),
                expected_rp_id=self._rp_id,
                expected_origin=self._origin,
                require_user_verification=True,
            )
        except _WRONG as error:
            raise PasskeyError("the passkey's answer is not right") from error
        return self._accounts.passkeys.add(
            account,
            bytes_to_base64url(verified.credential_id),
            bytes_to_base64url(verified.credential_public_key),
            verified.sign_count,
            name,
        )

    def _challenge(self, answer: dict[str, Any], account: str | None) -> bytes:
        """The challenge that an answer says it signs, used up.

        Raises:
            PasskeyError: it was not given, was used, or has expired.
        """
        client_data = json.loads(base64url_to_bytes(answer["response"]["clientDataJSON"]))
        challenge = str(client_data["challenge"])
        if not self._accounts.passkeys.use_challenge(challenge, account):
            raise PasskeyError("this took too long; try again")
        return base64url_to_bytes(challenge)


_WRONG: Final = (WebAuthnException, KeyError, TypeError, ValueError, AttributeError)
"""What a made-up answer makes of its reading."""


def _parsed(credential: str) -> dict[str, Any]:
    try:
        answer: Any = json.loads(credential[: LONGEST_CREDENTIAL + 1])
    except (ValueError, RecursionError) as error:
        raise PasskeyError("the browser sent no passkey") from error
    if not isinstance(answer, dict):
        raise PasskeyError("the browser sent no passkey")
    return cast("dict[str, Any]", answer)
