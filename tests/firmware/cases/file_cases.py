"""Small files number by number: settings, bonds and the numbers that outlive the log."""

import chip  # noqa: F401 - first: puts its time in place
import json
import os
import workbench

from insole import files
from insole.bonds import MAX_KEY_BYTES, MAX_PER_KIND, MAX_VALUE_BYTES, Bonds
from insole.persistent_counters import AHEAD, PersistentCounters
from insole.settings import VERSION, Settings, migrate
from insole_protocol import ids
from insole_protocol.settings import TABLE, find

DEFAULTS = {
    "side": 255, "boot_mode": 1, "live_frames": 5, "daily_frames": 40, "log_full": 0,
    "live_advertising_ms": 100, "daily_advertising_ms": 1000, "led": 1, "label": "", "void_phones": "",
    "acceleration_range_g": 16, "angular_rate_range_deg_s": 2000,
}  # fmt: skip


def write(path, content):
    with open(path, "w") as file:
        file.write(content if isinstance(content, str) else json.dumps(content))


def read(path):
    with open(path) as file:
        return json.load(file)


def test_a_file_is_replaced_by_a_draft_that_is_renamed():
    workbench.clear_flash()
    assert files.read_json("/x.json") is None
    done = []

    class Os:
        @staticmethod
        def rename(old, new):
            done.append((old, new, read(old)))
            os.rename(old, new)

    files.os = Os
    try:
        files.write_json("/x.json", {"a": 1})
    finally:
        files.os = os
    assert done == [("/x.json.new", "/x.json", {"a": 1})]
    assert files.read_json("/x.json") == {"a": 1}
    assert "x.json.new" not in os.listdir("/")


def test_a_file_that_is_no_json_object_is_refused():
    workbench.clear_flash()
    for content in ("[]", "7", '"x"', "null", "{", ""):
        write("/x.json", content)
        try:
            files.read_json("/x.json")
        except ValueError as error:
            assert content in ("{", "") or str(error) == "/x.json"
            continue
        raise AssertionError(content)
    write("/x.json", "{}")
    assert files.read_json("/x.json") == {}


def test_settings_without_a_file_are_the_defaults():
    workbench.clear_flash()
    settings = Settings()
    assert {name: getattr(settings, name) for name in DEFAULTS} == DEFAULTS
    assert settings.damaged is False
    assert {row.name for row in TABLE} == set(DEFAULTS)


def test_stored_settings_are_this_file():
    workbench.clear_flash()
    settings = Settings()
    settings.damaged = True
    settings.store(find(9), "Füße")
    settings.store(find(6), 250)
    assert settings.damaged is False and settings.label == "Füße"
    values = dict(DEFAULTS)
    values.update({"label": "Füße", "live_advertising_ms": 250})
    assert read("/settings.json") == {"version": 2, "min_reader": 2, "values": values}
    assert VERSION == 2


def test_a_setting_that_flash_refuses_is_in_force_all_the_same():
    workbench.clear_flash()
    settings = Settings("/no/such/folder/settings.json")
    settings.damaged = True
    try:
        settings.store(find(8), 0)
    except OSError:
        assert settings.led == 0 and settings.damaged
        return
    raise AssertionError("it was taken")


def test_settings_of_a_newer_firmware_are_left_alone():
    for version, damaged, side in ((2, False, 1), (3, True, 255), (1, False, 1), (0, False, 1)):
        workbench.clear_flash()
        write("/settings.json", {"version": version, "values": {"side": 1}})
        settings = Settings()
        assert (settings.damaged, settings.side) == (damaged, side), version


def test_only_files_of_version_1_are_migrated():
    assert migrate(1, {"advertising_ms": 7, "led": 0}) == {"live_advertising_ms": 7, "led": 0}
    assert migrate(1, {"led": 0}) == {"led": 0}
    assert migrate(0, {"advertising_ms": 7}) == {"live_advertising_ms": 7}
    assert migrate(2, {"advertising_ms": 7}) == {"advertising_ms": 7}


def test_settings_that_cannot_be_used_are_damaged():
    for content in (
        "{", "7", {"version": 2}, {"values": {}}, {"version": 2, "values": 7}, {"version": "x", "values": {}},
        {"version": 1, "values": ["side"]}, {"version": 1, "values": None},
    ):  # fmt: skip
        workbench.clear_flash()
        write("/settings.json", content)
        settings = Settings()
        assert settings.damaged is True, content
        assert {name: getattr(settings, name) for name in DEFAULTS} == DEFAULTS


