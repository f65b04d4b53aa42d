"""The OpenAPI document says what there is: no address more, none less."""

from collections.abc import Callable
from typing import Any

import pytest
from plantigrade.web.accounts.rights import Action, Role
from plantigrade.web.app import make_app
from plantigrade.web.openapi.details import Details, merged, schema_of
from plantigrade.web.openapi.document import openapi
from plantigrade.web.page import Document, Form, Page, Part, Redirect, Shown
from plantigrade.web.pages import pages
from plantigrade.web.site import Site
from starlette.routing import Route
from starlette.testclient import TestClient

Browser = Callable[..., TestClient]
OF_BROWSERS = ("/static/", "/manifest.webmanifest", "/service-worker.js", "/phone/")
"""Files that pages load by names that change: no addresses for programs."""


def operations(document: dict[str, Any]) -> set[tuple[str, str]]:
    """Method and address of each."""
    return {(method.upper(), path) for path, found in document["paths"].items() for method in found}


def test_every_route_is_described_and_every_description_has_a_route(site: Site) -> None:
    routes = {
        (method, route.path)
        for route in make_app(site).routes
        if isinstance(route, Route) and not route.path.startswith(OF_BROWSERS)
        for method in (route.methods or ())
        if method != "HEAD"
    }
    assert operations(openapi(pages())) == routes


def test_it_needs_no_signing_in_and_holds_no_data(browser: Browser) -> None:
    answer = browser().get("/openapi.json")
    assert answer.status_code == 200
    assert answer.json() == openapi(pages())
    assert "P001" not in answer.text


def test_names_of_operations_are_unique() -> None:
    found = [one["operationId"] for paths in openapi(pages())["paths"].values() for one in paths.values()]
    assert len(set(found)) == len(found)


def test_parts_of_an_address_are_parameters() -> None:
    for path, found in openapi(pages())["paths"].items():
        for operation in found.values():
            named = {one["name"] for one in operation["parameters"] if one["in"] == "path"}
            assert named == {part.rstrip("}").partition("}")[0] for part in path.split("{")[1:]}


PAGE = Page(
    "walks",
    "/walks/{id}",
    Action.SEE,
    lambda visit: Shown("layout/error.html"),
    forms=(Form("note", lambda visit: Redirect("/"), Action.CHANGE),),
    parts=(Part("/walks/{id}.pdf", lambda visit: Shown("layout/error.html"), Action.SEE),),
    as_json=lambda visit: Document({}),
    rows="walks",
)
FOUND = Details(
    documents={"/walks/{id}.json": {"type": "object"}},
    forms={"walks": {"note": {"text": {"type": "string", "maxLength": 2000, "needed": True}}}},
    queries={"/walks/{id}": ["view"]},
)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/walks/{id}"),
        ("POST", "/walks/{id}"),
        ("GET", "/walks/{id}.json"),
        ("GET", "/walks/{id}.csv"),
        ("GET", "/walks/{id}.pdf"),
    ],
)
def test_what_a_page_gives(method: str, path: str) -> None:
    assert (method, path) in operations(openapi([PAGE], FOUND))


def test_what_a_form_takes() -> None:
    posted = openapi([PAGE], FOUND)["paths"]["/walks/{id}"]["post"]
    (schema,) = posted["requestBody"]["content"]["application/x-www-form-urlencoded"]["schema"]["oneOf"]
    assert schema["required"] == ["action", "form_token", "text"]
    assert schema["properties"]["action"] == {"const": "note"}
    assert schema["properties"]["text"] == {"type": "string", "maxLength": 2000}


def test_queries_stand_at_the_page_that_takes_them() -> None:
    asked = openapi([PAGE], FOUND)["paths"]["/walks/{id}"]["get"]["parameters"]
    assert [(one["in"], one["name"]) for one in asked] == [("path", "id"), ("query", "view")]


@pytest.mark.parametrize(
    ("values", "schema"),
    [
        ([1, 2], {"type": "integer"}),
        ([1, 2.5], {"type": "number"}),
        ([1, None], {"type": ["integer", "null"]}),
        (["x", True], {"type": ["boolean", "string"]}),
        ([[], [1]], {"type": "array", "items": {"type": "integer"}}),
        (
            [{"a": 1}, {"a": 2, "b": "x"}],
            {
                "type": "object",
                "properties": {"a": {"type": "integer"}, "b": {"type": "string"}},
                "required": ["a"],
            },
        ),
        (
            [None, {"a": 1}],
            {"type": ["null", "object"], "properties": {"a": {"type": "integer"}}, "required": ["a"]},
        ),
    ],
)
def test_a_schema_takes_all_that_was_seen(values: list[Any], schema: dict[str, Any]) -> None:
    found: dict[str, Any] = {}
    for value in values:
        found = merged(found, schema_of(value))
    assert found == schema


def test_a_role_that_sees_no_page_still_reads_the_document(browser: Browser) -> None:
    assert browser(Role.ENGINEER).get("/openapi.json").status_code == 200
