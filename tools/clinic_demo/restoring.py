"""Back-up and restore of the demo's clinic, as docs/how-to/clinic-server.md says."""

import os
import shutil
import subprocess
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from tests.host.library.library_kit import PostgresServer
from tools.clinic_demo.clinic import Demo


class Databases:
    """The clinic's database, and its dump.

    Args:
        server: of PostgreSQL.
        programs: folder of its programs.

    Attributes:
        url: of the database.
    """

    def __init__(self, server: PostgresServer, programs: Path) -> None:
        self._server, self._programs = server, programs
        self.url = server.empty_database()

    def dump(self, file: Path) -> None:
        """`pg_dump` into a file."""
        self._run("pg_dump", "--format=custom", f"--file={file}", self._name)

    def restore(self, file: Path) -> None:
        """Empty the database, and `pg_restore` a file into it."""
        self._server.empty_database()
        self._run("pg_restore", "--clean", "--if-exists", f"--dbname={self._name}", str(file))

    @property
    def _name(self) -> str:
        return urlsplit(self.url).path.strip("/")

    def _run(self, program: str, *arguments: str) -> None:
        (host,) = parse_qs(urlsplit(self.url).query)["host"]
        environment = os.environ | {"PGHOST": host, "PGUSER": "tester"}
        subprocess.run([str(self._programs / program), *arguments], env=environment, check=True)


def restore_files(demo: Demo, databases: Databases | None) -> Path:
    """Back up the clinic, lose it, and restore it elsewhere; the new data folder. The key lies elsewhere.

    With SQLite the folder holds the catalogue; with PostgreSQL it is dumped first and restored first.
    """
    backup, new = demo.folder / "backup", demo.folder / "new"
    backup.mkdir()
    if databases is not None:
        databases.dump(backup / "clinic.dump")
    shutil.copytree(demo.clinic, backup / "data")
    shutil.rmtree(demo.clinic)
    if databases is not None:
        databases.restore(backup / "clinic.dump")
    shutil.copytree(backup / "data", new)
    return new
