"""Label, card and report: the code on each is read back by a decoder, and no secret is in any of them."""

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
import typst
import zxingcpp
from PIL import Image
from plantigrade.device.provision import result_file
from plantigrade.device.provision.papers import Label, label_of, write_papers
from plantigrade.device.provision.record import InsoleIdentity, Origin
from plantigrade.device.provision.steps import Made, Outcome, Step
from pypdf import PdfReader

from tests.host.device.provision.made import SERIAL, identity

SCALE = {"label": 6.0, "card": 4.0, "report": 2.0}
MM = {"label": (30, 54), "card": (85.6, 54), "report": (210, 297)}


def papers(identity: InsoleIdentity, folder: Path) -> dict[str, Path]:
    made = Made(Outcome.MADE, identity, Origin.GENUINE, "01020304", 1, {Step.FLASH: "was there"}, 1.0)
    return {path.name: path for path in write_papers(identity, result_file.report_values(made), folder)}


def codes(image: Any) -> list[str]:
    return [found.text for found in zxingcpp.read_barcodes(image)]


def drawn(svg: Path, tmp_path: Path) -> Any:
    """An SVG as pixels."""
    compile_files: Any = typst.compile
    source = b'#set page(width: auto, height: auto, margin: 5mm)\n#image("paper.svg")'
    png = compile_files({"main.typ": source, "paper.svg": svg.read_bytes()}, format="png", ppi=300.0)
    return Image.open(io.BytesIO(png))


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return papers(identity(), tmp_path_factory.mktemp("papers"))


@pytest.mark.parametrize("kind", ["label", "card", "report"])
def test_the_code_of_a_pdf_is_read_back(written: dict[str, Path], kind: str) -> None:
    document = pypdfium2.PdfDocument(written[f"{kind}.pdf"])
    try:
        assert len(document) == 1, "each is one page"
        width, height = document[0].get_size()
        assert (width / 72 * 25.4, height / 72 * 25.4) == pytest.approx(MM[kind], abs=0.1)
        image = document[0].render(scale=SCALE[kind]).to_pil()
        assert codes(image) == ["PG1:246F287A3F01:L42.5:SPRING-1"]
    finally:
        document.close()


@pytest.mark.parametrize("kind", ["label", "card"])
def test_the_code_of_an_svg_is_read_back(written: dict[str, Path], kind: str, tmp_path: Path) -> None:
    assert codes(drawn(written[f"{kind}.svg"], tmp_path)) == ["PG1:246F287A3F01:L42.5:SPRING-1"]


def test_the_longest_batch_code_still_fits_the_label(tmp_path: Path) -> None:
    long = replace(identity(), batch="W" * 20, side="right", size_eu=47.5, label="W" * 20)
    found = papers(long, tmp_path)
    document = pypdfium2.PdfDocument(found["label.pdf"])
    try:
        assert len(document) == 1
        assert codes(document[0].render(scale=6.0).to_pil()) == [label_of(long).text]
    finally:
        document.close()


def test_what_people_read_stands_on_each(written: dict[str, Path]) -> None:
    for kind in ("label", "card", "report"):
        text = PdfReader(written[f"{kind}.pdf"]).pages[0].extract_text()
        assert "left" in text and "42.5" in text and "SPRING-1" in text, kind
    report = PdfReader(written["report.pdf"]).pages[0].extract_text()
    assert SERIAL in report and "ab" * 32 in report and "mth5" in report and "was there" in report


def test_the_same_insole_gets_the_same_label() -> None:
    assert Label("246F287A3F01", "right", 42.0, "B").text == "PG1:246F287A3F01:R42:B"
