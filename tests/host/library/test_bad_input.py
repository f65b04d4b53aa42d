"""Damaged, foreign and newer files, and a disk that is full: words, and a library that stands."""

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest
from plantigrade.library.catalogue.library import Library
from plantigrade.library.catalogue.store import LibraryError
from plantigrade.library.errors import RecordingError

from tests.host.library.library_kit import finalized, walk


@pytest.mark.parametrize(
    "content", [b"no database at all, only words " * 40, b"SQLite format 3\0" + b"\7" * 4000]
)
def test_a_foreign_catalogue_is_said_and_kept(content: bytes, data: Path) -> None:
    data.mkdir()
    (data / "library.sqlite").write_bytes(content)
    with pytest.raises(LibraryError, match=r"library\.sqlite"):
        Library(data)
    assert (data / "library.sqlite").read_bytes() == content


def test_urls_that_make_no_sense(data: Path) -> None:
    with pytest.raises(LibraryError, match="not understood"):
        Library(data, "not a url")
    with pytest.raises(LibraryError) as refused:
        Library(data, "postgresql://who:secret@127.0.0.1:1/none")
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("what", ["cut", "foreign", "missing", "changed", "books", "newer"])
def test_damaged_recordings_are_found(what: str, data: Path) -> None:
    library = Library(data)
    folder = finalized(library.recordings, "one", rows=3000)
    library.scan()
    file, manifest = folder / "left.parquet", folder / "recording.json"
    content, text = file.read_bytes(), manifest.read_text()
    if what == "cut":
        file.write_bytes(content[: len(content) // 2])
    elif what == "foreign":
        file.write_bytes(b"something else")
    elif what == "missing":
        file.unlink()
    elif what == "changed":
        file.write_bytes(content[:2000] + bytes([content[2000] ^ 255]) + content[2001:])
    elif what == "books":
        manifest.write_text(text.replace('"off"', '"gone"').replace("a test", "another test"))
    else:
        manifest.write_text(text.replace("recording/1", "recording/7"))
    verdict = library.verify("one")
    assert not verdict.ok
    assert any(word in " ".join(verdict.problems) for word in ("left.parquet", "recording.json"))
    if what in ("cut", "foreign", "missing", "newer"):
        with pytest.raises(RecordingError):
            library.open("one").walk()
    library.close()


FULL = """
import resource, signal, sys
from pathlib import Path
from plantigrade.errors import PlantigradeError
from plantigrade.library.catalogue.library import Library
from tests.host.library.library_kit import walk
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
library = Library(Path(sys.argv[1]))
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
try:
    library.import_walk(walk(7, 60_000))
except PlantigradeError as error:
    print(error)
"""


@pytest.mark.skipif(not hasattr(resource, "RLIMIT_FSIZE"), reason="this system cannot limit file sizes")
def test_a_full_disk_leaves_nothing_behind(data: Path) -> None:
    with Library(data) as library:
        stored = library.import_walk(walk())
    root = Path(__file__).resolve().parents[3]
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(data)],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(root)},
    )
    assert "cannot be written" in done.stdout
    assert [path.name for path in (data / "recordings").iterdir()] == [stored.id]
    with Library(data) as library:
        assert all(verdict.ok for verdict in library.verify_all())
