"""The paper code of a library's keys: as text, and as a page with a QR code of each, set by typst."""

import io
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from plantigrade.errors import MissingPartError, PlantigradeError
from plantigrade.files.atomic_write import new_file
from plantigrade.keys.errors import KeysError
from plantigrade.library.keys.typed_code import PAPER_CODE
from plantigrade.library.keys.vault import MasterKey

TEMPLATE: Final = Path(__file__).with_name("paper.typ")
PART: Final = "provision"


def code_of(key: MasterKey) -> str:
    """The paper code of a key.

    Raises:
        KeysError: the key was written by hand in a way that its 32 bytes do not lead back to.
    """
    if MasterKey.from_bytes(key.secret) != key:
        raise KeysError(
            f"key {key.id} is no plain base64 and cannot be brought onto paper; `plantigrade sessions keys "
            "new` makes one that can"
        )
    return PAPER_CODE.write(key.secret)


def qr_svg(text: str) -> str:
    """A QR code of high redundancy: paper gets folds and stains.

    Raises:
        MissingPartError: segno is not installed.
    """
    drawn = io.BytesIO()
    qr_code(text).save(drawn, kind="svg", scale=1, border=4, dark="black", light="white", xmldecl=False)
    return drawn.getvalue().decode()


def qr_code(text: str, redundancy: str = "q") -> Any:
    """A QR code as segno has it. Our codes are of its alphabet, so that they stay small.

    Args:
        text: what it says.
        redundancy: l, m, q or h: 7, 15, 25 or 30 % of it may be damaged.

    Raises:
        MissingPartError: segno is not installed.
        KeysError: no QR code has room for so much.
    """
    try:
        import segno
    except ImportError as error:
        raise MissingPartError("a QR code", PART, str(error.name)) from error
    try:
        return segno.make(text, error=redundancy, boost_error=False, micro=False)
    except segno.DataOverflowError as error:
        raise KeysError(f"{len(text)} characters are too many for a QR code; write a file instead") from error


def write_qr(text: str, path: Path, redundancy: str = "q", scale: int = 8) -> None:
    """Write a QR code as a picture that only its owner reads.

    Args:
        text: what it says.
        path: a name that ends in .png or .svg.
        redundancy: see `qr_code`.
        scale: pixels of a module.

    Raises:
        FileError: it cannot be written.
        KeysError, MissingPartError: see `qr_code`.
    """
    drawn = qr_code(text, redundancy)
    with new_file(path) as draft:
        draft.touch(mode=0o600)
        drawn.save(str(draft), kind=path.suffix.lower().removeprefix("."), scale=scale, border=4)


def write_paper(library: str, keys: Sequence[MasterKey], path: Path) -> None:
    """Write a page with the paper codes as PDF, which only its owner reads.

    Args:
        library: its identifier.
        keys: of the library, the one that encrypts first.
        path: of the page.

    Raises:
        MissingPartError: segno, typst or the fonts are not installed.
        FileError: it cannot be written.
    """
    codes = [code_of(key) for key in keys]
    values = {
        "library": library,
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "keys": [
            {"id": key.id, "groups": code.split("-"), "code": code}
            for key, code in zip(keys, codes, strict=True)
        ],
    }
    files = {
        "main.typ": TEMPLATE.read_bytes(),
        "values.json": json.dumps(values).encode(),
        **{f"qr-{number}.svg": qr_svg(code).encode() for number, code in enumerate(codes)},
    }
    page = _set(files)
    with new_file(path) as draft:
        draft.touch(mode=0o600)
        draft.write_bytes(page)


def _set(files: dict[str, bytes]) -> bytes:
    try:
        import matplotlib as mpl
        import typst
    except ImportError as error:
        raise MissingPartError("the paper", PART, str(error.name)) from error
    fonts = [Path(mpl.get_data_path()) / "fonts" / "ttf"]
    compile_files: Any = typst.compile
    try:
        done: bytes | list[bytes] = compile_files(files, format="pdf", font_paths=fonts)
    except RuntimeError as error:
        raise PlantigradeError(f"the paper could not be set: {error}") from error
    return done[0] if isinstance(done, list) else done
