"""Formats that other packages add by entry points: loaded with care, since they may fail in any way."""

from collections.abc import Callable
from importlib.metadata import EntryPoint

from plantigrade.errors import PlantigradeError


def package_of(entry: EntryPoint) -> str:
    """The package that declares an entry point, as messages name it."""
    return f"the package {entry.value.split('.')[0].split(':')[0] if entry.dist is None else entry.dist.name}"


def load(entry: EntryPoint, kinds: type | tuple[type, ...], title: str) -> object:
    """What an entry point names.

    Args:
        entry: of a group that formats are added to.
        kinds: types that it may have.
        title: of such a format: "import format".

    Raises:
        PlantigradeError: it cannot be loaded or is of another type; the message names the package.
    """
    adds = f"{package_of(entry)} adds"
    try:
        added: object = entry.load()
    except Exception as error:  # a package of others may fail in any way, and ours still work
        reason = f"{type(error).__name__}: {error}"
        raise PlantigradeError(
            f"{adds} the {title} {entry.name!r}, which cannot be loaded ({reason})"
        ) from error
    if not isinstance(added, kinds):
        raise PlantigradeError(f"{adds} {entry.name!r} as an {title}, but {entry.value} is none")
    return added


def call(function: Callable[..., object], *values: object, title: str) -> object:
    """What a function of another package gives.

    Args:
        function: of the package.
        values: its arguments.
        title: what it is, with the package's name, as the subject of a sentence.

    Raises:
        PlantigradeError: it failed, in whatever way; the message says how.

    Example:
        >>> call(lambda a, b: a / b, 6, 3, title="the package x adds a formula, which")
        2.0
    """
    try:
        return function(*values)
    except Exception as error:  # a package of others may fail in any way, and ours still work
        raise PlantigradeError(f"{title} failed ({type(error).__name__}: {error})") from error
