"""Files of other projects are what their projects published, under licences that let us pass them on."""

import hashlib
import re
import shutil
from pathlib import Path

import pytest

from tools.vendor import FOLDERS, packages, sums

MAY_BE_PASSED_ON = {"0BSD", "MIT", "BSD-2-Clause", "BSD-3-Clause", "Apache-2.0", "ISC"}
FOR_TESTS_ONLY = {"MPL-2.0"}
OWN_FILES = {"SHA256SUMS", "vendor.toml"}
LICENCES_BESIDE = {"@micropython/micropython-webassembly-pyscript": "micropython.LICENSE"}
"""Packages without a file of their licence: it comes from their repository."""


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.parent.name)
class TestOfAFolder:
    """The files that the pages serve, and those that tests need."""

    def test_files_are_those_whose_sums_were_written_down(self, folder: Path) -> None:
        assert sums(folder) == (folder / "SHA256SUMS").read_text()

    def test_there_is_no_other_file(self, folder: Path) -> None:
        named = {name for package in packages(folder) for name in package.files.values()}
        there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
        beside = {LICENCES_BESIDE[one.name] for one in packages(folder) if one.name in LICENCES_BESIDE}
        assert there == named | OWN_FILES | beside

    def test_every_package_brings_its_licence(self, folder: Path) -> None:
        allowed = MAY_BE_PASSED_ON | (FOR_TESTS_ONLY if "tests" in folder.parts else set())
        for package in packages(folder):
            assert package.licence in allowed
            brought = any(name.endswith(".LICENSE") for name in package.files.values())
            assert brought != (package.name in LICENCES_BESIDE)

    def test_versions_are_exact(self, folder: Path) -> None:
        exact = re.compile(r"\d+(\.\d+)*(-\d+)?")
        assert all(exact.fullmatch(package.version) for package in packages(folder))


def test_a_changed_file_is_noticed(tmp_path: Path) -> None:
    original = FOLDERS[0]
    shutil.copytree(original, tmp_path, dirs_exist_ok=True)
    (tmp_path / "htmx.min.js").write_bytes(b"alert(1)")
    assert sums(tmp_path) != (original / "SHA256SUMS").read_text()
    assert hashlib.sha256(b"alert(1)").hexdigest() in sums(tmp_path)
