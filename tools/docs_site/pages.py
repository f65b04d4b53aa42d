"""The tree that the site is made of: pages, what they link to, and their order in the menu."""

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

ROOMS = ("docs", "shared", "hardware")
LINK = re.compile(r"(!?\[[^\]]*\])\((?!https?:|mailto:|#)([^)#\s]+)(#[^)\s]*)?\)")
TESTED_BLOCK = re.compile(r"^```sh test$", re.MULTILINE)
NOTEBOOK_LINK = re.compile(r"(\]\((?!https?:)[^)#\s]+)\.(?:md|ipynb)([)#])")
ENTRY = re.compile(r"^- \[(?P<title>.+?)\]\((?P<page>[^)]+)\)$", re.MULTILINE)
PROJECT = ("CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "shared/PROTOCOL.md", "hardware/README.md")
STYLE = Path(__file__).with_name("site.css")
Nav = list[dict[str, object]]


def pages(root: Path) -> list[Path]:
    """Every Markdown page that readers are led to, and every notebook."""
    found = [*root.glob("*.md"), *(p for room in ROOMS for p in (root / room).rglob("*.md"))]
    found += (root / "docs" / "notebooks").glob("*.ipynb")
    return sorted(p for p in found if "build" not in p.relative_to(root).parts)


def stage(root: Path, target: Path) -> int:
    """Copy all pages and what they link to below `target`; how many pages.

    A link to a folder of the sources becomes its name: a site has no page for it.
    """
    shutil.rmtree(target, ignore_errors=True)
    found = pages(root)
    for page in found:
        place = target / page.relative_to(root)
        place.parent.mkdir(parents=True, exist_ok=True)
        text = page.read_text(encoding="utf-8")
        place.write_text(_for_the_site(page, text), encoding="utf-8")
        for linked in _linked(page, text) if page.suffix == ".md" else ():
            if linked.is_relative_to(root) and linked.is_file() and linked not in found:
                copy = target / linked.relative_to(root)
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(linked, copy)
    shutil.copy(STYLE, target / "docs" / STYLE.name)
    return len(found)


def _for_the_site(page: Path, text: str) -> str:
    """The text of a page or a notebook as MkDocs needs it; in the repository it stands as it is."""
    if page.suffix != ".md":
        return NOTEBOOK_LINK.sub(r"\1.html\2", text)  # only links of pages are followed to their HTML
    text = TESTED_BLOCK.sub("```sh", text)
    return LINK.sub(lambda match: _link(match, page), text)


def _linked(page: Path, text: str) -> Iterator[Path]:
    for match in LINK.finditer(text):
        yield Path(os.path.normpath(page.parent / match.group(2)))


def _link(match: re.Match[str], page: Path) -> str:
    text, link = match.group(1), match.group(2)
    return text.removeprefix("[").removesuffix("]") if (page.parent / link).is_dir() else match.group(0)


def navigation(root: Path) -> Nav:
    """The menu: the sections of docs/README.md with their pages, then the project's own."""
    index = (root / "docs" / "README.md").read_text(encoding="utf-8")
    menu: Nav = [{"Plantigrade": ["README.md", {"All pages": "docs/README.md"}]}]
    for part in index.split("\n## ")[1:]:
        title, _, text = part.partition("\n")
        listed = [
            {match["title"].replace("`", ""): f"docs/{match['page']}"} for match in ENTRY.finditer(text)
        ]
        menu.append({title.strip(): listed})
    menu.append({"Project": [{title_of(root / page): page} for page in PROJECT if (root / page).exists()]})
    return menu


def title_of(page: Path) -> str:
    """The first heading of a page."""
    heading = re.search(r"^# (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return heading.group(1) if heading else page.stem
