"""Formats that other packages add: offered and read like ours, tried after ours, refused when broken."""

from dataclasses import replace
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

import pytest
from plantigrade.errors import FileError, PlantigradeError
from plantigrade.gait.signals import Foot, Walk
from plantigrade.imports import formats, plain_csv, registry
from plantigrade.imports.registry import ImportFormat
from plantigrade.imports.source import Head, Source

from tests.host.library.command_line import refused, reported


def recognises(head: Head) -> bool:
    return head.text.startswith("ACME insole")


def read(source: Source, foot: Foot | None) -> Walk:
    """The rows after the mark, as plain CSV."""
    rows = source.path.with_suffix(".rows")
    walk = plain_csv.read(formats.open_source(rows), foot)
    return replace(walk, source=replace(walk.source, format="acme"))


ACME = ImportFormat("acme", "ACME insole (.acm)", (".acm",), recognises, read)
SECOND_CSV = replace(ACME, name="csv")
NO_FORMAT = "a text"


@pytest.fixture
def added(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of this module that a package adds as formats, beside those that are installed."""
    names: list[str] = []
    group = registry.GROUP

    def found(**asked: str) -> list[EntryPoint]:
        assert asked == {"group": group}
        return [
            *entry_points(group=group),
            *(EntryPoint(name, f"{__name__}:{name}", group) for name in names),
        ]

    monkeypatch.setattr(registry, "entry_points", found)
    return names


@pytest.fixture
def walk_file(tmp_path: Path) -> Path:
    path = tmp_path / "walk.acm"
    path.write_text("ACME insole\n", "utf-8")
    rows = "".join(f"{i / 100},{700 * (i % 100 < 60)},{700 * (i % 100 >= 50)}\n" for i in range(500))
    path.with_suffix(".rows").write_text(f"time_s,left_force_n,right_force_n\n{rows}", "utf-8")
    return path


def test_our_own_recordings_are_added_by_the_library() -> None:
    assert list(registry.folder_formats()) == ["plantigrade"]
    assert list(registry.file_formats()) == list(registry.FORMATS)


def test_a_format_of_another_package_is_read_by_itself_and_by_name(added: list[str], walk_file: Path) -> None:
    with pytest.raises(FileError, match=r"is no recording of a known format .*gaitpdb text\)$"):
        formats.read(walk_file)
    added.append("ACME")
    assert list(registry.file_formats()) == [*registry.FORMATS, "acme"]
    assert formats.read(walk_file).source.format == "acme"
    assert formats.read(walk_file, "acme").source.format == "acme"


def test_the_import_command_offers_it(added: list[str], walk_file: Path, tmp_path: Path) -> None:
    data = tmp_path / "library"
    assert "acme" not in refused(data, "import", str(walk_file), "--format", "nothing")
    added.append("ACME")
    assert refused(data, "import", str(walk_file), "--format", "nothing") == (
        "unknown format 'nothing'; known are auto, wfdb, pedar, fscan, xsensor, stappone, csv, gaitpdb, acme"
    )
    assert reported(data, "import", str(walk_file), "--format", "acme").endswith(f"{walk_file}\n")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("SECOND_CSV", "two packages read a format called 'csv'; remove one of them"),
        ("NO_FORMAT", f"{__name__}:NO_FORMAT is no format of recordings; update or remove its package"),
        ("ABSENT", "the format 'ABSENT' cannot be loaded"),
    ],
)
def test_what_is_wrong_with_an_added_format_is_said(added: list[str], name: str, message: str) -> None:
    added.append(name)
    with pytest.raises(PlantigradeError) as caught:
        registry.file_formats()
    assert str(caught.value).startswith(message)
