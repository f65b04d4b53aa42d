"""The host's journal: what it promises when the process is killed, the disk is full or bits flip."""

import errno
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plantigrade.bridge.accounting import MissingReason, SlotGap
from plantigrade.bridge.clock.estimate import ClockEstimate
from plantigrade.bridge.insole import Identity
from plantigrade.bridge.journal.file import Journal, JournalError
from plantigrade.library.recordings.container import find_recordings, read_manifest
from plantigrade.library.recordings.finalize import finalize_journal, roll
from plantigrade.library.recordings.frames import read_parquet
from plantigrade.library.recordings.verify import verify

from tests.host.bridge_kit.fake_insole import record_of

LEFT = Identity("00000a50477a3f01", "left", "0.1.0", 1, 1, 2, 10_000)
CLOCK = ClockEstimate(0, 5_000_000_000, 12.0, 900_000, 1.0, 20)
FRAMES = 5


def write(journal: Journal, first: int, end: int, skip: range = range(0)) -> int:
    """Records of the slots from `first` to `end`, but for those in `skip`; the insole's number."""
    number = journal.insole(LEFT)
    journal.request(number, first, end)
    for seq in range(first, end, FRAMES):
        if seq not in skip:
            journal.record(number, record_of(seq, FRAMES, 7, seq * 10_000), seq, seq + FRAMES, seq)
    journal.clock(number, 7, CLOCK)
    return number


def held(path: Path) -> list[tuple[int, int]]:
    journal = Journal(path)
    pieces = [tuple(piece) for holdings in journal.holdings.values() for piece in holdings.durable]
    journal.close()
    return pieces  # pyright: ignore[reportReturnType]


def test_nothing_counts_as_held_before_it_is_synced(tmp_path: Path) -> None:
    synced: list[int] = []
    journal = Journal(tmp_path / "j", sync=synced.append)
    number = write(journal, 0, 100)
    assert journal.holdings[number].ack_to() == 0
    before = len(synced)
    assert journal.commit()
    assert len(synced) == before + 1
    assert journal.holdings[number].ack_to() == 100
    assert not journal.commit(), "nothing waits, nothing is written"
    journal.close()


def entries_of(data: bytes) -> list[tuple[int, int, int]]:
    """Kind, begin and end of each entry, by the lengths that they name."""
    found: list[tuple[int, int, int]] = []
    at = 0
    while at < len(data):
        end = at + 12 + int.from_bytes(data[at + 4 : at + 8], "little")
        found.append((data[at + 1], at, end))
        at = end
    return found


INSOLE, RECORD = 2, 3


@pytest.mark.parametrize("cut", [1, 5, 13, 40, 58, 59, 200, 2000])
def test_a_torn_tail_is_cut_off_and_the_rest_kept(tmp_path: Path, cut: int) -> None:
    """The last entry is a clock of 58 bytes; before it lie records, of which the whole ones stay."""
    path = tmp_path / "j"
    journal = Journal(path)
    write(journal, 0, 100)
    journal.commit()
    write(journal, 100, 200)
    journal.close()
    data = path.read_bytes()
    path.write_bytes(data[:-cut])
    complete = [kind for kind, _, end in entries_of(data) if end <= len(data) - cut]
    stored = FRAMES * complete.count(RECORD)
    assert held(path) == [(0, stored)]
    assert (stored == 200) is (cut <= 58)
    journal = Journal(path)
    write(journal, 200, 300)
    journal.close()
    assert held(path) == ([(0, 300)] if stored == 200 else [(0, stored), (200, 300)])


@settings(max_examples=60, deadline=None)
@given(st.data(), st.integers(0, 7))
def test_a_flipped_bit_costs_the_entry_that_it_hits_and_no_other(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject, bit: int
) -> None:
    """A record's five slots; nothing of a clock or a request; with an insole's identity all that it owns."""
    path = tmp_path_factory.mktemp("journal") / "j"
    journal = Journal(path)
    write(journal, 0, 200)
    journal.close()
    content = bytearray(path.read_bytes())
    kind, begin, end = data.draw(st.sampled_from(entries_of(bytes(content))))
    # The first two bytes of all say that the file is a journal.
    content[data.draw(st.integers(max(begin, 2), end - 1))] ^= 1 << bit
    path.write_bytes(content)
    journal = Journal(path)
    lost = 200 - sum(held.durable.slots for held in journal.holdings.values())
    assert lost == {RECORD: FRAMES, INSOLE: 200}.get(kind, 0)
    is_last = end == len(content)
    assert (journal.damage.bytes, journal.damage.tail) == ((0, end - begin) if is_last else (end - begin, 0))
    journal.close()