def test_each_value_is_judged_by_itself():
    workbench.clear_flash()
    write("/settings.json", {"version": 2, "values": {"side": 1, "live_frames": 26, "led": 0, "more": 5}})
    settings = Settings()
    assert settings.damaged is True
    assert (settings.side, settings.live_frames, settings.led) == (1, 5, 0)
    assert not hasattr(settings, "more")


def test_bonds_are_this_file():
    """Key and value in base 64: "peer" is cGVlcg==, "key" a2V5."""
    workbench.clear_flash()
    bonds = Bonds()
    bonds.save_if_changed()
    assert "bonds.json" not in os.listdir("/")
    assert bonds.put(2, b"peer", b"key") is True
    bonds.save_if_changed()
    assert read("/bonds.json") == {"version": 1, "min_reader": 1, "secrets": [[2, "cGVlcg==", "a2V5"]]}
    os.remove("/bonds.json")
    bonds.save_if_changed()
    assert "bonds.json" not in os.listdir("/"), "nothing has changed since"
    bonds.clear()
    assert bonds.get(2, 0, b"peer") is None and bonds.peers() == 0
    bonds.save_if_changed()
    assert read("/bonds.json")["secrets"] == []


def test_bonds_that_flash_refuses_are_written_the_next_time():
    bonds = Bonds("/no/such/folder/bonds.json")
    bonds.put(2, b"peer", b"key")
    for _ in range(2):
        try:
            bonds.save_if_changed()
        except OSError:
            continue
        raise AssertionError("it was taken")
    workbench.clear_flash()
    bonds._path = "/bonds.json"
    bonds.save_if_changed()
    assert Bonds().get(2, 0, b"peer") == b"key"


def test_secrets_of_a_kind_by_key_or_place():
    workbench.clear_flash()
    bonds = Bonds()
    for kind, key, value in ((1, b"us", b"0"), (2, b"a", b"1"), (2, b"b", b"2"), (3, b"a", b"3")):
        assert bonds.put(kind, key, value)
    assert [bonds.get(2, index, None) for index in range(3)] == [b"1", b"2", None]
    assert bonds.get(2, 0, b"b") == b"2" and bonds.get(2, 5, memoryview(b"a")) == b"1"
    assert bonds.get(3, 0, b"a") == b"3" and bonds.get(3, 0, b"b") is None
    assert bonds.peers() == 2
    assert bonds.put(2, b"a", b"new") is True
    assert [bonds.get(2, index, None) for index in range(2)] == [b"2", b"new"], "the newest is last"
    assert bonds.get(3, 0, b"a") == b"3"
    assert bonds.put(2, b"a", b"") is True and bonds.put(2, b"a", None) is False
    assert bonds.get(2, 0, b"a") is None and bonds.get(3, 0, b"a") == b"3"
    assert bonds.put(9, b"a", None) is False and bonds.peers() == 1


def test_secrets_are_bounded_in_number_and_size():
    workbench.clear_flash()
    assert (MAX_PER_KIND, MAX_KEY_BYTES, MAX_VALUE_BYTES) == (12, 64, 256)
    bonds = Bonds()
    bonds.put(1, b"us", b"own")
    for number in range(12):
        bonds.put(2, b"%d" % number, b"v")
    assert bonds.peers() == 12 and bonds.get(2, 0, b"0") == b"v"
    bonds.put(2, b"5", b"again")
    assert bonds.peers() == 12 and bonds.get(2, 0, b"0") == b"v", "a key that was there takes no room"
    bonds.put(2, b"12", b"v")
    assert bonds.peers() == 12 and bonds.get(2, 0, b"0") is None and bonds.get(2, 0, b"1") == b"v"
    assert bonds.get(1, 0, b"us") == b"own", "of its own kind"
    for key, value, too_long in ((64, 256, 0), (65, 1, 1), (1, 257, 2)):
        assert bonds.put(3, bytes(key), b"v" * value) is True, "refused, it would cost other bonds"
        assert bonds.too_long == too_long and (bonds.get(3, 0, bytes(key)) is None) is bool(too_long)


