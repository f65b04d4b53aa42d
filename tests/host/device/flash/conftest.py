"""What goes onto each board, made once."""

import pytest
from plantigrade.device.flash.flashing import Contents, make_contents


@pytest.fixture(scope="session")
def contents() -> Contents:
    """The made-up image and the firmware for the virtual board."""
    return make_contents(None, None)
