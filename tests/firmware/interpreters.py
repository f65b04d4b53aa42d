"""The two builds of MicroPython that the firmware's cases run on."""

import os
import subprocess
from enum import StrEnum
from functools import cache
from pathlib import Path

import pytest

from tests.firmware.micropython_run import HERE, SOURCES, run
from tools import micropython_wasm
from tools.micropython_wasm.install import install

HEAP_BYTES = 8 << 20
TIMEOUT_S = 180


class Build(StrEnum):
    """A build of the interpreter."""

    UNIX = "64-bit"
    """The one for this computer: small integers of 63 bits, machine code, littlefs."""
    WASM = "32-bit"
    """MicroPython's WebAssembly port: small integers of 31 bits, as on the ESP32; loops run as bytecode."""


@cache
def why_no_wasm() -> str:
    """Empty when the WebAssembly port can be run; else what is in the way."""
    try:
        install()
    except micropython_wasm.WasmUnavailableError as error:
        return str(error)
    return ""


def run_on(build: Build, script: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a script with the firmware in reach; skips the test where the build cannot be had and CI does not
    ask for it."""
    if build is Build.UNIX:
        return run(script, *arguments)
    if why := why_no_wasm():
        if os.environ.get(micropython_wasm.REQUIRED):
            pytest.fail(why)
        pytest.skip(why)
    return subprocess.run(
        micropython_wasm.command(script, arguments, HEAP_BYTES, (HERE / "wasm", *SOURCES)),
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
        cwd=HERE,
    )
