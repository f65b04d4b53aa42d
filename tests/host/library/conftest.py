"""Every test that takes `library` or `url` runs on SQLite and on a PostgreSQL server of its own."""

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from plantigrade.library.catalogue.library import Library
from plantigrade.library.entries import Person, Tag

from tests.host.library.library_kit import FIRST, SECOND, PostgresServer, finalized

_KEY_SOURCES = ("PLANTIGRADE_KEY", "PLANTIGRADE_KEY_FILE", "PLANTIGRADE_LIBRARY", "PLANTIGRADE_DATA")


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    programs = PostgresServer.find()
    if programs is None:
        pytest.skip("no PostgreSQL server is installed; tests/host/library/install_postgres installs one")
    folder = Path(tempfile.mkdtemp(prefix="pg", dir="/tmp"))  # a socket's path is short
    server = PostgresServer(folder, programs)
    yield server
    server.stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str | None:
    if request.param == "sqlite":
        return None
    return request.getfixturevalue("postgres").empty_database()


@pytest.fixture(autouse=True)
def no_keys_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in _KEY_SOURCES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")


@pytest.fixture(autouse=True)
def in_utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """This computer's clock shows UTC, wherever the tests run."""
    with monkeypatch.context() as patched:
        patched.setenv("TZ", "UTC")
        time.tzset()
        yield
    time.tzset()


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "Daten für Müller"


@pytest.fixture(scope="session")
def nothing_in_it(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Data folder of a new library: to copy it takes an eighth of the time of making one."""
    data = tmp_path_factory.mktemp("empty") / "data"
    Library(data).close()
    return data


@pytest.fixture
def open_library(data: Path, url: str | None, nothing_in_it: Path) -> Iterator[Callable[[], Library]]:
    opened: list[Library] = []

    def again() -> Library:
        if url is None and not data.exists():
            shutil.copytree(nothing_in_it, data)
        opened.append(Library(data, url))
        return opened[-1]

    yield again
    for library in opened:
        library.close()


@pytest.fixture
def library(open_library: Callable[[], Library]) -> Library:
    return open_library()


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two recordings: three seconds with a gap, a title, a wearer, a tag and a note; and one minute."""
    data = tmp_path_factory.mktemp("template") / "data"
    with Library(data) as library:
        finalized(library.recordings, FIRST, gap=True)
        finalized(library.recordings, SECOND, rows=6000)
        library.scan()
        library.add_person(Person("P001", "Anna"))
        library.assign(FIRST, "P001")
        library.rename(FIRST, "first day")
        library.tag(FIRST, [Tag("shoe", "trail")])
        library.note(FIRST, "limps", 1.5)
    return data


@pytest.fixture
def two_recordings(template: Path, tmp_path: Path) -> Path:
    """Data folder of a library with `FIRST` and `SECOND`."""
    shutil.copytree(template, tmp_path / "data")
    return tmp_path / "data"


@pytest.fixture(scope="session")
def person_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library with P001, of whom nothing is known."""
    data = tmp_path_factory.mktemp("person") / "data"
    with Library(data) as library:
        library.add_person(Person("P001"))
    return data


@pytest.fixture
def one_person(person_template: Path, tmp_path: Path) -> Path:
    """Data folder of a library with P001, of whom nothing is known."""
    return Path(shutil.copytree(person_template, tmp_path / "data"))


@pytest.fixture(scope="session")
def no_one(tmp_path_factory: pytest.TempPathFactory, person_template: Path) -> Path:
    """Data folder of a library that a property adds people to."""
    return Path(shutil.copytree(person_template, tmp_path_factory.mktemp("many") / "data"))