def test_a_full_disk_holds_nothing_back_from_the_insole(tmp_path: Path) -> None:
    full = False

    def sync(descriptor: int) -> None:
        if full:
            raise OSError(errno.ENOSPC, "No space left on device")

    journal = Journal(tmp_path / "j", sync=sync)
    number = write(journal, 0, 100)
    journal.commit()
    full = True
    write(journal, 100, 200)
    with pytest.raises(JournalError, match="disk is full"):
        journal.commit()
    assert journal.holdings[number].ack_to() == 100
    full = False
    journal.commit()
    assert journal.holdings[number].ack_to() == 200
    journal.close()
    assert held(tmp_path / "j") == [(0, 200)]


def test_a_real_full_disk(tmp_path: Path) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("this system has no /dev/full")
    journal = Journal(tmp_path / "j")
    number = write(journal, 0, 100)
    journal.commit()
    stored, journal._file = journal._file, os.open(full, os.O_WRONLY)
    write(journal, 100, 200)
    with pytest.raises(JournalError, match="disk is full"):
        journal.commit()
    os.close(journal._file)
    journal._file = stored
    assert journal.holdings[number].ack_to() == 100
    journal.close()
    assert held(tmp_path / "j") == [(0, 200)]


ON_A_SMALL_DISK = """
import os, shutil, subprocess, sys
from pathlib import Path
sys.path.insert(0, {root!r})
from tests.host.bridge.test_journal import Journal, JournalError, held, write
disk = Path({path!r})

def mount(*options):
    subprocess.run(["mount", *options, str(disk)], check=True)

def on_disk():
    copy = disk.parent / "copy"
    shutil.copy(disk / "j", copy)
    return held(copy)[0][1]

mount("-t", "tmpfs", "-o", "size=256k", "tmpfs")
(disk / "ballast").write_bytes(bytes(100_000))
journal = Journal(disk / "j")
number = 0
end = 0
for trouble, mend in (
    ("full", lambda: (disk / "ballast").unlink()),
    ("read-only", lambda: mount("-o", "remount,rw")),
):
    if trouble == "read-only":
        journal.close()
        mount("-o", "remount,ro")
        try:
            Journal(disk / "j")
            raise AssertionError("opened on a read-only disk")
        except JournalError as error:
            print(error)
        assert on_disk() == end
    else:
        said = ""
        while not said:
            write(journal, end, end + 100)
            end += 100
            try:
                journal.commit()
            except JournalError as error:
                said = str(error)
        print(said)
        assert 500 < journal.holdings[number].ack_to() <= end - 100
        assert on_disk() >= journal.holdings[number].ack_to()
    mend()
    if trouble == "read-only":
        journal = Journal(disk / "j")
        write(journal, end, end + 100)
        end += 100
    journal.commit()
    assert journal.holdings[number].ack_to() == end == on_disk()
print("all held")
"""


def test_a_small_disk_fills_up_and_another_turns_read_only(tmp_path: Path) -> None:
    """On a file system of its own, so that writes end in the middle as they do in earnest."""
    if subprocess.run(["unshare", "-rm", "true"], capture_output=True, check=False).returncode:
        pytest.skip("this system does not let us mount a disk of our own (unshare -rm)")
    disk = tmp_path / "disk"
    disk.mkdir()
    root = str(Path(__file__).resolve().parents[3])
    script = ON_A_SMALL_DISK.format(root=root, path=str(disk))
    command = ["unshare", "-rm", sys.executable, "-c", script]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    full, read_only, held_at_last = ended.stdout.splitlines()
    assert "disk is full" in full and "read-only" in read_only
    assert held_at_last == "all held"


def test_a_folder_that_cannot_be_written_is_said_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(JournalError, match="cannot be written"):
        Journal(tmp_path / "file" / "j")


def test_what_is_no_journal_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "j"
    path.write_bytes(b"something else")
    with pytest.raises(JournalError, match="not a journal"):
        Journal(path)
    assert path.read_bytes() == b"something else"


