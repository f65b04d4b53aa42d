"""Who may sign a bundle: forgeries, keys in files, rotation, and test keys that no release takes."""

import stat
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from insole_protocol import bundle_layout as layout
from plantigrade.firmware_image import key_making, signing
from plantigrade.firmware_image.bundle import Bundle, BundleError, BundleFault
from plantigrade.firmware_image.signing import KeyFileError, PublicKey

from tests.host.firmware_image.bundling import signed, unsigned

KEYS = signing.test_keys()
SECRET = signing.test_private_key()
MODULUS = int.from_bytes(KEYS[0].modulus, "big")
RIGHT = signed()


def with_signature(signature: bytes) -> Bundle:
    return Bundle(RIGHT.manifest, signature, RIGHT.payload)


def raw(number: int) -> bytes:
    return number.to_bytes(layout.SIGNATURE_BYTES, "big")


FORGERIES = {
    "a changed manifest": Bundle(replace(RIGHT.manifest, security_counter=9), RIGHT.signature, RIGHT.payload),
    "a flipped bit": with_signature(bytes([RIGHT.signature[0] ^ 1]) + RIGHT.signature[1:]),
    "a byte short": with_signature(RIGHT.signature[:-1]),
    "ones": with_signature(raw(1)),
    "the modulus itself": with_signature(raw(MODULUS)),
    "the modulus less one": with_signature(raw(MODULUS - 1)),
    "another key": with_signature(
        signing.test_private_key("next").sign(RIGHT.manifest.to_bytes(), padding.PKCS1v15(), hashes.SHA256())
    ),
    "SHA-512 by the right key": with_signature(
        SECRET.sign(RIGHT.manifest.to_bytes(), padding.PKCS1v15(), hashes.SHA512())
    ),
    "PSS by the right key": with_signature(
        SECRET.sign(
            RIGHT.manifest.to_bytes(), padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256()
        )
    ),
    "another id of the right key": Bundle(
        replace(RIGHT.manifest, key_id=241), RIGHT.signature, RIGHT.payload
    ),
}


@pytest.mark.parametrize("forged", FORGERIES.values(), ids=FORGERIES.keys())
def test_a_forgery_is_refused(forged: Bundle) -> None:
    with pytest.raises(BundleError) as caught:
        signing.verify(forged, KEYS)
    assert caught.value.fault is BundleFault.SIGNATURE and "forged" in str(caught.value)


def test_the_right_one_passes_and_names_its_key() -> None:
    assert signing.verify(RIGHT, KEYS) == KEYS[0]
    assert signing.verify(signed("next"), KEYS) == KEYS[1]


def test_nobody_has_signed() -> None:
    with pytest.raises(BundleError) as caught:
        signing.verify(unsigned(), KEYS)
    assert caught.value.fault is BundleFault.UNSIGNED


def test_an_unknown_key_is_told_with_the_known_ones() -> None:
    with pytest.raises(BundleError, match=r"unknown key 240; known keys: 241 \(test key next\)") as caught:
        signing.verify(RIGHT, KEYS[1:])
    assert caught.value.fault is BundleFault.UNKNOWN_KEY


def test_a_release_takes_no_test_key() -> None:
    with pytest.raises(BundleError, match="anybody can do") as caught:
        signing.verify(RIGHT, KEYS, allow_test_keys=False)
    assert caught.value.fault is BundleFault.TEST_KEY
    with pytest.raises(KeyFileError, match="no release key"):
        signing.launcher_keys(release=True)
    assert signing.launcher_keys(release=False) == KEYS


def test_a_test_key_among_the_release_keys_is_refused(tmp_path: Path) -> None:
    (tmp_path / "now.toml").write_text(key_making.public_text(KEYS[0]))
    with pytest.raises(KeyFileError, match="a release never takes one"):
        signing.release_keys(tmp_path)


