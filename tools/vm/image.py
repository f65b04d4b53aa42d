"""The boot files of the virtual machine: a kernel and an initial file system of busybox and a few drivers."""

import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import platformdirs

HERE = Path(__file__).resolve().parent
_INSTALL_TIMEOUT_S = 300
_MODULES = (
    "virtio_pci",
    "virtio_console",
    "9pnet_virtio",
    "9p",
    # the random generator that ecdh wants must be there before it
    "sha512_generic",
    "sha3_generic",
    "jitterentropy_rng",
    "drbg",
    "ctr",
    "cmac",
    "ecb",
    "aes_generic",
    "ecdh_generic",
    "bluetooth",
    "hci_vhci",
    "uhid",
)
_PATH = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin", "/usr/libexec/bluetooth"])


class VmUnavailableError(Exception):
    """The machine cannot run here; the text says why and what to do."""


@dataclass(frozen=True)
class BootFiles:
    """What QEMU needs."""

    kernel: Path
    initramfs: Path


def cache_folder() -> Path:
    """Where kernel and initial file system are stored."""
    return Path(platformdirs.user_cache_dir("plantigrade", appauthor=False)) / "vm"


def boot_files() -> BootFiles:
    """Kernel and initial file system; fetched and built when missing.

    Raises:
        VmUnavailableError: a package cannot be had.
    """
    cache = cache_folder()
    _install(cache)
    kernel = cache / "kernel"
    initramfs = cache / "initramfs.img"
    newest = max(
        path.stat().st_mtime for path in (HERE / "guest" / "init", Path(__file__), kernel / "release")
    )
    if not initramfs.exists() or initramfs.stat().st_mtime < newest:
        _build_initramfs(kernel, initramfs)
    return BootFiles(kernel / "vmlinuz", initramfs)


def _install(cache: Path) -> None:
    try:
        done = subprocess.run(
            [str(HERE / "install"), str(cache)],
            capture_output=True,
            text=True,
            timeout=_INSTALL_TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise VmUnavailableError(f"tools/vm/install took more than {_INSTALL_TIMEOUT_S} s") from None
    if done.returncode:
        message = (done.stderr.strip() or done.stdout.strip() or "no message").splitlines()[-1]
        raise VmUnavailableError(f"tools/vm/install: {message}")


def _module_files(kernel: Path) -> list[Path]:
    """Files of the drivers and of what they depend on, in the order of loading."""
    release = (kernel / "release").read_text().strip()
    found: dict[Path, None] = {}
    for module in _MODULES:
        done = subprocess.run(
            ["modprobe", "-d", str(kernel), "-S", release, "--show-depends", module],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "PATH": _PATH},
        )
        for line in done.stdout.splitlines():
            kind, _, path = line.strip().partition(" ")
            if kind == "insmod":
                found[Path(path.strip())] = None
    return list(found)


def _build_initramfs(kernel: Path, target: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name in ("bin", "dev", "proc", "sys", "tmp", "run", "etc", "modules"):
            (root / name).mkdir()
        busybox = shutil.which("busybox", path=_PATH)
        assert busybox is not None, "tools/vm/install has just seen to it"
        shutil.copy(busybox, root / "bin" / "busybox")
        shutil.copy(HERE / "guest" / "init", root / "init")
        (root / "init").chmod(0o755)
        modules = _module_files(kernel)
        for module in modules:
            shutil.copy(module, root / "modules")
        (root / "modules" / "order").write_text("".join(f"{module.name}\n" for module in modules))
        names = sorted(str(path.relative_to(root)) for path in root.rglob("*"))
        archive = subprocess.run(
            ["cpio", "--create", "--format=newc", "--quiet"],
            input="\n".join([".", *names]).encode(),
            cwd=root,
            stdout=subprocess.PIPE,
            check=True,
        )
        fresh = target.with_suffix(".new")
        fresh.write_bytes(archive.stdout)
        fresh.replace(target)
