"""The glossary names what exists, retired words appear nowhere, the map of the packages is the linter's."""

import io
import re
import subprocess
import tokenize
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
GLOSSARY = ROOT / "docs/reference/glossary.md"

RETIRED_NAMES = frozenset(
    re.findall(
        r"\w+",
        """books doubt doubts exchange flank flanks handover hole holes intake keeper keepers kept rim said
        student students told whole words""",
    )
)
"""Parts of identifiers and of file names that are retired."""

ALLOWED_NAMES = {
    "books_sha256": "a column of the catalogue, fixed on disk",
    "break_long_words": "an argument of Python's textwrap",
    "exchange_mtu": "Bluetooth's name of that procedure",
    "flank_s": "a setting that `analyze --json` writes",
    "NOT_KEPT": "`log_full_not_kept` of PROTOCOL.md section 5",
    "LOG_FULL_NOT_KEPT": "`log_full_not_kept` of PROTOCOL.md section 5",
    "not_kept": "`log_full_not_kept` of PROTOCOL.md section 5",
    "RICE_WHOLE": "the coding of PROTOCOL.md that covers a record as a whole",
    "words_of_the_project": "words of English that tests are written in",
}

ALLOWED_IN_FILES = {
    "exchange": r"parcels/stream|parcel_vectors",  # a method of `cryptography`
    "take_words": r"lsm6dso|motion_ops",  # FIFO words of the data sheet
    "_MOST_WORDS": r"lsm6dso",
    "CAPACITY_WORDS": r"lsm6dso",
    "words": r"insole_protocol/kernels|lsm6dso|motion_ops|"  # words of the machine
    r"posture/(actions|baseline/before_after|diary/)|terminal_tables|report/visit|"  # a key of JSON documents
    r"test_(compare_by_hand|diary_and_compare|diary_command|entry_text)",
    "Words": r"insole_protocol/kernels",  # words of the machine
    "whole": r"insole_protocol/(kernels|codec_viper)",  # of RICE_WHOLE
    "whole_at": r"insole_protocol/(kernels|codec_viper)",
    "WHOLE_AT": r"insole_protocol/kernels",
    "whole_low": r"insole_protocol/(kernels|codec_viper)",
    "whole_unary": r"insole_protocol/(kernels|codec_viper)",
}

THE_PAGES = re.compile(
    r"plantigrade/web/|host/web/|tests/web/|tools/(web_|measure_|fuzz_pages)|test_translations"
)
"""In the pages `words` are the texts of a page in the reader's language (`web/words`)."""

RETIRED_TEXTS = re.compile(
    r"""\b(
    (?<!rule\ )books | keepers? | handover | intake
    | (is|are|was|were|be|and)\ kept | kept\ quiet | holes?\ (is|are|in\ the|that) | flanks? | rim
    | doubts? | in\ words | without\ a\ word | note(s|d)?\ down
    | (did|does)\ not\ prove | under\ the\ pen | manners | the\ like\ of | bears\ being | lives\ through
    | counted\ on\ different | bulk\ decoder | looks?\ for\ holes | (is|are)\ said\ in
    )\b""",
    re.IGNORECASE | re.VERBOSE,
)

ALLOWED_TEXTS = (
    r"holes? (?:is|are|in the|that)[^.]*(?:board|pad|via|case)",  # hardware has holes
    r"is kept (?:apart|constant|in step)",
    r"silicone seal",
)


def files(*patterns: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", *patterns], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    return [ROOT / name for name in listed if (ROOT / name).is_file()]


def rows(heading: str) -> list[list[str]]:
    """The cells of the first table below a heading of the glossary."""
    below = GLOSSARY.read_text("utf-8").split(f"# {heading}\n", 1)[1]
    table = re.search(r"\|[- |]+\|\n((?:\|.*\|\n)+)", below)
    assert table is not None, heading
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in table[1].splitlines()]


def tokens(text: str) -> Iterator[tokenize.TokenInfo]:
    yield from tokenize.generate_tokens(io.StringIO(text).readline)


def retired_names(text: str, retired: frozenset[str] = RETIRED_NAMES) -> set[str]:
    """Identifiers of a source with a retired part. Names of tests are sentences and stay out."""
    candidates = {word for word in set(re.findall(r"[^\W\d]\w*", text)) if has_part_of(word, retired)}
    if not candidates:  # of identifiers, comments and texts; to tell them apart takes a hundred times as long
        return set()
    return {
        token.string for token in tokens(text) if token.type == tokenize.NAME and token.string in candidates
    }


@cache
def has_part_of(name: str, retired: frozenset[str]) -> bool:
    if name.startswith(("test_", "Test")) or name in ALLOWED_NAMES:
        return False
    parts = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name).lower().split("_")
    return not retired.isdisjoint(parts)


