"""Settings and bonds in flash: defaults, older and newer files, damage. Power cuts: power_cut_cases.py."""

import json
import os

import workbench
from insole.bonds import MAX_PER_KIND, Bonds
from insole.settings import VERSION, Settings
from insole_protocol.settings import TABLE

PATH = "/settings.json"


def write(content):
    with open(PATH, "w") as file:
        file.write(content if isinstance(content, str) else json.dumps(content))


def row(name):
    return [one for one in TABLE if one.name == name][0]


def test_no_file_gives_defaults():
    workbench.clear_flash()
    settings = Settings()
    assert not settings.damaged
    for one in TABLE:
        assert getattr(settings, one.name) == one.default


def test_what_is_stored_is_there_after_a_boot():
    workbench.clear_flash()
    Settings().store(row("label"), "links")
    assert Settings().label == "links"


def test_damaged_files_give_defaults_and_say_so():
    table = (
        "",
        "{",
        "[]",
        "null",
        '"x"',
        "\x00\xff",
        '{"version": 2}',
        '{"version": "two", "values": {}}',
        '{"version": 2, "values": 7}',
        '{"version": 99, "values": {"side": 1}}',
    )
    for content in table:
        workbench.clear_flash()
        write(content)
        settings = Settings()
        assert settings.damaged, content
        assert settings.side == 255, content


def test_one_bad_value_costs_only_itself():
    for bad in (7, -1, "left", None, 1.5, True, []):
        workbench.clear_flash()
        write({"version": VERSION, "values": {"side": bad, "live_frames": 10, "unheard_of": 1}})
        settings = Settings()
        assert settings.damaged and settings.side == 255 and settings.live_frames == 10, bad
        settings.store(row("side"), 1)
        assert not settings.damaged
        assert not Settings().damaged


def test_version_1_is_migrated():
    workbench.clear_flash()
    write({"version": 1, "values": {"side": 1, "advertising_ms": 250}})
    settings = Settings()
    assert not settings.damaged
    assert settings.side == 1 and settings.live_advertising_ms == 250
    settings.store(row("led"), 0)
    with open(PATH) as file:
        content = json.load(file)
    assert content["version"] == VERSION and "advertising_ms" not in content["values"]


def test_bonds_survive_a_boot_and_are_found_both_ways():
    workbench.clear_flash()
    bonds = Bonds()
    assert (
        bonds.put(2, b"peer-a", b"key-a") and bonds.put(2, b"peer-b", b"key-b") and bonds.put(1, b"us", b"k")
    )
    bonds.save_if_changed()
    bonds = Bonds()
    assert bonds.get(2, 0, b"peer-b") == b"key-b"
    assert [bonds.get(2, i, None) for i in range(3)] == [b"key-a", b"key-b", None]
    assert bonds.get(3, 0, None) is None and bonds.get(2, 0, b"who") is None
    assert bonds.peers() == 2
    assert bonds.put(2, b"peer-a", None) and not bonds.put(2, b"peer-a", None)
    bonds.save_if_changed()
    assert Bonds().peers() == 1


def test_bonds_are_bounded():
    workbench.clear_flash()
    bonds = Bonds()
    for i in range(40):
        assert bonds.put(2, b"peer %d" % i, b"key %d" % i)
    assert bonds.peers() == MAX_PER_KIND
    assert bonds.get(2, 0, b"peer 39") == b"key 39" and bonds.get(2, 0, b"peer 0") is None
    assert bonds.put(2, b"x" * 100, b"key") and bonds.put(2, b"x", b"k" * 1000), "refused, others would go"
    assert bonds.too_long == 2 and bonds.peers() == MAX_PER_KIND and bonds.get(2, 0, b"x") is None


def test_damaged_bonds_mean_pairing_again():
    for content in ("", "{}", '{"secrets": [[1]]}', '{"secrets": [[1, "!", "!"]]}', "\xff"):
        workbench.clear_flash()
        with open("/bonds.json", "w") as file:
            file.write(content)
        bonds = Bonds()
        assert bonds.peers() == 0, content
    assert "bonds.json" in os.listdir("/")
