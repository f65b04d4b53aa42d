"""The bill of materials: complete, valid, the same twice; and licences that somebody has looked at."""

import ast
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.utils import canonicalize_name
from rfc3987_syntax import is_valid_syntax

from tools.sbom import document, insole, licences
from tools.sbom.errors import SbomError
from tools.sbom.requirements import ROOT, closure, scopes
from tools.vendor import FOLDERS, packages

BUILD_GUIDE = ROOT / "docs/how-to/build-micropython-for-the-insole.md"
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


@pytest.fixture(scope="module")
def bill() -> dict[str, Any]:
    """Made once, in this process."""
    return document.make()


@pytest.mark.slow
def test_the_command_writes_a_valid_bill_and_the_same_bytes_again(tmp_path: Path, bill) -> None:  # type: ignore[no-untyped-def]
    output = tmp_path / "new" / "sbom.json"
    command = [sys.executable, "-m", "tools.sbom", str(output)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    text = output.read_text("utf-8")
    assert f"{len(bill['components'])} components" in done.stdout
    assert text == document.text_of(bill), "another process, other bytes"
    assert not re.search(r"serialNumber|timestamp", text)
    assert str(ROOT) not in text, "where it was made is nobody's business"


@pytest.mark.slow
def test_what_is_no_cyclonedx_is_refused(bill) -> None:  # type: ignore[no-untyped-def]
    broken = json.loads(document.text_of(bill))
    broken["components"] = [{"name": "no type"}]
    with pytest.raises(SbomError, match="not valid CycloneDX"):
        document.check(json.dumps(broken))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("address", "is_one"),
    [
        ("https://example.org/a%20b?c=d#e", True),
        ("http://example.org:8080/~a/(b)?x=/?;y=1#?/z", True),
        ("https://example.org/straße", True),
        ("mailto:a@example.org", True),
        ("https://example.org/a b", False),
        ("https://example.org/%zz", False),
        ("https://example.org/<a>", False),
    ],
)
def test_an_address_is_one(address: str, is_one: bool, bill) -> None:  # type: ignore[no-untyped-def]
    changed = json.loads(document.text_of(bill))
    changed["components"] = changed["components"][:1]
    changed["components"][0]["externalReferences"] = [{"type": "website", "url": address}]
    assert is_valid_syntax("iri_reference", address) is is_one, "so says the grammar of RFC 3987 itself"
    if is_one:
        document.check(json.dumps(changed))
    else:
        with pytest.raises(SbomError):
            document.check(json.dumps(changed))


def test_everything_that_is_required_is_in_it(bill) -> None:  # type: ignore[no-untyped-def]
    listed = {canonicalize_name(one["name"]): one["scope"] for one in bill["components"]}
    needed = closure(PYPROJECT["dependencies"])
    assert {"numpy", "numba", "llvmlite", "cryptography"} <= needed, "also what they bring in turn"
    assert {name for name in needed if listed.get(name) != "required"} == set()
    assert listed["starlette"] == "optional" and listed["pytest"] == "excluded"
    assert set(scopes()) <= set(listed)
    for folder in FOLDERS:
        assert {package.name for package in packages(folder)} <= {one["name"] for one in bill["components"]}


def test_every_component_can_be_found_again(bill) -> None:  # type: ignore[no-untyped-def]
    refs = [one["bom-ref"] for one in bill["components"]]
    assert len(refs) == len(set(refs))
    entries = {entry["ref"]: entry.get("dependsOn", []) for entry in bill["dependencies"]}
    assert set(entries) == {*refs, "plantigrade"}
    reached, waiting = set(), ["plantigrade"]
    while waiting:
        if (ref := waiting.pop()) not in reached:
            reached.add(ref)
            waiting += entries[ref]
    assert set(entries) - reached == set(), "nobody brings these"


def test_the_insoles_list_names_what_the_guide_builds() -> None:
    parts = {part.name: part for part in insole.parts()}
    guide = BUILD_GUIDE.read_text("utf-8")
    branch = re.search(r"--branch (v[\d.]+) .*espressif/esp-idf", guide)
    commit = re.search(r"micropython checkout ([0-9a-f]+)", guide)
    assert branch and commit
    assert parts["esp-idf"].revision == branch[1] == f"v{parts['esp-idf'].version}"
    assert parts["micropython"].revision.startswith(commit[1])
    assert parts["micropython"].version.endswith(f".g{commit[1]}")
    assert {"littlefs", "tinyusb", "esp-nimble", "mbedtls", "freertos"} <= set(parts)


def test_every_image_of_micropython_that_is_known_is_in_the_insoles_list() -> None:
    """The list of images is empty so far; the first row in it asks for a second list of parts."""
    images = tomllib.loads((ROOT / "firmware/micropython.lock").read_text("utf-8")).get("image", [])
    versions = {part.version for part in insole.parts() if part.name == "micropython"}
    assert [one["name"] for one in images if not any(version in one["name"] for version in versions)] == []


def test_nobody_has_a_licence_that_nobody_has_looked_at(bill) -> None:  # type: ignore[no-untyped-def]
    rows = licences.rows(bill)
    assert licences.problems(rows) == []
    strange = licences.Row("strange", "1", "optional", "GPL-3.0-only", of_insole=False)
    silent = licences.Row("silent", "1", "required", licences.NOT_STATED, of_insole=False)
    found = licences.problems([*rows, strange, silent])
    assert [line.partition(":")[0] for line in found] == ["silent", "strange"]
    either = licences.Row("either", "1", "required", "MIT OR GPL-2.0-only", of_insole=False)
    assert licences.problems([either]) == []


def test_what_is_said_of_licences_by_hand_is_still_needed(bill) -> None:  # type: ignore[no-untyped-def]
    rows = {canonicalize_name(row.name): row for row in licences.rows(bill)}
    concluded = {
        canonicalize_name(one["name"])
        for one in bill["components"]
        if any(entry.get("acknowledgement") == "concluded" for entry in one.get("licenses", ()))
    }
    assert set(licences.stated()) == concluded, "declared by now, or no longer required"
    assert [name for name in licences.uses() if not rows[name].is_copyleft] == []


def test_what_is_under_the_gpl_is_run_and_never_imported() -> None:
    """As licences.toml says of esptool."""
    importing = []
    for path in sorted((ROOT / "host").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [one.name for one in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []
            importing += [
                path for name in names if name.split(".")[0] in ("esptool", "espefuse", "espsecure")
            ]
    assert importing == []


def test_wrong_words_are_answered_with_the_usage() -> None:
    command = [sys.executable, "-m", "tools.sbom", "--licenses"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2 and "usage" in done.stderr
