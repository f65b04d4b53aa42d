"""`[sending]` of DATA/service/settings.toml: how fast recordings go to a clinic."""

from pathlib import Path

import pytest
from plantigrade.errors import FileError
from plantigrade.service.sending.settings import SendingSettings, read_sending_settings
from plantigrade.service.settings_file import settings_file


def written(data: Path, text: str) -> Path:
    path = settings_file(data)
    path.parent.mkdir(parents=True)
    path.write_text(text)
    return data


@pytest.mark.parametrize("text", [None, "", "[sending]\n", '[lsl]\nreach = "network"\n'])
def test_without_a_word_half_a_line_of_10_mbit_per_s_is_left(tmp_path: Path, text: str | None) -> None:
    found = read_sending_settings(tmp_path if text is None else written(tmp_path, text))
    assert found == SendingSettings() and found.rate_bytes_per_s * 8 == pytest.approx(10e6 / 2, rel=0.05)


@pytest.mark.parametrize(("kb_per_s", "pause_s"), [(0, 0.0), (100, 9.5), (2000, 0.0)])
def test_the_pause_after_a_piece_of_a_megabyte_that_took_half_a_second(
    tmp_path: Path, kb_per_s: int, pause_s: float
) -> None:
    found = read_sending_settings(written(tmp_path, f"[sending]\nrate_kb_per_s = {kb_per_s}\n"))
    assert found.pause_s(1_000_000, 0.5) == pause_s


@pytest.mark.parametrize("value", ["-1", "true", "0.5", '"fast"', "1000001"])
def test_what_is_no_rate(tmp_path: Path, value: str) -> None:
    data = written(tmp_path, f"[sending]\nrate_kb_per_s = {value}\n")
    with pytest.raises(FileError, match=r"settings\.toml: \[sending\] rate_kb_per_s is a whole number"):
        read_sending_settings(data)


def test_an_unknown_name_and_no_section(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="rate is not known; there is rate_kb_per_s"):
        read_sending_settings(written(tmp_path / "a", "[sending]\nrate = 1\n"))
    with pytest.raises(FileError, match="sending is a section"):
        read_sending_settings(written(tmp_path / "b", "sending = 1\n"))
