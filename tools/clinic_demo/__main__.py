"""A clinic with ten homes, all on this computer: the real processes, from invitations to a restored back-up.

    python -m tools.clinic_demo [--homes 10] [--postgres] [--pictures FOLDER]

A clinician's page is open in a real browser while the homes send. Prints what happened; exits 1 if anything
is missing or differs. Without Chromium everything else is done.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

from plantigrade.library.receiving.entries import ParcelState

from tests.host.library.library_kit import PostgresServer
from tools.clinic_demo.clinic import CLINICIAN, PATIENCE_S, Demo, stop
from tools.clinic_demo.page import Seen, watch
from tools.clinic_demo.restoring import Databases, restore_files
from tools.web_site.browser import find_chromium

TURN_S = 1.0


def _wait(what: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE_S
    while not what():
        if time.monotonic() > until:
            raise SystemExit("it took too long")
        time.sleep(TURN_S)


def _send(demo: Demo, pictures: Path | None) -> Seen | None:
    """All homes send at once, until all is filed; what was seen on the page meanwhile."""
    wanted, begun = 2 * demo.homes, time.monotonic()
    seen = None
    if find_chromium() is None:
        print("there is no Chromium here: no page is open")
        senders = demo.send_all()
        _wait(lambda: demo.counts()[ParcelState.FILED] == wanted)
    else:
        seen, senders = watch(demo, pictures)
    took_s = time.monotonic() - begun if seen is None else seen.all_s
    for one in senders:
        one.wait()
    print(
        f"{wanted} recordings of {demo.bytes_sent()} bytes sent by {demo.homes} homes at once, "
        f"filed after {took_s:.0f} s"
    )
    return seen


def _wait_for_home(demo: Demo, recording: str) -> None:
    """Until the home that sent a recording says who opened it; it asks when its next question is due."""
    home = next(
        number
        for number in range(demo.homes)
        if (demo.folder / f"home-{number}" / "recordings" / recording).is_dir()
    )
    begun = time.monotonic()
    _wait(lambda: f"{recording}  opened by {CLINICIAN}" in demo.home_says(home))
    print(f"home {home} says: {recording} opened by {CLINICIAN}, after {time.monotonic() - begun:.0f} s")


def _run(demo: Demo, databases: Databases | None, pictures: Path | None) -> int:
    wanted = 2 * demo.homes
    demo.make_clinic()
    running = demo.start()
    begun = time.monotonic()
    try:
        with demo.open_clinic() as clinic:
            for number in range(demo.homes):
                demo.make_home(number, clinic)
        print(f"{demo.homes} homes joined after {time.monotonic() - begun:.0f} s")
        seen = _send(demo, pictures)
        there = demo.same()
        print(f"the same at home and clinic, verified: {there} of {wanted}")
        if seen is not None:
            for line in seen.lines():
                print(line)
            _wait_for_home(demo, seen.opened)
    finally:
        code = stop(running)
    print(f"the clinic ended with exit code {code}")
    restored = demo.same(restore_files(demo, databases))
    where = "SQLite" if databases is None else "PostgreSQL"
    print(f"restored from a back-up into an empty place ({where}): {restored} of {wanted}")
    return 0 if there == restored == wanted and code == 0 else 1


@contextmanager
def _databases(folder: Path, wanted: bool) -> Generator[Databases | None]:
    """A server of PostgreSQL of our own, where it is wanted."""
    if not wanted:
        yield None
        return
    programs = PostgresServer.find()
    if programs is None:
        raise SystemExit("there is no PostgreSQL here; tests/host/library/install_postgres installs it")
    server = PostgresServer(folder / "postgres", programs)
    try:
        yield Databases(server, programs)
    finally:
        server.stop()


def main() -> int:
    """Run it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--homes", type=int, default=10)
    parser.add_argument("--postgres", action="store_true", help="catalogue in a PostgreSQL of its own")
    parser.add_argument("--pictures", type=Path, metavar="FOLDER", help="of the open page, in four looks")
    chosen = parser.parse_args()
    if chosen.pictures is not None:
        chosen.pictures.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="plantigrade-clinic-") as name:
        folder = Path(name)
        with _databases(folder, chosen.postgres) as databases:
            url = None if databases is None else databases.url
            return _run(Demo(folder, chosen.homes, url), databases, chosen.pictures)


if __name__ == "__main__":
    sys.exit(main())
