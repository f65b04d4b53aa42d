"""The application: routes from the pages, answers from their handlers, clear errors.

A handler runs in a thread, on behalf of the account that asks, so that the service's loop is never held up
and the audit log knows who read and changed what.
"""

import csv
import hmac
import io
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import (
    HTMLResponse,
    JSONResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
    StreamingResponse,
)
from starlette.routing import BaseRoute, Route

from plantigrade.errors import PlantigradeError
from plantigrade.library.catalogue.audit import acting_as
from plantigrade.web import assets
from plantigrade.web.accounts.rights import OF_A_PERSON, Action, kinds_shown
from plantigrade.web.layout.frame import frame_of, strip_for
from plantigrade.web.layout.navigation import first_page_of
from plantigrade.web.openapi.route import openapi_route
from plantigrade.web.page import Answer, Document, Download, Form, Handler, Page, Part, Redirect, Shown
from plantigrade.web.pages import pages
from plantigrade.web.phone import routes as phone
from plantigrade.web.pwa import routes as pwa
from plantigrade.web.requests import FORM_TOKEN, Known, check_origin, known_of, posted, visit_of
from plantigrade.web.security.defects import Defects
from plantigrade.web.security.headers import POLICY_ADDITIONS, SecurityHeaders
from plantigrade.web.security.hosts import KnownHosts
from plantigrade.web.security_txt.route import security_txt_route
from plantigrade.web.site import NoServiceError, Site
from plantigrade.web.templating import render
from plantigrade.web.visit import RefusedError, Visit
from plantigrade.web.words import words_of

SIGN_IN: Final = "/sign-in"
NOBODY: Final = "nobody signed in"
PARTS_PAGE: Final = "/people"
"""Who was given some kinds of data of a person finds there which, instead of all of them."""
_log: Final = logging.getLogger("plantigrade.web")
Endpoint = Callable[[Request], Awaitable[Response]]


def make_app(site: Site, more: tuple[BaseRoute, ...] = ()) -> Starlette:
    """All routes.

    Args:
        site: what the pages work on.
        more: routes that are no pages, such as the WebSocket of live frames.
    """
    routes: list[BaseRoute] = [assets.ROUTE, Route("/healthz", _health), openapi_route(pages())]
    routes += [*pwa.ROUTES, *phone.ROUTES, security_txt_route(site.settings), *more]
    routes.append(Route("/strip", _got(site, Part("/strip", _show_strip, None), signed_in_only=True)))
    for page in pages():
        routes += _routes_of(site, page)
    return Starlette(
        routes=routes,
        middleware=[
            Middleware(SecurityHeaders, secure=site.settings.secure),
            Middleware(Defects, page=_defect(site)),
            Middleware(KnownHosts, hosts=site.settings.hosts),
        ],
        exception_handlers={HTTPException: _http_error(site)},
    )


def _routes_of(site: Site, page: Page) -> list[BaseRoute]:
    made: list[BaseRoute] = []
    if page.as_json is not None:
        document: Handler = page.as_json
        made.append(Route(f"{page.data_path}.json", _got(site, Part(page.path, document, page.right))))
        if page.rows:
            rows = Part(page.path, lambda visit: _as_csv(document(visit), page), page.right)
            made.append(Route(f"{page.data_path}.csv", _got(site, rows)))
    made += [Route(part.path, _got(site, part, page=page.path)) for part in page.parts]
    made.append(Route(page.path, _got(site, Part(page.path, page.show, page.right)), name=page.name))
    if page.forms:
        made.append(Route(page.path, _posted(site, page), methods=["POST"]))
    return made


async def _health(_request: Request) -> Response:
    return PlainTextResponse("ok\n")


def _show_strip(visit: Visit) -> Answer:
    return Shown("layout/strip_cells.html", {"strip": strip_for(visit)})


def _paths() -> frozenset[str]:
    return frozenset(page.path for page in pages())


def _got(site: Site, part: Part, signed_in_only: bool = False, page: str = "") -> Endpoint:
    """Answers GET of a part of a page; `page` is the address of the whole one, where it is another."""

    async def endpoint(request: Request) -> Response:
        known = await known_of(request, site)
        if known.signed_in is None and (part.right is not None or signed_in_only):
            return _to_sign_in(request)
        visit = await visit_of(request, site, known)
        visit = replace(visit, shows=kinds_shown(page or part.path))
        return await _answer(visit, known, part.path, part.show, part.right)

    return endpoint


def _to_sign_in(request: Request) -> Response:
    """To the page where one signs in, and back from there; programs and pieces of pages get a 401."""
    if request.headers.get("hx-request") == "true" or "." in request.url.path.rpartition("/")[2]:
        return PlainTextResponse("Sign in first.\n", 401)
    return RedirectResponse(f"{SIGN_IN}?next={request.url.path}", 303)


def _posted(site: Site, page: Page) -> Endpoint:
    forms = {form.name: form for form in page.forms}
    most_bytes = max(form.most_bytes for form in page.forms)

    async def endpoint(request: Request) -> Response:
        known = await known_of(request, site)
        try:
            check_origin(request, site)
            if known.signed_in is None and page.right is not None:
                return _to_sign_in(request)
            async with posted(request, most_bytes) as (fields, files):
                form = _form_of(forms, fields, known)
                visit = await visit_of(request, site, known, fields, files)
                visit = replace(visit, shows=kinds_shown(page.path))
                return await _answer(visit, known, page.path, form.handle, form.right)
        except RefusedError as error:
            visit = await visit_of(request, site, known)
            return await run_in_threadpool(_refusal, visit, known, page.path, error)

    return endpoint


