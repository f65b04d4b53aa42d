"""`plantigrade firmware`: what it writes, says and asks for."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from plantigrade.errors import PlantigradeError
from plantigrade.firmware_image import bundle as bundles
from plantigrade.firmware_image import release, signing
from plantigrade.firmware_image.bundle import BundleError, BundleFault, BundleKind
from plantigrade.firmware_image.commands import PASSPHRASE_VARIABLE, firmware
from plantigrade.firmware_image.esp_image import read_micropython, virtual_micropython_image
from plantigrade.firmware_image.signing import KeyFileError

from tests.host.firmware_image.bundling import signed, unsigned

TEST_KEY = signing.keys_folder() / "test" / "now.pem"


def run(*options: str | Path, answer: str = "") -> Result:
    return CliRunner().invoke(firmware, [str(option) for option in options], input=answer)


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """An unsigned bundle in a file."""
    path = tmp_path / "small.pgfw"
    path.write_bytes(unsigned().to_bytes())
    return path


def test_a_build_is_the_same_bytes_each_time(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        done = run("build", "--architecture", "x64", "--version", "9.8.7", "--out", tmp_path / folder)
        assert done.exit_code == 0, done.output
    name = "plantigrade-9.8.7-x64.pgfw"
    data = (tmp_path / "one" / name).read_bytes()
    assert data == (tmp_path / "two" / name).read_bytes()
    bundle = bundles.parse(data)
    assert bundle.manifest.version == "9.8.7" and not bundle.is_signed
    contents = {file.path: file.content for file in bundle.files()}
    assert b"9.8.7" in contents["lib/insole/identity.mpy"], "the insole says the same version"
    listed = (tmp_path / "one" / f"{name}.sha256").read_text()
    assert "  lib/insole/commands.mpy\n" in listed
    assert bundle.manifest.payload_sha256.hex() in listed


def test_without_a_version_it_is_that_of_the_sources() -> None:
    bundle = release.firmware_bundle("x64")
    assert bundle.manifest.version == release.firmware_version()
    assert not any(path.path.startswith(("main", "boot", "launcher")) for path in bundle.files())


def test_a_floor_above_the_counter_would_shut_itself_out() -> None:
    result = run("build", "--architecture", "x64", "--security-counter", "2", "--floor", "3")
    assert isinstance(result.exception, BundleError)
    assert "would shut out this version" in str(result.exception)


def test_micropython_becomes_a_bundle(tmp_path: Path) -> None:
    image = tmp_path / "image.bin"
    image.write_bytes(virtual_micropython_image("1.29.1"))
    done = run("build", "--micropython", image, "--out", tmp_path)
    assert done.exit_code == 0, done.output
    bundle = bundles.read(tmp_path / "micropython-1.29.1-x64.pgfw")
    assert bundle.manifest.kind is BundleKind.MICROPYTHON
    assert bundle.manifest.lowest_micropython == bundle.manifest.highest_micropython == (1, 29, 1)
    assert bundle.payload == read_micropython(image.read_bytes(), "image").app.data


def test_signing_and_verifying(bundle: Path, tmp_path: Path) -> None:
    assert isinstance(run("verify", bundle).exception, BundleError)
    done = run("sign", bundle, "--key", TEST_KEY)
    assert done.output == f"{bundle}: signed by key 240 (test key now)\n"
    shown = run("verify", bundle)
    lines = dict(line.split(maxsplit=1) for line in shown.output.splitlines())
    assert (lines["version"], lines["board"], lines["kind"]) == ("0.2.0", "esp32s3_r1", "firmware")
    assert "test key now" in shown.output and unsigned().manifest.payload_sha256.hex() in shown.output
    values = json.loads(run("verify", bundle, "--json", "-").output)
    assert values["schema"] == "plantigrade.bundle/1" and values["security_counter"] == 3
    refused = run("verify", bundle, "--release")
    assert isinstance(refused.exception, BundleError) and refused.exception.fault is BundleFault.TEST_KEY
    other = tmp_path / "other.pgfw"
    run("sign", bundle, "--key", TEST_KEY.with_name("next.pem"), "--output", other)
    assert bundles.read(other).manifest.key_id == 241 and bundles.read(bundle).manifest.key_id == 240


def test_a_damaged_bundle_is_not_signed(bundle: Path) -> None:
    bundle.write_bytes(bundle.read_bytes()[:-1])
    result = run("sign", bundle, "--key", TEST_KEY)
    assert isinstance(result.exception, BundleError) and result.exception.fault is BundleFault.TRUNCATED
    text = bundle.parent / "text.pgfw"
    text.write_text("Dear insole")
    assert isinstance(run("verify", text).exception, BundleError)


def test_keys_ask_for_a_passphrase_and_never_show_the_secret(
    bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(PASSPHRASE_VARIABLE, raising=False)
    secret, keys = tmp_path / "secret.pem", tmp_path / "keys"
    made = run("keys", "new", "--secret", secret, "--name", "one", "--keys", keys, answer="abc\nabc\n")
    assert made.exit_code == 0 and "key 1 (one)" in made.output
    assert "PRIVATE" not in made.output and "abc" not in made.output
    done = run("sign", bundle, "--key", secret, "--public", keys / "now.toml", answer="abc\n")
    assert done.exit_code == 0 and "signed by key 1 (one)" in done.output
    wrong = run("sign", bundle, "--key", secret, "--public", keys / "now.toml", answer="abd\n")
    assert isinstance(wrong.exception, KeyFileError)
    monkeypatch.setenv(PASSPHRASE_VARIABLE, "abc")
    assert run("sign", bundle, "--key", secret, "--public", keys / "now.toml").exit_code == 0
    rotated = run("keys", "rotate", "--secret", tmp_path / "x.pem", "--name", "x", "--keys", keys)
    assert isinstance(rotated.exception, KeyFileError) and "keys new" in str(rotated.exception)


def test_keys_are_listed(tmp_path: Path) -> None:
    shown = run("keys", "show", "--keys", tmp_path)
    assert "no release key yet" in shown.output and shown.output.count("test key, for the twin") == 2
    rows = json.loads(run("keys", "show", "--keys", tmp_path, "--json", "-").output)["keys"]
    assert [(row["id"], row["test_key"]) for row in rows] == [(240, True), (241, True)]


def test_what_the_twin_gets_is_signed_by_the_test_key() -> None:
    bundle = release.carried_bundle("x64")
    assert signing.verify(bundle, signing.test_keys()).id == 240
    assert release.file_name(signed().manifest) == "plantigrade-0.2.0-xtensawin.pgfw"


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = run("build", "--architecture", "x64", "--out", tmp_path / "file" / "below")
    assert isinstance(result.exception, PlantigradeError) and "cannot be written" in str(result.exception)
