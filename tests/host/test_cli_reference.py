"""docs/reference/cli.md says what the commands say."""

import subprocess
import sys

from tools.make_cli_reference import PAGE

ASK = "import sys; from tools.make_cli_reference import page; sys.stdout.write(page())"


def test_the_reference_page_is_up_to_date() -> None:
    """In a process of its own: a command remembers the help option of whoever called it first."""
    message = subprocess.run(
        [sys.executable, "-c", ASK], cwd=PAGE.parents[2], capture_output=True, text=True, check=True
    ).stdout
    assert PAGE.read_text(encoding="utf-8") == message, "run: python -m tools.make_cli_reference"
