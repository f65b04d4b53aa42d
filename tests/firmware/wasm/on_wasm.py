"""What MicroPython's WebAssembly port lacks of the chip's interpreter, and how a script is run on it."""

import builtins
import sys


def prepare():
    """Put modules of the chip's interpreter in place."""
    import built_in_machine
    import littlefs_stand_in
    import vfs

    sys.modules["machine"] = built_in_machine  # the virtual chip's own takes its place

    class Vfs:
        VfsLfs2 = littlefs_stand_in.VfsLfs2

    for name in dir(vfs):
        if not name.startswith("__"):
            setattr(Vfs, name, staticmethod(getattr(vfs, name)))
    sys.modules["vfs"] = Vfs


def run(path):
    """Run a script as the main module, in a name space of its own."""
    with open(path) as file:  # noqa: PTH123 - MicroPython
        code = compile(file.read(), path, "exec")
    exec(code, {"__name__": "__main__", "__builtins__": builtins})
