"""Templates hold markup alone: no words, no styles, no scripts, and htmx only with the response's nonce."""

import ast
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.host.web.words.words_in_use import WEB, modules, templates

JINJA = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
SPOKEN = ("aria-label", "aria-description", "title", "placeholder", "alt")
OUR_NAME = "Plantigrade"
STATIC_PAGE = WEB / "phone/app"
"""Files that any web server can serve: no nonce is made there, and scripts are those of its own folder."""
HTMX_AS_PLANNED = re.compile(
    r"hx-(get|post|trigger|target|swap|nonce|select|push-url|include|sync|status:\w+|encoding|indicator)"
)


class Markup(HTMLParser):
    """What stands in a template."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.texts: list[str] = []
        self._inside = ""
        self.feed(JINJA.sub("", text))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        self._inside = tag

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside not in ("script", "style"):
            self.texts.append(data)


def is_data(attributes: dict[str, str]) -> bool:
    """A block of JSON, which browsers do not run."""
    return attributes.get("type") == "application/json"


@pytest.mark.style
@pytest.mark.parametrize("path", templates(), ids=lambda path: path.relative_to(WEB).as_posix())
class TestOfATemplate:
    """One template."""

    def test_it_has_no_words_of_its_own(self, path: Path) -> None:
        markup = Markup(path.read_text("utf-8"))
        spoken = [attributes.get(name, "") for _, attributes in markup.tags for name in SPOKEN]
        texts = [text.strip() for text in (*markup.texts, *spoken) if re.search(r"[^\W\d_]{2}", text)]
        assert [text for text in texts if text != OUR_NAME] == []

    def test_it_has_no_styles_and_no_scripts_of_its_own(self, path: Path) -> None:
        markup = Markup(path.read_text("utf-8"))
        for tag, attributes in markup.tags:
            assert tag not in ("style", "base", "iframe", "object", "embed")
            assert "style" not in attributes
            assert not [name for name in attributes if name.startswith("on")]
            assert tag != "script" or "src" in attributes or is_data(attributes), "scripts are files"

    def test_scripts_and_htmx_carry_the_nonce(self, path: Path) -> None:
        for tag, attributes in Markup(path.read_text("utf-8")).tags:
            plain = path.parent == STATIC_PAGE or is_data(attributes)
            assert tag != "script" or "nonce" in attributes or plain
            used = [name for name in attributes if name.startswith("hx-")]
            assert not used or "hx-nonce" in attributes
            assert [name for name in used if not HTMX_AS_PLANNED.fullmatch(name)] == []

    def test_forms_are_posted_here(self, path: Path) -> None:
        for tag, attributes in Markup(path.read_text("utf-8")).tags:
            if tag == "form":
                assert attributes.get("method", "get") in ("post", "get", "dialog")
                assert "//" not in attributes.get("action", "")

    def test_nothing_is_marked_as_safe_but_our_own_drawings(self, path: Path) -> None:
        named = re.findall(r"\|\s*safe\b", path.read_text("utf-8"))
        assert not named or path.name == "icons.html"


def sentences(tree: ast.AST) -> list[str]:
    """Strings of three words and more that could reach a person, docstrings and errors aside."""
    quiet: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            for one in node.body:
                if isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant):
                    quiet.add(id(one.value))
        elif isinstance(node, ast.Raise | ast.Assert) or _is_log(node):
            quiet |= {id(one) for one in ast.walk(node)}
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in quiet
        and re.fullmatch(r"[A-Z][a-z]+( [\w,.'-]+){2,}", node.value.strip())
    ]


def _is_log(node: ast.AST) -> bool:
    called = node.func if isinstance(node, ast.Call) else None
    logger = called.value if isinstance(called, ast.Attribute) else None
    return isinstance(logger, ast.Name) and "log" in logger.id


@pytest.mark.style
@pytest.mark.parametrize(
    "path",
    [path for path in modules() if "pages" in path.relative_to(WEB).parts],
    ids=lambda path: path.relative_to(WEB).as_posix(),
)
def test_a_page_s_code_has_no_words_of_its_own(path: Path) -> None:
    # Attribute docstrings stand as expressions too and are left out above only in bodies of classes.
    tree = ast.parse(path.read_text("utf-8"))
    assert sentences(tree) == []


def test_the_search_for_sentences_finds_some() -> None:
    tree = ast.parse('"""A docstring of words."""\nx = "Save this now"\nraise E("Not this one here")')
    assert sentences(tree) == ["Save this now"]
