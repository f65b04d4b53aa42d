"""What an upload takes of the line: bytes, time in virtual time, and the share of the link, for links of
several rates.

    python -m tools.measure_upload --minutes 60 [--rate-kb-per-s 600]
    python -m tools.measure_upload --minutes 60 --rate-kb-per-s 0 --loopback-mbit 10

Home, clinic, HTTP requests and answers are the real ones; the line between them is virtual: each request
takes its bytes (head and body) at the rate of the link, and a round trip. Bytes of TCP and TLS are not
counted. The recording is of random counts, which nothing compresses: the worst case. With `--loopback-mbit`
the clinic is a real server on this computer and the line a relay that lets so much through, in real time.
"""

import argparse
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import httpx2
from plantigrade.library.catalogue.library import Library
from plantigrade.library.entries import Person
from plantigrade.library.sending.clinics import ClinicRegister
from plantigrade.library.sending.sendings import SendingRegister
from plantigrade.service.sending.outbox import Outbox
from plantigrade.service.sending.settings import USUAL_RATE_KB_PER_S, SendingSettings

from tests.host.library.library_kit import finalized
from tests.host.uploads import kit
from tests.host.uploads.network import BadNetwork, Clock, file_all, join_clinic
from tools.limited_line import Relay, served

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


def _recorded(home: Library, minutes: float) -> int:
    """A recording of the person, at home; bytes of its files."""
    home.add_person(Person(PERSON))
    content = finalized(home.recordings, NAME, round(minutes * ROWS_A_MINUTE))
    home.scan()
    home.assign(NAME, PERSON)
    return sum(path.stat().st_size for path in content.iterdir())


def _measured(folder: Path, minutes: float, mbit: float, sending: SendingSettings) -> tuple[str, bool]:
    """What is said of one line, and whether the recording is there and sound."""
    clock = Clock()
    with kit.clinic(folder / "clinic", vault=kit.a_vault()) as clinic, Library(folder / "home") as home:
        files = _recorded(home, minutes)
        join_clinic(home, PERSON, clinic, THERE, clock)
        link, begun = Link(clinic, clock, mbit * MBIT_BYTES), clock.seconds()
        client = httpx2.Client(transport=link)
        Outbox(home, sending, client, clock, clock.pause, clock.seconds, lambda: 0.5).round()
        took_s = clock.seconds() - begun
        (joined,) = ClinicRegister(home).all()
        (sent,) = SendingRegister(home.store).of_clinic(joined)
        filed = file_all(clinic, clock.now)
        sound = clinic.verify(NAME).ok
    share = 100 * link.up / (took_s * mbit * MBIT_BYTES)
    is_there = bool(filed) and sound
    line = (
        f"{mbit:5.0f} Mbit/s: {took_s:7.1f} s, {share:5.1f} % of the link; {files} bytes in files, "
        f"{sent.bytes} in the parcel, {link.up} up and {link.down} down in {link.requests} requests; "
        f"{'filed, sound' if is_there else 'NOT THERE'}"
    )
    return line, is_there


def _over_loopback(folder: Path, minutes: float, mbit: float, sending: SendingSettings) -> tuple[str, bool]:
    """The same in real time, from a home to a server over a relay of this rate."""
    with kit.clinic(folder / "clinic", vault=kit.a_vault()) as clinic, Library(folder / "home") as home:
        files = _recorded(home, minutes)
        with served(clinic) as port, Relay(port, mbit * MBIT_BYTES) as relay, httpx2.Client() as client:
            join_clinic(home, PERSON, clinic, THERE, Clock(), f"http://127.0.0.1:{relay.port}")
            begun_s = time.monotonic()
            Outbox(home, sending, client).round()
            ended_s = time.monotonic()
        filed = file_all(clinic, datetime.now(UTC))
        sound = clinic.verify(NAME).ok
    is_there = bool(filed) and sound
    took_s = ended_s - relay.first_s
    share = 100 * relay.up / (took_s * mbit * MBIT_BYTES)
    line = (
        f"{mbit:5.0f} Mbit/s of loopback: {took_s:7.1f} s, after {relay.first_s - begun_s:.1f} s for "
        f"the parcel, {share:5.1f} % of the link; {files} bytes in files, {relay.up} up; "
        f"{'filed, sound' if is_there else 'NOT THERE'}"
    )
    return line, is_there


def main() -> int:
    """Measure, and say; exits 1 if a recording did not come."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=60.0, help="length of the recording (60)")
    parser.add_argument(
        "--rate-kb-per-s",
        type=int,
        default=USUAL_RATE_KB_PER_S,
        help="as in the settings; 0: no limit",
    )
    parser.add_argument("--loopback-mbit", type=float, help="in real time over a relay of this rate")
    chosen = parser.parse_args()
    sending = SendingSettings(rate_bytes_per_s=1000 * chosen.rate_kb_per_s)
    trips = "" if chosen.loopback_mbit else f", round trips of {1000 * ROUND_TRIP_S:g} ms"
    most = f"at most {chosen.rate_kb_per_s} kB/s" if chosen.rate_kb_per_s else "no limit"
    print(f"{chosen.minutes:g} min of one foot, {most}{trips}")
    measure, links = _measured, LINKS_MBIT
    if chosen.loopback_mbit:
        measure, links = _over_loopback, (chosen.loopback_mbit,)
    missing = 0
    for mbit in links:
        with tempfile.TemporaryDirectory(prefix="plantigrade-upload-") as folder:
            line, is_there = measure(Path(folder), chosen.minutes, mbit, sending)
        missing += not is_there
        print(line, flush=True)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
