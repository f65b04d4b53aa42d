"""The pictures of README and docs are those that the tool takes, and small."""

import re
from pathlib import Path

import pytest

from tools.web_pictures.of_docs import FOLDER, MOST_BYTES, PICTURES, DocsPicture

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def test_every_picture_in_the_folder_is_one_that_the_tool_takes() -> None:
    assert {path.name for path in FOLDER.iterdir()} == {picture.path.name for picture in PICTURES}


@pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: picture.name)
def test_a_picture_is_a_small_png(picture: DocsPicture) -> None:
    content = picture.path.read_bytes()
    assert content.startswith(b"\x89PNG")
    assert len(content) <= MOST_BYTES


def test_pages_show_only_pictures_that_there_are() -> None:
    for page in PAGES:
        for name in re.findall(r"\((?:\.\./|docs/)*pictures/pages/([\w-]+\.png)\)", page.read_text("utf-8")):
            assert (FOLDER / name).is_file(), f"{page.name} shows {name}"