def _form_of(forms: Mapping[str, Form], fields: Mapping[str, str], known: Known) -> Form:
    """Which form was posted, by someone who had this session's page before the eyes.

    Raises:
        RefusedError: 400, there is no such form; 403, nobody is signed in; 409, another session's page.
    """
    form = forms.get(fields.get("action", ""))
    if form is None:
        raise RefusedError(400)
    if known.signed_in is not None:
        token = fields.get(FORM_TOKEN, "")
        if not hmac.compare_digest(token.encode(), known.signed_in.form_token.encode()):
            raise RefusedError(409)
    elif form.right is not None:
        raise RefusedError(403)
    return form


async def _answer(
    visit: Visit, known: Known, pattern: str, handle: Handler, right: Action | None
) -> Response:
    return await run_in_threadpool(_handled, visit, known, pattern, handle, right)


def _handled(visit: Visit, known: Known, pattern: str, handle: Handler, right: Action | None) -> Response:
    account = visit.account
    with acting_as(NOBODY if account is None else account.person or account.name):
        try:
            if right in OF_A_PERSON and visit.person is None and account is not None and pattern == "/":
                return RedirectResponse(first_page_of(account), 303)
            if right is not None:
                if right is Action.SEE and visit.sees_a_part and visit.path == f"/people/{visit.person}":
                    return RedirectResponse(PARTS_PAGE, 303)
                visit.require(right)
            return _response(visit, known, handle(visit))
        except RefusedError as error:
            return _refusal(visit, known, pattern, error)
        except NoServiceError as error:
            return _refusal(visit, known, pattern, RefusedError(503, str(error)))
        except PlantigradeError as error:
            _log.warning("%s: %s", pattern, error)
            return _refusal(visit, known, pattern, RefusedError(400))


def _response(visit: Visit, known: Known, answer: Answer) -> Response:
    match answer:
        case Shown():
            values = {**frame_of(visit, known.signed_in, known.nonce, _paths()), **answer.values}
            headers = {POLICY_ADDITIONS: " ".join(answer.policy_additions)}
            return HTMLResponse(render(answer.template, values), answer.status, headers)
        case Redirect():
            return _redirect(visit, answer)
        case Document():
            return JSONResponse(dict(answer.values))
        case Download():
            return _download(answer)


def _redirect(visit: Visit, answer: Redirect) -> Response:
    if not answer.path.startswith("/") or answer.path.startswith(("//", "/\\")):
        raise RefusedError(400)
    response = RedirectResponse(answer.path, 303)
    if answer.forget:
        response.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'
    secure = visit.site.settings.secure
    for name, value, seconds in answer.cookies:
        response.set_cookie(
            name, value, max_age=seconds, path="/", secure=secure, httponly=True, samesite="lax"
        )
    return response


def _download(answer: Download) -> Response:
    kind = "inline" if answer.inline else "attachment"
    headers = {"Content-Disposition": f'{kind}; filename="{answer.name}"'}
    if isinstance(answer.content, bytes):
        return Response(answer.content, headers=headers, media_type=answer.media_type)
    return StreamingResponse(answer.content, headers=headers, media_type=answer.media_type)


def _as_csv(answer: Answer, page: Page) -> Answer:
    if not isinstance(answer, Document):
        return answer
    rows: list[dict[str, Any]] = list(answer.values[page.rows])
    text = io.StringIO()
    names = list(dict.fromkeys(name for row in rows for name in row))
    writer = csv.DictWriter(text, names, restval="", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows({name: _cell(value) for name, value in row.items()} for row in rows)
    return Download(f"{page.name}.csv", text.getvalue().encode(), "text/csv; charset=utf-8")


def _cell(value: Any) -> Any:
    """A cell that no spreadsheet takes for a formula (ASVS 1.2.10)."""
    if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")):
        return f"'{value}"
    return "" if value is None else value


def _refusal(visit: Visit, known: Known, pattern: str, error: RefusedError) -> Response:
    account = visit.account
    if (error.status in (403, 404) and account is not None) or error.status == 429:
        visit.site.accounts.note_refusal(account, visit.address, pattern, error.status)
    return _error_page(visit, known, error.status, error.text)


def _error_page(visit: Visit, known: Known, status: int, text: str) -> Response:
    words = visit.words
    key = f"error.{status}-text"
    text = text or words(key if key in words.keys and "{" not in words(key) else "error.other-text")
    if "." in visit.path.rpartition("/")[2]:
        return JSONResponse({"error": words(f"error.{status}"), "text": text}, status)
    values = {**frame_of(visit, known.signed_in, known.nonce, _paths()), "status": status, "text": text}
    return HTMLResponse(render("layout/error.html", values), status)


ErrorHandler = Callable[[Request, Exception], Awaitable[Response]]


def _http_error(site: Site) -> ErrorHandler:
    async def handler(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        status = status if f"error.{status}" in words_of("en").keys else 400
        known = await known_of(request, site)
        visit = await visit_of(request, site, known)
        return await run_in_threadpool(_error_page, visit, known, status, "")

    return handler


def _defect(site: Site) -> Callable[[Request], Awaitable[Response]]:
    async def page(request: Request) -> Response:
        return await _http_error(site)(request, HTTPException(500))

    return page