def test_rotation(tmp_path: Path) -> None:
    """A launcher with (now, next) takes a bundle of either; the release after rotating is by the next."""
    keys = tmp_path / "keys"
    first = key_making.new_key(tmp_path / "1.pem", "one", None, keys)
    following = key_making.new_key(tmp_path / "2.pem", "two", "a passphrase", keys)
    launcher = signing.release_keys(keys)
    assert launcher == (first, following) and not any(key.is_test_key for key in launcher)
    now, third = key_making.rotate(tmp_path / "3.pem", "three", None, keys)
    assert (now, third.id) == (following, 3)
    assert signing.release_keys(keys) == (following, third)
    release = signing.sign(
        unsigned(), signing.read_private_key(tmp_path / "2.pem", "a passphrase"), signing.release_keys(keys)
    )
    assert signing.verify(release, launcher) == following, "an insole flashed before the rotation takes it"
    later = signing.sign(
        unsigned(), signing.read_private_key(tmp_path / "3.pem", None), signing.release_keys(keys)
    )
    with pytest.raises(BundleError, match="unknown key 3"):
        signing.verify(later, launcher)


def test_two_keys_are_enough(tmp_path: Path) -> None:
    for number in (1, 2):
        key_making.new_key(tmp_path / f"{number}.pem", f"key {number}", None, tmp_path / "keys")
    with pytest.raises(KeyFileError, match="rotate"):
        key_making.new_key(tmp_path / "3.pem", "key 3", None, tmp_path / "keys")
    assert not (tmp_path / "3.pem").exists()


def test_a_secret_is_for_its_owner_and_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "secret.pem"
    key_making.new_key(path, "one", "message", tmp_path / "keys")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert b"ENCRYPTED" in path.read_bytes()
    before = path.read_bytes()
    with pytest.raises(KeyFileError, match="never overwritten"):
        key_making.new_key(path, "two", None, tmp_path / "keys")
    assert path.read_bytes() == before


@pytest.mark.parametrize("name", ["", 'a"b', "a\nb", "x" * 41, "back\\slash"])
def test_a_name_that_no_file_of_keys_holds_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(KeyFileError, match="a key's name"):
        key_making.new_key(tmp_path / "s.pem", name, None, tmp_path / "keys")
    assert not (tmp_path / "s.pem").exists()


def pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> bytes:
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    return key.private_bytes(encoding, form, serialization.NoEncryption())


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"no key", "no secret key in PEM"),
        (pem(ec.generate_private_key(ec.SECP256R1())), "no RSA key of 3072 bits"),
        (pem(rsa.generate_private_key(65537, 2048)), "no RSA key of 3072 bits"),
    ],
)
def test_what_is_no_key_of_ours_is_named(content: bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    path.write_bytes(content)
    with pytest.raises(KeyFileError, match=message):
        signing.read_private_key(path, None)


def test_a_passphrase_that_is_missing_wrong_or_too_much(tmp_path: Path) -> None:
    key_making.new_key(tmp_path / "a.pem", "one", "right", tmp_path / "keys")
    with pytest.raises(KeyFileError, match="needs its passphrase"):
        signing.read_private_key(tmp_path / "a.pem", None)
    with pytest.raises(KeyFileError, match="passphrase is wrong"):
        signing.read_private_key(tmp_path / "a.pem", "wrong")
    with pytest.raises(KeyFileError, match="leave the passphrase out"):
        signing.read_private_key(signing.keys_folder() / "test" / "now.pem", "message")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "id = 1\n",
        'id = 1\nname = "a"\nmodulus = "zz"\n',
        'id = 1\nname = "a"\nmodulus = "aabb"\n',
        f'id = 0\nname = "a"\nmodulus = "{"ff" * 384}"\n',
        f'id = 256\nname = "a"\nmodulus = "{"ff" * 384}"\n',
        f'id = 1\nname = "a"\nmodulus = "{"01" * 384}"\n',
    ],
)
def test_a_file_that_is_no_public_key(text: str, tmp_path: Path) -> None:
    path = tmp_path / "now.toml"
    path.write_text(text)
    with pytest.raises(KeyFileError, match=r"no public key|no key of 3072 bits"):
        signing.read_public_key(path)


def test_what_the_launcher_gets_is_python_and_holds_only_public_halves() -> None:
    names: dict[str, dict[int, bytes]] = {}
    exec(signing.launcher_source(KEYS), names)
    assert names["KEYS"] == {key.id: key.modulus for key in KEYS}


def test_a_secret_key_without_its_public_half_signs_nothing() -> None:
    stranger = PublicKey(1, "stranger", raw(MODULUS - 2))
    with pytest.raises(BundleError, match="no public key belongs") as caught:
        signing.sign(unsigned(), SECRET, [stranger])
    assert caught.value.fault is BundleFault.UNKNOWN_KEY
