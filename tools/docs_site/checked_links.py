"""Links of finished pages, followed as a browser follows them: files and anchors."""

from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit


class _Page(HTMLParser):
    """Addresses that a page leads to, and anchors that it has."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.anchors: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Called for each element."""
        for name, value in attrs:
            if value and name in ("href", "src"):
                self.addresses.append(value)
            if value and (name == "id" or (tag == "a" and name == "name")):
                self.anchors.add(value)


def broken_links(site: Path) -> list[str]:
    """Links of all pages of a site that lead nowhere within it, as texts "page: link"."""
    pages = {path: _Page() for path in sorted(site.rglob("*.html"))}
    for path, page in pages.items():
        page.feed(path.read_text(encoding="utf-8"))
    broken: list[str] = []
    for path, page in pages.items():
        for address in page.addresses:
            if not _leads_somewhere(path, address, site, pages):
                broken.append(f"{path.relative_to(site)}: {address}")
    return broken


def _leads_somewhere(path: Path, address: str, site: Path, pages: dict[Path, _Page]) -> bool:
    parts = urlsplit(address)
    if parts.scheme or parts.netloc:
        return True
    start = site if parts.path.startswith("/") else path.parent
    target = (start / unquote(parts.path).lstrip("/")).resolve() if parts.path else path
    if target.is_dir():
        target = target / "index.html"
    if not target.is_file():
        return False
    page = pages.get(target)
    return not parts.fragment or page is None or unquote(parts.fragment) in page.anchors


def outside_sources(site: Path) -> list[str]:
    """Scripts, styles, fonts and pictures that pages fetch from other computers, as texts "page: address"."""
    found: list[str] = []
    for path in sorted(site.rglob("*.html")):
        page = _Loaded()
        page.feed(path.read_text(encoding="utf-8"))
        found += [f"{path.relative_to(site)}: {address}" for address in page.addresses if "//" in address[:8]]
    return found


class _Loaded(HTMLParser):
    """Addresses that a browser fetches by itself."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Called for each element."""
        values = dict(attrs)
        if tag in ("script", "img", "iframe") and values.get("src"):
            self.addresses.append(str(values["src"]))
        if tag == "link" and values.get("rel") in ("stylesheet", "icon", "preload") and values.get("href"):
            self.addresses.append(str(values["href"]))
