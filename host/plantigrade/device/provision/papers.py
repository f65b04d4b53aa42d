"""Label, card and report of an insole: SVG and PDF, set by typst; nothing secret stands in any of them."""

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Literal

from plantigrade.device.provision import settings
from plantigrade.device.provision.record import InsoleIdentity
from plantigrade.errors import MissingPartError, PlantigradeError
from plantigrade.files.atomic_write import new_file

try:
    import matplotlib as mpl
    import segno
    import typst
except ImportError as error:
    raise MissingPartError("labels and reports of insoles", "provision", str(error.name)) from error

TEMPLATE: Final = Path(__file__).with_name("papers.typ")
QR_PREFIX: Final = "PG1"
_SERIAL_PADDING: Final = "0000"


@dataclass(frozen=True)
class Label:
    """What the QR code on an insole says.

    Attributes:
        mac: 12 hexadecimal digits.
        side: "left" or "right", at birth.
        size_eu: EU size.
        batch: code.
    """

    mac: str
    side: str
    size_eu: float
    batch: str

    @property
    def text(self) -> str:
        """What is read from the code: capitals, so that it stays small.

        >>> Label("246F287A3F01", "left", 42.5, "SPRING-1").text
        'PG1:246F287A3F01:L42.5:SPRING-1'
        """
        return f"{QR_PREFIX}:{self.mac}:{self.side[0].upper()}{self.size_eu:g}:{self.batch}"


def label_of(identity: InsoleIdentity) -> Label:
    """The label of an insole."""
    return Label(
        identity.serial.removeprefix(_SERIAL_PADDING), identity.side, identity.size_eu, identity.batch
    )


def qr_svg(text: str) -> tuple[str, float]:
    """A QR code of medium redundancy as SVG, its quiet zone included, and its side in millimetres."""
    code = segno.make(text, error="m", boost_error=False, micro=False)
    drawn = io.BytesIO()
    code.save(drawn, kind="svg", scale=1, border=4, dark="black", light="white", xmldecl=False)
    modules = code.symbol_size(border=4)[0]
    return drawn.getvalue().decode(), modules * settings.QR_MODULE_MM


def write_papers(identity: InsoleIdentity, report: Mapping[str, Any], folder: Path) -> tuple[Path, ...]:
    """Write label and card as SVG and PDF, and the report as PDF, into a folder.

    Raises:
        PlantigradeError: one cannot be set, which is a defect of ours.
        FileError: one cannot be written.
    """
    made = datetime.fromisoformat(f"{identity.made_on}T00:00:00+00:00").astimezone(UTC)
    text = label_of(identity).text
    code, side_mm = qr_svg(text)
    values: dict[str, Any] = {
        "text": text,
        "qr_mm": side_mm,
        "label_mm": settings.LABEL_MM,
        "card_mm": settings.CARD_MM,
        "mac": label_of(identity).mac,
        "report": dict(report),
    }
    written: list[Path] = []
    for kind, forms in (("label", ("svg", "pdf")), ("card", ("svg", "pdf")), ("report", ("pdf",))):
        for form in forms:
            path = folder / f"{kind}.{form}"
            with new_file(path) as draft:
                draft.write_bytes(_set(values | {"kind": kind}, code, form, made))
            written.append(path)
    return tuple(written)


def _set(values: Mapping[str, Any], code: str, form: str, made: datetime) -> bytes:
    files = {
        "main.typ": TEMPLATE.read_bytes(),
        "values.json": json.dumps(values, ensure_ascii=False).encode(),
        "qr.svg": code.encode(),
    }
    fonts = [Path(mpl.get_data_path()) / "fonts" / "ttf"]
    compile_files: Any = typst.compile
    wanted: Literal["svg", "pdf"] = "svg" if form == "svg" else "pdf"
    try:
        done: bytes | list[bytes] = compile_files(files, format=wanted, font_paths=fonts, timestamp=made)
    except RuntimeError as error:
        raise PlantigradeError(f"the {values['kind']} could not be set: {error}") from error
    return done[0] if isinstance(done, list) else done
