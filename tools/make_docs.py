"""Bring the generated pages up to date and write the documentation as web pages: `make docs`.

Pages made from code (commands, sensor places) are regenerated first. Then every Markdown page of the project
becomes `build/docs/.../NAME.html`, links between pages included; pictures are copied.
"""

import argparse
import html
import re
import shutil
import subprocess
import sys
from pathlib import Path

from markdown_it import MarkdownIt

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "build" / "docs"
GENERATORS = (
    "tools.generate_layout",
    "tools.make_cli_reference",
    "tools.parameters_page",
    "tools.make_tables",
)
ROOMS = ("docs", "shared", "hardware")
LOCAL_PAGE = re.compile(r'(<a href="(?!https?:|mailto:|#)[^"#]+)\.md(["#])')
STYLE = (
    "body{max-width:52em;margin:2em auto;padding:0 1em;font-family:sans-serif;line-height:1.5}"
    "table{border-collapse:collapse}td,th{border:1px solid #999;padding:.2em .5em;text-align:left}"
    "pre{background:#f3f3f3;padding:.7em;overflow-x:auto}img{max-width:100%}"
)


def pages(root: Path) -> list[Path]:
    """Every Markdown page that readers are led to."""
    found = [*root.glob("*.md"), *(p for room in ROOMS for p in (root / room).rglob("*.md"))]
    return sorted(p for p in found if "build" not in p.relative_to(root).parts)


def as_html(text: str, fallback_title: str) -> str:
    """One page: its Markdown (tables included) in a plain, readable frame."""
    heading = re.search(r"^# (.+)$", text, re.MULTILINE)
    title = heading.group(1) if heading else fallback_title
    body = LOCAL_PAGE.sub(r"\1.html\2", MarkdownIt("commonmark").enable("table").render(text))
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{html.escape(title)}</title>'
        f"<style>{STYLE}</style></head>\n<body>\n{body}</body></html>\n"
    )


def write(root: Path, target: Path) -> int:
    """Write all pages and pictures below `target`; returns the number of pages."""
    shutil.rmtree(target, ignore_errors=True)
    found = pages(root)
    for page in found:
        place = (target / page.relative_to(root)).with_suffix(".html")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(as_html(page.read_text(encoding="utf-8"), page.stem), encoding="utf-8")
    shutil.copytree(root / "docs" / "pictures", target / "docs" / "pictures")
    return len(found)


def main() -> int:
    """Regenerate, then write; the exit code of the first generator that fails."""
    parser = argparse.ArgumentParser(prog="make docs", description=__doc__)
    parser.parse_args()
    for module in GENERATORS:
        code = subprocess.run([sys.executable, "-m", module], cwd=ROOT, check=False).returncode
        if code:
            return code
    count = write(ROOT, TARGET)
    print(f"{count} pages in {(TARGET / 'README.html').relative_to(ROOT)} and around it")
    return 0


if __name__ == "__main__":
    sys.exit(main())
