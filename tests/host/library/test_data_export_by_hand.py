"""The ZIP file of a person ends with the checksums of what it holds, once."""

import zipfile
from pathlib import Path

from plantigrade.library.catalogue.data_export import _Bundle


def test_checksums_are_the_last_entry_and_written_once(tmp_path: Path) -> None:
    """SHA-256 of "abc" as FIPS 180-2 works it out in its appendix B.1."""
    bundle = _Bundle(tmp_path / "a.zip")
    bundle.add_text("b.txt", "abc")
    bundle.add_bytes("a.txt", b"abc")
    bundle.close()
    bundle.close()
    digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    with zipfile.ZipFile(tmp_path / "a.zip") as found:
        assert found.namelist() == ["b.txt", "a.txt", "SHA256SUMS"]
        assert found.read("SHA256SUMS").decode() == f"{digest}  b.txt\n{digest}  a.txt\n"


def test_a_file_without_entries_has_no_checksums(tmp_path: Path) -> None:
    _Bundle(tmp_path / "a.zip").close()
    with zipfile.ZipFile(tmp_path / "a.zip") as found:
        assert found.namelist() == []
