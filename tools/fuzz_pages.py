"""Random requests to every address of the pages, by schemathesis: none may end in a server error.

    python -m venv /tmp/fuzz && /tmp/fuzz/bin/pip install schemathesis
    python -m tools.fuzz_pages --schemathesis /tmp/fuzz/bin/schemathesis --requests 100000 --seed 1

Schemathesis lives in an environment of its own: it is a plugin of pytest that would change how our tests run.
The pages run here, on a library as it is after some weeks, with a signed-in session of each role and once
without. The OpenAPI file is the site's own; in place of the secret of forms, of codes and of recordings it is
told some that there are, beside ones that there are not, so that requests come further than the door.
"""

import argparse
import json
import logging
import subprocess
import sys
import tempfile
import threading
import time
import traceback
import urllib.request
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from plantigrade.library.catalogue.accounts.entries import Role
from plantigrade.web.page_accounts import form_token_of
from plantigrade.web.requests import COOKIE

from tools.web_site.serving import Served, served

WHO: Final = (Role.PATIENT, Role.CLINICIAN, Role.ENGINEER, Role.OWNER, None)
LEFT_OUT: Final = ("/sign-out",)
"""Would end the session with which everything else is asked."""
OUR_LOG: Final = "plantigrade.web"


@dataclass
class Defects(logging.Handler):
    """Collects the traces that the pages log: one for each place in the code.

    Attributes:
        places: how often each was hit.
        traces: one of each.
    """

    places: Counter[str] = field(default_factory=Counter[str])
    traces: dict[str, str] = field(default_factory=dict[str, str])

    def __post_init__(self) -> None:
        super().__init__(logging.ERROR)

    def __hash__(self) -> int:
        return id(self)

    def emit(self, record: logging.LogRecord) -> None:
        """Take one line of the log."""
        error = record.exc_info[1] if record.exc_info else None
        last = traceback.extract_tb(error.__traceback__)[-1] if error and error.__traceback__ else None
        place = f"{type(error).__name__} in {last.filename}:{last.lineno}" if last else record.getMessage()
        self.places[place] += 1
        if place not in self.traces:
            lines = traceback.format_exception(error) if error else []
            self.traces[place] = record.getMessage() + "\n" + "".join(lines)
            print(f"server error: {self.traces[place]}", flush=True)


class Asked:
    """Counts requests by the status of their answers, from the log of the server."""

    def __init__(self) -> None:
        self.statuses: Counter[int] = Counter()
        self._lock = threading.Lock()

    def count(self, status: int) -> None:
        """One answer more."""
        with self._lock:
            self.statuses[status] += 1


def with_examples(document: dict[str, Any], site: Served, role: Role | None) -> dict[str, Any]:
    """The OpenAPI document with values that there are, as a client knows them from the pages."""
    recordings = [
        *site.filled.recordings,
        site.filled.one_foot,
        site.filled.deleted,
        "20990101T000000Z-00000000",
    ]
    known = {
        "id": [*recordings, "x" * 200],
        "code": ["P001", "P002", "P004", "P999"],
        "person": ["P001", "P002"],
    }
    token = "" if role is None else form_token_of(site.tokens[role])
    for path, operations in document["paths"].items():
        if path in LEFT_OUT:
            operations.clear()
        for operation in operations.values():
            for parameter in operation["parameters"]:
                if parameter["name"] in known and parameter["in"] in ("path", "query"):
                    parameter["schema"] = {"enum": known[parameter["name"]]}
            for content in operation.get("requestBody", {}).get("content", {}).values():
                for form in content["schema"]["oneOf"]:
                    _tell(form["properties"], token, recordings)
    document["paths"] = {path: found for path, found in document["paths"].items() if found}
    return document


def _tell(properties: dict[str, Any], token: str, recordings: list[str]) -> None:
    if "form_token" in properties:
        properties["form_token"] = {"const": token}
    for name in ("recording", "id"):
        if name in properties:
            properties[name] = {"enum": recordings}
    if "person" in properties:
        properties["person"] = {"enum": ["P001", "P002", "P999"]}


def run(site: Served, role: Role | None, program: Path, examples: int, seed: int) -> None:
    """Let schemathesis ask as one role; its own report goes to the terminal."""
    with urllib.request.urlopen(f"{site.url}/openapi.json") as answer:
        document = with_examples(json.load(answer), site, role)
    with tempfile.TemporaryDirectory() as folder:
        schema = Path(folder) / "openapi.json"
        schema.write_text(json.dumps(document))
        command = [str(program), "run", str(schema), "--url", site.url]
        command += ["--phases", "coverage,fuzzing", "--checks", "not_a_server_error", "--workers", "2"]
        command += [
            "--max-examples",
            str(examples),
            "--seed",
            str(seed),
            "--continue-on-failure",
            "--no-shrink",
        ]
        command += [
            "--request-timeout",
            "60",
            "--suppress-health-check",
            "all",
            "--warnings",
            "off",
            "--no-color",
        ]
        if role is not None:
            command += ["--header", f"Cookie: {COOKIE}={site.tokens[role]}"]
        subprocess.run(command, cwd=folder, check=False)


def _is_signed_in(site: Served, role: Role | None) -> bool:
    return role is None or site.library.accounts.sessions.find(site.tokens[role]) is not None


def main() -> int:
    """Ask until the number is reached; 0 when there was no server error."""
    parser = argparse.ArgumentParser(prog="python -m tools.fuzz_pages", description=__doc__)
    parser.add_argument(
        "--schemathesis", type=Path, required=True, help="the program, in its own environment"
    )
    parser.add_argument("--requests", type=int, default=2000, help="at least so many in all")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    defects, began = Defects(), time.monotonic()
    logging.getLogger(OUR_LOG).addHandler(defects)
    asked = Asked()
    with (
        tempfile.TemporaryDirectory() as folder,
        served(Path(folder) / "data", on_status=asked.count) as site,
    ):
        examples, seed = 20, chosen.seed
        while sum(asked.statuses.values()) < chosen.requests:
            before = sum(asked.statuses.values())
            for role in WHO:
                run(site, role, chosen.schemathesis, examples, seed)
                if not _is_signed_in(site, role):
                    print(
                        f"the session of {role} was ended by a request: nothing after it came in", flush=True
                    )
                    return 1
            done = sum(asked.statuses.values()) - before
            left = chosen.requests - sum(asked.statuses.values())
            examples, seed = max(5, min(500, round(examples * left / max(done, 1)) + 1)), seed + 1
    total, failed = (
        sum(asked.statuses.values()),
        sum(n for s, n in asked.statuses.items() if s >= 500 and s != 503),
    )
    print(f"seed {chosen.seed}: {total} requests in {time.monotonic() - began:.0f} s, {failed} server errors")
    print(", ".join(f"{status}: {count}" for status, count in sorted(asked.statuses.items())))
    for place, count in defects.places.most_common():
        print(f"{count} x {place}")
    return 1 if failed or defects.places else 0


if __name__ == "__main__":
    sys.exit(main())
