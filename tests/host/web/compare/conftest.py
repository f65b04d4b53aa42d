"""A site with walks."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from plantigrade.library.catalogue.library import Library

from tests.host.web.walk_kit import walked_library


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    """With walks of two people."""
    yield from walked_library(tmp_path / "data")
