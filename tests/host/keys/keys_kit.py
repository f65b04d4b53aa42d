"""`plantigrade keys` in this process, on encrypted libraries with keys of insoles."""

from pathlib import Path

from click.testing import CliRunner, Result
from plantigrade.cli import Invocation
from plantigrade.errors import PlantigradeError
from plantigrade.keys.commands import keys
from plantigrade.library.catalogue.insole_keys import InsoleKeys, keep_insole_keys
from plantigrade.library.catalogue.key_change import change_key
from plantigrade.library.catalogue.library import Library
from plantigrade.library.keys.master_key import save_to_file
from plantigrade.library.keys.vault import MasterKey

LEFT, RIGHT = "0000246F287A3F01", "0000246F287A3F02"
DEVICE, LOG, NEW = bytes(range(32)), bytes(range(1, 33)), bytes(range(2, 34))


class Home:
    """An encrypted library, its key in a file beside it.

    Attributes:
        key: of the library.
    """

    def __init__(self, folder: Path, *insoles: InsoleKeys) -> None:
        folder.mkdir()
        self.folder, self.data, self.key_file = folder, folder / "data", folder / "key.txt"
        self.key = MasterKey.new()
        save_to_file(self.key_file, (self.key,))
        with Library(self.data) as library:
            change_key(library, self.key)
            for one in insoles:
                keep_insole_keys(library, one)

    def library(self) -> Library:
        return Library(self.data, key_file=self.key_file)

    def run(self, *texts: str | Path, answer: str | None = None) -> Result:
        arguments = [*map(str, texts), "--key-file", str(self.key_file)]
        return CliRunner().invoke(keys, arguments, obj=Invocation(data=self.data), input=answer)

    def output_of(self, *texts: str | Path, answer: str | None = None) -> str:
        """Standard output of a command that succeeds."""
        result = self.run(*texts, answer=answer)
        assert result.exception is None, (result.output, result.exception)
        return result.stdout

    def refused(self, *texts: str | Path, answer: str | None = None) -> str:
        """The message of a failure that was foreseen."""
        result = self.run(*texts, answer=answer)
        assert isinstance(result.exception, PlantigradeError), (result.output, result.exception)
        return str(result.exception)


def both() -> tuple[InsoleKeys, InsoleKeys]:
    """Keys of a pair."""
    return InsoleKeys(LEFT, DEVICE, (LOG,)), InsoleKeys(RIGHT, NEW, (NEW, LOG))


def code_in(output: str) -> str:
    """The code in what a command told: the line that is all groups."""
    return next(line.split()[0] for line in output.splitlines() if line.startswith("  "))
