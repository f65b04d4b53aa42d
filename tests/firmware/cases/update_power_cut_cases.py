"""The power is lost at every write and erase of an update: a whole firmware starts, and the update goes on.

In the suite every fourth of them; `python -m tools.measure_update_cuts` tries all.
"""

import os

import updating  # first: puts its time in place
import bundles
import chip
import workbench
from insole.update import files_in
from updating import OLD, Host, at_the_factory, holds, start, state

from power_cut import power_cut

workbench.flash = chip.Flash(32)  # of which two copies must fit into the heap
files_in.RESERVE_BLOCKS = 4

NEW = [("lib/insole/a.mpy", b"new a" * 1200), ("lib/same.mpy", b"same" * 700)]
GOOD = bundles.bundle(NEW, counter=2, floor=2)


EACH = int(os.getenv("UPDATE_CUTS_EACH") or 4)


def cut_everywhere(name, action, check):
    """Cuts of the file system's flash, of which every `EACH`-th is looked at."""
    tried = [0]

    def some(cut):
        if cut.number % EACH == 0 or cut.finished:
            tried[0] += 1
            check(cut)

    cuts = power_cut([workbench.flash], action, some, workbench.remount).passed()
    print("CUTS", name, cuts.operations, tried[0])
    return cuts


def entire_one(cut):
    """(slot, whether it is the new firmware) that starts after a cut: it is whole, whichever it is."""
    slot, _, _ = start()
    assert slot in ("a", "b"), cut
    assert holds(slot, NEW if slot == "b" else OLD), (slot, str(cut))
    return slot


def test_a_good_update_cut_anywhere_is_completed():
    seen = {"a": 0, "b": 0}

    def life():
        assert Host().update(GOOD)
        updating.confirm()

    def check(cut):
        slot = entire_one(cut)
        seen[slot] += 1
        assert state()["floor"] == 1 or slot == "b", "the floor rises with the confirmation"
        if slot == "a":
            assert Host().update(GOOD)
        if state()["trial"] > 1:
            updating.confirm()
        assert start()[0] == "b" and state()["trial"] == 0 and state()["floor"] == 2

    at_the_factory()
    cuts = cut_everywhere("good", life, check)
    assert cuts.operations > 30 and seen["a"] > seen["b"] > 0, (cuts.operations, seen)


def test_an_update_that_fails_cut_anywhere_ends_at_the_former_firmware():
    def life():
        assert Host().update(GOOD)
        for _ in range(4):
            start()

    def check(cut):
        entire_one(cut)
        for _ in range(4):
            slot = start()[0]
        assert slot == "a" and holds("a", OLD) and state()["floor"] == 1

    at_the_factory()
    cut_everywhere("failing", life, check)


def test_an_update_over_a_slot_that_was_full_cut_anywhere():
    """The third update takes the place of the first firmware."""

    def check(cut):
        slot = start()[0]
        assert holds(slot, NEW if slot == "b" else LATER), str(cut)
        if slot == "b":
            assert Host().update(bundles.bundle(LATER, counter=2)) and start()[0] == "a"

    at_the_factory()
    Host().update(GOOD)
    updating.confirm()
    cut_everywhere("over-a-former-one", lambda: Host().update(bundles.bundle(LATER, counter=2)), check)


LATER = [("lib/insole/a.mpy", b"later" * 1000)]
