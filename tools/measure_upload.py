"""What an upload takes of the line: bytes, time in virtual time, and the share of the link, for links of
several rates.

    python -m tools.measure_upload --minutes 60

Home, clinic, HTTP requests and answers are the real ones; the line between them is virtual: each request
takes its bytes (head and body) at the rate of the link, and a round trip. Bytes of TCP and TLS are not
counted. The recording is of random counts, which nothing compresses: the worst case.
"""

import argparse
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx2
from plantigrade.library.catalogue.library import Library
from plantigrade.library.entries import Person
from plantigrade.library.sending.clinics import ClinicRegister
from plantigrade.library.sending.sendings import SendingRegister
from plantigrade.service.sending.outbox import Outbox
from plantigrade.service.sending.settings import SendingSettings

from tests.host.library.library_kit import finalized
from tests.host.uploads import kit
from tests.host.uploads.network import BadNetwork, Clock, file_all, join_clinic

PERSON, THERE, NAME = "P007", "P001", "20260301T100000Z-00000001"
ROWS_A_MINUTE: Final = 6000
MBIT_BYTES: Final = 1e6 / 8
LINKS_MBIT: Final = (1.0, 5.0, 10.0, 100.0)
"""Uplinks of homes: a weak mobile connection, DSL, cable, fibre."""
ROUND_TRIP_S: Final = 0.05


@dataclass
class Link(BadNetwork):
    """A line of a rate; counts what goes up and down.

    Attributes:
        library: of the clinic.
        clock: that stands still but for the line and the sender's own pauses.
        rate_bytes_per_s: of the line upwards.
    """

    library: Library
    clock: Clock
    rate_bytes_per_s: float
    up: int = 0
    down: int = 0

    def __post_init__(self) -> None:
        super().__init__(self.library)

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Pass it on; time goes by."""
        request.read()
        up = _head(request.headers) + len(request.content)
        self.up += up
        self.clock.pause(up / self.rate_bytes_per_s + ROUND_TRIP_S)
        response = super().handle_request(request)
        self.down += _head(response.headers) + len(response.content)
        return response


def _head(headers: httpx2.Headers) -> int:
    """Bytes of the lines of a head, about."""
    return sum(len(name) + len(value) + 4 for name, value in headers.raw) + 40


def _measured(folder: Path, minutes: float, mbit: float) -> tuple[str, bool]:
    """What is said of one line, and whether the recording is there and sound."""
    clock = Clock()
    with kit.clinic(folder / "clinic", vault=kit.a_vault()) as clinic, Library(folder / "home") as home:
        home.add_person(Person(PERSON))
        content = finalized(home.recordings, NAME, round(minutes * ROWS_A_MINUTE))
        home.scan()
        home.assign(NAME, PERSON)
        join_clinic(home, PERSON, clinic, THERE, clock)
        link, begun = Link(clinic, clock, mbit * MBIT_BYTES), clock.seconds()
        client = httpx2.Client(transport=link)
        Outbox(home, SendingSettings(), client, clock, clock.pause, clock.seconds, lambda: 0.5).round()
        took_s = clock.seconds() - begun
        (joined,) = ClinicRegister(home).all()
        (sent,) = SendingRegister(home.store).of_clinic(joined)
        filed = file_all(clinic, clock.now)
        files = sum(path.stat().st_size for path in content.iterdir())
        sound = clinic.verify(NAME).ok
    share = 100 * link.up / (took_s * mbit * MBIT_BYTES)
    is_there = bool(filed) and sound
    line = (
        f"{mbit:5.0f} Mbit/s: {took_s:7.1f} s, {share:5.1f} % of the link; {files} bytes in files, "
        f"{sent.bytes} in the parcel, {link.up} up and {link.down} down in {link.requests} requests; "
        f"{'filed, sound' if is_there else 'NOT THERE'}"
    )
    return line, is_there


def main() -> int:
    """Measure, and say; exits 1 if a recording did not come."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=60.0, help="length of the recording (60)")
    chosen = parser.parse_args()
    print(f"{chosen.minutes:g} min of one foot, round trips of {1000 * ROUND_TRIP_S:g} ms")
    missing = 0
    for mbit in LINKS_MBIT:
        with tempfile.TemporaryDirectory(prefix="plantigrade-upload-") as folder:
            line, is_there = _measured(Path(folder), chosen.minutes, mbit)
        missing += not is_there
        print(line, flush=True)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
