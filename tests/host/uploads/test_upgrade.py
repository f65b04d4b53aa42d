"""An update while recordings are on their way: home and clinic have tables of an earlier revision, and go on
at the byte where they were."""

from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
import sqlalchemy as sa
from plantigrade.library.catalogue.library import Library
from plantigrade.library.catalogue.store import REVISION, Store
from plantigrade.library.entries import Person
from plantigrade.library.keys.vault import Vault
from plantigrade.library.receiving.entries import ParcelState
from plantigrade.library.receiving.parcels import ParcelRegister, note_opened
from plantigrade.library.receiving.spool import Spool
from plantigrade.library.sending.clinics import ClinicRegister
from plantigrade.library.sending.entries import Sending, SendingState
from plantigrade.library.sending.sendings import SendingRegister

from tests.host.library.library_kit import finalized
from tests.host.uploads import kit
from tests.host.uploads.network import BadNetwork, Clock, Killed, file_all, join_clinic, outbox

EARLIER = [f"{number:04}" for number in range(7, int(REVISION))]
"""Revisions that have tables of what is sent and received, before the present one."""
NAMES = [f"2026030{day}T100000Z-0000000{day}" for day in (1, 2, 3)]
PIECE_BYTES = 2048
VAULT = kit.a_vault()


def put_back_to(revision: str, store: Store) -> None:
    """The same rows in tables of an earlier revision, as an earlier version has left them."""
    with store.engine.begin() as connection:
        tables = sa.MetaData()
        tables.reflect(connection)
        rows = {
            name: [dict(row) for row in connection.execute(sa.text(f"SELECT * FROM {name}")).mappings()]
            for name in tables.tables
        }
        tables.drop_all(connection)
    store.bring_up_to_date(revision)
    with store.engine.begin() as connection:
        earlier = sa.MetaData()
        earlier.reflect(connection)
        for table in earlier.sorted_tables:
            if table.name != "alembic_version":
                _insert(connection, table, rows[table.name])
    assert store.revision() == revision


def _insert(connection: sa.Connection, table: sa.Table, rows: list[dict[str, object]]) -> None:
    named = [column.name for column in table.columns]
    values = ", ".join(f":{name}" for name in named)
    statement = sa.text(f"INSERT INTO {table.name} ({', '.join(named)}) VALUES ({values})")
    for row in rows:
        connection.execute(statement, {name: row[name] for name in named})
    numbered = "id" in named and isinstance(table.c.id.type, sa.Integer) and rows
    if numbered and connection.dialect.name == "postgresql":
        connection.execute(
            sa.text(f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'), max(id)) FROM {table.name}")
        )


def opened(data: Path, url: str | None = None, vault: Vault | None = None) -> Library:
    library = Library(data, url)
    library.use_vault(vault)
    return library


@pytest.fixture
def half_way(tmp_path: Path, url: str | None) -> Iterator[Clock]:
    """Of three recordings one is at the clinic and not filed, one is half there, one waits."""
    clock = Clock()
    with kit.clinic(tmp_path / "clinic", url, VAULT) as clinic, Library(tmp_path / "home") as home:
        home.add_person(Person("anna"))
        for name in NAMES:
            finalized(home.recordings, name)
        home.scan()
        for name in NAMES:
            home.assign(name, "anna")
        join_clinic(home, "anna", clinic, kit.PERSON, clock)
        begun = 0

        def trouble(request: httpx2.Request, _number: int) -> str:
            nonlocal begun
            begun += request.method == "POST"
            offset = int(request.headers.get("upload-offset", 0))
            return "killed after" if begun == 2 and offset >= 2 * PIECE_BYTES else ""

        with pytest.raises(Killed):
            outbox(home, BadNetwork(clinic, trouble), clock, piece_bytes=PIECE_BYTES).round()
    yield clock


def sent_from(home: Library) -> list[Sending]:
    (clinic,) = ClinicRegister(home).all()
    return SendingRegister(home.store).of_clinic(clinic)[::-1]


@pytest.mark.parametrize("revision", EARLIER)
def test_what_is_half_way_goes_on_after_an_update_of_both_ends(
    revision: str, half_way: Clock, tmp_path: Path, url: str | None
) -> None:
    for data, at in ((tmp_path / "clinic", url), (tmp_path / "home", None)):
        store = Store(data, at)
        put_back_to(revision, store)
        store.close()
    with opened(tmp_path / "clinic", url, VAULT) as clinic, opened(tmp_path / "home") as home:
        assert (clinic.store.revision(), home.store.revision()) == (REVISION, REVISION)
        states = [one.state for one in sent_from(home)]
        assert states == [SendingState.RECEIVED, SendingState.SENDING, SendingState.WAITING]
        parcels = ParcelRegister(clinic.store, Spool(clinic.data_dir))
        (half,) = parcels.in_state(ParcelState.RECEIVING)
        assert parcels.counts()[ParcelState.RECEIVED] == 1
        assert half.received == 3 * PIECE_BYTES < half.bytes

        offsets = list[int]()

        def listen(request: httpx2.Request, _number: int) -> str:
            if request.url.path.endswith(half.parcel_id):
                offsets.append(int(request.headers["upload-offset"]))
            return ""

        box = outbox(home, BadNetwork(clinic, listen), half_way, piece_bytes=PIECE_BYTES)
        box.round()
        assert offsets[0] == half.received, "what was there was not sent again"
        assert file_all(clinic, half_way.now) == len(NAMES)
        note_opened(clinic.store, NAMES[1], "Dr. A")
        half_way.pause(60.0)
        box.round()
        assert [one.state for one in sent_from(home)] == [
            SendingState.FILED,
            SendingState.OPENED,
            SendingState.FILED,
        ]
        assert sorted(entry.id for entry in clinic.find()) == NAMES
        for name in NAMES:
            assert clinic.entry(name).person == kit.PERSON and clinic.verify(name).ok
