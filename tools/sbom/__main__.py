"""Make the bill of materials, or the list of licences.

python -m tools.sbom [FILE]       write it, by default build/sbom.cdx.json, and validate it
python -m tools.sbom --licences   list components and licences; 1 if nobody has looked at one
"""

import sys
from collections import Counter
from pathlib import Path
from typing import Final

from plantigrade.errors import PlantigradeError

from tools.sbom import document, licences
from tools.sbom.requirements import ROOT

OUTPUT: Final = ROOT / "build" / "sbom.cdx.json"
USAGE: Final = "usage: python -m tools.sbom [FILE | --licences]"


def write(output: Path) -> None:
    """Write a validated bill of materials.

    Raises:
        SbomError: it cannot be made, or is not valid; nothing is written then.
        OSError: the file cannot be written.
    """
    made = document.make()
    text = document.text_of(made)
    document.check(text)
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(text, encoding="utf-8")
    counts = Counter(one["scope"] for one in made["components"])
    counted = ", ".join(f"{counts[scope]} {scope}" for scope in ("required", "optional", "excluded"))
    print(
        f"{output}: {len(made['components'])} components ({counted}), valid CycloneDX {made['specVersion']}"
    )


def list_licences() -> int:
    """Print the list; 1 if something is in it that nobody has looked at."""
    listed = licences.rows(document.make())
    print("\n".join(licences.lines(listed)))
    found = licences.problems(listed)
    print("\n".join(found), file=sys.stderr, end="\n" if found else "")
    return 1 if found else 0


def main(arguments: list[str]) -> int:
    """Run it; 2 for wrong arguments, 1 when it fails."""
    if len(arguments) > 1 or (arguments and arguments[0].startswith("-") and arguments != ["--licences"]):
        print(USAGE, file=sys.stderr)
        return 2
    try:
        if arguments == ["--licences"]:
            return list_licences()
        write(Path(arguments[0]) if arguments else OUTPUT)
    except PlantigradeError as error:
        print(f"sbom: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
