"""The insole's firmware: one responsibility a file. `assembly` wires them together."""


def forget(name):
    """Let a module of this package that has served leave the heap; it is loaded again when it is needed."""
    import sys

    sys.modules.pop("insole." + name, None)
    globals().pop(name, None)
