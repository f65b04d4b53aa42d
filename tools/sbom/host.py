"""The host's half: Python packages of this environment, as cyclonedx-py finds them, and vendored files."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

from packaging.utils import canonicalize_name

from tools.sbom.errors import SbomError
from tools.sbom.requirements import ROOT, scopes
from tools.vendor import FOLDERS, SUMS, packages

Json = dict[str, Any]
SPEC: Final = "1.6"
ROOT_REF: Final = "root-component"
"""What cyclonedx-py calls the project itself."""


def environment() -> Json:
    """What cyclonedx-py says of the environment in which this runs, without times and random numbers.

    Raises:
        SbomError: it fails.
    """
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "environment.json"
        command = [sys.executable, "-m", "cyclonedx_py", "environment", sys.executable]
        command += ["--pyproject", str(ROOT / "pyproject.toml"), "--output-reproducible", "--no-validate"]
        command += ["--spec-version", SPEC, "--output-file", str(output)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise SbomError(f"cyclonedx-py: {(done.stderr.strip() or 'it failed').splitlines()[-1]}")
        return json.loads(output.read_text("utf-8"))


def python_components(found: Json) -> list[Json]:
    """The components that our requirements bring, with their scope; what else is installed is left out."""
    of = scopes()
    found_here: list[Json] = []
    for component in found["components"]:
        scope = of.get(canonicalize_name(component["name"]))
        if scope is not None:
            found_here.append({**component, "scope": scope})
    return found_here


def vendored_components() -> list[Json]:
    """Files of other projects that are in this repository: those that the pages serve, and those of tests."""
    made: list[Json] = []
    for folder, scope in zip(FOLDERS, ("required", "excluded"), strict=True):
        lines = (folder / SUMS).read_text("utf-8").splitlines()
        sums = {name: digest for digest, name in (line.split("  ") for line in lines)}
        for package in packages(folder):
            purl = f"pkg:npm/{package.name.replace('@', '%40')}@{package.version}"
            files = [
                {
                    "type": "file",
                    "bom-ref": f"{purl}#{name}",
                    "name": name,
                    "hashes": [{"alg": "SHA-256", "content": sums[name]}],
                }
                for name in sorted(package.files.values())
            ]
            made.append(
                {
                    "type": "library",
                    "bom-ref": purl,
                    "name": package.name,
                    "version": package.version,
                    "scope": scope,
                    "licenses": [{"expression": package.licence}],
                    "purl": purl,
                    "components": files,
                }
            )
    return made
