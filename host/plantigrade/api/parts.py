# pandas has no type stubs.
# pyright: reportMissingTypeStubs=false
"""pandas and xarray, imported when a table or an array is made: `import plantigrade` stays cheap."""

from typing import Any

from plantigrade.errors import MissingPartError

EXTRA = "python"


def pandas() -> Any:
    """The module pandas.

    Raises:
        MissingPartError: it is not installed; the message names the extra to install.
    """
    try:
        import pandas as module
    except ImportError as error:
        raise MissingPartError("a table of plantigrade", EXTRA, "pandas") from error
    return module


def xarray() -> Any:
    """The module xarray.

    Raises:
        MissingPartError: it is not installed; the message names the extra to install.
    """
    try:
        import xarray as module
    except ImportError as error:
        raise MissingPartError("an array of plantigrade", EXTRA, "xarray") from error
    return module
