"""A certificate authority for one computer: it vouches for this computer's names and addresses and no others,
and its key is gone once it has signed the certificate of the server.

RFC 5280: the name constraints are critical, so that a phone that trusts this authority trusts it for nothing
but this computer, and since nobody has its key, nothing else can ever be signed with it. When the computer
gets another name or address, a new authority is made, and phones install that one.
"""

import ipaddress
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from plantigrade.errors import FileError, PlantigradeError
from plantigrade.files.atomic_write import new_file

FOLDER: Final = "lan"
CA_FILE: Final = "plantigrade-ca.crt"
CERTIFICATE_FILE: Final = "server.pem"
KEY_FILE: Final = "server.key"
LASTS: Final = timedelta(days=800)
"""iOS takes no server's certificate that is good for longer than 825 days."""
RENEW_BEFORE: Final = timedelta(days=30)
BACKDATED: Final = timedelta(days=1)
"""Clocks of phones may be behind."""

Name = x509.DNSName | x509.IPAddress


class LanError(PlantigradeError):
    """No certificate can be made for this computer."""


@dataclass(frozen=True)
class CertificatePaths:
    """What a server needs, and what phones install.

    Attributes:
        authority: certificate of the authority, PEM: for phones; no secret.
        certificate: of the server, PEM.
        key: of the server, PEM, readable by this account alone.
        fingerprint: SHA-256 of the authority's certificate, to compare on the phone.
        is_new: made just now: phones have to install it.
    """

    authority: Path
    certificate: Path
    key: Path
    fingerprint: str
    is_new: bool


def certificate(data_dir: Path, names: Sequence[str], now: datetime | None = None) -> CertificatePaths:
    """The certificate of this computer; made anew where there is none for these names, or it ends soon.

    Args:
        data_dir: of the library; the files lie in its folder `lan`.
        names: names and addresses by which phones reach this computer.
        now: the time; None: that of the clock.

    Raises:
        LanError: no names.
        FileError: the folder cannot be read or written.
    """
    now = now or datetime.now(UTC)
    wanted = [_name_of(name) for name in dict.fromkeys(names)]
    if not wanted:
        raise LanError("this computer has no name and no address in the home network; is it connected?")
    folder = data_dir / FOLDER
    paths = folder / CA_FILE, folder / CERTIFICATE_FILE, folder / KEY_FILE
    is_new = not _is_good(paths, wanted, now)
    if is_new:
        _make(folder, paths, wanted, now)
    authority = x509.load_pem_x509_certificate(paths[0].read_bytes())
    return CertificatePaths(*paths, fingerprint=fingerprint_of(authority), is_new=is_new)


def fingerprint_of(authority: x509.Certificate) -> str:
    """As phones show it: pairs of hexadecimal digits."""
    return authority.fingerprint(hashes.SHA256()).hex(":").upper()


def _name_of(name: str) -> Name:
    try:
        return x509.IPAddress(ipaddress.ip_address(name.strip("[]")))
    except ValueError:
        return x509.DNSName(name.lower())


def _is_good(paths: tuple[Path, Path, Path], wanted: Sequence[Name], now: datetime) -> bool:
    """Whether what lies there is whole, for exactly these names, and not about to end."""
    try:
        authority, server = (x509.load_pem_x509_certificate(path.read_bytes()) for path in paths[:2])
        if not paths[2].is_file():
            return False
        server.verify_directly_issued_by(authority)
        found = server.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (OSError, ValueError, TypeError, InvalidSignature, x509.ExtensionNotFound):
        return False
    return set(found) == set(wanted) and server.not_valid_after_utc - now > RENEW_BEFORE


def _make(folder: Path, paths: tuple[Path, Path, Path], names: Sequence[Name], now: datetime) -> None:
    """Authority and certificate. The authority's key is never written, and gone with this call."""
    times = now - BACKDATED, now + LASTS
    authority_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    issuer = _subject(f"Plantigrade, this computer only, {now:%Y-%m-%d}")
    authority = _authority(authority_key, issuer, names, times)
    server = _server(key, authority_key, issuer, names, times)
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        _write(paths[2], key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        _write(paths[1], server.public_bytes(Encoding.PEM))
        _write(paths[0], authority.public_bytes(Encoding.PEM))
    except OSError as error:
        raise FileError(folder, f"cannot be written: {error.strerror}") from error


def _authority(
    key: ec.EllipticCurvePrivateKey,
    subject: x509.Name,
    names: Sequence[Name],
    times: tuple[datetime, datetime],
) -> x509.Certificate:
    usage = x509.KeyUsage(
        digital_signature=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )
    return (
        _builder(subject, subject, key.public_key(), times)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(_only(names), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )


def _only(names: Sequence[Name]) -> x509.NameConstraints:
    """These names and addresses and no others; a kind that is not named is shut out by an impossible one."""
    permitted: list[x509.GeneralName] = []
    for name in names:
        if isinstance(name, x509.DNSName):
            permitted.append(name)
        else:
            permitted.append(x509.IPAddress(ipaddress.ip_network(str(name.value))))
    if not any(isinstance(name, x509.DNSName) for name in names):
        permitted.append(x509.DNSName("none.invalid"))
    excluded: list[x509.GeneralName] = []
    for version, every in ((4, "0.0.0.0/0"), (6, "::/0")):
        of_kind = [one for one in names if isinstance(one, x509.IPAddress) and one.value.version == version]
        if not of_kind:
            excluded.append(x509.IPAddress(ipaddress.ip_network(every)))
    return x509.NameConstraints(permitted, excluded or None)


def _server(
    key: ec.EllipticCurvePrivateKey,
    authority_key: ec.EllipticCurvePrivateKey,
    issuer: x509.Name,
    names: Sequence[Name],
    times: tuple[datetime, datetime],
) -> x509.Certificate:
    public = authority_key.public_key()
    return (
        _builder(_subject("Plantigrade"), issuer, key.public_key(), times)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(public), critical=False)
        .sign(authority_key, hashes.SHA256())
    )


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, times: tuple[datetime, datetime]
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(times[0])
        .not_valid_after(times[1])
    )


def _subject(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _write(path: Path, content: bytes) -> None:
    with new_file(path) as draft, open(draft, "wb", opener=_private) as stream:
        stream.write(content)


def _private(path: str, flags: int) -> int:
    """For this account alone from the first byte on."""
    return os.open(path, flags, 0o600)
