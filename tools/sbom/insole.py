"""The insole's half: what is listed by hand in insole.toml."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

LIST: Final = Path(__file__).with_name("insole.toml")
INSOLE: Final = "insole"
UNSTATED: Final = "NOASSERTION"
GITHUB: Final = "https://github.com/"


@dataclass(frozen=True)
class Part:
    """A component of an insole's flash.

    Attributes:
        name, version, supplier, repository: as its makers have it; version "unknown" where none is stated.
        licence: SPDX expression, or `NOASSERTION`.
        read_in: where version and licence were read.
        part_of: name of what brings it, or "insole".
        what: what it does there.
        revision: commit or tag of the repository; "" where none is named.
        cpe: its name in lists of known vulnerabilities; "" where none was found.
    """

    name: str
    version: str
    supplier: str
    repository: str
    licence: str
    read_in: str
    part_of: str
    what: str
    revision: str = ""
    cpe: str = ""

    @property
    def ref(self) -> str:
        """Its name in the bill."""
        return f"{INSOLE}/{self.name}"

    def component(self) -> dict[str, Any]:
        """As CycloneDX has it."""
        made: dict[str, Any] = {
            "type": "library",
            "bom-ref": self.ref,
            "supplier": {"name": self.supplier},
            "name": self.name,
            "version": self.version,
            "description": self.what,
            "scope": "required",
            "externalReferences": [{"type": "vcs", "url": self.repository}],
            "properties": [{"name": "plantigrade:read-in", "value": self.read_in}],
        }
        if self.licence != UNSTATED:
            made["licenses"] = [{"expression": self.licence}]
        if self.revision and self.repository.startswith(GITHUB):
            made["purl"] = f"pkg:github/{self.repository.removeprefix(GITHUB).lower()}@{self.revision}"
        if self.cpe:
            made["cpe"] = self.cpe
        return made


def parts() -> list[Part]:
    """All of them, in the order of the list.

    Example:
        >>> next(part.version for part in parts() if part.name == "esp-idf")
        '5.5.2'
    """
    return [Part(**entry) for entry in tomllib.loads(LIST.read_text("utf-8"))["component"]]


def dependencies(listed: list[Part]) -> list[dict[str, Any]]:
    """Which part brings which."""
    names = {part.name: part.ref for part in listed} | {INSOLE: INSOLE}
    return [
        {"ref": ref, "dependsOn": sorted(part.ref for part in listed if names[part.part_of] == ref)}
        for ref in names.values()
    ]
