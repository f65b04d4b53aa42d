"""A certificate authority that is good for one computer and for nothing else, since nobody has its key."""

import ipaddress
import ssl
import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from plantigrade.web.lan import certificate as module
from plantigrade.web.lan import serving
from plantigrade.web.lan.certificate import LASTS, LanError, certificate
from plantigrade.web.lan.names import names_of_computer

NAMES = ("192.168.1.7", "clinic-pc.local", "localhost", "127.0.0.1")


def handshake(authority: Path, chain: Path, key: Path, name: str) -> str:
    """Connect to a server of this certificate under a name; the version of TLS.

    Raises:
        ssl.SSLCertVerificationError: the authority does not vouch for it.
    """
    trusting = ssl.create_default_context(cafile=str(authority))
    serving_context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving_context.load_cert_chain(chain, key)
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = trusting.wrap_bio(to_client, to_server, server_hostname=name)
    server = serving_context.wrap_bio(to_server, to_client, server_side=True)
    done = set()
    while len(done) < 2:
        for end in (client, server):
            try:
                end.do_handshake()
                done.add(end)
            except ssl.SSLWantReadError:
                pass
    return client.version() or ""


@pytest.mark.parametrize("name", NAMES)
def test_a_phone_that_trusts_it_reaches_this_computer(name: str, tmp_path: Path) -> None:
    paths = certificate(tmp_path, NAMES)
    assert handshake(paths.authority, paths.certificate, paths.key, name) in ("TLSv1.2", "TLSv1.3")


@pytest.mark.parametrize("name", ["192.168.1.8", "other.local", "example.org", "::1"])
def test_it_is_no_other_computer_s(name: str, tmp_path: Path) -> None:
    paths = certificate(tmp_path, NAMES)
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(paths.authority, paths.certificate, paths.key, name)


@pytest.fixture
def stored_keys(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[ec.EllipticCurvePrivateKey]]:
    """Every key that is made: what a thief of the authority's key would have."""
    keys: list[ec.EllipticCurvePrivateKey] = []
    make = ec.generate_private_key

    def keep(curve: ec.EllipticCurve) -> ec.EllipticCurvePrivateKey:
        keys.append(make(curve))
        return keys[-1]

    monkeypatch.setattr(ec, "generate_private_key", keep)
    yield keys


@pytest.mark.parametrize("name", ["bank.example", "192.168.1.8", "8.8.8.8", "::1"])
def test_even_with_its_key_it_vouches_for_nobody_else(
    name: str, tmp_path: Path, stored_keys: list[ec.EllipticCurvePrivateKey]
) -> None:
    paths = certificate(tmp_path, NAMES)
    authority = x509.load_pem_x509_certificate(paths.authority.read_bytes())
    authority_key, key = stored_keys[:2]
    assert authority_key.public_key() == authority.public_key()
    try:
        wanted: module.Name = x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        wanted = x509.DNSName(name)
    now = datetime.now(UTC)
    forged = module._server(
        key, authority_key, authority.subject, [wanted], (now - timedelta(1), now + timedelta(9))
    )
    chain, secret = tmp_path / "forged.pem", tmp_path / "forged.key"
    chain.write_bytes(forged.public_bytes(Encoding.PEM))
    secret.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    with pytest.raises(ssl.SSLCertVerificationError, match=r"permitted subtree|excluded subtree"):
        handshake(paths.authority, chain, secret, name)


def test_the_authority_s_key_is_nowhere(
    tmp_path: Path, stored_keys: list[ec.EllipticCurvePrivateKey]
) -> None:
    certificate(tmp_path, NAMES)
    authority_key, key = stored_keys
    secret = authority_key.private_numbers().private_value
    found = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {path.name for path in found} == {"plantigrade-ca.crt", "server.pem", "server.key"}
    for path in found:
        content = path.read_bytes()
        assert secret.to_bytes(32, "big") not in content
        assert content != authority_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    assert (tmp_path / "lan/server.key").read_bytes() == key.private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )


def test_the_constraints_are_critical_and_the_authority_makes_no_others(tmp_path: Path) -> None:
    authority = x509.load_pem_x509_certificate(certificate(tmp_path, NAMES).authority.read_bytes())
    constraints = authority.extensions.get_extension_for_class(x509.NameConstraints)
    assert constraints.critical
    basic = authority.extensions.get_extension_for_class(x509.BasicConstraints)
    assert basic.critical and basic.value.ca and basic.value.path_length == 0
    permitted = {str(one.value) for one in constraints.value.permitted_subtrees or ()}
    assert permitted == {"192.168.1.7/32", "clinic-pc.local", "localhost", "127.0.0.1/32"}


def test_the_server_s_key_is_this_account_s_alone(tmp_path: Path) -> None:
    paths = certificate(tmp_path, NAMES)
    assert stat.S_IMODE(paths.key.stat().st_mode) == 0o600
    assert stat.S_IMODE(paths.key.parent.stat().st_mode) == 0o700


def test_it_is_made_once_and_again_when_something_changes(tmp_path: Path) -> None:
    first = certificate(tmp_path, NAMES)
    again = certificate(tmp_path, NAMES[::-1])
    assert (first.is_new, again.is_new) == (True, False)
    assert again.fingerprint == first.fingerprint and len(first.fingerprint) == 95
    moved = certificate(tmp_path, ("192.168.1.9", *NAMES[1:]))
    assert moved.is_new and moved.fingerprint != first.fingerprint
    old = datetime.now(UTC) + LASTS - timedelta(days=20)
    assert certificate(tmp_path, ("192.168.1.9", *NAMES[1:]), now=old).is_new


@pytest.mark.parametrize("broken", ["plantigrade-ca.crt", "server.pem", "server.key"])
def test_what_is_broken_is_made_again(broken: str, tmp_path: Path) -> None:
    paths = certificate(tmp_path, NAMES)
    file = paths.authority.with_name(broken)
    if broken == "server.key":
        file.unlink()
    else:
        file.write_text("no certificate")
    assert certificate(tmp_path, NAMES).is_new


def test_an_authority_of_another_making_is_not_used(tmp_path: Path) -> None:
    one, other = certificate(tmp_path / "a", NAMES), certificate(tmp_path / "b", NAMES)
    one.authority.write_bytes(other.authority.read_bytes())
    assert certificate(tmp_path / "a", NAMES).is_new


def test_phones_take_how_long_it_lasts(tmp_path: Path) -> None:
    server = x509.load_pem_x509_certificate(certificate(tmp_path, NAMES).certificate.read_bytes())
    assert server.not_valid_after_utc - server.not_valid_before_utc <= timedelta(days=825)


def test_a_computer_in_no_network_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(LanError, match="is it connected"):
        certificate(tmp_path, ())
    monkeypatch.setattr(serving, "names_of_computer", lambda: ("localhost", "127.0.0.1"))
    with pytest.raises(LanError, match="no home network"):
        serving.lan_certificate(tmp_path)


def test_names_are_private_addresses_the_name_and_the_computer_itself() -> None:
    for name in names_of_computer()[:-2]:
        assert name.endswith(".local") or ipaddress.ip_address(name).is_private
