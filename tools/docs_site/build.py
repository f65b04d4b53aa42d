# MkDocs is typed in part.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false
"""The site from the tree of pages."""

import logging
import os
from pathlib import Path

from tools.docs_site.pages import navigation

CONFIG = Path(__file__).with_name("mkdocs.yml")


def build(root: Path, staged: Path, target: Path) -> None:
    """Make the site below `target`.

    Args:
        root: of the project; its docs/README.md gives the menu.
        staged: the tree of `pages.stage`.
        target: emptied first.

    Raises:
        mkdocs.exceptions.Abort: a link or an anchor leads nowhere, or a name of the Python interface is not
        found; the
            log says which.
    """
    os.environ.setdefault("NO_MKDOCS_2_WARNING", "1")
    os.environ.setdefault("DISABLE_MKDOCS_2_WARNING", "true")
    from mkdocs.commands.build import build as make
    from mkdocs.config import load_config

    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(message)s")
    config = load_config(
        config_file=str(CONFIG),
        docs_dir=str(staged),
        site_dir=str(target),
        nav=navigation(root),
        strict=True,
    )
    make(config)
