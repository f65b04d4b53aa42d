"""The pages, one folder each: `page.py` with its `PAGE`, the template, and what it needs beside them."""

import importlib
import pkgutil
from functools import cache

from plantigrade.web.page import Page


@cache
def pages() -> tuple[Page, ...]:
    """All pages, by the names of their folders.

    Example:
        >>> any(page.path == "/" for page in pages())
        True
    """
    names = sorted(found.name for found in pkgutil.iter_modules(__path__) if found.ispkg)
    return tuple(importlib.import_module(f"{__name__}.{name}.page").PAGE for name in names)
