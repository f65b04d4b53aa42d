"""Export formats that other packages add: offered and used like ours; a broken one breaks nothing else."""

import zipfile
from dataclasses import replace
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
from plantigrade.exports import registry
from plantigrade.exports.export_data import ExportData, ExportError, ExportFoot
from plantigrade.exports.formats import FORMATS, ExportFormat
from plantigrade.exports.registry import UnknownFormatError, export_formats
from plantigrade.library.catalogue.library import Library
from plantigrade.plugins import package_of

from tests.host.exports import sample, tiny
from tests.host.library.command_line import misused, refused, reported, run

NAMES = list(FORMATS)


def write(exported: ExportData, path: Path) -> None:
    path.write_text(f"{exported.id}: {sum(len(foot) for foot in exported.feet)} frames\n", "utf-8")


def lacking(exported: ExportData, path: Path) -> None:
    raise ModuleNotFoundError("No module named 'acme_codec'", name="acme_codec")


ACME = ExportFormat("acme", "ACME text", "file", ".acm", "one line", "samples", write)
SECOND_CSV = replace(ACME, name="csv")
LACKING = replace(ACME, name="lacking", writer=lacking)
NO_FORMAT = "a text"


@pytest.fixture
def added(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What packages add, as the values of entry points; the last part of each is its name, too."""
    values: list[str] = []

    def found(**asked: str) -> list[EntryPoint]:
        assert asked == {"group": "plantigrade.exports"}
        return [EntryPoint(value.rpartition(":")[2], value, registry.GROUP) for value in values]

    monkeypatch.setattr(registry, "entry_points", found)
    return values


@pytest.fixture
def recorded(tmp_path: Path) -> tuple[Path, str]:
    """A library and the name of its one recording."""
    data = tmp_path / "library"
    made = sample.counts_recording(data / "recordings", seconds=12.0)
    with Library(data) as library:
        return data, library.add_recording(made.folder).id


def test_ours_alone_are_offered_where_nobody_adds_one() -> None:
    assert export_formats() == registry.Formats(dict(FORMATS), {})


def test_a_format_of_another_package_is_offered_and_used(
    added: list[str], recorded: tuple[Path, str], tmp_path: Path
) -> None:
    data, name = recorded
    out = str(tmp_path / "out.acm")
    assert "acme" not in reported(data, "export", "--help")
    assert misused(data, "export", name, "--format", "acme", "-o", out) == (
        f"Error: unknown format 'acme'; known are {', '.join(NAMES)}"
    )
    added.append(f"{__name__}:ACME")
    assert "zip, acme." in " ".join(reported(data, "export", "--help").split())
    assert reported(data, "export", name, "--format", "acme", "-o", out) == f"acme: {out}\n"
    assert Path(out).read_text("utf-8").startswith(f"{name}: ")


def test_the_archive_holds_it_too(added: list[str], tmp_path: Path) -> None:
    added.append(f"{__name__}:ACME")
    FORMATS["zip"].write_data(tiny.data(tmp_path / "recordings"), tmp_path / "a.zip")
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        (name,) = (one for one in archive.namelist() if one.endswith("/acme.acm"))
        readme = archive.read(name.replace("acme.acm", "README.txt")).decode().splitlines()
    assert "acme.acm: ACME text; cannot hold: samples." in readme


HERE = __name__.split(".", 1)[0]
LOST = "acme_formats_that_nobody_has"


@pytest.mark.parametrize(
    ("value", "name", "message"),
    [
        (
            f"{LOST}:FORMAT",
            "FORMAT",
            f"the package {LOST} adds the export format 'FORMAT', which cannot be loaded "
            f"(ModuleNotFoundError: No module named '{LOST}')",
        ),
        (
            f"{__name__}:NO_FORMAT",
            "NO_FORMAT",
            f"the package {HERE} adds 'NO_FORMAT' as an export format, but {__name__}:NO_FORMAT is none",
        ),
        (
            f"{__name__}:SECOND_CSV",
            "SECOND_CSV",
            f"the package {HERE} adds an export format called 'csv', which there is already",
        ),
    ],
)
def test_a_broken_one_is_told_by_name_and_breaks_no_other(
    added: list[str], recorded: tuple[Path, str], tmp_path: Path, value: str, name: str, message: str
) -> None:
    message += "; update or remove that package"
    added.extend([value, f"{__name__}:ACME"])
    found = export_formats()
    assert list(found.offered) == [*NAMES, "acme"]
    assert found.named("csv") is FORMATS["csv"], "ours stands"
    assert found.refused == {name: message}
    data, recording = recorded
    assert refused(data, "export", recording, "--format", name, "-o", str(tmp_path / "out")) == message


def test_whatever_a_package_does_while_it_is_imported_is_told(
    added: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "acme_that_divides.py").write_text("FORMAT = 1 / 0\n", "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    added.append("acme_that_divides:FORMAT")
    with pytest.raises(ExportError, match=r"cannot be loaded \(ZeroDivisionError: division by zero\)"):
        export_formats().named("FORMAT")
    with pytest.raises(UnknownFormatError, match="unknown format 'ACME'; known are csv"):
        export_formats().named("ACME")


def test_a_distribution_is_named_as_it_is_installed() -> None:
    class Distribution:
        name = "acme-formats"

    entry = EntryPoint("x", "acme.export:X", registry.GROUP)
    assert package_of(entry) == "the package acme"
    vars(entry).update(dist=Distribution())
    assert package_of(entry) == "the package acme-formats"


def test_a_module_that_an_added_writer_lacks_is_named(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="needs the Python module acme_codec, which is not"):
        LACKING.write_data(tiny.data(tmp_path / "recordings"), tmp_path / "a.acm")


@pytest.mark.parametrize("name", [name for name in NAMES if name != "zip"])
def test_what_a_format_needs_is_what_its_writer_asks_for(name: str, tmp_path: Path) -> None:
    asked: set[str] = set()

    def watched(foot: ExportFoot) -> ExportFoot:
        def forces(rows: slice) -> object:
            asked.add("frames")
            return foot.forces(rows)

        return replace(foot, forces=forces)  # type: ignore[arg-type]

    def report() -> bytes:
        asked.add("report")
        return b"%PDF-1"

    exported = tiny.data(tmp_path / "recordings")
    made = replace(exported, feet=tuple(watched(foot) for foot in exported.feet), report=report)
    FORMATS[name].write_data(made, tmp_path / f"a{FORMATS[name].suffix}")
    assert asked == FORMATS[name].needs


@pytest.mark.parametrize("name", [name for name in NAMES if FORMATS[name].kind == "file"])
@pytest.mark.parametrize("file", ["walk", "walk.of today", "walk.C3D"])
def test_a_file_is_called_as_it_was_asked_for(name: str, file: str, tmp_path: Path) -> None:
    """Whatever ending a library that writes may insist on: ezc3d adds `.c3d` of itself."""
    folder = tmp_path / "of the user"
    folder.mkdir()
    FORMATS[name].write_data(tiny.data(tmp_path / "recordings"), folder / file)
    assert [path.name for path in folder.iterdir()] == [file]
    assert (folder / file).stat().st_size > 0


def test_the_command_writes_c3d_into_a_file_without_an_ending(
    recorded: tuple[Path, str], tmp_path: Path
) -> None:
    data, name = recorded
    assert run(data, "export", name, "--format", "c3d", "-o", str(tmp_path / "walk")).exit_code == 0
    assert (tmp_path / "walk").read_bytes()[1:2] == b"P"
