"""The first Python after power-on (`firmware/port`): what it does with each state of the file system."""

import chip  # noqa: F401 - first: puts its time in place
import sys
import vfs
from log_kit.devices import RamFlash

from sim.chip import hardware

FIRST_CODE = "../../firmware/port/PLANTIGRADE_R1/modules/_boot.py"  # from the folder that the cases run in
BLOCKS = 16


class Mounting:
    """In the place of `vfs`: what belongs at the root goes to `/flash` for a moment, since the computer's own
    files stand at this interpreter's root."""

    VfsLfs2 = vfs.VfsLfs2

    def __init__(self):
        self.mounted = []

    def mount(self, device, where):
        assert where == "/"
        vfs.mount(device, "/flash")  # raises as on the chip
        vfs.umount("/flash")
        self.mounted.append(device)


def power_on(device):
    """Run `_boot.py` on a chip with this file system; what it mounted at the root, and what it printed."""
    mounting, printed = Mounting(), []
    partitions = list(hardware.partitions)
    with open(FIRST_CODE) as source:
        code = source.read()
    hardware.partitions[:] = [hardware.PartitionEntry("vfs", device)] if device else []
    sys.modules["vfs"] = mounting
    try:
        exec(code, {"__name__": "_boot", "print": lambda *parts: printed.append(parts)})
    finally:
        del sys.modules["vfs"]
        hardware.partitions[:] = partitions
    return mounting.mounted, printed


def holds(device, name):
    """Content of a file of the file system, or None."""
    vfs.mount(device, "/flash")
    try:
        with open("/flash/" + name) as file:
            return file.read()
    except OSError:
        return None
    finally:
        vfs.umount("/flash")


def with_a_file():
    device = RamFlash(BLOCKS)
    vfs.VfsLfs2.mkfs(device)
    vfs.mount(device, "/flash")
    with open("/flash/main.py", "w") as file:
        file.write("run")
    vfs.umount("/flash")
    return device


def test_an_undamaged_file_system_is_mounted_as_it_is():
    device = with_a_file()
    mounted, printed = power_on(device)
    assert len(mounted) == 1 and not printed
    assert holds(device, "main.py") == "run"


def test_a_factory_new_insole_gets_an_empty_file_system():
    device = RamFlash(BLOCKS)
    mounted, printed = power_on(device)
    assert len(mounted) == 1 and not printed
    assert holds(device, "main.py") is None


def test_a_damaged_file_system_is_left_alone_and_the_prompt_is_reached():
    device = with_a_file()
    for start in (0, 4096):  # both copies of the root
        device.data[start : start + 32] = b"\x00" * 32
    before = bytes(device.data)
    mounted, printed = power_on(device)
    assert not mounted and printed[0][0].startswith("file system damaged")
    assert bytes(device.data) == before, "what can be saved from it is still there"


def test_one_copy_of_the_root_that_is_erased_is_no_damage():
    contents = []
    for block in range(2):
        device = with_a_file()
        device.erase(block)
        mounted, _ = power_on(device)
        assert len(mounted) == 1
        contents.append(holds(device, "main.py"))
    assert "run" in contents, "the newer copy knows the file; the older one is the file system before it"


def test_a_table_without_a_file_system_is_no_reason_to_stop():
    mounted, printed = power_on(None)
    assert not mounted and not printed
