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
    assert list(registry.import_formats().folders) == ["plantigrade"]
    assert list(registry.import_formats().files) == list(registry.FORMATS)


def test_a_format_of_another_package_is_read_by_itself_and_by_name(added: list[str], walk_file: Path) -> None:
    with pytest.raises(FileError, match=r"is no recording of a known format .*gaitpdb text\)$"):
        formats.read(walk_file)
    added.append("ACME")
    assert list(registry.import_formats().files) == [*registry.FORMATS, "acme"]
    assert formats.read(walk_file).source.format == "acme"
    assert formats.read(walk_file, "acme").source.format == "acme"


def test_the_import_command_offers_it(added: list[str], walk_file: Path, tmp_path: Path) -> None:
    data = tmp_path / "library"
    assert "acme" not in refused(data, "import", str(walk_file), "--format", "nothing")
    added.append("ACME")
    assert refused(data, "import", str(walk_file), "--format", "nothing") == (
        f"unknown format 'nothing'; known are auto, {', '.join(registry.FORMATS)}, acme"
    )
    assert reported(data, "import", str(walk_file), "--format", "acme").endswith(f"{walk_file}\n")


ADDS = f"the package {__name__.split('.')[0]} adds"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("SECOND_CSV", f"{ADDS} an import format called 'csv', which there is already"),
        (
            "NO_FORMAT",
            f"{ADDS} 'NO_FORMAT' as an import format, but {__name__}:NO_FORMAT is none",
        ),
        (
            "ABSENT",
            f"{ADDS} the import format 'ABSENT', which cannot be loaded (AttributeError: ",
        ),
    ],
)
def test_an_added_format_that_cannot_be_used_is_named_and_the_others_stay(
    added: list[str], walk_file: Path, name: str, message: str
) -> None:
    added += [name, "ACME"]
    found = registry.import_formats()
    assert list(found.refused) == [name] and found.refused[name].startswith(message)
    assert found.refused[name].endswith("; update or remove that package")
    assert formats.read(walk_file).source.format == "acme"
    with pytest.raises(PlantigradeError) as asked_for:
        formats.read(walk_file, name)
    assert str(asked_for.value) == found.refused[name]
    unknown = walk_file.with_name("notes.txt")
    unknown.write_text("Dear doctor,\nmy foot hurts.\n", "utf-8")
    with pytest.raises(FileError, match="is no recording of a known format") as refusal:
        formats.read(unknown)
    assert str(refusal.value).endswith(found.refused[name])
