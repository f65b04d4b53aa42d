"""The chip's `asyncio` as far as firmware uses it. The port's own hands its tasks to the browser's loop,
which knows nothing of a test's clock."""

from asyncio import core  # noqa: F401
from asyncio.core import *  # noqa: F403
