"""Who has which licence: a list made from the bill of materials, and what stands out in it."""

import tomllib
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from packaging.utils import canonicalize_name

LIST: Final = Path(__file__).with_name("licences.toml")
CLASSIFIER: Final = "License :: OSI Approved :: "
COPYLEFT: Final = ("GPL", "MPL", "EUPL", "Lesser General", "General Public", "Mozilla")
NOT_STATED: Final = "not stated"


@dataclass(frozen=True)
class Row:
    """A component and its licence.

    Attributes:
        name, version, scope: as in the bill of materials.
        licence: SPDX expression where one is declared, else what its classifiers say; "not stated".
        of_insole: whether the insole has it.
    """

    name: str
    version: str
    scope: str
    licence: str
    of_insole: bool

    @property
    def is_copyleft(self) -> bool:
        """Whether the licence asks something of whoever passes the program on, without another to choose."""
        return all(any(mark in one for mark in COPYLEFT) for one in self.licence.split(" OR "))


@cache
def _listed(table: str) -> dict[str, dict[str, str]]:
    return {entry["name"]: entry for entry in tomllib.loads(LIST.read_text("utf-8"))[table]}


def stated() -> dict[str, dict[str, str]]:
    """Packages without a declared licence: `licence` and `read_in`, by name."""
    return _listed("stated")


def uses() -> dict[str, str]:
    """How we use what is under a copyleft licence, by name."""
    return {name: entry["use"] for name, entry in _listed("copyleft").items()}


def with_stated_licence(component: dict[str, Any]) -> dict[str, Any]:
    """A component, with the licence that was read elsewhere if it declares none."""
    entry = stated().get(canonicalize_name(component["name"]))
    if entry is None or component.get("licenses"):
        return component
    read_in = {"name": "plantigrade:read-in", "value": entry["read_in"]}
    return {
        **component,
        "licenses": [{"acknowledgement": "concluded", "expression": entry["licence"]}],
        "properties": [*component.get("properties", ()), read_in],
    }


def licence_of(component: dict[str, Any]) -> str:
    """The licence as one text.

    Example:
        >>> licence_of({"licenses": [{"license": {"id": "MIT"}}]})
        'MIT'
        >>> licence_of({"licenses": [{"license": {"name": "License :: OSI Approved :: BSD License"}}]})
        'BSD License'
        >>> licence_of({})
        'not stated'
    """
    entries = component.get("licenses", ())
    spdx = [one.get("expression") or one.get("license", {}).get("id") for one in entries]
    named = [one.get("license", {}).get("name", "").removeprefix(CLASSIFIER) for one in entries]
    return ", ".join(filter(None, spdx)) or ", ".join(filter(None, named)) or NOT_STATED


def rows(document: dict[str, Any]) -> list[Row]:
    """A row for every component of a bill of materials."""
    return [
        Row(
            one["name"],
            one.get("version", ""),
            one["scope"],
            licence_of(one),
            one["bom-ref"].startswith("insole"),
        )
        for one in document["components"]
    ]


def problems(listed: list[Row]) -> list[str]:
    """What nobody has looked at: no licence, or a copyleft one, in what is passed on.

    What the insole has without a stated licence is no news: the list that names it is listed by hand.
    """
    passed_on = [row for row in listed if row.scope != "excluded"]
    return [
        *(
            f"{row.name}: no licence is stated; read it and add it to tools/sbom/licences.toml"
            for row in passed_on
            if row.licence == NOT_STATED and not row.of_insole
        ),
        *(
            f"{row.name}: {row.licence}; say in tools/sbom/licences.toml how it is used"
            for row in passed_on
            if row.is_copyleft and canonicalize_name(row.name) not in uses()
        ),
    ]


def lines(listed: list[Row]) -> list[str]:
    """The list for people: a line each, counts, and what asks for care."""
    width = max(len(row.name) + len(row.version) for row in listed) + 1
    made = [
        f"{f'{row.name} {row.version}':{width}}  {row.scope:8}  {row.licence}"
        for row in sorted(listed, key=lambda row: (row.of_insole, row.name.lower()))
    ]
    counts = Counter(row.licence for row in listed)
    made += ["", f"{len(listed)} components"]
    made += [f"{count:4}  {licence}" for licence, count in counts.most_common()]
    made += ["", "passed on under a licence that asks something of you:"]
    made += [
        f"  {row.name}: {row.licence}; {uses().get(canonicalize_name(row.name), 'nobody has looked')}"
        for row in listed
        if row.is_copyleft and row.scope != "excluded"
    ]
    return made
