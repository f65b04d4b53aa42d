"""What is built into MicroPython's own image; a manifest is run by its build, which brings these functions.

Frozen modules come before /lib when something is imported, so what is frozen cannot be replaced over the
air: only what starts the file system, and MicroPython's event loop. The insole's firmware is in the file
system, compiled by mpy-cross (`plantigrade.firmware_image.build`).
"""

freeze("modules")  # noqa: F821
include("$(MPY_DIR)/extmod/asyncio")  # noqa: F821
