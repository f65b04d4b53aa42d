"""The twin: a virtual body, board and radio, on which the real firmware runs.

As `plantigrade.twin` it also makes virtual people and their walks for whoever writes Python
(`twin.virtual_recordings`); these names bring numpy and the body when they are used.

Example:
    >>> import plantigrade as pg
    >>> walk = pg.twin.walk(pg.twin.person(seed=1), seconds=30, seed=1)
    >>> walk.feet
    ('left', 'right')
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from plantigrade.twin.virtual_recordings import Person as Person
    from plantigrade.twin.virtual_recordings import Shoe as Shoe
    from plantigrade.twin.virtual_recordings import VirtualRecording as VirtualRecording
    from plantigrade.twin.virtual_recordings import conditions as conditions
    from plantigrade.twin.virtual_recordings import example_file as example_file
    from plantigrade.twin.virtual_recordings import person as person
    from plantigrade.twin.virtual_recordings import stand as stand
    from plantigrade.twin.virtual_recordings import walk as walk

__all__ = ["Person", "Shoe", "VirtualRecording", "conditions", "example_file", "person", "stand", "walk"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'plantigrade.twin' has no attribute {name!r}")
    from importlib import import_module

    found = getattr(import_module("plantigrade.twin.virtual_recordings"), name)
    globals()[name] = found
    return found