def test_one_process_at_a_time(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j")
    with pytest.raises(JournalError) as caught:
        Journal(tmp_path / "j")
    assert str(caught.value) == f"{tmp_path / 'j'}: another process is writing this journal; stop it first"
    journal.close()
    Journal(tmp_path / "j").close()


KILLED = """
import sys
from pathlib import Path
sys.path.insert(0, {root!r})
from tests.host.bridge.test_journal import Journal, write
journal = Journal(Path({path!r}))
for first in range(0, 10**6, 100):
    write(journal, first, first + 100)
    journal.commit()
    print(journal.holdings[0].ack_to(), flush=True)
"""


def test_kill_9_keeps_every_slot_that_was_acknowledged(tmp_path: Path) -> None:
    path = tmp_path / "j"
    root = str(Path(__file__).resolve().parents[3])
    script = KILLED.format(root=root, path=str(path))
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        acknowledged = [int(process.stdout.readline()) for _ in range(5)][-1]
        process.send_signal(signal.SIGKILL)
    assert held(path)[0][1] >= acknowledged >= 500


def test_a_wall_clock_step_does_not_bend_the_time_line(tmp_path: Path) -> None:
    path = tmp_path / "j"
    wall = 1_700_000_000_000_000_000
    for run, step in enumerate((0, 3_600_000_000_000, -7_200_000_000_000)):
        journal = Journal(
            path, now=lambda run=run: 10**12 + run * 10**9, utc_ns=lambda step=step: wall + step
        )
        write(journal, run * 100, run * 100 + 100)
        journal.close()
    folder = finalize_journal(path, tmp_path / "recordings")
    frames = read_parquet(folder / "left.parquet")
    steps = (frames.host_ns[1:] - frames.host_ns[:-1]) - 10_000_000
    assert abs(int(steps.max())) < 200_000 and abs(int(steps.min())) < 200_000


def test_sealing_is_repeatable_and_verifies(tmp_path: Path) -> None:
    path = tmp_path / "journal" / "j"
    journal = Journal(path)
    number = write(journal, 0, 500, skip=range(100, 120))
    journal.gap(number, SlotGap(100, 120, MissingReason.OFF))
    journal.close()
    first = finalize_journal(path, tmp_path / "a")
    second = finalize_journal(path, tmp_path / "b")
    assert finalize_journal(path, tmp_path / "a") == first
    for name in ("recording.json", "left.parquet"):
        assert (first / name).read_bytes() == (second / name).read_bytes()
    verdict = verify(first)
    assert verdict.ok, verdict.problems
    reported = verdict.as_json()
    assert (reported["frames_requested"], reported["frames_recorded"], reported["frames_missing"]) == (
        500,
        480,
        20,
    )
    (gap,) = reported["gaps"]
    assert (gap["foot"], gap["reason"]) == ("left", "off")
    assert gap["to_s"] - gap["from_s"] == pytest.approx(0.2, abs=0.001)


def test_verify_finds_a_changed_file_and_cooked_books(tmp_path: Path) -> None:
    path = tmp_path / "journal" / "j"
    journal = Journal(path)
    write(journal, 0, 500)
    journal.close()
    folder = finalize_journal(path, tmp_path / "recordings")
    parquet, manifest = folder / "left.parquet", folder / "recording.json"
    sound_file, sound_ledger = parquet.read_bytes(), manifest.read_text()
    damaged = bytearray(sound_file)
    damaged[len(damaged) // 2] ^= 1
    parquet.write_bytes(damaged)
    assert not verify(folder).ok
    parquet.write_bytes(sound_file)
    assert verify(folder).ok
    manifest.write_text(sound_ledger.replace('"frames_recorded": 500', '"frames_recorded": 499'))
    assert not verify(folder).ok
    manifest.write_text("{}")
    assert not verify(folder).ok


def test_rolling_carries_over_what_is_held(tmp_path: Path) -> None:
    path = tmp_path / "journal" / "j"
    journal = Journal(path)
    write(journal, 0, 300)
    journal.close()
    first = roll(path, tmp_path / "recordings")
    journal = Journal(path)
    assert [tuple(piece) for piece in journal.holdings[0].durable] == [(0, 300)]
    write(journal, 300, 400)
    journal.close()
    second = roll(path, tmp_path / "recordings")
    assert first != second
    assert [read_manifest(folder).feet[0].frames_recorded for folder in (first, second)] == [300, 100]
    assert len(list(find_recordings(tmp_path / "recordings"))) == 2
