"""The recorded walk on our sensors: force and centre of pressure survive the mapping; wrong files are
named."""

import gzip
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from plantigrade.errors import FileError
from plantigrade.twin.body import load_walk, read_feed, read_gaitpdb, write_feed
from plantigrade.twin.body.mapping import mapping_weights, onto_sixteen, our_places, source_places
from plantigrade.twin.walks import BUNDLED_WALK


def test_bundled_walk_is_two_minutes_of_both_feet_at_100_hz():
    walk = load_walk()
    assert walk.rate_hz == 100
    assert 119 < walk.seconds < 123
    assert walk.left.shape == walk.right.shape == (len(walk.left), 16)
    assert "GaCo13" in walk.source


def test_mapping_keeps_the_recorded_totals():
    table, walk = read_gaitpdb(BUNDLED_WALK), load_walk()
    np.testing.assert_allclose(walk.left.sum(axis=1), table[:, 17], atol=1e-9)
    np.testing.assert_allclose(walk.right.sum(axis=1), table[:, 18], atol=1e-9)


@given(arrays(np.float64, (5, 8), elements=st.floats(0, 1000)))
def test_any_force_keeps_its_sum_its_centre_and_its_sign(force_n):
    ours = onto_sixteen(force_n)
    assert (ours >= 0).all()
    np.testing.assert_allclose(ours.sum(axis=1), force_n.sum(axis=1), rtol=1e-12, atol=1e-9)
    np.testing.assert_allclose(ours @ our_places(), force_n @ source_places(), rtol=1e-9, atol=1e-9)


def test_every_sensor_of_ours_takes_part_and_no_weight_is_negative():
    weights = mapping_weights()
    assert (weights >= 0).all()
    assert (weights.sum(axis=0) > 0.02).all()


@pytest.mark.parametrize("packed", [False, True])
def test_text_is_read_plain_or_gzipped(tmp_path: Path, packed: bool):
    text = gzip.decompress(BUNDLED_WALK.read_bytes())[:20000].rsplit(b"\n", 1)[0]
    path = tmp_path / "walk.txt"
    path.write_bytes(gzip.compress(text) if packed else text)
    assert len(load_walk(path).left) == text.count(b"\n") + 1


ROW = "0.00 " + " ".join(["1.0"] * 16) + " 8.0 8.0\n"
NEXT = "0.01 " + " ".join(["1.0"] * 16) + " 8.0 8.0\n"


@pytest.mark.parametrize(
    ("content", "texts"),
    [
        (b"", "no samples"),
        (b"hello world\n", "line 1 is not numbers"),
        (b"1 2 3\n", "3 columns"),
        (b"\xff\xfe\x00", "not text"),
        (b"\x1f\x8b\x08\x00damaged", "damaged gzip"),
        ((ROW + NEXT.replace("8.0 8.0", "9.0 8.0")).encode(), "row 2"),
        ((ROW + ROW).encode(), "does not rise"),
        ((ROW + NEXT.replace("1.0", "nan", 1)).encode(), "no number"),
        ((ROW + NEXT.replace("1.0", "-5.0", 1)).encode(), "outside"),
    ],
)
def test_what_is_no_record_is_refused_with_words(tmp_path: Path, content: bytes, texts: str):
    path = tmp_path / "walk.txt"
    path.write_bytes(content)
    with pytest.raises(FileError, match=texts):
        load_walk(path)


def test_a_missing_file_is_named(tmp_path: Path):
    with pytest.raises(FileError, match=r"nowhere\.txt"):
        load_walk(tmp_path / "nowhere.txt")


def test_a_cut_longer_than_the_walk_repeats_it():
    walk = load_walk()
    longer = walk.cut(walk.seconds + 1)
    np.testing.assert_array_equal(longer.left[len(walk.left) :], walk.left[:100])


def test_a_feed_holds_what_read_u16_returns(tmp_path: Path):
    counts = np.arange(64, dtype=np.uint16).reshape(4, 16) * 65
    write_feed(tmp_path / "feed.bin", counts, 100)
    data = (tmp_path / "feed.bin").read_bytes()
    assert data[:4] == b"PGFD"
    assert len(data) == 32 + 4 * 16 * 2
    assert int.from_bytes(data[34:36], "little") == 65 << 4
    back, rate_hz = read_feed(tmp_path / "feed.bin")
    np.testing.assert_array_equal(back, counts)
    assert rate_hz == 100


def test_a_damaged_feed_is_refused(tmp_path: Path):
    path = tmp_path / "feed.bin"
    write_feed(path, np.zeros((4, 16), np.uint16), 100)
    data = path.read_bytes()
    for bad in (data[:-1], data[:10], b"NOPE" + data[4:], data[:4] + b"\x09" + data[5:]):
        path.write_bytes(bad)
        with pytest.raises(FileError):
            read_feed(path)
