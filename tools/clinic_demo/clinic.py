"""The clinic and its homes: real processes, each with a library of its own."""

import os
import signal
import socket
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from plantigrade.library.catalogue.accounts.entries import Role
from plantigrade.library.catalogue.library import Library
from plantigrade.library.entries import Person, RecordingEntry
from plantigrade.library.person.entries import Consent, DataKind
from plantigrade.library.receiving.clinic_keys import public_key
from plantigrade.library.receiving.entries import ParcelState
from plantigrade.library.receiving.parcels import ParcelRegister
from plantigrade.library.receiving.senders import SenderRegister
from plantigrade.library.receiving.spool import Spool
from plantigrade.library.sending.clinics import ClinicRegister
from plantigrade.parcels.invitation import Invitation
from plantigrade.parcels.pin import pin_of
from plantigrade.service.sending.link import join, new_client

from tests.host.archive import kit

PROGRAM = str(Path(sys.executable).with_name("plantigrade"))
CLINICIAN = "Clinician"
FIRST_AGO, EACH_AGO = timedelta(minutes=10), timedelta(minutes=1)
"""When the recordings began, so that they are of today unless it is just after midnight."""
PATIENCE_S = 900.0
END_S = 60.0
"""A worker finishes the analysis that it has begun."""


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def stop(running: "subprocess.Popen[bytes]") -> int:
    """End the clinic as systemd does; its exit code."""
    running.send_signal(signal.SIGTERM)
    return running.wait(END_S)


class Demo:
    """The clinic and its homes.

    Args:
        folder: for everything.
        homes: how many.
        url: of the clinic's database; None for SQLite.
    """

    def __init__(self, folder: Path, homes: int, url: str | None) -> None:
        self.folder, self.homes, self.url = folder, homes, url
        self.clinic, self.key = folder / "clinic", folder / "clinic.keys"
        self.port = _free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"

    def command(self, *arguments: str, data: Path | None = None, key: Path | None = None) -> str:
        """Run `plantigrade` with some arguments, at the clinic or with another folder; what it says."""
        where = ["--key-file", str(key or self.key)]
        if data is None and self.url is not None:
            where += ["--library", self.url]
        done = subprocess.run(
            [PROGRAM, "--data", str(data or self.clinic), *arguments, *where], capture_output=True, text=True
        )
        if done.returncode:
            raise SystemExit(f"{' '.join(arguments)}: {done.stderr}")
        return done.stdout

    def make_clinic(self) -> None:
        """An encrypted library with a person for each home, who lets the clinician see everything."""
        self.command("sessions", "keys", "new")
        with self.open_clinic() as library:
            library.accounts.register.add("Owner", {Role.OWNER})
            library.accounts.register.add(CLINICIAN, {Role.CLINICIAN})
            for number in range(self.homes):
                code = f"P{number:03d}"
                library.add_person(Person(code, weight_kg=60.0 + number))
                given = Consent(CLINICIAN, tuple(DataKind), "care", datetime.now(UTC), None, "demo", code)
                library.record(code).consents.give(given)

    def open_clinic(self, data: Path | None = None) -> Library:
        """The clinic's library."""
        return Library(data or self.clinic, self.url, self.key)

    def make_home(self, number: int, clinic: Library) -> Path:
        """A home with a person, two recordings, joined to the clinic; the first one is encrypted."""
        data = self.folder / f"home-{number}"
        key = self.folder / f"home-{number}.keys"
        if number == 0:
            self.command("sessions", "keys", "new", data=data, key=key)
        else:
            key.write_text("")
        with Library(data, None, None if number else key) as library:
            library.add_person(Person("me", weight_kg=60.0 + number))
            for at in (0, 1):
                piece = 2 * number + at
                begun = datetime.now(UTC) - FIRST_AGO - piece * EACH_AGO
                entry = library.import_walk(kit.piece(piece), start=begun)
                library.assign(entry.id, "me")
            pin = pin_of(public_key(clinic.store))
            invitation = Invitation(self.address, SenderRegister(clinic.store).invite(f"P{number:03d}"), pin)
            with new_client() as client:
                found = join(client, invitation, f"home {number}")
            since = datetime(2000, 1, 1, tzinfo=UTC)
            ClinicRegister(library).add(
                "me", self.address, found.clinic, found.person, found.key, found.credential, since
            )
        return data

    def start(self) -> "subprocess.Popen[bytes]":
        """Start the clinic."""
        where = [] if self.url is None else ["--library", self.url]
        arguments = ["serve", "--port", str(self.port), "--clinic", "Walking clinic"]
        running = subprocess.Popen(
            [
                PROGRAM,
                "--data",
                str(self.clinic),
                *arguments,
                "--quiet",
                "--workers",
                "2",
                "--key-file",
                str(self.key),
                *where,
            ]
        )
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return running
            time.sleep(0.2)
        raise SystemExit("the clinic did not start")

    def send_all(self) -> list["subprocess.Popen[bytes]"]:
        """All homes send at once."""
        return [
            subprocess.Popen(
                [
                    PROGRAM, "--data", str(self.folder / f"home-{number}"), "clinic", "send",
                    "--key-file", str(self.folder / f"home-{number}.keys"),
                ],
                stdout=subprocess.DEVNULL,
            )
            for number in range(self.homes)
        ]  # fmt: skip

    def counts(self) -> dict[ParcelState, int]:
        """How many parcels of the clinic are in each state."""
        with self.open_clinic() as library:
            return ParcelRegister(library.store, Spool(library.data_dir)).counts()

    def same(self, data: Path | None = None) -> int:
        """How many recordings of the homes are at the clinic, sound, once, with the same manifest.

        Prints which are not, and why."""
        found = 0
        with self.open_clinic(data) as library:
            there = {entry.id: entry for entry in library.find()}
            for number in range(self.homes):
                for home in (self.folder / f"home-{number}" / "recordings").glob("*/recording.json"):
                    problem = _problem(library, there.get(home.parent.name), home, f"P{number:03d}")
                    found += not problem
                    if problem:
                        print(f"  home {number}, {home.parent.name}: {problem}")
        return found

    def home_says(self, number: int) -> str:
        """What a home says of its recordings, after it asked the clinic for receipts that are due."""
        data, key = self.folder / f"home-{number}", self.folder / f"home-{number}.keys"
        return self.command("clinic", "send", data=data, key=key)

    def sign_in_link(self) -> str:
        """A link that signs the clinician in."""
        with self.open_clinic() as library:
            return f"{self.address}/sign-in/{library.accounts.links.make(CLINICIAN)}"

    def bytes_sent(self) -> int:
        """Bytes of the recordings of all homes."""
        return sum(one.stat().st_size for one in self.folder.glob("home-*/recordings/*/*"))


def _problem(library: Library, entry: RecordingEntry | None, home: Path, person: str) -> str:
    if entry is None:
        return "is not there"
    if entry.person != person:
        return f"is a recording of {entry.person}"
    if home.read_bytes() != (library.recordings / entry.id / home.name).read_bytes():
        return "has another manifest"
    return "; ".join(library.verify(entry.id).problems)