def test_bonds_that_cannot_be_read_mean_pairing_again():
    for content in (
        "{",
        "[]",
        {},
        {"secrets": 7},
        {"secrets": [[1, "a"]]},
        {"secrets": [["x", "YQ==", "YQ=="]]},
    ):
        workbench.clear_flash()
        write("/bonds.json", content)
        bonds = Bonds()
        assert bonds.damaged is True and bonds.get(1, 0, None) is None, content
        bonds.save_if_changed()
        assert bonds.put(2, b"a", b"b")
        bonds.save_if_changed()
        assert Bonds().damaged is False and Bonds().peers() == 1


class Log:
    """What `PersistentCounters` asks of a log."""

    def __init__(self, boot, next_seq, full=False, stop_reason=ids.GAP_STORAGE):
        self.boot, self.next_seq, self.full, self.stop_reason = boot, next_seq, full, stop_reason


def written(counters, log):
    """Whether the file was written for this log, and what it says."""
    path = "/numbers.json"
    if "numbers.json" in os.listdir("/"):
        os.remove(path)
    counters.save(log)
    return read(path) if "numbers.json" in os.listdir("/") else None


def file_of(boot, to_seq, unlogged):
    """The content of the file."""
    return {"min_reader": 1, "boot": boot, "to_seq": to_seq, "unlogged": unlogged}


def test_counters_speak_for_eleven_minutes_and_are_renewed_after_half_of_that():
    workbench.clear_flash()
    assert AHEAD == 65536
    counters = PersistentCounters()
    assert (counters.boot, counters.to_seq, counters.unlogged) == (0, 0, False)
    assert written(counters, Log(3, 1000)) == file_of(3, 66536, False)
    assert written(counters, Log(3, 1000)) is None
    assert written(counters, Log(3, 33767)) is None, "32769 slots are left"
    assert written(counters, Log(3, 33768)) == file_of(3, 99304, False)
    assert written(counters, Log(4, 33769)) == file_of(4, 99305, False)
    again = written(counters, Log(4, 33770, full=True))
    assert again == file_of(4, 99306, True)
    assert written(counters, Log(4, 33771, full=True)) is None
    assert written(counters, Log(4, 33772)) == file_of(4, 99308, False)
    full = Log(4, 33773, full=True, stop_reason=ids.GAP_LOG_FULL)
    assert written(counters, full) is None, "such a log knows its numbers"


def test_counters_end_before_the_number_that_is_none():
    workbench.clear_flash()
    counters = PersistentCounters()
    assert written(counters, Log(1, 0xFFFFFFFF - 65537))["to_seq"] == 0xFFFFFFFE
    assert written(counters, Log(2, 0xFFFFFFFF - 65538))["to_seq"] == 0xFFFFFFFD
    assert written(counters, Log(3, 0xFFFFFFFF - 65000))["to_seq"] == 0xFFFFFFFE


def test_counters_of_a_file_are_believed_within_their_range():
    nothing = (0, 0, False)
    for content, expected in (
        ({"boot": 7, "to_seq": 99, "unlogged": True}, (7, 99, True)),
        ({"boot": 7, "to_seq": 99}, (7, 99, False)),
        ({"boot": 7, "to_seq": 99, "unlogged": 1}, (7, 99, False)),
        ({"boot": 65535, "to_seq": 0xFFFFFFFE}, (65535, 0xFFFFFFFE, False)),
        ({"boot": 0, "to_seq": 0, "unlogged": True}, (0, 0, True)),
        ({"boot": 65536, "to_seq": 99, "unlogged": True}, nothing),
        ({"boot": 7, "to_seq": 0xFFFFFFFF, "unlogged": True}, nothing),
        ({"boot": -1, "to_seq": 99}, nothing),
        ({"boot": 7, "to_seq": -1}, nothing),
        ({"boot": "7", "to_seq": 99}, nothing),
        ({"boot": 7, "to_seq": 9.5}, nothing),
        ({"boot": True, "to_seq": 9}, nothing),
        ({"to_seq": 99}, (0, 99, False)),
        ({"boot": 7}, (7, 0, False)),
        ({}, nothing),
        ("[]", nothing),
        ("{", nothing),
    ):
        workbench.clear_flash()
        write("/numbers.json", content)
        counters = PersistentCounters()
        assert (counters.boot, counters.to_seq, counters.unlogged) == expected, content
