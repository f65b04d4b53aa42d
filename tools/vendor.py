"""Files of other projects that the pages serve, and that tests of the pages use: by version, with checksums
and licences.

`python -m tools.vendor` runs `npm pack` for every package of each vendor.toml, copies the files that are
named there and writes their SHA-256 beside them. Users and CI need no npm: a test compares files and sums.
"""

import hashlib
import subprocess
import tarfile
import tempfile
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
FOLDERS: Final = (
    ROOT / "host" / "plantigrade" / "web" / "static" / "vendor",
    ROOT / "tests" / "web" / "vendor",
)
LIST: Final = "vendor.toml"
SUMS: Final = "SHA256SUMS"


@dataclass(frozen=True)
class Package:
    """A package of the npm registry.

    Attributes:
        name, version: as npm names it.
        licence: SPDX identifier.
        files: path in the package to name in the folder.
    """

    name: str
    version: str
    licence: str
    files: dict[str, str]


def packages(folder: Path) -> list[Package]:
    """What vendor.toml of a folder asks for."""
    listed = tomllib.loads((folder / LIST).read_text())["package"]
    return [Package(**entry) for entry in listed]


def fetch(package: Package, folder: Path, scratch: Path) -> None:
    """Put a package's files into a folder."""
    packed = subprocess.run(
        ["npm", "pack", "--silent", f"{package.name}@{package.version}"],
        cwd=scratch,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split()[-1]
    with tarfile.open(scratch / packed) as archive:
        for inside, name in package.files.items():
            member = archive.extractfile(f"package/{inside}")
            assert member is not None, f"{package.name} has no file {inside}"
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_bytes(member.read())


def sums(folder: Path) -> str:
    """SHA-256 of every vendored file of a folder, as `sha256sum` writes it."""
    names = sorted(name for package in packages(folder) for name in package.files.values())
    return "".join(f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  {name}\n" for name in names)


def main() -> None:
    """Fetch everything anew."""
    for folder in FOLDERS:
        with tempfile.TemporaryDirectory() as scratch:
            for package in packages(folder):
                fetch(package, folder, Path(scratch))
        (folder / SUMS).write_text(sums(folder))


if __name__ == "__main__":
    main()
