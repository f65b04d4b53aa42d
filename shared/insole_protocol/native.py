"""Machine code that could not be loaded: stand-ins in Python run instead, and are too slow.

Whoever falls back calls `note`; the insole then raises FAULT_NATIVE_CODE, so that `device info` shows it.
Machine code is compiled for one processor (`mpy-cross -march`): loading another's raises ValueError.
"""

missing: "list[str]" = []  # names of the modules


def note(name: str, error: Exception) -> None:
    """A module of machine code did not load. An interpreter built without machine code (SyntaxError) has none
    to miss.

    >>> before = list(missing)
    >>> note("codec_viper", SyntaxError("invalid native emitter"))
    >>> missing == before
    True
    """
    if not isinstance(error, SyntaxError):
        missing.append(name)
