"""What a page is: an address, who may open it, what it shows, what its forms do. A folder of `pages` each."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from plantigrade.web.accounts.rights import Action
from plantigrade.web.visit import Visit


@dataclass(frozen=True)
class Shown:
    """A template with its values.

    Attributes:
        template: path under `web`, such as "pages/today/today.html".
        values: what it shows.
        status: of the response.
        policy_additions: names in `security.headers.ADDITIONS` that this page needs.
    """

    template: str
    values: Mapping[str, Any] = field(default_factory=dict[str, Any])
    status: int = 200
    policy_additions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Redirect:
    """To another page of this site, after a form was taken.

    Attributes:
        path: begins with one slash.
        cookies: to set with it (name, value, seconds; "" and 0 remove one).
        forget: the browser is asked to forget all that this site stored in it (Clear-Site-Data; ASVS 14.3.1).
    """

    path: str
    cookies: tuple[tuple[str, str, int], ...] = ()
    forget: bool = False


@dataclass(frozen=True)
class Document:
    """A JSON document; `Page.as_json` makes it, and the CSV of a list as well."""

    values: Mapping[str, Any]


@dataclass(frozen=True)
class Download:
    """A file for the person, never shown in the browser (OWASP ASVS 5.0, 3.2.1).

    Attributes:
        name: of the file; nothing about a person in it but a code.
        content: its bytes, or parts of them in order.
        media_type: of the content.
        inline: shown by the browser: only what this program makes itself, such as a report as PDF.
    """

    name: str
    content: bytes | Iterable[bytes]
    media_type: str
    inline: bool = False


Answer = Shown | Redirect | Document | Download
Handler = Callable[[Visit], Answer]
"""Works on the library and may take some milliseconds; runs in a thread. Raises `visit.RefusedError` and
PlantigradeError, which become pages with the right status."""


@dataclass(frozen=True)
class Form:
    """A form of a page, posted to the page's address with its name in the field `action`.

    Attributes:
        name: value of the field `action`.
        handle: takes it.
        right: what the account must be allowed to do; None: open to all, for signing in.
        most_bytes: of the whole request; files need more than the usual.
    """

    name: str
    handle: Handler
    right: Action | None
    most_bytes: int = 65_536


@dataclass(frozen=True)
class Part:
    """Something else that is got beside a page: a piece of it for htmx, data of a chart, a download.

    Attributes:
        path: whole address, such as "/walks/{id}.pdf".
        show: makes it.
        right: what the account must be allowed to do.
    """

    path: str
    show: Handler
    right: Action | None


@dataclass(frozen=True)
class Page:
    """One page.

    Attributes:
        name: of its folder and its words.
        path: address; `{code}` and `{id}` are parts of it.
        right: what an account must be allowed to do; None: open to all, for signing in.
        show: what it shows.
        forms: what can be posted to it.
        parts: what else is got.
        as_json: the same facts as a document, at the address with ".json" ("/today.json" for "/").
        rows: name of the list in that document that ".csv" holds; "" where there is no CSV.
    """

    name: str
    path: str
    right: Action | None
    show: Handler
    forms: tuple[Form, ...] = ()
    parts: tuple[Part, ...] = ()
    as_json: Callable[[Visit], Document] | None = None
    rows: str = ""

    @property
    def data_path(self) -> str:
        """Address of its data, without ending."""
        return "/today" if self.path == "/" else self.path
