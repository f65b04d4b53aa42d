"""An older firmware comes back, and goes again: what was stored is read by both, and neither forgets for the
other."""

import json

import workbench
from former import persistent_counters as former_counters
from former import settings as former
from insole import persistent_counters, settings
from insole_protocol import ids
from insole_protocol.settings import TABLE, TEXT, find

PATH = "/settings.json"


class Log:
    """What the counters ask of a log."""

    full = False
    stop_reason = ids.GAP_STORAGE

    def __init__(self, boot, next_seq):
        self.boot, self.next_seq = boot, next_seq


def values(one):
    """Every setting that both know."""
    return [getattr(one, row.name) for row in former.TABLE]


def write(path, content):
    with open(path, "w") as file:
        json.dump(content, file)


def test_each_setting_survives_going_back_and_forward():
    for row in TABLE:
        workbench.clear_flash()
        wanted = "Füße" if row.kind == TEXT else row.highest
        settings.Settings().store(row, wanted)
        settings.Settings().store(find(1), 1)
        old = former.Settings()
        assert not old.damaged and old.side == 1, "the older firmware keeps the side"
        if row.key <= 9:
            assert getattr(old, row.name) == (1 if row.key == 1 else wanted), row.name
        old.store(former.TABLE[7], 0)
        new = settings.Settings()
        assert not new.damaged and new.side == 1 and new.led == 0


def test_the_older_firmware_s_file_is_read():
    workbench.clear_flash()
    former.Settings().store(former.TABLE[0], 1)
    former.Settings().store(former.TABLE[8], "label")
    new = settings.Settings()
    assert (new.side, new.label, new.damaged) == (1, "label", False)
    assert values(new) == values(former.Settings())


def test_names_of_a_newer_firmware_stay_in_the_file():
    workbench.clear_flash()
    newer = {"version": 2, "min_reader": 2, "values": {"side": 0, "off_foot_s": 900, "zone": [1, 2]}}
    write(PATH, newer)
    one = settings.Settings()
    assert not one.damaged and one.side == 0
    one.store(find(8), 0)
    with open(PATH) as file:
        stored = json.load(file)["values"]
    assert (stored["off_foot_s"], stored["zone"], stored["led"]) == (900, [1, 2], 0)
    assert not hasattr(one, "off_foot_s")


def test_what_an_older_reader_would_misread_says_so():
    for content, damaged in (
        ({"version": 3, "min_reader": 2, "values": {"side": 1}}, False),
        ({"version": 3, "min_reader": 3, "values": {"side": 1}}, True),
        ({"version": 3, "values": {"side": 1}}, True),
    ):
        workbench.clear_flash()
        write(PATH, content)
        one = settings.Settings()
        assert (one.damaged, one.side) == (damaged, 255 if damaged else 1), content


def test_names_that_are_kept_are_bounded():
    workbench.clear_flash()
    write(PATH, {"version": 2, "values": {"n%d" % i: i for i in range(100)}})
    settings.Settings().store(find(8), 0)
    with open(PATH) as file:
        assert len(json.load(file)["values"]) == 16 + len(TABLE)


def test_counters_are_read_by_both():
    workbench.clear_flash()
    persistent_counters.PersistentCounters().save(Log(7, 1000))
    old = former_counters.PersistentCounters()
    assert (old.boot, old.to_seq) == (7, 1000 + 65536)
    old.save(Log(8, 70000))
    new = persistent_counters.PersistentCounters()
    assert (new.boot, new.to_seq) == (8, 70000 + 65536)
    write("/numbers.json", {"min_reader": 2, "boot": 9, "to_seq": 5})
    assert persistent_counters.PersistentCounters().boot == 0, "the log knows"
