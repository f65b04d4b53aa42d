"""Open every page of a filled and of an empty site, and store what OpenAPI says of forms, queries, documents.

    python -m tools.page_details

writes host/plantigrade/web/openapi/details.json and docs/reference/pages.md from what the pages answer with;
tests compare. Run it after a change of a page's form, query or document.
"""

import json
import tempfile
import urllib.error
import urllib.request
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from plantigrade.web.openapi.details import FILE, Details, Schema, merged, schema_of
from plantigrade.web.pages import pages
from plantigrade.web.requests import COOKIE

from tools.page_reference import PAGE, reference
from tools.web_site.forms import HIDDEN_OF_THE_FRAME, FoundPage
from tools.web_site.openings import Opening, openings
from tools.web_site.serving import Served, served

TIMEOUT_S: Final = 60.0


def get(site: Served, opening: Opening, path: str) -> tuple[str, bytes]:
    """Media type and body of an address as a role gets it; ("", b"") for one that it does not get."""
    request = urllib.request.Request(f"{site.url}{path}")
    if opening.role is not None:
        request.add_header("Cookie", f"{COOKIE}={site.tokens[opening.role]}")
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:
            return answer.headers.get_content_type(), answer.read()
    except urllib.error.HTTPError:
        return "", b""


class Finder:
    """Collects what is found on pages."""

    def __init__(self) -> None:
        self.documents: dict[str, Schema] = {}
        self.forms: dict[str, dict[str, dict[str, Schema]]] = defaultdict(lambda: defaultdict(dict))
        self.queries: dict[str, set[str]] = defaultdict(set)
        self._patterns = {page.path: page for page in pages()}
        self._parts = [part.path for page in pages() for part in page.parts]

    def look(self, site: Served, opening: Opening) -> None:
        """Open a page and its data."""
        address = opening.address(site.filled)
        _, body = get(site, opening, address)
        found = FoundPage(body.decode("utf-8", "replace"), address.partition("?")[0])
        for form in found.forms:
            self._take_form(form.method, form.path, form.actions, form.fields)
        for path, name in found.queries():
            if (pattern := self._pattern_of(path)) and name != "person":
                self.queries[pattern].add(name)
        page = next(page for page in pages() if page.name == opening.page)
        if page.as_json is not None and opening.path.partition("?")[0] == page.path:
            path, _, query = address.partition("?")
            path = f"{'/today' if path == '/' else path}.json{f'?{query}' if query else ''}"
            kind, body = get(site, opening, path)
            if kind == "application/json":
                key = f"{page.data_path}.json"
                self.documents[key] = merged(self.documents.get(key, {}), schema_of(json.loads(body)))

    def _take_form(self, method: str, path: str, actions: list[str], fields: dict[str, Schema]) -> None:
        pattern = self._pattern_of(path)
        if pattern is None:
            return
        if method == "get":
            self.queries[pattern] |= fields.keys() - {"person"}
        elif pattern in self._patterns:
            for action in actions or [""]:
                known = self.forms[self._patterns[pattern].name][action]
                for name, schema in fields.items():
                    if name not in HIDDEN_OF_THE_FRAME:
                        known.setdefault(name, schema)

    def _pattern_of(self, path: str) -> str | None:
        """The address with its parts, such as "/walks/{id}", of one without."""
        for pattern in sorted([*self._patterns, *self._parts], key=lambda one: one.count("{")):
            ours, theirs = pattern.split("/"), path.split("/")
            if len(ours) == len(theirs) and all(
                a == b or (a.startswith("{") and b != "") for a, b in zip(ours, theirs, strict=True)
            ):
                return pattern
        return None

    def found(self) -> Details:
        """All of it, in order."""
        forms = {name: _in_order(found) for name, found in sorted(self.forms.items())}
        queries = {path: sorted(names) for path, names in sorted(self.queries.items()) if names}
        return Details(_in_order(self.documents), forms, queries)


def _in_order(found: dict[str, Any]) -> dict[str, Any]:
    return {
        name: _in_order(value) if isinstance(value, dict) else value  # pyright: ignore[reportUnknownArgumentType]
        for name, value in sorted(found.items())
    }


def look_at_all() -> Details:
    """Open everything in both sites."""
    finder = Finder()
    with tempfile.TemporaryDirectory() as folder:
        for filled in (True, False):
            with served(Path(folder) / f"data-{filled}", empty=not filled) as site:
                for opening in _of_state(filled):
                    finder.look(site, opening)
    return finder.found()


def _of_state(filled: bool) -> Iterator[Opening]:
    return (opening for opening in openings() if opening.filled is filled)


def as_text(found: Details) -> str:
    """What details.json holds."""
    values = {"documents": found.documents, "forms": found.forms, "queries": found.queries}
    return json.dumps(values, indent=1, ensure_ascii=False) + "\n"


def main() -> None:
    """Write what is found."""
    found = look_at_all()
    FILE.write_text(as_text(found), "utf-8")
    PAGE.write_text(reference(found), "utf-8")


if __name__ == "__main__":
    main()
