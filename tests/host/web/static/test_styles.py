"""Colours have one home; the dark ones stand twice and are the same."""

import re
from pathlib import Path

import plantigrade.web
import pytest

STATIC = Path(plantigrade.web.__file__).parent / "static"
TOKENS = (STATIC / "tokens.css").read_text()
HEX = re.compile(r"#(?:[0-9a-fA-F]{3,4}){1,2}\b")
OWN = [
    path
    for path in sorted(STATIC.rglob("*"))
    if path.suffix in (".css", ".js") and "vendor" not in path.parts and path.name != "tokens.css"
]


def declarations(block: str) -> dict[str, str]:
    """Custom properties of a block of CSS."""
    return dict(re.findall(r"(--[\w-]+):\s*([^;]+);", re.sub(r"/\*.*?\*/", "", block, flags=re.DOTALL)))


def block(selector: str) -> str:
    """What stands in the braces after a selector."""
    return TOKENS.split(f"{selector} {{", 1)[1].split("}", 1)[0]


def test_dark_colours_are_the_same_for_the_system_s_wish_and_for_the_reader_s() -> None:
    by_system = declarations(block(':root:not([data-theme="light"])'))
    by_reader = declarations(block(':root[data-theme="dark"]'))
    assert by_system == by_reader
    assert len(by_system) > 20


def test_every_colour_has_a_dark_one() -> None:
    light = declarations(block("\n:root"))
    dark = declarations(block(':root[data-theme="dark"]'))
    assert {name for name, value in light.items() if HEX.match(value)} <= dark.keys()


@pytest.mark.style
@pytest.mark.parametrize("path", OWN, ids=lambda path: path.relative_to(STATIC).as_posix())
def test_no_colour_outside_the_tokens(path: Path) -> None:
    assert HEX.findall(re.sub(r"(href|url)\S*", "", path.read_text())) == []


@pytest.mark.parametrize("name", [path.name for path in OWN if path.suffix == ".css"])
def test_styles_name_only_tokens_that_there_are(name: str) -> None:
    path = next(path for path in OWN if path.name == name)
    text = path.read_text()
    known = declarations(TOKENS).keys() | set(re.findall(r"(--[\w-]+)\s*:", text))
    assert set(re.findall(r"var\((--[\w-]+)", text)) - known == set()


@pytest.mark.style
@pytest.mark.parametrize(
    "path",
    [path for path in OWN if path.suffix == ".js"],
    ids=lambda path: path.relative_to(STATIC).as_posix(),
)
class TestOfAScript:
    """Our own scripts keep to the policy, and say nothing by themselves."""

    def test_it_makes_no_code_and_no_markup_from_text(self, path: Path) -> None:
        forbidden = (
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|"
            r"setAttribute\(\s*[\"']style|setTimeout\(\s*[\"']|parseFromString|localStorage"
        )
        assert re.findall(forbidden, path.read_text()) == []

    def test_its_words_come_from_the_page(self, path: Path) -> None:
        spoken = r"(?:textContent|innerText|ariaLabel|title|alert\()\s*[=(]\s*[\"'`][^\"'`$]*[A-Za-z]{3}"
        assert re.findall(spoken, path.read_text()) == []
