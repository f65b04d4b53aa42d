"""docs/reference/pages.md: the addresses of the pages, their data and their forms, written from OpenAPI.

`python -m tools.page_details` writes it; `make docs` writes it from what was stored.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from plantigrade.web.openapi.details import Details, Schema
from plantigrade.web.openapi.document import openapi
from plantigrade.web.pages import pages

PAGE: Final = Path(__file__).resolve().parents[1] / "docs" / "reference" / "pages.md"
HEAD: Final = """# Addresses of the pages

`plantigrade run` serves the pages at http://127.0.0.1:8080. Beside a page stand its facts as `.json` and its
list as `.csv`; `/openapi.json` describes every address for programs (OpenAPI 3.1) and needs no signing in.
Programs send the cookie of a session. Without one they get 401; what the account may not do is 403, what it
may not even know of 404. Clinicians add `?person=CODE`. Every document begins with
`"schema": "plantigrade.NAME/1"`; a field that is missing or `null` says that nobody knows the value, never
that it is 0.

This page is written by `python -m tools.page_details`.
"""


def reference(found: Details) -> str:
    """The page."""
    document = openapi(pages(), found)
    lines = [HEAD, "## Addresses", "", "| address | what it gives | queries |", "|---|---|---|"]
    lines += sorted(_rows(document))
    for path, schema in found.documents.items():
        lines += ["", f"## `{path}`", "", "| field | type |", "|---|---|", *_fields("", schema)]
    for page in pages():
        forms = found.forms.get(page.name, {})
        if page.forms:
            lines += ["", f"## Forms of `{page.path}`", "", "| `action` | fields |", "|---|---|"]
            lines += [_form_row(form.name, forms.get(form.name, {})) for form in page.forms]
    return "\n".join(lines) + "\n"


def _rows(document: dict[str, Any]) -> Iterator[str]:
    for path, operations in document["paths"].items():
        asked = operations.get("get")
        if asked is not None:
            kinds = ", ".join(asked["responses"]["200"]["content"])
            queries = ", ".join(f"`{one['name']}`" for one in asked["parameters"] if one["in"] == "query")
            yield f"| `{path}` | {kinds} | {queries} |"


def _fields(prefix: str, schema: Schema) -> Iterator[str]:
    for name, one in schema.get("properties", {}).items():
        yield f"| `{prefix}{name}` | {_kind(one)} |"
        inner = one if "properties" in one else one.get("items", {})
        if "properties" in inner:
            yield from _fields(f"{prefix}{name}{'[]' if inner is not one else ''}.", inner)


def _kind(schema: Schema) -> str:
    kinds = schema.get("type", "anything")
    return kinds if isinstance(kinds, str) else " or ".join(kinds)


def _form_row(name: str, fields: dict[str, Schema] | Any) -> str:
    return f"| `{name}` | {', '.join(f'`{field}`' for field in fields) or 'none'} |"
