"""Known vulnerabilities of what is installed, as far as somebody answers: `make audit`.

pip-audit asks PyPI for each version. Where PyPI does not answer, pip-audit says "No known vulnerabilities
found" all the same; here that is a failure of its own. The insole's parts are in no such list: their names in
the National Vulnerability Database are printed, to be looked up by hand.

Dates of SECURITY.md that run out within 90 days are told as well.

The exit code is 0 when everything was asked for and nothing is known, 1 when something is, 3 when not
everything could be asked for.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any, Final

from plantigrade import support

from tools.sbom import insole
from tools.sbom.errors import SbomError
from tools.sbom.requirements import project, scopes

PIP_AUDIT: Final = (sys.executable, "-m", "pip_audit")
KNOWN, NOT_ASKED = 1, 3
DAYS_AHEAD: Final = 90
"""So long before they run out the dates of SECURITY.md are to be looked at, with the next release."""


@dataclass(frozen=True)
class Answer:
    """What was found out.

    Attributes:
        asked: how many packages somebody had data about.
        vulnerable: a line for each known vulnerability.
        not_asked: packages about which nothing could be found out.
    """

    asked: int
    vulnerable: tuple[str, ...]
    not_asked: tuple[str, ...]

    @property
    def exit_code(self) -> int:
        """0, `KNOWN` or `NOT_ASKED`."""
        if self.vulnerable:
            return KNOWN
        return NOT_ASKED if self.not_asked or not self.asked else 0


def pinned() -> list[str]:
    """What is installed of our requirements, as `name==version`."""
    return [f"{name}=={metadata.version(name)}" for name in sorted(scopes())]


def ask(requirements: Sequence[str], command: Sequence[str] = PIP_AUDIT) -> Answer:
    """Have pip-audit ask.

    Args:
        requirements: `name==version` each.
        command: how pip-audit is started.

    Raises:
        SbomError: it does not run, or says what is not understood.
    """
    with tempfile.TemporaryDirectory() as folder:
        listed = Path(folder) / "requirements.txt"
        listed.write_text("\n".join(requirements) + "\n", encoding="utf-8")
        done = subprocess.run(
            [*command, "--requirement", str(listed), "--no-deps", "--disable-pip", "--format", "json"],
            capture_output=True,
            text=True,
            check=False,
        )
    try:
        found: list[dict[str, Any]] = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError, TypeError) as error:
        last = (done.stderr.strip() or "it printed nothing").splitlines()[-1]
        raise SbomError(f"pip-audit gave no answer: {last}") from error
    return _answer(found, requirements)


def _answer(found: list[dict[str, Any]], requirements: Sequence[str]) -> Answer:
    vulnerable = [
        f"{one['name']} {one['version']}: {advisory['id']}, "
        f"mended in {', '.join(advisory['fix_versions']) or 'none'}"
        for one in found
        for advisory in one.get("vulns", ())
    ]
    skipped = [f"{one['name']}: {one['skip_reason']}" for one in found if "skip_reason" in one]
    named = {one["name"].lower() for one in found}
    lost = [line for line in requirements if line.partition("==")[0].lower() not in named]
    skipped += [f"{line}: pip-audit did not mention it" for line in lost]
    return Answer(sum("vulns" in one for one in found), tuple(vulnerable), tuple(skipped))


def lines(answer: Answer) -> list[str]:
    """The answer for people."""
    made = [f"{answer.asked} packages were looked up, {len(answer.vulnerable)} known vulnerabilities"]
    made += [f"  {advisory}" for advisory in answer.vulnerable]
    if answer.not_asked:
        made.append(f"{len(answer.not_asked)} packages could NOT be looked up, so nothing is known of them:")
        made += [f"  {line}" for line in answer.not_asked]
    made.append("the insole's parts, to be looked up by hand (name for the NVD, or commit):")
    made += [f"  {part.name} {part.version}  {part.cpe or part.repository}" for part in insole.parts()]
    return made


def main() -> int:
    """Ask and print."""
    try:
        answer = ask(pinned())
    except SbomError as error:
        print(f"audit: {error}", file=sys.stderr)
        return NOT_ASKED
    dates = support.remarks(str(project()["version"]), datetime.now(UTC).date(), DAYS_AHEAD)
    print("\n".join([*lines(answer), *dates]))
    return answer.exit_code


if __name__ == "__main__":
    sys.exit(main())
