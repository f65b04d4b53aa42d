"""What a printed report is made of, before it is set: plain values that the template lays out.

Every text is data. The template receives it as JSON and prints it as it is, so no name or note can act as
markup.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

REPLACEMENT = "\ufffd"


@dataclass(frozen=True)
class Cell:
    """A cell of a table: text, a second smaller line below it, and whether it stands out."""

    text: str
    below: str = ""
    strong: bool = False


@dataclass(frozen=True)
class Text:
    """A paragraph."""

    text: str
    look: Literal["plain", "strong", "small", "lead"] = "plain"
    kind: Literal["text"] = "text"


@dataclass(frozen=True)
class Heading:
    """A heading below the section's own."""

    text: str
    kind: Literal["heading"] = "heading"


@dataclass(frozen=True)
class Bullets:
    """A list; the first text of each item is printed bold where there is one."""

    items: Sequence[tuple[str, str]]
    small: bool = False
    kind: Literal["bullets"] = "bullets"


@dataclass(frozen=True)
class Facts:
    """Names with values, in two columns."""

    pairs: Sequence[tuple[str, str]]
    kind: Literal["facts"] = "facts"


@dataclass(frozen=True)
class Table:
    """A table with a head row; `texts` says which columns are text (left), the others are figures (right)."""

    head: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    texts: Sequence[int] = (0,)
    caption: str = ""
    wide: int | None = None
    kind: Literal["table"] = "table"


@dataclass(frozen=True)
class Picture:
    """A figure: SVG text, words for people who cannot see it, caption and share of the line."""

    svg: str
    alt: str
    caption: str
    share: float = 1.0


@dataclass(frozen=True)
class Pictures:
    """Pictures side by side."""

    pictures: Sequence[Picture]
    kind: Literal["pictures"] = "pictures"


Block = Text | Heading | Bullets | Facts | Table | Pictures


@dataclass(frozen=True)
class Section:
    """A heading with its blocks."""

    title: str
    blocks: Sequence[Block]


@dataclass(frozen=True)
class Document:
    """A whole report.

    Attributes:
        title: of the file, for readers and screen readers.
        language: ISO 639-1.
        footer, page_of: below each page; "{page}" and "{pages}" are filled in while setting.
        patient_title, patient_subtitle: of the first page.
        patient: its blocks.
        clinician_title: of the pages that follow.
        sections: their content.
    """

    title: str
    language: str
    footer: str
    page_of: str
    patient_title: str
    patient_subtitle: str
    patient: Sequence[Block]
    clinician_title: str
    sections: Sequence[Section]

    def as_data(self) -> dict[str, Any]:
        """Plain dictionaries and lists, every text made printable."""
        return _printable(asdict(self))


def printable(text: str) -> str:
    """A text without what no page can show or what would reorder it: control, format and unassigned
    characters become U+FFFD, line breaks spaces."""
    return "".join(_shown(character) for character in text)


def _shown(character: str) -> str:
    if character in "\n\r\t\u2028\u2029":
        return " "
    if character in "\u200c\u200d":  # joiners that some scripts spell with
        return character
    return REPLACEMENT if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Cn") else character


def _printable(value: Any) -> Any:
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, dict):
        return {key: entry if key == "svg" else _printable(entry) for key, entry in value.items()}  # pyright: ignore[reportUnknownVariableType]
    if isinstance(value, list | tuple):
        return [_printable(entry) for entry in value]  # pyright: ignore[reportUnknownVariableType]
    return value
