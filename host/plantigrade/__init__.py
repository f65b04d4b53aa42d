"""Plantigrade: insoles, bridge, gait and posture on the host.

The public interface, `import plantigrade as pg`:

- `pg.read` opens a recording of any known format, or of the library, as a `pg.Recording`;
- `pg.analyze` gives a `pg.Analysis`: strides, contacts, bouts, balance, posture, parameters;
- `pg.Library` is the session library;
- `pg.twin` makes virtual people and their walks;
- `pg.PlantigradeError` is the base of all errors whose text is for people, `pg.FileError` one about a file.

Importing it imports nothing else: each name brings what it needs when it is used. Tables need pandas, arrays
xarray: `pip install 'plantigrade[python]'`.

Example:
    >>> import plantigrade as pg
    >>> recording = pg.read(pg.twin.example_file())
    >>> recording[10:20].forces("left").shape
    (1000, 9)
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from plantigrade import twin as twin
    from plantigrade.api.analysis import Analysis as Analysis
    from plantigrade.api.analyzing import analyze as analyze
    from plantigrade.api.library import Library as Library
    from plantigrade.api.reading import read as read
    from plantigrade.api.recording import Recording as Recording
    from plantigrade.errors import FileError as FileError
    from plantigrade.errors import PlantigradeError as PlantigradeError

__all__ = ["Analysis", "FileError", "Library", "PlantigradeError", "Recording", "analyze", "read", "twin"]

_HOMES = {
    "Analysis": "plantigrade.api.analysis",
    "FileError": "plantigrade.errors",
    "Library": "plantigrade.api.library",
    "PlantigradeError": "plantigrade.errors",
    "Recording": "plantigrade.api.recording",
    "analyze": "plantigrade.api.analyzing",
    "read": "plantigrade.api.reading",
    "twin": "plantigrade.twin",
}


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'plantigrade' has no attribute {name!r}")
    from importlib import import_module

    module = import_module(home)
    found = module if name == "twin" else getattr(module, name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
