"""Opening a file: gzip, encodings, the head that recognising sees, caps, progress, refusals."""

import gzip
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from plantigrade.errors import FileError
from plantigrade.imports import source
from plantigrade.imports.source import Head, open_source

TEXT = "Größe,°\n1,2\n\n3,4\n"


def written(tmp_path: Path, content: bytes) -> Path:
    path = tmp_path / "walk"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
@pytest.mark.parametrize(
    ("written_as", "read_as"),
    [
        ("latin-1", "latin-1"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("utf-16-be", "utf-16"),
        ("utf-16-le", "utf-16"),
    ],
)
def test_text_in_each_encoding(tmp_path: Path, written_as: str, read_as: str, packed: bool):
    mark = "\ufeff" if written_as.endswith(("be", "le")) else ""
    content = (mark + TEXT).encode(written_as)
    path = written(tmp_path, gzip.compress(content) if packed else content)
    opened = open_source(path)
    assert (opened.path, opened.compressed, opened.encoding) == (path, packed, read_as)
    assert list(opened.lines()) == ["Größe,°\n", "1,2\n", "\n", "3,4\n"]
    head = opened.head()
    assert (head.path, head.raw, head.text, head.is_text) == (path, content, TEXT, True)
    with opened.open() as stream:
        assert stream.read() == content


def test_line_ends_of_all_systems_are_one(tmp_path: Path):
    assert list(open_source(written(tmp_path, b"a\r\nb\rc\nd")).lines()) == ["a\n", "b\n", "c\n", "d"]


def test_bytes_that_are_no_text_of_their_encoding_are_replaced(tmp_path: Path):
    path = written(tmp_path, b"\xef\xbb\xbfa\xffb\n")
    assert list(open_source(path).lines()) == ["a\ufffdb\n"]


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_characters_tell_utf_8_without_its_mark_from_latin_1(tmp_path: Path, encoding: str):
    assert list(open_source(written(tmp_path, "N/cm² für ö".encode(encoding))).lines()) == ["N/cm² für ö"]


def test_a_character_that_the_head_cuts_through_is_utf_8_still(tmp_path: Path):
    assert open_source(written(tmp_path, b"a" * 65535 + "ö".encode())).encoding == "utf-8"


def test_the_head_is_a_beginning_of_64_kib(tmp_path: Path):
    assert source.HEAD_BYTES == 65536
    head = open_source(written(tmp_path, b"\xff\xfe" + "öa".encode("utf-16-le") * 40_000)).head()
    assert len(head.raw) == 65536
    assert head.text == ("öa" * 16_384)[:-1]
    assert head.is_text


def test_a_zero_byte_makes_a_file_binary(tmp_path: Path):
    head = open_source(written(tmp_path, b"text\x00text")).head()
    assert (head.text, head.is_text, head.raw) == ("", False, b"text\x00text")


def test_the_first_lines_of_a_head_are_those_that_are_not_blank():
    head = Head(Path("x"), b"", "\n a \n\n\t\nb\r\nc\n")
    assert head.lines(2) == [" a ", "b"]
    assert head.lines(9) == [" a ", "b", "c"]
    assert head.lines(0) == []


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (gzip.compress(b"", mtime=0), "is empty inside its gzip wrapping"),
        (b"\x1f\x8b garbage", "the gzip data are damaged or end early; copy the file again"),
        (gzip.compress(b"123", mtime=0)[:12], "the gzip data are damaged or end early; copy the file again"),
    ],
)
def test_what_cannot_be_opened(tmp_path: Path, content: bytes, message: str):
    path = written(tmp_path, content)
    with pytest.raises(FileError) as caught:
        open_source(path)
    assert str(caught.value) == f"{path}: {message}"


def test_a_folder_and_nothing(tmp_path: Path):
    with pytest.raises(FileError) as caught:
        open_source(tmp_path)
    assert str(caught.value) == f"{tmp_path}: is a folder; name a recording inside it"
    path = tmp_path / "none"
    with pytest.raises(FileError) as caught:
        open_source(path)
    assert str(caught.value) == f"{path}: cannot be opened: No such file or directory"


def test_a_file_that_goes_away_is_said(tmp_path: Path):
    path = written(tmp_path, b"1,2\n")
    opened = open_source(path)
    path.unlink()
    with pytest.raises(FileError) as caught:
        list(opened.lines())
    assert str(caught.value) == f"{path}: cannot be opened: No such file or directory"


@pytest.mark.parametrize("damage", [slice(None, -30), slice(None, -4)], ids=["early end", "no length"])
def test_damage_beyond_the_beginning_is_said_while_reading(tmp_path: Path, damage: slice):
    rows = b"".join(b"%d,%d\n" % (i * 7919 % 10007, i) for i in range(60_000))
    path = written(tmp_path, gzip.compress(rows)[damage])
    opened = open_source(path)
    with pytest.raises(FileError) as caught:
        list(opened.lines())
    assert str(caught.value) == f"{path}: the gzip data are damaged or end early; copy the file again"


def test_a_line_of_a_million_characters_is_no_table(tmp_path: Path):
    assert source.MAX_LINE == 1 << 20
    longest = b"8" * ((1 << 20) - 2) + b"\n"
    assert len(list(open_source(written(tmp_path, longest * 2)).lines())) == 2
    path = written(tmp_path, b"1\n" + b"8" + longest)
    with pytest.raises(FileError) as caught:
        list(open_source(path).lines())
    assert str(caught.value) == f"{path}: has a line of more than a million characters; it is no table"


def test_a_file_may_be_as_large_as_the_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    assert source.MAX_BYTES == 8 * 2**30
    monkeypatch.setattr(source, "MAX_BYTES", 1 << 20)
    path = written(tmp_path, gzip.compress(b"12345678901234\r\n" * 65536))
    assert len(list(open_source(path).lines())) == 65536
    path = written(tmp_path, gzip.compress(b"12345678901234\r\n" * 65536 + b"1"))
    with pytest.raises(FileError) as caught:
        list(open_source(path).lines())
    assert str(caught.value) == f"{path}: holds more than 0 GiB; cut it into shorter recordings"
    monkeypatch.setattr(source, "MAX_BYTES", 3 << 30)
    reader = open_source(path).open()
    reader.raw._count = 3 << 30  # type: ignore[attr-defined]
    with pytest.raises(FileError, match=r"holds more than 3 GiB; cut it"):
        reader.read(1)
    reader.close()


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
def test_progress_is_told_as_a_share_of_the_file(tmp_path: Path, packed: bool):
    rows = b"".join(b"%d\n" % (i * 7919 % 100_003) for i in range(80_000))
    reported: list[float] = []
    path = written(tmp_path, gzip.compress(rows) if packed else rows)
    assert len(list(replace(open_source(path), on_progress=reported.append).lines())) == 80_000
    assert reported == sorted(reported)
    assert reported[-1] == 1.0
    steps = [after - before for before, after in pairwise([0.0, *reported])]
    assert 0 < max(steps) < 0.3


def test_closing_closes_the_file(tmp_path: Path):
    for content in (b"1\n", gzip.compress(b"1\n")):
        stream = open_source(written(tmp_path, content)).open()
        raw = stream.raw
        stream.close()
        assert raw.closed
        assert raw._file.closed  # type: ignore[attr-defined]
        raw.close()
