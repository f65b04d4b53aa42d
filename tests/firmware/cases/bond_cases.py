"""Bonds on their way to flash: what the stack tells at any moment is kept, whatever fails on the way.

The stack tells from its own task, between any two bytecodes of the one that writes.
"""

import gc
import json
from binascii import a2b_base64

import workbench
from workbench import power_cut

from insole import bonds as module
from insole.bonds import MAX_PER_KIND, VERSION, Bonds

SET_SECRET = 30


def rows(bonds):
    """All secrets, oldest first."""
    return list(bonds._secrets)


def read_by_the_version_before():
    """What the firmware of before this one makes of the file, by its own code."""
    with open("/bonds.json") as file:
        content = json.load(file)
    return [(int(kind), a2b_base64(key), a2b_base64(value)) for kind, key, value in content["secrets"]]


class Flash:
    """Stands in for `insole.files`: something happens while the file is written."""

    def __init__(self, meanwhile):
        self._real, self._meanwhile = module.files, meanwhile

    def __enter__(self):
        module.files = self

    def __exit__(self, *_):
        module.files = self._real

    def keep_json(self, path, content):
        self._meanwhile()
        self._real.keep_json(path, content)
        self._meanwhile()


def test_what_is_told_while_the_file_is_written_is_written_the_next_time():
    workbench.clear_flash()
    bonds = Bonds()
    bonds.put(2, b"first", b"k1")
    more = iter((b"second", b"third"))
    with Flash(lambda: bonds.put(2, next(more), b"k2")):
        bonds.save_if_changed()
    assert [row[1] for row in rows(Bonds())] == [b"first"]
    bonds.save_if_changed()
    assert rows(Bonds()) == rows(bonds) and len(rows(bonds)) == 3


def test_what_flash_or_memory_refuse_is_tried_again():
    for error in (OSError(28), MemoryError()):
        workbench.clear_flash()
        bonds = Bonds()
        bonds.put(2, b"peer", b"key")

        def refuse(error=error):
            raise error

        with Flash(refuse):
            for _ in range(2):
                try:
                    bonds.save_if_changed()
                except (OSError, MemoryError) as found:
                    assert found is error
                else:
                    raise AssertionError("nothing was refused")
        bonds.save_if_changed()
        assert rows(Bonds()) == rows(bonds)


def test_bonds_told_just_before_an_orderly_stop_are_kept():
    bench = workbench.Workbench()
    assert bench.air.emit(SET_SECRET, (2, b"peer", b"key"))
    bench.insole.stop()
    assert rows(Bonds()) == [(2, b"peer", b"key")]


def test_a_log_that_refuses_keeps_no_bond_from_flash():
    bench = workbench.Workbench()
    assert bench.air.emit(SET_SECRET, (2, b"peer", b"key"))

    def refuse():
        raise OSError(5)

    bench.insole.recorder.flush = refuse
    bench.firmware.housekeeping.round()
    assert rows(Bonds()) == [(2, b"peer", b"key")]


def test_nothing_is_written_when_nothing_was_told():
    workbench.clear_flash()
    bonds = Bonds()
    bonds.put(2, b"peer", b"key")
    bonds.save_if_changed()
    assert not bonds.put(2, b"who", None), "nothing to forget"

    def never():
        raise AssertionError("written")

    again = Bonds()
    with Flash(never):
        bonds.save_if_changed()
        again.save_if_changed()


def test_the_version_before_reads_what_this_one_writes():
    workbench.clear_flash()
    bonds = Bonds()
    for number in range(20):
        bonds.put(1 + number % 2, b"peer %d" % number, bytes(range(number, number + 80)))
    bonds.save_if_changed()
    assert read_by_the_version_before() == rows(bonds)


def test_fields_that_a_later_version_adds_are_passed_over_unless_it_says_no():
    secrets = [[2, "cGVlcg==", "a2V5"]]
    for content, peers, damaged in (
        ({"version": 1, "secrets": secrets}, 1, False),
        ({"version": 7, "min_reader": 1, "window": 3, "secrets": secrets}, 1, False),
        ({"version": VERSION + 1, "min_reader": VERSION + 1, "secrets": secrets}, 0, True),
        ({"version": 1, "secrets": secrets + [[1, 2]]}, 1, True),
        ({"version": 1, "secrets": [["x", "cGVlcg==", "a2V5"]] + secrets}, 1, True),
        ({"version": 1, "secrets": 7}, 0, True),
    ):
        workbench.clear_flash()
        with open("/bonds.json", "w") as file:
            json.dump(content, file)
        bonds = Bonds()
        assert (bonds.peers(), bonds.damaged) == (peers, damaged), content


def test_a_secret_that_finds_no_memory_leaves_all_others():
    """Made of a key that cannot be copied."""
    workbench.clear_flash()
    bonds = Bonds()
    for number in range(MAX_PER_KIND):
        bonds.put(2, b"peer %d" % number, b"key")
    before = rows(bonds)

    class NoMemory:
        def __len__(self):
            return 5

        def __iter__(self):
            raise MemoryError

    try:
        bonds.put(2, NoMemory(), b"new key")
    except MemoryError:
        assert rows(bonds) == before
        return
    raise AssertionError("it was kept")


def test_forgetting_and_finding_allocate_nothing():
    bonds = Bonds()
    for number in range(MAX_PER_KIND):
        bonds.put(2, b"peer %d" % number, b"key")
    key = memoryview(b"peer 7")
    unknown = memoryview(b"nobody")
    for call in (
        lambda: bonds.get(2, 0, key),
        lambda: bonds.get(2, 3, None),
        lambda: bonds.get(2, 0, unknown),
        lambda: bonds.put(2, key, None),
        lambda: bonds.put(2, unknown, None),
    ):
        gc.collect()
        gc.disable()
        before = gc.mem_alloc()
        call()
        taken = gc.mem_alloc() - before
        gc.enable()
        assert taken <= 0, taken
    assert bonds.get(2, 0, key) is None and bonds.peers() == MAX_PER_KIND - 1


def test_the_power_goes_at_any_write_of_any_saving():
    """A walk of pairings and forgetting, told before and while the file is written."""
    for seed in range(1, 5):
        workbench.clear_flash()
        bonds = Bonds()
        bonds.put(2, b"owner", b"K")
        bonds.save_if_changed()
        state = [seed]
        saved = [rows(bonds)] * 2  # what flash holds, and what is being written

        def draw(below, state=state):
            state[0] = (state[0] * 1103515245 + 12345) & 0x7FFFFFFF
            return (state[0] >> 12) % below

        def tell(bonds=bonds, draw=draw):
            key = b"peer %d" % draw(4)
            bonds.put(1 + draw(2), key, None if draw(3) == 0 else b"key %d" % draw(1000))

        def action(bonds=bonds, saved=saved, tell=tell):
            for _ in range(4):
                tell()
                saved[1] = rows(bonds)
                with Flash(tell):
                    bonds.save_if_changed()
                saved[0] = saved[1]
            saved[1] = rows(bonds)
            bonds.save_if_changed()
            saved[0] = saved[1]

        def check(cut):
            again = Bonds()
            assert not again.damaged
            before, coming = cut.promised
            assert rows(again) in (before, coming)
            if cut.finished:
                assert rows(again) == coming
            assert again.get(2, 0, b"owner") == b"K", "never told to forget"

        cuts = power_cut(action, check, lambda saved=saved: tuple(saved))
        assert cuts.operations >= 10
