"""Which packages our requirements bring, and who needs them: whoever runs Plantigrade, or works on it."""

import tomllib
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path
from typing import Final

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tools.sbom.errors import SbomError

ROOT: Final = Path(__file__).resolve().parents[2]
PROJECT: Final = "plantigrade"
WORKSHOP: Final = ("dev", "hardware", "audit")
"""Extras for those who work on Plantigrade; all others are for those who run it."""


def project() -> dict[str, object]:
    """The table `project` of pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def scopes() -> dict[str, str]:
    """Each package's scope as CycloneDX names it, by its canonical name.

    `required`: everybody has it; `optional`: an extra brings it; `excluded`: only the tests and tools here.

    Raises:
        SbomError: something that is required is not installed.

    Example:
        >>> found = scopes()
        >>> found["numpy"], found["starlette"], found["ruff"], "pip" in found
        ('required', 'optional', 'excluded', False)
    """
    table = project()
    extras: dict[str, list[str]] = table["optional-dependencies"]  # type: ignore[assignment]
    needed: list[str] = table["dependencies"]  # type: ignore[assignment]
    users = [line for name, lines in extras.items() if name not in WORKSHOP for line in lines]
    found = dict.fromkeys(closure(extras["dev"]), "excluded")
    found.update(dict.fromkeys(closure(users), "optional"))
    found.update(dict.fromkeys(closure(needed), "required"))
    return found


def closure(lines: Iterable[str]) -> set[str]:
    """Canonical names of what these requirements bring on this computer, and what that brings in turn.

    Raises:
        SbomError: something is not installed.
    """
    found: set[str] = set()
    seen: set[tuple[str, str]] = set()
    waiting = [Requirement(line) for line in lines]
    while waiting:
        one = waiting.pop()
        name = canonicalize_name(one.name)
        if name == PROJECT or (one.marker is not None and not one.marker.evaluate({"extra": ""})):
            continue
        for extra in ("", *sorted(one.extras)):
            if (name, extra) not in seen:
                seen.add((name, extra))
                found.add(name)
                waiting += _brought(name, extra)
    return found


def _brought(name: str, extra: str) -> list[Requirement]:
    try:
        lines = metadata.requires(name) or []
    except metadata.PackageNotFoundError as error:
        raise SbomError(f"{name} is required and not installed; `make setup` installs it") from error
    made = [Requirement(line) for line in lines]
    brought = [one for one in made if one.marker is None or one.marker.evaluate({"extra": extra})]
    for one in brought:
        one.marker = None
    return brought
