"""Templates: they escape by themselves, find words, icons and files, and hold no logic beyond showing."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import jinja2

from plantigrade.web.assets import asset_url
from plantigrade.web.remarks import remark_of

FOLDER = Path(__file__).parent


@cache
def environment() -> jinja2.Environment:
    """The templates of this package. A name that a template does not know is a defect, not an empty text."""
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def render(template: str, values: Mapping[str, Any]) -> str:
    """A page or a part of one.

    Example:
        >>> render("layout/wordmark.html", {}).startswith("<svg")
        True
    """
    return environment().get_template(template).render({"asset": asset_url, "remark_of": remark_of, **values})
