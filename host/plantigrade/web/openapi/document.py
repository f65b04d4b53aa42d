"""`/openapi.json`: every address that the pages have, with parameters, forms and documents (OpenAPI 3.1).

It holds no data, so that it needs no signing in.
"""

import re
from collections.abc import Iterable, Mapping
from importlib.metadata import version
from typing import Any, Final

from plantigrade.web.openapi.details import Details, Schema, details
from plantigrade.web.page import Form, Page, Part
from plantigrade.web.phone.routes import PATH as PHONE
from plantigrade.web.security_txt.route import PATH as SECURITY_TXT

PATH: Final = "/openapi.json"
OPENAPI: Final = "3.1.1"
COOKIE: Final = "plantigrade"
_MEDIA_TYPES: Final = {
    "pdf": "application/pdf",
    "json": "application/json",
    "csv": "text/csv",
    "zip": "application/zip",
    "svg": "image/svg+xml",
    "png": "image/png",
    "bin": "application/octet-stream",
}
_LONGEST_PATH_PART: Final = 200
_REFUSALS: Final = {
    "303": "Sign in first, or go on there.",
    "400": "Something in it makes no sense.",
    "401": "Sign in first.",
    "403": "The account may not do this.",
    "404": "There is no such thing, or it is not the account's to know of.",
    "429": "Too many tries.",
    "503": "The bridge does not run beside the pages.",
}
_OF_FORMS: Final = {
    "409": "Another session's form, or a page that is out of date.",
    "413": "It is too large.",
    "415": "This kind of file is not taken.",
}


def openapi(pages: Iterable[Page], found: Details | None = None) -> dict[str, Any]:
    """The document.

    Args:
        pages: all of them.
        found: what the pages do not say themselves; None: what was stored.
    """
    known = details() if found is None else found
    paths: dict[str, Any] = {
        PATH: {"get": _operation("openapi", "This document.", [], {"application/json": {}}, None, False)},
        "/healthz": {
            "get": _operation("healthz", "Whether the pages run.", [], {"text/plain": {}}, None, False)
        },
        SECURITY_TXT: {
            "get": _operation(
                "security-txt",
                "Whom to write to about a vulnerability (RFC 9116).",
                [],
                {"text/plain": {}},
                None,
                False,
            )
        },
        PHONE: {
            "get": _operation(
                "phone",
                "The page for a phone alone; its files lie below.",
                [],
                {"text/html": {}},
                None,
                False,
            )
        },
        "/strip": {"get": _operation("strip", "The status strip.", ["person"], {"text/html": {}}, None)},
    }
    for page in pages:
        for path, operations in _of_page(page, known).items():
            paths.setdefault(path, {}).update(operations)
    return {
        "openapi": OPENAPI,
        "info": {
            "title": "Plantigrade",
            "version": version("plantigrade"),
            "summary": "Smart insoles: people, recordings, alerts, diary, insoles.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": dict(sorted(paths.items())),
        "components": {"securitySchemes": {"session": {"type": "apiKey", "in": "cookie", "name": COOKIE}}},
        "security": [{"session": []}],
    }


def _of_page(page: Page, found: Details) -> dict[str, dict[str, Any]]:
    name, signed_in = page.name, page.right is not None
    queries = found.queries.get(page.path, [])
    shown = _operation(f"{name}.show", "The page.", queries, {"text/html": {}}, page.path, signed_in)
    made: dict[str, dict[str, Any]] = {page.path: {"get": shown}}
    if page.as_json is not None:
        path = f"{page.data_path}.json"
        document = found.documents.get(path, {"type": "object", "required": ["schema"]})
        made[path] = {
            "get": _operation(f"{name}.json", "Its facts.", queries, {"application/json": document}, path)
        }
        if page.rows:
            path = f"{page.data_path}.csv"
            made[path] = {"get": _operation(f"{name}.csv", "Its list.", queries, {"text/csv": {}}, path)}
    for part in page.parts:
        made.setdefault(part.path, {})["get"] = _of_part(page, part, found)
    if page.forms:
        made[page.path]["post"] = _posted(page, found.forms.get(name, {}))
    return made


def _of_part(page: Page, part: Part, found: Details) -> dict[str, Any]:
    ending = part.path.rpartition("/")[2].rpartition(".")[2] if "." in part.path.rpartition("/")[2] else ""
    media_type = _MEDIA_TYPES.get(ending, "text/html")
    content = {media_type: found.documents.get(part.path, {})}
    words = re.sub(r"[^a-z0-9]+", "-", part.path.lower()).strip("-")
    name = f"{page.name}.part.{words}"
    return _operation(name, "A part of the page.", found.queries.get(part.path, []), content, part.path)


def _operation(
    name: str,
    summary: str,
    queries: Iterable[str],
    content: Mapping[str, Schema],
    path: str | None,
    signed_in: bool = True,
) -> dict[str, Any]:
    parameters = [_in_path(part) for part in re.findall(r"\{(\w+)\}", path or "")]
    asked = {*queries, *({"person"} if signed_in and path and "{" not in path else ())}
    parameters += [_in_query(query) for query in sorted(asked)]
    made: dict[str, Any] = {
        "operationId": name,
        "summary": summary,
        "parameters": parameters,
        "responses": {
            "200": {
                "description": "Here it is.",
                "content": {kind: {"schema": schema} if schema else {} for kind, schema in content.items()},
            },
            **{status: {"description": text} for status, text in _REFUSALS.items()},
        },
    }
    if not signed_in:
        made["security"] = []
    return made


def _in_path(name: str) -> dict[str, Any]:
    schema = {"type": "string", "minLength": 1, "maxLength": _LONGEST_PATH_PART}
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _in_query(name: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "schema": {"type": "string"}}


def _posted(page: Page, forms: Mapping[str, Mapping[str, Schema]]) -> dict[str, Any]:
    schemas = [_form(form, forms.get(form.name, {})) for form in page.forms]
    media_type = "application/x-www-form-urlencoded"
    if any(field.get("format") == "binary" for form in forms.values() for field in form.values()):
        media_type = "multipart/form-data"
    made = _operation(
        f"{page.name}.post", "Its forms.", [], {"text/html": {}}, page.path, page.right is not None
    )
    made["requestBody"] = {"required": True, "content": {media_type: {"schema": {"oneOf": schemas}}}}
    made["responses"] |= {status: {"description": text} for status, text in _OF_FORMS.items()}
    return made


def _form(form: Form, fields: Mapping[str, Schema]) -> Schema:
    """A form: its name in `action`, the secret of the session, and its fields."""
    properties: dict[str, Schema] = {"action": {"const": form.name}}
    if form.right is not None:
        properties["form_token"] = {"type": "string"}
    required = list(properties)
    for name, schema in sorted(fields.items()):
        if name not in properties:
            properties[name] = {key: value for key, value in schema.items() if key != "needed"}
            required += [name] if schema.get("needed") else []
    return {"type": "object", "title": form.name, "properties": properties, "required": required}
