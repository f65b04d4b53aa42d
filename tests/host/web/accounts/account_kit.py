"""For tests of signing in: an account with a password and an app, and a passkey in software."""

import hashlib
import json
import re
import time
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from plantigrade.library.catalogue.accounts.entries import Role
from plantigrade.web.accounts.one_time_codes import new_totp_secret
from plantigrade.web.accounts.passwords import hash_password
from plantigrade.web.page_accounts import PageAccounts
from pyotp.totp import TOTP
from starlette.testclient import TestClient
from webauthn.helpers import bytes_to_base64url

PASSWORD = "correct horse battery"
FORM_TOKEN = re.compile(r'name="form_token" value="(\w*)"')


@dataclass
class Holder:
    """Who holds an account: name, password, and the app on the phone."""

    name: str
    secret: str
    recovery: list[str]

    def code(self, steps: int = 0) -> str:
        """What the app shows now, or so many half minutes later."""
        return TOTP(self.secret).at(int(time.time()) + 30 * steps)

    def form(self, **other: str) -> dict[str, str]:
        """The filled form of signing in."""
        about = {"action": "password", "name": self.name, "password": PASSWORD, "code": self.code()}
        return about | other


def holder_of(
    accounts: PageAccounts, name: str, role: Role = Role.PATIENT, person: str | None = "P001"
) -> Holder:
    """A new account with a password and an app."""
    accounts.stored.register.add(name, {role}, person if role is Role.PATIENT else None)
    secret = new_totp_secret()
    codes = accounts.stored.register.set_password(name, hash_password(PASSWORD), secret)
    return Holder(name, secret, codes)


def token_on(client: TestClient, path: str) -> str:
    """The secret that the forms of a page carry."""
    found = FORM_TOKEN.search(client.get(path).text)
    assert found is not None
    return found.group(1)


@dataclass
class SoftPasskey:
    """An authenticator in software (W3C Web Authentication Level 3, section 6)."""

    origin: str = "http://localhost"
    rp_id: str = "localhost"
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    id: bytes = b"a credential of a test"
    count: int = 0
    verifies: bool = True

    def create(self, options: dict[str, Any]) -> str:
        """What a browser answers to options for a new passkey."""
        numbers = self.key.public_key().public_numbers()
        public = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        about = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + cbor2.dumps(public)
        attestation = {"fmt": "none", "attStmt": {}, "authData": self._data(0x40) + about}
        client = self._client("webauthn.create", options)
        return self._answer(client, attestationObject=cbor2.dumps(attestation))

    def get(self, options: dict[str, Any]) -> str:
        """What a browser answers to options for signing in."""
        self.count += 1
        data, client = self._data(), self._client("webauthn.get", options)
        signed = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer(client, authenticatorData=data, signature=signed)

    def _data(self, flags: int = 0) -> bytes:
        present = 0x01 | (0x04 if self.verifies else 0)
        rp_hash = hashlib.sha256(self.rp_id.encode()).digest()
        return rp_hash + bytes([flags | present]) + self.count.to_bytes(4, "big")

    def _client(self, kind: str, options: dict[str, Any]) -> bytes:
        about = {"type": kind, "challenge": options["challenge"], "origin": self.origin}
        return json.dumps(about).encode()

    def _answer(self, client: bytes, **response: bytes) -> str:
        credential = bytes_to_base64url(self.id)
        texts = {name: bytes_to_base64url(value) for name, value in response.items()}
        texts["clientDataJSON"] = bytes_to_base64url(client)
        return json.dumps(
            {
                "id": credential,
                "rawId": credential,
                "type": "public-key",
                "clientExtensionResults": {},
                "response": texts,
            }
        )