def retired_in(path: str) -> frozenset[str]:
    """The retired parts of names in a file."""
    return RETIRED_NAMES - {"words"} if THE_PAGES.search(path) else RETIRED_NAMES


def retired_texts(text: str) -> list[str]:
    """Passages of a text with a retired word."""
    text = re.sub(r"`[^`\n]*`", "``", text)  # names of code are the other test's
    found = (text[max(hit.start() - 40, 0) : hit.end() + 40] for hit in RETIRED_TEXTS.finditer(text))
    return [" ".join(part.split()) for part in found if not any(re.search(p, part) for p in ALLOWED_TEXTS)]


def prose(source: str) -> str:
    """Comments, docstrings and messages of a source; nothing if no retired word is anywhere in it."""
    if not RETIRED_TEXTS.search(source):  # to tell names, comments and texts apart takes ten times as long
        return ""
    kinds = (tokenize.STRING, tokenize.COMMENT)
    return "\n".join(token.string for token in tokens(source) if token.type in kinds and " " in token.string)


def home_exists(home: str) -> bool:
    base = ROOT / "shared" if home.startswith("insole_protocol") else ROOT / "host/plantigrade"
    path = ROOT / home if "/" in home else base / home.replace(".", "/")
    return path.exists() or path.with_suffix(".py").exists()


@pytest.mark.style
def test_every_term_has_a_home_and_they_are_sorted() -> None:
    table = rows("Glossary")
    assert all(len(row) == 5 and all(row) for row in table)
    assert [row[0] for row in table] == sorted((row[0] for row in table), key=str.lower)
    assert [row[3] for row in table if not home_exists(row[3].strip("`"))] == []
    assert not home_exists("bridge.keeper") and not home_exists("docs/none.md")
    retired = [row[0] for row in rows("Retired words")]
    assert retired == sorted(retired, key=str.lower)


CODE = files("host/*.py", "shared/*.py", "firmware/*.py", "tools/*.py", "tests/*.py")


@pytest.mark.style
def test_no_identifier_is_a_retired_word() -> None:
    found = {
        path: retired_names((ROOT / path).read_text("utf-8"), retired_in(path))
        for path in (str(path.relative_to(ROOT)) for path in CODE)
    }
    left = {
        path: [name for name in sorted(names) if not re.search(ALLOWED_IN_FILES.get(name, r"\Z\A."), path)]
        for path, names in found.items()
    }
    assert {path: names for path, names in left.items() if names} == {}


@pytest.mark.style
def test_no_file_is_called_by_a_retired_word() -> None:
    paths = [path.relative_to(ROOT) for path in CODE]
    parts = {path: set(re.split(r"[_/.]", str(path))) for path in paths if path.name != Path(__file__).name}
    assert [str(path) for path, names in parts.items() if names & retired_in(str(path))] == []


@pytest.mark.style
def test_no_message_and_no_page_holds_a_retired_word() -> None:
    sources = [path for path in CODE if path.relative_to(ROOT).parts[0] != "tests"]
    texts = {path: prose(path.read_text("utf-8")) for path in sources}
    pages = files("docs/*.md", "README.md", "CONTRIBUTING.md", "shared/*.md", "host/*.toml")
    texts |= {path: path.read_text("utf-8") for path in pages if path != GLOSSARY}
    found = {str(path.relative_to(ROOT)): retired_texts(text) for path, text in texts.items()}
    assert {path: passages for path, passages in found.items() if passages} == {}


@pytest.mark.style
def test_retired_words_are_noticed() -> None:
    assert retired_names("def said(hole_first): return KEPT + RuleBooks.whole") == {
        "said",
        "hole_first",
        "KEPT",
        "RuleBooks",
        "whole",
    }
    assert retired_names("books_sha256 = gap_first = saidness") == set()
    assert retired_texts("Its books do not balance.") and retired_texts("It is kept quiet.")
    assert retired_texts("The result is stored; `seal` is a name.") == []
    assert (
        prose('x = f(1)  # the rim of it\nraise ValueError("not in words")')
        == '# the rim of it\n"not in words"'
    )


@pytest.mark.style
def test_the_map_of_the_packages_is_the_linters() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    layers = next(one for one in contracts if one["type"] == "layers")["layers"]
    page = (ROOT / "docs/explanation/architecture.md").read_text("utf-8")
    drawn = [
        re.findall(r"`(\w+)`", line.split("|")[1]) for line in re.findall(r"^\| `.*$", page, re.MULTILINE)
    ]
    assert drawn == [*(line.split(" | ") for line in layers), ["insole_protocol"]]
