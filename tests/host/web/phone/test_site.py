"""The files of the page for phones: one clinic in its policy, all that it runs, and nothing of anybody."""

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from plantigrade.web.phone.commands import phone
from plantigrade.web.phone.site import OriginError, phone_files, policy, python_sources, write_folder

CLINIC = "https://clinic.example"


def test_exactly_one_clinic_may_be_reached() -> None:
    (reached,) = re.findall(r"connect-src ([^;]*);", policy(CLINIC))
    assert reached == f"'self' {CLINIC}"
    assert re.findall(r"connect-src ([^;]*);", policy()) == ["'self'"]
    page = phone_files("en", CLINIC)["index.html"].content.decode()
    assert page.count(CLINIC) == 2, "in the policy, and in the settings"
    assert "unsafe-inline" not in page
    assert "'unsafe-eval'" not in page


@pytest.mark.parametrize(
    "origin",
    [
        "http://clinic.example",
        "https://clinic.example/",
        "https://*.example",
        "https://a b",
        "clinic.example",
    ],
)
def test_what_is_no_origin_is_refused(origin: str) -> None:
    with pytest.raises(OriginError):
        phone_files("en", origin)


def test_every_script_and_file_that_is_named_is_there() -> None:
    files = phone_files("en")
    for name, file in files.items():
        if not name.endswith(".js"):
            continue
        for found in re.findall(r'from "\./([^"]+)"', file.content.decode()):
            assert found in files, f"{name} loads {found}"
    for source in python_sources().values():
        compile(source, "source", "exec")
    for icon in json.loads(files["manifest.webmanifest"].content)["icons"]:
        assert icon["src"] in files


def test_the_service_worker_keeps_all_files_and_changes_with_them() -> None:
    english, german = phone_files("en"), phone_files("de")
    worker = english["service_worker.js"].content.decode()
    (listed,) = re.findall(r"const FILES = (\[.*?\]);", worker)
    names = {name.removeprefix("./") or "index.html" for name in json.loads(listed)}
    assert names == set(english) - {"service_worker.js"}
    assert worker != german["service_worker.js"].content.decode()


def test_a_folder_for_any_web_server(tmp_path: Path) -> None:
    done = CliRunner().invoke(phone, [str(tmp_path / "site"), "--clinic", CLINIC])
    assert done.exit_code == 0
    assert CLINIC in done.stdout
    assert len(write_folder(tmp_path / "again", "en", CLINIC)) == len(phone_files("en", CLINIC))
    assert (tmp_path / "site" / "vendor" / "micropython.wasm").read_bytes()[:4] == b"\0asm"
    refused = CliRunner().invoke(phone, [str(tmp_path / "x"), "--clinic", "http://a.example"])
    assert isinstance(refused.exception, OriginError)
    assert not (tmp_path / "x").exists()


def test_each_level_of_pressure_has_its_colour() -> None:
    """Without one a sensor is black, as all of a foot in swing were."""
    files = phone_files("en")
    levels = re.search(r"const LEVELS = (\d+);", files["screen.js"].content.decode())
    assert levels
    style = files["components.css"].content.decode()
    for level in range(int(levels[1])):
        assert f".p{level} {{ fill: var(--p{level}); }}" in style
