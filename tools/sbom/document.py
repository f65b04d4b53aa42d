"""Both halves in one CycloneDX document, the same bytes every time, checked against its schema."""

import json
import re
from collections.abc import Iterable
from functools import cache
from typing import Any, Final

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from jsonschema import Draft7Validator

from tools.sbom import host, insole, licences
from tools.sbom.errors import SbomError
from tools.sbom.requirements import project

PROJECT: Final = "plantigrade"
HOST: Final = "host"
_CHARACTER: Final = r"(?:[\w.~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2})"
_PLAIN_ADDRESS: Final = re.compile(
    rf"https?://[a-z0-9.-]+(:\d+)?(/{_CHARACTER}*)?(\?({_CHARACTER}|\?)*)?(#({_CHARACTER}|\?)*)?",
    re.ASCII | re.IGNORECASE,
)
"""A part of RFC 3986, section 3, and so of RFC 3987: the addresses of nearly all projects."""
_IRI: Final = "iri-reference"
Json = dict[str, Any]


def make() -> Json:
    """The bill of materials of this environment and of the insole.

    Raises:
        SbomError: the environment cannot be read, or lacks what is required.
    """
    found = host.environment()
    python = [licences.with_stated_licence(one) for one in host.python_components(found)]
    pages, listed = host.vendored_components(), insole.parts()
    project_itself = found["metadata"]["component"]
    version = str(project()["version"])
    halves = [
        {"type": "application", "bom-ref": HOST, "name": "plantigrade-host", "version": version},
        {"type": "firmware", "bom-ref": insole.INSOLE, "name": "plantigrade-insole", "version": version},
    ]
    for half in halves:
        half |= {"licenses": project_itself["licenses"], "scope": "required"}  # type: ignore[assignment]
    components = [*halves, *python, *pages, *(part.component() for part in listed)]
    refs = {component["bom-ref"] for component in components}
    return {
        **{key: found[key] for key in ("$schema", "bomFormat", "specVersion", "version")},
        "metadata": {**found["metadata"], "component": {**project_itself, "bom-ref": PROJECT}},
        "components": sorted(components, key=lambda one: str(one["bom-ref"])),
        "dependencies": sorted(
            [
                {"ref": PROJECT, "dependsOn": [HOST, insole.INSOLE]},
                *_python_dependencies(found["dependencies"], refs, [page["bom-ref"] for page in pages]),
                *({"ref": page["bom-ref"]} for page in pages),
                *insole.dependencies(listed),
            ],
            key=lambda one: one["ref"],
        ),
    }


def _python_dependencies(found: Iterable[Json], refs: set[str], pages: list[str]) -> list[Json]:
    """Who brings whom on the host, of what is in the bill."""
    made: list[Json] = []
    for entry in found:
        ref = HOST if entry["ref"] == host.ROOT_REF else entry["ref"]
        if ref not in refs:
            continue
        brought = [one for one in entry.get("dependsOn", ()) if one in refs]
        if ref == HOST:
            brought += pages
        made.append({"ref": ref, "dependsOn": sorted(brought)} if brought else {"ref": ref})
    return made


def text_of(document: Json) -> str:
    """As it is written."""
    return json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


@cache
def _know_plain_addresses() -> None:
    """Let the validator parse by the whole grammar only what is unusual: that takes a twentieth of a second
    an address, and there are nine hundred. The validator has one table of formats for all that use it."""
    by_grammar, raises = Draft7Validator.FORMAT_CHECKER.checkers[_IRI]

    def check_iri(instance: object) -> bool:
        return (isinstance(instance, str) and bool(_PLAIN_ADDRESS.fullmatch(instance))) or by_grammar(
            instance
        )

    Draft7Validator.FORMAT_CHECKER.checkers[_IRI] = (check_iri, raises)


def check(text: str) -> None:
    """Whether a text is a CycloneDX document as its schema has it.

    Raises:
        SbomError: it is not; says where.
    """
    _know_plain_addresses()
    problem = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    if problem is not None:
        raise SbomError(f"the bill of materials is not valid CycloneDX: {str(problem).splitlines()[0]}")
