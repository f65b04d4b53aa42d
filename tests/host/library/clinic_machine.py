"""A clinic's computer as docs/how-to/clinic-server.md has it, for the commands of that guide."""

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from plantigrade.library.catalogue.library import Library

from tests.host.library.library_kit import PostgresServer

GUIDE = Path(__file__).parents[3] / "docs" / "how-to" / "clinic-server.md"
BLOCK = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
DATABASE = "clinic"


def commands(title: str = "Back-up and restore") -> tuple[str, str]:
    """Those of a part of the guide that make the back-up, and those that restore it."""
    text = GUIDE.read_text(encoding="utf-8")
    section = text.split(f"## {title}\n")[1].split("\n## ")[0]
    back_up, restore = BLOCK.findall(section)
    return back_up, restore


class Machine:
    """A computer of a clinic, as the guide has it: its folders within the test's, and a database.

    Args:
        folder: where `/srv/clinic` and `/backup` are.
        server: of the database.
        environment: more variables for its commands.
    """

    def __init__(
        self, folder: Path, server: PostgresServer, environment: Mapping[str, str] | None = None
    ) -> None:
        self.folder, self.server, self.environment = folder, server, environment or {}
        self.data, self.key = folder / "srv/clinic/data", folder / "srv/clinic/clinic.keys"
        self.sockets = server.empty_database().partition("host=")[2]
        self.url = f"postgresql://tester@/{DATABASE}?host={self.sockets}"
        self.data.mkdir(parents=True)
        (folder / "backup").mkdir()

    def run(self, script: str) -> str:
        """Run commands of the guide as whoever runs the tests; what they write."""
        script = re.sub(r"sudo (-u \w+ )?", "", script)
        for place in ("/srv/clinic", "/backup"):
            script = re.sub(rf"(?<![\w/]){place}", str(self.folder) + place, script)
        programs = [str(Path(sys.executable).parent)]
        found = PostgresServer.find()
        programs += [] if found is None else [str(found)]
        environment = os.environ | {
            "PATH": os.pathsep.join([*programs, os.environ["PATH"]]),
            "PGHOST": self.sockets,
            "PGUSER": "tester",
            "PLANTIGRADE_DATA": str(self.data),
            "PLANTIGRADE_LIBRARY": self.url,
            "PLANTIGRADE_KEY_FILE": str(self.key),
            **self.environment,
        }
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script],
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{script}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def open(self) -> Library:
        return Library(self.data, self.url, self.key)

    def make_database(self) -> None:
        """The clinic's user and database, empty."""
        self.run(f"createuser {DATABASE}; createdb --owner {DATABASE} {DATABASE}")

    def remove_database(self) -> None:
        """Both are gone."""
        self.run(f"dropdb --if-exists {DATABASE}; dropuser {DATABASE}")
