"""Every page as every role opens it, found from the pages themselves."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from plantigrade.library.catalogue.accounts.entries import Role
from plantigrade.web.accounts.rights import OF_A_PERSON, Account, may
from plantigrade.web.page import Page
from plantigrade.web.pages import pages

from tools.web_site.filled import Filled

PERSON: Final = "P001"
RECORDINGS: Final = ("analysed", "unanalysed", "one-foot")
"""Kinds of recordings in which a page of one is opened."""
ROLES: Final = (Role.PATIENT, Role.CLINICIAN, Role.ENGINEER, Role.OWNER)
VIEWS: Final[dict[str, tuple[str, ...]]] = {
    "now": ("?view=numbers", "?view=balance"),
}
"""More states of pages that have addresses of their own."""
NOT_HERE: Final = frozenset({"demo-summary"})
"""Pages that there are during `make demo` alone."""


@dataclass(frozen=True)
class Opening:
    """A page as one role opens it.

    Attributes:
        page: its name.
        role: who opens it; None: nobody is signed in.
        path: address, with `{code}` and `{id}` filled in by `address`.
        recording: which recording the page is about, one of `RECORDINGS`; "" for a page of none.
        filled: after some weeks, or on the first day.
    """

    page: str
    role: Role | None
    path: str
    recording: str = ""
    filled: bool = True

    def __str__(self) -> str:
        view = self.path.partition("?")[2].replace(f"person={PERSON}", "").strip("&")
        parts = (self.page, self.role or "nobody", self.recording, view, "filled" if self.filled else "empty")
        return "-".join(str(part) for part in parts if part)

    def address(self, filled: Filled) -> str:
        """Address without the name of the site."""
        ids: dict[str, str] = {}
        if filled.recordings:
            analysed, unanalysed = filled.recordings[-2:]
            ids = {"analysed": analysed, "unanalysed": unanalysed, "one-foot": filled.one_foot}
        return self.path.format(code=PERSON, id=ids.get(self.recording, ""), link=filled.link)


def openings() -> Iterator[Opening]:
    """All of them."""
    for page in pages():
        if page.name in NOT_HERE:
            continue
        if page.right is None:
            yield Opening(page.name, None, page.path)
            continue
        for role in ROLES:
            for filled in (True, False):
                yield from _of(page, role, filled)


def _of(page: Page, role: Role, filled: bool) -> Iterator[Opening]:
    """A page as a role opens it; nothing where it may not."""
    assert page.right is not None
    account = Account("a", frozenset({role}), PERSON if role is Role.PATIENT else None)
    about = PERSON if page.right in OF_A_PERSON else None
    if not may(account, page.right, about, shared=filled):
        return
    path = page.path
    if about is not None and account.person is None and "{" not in path:
        if path == "/":
            return  # leads to the first page of the role
        path += f"?person={PERSON}"
    if "{id}" in path:
        if filled:
            yield from (Opening(page.name, role, path, recording) for recording in RECORDINGS)
        return
    yield Opening(page.name, role, path, filled=filled)
    for view in VIEWS.get(page.name, ()):
        joined = f"{path}&{view[1:]}" if "?" in path else f"{path}{view}"
        yield Opening(page.name, role, joined, filled=filled)
