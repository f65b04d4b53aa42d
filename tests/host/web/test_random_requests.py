"""Whatever is asked, by whomever: an answer, and never a server error. `tools.fuzz_pages` asks much more."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from plantigrade.web.accounts.rights import Role
from plantigrade.web.openapi.document import openapi
from plantigrade.web.pages import pages
from starlette.testclient import TestClient

Browser = Callable[..., TestClient]
DOCUMENT = openapi(pages())
OPERATIONS = sorted((path, method) for path, found in DOCUMENT["paths"].items() for method in found)
KNOWN = ["P001", "P002", "P999", "20260301T100000Z-00000001", "1", "-1", "0", "2026-03-01", "left", "on", ""]
HOSTILE = [
    "<script>alert(1)</script>",
    "{{ 7 * 7 }}",
    "' OR 1=1 --",
    "../../../etc/passwd",
    "\x00",
    "%00",
    "9" * 400,
    "nan",
    "inf",
    "1e999",
    "\ud83d\ude00",
    "A\u0300" * 50,
    "//evil.example",
    "0001-01-01",
    "9999-12-31",
]
TEXT = st.one_of(st.sampled_from(KNOWN), st.sampled_from(HOSTILE), st.text(max_size=40))
WHO = st.sampled_from([None, Role.PATIENT, Role.CLINICIAN, Role.ENGINEER, Role.OWNER])


def fields_of(operation: dict[str, Any]) -> list[dict[str, Any]]:
    """Schemas of the forms that an operation takes."""
    content = operation.get("requestBody", {}).get("content", {})
    return [form for kind in content.values() for form in kind["schema"]["oneOf"]]


@pytest.mark.slow
@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), who=WHO, asked=st.sampled_from(OPERATIONS))
def test_no_request_is_a_server_error(
    browser: Browser, data: st.DataObject, who: Role | None, asked: tuple[str, str]
) -> None:
    path, method = asked
    operation = DOCUMENT["paths"][path][method]
    client = browser(who, "P001" if who is Role.PATIENT else None, shares="P001")
    for parameter in operation["parameters"]:
        if parameter["in"] == "path":
            part = data.draw(TEXT.filter(lambda text: text.isprintable() and text not in ("", ".", "..")))
            path = path.replace(f"{{{parameter['name']}}}", part.replace("/", "%2F").replace("?", "%3F"))
    names = [one["name"] for one in operation["parameters"] if one["in"] == "query"]
    query = {name: data.draw(TEXT) for name in names if data.draw(st.booleans())}
    encodable = {name: value.encode("utf-8", "replace").decode() for name, value in query.items()}
    if method == "get":
        answer = client.get(path, params=encodable)
    else:
        form = data.draw(st.sampled_from(fields_of(operation)))
        values = {name: data.draw(TEXT) for name in form["properties"] if data.draw(st.booleans())}
        values |= {"action": form["title"], "form_token": "form token"}
        posted = {name: value.encode("utf-8", "replace").decode() for name, value in values.items()}
        answer = client.post(path, params=encodable, data=posted)
    assert answer.status_code < 500 or answer.status_code == 503, answer.text[:300]
