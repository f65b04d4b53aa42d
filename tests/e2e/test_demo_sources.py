"""What `plantigrade demo` says of a source that it cannot walk; no insole is started for it."""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow
DEMO = (sys.executable, "-m", "plantigrade.cli", "demo", "--no-browser")


@pytest.mark.parametrize(
    "content, texts",
    [(b"1 2 3\n", "line 1 has 3 columns"), (b"\x1f\x8bgarbage", "damaged gzip"), (b"", "holds no samples")],
)
def test_a_source_that_is_no_walk_is_refused_with_words(content: bytes, texts: str, tmp_path: Path) -> None:
    source = tmp_path / "walk.txt"
    source.write_bytes(content)
    done = subprocess.run(
        [*DEMO, "--source", str(source)], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 1
    assert str(source) in done.stderr and texts in done.stderr
    assert done.stderr.count("\n") == 1
