"""The pages, one folder each: `page.py` with its `PAGE`, the template, and what it needs beside them."""

import importlib
from functools import cache
from pathlib import Path

from plantigrade.web.page import Page


@cache
def pages() -> tuple[Page, ...]:
    """All pages, by the names of their folders.

    Example:
        >>> any(page.path == "/" for page in pages())
        True
    """
    names = sorted(path.parent.name for path in Path(__file__).parent.glob("*/page.py"))
    return tuple(importlib.import_module(f"{__name__}.{name}.page").PAGE for name in names)
