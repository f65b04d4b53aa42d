"""Docstrings on their way into the site: examples as code, pages that they name as links."""

import re
from typing import Any

import griffe

EXAMPLE = re.compile(r"^(\s*)Example:\s*$", re.MULTILINE)
PAGE = re.compile(r"(?<![/\w(\[])docs/([\w-]+)/([\w-]+)\.md")


def as_site(text: str) -> str:
    """The text of a docstring as the site shows it.

    Example:
        >>> as_site("Axes: docs/reference/coordinates.md.")
        'Axes: [coordinates](../reference/coordinates.md).'
    """
    return PAGE.sub(r"[\2](../\1/\2.md)", EXAMPLE.sub(r"\1Examples:", text))


class SiteDocstrings(griffe.Extension):
    """Applies `as_site` to every docstring that is shown."""

    def on_object(self, *, obj: griffe.Object, **_more: Any) -> None:
        """Called by griffe for each function, class, attribute and module."""
        if obj.docstring is not None:
            obj.docstring.value = as_site(obj.docstring.value)
